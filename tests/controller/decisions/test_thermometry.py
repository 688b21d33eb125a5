"""What a probe's watch makes of readings: which count, age, dose and slope."""

import math

import pytest

from controller.decisions.settings import LimitSettings, ProbeSettings
from controller.decisions.signals import NAN, Reading
from controller.decisions.thermal_dose import dose_min, dose_rate
from controller.decisions.thermometry import (
    ProbeWatch,
    limiting_c,
    tolerated_age_s,
    watch_probe,
)
from tests.controller.decisions.scene import SETTINGS

LIMITS = LimitSettings()
CORE = ProbeSettings("core", "core")
HEALTHY = ProbeSettings("healthy", "healthy")
BODY = ProbeSettings("body", "body")
UPDATE_S = CORE.update_s


def watched(
    *readings: tuple[float, float], probe: ProbeSettings = CORE, quality: str = "ok"
) -> ProbeWatch:
    """Return the watch after readings (s, °C)."""
    watch = ProbeWatch()
    for t_s, value_c in readings:
        reading = Reading(value_c, quality, t_s)  # type: ignore[arg-type]
        watch = watch_probe(watch, reading, probe, LIMITS)
    return watch


def line(rate_c_per_s: float, span_s: float, probe: ProbeSettings) -> ProbeWatch:
    ticks = range(round(span_s / UPDATE_S) + 1)
    return watched(
        *((UPDATE_S * n, 37.0 + rate_c_per_s * UPDATE_S * n) for n in ticks),
        probe=probe,
    )


def test_a_value_that_is_polled_twice_counts_once() -> None:
    """Else a thermometer that is polled too fast would hide a lone wrong value."""
    once = watched((0.0, 37.0), (UPDATE_S, 37.1))
    assert once.median_c != once.median_c
    polled = watch_probe(once, Reading(37.1, "ok", 1.4 * UPDATE_S), CORE, LIMITS)
    assert polled is once
    third = watch_probe(once, Reading(45.5, "ok", 1.5 * UPDATE_S), CORE, LIMITS)
    assert (third.value_c, third.median_c) == (45.5, 37.1)


@pytest.mark.parametrize(
    ("value_c", "taken_s", "quality"),
    [
        (-20.1, 1.0, "error"),
        (120.1, 1.0, "error"),
        (NAN, 1.0, "error"),
        (37.0, NAN, "error"),
        (37.0, math.inf, "error"),
        (-20.0, 1.0, "ok"),
        (120.0, 1.0, "ok"),
    ],
)
def test_nonsense_is_no_reading(value_c: float, taken_s: float, quality: str) -> None:
    seen = watched((0.0, 37.0), (taken_s, value_c))
    assert seen.quality == quality
    assert seen.value_c == (value_c if quality == "ok" else 37.0)


def test_a_reading_is_lost_after_three_updates_and_at_the_latest_after_3_s() -> None:
    fast, slow = (ProbeSettings("core", "core", update_s=s) for s in (0.25, 2.0))
    assert tolerated_age_s(fast, LIMITS) == 0.75
    assert tolerated_age_s(slow, LIMITS) == 3.0


def test_a_gap_is_credited_to_healthy_tissue_and_not_to_the_tumour() -> None:
    near_s, far_s = 0.5, 60.0
    for probe in (CORE, HEALTHY):
        near = watched((0.0, 43.0), (near_s, 44.0), probe=probe)
        assert near.cem43_min == dose_min(43.0, 44.0, near_s)
    assert watched((0.0, 43.0), (far_s, 44.0)).cem43_min == 0.0
    far = watched((0.0, 44.0), (far_s, 43.0), probe=HEALTHY)
    assert far.cem43_min == pytest.approx(dose_rate(44.0) * far_s / 60.0)


def test_since_when_a_value_stands() -> None:
    assert watched((0.0, 37.0), (1.0, 37.1), (2.0, 37.1)).unchanged_since_s == 1.0
    assert watched((0.0, 37.0), (1.0, 37.1), (2.0, 37.0)).unchanged_since_s == 2.0


def test_a_body_has_a_slope_over_a_minute_and_others_over_5_s() -> None:
    assert line(0.1, 4.7, CORE).slope_c_per_s != line(0.1, 4.7, CORE).slope_c_per_s
    assert line(0.1, 5.5, CORE).slope_c_per_s == pytest.approx(0.1)
    early = line(-0.02, 54.0, BODY).slope_c_per_s
    assert early != early
    assert line(-0.02, 66.0, BODY).slope_c_per_s == pytest.approx(-0.02)


def test_a_probe_that_is_old_limits_nothing() -> None:
    roles = SETTINGS.probes
    values_c = (43.0, 44.0, 48.0, 49.0)  # healthy and body are not the tumour
    watches = tuple(ProbeWatch(c, 10.0, "ok", median_c=c) for c in values_c)
    assert limiting_c(watches, SETTINGS, 10.0) == 44.0
    assert roles[1].role == "margin"
    old = (watches[0], watches[1]._replace(taken_s=6.9), *watches[2:])
    assert limiting_c(old, SETTINGS, 10.0) == 43.0
    none = limiting_c((ProbeWatch(),) * 4, SETTINGS, 10.0)
    assert none != none
