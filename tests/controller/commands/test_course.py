"""``amf report --course``: from run files to a page, a table and JSON."""

import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner

from controller.cli import app
from controller.errors import RunFileError
from controller.recording.writing import Recorder
from tests.controller import synthetic_run

SUBJECT = "rat no. 5/a"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two sessions of a subject, one of another, and a file that is no run."""
    out = tmp_path_factory.mktemp("runs")
    for name, subject, day in (
        ("first", SUBJECT, 20),
        ("second", SUBJECT, 21),
        ("other", "another rat", 21),
    ):
        header = replace(
            synthetic_run.header(name),
            started_utc=f"2026-11-{day}T10:00:00+00:00",
            experiment={"subject": subject, "session": name},
        )
        recorder = Recorder.create(out, header)
        for record in synthetic_run.records(60):
            recorder.tick(record)
        recorder.finish({})
    (out / "notes.sqlite").write_text("no run")
    return out


def invoke(*words: str) -> tuple[int, str]:
    done = CliRunner().invoke(app, ["report", *words])
    if isinstance(done.exception, Exception):
        raise done.exception
    return done.exit_code, done.stdout


def test_json_has_both_sessions_and_their_sum(folder: Path) -> None:
    code, printed = invoke(str(folder), "--course", SUBJECT, "--json")
    linked = json.loads(printed)
    first, second = linked["sessions"]
    assert code == 0
    assert (first["session"], second["session"]) == ("first", "second")
    assert second["since_last_h"] == 24.0
    each_min = [s["cem43_min"]["core"] for s in (first, second)]
    assert each_min[0] > 0.0
    assert linked["cumulative_cem43_min"]["core"] == pytest.approx(sum(each_min))


def test_page_lands_where_out_says(folder: Path, tmp_path: Path) -> None:
    code, printed = invoke(str(folder), "--course", SUBJECT, "--out", str(tmp_path))
    (page,) = tmp_path.iterdir()
    assert code == 0
    assert page.name == "course_rat_no_5_a.html"
    assert printed.rstrip().endswith(str(page))
    assert "2 sessions" in page.read_text(encoding="utf-8")


def test_out_alone_is_where_the_runs_are(folder: Path, tmp_path: Path) -> None:
    runs = tmp_path / "runs"
    shutil.copytree(folder, runs)
    code, _ = invoke("--course", "another rat", "--out", str(runs))
    assert code == 0
    assert (runs / "course_another_rat.html").exists()


def test_unknown_subject_lists_who_is_known(folder: Path) -> None:
    with pytest.raises(RunFileError, match="has runs of 'another rat', 'rat no"):
        invoke(str(folder), "--course", "rat 5")


def test_no_folder_and_no_run_are_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(RunFileError, match="is not a folder"):
        invoke(str(tmp_path / "none"), "--course", SUBJECT)
    assert invoke()[0] == 2
