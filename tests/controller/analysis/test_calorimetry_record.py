"""What a record must be before it is analysed, and what becomes of a bad one."""

from dataclasses import replace

import numpy as np
import pytest

from controller.analysis.calorimetry import AnalysisError, Conditions, Curve
from controller.analysis.calorimetry_methods import analyse
from controller.analysis.calorimetry_record import MOST_ROWS, checked
from tests.controller.analysis.calorimetry_curves import (
    CASE_B,
    SAMPLE,
    curve,
    pulse,
)


@pytest.fixture
def good() -> Curve:
    return curve(CASE_B, pulse(60.0, 90.0, 0.5), 0.5, noise_c=0.02)


def spoiled(good: Curve, rows: slice, value: float) -> Curve:
    readings = good.temperature_c.copy()
    readings[rows] = value
    return replace(good, temperature_c=readings)


def test_phases_and_instants_are_found(good: Curve) -> None:
    record = checked(good)
    assert [p.on for p in record.phases] == [False, True, False]
    assert [p.start_s for p in record.phases] == [0.0, 60.0, 120.0]
    unknown = checked(replace(good, switches_s=()))
    assert unknown.phases[1].start_s == pytest.approx(59.75)


@pytest.mark.parametrize("value", [float("nan"), -274.0, -1.0])
def test_a_few_error_rows_are_left_out_and_counted(good: Curve, value: float) -> None:
    record = checked(spoiled(good, slice(150, 156), value))
    assert record.time_s.size == good.time_s.size - 6
    assert record.warnings == ("6 rows without a reading were left out",)
    assert record.temperature_c.min() > 20.0


@pytest.mark.parametrize("value", [float("nan"), -274.0, -1.0])
def test_many_error_rows_are_refused(good: Curve, value: float) -> None:
    with pytest.raises(AnalysisError, match="hold no reading"):
        checked(spoiled(good, slice(100, 200), value))


def test_a_sample_that_is_cold_may_read_minus_one(good: Curve) -> None:
    cold = replace(good, temperature_c=good.temperature_c - 26.0)
    cold.temperature_c[3] = -1.0
    assert checked(cold).time_s.size == good.time_s.size


def test_backward_and_double_times_are_refused(good: Curve) -> None:
    times = good.time_s.copy()
    times[[40, 41]] = times[[41, 40]]
    with pytest.raises(AnalysisError, match="backward at row 41"):
        checked(replace(good, time_s=times))
    times = good.time_s.copy()
    times[41] = times[40]
    with pytest.raises(AnalysisError, match="occurs twice, at row 41"):
        checked(replace(good, time_s=times))


def test_a_gap_is_a_warning_unless_it_hides_a_switch(good: Curve) -> None:
    def without(start_s: float, end_s: float) -> Curve:
        keep = (good.time_s < start_s) | (good.time_s > end_s)
        return replace(
            good,
            time_s=good.time_s[keep],
            temperature_c=good.temperature_c[keep],
            field_a_per_m=good.field_a_per_m[keep],
        )

    record = checked(without(150.0, 170.0))
    assert record.warnings == ("1 gap(s), the longest 21 s",)
    with pytest.raises(AnalysisError, match="hides the instant"):
        checked(without(55.0, 65.0))


def test_a_field_that_was_never_on_is_refused(good: Curve) -> None:
    off = replace(good, field_a_per_m=np.zeros(good.time_s.size))
    with pytest.raises(AnalysisError, match="never on"):
        checked(off)
    always = replace(good, field_a_per_m=np.full(good.time_s.size, 1e4))
    with pytest.raises(AnalysisError, match="no baseline"):
        checked(always)


def test_a_short_record_is_refused(good: Curve) -> None:
    with pytest.raises(AnalysisError, match="10 rows: too short"):
        checked(
            Curve(
                good.time_s[:10],
                good.temperature_c[:10],
                good.field_a_per_m[:10],
                good.frequency_hz,
            )
        )
    with pytest.raises(AnalysisError, match="on for 2 s: too short"):
        checked(curve(CASE_B, pulse(2.0, 60.0, 0.1), 0.1))
    with pytest.raises(AnalysisError, match="differ in number"):
        checked(replace(good, temperature_c=good.temperature_c[:-1]))


def test_minutes_instead_of_seconds_are_said(good: Curve) -> None:
    minutes = replace(good, time_s=good.time_s / 60.0, switches_s=())
    with pytest.raises(AnalysisError, match="times are in minutes"):
        checked(minutes)


@pytest.mark.parametrize(
    ("scale", "offset", "word"), [(1.8, 32.0, "°F"), (1.0, 273.15, "kelvin")]
)
def test_a_suspected_unit_makes_every_result_unusable(
    good: Curve, scale: float, offset: float, word: str
) -> None:
    suspect = replace(good, temperature_c=scale * good.temperature_c + offset)
    found = analyse(suspect, SAMPLE, Conditions())
    assert found.recommended is None
    assert word in found.why
    assert not any(s.usable for s in found.sars.values())
    confirmed = checked(replace(suspect, units_confirmed=True))
    assert confirmed.doubt == ""


def test_a_wrong_frequency_is_refused(good: Curve) -> None:
    with pytest.raises(AnalysisError, match="frequency is 0 Hz"):
        checked(replace(good, frequency_hz=0.0))


def test_a_million_rows_keep_their_switches_and_their_means() -> None:
    n = 1_000_000
    time_s = np.asarray(np.arange(n) * 1e-3, dtype=float)
    field = np.where((time_s >= 100.0) & (time_s < 500.0), 1e4, 0.0)
    readings = 25.0 + np.clip(time_s - 100.0, 0.0, 400.0) * 0.01
    record = checked(Curve(time_s, readings, field, 3e5, (100.0, 500.0)))
    assert record.time_s.size <= MOST_ROWS
    assert [p.start_s for p in record.phases][1:] == [100.0, 500.0]
    ramp = 25.0 + np.clip(record.time_s - 100.0, 0.0, 400.0) * 0.01
    assert record.temperature_c == pytest.approx(ramp, abs=1e-9)
