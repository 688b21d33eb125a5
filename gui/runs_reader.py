"""Reads run files for the screen by docs/record_format.md, and never changes one.

Only what is asked for is read, so that a day's record opens as fast as a minute's.
"""

import json
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType

import numpy as np
from numpy.typing import NDArray

from controller.errors import RunFileError
from controller.recording.run_file import must_be_sqlite
from controller.recording.run_rows import FORMAT
from gui.wording import Message

Floats = NDArray[np.float64]
CHUNK_ROWS = 20_000


class RecordFile:
    """A run file, open for reading; a context manager.

    ``header``, ``settings`` and ``results`` are the tables and the settings as JSON.
    """

    def __init__(self, path: Path) -> None:
        """Open the file. Raises RunFileError, in one sentence, where it is not ours."""
        self.path = path
        must_be_sqlite(path)
        with self._explained():
            where = f"{path.resolve().as_uri()}?mode=ro"
            self._db = sqlite3.connect(where, uri=True)
            try:
                self._read_header()
            except (RunFileError, sqlite3.Error, ValueError, TypeError):
                self.close()
                raise

    def __enter__(self) -> "RecordFile":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    @property
    def completed(self) -> bool:
        """Whether the record was closed, not cut off."""
        return "record" in self.results

    def close(self) -> None:
        """Close the file."""
        self._db.close()

    def rows(self, query: str, values: Sequence[object] = ()) -> list[Message]:
        """Give the rows of a SELECT by the names of its columns."""
        with self._explained():
            cursor = self._db.execute(query, tuple(values))
            names = [column[0] for column in cursor.description]
            return [dict(zip(names, row, strict=True)) for row in cursor]

    def arrays(self, query: str) -> list[Floats]:
        """Read the columns of a SELECT, (rows,) each; NULL is NaN."""
        with self._explained():
            cursor = self._db.execute(query)
            pieces: list[list[Floats]] = [[np.empty(0)] for _ in cursor.description]
            while rows := cursor.fetchmany(CHUNK_ROWS):
                for piece, cells in zip(pieces, zip(*rows, strict=True), strict=True):
                    piece.append(np.array(cells, np.float64))
        return [np.concatenate(piece) for piece in pieces]

    def _read_header(self) -> None:
        tables = {row[0] for row in self._db.execute("SELECT name FROM sqlite_master")}
        missing = {"run", "results", "ticks", "readings", "events"} - tables
        if missing:
            raise self._foreign(f"it has no table '{sorted(missing)[0]}'")
        self.header = self._json_table("run")
        if self.header.get("format") != FORMAT:
            why = f"record format {self.header.get('format')}, and this reads {FORMAT}"
            raise RunFileError(f"{self.path} was written by another amf-bench: {why}")
        self.results = self._json_table("results")
        settings = json.loads(str(self.header.get("settings_json")))
        if not isinstance(settings, dict):
            raise self._foreign("its settings are no JSON object")
        self.settings: Message = settings

    def _json_table(self, table: str) -> Message:
        found = self._db.execute(f"SELECT key, value FROM {table}")
        return {key: json.loads(value) for key, value in found}

    def _foreign(self, why: str) -> RunFileError:
        return RunFileError(f"{self.path} is not a run file of amf-bench: {why}")

    @contextmanager
    def _explained(self) -> Iterator[None]:
        """Turn a damaged file into one sentence."""
        try:
            yield
        except (sqlite3.Error, ValueError, TypeError, OSError) as error:
            raise RunFileError(f"{self.path} cannot be read: {error}") from error
