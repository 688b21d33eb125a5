"""Looks into a record while its engine is still writing it. Layout: record_format.md.

The window has no other way to see what ``amf monitor`` and ``amf sar run`` measure. It
is opened for reading only; what is not there yet is simply not there.
"""

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
LOCK_WAIT_S = 0.1


@dataclass(frozen=True, slots=True)
class LiveCurve:
    """The first probe's curve so far: s and °C, and where a field was asked for."""

    time_s: Array
    temperature_c: Array
    field_on: NDArray[np.bool_]


def newest_record(folder: Path) -> Path | None:
    """Return the record that was begun last in a folder; None without one."""
    found = sorted(folder.glob("*.sqlite"), key=_begun)
    return found[-1] if found else None


def newest_readings(path: Path) -> tuple[float, list[float | None]]:
    """Return the time of the newest tick in s, and each probe's value in °C.

    None is a reading that is not ok. Raises sqlite3.Error while nothing can be read.
    """
    with closing(_opened(path)) as db:
        tick = db.execute("SELECT seq, t_s FROM ticks ORDER BY seq DESC LIMIT 1")
        seq, t_s = tick.fetchone() or (-1, 0.0)
        rows = db.execute(
            "SELECT value_c, quality FROM readings WHERE seq = ? ORDER BY probe", (seq,)
        )
        return float(t_s), [
            value if quality == "ok" else None for value, quality in rows
        ]


def curve_so_far(path: Path) -> LiveCurve:
    """Return the curve of the first probe. Raises sqlite3.Error."""
    with closing(_opened(path)) as db:
        rows = db.execute(
            "SELECT t_s, value_c, command_field_a_per_m > 0 FROM ticks JOIN readings "
            "USING (seq) WHERE probe = 0 AND quality = 'ok' ORDER BY seq"
        ).fetchall()
    table = np.array(rows, dtype=float).reshape(-1, 3)
    return LiveCurve(table[:, 0], table[:, 1], table[:, 2] > 0.0)


def _begun(path: Path) -> tuple[float, str]:
    try:
        return path.stat().st_ctime, path.name
    except OSError:
        return 0.0, path.name


def _opened(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(
        f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=LOCK_WAIT_S
    )
