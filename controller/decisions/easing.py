"""Less power before a limit is reached, instead of a trip behind it.

Healthy tissue answers late: what it will have in some seconds counts. The power that
is permitted falls in a straight line to nothing while the expected temperature goes
through the last part of a degree below the hold-back.
"""

from typing import NamedTuple

from controller.decisions.probe_limits import healthy_limits
from controller.decisions.segments import OPEN_LOOP
from controller.decisions.settings import TUMOUR_ROLES, Settings
from controller.decisions.signals import NAN
from controller.decisions.thermometry import ProbeWatch
from controller.decisions.treatment import Course

# Healthy tissue follows the tumour within about this time. The power that it permits
# falls over a band that ends one step of a coarse thermometer below the hold-back:
# an ordinary hold power then stands 0.3 °C below.
HEALTHY_AHEAD_S, HEALTHY_BAND_C, HEALTHY_BELOW_C = 20.0, 0.5, 0.15
# A rise does not go on in a straight line: near a fast small tumour it is spent within
# seconds. No more than this is taken off in advance; the hold-back stands behind.
MOST_AHEAD_C = 0.5
# A tumour probe that is not the controlled one stands close to it; the highest
# set-point is 0.2 °C below the hold-back.
TUMOUR_AHEAD_S, TUMOUR_BAND_C = 5.0, 0.2
# Trends are followed over so long; a longer gap begins them anew.
SMOOTH_S, GAP_S = 10.0, 10.0


class Trend(NamedTuple):
    """Smoothed temperature of a probe in °C and its rise in °C/s, at ``t_s``."""

    level_c: float = NAN
    rise_c_per_s: float = 0.0
    t_s: float = NAN


class Eased(NamedTuple):
    """The largest share of power (0 to 1) that is left, and why it is not all."""

    most_share: float = 1.0
    why: str = ""


def follow(trend: Trend, watch: ProbeWatch) -> Trend:
    """Follow a probe's trusted temperature (°C); critically damped, over 10 s."""
    dt_s = watch.taken_s - trend.t_s
    if watch.median_c != watch.median_c or dt_s <= 0.0:
        return trend
    if not dt_s < GAP_S:
        return Trend(watch.median_c, 0.0, watch.taken_s)
    part = dt_s / (dt_s + SMOOTH_S)
    expected_c = trend.level_c + trend.rise_c_per_s * dt_s
    beyond_c = watch.median_c - expected_c
    return Trend(
        expected_c + part * (2.0 - part) * beyond_c,
        trend.rise_c_per_s + part * part * beyond_c / dt_s,
        watch.taken_s,
    )


def eased(trends: tuple[Trend, ...], course: Course, s: Settings) -> Eased:
    """Compute the share of power that healthy and uncontrolled tumour probes leave.

    share = (end of band − expected) / band, of the probe that leaves least; expected =
    now + rise · look-ahead, 0.5 °C at most. Tumour probes count where their hottest is
    not controlled itself. A probe without a trend leaves all; its loss is the
    interlocks' matter.
    """
    limits = s.limits
    hot_c = limits.tumour_trip_c - limits.tumour_hold_back_below_trip_c
    loose = s.treatment.controlled != "max" or (
        course.segment is not None and course.segment.kind in OPEN_LOOP
    )
    best = Eased()
    for trend, probe in zip(trends, s.probes, strict=True):
        if probe.role == "healthy":
            ahead_s, band_c = HEALTHY_AHEAD_S, HEALTHY_BAND_C
            limit_c = healthy_limits(probe, limits).hold_back_c - HEALTHY_BELOW_C
        elif loose and probe.role in TUMOUR_ROLES:
            ahead_s, band_c, limit_c = TUMOUR_AHEAD_S, TUMOUR_BAND_C, hot_c
        else:
            continue
        ahead_c = min(max(trend.rise_c_per_s, 0.0) * ahead_s, MOST_AHEAD_C)
        expected_c = trend.level_c + ahead_c
        share = (limit_c - expected_c) / band_c
        if share < best.most_share:
            why = f"{probe.name} at {trend.level_c:.1f} °C nears {limit_c:g} °C"
            best = Eased(max(share, 0.0), why)
    return best
