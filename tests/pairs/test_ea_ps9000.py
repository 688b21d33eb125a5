"""The Elektro-Automatik driver on its simulated twin, over the simulated wire."""

import pytest

from drivers.ea_ps9000 import EaPs9000
from drivers.errors import Refused, Silent
from drivers.roles import CoilSupply
from drivers.transport import Transport
from simulators.ea_ps9000 import MODELS
from simulators.ea_ps9000 import EaPs9000 as Twin
from simulators.line import Line


def pair(
    model: str = "PSB 10060-60", spaced: bool = True
) -> tuple[EaPs9000, Twin, Line]:
    twin = Twin(model, spaced=spaced)
    line = Line(twin)
    return EaPs9000(Transport(line, "psu"), model=model), twin, line


@pytest.mark.parametrize("spaced", [True, False])
@pytest.mark.parametrize("model", MODELS)
def test_a_treatment_on_every_model(model: str, spaced: bool) -> None:
    driver, twin, _ = pair(model, spaced)
    supply: CoilSupply = driver
    assert supply.identify().model == model
    supply.off()
    supply.set_trips(20.0, 12.5)
    assert supply.read_trips() == (20.0, 12.5)
    supply.set_output(True)
    supply.set_voltage(10.0)
    supply.set_current(5.5)
    assert supply.read_setpoints() == (10.0, 5.5)
    assert (twin.set_voltage_v, twin.set_current_a) == (10.0, 5.5)
    twin.voltage_v, twin.current_a = 9.5, 5.5
    state = supply.read_state()
    assert (state.voltage_v, state.current_a) == (9.5, 5.5)
    assert (state.output_on, state.trip) == (True, "")
    supply.off()
    assert not supply.read_state().output_on
    assert (twin.set_voltage_v, twin.set_current_a) == (0.0, 0.0)


@pytest.mark.parametrize("model", MODELS)
def test_a_power_limit_is_kept_and_read_back(model: str) -> None:
    driver, twin, _ = pair(model)
    driver.off()
    driver.set_power_limit(120.4)
    assert twin.set_power_w == driver.read_power_limit() == 121.0
    driver.set_output(True)
    twin.voltage_v, twin.current_a = 12.1, 10.0
    twin.advance(0.1)
    assert twin.condition("OPER") == 1 << 10 and not driver.read_state().trip
    twin.voltage_v = 12.8  # the limit has failed
    twin.advance(0.1)
    assert driver.read_state().trip == "over-power" and not twin.output_on


def test_settings_before_control_is_taken_are_refused() -> None:
    supply, twin, _ = pair()
    with pytest.raises(Refused, match="-221"):
        supply.set_output(True)
    assert not twin.output_on


def test_off_takes_back_what_another_client_left_on() -> None:
    supply, twin, _ = pair()
    twin.receive(b"SYST:LOCK ON;OUTP ON;SYST:LOCK OFF\n")
    assert twin.output_on
    supply.off()
    assert not twin.output_on


def test_the_armed_watchdog_acts_when_the_host_dies() -> None:
    supply, twin, line = pair()
    supply.off()
    supply.arm_watchdog(2)
    assert supply.watchdog == "switches off after 2 s without communication"
    supply.set_output(True)
    for _ in range(10):
        line.advance(1.0)
        assert supply.read_state().output_on
    line.advance(1.9)
    assert twin.output_on
    line.advance(0.1)
    assert not twin.output_on
    assert supply.read_state().trip == "communication lost"
    with pytest.raises(Refused, match="communication lost"):
        supply.set_output(True)
    supply.reset_trip()
    supply.off()
    supply.set_output(True)
    assert supply.read_state().output_on


def test_the_watchdog_acts_when_the_cable_swallows_commands() -> None:
    supply, twin, line = pair()
    supply.off()
    supply.arm_watchdog(1)
    supply.set_output(True)
    line.deaf = True
    with pytest.raises(Silent):
        supply.read_state()
    line.advance(1.0)
    assert not twin.output_on


def test_without_a_watchdog_the_output_stays() -> None:
    supply, twin, line = pair()
    supply.off()
    supply.set_output(True)
    assert supply.watchdog == ""
    line.advance(600.0)
    assert twin.output_on


def test_an_alarm_reaches_the_driver_and_survives_verified_settings() -> None:
    supply, twin, line = pair()
    supply.off()
    supply.set_trips(20.0, 5.0)
    supply.set_output(True)
    twin.current_a = 5.5
    line.advance(0.1)
    supply.set_trips(20.0, 6.0)  # reading its errors acknowledges the alarm
    assert twin.alarms == 0
    assert supply.read_state().trip == "over-current"


def test_no_restart_after_the_mains_come_back() -> None:
    supply, twin, _ = pair()
    twin.restore = "AUTO"
    supply.off()
    supply.set_output(True)
    twin.power_cycled()
    assert not twin.output_on


@pytest.mark.parametrize("fault", ["local", "ignores_set"])
def test_a_supply_that_does_not_obey_is_noticed(fault: str) -> None:
    supply, twin, _ = pair()
    setattr(twin, fault, True)
    supply.off()
    supply.set_current(5.0)
    assert supply.read_setpoints() == (0.0, 0.0)
