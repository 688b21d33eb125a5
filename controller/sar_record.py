"""A run file read as a heating curve: what ``amf sar analyse RUN`` works on."""

import hashlib
from pathlib import Path

import numpy as np

from controller.analysis.calorimetry import Array, Curve
from controller.analysis.run_data import RunData
from controller.config_sar import FieldTable
from controller.run_file import Run
from controller.sar_import import Imported
from controller.sar_tables import CurveFileError

# Below this share of its pulse a read-back has not followed the switch yet.
FOLLOWED = 0.9


def read_run(path: Path, field: FieldTable) -> Imported:
    """Read a recorded run as a heating curve: probe, field as measured, instants.

    Raises:
        CurveFileError: the run holds no curve, or says another frequency.
        RunFileError: it is not a run file.
    """
    with Run.open(path) as run:
        data = run.data()
    probes = data.probe_columns(("sample",))
    if not probes:
        raise CurveFileError(f"{path.name}: no probe of this run is in a sample")
    frequency_hz = data.settings.applicator.frequency_hz
    given = field.frequency_hz
    if given is not None and abs(given / frequency_hz - 1.0) > 0.01:
        raise CurveFileError(
            f"{path.name}: the run says {frequency_hz:g} Hz, [field] says {given:g} Hz"
        )
    if not data.ticks:
        raise CurveFileError(f"{path.name}: the run holds no ticks")
    curve = _curve(data, probes[0], frequency_hz)
    name = data.settings.probes[probes[0]].name
    return Imported(
        path,
        hashlib.sha256(path.read_bytes()).hexdigest(),
        curve,
        f"run file, probe {name}, field in A/m from supply current x calibration",
        _warnings(data, probes),
    )


def is_simulated(path: Path) -> bool:
    """Say whether a run was recorded on simulated instruments."""
    with Run.open(path) as run:
        return run.header.simulated


def _curve(data: RunData, probe: int, frequency_hz: float) -> Curve:
    """Return fresh readings by the time they were taken, with the field from then."""
    taken = np.asarray(data.readings["taken_s"][:, probe], dtype=float)
    t_c = np.asarray(data.readings["value_c"][:, probe], dtype=float)
    good = data.readings["quality"][:, probe].astype(str) == "ok"
    rows = np.flatnonzero(good & np.isfinite(taken))
    rows = rows[np.concatenate([[True], np.diff(taken[rows]) > 0.0])[: rows.size]]
    amplitude, switches = _field(data)
    at = np.clip(np.searchsorted(data.t_s, taken[rows], side="right") - 1, 0, None)
    return Curve(
        taken[rows],
        t_c[rows],
        amplitude[at],
        frequency_hz,
        switches,
        units_confirmed=True,
    )


def _field(data: RunData) -> tuple[Array, tuple[float, ...]]:
    """Return the field from each tick to the next in A/m, and instants of switching.

    What a tick commands is read back at the next one. Where the read-back has not
    followed the switch yet, the median of the pulse stands for it.
    """
    asked = np.asarray(data.columns["command_field_a_per_m"], dtype=float)
    on = asked > 0.0
    measured = np.asarray(data.columns["measured_field_a_per_m"], dtype=float)
    held = np.append(measured[1:], measured[-1:])
    edges = np.flatnonzero(np.diff(on.astype(int))) + 1
    amplitude = np.zeros(on.size)
    for part in np.split(np.arange(on.size), edges):
        if part.size and on[part[0]]:
            pulse = held[part]
            middle = float(np.nanmedian(pulse))
            followed = np.abs(pulse - middle) <= (1.0 - FOLLOWED) * middle
            amplitude[part] = np.where(followed, pulse, middle)
    return amplitude, tuple(float(t) for t in data.t_s[edges])


def _warnings(data: RunData, probes: list[int]) -> tuple[str, ...]:
    words = [] if data.completed else ["the record is incomplete: it was cut off"]
    if len(probes) > 1:
        name = data.settings.probes[probes[0]].name
        words.append(f"of {len(probes)} probes in the sample {name} was read")
    words += [f"fault: {fault['sentence']}" for fault in data.faults()]
    return tuple(words)
