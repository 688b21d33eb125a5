"""Results of a SAR measurement as files: CSV, XLSX, HTML, each whole or not at all."""

import csv
import io
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from openpyxl import Workbook

from controller.errors import ExportError


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
    """Write a table as CSV, or as XLSX by the file's ending.

    With a decimal comma columns are separated by semicolons.
    """
    if path.suffix == ".xlsx":
        _write_sheet(path, columns, rows)
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
