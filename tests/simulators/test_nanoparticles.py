"""Heating of particles: golden values, limits, saturation, refusals."""

import math

import pytest

from simulators.nanoparticles import Ilp, LinearResponse, langevin_share

BODY_C = 37.0


def test_ilp_of_the_reference_calorimeter():
    """100 W/g at 15 kA/m and 300 kHz is an ILP of 1.481481 nH m²/kg."""
    particles = Ilp(1.481481)
    assert particles.power_w_per_kg(15e3, 300e3, BODY_C) == pytest.approx(1e5, rel=1e-6)


@pytest.mark.parametrize(
    ("size_nm", "k_j_per_m3", "field", "frequency", "w_per_g", "linear_w_per_g"),
    [
        (16, 20e3, 10e3, 100e3, 110.65, 159.02),
        (12, 20e3, 10e3, 300e3, 19.895, 21.684),
        (14, 20e3, 15e3, 300e3, 371.37, 535.06),
        (16, 23e3, 5e3, 300e3, 53.07, 59.68),
    ],
)
def test_linear_response_golden(
    size_nm, k_j_per_m3, field, frequency, w_per_g, linear_w_per_g
):
    saturating = LinearResponse(size_nm * 1e-9, k_j_per_m3)
    linear = LinearResponse(size_nm * 1e-9, k_j_per_m3, saturates=False)
    power = saturating.power_w_per_kg(field, frequency, BODY_C) / 1e3
    assert power == pytest.approx(w_per_g, rel=2e-4)
    power = linear.power_w_per_kg(field, frequency, BODY_C) / 1e3
    assert power == pytest.approx(linear_w_per_g, rel=2e-4)


def test_relaxation_times_golden():
    brown_s, neel_s, joint_s = LinearResponse(16e-9, 20e3).relaxation_s(BODY_C)
    assert brown_s == pytest.approx(2.1394e-6, rel=1e-4)
    assert neel_s == pytest.approx(6.2728e-6, rel=1e-4)
    assert joint_s == pytest.approx(1.59528e-6, rel=1e-4)


def test_particles_held_by_tissue_relax_as_neel_does():
    held = LinearResponse(16e-9, 20e3, viscosity_pa_s=None)
    brown_s, neel_s, joint_s = held.relaxation_s(BODY_C)
    assert brown_s == math.inf
    assert joint_s == neel_s == pytest.approx(6.2728e-6, rel=1e-4)


@pytest.mark.parametrize(
    ("ratio", "share"),
    [
        (0.1, 0.9993),
        (0.5, 0.9837),
        (1, 0.9391),
        (2, 0.8060),
        (3, 0.6716),
        (5, 0.4801),
        (10, 0.2700),
    ],
)
def test_langevin_golden(ratio, share):
    assert langevin_share(ratio) == pytest.approx(share, abs=5e-5)


def test_langevin_has_no_seam_between_series_and_formula():
    below, above = langevin_share(0.01 - 1e-9), langevin_share(0.01)
    assert below == pytest.approx(above, abs=1e-9)
    assert langevin_share(0.0) == 1.0


def test_saturating_ilp_halves_at_its_field_and_levels_off():
    plain, saturating = Ilp(3.0), Ilp(3.0, saturation_a_per_m=15e3)
    ratio = [
        saturating.power_w_per_kg(h, 1e5, BODY_C) / plain.power_w_per_kg(h, 1e5, BODY_C)
        for h in (150.0, 15e3)
    ]
    assert ratio[0] == pytest.approx(1.0, abs=1e-3)
    assert ratio[1] == pytest.approx(0.5)
    high, higher = (saturating.power_w_per_kg(h, 1e5, BODY_C) for h in (1e6, 2e6))
    assert high < higher < 1.001 * high


def test_warmer_particles_heat_less_and_never_cool():
    particles = Ilp(3.0, power_per_c=-0.005)
    cold, warm = (particles.power_w_per_kg(1e4, 1e5, t) for t in (37.0, 47.0))
    assert warm == pytest.approx(0.95 * cold)
    assert particles.power_w_per_kg(1e4, 1e5, 400.0) == 0.0


@pytest.mark.parametrize("particles", [Ilp(), LinearResponse()])
def test_no_field_no_heat(particles):
    assert particles.power_w_per_kg(0.0, 1e5, BODY_C) == 0.0
    assert particles.power_w_per_kg(1e4, 0.0, BODY_C) == 0.0


@pytest.mark.parametrize(
    "wrong",
    [
        {"ilp_nh_m2_per_kg": -1.0},
        {"ilp_nh_m2_per_kg": math.nan},
        {"saturation_a_per_m": 0.0},
        {"saturation_a_per_m": math.nan},
    ],
)
def test_impossible_ilp_is_refused(wrong):
    with pytest.raises(ValueError, match="particles need"):
        Ilp(**wrong)


@pytest.mark.parametrize(
    "wrong",
    [
        {"diameter_m": 0.0},
        {"diameter_m": math.nan},
        {"attempt_s": -1.0},
        {"shell_m": math.nan},
        {"viscosity_pa_s": 0.0},
        {"viscosity_pa_s": math.nan},
    ],
)
def test_impossible_particle_is_refused(wrong):
    with pytest.raises(ValueError, match="not above zero"):
        LinearResponse(**wrong)


def test_a_barrier_that_overflows_never_relaxes_and_heats_nothing():
    hard = LinearResponse(diameter_m=1e-7, anisotropy_j_per_m3=1e6, viscosity_pa_s=None)
    assert hard.relaxation_s(37.0) == (math.inf, math.inf, math.inf)
    assert hard.power_w_per_kg(1e4, 1e5, 37.0) == 0.0
    floating = LinearResponse(diameter_m=1e-7, anisotropy_j_per_m3=1e6)
    assert floating.power_w_per_kg(1e4, 1e5, 37.0) > 0.0


def test_no_field_or_no_frequency_is_no_heat():
    assert LinearResponse().power_w_per_kg(0.0, 1e5, 37.0) == 0.0
    assert LinearResponse().power_w_per_kg(1e4, 0.0, 37.0) == 0.0
