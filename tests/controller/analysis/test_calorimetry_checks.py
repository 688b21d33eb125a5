"""Warnings in plain words, each where it belongs and nowhere else."""

from dataclasses import replace

import numpy as np
import pytest

from controller.analysis.calorimetry import AnalysisError, Value
from controller.analysis.calorimetry_checks import (
    drift_words,
    field_words,
    implausible,
    lag_words,
    lags_words,
    loss_words,
    trend_words,
)
from controller.analysis.calorimetry_dependence import (
    over_field,
    over_frequency,
    over_temperature,
)
from controller.analysis.calorimetry_lines import bends, fitted_line
from controller.analysis.calorimetry_peaks import zig_zag
from controller.analysis.calorimetry_record import checked
from controller.analysis.calorimetry_slopes import initial_slope
from tests.controller.analysis.calorimetry_curves import CASE_B, curve, pulse

BOUND_W_PER_G = 2870.0  # at 15 kA/m and 300 kHz


@pytest.mark.parametrize(
    ("sar", "ilp", "word"),
    [
        (100.0, 1.5, ""),
        (BOUND_W_PER_G * 0.99, 5.0, ""),
        (BOUND_W_PER_G * 1.01, 5.0, "physical bound"),
        (100.0, 11.0, "magnetosome"),
        (100.0, 31.0, "above anything published"),
        (0.1, 0.005, "very low"),
        (-1.0, -0.1, "no heating"),
    ],
)
def test_plausibility_bands(sar: float, ilp: float, word: str) -> None:
    words = implausible(sar, ilp, 15_000.0, 300_000.0)
    assert (word in " ".join(words)) if word else words == ()


def test_drift_counts_when_it_is_sure_and_large() -> None:
    assert "+0.03 °C/min" in drift_words(Value(0.0005, 0.0001))[0]
    assert drift_words(Value(0.0005, 0.0004)) == ()
    assert drift_words(Value(0.0001, 0.00001)) == ()


def test_lag_against_its_declaration() -> None:
    assert "3.0 × the declared" in lag_words(Value(1.5, 0.1), 0.5)[0]
    assert lag_words(Value(1.5, 0.9), 0.5) == ()
    assert lag_words(Value(0.6, 0.01), 0.5) == ()
    assert lag_words(Value(1.5, 0.1), None) == ()


def test_lags_that_differ_between_switches() -> None:
    same = [Value(0.5, 0.1), Value(0.6, 0.1)]
    assert lags_words(Value(0.55), same) == ()
    moved = [Value(0.5, 0.1), Value(2.5, 0.1)]
    assert "0.5 to 2.5 s" in lags_words(Value(0.6), moved)[0]
    unsure = [Value(0.5, 0.1), Value(2.5, 0.5)]
    assert lags_words(Value(0.6), unsure) == ()


def test_loss_within_the_window() -> None:
    assert "12%" in loss_words(0.12)[0]
    assert loss_words(0.03) == ()
    record = checked(curve(CASE_B, pulse(120.0, 200.0, 0.2), 0.2))
    assert any("heat loss" in w for w in initial_slope(record, 100.0).warnings)
    assert not any("heat loss" in w for w in initial_slope(record, 5.0).warnings)


def test_pulses_that_fade_are_sedimentation() -> None:
    settings = replace(CASE_B, sedimentation_s=600.0, loss_w_per_k=0.02)
    field = pulse(30.0, 120.0, 0.2, cycles=5)
    fading = zig_zag(checked(curve(settings, field, 0.2, noise_c=0.002)))
    assert any("sedimentation" in w for w in fading.warnings)
    steady = zig_zag(checked(curve(CASE_B, field, 0.2, noise_c=0.002)))
    assert not any("sedimentation" in w for w in steady.warnings)


def test_pulses_that_follow_temperature_are_said_to() -> None:
    rates, t_c = np.array([1.0, 0.9, 0.8, 0.7]), np.array([30.0, 35, 40, 45])
    words = trend_words(rates, np.full(4, 0.01), t_c)
    assert "with temperature" in words[0]
    assert trend_words(rates, np.full(4, 0.3), t_c) == ()
    assert trend_words(rates[:2], np.full(2, 0.01), t_c[:2]) == ()


def test_a_field_that_sags_is_said() -> None:
    field = pulse(100.0, 100.0, 0.2, cycles=2)
    sag = np.where(field > 0, field * np.linspace(1.0, 0.85, field.size), 0.0)
    assert field_words(checked(curve(CASE_B, field, 0.2))) == ()
    assert "H²" in field_words(checked(curve(CASE_B, sag, 0.2)))[0]


def test_curvature_is_found_and_noise_is_not_curvature() -> None:
    t = np.arange(0.0, 60.0, 0.5)
    rng = np.random.default_rng(3)
    found = sum(
        bends(t, 0.1 * t + 0.02 * rng.standard_normal(t.size)) for _ in range(200)
    )
    assert found <= 22  # 5 % of 200, with room
    bent = 0.1 * t - 0.0005 * t**2 + 0.02 * rng.standard_normal(t.size)
    assert bends(t, bent)


def test_the_sigma_of_a_slope_is_right_for_filtered_noise() -> None:
    rng = np.random.default_rng(4)
    t = np.arange(0.0, 120.0, 0.2)
    z = []
    for _ in range(200):
        raw = 0.1 * rng.standard_normal(t.size + 9)
        line = fitted_line(t, np.convolve(raw, np.ones(10) / 10, mode="valid"))
        z.append(line.slope_c_per_s.value / line.slope_c_per_s.u)
    assert 0.8 < float(np.std(z)) < 1.25
    with pytest.raises(AnalysisError, match="readings lie in the window"):
        fitted_line(t[:3], t[:3])


def values(y: np.ndarray, share: float = 0.02) -> list[Value]:
    return [Value(float(v), share * float(v)) for v in y]


def test_the_linear_regime_is_recognised() -> None:
    h = np.array([4e3, 7e3, 10e3, 14e3])
    law = over_field(h, values(1e-6 * h**2))
    assert law.linear
    assert law.exponent.value == pytest.approx(2.0)
    assert "2.00" in law.why


def test_points_that_scatter_widen_the_exponent() -> None:
    """By more than they say of themselves: their own ± is not to be believed."""
    h = np.array([4e3, 7e3, 10e3, 14e3])
    calm = over_field(h, values(1e-6 * h**2))
    wild = over_field(h, values(1e-6 * h**2 * np.array([1.1, 0.9, 1.1, 0.9])))
    assert calm.exponent.u == pytest.approx(0.0224, abs=1e-3)
    assert wild.exponent.u > 4.0 * calm.exponent.u


def test_saturation_and_thresholds_are_not_linear() -> None:
    h = np.array([4e3, 8e3, 16e3, 32e3])
    saturated = over_field(h, values(1e-6 * h**2 / (1 + (h / 12e3) ** 2)))
    assert not saturated.linear
    assert "saturation" in saturated.why
    threshold = over_field(h, values(1e-9 * h**3))
    assert not threshold.linear
    assert "not 2: no ILP" in threshold.why
    vague = over_field(h, values(1e-6 * h**2, 0.6))
    assert not vague.linear
    assert "too uncertain" in vague.why


def test_frequency_and_temperature() -> None:
    f = np.array([105e3, 200e3, 405e3])
    assert over_frequency(f, values(1e-4 * f)).linear
    assert "relaxation" in over_frequency(f, values(f / (1 + (f / 2e5) ** 2))).why


def test_heating_over_temperature_is_that_of_all_curves() -> None:
    shown = [Value(-0.004, 0.001), Value(-0.003, 0.002), Value(-0.0042, 0.001)]
    slope, words = over_temperature(shown, 25.0, 41.0)
    assert slope.value == pytest.approx(-0.004, rel=0.02)
    assert slope.u == pytest.approx(0.00067, rel=0.01)
    assert words.startswith("25.0 to 41.0 °C: heating changes by -0.40 ± 0.13 %")
    assert "no dependence" in over_temperature([Value(0.001, 0.001)], 25.0, 41.0)[1]
    with pytest.raises(AnalysisError, match="uncertainty of every value"):
        over_temperature([Value(0.001)], 25.0, 41.0)


def test_a_dependence_needs_places_and_uncertainties() -> None:
    with pytest.raises(AnalysisError, match="two places"):
        over_field(np.array([1e4, 1e4]), values(np.ones(2)))
    with pytest.raises(AnalysisError, match="uncertainty of every value"):
        over_field(np.array([1e4, 2e4]), [Value(1.0), Value(4.0)])
    with pytest.raises(AnalysisError, match="above zero"):
        over_field(np.array([1e4, 2e4]), [Value(-1.0, 0.1), Value(4.0, 0.1)])
