"""The OSENSA driver on its simulated twin, over the simulated wire."""

import math

import pytest

from drivers.errors import ConnectionLost, Garbled, Refused, Silent
from drivers.osensa_ftx import MODELS, OsensaFtx
from drivers.roles import Thermometer
from drivers.transport import Transport
from simulators.line import Line
from simulators.osensa_ftx import OsensaFtx as Twin


def pair(model: str = "FTX-3") -> tuple[Thermometer, Twin, Line]:
    twin = Twin(model)
    line = Line(twin)
    return OsensaFtx(Transport(line, "fibre"), model=model), twin, line


@pytest.mark.parametrize("model", MODELS)
def test_every_model_shows_each_channel_its_own_temperature(model: str) -> None:
    driver, twin, _ = pair(model)
    twin.temperatures[:] = [36.0 + n for n in range(len(twin.temperatures))]
    assert driver.identify().serial == "123456"
    readings = driver.read_temperatures()
    assert list(readings) == list(range(1, MODELS[model].channels + 1))
    assert [reading.value_c for reading in readings.values()] == twin.temperatures


@pytest.mark.parametrize(("status", "shown_c"), [(9, 0.0), (1, 37.0), (0, -273.0)])
def test_an_unplugged_probe_is_no_reading(status: int, shown_c: float) -> None:
    driver, twin, _ = pair()
    twin.temperatures[:] = [43.0, 41.0, 37.0]
    twin.unplugged[1] = True
    twin.no_probe_status, twin.no_probe_c = status, shown_c
    readings = driver.read_temperatures()
    assert [reading.quality for reading in readings.values()] == ["ok", "error", "ok"]
    assert math.isnan(readings[2].value_c)


def test_a_frozen_channel_looks_well_and_repeats_itself() -> None:
    driver, twin, _ = pair()
    twin.temperatures[:] = [43.0, 41.0, 37.0]
    driver.read_temperatures()
    twin.frozen[0] = True
    twin.temperatures[:] = [44.0, 42.0, 38.0]
    assert [r.value_c for r in driver.read_temperatures().values()] == [
        43.0,
        42.0,
        38.0,
    ]


@pytest.mark.parametrize("at", range(21))
def test_no_changed_byte_becomes_a_temperature(at: int) -> None:
    driver, twin, line = pair("FTX-1")
    twin.temperatures[0] = 43.0
    driver.identify()
    line.garble = lambda data: data[:at] + bytes((data[at] ^ 0x10,)) + data[at + 1 :]
    with pytest.raises((Garbled, Silent)):
        driver.read_temperatures()
    line.garble = None
    assert driver.read_temperatures()[1].value_c == 43.0


def test_a_unit_with_fewer_channels_is_refused() -> None:
    twin = Twin("FTX-1")
    twin.temperatures[0] = 43.0
    driver = OsensaFtx(
        Transport(Line(twin), "fibre"), model="FTX-3", device_id=twin.device_id
    )
    with pytest.raises(Refused, match="number of channels"):
        driver.read_temperatures()


def test_faults_of_the_line_are_errors_and_it_recovers() -> None:
    driver, twin, line = pair()
    twin.temperatures[:] = [43.0, 41.0, 37.0]
    driver.read_temperatures()
    line.silent = True
    with pytest.raises(Silent):
        driver.read_temperatures()
    line.silent, line.garble = False, lambda data: data + data
    assert driver.read_temperatures()[3].value_c == 37.0
    line.gone = True
    with pytest.raises(ConnectionLost):
        driver.read_temperatures()
