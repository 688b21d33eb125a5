"""Faults attached to a simulated bench, and a bench on real ports."""

import os
from dataclasses import replace
from pathlib import Path

import pytest

from controller.bench import How, open_bench
from controller.config.loading import Loaded, load
from controller.errors import BenchError
from controller.rehearsal import Fault, Link, rehearse, serve
from drivers.neoptix_reflex import NeoptixReflex
from drivers.transport import Transport, open_port
from simulators.serve import in_background

CONFIG = Path(__file__).parents[2] / "configs" / "dry_run_short.toml"


@pytest.fixture
def loaded() -> Loaded:
    return load(CONFIG)


def test_fault_begins_and_ends_with_the_bench_s_own_time(loaded: Loaded) -> None:
    with open_bench(loaded, How(seed=1)) as bench:
        assert bench.simulation is not None
        fault = Fault("silence", "thermometer", at_s=1.0, duration_s=2.0)
        rehearsal = rehearse(bench.simulation, loaded.bench, [fault])
        quiet = []
        for _ in range(50):
            bench.link.clock.tick()
            quiet.append(bench.simulation.lines["thermometer"].silent)
    assert rehearsal.said == [
        "1 s: silence on thermometer begins: loses every answer",
        "3 s: silence on thermometer ends",
    ]
    assert quiet == [10 <= n < 30 for n in range(50)]


def test_reading_is_lost_while_the_line_is_silent(loaded: Loaded) -> None:
    with open_bench(loaded, How(seed=1)) as bench:
        assert bench.simulation is not None
        fault = Fault("unplugged", "core", at_s=1.0)
        rehearse(bench.simulation, loaded.bench, [fault])
        qualities = []
        for _ in range(20):
            bench.link.clock.tick()
            qualities.append(bench.link.thermometry.readings()[0].quality)
    assert qualities[5] == "ok"
    assert qualities[-1] == "no-probe"


def test_fault_waits_for_its_phase(loaded: Loaded) -> None:
    with open_bench(loaded, How(seed=1)) as bench:
        assert bench.simulation is not None
        phase = "ramp"
        fault = Fault("slipped", "core", phase="hold", size=3.0)
        rehearsal = rehearse(bench.simulation, loaded.bench, [fault])
        rehearsal.phase = lambda: phase
        for _ in range(5):
            bench.link.clock.tick()
        assert rehearsal.said == []
        phase = "hold"
        bench.link.clock.tick()
        assert bench.simulation.bench.probes[1].slip_c == 3.0


def test_fault_at_the_start_is_on_at_once_and_is_told(loaded: Loaded) -> None:
    with open_bench(loaded, How(seed=1)) as bench:
        assert bench.simulation is not None
        faults = [Fault("coil-exchanged", at_s=0.0)]
        before_ohm = bench.simulation.bench.tank.tuned_ohm
        rehearsal = rehearse(bench.simulation, loaded.bench, faults)
        assert bench.simulation.bench.tank.tuned_ohm > 1.2 * before_ohm
        assert len(rehearsal.said) == 1


def test_impossible_fault_is_one_sentence(loaded: Loaded) -> None:
    with open_bench(loaded, How(seed=1)) as bench:
        assert bench.simulation is not None
        with pytest.raises(BenchError, match="faults: drift: on = 'psu' is not one of"):
            rehearse(bench.simulation, loaded.bench, [Fault("drift", "psu", at_s=1.0)])


LINKS: list[tuple[Link, list[str]]] = [("socket", ["psu", "generator", "thermometer"])]
if os.name == "posix":
    LINKS += [("pty", []), ("mixed", ["psu", "generator"])]


@pytest.mark.parametrize(("link", "on_sockets"), LINKS)
def test_every_simulated_instrument_is_at_an_address(
    loaded: Loaded, link: Link, on_sockets: list[str]
) -> None:
    with serve(loaded, link=link) as served:
        assert list(served.addresses) == ["psu", "generator", "thermometer"]
        found = [n for n, a in served.addresses.items() if a.startswith("socket://")]
        assert found == on_sockets


@pytest.mark.parametrize("link", [link for link, _ in LINKS])
def test_real_driver_reads_a_served_twin(loaded: Loaded, link: Link) -> None:
    with serve(loaded, link=link) as served, in_background(served.server):
        port = open_port(served.addresses["thermometer"])
        driver = NeoptixReflex(Transport(port, "thermometer", timeout_s=5.0))
        assert "ReFlex" in driver.identify().model
        temperatures = driver.read_temperatures()
        driver.close()
    assert temperatures[1].value_c == pytest.approx(37.0, abs=0.5)


def test_fault_acts_on_a_served_bench(loaded: Loaded) -> None:
    faults = [Fault("unplugged", "core", at_s=0.0)]
    with (
        serve(loaded, link="socket", faults=faults) as served,
        in_background(served.server),
    ):
        port = open_port(served.addresses["thermometer"])
        driver = NeoptixReflex(Transport(port, "thermometer", timeout_s=5.0))
        readings = [driver.read_temperatures()[1].quality for _ in range(20)]
        driver.close()
    assert readings[-1] == "no-probe"


def test_bench_without_anything_simulated_cannot_be_served(loaded: Loaded) -> None:
    real = {
        name: i.model_copy(update={"simulated": False, "address": "COM1"})
        for name, i in loaded.bench.instruments.items()
    }
    real_bench = replace(loaded, bench=replace(loaded.bench, instruments=real))
    with (
        pytest.raises(BenchError, match="no instrument is simulated"),
        serve(real_bench),
    ):
        pass
