"""Adding the guardian's event to the record of an engine that is dead.

The event goes into the run file, chained to the last one there. Where that is not
possible (the record was closed, or the disk is gone) a text file beside it says it.
"""

import json
import sqlite3
from collections.abc import Mapping
from contextlib import closing, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from controller.errors import RecordingError
from controller.recording.event_chain import TicksHash, first_link, next_link
from controller.recording.run_rows import canonical

LOCK_WAIT_S = 2.0
_LAST = "SELECT seq, ticks, hash FROM events ORDER BY seq DESC LIMIT 1"
_TICKS = "SELECT * FROM ticks WHERE seq >= ? ORDER BY seq"
_READINGS = "SELECT * FROM readings WHERE seq = ? ORDER BY probe"
_TRUTH = "SELECT * FROM truth WHERE seq = ?"
_CLOSED = "SELECT count(*) FROM results WHERE key = 'record'"


def record_event(record: Path, sentence: str, data: Mapping[str, Any]) -> Path | None:
    """Record an event of kind "guardian"; return the file that now holds it.

    None where nothing can be written at all.
    """
    utc = datetime.now(UTC).isoformat(timespec="milliseconds")
    try:
        append_event(record, utc, "guardian", sentence, data)
    except RecordingError as error:
        beside = record.with_name(f"{record.stem}_guardian.txt")
        with suppress(OSError):
            with beside.open("a", encoding="utf-8") as file:
                file.write(f"{utc} {sentence}\n{canonical(data)}\n{error}\n")
            return beside
        return None
    return record


def append_event(
    record: Path, utc: str, kind: str, sentence: str, data: Mapping[str, Any]
) -> None:
    """Chain an event to the last one of a run file that nobody writes any more.

    Raises:
        RecordingError: it is not a run file, was closed, or cannot be written.
    """
    uri = f"{record.resolve().as_uri()}?mode=rw"
    try:
        with closing(
            sqlite3.connect(uri, uri=True, timeout=LOCK_WAIT_S, isolation_level=None)
        ) as db:
            db.execute("PRAGMA synchronous=FULL")
            db.execute("BEGIN IMMEDIATE")
            if db.execute(_CLOSED).fetchone()[0]:
                raise RecordingError(f"{record} was closed before")
            seq, ticks, previous = _end(db)
            rest = _ticks_from(db, ticks)
            counted = (rest.count, rest.take())
            event = (seq, None, utc, kind, sentence, canonical(data), *counted)
            row = (*event, previous, next_link(previous, event))
            marks = ", ".join("?" * len(row))
            db.execute(f"INSERT INTO events VALUES ({marks})", row)
            db.execute("COMMIT")
    except (sqlite3.Error, ValueError) as error:
        raise RecordingError(f"{record}: an event cannot be added: {error}") from error


def _ticks_from(db: sqlite3.Connection, first: int) -> TicksHash:
    """Hash the ticks that the engine recorded after its last event."""
    rest = TicksHash(first)
    for row in db.execute(_TICKS, (first,)).fetchall():
        seq = row[:1]
        readings = db.execute(_READINGS, seq).fetchall()
        rest.add(row, readings, db.execute(_TRUTH, seq).fetchall())
    return rest


def _end(db: sqlite3.Connection) -> tuple[int, int, str]:
    """Return the number of the next event, the ticks before the last, and its link."""
    last = db.execute(_LAST).fetchone()
    if last is not None:
        return last[0] + 1, last[1], last[2]
    header = {key: json.loads(value) for key, value in db.execute("SELECT * FROM run")}
    return 0, 0, first_link(header)
