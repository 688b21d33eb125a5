"""What a slope's value and ± rest on: drift, drive, scatter of windows, noise."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from controller.analysis.calorimetry import Result
from controller.analysis.calorimetry_methods import ONE_NODE
from controller.analysis.calorimetry_peaks import cooling_corrected, zig_zag
from controller.analysis.calorimetry_record import Record, checked
from controller.analysis.calorimetry_slopes import (
    corrected_slope,
    initial_slope,
    modified_time_rise,
)
from tests.controller.analysis.calorimetry_curves import (
    CASE_A,
    CASE_B,
    curve,
    pulse,
)

PERIOD_S = 0.2
FIELD = pulse(120.0, 240.0, PERIOD_S, cycles=2)
QUIET_C = 0.002


@pytest.fixture(scope="module")
def even() -> Record:
    return checked(curve(CASE_A, FIELD, PERIOD_S, QUIET_C))


@pytest.fixture(scope="module")
def uneven() -> Record:
    """The first pulse is at 80 % of the amplitude of the second."""
    field = FIELD.copy()
    field[: field.size // 2] *= 0.8
    return checked(curve(CASE_A, field, PERIOD_S, QUIET_C))


@pytest.mark.parametrize("method", list(ONE_NODE))
def test_a_rate_is_that_of_the_stated_amplitude(
    even: Record, uneven: Record, method: str
) -> None:
    one, other = (ONE_NODE[method](r) for r in (even, uneven))  # type: ignore[index]
    assert other.reference_field_a_per_m < 0.95 * one.reference_field_a_per_m
    per_square = [
        r.rate_c_per_s.value / r.reference_field_a_per_m**2 for r in (one, other)
    ]
    assert per_square[1] == pytest.approx(per_square[0], rel=0.01)


@pytest.mark.parametrize("method", [initial_slope, modified_time_rise])
def test_a_drift_before_the_pulse_is_taken_off(
    even: Record, method: Callable[[Record], Result]
) -> None:
    drift_c_per_s = 2e-3
    drifting = replace(
        even, temperature_c=even.temperature_c + drift_c_per_s * even.time_s
    )
    still, moving = method(even), method(drifting)
    assert moving.rate_c_per_s.value == pytest.approx(
        still.rate_c_per_s.value, rel=2e-3
    )
    assert any("drifts by +0.12 °C/min" in words for words in moving.warnings)
    assert not any("drifts" in words for words in still.warnings)


@pytest.mark.parametrize(
    ("method", "least"), [(corrected_slope, 0.03), (cooling_corrected, 0.002)]
)
def test_stretches_that_disagree_are_in_the_uncertainty(
    method: Callable[[Record], Result], least: float
) -> None:
    """A vial makes them differ; without one only the noise is left."""
    field = pulse(300.0, 300.0, PERIOD_S)
    bare, with_vial = (
        method(checked(curve(case, field, PERIOD_S, QUIET_C))).rate_c_per_s.relative
        for case in (CASE_A, CASE_B)
    )
    assert bare < 0.005 and with_vial > max(least, 3.0 * bare)


def test_the_scatter_of_peaks_is_in_the_uncertainty() -> None:
    fading = replace(CASE_B, sedimentation_s=600.0)
    field = pulse(30.0, 60.0, PERIOD_S, cycles=4)
    found = zig_zag(checked(curve(fading, field, PERIOD_S, QUIET_C)))
    peaks = np.array([peak.value for peak in found.parts.values()])
    assert found.rate_c_per_s.u == pytest.approx(peaks.std(ddof=1) / 2.0)
    assert found.rate_c_per_s.u > 10.0 * min(p.u for p in found.parts.values())


def test_noise_does_not_end_the_quasi_adiabatic_window() -> None:
    field = pulse(120.0, 60.0, PERIOD_S)
    windows_s = [
        modified_time_rise(
            checked(curve(CASE_A, field, PERIOD_S, noise_c=0.02, seed=seed))
        ).window_s
        for seed in range(5)
    ]
    assert float(np.median([end_s - start_s for start_s, end_s in windows_s])) > 10.0
