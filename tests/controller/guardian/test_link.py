"""The engine's side of the guardian, and real kills and freezes of both."""

import math
import os
import signal
import subprocess
import sys
import threading
import time
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from controller.commands.simulate import served_config
from controller.config.loading import Loaded, load
from controller.decisions.signals import Fault
from controller.errors import BenchError
from controller.guardian.link import (
    BeatingEvent,
    GuardianLink,
    SimulatedGuardian,
    guarded,
    guarded_addresses,
)
from controller.rehearsal import Served, serve
from simulators.serve import in_background
from tests.benchmarks.kill_and_freeze import (
    ALLOWED_S,
    case,
    running,
    wait_until,
)
from tests.controller import synthetic_run
from tests.controller.rig import CONFIGS, Rig, rig

LONG_S = 30.0
# An engine whose loop hangs as soon as the output is read back as on.
HANGS = """
import threading
from controller import cli
from controller.loop import Loop
tick = Loop._tick

def hang(self):
    tick(self)
    if self._bench.supply.state.output_on:
        threading.Event().wait()

Loop._tick = hang
cli.main()
"""
SHORT = CONFIGS / "dry_run_short.toml"


@dataclass
class Bench:
    """A served bench, its config, and what its guardian has to hold."""

    served: Served
    config: Path
    loaded: Loaded

    @property
    def psu(self) -> Any:
        return self.served.simulation.twins["psu"]


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    loaded = load(SHORT)
    with serve(loaded, link="socket") as served, in_background(served.server):
        data = tomllib.loads(loaded.texts[SHORT.name])
        config = tmp_path / "served.toml"
        config.write_text(served_config(data, served.addresses, SHORT.name), "utf-8")
        yield Bench(served, config, load(config))


def link_of(bench: Bench) -> GuardianLink:
    link = GuardianLink(bench.config, bench.loaded.settings.period_s)
    link.prove(guarded_addresses(bench.loaded))
    return link


def test_guardian_is_proven_hears_and_leaves(bench: Bench, tmp_path: Path) -> None:
    link = link_of(bench)
    link.introduce(tmp_path / "run.sqlite")
    for _ in range(5):
        link.ticked()
        link.beat(False)
    wait_until(lambda: link._answered == 5, LONG_S)
    assert link.faults() == ()
    link.close()
    assert link.process.returncode == 0


def test_guardian_that_read_other_addresses_is_refused(bench: Bench) -> None:
    link = GuardianLink(bench.config, 0.1)
    with pytest.raises(BenchError, match="cannot guard: it read"):
        link.prove({**guarded_addresses(bench.loaded), "psu": "socket://other:1"})
    link.close()


def test_guardian_that_sees_no_port_is_refused(bench: Bench) -> None:
    address = bench.loaded.bench.instruments["psu"].address
    assert address is not None
    text = bench.config.read_text("utf-8").replace(address, "/dev/no_such_port")
    bench.config.write_text(text, "utf-8")
    link = GuardianLink(bench.config, 0.1)
    with pytest.raises(BenchError, match="there is no /dev/no_such_port"):
        link.prove(guarded_addresses(load(bench.config)))
    link.close()


def test_guardian_that_does_not_start_is_refused(tmp_path: Path) -> None:
    link = GuardianLink(tmp_path / "none.toml", 0.1)
    with pytest.raises(BenchError, match="ended at the start"):
        link.prove({"psu": "socket://127.0.0.1:1"})
    link.close()


def test_guardian_that_has_ended_is_a_fault(bench: Bench, tmp_path: Path) -> None:
    link = link_of(bench)
    link.introduce(tmp_path / "run.sqlite")
    link.process.kill()
    link.process.wait(LONG_S)
    link.beat(True)  # a broken pipe is no error here
    for _ in range(2):
        (fault,) = link.faults()
        assert fault.code == "guardian" and "has ended" in fault.sentence
    link.close()


@pytest.mark.skipif(os.name != "posix", reason="SIGSTOP is POSIX's")
def test_guardian_that_does_not_answer_is_a_fault(bench: Bench, tmp_path: Path) -> None:
    link = link_of(bench)
    link.introduce(tmp_path / "run.sqlite")
    os.kill(link.process.pid, signal.SIGSTOP)
    link.beat(False)
    assert link.faults() == ()
    wait_until(lambda: link.faults() != (), LONG_S)
    (fault,) = link.faults()
    assert "has not answered for 1 s" in fault.sentence
    assert link.process.wait(LONG_S) != 0  # it must not wake up to act later
    link.close()


def test_guardian_takes_over_from_an_engine_that_cannot_confirm_off(
    bench: Bench, tmp_path: Path
) -> None:
    bench.psu.receive(b"OP1 1\n")
    link = link_of(bench)
    record = synthetic_run.write_run(tmp_path, ticks=5)
    link.introduce(record)
    link.ticked()
    link.beat(True, pause_s=10.0)
    link.close()
    assert link.process.wait(LONG_S) == 3
    link._listener.join(LONG_S)
    assert not bench.psu.output_on
    beside = record.with_name(f"{record.stem}_guardian.txt").read_text("utf-8")
    assert "could not confirm the field off; field off, confirmed" in beside


def test_no_process_in_simulated_time() -> None:
    loaded = load(SHORT)
    with guarded(loaded, SHORT) as link:
        assert link is None


def test_simulated_guardian_judges_simulated_time() -> None:
    time_s = [0.0]
    guardian = SimulatedGuardian(0.2, lambda: time_s[0])
    guardian.beat(True)
    time_s[0] = 0.69  # the silence that is tolerated, and a period
    guardian.ticked()
    guardian.beat(True)
    assert guardian.faults() == ()
    time_s[0] = 1.5
    guardian.ticked()
    guardian.beat(True)
    (fault,) = guardian.faults()
    assert fault.code == "guardian" and "no heartbeat for 0.81 s" in fault.sentence
    assert guardian.faults() == ()
    time_s[0] = 3.0
    guardian.beat(True)
    time_s[0] = 3.1  # in time again, and nobody has asked yet
    guardian.beat(True)
    (fault,) = guardian.faults()
    assert "no heartbeat for 1.50 s" in fault.sentence
    guardian.beat(False)
    time_s[0] = 100.0
    assert guardian.faults() == ()


def test_simulated_guardian_sees_a_loop_that_beats_and_does_not_tick() -> None:
    time_s = [0.0]
    guardian = SimulatedGuardian(0.2, lambda: time_s[0])
    for beat in range(1, 9):
        time_s[0] = 0.2 * beat
        guardian.beat(True)
    (fault,) = guardian.faults()
    assert "the loop's last tick 1.20 s old" in fault.sentence


# A guardian that gives back what it heard before it was asked to switch off.
ECHOES = """
import json, sys
heard = []
for line in sys.stdin:
    message = json.loads(line)
    if "prove" in message:
        print(json.dumps({"proved": {"heard": heard}}), flush=True)
    heard.append(message)
"""


def test_the_field_counts_as_on_while_the_guardian_is_asked_to_switch_off(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """An engine that dies meanwhile must not be taken for one with its field off."""

    def echoing(config: Path) -> subprocess.Popen[bytes]:
        pipe = subprocess.PIPE
        command = [sys.executable, "-c", ECHOES]
        return subprocess.Popen(command, stdin=pipe, stdout=pipe)

    monkeypatch.setattr("controller.guardian.link._spawn", echoing)
    link = GuardianLink(SHORT, 0.2)
    said = link.switches_off()
    link.beat(False)
    link.close()
    (beat,) = said["heard"]
    assert beat["field_on"] is True and beat["pause_s"] == 10.0
    assert link.switches_off() == {}  # it has ended


@pytest.mark.parametrize("slices", [1, 3])
def test_waiting_loop_beats(slices: int) -> None:
    beats: list[float] = []
    event = BeatingEvent(lambda: beats.append(time.monotonic()))
    started_s = time.monotonic()
    assert event.wait(0.1 * slices + 0.05) is False
    assert 0.1 * slices <= time.monotonic() - started_s
    assert 1 <= len(beats) <= slices


def test_waiting_loop_is_woken() -> None:
    event = BeatingEvent(lambda: None)
    threading.Timer(0.02, event.set).start()
    assert event.wait(LONG_S) is True
    event.clear()
    assert event.wait(0.0) is False


@dataclass
class Notebook:
    """A guardian that notes what it is told, and what is true at every moment."""

    rig: Rig | None = None
    told: list[tuple[float, bool, float]] = field(default_factory=list)
    lies: list[float] = field(default_factory=list)
    fails_s: float = math.inf

    def ticked(self) -> None:
        self.look()

    def beat(self, field_on: bool, pause_s: float = 0.0) -> None:
        self.look()
        assert self.rig is not None
        self.told.append((self.rig.t_s, field_on, pause_s))

    def faults(self) -> tuple[Fault, ...]:
        assert self.rig is not None
        if self.rig.t_s < self.fails_s:
            return ()
        return (Fault("guardian", "the guardian process has ended", 0.0),)

    def look(self) -> None:
        assert self.rig is not None
        if self.rig.supply.output_on and not (self.told and self.told[-1][1]):
            self.lies.append(self.rig.t_s)


def run_with(tmp_path: Path, notebook: Notebook) -> Rig:
    with rig(tmp_path, "dry_run_short.toml") as opened:
        notebook.rig = opened
        opened.loop._guardian = notebook
        opened.run()
    return opened


def test_loop_tells_the_truth_at_each_tick(tmp_path: Path) -> None:
    notebook = Notebook()
    opened = run_with(tmp_path, notebook)
    assert opened.phase == "done" and notebook.lies == []
    assert len(notebook.told) > 2 * 350
    assert any(on for _, on, _ in notebook.told) and not notebook.told[-1][1]
    assert max(pause_s for _, _, pause_s in notebook.told) <= 10.0
    pairs = zip(notebook.told, notebook.told[1:], strict=False)
    assert all(b[0] - a[0] <= 0.2 + a[2] for a, b in pairs if a[1])


def test_run_without_its_guardian_ends_safely(tmp_path: Path) -> None:
    opened = run_with(tmp_path, Notebook(fails_s=6.0))
    assert opened.codes == ["guardian"] and opened.off_s is not None
    assert opened.off_s - 6.0 <= 2 * opened.loaded.settings.period_s
    assert not opened.supply.output_on


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="needs /proc")
@pytest.mark.parametrize(
    ("kind", "wait_s"),
    [
        ("kill engine", 1.0),  # the pipe ends
        ("freeze engine", 0.05),  # the heartbeats end
        ("kill guardian", 1.0),
        ("freeze guardian", 1.0),
        ("kill window", 1.0),  # the requests end
        ("kill thermometer", 1.0),  # a port ends
    ],
)
def test_killed_or_frozen_the_field_goes_off(
    tmp_path: Path, kind: str, wait_s: float
) -> None:
    """One case a mechanism; every kind: tests/benchmarks/kill_and_freeze.py."""
    found = case(kind, wait_s, 1, tmp_path)
    assert found.problems == () and found.generator_off
    assert found.off_s <= ALLOWED_S[kind]


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="needs /proc")
def test_loop_that_hangs_is_silent_though_its_process_lives(tmp_path: Path) -> None:
    with running(tmp_path, 1, program=("-c", HANGS)) as engine:
        on_s = wait_until(lambda: engine.field_on, LONG_S)
        off_s = wait_until(lambda: not engine.field_on, LONG_S)
        assert engine.process.wait(LONG_S) == -signal.SIGKILL
        wait_until(lambda: "field off, confirmed" in engine.said(), LONG_S)
    assert 0.4 <= off_s - on_s <= 2.5
    assert "no heartbeat for 0." in engine.said()


def test_config_without_outputs_at_addresses_needs_no_guardian() -> None:
    loaded = load(SHORT)
    assert guarded_addresses(loaded) == {}
    instruments = dict(loaded.bench.instruments)
    at = {"simulated": False, "address": "socket://127.0.0.1:1"}
    instruments["generator"] = instruments["generator"].model_copy(update=at)
    mixed = replace(loaded, bench=replace(loaded.bench, instruments=instruments))
    assert guarded_addresses(mixed) == {"generator": "socket://127.0.0.1:1"}
