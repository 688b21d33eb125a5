"""What is remembered of the heating power, and what a quiet probe makes of it.

Shares are relative heating power u = (H/H_bound)², 0 to 1. The interlocks compare
temperatures with what this power can have done.
"""

from typing import NamedTuple

from controller.decisions.frozen import check_answer
from controller.decisions.interlocks import Findings
from controller.decisions.settings import TUMOUR_ROLES, LimitSettings, Settings
from controller.decisions.signals import NAN
from controller.decisions.thermometry import ProbeWatch

MEAN_S = 120.0
POWER_STEP = 0.8
HIGH_POWER = 1.5
LEARN_SHARE = 0.3
LEAST_SHARE = 0.1
# of a fall without losses: what is lost less, being cooler, takes the rest
SEEN_SHARE = 0.5
# below this part of its mean the power rests; what it balanced then fades in so long
REST, REST_S = 0.2, 900.0
# the rise limit is 1.5 × P_max/C, so full power heats by two thirds of it
RISE_MARGIN = 1.5
USUAL_RISE_C_PER_S = LimitSettings().rise_c_per_s
# without a ramp that has shown how it heats, the test of a quiet probe in tissue ends
# after so many times what it takes to begin
UNKNOWN_TIMES = 2.5


class PowerWatch(NamedTuple):
    """``mean_share`` is the mean of the last 2 min of heating, ``heated_s`` its length.

    ``hold_share`` is the mean since the hold began or the set-point changed, at
    ``armed_s``, over 2 min at most. ``gain_c_per_s`` is the fastest rise seen at full
    power, 0 before one was seen. ``core_led`` tells that core warmed first. While a
    quiet probe is tested ``quiet_share`` is what the hold took before it, and
    ``predicted_c`` the fall in °C that must have followed. ``gains_c_per_s`` are the
    fastest rises of each probe.
    """

    mean_share: float = 0.0
    heated_s: float = 0.0
    hold_share: float = 0.0
    gain_c_per_s: float = 0.0
    core_led: bool = False
    armed_s: float = NAN
    quiet_share: float = NAN
    predicted_c: float = 0.0
    gains_c_per_s: tuple[float, ...] = ()


def follow(power: PowerWatch, share: float, dt_s: float, t_s: float) -> PowerWatch:
    """Return the watch after ``dt_s`` of heating at a share."""
    heated_s = power.heated_s + dt_s
    held_s = t_s - power.armed_s
    span_s = heated_s
    if share < REST * power.mean_share:
        # without heating tissue cools by itself, and it forgets slower than a mean
        span_s, dt_rest_s = MEAN_S, dt_s * MEAN_S / REST_S
    else:
        dt_rest_s = dt_s
    return PowerWatch(
        _mean(power.mean_share, share, dt_rest_s, span_s),
        heated_s,
        _mean(power.hold_share, share, dt_s, held_s),
        power.gain_c_per_s,
        power.core_led,
        power.armed_s,
        power.quiet_share,
        power.predicted_c,
        power.gains_c_per_s,
    )


def _mean(mean_share: float, share: float, dt_s: float, span_s: float) -> float:
    if not span_s > 0.0:
        return share
    weight = min(dt_s / min(span_s, MEAN_S), 1.0)
    return mean_share + weight * (share - mean_share)


def learn(power: PowerWatch, watches: tuple[ProbeWatch, ...]) -> PowerWatch:
    """Return the watch with the heating gain seen so far: slope over share of power."""
    share = power.mean_share
    if share < LEARN_SHARE:
        return power
    before = power.gains_c_per_s or (0.0,) * len(watches)
    gains = tuple(
        [
            max(watch.slope_c_per_s / share, gain)
            if watch.slope_c_per_s > 0.0
            else gain
            for watch, gain in zip(watches, before, strict=True)
        ]
    )
    if gains == before:
        return power
    return power._replace(gain_c_per_s=max(gains), gains_c_per_s=gains)


def expected_gain(power: PowerWatch, limits: LimitSettings) -> float:
    """Return the rise in K/s at full power that is expected, 0 where none is known.

    The one that was seen; else, at high power, what the config says of a fast target:
    a rise limit above the usual one is 1.5 × it.
    """
    fast = limits.rise_c_per_s > USUAL_RISE_C_PER_S and power.mean_share >= LEARN_SHARE
    told = limits.rise_c_per_s / RISE_MARGIN if fast else 0.0
    return max(power.gain_c_per_s, told)


def cooling_rate(power: PowerWatch, share: float, limits: LimitSettings) -> float:
    """Return how fast in K/s tissue may cool at a share of power.

    At the mean power of the last minutes heat in and heat out balance at best, so
    less power cools at most by the missing share of the full heating rate.
    """
    missing = max(power.mean_share - share, 0.0)
    gain = limits.rise_c_per_s / RISE_MARGIN
    if power.gain_c_per_s > 0.0:
        gain = min(gain, RISE_MARGIN * power.gain_c_per_s)
    return gain * missing


def probe_quiet(
    power: PowerWatch,
    quiet_s: float,
    name: str,
    share: float,
    dt_s: float,
    s: Settings,
    f: Findings,
) -> PowerWatch:
    """Hold back for a tumour probe that has not changed, and test it by less power.

    From 60 s on power may only fall; from 120 s on it is 20 % below what the hold
    took, until the probe changes or 0.3 °C of fall is predicted without an answer
    (a fault). What it must have fallen is reckoned from that step on, by its own rise
    in the ramp: the rim of a tumour answers slower than its middle. Tissue of which no
    ramp has shown a rise has until 300 s.
    """
    if quiet_s < s.limits.frozen_hold_back_s:
        if power.quiet_share != power.quiet_share:
            return power
        return power._replace(quiet_share=NAN, predicted_c=0.0)
    f.hold_back("quiet", f"probe {name} has not changed for {quiet_s:.0f} s")
    if power.quiet_share != power.quiet_share:
        return power._replace(quiet_share=power.hold_share, predicted_c=0.0)
    if quiet_s < s.limits.frozen_probe_s:
        return power._replace(predicted_c=0.0)
    missing = max(power.quiet_share - share, 0.0)
    gain = _own_gain(power, name, s)
    predicted_c = power.predicted_c + gain * missing * dt_s
    tissue = any(p.name == name and p.role in TUMOUR_ROLES for p in s.probes)
    long = quiet_s >= UNKNOWN_TIMES * s.limits.frozen_probe_s
    unknown = tissue and long and not gain > 0.0 and missing > 0.0
    check_answer(name, predicted_c, quiet_s, s, f, unknown=unknown)
    return power._replace(predicted_c=predicted_c)


def _own_gain(power: PowerWatch, name: str, s: Settings) -> float:
    """Return half a probe's gain in K/s; of one that never rose, part of the others'.

    It may be frozen for as long as it is known.
    """
    gains = zip(s.probes, power.gains_c_per_s, strict=False)
    own = max([gain for probe, gain in gains if probe.name == name], default=0.0)
    return SEEN_SHARE * max(own, LEAST_SHARE * power.gain_c_per_s)


def cap(power: PowerWatch, share: float, t_s: float, found: Findings) -> float:
    """Return the largest share in a hold: 1.5 × its 2 min mean, once there is one.

    A slipped probe asks for more and more power; an operator is asked instead.
    """
    settled = t_s - power.armed_s >= MEAN_S
    most = HIGH_POWER * power.hold_share
    if not settled or share <= most:
        return share
    found.caution(
        "power-high",
        f"power of {100 * share:.0f} % held back to {100 * most:.0f} %, 1.5 × its "
        "2 min mean: has a probe slipped?",
    )
    return most


def step_down(power: PowerWatch, quiet_s: float, limits: LimitSettings) -> float:
    """Return the cap on the share while a quiet probe is tested, else 1."""
    if quiet_s < limits.frozen_probe_s or power.quiet_share != power.quiet_share:
        return 1.0
    return POWER_STEP * power.quiet_share
