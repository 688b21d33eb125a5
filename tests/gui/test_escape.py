"""Esc stops the field wherever the keyboard is, and every control can be reached."""

import sys

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QFileDialog,
    QLineEdit,
)

from gui.app import Commands, open_window
from gui.replay_app import add_runs
from tests.controller.rig import CONFIGS
from tests.gui.test_window import FAKE, LIMIT_MS, end_engine

OFF = [sys.executable, "-c", ""]


@pytest.fixture
def window(qtbot, tmp_path):
    made = open_window(Commands([*FAKE, "--phase", "hold"], OFF))
    add_runs(made, str(tmp_path))
    qtbot.addWidget(made, before_close_func=end_engine)
    qtbot.waitUntil(lambda: made.presenter.snapshots > 3, timeout=LIMIT_MS)
    made.repaint_now()
    return made


def in_a_number(window):
    box = window.run.controls.setpoint
    box.setFocus()
    return box


def in_a_note(window):
    window.run.controls.text.setFocus()
    return window.run.controls.text


def in_the_form(window):
    before = window.pages.before
    before.open_file(CONFIGS / "dry_run.toml")
    window.frame.pages.setCurrentWidget(before)
    before.config.show_table("treatment")
    return before.config.rows["treatment", "setpoint_c"].editor


def in_a_list_that_is_open(window):
    window.frame.pages.setCurrentWidget(window.pages.tuning)
    method = window.pages.tuning.method
    method.showPopup()
    return method.view()


def in_the_search(window):
    page = window.frame.pages.widget(window.frame.pages.count() - 1)
    window.frame.pages.setCurrentWidget(page)
    return page.search


def in_a_file_dialog(window):
    window.frame.pages.setCurrentWidget(window.pages.before)
    window.pages.before.config.open.click()
    (dialog,) = window.findChildren(QFileDialog)
    return dialog.findChild(QLineEdit)


@pytest.mark.parametrize(
    "place",
    [
        in_a_number,
        in_a_note,
        in_the_form,
        in_a_list_that_is_open,
        in_the_search,
        in_a_file_dialog,
    ],
)
def test_escape_stops_everywhere(window, qtbot, place):
    widget = place(window)
    widget.setFocus()
    QTest.keyClick(widget, Qt.Key.Key_Escape)
    qtbot.waitUntil(window.presenter.field_off_confirmed, timeout=LIMIT_MS)
    assert not any(d.isVisible() for d in window.findChildren(QFileDialog))


def tabbed_through(window):
    """Press Tab until the focus is back where it began."""
    window.activateWindow()
    window.stop_button.setFocus()
    seen, now = [], window.stop_button
    for _ in range(200):
        seen.append(now)
        QTest.keyClick(now, Qt.Key.Key_Tab)
        now = QApplication.focusWidget()
        if now is seen[0]:
            return seen
    raise AssertionError("the Tab key never came round")


def missed_by_tab(window):
    """Give the controls of the page in sight that the Tab key does not reach."""
    reached = tabbed_through(window)
    # The line inside a number's box is reached through its box, one of a group of
    # buttons through another one: by the arrows.
    shown = window.frame.pages.currentWidget()
    return [
        widget
        for kind in (QComboBox, QLineEdit, QAbstractSpinBox, QAbstractButton)
        for widget in shown.findChildren(kind)
        if widget.isVisible() and widget.isEnabled() and widget not in reached
        if not isinstance(widget.parent(), QAbstractSpinBox)
        if not (isinstance(widget, QAbstractButton) and widget.group())
    ]


def test_tab_reaches_every_control(window):
    window.pages.before.open_file(CONFIGS / "dry_run.toml")
    pages = window.frame.pages
    assert pages.count() == 7
    for page in range(pages.count()):
        pages.setCurrentIndex(page)
        window.repaint_now()
        assert not missed_by_tab(window), pages.tabText(page)
