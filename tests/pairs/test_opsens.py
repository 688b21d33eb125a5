"""The Opsens driver on its simulated twin, over the simulated wire."""

import math

import pytest

from drivers.errors import ConnectionLost, Silent
from drivers.opsens import MODELS, Opsens
from drivers.roles import Thermometer
from drivers.transport import Transport
from simulators.line import Line
from simulators.opsens import Opsens as Twin


def pair(model: str = "PicoM", channels: int = 1) -> tuple[Thermometer, Twin, Line]:
    twin = Twin(model, "S7", channels)
    line = Line(twin)
    return Opsens(Transport(line, "fibre"), model=model, channels=channels), twin, line


@pytest.mark.parametrize("line_end", [b"\n", b"\r\n"])
@pytest.mark.parametrize("model", MODELS)
def test_every_model(model: str, line_end: bytes) -> None:
    driver, twin, _ = pair(model, 2)
    twin.line_end = line_end
    twin.temperatures[:] = [43.25, -4.5]
    identity = driver.identify()
    assert (identity.model, identity.serial) == (model, "S7")
    readings = driver.read_temperatures()
    assert [reading.value_c for reading in readings.values()] == [43.25, -4.5]


@pytest.mark.parametrize(
    ("answer", "quality"),
    [(b"-99999.99", "error"), (b"---", "error"), (b"Err -333", "no-probe")],
)
def test_an_unplugged_probe_is_no_reading(answer: bytes, quality: str) -> None:
    driver, twin, _ = pair(channels=2)
    twin.temperatures[:] = [43.0, 37.0]
    twin.unplugged[0], twin.no_probe_answer = True, answer
    readings = driver.read_temperatures()
    assert (readings[1].quality, readings[2].value_c) == (quality, 37.0)
    assert math.isnan(readings[1].value_c)


def test_a_channel_that_does_not_exist_is_no_reading() -> None:
    twin = Twin()
    twin.temperatures[0] = 43.0
    driver = Opsens(Transport(Line(twin), "fibre"), channels=2)
    readings = driver.read_temperatures()
    assert (readings[1].value_c, readings[2].quality) == (43.0, "error")


def test_faults_of_the_line_are_errors_and_it_recovers() -> None:
    driver, twin, line = pair()
    twin.temperatures[0] = 43.0
    driver.read_temperatures()
    line.garble = lambda data: data.replace(b"\x04", b"")
    with pytest.raises(Silent):
        driver.read_temperatures()
    line.garble = lambda data: data + data
    assert driver.read_temperatures()[1].value_c == 43.0
    line.gone = True
    with pytest.raises(ConnectionLost):
        driver.read_temperatures()
