"""The record that a procedure writes into: opened, and its folder watched."""

import importlib.metadata
import shutil
from collections.abc import Callable
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

from pydantic import TypeAdapter

from controller.bench import OpenBench, OpenThermometry
from controller.config.binding import bound_by
from controller.config.catalogue import brought_by
from controller.config.loading import Loaded
from controller.config.model import Instrument
from controller.decisions.settings import Settings
from controller.decisions.signals import Fault
from controller.errors import BenchError
from controller.host.folders import unfit
from controller.recording.writing import Recorder, RunHeader

LEAST_FREE_BYTES = 200_000_000
TRIP_FREE_BYTES = 20_000_000
LOOK_EACH_TICKS = 50
RECORD_EACH_TICKS = 2


def open_record(
    loaded: Loaded, bench: OpenBench | OpenThermometry, out: Path, seed: int
) -> Recorder:
    """Create the run file, with everything that is known before the first tick.

    Raises:
        RunFileError: the folder cannot be written.
        BenchError: there is no such folder, a record cannot live in it, or the disk is
            nearly full.
    """
    _make(out)
    simulated = all(kind != "real" for kind in bench.kinds.values())
    header = RunHeader(
        name=loaded.name,
        version=importlib.metadata.version("amf-bench"),
        started_utc=datetime.now(UTC).isoformat(timespec="seconds"),
        simulated=simulated,
        settings_json=TypeAdapter(Settings).dump_json(loaded.settings).decode(),
        instruments={
            name: {
                "kind": kind,
                **asdict(bench.identities[name]),
                **_binding(loaded.bench.instruments[name], kind),
                **brought_by(loaded.bench.instruments[name].driver),
            }
            for name, kind in bench.kinds.items()
        },
        config_texts=dict(loaded.texts),
        seed=seed if simulated else None,
        experiment=dict(loaded.experiment),
        truth=bench.simulation is not None,
    )
    return Recorder.create(out, header)


def _binding(instrument: Instrument, kind: str) -> dict[str, str]:
    return {"bound_by": bound_by(instrument)} if kind == "real" else {}


def _make(out: Path) -> None:
    """Make the folder of the runs, where a record can live and has space."""
    problem = unfit(out)
    if problem:
        raise BenchError(
            f"{problem}; a record does not survive there: choose another with --out DIR"
        )
    try:
        out.mkdir(parents=True, exist_ok=True)
        free = shutil.disk_usage(out).free
    except OSError as error:
        raise BenchError(f"runs cannot be written into {out}: {error}") from error
    if free < LEAST_FREE_BYTES:
        raise BenchError(
            f"only {free / 1e6:.0f} MB are free in {out}; a run needs "
            f"{LEAST_FREE_BYTES / 1e6:.0f} MB"
        )


def watch_folder(
    folder: Path, record: Path | None = None
) -> Callable[[], tuple[Fault, ...]]:
    """Return a check for the loop: a folder that is gone or full is a fault.

    So is a ``record`` that is gone: what is written then goes nowhere.
    """
    looks = 0

    def look() -> tuple[Fault, ...]:
        nonlocal looks
        looks += 1
        due = record is not None and not looks % RECORD_EACH_TICKS
        if record is not None and due and not record.exists():
            sentence = f"no recording, no field: {record.name} has been deleted"
            return (Fault("disk", sentence, 0.0, "a record", "none", "none"),)
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
