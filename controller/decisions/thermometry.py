"""From readings with quality to temperatures that may be trusted.

Each probe has a watch that keeps what the interlocks ask for: the newest good
reading and its age, the median of the last three fresh ones, a slope, the thermal
dose, and since when the value has not changed.
"""

import math
from typing import NamedTuple

from controller.decisions.settings import (
    APPLICATOR_ROLES,
    TUMOUR_ROLES,
    LimitSettings,
    ProbeSettings,
    Role,
    Settings,
)
from controller.decisions.signals import NAN, Quality, Reading
from controller.decisions.thermal_dose import dose_min, gap_dose_min

HEATED_ROLES: tuple[Role, ...] = (*TUMOUR_ROLES, "sample")
SLOPE_SPAN_S = 5.0
BODY_SLOPE_SPAN_S = 60.0  # 1 °C/min must stand out from 0.05 °C of noise
SLOPE_SPACINGS = 10
FRESH_SHARE = 0.5


class ProbeWatch(NamedTuple):
    """What is remembered of one probe. Times are s, temperatures °C.

    ``value_c`` is the newest good reading, taken at ``taken_s``; ``earlier_c`` the two
    fresh ones before it, ``median_c`` the median of the three (NaN before there are
    three). ``samples`` are (time, value) over 5 s, of the body over 60 s.
    """

    value_c: float = NAN
    taken_s: float = NAN
    quality: Quality = "lost"
    earlier_c: tuple[float, float] = (NAN, NAN)
    median_c: float = NAN
    samples: tuple[tuple[float, float], ...] = ()
    slope_c_per_s: float = NAN
    unchanged_since_s: float = NAN
    baseline_c: float = NAN
    cem43_min: float = 0.0


def watch_probe(
    watch: ProbeWatch, reading: Reading, probe: ProbeSettings, limits: LimitSettings
) -> ProbeWatch:
    """Return the watch after a reading; only a fresh, good one changes its values.

    A reading counts as fresh when it was taken at least half the instrument's own
    update after the last one: polling faster than that repeats a value.
    """
    value_c, quality, taken_s = reading
    if quality == "ok":
        inside = limits.absurd_low_c <= value_c <= limits.absurd_high_c
        if not (inside and math.isfinite(taken_s)):
            quality = "error"
    if quality != "ok":
        return watch._replace(quality=quality) if quality != watch.quality else watch
    if taken_s < watch.taken_s + FRESH_SHARE * probe.update_s:
        return watch
    return _take(watch, reading, probe, limits)


def tolerated_age_s(probe: ProbeSettings, limits: LimitSettings) -> float:
    """Return the age in s beyond which a reading is lost: 3 updates, at most 3 s."""
    age_s = limits.age_updates * probe.update_s
    return age_s if age_s < limits.age_s else limits.age_s


def limiting_c(watches: tuple[ProbeWatch, ...], s: Settings, t_s: float) -> float:
    """Return the hottest trusted tumour (or sample) temperature in °C, else NaN."""
    hottest_c, limits = NAN, s.limits
    for watch, probe in zip(watches, s.probes, strict=True):
        median_c = watch.median_c
        if probe.role not in HEATED_ROLES or median_c <= hottest_c:
            continue
        if abs(t_s - watch.taken_s) <= tolerated_age_s(probe, limits):
            hottest_c = median_c
    return hottest_c


def _take(
    watch: ProbeWatch, reading: Reading, probe: ProbeSettings, limits: LimitSettings
) -> ProbeWatch:
    value_c, _, taken_s = reading
    last_c, _, _, (_, before_c), _, samples, slope, unchanged_s, rest_c, cem43 = watch
    span_s = BODY_SLOPE_SPAN_S if probe.role == "body" else SLOPE_SPAN_S
    heated = probe.role not in APPLICATOR_ROLES  # no tissue rises as copper does
    gap_s = taken_s - samples[-1][0] if samples else math.inf
    if heated and gap_s >= span_s / SLOPE_SPACINGS - 1e-6:
        samples = _recent((*samples, (taken_s, value_c)), span_s, probe.update_s)
        slope = _slope(samples, span_s)
    return ProbeWatch(
        value_c,
        taken_s,
        "ok",
        (before_c, last_c),
        _median(before_c, last_c, value_c),
        samples,
        slope,
        unchanged_s if value_c == last_c else taken_s,
        rest_c,
        cem43 + _dose(watch, reading, probe, limits),
    )


def _median(first_c: float, second_c: float, third_c: float) -> float:
    if first_c != first_c or second_c != second_c:
        return NAN
    if first_c > second_c:
        first_c, second_c = second_c, first_c
    if third_c < first_c:
        return first_c
    return second_c if second_c < third_c else third_c


def _dose(
    watch: ProbeWatch, reading: Reading, probe: ProbeSettings, limits: LimitSettings
) -> float:
    if probe.role in APPLICATOR_ROLES:  # what is no tissue has no dose
        return 0.0
    dt_s = reading.taken_s - watch.taken_s
    if dt_s <= tolerated_age_s(probe, limits):
        return dose_min(watch.value_c, reading.value_c, dt_s)
    healthy = probe.role not in TUMOUR_ROLES
    return gap_dose_min(watch.value_c, reading.value_c, dt_s, healthy=healthy)


def _recent(
    samples: tuple[tuple[float, float], ...], span_s: float, update_s: float
) -> tuple[tuple[float, float], ...]:
    # at least the span, and at least five fresh readings of a slow thermometer
    span_s = max(span_s, 4.0 * update_s) - 1e-6
    newest_s = samples[-1][0]
    keep = len(samples)
    while keep > 5 and newest_s - samples[1 - keep][0] >= span_s:
        keep -= 1
    return samples[-keep:]


def _slope(samples: tuple[tuple[float, float], ...], span_s: float) -> float:
    """Return the least-squares slope in K/s; NaN before the span and 5 readings."""
    count = len(samples)
    start_s = samples[0][0]
    if count < 5 or samples[-1][0] - start_s < span_s - 1e-6:
        return NAN
    sum_t = sum_v = sum_tt = sum_tv = 0.0
    for time_s, value_c in samples:
        since_s = time_s - start_s
        sum_t += since_s
        sum_v += value_c
        sum_tt += since_s * since_s
        sum_tv += since_s * value_c
    return (count * sum_tv - sum_t * sum_v) / (count * sum_tt - sum_t * sum_t)
