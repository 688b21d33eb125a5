"""What the engine asks before the field may come on, answered on the window."""

import sys
from pathlib import Path

import pytest
from PySide6.QtCore import Qt

from gui import texts_bench as texts
from gui.app import Commands, open_window

FAKE = [sys.executable, str(Path(__file__).with_name("fake_engine.py"))]
LIMIT_MS = 20_000


@pytest.fixture
def window(qtbot):
    """Open a window whose engine asks before it does anything."""
    off = [sys.executable, "-c", ""]
    made = open_window(Commands([*FAKE, "--ask", "--bench", "real"], off))
    qtbot.addWidget(made, before_close_func=end)
    qtbot.waitUntil(lambda: made.run.questions.name == "water on", timeout=LIMIT_MS)
    return made


def end(window):
    window._link._process.kill()
    window._link._process.waitForFinished(5000)


def press(qtbot, window, words):
    (button,) = [b for b in window.run.questions.buttons if b.text() == words]
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


def test_answers_begin_the_run(window, qtbot):
    panel = window.run.questions
    assert panel.isVisible() and "cooling water" in panel.sentence.text()
    assert [b.text() for b in panel.buttons] == ["yes", "no"]
    assert not panel.more.isVisible()
    press(qtbot, window, "yes")
    assert not panel.isVisible()
    qtbot.waitUntil(lambda: panel.name == "touch test", timeout=LIMIT_MS)
    skip = texts.QUESTION_MORE.format(answer="skip")
    assert [b.text() for b in panel.buttons] == ["ready", skip]
    press(qtbot, window, skip)
    assert panel.isVisible(), "a skip without a name is no answer"
    assert window.presenter.snapshots == 0
    panel.more.setText(" A. Smith ")
    press(qtbot, window, skip)
    qtbot.waitUntil(lambda: window.presenter.snapshots > 3, timeout=LIMIT_MS)
    said = " ".join(window.presenter.view(0.0).events)
    assert "got answer water on yes" in said
    assert "got answer touch test skip A. Smith" in said
    assert not panel.isVisible()


def test_a_question_is_put_on_the_run_s_page_and_does_not_hide_the_stop(window, qtbot):
    assert window.frame.pages.currentWidget() is window.run
    qtbot.keyClick(window, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: not window.busy(), timeout=LIMIT_MS)
    assert window.exit_code() == 3
    assert not window.run.questions.isVisible()


def test_what_was_answered_on_the_page_before_is_not_asked_again(window, qtbot):
    window.pages._answers = {"touch test": "ready"}
    press(qtbot, window, "yes")
    qtbot.waitUntil(lambda: window.presenter.snapshots > 3, timeout=LIMIT_MS)
    assert "got answer touch test ready" in " ".join(window.presenter.view(0.0).events)
