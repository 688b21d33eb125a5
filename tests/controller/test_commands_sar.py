"""``amf sar``: a curve, a folder, and a matrix whose truth is known."""

import csv
import shutil
from pathlib import Path

import numpy as np
import pytest
from openpyxl import load_workbook

from controller import commands_sar
from controller.errors import AmfError
from simulators.calorimeter import Calorimeter, CalorimeterSettings, Reader, record

BROKEN = Path(__file__).parents[1] / "broken_files"
CONFIG = Path(__file__).parents[2] / "configs" / "dry_run_sar.toml"


def write_curve(path: Path, seed: int = 0, noise_c: float = 0.01) -> None:
    """Write a curve of 100 W/g Fe, 5 mg of it, at 15 kA/m."""
    field = np.zeros(1500)
    field[150:750] = 15e3
    settings = CalorimeterSettings(reference_frequency_hz=163e3)
    reader = Reader(np.random.default_rng(seed), noise_c)
    time_s, t_c = record(Calorimeter(settings), reader, field, 163e3, 0.2)
    lines = [
        f"{a:.1f},{b:.4f},{c:g}" for a, b, c in zip(time_s, t_c, field, strict=True)
    ]
    path.write_text("time_s,T_c,H_a_per_m\n" + "\n".join(lines), encoding="utf-8")


def results(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return [*csv.DictReader(file)]


def test_curve_gives_its_sar_a_page_and_a_table(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_curve(tmp_path / "a.csv")
    out = tmp_path / "out"
    files = [tmp_path / "a.csv"]
    assert commands_sar.analyse(files, sample=BROKEN / "sample.toml", out=out) == 0
    rows = results(out / "a_sar_results.csv")
    best = [row for row in rows if row["recommended"] == "True"]
    assert [row["method"] for row in best] == ["two-node fit"]
    value, u = (float(best[0][k]) for k in ("sar_w_per_g_fe", "sar_u_w_per_g_fe"))
    assert abs(value - 100.0) < 2.0 * u < 15.0
    page = (out / "a.html").read_text(encoding="utf-8")
    for words in ("Uncertainty budget", "SHA-256", "concentration", "<svg", "T0"):
        assert words in page
    assert "SIMULATED" not in page
    said = capsys.readouterr().out
    assert "W/g Fe" in said and "Two-node fit: it uses" in said


def test_results_as_workbook(tmp_path: Path) -> None:
    write_curve(tmp_path / "a.csv")
    files = [tmp_path / "a.csv"]
    commands_sar.analyse(files, sample=BROKEN / "sample.toml", to="xlsx")
    book = load_workbook(tmp_path / "a_sar_results.xlsx")
    rows = [*book.active.iter_rows(values_only=True)]
    assert rows[0][:2] == ("file", "method")
    assert isinstance(rows[1][4], float)


def test_decimal_comma(tmp_path: Path) -> None:
    write_curve(tmp_path / "a.csv")
    files = [tmp_path / "a.csv"]
    commands_sar.analyse(files, sample=BROKEN / "sample.toml", decimal=",")
    first = (tmp_path / "a_sar_results.csv").read_text(encoding="utf-8").splitlines()[1]
    assert first.split(";")[12] == "15000,0"


def test_folder_goes_on_after_a_wrong_file(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "curves"
    folder.mkdir()
    write_curve(folder / "a.csv", 1)
    write_curve(folder / "b.csv", 2)
    shutil.copy(BROKEN / "time_twice.csv", folder / "c.csv")
    sample = BROKEN / "sample.toml"
    assert commands_sar.analyse([folder], sample=sample) == 2
    assert "c.csv: The time 59 s occurs twice" in capsys.readouterr().err
    rows = results(folder / "curves_sar_results.csv")
    assert {row["file"] for row in rows} == {"a", "b"}
    # What was written is not taken for a curve the next time.
    (folder / "c.csv").unlink()
    assert commands_sar.analyse([folder], sample=sample) == 0


def test_single_wrong_file_is_an_error_of_the_operators(tmp_path: Path) -> None:
    path = shutil.copy(BROKEN / "field_never_on.csv", tmp_path / "a.csv")
    with pytest.raises(AmfError, match=r"a\.csv: The field was never on"):
        commands_sar.analyse([Path(path)], sample=BROKEN / "sample.toml")
    assert [p.name for p in tmp_path.iterdir()] == ["a.csv"]


def test_too_noisy_a_curve_has_no_recommended_value(tmp_path: Path) -> None:
    write_curve(tmp_path / "a.csv", noise_c=3.0)
    files = [tmp_path / "a.csv"]
    commands_sar.analyse(files, sample=BROKEN / "sample.toml")
    rows = results(tmp_path / "a_sar_results.csv")
    assert not any(row["recommended"] == "True" for row in rows)
    assert "NOT USABLE" in (tmp_path / "a.html").read_text(encoding="utf-8")


def test_options_name_columns_and_are_checked(tmp_path: Path) -> None:
    write_curve(tmp_path / "a.csv")
    sample = BROKEN / "sample.toml"
    for text, said in {
        "temperature_unit=deg": 'one of "auto", "C", "F", "K"',
        "temprature=T_c": "did you mean temperature",
        "T_c": "write KEY=VALUE",
    }.items():
        with pytest.raises(AmfError, match=said):
            commands_sar.analyse([tmp_path / "a.csv"], sample=sample, read=[text])


def test_matrix_recovers_the_ilp_that_was_simulated(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = CONFIG.read_text(encoding="utf-8")
    for old, new in {
        "[6000.0, 8500.0, 11000.0]": "[11000.0]",
        "repeats = 3": "repeats = 2",
        "coil_gain = 1.01 ": "coil_gain = 1.0 ",
        "iron_ratio = 1.01 ": "iron_ratio = 1.0 ",
        "amplitude_u = 0.03 ": "amplitude_u = 0.005 ",
        "concentration_u = 0.02 ": "concentration_u = 0.005 ",
    }.items():
        assert old in text
        text = text.replace(old, new)
    # Two capacitors are enough.
    at = text.index("[[capacitors]]")
    text = text[:at] + text[text.index("[[capacitors]]", at + 1) :]
    text += '[check]\nname = "ferrofluid_7"\n'
    config = tmp_path / "a.toml"
    config.write_text(text, encoding="utf-8")
    out = tmp_path / "out"
    assert commands_sar.run([config], out=out) == 0
    said = capsys.readouterr().out
    line = next(w for w in said.splitlines() if w.startswith("ILP ") and "±" in w)
    value, wide = (float(w) for w in line.split()[1:4:2])
    assert abs(value - 3.0) < wide < 0.15
    page = (out / "dry_run_sar" / "dry_run_sar.html").read_text(encoding="utf-8")
    assert "SIMULATED" in page and "no-tissue" in page
    assert len([*(out / "dry_run_sar").glob("*_a_per_m_*.sqlite")]) == 4
    chart = results(out / "ferrofluid_7_simulated_control_chart.csv")
    assert [row["coil"] for row in chart] == ["9 turns, C88", "9 turns, C26"]
    assert all(0.99 < float(row["field_share"]) < 1.01 for row in chart)
    assert (out / "ferrofluid_7_simulated_control_chart.html").exists()
