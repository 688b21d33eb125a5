"""From the tumour probes to the one temperature that is controlled, and to T90.

A probe that dies is left out when the others suffice; what is controlled then goes on
without a jump, at the distance that the dead probe had from the others.
"""

import math
from collections.abc import Sequence
from typing import NamedTuple

from controller.decisions.segments import Doses
from controller.decisions.settings import (
    TUMOUR_ROLES,
    LimitSettings,
    ProbeSettings,
    Settings,
)
from controller.decisions.signals import NAN
from controller.decisions.thermal_dose import dose_min
from controller.decisions.thermometry import (
    HEATED_ROLES,
    ProbeWatch,
    tolerated_age_s,
)

# A probe that is back moves what is controlled to the full truth this slowly.
RETURN_S = 30.0
# From so many points on a 10th percentile is one; with fewer T90 is their minimum.
T90_POINTS = 10


class Controlled(NamedTuple):
    """The controlled temperature in °C: trusted, and of the newest readings.

    ``used`` are the probes behind it, ``bridge_c`` what is added for those left out.
    ``t90_c`` is the temperature that 90 % of ``points`` tumour probes exceed, and
    ``t90_dose_min`` its CEM43 so far.
    """

    trusted_c: float = NAN
    newest_c: float = NAN
    used: tuple[int, ...] = ()
    bridge_c: float = 0.0
    t90_c: float = NAN
    t90_dose_min: float = 0.0
    points: int = 0


UNKNOWN = Controlled()


def alive(
    watch: ProbeWatch, probe: ProbeSettings, limits: LimitSettings, t_s: float
) -> bool:
    """Tell whether a probe's newest reading in s is within its tolerated age.

    One that says to be of later than now is as wrong as one that is too old.
    """
    return abs(t_s - watch.taken_s) <= tolerated_age_s(probe, limits)


def spare(watches: tuple[ProbeWatch, ...], s: Settings, t_s: float) -> bool:
    """Tell whether the living tumour probes suffice by ``min_tumour_probes``."""
    least = s.treatment.min_tumour_probes
    if least is None:
        return False
    living = [
        alive(watch, probe, s.limits, t_s)
        for watch, probe in zip(watches, s.probes, strict=True)
        if probe.role in TUMOUR_ROLES
    ]
    return sum(living) >= least


def left_out(
    watch: ProbeWatch,
    probe: ProbeSettings,
    watches: tuple[ProbeWatch, ...],
    s: Settings,
    t_s: float,
) -> bool:
    """Tell whether a tumour probe died (s) that the others can do without.

    One that never gave a reading is not left out: the treatment does not start.
    """
    return (
        s.treatment.min_tumour_probes is not None
        and probe.role in TUMOUR_ROLES
        and watch.median_c == watch.median_c
        and not alive(watch, probe, s.limits, t_s)
        and spare(watches, s, t_s)
    )


def controlled(
    before: Controlled,
    watches: tuple[ProbeWatch, ...],
    s: Settings,
    t_s: float,
    dt_s: float,
) -> Controlled:
    """Compute the controlled temperature in °C of the tumour (or sample) probes.

    Their maximum, mean or percentile. Trusted means the median of three fresh
    readings of each, which no single reading can move; the control law weighs the
    newest readings itself. NaN unless all are good, or enough of them by config.
    """
    probes, limits = s.probes, s.limits
    heated = [i for i, probe in enumerate(probes) if probe.role in HEATED_ROLES]
    used = [i for i in heated if alive(watches[i], probes[i], limits, t_s)]
    if len(used) < len(heated) and not (used and spare(watches, s, t_s)):
        return before._replace(trusted_c=NAN, newest_c=NAN, t90_c=NAN)
    if not used:
        return before
    bridge_c = before.bridge_c
    medians_c = [watches[i].median_c for i in used]
    trusted_c = joined(medians_c, s)
    if before.used and len(used) != len(before.used):
        past_c = joined([watches[i].median_c for i in before.used], s) + bridge_c
        bridge_c = past_c - trusted_c if past_c == past_c else 0.0
    if bridge_c and len(used) == len(heated):
        bridge_c *= max(1.0 - dt_s / RETURN_S, 0.0)
    newest_c = joined([watches[i].value_c for i in used], s)
    t90_c = t90(medians_c)
    dose = before.t90_dose_min + dose_min(before.t90_c, t90_c, dt_s)
    return Controlled(
        trusted_c + bridge_c,
        newest_c + bridge_c,
        tuple(used),
        bridge_c,
        t90_c,
        dose,
        len(used),
    )


def side_by_side(
    now: Controlled, watches: tuple[ProbeWatch, ...], s: Settings, since_s: float
) -> tuple[float, ...]:
    """Return the readings in °C since then of the probes whose hottest is controlled.

    NaN for none; empty where something else is controlled or one was left out.
    """
    if len(now.used) < 2 or now.bridge_c != 0.0 or s.treatment.controlled != "max":
        return ()
    return tuple(
        [watches[i].value_c if watches[i].taken_s > since_s else NAN for i in now.used]
    )


def joined(values_c: Sequence[float], s: Settings) -> float:
    """Join the temperatures in °C of several probes into the one that is controlled."""
    how = s.treatment.controlled
    if how == "mean":
        return math.fsum(values_c) / len(values_c)
    if how == "percentile":
        return percentile(values_c, s.treatment.controlled_share)
    return max(values_c)


def percentile(values_c: Sequence[float], below_share: float) -> float:
    """Interpolate what a share (0 to 1) of temperatures in °C is below; NaN if any is.

    Its place in their order is share · (n - 1), between neighbours in proportion.
    """
    if any(value != value for value in values_c):
        return NAN
    ordered = sorted(values_c)
    place_share = (len(ordered) - 1) * min(max(below_share, 0.0), 1.0)
    low = int(place_share)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (place_share - low) * (ordered[high] - ordered[low])


def t90(values_c: Sequence[float]) -> float:
    """Return the temperature in °C that 90 % of the points exceed.

    The 10th percentile of 10 points and more, the minimum of fewer.
    """
    if len(values_c) >= T90_POINTS:
        return percentile(values_c, 0.1)
    for value_c in values_c:
        if value_c != value_c:
            return NAN
    return min(values_c)


def doses(now: Controlled, watches: tuple[ProbeWatch, ...], s: Settings) -> Doses:
    """Return the doses so far in min CEM43: coolest, hottest tumour probe, and T90.

    A probe that is left out does not count: its dose has stopped.
    """
    counted = [
        watches[i].cem43_min for i in now.used if s.probes[i].role in TUMOUR_ROLES
    ]
    if not counted:
        return Doses()
    return Doses(min(counted), max(counted), now.t90_dose_min)
