"""The coil as a heater of its own, and what happens when its water stops."""

import pytest

from simulators.coil import Tank
from simulators.cooling import Cooled, CoolingParameters
from simulators.two_node import TissueParameters, TwoNode

FIELD_A_PER_M = 10_000.0
P = CoolingParameters()


def cooled(flow_share: float, span_s: float) -> Cooled:
    tank = Tank.magnetherm(9, 200e-9)
    coil = Cooled(TwoNode(TissueParameters()), tank)
    coil.flow_share = flow_share
    for _ in range(round(span_s / 0.2)):
        coil.advance(0.2, FIELD_A_PER_M, 161_270.0)
    return coil


def loss_w() -> float:
    tank = Tank.magnetherm(9, 200e-9)
    return 0.5 * tank.ac_ohm * (FIELD_A_PER_M / tank.field_per_coil_ampere_per_m) ** 2


def test_in_balance_the_water_carries_the_losses() -> None:
    coil = cooled(1.0, 600.0)
    to_air_w = P.coil_to_air_w_per_k * (coil.coil_c - P.air_c)
    carried_w = P.flow_w_per_k * (coil.water_c - P.inlet_c)
    assert carried_w + to_air_w == pytest.approx(loss_w(), rel=1e-3)
    wall_c = P.air_c + P.bore_share * (coil.coil_c - P.air_c)
    assert coil.at("bore") == pytest.approx(wall_c, abs=0.01)


def test_without_water_coil_and_water_take_all_of_it() -> None:
    span_s = 20.0
    coil = cooled(0.0, span_s)
    stored_j = P.coil_j_per_k * (coil.at("coil") - P.inlet_c)
    stored_j += P.water_j_per_k * (coil.at("water") - P.inlet_c)
    assert stored_j == pytest.approx(loss_w() * span_s, rel=0.05)


def test_the_sample_is_as_without() -> None:
    bare = TwoNode(TissueParameters())
    for _ in range(50):
        bare.advance(0.2, FIELD_A_PER_M, 161_270.0)
    coil = cooled(1.0, 10.0)
    assert coil.at("core") == bare.at("core") > 37.0
    assert coil.tumour_max_c == bare.tumour_max_c
