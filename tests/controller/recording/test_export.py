"""The export: identical runs give identical files, and others can read them."""

import csv
import json
from pathlib import Path
from typing import Any

import h5py
import openpyxl
import pytest

from controller.errors import ExportError
from controller.recording import export as exporting
from controller.recording.export import export, unit_of
from controller.recording.run_file import Run
from controller.recording.run_rows import TICK_COLUMNS
from controller.recording.writing import Recorder
from tests.controller import synthetic_run


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return synthetic_run.write_run(tmp_path, ticks=60)


def rows_of(path: Path, delimiter: str = ",") -> list[list[str]]:
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.reader(file, delimiter=delimiter))


def exported(path: Path, *args: Any, **options: Any) -> list[Path]:
    with Run.open(path) as run:
        return export(run, *args, **options)


def test_csv_names(path: Path) -> None:
    written = exported(path, "csv")
    endings = ["ticks", "readings", "truth", "events", "clock", "columns"]
    names = [f"{path.stem}_{ending}.csv" for ending in endings]
    assert [p.name for p in written] == [*names, f"{path.stem}_run.json"]
    assert all(p.parent == path.parent and p.exists() for p in written)
    assert not list(path.parent.glob("*.part"))


def test_csv_ticks_hold_every_column_to_the_bit(path: Path) -> None:
    heads, *rows = rows_of(exported(path, "csv")[0])
    assert tuple(heads) == TICK_COLUMNS
    column = heads.index("controlled_c")
    with Run.open(path) as run:
        assert [float(row[column]) for row in rows] == list(run.column("controlled_c"))
    assert {row[heads.index("drive_field_a_per_m")] for row in rows} == {""}
    assert "hm \\u00b0" in rows[3][heads.index("requests")]


def test_csv_readings_are_one_row_a_tick(path: Path) -> None:
    heads, *rows = rows_of(exported(path, "csv")[1])
    assert heads[:4] == ["seq", "t_s", "core_value_c", "core_quality"]
    assert len(heads) == 2 + 4 * 4
    assert len(rows) == 60
    assert rows[0][2:4] == ["37.0", "ok"]
    assert rows[0][heads.index("body_value_c")] == ""
    assert rows[0][heads.index("body_quality")] == "no-probe"


def test_identical_runs_give_identical_ticks(tmp_path: Path) -> None:
    texts = []
    for name in ("one", "two"):
        folder = tmp_path / name
        folder.mkdir()
        written = exported(synthetic_run.write_run(folder, ticks=60), "csv")
        texts.append([p.read_bytes() for p in written[:3]])
    assert texts[0] == texts[1]
    assert synthetic_run.UTC[:10].encode() not in texts[0][0]


def test_decimal_comma_and_semicolon(path: Path) -> None:
    dotted = rows_of(exported(path, "csv")[0])
    comma = rows_of(exported(path, "csv", None, ",", ";")[0], ";")
    assert comma[10][1] == dotted[10][1].replace(".", ",")
    assert "," in comma[10][1]
    assert [len(row) for row in comma] == [len(row) for row in dotted]


@pytest.mark.parametrize(
    ("decimal", "separator"), [(",", ","), (".", "."), (";", ","), (".", "||")]
)
def test_a_table_that_nobody_could_read_is_refused(
    path: Path, decimal: str, separator: str
) -> None:
    with pytest.raises(ExportError, match="cannot be read back"):
        exported(path, "csv", None, decimal, separator)


def test_a_missing_folder_is_refused(path: Path) -> None:
    with pytest.raises(ExportError, match="is not a folder"):
        exported(path, "csv", path.parent / "nowhere")


def test_out_is_where_the_files_go(path: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    assert {p.parent for p in exported(path, "csv", out)} == {out}


def test_the_json_holds_what_is_no_table(path: Path) -> None:
    content = json.loads(exported(path, "csv")[-1].read_text(encoding="utf-8"))
    assert content["settings"]["treatment"]["setpoint_c"] == 43.0
    assert content["summary"]["ticks"] == 60
    assert content["config_texts"] == synthetic_run.header().config_texts


def test_xlsx(path: Path) -> None:
    (written,) = exported(path, "xlsx")
    book = openpyxl.load_workbook(written, read_only=True)
    names = ["ticks", "readings", "truth", "events", "clock", "columns", "run"]
    assert book.sheetnames == names
    rows = list(book["ticks"].iter_rows(values_only=True))
    book.close()
    assert rows[0] == TICK_COLUMNS
    assert len(rows) == 61
    with Run.open(path) as run:
        assert rows[30][TICK_COLUMNS.index("controlled_c")] == pytest.approx(
            run.column("controlled_c")[29], rel=1e-15
        )


def test_xlsx_keeps_text_as_text(tmp_path: Path) -> None:
    recorder = Recorder.create(tmp_path, synthetic_run.header())
    recorder.event(0.0, synthetic_run.UTC, "note", "=1+1\x07")
    recorder.finish({})
    (written,) = exported(recorder.path, "xlsx")
    book = openpyxl.load_workbook(written)
    cell = book["events"]["E2"]
    assert (cell.value, cell.data_type) == ("=1+1?", "s")


def test_more_ticks_than_a_sheet_holds_are_refused(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exporting, "XLSX_ROWS", 60)
    with pytest.raises(ExportError, match="60 ticks, an XLSX sheet holds 59"):
        exported(path, "xlsx")
    assert not list(path.parent.glob("*.xlsx*"))


def test_hdf5(path: Path) -> None:
    (written,) = exported(path, "hdf5")
    with h5py.File(written) as file, Run.open(path) as run:
        hf = file["ticks/hf_a_per_m_s"]
        assert hf.attrs["units"] == "A/(m*s)"
        assert list(hf) == list(run.column("hf_a_per_m_s"))
        assert file["ticks/phase"].asstr()[0] == "baseline"
        assert file["readings/body_quality"].asstr()[0] == "no-probe"
        assert file["readings/core_value_c"].attrs["units"] == "degC"
        assert file["events/sentence"].asstr()[0] == "the run <begins>"
        assert file.attrs["name"] == "synthetic"


def test_hdf5_of_more_rows_than_one_piece(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exporting, "HDF5_CHUNK_ROWS", 7)
    (written,) = exported(path, "hdf5")
    with h5py.File(written) as file:
        assert list(file["ticks/seq"]) == list(range(60))


@pytest.mark.parametrize("form", ["csv", "xlsx", "hdf5"])
def test_an_incomplete_run_without_a_tick_is_exported(
    tmp_path: Path, form: exporting.Form
) -> None:
    path = synthetic_run.write_run(tmp_path, ticks=0, truth=False, finish=False)
    assert exported(path, form)


def test_a_failed_export_leaves_nothing(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(run: Run, part: Path) -> None:
        part.write_text("half")
        raise OSError("No space left on device")

    monkeypatch.setattr(exporting, "_write_hdf5", full)
    with pytest.raises(ExportError, match="No space left"):
        exported(path, "hdf5")
    assert [p.name for p in path.parent.iterdir()] == [path.name]


@pytest.mark.parametrize(
    ("column", "unit"),
    [
        ("hf_a_per_m_s", "A/(m*s)"),
        ("drive_field_a_per_m", "A/m"),
        ("command_frequency_hz", "Hz"),
        ("core_cem43_min", "min"),
        ("late_s", "s"),
        ("drive_current_a", "A"),
        ("command_voltage_limit_v", "V"),
        ("phase", ""),
        ("data", ""),
    ],
)
def test_units(column: str, unit: str) -> None:
    assert unit_of(column) == unit
