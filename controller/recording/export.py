"""Writing a run as CSV, XLSX or HDF5, for programs that do not read SQLite.

Column names end in their unit; ``columns`` says it in full for each of them.
"""

import csv
import json
import math
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Any, Literal

import h5py
import numpy as np
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell

from controller.analysis.summary import summarise
from controller.errors import ExportError
from controller.recording.run_file import Run
from controller.recording.run_rows import (
    READING_COLUMNS,
    TEXT_COLUMNS,
    TICK_COLUMNS,
    TRUTH_COLUMNS,
)

Form = Literal["csv", "xlsx", "hdf5"]
XLSX_ROWS = 1_048_576
XLSX_LETTERS = 32_767
HDF5_CHUNK_ROWS = 8192
# Longest ending first: "_a_per_m_s" also ends in "_s".
UNITS = (
    ("_a_per_m_s", "A/(m*s)"),
    ("_a_per_m", "A/m"),
    ("_min", "min"),
    ("_hz", "Hz"),
    ("_c", "degC"),
    ("_a", "A"),
    ("_v", "V"),
    ("_s", "s"),
)
_WORDS = TEXT_COLUMNS | {"utc", "kind", "sentence", "data", "column", "unit", "table"}


@dataclass(frozen=True, slots=True)
class Sheet:
    """One table of an export: its name, its columns, and its rows one by one."""

    name: str
    columns: tuple[str, ...]
    rows: Iterable[tuple[Any, ...]]


def export(
    run: Run,
    to: Form,
    out: Path | None = None,
    decimal: str = ".",
    separator: str = ",",
) -> list[Path]:
    """Write the run into ``out``, or beside the run file; give the paths written.

    Each file appears whole or not at all. ``decimal`` and ``separator`` are for CSV.
    Raises ExportError where the form cannot hold the run or the folder is not there.
    """
    folder = run.path.parent if out is None else out
    if not folder.is_dir():
        raise ExportError(f"{folder} is not a folder: make it, or choose another")
    if decimal not in (".", ",") or len(separator) != 1 or decimal == separator:
        raise ExportError(
            f"decimal '{decimal}' with separator '{separator}' cannot be read back: "
            "use '.' with ',' or ',' with ';'"
        )
    try:
        if to == "csv":
            return _write_csv(run, folder, decimal, separator)
        ending, write = {"xlsx": ("xlsx", _write_xlsx), "hdf5": ("h5", _write_hdf5)}[to]
        path = folder / f"{run.path.stem}.{ending}"
        _whole(path, lambda part: write(run, part))
    except OSError as error:
        raise ExportError(f"the export into {folder} failed: {error}") from error
    return [path]


def sheets(run: Run) -> Iterator[Sheet]:
    """Give the tables of a run; no wall-clock time but in the events and the clock."""
    written = list(_data_sheets(run))
    yield from written
    units = (
        (sheet.name, column, unit_of(column))
        for sheet in written
        for column in sheet.columns
    )
    yield Sheet("columns", ("table", "column", "unit"), units)


def unit_of(column: str) -> str:
    """Give the unit that a column's name ends in, "" for none."""
    for ending, unit in UNITS:
        if column.endswith(ending) and column not in _WORDS:
            return unit
    return ""


def _data_sheets(run: Run) -> Iterator[Sheet]:
    yield _selected(run, "ticks", TICK_COLUMNS)
    yield _readings(run)
    if run.header.truth:
        yield _selected(run, "truth", ("seq", *TRUTH_COLUMNS))
    yield _selected(run, "events", ("seq", "t_s", "utc", "kind", "sentence", "data"))
    yield _selected(run, "clock", ("t_s", "utc"))


def _selected(run: Run, table: str, columns: tuple[str, ...]) -> Sheet:
    query = f"SELECT {', '.join(columns)} FROM {table} ORDER BY 1"
    return Sheet(table, columns, run.rows(query)[1])


def _readings(run: Run) -> Sheet:
    """Give one row a tick: all probes side by side."""
    cells = ", ".join(f"r.{name}" for name in READING_COLUMNS)
    query = (
        f"SELECT r.seq, t.t_s, {cells} FROM readings r JOIN ticks t USING (seq) "
        "ORDER BY r.seq, r.probe"
    )
    names = [
        f"{probe.name}_{column}"
        for probe in run.settings.probes
        for column in READING_COLUMNS
    ]
    rows = (
        (seq, t_s, *(cell for row in group for cell in row[2:]))
        for (seq, t_s), group in groupby(run.rows(query)[1], key=itemgetter(0, 1))
    )
    return Sheet("readings", ("seq", "t_s", *names), rows)


def _write_csv(run: Run, folder: Path, decimal: str, separator: str) -> list[Path]:
    paths = []
    for sheet in sheets(run):
        path = folder / f"{run.path.stem}_{sheet.name}.csv"
        _whole(path, _csv_writer(sheet, decimal, separator))
        paths.append(path)
    path = folder / f"{run.path.stem}_run.json"
    _whole(path, lambda part: _write_json(run, part))
    return [*paths, path]


def _csv_writer(sheet: Sheet, decimal: str, separator: str) -> Callable[[Path], None]:
    def cell(value: Any) -> Any:
        if isinstance(value, float):
            return repr(value).replace(".", decimal)
        return value

    def write(part: Path) -> None:
        with part.open("w", newline="", encoding="utf-8") as file:
            rows = csv.writer(file, delimiter=separator, lineterminator="\n")
            rows.writerow(sheet.columns)
            rows.writerows([cell(value) for value in row] for row in sheet.rows)

    return write


def _write_json(run: Run, part: Path) -> None:
    """Write what is not a table: header, config texts, results, summary."""
    content = _description(run)
    text = json.dumps(content, indent=2, ensure_ascii=False, allow_nan=False)
    part.write_text(text + "\n", encoding="utf-8", errors="backslashreplace")


def _description(run: Run) -> dict[str, Any]:
    header = asdict(run.header)
    settings = json.loads(header.pop("settings_json"))
    return {**header, "settings": settings, "summary": summarise(run.data())}


def _write_xlsx(run: Run, part: Path) -> None:
    ticks = run.rows("SELECT count(*) FROM ticks")[1]
    if (count := next(ticks)[0]) >= XLSX_ROWS:
        raise ExportError(
            f"{run.path} has {count} ticks, an XLSX sheet holds {XLSX_ROWS - 1}: "
            "export to csv or hdf5"
        )
    book = Workbook(write_only=True)
    for sheet in sheets(run):
        page = book.create_sheet(sheet.name)

        def cell(value: Any, page: Any = page) -> Any:
            return _xlsx_text(page, value) if isinstance(value, str) else value

        page.append([cell(name) for name in sheet.columns])
        for row in sheet.rows:
            page.append([cell(value) for value in row])
    page = book.create_sheet("run")
    for name, value in _description(run).items():
        page.append([name, _xlsx_text(page, json.dumps(value, ensure_ascii=False))])
    book.save(part)


def _xlsx_text(page: Any, text: str) -> Any:
    """Make a cell that stays text: never a formula, no forbidden characters."""
    allowed = re.sub(
        r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]", "?", text
    )
    cell = WriteOnlyCell(page, value=allowed[:XLSX_LETTERS])
    cell.data_type = "s"
    return cell


def _write_hdf5(run: Run, part: Path) -> None:
    with h5py.File(part, "w") as file:
        for name, value in _description(run).items():
            file.attrs[name] = _hdf5_text(
                value if isinstance(value, str) else json.dumps(value)
            )
        for sheet in sheets(run):
            group = file.create_group(sheet.name)
            data = [_hdf5_column(group, name) for name in sheet.columns]
            for rows in _chunks(sheet.rows, HDF5_CHUNK_ROWS):
                for column, cells in zip(data, zip(*rows, strict=True), strict=True):
                    _append(column, cells)


def _hdf5_column(group: Any, name: str) -> Any:
    """Make an empty column that grows: text where its name says so, else float."""
    text = name in _WORDS or name.endswith("_quality")
    column = group.create_dataset(
        # A slash would make a sub-group.
        name.replace("/", "_"),
        shape=(0,),
        maxshape=(None,),
        chunks=(HDF5_CHUNK_ROWS,),
        dtype=h5py.string_dtype() if text else np.float64,
        compression="gzip",
    )
    if not text:
        column.attrs["units"] = unit_of(name)
    return column


def _append(column: Any, cells: tuple[Any, ...]) -> None:
    start = column.shape[0]
    column.resize((start + len(cells),))
    if column.dtype == np.float64:
        column[start:] = [math.nan if cell is None else cell for cell in cells]
    else:
        column[start:] = [_hdf5_text("" if cell is None else cell) for cell in cells]


def _hdf5_text(text: str) -> str:
    return re.sub(r"[\x00\ud800-\udfff]", "?", text)


def _chunks(
    rows: Iterable[tuple[Any, ...]], size: int
) -> Iterator[list[tuple[Any, ...]]]:
    chunk: list[tuple[Any, ...]] = []
    for row in rows:
        chunk.append(row)
        if len(chunk) == size:
            yield chunk
            chunk = []
    if chunk:
        yield chunk


def _whole(path: Path, write: Callable[[Path], None]) -> None:
    """Write a file under another name first, so that it is never there by half."""
    part = path.with_name(path.name + ".part")
    try:
        write(part)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
