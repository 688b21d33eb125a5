"""Hardware in the loop: the supply in another process heats the sample in this one."""

import os
import re
import threading
from pathlib import Path

import pytest

from controller.bench import How, open_bench
from controller.config.loading import load
from controller.guardian.link import SimulatedGuardian
from controller.host.clock import RealClock
from controller.host.stop_signals import StopSignal
from controller.instruments.acquisition import MixedAcquisition
from controller.instruments.mixed import HandedField
from controller.instruments.stations import Station
from controller.instruments.stations_inverter import GeneratorStation, SupplyStation
from controller.loop import COMPLETED
from controller.procedures.bench_check import _mixed, examine
from controller.procedures.fingerprint import Fingerprint, Parts, take_fingerprint
from controller.recording.run_file import Run
from controller.rehearsal import serve, simulate
from drivers.roles import SupplyState
from tests.controller.rig import CONFIGS
from tests.controller.served import (
    amf,
    only_run,
    quick,
    sentences,
    served_bench,
    simulated_elsewhere,
)

PARTS = Parts("9 turns", "200 nF")
INSIDE = ("generator", "thermometer")


def inside(config: Path, *names: str) -> Path:
    """Take instruments of a served config back into the program that reads it."""
    text = config.read_text(encoding="utf-8")
    for name in names:
        text, count = re.subn(
            rf"(\[instruments\.{name}\][^\[]*?)address = .*\nserved = true\n",
            r"\1simulated = true\n",
            text,
        )
        assert count == 1
    mixed = config.with_name("mixed.toml")
    mixed.write_text(text, encoding="utf-8")
    return mixed


@pytest.mark.skipif(os.name != "posix", reason="Ctrl-C by signal is POSIX's")
def test_a_supply_in_another_process_heats_the_simulated_sample(tmp_path: Path) -> None:
    out = tmp_path / "runs"
    with simulated_elsewhere(tmp_path) as config:
        mixed = inside(config, "generator", "thermometer")
        done = amf("run", mixed, "--out", out)
    assert done.returncode == COMPLETED, done.stderr
    with Run.open(only_run(out)) as run:
        kinds = {name: i["kind"] for name, i in run.header.instruments.items()}
        data = run.data()
        core_c = data.truth["true_core_c"]
        product = data.truth["true_hf_a_per_m_s"]
        measured = data.columns["measured_field_a_per_m"]
        true_a_per_m = data.truth["true_field_a_per_m"]
    assert kinds == {"psu": "served", **dict.fromkeys(INSIDE, "simulated")}
    (fingerprint,) = sentences(out, "fingerprint")
    assert "draws what it should" in fingerprint
    assert "the resonance is not looked for: generator is simulated" in fingerprint
    assert 42.0 < core_c.max() < 45.0 and core_c[0] < 38.0
    assert 0.0 < product.max() <= 2.425e9
    # the sample lives in the field that was read back, a poll or so earlier
    assert true_a_per_m.max() == pytest.approx(measured.max(), rel=0.02)


def test_the_simulated_side_follows_real_time_from_the_loop_s_thread(
    tmp_path: Path,
) -> None:
    with (
        served_bench(tmp_path, inside=["thermometer"]) as (config, _),
        open_bench(load(config), How()) as bench,
    ):
        assert bench.simulation is not None and bench.simulated
        assert list(bench.simulation.twins) == ["thermometer"]
        assert isinstance(bench.link.clock, RealClock)
        for _ in range(5):
            t_s, _ = bench.link.clock.tick()
            measurement = bench.link.measure(t_s, 0.0, (), ())
        assert {r.quality for r in measurement.readings} == {"ok"}
        # polled at the tick itself, by this thread
        assert 0.0 <= measurement.readings[0].taken_s - t_s < 0.05


def fingerprint_of(config: Path) -> Fingerprint:
    loaded = load(config)
    with open_bench(loaded, How()) as bench:
        guardian = SimulatedGuardian(loaded.settings.period_s, bench.link.clock.now)
        found, report = take_fingerprint(
            bench.link, loaded.settings, PARTS, StopSignal(), guardian
        )
        assert report.confirmed and not bench.link.energised
    return found


def test_a_supply_inside_cannot_heat_what_is_measured_elsewhere(tmp_path: Path) -> None:
    with served_bench(tmp_path, inside=["psu", "generator"]) as (config, _):
        found = fingerprint_of(config)
    assert found.sentence == (
        "this bench cannot heat: psu is simulated here, and thermometer with core and "
        "margin is at an address, so nothing would warm them; give psu an address or "
        "simulate thermometer, too"
    )
    assert found.problem and found.loads_ohm == ()


def warnings_of(config: Path) -> str:
    loaded = load(config)
    with open_bench(loaded, How()) as bench:
        check = examine(loaded, bench)
        assert check.off.confirmed
        inverter = bench.link.inverter
        told = _mixed(inverter, "real")
    return "\n".join([*check.warnings, "as a real one:", *told])


def test_a_check_says_what_does_not_go_together(tmp_path: Path) -> None:
    (tmp_path / "cold").mkdir()
    with served_bench(tmp_path / "cold", inside=["psu", "generator"]) as (config, _):
        assert "so nothing would warm them" in warnings_of(config)
    with served_bench(tmp_path, inside=INSIDE) as (config, _):
        served, _, real = warnings_of(config).partition("as a real one:")
    assert "generator is simulated here and does not clock" in served
    assert "dummy load" not in served and "dummy load" in real


def test_the_wrong_coil_behind_a_served_supply_is_refused(tmp_path: Path) -> None:
    with served_bench(tmp_path, inside=INSIDE) as (config, served):
        tank = served.simulation.bench.tank
        tank.tuned_ohm *= 1.3
        found = fingerprint_of(config)
    assert found.problem.startswith("wrong coil?")
    assert "the resonance is not looked for" in found.problem
    assert found.frequencies_hz == (161270.0,)


def test_a_served_supply_is_clocked_until_somebody_speaks_to_its_generator(
    tmp_path: Path,
) -> None:
    with serve(load(quick(tmp_path))) as served:
        bench, lines = served.simulation.bench, served.simulation.lines
        for command in (b"V1 20\n", b"I1 2\n", b"OP1 1\n"):
            lines["psu"].write(command)
        bench.advance(1.0)
        assert bench.field_a_per_m > 1000.0 and bench.frequency_hz == 161270.0
        lines["generator"].write(b"*IDN?\n")
        bench.advance(1.0)
        assert bench.field_a_per_m < 1.0 and bench.frequency_hz == 0.0


def test_without_serving_nothing_clocks_the_coil_but_the_generator() -> None:
    simulation = simulate(load(CONFIGS / "dry_run_short.toml").bench, 1)
    for command in (b"V1 20\n", b"I1 2\n", b"OP1 1\n"):
        simulation.lines["psu"].write(command)
    simulation.bench.advance(1.0)
    assert simulation.bench.field_a_per_m == 0.0


def stations() -> tuple[SupplyStation, GeneratorStation]:
    nothing = object()
    supply = SupplyStation("psu", lambda: 0.0, nothing)  # type: ignore[arg-type]
    generator = GeneratorStation("gen", lambda: 0.0, nothing)  # type: ignore[arg-type]
    return supply, generator


def handed(supply: SupplyStation | None, generator: GeneratorStation | None) -> list:
    given: list = []

    def advance(
        dt_s: float,
        field_a_per_m: float | None = None,
        frequency_hz: float | None = None,
    ) -> None:
        given.extend([dt_s, field_a_per_m, frequency_hz])

    HandedField(advance, 700.0, supply, generator)(0.1)
    return given


def test_what_is_read_back_is_handed_to_the_simulation() -> None:
    supply, generator = stations()
    assert handed(None, None) == [0.1, None, None]
    assert handed(supply, generator) == [0.1, 0.0, 0.0]  # nothing has been read yet
    supply.state = SupplyState(10.0, 12.0, True, "")
    generator.frequency_hz, generator.output_on = 161e3, True
    assert handed(supply, generator) == [0.1, 8400.0, 161e3]
    assert handed(supply, None) == [0.1, 8400.0, None]
    generator.output_on = False
    assert handed(None, generator) == [0.1, None, 0.0]
    supply.state = SupplyState(0.0, float("nan"), False, "")
    assert handed(supply, generator)[1] == 0.0


def test_stations_are_polled_where_they_belong() -> None:
    polled: dict[str, set[str]] = {"inside": set(), "far": set()}
    far_polled = threading.Event()

    class Noted(Station):
        def _poll(self) -> None:
            polled[self.name].add(threading.current_thread().name)
            if self.name == "far":
                far_polled.set()

    inner, far = Noted("inside", lambda: 0.0), Noted("far", lambda: 0.0)
    acquisition = MixedAcquisition([inner], [[far]], 0.001)
    acquisition.poll()
    assert far_polled.wait(10.0)
    here = threading.current_thread().name
    where = acquisition.call(far, lambda: threading.current_thread().name)
    assert acquisition.call(inner, lambda: threading.current_thread().name) == here
    acquisition.close()
    assert polled == {"inside": {here}, "far": {"far"}} and where == "far"
