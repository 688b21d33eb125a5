"""A run file read as a heating curve: what ``amf sar analyse RUN`` works on.

The field of a pulse is the field sensor's where the bench has one, in the shape that
the supply's current had; else it is current x calibration.
"""

import hashlib
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from math import hypot
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from controller.analysis.calorimetry import Array, Curve
from controller.analysis.run_data import RunData
from controller.config.sar import TABLES, Description, FieldTable, described_by
from controller.config.sar_matrix import CONFIRMING
from controller.errors import ConfigError
from controller.recording.run_file import Run
from controller.sar.curve_import import Imported
from controller.sar.tables import CurveFileError

# Below this share of what is usual a read-back has not followed the command yet.
FOLLOWED = 0.9
FEWEST_SENSED = 3
SETTLED_TICKS = 8
WITHOUT_SAMPLE = {
    "blank": "the medium alone",
    "preheat": "nothing",
    "resistor": "a resistor",
}
DRIVE = ("drive_current_a", "drive_field_a_per_m", "drive_field_quality")
Columns = NDArray[Any]


class NoSampleError(CurveFileError):
    """A curve of a matrix without its sample: a blank, or the coil's preheating."""


@dataclass(frozen=True, slots=True)
class _Field:
    """The field from each tick to the next in A/m, from ``begin_s`` on, and its source.

    ``u`` is the sensor's relative standard uncertainty, None without one.
    """

    begin_s: float
    a_per_m: Array
    switches_s: tuple[float, ...]
    how: str
    u: float | None = None
    warnings: tuple[str, ...] = ()


def read_run(path: Path, field: FieldTable) -> Imported:
    """Read a recorded run as a heating curve: probe, field as measured, instants.

    Raises:
        CurveFileError: the run holds no curve, or says another frequency.
        RunFileError: it is not a run file.
    """
    with Run.open(path) as run:
        data = run.data()
        drive = {name: run.column(name) for name in DRIVE}
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
    known = _field(data, drive)
    name = data.settings.probes[probes[0]].name
    return Imported(
        path,
        hashlib.sha256(path.read_bytes()).hexdigest(),
        _curve(data, probes[0], frequency_hz, known),
        f"run file, probe {name}, field in A/m {known.how}",
        (*known.warnings, *_warnings(data, probes)),
        field_u=known.u,
    )


def description_in(path: Path) -> Description:
    """Return the sample that a curve of a matrix was measured on, from its record.

    Raises:
        ConfigError: the run was not made by ``amf sar run``.
        CurveFileError: it is a blank, or the coil was empty.
        RunFileError: it is not a run file.
    """
    with Run.open(path) as run:
        name, texts = run.header.name, run.header.config_texts
    for text in texts.values():
        data = tomllib.loads(text)
        if "matrix" not in data:
            continue
        for word, content in WITHOUT_SAMPLE.items():
            if f"_{word}_" in name:
                raise NoSampleError(f"{path.name}: {content} was in the coil: no SAR")
        return described_by({k: v for k, v in data.items() if k in TABLES})
    raise ConfigError([f"{path}: it does not say what was in the vial; give --sample"])


def is_simulated(path: Path) -> bool:
    """Say whether a run was recorded on simulated instruments."""
    with Run.open(path) as run:
        return run.header.simulated


def readings_of(data: RunData, probe: int, begin_s: float) -> tuple[Array, Array]:
    """Return the fresh readings of a probe: when taken in s, from a time on, and °C."""
    taken = np.asarray(data.readings["taken_s"][:, probe], dtype=float)
    t_c = np.asarray(data.readings["value_c"][:, probe], dtype=float)
    good = data.readings["quality"][:, probe].astype(str) == "ok"
    rows = np.flatnonzero(good & (taken >= begin_s))
    rows = rows[np.concatenate([[True], np.diff(taken[rows]) > 0.0])[: rows.size]]
    return taken[rows], t_c[rows]


def _curve(data: RunData, probe: int, frequency_hz: float, known: _Field) -> Curve:
    """Return the readings of a curve, with the field from each on."""
    taken_s, t_c = readings_of(data, probe, known.begin_s)
    at = np.clip(np.searchsorted(data.t_s, taken_s, side="right") - 1, 0, None)
    return Curve(
        taken_s,
        t_c,
        known.a_per_m[at],
        frequency_hz,
        known.switches_s,
        units_confirmed=True,
    )


def _field(data: RunData, drive: Mapping[str, Columns]) -> _Field:
    """Return the field as measured.

    What a tick commands is read back at the next one. Where the read-back has not
    followed yet, what was asked for stands, times the median of measured over asked.
    """
    asked = np.asarray(data.columns["command_field_a_per_m"], dtype=float)
    on = asked > 0.0
    on[: (begin := _begin(data, on))] = False
    edges = np.flatnonzero(np.diff(on.astype(int))) + 1
    pulses = [p for p in np.split(np.arange(on.size), edges) if p.size and on[p[0]]]
    by_current = _by_current(data, drive["drive_current_a"])
    amplitude = np.zeros(on.size)
    for pulse in pulses:
        shares = by_current[pulse] / asked[pulse]
        middle = float(np.nanmedian(shares))
        followed = np.abs(shares - middle) <= (1.0 - FOLLOWED) * middle
        amplitude[pulse] = np.where(followed, shares, middle) * asked[pulse]
    switches = tuple(float(t) for t in data.t_s[edges])
    how = "from supply current x calibration"
    plain = _Field(float(data.t_s[begin]), amplitude, switches, how)
    return _sensed(data, drive, plain, pulses)


def _begin(data: RunData, on: NDArray[np.bool_]) -> int:
    """Return the row where a curve begins: where the gain was confirmed, after that."""
    segments = data.settings.segments
    if not (segments and segments[0].name == CONFIRMING and on.any()):
        return 0
    first = int(np.argmax(on))
    return first + int(np.argmin(on[first:]))


def _by_current(data: RunData, current_a: Columns) -> Array:
    """Return what current and calibration say at the tick after each, in A/m.

    Not what the ceiling is judged by, which is the highest of all sources: that one
    stands in only where no current is read.
    """
    per_ampere = data.settings.applicator.field_per_ampere_per_m
    measured = np.asarray(current_a, dtype=float) * per_ampere
    highest = np.asarray(data.columns["measured_field_a_per_m"], dtype=float)
    measured = np.where(np.isfinite(measured), measured, highest)
    return np.append(measured[1:], measured[-1:])


def _sensed(
    data: RunData,
    drive: Mapping[str, Columns],
    plain: _Field,
    pulses: list[NDArray[np.intp]],
) -> _Field:
    """Scale each pulse to the median of the field sensor in it, where there is one."""
    sensor = data.settings.field_sensor
    if sensor is None or not pulses:
        return plain
    seen = np.asarray(drive["drive_field_a_per_m"], dtype=float)
    # Without a reading it is NaN, whatever its quality; old records have none of that.
    good = np.isfinite(seen)
    good &= np.isin(drive["drive_field_quality"].astype(str), ("ok", ""))
    amplitude, u, ratios = plain.a_per_m.copy(), 0.0, []
    for pulse in pulses:
        inside = pulse[good[pulse] & (seen[pulse] > FOLLOWED * plain.a_per_m[pulse])]
        inside = inside[inside > pulse[0] + SETTLED_TICKS]
        if inside.size < FEWEST_SENSED:
            words = "the field sensor gave too few readings: current x calibration"
            return replace(plain, warnings=(words,))
        middle = float(np.median(seen[inside]))
        ratios.append(float(np.median(seen[inside] / plain.a_per_m[inside])))
        amplitude[pulse] *= ratios[-1]
        # Expanded in the settings (k = 2).
        u = max(u, 0.5 * hypot(sensor.uncertainty, sensor.uncertainty_a_per_m / middle))
    share = 100.0 * (float(np.median(ratios)) - 1.0)
    how = f"from the field sensor ({share:+.1f} % beside current x calibration)"
    return replace(plain, a_per_m=amplitude, how=how, u=u)


def _warnings(data: RunData, probes: list[int]) -> tuple[str, ...]:
    words = [] if data.completed else ["the record is incomplete: it was cut off"]
    if len(probes) > 1:
        name = data.settings.probes[probes[0]].name
        words.append(f"of {len(probes)} probes in the sample {name} was read")
    words += [f"fault: {fault['sentence']}" for fault in data.faults()]
    return tuple(words)
