"""The vial: energy, steady state, exactness, and agreement with the calorimeter."""

import math
from dataclasses import replace

import pytest

from simulators.calorimeter import Calorimeter, CalorimeterSettings
from simulators.nanoparticles import Ilp
from simulators.vial import Vial, VialParameters

FIELD_A_PER_M, FREQUENCY_HZ = 15_000.0, 300_000.0
# 100 W/g at the field above, 5 mg: 0.5 W, case B of docs/calorimetry.md.
CASE_B = VialParameters(particles=Ilp(1.0 / 0.675), room_c=25.0)


def test_it_agrees_with_the_calorimeter_written_independently():
    vial = Vial(replace(CASE_B, bore_rise_k=2.0, drift_k_per_s=1e-4, bore_s=120.0))
    settings = CalorimeterSettings(bore_rise_c=2.0, drift_c_per_s=1e-4)
    other = Calorimeter(settings)
    vial.liquid_c, vial.wall_c, vial.bore_c = (
        float(x) for x in other._state[[0, 1, 3]]
    )
    for at in range(600):
        field = FIELD_A_PER_M if at < 300 else 0.0
        vial.advance(0.5, field, FREQUENCY_HZ)
        other.advance(0.5, field, FREQUENCY_HZ)
        if at in (100, 299):
            assert vial.at("sample") > 28.0
        assert vial.at("sample") == pytest.approx(other.sample_c, abs=2e-4)


def test_first_slope_is_power_over_heat_capacity():
    vial = Vial(CASE_B)
    assert vial.power_w(FIELD_A_PER_M, FREQUENCY_HZ) == pytest.approx(0.5)
    vial.advance(1e-3, FIELD_A_PER_M, FREQUENCY_HZ)
    assert (vial.at("sample") - 25.0) / 1e-3 == pytest.approx(0.119371, rel=1e-4)


def test_steady_state_is_the_one_that_the_balance_gives():
    vial = Vial(CASE_B)
    for _ in range(100):
        vial.advance(3600.0, FIELD_A_PER_M, FREQUENCY_HZ)
    assert vial.at("wall") - 25.0 == pytest.approx(0.5 / 0.012, rel=1e-9)
    assert vial.at("sample") - vial.at("wall") == pytest.approx(0.5 / 0.05, rel=1e-9)


def test_energy_in_is_energy_stored_and_lost():
    """The loss is summed by Simpson's rule from the temperatures alone."""
    vial, dt_s, steps = Vial(CASE_B), 0.25, 2400
    losses_w = [0.0]
    for _ in range(steps):
        vial.advance(dt_s, FIELD_A_PER_M, FREQUENCY_HZ)
        losses_w.append(0.012 * (vial.at("wall") - vial.at("bore")))
    weights = [1.0] + [4.0, 2.0] * (steps // 2 - 1) + [4.0, 1.0]
    pairs = zip(weights, losses_w, strict=True)
    lost_j = math.fsum(w * q for w, q in pairs) * dt_s / 3.0
    stored_j = 4.18863 * (vial.at("sample") - 25.0) + 1.5 * (vial.at("wall") - 25.0)
    in_j = 0.5 * steps * dt_s
    assert lost_j > 0.2 * in_j
    assert stored_j + lost_j == pytest.approx(in_j, rel=1e-8)


def test_one_long_step_equals_many_short_ones():
    long, short = Vial(CASE_B), Vial(CASE_B)
    long.advance(100.0, FIELD_A_PER_M, FREQUENCY_HZ)
    for _ in range(1000):
        short.advance(0.1, FIELD_A_PER_M, FREQUENCY_HZ)
    for place in ("sample", "wall", "bore"):
        assert long.at(place) == pytest.approx(short.at(place), rel=1e-11)


def test_the_room_drifts_and_the_bore_follows_it_late():
    vial = Vial(replace(CASE_B, drift_k_per_s=1e-3, bore_s=300.0))
    for _ in range(3600):
        vial.advance(1.0, 0.0, 0.0)
    assert vial.at("bore") == pytest.approx(25.0 + 3.6 - 0.3, abs=1e-4)
    assert vial.at("sample") < vial.at("wall") < vial.at("bore")


def test_places_of_a_treatment_are_mapped_and_others_refused():
    vial = Vial(CASE_B)
    vial.advance(30.0, FIELD_A_PER_M, FREQUENCY_HZ)
    assert vial.at("core") == vial.at("margin") == vial.at("sample") > 26.0
    assert vial.at("healthy") == vial.at("wall")
    assert vial.at("body") == vial.at("bore")
    with pytest.raises(KeyError, match="liver"):
        vial.at("liver")


@pytest.mark.parametrize("field", [math.nan, -1.0, math.inf])
def test_a_field_that_is_no_number_never_becomes_a_temperature(field):
    vial = Vial(CASE_B)
    with pytest.raises(ValueError, match="no field"):
        vial.advance(0.2, field, FREQUENCY_HZ)
    assert vial.at("sample") == 25.0


@pytest.mark.parametrize("key", ["liquid_j_per_k", "loss_w_per_k", "bore_s"])
@pytest.mark.parametrize("value", [0.0, math.nan])
def test_impossible_sizes_are_refused(key, value):
    with pytest.raises(ValueError, match="above zero"):
        replace(CASE_B, **{key: value})


def test_heated_is_the_liquid():
    vial = Vial(CASE_B)
    vial.advance(30.0, FIELD_A_PER_M, FREQUENCY_HZ)
    assert vial.tumour_max_c == vial.at("sample") > vial.at("wall")


def test_convection_agrees_with_the_calorimeter_in_short_steps():
    vial = Vial(replace(CASE_B, convection_per_k=3.0))
    other = Calorimeter(CalorimeterSettings(convection_per_c=3.0))
    for _ in range(200):
        vial.advance(0.05, FIELD_A_PER_M, FREQUENCY_HZ)
        other.advance(0.05, FIELD_A_PER_M, FREQUENCY_HZ)
    still = Vial(CASE_B)
    still.advance(10.0, FIELD_A_PER_M, FREQUENCY_HZ)
    assert vial.at("sample") == pytest.approx(other.sample_c, abs=2e-3)
    assert still.at("sample") - vial.at("sample") > 0.05


def test_sediment_leaves_with_its_time_constant():
    vial = Vial(replace(CASE_B, sedimentation_s=100.0))
    vial.advance(100.0, 0.0, FREQUENCY_HZ)
    assert vial.power_w(FIELD_A_PER_M, FREQUENCY_HZ) == pytest.approx(0.5 / math.e)


@pytest.mark.parametrize("key", ["convection_per_k", "sedimentation_s"])
def test_negative_convection_or_sedimentation_is_refused(key):
    with pytest.raises(ValueError, match="below zero"):
        replace(CASE_B, **{key: -1.0})


def test_resistor_heats_the_liquid_whatever_the_field():
    vial, heated = Vial(CASE_B), Vial(replace(CASE_B, particles_g=0.0))
    heated.heater_w = 0.5
    for _ in range(120):
        vial.advance(1.0, FIELD_A_PER_M, FREQUENCY_HZ)
        heated.advance(1.0, 0.0, 0.0)
    assert heated.at("sample") == pytest.approx(vial.at("sample"), rel=1e-12)
    assert heated.at("sample") > 30.0
