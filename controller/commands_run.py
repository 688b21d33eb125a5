"""``amf run`` and ``amf gui``: a treatment from config to record."""

import importlib.metadata
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any

from pydantic import TypeAdapter

from controller.bench import How, OpenBench, OpenThermometry, open_bench
from controller.config import Loaded, load
from controller.decisions.settings import Settings
from controller.decisions.signals import Fault
from controller.errors import BenchError
from controller.loop import Loop, Outcome
from controller.loop_record import LoopRecord
from controller.operators import Engine, Terminal
from controller.recording import Recorder, RunHeader
from controller.screen import RunScreen
from controller.snapshot import BAND_C, probe_limits
from controller.stop_signals import StopSignal, stop_signals

LEAST_FREE_BYTES = 200_000_000
TRIP_FREE_BYTES = 20_000_000
LOOK_EACH_TICKS = 50


def run(
    config: Path,
    *,
    out: Path | None,
    real_time: bool,
    json: bool,
    seed: int | None,
) -> int:
    """Run a treatment and return the exit code of docs/engine_protocol.md."""
    if not json:
        return _run(load(config), out, real_time, seed, None)
    loaded = load(config)
    # Descriptors of our own: nothing but messages may reach the reader, and a thread
    # that waits for the operator must not hold the standard streams at the end.
    protocol = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    try:
        return _run(loaded, out, real_time, seed, protocol)
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


def _run(
    loaded: Loaded,
    out: Path | None,
    real_time: bool,
    seed: int | None,
    protocol: IO[str] | None,
) -> int:
    used_seed = loaded.seed if seed is None else seed
    _refuse_unguarded(loaded)
    with (
        stop_signals() as stop,
        open_bench(loaded, How(used_seed, real_time, stop.woken)) as bench,
    ):
        recorder = open_record(loaded, bench, out or loaded.out, used_seed)
        if protocol is not None:
            return _engine(loaded, bench, recorder, stop, protocol)
        with RunScreen(loaded, recorder.path) as screen:
            operator = Terminal(stop, screen.show)
            outcome = _loop(loaded, bench, recorder, operator)
        screen.close(outcome, recorder.path)
        return outcome.exit_code


def _engine(
    loaded: Loaded,
    bench: OpenBench,
    recorder: Recorder,
    stop: StopSignal,
    protocol: IO[str],
) -> int:
    source = os.fdopen(os.dup(0), encoding="utf-8", errors="replace")
    operator = Engine(stop, loaded.settings, source, protocol)
    operator.publish(_hello(loaded, bench, recorder.path))
    outcome = _loop(loaded, bench, recorder, operator)
    operator.publish(
        {
            "kind": "end",
            "exit_code": outcome.exit_code,
            "run_file": str(recorder.path),
            "sentence": outcome.sentence,
        }
    )
    operator.close()
    return outcome.exit_code


def _loop(
    loaded: Loaded, bench: OpenBench, recorder: Recorder, operator: Terminal | Engine
) -> Outcome:
    record = LoopRecord(recorder, loaded.settings, bench.truth, operator.publish)
    folder = recorder.path.parent
    return Loop(
        bench.link, loaded.settings, record, operator, watch_folder(folder)
    ).run()


def _hello(loaded: Loaded, bench: OpenBench, path: Path) -> dict[str, Any]:
    ceiling = loaded.settings.ceiling
    return {
        "kind": "hello",
        "version": importlib.metadata.version("amf-bench"),
        "name": loaded.name,
        "run_file": str(path),
        "simulated": bench.simulated,
        "instruments": bench.kinds,
        "independent_shut_off": False,
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


def _refuse_unguarded(loaded: Loaded) -> None:
    """Refuse real outputs: the guardian that must stand beside them is not built."""
    real = [
        name
        for name, i in loaded.bench.instruments.items()
        if not (i.simulated or i.served)
    ]
    if real:
        raise BenchError(
            f"{', '.join(real)}: this version has no guardian process yet, so it does "
            "not switch on the output of a real instrument; check, off and monitor work"
        )
