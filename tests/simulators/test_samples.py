"""Every kind of sample from the values of a config, and probes at rest in it."""

from math import exp, inf
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from controller.config.model import Simulation
from controller.config.samples import SAMPLES, TissueName, sample_model
from simulators.bench import Sample
from simulators.nanoparticles import LinearResponse
from simulators.pennes_sphere import PennesSphere
from simulators.samples import build, fibre
from simulators.tissues import tissues
from simulators.tumour_grid import TumourGrid
from simulators.two_node import TwoNode
from simulators.vial import Vial

CLASSES = {
    "two-node": TwoNode,
    "pennes-sphere": PennesSphere,
    "tumour-grid": TumourGrid,
    "vial": Vial,
}


def made(kind: str, seed: int = 1, **values: object) -> Sample:
    table = sample_model(kind).model_validate({"kind": kind, **values})
    return build(table.model_dump(), Simulation().model_dump(), seed)


def test_names_of_tissues_are_those_of_the_table():
    assert set(get_args(TissueName)) == set(tissues())


def test_kinds_are_all_there():
    assert set(SAMPLES) == set(CLASSES)
    assert sample_model("vail") is sample_model(7) is SAMPLES["two-node"]


@pytest.mark.parametrize("kind", [*CLASSES])
def test_sample_heats_in_the_field_and_is_the_same_for_a_seed(kind):
    one, same = made(kind), made(kind)
    assert isinstance(one, CLASSES[kind])
    start_c = one.at("core")
    for _ in range(100):
        one.advance(0.2, 10_000.0, 161_270.0)
        same.advance(0.2, 10_000.0, 161_270.0)
    assert one.at("core") > start_c + 0.3
    assert one.tumour_max_c >= one.at("core")
    assert one.tumour_max_c == same.tumour_max_c


@pytest.mark.parametrize("kind", ["two-node", "pennes-sphere", "tumour-grid"])
def test_another_seed_perfuses_in_another_way(kind):
    samples = [made(kind, seed) for seed in (1, 2)]
    for sample in samples:
        for _ in range(100):
            sample.advance(0.2, 10_000.0, 161_270.0)
    assert samples[0].at("core") != samples[1].at("core")


def test_defaults_of_a_table_are_those_of_the_class():
    sphere, grid, vial = (made(k) for k in ("pennes-sphere", "tumour-grid", "vial"))
    assert isinstance(sphere, PennesSphere)
    assert sphere.parameters == PennesSphere().parameters
    assert isinstance(grid, TumourGrid)
    assert grid.parameters == TumourGrid().parameters
    assert isinstance(vial, Vial)
    assert vial.parameters == Vial().parameters


LINEAR = {"heating_law": "linear-response", "viscosity_ratio": 1.0}


@pytest.mark.parametrize("kind", [*CLASSES])
def test_law_of_heating_is_chosen_by_the_table(kind):
    """Golden case: 16 nm, 20 kJ/m³, 1 mPa·s, 10 kA/m at 100 kHz give 110.65 W/g."""
    measured, computed = made(kind), made(kind, **LINEAR)
    particles = computed.parameters.particles
    assert particles.power_w_per_kg(1e4, 1e5, 37.0) == pytest.approx(110.65e3, rel=2e-4)
    assert not isinstance(measured.parameters.particles, LinearResponse)
    straight = made(kind, **LINEAR, langevin_saturation=False).parameters.particles
    assert straight.power_w_per_kg(1e4, 1e5, 37.0) == pytest.approx(159.02e3, rel=2e-4)


@pytest.mark.parametrize("kind", ["two-node", "pennes-sphere", "tumour-grid"])
def test_cores_are_stuck_in_tissue_and_float_in_a_vial_unless_told(kind):
    stuck = made(kind, heating_law="linear-response").parameters.particles
    assert stuck.viscosity_pa_s is None
    vial = made("vial", heating_law="linear-response").parameters.particles
    assert vial.viscosity_pa_s == pytest.approx(1e-3)


@given(
    core=st.floats(2e-9, 1e-7),
    shell=st.floats(0.0, 1e-6),
    anisotropy=st.floats(100.0, 1e6),
    magnetisation=st.floats(1e3, 2e6),
    attempt=st.floats(1e-12, 1e-7),
    viscosity=st.none() | st.floats(0.1, 1e6),
    field=st.floats(0.0, 1e5),
    saturates=st.booleans(),
)
def test_any_cores_of_a_config_heat_by_a_number(
    core, shell, anisotropy, magnetisation, attempt, viscosity, field, saturates
):
    sample = made(
        "two-node",
        heating_law="linear-response",
        core_diameter_m=core,
        shell_m=shell,
        anisotropy_j_per_m3=anisotropy,
        magnetisation_a_per_m=magnetisation,
        attempt_s=attempt,
        viscosity_ratio=viscosity,
        langevin_saturation=saturates,
    )
    power_w = sample.parameters.particles.power_w_per_kg(field, 161_270.0, 37.0)
    assert 0.0 <= power_w < inf


@pytest.mark.parametrize("kind", ["two-node", "pennes-sphere", "tumour-grid"])
def test_what_feeds_a_tumour_is_read_for_every_kind(kind):
    table = {"own_w": 0.0, "washout_s": 50.0, "body_c": 34.5, "body_kg": 0.4}
    sample = made(kind, **table, perfusion_steps=[{"at_s": 1.0, "factor": 2.0}])
    for _ in range(50):
        sample.advance(1.0, 9_000.0, 161_270.0)
    blood = sample._blood
    assert blood.particles_left == pytest.approx(exp(-1.0))
    assert blood.flow.scheduled == 2.0
    assert 34.0 < sample.at("body") < 34.5
    assert blood._body.parameters.mass_kg == 0.4


def test_body_follows_only_where_it_has_heat_of_its_own():
    steady = made("pennes-sphere", body_c=34.5)
    cooling = made("pennes-sphere", body_c=34.5, own_w=1.0)
    for _ in range(600):
        steady.advance(0.5, 0.0, 0.0)
        cooling.advance(0.5, 0.0, 0.0)
    assert steady.at("body") == 34.5
    # 0.25 W too little for 300 s, in 0.3 kg of 3470 J/(kg K), is 0.072 K; the sphere
    # around the tumour gives back a part of that
    assert cooling.at("body") == pytest.approx(34.5 - 0.072, abs=0.01)


def test_perfusion_steps_reach_the_sample():
    steps = [{"at_s": 100.0, "factor": 3.0}]
    plain = made("tumour-grid", fluctuation=0.0)
    stepped = made("tumour-grid", fluctuation=0.0, perfusion_steps=steps)
    gaps_c = []
    for _ in range(600):
        for sample in (plain, stepped):
            sample.advance(0.5, 10_000.0, 161_270.0)
        gaps_c.append(plain.at("core") - stepped.at("core"))
    assert gaps_c[190] == 0.0
    assert gaps_c[-1] > 0.3


@pytest.mark.parametrize(
    "kind, values, said",
    [
        ("pennes-sphere", {"radius_m": 0.02, "reach_m": 0.03}, "twice"),
        ("tumour-grid", {"cells": 14}, "odd"),
        ("tumour-grid", {"radius_m": 0.014}, "do not fit"),
    ],
)
def test_values_that_do_not_go_together_are_refused(kind, values, said):
    with pytest.raises(ValueError, match=said):
        made(kind, **values)


@pytest.mark.parametrize("kind", ["two-node", "pennes-sphere", "tumour-grid"])
def test_probes_start_at_rest_where_they_are(kind):
    sample = made(kind)
    physics = {**Simulation().model_dump(), "noise_c": 0.0}
    for role in ("core", "margin", "healthy", "body"):
        probe = fibre("any", role, sample, physics, seed=1)
        assert probe.read() == pytest.approx(sample.at(role))


def test_a_cough_moves_all_probes_but_the_body_s_at_once():
    sample = made("pennes-sphere")
    physics = {**Simulation().model_dump(), "noise_c": 0.0, "probe_lag_s": 0.0}
    physics |= {"dead_time_s": 0.0, "cough_every_s": 20.0, "cough_c": 1.0}
    probes = [fibre(r, r, sample, physics, 1) for r in ("core", "healthy", "body")]
    dips = []
    for _ in range(900):
        readings = []
        for probe in probes:
            true_c = sample.at(probe.place)
            probe.advance(0.1, true_c)
            reading_c = probe.read()
            assert reading_c is not None
            readings.append(round(true_c - reading_c, 9))
        dips.append(tuple(readings))
    assert {core == healthy for core, healthy, _ in dips} == {True}
    assert max(core for core, _, _ in dips) > 0.4
    assert {body for *_, body in dips} == {0.0}


@pytest.mark.parametrize("kind", ["vial", "pennes-sphere", "tumour-grid"])
def test_rounding_of_a_tick_s_length_changes_nothing(kind):
    flat = {} if kind == "vial" else {"fluctuation": 0.0}
    even, rounded = made(kind, **flat), made(kind, **flat)
    for n in range(50):
        even.advance(0.1, 10_000.0, 161_270.0)
        rounded.advance((n + 1) * 0.1 - n * 0.1, 10_000.0, 161_270.0)
    assert rounded.at("core") == pytest.approx(even.at("core"), abs=1e-9)
