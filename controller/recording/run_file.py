"""Reading a run file, finished or cut off, without ever changing it."""

import json
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import fields
from pathlib import Path
from types import TracebackType
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydantic import TypeAdapter, ValidationError

from controller.analysis.run_data import Event, RunData, RunHeader
from controller.decisions.settings import Settings
from controller.errors import RunFileError
from controller.recording.event_chain import Whole, broken_links
from controller.recording.run_rows import (
    FORMAT,
    READING_COLUMNS,
    TEXT_COLUMNS,
    TICK_COLUMNS,
    TRUTH_COLUMNS,
    BySeq,
    TickRecord,
    tick_record,
)

TABLES = ("run", "results", "ticks", "readings", "truth", "events", "clock")
# What a summary and a report need of the ticks.
DATA_COLUMNS = (
    "t_s",
    "phase",
    "setpoint_c",
    "controlled_c",
    "limiting_c",
    "measured_field_a_per_m",
    "hf_a_per_m_s",
    "command_field_a_per_m",
    "command_bound_a_per_m",
    "command_at_bound",
    "command_output_on",
    "command_power_share",
)
_CHUNK_ROWS = 20_000
_READINGS = f"SELECT seq, {', '.join(READING_COLUMNS)} FROM readings ORDER BY seq,probe"
_READING_ROWS = "SELECT seq, * FROM readings ORDER BY seq, probe"
_TRUTH_ROWS = "SELECT seq, * FROM truth ORDER BY seq"
_TRUTH = f"SELECT seq, {', '.join(TRUTH_COLUMNS)} FROM truth ORDER BY seq"
_OF_NO_TICK = "SELECT count(*) FROM {} WHERE seq NOT IN (SELECT seq FROM ticks)"
_EVENTS = (
    "SELECT seq, t_s, utc, kind, sentence, data, ticks, ticks_hash, previous_hash, "
    "hash FROM events ORDER BY seq"
)


class Run:
    """A run file, open for reading; a context manager.

    ``completed`` is true when the recorder closed the record: a run that was killed
    or abandoned, or is still going on, has it false. What is read is the state at
    the moment of opening.
    """

    def __init__(self, path: Path) -> None:
        """Open the file. Raises RunFileError, in one sentence, where it is not ours."""
        self.path = path
        must_be_sqlite(path)
        self._copy: tempfile.TemporaryDirectory[str] | None = None
        with self._explained():
            self._db = self._connect()
            try:
                self._read_header()
            except (RunFileError, sqlite3.Error, ValueError):
                self.close()
                raise

    @classmethod
    def open(cls, path: Path) -> "Run":
        """Open a run file for reading."""
        return cls(path)

    def __enter__(self) -> "Run":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the file, and remove the copy where one was needed."""
        self._db.close()
        if self._copy is not None:
            self._copy.cleanup()

    def ticks(self) -> Iterator[TickRecord]:
        """Give every tick as it was recorded, bit for bit, in order."""
        names, rows = self.rows("SELECT * FROM ticks ORDER BY seq")
        readings = BySeq(self.rows(_READINGS)[1])
        truth = BySeq(self.rows(_TRUTH)[1])
        for row in rows:
            seq, true = row[0], truth.of(row[0])
            cells = dict(zip(names, row, strict=True))
            yield tick_record(cells, readings.of(seq), true[0] if true else None)

    def column(self, name: str) -> NDArray[Any]:
        """Read one column of the ticks as an array ``(ticks,)``; no value is NaN."""
        if name not in TICK_COLUMNS:
            raise RunFileError(f"{self.path} has no column '{name}' in its ticks")
        return self._arrays("ticks", (name,))[name]

    def events(self) -> list[Event]:
        """Read every event, in order."""
        with self._explained():
            return [_event(*row) for row in self._event_rows()]

    def clock(self) -> list[tuple[float, str]]:
        """Read the pairs of (monotonic time in s, UTC)."""
        rows = self.rows("SELECT t_s, utc FROM clock ORDER BY t_s")[1]
        return [(t_s, utc) for t_s, utc in rows]

    def data(self) -> RunData:
        """Read the whole run into arrays, for a summary or a report."""
        columns = self._arrays("ticks", DATA_COLUMNS)
        shape = (len(columns["t_s"]), len(self.settings.probes))
        readings = self._arrays("readings", READING_COLUMNS, "seq, probe")
        if readings["value_c"].size != shape[0] * shape[1]:
            raise RunFileError(f"{self.path} cannot be read: readings are missing")
        truth = "ticks LEFT JOIN truth USING (seq)"
        return RunData(
            name=self.path.stem,
            header=self.header,
            settings=self.settings,
            completed=self.completed,
            results=self.results,
            events=tuple(self.events()),
            columns=columns,
            readings={name: cells.reshape(shape) for name, cells in readings.items()},
            truth=self._arrays(truth, TRUTH_COLUMNS) if self.header.truth else None,
        )

    def verify_chain(self) -> list[str]:
        """Find every edit, gap or cut: one sentence each, [] when all is whole."""
        clock = list(self.rows("SELECT t_s, utc FROM clock ORDER BY rowid")[1])
        whole = Whole(self._header_values, self.results, clock)
        problems = broken_links(whole, self._event_rows(), self._tick_rows())
        for table in ("readings", "truth"):
            count = self._column(_OF_NO_TICK.format(table))[0]
            if count:
                problems.append(f"{count} rows of '{table}' belong to no tick")
        return problems

    def rows(self, query: str) -> tuple[list[str], Iterator[tuple[Any, ...]]]:
        """Give the column names of a SELECT, and its rows one by one."""
        with self._explained():
            cursor = self._db.execute(query)
        return [column[0] for column in cursor.description], self._each(cursor)

    def _column(self, query: str) -> list[Any]:
        return [row[0] for row in self.rows(query)[1]]

    def _each(self, cursor: sqlite3.Cursor) -> Iterator[tuple[Any, ...]]:
        with self._explained():
            # Not "yield from": that closes the cursor of a file closed before it.
            for row in cursor:  # noqa: UP028
                yield row

    def _tick_rows(self) -> Iterator[tuple[Any, list[Any], list[Any]]]:
        readings = BySeq(self.rows(_READING_ROWS)[1])
        truth = BySeq(self.rows(_TRUTH_ROWS)[1])
        for row in self.rows("SELECT * FROM ticks ORDER BY seq")[1]:
            yield row, readings.of(row[0]), truth.of(row[0])

    def _event_rows(self) -> Iterator[tuple[Any, ...]]:
        return self.rows(_EVENTS)[1]

    def _arrays(
        self, table: str, names: tuple[str, ...], order: str = "seq"
    ) -> dict[str, NDArray[Any]]:
        """Read columns as arrays, in pieces: a day of ticks has 30 million cells."""
        kinds = [object if name in TEXT_COLUMNS else np.float64 for name in names]
        pieces: list[list[NDArray[Any]]] = [[np.array([], kind)] for kind in kinds]
        query = f"SELECT {', '.join(names)} FROM {table} ORDER BY {order}"
        with self._explained():
            cursor = self._db.execute(query)
            while rows := cursor.fetchmany(_CHUNK_ROWS):
                for i, cells in enumerate(zip(*rows, strict=True)):
                    pieces[i].append(np.array(cells, kinds[i]))
        return {name: np.concatenate(pieces[i]) for i, name in enumerate(names)}

    def _connect(self) -> sqlite3.Connection:
        """Open in place, read-only; else a copy, where SQLite may write its log."""
        db = sqlite3.connect(f"{self.path.resolve().as_uri()}?mode=ro", uri=True)
        try:
            return _snapshot(db)
        except sqlite3.OperationalError:
            db.close()
        # A log beside a file in a read-only folder cannot be used in place.
        self._copy = tempfile.TemporaryDirectory(prefix="amf-run-")
        copy = Path(self._copy.name) / self.path.name
        for ending in ("", "-wal", "-journal"):
            source = self.path.with_name(self.path.name + ending)
            if source.exists():
                shutil.copyfile(source, copy.with_name(copy.name + ending))
        return _snapshot(sqlite3.connect(copy))

    def _read_header(self) -> None:
        """Read header, settings and results; refuse what is not a run."""
        tables = {row[0] for row in self._db.execute("SELECT name FROM sqlite_master")}
        for table in TABLES:
            if table not in tables:
                raise self._foreign(f"it has no table '{table}'")
        self._header_values = self._json_table("run")
        for name in ("format", *(f.name for f in fields(RunHeader))):
            if name not in self._header_values:
                raise self._foreign(f"its header has no '{name}'")
        values = dict(self._header_values)
        if (written := values.pop("format")) != FORMAT:
            why = f"record format {written}, and this version reads {FORMAT}"
            raise RunFileError(f"{self.path} was written by another amf-bench: {why}")
        self.header = RunHeader(**{f.name: values[f.name] for f in fields(RunHeader)})
        self.results = self._json_table("results")
        self.completed = "record" in self.results
        self.settings = self._settings()

    def _settings(self) -> Settings:
        try:
            return TypeAdapter(Settings).validate_json(self.header.settings_json)
        except ValidationError as error:
            where = ".".join(str(part) for part in error.errors()[0]["loc"])
            raise self._foreign(f"its settings are wrong at '{where}'") from error

    def _json_table(self, table: str) -> dict[str, Any]:
        rows = self._db.execute(f"SELECT key, value FROM {table}")
        return {key: json.loads(value) for key, value in rows}

    def _foreign(self, why: str) -> RunFileError:
        return RunFileError(f"{self.path} is not a run file of amf-bench: {why}")

    @contextmanager
    def _explained(self) -> Iterator[None]:
        """Turn a damaged file into one sentence."""
        try:
            yield
        except (sqlite3.Error, json.JSONDecodeError, OSError) as error:
            raise RunFileError(f"{self.path} cannot be read: {error}") from error


def _event(seq: int, t_s: float | None, *words: str) -> Event:
    utc, kind, sentence, data = words[:4]
    time_s = np.nan if t_s is None else t_s
    return Event(seq, time_s, utc, kind, sentence, json.loads(data))


def _snapshot(db: sqlite3.Connection) -> sqlite3.Connection:
    """Hold one state of the file, so that a run that goes on reads consistently."""
    db.isolation_level = None
    try:
        db.execute("BEGIN")
        db.execute("SELECT 1 FROM sqlite_master").fetchall()
    except sqlite3.Error:
        db.close()
        raise
    return db


def must_be_sqlite(path: Path) -> None:
    """Refuse what is no SQLite file, before SQLite makes anything of it."""
    try:
        with path.open("rb") as file:
            start = file.read(16)
    except OSError as error:
        raise RunFileError(f"{path} cannot be read: {error.strerror}") from error
    if not start:
        raise RunFileError(f"{path} is not a run file of amf-bench: it is empty")
    if start != b"SQLite format 3\0":
        why = "it is not an SQLite file"
        raise RunFileError(f"{path} is not a run file of amf-bench: {why}")
