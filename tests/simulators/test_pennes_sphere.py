"""The sphere: analytic solution, convergence, energy, stability, blood and body."""

import math
from dataclasses import replace
from random import Random

import numpy as np
import pytest

from simulators.circulation import Body, BodyParameters, Flow
from simulators.nanoparticles import Ilp
from simulators.pennes_sphere import PennesSphere, SphereParameters
from simulators.tissues import Tissue, muscle_eddy_w_per_m3, tissue

FIELD_A_PER_M, FREQUENCY_HZ = 9_000.0, 161_270.0
BLOOD_J_PER_KG_K = 3617.0
# With this ILP, field and frequency 1 g/L takes up 1 W/mL.
ONE_W_PER_ML = Ilp(1e6 / (1e-9 * FIELD_A_PER_M**2 * FREQUENCY_HZ))
USUAL = SphereParameters()
LAWS = replace(USUAL, tumour_law="tumour", tissue_law="muscle")
PLACES = ("core", "margin", "healthy")


def uniform(one: Tissue, radius_m: float, shells: int = 48) -> SphereParameters:
    """Return a sphere with 1 W/mL in tissue that is the same everywhere."""
    return SphereParameters(
        radius_m=radius_m,
        reach_m=0.12,
        shells=shells,
        tumour=one,
        tissue=one,
        tumour_perfusion_kg_per_s_m3=None,
        metabolism=False,
        particles=ONE_W_PER_ML,
        concentration_g_per_l=1.0,
        eddy_radius_m=0.0,
    )


def settled(parameters: SphereParameters) -> PennesSphere:
    sphere = PennesSphere(parameters)
    for _ in range(200):
        sphere.advance(36_000.0, FIELD_A_PER_M, FREQUENCY_HZ)
    return sphere


def analytic_k(one: Tissue, radius_m: float, at_m: float) -> float:
    """Return the steady rise by 1 W/mL in a sphere of endless even tissue, in K."""
    blood = one.perfusion_kg_per_s_m3 * BLOOD_J_PER_KG_K
    decay = math.sqrt(blood / one.conductivity_w_per_m_k)
    shape = math.sinh(decay * at_m) / (decay * at_m) if at_m else 1.0
    left = (1.0 + decay * radius_m) * math.exp(-decay * radius_m)
    return 1e6 / blood * (1.0 - left * shape)


def run(sphere: PennesSphere, seconds: float, tick_s: float = 0.2) -> PennesSphere:
    for _ in range(round(seconds / tick_s)):
        sphere.advance(tick_s, FIELD_A_PER_M, FREQUENCY_HZ)
    return sphere


def simpson(values: list[float], step_s: float) -> float:
    steps = len(values) - 1
    weights = [1.0] + [4.0, 2.0] * (steps // 2 - 1) + [4.0, 1.0]
    return math.fsum(w * v for w, v in zip(weights, values, strict=True)) * step_s / 3.0


def golden_tissue() -> Tissue:
    """Return the tissue of the golden case with w c = 34,560 W/(m³ K), k = 0.527."""
    per_kg = 34_560.0 / BLOOD_J_PER_KG_K / tissue("blood").density_kg_per_m3
    return Tissue(
        "golden", 1045.0, 3600.0, 0.527, per_kg / 1045.0 * 60e6, 0.0, (0.0,) * 4
    )


@pytest.mark.parametrize(
    ("name", "radius_m", "centre_k", "surface_k"),
    [
        ("golden", 5e-3, 10.597, 5.159),
        ("grey matter", 10e-3, 15.98, 6.68),
        ("white matter", 10e-3, 36.35, 16.66),
        ("muscle", 10e-3, 63.6, 34.6),
    ],
)
def test_golden_rise_by_one_watt_per_millilitre(name, radius_m, centre_k, surface_k):
    one = golden_tissue() if name == "golden" else tissue(name)
    sphere = settled(uniform(one, radius_m))
    core_k = sphere.at("core") - 37.0
    at_surface_k = sphere.at_radius_c(radius_m) - 37.0
    assert core_k == pytest.approx(centre_k, rel=2e-3)
    assert at_surface_k == pytest.approx(surface_k, rel=3e-3)
    assert analytic_k(one, radius_m, 0.0) == pytest.approx(centre_k, rel=1e-3)
    assert analytic_k(one, radius_m, radius_m) == pytest.approx(surface_k, rel=2e-3)


@pytest.mark.parametrize("name", ["grey matter", "white matter", "muscle"])
@pytest.mark.parametrize("share", [0.0, 0.33, 0.5, 0.9, 0.999, 1.0])
def test_forty_shells_are_within_half_a_percent_at_any_radius(name, share):
    one = tissue(name)
    radius_m = 5e-3 if name == "muscle" else 10e-3
    rise_k = settled(uniform(one, radius_m, 40)).at_radius_c(share * radius_m) - 37.0
    # Just inside the surface the cubic has shells on one side only.
    allowed = 6e-3 if share == 0.999 else 5e-3
    exact_k = analytic_k(one, radius_m, share * radius_m)
    assert rise_k == pytest.approx(exact_k, rel=allowed)


def test_no_perfusion_gives_the_parabola():
    one = replace(tissue("muscle"), perfusion_ml_per_min_kg=0.0)
    sphere = settled(uniform(one, 10e-3))
    k = one.conductivity_w_per_m_k
    assert sphere.at("core") - 37.0 == pytest.approx(1e6 * 1e-4 / (2 * k), rel=1e-3)
    assert sphere.at_radius_c(1e-2) - 37.0 == pytest.approx(100.0 / (3 * k), rel=1e-3)


def test_error_falls_with_the_square_of_the_shells():
    one = tissue("muscle")
    exact_k = analytic_k(one, 5e-3, 0.0)
    errors = [
        settled(uniform(one, 5e-3, shells)).at("core") - 37.0 - exact_k
        for shells in (40, 80, 160)
    ]
    assert errors[0] / errors[1] == pytest.approx(4.0, rel=0.1)
    assert errors[1] / errors[2] == pytest.approx(4.0, rel=0.1)


@pytest.mark.parametrize("parameters", [USUAL, LAWS], ids=["steady", "laws"])
def test_energy_in_is_energy_stored_and_carried_away(parameters):
    """The loss is summed by Simpson's rule from the temperatures alone."""
    parameters = replace(parameters, metabolism=False)
    tick_s, steps = 0.05, 8000
    sphere = PennesSphere(parameters)
    losses_w = [sphere.loss_w()]
    for _ in range(steps):
        sphere.advance(tick_s, FIELD_A_PER_M, FREQUENCY_HZ)
        losses_w.append(sphere.loss_w())
    carried_j = simpson(losses_w, tick_s)
    in_j = sum(sphere.power_w(FIELD_A_PER_M, FREQUENCY_HZ)) * steps * tick_s
    assert carried_j > 0.1 * in_j
    assert sphere.stored_j() + carried_j == pytest.approx(in_j, rel=1e-6)


@pytest.mark.parametrize("parameters", [USUAL, LAWS], ids=["steady", "laws"])
def test_results_hardly_depend_on_the_tick(parameters):
    fine = run(PennesSphere(parameters), 300.0, 0.02)
    for tick_s, within_k in ((0.1, 2e-3), (0.2, 4e-3), (1.0, 1e-2)):
        coarse = run(PennesSphere(parameters), 300.0, tick_s)
        for place in PLACES:
            assert coarse.at(place) == pytest.approx(fine.at(place), abs=within_k)
    assert fine.at("core") > 41.0


def test_one_long_step_equals_many_short_ones():
    long = PennesSphere(USUAL)
    long.advance(100.0, FIELD_A_PER_M, FREQUENCY_HZ)
    short = run(PennesSphere(USUAL), 100.0, 0.1)
    for place in PLACES:
        assert long.at(place) == pytest.approx(short.at(place), rel=1e-10)


def test_an_hour_in_one_tick_is_stable_with_everything_that_varies():
    flow = Flow([(600.0, 8.0), (1800.0, 0.0)], 0.5, 30.0, Random(3))
    sphere = PennesSphere(LAWS, flow, Body())
    for field in (5_000.0, 15_000.0, 0.0, 5_000.0):
        sphere.advance(3600.0, field, FREQUENCY_HZ)
        profile_c = [sphere.at_radius_c(r) for r in np.linspace(0.0, 0.028, 50)]
        assert all(20.0 < one < 200.0 for one in profile_c)


def test_rest_is_rest_and_metabolism_warms():
    for parameters in (USUAL, LAWS):
        sphere = PennesSphere(parameters)
        before_c = [sphere.at(place) for place in PLACES]
        for _ in range(500):
            sphere.advance(0.2, 0.0, 0.0)
        assert [sphere.at(p) for p in PLACES] == pytest.approx(before_c, abs=1e-4)
        assert 37.1 < sphere.at("healthy") < 37.5
    cold = PennesSphere(replace(USUAL, metabolism=False))
    assert [cold.at(p) for p in (*PLACES, "body")] == pytest.approx([37.0] * 4)


def test_split_step_settles_where_the_exact_one_does():
    """Perfusion in two halves round conduction, its factor 1 all the time."""
    exact, split = PennesSphere(USUAL), PennesSphere(USUAL, Flow([(0.0, 1.0)]))
    run(exact, 600.0)
    run(split, 600.0)
    for place in PLACES:
        assert split.at(place) == pytest.approx(exact.at(place), abs=1e-4)


def test_a_step_of_perfusion_acts_like_that_perfusion():
    doubled = replace(
        USUAL,
        tumour_perfusion_kg_per_s_m3=2 * 0.833,
        tissue_perfusion_kg_per_s_m3=2 * tissue("muscle").perfusion_kg_per_s_m3,
        metabolism=False,
    )
    stepped = PennesSphere(replace(USUAL, metabolism=False), Flow([(0.0, 2.0)]))
    run(stepped, 600.0)
    assert stepped.at("core") == pytest.approx(
        run(PennesSphere(doubled), 600.0).at("core"), abs=0.02
    )
    assert run(PennesSphere(USUAL), 600.0).at("core") > stepped.at("core") + 0.5


def test_vessels_of_muscle_open_and_those_of_the_tumour_collapse():
    constant = run(PennesSphere(USUAL), 1800.0)
    open_muscle = run(PennesSphere(replace(USUAL, tissue_law="muscle")), 1800.0)
    collapsed = run(PennesSphere(replace(USUAL, tumour_law="tumour")), 1800.0)
    assert open_muscle.at("healthy") < constant.at("healthy") - 0.2
    assert collapsed.at("core") > constant.at("core") + 0.3


def test_particles_wash_out_exponentially():
    sphere = PennesSphere(replace(USUAL, washout_s=600.0, eddy_radius_m=0.0))
    before_w = sphere.power_w(FIELD_A_PER_M, FREQUENCY_HZ)[0]
    run(sphere, 600.0)
    after_w = sphere.power_w(FIELD_A_PER_M, FREQUENCY_HZ)[0]
    assert after_w / before_w == pytest.approx(math.exp(-1.0))


def test_eddy_currents_heat_with_the_square_of_field_frequency_and_radius():
    bare = replace(USUAL, concentration_g_per_l=0.0, eddy_radius_m=0.15)
    tumour_w, tissue_w = PennesSphere(bare).power_w(4850.0, 100e3)
    # At 4.85e8 A/(m s), r = 0.15 m, muscle takes 14.92 kW/m³.
    assert tumour_w / (4 / 3 * math.pi * 8e-3**3) == pytest.approx(14.92e3, rel=1e-3)
    assert tissue_w > 0.0
    half = PennesSphere(replace(bare, eddy_radius_m=0.075)).power_w(4850.0, 100e3)
    assert half[0] == pytest.approx(tumour_w / 4)


def test_tissue_follows_a_body_that_cools():
    sphere = PennesSphere(replace(USUAL, metabolism=False))
    sphere.body_c = 35.0
    assert sphere.at("core") == pytest.approx(37.0)
    for _ in range(100):
        sphere.advance(36_000.0, 0.0, 0.0)
    assert sphere.at("core") == pytest.approx(35.0)
    assert sphere.at("body") == 35.0


def test_a_body_in_balance_stays_and_a_narcotised_one_cools():
    little, heavy = replace(USUAL, reach_m=0.016), BodyParameters(34.5, mass_kg=3.0)
    calm = PennesSphere(little, body=Body(heavy))
    cooling = PennesSphere(little, body=Body(replace(heavy, own_w=0.25)))
    for _ in range(3600):
        calm.advance(1.0, 0.0, 0.0)
        cooling.advance(1.0, 0.0, 0.0)
    assert calm.at("body") == pytest.approx(34.5, abs=1e-3)
    # 1 W too little for 10,410 J/K, less what it then loses less.
    expected_k = 10.0 * math.expm1(-3600 / 104_100)
    assert cooling.at("body") - 34.5 == pytest.approx(expected_k, rel=0.02)
    assert cooling.at("core") == pytest.approx(cooling.at("body") + 0.2, abs=0.2)


def test_the_body_takes_up_what_the_tumour_and_the_field_hand_over():
    body = Body(BodyParameters(loss_w_per_k=1e-6))
    sphere = PennesSphere(replace(USUAL, metabolism=False), body=body)
    eddy_w = body.eddy_w(muscle_eddy_w_per_m3(0.03, FIELD_A_PER_M, FREQUENCY_HZ))
    in_w = sum(sphere.power_w(FIELD_A_PER_M, FREQUENCY_HZ)) + eddy_w
    run(sphere, 600.0)
    heat_j_per_k = 0.3 * 3470.0
    warmed_k = sphere.at("body") - 37.0
    tissue_j = sphere.stored_j() + float(sphere._heat_j_per_k.sum()) * warmed_k
    total_j = heat_j_per_k * warmed_k + tissue_j
    assert warmed_k > 0.05
    # 1e-6 W/K of the body's own loss is all that is not counted.
    assert total_j == pytest.approx(in_w * 600.0, rel=1e-6)


def test_seeds_repeat_and_differ():
    first, again, other = (
        PennesSphere(USUAL, Flow(fluctuation=0.1, rng=Random(n))) for n in (1, 1, 2)
    )
    cores = [run(one, 100.0).at("core") for one in (first, again, other)]
    assert cores[0] == cores[1] != cores[2]


def test_places_can_be_added_and_strangers_are_refused():
    sphere = run(PennesSphere(USUAL, places={"catheter": 4e-3}), 100.0)
    assert sphere.at("catheter") == pytest.approx(sphere.at_radius_c(4e-3))
    assert sphere.at("healthy") < sphere.at("margin") < sphere.at("core")
    assert sphere.tumour_max_c == pytest.approx(sphere.at("core"), abs=0.02)
    with pytest.raises(KeyError, match="liver"):
        sphere.at("liver")
    with pytest.raises(ValueError, match="no place at"):
        sphere.at_radius_c(1.0)


@pytest.mark.parametrize("field", [math.nan, -1.0, math.inf])
def test_a_field_that_is_no_number_never_becomes_a_temperature(field):
    sphere = PennesSphere(USUAL)
    before_c = sphere.at("core")
    with pytest.raises(ValueError, match="no field"):
        sphere.advance(0.2, field, FREQUENCY_HZ)
    with pytest.raises(ValueError, match="no field"):
        sphere.advance(0.2, 1000.0, field)
    assert sphere.at("core") == before_c


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"radius_m": 0.0}, "needs a radius"),
        ({"reach_m": 0.01}, "needs a radius"),
        ({"shells": 41}, "even number"),
        ({"concentration_g_per_l": math.nan}, "concentration"),
        ({"radius_m": math.nan}, "needs a radius"),
    ],
)
def test_impossible_parameters_are_refused(wrong, sentence):
    with pytest.raises(ValueError, match=sentence):
        replace(USUAL, **wrong)
