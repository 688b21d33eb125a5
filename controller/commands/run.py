"""``amf run`` and ``amf gui``: a treatment from config to record."""

import importlib.metadata
import os
import subprocess
import sys
from collections.abc import Sequence
from contextlib import AbstractContextManager, ExitStack, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from controller.bench import OpenBench
from controller.commands.screen import RunScreen
from controller.config.loading import Loaded, load
from controller.host.awake import awake
from controller.loop import Loop, Outcome
from controller.procedures.acknowledged import acknowledged, shuts_off_itself
from controller.procedures.operators import Engine, OwnStdout, Terminal
from controller.procedures.readiness import Ready, Wanted, ready
from controller.procedures.run_record import watch_folder
from controller.procedures.start_up import again, started_up
from controller.recording.loop_record import LoopRecord
from controller.snapshot import BAND_C, probe_limits


@dataclass(frozen=True, slots=True)
class Asked:
    """A run as it was asked for; None is what the config says, or nothing."""

    config: Path
    out: Path | None
    real_time: bool
    seed: int | None
    checklist: Path | None
    wire_log: Path | None


def run(
    config: Path,
    *,
    out: Path | None,
    real_time: bool,
    json: bool,
    seed: int | None,
    checklist: Path | None = None,
    wire_log: Path | None = None,
) -> int:
    """Run a treatment and return the exit code of docs/engine_protocol.md."""
    loaded, asked = (
        load(config),
        Asked(config, out, real_time, seed, checklist, wire_log),
    )
    if not json:
        return _run(loaded, asked, None)
    protocol = OwnStdout()
    try:
        return _run(loaded, asked, protocol)
    finally:
        protocol.close()


def gui(paths: Sequence[Path], out: Path | None) -> int:
    """Open the window in a process of its own, and wait for it."""
    command = [sys.executable, "-m", "gui", *map(str, paths)]
    if out is not None:
        command += ["--out", str(out)]
    return subprocess.run(command, check=False).returncode


def _run(loaded: Loaded, asked: Asked, protocol: OwnStdout | None) -> int:
    def ask(bench: OpenBench) -> tuple[str, ...]:
        if protocol is not None and asked.checklist is None and not bench.simulated:
            return ()  # the window is asked when it hears
        return (acknowledged(loaded, bench, asked.checklist, protocol is None),)

    wanted = Wanted(
        asked.config,
        "amf run",
        ask,
        asked.out,
        asked.seed,
        asked.real_time,
        asked.wire_log,
    )
    with ready(loaded, wanted) as started:
        if protocol is None:
            return _terminal(started, asked.checklist)
        return _engine(started, asked.checklist, protocol)


def _terminal(started: Ready, checklist: Path | None) -> int:
    path = started.recorder.path
    screen = RunScreen(started.loaded, path)
    outcome = _loop(started, Terminal(started.stop, screen.show), checklist, screen)
    screen.close(outcome, path)
    return outcome.exit_code


def _engine(started: Ready, checklist: Path | None, protocol: OwnStdout) -> int:
    source = os.fdopen(os.dup(0), encoding="utf-8", errors="replace")
    path = started.recorder.path
    operator = Engine(started.stop, started.loaded.settings, source, protocol)
    operator.publish(_hello(started.loaded, started.bench, path))
    outcome = _loop(started, operator, checklist, nullcontext())
    operator.publish(
        {
            "kind": "end",
            "exit_code": outcome.exit_code,
            "run_file": str(path),
            "sentence": outcome.sentence,
        }
    )
    operator.close()
    return outcome.exit_code


def _loop(
    started: Ready,
    operator: Terminal | Engine,
    checklist: Path | None,
    screen: AbstractContextManager[Any],
) -> Outcome:
    settings, bench = started.loaded.settings, started.bench
    record = LoopRecord(started.recorder, settings, bench.truth, operator.publish)
    path = started.recorder.path
    watch = watch_folder(path.parent, path)
    loop = Loop(
        bench.link,
        settings,
        record,
        operator,
        watch,
        started.link,
        lambda: again(started, record, operator),
    )
    bench.follow(
        lambda: loop.state.course.phase,
        lambda said: record.event("rehearsal", said, {}),
    )
    with ExitStack() as stack:
        if started.link is not None:
            record.event("sleep", stack.enter_context(awake()), {})
        refused = started_up(started, record, operator, checklist)
        if refused is not None:
            return refused
        stack.enter_context(screen)
        return loop.run()


def _hello(loaded: Loaded, bench: OpenBench, path: Path) -> dict[str, Any]:
    ceiling = loaded.settings.ceiling
    return {
        "kind": "hello",
        "version": importlib.metadata.version("amf-bench"),
        "name": loaded.name,
        "run_file": str(path),
        "simulated": bench.simulated,
        "instruments": bench.kinds,
        "independent_shut_off": shuts_off_itself(bench),
        "period_s": loaded.settings.period_s,
        "setpoint_c": loaded.settings.treatment.setpoint_c,
        "band_c": list(BAND_C),
        "experiment": dict(loaded.experiment),
        "ceiling": {
            "profile": ceiling.profile,
            "limit_a_per_m_s": ceiling.limit_a_per_m_s,
            "amplitude_cap_a_per_m": ceiling.amplitude_cap_a_per_m,
        },
        "probes": probe_limits(loaded.settings),
    }
