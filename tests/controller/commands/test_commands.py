"""The command line as a person uses it: what needs none of its own, in this process."""

import io
import json
import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path

import pytest

from controller import cli
from tests.controller.rig import CONFIGS

SHORT = CONFIGS / "dry_run_short.toml"
AMF = [sys.executable, "-m", "controller.cli"]
LONG_S = 60.0


def amf(*arguments: object, code: int = 0) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(
        [*AMF, *map(str, arguments)],
        capture_output=True,
        text=True,
        timeout=LONG_S,
        check=False,
    )
    assert done.returncode == code, done.stderr + done.stdout
    return done


@dataclass(frozen=True)
class Said:
    """What a command printed."""

    stdout: str
    stderr: str


def here(*arguments: object, code: int = 0) -> Said:
    """Run a command in this process, from its words to its exit code."""
    out, err = io.StringIO(), io.StringIO()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "argv", ["amf", *map(str, arguments)])
        with redirect_stdout(out), redirect_stderr(err), pytest.raises(SystemExit) as e:
            cli.main()
    assert (e.value.code or 0) == code, err.getvalue() + out.getvalue()
    return Said(out.getvalue(), err.getvalue())


def only_run(folder: Path) -> Path:
    (path,) = folder.glob("*.sqlite")
    return path


@contextmanager
def engine(out: Path, *options: str) -> Iterator[subprocess.Popen[str]]:
    """Start the engine on the short dry run at wall-clock pace."""
    process = subprocess.Popen(
        [*AMF, "run", str(SHORT), "--json", "--real-time", "--out", str(out), *options],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        yield process
    finally:
        process.kill()
        for pipe in (process.stdin, process.stdout, process.stderr):
            if pipe is not None and not pipe.closed:
                pipe.close()
        process.wait(LONG_S)


def messages(process: subprocess.Popen[str]) -> Iterator[dict]:
    assert process.stdout is not None
    for line in process.stdout:
        yield json.loads(line)


def until_on(process: subprocess.Popen[str]) -> dict:
    """Read messages until the output is on; say meanwhile that somebody is there."""
    assert process.stdin is not None
    for message in messages(process):
        if message["kind"] == "snapshot" and message["drive"]["output_on"]:
            return message
        process.stdin.write('{"request": "alive"}\n')
        process.stdin.flush()
    raise AssertionError("the engine ended before the output was on")


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("run")
    here("run", SHORT, "--out", folder, "--seed", 7)
    return only_run(folder)


def test_a_seed_gives_identical_ticks(run: Path, tmp_path: Path) -> None:
    amf("run", SHORT, "--out", tmp_path, "--seed", 7)  # a process of its own
    texts = []
    for path in (run, only_run(tmp_path)):
        here("export", path)
        texts.append((path.parent / f"{path.stem}_ticks.csv").read_bytes())
    assert texts[0] == texts[1] and len(texts[0]) > 10_000


def test_another_seed_gives_other_ticks(run: Path, tmp_path: Path) -> None:
    here("run", SHORT, "--out", tmp_path, "--seed", 8)
    other = sqlite3.connect(only_run(tmp_path))
    this = sqlite3.connect(run)
    query = "SELECT controlled_c FROM ticks LIMIT 200"
    assert other.execute(query).fetchall() != this.execute(query).fetchall()
    other.close()
    this.close()


def test_replay_reproduces_every_command(run: Path) -> None:
    assert "bit for bit" in here("replay", run).stdout
    assert "whole" in here("verify", run).stdout


def test_replay_finds_a_changed_command(run: Path, tmp_path: Path) -> None:
    copy = tmp_path / "changed.sqlite"
    copy.write_bytes(run.read_bytes())
    with sqlite3.connect(copy) as db:
        db.execute("UPDATE ticks SET command_current_a = 1.23 WHERE seq = 200")
    db.close()
    assert "tick 200" in here("replay", copy, code=1).stdout


def test_report_prints_what_was_promised(run: Path) -> None:
    summary = json.loads(here("report", run, "--json").stdout)
    assert summary["simulated"] is True and summary["completed"] is True
    promised = """overshoot_c mean_error_c rms_error_c true_overshoot_c
        true_mean_error_c true_rms_error_c settling_s healthy_max_c max_hf_a_per_m_s
        true_max_hf_a_per_m_s ceiling_a_per_m_s ceiling_bound_s cem43_min ticks
        simulated_s wall_s faults"""
    assert set(promised.split()) <= set(summary)
    assert summary["true_max_hf_a_per_m_s"] <= summary["ceiling_a_per_m_s"]
    assert set(summary["cem43_min"]) == {"core", "margin", "healthy", "body"}
    page = run.with_suffix(".html")
    here("report", run)
    text = page.read_text(encoding="utf-8")
    assert "SIMULATED" in text and 'src="http' not in text


@pytest.mark.parametrize("to", ["csv", "xlsx", "hdf5"])
def test_export(run: Path, tmp_path: Path, to: str) -> None:
    done = here("export", run, "--to", to, "--out", tmp_path / "new")
    for line in done.stdout.split():
        assert Path(line).stat().st_size > 20


def test_export_for_a_german_spreadsheet(run: Path, tmp_path: Path) -> None:
    here("export", run, "--decimal", ",", "--separator", ";", "--out", tmp_path)
    text = (tmp_path / f"{run.stem}_ticks.csv").read_text(encoding="utf-8")
    header, first, *_ = text.splitlines()
    assert header.count(";") == first.count(";") > 10 and "." not in first


@pytest.mark.parametrize("command", ["report", "export", "replay", "verify"])
@pytest.mark.parametrize("kind", ["foreign", "empty", "headless", "folder", "missing"])
def test_a_wrong_run_file_is_one_sentence(
    tmp_path: Path, command: str, kind: str, run: Path
) -> None:
    path = tmp_path / "wrong.sqlite"
    if kind == "foreign":
        path.write_text("a letter to the editor, long enough for a header " * 20)
    elif kind == "empty":
        path.touch()
    elif kind == "headless":
        path.write_bytes(run.read_bytes())
        with sqlite3.connect(path) as db:
            db.execute("DELETE FROM run")
        db.close()
    elif kind == "folder":
        path.mkdir()
    error = here(command, path, code=2).stderr
    assert "wrong.sqlite" in error.replace("\n", "") and "Traceback" not in error


def test_a_wrong_config_opens_nothing(tmp_path: Path) -> None:
    config = tmp_path / "wrong.toml"
    config.write_text(SHORT.read_text(encoding="utf-8").replace("43.0", "53.0"))
    error = amf("run", config, "--out", tmp_path / "runs", code=2).stderr
    assert "setpoint_c" in error and not (tmp_path / "runs").exists()


def test_check_off_and_monitor(tmp_path: Path) -> None:
    assert "confirmed" in here("check", SHORT).stdout
    assert "confirmed" in here("off", SHORT).stdout
    here("monitor", SHORT, "--duration-s", 0.5, "--out", tmp_path)
    db = sqlite3.connect(only_run(tmp_path))
    on = db.execute("SELECT count(*), sum(command_output_on) FROM ticks").fetchone()
    db.close()
    assert on[0] > 2 and on[1] == 0
    here("report", only_run(tmp_path), "--json")


@pytest.mark.skipif(os.name == "nt", reason="signals of POSIX")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_in_a_confirmed_stop(tmp_path: Path, number: int) -> None:
    with engine(tmp_path) as process:
        until_on(process)
        process.send_signal(number)
        rest = list(messages(process))
        assert process.wait(LONG_S) == 3
    assert [m for m in rest if m["kind"] == "off"][-1]["confirmed"]
    assert rest[-1]["kind"] == "end" and rest[-1]["exit_code"] == 3
    summary = json.loads(here("report", only_run(tmp_path), "--json").stdout)
    assert summary["completed"] is False and summary["record_complete"] is True


def test_an_engine_without_an_operator_stops(tmp_path: Path) -> None:
    with engine(tmp_path) as process:
        until_on(process)
        assert process.stdin is not None
        process.stdin.close()
        rest = list(messages(process))
        assert process.wait(LONG_S) == 3
    events = [m["sentence"] for m in rest if m["kind"] == "event"]
    assert any("operator gone" in sentence for sentence in events)


def test_a_silent_window_is_operator_gone(tmp_path: Path) -> None:
    with engine(tmp_path) as process:
        rest = list(messages(process))  # never an "alive"
        assert process.wait(LONG_S) == 3
    assert rest[-1]["exit_code"] == 3


def test_requests_of_a_window(tmp_path: Path) -> None:
    with engine(tmp_path) as process:
        until_on(process)
        assert process.stdin is not None
        for request in (
            {"request": "alive"},
            {"request": "note", "text": "all well"},
            {"request": "setpoint", "value": 42.5},
            {"request": "setpoint", "value": 60},
            {"request": "stop"},
        ):
            process.stdin.write(json.dumps(request) + "\n")
        process.stdin.flush()
        rest = list(messages(process))
        assert process.wait(LONG_S) == 3
    assert any(m["kind"] == "refused" for m in rest)
    snapshots = [m for m in rest if m["kind"] == "snapshot"]
    assert snapshots[-1]["setpoint_c"] == 42.5
    assert snapshots[-1]["drive"]["output_on"] is False


@pytest.mark.skipif(os.name == "nt", reason="SIGKILL of POSIX")
def test_a_killed_run_can_be_read(tmp_path: Path) -> None:
    with engine(tmp_path) as process:
        last = until_on(process)
        process.kill()
        process.wait(LONG_S)
    path = only_run(tmp_path)
    summary = json.loads(here("report", path, "--json").stdout)
    assert summary["completed"] is summary["record_complete"] is False
    assert summary["ticks"] >= last["seq"]
    assert "incomplete" in here("replay", path).stdout
    here("export", path)
