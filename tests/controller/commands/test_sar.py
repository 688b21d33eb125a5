"""``amf sar``: a curve, a folder, and a matrix whose truth is known."""

import csv
import io
import json
import shutil
import signal
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest
from openpyxl import load_workbook

from controller.analysis.sar_report import Measured
from controller.commands import sar as sar_command
from controller.config.sar import load_description
from controller.errors import AmfError, ConfigError
from controller.loop import Outcome
from controller.recording.run_file import Run
from controller.sar.curve_analysis import measured_file
from controller.sar.run import Measured as Curves
from controller.sar.run import Measuring
from controller.sar.tables import CurveFileError
from simulators.calorimeter import Calorimeter, CalorimeterSettings, Reader, record
from tests.controller.sar.test_safeguards import EA

BROKEN = Path(__file__).parents[2] / "broken_files"
CONFIG = Path(__file__).parents[3] / "configs" / "dry_run_sar.toml"


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


SERVED = EA.replace(
    "simulated = true", 'address = "socket://127.0.0.1:9"\nserved = true', 1
)


def results(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return [*csv.DictReader(file)]


def test_curve_gives_its_sar_a_page_and_a_table(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_curve(tmp_path / "a.csv")
    out = tmp_path / "out"
    files = [tmp_path / "a.csv"]
    assert sar_command.analyse(files, sample=BROKEN / "sample.toml", out=out) == 0
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


@pytest.fixture(scope="module")
def one(tmp_path_factory: pytest.TempPathFactory) -> Measured:
    """Give a curve that was analysed, for what is only written in another form."""
    path = tmp_path_factory.mktemp("one") / "a.csv"
    write_curve(path)
    return measured_file(path, load_description(BROKEN / "sample.toml"))


def test_average_that_is_declared_reaches_the_fit(tmp_path: Path) -> None:
    write_curve(tmp_path / "a.csv")
    described = load_description(BROKEN / "sample.toml")
    table = described.thermometer.model_copy(update={"average_s": 2.0})
    described = described.model_copy(update={"thermometer": table})
    assert measured_file(tmp_path / "a.csv", described).record.average_s == 2.0


def test_results_as_workbook(
    tmp_path: Path, one: Measured, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sar_command, "measured_file", lambda *_: one)
    files = [tmp_path / "a.csv"]
    sar_command.analyse(files, sample=BROKEN / "sample.toml", to="xlsx")
    book = load_workbook(tmp_path / "a_sar_results.xlsx")
    rows = [*book.active.iter_rows(values_only=True)]
    assert rows[0][:2] == ("file", "method")
    assert isinstance(rows[1][4], float)


def test_decimal_comma(
    tmp_path: Path, one: Measured, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sar_command, "measured_file", lambda *_: one)
    files = [tmp_path / "a.csv"]
    sar_command.analyse(files, sample=BROKEN / "sample.toml", decimal=",")
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
    assert sar_command.analyse([folder], sample=sample) == 2
    assert "c.csv: The time 59 s occurs twice" in capsys.readouterr().err
    rows = results(folder / "curves_sar_results.csv")
    assert {row["file"] for row in rows} == {"a", "b"}
    # What was written is not taken for a curve the next time.
    (folder / "c.csv").unlink()
    assert sar_command.analyse([folder], sample=sample) == 0


def test_single_wrong_file_is_an_error_of_the_operators(tmp_path: Path) -> None:
    path = shutil.copy(BROKEN / "field_never_on.csv", tmp_path / "a.csv")
    with pytest.raises(AmfError, match=r"a\.csv: The field was never on"):
        sar_command.analyse([Path(path)], sample=BROKEN / "sample.toml")
    assert [p.name for p in tmp_path.iterdir()] == ["a.csv"]


def test_too_noisy_a_curve_has_no_recommended_value(tmp_path: Path) -> None:
    write_curve(tmp_path / "a.csv", noise_c=3.0)
    files = [tmp_path / "a.csv"]
    sar_command.analyse(files, sample=BROKEN / "sample.toml")
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
            sar_command.analyse([tmp_path / "a.csv"], sample=sample, read=[text])


def matrix_config(path: Path, **changed: str) -> Path:
    """Write the dry run with exact beliefs: one amplitude, one coil, short, changed."""
    text = CONFIG.read_text(encoding="utf-8")
    exact = {
        "amplitudes_a_per_m": "[8500.0, 11000.0]",
        "repeats": "2",
        "baseline_s": "30.0",
        "drift_window_s": "60.0",
        "drift_c_per_min": "0.05",
        "coil_gain": "1.0",
        "iron_ratio": "1.0",
        "amplitude_u": "0.005",
        "concentration_u": "0.005",
    }
    for key, value in (exact | changed).items():
        line = next(w for w in text.splitlines() if w.startswith(f"{key} ="))
        text = text.replace(line, f"{key} = {value}")
    at = text.index("[[capacitors]]")
    first = text.index("[[capacitors]]", at + 1)
    text = text[:first] + text[text.index("# What is true;") :]
    path.write_text(text + '[check]\nname = "ferrofluid_7"\n', encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def matrix(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Any]]:
    """Give the folder of a matrix that was measured, and what --json printed."""
    folder = tmp_path_factory.mktemp("matrix")
    config = matrix_config(folder / "a.toml")
    said = io.StringIO()
    with redirect_stdout(said):
        assert sar_command.run([config], out=folder, json=True, decimal=",") == 0
    return folder, json.loads(said.getvalue())


def test_matrix_recovers_the_ilp_that_was_simulated(
    matrix: tuple[Path, dict[str, Any]],
) -> None:
    folder, found = matrix
    ilp = found["ilp_nh_m2_per_kg"]
    assert abs(ilp["value"] - 3.0) < 2.0 * ilp["u"] < 0.15
    assert [p["repeats"] for p in found["points"]] == [2, 2]
    assert all(p["sar_w_per_g_fe"]["u"] > 0.0 for p in found["points"])
    out = folder / "dry_run_sar"
    page = (out / "dry_run_sar.html").read_text(encoding="utf-8")
    assert "SIMULATED" in page and "no-tissue" in page
    assert len([*out.glob("*_a_per_m_*.sqlite")]) == 4


def test_matrix_writes_its_table_with_a_decimal_comma(
    matrix: tuple[Path, dict[str, Any]],
) -> None:
    table = matrix[0] / "dry_run_sar" / "dry_run_sar_sar_results.csv"
    head, first = table.read_text(encoding="utf-8").splitlines()[:2]
    row = dict(zip(head.split(";"), first.split(";"), strict=True))
    assert row["file"].startswith("C200_") and row["method"] == "two-node fit"
    assert float(row["sar_w_per_g_fe"].replace(",", ".", 1)) > 20.0


def test_check_sample_has_a_row_a_coil(matrix: tuple[Path, dict[str, Any]]) -> None:
    (row,) = results(matrix[0] / "ferrofluid_7_simulated_control_chart.csv")
    assert row["coil"] == "17 turns, C200" and row["operator"] == "newcomer"
    assert 0.99 < float(row["field_share"]) < 1.01
    assert 0.0005 < float(row["loss_per_s"]) < 0.02
    assert (matrix[0] / "ferrofluid_7_simulated_control_chart.html").exists()


def test_record_says_itself_what_was_in_the_vial(
    matrix: tuple[Path, dict[str, Any]],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    path = next((matrix[0] / "dry_run_sar").glob("*_10992_a_per_m_1*.sqlite"))
    asked: dict[str, Any] = {"out": tmp_path, "json": True, "to": "hdf5"}
    assert sar_command.analyse([path], **asked) == 0
    (found,) = json.loads(capsys.readouterr().out)
    best = found["methods"][0]
    assert found["simulated"] and found["usable"] and best["recommended"]
    assert best["frequency_hz"] == pytest.approx(105218.5)
    with h5py.File(tmp_path / f"{path.stem}_sar_results.hdf5") as file:
        assert file["method"].asstr()[0] == "two-node fit"
        assert file["sar_w_per_g_fe"][0] == pytest.approx(best["sar_w_per_g_fe"])


def test_curve_without_a_sample_is_refused(tmp_path: Path) -> None:
    write_curve(tmp_path / "a.csv")
    with pytest.raises(ConfigError, match="give --sample; only a run of amf sar run"):
        sar_command.analyse([tmp_path / "a.csv"])
    with pytest.raises(CurveFileError, match=r"b\.csv does not exist"):
        sar_command.analyse([tmp_path / "b.csv"])


def test_ctrl_c_in_the_analysis_ends_with_3(
    matrix: tuple[Path, dict[str, Any]],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def press(*_: object) -> None:
        signal.raise_signal(signal.SIGINT)

    folder, _ = matrix
    # Every curve is kept; the signal comes with the first one that is analysed.
    for name in ("read_run", "measured_of"):
        monkeypatch.setattr(sar_command, name, press)
    monkeypatch.setattr(sar_command, "replace", lambda *_, **__: None)
    assert sar_command.run([folder / "a.toml"], out=folder) == 3
    assert "goes on with the analysis" in capsys.readouterr().err


def test_ctrl_c_before_the_first_curve_ends_with_3(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def press(*_: object) -> None:
        signal.raise_signal(signal.SIGINT)

    monkeypatch.setattr(sar_command, "check_benches", press)
    assert sar_command.run([matrix_config(tmp_path / "a.toml")], out=tmp_path) == 3
    assert "no field was on" in capsys.readouterr().err
    assert not [*tmp_path.rglob("*.sqlite")]


def test_ctrl_c_at_a_question_ends_with_3(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    class Pressed(io.StringIO):
        def isatty(self) -> bool:
            return True

        def readline(self, *_: object) -> str:
            signal.raise_signal(signal.SIGTERM)
            return "yes\n"

    monkeypatch.setattr("sys.stdin", Pressed())
    config = matrix_config(tmp_path / "a.toml")
    text = config.read_text(encoding="utf-8").replace("simulated = true ", "# ", 1)
    config.write_text(text + SERVED, encoding="utf-8")
    assert sar_command.run([config], out=tmp_path) == 3
    said = capsys.readouterr().err
    assert "capacitor C200 fitted" in said and "no field was on" in said


def test_field_that_is_not_confirmed_off_stays_4_however_often_ctrl_c_comes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ending = Outcome(4, "FIELD NOT CONFIRMED OFF", 0.0, 0)

    def again(_: object) -> Curves:
        signal.raise_signal(signal.SIGINT)
        return Curves(ending=ending)

    monkeypatch.setattr(sar_command, "measure", again)
    monkeypatch.setattr("controller.commands.screen_sar.warn", again)
    assert sar_command.run([matrix_config(tmp_path / "a.toml")], out=tmp_path) == 4


def test_list_of_samples_ends_where_one_ends(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    wrong = matrix_config(tmp_path / "a.toml", capacitance_f="88e-9")
    other = matrix_config(tmp_path / "b.toml", name='"other"')
    assert sar_command.run([wrong, other], out=tmp_path / "out") == 2
    said = " ".join(capsys.readouterr().err.split())
    assert "0 of 4 curves are recorded" in said
    assert "coil of another inductance" in said and "field off, confirmed" in said
    # Nothing of the other sample was measured.
    (path,) = (tmp_path / "out").rglob("*.sqlite")
    assert path.parent.name == "dry_run_sar"
    with Run.open(path) as run:
        assert run.results["exit_code"] == 2
        kinds = [e.kind for e in run.events()]
    assert "fingerprint" in kinds and "phase" not in kinds


def test_bench_of_the_last_sample_is_read_before_the_first_field(
    tmp_path: Path,
) -> None:
    first = matrix_config(tmp_path / "a.toml")
    names = {"name": '"other"', "capacitance_f": "180e-9"}
    with pytest.raises(ConfigError, match="not one of the simulated capacitors"):
        second = matrix_config(tmp_path / "b.toml", **names)
        sar_command.run([first, second], out=tmp_path)
    assert not [*tmp_path.rglob("*.sqlite")]


def test_two_samples_need_two_names(tmp_path: Path) -> None:
    config = matrix_config(tmp_path / "a.toml")
    with pytest.raises(ConfigError, match="two configs have the name dry_run_sar"):
        sar_command.run([config, config], out=tmp_path)


def test_every_sample_of_a_list_is_measured(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    measured: list[str] = []

    def note(m: Measuring) -> Curves:
        measured.append(m.plan.name)
        return Curves()

    monkeypatch.setattr(sar_command, "measure", note)
    names = {"a": '"first"', "b": '"second"'}
    configs = [
        matrix_config(tmp_path / f"{k}.toml", name=name) for k, name in names.items()
    ]
    monkeypatch.setattr(sar_command, "add_check", lambda *_: None)
    assert sar_command.run(configs, out=tmp_path) == 0
    assert measured == ["first", "second"]
    assert (tmp_path / "second" / "second.html").exists()


def test_form_of_the_table_is_checked_before_anything_is_measured(
    tmp_path: Path,
) -> None:
    with pytest.raises(AmfError, match="--to is csv, xlsx or hdf5"):
        sar_command.run([tmp_path / "none.toml"], to="ods")
