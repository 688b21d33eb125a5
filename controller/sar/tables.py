"""Tables of text and XLSX files as they stand: comments, header, columns.

Delimiter and decimal mark are found from the rows themselves; where both readings are
possible the file is refused. Big files of plain numbers take a fast path.
"""

import io
import re
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import numpy as np

from controller.analysis.calorimetry import Array
from controller.config.mistakes import nearest
from controller.config.sar import ColumnsTable
from controller.errors import AmfError

LARGEST_FILE_BYTES = 500_000_000
EMPTY = (
    "",
    "nan",
    "na",
    "n/a",
    "none",
    "null",
    "-",
    "--",
    "---",
    "#n/a",
    "inf",
    "-inf",
)
DELIMITERS = {"tab": "\t", ";": ";", ",": ",", "space": " "}
NUMBER = re.compile(r"[-+]?(\d+([.,]\d*)?|[.,]\d+)([eE][-+]?\d+)?")
CLOCK = re.compile(r"\d:\d\d")
TWO_NUMBERS = re.compile(r"\d\s+[-+]?\d")


class CurveFileError(AmfError):
    """A file that holds no heating curve that can be read; one sentence says why."""


@dataclass
class Grid:
    """The rows of a file as text, or parsed at once where they are plain numbers."""

    path: Path
    header: tuple[str, ...]
    comments: list[str]
    rows: Sequence[Sequence[str]]
    first_row: int
    decimal: str = "."
    plain: Array | None = None

    @property
    def width(self) -> int:
        """Return the number of columns."""
        if self.plain is not None:
            return int(self.plain.shape[1])
        return max((len(row) for row in self.rows[:50]), default=0)

    def place(self, wanted: str, what: str) -> int:
        """Return the place of a column, named by header or by number from 1."""
        if wanted in self.header:
            return self.header.index(wanted)
        if wanted.isdigit() and 1 <= int(wanted) <= self.width:
            return int(wanted) - 1
        listed = ", ".join(self.header) or f"1 to {self.width}"
        meant = nearest(wanted, self.header)
        hint = f"did you mean {meant}?" if meant else f"there are {listed}"
        raise CurveFileError(f"no column {wanted!r} for the {what}; {hint}")

    def name(self, at: int) -> str:
        """Return a column's header, or its number."""
        return self.header[at] if at < len(self.header) else f"column {at + 1}"

    def words(self, at: int) -> list[str]:
        """Return a column as text."""
        return [row[at].strip() if at < len(row) else "" for row in self.rows]

    def numbers(self, at: int) -> Array:
        """Return a column as numbers, NaN where a cell is empty.

        Raises: CurveFileError where a cell holds anything else.
        """
        if self.plain is not None:
            return np.array(self.plain[:, at])
        return np.array([self._number(k, w, at) for k, w in enumerate(self.words(at))])

    def times(self, at: int) -> Array:
        """Return a column of times: numbers, or s since the first clock time."""
        words = [] if self.plain is not None else self.words(at)
        if not words or ":" not in words[0]:
            return self.numbers(at)
        moments = [self._moment(k, w, at) for k, w in enumerate(words)]
        return np.array([(m - moments[0]).total_seconds() for m in moments])

    def comment_numbers(self) -> list[float]:
        """Return the numbers of the comment lines, in their order."""
        found = re.findall(r"[-+]?\d+(?:[.,]\d+)?", " ".join(self.comments))
        return [float(word.replace(",", ".")) for word in found]

    def _number(self, row: int, word: str, at: int) -> float:
        if word.lower() in EMPTY:
            return float("nan")
        if not NUMBER.fullmatch(word) or ("," in word and self.decimal != ","):
            raise CurveFileError(
                f"line {self.first_row + row} holds {word[:40]!r} in {self.name(at)}: "
                "not a number"
            )
        return float(word.replace(",", "."))

    def _moment(self, row: int, word: str, at: int) -> datetime:
        text = word if "-" in word else f"2000-01-01T{word.zfill(8)}"
        try:
            return datetime.fromisoformat(text.replace("Z", ""))
        except ValueError as error:
            raise CurveFileError(
                f"line {self.first_row + row} holds {word[:40]!r} in {self.name(at)}: "
                "not a time"
            ) from error


def read_grid(path: Path, columns: ColumnsTable) -> Grid:
    """Read a file as a table.

    Raises:
        CurveFileError: it is not a table with numbers.
    """
    if not path.is_file():
        what = "is a folder" if path.is_dir() else "does not exist"
        raise CurveFileError(f"{path.name} {what}")
    if path.stat().st_size > LARGEST_FILE_BYTES:
        raise CurveFileError(f"{path.name} is larger than 500 MB")
    try:
        if path.suffix.lower() == ".xlsx":
            return _of_sheet(path, columns)
        return _of_text(path, columns)
    except CurveFileError as error:
        raise CurveFileError(f"{path.name}: {error}") from error
    except OSError as error:
        raise CurveFileError(f"{path.name} cannot be read: {error.strerror}") from error


def _of_sheet(path: Path, columns: ColumnsTable) -> Grid:
    from openpyxl import load_workbook  # here: a CSV does not wait for it
    from openpyxl.utils.exceptions import InvalidFileException

    try:
        book = load_workbook(path, read_only=True, data_only=True)
    except (InvalidFileException, zipfile.BadZipFile, KeyError, ValueError) as error:
        raise CurveFileError("it is not an XLSX workbook") from error
    try:
        names = book.sheetnames
        if columns.sheet and columns.sheet not in names:
            raise CurveFileError(
                f"no sheet {columns.sheet!r}; there are {', '.join(names)}"
            )
        sheet = book[columns.sheet or names[0]]
        rows = [[_cell(c) for c in row] for row in sheet.iter_rows(values_only=True)]
    finally:
        book.close()
    while rows and not any(rows[0]):
        rows.pop(0)
    return _headed(path, [], [r for r in rows if any(r)], 1, ".")


def _cell(value: object) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    return "" if value is None else str(value).strip()


def _of_text(path: Path, columns: ColumnsTable) -> Grid:
    text = _decoded(path.read_bytes())
    lines = text.splitlines()
    comments = []
    first = 0
    while first < len(lines) and lines[first].strip()[:1] in ("#", "%", ""):
        comments.append(lines[first].strip("#% \t"))
        first += 1
    body = [line for line in lines[first:] if line.strip()]
    if not body:
        raise CurveFileError("it holds no rows")
    delimiter = _delimiter(body, columns)
    decimal = _decimal(body, delimiter, columns)
    heads = _head_rows(body, delimiter)
    plain = _plain(body[heads:], delimiter, decimal)
    if plain is None:
        rows = [_cut(line, delimiter) for line in body]
        return _headed(path, comments, rows, first + 1, decimal)
    head = [_cut(line, delimiter) for line in body[:heads]]
    grid = _headed(path, comments, [*head, ["0"]], first + 1, decimal)
    grid.plain, grid.rows = plain, ()
    return grid


def _decoded(raw: bytes) -> str:
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        return raw.decode("utf-16", errors="replace")
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = raw.decode("cp1252", errors="replace")
    if "\0" in text:
        raise CurveFileError("it is not a text file")
    return text


def _cut(line: str, delimiter: str) -> list[str]:
    cells = line.split() if delimiter == " " else line.rstrip("\r\n").split(delimiter)
    return [cell.strip().strip('"').strip() for cell in cells]


def _delimiter(body: list[str], columns: ColumnsTable) -> str:
    if columns.delimiter != "auto":
        return DELIMITERS[columns.delimiter]
    some = body[1:40] or body
    for delimiter in ("\t", ";", ",", " "):
        rows = [_cut(line, delimiter) for line in some]
        # "0,5 25,1" is two columns with decimal commas, not three.
        whole = not any(TWO_NUMBERS.search(c) for c in rows[0] if not CLOCK.search(c))
        if whole and min(len(row) for row in rows) >= 2:
            return delimiter
    raise CurveFileError("its lines do not hold two columns or more")


def _decimal(body: list[str], delimiter: str, columns: ColumnsTable) -> str:
    if columns.decimal != "auto":
        if columns.decimal == delimiter:
            raise CurveFileError("a comma cannot be delimiter and decimal mark at once")
        return columns.decimal
    if delimiter == ",":
        cells = [len(_cut(line, ",")) for line in body[1:40]]
        if len(_cut(body[0], ",")) * 2 in cells and not any("." in r for r in body[1:]):
            raise CurveFileError(
                "a comma seems to be both delimiter and decimal mark: save it with "
                "another delimiter"
            )
        return "."
    some = " ".join(body[1:40])
    comma = re.search(r"\d,\d", some) is not None
    if comma and re.search(r"\d\.\d", some):
        raise CurveFileError("numbers hold commas and points: name the decimal mark")
    return "," if comma else "."


def _head_rows(body: list[str], delimiter: str) -> int:
    """Return how many rows come before the numbers: header, perhaps units."""
    for k, line in enumerate(body[:2]):
        if _number_count(_cut(line, delimiter)):
            return k
    return min(2, len(body))


def _number_count(cells: Sequence[str]) -> int:
    return sum(bool(NUMBER.fullmatch(c) or CLOCK.search(c)) for c in cells)


def _plain(lines: list[str], delimiter: str, decimal: str) -> Array | None:
    """Parse rows that are numbers and nothing else, None where they are not."""
    if not lines:
        return None
    text = "\n".join(lines)
    if decimal == ",":
        text = text.replace(",", ".")
    try:
        split = None if delimiter == " " else delimiter
        return np.loadtxt(io.StringIO(text), delimiter=split, ndmin=2, comments=None)
    except ValueError:
        return None


def _headed(
    path: Path,
    comments: list[str],
    rows: list[list[str]],
    first_row: int,
    decimal: str,
) -> Grid:
    heads = 0
    while heads < min(2, len(rows)) and not _number_count(rows[heads]):
        heads += 1
    if not any(_number_count(row) for row in rows[heads : heads + 5]):
        raise CurveFileError("it holds no rows with numbers")
    header = tuple(rows[0]) if heads else ()
    if heads == 2:
        units = rows[1] + [""] * len(header)
        header = tuple(
            f"{h} [{u}]" if u else h for h, u in zip(header, units, strict=False)
        )
    return Grid(path, header, comments, rows[heads:], first_row + heads, decimal)
