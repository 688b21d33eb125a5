"""How one tick becomes table rows, and rows become the same tick again, bit for bit.

SQLite keeps no NaN: it is stored as NULL, and NULL is read back as NaN. The columns
carry no declared type, because a REAL column would lose the sign of -0.0.
"""

import json
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, fields
from itertools import groupby
from operator import attrgetter, itemgetter
from typing import Any, NamedTuple, TypeVar

from controller.decisions.signals import (
    NAN,
    Command,
    Drive,
    Fault,
    Measurement,
    Reading,
    Request,
)

FORMAT = 2
Cell = float | int | str | None
_Value = TypeVar("_Value")


class Truth(NamedTuple):
    """What a simulated bench knows and no instrument shows.

    ``true_hf_a_per_m_s`` is the largest since the last tick.
    """

    true_field_a_per_m: float = NAN
    true_hf_a_per_m_s: float = NAN
    true_controlled_c: float = NAN
    true_core_c: float = NAN
    true_margin_c: float = NAN
    true_healthy_c: float = NAN
    true_body_c: float = NAN


class TickRecord(NamedTuple):
    """One tick as recorded: what came in, what was decided, what followed from it.

    ``cem43_min`` is in the order of ``measurement.readings``.
    """

    seq: int
    measurement: Measurement
    command: Command
    phase: str
    setpoint_c: float
    controlled_c: float
    limiting_c: float
    measured_field_a_per_m: float
    hf_a_per_m_s: float
    cem43_min: Sequence[float]
    truth: Sequence[float] | None = None


_DERIVED = (
    "phase",
    "setpoint_c",
    "controlled_c",
    "limiting_c",
    "measured_field_a_per_m",
    "hf_a_per_m_s",
)
_DRIVE = tuple(f.name for f in fields(Drive))
_COMMAND = tuple(f.name for f in fields(Command))
TICK_COLUMNS = (
    "seq",
    "t_s",
    "late_s",
    *(f"drive_{name}" for name in _DRIVE),
    *(f"command_{name}" for name in _COMMAND),
    *_DERIVED,
    "requests",
    "outside",
)
READING_COLUMNS = ("value_c", "quality", "taken_s", "cem43_min")
TRUTH_COLUMNS = Truth._fields
TEXT_COLUMNS = frozenset(
    (
        "phase",
        "drive_supply_trip",
        "drive_field_quality",
        "command_reason",
        "requests",
        "outside",
        "quality",
    )
)

_drive_cells = attrgetter(*_DRIVE)
_command_cells = attrgetter(*_COMMAND)
_NO_DRIVE = (None,) * len(_DRIVE)


def tick_row(record: TickRecord) -> tuple[Cell, ...]:
    """Give the row of table ``ticks``, in the order of ``TICK_COLUMNS``."""
    measurement = record.measurement
    drive = measurement.drive
    return (
        record.seq,
        measurement.t_s,
        measurement.late_s,
        *(_NO_DRIVE if drive is None else _drive_cells(drive)),
        *_command_cells(record.command),
        *record[3:9],
        _as_json(measurement.requests) if measurement.requests else None,
        _as_json(measurement.outside) if measurement.outside else None,
    )


def reading_rows(record: TickRecord) -> list[tuple[Cell, ...]]:
    """Give the rows of table ``readings``: seq, probe, then ``READING_COLUMNS``."""
    seq = record.seq
    return [
        (seq, probe, reading.value_c, reading.quality, reading.taken_s, dose)
        for probe, (reading, dose) in enumerate(
            zip(record.measurement.readings, record.cem43_min, strict=True)
        )
    ]


def tick_record(
    row: Mapping[str, Cell],
    readings: Sequence[tuple[Cell, ...]],
    truth: Sequence[Cell] | None,
) -> TickRecord:
    """Rebuild one tick from its rows; ``readings`` in ``READING_COLUMNS`` order."""
    measurement = Measurement(
        t_s=_number(row["t_s"]),
        readings=tuple(_reading(cells) for cells in readings),
        drive=None if row["drive_output_on"] is None else _part(Drive, "drive_", row),
        requests=_from_json(Request, row["requests"]),
        late_s=_number(row["late_s"]),
        outside=_from_json(Fault, row["outside"]),
    )
    return TickRecord(
        seq=int(row["seq"] or 0),
        measurement=measurement,
        command=_part(Command, "command_", row),
        phase=str(row["phase"]),
        setpoint_c=_number(row["setpoint_c"]),
        controlled_c=_number(row["controlled_c"]),
        limiting_c=_number(row["limiting_c"]),
        measured_field_a_per_m=_number(row["measured_field_a_per_m"]),
        hf_a_per_m_s=_number(row["hf_a_per_m_s"]),
        cem43_min=tuple(_number(cells[3]) for cells in readings),
        truth=None if truth is None else Truth(*(_number(cell) for cell in truth)),
    )


def tidy(value: Any) -> Any:
    """Replace every NaN in a nested value by None and ±inf by words, for JSON."""
    if isinstance(value, float) and not math.isfinite(value):
        return None if math.isnan(value) else str(value)
    if isinstance(value, Mapping):
        return {str(key): tidy(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [tidy(item) for item in value]
    return value


def canonical(value: Any) -> str:
    """Write a value as JSON in one way only: sorted keys, no spaces, ASCII, no NaN."""
    return json.dumps(
        tidy(value), sort_keys=True, separators=(",", ":"), allow_nan=False
    )


def _as_json(values: Sequence[Request] | Sequence[Fault]) -> str:
    return canonical([asdict(value) for value in values])


def _from_json(kind: Callable[..., _Value], cell: Cell) -> tuple[_Value, ...]:
    if cell is None:
        return ()
    return tuple(kind(**_restored(kind, item)) for item in json.loads(str(cell)))


def _restored(kind: Callable[..., Any], item: dict[str, Any]) -> dict[str, Any]:
    floats = {f.name for f in fields(kind) if f.type is float}  # type: ignore[arg-type]
    return {
        name: _number(float(cell) if isinstance(cell, str) else cell)
        if name in floats
        else cell
        for name, cell in item.items()
    }


def _part(kind: Callable[..., _Value], prefix: str, row: Mapping[str, Cell]) -> _Value:
    """Rebuild a dataclass from its prefixed cells; absent columns take defaults."""
    cells: dict[str, Any] = {}
    for f in fields(kind):  # type: ignore[arg-type]
        name = prefix + f.name
        if name in row:
            cell = row[name]
            if f.type is bool:
                cells[f.name] = bool(cell)
            else:
                cells[f.name] = NAN if cell is None else cell
    return kind(**cells)


def _reading(cells: tuple[Cell, ...]) -> Reading:
    return Reading(_number(cells[0]), str(cells[1]), _number(cells[2]))  # type: ignore[arg-type]


def _number(cell: Cell) -> float:
    return NAN if cell is None else cell  # type: ignore[return-value]


class BySeq:
    """Rows that follow the ticks: those of one tick at a time, in order."""

    def __init__(self, rows: Iterable[tuple[Any, ...]]) -> None:
        """Take rows that begin with the number of their tick."""
        self._groups = (
            (seq, [row[1:] for row in group])
            for seq, group in groupby(rows, key=itemgetter(0))
        )
        self._next = next(self._groups, None)

    def of(self, seq: int) -> list[tuple[Cell, ...]]:
        """Give the rows of this tick, [] when it has none."""
        while self._next is not None and self._next[0] < seq:
            self._next = next(self._groups, None)
        if self._next is None or self._next[0] != seq:
            return []
        return self._next[1]
