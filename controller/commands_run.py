"""``amf run`` and ``amf gui``: a treatment from config to record."""

import importlib.metadata
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from contextlib import nullcontext, suppress
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any

from pydantic import TypeAdapter

from controller.bench import How, OpenBench, OpenThermometry, open_bench
from controller.config import Loaded, load
from controller.decisions.settings import Settings
from controller.decisions.signals import NAN, Fault
from controller.errors import BenchError
from controller.guardian_link import (
    BeatingEvent,
    GuardianLink,
    guarded,
    guarded_addresses,
)
from controller.loop import Loop, Outcome
from controller.loop_record import LoopRecord
from controller.operators import Engine, Terminal
from controller.recording import Recorder, RunHeader
from controller.screen import RunScreen
from controller.snapshot import BAND_C, probe_limits
from controller.stop_signals import StopSignal, stop_signals
from controller.wire_log import WireLogFile

LEAST_FREE_BYTES = 200_000_000
TRIP_FREE_BYTES = 20_000_000
LOOK_EACH_TICKS = 50
ACKNOWLEDGED = "NO INDEPENDENT SHUT-OFF"


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
    # Descriptors of our own: nothing but messages may reach the reader, and a thread
    # that waits for the operator must not hold the standard streams at the end.
    protocol = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    try:
        return _run(loaded, asked, protocol)
    finally:
        with suppress(OSError):  # the reader may have gone with lines unread
            protocol.close()


def gui(config: Path, out: Path | None) -> int:
    """Open the window in a process of its own, and wait for it."""
    command = [sys.executable, "-m", "gui", str(config)]
    if out is not None:
        command += ["--out", str(out)]
    return subprocess.run(command, check=False).returncode


def open_record(
    loaded: Loaded, bench: OpenBench | OpenThermometry, out: Path, seed: int
) -> Recorder:
    """Create the run file, with everything that is known before the first tick.

    Raises:
        RunFileError: the folder cannot be written.
        BenchError: the disk is nearly full.
    """
    out.mkdir(parents=True, exist_ok=True)
    free = shutil.disk_usage(out).free
    if free < LEAST_FREE_BYTES:
        raise BenchError(
            f"only {free / 1e6:.0f} MB are free in {out}; a run needs "
            f"{LEAST_FREE_BYTES / 1e6:.0f} MB"
        )
    simulated = all(kind != "real" for kind in bench.kinds.values())
    header = RunHeader(
        name=loaded.name,
        version=importlib.metadata.version("amf-bench"),
        started_utc=datetime.now(UTC).isoformat(timespec="seconds"),
        simulated=simulated,
        settings_json=TypeAdapter(Settings).dump_json(loaded.settings).decode(),
        instruments={
            name: {"kind": kind, **asdict(bench.identities[name])}
            for name, kind in bench.kinds.items()
        },
        config_texts=dict(loaded.texts),
        seed=seed if simulated else None,
        experiment=dict(loaded.experiment),
        truth=bench.simulation is not None,
    )
    return Recorder.create(out, header)


def watch_folder(folder: Path) -> Callable[[], tuple[Fault, ...]]:
    """Return a check of the run's folder for the loop: gone or full is a fault."""
    looks = 0

    def look() -> tuple[Fault, ...]:
        nonlocal looks
        looks += 1
        if looks % LOOK_EACH_TICKS:
            return ()
        try:
            free = shutil.disk_usage(folder).free
        except OSError as error:
            return (Fault("disk", f"the run's folder is gone: {error}", 0.0),)
        if free >= TRIP_FREE_BYTES:
            return ()
        megabytes = f"{free / 1e6:.0f} MB"
        sentence = f"no recording, no field: only {megabytes} are free"
        return (Fault("disk", sentence, 0.0, "space", megabytes, "20 MB"),)

    return look


def acknowledged(
    loaded: Loaded, bench: OpenBench, checklist: Path | None, at_terminal: bool
) -> str:
    """Have it acknowledged that only programs switch a bench with tissue off.

    Returns what the record shall say, "" where there is nothing to acknowledge. The
    words ``ACKNOWLEDGED`` are typed at the terminal, or a line of the checklist.

    Raises:
        BenchError: nobody acknowledged it; no output has been enabled.
    """
    if loaded.settings.ceiling.profile == "no-tissue" or _shuts_off_itself(bench):
        return ""
    if bench.simulated:
        return "acknowledgement waived: simulated"
    if checklist is not None:
        where, given = f"in {checklist.name}", _lines(checklist)
    elif at_terminal and sys.stdin.isatty():
        print(
            "Tissue in the coil, and no instrument or relay that switches the field "
            f"off when this computer fails. Type {ACKNOWLEDGED} to go on:",
            file=sys.stderr,
        )
        where, given = "at the terminal", [sys.stdin.readline().strip()]
    else:
        where, given = "by anybody: there is no terminal and no --checklist FILE", []
    if ACKNOWLEDGED not in given:
        raise BenchError(
            f"tissue on a bench without an independent shut-off: {ACKNOWLEDGED} was "
            f"not acknowledged {where}"
        )
    return f"acknowledged {where}: {ACKNOWLEDGED}"


def _lines(path: Path) -> list[str]:
    try:
        return [line.strip() for line in path.read_text(encoding="utf-8").splitlines()]
    except (OSError, ValueError) as error:
        raise BenchError(f"the checklist {path} cannot be read: {error}") from error


def _shuts_off_itself(bench: OpenBench) -> bool:
    """Say whether an instrument switches off by itself when nobody speaks to it."""
    return any(getattr(driver, "watchdog", "") for driver in bench.drivers.values())


@dataclass(frozen=True, slots=True)
class _Started:
    """Everything that a run needs, open and proven."""

    loaded: Loaded
    bench: OpenBench
    recorder: Recorder
    stop: StopSignal
    guardian: GuardianLink | None


def _run(loaded: Loaded, asked: Asked, protocol: IO[str] | None) -> int:
    seed = loaded.seed if asked.seed is None else asked.seed
    with (
        stop_signals() as stop,
        guarded(loaded, asked.config) as guardian,
        WireLogFile(asked.wire_log) if asked.wire_log else nullcontext() as log,
    ):
        if guardian is not None:
            stop.woken = BeatingEvent(guardian.pulse)
        how = How(seed, asked.real_time, stop.woken, log, "amf run")
        with open_bench(loaded, how) as bench:
            at_terminal = protocol is None
            answer = acknowledged(loaded, bench, asked.checklist, at_terminal)
            if guardian is not None:
                guardian.prove(guarded_addresses(loaded))
            recorder = open_record(loaded, bench, asked.out or loaded.out, seed)
            if answer:
                utc = datetime.now(UTC).isoformat(timespec="milliseconds")
                recorder.event(NAN, utc, "acknowledgement", answer)
            if guardian is not None:
                guardian.introduce(recorder.path)
            started = _Started(loaded, bench, recorder, stop, guardian)
            return (
                _terminal(started) if protocol is None else _engine(started, protocol)
            )


def _terminal(started: _Started) -> int:
    path = started.recorder.path
    with RunScreen(started.loaded, path) as screen:
        outcome = _loop(started, Terminal(started.stop, screen.show))
    screen.close(outcome, path)
    return outcome.exit_code


def _engine(started: _Started, protocol: IO[str]) -> int:
    source = os.fdopen(os.dup(0), encoding="utf-8", errors="replace")
    path = started.recorder.path
    operator = Engine(started.stop, started.loaded.settings, source, protocol)
    operator.publish(_hello(started.loaded, started.bench, path))
    outcome = _loop(started, operator)
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


def _loop(started: _Started, operator: Terminal | Engine) -> Outcome:
    settings, bench = started.loaded.settings, started.bench
    record = LoopRecord(started.recorder, settings, bench.truth, operator.publish)
    watch = watch_folder(started.recorder.path.parent)
    loop = Loop(bench.link, settings, record, operator, watch, started.guardian)
    bench.follow(
        lambda: loop.state.course.phase,
        lambda said: record.event("rehearsal", said, {}),
    )
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
        "independent_shut_off": _shuts_off_itself(bench),
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
