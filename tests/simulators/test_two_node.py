"""Tumour and tissue: balance of energy, steady state, exactness, scale, wander."""

import math
from dataclasses import replace
from random import Random

import pytest

from simulators.circulation import Flow
from simulators.two_node import (
    BLOOD_J_PER_ML_K,
    SMALL_FAST,
    TissueParameters,
    TwoNode,
)

FIELD_A_PER_M, FREQUENCY_HZ = 15_000.0, 161_270.0
STEADY = TissueParameters()


def blood_w_per_k(p: TissueParameters) -> tuple[float, float]:
    return (
        p.tumour_ml * p.tumour_perfusion_per_s * BLOOD_J_PER_ML_K,
        p.tissue_ml * p.tissue_perfusion_per_s * BLOOD_J_PER_ML_K,
    )


def seconds_to(sample: TwoNode, target_c: float, field_a_per_m: float) -> float:
    elapsed_s = 0.0
    while sample.at("core") < target_c and elapsed_s < 1000.0:
        sample.advance(0.05, field_a_per_m, FREQUENCY_HZ)
        elapsed_s += 0.05
    return elapsed_s


def test_energy_in_is_energy_stored_and_carried_away():
    """The loss is summed by Simpson's rule from the temperatures alone."""
    p, dt_s, steps = STEADY, 0.25, 2400
    sample = TwoNode(p)
    tumour_w, tissue_w = blood_w_per_k(p)
    losses_w = [0.0]
    for _ in range(steps):
        sample.advance(dt_s, FIELD_A_PER_M, FREQUENCY_HZ)
        core_k, healthy_k = sample.at("core") - 37.0, sample.at("healthy") - 37.0
        losses_w.append(tumour_w * core_k + tissue_w * healthy_k)
    weights = [1.0] + [4.0, 2.0] * (steps // 2 - 1) + [4.0, 1.0]
    carried_j = math.fsum(w * q for w, q in zip(weights, losses_w, strict=True)) / 12.0
    stored_j = p.heat_capacity_j_per_ml_k * (
        p.tumour_ml * core_k + p.tissue_ml * healthy_k
    )
    in_j = sum(sample.power_w(FIELD_A_PER_M, FREQUENCY_HZ)) * steps * dt_s
    assert carried_j > 0.3 * in_j
    assert stored_j + carried_j == pytest.approx(in_j, rel=1e-9)


def test_steady_state_is_the_one_that_the_balance_gives():
    sample = TwoNode(STEADY)
    for _ in range(200):
        sample.advance(60.0, 8000.0, FREQUENCY_HZ)
    tumour_w, tissue_w = sample.power_w(8000.0, FREQUENCY_HZ)
    core_k, healthy_k = sample.at("core") - 37.0, sample.at("healthy") - 37.0
    blood_1, blood_2 = blood_w_per_k(STEADY)
    exchanged_w = STEADY.coupling_w_per_k * (core_k - healthy_k)
    assert tumour_w == pytest.approx(exchanged_w + blood_1 * core_k, rel=1e-10)
    assert tissue_w + exchanged_w == pytest.approx(blood_2 * healthy_k, rel=1e-10)
    assert core_k > 3.0


def test_one_long_step_equals_many_short_ones():
    long, short = TwoNode(STEADY), TwoNode(STEADY)
    long.advance(100.0, FIELD_A_PER_M, FREQUENCY_HZ)
    for _ in range(1000):
        short.advance(0.1, FIELD_A_PER_M, FREQUENCY_HZ)
    for place in ("core", "margin", "healthy"):
        assert long.at(place) == pytest.approx(short.at(place), rel=1e-12)


def test_exact_update_agrees_with_small_explicit_steps():
    p, dt_s = STEADY, 0.001
    sample = TwoNode(p)
    heat_1 = p.tumour_ml * p.heat_capacity_j_per_ml_k
    heat_2 = p.tissue_ml * p.heat_capacity_j_per_ml_k
    blood_1, blood_2 = blood_w_per_k(p)
    power_1, power_2 = sample.power_w(FIELD_A_PER_M, FREQUENCY_HZ)
    core_k = healthy_k = 0.0
    for _ in range(60_000):
        flow_w = p.coupling_w_per_k * (core_k - healthy_k)
        core_k += dt_s * (power_1 - flow_w - blood_1 * core_k) / heat_1
        healthy_k += dt_s * (power_2 + flow_w - blood_2 * healthy_k) / heat_2
    sample.advance(60.0, FIELD_A_PER_M, FREQUENCY_HZ)
    assert sample.at("core") - 37.0 == pytest.approx(core_k, rel=1e-4)
    assert sample.at("healthy") - 37.0 == pytest.approx(healthy_k, rel=1e-4)


def test_an_hour_in_one_step_is_stable_even_with_wandering_perfusion():
    sample = TwoNode(replace(STEADY, fluctuation=0.5), Random(3))
    for _ in range(50):
        sample.advance(3600.0, 8000.0, FREQUENCY_HZ)
        assert 37.0 < sample.at("core") < 60.0


@pytest.mark.parametrize("tick_s", [0.05, 0.2])
def test_chance_alone_never_cools_below_the_blood_in_the_steps_of_a_bench(tick_s):
    """As perfused as a config may ask for, and as wandering."""
    fast = TissueParameters(
        heat_capacity_j_per_ml_k=1.0,
        tumour_perfusion_per_s=0.2,
        tissue_perfusion_per_s=0.2,
        fluctuation=0.5,
        fluctuation_s=1.0,
    )
    for seed in range(20):
        sample = TwoNode(fast, Random(seed))
        sample.tumour_c = sample.tissue_c = 60.0
        for _ in range(100):
            sample.advance(tick_s, 0.0, FREQUENCY_HZ)
            assert min(sample.tumour_c, sample.tissue_c) >= 37.0


def test_full_field_takes_about_two_minutes_and_the_hold_about_half_of_it():
    assert 80.0 < seconds_to(TwoNode(STEADY), 43.0, FIELD_A_PER_M) < 120.0
    assert 120.0 < seconds_to(TwoNode(STEADY), 43.0, 13_300.0) < 150.0
    held = TwoNode(STEADY)
    for _ in range(100):
        held.advance(60.0, 8120.0, FREQUENCY_HZ)
    assert held.at("core") == pytest.approx(43.0, abs=0.05)
    assert held.at("margin") > 42.0
    assert held.at("healthy") < 41.0


def test_the_small_fast_sample_takes_about_ten_seconds():
    assert 5.0 < seconds_to(TwoNode(SMALL_FAST), 43.0, 13_300.0) < 10.0


def test_particles_heat_with_field_squared_and_frequency():
    sample = TwoNode(replace(STEADY, eddy_w_per_ml=0.0))
    reference_w = sample.power_w(FIELD_A_PER_M, FREQUENCY_HZ)
    assert reference_w == pytest.approx((0.30 * STEADY.tumour_ml, 0.0))
    half_w = sample.power_w(FIELD_A_PER_M / 2, FREQUENCY_HZ * 2)
    assert half_w[0] == pytest.approx(reference_w[0] / 2)


def test_eddy_currents_heat_both_nodes_with_the_square_of_the_product():
    sample = TwoNode(replace(STEADY, heating_w_per_ml=0.0))
    tumour_w, tissue_w = sample.power_w(FIELD_A_PER_M, FREQUENCY_HZ * 2)
    assert tumour_w == pytest.approx(4 * STEADY.eddy_w_per_ml * STEADY.tumour_ml)
    assert tissue_w == pytest.approx(4 * STEADY.eddy_w_per_ml * STEADY.tissue_ml)


def test_without_field_it_stays_at_body_temperature():
    sample = TwoNode(STEADY, Random(1), body_c=36.0)
    for _ in range(100):
        sample.advance(0.2, 0.0, 0.0)
    assert {sample.at(p) for p in ("core", "margin", "healthy", "body")} == {36.0}


def test_tissue_follows_a_body_that_cools():
    sample = TwoNode(STEADY)
    sample.body_c = 35.0
    assert sample.at("core") == 37.0
    sample.advance(10.0, 0.0, 0.0)
    assert 35.0 < sample.at("core") < 37.0
    sample.advance(1e5, 0.0, 0.0)
    assert sample.at("core") == pytest.approx(35.0)
    assert sample.at("body") == 35.0


def test_the_margin_lies_between_core_and_healthy():
    sample = TwoNode(STEADY)
    sample.advance(60.0, FIELD_A_PER_M, FREQUENCY_HZ)
    core_c, healthy_c = sample.at("core"), sample.at("healthy")
    expected_c = 0.75 * core_c + 0.25 * healthy_c
    assert sample.at("margin") == pytest.approx(expected_c)
    assert healthy_c < sample.at("margin") < core_c


def test_an_unknown_place_is_refused():
    with pytest.raises(KeyError, match="liver"):
        TwoNode().at("liver")


@pytest.mark.parametrize("field", [math.nan, -1.0, math.inf])
def test_a_field_that_is_no_number_never_becomes_a_temperature(field):
    sample = TwoNode(STEADY)
    with pytest.raises(ValueError, match="no field"):
        sample.advance(0.2, field, FREQUENCY_HZ)
    with pytest.raises(ValueError, match="no field"):
        sample.advance(0.2, 1000.0, field)
    assert sample.at("core") == 37.0


@pytest.mark.parametrize("key", ["tumour_ml", "coupling_w_per_k"])
def test_parameters_without_a_steady_state_are_refused(key):
    with pytest.raises(ValueError, match="above zero"):
        replace(STEADY, **{key: 0.0})


def test_perfusion_wanders_with_its_rms_and_correlation():
    sample = TwoNode(replace(STEADY, fluctuation=0.10, fluctuation_s=30.0), Random(5))
    offsets = []
    for _ in range(40_000):
        sample.advance(1.0, 0.0, 0.0)
        offsets.append(sample._flow.offset)
    mean = sum(offsets) / len(offsets)
    variance = sum((x - mean) ** 2 for x in offsets) / len(offsets)
    lagged = sum(
        (a - mean) * (b - mean) for a, b in zip(offsets, offsets[30:], strict=False)
    )
    assert abs(mean) < 0.01
    assert math.sqrt(variance) == pytest.approx(0.10, rel=0.05)
    assert lagged / len(offsets) / variance == pytest.approx(math.exp(-1.0), abs=0.06)


def test_more_perfusion_cools_and_the_mean_stays():
    steady, wandering = TwoNode(STEADY), TwoNode(STEADY, Random(2))
    deviations_c = []
    for _ in range(100_000):
        steady.advance(0.2, 8000.0, FREQUENCY_HZ)
        wandering.advance(0.2, 8000.0, FREQUENCY_HZ)
        deviations_c.append(wandering.at("core") - steady.at("core"))
    assert abs(sum(deviations_c) / len(deviations_c)) < 0.1
    assert 0.1 < max(deviations_c) < 1.0
    assert -1.0 < min(deviations_c) < -0.1


def test_the_frozen_source_agrees_with_a_matrix_of_the_same_perfusion():
    """A perfusion that is held 30 % up must act like 30 % more perfusion."""
    flow = Flow(fluctuation=1e-12, rng=Random(1))
    flow.advance(1.0)
    flow.offset, flow._until_draw_s = 0.3, 1e6
    sample = TwoNode(STEADY, flow=flow)
    more = replace(
        STEADY,
        tumour_perfusion_per_s=STEADY.tumour_perfusion_per_s * 1.3,
        tissue_perfusion_per_s=STEADY.tissue_perfusion_per_s * 1.3,
    )
    exact = TwoNode(more)
    for _ in range(3000):
        sample.advance(0.1, 8000.0, FREQUENCY_HZ)
        exact.advance(0.1, 8000.0, FREQUENCY_HZ)
    assert sample.at("core") == pytest.approx(exact.at("core"), abs=1e-3)
    assert abs(exact.at("core") - TwoNode(STEADY).at("core")) > 1.0


def test_the_same_seed_gives_the_same_tissue():
    first, second = TwoNode(STEADY, Random(9)), TwoNode(STEADY, Random(9))
    for _ in range(500):
        first.advance(0.2, 8000.0, FREQUENCY_HZ)
        second.advance(0.2, 8000.0, FREQUENCY_HZ)
    assert first.at("core") == second.at("core")
    assert first.at("core") != TwoNode(STEADY).at("core")
