"""Heating curves of other programs: CSV, TSV and XLSX, read into a ``Curve``.

Columns are found by header, or named; units are taken from the header, or named, and
converted here. Known by themselves: the magneTherm dashboard's TSV and files of two
columns without header (time, temperature rise). Nothing is guessed that could be
wrong silently: where a choice is open, the file is refused with a sentence.
"""

import hashlib
import re
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from controller.analysis.calorimetry import AnalysisError, Array, Curve
from controller.analysis.calorimetry_record import Record, checked
from controller.config.sar import ColumnsTable, FieldTable
from controller.sar.tables import CurveFileError, Grid, read_grid
from controller.sar.units import (
    FIELD_NAMES,
    RISE_NAMES,
    TEMPERATURE_NAMES,
    TIME_NAMES,
    field_a_per_m,
    found_unit,
    seconds,
    to_celsius,
)

DASHBOARD = ("Current [A]", "Voltage [V]")
STATES = ("BEFORE", "EXPOSING", "WAIT", "ERROR")
CURVE_FILES = (".csv", ".tsv", ".txt", ".dat", ".xlsx")


@dataclass(frozen=True, slots=True)
class Imported:
    """A curve with its origin: path, SHA-256 of the file, how it was read, warnings.

    ``is_rise`` says that temperatures are differences from an unknown start.
    ``field_u`` is the relative standard uncertainty of a field that was measured,
    None where only the description knows it.
    """

    path: Path
    sha256: str
    curve: Curve
    how: str
    warnings: tuple[str, ...] = ()
    is_rise: bool = False
    field_u: float | None = None


def read_curve(path: Path, columns: ColumnsTable, field: FieldTable) -> Imported:
    """Read a heating curve from a file.

    Raises:
        CurveFileError: the file cannot be read as a curve; the message says why.
    """
    grid = read_grid(path, columns)
    try:
        if all(name in grid.header for name in DASHBOARD):
            imported = _dashboard(grid, columns, field)
        else:
            imported = _generic(grid, columns, field)
    except CurveFileError as error:
        raise CurveFileError(f"{path.name}: {error}") from error
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    return replace(imported, sha256=digest)


def check(imported: Imported) -> Record:
    """Check an imported curve and cut it into phases.

    Raises:
        CurveFileError: it cannot be analysed, or its units are doubtful.
    """
    name = imported.path.name
    try:
        record = checked(imported.curve)
    except AnalysisError as error:
        raise CurveFileError(f"{name}: {error}") from error
    if record.doubt and not imported.is_rise:
        raise CurveFileError(
            f"{name}: {record.doubt}; name both units to confirm or to correct them"
        )
    return record


def _generic(grid: Grid, columns: ColumnsTable, field: FieldTable) -> Imported:
    """Read a table with any headers, or two columns without any."""
    rise = not grid.header and grid.width == 2 and not columns.temperature
    time_at = _column(grid, columns.time, TIME_NAMES, "time", 0)
    t_at = _column(grid, columns.temperature, TEMPERATURE_NAMES, "temperature", 1)
    time_unit, t_unit = _units(grid, columns, time_at, t_at)
    time_s = seconds(grid.times(time_at), time_unit)
    readings = grid.numbers(t_at)
    rise = rise or _is_rise(grid, t_at)
    if rise:
        t_c = readings / 1.8 if t_unit == "F" else readings
    else:
        t_c = to_celsius(readings, t_unit)
    amplitude, switches, words = _amplitude(grid, columns, field, time_s)
    curve = Curve(
        time_s,
        t_c,
        amplitude,
        _frequency_hz(field, None),
        switches,
        units_confirmed="auto" not in (columns.time_unit, columns.temperature_unit),
    )
    kind = "rise" if rise else "temperature"
    how = f"time in {time_unit} from {grid.name(time_at)}, "
    how += f"{kind} in {t_unit} from {grid.name(t_at)}, {words}"
    return Imported(grid.path, "", curve, how, _others(grid, t_at), rise)


def _dashboard(grid: Grid, columns: ColumnsTable, field: FieldTable) -> Imported:
    """Read the magneTherm dashboard's TSV: comments, State, error rows of -1 and -274.

    First number of the comments: frequency in Hz; second: set current in A.
    Source: docs/calorimetry.md, files that are read (layout unverified).
    """
    numbers = grid.comment_numbers()
    time_at = _column(grid, columns.time, TIME_NAMES, "time", 0)
    probes = [n for n in grid.header if n[:1] == "T" and n[1:2].isdigit()]
    wanted = columns.temperature or next(iter(probes), "")
    t_at = _column(grid, wanted, TEMPERATURE_NAMES, "temperature", None)
    time_unit = _unit(columns.time_unit, grid, time_at, "time", "s")
    t_unit = _unit(columns.temperature_unit, grid, t_at, "temperature", "C")
    time_s = seconds(grid.times(time_at), time_unit)
    current_a = grid.numbers(grid.header.index("Current [A]"))
    t_c = to_celsius(grid.numbers(t_at), t_unit)
    wrong = (t_c <= -200.0) | (t_c == -1.0) | (current_a < 0.0)
    on = _exposing(grid, current_a)
    wrong |= on < 0
    amplitude = _dashboard_field(field, current_a, on > 0)
    amplitude[wrong], t_c[wrong] = np.nan, np.nan
    curve = Curve(
        time_s,
        t_c,
        amplitude,
        _frequency_hz(field, numbers[0] if numbers else None),
        units_confirmed="auto" not in (columns.time_unit, columns.temperature_unit),
    )
    words: tuple[str, ...] = ()
    if len(probes) > 1:
        words = (f"of {len(probes)} probes {wanted} was read",)
    lost = int(np.count_nonzero(wrong))
    if lost:
        words += (f"{lost} error rows of the dashboard (-1, -274 or ERROR)",)
    how = f"magneTherm dashboard, temperature from {grid.name(t_at)}"
    return Imported(grid.path, "", curve, how, words)


def _exposing(grid: Grid, current_a: Array) -> Array:
    """Return 1 where the field was on, 0 where off, -1 in rows of ERROR."""
    if "State" not in grid.header:
        on: Array = np.where(current_a > 0.5 * np.nanmax(current_a), 1.0, 0.0)
        return on
    states = grid.words(grid.header.index("State"))
    strange = sorted(set(states) - set(STATES))
    if strange:
        raise CurveFileError(
            f"State holds {strange[0]!r}; known are {', '.join(STATES)}"
        )
    value = {"BEFORE": 0.0, "EXPOSING": 1.0, "WAIT": 0.0, "ERROR": -1.0}
    return np.array([value[s] for s in states])


def _dashboard_field(
    field: FieldTable, current_a: Array, on: np.ndarray[tuple[int], np.dtype[np.bool_]]
) -> Array:
    if field.field_per_ampere_per_m is not None:
        amplitude = np.where(on, current_a * field.field_per_ampere_per_m, 0.0)
    elif field.amplitude_a_per_m is not None:
        amplitude = np.where(on, field.amplitude_a_per_m, 0.0)
    else:
        raise CurveFileError(
            "the dashboard records current, not field: give field_per_ampere_per_m or "
            "amplitude_a_per_m in [field]"
        )
    return np.asarray(amplitude, dtype=float)


def _frequency_hz(field: FieldTable, stated_hz: float | None) -> float:
    """Return the frequency in Hz: the file's own, else that of the description."""
    frequency_hz = stated_hz if stated_hz is not None else field.frequency_hz
    if frequency_hz is None:
        raise CurveFileError("the frequency is not known: give [field] frequency_hz")
    given = field.frequency_hz
    if given is not None and abs(given / frequency_hz - 1.0) > 0.01:
        raise CurveFileError(
            f"the file says {frequency_hz:g} Hz, [field] says {given:g} Hz"
        )
    return frequency_hz


def _column(
    grid: Grid, wanted: str, names: tuple[str, ...], what: str, bare_at: int | None
) -> int:
    """Return the place of a column: as named, else the only one that fits."""
    if wanted:
        return grid.place(wanted, what)
    if not grid.header and bare_at is not None:
        if grid.width > 2:
            raise CurveFileError(
                f"no header above {grid.width} columns: name the {what} by its number"
            )
        return bare_at
    fits = [i for i, name in enumerate(grid.header) if _fits(name, names)]
    if what == "time" and len(fits) > 1:
        fits = fits[:1]
    if len(fits) == 1:
        return fits[0]
    listed = ", ".join(grid.header)
    if fits:
        several = ", ".join(grid.header[i] for i in fits)
        raise CurveFileError(f"several columns may be the {what}: {several}; name one")
    raise CurveFileError(f"no column looks like the {what} among {listed}; name it")


def _fits(header: str, names: tuple[str, ...]) -> bool:
    """Say whether a header's first word is one of these; t is time, T temperature."""
    first = (re.split(r"[\s_\[(/:,;]+", header.strip()) or [""])[0]
    word = first.rstrip("0123456789.")
    return word in names or (len(word) > 1 and word.lower() in names)


def _is_rise(grid: Grid, at: int) -> bool:
    return bool(grid.header) and _fits(grid.header[at], RISE_NAMES)


def _units(
    grid: Grid, columns: ColumnsTable, time_at: int, t_at: int
) -> tuple[str, str]:
    time_unit = _unit(columns.time_unit, grid, time_at, "time", "s")
    return time_unit, _unit(columns.temperature_unit, grid, t_at, "temperature", "C")


def _unit(given: str, grid: Grid, at: int, what: str, otherwise: str) -> str:
    if given != "auto":
        return given
    return found_unit(grid.header[at] if grid.header else "", what) or otherwise


def _amplitude(
    grid: Grid, columns: ColumnsTable, field: FieldTable, time_s: Array
) -> tuple[Array, tuple[float, ...], str]:
    """Return the field at each row in A/m, instants of switching, and how it is known.

    A column goes before the instants of the description.
    """
    fits = [i for i, name in enumerate(grid.header) if _fits(name, FIELD_NAMES)]
    if columns.field or len(fits) == 1:
        at = grid.place(columns.field, "field") if columns.field else fits[0]
        unit = _unit(columns.field_unit, grid, at, "field", "")
        if not unit:
            raise CurveFileError(
                f"the unit of the field in {grid.name(at)!r} is not known: name it"
            )
        values = field_a_per_m(grid.numbers(at), unit, field)
        # Instants that are known are better than midway between two rows.
        known = tuple(sorted([*field.on_s, *field.off_s]))
        return values, known, f"field in {unit} from {grid.name(at)}"
    if len(fits) > 1:
        several = ", ".join(grid.header[i] for i in fits)
        raise CurveFileError(f"several columns may be the field: {several}; name one")
    return (*_switched(field, time_s), "field by the instants given")


def _switched(field: FieldTable, time_s: Array) -> tuple[Array, tuple[float, ...]]:
    if not field.on_s:
        raise CurveFileError(
            "no column holds the field, and the instants at which it was switched are "
            "not given (on_s, off_s)"
        )
    if field.amplitude_a_per_m is None:
        raise CurveFileError("the amplitude is not known: give amplitude_a_per_m")
    instants = sorted([*field.on_s, *field.off_s])
    right = all((s in field.on_s) == (k % 2 == 0) for k, s in enumerate(instants))
    if not right or len(set(instants)) != len(instants):
        raise CurveFileError("on_s and off_s do not alternate, beginning with on")
    known = np.searchsorted(np.array(instants), time_s, side="right")
    amplitude = np.where(known % 2 == 1, field.amplitude_a_per_m, 0.0)
    return np.asarray(amplitude, dtype=float), tuple(instants)


def _others(grid: Grid, at: int) -> tuple[str, ...]:
    return () if grid.header else (f"no header: column {at + 1} is the temperature",)
