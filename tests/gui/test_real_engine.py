"""The window on the real engine with simulated instruments, offscreen."""

import json
import os
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from gui.app import commands_for, open_window
from gui.engine_link import EngineLink
from tests.controller.rig import CONFIGS

LIMIT_MS = 60_000
SHORT = CONFIGS / "dry_run_short.toml"


@pytest.fixture
def opened(qtbot, tmp_path):
    def open_one(config=SHORT):
        window = open_window(commands_for(str(config), str(tmp_path)))
        qtbot.addWidget(window, before_close_func=end_engine)
        return window

    return open_one


def link_of(window):
    return window.findChild(EngineLink)


def end_engine(window):
    process_id = link_of(window).process_id()
    if process_id:
        os.kill(process_id, signal.SIGKILL)
        link_of(window)._process.waitForFinished(5000)


def heating(window):
    view = window.presenter.view(0.0)
    return view is not None and window.presenter.snapshots > 60


def phases(folder: Path) -> list[str]:
    (path,) = folder.glob("*.sqlite")
    db = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    rows = db.execute("SELECT DISTINCT phase FROM ticks").fetchall()
    db.close()
    return [row[0] for row in rows]


def test_a_treatment_from_start_to_finish(opened, qtbot, tmp_path):
    """At least 1,000 snapshots and 300 repaints, at 50 ticks a second."""
    config = tmp_path / "fast.toml"
    text = SHORT.read_text(encoding="utf-8").replace(
        "period_s = 0.1", "period_s = 0.05"
    )
    assert "period_s = 0.05" in text
    config.write_text(text.replace("hold_s = 20.0", "hold_s = 36.0"), encoding="utf-8")
    window = opened(config)
    window._repaint_timer.setInterval(50)
    qtbot.waitUntil(lambda: window.presenter.snapshots > 3, timeout=LIMIT_MS)
    qtbot.waitUntil(lambda: not link_of(window).running(), timeout=2 * LIMIT_MS)
    assert window.presenter.snapshots >= 1000
    assert window.repaints >= 300
    assert window.presenter.field_off_confirmed()
    assert window.exit_code() == 0
    assert phases(tmp_path) == ["baseline", "ramp", "hold", "cool", "done"]


def test_stop_is_confirmed_by_the_engine(opened, qtbot, tmp_path):
    window = opened()
    qtbot.waitUntil(lambda: heating(window), timeout=LIMIT_MS)
    window.press_stop()
    qtbot.waitUntil(window.presenter.field_off_confirmed, timeout=5_000)
    qtbot.waitUntil(lambda: not link_of(window).running(), timeout=LIMIT_MS)
    assert window.exit_code() == 3
    assert phases(tmp_path)[-1] == "stopped"


def test_a_killed_engine_is_survived_and_said(opened, qtbot):
    window = opened()
    qtbot.waitUntil(lambda: heating(window), timeout=LIMIT_MS)
    os.kill(link_of(window).process_id(), signal.SIGKILL)
    qtbot.waitUntil(lambda: not link_of(window).running(), timeout=LIMIT_MS)
    assert window.exit_code() == 4
    assert not window.presenter.field_off_confirmed()


@pytest.mark.skipif(os.name == "nt", reason="signals of POSIX")
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGSTOP])
def test_a_killed_or_frozen_window_ends_the_run_safely(tmp_path, number):
    """The engine sees no sign of life, stops, and writes that down by itself."""
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
    window = subprocess.Popen(
        [sys.executable, "-m", "gui", str(SHORT), "--out", str(tmp_path)],
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        wait_for_record(tmp_path, "SELECT 1 FROM ticks WHERE drive_current_a > 5")
        window.send_signal(number)
        wait_for_record(tmp_path, "SELECT 1 FROM events WHERE kind = 'end'")
    finally:
        window.send_signal(signal.SIGCONT)
        window.kill()
        window.wait(10)
    (path,) = tmp_path.glob("*.sqlite")
    report = subprocess.run(
        [sys.executable, "-m", "controller.cli", "report", str(path), "--json"],
        capture_output=True,
        check=True,
        timeout=60,
    )
    summary = json.loads(report.stdout)
    assert summary["exit_code"] == 3 and summary["record_complete"]
    db = sqlite3.connect(path)
    (off,) = db.execute("SELECT data FROM events WHERE kind = 'off'").fetchone()
    db.close()
    assert json.loads(off)["confirmed"]


def wait_for_record(folder: Path, query: str) -> None:
    """Wait, in a process that polls the run file, until a query has a row."""
    poll = f"""
import glob, sqlite3, sys, time
end = time.monotonic() + 60
while time.monotonic() < end:
    for path in glob.glob({str(folder / "*.sqlite")!r}):
        try:
            db = sqlite3.connect("file:" + path + "?mode=ro", uri=True)
            row = db.execute({query!r}).fetchone()
            db.close()
        except sqlite3.Error:
            row = None
        if row:
            sys.exit(0)
    time.sleep(0.05)
sys.exit(1)
"""
    subprocess.run([sys.executable, "-c", poll], check=True, timeout=70)
