"""Does it heat as it should? Armed at the start of a ramp and at each new set-point.

Power that is given must be seen: a field that does not reach the particles, or a probe
that is not where it is believed to be, shows as a temperature that stays behind.
"""

import math
from typing import NamedTuple

from controller.decisions.interlocks import Findings
from controller.decisions.signals import NAN

# A step of the set-point; what a ramp moves it by in one period is less.
NEW_SETPOINT_C = 0.2
NEAR_C = 0.5
PREDICTED_C, LEAST_SHARE = 1.5, 0.2
# Where the sample's own rise is not known: what the longest ramp could not do without.
LEAST_C, FULL_POWER_S = 0.2, 120.0
SHORT_S = 10.0
# Without control nobody waits for a set-point, and no ramp tells a probe that is
# frozen: less is enough. Pauses count against it, and heat of long ago is lost: power
# of less than 20 % beyond what kept it warm asks for nothing.
OPEN_POWER_S, OPEN_FADE_S = 60.0, 300.0
ANY_C = math.inf


class Rise(NamedTuple):
    """What has been heated since it was armed.

    ``from_c`` is the controlled temperature then, ``balance_share`` the power that only
    kept it, ``energy_s`` the time at full power that the heating beyond it amounts to,
    ``short_s`` for how long the rise has been missing: a cough is over before.
    NaN in ``from_c``: not armed, or answered.
    """

    from_c: float = NAN
    setpoint_c: float = NAN
    balance_share: float = 0.0
    energy_s: float = 0.0
    short_s: float = 0.0


UNARMED = Rise()


def arm(controlled_c: float, setpoint_c: float, balance_share: float) -> Rise:
    """Return a rise that starts at a temperature in °C, of tissue in balance."""
    if not setpoint_c - controlled_c > NEAR_C:
        return Rise(setpoint_c=setpoint_c)
    return Rise(controlled_c, setpoint_c, balance_share)


def rearmed(
    rise: Rise, controlled_c: float, setpoint_c: float, balance_share: float
) -> Rise:
    """Return the rise, armed anew where the set-point was raised by a step."""
    if setpoint_c == rise.setpoint_c:
        return rise
    if setpoint_c - rise.setpoint_c >= NEW_SETPOINT_C:
        return arm(controlled_c, setpoint_c, balance_share)
    return rise._replace(setpoint_c=setpoint_c)


def check_rise(
    rise: Rise,
    controlled_c: float,
    share: float,
    gain_c_per_s: float,
    dt_s: float,
    found: Findings,
) -> Rise:
    """Check the rise against what ``gain_c_per_s`` at full power predicts, or a least.

    Where 1.5 °C are predicted, 0.3 °C must be seen; after two minutes' worth of full
    power 0.2 °C in any case, after one where the set-point is ``ANY_C``: a field
    without control. Once answered it rests until it is armed again.
    """
    if rise.from_c != rise.from_c:
        return rise
    gained_c, seen_c = controlled_c - rise.from_c, LEAST_SHARE * PREDICTED_C
    if rise.setpoint_c - controlled_c < NEAR_C:
        return Rise(setpoint_c=rise.setpoint_c)
    energy_s = _energy_s(rise, share, dt_s)
    predicted_c = gain_c_per_s * energy_s
    most_s = OPEN_POWER_S if rise.setpoint_c == ANY_C else FULL_POWER_S
    if not (predicted_c >= PREDICTED_C or energy_s >= most_s):
        return rise._replace(energy_s=energy_s)
    least_c = seen_c if predicted_c >= PREDICTED_C else LEAST_C
    if not gained_c >= least_c and rise.short_s < SHORT_S:
        return rise._replace(energy_s=energy_s, short_s=rise.short_s + dt_s)
    if not gained_c >= least_c:
        found.fault(
            "no-rise",
            "it does not heat as it should: is the probe, or the sample, in its place?",
            f"+{predicted_c:.1f} °C" if predicted_c >= PREDICTED_C else "a rise",
            f"{gained_c:+.2f} °C by {energy_s:.0f} s of full power",
            f"+{least_c:.1f} °C, missing for {SHORT_S:g} s",
        )
    return Rise(setpoint_c=rise.setpoint_c)


def _energy_s(rise: Rise, share: float, dt_s: float) -> float:
    """Add what ``dt_s`` at a share of power heats beyond the balance, in s at full."""
    beyond = share - rise.balance_share
    if rise.setpoint_c != ANY_C:
        return rise.energy_s + max(beyond, 0.0) * dt_s
    beyond -= rise.energy_s / OPEN_FADE_S
    return max(rise.energy_s + beyond * dt_s, 0.0)
