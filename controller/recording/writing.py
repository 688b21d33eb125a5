"""Writing a run: one SQLite file that can be read after a SIGKILL at any instant.

A tick is one transaction in the write-ahead log (``synchronous=NORMAL``: it survives
the death of the program; the last ones may be lost with the mains). An event waits
for the disk (``FULL``), and takes every tick before it along. After a clean end the
log is folded in and the run is a single file. Layout: docs/record_format.md.
"""

import re
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from itertools import chain
from pathlib import Path
from typing import Any

from controller.analysis.run_data import RunHeader
from controller.errors import RecordingError, RunFileError
from controller.recording.event_chain import TicksHash, ending, first_link, next_link
from controller.recording.run_rows import (
    FORMAT,
    READING_COLUMNS,
    TICK_COLUMNS,
    TRUTH_COLUMNS,
    Cell,
    TickRecord,
    Truth,
    canonical,
    reading_rows,
    tick_row,
)

__all__ = ["Recorder", "RunHeader", "TickRecord", "Truth"]

# A foreign program that holds a lock must not stall a tick for longer than this.
LOCK_WAIT_S = 0.2
# Folding the log in waits for the disk: seldom enough to stay out of the loop's p99.
LOG_PAGES = 8000
# A tick touches a few rows: with small pages less is written for each of them.
PAGE_BYTES = 2048
APPLICATION_ID = 0x414D4642  # "AMFB"


def _insert(table: str, columns: int, rows: int = 1) -> str:
    row = f"({', '.join('?' * columns)})"
    return f"INSERT INTO {table} VALUES {', '.join([row] * rows)}"


_TICK = _insert("ticks", len(TICK_COLUMNS))
_TRUTH = _insert("truth", 1 + len(TRUTH_COLUMNS))
_EVENT = _insert("events", 10)
_SCHEMA = f"""
    CREATE TABLE run (key TEXT PRIMARY KEY, value TEXT NOT NULL);
    CREATE TABLE results (key TEXT PRIMARY KEY, value TEXT NOT NULL);
    CREATE TABLE ticks (seq INTEGER PRIMARY KEY, {", ".join(TICK_COLUMNS[1:])});
    CREATE TABLE readings (
        seq INTEGER, probe INTEGER, {", ".join(READING_COLUMNS)},
        PRIMARY KEY (seq, probe)) WITHOUT ROWID;
    CREATE TABLE truth (seq INTEGER PRIMARY KEY, {", ".join(TRUTH_COLUMNS)});
    CREATE TABLE events (
        seq INTEGER PRIMARY KEY, t_s, utc TEXT, kind TEXT, sentence TEXT, data TEXT,
        ticks INTEGER, ticks_hash TEXT, previous_hash TEXT, hash TEXT);
    CREATE TABLE clock (t_s, utc TEXT);
"""


class Recorder:
    """The run file while it is being written. Not for use by two threads."""

    def __init__(self, path: Path, header: RunHeader) -> None:
        """Create the file. Raises RunFileError where it cannot be, or already is."""
        self.path = path
        self._truth = header.truth
        self._events = 0
        self._clock: list[tuple[float | None, str]] = []
        self._ticks = TicksHash()
        self._probes, self._reading = 0, ""
        _reserve(path)
        try:
            self._db = sqlite3.connect(
                path, timeout=LOCK_WAIT_S, isolation_level=None, cached_statements=32
            )
            self._execute = self._db.cursor().execute  # each tick: one cursor for all
            self._link = self._write_header(header)
        except sqlite3.Error as error:
            raise RunFileError(f"{path} cannot be written: {error}") from error

    @classmethod
    def create(cls, folder: Path, header: RunHeader) -> "Recorder":
        """Create ``<folder>/<UTC>_<name>.sqlite``, numbered where that exists."""
        for number in range(1, 1000):
            path = run_path(folder, header, number)
            if not path.exists():
                try:
                    return cls(path, header)
                except _AlreadyThere:
                    continue
        raise RunFileError(f"{folder} holds too many runs of this name and second")

    def tick(self, record: TickRecord) -> None:
        """Record one tick, whole or not at all. Raises RecordingError."""
        row, readings = tick_row(record), reading_rows(record)
        truth: list[tuple[Cell, ...]] = []
        if self._truth and record.truth is not None:
            truth = [(record.seq, *record.truth)]
        execute = self._execute
        try:
            execute("BEGIN")
            execute(_TICK, row)
            if readings:
                execute(self._readings_of(len(readings)), [*chain(*readings)])
            for cells in truth:
                execute(_TRUTH, cells)
            execute("COMMIT")
        except sqlite3.Error as error:
            raise self._failed(f"tick {record.seq}", error) from error
        self._ticks.add(row, readings, truth)

    def _readings_of(self, probes: int) -> str:
        """Return the statement that records all readings of a tick at once."""
        if probes != self._probes:
            self._probes = probes
            self._reading = _insert("readings", 2 + len(READING_COLUMNS), probes)
        return self._reading

    def event(
        self,
        t_s: float,
        utc: str,
        kind: str,
        sentence: str,
        data: Mapping[str, Any] | None = None,
    ) -> None:
        """Record an event, on the disk when this returns. Raises RecordingError."""
        seq, time_s = self._events, None if t_s != t_s else t_s
        text = canonical(data or {})
        # Half a surrogate pair, pasted into a note, is no text that can be stored.
        sentence = sentence.encode(errors="replace").decode()
        ticks = (self._ticks.count, self._ticks.take())
        event = (seq, time_s, utc, kind, sentence, text, *ticks)
        link = next_link(self._link, event)
        row = (*event, self._link, link)
        with self._on_disk(f"event '{kind}'"):
            self._db.execute(_EVENT, row)
        self._link, self._events = link, seq + 1

    def clock(self, t_s: float, utc: str) -> None:
        """Record that the monotonic time t_s was this UTC. Raises RecordingError."""
        try:
            self._db.execute("INSERT INTO clock VALUES (?, ?)", (t_s, utc))
        except sqlite3.Error as error:
            raise self._failed("the clock", error) from error
        self._clock.append((t_s, utc))

    def finish(self, results: Mapping[str, Any]) -> None:
        """Store the results, mark the record as complete, leave one single file.

        Raises RecordingError where the results cannot be written; the file is closed
        in any case.
        """
        counted = (self._events, self._link, self._ticks)
        rows = {**results, "record": ending(*counted, results, self._clock)}
        try:
            with self._on_disk("the results"):
                self._db.executemany(
                    "INSERT INTO results VALUES (?, ?)",
                    [(key, canonical(value)) for key, value in rows.items()],
                )
            self._fold_in()
        finally:
            self._db.close()

    def abandon(self) -> None:
        """Close the file as it is: readable, and marked as incomplete."""
        self._db.close()

    def _write_header(self, header: RunHeader) -> str:
        """Write the header in one synchronous transaction, then turn to the log."""
        values = {**asdict(header), "format": FORMAT}
        # A script commits what is pending first, so that BEGIN is part of it.
        self._db.executescript(
            f"PRAGMA page_size={PAGE_BYTES};PRAGMA application_id={APPLICATION_ID};"
            f"BEGIN;{_SCHEMA}"
        )
        self._db.executemany(
            "INSERT INTO run VALUES (?, ?)",
            [(key, canonical(value)) for key, value in values.items()],
        )
        self._db.execute("COMMIT")
        self._db.executescript(
            "PRAGMA journal_mode=WAL;PRAGMA synchronous=NORMAL;"
            f"PRAGMA wal_autocheckpoint={LOG_PAGES}"
        )
        return first_link(values)

    @contextmanager
    def _on_disk(self, what: str) -> Iterator[None]:
        """Make one transaction that waits for the disk."""
        try:
            # executescript, because a cached PRAGMA statement may not act again.
            self._db.executescript("PRAGMA synchronous=FULL")
            self._db.execute("BEGIN")
            yield
            self._db.execute("COMMIT")
            self._db.executescript("PRAGMA synchronous=NORMAL")
        except sqlite3.Error as error:
            raise self._failed(what, error) from error

    def _fold_in(self) -> None:
        """Fold the log into the file; where a reader holds it, the log stays beside."""
        try:
            self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
            self._db.execute("PRAGMA journal_mode=DELETE").fetchall()
        except sqlite3.OperationalError:
            return

    def _failed(self, what: str, error: sqlite3.Error) -> RecordingError:
        """Undo a half-written transaction, and say what could not be written."""
        try:
            if self._db.in_transaction:
                self._db.execute("ROLLBACK")
        except sqlite3.Error:
            pass
        return RecordingError(f"{self.path}: {what} could not be recorded: {error}")


class _AlreadyThere(RunFileError):
    """Another run has taken this file name."""


def run_path(folder: Path, header: RunHeader, number: int = 1) -> Path:
    """Give the file of a run: UTC without colons, name, number from the second on."""
    stamp = re.sub(r"[-:]|\.\d+|\+00:00$", "", header.started_utc)
    name = re.sub(r"[^A-Za-z0-9_.-]+", "_", header.name).strip("._") or "run"
    suffix = "" if number == 1 else f"_{number}"
    return folder / f"{stamp.removesuffix('Z')}Z_{name}{suffix}.sqlite"


def _reserve(path: Path) -> None:
    """Make the empty file, so that two runs never share one."""
    if not path.parent.is_dir():
        raise RunFileError(f"{path.parent} is not a folder: make it, or choose another")
    try:
        path.open("xb").close()
    except FileExistsError as error:
        raise _AlreadyThere(f"{path} exists already: a run is not written over") from (
            error
        )
    except OSError as error:
        raise RunFileError(f"{path} cannot be written: {error.strerror}") from error
