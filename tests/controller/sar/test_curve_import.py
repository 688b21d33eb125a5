"""Heating curves of other programs: what is read right, and what is refused."""

import shutil
from pathlib import Path

import numpy as np
import pytest
from openpyxl import Workbook

from controller.config.sar import ColumnsTable, FieldTable, load_description
from controller.errors import AmfError, ConfigError
from controller.sar import curve_analysis
from controller.sar.curve_import import Imported, check, read_curve
from controller.sar.tables import read_grid

BROKEN = Path(__file__).parents[2] / "broken_files"
SENTENCES = sorted(BROKEN.glob("*.txt"))
FIELD = FieldTable(amplitude_a_per_m=15e3, amplitude_u=0.02, frequency_hz=163e3)
NO_COLUMNS = ColumnsTable()
AROUND = [19, 20, 59, 60]


def refused(stem: str) -> str:
    """Read the file, or the description, of one mistake; return what is said."""
    kinds = (".csv", ".tsv", ".xlsx")
    files = [p for p in BROKEN.glob(f"{stem}.*") if p.suffix in kinds]
    own = BROKEN / f"{stem}.toml"
    curve = files[0] if files else BROKEN / "good.csv"
    if stem == "switches_upside_down":
        curve = BROKEN / "no_field.csv"
    with pytest.raises(AmfError) as caught:
        described = load_description(own if own.exists() else BROKEN / "sample.toml")
        check(read_curve(curve, described.columns, described.field))
    if isinstance(caught.value, ConfigError):
        assert len(caught.value.problems) == 1
    return str(caught.value).replace(str(BROKEN / "x")[:-1], "")


@pytest.mark.parametrize("path", SENTENCES, ids=[p.stem for p in SENTENCES])
def test_broken_file_gives_its_sentence(path: Path) -> None:
    assert refused(path.stem) == path.read_text(encoding="utf-8").strip()


def test_every_broken_file_has_a_sentence() -> None:
    good = {"good", "sample", "dashboard_good"}
    stems = {p.stem for p in BROKEN.iterdir()} - good
    assert stems == {p.stem for p in SENTENCES}
    assert len(stems) > 30


def test_a_folder_is_shared_out_to_processes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(curve_analysis, "FEWEST_EACH", 1)
    monkeypatch.setattr("os.cpu_count", lambda: 2)
    stems = ("good", "field_never_on")
    pages = [(BROKEN / f"{s}.csv", tmp_path / f"{s}.html") for s in stems]
    described = load_description(BROKEN / "sample.toml")
    good, bad = curve_analysis.analyse_each(pages, described)
    assert good.measured is not None and good.measured.name == "good"
    assert "SAR of good" in pages[0][1].read_text(encoding="utf-8")
    sentence = (BROKEN / "field_never_on.txt").read_text(encoding="utf-8").strip()
    assert bad.measured is None and bad.refused == sentence
    assert not pages[1][1].exists()


def write(path: Path, text: str, encoding: str = "utf-8") -> Path:
    path.write_text(text, encoding=encoding)
    return path


def rows(form: str, shift_c: float = 0.0) -> str:
    """Return 100 rows of time, 20 °C + row/10, and a field that is on from 20 to 59."""
    lines = []
    for k in range(100):
        t_c = round(20.0 + 0.1 * k + shift_c, 3)
        lines.append(form.format(t=float(k), c=t_c, h=15.0 if 20 <= k < 60 else 0.0))
    return "\n".join(lines) + "\n"


def assert_as_written(found: Imported) -> None:
    curve = found.curve
    assert curve.time_s == pytest.approx(np.arange(100.0), abs=1e-4)
    assert curve.temperature_c == pytest.approx(20.0 + 0.1 * np.arange(100))
    assert curve.field_a_per_m[AROUND] == pytest.approx([0, 15e3, 15e3, 0])
    assert len(found.sha256) == 64


@pytest.mark.parametrize(
    ("head", "form", "encoding"),
    [
        ("time_s,temperature_c,field_ka_per_m\n", "{t},{c},{h}", "utf-8"),
        ("t (s)\tT (°C)\tH (kA/m)\n", "{t}\t{c}\t{h}", "utf-8-sig"),
        ("Zeit [s];Temperatur [°C];H [kA/m]\n", "{t};{c};{h}", "cp1252"),
        ("t/s T/°C H/kA/m\n", "{t}  {c}  {h}", "utf-16"),
        ("Time;Temp;Field\ns;°C;kA/m\n", "{t};{c};{h}", "utf-8"),
        ("# bench 2\n#\nt(s) T(°C) H(kA/m)\n", "{t} {c} {h}", "utf-8"),
    ],
)
@pytest.mark.parametrize("comma", [False, True])
def test_text_files(
    tmp_path: Path, head: str, form: str, encoding: str, comma: bool
) -> None:
    body = rows(form)
    if comma and "," not in form:
        body = body.replace(".", ",")
    path = write(tmp_path / "a.csv", head + body, encoding)
    assert_as_written(read_curve(path, NO_COLUMNS, FIELD))


def test_fahrenheit_and_minutes_from_the_header(tmp_path: Path) -> None:
    body = "\n".join(
        f"{k / 60:.9f},{(20 + 0.1 * k) * 1.8 + 32:.6f},{15 if 20 <= k < 60 else 0}"
        for k in range(100)
    )
    head = "time (min),probe (°F),field (kA/m)\n"
    found = read_curve(write(tmp_path / "a.csv", head + body), NO_COLUMNS, FIELD)
    assert_as_written(found)
    assert not found.curve.units_confirmed


def test_units_and_columns_that_are_named_win(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", "a,b,c\n" + rows("{t},{c},{h}", shift_c=273.15))
    columns = ColumnsTable(
        time="1",
        temperature="b",
        field="3",
        time_unit="s",
        temperature_unit="K",
        field_unit="kA/m",
    )
    found = read_curve(path, columns, FIELD)
    assert_as_written(found)
    assert found.curve.units_confirmed


@pytest.mark.parametrize(("unit", "per_unit"), [("mT", 795.7747), ("Oe", 79.57747)])
def test_field_in_other_units(tmp_path: Path, unit: str, per_unit: float) -> None:
    path = write(tmp_path / "a.csv", f"t_s,T_c,B ({unit})\n" + rows("{t},{c},{h}"))
    found = read_curve(path, NO_COLUMNS, FIELD)
    assert found.curve.field_a_per_m[30] == pytest.approx(15.0 * per_unit, rel=1e-6)


def test_current_becomes_field_by_the_coils_gain(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", "t_s,T_c,current_a\n" + rows("{t},{c},{h}"))
    field = FIELD.model_copy(update={"field_per_ampere_per_m": 744.0})
    found = read_curve(path, NO_COLUMNS, field)
    assert found.curve.field_a_per_m[30] == pytest.approx(15.0 * 744.0)


def test_clock_times(tmp_path: Path) -> None:
    lines = [
        f"2026-03-01 12:{k // 60:02}:{k % 60:02},{20 + 0.1 * k:.1f},"
        f"{15 if 20 <= k < 60 else 0}"
        for k in range(100)
    ]
    head = "time,temperature (°C),H (kA/m)\n"
    path = write(tmp_path / "a.csv", head + "\n".join(lines))
    assert_as_written(read_curve(path, NO_COLUMNS, FIELD))


def test_workbook_with_a_sheet(tmp_path: Path) -> None:
    book = Workbook()
    sheet = book.create_sheet("curve")
    sheet.append(["time (s)", "T (°C)", "H (kA/m)"])
    for k in range(100):
        sheet.append([float(k), 20 + 0.1 * k, 15.0 if 20 <= k < 60 else 0.0])
    book.save(tmp_path / "a.xlsx")
    columns = ColumnsTable(sheet="curve")
    assert_as_written(read_curve(tmp_path / "a.xlsx", columns, FIELD))


def test_two_columns_without_header_are_time_and_rise(tmp_path: Path) -> None:
    path = write(tmp_path / "a.txt", rows("{t}\t{c}", shift_c=-20.0))
    field = FIELD.model_copy(update={"on_s": [20.0], "off_s": [60.0]})
    found = read_curve(path, NO_COLUMNS, field)
    assert found.is_rise
    assert found.curve.temperature_c[50] == pytest.approx(5.0)
    assert found.curve.switches_s == (20.0, 60.0)
    assert found.curve.field_a_per_m[AROUND] == pytest.approx([0, 15e3, 15e3, 0])


def test_dashboard_leaves_its_error_rows_out() -> None:
    found = read_curve(BROKEN / "dashboard_good.tsv", NO_COLUMNS, FIELD)
    lost = np.flatnonzero(np.isnan(found.curve.temperature_c))
    assert list(lost) == [100, 101, 102]
    assert "3 error rows" in found.warnings[0]
    assert found.curve.frequency_hz == 163000.0
    record = check(found)
    assert [p.on for p in record.phases] == [False, True, False]
    assert record.temperature_c.min() > 20.0


@pytest.mark.parametrize(
    "wrong",
    ["20\t-1\tEXPOSING", "20\t-274\tWAIT", "-1\t25.0\tEXPOSING", "20\t25.0\tERROR"],
)
def test_each_kind_of_error_row_is_left_out(tmp_path: Path, wrong: str) -> None:
    head = "Time [s]\tCurrent [A]\tVoltage [V]\tT0 [degC]\tState"
    current, t_c, state = wrong.split("\t")
    rows = [f"{n}\t0\t0\t25.0\tBEFORE" for n in range(30)]
    rows[7] = f"7\t{current}\t0\t{t_c}\t{state}"
    path = write(tmp_path / "a.tsv", "\n".join(["# 163000 Hz", head, *rows]) + "\n")
    found = read_curve(path, NO_COLUMNS, FIELD)
    assert list(np.flatnonzero(np.isnan(found.curve.temperature_c))) == [7]
    assert list(np.flatnonzero(np.isnan(found.curve.field_a_per_m))) == [7]


def test_a_rise_in_fahrenheit_is_a_difference(tmp_path: Path) -> None:
    rows = "".join(f"{n},{1.8 * n},0\n" for n in range(30))
    path = write(tmp_path / "a.csv", "t_s,dT_F,H_a_per_m\n" + rows)
    columns = ColumnsTable(temperature="dT_F", temperature_unit="F")
    found = read_curve(path, columns, FIELD)
    assert found.is_rise
    assert found.curve.temperature_c == pytest.approx(np.arange(30.0))


def test_dashboard_field_follows_the_current() -> None:
    field = FIELD.model_copy(update={"field_per_ampere_per_m": 744.0})
    found = read_curve(BROKEN / "dashboard_good.tsv", NO_COLUMNS, field)
    assert found.curve.field_a_per_m[50] == pytest.approx(20.0 * 744.0)


def test_doubtful_units_are_accepted_when_named(tmp_path: Path) -> None:
    path = shutil.copy(BROKEN / "fahrenheit_unsaid.csv", tmp_path / "a.csv")
    columns = ColumnsTable(time_unit="s", temperature_unit="F")
    record = check(read_curve(Path(path), columns, FIELD))
    assert record.temperature_c[0] == pytest.approx(25.0, abs=0.1)


def test_plain_numbers_are_parsed_as_one_array(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", "t_s;T_c;H_a_per_m\n" + "0,1;25,0;0\n" * 1000)
    grid = read_grid(path, NO_COLUMNS)
    assert grid.plain is not None
    assert not grid.rows
    assert grid.numbers(1) == pytest.approx(np.full(1000, 25.0))
