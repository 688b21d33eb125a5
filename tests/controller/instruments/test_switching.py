"""Off by every route, in the right order, and nobody waits for who does not answer."""

import threading
from pathlib import Path

import pytest

from controller.bench import How, open_bench
from controller.config.loading import load
from controller.instruments.acquisition import DirectAcquisition, ThreadedAcquisition
from controller.instruments.stations_inverter import GeneratorStation, SupplyStation
from controller.instruments.switching import PATIENCE_S, switch_off
from drivers.errors import Silent
from tests.controller.rig import CONFIGS, rig


class Notes:
    """A supply and a generator that say in one list what they are told."""

    def __init__(
        self, *, obeys: bool = True, hangs: bool = False, fails: bool = False
    ) -> None:
        self.said: list[str] = []
        self.fails = fails
        self.obeys, self.hangs = obeys, hangs
        self.release = threading.Event()

    def supply(self) -> SupplyStation:
        station = SupplyStation("psu", lambda: 0.0, None)  # type: ignore[arg-type]
        station.off = self._supply  # type: ignore[method-assign]
        station.poll = lambda: None  # type: ignore[method-assign]
        return station

    def generator(self) -> GeneratorStation:
        station = GeneratorStation("gen", lambda: 0.0, None)  # type: ignore[arg-type]
        station.off = self._generator  # type: ignore[method-assign]
        station.poll = lambda: None  # type: ignore[method-assign]
        return station

    def _supply(self) -> str:
        if self.hangs:
            self.release.wait(10.0)
        self.said.append("supply")
        if self.fails:
            raise ZeroDivisionError("a bug")
        return "" if self.obeys else "psu: the output is still on"

    def _generator(self) -> str:
        self.said.append("generator")
        return ""

    def wait(self, dt_s: float) -> None:
        self.said.append("waits")


def off(notes: Notes, trouble: bool = False) -> bool:
    supply, generator = notes.supply(), notes.generator()
    if trouble:
        supply._note(Silent("psu: silent"))
    acquisition = ThreadedAcquisition([[supply], [generator]], 0.01)
    try:
        return switch_off(acquisition, supply, generator, notes.wait).confirmed
    finally:
        notes.release.set()
        acquisition.close()


def test_the_supply_goes_first() -> None:
    notes = Notes()
    assert off(notes) and notes.said == ["supply", "generator"]


def test_a_supply_that_does_not_obey_does_not_keep_the_generator_on() -> None:
    notes = Notes(obeys=False)
    assert not off(notes)
    assert notes.said[:2] == ["supply", "generator"]
    assert notes.said.count("supply") == 3 and notes.said.count("generator") == 1


@pytest.mark.parametrize("trouble", [True, False])
def test_a_supply_that_hangs_does_not_keep_the_generator_on(trouble: bool) -> None:
    """Known to be silent it is hardly waited for; else for two slow exchanges."""
    notes, done = Notes(hangs=True), threading.Event()
    worker = threading.Thread(target=lambda: (off(notes, trouble), done.set()))
    worker.start()
    limit_s = 1.0 if trouble else PATIENCE_S + 2.0
    assert not done.wait(0.0)
    for _ in range(int(limit_s / 0.02)):
        if "generator" in notes.said:
            break
        done.wait(0.02)
    assert notes.said[:1] == ["generator"]
    notes.release.set()
    worker.join(10.0)
    assert "supply" in notes.said


def test_a_mistake_in_a_driver_does_not_keep_the_generator_on() -> None:
    """The first ends its thread, and is no off; the next comes from the caller's."""
    notes = Notes(fails=True)
    with pytest.raises(ZeroDivisionError):
        off(notes)
    assert notes.said[:2] == ["supply", "generator"]
    notes = Notes(fails=True)
    stations = (notes.supply(), notes.generator())
    with pytest.raises(ZeroDivisionError):
        switch_off(DirectAcquisition([*stations]), *stations, notes.wait)
    assert notes.said == ["supply", "generator"]


@pytest.mark.parametrize("flaw", ["deaf", "silent", "gone"])
def test_the_field_is_off_at_once_though_the_supply_is_mute(
    tmp_path: Path, flaw: str
) -> None:
    """Within two control periods of the trip, by the generator alone."""
    with open_bench(load(CONFIGS / "dry_run_short.toml"), How(seed=1)) as bench:
        assert bench.simulation is not None
        link, twins = bench.link, bench.simulation.twins
        link.prepare()
        assert twins["generator"].output_on
        link.energised = True
        setattr(bench.simulation.lines["psu"], flaw, True)
        began_s, seen = link.clock.now(), []
        wait = link.clock.wait
        link.clock.wait = lambda dt_s: (  # type: ignore[method-assign]
            seen.append((link.clock.now(), twins["generator"].output_on)),
            wait(dt_s),
        )[1]
        assert not link.switch_off().confirmed
        setattr(bench.simulation.lines["psu"], flaw, False)
    assert seen[0] == (began_s, False) and not any(on for _, on in seen)


def test_a_healthy_off_takes_no_waiting(tmp_path: Path) -> None:
    with rig(tmp_path, "dry_run_short.toml") as opened:
        link = opened.bench.link
        link.prepare()
        before_s = link.clock.now()
        assert link.switch_off().confirmed
        assert link.clock.now() == before_s
        opened.recorder.finish({})


@pytest.mark.parametrize(("before_a_per_m", "seen"), [(5.0, False), (5000.0, True)])
def test_a_sensor_that_saw_no_field_before_proves_none_after(
    before_a_per_m: float, seen: bool
) -> None:
    """A pick-up coil that has fallen off reads a little noise, and goes on doing so."""
    config = load(CONFIGS / "dry_run_amplifier.toml")
    with open_bench(config, How(seed=1)) as bench:
        assert bench.simulation is not None and bench.link.sensor is not None
        link, generator = bench.link, bench.simulation.twins["generator"]
        link.prepare()
        generator.output_on = generator.stuck_on = link.energised = True
        bench.link.sensor.quality = "ok"
        bench.link.sensor.field_a_per_m = before_a_per_m
        wait = link.clock.wait
        link.clock.wait = lambda dt_s: (  # type: ignore[method-assign]
            wait(dt_s),
            link.acquisition.poll(),  # in real time its own thread goes on reading
        )[0]
        report = link.switch_off()
        assert report.confirmed is seen and link.energised is not seen
        assert report.stuck == "generator: the output is still on"
        generator.stuck_on = False
