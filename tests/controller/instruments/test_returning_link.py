"""A link that comes back: opened again, identified again, and the field stays off."""

import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from controller.bench import How, open_bench
from controller.config.loading import load
from controller.decisions.signals import Command, Request
from controller.instruments.ports import REOPEN_EACH_S, ReturningPort
from controller.instruments.stations import ThermometerStation
from controller.instruments.stations_inverter import SupplyStation
from controller.loop import COMPLETED
from drivers.errors import ConnectionLost, InstrumentError, Silent
from drivers.roles import Identity, SupplyState, Temperature
from tests.controller.rig import Rig, rig, short
from tests.controller.served import served_bench

ONE = Identity("Maker", "Model", "1", "a")
TWO = Identity("Maker", "Model", "2", "a")
ON = Command(1000.0, 160e3, 2.0, 3.0, True, 0.1, 1e4, False, "")


class FakeSupply:
    """Says what it is told to say, and writes down what it is asked."""

    def __init__(self) -> None:
        self.fails: InstrumentError | None = None
        self.who = ONE
        self.trips = (10.0, 5.0)
        self.asked: list[str] = []

    def __getattr__(self, name: str) -> Callable[..., object]:
        if name.endswith("_power_limit"):  # it has none
            raise AttributeError(name)

        def call(*arguments: object) -> object:
            self.asked.append(name)
            if self.fails is not None:
                raise self.fails
            if name == "set_trips":
                self.trips = arguments  # type: ignore[assignment]
            return {
                "identify": self.who,
                "read_state": SupplyState(1.0, 0.0, False, ""),
                "read_trips": self.trips,
                "read_temperatures": {1: Temperature(37.0, "ok")},
            }.get(name)

        return call


def supply_station(driver: FakeSupply) -> SupplyStation:
    station = SupplyStation("psu", lambda: 7.0, driver)  # type: ignore[arg-type]
    station.identify, station.identity = driver.identify, ONE  # type: ignore[assignment]
    assert station.prepare(10.0, 5.0, 50.0) == ""
    station.apply(ON)
    driver.asked.clear()
    return station


@pytest.mark.parametrize("error", [Silent("x"), ConnectionLost("x")])
def test_it_is_identified_before_it_counts(error: InstrumentError) -> None:
    driver = FakeSupply()
    station = supply_station(driver)
    driver.fails = error
    station.poll()
    driver.fails = None
    driver.asked.clear()
    station.poll()
    assert driver.asked == ["identify", "read_trips", "read_state"]
    assert station.trouble is None
    assert (station.returned_s == 7.0) is isinstance(error, ConnectionLost)


def test_another_instrument_never_counts_and_is_never_commanded() -> None:
    driver = FakeSupply()
    station = supply_station(driver)
    driver.fails = ConnectionLost("x")
    station.poll()
    driver.fails, driver.who = None, TWO
    driver.asked.clear()
    for _ in range(3):
        station.poll()
        station.apply(ON)
    assert set(driver.asked) == {"identify"}
    assert station.trouble is not None
    assert "Maker Model 2 answers, not Maker Model 1" in station.trouble.sentence
    assert station.returned_s != station.returned_s
    assert "check what is plugged in" in station.prepare(10.0, 5.0, 50.0)


def test_off_is_sent_to_whoever_listens_and_not_confirmed_by_another() -> None:
    driver = FakeSupply()
    station = supply_station(driver)
    driver.fails = ConnectionLost("x")
    station.poll()
    driver.fails, driver.who = None, TWO
    driver.asked.clear()
    assert "answers, not" in station.off()
    assert driver.asked == ["off", "identify"]


def test_a_supply_back_with_other_trips_does_not_count() -> None:
    driver = FakeSupply()
    station = supply_station(driver)
    driver.fails = Silent("x")
    station.poll()
    driver.fails, driver.trips = None, (80.0, 55.0)
    driver.asked.clear()
    station.poll()
    assert "read_state" not in driver.asked
    assert station.trouble is not None and "(80.0, 55.0)" in station.trouble.sentence
    # the operator's reset programs them anew
    assert station.prepare(10.0, 5.0, 50.0) == ""
    station.poll()
    assert station.trouble is None


def test_setpoints_are_sent_again_after_a_break() -> None:
    driver = FakeSupply()
    station = supply_station(driver)
    station.apply(ON)
    assert "set_current" not in driver.asked  # nothing has changed
    driver.fails = Silent("x")
    station.poll()
    driver.fails = None
    station.poll()
    station.apply(ON)
    assert "set_current" in driver.asked and "set_output" not in driver.asked


def test_a_quiet_thermometer_between_two_reports_is_not_a_break() -> None:
    driver = FakeSupply()
    station = ThermometerStation("t", lambda: 7.0, driver, (1,), 1.0)  # type: ignore
    station.identify, station.identity = driver.identify, ONE  # type: ignore
    station.poll()
    driver.fails = Silent("x")
    station.poll()
    driver.fails = None
    driver.asked.clear()
    station.poll()
    assert driver.asked == ["read_temperatures"]


class FakePort:
    waits = True

    def __init__(self) -> None:
        self.gone = self.closed = False

    def write(self, data: bytes) -> None:
        if self.gone:
            raise OSError("pulled")

    def read(self, timeout_s: float) -> bytes:
        self.write(b"")
        return b"here"

    def close(self) -> None:
        self.closed = True


def test_a_port_is_opened_again_at_most_once_a_second() -> None:
    made: list[FakePort] = []
    now_s, missing = 0.0, False

    def reopen() -> FakePort:
        if missing:
            raise ConnectionLost("cannot open it")
        made.append(FakePort())
        return made[-1]

    port = ReturningPort(reopen, lambda: now_s)
    made[0].gone = missing = True
    with pytest.raises(OSError, match="pulled"):
        port.write(b"x")
    assert made[0].closed
    for _ in range(5):
        with pytest.raises(OSError, match="cannot open it"):
            port.read(0.1)
    missing = False
    with pytest.raises(OSError, match="cannot open it"):
        port.read(0.1)  # too early to try again
    now_s += REOPEN_EACH_S
    assert port.read(0.1) == b"here" and len(made) == 2
    port.close()
    port.close()
    now_s += REOPEN_EACH_S
    assert made[1].closed
    with pytest.raises(OSError, match="closed"):
        port.read(0.1)


@pytest.mark.parametrize("name", ["psu", "thermometer"])
def test_a_real_port_is_opened_again(tmp_path: Path, name: str) -> None:
    with (
        served_bench(tmp_path) as (config, served),
        open_bench(load(config), How()) as bench,
    ):
        stations = {station.name: station for station in bench.link.stations}
        station, line = stations[name], served.simulation.lines[name]

        def wait_for(condition: Callable[[], bool]) -> None:
            pause = threading.Event()
            assert any(condition() or pause.wait(0.02) for _ in range(1000))

        wait_for(lambda: station.taken_s == station.taken_s)
        line.gone = True
        wait_for(lambda: station.trouble is not None)
        assert station.trouble is not None
        assert station.trouble.error is ConnectionLost
        line.gone = False
        wait_for(lambda: station.returned_s == station.returned_s)
        assert station.trouble is None


def test_the_field_stays_off_until_the_operator_s_reset(tmp_path: Path) -> None:
    steps: list[str] = []

    def at(r: Rig) -> tuple[Request, ...]:
        since_s = r.loop.since_phase_s()
        if not steps and r.phase == "hold" and since_s > 20.0:
            r.line("psu").gone = True
            steps.append("cut")
        elif steps == ["cut"]:
            r.line("psu").gone = False
            steps.append("back")
        elif steps == ["cut", "back"] and r.phase == "tripped" and since_s > 30.0:
            assert r.bench.link.supply.trouble is None  # back long since, and yet
            assert not r.supply.output_on
            steps.append("reset")
            return (Request("reset"),)
        return ()

    with rig(tmp_path, change=short, at=at, stays_after_trip=True) as r:
        outcome = r.run()
    assert steps == ["cut", "back", "reset"]
    assert outcome.exit_code == COMPLETED, outcome
    said = [m["sentence"] for m in r.operator.messages if m.get("event") == "fault"]
    assert len(said) == 1 and said[0].startswith("psu was disconnected and is back")
