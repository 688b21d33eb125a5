"""The window on the real engine with simulated instruments, offscreen.

Few engines are started, because each costs seconds: a test follows one run as far as it
goes. Nothing waits a guessed time: signals, lines and records are awaited.
"""

import json
import os
import select
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from PySide6.QtCore import Qt

from controller.errors import RunFileError
from controller.recording.run_file import Run
from gui import texts
from gui.app import commands_for, open_window
from gui.engine_link import EngineLink
from tests.controller.rig import CONFIGS

LIMIT_MS = 60_000
SHORT = CONFIGS / "dry_run_short.toml"
# A window in a process of its own; it says when the field is on.
PROGRAM = """
from gui import app
app.QSettings = lambda *_: None
def open_and_tell(commands, settings, opened=app.open_window):
    made = opened(commands, settings)
    def tell(messages):
        on = any(m.get("drive", {{}}).get("current_a", 0.0) > 5.0 for m in messages)
        if on:
            print("on", flush=True)
            made._link.received.disconnect(tell)
    made._link.received.connect(tell)
    return made
app.open_window = open_and_tell
app.main([{config!r}, "--out", {out!r}])
"""


@pytest.fixture
def opened(qtbot):
    def open_one(commands):
        window = open_window(commands)
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


def changed(folder: Path, *changes: tuple[str, str]) -> Path:
    """Write the short config with some of its lines changed."""
    text = SHORT.read_text(encoding="utf-8")
    for old, new in changes:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    path = folder / "changed.toml"
    path.write_text(text, encoding="utf-8")
    return path


def events(window):
    return window.presenter.view(0.0).events


def phase(window):
    return window.presenter._snapshot.get("phase")


def output_on(window):
    return window.presenter._snapshot.get("drive", {}).get("output_on") is True


def click(qtbot, window, name):
    window.repaint_now()
    qtbot.mouseClick(window.run.controls.buttons[name], Qt.MouseButton.LeftButton)


def rows(folder: Path, query: str) -> list[tuple]:
    (path,) = folder.glob("*.sqlite")
    db = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    found = db.execute(query).fetchall()
    db.close()
    return found


def test_a_treatment_from_start_to_finish(opened, qtbot, tmp_path):
    """In simulated time; a thousand snapshots are the scripted engine's."""
    commands = commands_for(str(SHORT), str(tmp_path), by_clock=False)
    window = opened(commands)
    qtbot.waitUntil(lambda: window._engine_end is not None, timeout=LIMIT_MS)
    assert window.exit_code() == 0, window._engine_end
    assert window.presenter.snapshots > 3
    assert window.presenter.field_off_confirmed()
    phases = [row[0] for row in rows(tmp_path, "SELECT DISTINCT phase FROM ticks")]
    assert phases == ["baseline", "ramp", "hold", "cool", "done"]


def test_requests_and_a_stop_reach_the_real_engine(opened, qtbot, tmp_path):
    window = opened(commands_for(str(SHORT), str(tmp_path)))
    # The start check wants three readings of each probe.
    qtbot.waitUntil(lambda: window.presenter.snapshots > 10, timeout=LIMIT_MS)
    panel = window.run.controls
    click(qtbot, window, "next")
    qtbot.waitUntil(lambda: output_on(window), timeout=LIMIT_MS)
    window.repaint_now()
    panel.setpoint.setValue(42.5)
    click(qtbot, window, "setpoint")
    qtbot.waitUntil(
        lambda: window.presenter._snapshot["setpoint_c"] == 42.5, timeout=LIMIT_MS
    )
    window.ask("setpoint", {"value": 60.0})
    qtbot.waitUntil(
        lambda: any("refused: setpoint 60.0" in e for e in events(window)),
        timeout=LIMIT_MS,
    )
    click(qtbot, window, "hold")
    qtbot.waitUntil(lambda: phase(window) == "hold", timeout=LIMIT_MS)
    window.repaint_now()
    panel.manual.setFocus()
    panel.manual.setValue(2.0)
    click(qtbot, window, "manual")
    qtbot.waitUntil(
        lambda: window.presenter._snapshot["manual_a_per_m"] == 2000.0,
        timeout=LIMIT_MS,
    )
    click(qtbot, window, "loop")
    panel.text.setText("MRI begins")
    click(qtbot, window, "mark")
    qtbot.waitUntil(
        lambda: any("mark MRI begins" in e for e in events(window)), timeout=LIMIT_MS
    )
    assert window.presenter._snapshot["manual_a_per_m"] is None
    qtbot.keyClick(window, Qt.Key.Key_Escape)
    qtbot.waitUntil(window.presenter.field_off_confirmed, timeout=5_000)
    qtbot.waitUntil(lambda: not link_of(window).running(), timeout=LIMIT_MS)
    assert window.exit_code() == 3
    (last,) = rows(tmp_path, "SELECT phase FROM ticks ORDER BY rowid DESC LIMIT 1")
    assert last == ("stopped",)


def test_an_alarm_a_reset_and_a_killed_engine(opened, qtbot, tmp_path):
    """The config allows a shorter ramp than its sample needs: the interlock trips."""
    short = ("max_ramp_s = 60.0", "max_ramp_s = 5.0")
    window = opened(commands_for(str(changed(tmp_path, short)), str(tmp_path)))
    qtbot.waitUntil(lambda: phase(window) == "tripped", timeout=LIMIT_MS)
    qtbot.waitUntil(window.presenter.field_off_confirmed, timeout=LIMIT_MS)
    first = window.presenter.view(0.0).notices[0]
    assert "ALARM" in first.text
    assert texts.ACTIONS["ramp-too-long"] in first.text
    assert first.flash_hz > 0.0
    click(qtbot, window, "acknowledge")
    qtbot.waitUntil(
        lambda: any("operator: acknowledge" in e for e in events(window)),
        timeout=LIMIT_MS,
    )
    assert window.presenter.view(0.0).notices[0].flash_hz == 0.0
    # Its ramp begins anew, so that the cause is gone: the treatment goes on.
    click(qtbot, window, "reset")
    qtbot.waitUntil(
        lambda: phase(window) == "ramp" and output_on(window), timeout=LIMIT_MS
    )
    assert not window.presenter._snapshot["faults"]
    os.kill(link_of(window).process_id(), signal.SIGKILL)
    qtbot.waitUntil(lambda: not link_of(window).running(), timeout=LIMIT_MS)
    window.repaint_now()
    assert window.run.field.text() == texts.FIELD_LAST_ON
    assert window.isVisible()
    assert window.exit_code() == 4
    assert not window.presenter.field_off_confirmed()


@pytest.mark.skipif(os.name == "nt", reason="signals of POSIX")
def test_a_killed_or_frozen_window_ends_the_run_safely(qtbot, tmp_path):
    """The engine sees no sign of life, stops, and writes that down by itself.

    Both windows run at once; the frozen one's engine waits 5 s for a sign.
    """
    numbers = (signal.SIGKILL, signal.SIGSTOP)
    folders = {number: tmp_path / number.name for number in numbers}
    windows = {number: start_window(out) for number, out in folders.items()}
    try:
        for number, window in windows.items():
            wait_until_on(window, folders[number])
            window.send_signal(number)
        for folder in folders.values():
            qtbot.waitUntil(lambda out=folder: ended(out), timeout=LIMIT_MS)
    finally:
        for window in windows.values():
            window.send_signal(signal.SIGCONT)
            window.kill()
            window.wait(10)
            window.stdout.close()
    for folder in folders.values():
        (path,) = folder.glob("*.sqlite")
        with Run.open(path) as run:
            assert run.completed and run.results["exit_code"] == 3
        offs = rows(folder, "SELECT data FROM events WHERE kind = 'off'")
        assert offs and all(json.loads(off)["confirmed"] for (off,) in offs)


def start_window(out: Path) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-c", PROGRAM.format(config=str(SHORT), out=str(out))],
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )


def wait_until_on(window: subprocess.Popen[bytes], out: Path) -> None:
    """Wait for the window's word that the field is on; else say what was recorded."""
    ready, _, _ = select.select([window.stdout], [], [], 60.0)
    said = window.stdout.readline() if ready else b""
    events = "" if said else rows(out, "SELECT t_s, sentence FROM events")
    assert said == b"on\n", f"the field did not go on: {events}"


def ended(folder: Path) -> bool:
    """Say whether the record of a run is closed; while it is being closed, not yet."""
    (path,) = folder.glob("*.sqlite")
    try:
        with Run.open(path) as run:
            return run.completed
    except (RunFileError, sqlite3.Error):
        return False
