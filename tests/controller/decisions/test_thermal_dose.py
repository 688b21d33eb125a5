"""CEM43 against values that were worked out from its definition, and properties."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from controller.decisions.thermal_dose import dose_min, dose_rate, gap_dose_min


@pytest.mark.parametrize(
    ("temperature_c", "rate"),
    [
        (39.0, 0.003906),
        (40.0, 0.015625),
        (41.0, 0.0625),
        (41.5, 0.125),
        (42.0, 0.25),
        (42.5, 0.5),
        (43.0, 1.0),
        (43.5, 1.414214),
        (44.0, 2.0),
        (45.0, 4.0),
        (47.0, 16.0),
    ],
)
def test_rate(temperature_c: float, rate: float) -> None:
    assert dose_rate(temperature_c) == pytest.approx(rate, rel=2e-4)


def test_ramp_and_hold() -> None:
    ramp = dose_min(37.0, 43.0, 600.0)
    assert ramp == pytest.approx(1.201952, abs=1e-6)
    assert ramp + dose_min(43.0, 43.0, 3000.0) == pytest.approx(51.201952, abs=1e-6)


def test_trapezoid() -> None:
    dose = dose_min(43.0, 45.0, 60.0) + 4.0 + dose_min(45.0, 43.0, 60.0)
    assert dose == pytest.approx(8.328085, abs=1e-6)


def test_sine_about_43_is_more_than_its_mean() -> None:
    dose = sum(
        dose_min(
            43.0 + math.sin(2 * math.pi * k / 600),
            43.0 + math.sin(2 * math.pi * (k + 1) / 600),
            1.0,
        )
        for k in range(3600)
    )
    assert dose == pytest.approx(61.330, abs=2e-3)


@given(a=st.floats(30.0, 50.0), b=st.floats(30.0, 50.0), dt_s=st.floats(0.01, 100.0))
def test_a_line_may_be_cut_anywhere(a: float, b: float, dt_s: float) -> None:
    middle = 0.5 * (a + b)
    cut = dose_min(a, middle, dt_s / 2) + dose_min(middle, b, dt_s / 2)
    assert dose_min(a, b, dt_s) == pytest.approx(cut, rel=1e-3, abs=1e-12)


@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf])
def test_nonsense_gives_no_dose(bad: float) -> None:
    assert dose_min(bad, 43.0, 1.0) == dose_min(43.0, bad, 1.0) == 0.0
    assert dose_min(43.0, 43.0, -1.0) == 0.0
    assert dose_rate(bad) == 0.0


def test_gap_credits_healthy_with_the_warmer_end_and_tumour_with_nothing() -> None:
    assert gap_dose_min(42.0, 43.0, 60.0, healthy=True) == pytest.approx(1.0)
    assert gap_dose_min(42.0, 43.0, 60.0, healthy=False) == 0.0
