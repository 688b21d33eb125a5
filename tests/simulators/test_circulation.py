"""What feeds a tumour, alike in every sample: flow, body, washout, and their energy."""

import math
from collections.abc import Callable
from dataclasses import replace
from random import Random
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from simulators.circulation import Body, BodyParameters, Circulation, Flow
from simulators.motion import Moments
from simulators.nanoparticles import LinearResponse
from simulators.pennes_sphere import PennesSphere, SphereParameters
from simulators.tissues import muscle_eddy_w_per_m3
from simulators.tumour_grid import GridParameters, TumourGrid
from simulators.two_node import TissueParameters, TwoNode

FIELD_A_PER_M, FREQUENCY_HZ = 9_000.0, 161_270.0
PLACES = ("core", "margin", "healthy", "body")
KINDS = ("two-node", "pennes-sphere", "tumour-grid")
CORES = LinearResponse(viscosity_pa_s=None, diameter_m=14e-9)
Tumour = TwoNode | PennesSphere | TumourGrid


def made(kind: str, flow: Flow | None = None, body: Body | None = None, **own: Any):
    """Return a tumour without heat of its own."""
    feeding: dict[str, Any] = {"flow": flow, "body": body}
    if kind == "two-node":
        return TwoNode(replace(TissueParameters(), **own), **feeding)
    if kind == "pennes-sphere":
        sphere = replace(SphereParameters(shells=40, metabolism=False), **own)
        return PennesSphere(sphere, **feeding)
    return TumourGrid(replace(GridParameters(cells=9), **own), Random(4), **feeding)


def rises_k(sample: Tumour) -> np.ndarray:
    if isinstance(sample, TwoNode):
        body_c = sample.body_c
        return np.array([sample.tumour_c - body_c, sample.tissue_c - body_c])
    return sample._rise_k.ravel().copy()


def conductances(sample: Tumour) -> tuple[np.ndarray, np.ndarray]:
    """Return what blood and what conduction to outside carry off, in W/K, by node."""
    if isinstance(sample, TwoNode):
        return np.array(sample._mean_w_per_k), np.zeros(2)
    if isinstance(sample, PennesSphere):
        beyond = np.zeros(sample.parameters.shells)
        beyond[-1] = sample._shells.beyond_w_per_k
        return sample._blood_w_per_k, beyond
    n = sample.parameters.cells
    width = sample.parameters.side_m / n
    ends = np.zeros(n)
    ends[[0, -1]] = 2.0 * sample._tissue.conductivity_w_per_m_k * width
    faces = ends[:, None, None] + ends[:, None] + ends
    return (sample._blood_w_per_m3_k * sample._cell_m3).ravel(), faces.ravel()


def in_w(sample: Tumour) -> float:
    if isinstance(sample, TumourGrid):
        heat, eddy = sample.power_w_per_m3(FIELD_A_PER_M, FREQUENCY_HZ)
        volume_m3 = sample.parameters.side_m**3
        return heat * sample._cell_m3 * float(sample.share.sum()) + eddy * volume_m3
    return sum(sample.power_w(FIELD_A_PER_M, FREQUENCY_HZ))


def heat_j_per_k(sample: Tumour) -> float:
    if isinstance(sample, TumourGrid):
        return sample._heat_j_per_m3_k * sample.parameters.side_m**3
    return float(np.sum(sample._heat_j_per_k))


def uneasy_flow() -> Flow:
    """Return a flow with steps, coughs and chance, all within 40 s."""
    coughs = Moments(Random(2), 5.0, 1.5)
    steps = [(10.0, 2.0), (20.0, 0.0), (30.0, 1.0)]
    return Flow(steps, 0.2, 10.0, Random(1), coughs, 1.5)


def light_body() -> Body:
    return Body(BodyParameters(start_c=34.5, own_w=1.1))


COMBINATIONS: dict[str, Callable[[], dict[str, Any]]] = {
    "cores": lambda: {"particles": CORES},
    "washout": lambda: {"washout_s": 30.0},
    "flow": lambda: {"flow": uneasy_flow()},
    "body": lambda: {"body": light_body()},
    "all": lambda: {
        "particles": CORES,
        "washout_s": 30.0,
        "flow": uneasy_flow(),
        "body": light_body(),
    },
}


@pytest.mark.parametrize("named", [*COMBINATIONS])
@pytest.mark.parametrize("kind", KINDS)
def test_energy_in_is_energy_stored_and_carried_away(kind: str, named: str):
    """The loss is summed from the temperatures alone, with the flow of each tick."""
    asked = COMBINATIONS[named]()
    flow = asked.pop("flow", None) or Flow()
    sample = made(kind, flow, **asked)
    body_0_c, tick_s = sample.at("body"), 0.01
    blood, outside = conductances(sample)
    delivered_j = carried_j = 0.0
    for _ in range(4000):
        before_k, blood_c = rises_k(sample), sample.at("body")
        delivered_j += in_w(sample) * tick_s
        sample.advance(tick_s, FIELD_A_PER_M, FREQUENCY_HZ)
        # the blood moves at the end of a tick
        after_k = rises_k(sample) + (sample.at("body") - blood_c)
        middle_k = 0.5 * (before_k + after_k)
        factor = flow.scheduled * (1.0 + flow.offset)
        carried_j += float((factor * blood + outside) @ middle_k) * tick_s
    shift_j = heat_j_per_k(sample) * (sample.at("body") - body_0_c)
    stored_j = sample.stored_j() + shift_j
    assert carried_j > 0.004 * delivered_j > 0.0
    assert stored_j + carried_j == pytest.approx(delivered_j, rel=1e-6)


@pytest.mark.parametrize("tick_s", [0.1, 0.2, 1.0])
@pytest.mark.parametrize("kind", KINDS)
def test_body_takes_up_exactly_what_tumour_and_field_hand_over(kind, tick_s):
    """At any length of tick: what leaves the sample arrives."""
    body = Body(BodyParameters(loss_w_per_k=1e-9, own_w=0.0))
    sample = made(kind, uneasy_flow(), body, particles=CORES, washout_s=30.0)
    pieces = max(1, round(tick_s / 0.5))
    delivered_j = 0.0
    for _ in range(round(60.0 / tick_s)):
        for _ in range(pieces):
            # in the field a tick of 1 s is two of half a second, each of its power
            delivered_j += in_w(sample) * tick_s / pieces
            sample.advance(tick_s / pieces, FIELD_A_PER_M, FREQUENCY_HZ)
    if kind == "two-node":
        p = TissueParameters()
        rim_w_per_m3 = (
            sample.power_w(FIELD_A_PER_M, FREQUENCY_HZ)[1] / p.tissue_ml * 1e6
        )
    else:
        rim_w_per_m3 = muscle_eddy_w_per_m3(0.03, FIELD_A_PER_M, FREQUENCY_HZ)
    warmed_k = sample.at("body") - 37.0
    found_j = sample.stored_j() + warmed_k * (heat_j_per_k(sample) + body.heat_j_per_k)
    assert warmed_k > 1e-3
    expected_j = delivered_j + 60.0 * body.eddy_w(rim_w_per_m3)
    assert found_j == pytest.approx(expected_j, rel=1e-6)
    assert sample.at("core") > 37.5


@pytest.mark.parametrize("kind", KINDS)
def test_blood_of_every_tumour_follows_a_body_that_cools(kind: str):
    samples = [made(kind, body=light_body()), made(kind, body=Body())]
    for sample in samples:
        for _ in range(300):
            sample.advance(1.0, 0.0, 0.0)
    cooling, calm = samples
    # 0.15 W too little for 300 s; the tissue in the coil cools along with the body
    lacking_j = 300.0 * (1.25 - 1.1)
    with_tissue_k = lacking_j / (1041.0 + heat_j_per_k(cooling))
    assert 0.98 * with_tissue_k < 34.5 - cooling.at("body") < lacking_j / 1041.0
    assert cooling.at("core") < 34.5
    assert {calm.at(place) for place in PLACES} == {37.0}


@pytest.mark.parametrize("kind", KINDS)
def test_particles_wash_out_exponentially_in_every_tumour(kind: str):
    bare = {"eddy_w_per_ml": 0.0} if kind == "two-node" else {"eddy_radius_m": 0.0}
    sample = made(kind, washout_s=100.0, **bare)
    before_w = in_w(sample)
    sample.advance(100.0, FIELD_A_PER_M, FREQUENCY_HZ)
    assert in_w(sample) / before_w == pytest.approx(math.exp(-1.0))


@pytest.mark.parametrize("kind", KINDS)
def test_scheduled_steps_and_coughs_cool_every_tumour(kind: str):
    coughs = {"coughs": Moments(Random(2), 10.0, 5.0), "cough_factor": 4.0}
    flows = [Flow(), Flow([(20.0, 4.0)]), Flow(**coughs), Flow([(0.0, 0.0)])]
    cores_c = []
    for flow in flows:
        sample = made(kind, flow)
        for _ in range(600):
            sample.advance(0.2, FIELD_A_PER_M, FREQUENCY_HZ)
        cores_c.append(sample.at("core"))
    plain_c, stepped_c, coughing_c, stopped_c = cores_c
    assert stepped_c < coughing_c < plain_c - 0.05
    assert stopped_c > plain_c + 0.05


@pytest.mark.parametrize("kind", KINDS)
def test_power_of_cores_is_what_the_law_gives(kind: str):
    bare = {"eddy_w_per_ml": 0.0} if kind == "two-node" else {"eddy_radius_m": 0.0}
    sample = made(kind, particles=CORES, concentration_g_per_l=2.0, **bare)
    w_per_kg = CORES.power_w_per_kg(FIELD_A_PER_M, FREQUENCY_HZ, 37.0)
    volume_m3 = {
        "two-node": 2e-6,
        "pennes-sphere": 4.0 / 3.0 * math.pi * 8e-3**3,
        "tumour-grid": sample._tumour_m3 if kind == "tumour-grid" else 0.0,
    }[kind]
    assert in_w(sample) == pytest.approx(w_per_kg * 2.0 * volume_m3, rel=1e-9)


LOG_STEPS = st.floats(-3.0, 3.6).map(lambda x: 10.0**x)


@settings(max_examples=40, deadline=None)
@given(
    kind=st.sampled_from(KINDS),
    tick_s=LOG_STEPS,
    factors=st.lists(st.floats(0.0, 100.0), min_size=1, max_size=4),
    fluctuation=st.floats(0.0, 0.5),
    flow=st.floats(0.0, 1.0),
    heavy=st.floats(1.0, 30.0),
    seed=st.integers(0, 50),
)
@example("two-node", 0.5, [50.0], 0.5, 1.0, 30.0, 1)
def test_any_tick_is_stable_when_it_cools(
    kind, tick_s, factors, fluctuation, flow, heavy, seed
):
    """Without field nothing gets warmer than the warmest was, or cooler than the blood.

    As fast, as light and as perfused as a config may ask for.
    """
    own: dict[str, Any] = {
        "two-node": {
            "tissue_perfusion_per_s": max(0.2 * flow, 1e-5),
            "tumour_perfusion_per_s": 0.2 * flow,
            "tumour_ml": 0.01,
            "coupling_w_per_k": 10.0,
        },
        "pennes-sphere": {
            "tumour_perfusion_kg_per_s_m3": 50.0 * flow,
            "tissue_perfusion_kg_per_s_m3": 50.0 * flow,
            "tumour_law": "tumour",
            "tissue_law": "muscle",
        },
        "tumour-grid": {"tumour_perfusion_kg_per_s_m3": 50.0 * flow},
    }[kind]
    steps = [(n * tick_s, factor) for n, factor in enumerate(factors)]
    least_kg = heat_j_per_k(made(kind)) / Body.HEAT_CAPACITY_J_PER_KG_K
    body = Body(BodyParameters(mass_kg=heavy * least_kg * 1.001, own_w=0.0))
    sample = made(kind, Flow(steps, fluctuation, 1.0, Random(seed)), body, **own)
    if kind == "two-node":
        sample.tumour_c = sample.tissue_c = 60.0
    else:
        sample._rise_k[sample._rise_k.shape[0] // 3 :] += 23.0
    sample._blood.settle(sample.stored_j(), heat_j_per_k(sample))
    coolest_c = sample.at("body")
    warmest_c = coolest_c + float(rises_k(sample).max())
    for _ in range(6 if tick_s < 60.0 else 1):
        sample.advance(min(tick_s, 600.0), 0.0, 0.0)
        nodes_c = sample.at("body") + rises_k(sample)
        coolest_c = min(coolest_c, sample.at("body"))
        assert max(nodes_c.max(), sample.at("body")) <= warmest_c + 1e-9
        assert nodes_c.min() >= coolest_c - 1e-9 >= 22.0 - 2e-9


@pytest.mark.parametrize("kind", KINDS)
def test_no_time_changes_nothing(kind: str):
    sample = made(kind, body=light_body(), washout_s=30.0)
    sample.advance(5.0, FIELD_A_PER_M, FREQUENCY_HZ)
    before_c = [sample.at(place) for place in PLACES]
    sample.advance(0.0, FIELD_A_PER_M, FREQUENCY_HZ)
    after_c = [sample.at(place) for place in PLACES]
    assert after_c == pytest.approx(before_c, abs=1e-12)


def test_tissue_that_holds_more_than_its_body_is_refused():
    light = Body(BodyParameters(mass_kg=0.01))
    with pytest.raises(ValueError, match=r"body_kg must be 0\.\d+ or more"):
        made("pennes-sphere", body=light)


@pytest.mark.parametrize("washout_s", [0.0, -1.0, math.nan])
def test_washout_without_time_is_refused(washout_s: float):
    with pytest.raises(ValueError, match="washout"):
        Circulation(washout_s=washout_s)


def test_coughs_multiply_what_is_scheduled():
    coughs = Moments(Random(1), 20.0, 2.0)
    flow = Flow([(100.0, 0.5)], coughs=coughs, cough_factor=3.0)
    factors = [flow.advance(0.2) for _ in range(3000)]
    assert set(factors[:500]) == {1.0, 3.0}
    assert set(factors[500:]) == {0.5, 1.5}
    assert not flow.steady


def test_scheduled_steps_hold_until_the_next():
    flow = Flow([(10.0, 2.0), (20.0, 0.5)])
    factors = [flow.advance(5.0) for _ in range(6)]
    assert factors == [1.0, 1.0, 2.0, 2.0, 0.5, 0.5]
    assert not flow.steady


def test_flow_without_anything_is_steady():
    flow = Flow(fluctuation=0.1)
    assert flow.steady
    assert flow.advance(1.0) == 1.0


def test_flow_wanders_with_its_rms_and_correlation():
    flow = Flow(fluctuation=0.10, fluctuation_s=30.0, rng=Random(5))
    factors = np.array([flow.advance(1.0) for _ in range(40_000)])
    off = factors - factors.mean()
    assert factors.mean() == pytest.approx(1.0, abs=0.01)
    assert factors.std() == pytest.approx(0.10, rel=0.05)
    lagged = (off[:-30] * off[30:]).mean() / (off * off).mean()
    assert lagged == pytest.approx(math.exp(-1.0), abs=0.06)


def test_draws_do_not_depend_on_the_tick():
    slow, fast = (Flow(fluctuation=0.2, rng=Random(3)) for _ in range(2))
    coarse = [slow.advance(1.0) for _ in range(50)]
    fine = [fast.advance(0.25) for _ in range(200)]
    assert fine[::4] == pytest.approx(coarse)


@pytest.mark.parametrize("steps", [[(1.0, -1.0)], [(2.0, 1.0), (1.0, 1.0)]])
def test_impossible_schedule_is_refused(steps):
    with pytest.raises(ValueError, match="steps of perfusion"):
        Flow(steps)
