"""Results of a SAR measurement as files, each written whole or not at all."""

import csv
import io
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from controller.errors import ExportError
from controller.sar.curve_import import CURVE_FILES
from controller.sar.tables import CurveFileError

ENDINGS = (*CURVE_FILES, ".sqlite")
RESULTS_END = "_sar_results"


def curves_in(files: Sequence[Path]) -> list[Path]:
    """Return the files, and the curves of those that are folders, in order."""
    found: list[Path] = []
    for path in files:
        if not path.is_dir():
            found.append(path)
            continue
        inside = [p for p in sorted(path.iterdir()) if p.suffix.lower() in ENDINGS]
        inside = [p for p in inside if not p.stem.endswith(RESULTS_END)]
        if not inside:
            raise CurveFileError(
                f"{path} holds no curve; their names end in {', '.join(ENDINGS)}"
            )
        found += inside
    return list(dict.fromkeys(found))


def write_text(path: Path, text: str) -> None:
    """Write a file beside itself and then put it in place.

    Raises:
        ExportError: the folder cannot be written to.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_name(f"{path.name}.part")
        part.write_text(text, encoding="utf-8", newline="")
        part.replace(path)
    except OSError as error:
        raise ExportError(f"{path} cannot be written: {error.strerror}") from error


def write_table(
    path: Path,
    columns: Sequence[str],
    rows: Iterable[Sequence[Any]],
    decimal: str = ".",
) -> None:
    """Write a table as CSV, or as XLSX or HDF5 by the file's ending.

    With a decimal comma columns are separated by semicolons.
    """
    if path.suffix == ".xlsx":
        _write_sheet(path, columns, rows)
        return
    if path.suffix == ".hdf5":
        _write_hdf5(path, columns, rows)
        return
    text = io.StringIO()
    writer = csv.writer(text, delimiter=";" if decimal == "," else ",")
    writer.writerow(columns)
    for row in rows:
        writer.writerow([_cell(value, decimal) for value in row])
    write_text(path, text.getvalue())


def _cell(value: object, decimal: str) -> str:
    if value is None:
        return ""
    if isinstance(value, float):
        return repr(value).replace(".", decimal)
    return str(value)


def _write_sheet(
    path: Path, columns: Sequence[str], rows: Iterable[Sequence[Any]]
) -> None:
    from openpyxl import Workbook  # here: a CSV does not wait for it

    book = Workbook(write_only=True)
    sheet = book.create_sheet("results")
    sheet.append(list(columns))
    for row in rows:
        sheet.append(list(row))
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_name(f"{path.name}.part")
        book.save(part)
        part.replace(path)
    except OSError as error:
        raise ExportError(f"{path} cannot be written: {error.strerror}") from error


def _write_hdf5(
    path: Path, columns: Sequence[str], rows: Iterable[Sequence[Any]]
) -> None:
    """Write one data set a column; where a number is missing stands NaN."""
    import h5py  # here: a CSV does not wait for it

    table = [*zip(*rows, strict=True)]
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_name(f"{path.name}.part")
        with h5py.File(part, "w") as file:
            for name, cells in zip(columns, table, strict=True):
                file[name] = _column(cells, h5py.string_dtype())
        part.replace(path)
    except OSError as error:
        raise ExportError(f"{path} cannot be written: {error}") from error


def _column(cells: Sequence[Any], words: Any) -> Any:
    if any(isinstance(cell, str) for cell in cells):
        return np.array([str(cell) for cell in cells], words)
    return np.array([np.nan if cell is None else cell for cell in cells])
