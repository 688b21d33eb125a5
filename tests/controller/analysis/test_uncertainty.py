"""Budgets: every input once, first order and Monte Carlo in agreement."""

from dataclasses import replace

import numpy as np
import pytest

from controller.analysis.calorimetry import (
    AnalysisError,
    Conditions,
    Result,
    Sample,
    Value,
)
from controller.analysis.uncertainty import combined, long_run_sigma, sar_of

# Golden case A: 0.5 W in 4.18863 J/K, 5 mg Fe, 15 kA/m at 300 kHz.
RATE = 0.5 / 4.18863
SAMPLE = Sample(
    Value(1.00691e-3),
    Value(5e-3 / 1.00691),
    fluid_j_per_kg_k=Value(4184.0),
    oxide_j_per_kg_k=Value(670.0),
    volume_m3=Value(1e-6),
)


def result(u: float = 0.0, rate: float = RATE) -> Result:
    return Result(
        "peak analysis",
        Value(rate, u * rate),
        (0.0, 10.0),
        np.zeros(10),
        15_000.0,
        300_000.0,
        30.0,
    )


def test_every_figure_of_the_golden_case() -> None:
    sar = sar_of(result(), SAMPLE, Conditions())
    assert sar.power_w.value == pytest.approx(0.5, rel=1e-6)
    assert sar.sar_w_per_g_fe.value == pytest.approx(100.0, rel=1e-6)
    assert sar.sar_w_per_g_oxide.value == pytest.approx(72.360, rel=1e-6)
    assert sar.w_per_ml.value == pytest.approx(0.5, rel=1e-6)
    assert sar.ilp_nh_m2_per_kg.value == pytest.approx(1.481481, rel=1e-6)
    assert sar.sar_w_per_g_fe.u == 0.0


def test_maghemite_has_its_own_iron_fraction() -> None:
    sar = sar_of(result(), replace(SAMPLE, oxide="maghemite"), Conditions())
    ratio = sar.sar_w_per_g_oxide.value / sar.sar_w_per_g_fe.value
    assert ratio == pytest.approx(0.69943)


def test_the_budget_of_the_reference_example() -> None:
    # 1 % C, 2 % slope, 4 % assay, 3 % field: SAR 4.6 %, ILP 7.5 %.
    sample = replace(
        SAMPLE,
        fluid_j_per_kg_k=Value(4184.0, 41.9),
        iron_share=Value(SAMPLE.iron_share.value, 0.04 * SAMPLE.iron_share.value),
    )
    sar = sar_of(result(0.02), sample, Conditions(field_u=0.03))
    assert sar.sar_w_per_g_fe.relative == pytest.approx(0.046, abs=0.001)
    assert sar.ilp_nh_m2_per_kg.relative == pytest.approx(0.075, abs=0.001)
    assert sar.coverage_factor == 2.0
    assert sar.expanded_w_per_g_fe == pytest.approx(9.2, abs=0.2)


def test_the_mass_of_colloid_cancels_but_for_the_wall() -> None:
    weighed = replace(SAMPLE, colloid_kg=Value(1.00691e-3, 1e-5))
    with_wall = replace(weighed, wetted_wall_j_per_k=Value(0.4, 0.1))
    lines = {c.name: c for c in sar_of(result(0.01), weighed, Conditions()).budget}
    assert lines["mass of colloid"].to_sar < 1e-9
    lines = {c.name: c for c in sar_of(result(0.01), with_wall, Conditions()).budget}
    assert lines["mass of colloid"].to_sar == pytest.approx(
        0.01 * 0.4 / 4.58863, rel=0.01
    )
    assert lines["wetted wall"].to_sar == pytest.approx(0.1 / 4.58863, rel=1e-3)
    # The two-node fit finds the vial by itself.
    fit = replace(result(0.01), method="two-node fit")
    assert sar_of(fit, with_wall, Conditions()).sar_w_per_g_fe.value == pytest.approx(
        100
    )


@pytest.mark.parametrize(
    ("conditions", "name", "to_sar", "to_ilp"),
    [
        (Conditions(field_u=0.02), "field", 0.0, 0.04),
        (Conditions(frequency_u=0.01), "frequency", 0.0, 0.01),
        (
            Conditions(field_square_share=Value(0.9, 0.018)),
            "field over the sample",
            0.0,
            0.02,
        ),
        (Conditions(probe_scale_u=0.005), "probe calibration", 0.005, 0.005),
    ],
)
def test_each_condition_has_its_line(
    conditions: Conditions, name: str, to_sar: float, to_ilp: float
) -> None:
    lines = {c.name: c for c in sar_of(result(), SAMPLE, conditions).budget}
    assert lines[name].to_sar == pytest.approx(to_sar, abs=1e-4)
    assert lines[name].to_ilp == pytest.approx(to_ilp, rel=1e-3)


def test_ilp_is_that_of_the_mean_square_field() -> None:
    lower = Conditions(field_square_share=Value(0.9))
    ratio = (
        sar_of(result(), SAMPLE, lower).ilp_nh_m2_per_kg.value
        / sar_of(result(), SAMPLE, Conditions()).ilp_nh_m2_per_kg.value
    )
    assert ratio == pytest.approx(1.0 / 0.9)


def test_monte_carlo_agrees_with_first_order_and_depends_on_the_generator() -> None:
    sample = replace(SAMPLE, iron_share=Value(SAMPLE.iron_share.value, 2e-4))

    def drawn(seed: int) -> tuple[float, float]:
        rng = np.random.default_rng(seed)
        interval = sar_of(
            result(0.02), sample, Conditions(), rng=rng
        ).interval_w_per_g_fe
        assert interval is not None
        return interval

    low, high = drawn(1)
    u = sar_of(result(0.02), sample, Conditions()).sar_w_per_g_fe.u
    assert high - low == pytest.approx(2 * 1.96 * u, rel=0.03)
    assert drawn(1) == (low, high)
    assert drawn(2) != (low, high)
    # A divisor that is uncertain skews the interval upwards.
    assert high - 100.0 > 100.0 - low


def test_too_wide_is_not_usable() -> None:
    sar = sar_of(result(0.13), SAMPLE, Conditions())
    assert not sar.usable
    assert sar.reason == "SAR is not identified: ±26% (k = 2)"
    unusable = replace(result(), usable=False, reason="because")
    assert sar_of(unusable, SAMPLE, Conditions()).reason == "because"


def test_repeats_are_combined_with_their_scatter() -> None:
    rates = [0.97, 1.0, 1.03]
    repeats = tuple(
        sar_of(result(0.002, RATE * r), SAMPLE, Conditions(probe_scale_u=0.01))
        for r in rates
    )
    mean, scatter, warning = combined(repeats)
    assert mean.value == pytest.approx(100.0)
    assert scatter == pytest.approx(0.03)
    assert mean.u == pytest.approx(100 * np.hypot(0.03 / np.sqrt(3), 0.01), rel=1e-3)
    assert warning == "the repeats scatter by 3.0%, their fits promise 0.2%"
    with pytest.raises(AnalysisError, match="1 usable repeat"):
        combined(repeats[:1])


def test_the_systematic_part_does_not_average_down() -> None:
    same = sar_of(result(0.02), SAMPLE, Conditions(probe_scale_u=0.01))
    mean, _, warning = combined((same,) * 4)
    assert mean.relative == pytest.approx(np.hypot(0.02 / 2, 0.01), rel=1e-3)
    assert warning == ""


def test_long_run_sigma_sees_what_a_filter_hides() -> None:
    rng = np.random.default_rng(5)
    white = rng.standard_normal(6000)
    assert long_run_sigma(white) == pytest.approx(1.0, rel=0.1)
    filtered = np.convolve(white, np.ones(10) / 10, mode="valid")
    assert np.std(filtered) == pytest.approx(1 / np.sqrt(10), rel=0.1)
    assert long_run_sigma(filtered) == pytest.approx(1.0, rel=0.2)
    assert long_run_sigma(np.zeros(3)) == 0.0
