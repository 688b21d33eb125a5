"""The real driver on the simulated thermometer, over a line."""

import math

import pytest

from drivers.errors import ConnectionLost, Garbled, Silent
from drivers.neoptix_reflex import NeoptixReflex, Signal
from drivers.roles import Temperature, Thermometer
from drivers.transport import Transport
from simulators import neoptix_reflex
from simulators.line import Line


class Pair:
    def __init__(self, model: str = "ReFlex-4", line_end: bytes = b"\r") -> None:
        self.twin = neoptix_reflex.NeoptixReflex(model=model, serial="R7")
        self.twin.line_end = line_end
        self.line = Line(self.twin)
        self.thermometer = NeoptixReflex(Transport(self.line, "fibre"))
        self.driver: Thermometer = self.thermometer

    def show(self, *temperatures: float | None) -> dict[int, Temperature]:
        self.twin.temperatures[:] = temperatures
        self.line.advance(self.twin.update_s)
        return self.driver.read_temperatures()


@pytest.mark.parametrize("line_end", [b"\r", b"\r\n"])
@pytest.mark.parametrize(
    ("model", "true_c"),
    [
        ("ReFlex-1", [43.0]),
        ("ReFlex-2", [43.0, -4.96]),
        ("ReFlex-4", [43.0, 41, 38, 37]),
    ],
)
def test_every_model_with_either_line_end(
    model: str, true_c: list[float | None], line_end: bytes
) -> None:
    pair = Pair(model, line_end)
    identity = pair.driver.identify()
    assert (identity.maker, identity.model, identity.serial) == ("Neoptix", model, "R7")
    readings = pair.show(*true_c)
    assert list(readings) == list(range(1, len(true_c) + 1))
    for reading, value_c in zip(readings.values(), true_c, strict=True):
        assert value_c is not None
        assert reading == Temperature(round(value_c, 1), "ok")


def test_an_instrument_left_in_fahrenheit_reads_celsius() -> None:
    pair = Pair("ReFlex-1")
    pair.twin.fahrenheit = True
    pair.driver.identify()
    assert pair.show(37.0)[1].value_c == 37.0


def test_unplugged_frozen_and_warming_up() -> None:
    pair = Pair()
    pair.driver.identify()
    pair.show(43.0, 41.0, 38.0, 37.0)
    pair.twin.unplugged[0] = pair.twin.frozen[1] = True
    readings = pair.show(44.0, 44.0, 44.0, None)
    qualities = [reading.quality for reading in readings.values()]
    assert qualities == ["no-probe", "ok", "ok", "no-probe"]
    assert math.isnan(readings[1].value_c)
    assert (readings[2].value_c, readings[3].value_c) == (41.0, 44.0)
    pair.twin.warming_up = True
    readings = pair.driver.read_temperatures()
    assert [reading.quality for reading in readings.values()] == ["warming-up"] * 4
    pair.twin.warming_up = False
    assert pair.driver.read_temperatures()[3].value_c == 44.0


def test_signals() -> None:
    pair = Pair("ReFlex-2")
    pair.show(None, 37.0)
    assert pair.thermometer.read_signals() == {
        1: Signal(1.09, False),
        2: Signal(2.5, True),
    }


def test_stream_lines_left_on_do_not_become_temperatures() -> None:
    pair = Pair("ReFlex-1")
    pair.driver.identify()
    pair.twin.streaming = True
    assert pair.show(37.0)[1].value_c == 37.0
    pair.line.garble = lambda answer: b"C:1;T: +99.9\r" + answer
    with pytest.raises(Garbled):
        pair.driver.read_temperatures()


def test_faults_of_the_line_are_errors_never_numbers() -> None:
    pair = Pair()
    pair.driver.identify()
    pair.show(43.0, 41.0, 38.0, 37.0)
    pair.line.silent = True
    with pytest.raises(Silent):
        pair.driver.read_temperatures()
    pair.line.silent = False
    for spoil in (b"+4\xff.0", b"43.0", b"+43.00", b""):
        pair.line.garble = lambda answer, spoil=spoil: answer.replace(b"+43.0", spoil)
        with pytest.raises(Garbled):
            pair.driver.read_temperatures()
    pair.line.garble = None
    pair.line.gone = True
    with pytest.raises(ConnectionLost):
        pair.driver.read_temperatures()
