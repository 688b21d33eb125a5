"""Golden cases: every method's exact value or its tabulated bias, W/g Fe, truth 100."""

from dataclasses import replace

import numpy as np
import pytest

from controller.analysis.calorimetry import (
    AnalysisError,
    Conditions,
    Curve,
    Sample,
    Value,
)
from controller.analysis.calorimetry_exponential import box_lucas, cooling_time_s
from controller.analysis.calorimetry_methods import ONE_NODE, analyse
from controller.analysis.calorimetry_peaks import (
    cooling_corrected,
    peak_analysis,
    zig_zag,
)
from controller.analysis.calorimetry_record import Record, checked
from controller.analysis.calorimetry_slopes import (
    corrected_slope,
    initial_slope,
    modified_time_rise,
)
from tests.controller.analysis.calorimetry_curves import (
    CASE_A,
    CASE_B,
    CASE_C,
    SAMPLE,
    curve,
    pulse,
    sar,
)


def case(letter: str, on_s: float, off_s: float, period_s: float = 0.1) -> Curve:
    settings = {"A": CASE_A, "B": CASE_B, "C": CASE_C}[letter]
    return curve(settings, pulse(on_s, off_s, period_s), period_s)


@pytest.fixture(scope="module")
def long_b() -> Record:
    return checked(case("B", 900.0, 900.0))


@pytest.fixture(scope="module")
def short_c() -> Record:
    return checked(case("C", 60.0, 120.0, 0.2))


def test_a_has_the_heat_capacity_and_ilp_of_the_reference() -> None:
    assert SAMPLE.contents_j_per_k == pytest.approx(4.18863, abs=1e-6)
    found = analyse(case("A", 120.0, 240.0), SAMPLE, Conditions())
    assert found.recommended is not None
    assert found.recommended.sar_w_per_g_fe.value == pytest.approx(100.0, abs=0.02)
    assert found.recommended.ilp_nh_m2_per_kg.value == pytest.approx(1.4815, abs=3e-4)
    # The other methods, each with the bias that is stated for it taken off.
    for method, bias in found.expected_bias.items():
        value = found.sars[method].sar_w_per_g_fe.value / (1.0 + bias)
        assert value == pytest.approx(100.0, abs=0.1), method


def test_a_is_exact_by_the_methods_that_one_node_does_not_bias() -> None:
    record = checked(case("A", 120.0, 600.0))
    assert sar(box_lucas(record), CASE_A) == pytest.approx(100.0, abs=0.01)
    assert sar(cooling_corrected(record), CASE_A) == pytest.approx(100.0, abs=0.06)
    assert sar(corrected_slope(record), CASE_A) == pytest.approx(100.0, abs=0.03)
    kink = peak_analysis(record, 5.0, quadratic=True)
    assert sar(kink, CASE_A) == pytest.approx(100.0, abs=0.02)
    assert cooling_time_s(record).value == pytest.approx(300.0, abs=0.1)


@pytest.mark.parametrize(
    ("share", "bias"),
    [(0.01, -0.5), (0.02, -1.0), (0.05, -2.5), (0.1, -4.9), (0.2, -9.4), (0.3, -13.7)],
)
def test_a_slope_loses_half_the_window_over_the_time_constant(
    share: float, bias: float
) -> None:
    record = checked(case("A", 120.0, 60.0, 0.05))
    found = sar(initial_slope(record, 300.0 * share), CASE_A)
    assert found - 100.0 == pytest.approx(bias, abs=0.06)


@pytest.mark.parametrize(
    ("window_s", "expected"),
    [(5, 97.21), (10, 94.76), (20, 90.69), (30, 87.46), (60, 80.85), (120, 73.53)],
)
def test_b_initial_slope(long_b: Record, window_s: float, expected: float) -> None:
    found = sar(initial_slope(long_b, window_s), CASE_B)
    assert found == pytest.approx(expected, abs=0.03)


@pytest.mark.parametrize(
    ("window_s", "expected"),
    [(60, 95.67), (120, 91.17), (300, 85.58), (600, 83.16), (900, 82.33)],
)
def test_b_box_lucas(long_b: Record, window_s: float, expected: float) -> None:
    found = sar(box_lucas(long_b, window_s), CASE_B)
    assert found == pytest.approx(expected, abs=0.03)


@pytest.mark.parametrize(
    ("window_s", "expected"),
    [((5, 30), 88.70), ((30, 60), 82.45), ((60, 120), 80.62), ((300, 330), 80.40)],
)
def test_b_corrected_slope(
    long_b: Record, window_s: tuple[float, float], expected: float
) -> None:
    tau = cooling_time_s(long_b)
    assert tau.value == pytest.approx(538.3, abs=0.2)
    found = sar(corrected_slope(long_b, (window_s,)), CASE_B)
    assert found == pytest.approx(expected, abs=0.03)


@pytest.mark.parametrize(
    ("on_s", "window_s", "gap_s", "expected"),
    [
        (60, 5, 0, 98.1),
        (900, 5, 0, 97.35),
        (60, 10, 0, 96.6),
        (900, 10, 0, 95.04),
        (900, 20, 2, 89.84),
    ],
)
def test_b_peak_analysis(
    on_s: float, window_s: float, gap_s: float, expected: float
) -> None:
    record = checked(case("B", on_s, 60.0))
    found = sar(peak_analysis(record, window_s, gap_s), CASE_B)
    assert found == pytest.approx(expected, abs=0.05)


def test_b_parabolas_at_the_peak_recover_the_truth(long_b: Record) -> None:
    found = sar(peak_analysis(long_b, 10.0, quadratic=True), CASE_B)
    assert found == pytest.approx(100.0, abs=1.0)


def test_b_other_one_node_methods_are_low_and_do_not_know_it(long_b: Record) -> None:
    for method, low, high in (
        (cooling_corrected, 78.0, 85.0),
        (modified_time_rise, 92.0, 97.0),
    ):
        result = method(long_b)
        assert low < sar(result, CASE_B) < high
        assert result.rate_c_per_s.relative < 0.02


@pytest.mark.parametrize("letter", ["B", "C"])
@pytest.mark.parametrize("on_s", [60.0, 300.0])
def test_recommended_value_is_right_where_single_methods_are_not(
    letter: str, on_s: float
) -> None:
    found = analyse(case(letter, on_s, 2 * on_s, 0.2), SAMPLE, Conditions())
    assert found.recommended is not None
    assert found.recommended.sar_w_per_g_fe.value == pytest.approx(100.0, abs=1.0)
    assert min(found.expected_bias.values()) < -0.10


def test_c_slope_and_peak_suffer_from_the_probe(short_c: Record) -> None:
    assert sar(initial_slope(short_c, 5.0), CASE_C) == pytest.approx(92.30, abs=0.05)
    assert sar(initial_slope(short_c, 10.0), CASE_C) == pytest.approx(93.67, abs=0.05)
    assert sar(peak_analysis(short_c, 5.0), CASE_C) == pytest.approx(93.2, abs=0.05)
    assert sar(peak_analysis(short_c, 10.0), CASE_C) == pytest.approx(95.5, abs=0.05)


@pytest.mark.parametrize(
    ("lag_s", "skip_s", "bias"),
    [(0.5, 0.0, -1.35), (1.0, 0.0, -4.8), (2.0, 0.0, -14.6), (1.0, 3.0, -0.24)],
)
def test_a_lagging_probe_lowers_the_slope(
    lag_s: float, skip_s: float, bias: float
) -> None:
    # No loss, so that only the lag is left; windows of 10 s.
    settings = replace(CASE_A, coupling_w_per_k=1e-9, probe_lag_s=lag_s)
    record = checked(curve(settings, pulse(20.0, 5.0, 0.01), 0.01))
    found = sar(initial_slope(record, 10.0, skip_s), settings)
    assert found - 100.0 == pytest.approx(bias, abs=0.06)


def test_zig_zag_takes_every_peak() -> None:
    record = checked(curve(CASE_B, pulse(60.0, 60.0, 0.1, cycles=4), 0.1))
    result = zig_zag(record, 5.0)
    assert len(result.parts) == 4
    assert sar(result, CASE_B) == pytest.approx(97.8, abs=0.4)


def test_a_kink_is_of_the_field_that_was_switched() -> None:
    """A fifth of the amplitude stays on: 4 % of the heating is on both sides."""
    field = pulse(120.0, 120.0, 0.1)
    record = checked(curve(CASE_A, np.maximum(field, 0.2 * field.max()), 0.1))
    assert sar(peak_analysis(record, 5.0, quadratic=True), CASE_A) == pytest.approx(
        100.0, abs=0.2
    )


def test_regression_is_on_the_field_as_measured() -> None:
    field = pulse(120.0, 240.0, 0.2)
    droop = np.where(field > 0, field * np.linspace(1.03, 0.97, field.size), 0.0)
    found = analyse(curve(CASE_B, droop, 0.2), SAMPLE, Conditions())
    assert found.recommended is not None
    # SAR at the amplitude that was there; ILP does not depend on it.
    assert found.recommended.ilp_nh_m2_per_kg.value == pytest.approx(1.4815, rel=0.005)


@pytest.mark.parametrize("method", list(ONE_NODE))
def test_every_method_states_window_residuals_and_sigma(method: str) -> None:
    field = pulse(120.0, 120.0, 0.2, cycles=2)
    record = checked(curve(CASE_B, field, 0.2, noise_c=0.02))
    result = ONE_NODE[method](record)  # type: ignore[index]
    assert result.rate_c_per_s.u > 0.0
    assert result.window_s[1] > result.window_s[0]
    assert result.residuals_c.size > 4
    assert result.temperature_c > 25.0


def test_noise_without_heating_is_not_a_sar() -> None:
    field = pulse(60.0, 60.0, 0.5)
    flat = curve(CASE_B, 1e-3 * field, 0.5, noise_c=0.05)
    found = analyse(
        Curve(flat.time_s, flat.temperature_c, field, 300_000.0), SAMPLE, Conditions()
    )
    assert found.recommended is None
    assert "No value" in found.why
    assert not found.sars["two-node fit"].usable
    assert not found.sars["initial slope"].usable


def test_a_record_that_ends_with_the_field_on_has_no_peak() -> None:
    field = pulse(120.0, 0.0, 0.2)[:-1]
    found = analyse(curve(CASE_B, field, 0.2, noise_c=0.01), SAMPLE, Conditions())
    assert "no peak" in found.failed["peak analysis"]
    assert any(
        "heat loss is not known" in w for w in found.results["initial slope"].warnings
    )


@pytest.mark.parametrize(
    ("colloid_kg", "iron_share", "sentence"),
    [
        (0.0, 0.005, "mass of colloid is 0"),
        (1e-3, 0.0, "iron content is 0"),
        (float("nan"), 0.005, "mass of colloid is nan"),
        (1e-3, 0.9, "more than pure magnetite"),
    ],
)
def test_an_impossible_sample_is_refused(
    colloid_kg: float, iron_share: float, sentence: str
) -> None:
    with pytest.raises(AnalysisError, match=sentence):
        Sample(Value(colloid_kg), Value(iron_share))
