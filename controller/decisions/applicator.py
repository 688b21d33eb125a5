"""Field set-point ↔ supply set-points of a resonant applicator.

The supply's current sets the field, H = k·I; its voltage limit is programmed to just
above the tuned V(I), because a current limit alone does not bound H: the inverter
conserves power, so a detuned tank raises the field at constant current.
"""

import math

from controller.decisions.settings import ApplicatorSettings

VOLTAGE_HEADROOM = 1.1
KEEP_VOLTAGE = 1.04
LOWEST_VOLTAGE_LIMIT_V = 0.5
VOLTAGE_STEP_V = 0.01


def current_for(field_a_per_m: float, applicator: ApplicatorSettings) -> float:
    """Return the supply current in A for an amplitude, rounded down.

    Rounded down to the supply's resolution, so that the field is never above the
    one that was decided. Never above ``max_current_a``; 0 for NaN and negatives.
    """
    if not field_a_per_m > 0.0:
        return 0.0
    current_a = field_a_per_m / applicator.field_per_ampere_per_m
    if applicator.max_current_a < current_a:
        current_a = applicator.max_current_a
    step_a = applicator.current_resolution_a
    rounded_a = math.floor(current_a / step_a) * step_a
    while rounded_a > current_a:  # floor(x/s)*s may round up by one ulp
        rounded_a = math.nextafter(rounded_a, 0.0)
    return rounded_a


def field_for(current_a: float, applicator: ApplicatorSettings) -> float:
    """Return the peak amplitude in A/m that a supply current makes when tuned."""
    return current_a * applicator.field_per_ampere_per_m


def voltage_limit_for(
    current_a: float, applicator: ApplicatorSettings, last_v: float = 0.0
) -> float:
    """Return the voltage limit in V for a current: at most 1.1 × the tuned V(I).

    ``last_v``, the limit in force, is kept while it is 1.04 to 1.1 × tuned, so that
    small moves of the current need no second write. 0 where none is programmed.
    """
    if not applicator.limits_voltage:
        return 0.0
    tuned_v = applicator.tuned_ohm * current_a
    if KEEP_VOLTAGE * tuned_v <= last_v <= VOLTAGE_HEADROOM * tuned_v:
        return last_v
    wanted_v = max(VOLTAGE_HEADROOM * tuned_v, LOWEST_VOLTAGE_LIMIT_V)
    steps = math.floor(min(wanted_v, applicator.max_voltage_v) / VOLTAGE_STEP_V)
    return steps * VOLTAGE_STEP_V


def power_limit_for(bound_a_per_m: float, applicator: ApplicatorSettings) -> float:
    """Return the power limit in W to programme: 1.1 × the tuned V(I) · I at the bound.

    I_coil = √(2 eta V·I/R_ac), whatever the detuning: at this power no more than
    √1.1 = 1.05 × the bound is made, and a tank that warms (R rises) keeps its current.
    """
    current_a = current_for(bound_a_per_m, applicator)
    return VOLTAGE_HEADROOM * applicator.tuned_ohm * current_a * current_a


def trips_for(
    bound_a_per_m: float, applicator: ApplicatorSettings
) -> tuple[float, float]:
    """Return the trips (over-voltage in V, over-current in A) to programme.

    The current trip is one resolution step above the bound's current; the voltage
    trip 5 % above the highest voltage limit that a run can use.
    """
    current_a = current_for(bound_a_per_m, applicator)
    over_current_a = current_a + applicator.current_resolution_a
    return 1.05 * voltage_limit_for(current_a, applicator), over_current_a
