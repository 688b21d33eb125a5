"""The pages around a run, with real subprocesses on simulated instruments."""

import os
import signal
import sys

import pytest
from PySide6.QtCore import Qt

from gui import form_view
from gui import texts_bench as texts
from gui.app import open_window
from tests.controller.rig import CONFIGS

LIMIT_MS = 60_000
QUICK_MATRIX = (
    ("amplitudes_a_per_m = [6000.0, 8500.0, 11000.0]", "amplitudes_a_per_m = [8500.0]"),
    ("repeats = 3", "repeats = 1"),
    ("drift_window_s = 120.0", "drift_window_s = 60.0"),
)


@pytest.fixture
def window(qtbot):
    made = open_window(None)
    qtbot.addWidget(made, before_close_func=end_all)
    return made


def end_all(window):
    for process_id in (window.pages.desk.process_id(), window._link.process_id()):
        if process_id:
            os.kill(process_id, signal.SIGKILL)
    window.pages.desk._process.waitForFinished(5000)
    window._link._process.waitForFinished(5000)


def press(qtbot, button):
    assert button.isEnabled()
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


def one_capacitor(folder):
    """Write the simulated matrix with one amplitude at one capacitor."""
    text = (CONFIGS / "dry_run_sar.toml").read_text(encoding="utf-8")
    for old, new in QUICK_MATRIX:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    first, second, *_, last = text.split("[[capacitors]]")
    tail = last[last.index("# What is true") :]
    path = folder / "quick.toml"
    path.write_text(f"{first}[[capacitors]]{second}{tail}", encoding="utf-8")
    return path


def test_a_mistake_is_shown_at_its_field(window, qtbot):
    before = window.pages.before
    before.open_file(CONFIGS / "dry_run.toml")
    before.config.show_table("treatment")
    row = before.config.rows["treatment", "setpoint_c"]
    assert not row.mistake.isVisibleTo(before)
    row.editor.setText("49")
    row.editor.editingFinished.emit()
    row = before.config.rows["treatment", "setpoint_c"]
    assert row.mistake.isVisibleTo(before) and "38 to 45 °C" in row.mistake.text()
    others = [r for place, r in before.config.rows.items() if place[1] != "setpoint_c"]
    assert not any(r.mistake.isVisibleTo(before) for r in others)
    assert not before.start.go.isEnabled()
    row.editor.setText("43")
    row.editor.editingFinished.emit()
    assert not row.mistake.isVisibleTo(before)
    before.start.profile.setCurrentText("no-tissue")
    before.start.profile.activated.emit(before.start.profile.currentIndex())
    assert before.form.value("ceiling", "profile") == "no-tissue"
    assert before.form.problems


def test_an_instrument_is_added_in_the_form(window, qtbot, tmp_path):
    path = tmp_path / "bench.toml"
    path.write_bytes((CONFIGS / "dry_run.toml").read_bytes())
    before = window.pages.before
    before.open_file(path)
    form = before.config
    form.show_table(form_view.NEW)
    form.new.driver.setCurrentIndex(form.new.driver.findData("osensa_ftx"))
    models = [form.new.model.itemText(n) for n in range(form.new.model.count())]
    assert models and "PicoM" not in models
    press(qtbot, form.new.add)
    assert form.new.mistake.text() == texts.NEW_NAME_WRONG
    form.new.name.setText("second")
    form.new.address.setText("COM7")
    press(qtbot, form.new.add)
    assert form.rows["instruments.second", "address"].editor.text() == "COM7"
    assert before.form.changed
    assert "serial" in "".join(before.form.problems)
    window.repaint_now()
    assert "MIXED" in window.frame.band.text()


ASKING = """
import json, sys
print(json.dumps({"kind": "question", "name": "coil empty", "answers": ["yes", "no"],
                  "sentence": "Is the coil empty?", "open_end": ""}), flush=True)
said = json.loads(sys.stdin.readline() or '{"answer": "nobody"}')["answer"]
print(json.dumps({"kind": "end", "exit_code": 0, "sentence": f"heard {said}"}))
"""


@pytest.mark.parametrize("said", ["yes", "nobody"])
def test_a_procedure_s_question_is_answered_on_its_page(window, qtbot, said):
    view = window.pages.calibration
    view.command = "calibrate field"
    asking = [sys.executable, "-c", ASKING]
    assert window.pages.desk.start(view.command, asking, "bench.toml")
    window.frame.pages.setCurrentWidget(view)
    qtbot.waitUntil(view.questions.isVisible, timeout=LIMIT_MS)
    if said == "yes":
        press(qtbot, view.questions.buttons[0])
        qtbot.waitUntil(window.pages.desk.available, timeout=LIMIT_MS)
        assert view.state.text() == "heard yes"
    else:
        qtbot.keyClick(window, Qt.Key.Key_Escape)
        qtbot.waitUntil(window.pages.desk.available, timeout=LIMIT_MS)
    assert not view.questions.isVisible()


def test_check_then_start_then_stop(window, qtbot, tmp_path):
    pages = window.pages
    pages.open_file(CONFIGS / "dry_run_short.toml", str(tmp_path))
    press(qtbot, pages.before.check.go)
    assert not pages.before.start.go.isEnabled()
    qtbot.waitUntil(pages.before.check.proven, timeout=LIMIT_MS)
    qtbot.waitUntil(pages.desk.available, timeout=LIMIT_MS)
    table = pages.before.check.table
    lights = [table.words(row, 0) for row in range(table.rowCount())]
    assert lights == [texts.CHECK_LIGHTS["good"]] * 3
    window.repaint_now()
    assert window.frame.band.text() == "SIMULATED"
    qtbot.waitUntil(pages.before.start.go.isEnabled, timeout=LIMIT_MS)
    press(qtbot, pages.before.start.go)
    qtbot.waitUntil(lambda: window.presenter.snapshots > 3, timeout=LIMIT_MS)
    assert not pages.desk.available()
    assert not pages.desk.start("check", ["amf"], "")
    qtbot.waitUntil(
        lambda: any(texts.NOTE_WAIVED in e for e in window.presenter.view(0.0).events),
        timeout=LIMIT_MS,
    )
    qtbot.keyClick(window, Qt.Key.Key_Escape)
    qtbot.waitUntil(window.presenter.field_off_confirmed, timeout=LIMIT_MS)
    qtbot.waitUntil(lambda: not window.busy(), timeout=LIMIT_MS)
    assert window.exit_code() == 3


def test_a_sar_run_from_start_to_results(window, qtbot, tmp_path):
    pages = window.pages
    pages.open_file(one_capacitor(tmp_path), str(tmp_path))
    press(qtbot, pages.sar.starts["sar run"])
    qtbot.waitUntil(pages.desk.available, timeout=2 * LIMIT_MS)
    assert pages.sar.result, pages.sar.state.text()
    assert pages.sar.results.rowCount() == 1
    assert "±" in pages.sar.results.words(0, 3)
    assert pages.sar.curve.shown("curve") > 100
    assert pages.sar.curve.shown("heating") > 20
    assert pages.sar.residuals.shown("cooling left") > 20
    assert pages.sar.report.isEnabled()


def test_escape_ends_a_calibration_safely(window, qtbot, tmp_path):
    pages = window.pages
    pages.open_file(CONFIGS / "dry_run.toml", str(tmp_path))
    view = pages.calibration
    press(qtbot, view.starts["calibrate field"])
    qtbot.waitUntil(lambda: view.plots["sweep"].shown("sweep") > 2, timeout=LIMIT_MS)
    with qtbot.waitSignal(pages.desk.ended, timeout=LIMIT_MS) as ended:
        qtbot.keyClick(window, Qt.Key.Key_Escape)
    _, end = ended.args
    assert not end.crashed and end.exit_code in (0, 3)
    assert "field off, confirmed" in view.state.text()


def test_the_touch_test_reads_the_thermometers(window, qtbot, tmp_path):
    """An offset that begins by itself stands for a warm finger on one probe."""
    text = (CONFIGS / "dry_run_short.toml").read_text(encoding="utf-8")
    fault = '\n[[faults]]\nkind = "offset"\non = "core"\nat_s = 1.5\nsize = 1.5\n'
    path = tmp_path / "warm.toml"
    path.write_text(text + fault, encoding="utf-8")
    window.pages.open_file(path, str(tmp_path))
    view = window.pages.before.touch
    press(qtbot, view.go)
    qtbot.waitUntil(
        lambda: view.test is not None and view.test.results[0] == "touched",
        timeout=LIMIT_MS,
    )
    press(qtbot, view.go)
    qtbot.waitUntil(window.pages.desk.available, timeout=LIMIT_MS)
    assert view.summary().startswith("core touched, margin not done")


def test_a_tuning_is_learned_and_shown(window, qtbot, tmp_path):
    pages = window.pages
    pages.open_file(CONFIGS / "dry_run.toml", str(tmp_path))
    press(qtbot, pages.tuning.go)
    qtbot.waitUntil(lambda: not window.busy(), timeout=LIMIT_MS)
    qtbot.waitUntil(pages.tuning.go.isEnabled, timeout=LIMIT_MS)
    rows = range(pages.tuning.table.rowCount())
    names = [pages.tuning.table.words(row, 0) for row in rows]
    assert texts.RESULT_NAMES["plant.gain_c_per_s"] in names
    assert list(tmp_path.glob("*_tuning.toml"))
    assert window.presenter.field_off_confirmed()
