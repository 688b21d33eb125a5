"""The FOTEMP driver on its simulated twin, over the simulated wire."""

import math

import pytest

from drivers.errors import ConnectionLost, Garbled, Silent
from drivers.fotemp import Fotemp
from drivers.roles import Thermometer
from drivers.transport import Transport
from simulators.fotemp import Fotemp as Twin
from simulators.line import Line


def pair(channels: int = 4) -> tuple[Thermometer, Twin, Line]:
    twin = Twin(serial="S7", channels=channels)
    line = Line(twin)
    return Fotemp(Transport(line, "fibre")), twin, line


@pytest.mark.parametrize("channels", [1, 4, 8])
def test_every_channel_shows_its_own_temperature(channels: int) -> None:
    driver, twin, _ = pair(channels)
    twin.temperatures[:] = [36.5 + n for n in range(channels)]
    identity = driver.identify()
    assert (identity.model, identity.serial) == ("FT COMP2", "S7")
    readings = driver.read_temperatures()
    assert list(readings) == list(range(1, channels + 1))
    assert [reading.value_c for reading in readings.values()] == twin.temperatures


@pytest.mark.parametrize("token", [b"---", b"NaN", None])
def test_an_unplugged_probe_is_no_reading_and_moves_no_other(
    token: bytes | None,
) -> None:
    driver, twin, _ = pair()
    twin.temperatures[:] = [43.0, 41.0, 37.0, 36.0]
    twin.unplugged[0], twin.no_probe_token = True, token
    readings = driver.read_temperatures()
    assert readings[1].quality == "no-probe"
    assert math.isnan(readings[1].value_c)
    assert [readings[n].value_c for n in (2, 3, 4)] == [41.0, 37.0, 36.0]


def test_faults_of_the_line_are_errors_and_it_recovers() -> None:
    driver, twin, line = pair()
    twin.temperatures[:] = [43.0, 41.0, 37.0, 36.0]
    driver.read_temperatures()
    twin.failing = True
    assert {r.quality for r in driver.read_temperatures().values()} == {"error"}
    twin.failing = False
    line.garble = lambda data: data.replace(b"#03 2", b"#03 3")
    with pytest.raises(Garbled):
        driver.read_temperatures()
    line.garble = lambda data: data[:-2]
    with pytest.raises(Silent):
        driver.read_temperatures()
    line.garble = None
    assert driver.read_temperatures()[1].value_c == 43.0
    line.gone = True
    with pytest.raises(ConnectionLost):
        driver.read_temperatures()
