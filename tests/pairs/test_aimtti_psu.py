"""The real driver on the simulated supply, over a line."""

import pytest

from drivers.aimtti_psu import MODELS, AimttiPsu
from drivers.errors import ConnectionLost, Garbled, Refused, Silent, WrongInstrument
from drivers.roles import CoilSupply, SupplyState
from drivers.transport import Transport
from simulators import aimtti_output, aimtti_psu
from simulators.aimtti_output import Trip
from simulators.line import Line


class Pair:
    def __init__(self, model: str = "QPX1200SP") -> None:
        self.twin = aimtti_psu.AimttiPsu(model, serial="512345")
        self.line = Line(self.twin)
        self.driver: CoilSupply = AimttiPsu(Transport(self.line, "psu"), model=model)

    def load(self, voltage_v: float, current_a: float) -> None:
        self.twin.voltage_v, self.twin.current_a = voltage_v, current_a
        self.line.advance(0.2)

    def run(self) -> None:
        self.driver.set_trips(24.8, 25.2)
        self.driver.set_output(True)
        self.driver.set_voltage(18.3)
        self.driver.set_current(17.5)
        self.load(16.7, 17.5)


@pytest.mark.parametrize("model", MODELS)
def test_every_model_identifies_sets_reads_and_goes_off(model: str) -> None:
    pair = Pair(model)
    driver, twin = pair.driver, pair.twin
    assert driver.identify().model == model
    assert driver.identify().serial == "512345"
    highest_a = MODELS[model].max_current_a
    driver.set_trips(25.0, highest_a)
    assert driver.read_trips() == (25.0, highest_a)
    driver.set_output(True)
    driver.set_voltage(10.5)
    driver.set_current(highest_a / 2)
    assert driver.read_setpoints() == (10.5, highest_a / 2)
    pair.load(10.5, 0.5)
    assert driver.read_state() == SupplyState(10.5, 0.5, True, "")
    driver.off()
    pair.load(0.0, 0.0)
    assert driver.read_state() == SupplyState(0.0, 0.0, False, "")
    assert driver.read_setpoints() == (0.0, MODELS[model].lowest_current_a)
    assert twin.receive(b"EER?\n") == b"0\r\n"


def test_both_sides_know_the_same_models() -> None:
    twins = aimtti_output.MODELS
    assert set(MODELS) == set(twins)
    for name, model in MODELS.items():
        assert (model.max_voltage_v, model.max_current_a, model.lowest_current_a) == (
            twins[name].max_voltage_v,
            twins[name].max_current_a,
            twins[name].lowest_current_a,
        )


def test_the_wrong_model_is_noticed() -> None:
    pair = Pair("CPX400SP")
    with pytest.raises(WrongInstrument):
        AimttiPsu(Transport(pair.line, "psu"), model="QPX1200SP").identify()


def test_a_trip_shows_until_it_is_reset() -> None:
    pair = Pair()
    pair.run()
    pair.load(16.7, 25.3)
    for _ in range(2):
        assert pair.driver.read_state().trip == "over-current"
    assert not pair.twin.output_on
    with pytest.raises(Refused):
        pair.driver.set_output(True)
    pair.load(0.0, 0.0)
    pair.driver.reset_trip()
    pair.driver.set_output(True)
    assert pair.driver.read_state() == SupplyState(0.0, 0.0, True, "")


@pytest.mark.parametrize(
    ("reason", "word"),
    [
        ("over-voltage", "over-voltage"),
        ("over-current", "over-current"),
        ("over-temperature", "fault"),
    ],
)
@pytest.mark.parametrize("model", ["QPX1200SP", "CPX400DP"])
def test_each_reason_is_named(model: str, reason: Trip, word: str) -> None:
    pair = Pair(model)
    pair.driver.set_output(True)
    pair.twin.trip(reason)
    assert pair.driver.read_state() == SupplyState(0.0, 0.0, False, word)


def test_stuck_on_shows_in_the_read_back() -> None:
    pair = Pair()
    pair.run()
    pair.twin.stuck_on = True
    pair.driver.off()
    assert pair.driver.read_state() == SupplyState(16.7, 17.5, True, "")
    assert pair.driver.read_setpoints() == (18.3, 17.5)


def test_ignored_setpoints_show_in_the_read_back() -> None:
    pair = Pair()
    pair.run()
    pair.twin.ignores_set = True
    pair.driver.set_current(5.0)
    assert pair.driver.read_setpoints() == (18.3, 17.5)


def test_the_front_panel_refuses_what_is_verified() -> None:
    pair = Pair()
    pair.twin.front_panel = True
    with pytest.raises(Refused, match="front panel"):
        pair.driver.set_trips(24.8, 25.2)
    with pytest.raises(Refused, match="front panel"):
        pair.driver.set_output(True)


def test_a_power_cycle_is_output_off_and_open_trips() -> None:
    pair = Pair()
    pair.run()
    pair.twin.power_cycled()
    assert not pair.driver.read_state().output_on
    assert pair.driver.read_trips() == (65.0, 55.0)


def test_faults_of_the_line_are_errors_never_numbers() -> None:
    pair = Pair()
    pair.run()
    pair.line.silent = True
    with pytest.raises(Silent):
        pair.driver.read_state()
    pair.line.silent = False
    pair.line.garble = lambda answer: answer.replace(b"1", b"\xb1")
    with pytest.raises(Garbled):
        pair.driver.read_state()
    pair.line.garble = None
    assert pair.driver.read_state() == SupplyState(16.7, 17.5, True, "")
    pair.line.gone = True
    with pytest.raises(ConnectionLost):
        pair.driver.off()


def test_a_line_that_heals_needs_nothing_else() -> None:
    pair = Pair()
    pair.run()
    pair.line.garble = lambda answer: answer[:3]
    for _ in range(3):
        with pytest.raises(Silent):
            pair.driver.read_state()
    pair.line.garble = None
    assert pair.driver.read_state().current_a == 17.5
