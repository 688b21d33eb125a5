"""The Luxtron driver on its simulated twin, over the simulated wire."""

import math

import pytest

from drivers.errors import Garbled, Silent
from drivers.luxtron_m600 import MODELS, LuxtronM600
from drivers.roles import Temperature, Thermometer
from drivers.transport import Transport
from simulators.line import Line
from simulators.luxtron_m600 import LuxtronM600 as Twin


class Pair:
    def __init__(self, model: str = "812", firmware: str = "2.82") -> None:
        self.twin = Twin(model, firmware=firmware)
        self.line = Line(self.twin)
        self.driver: Thermometer = LuxtronM600(
            Transport(self.line, "fibre"), model=model
        )
        self.driver.identify()

    def show(self, *temperatures: float | None) -> dict[int, Temperature]:
        """Return what is read after an interval in which probes show these."""
        self.twin.temperatures[: len(temperatures)] = temperatures
        self.line.advance(self.twin.interval_s)
        return self.driver.read_temperatures()


@pytest.mark.parametrize("firmware", ["1.00", "2.82"])
@pytest.mark.parametrize("model", MODELS)
def test_every_model_in_both_styles(model: str, firmware: str) -> None:
    pair = Pair(model, firmware)
    shown = [36.0 + n for n in range(MODELS[model])]
    readings = pair.show(*shown)
    assert [reading.value_c for reading in readings.values()] == shown


def test_between_reports_there_is_no_reading() -> None:
    pair = Pair()
    assert pair.show(43.0, 37.0)[1].value_c == 43.0
    pair.line.advance(0.2)
    with pytest.raises(Silent):
        pair.driver.read_temperatures()


def test_of_many_reports_the_newest_counts() -> None:
    pair = Pair()
    for shown_c in (40.0, 41.0):
        pair.twin.temperatures[:] = [shown_c, 37.0]
        pair.line.advance(pair.twin.interval_s)
    assert pair.show(42.0, 37.0)[1].value_c == 42.0
    with pytest.raises(Silent):
        pair.driver.read_temperatures()


def test_an_unplugged_probe_is_no_reading_from_its_first_report_on() -> None:
    pair = Pair()
    pair.show(43.0, 37.0)
    pair.twin.unplugged[0] = True
    reports = [pair.show(43.0, 37.0) for _ in range(3)]
    assert [r[1].quality for r in reports] == ["error", "no-probe", "no-probe"]
    assert all(math.isnan(r[1].value_c) and r[2].value_c == 37.0 for r in reports)


def test_an_instrument_left_in_fahrenheit_reads_celsius() -> None:
    pair = Pair()
    pair.twin.receive(b"\x1bUN=FAHRENHEIT\r")
    pair.line.advance(2.0)
    with pytest.raises(Garbled):
        pair.driver.read_temperatures()
    pair.driver.identify()
    assert pair.show(43.0, 37.0)[1].value_c == 43.0


def test_reports_go_on_while_it_is_identified() -> None:
    pair = Pair()
    pair.twin.interleaves = True
    pair.show(43.0, 37.0)
    assert pair.driver.identify().serial == "80197"
    assert pair.show(43.5, 37.0)[1].value_c == 43.5


def test_one_that_was_started_in_standby_is_set_to_run() -> None:
    pair = Pair()
    pair.twin.receive(b"\x1bST=DISABLE\r\x18\r")
    pair.line.advance(2.0)
    with pytest.raises(Silent):
        pair.driver.read_temperatures()
    pair.driver.identify()
    assert pair.show(43.0, 37.0)[2].value_c == 37.0


@pytest.mark.parametrize("at", range(28))
def test_no_lost_byte_becomes_another_temperature(at: int) -> None:
    """28 bytes are two fields; the line end is not part of them."""
    pair = Pair()
    pair.line.garble = lambda data: data[:at] + data[at + 1 :]
    with pytest.raises(Garbled):
        pair.show(43.25, 37.5)


def test_after_a_power_failure_it_is_silent_and_then_goes_on() -> None:
    pair = Pair()
    pair.show(43.0, 37.0)
    pair.twin.power_cycled()
    for _ in range(14):
        pair.line.advance(2.0)
        with pytest.raises(Silent):
            pair.driver.read_temperatures()
    pair.line.advance(4.0)
    assert pair.driver.read_temperatures()[2].value_c == 37.0
