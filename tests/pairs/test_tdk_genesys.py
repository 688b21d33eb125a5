"""The Genesys driver on its simulated twin, over the simulated wire."""

import math

import pytest

from drivers.errors import ConnectionLost, Garbled, Refused, Silent
from drivers.roles import CoilSupply
from drivers.tdk_genesys import TdkGenesys
from drivers.transport import Transport
from simulators.line import Line
from simulators.tdk_genesys import MODELS
from simulators.tdk_genesys import TdkGenesys as Twin


def pair(
    model: str = "GEN40-38", checksum: bool = False
) -> tuple[TdkGenesys, Twin, Line]:
    twin = Twin(model)
    line = Line(twin)
    driver = TdkGenesys(Transport(line, "psu"), model=model, checksum=checksum)
    return driver, twin, line


@pytest.mark.parametrize("checksum", [False, True])
@pytest.mark.parametrize("model", MODELS)
def test_a_treatment_on_every_model(model: str, checksum: bool) -> None:
    driver, twin, _ = pair(model, checksum)
    supply: CoilSupply = driver
    assert supply.identify().model == model
    supply.off()
    supply.set_trips(1.05 * 20.0, 12.5)
    assert supply.read_trips() == pytest.approx((21.21, math.inf))
    supply.set_output(True)
    supply.set_voltage(20.0)  # the trip leaves room for the highest voltage limit
    supply.set_current(5.25)
    assert supply.read_setpoints() == (20.0, 5.25)
    assert (twin.set_voltage_v, twin.set_current_a) == (20.0, 5.25)
    twin.voltage_v, twin.current_a = 9.5, 5.25
    state = supply.read_state()
    assert (state.voltage_v, state.current_a) == (9.5, 5.25)
    assert (state.output_on, state.trip) == (True, "")
    supply.off()
    assert not supply.read_state().output_on
    assert (twin.set_voltage_v, twin.set_current_a) == (0.0, 0.0)


def test_it_has_no_watchdog() -> None:
    supply, twin, line = pair()
    supply.off()
    supply.set_output(True)
    line.advance(3600.0)
    assert supply.watchdog == ""
    assert twin.output_on


def test_off_reaches_a_supply_that_somebody_took_to_the_front_panel() -> None:
    supply, twin, _ = pair()
    supply.off()
    supply.set_output(True)
    twin.mode = "LOC"
    with pytest.raises(Refused, match="C01"):
        supply.set_current(1.0)
    supply.off()
    assert not twin.output_on


def test_off_reaches_a_supply_whose_answers_are_lost() -> None:
    supply, twin, line = pair()
    supply.off()
    supply.set_output(True)
    line.silent = True
    with pytest.raises(Silent):
        supply.off()
    assert not twin.output_on


def test_a_supply_back_from_a_mains_failure_is_off_and_needs_its_address() -> None:
    supply, twin, _ = pair()
    twin.auto_restart = True
    supply.off()
    supply.set_output(True)
    twin.power_cycled()
    assert not twin.output_on
    with pytest.raises(Silent):
        supply.read_state()
    supply.off()
    assert not supply.read_state().output_on


def test_a_trip_is_reported_and_reset() -> None:
    supply, twin, line = pair()
    supply.off()
    supply.set_trips(10.0, 5.0)
    supply.set_output(True)
    twin.voltage_v = 11.0
    line.advance(0.1)
    assert supply.read_state().trip == "over-voltage"
    with pytest.raises(Refused, match="over-voltage"):
        supply.set_output(True)
    supply.reset_trip()
    supply.set_output(True)
    assert supply.read_state().output_on


def test_foldback_left_armed_by_others_does_not_trip_a_coil() -> None:
    supply, twin, line = pair()
    twin.foldback_on = True
    supply.off()
    supply.set_trips(10.0, 5.0)
    supply.set_current(2.0)
    supply.set_output(True)
    twin.current_a = 2.0
    line.advance(60.0)
    assert supply.read_state().output_on


def test_wire_faults() -> None:
    supply, _, line = pair()
    supply.off()
    line.garble = lambda answer: answer.replace(b"0", b"\xff")
    with pytest.raises(Garbled):
        supply.read_state()
    line.gone = True
    with pytest.raises(ConnectionLost):
        supply.read_state()
