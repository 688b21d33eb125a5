"""Every request from the window to the engine, alarms, themes, what is remembered."""

import sys
from pathlib import Path

import pytest
from PySide6.QtCore import QSettings, Qt
from PySide6.QtWidgets import QAbstractButton

from gui import texts
from gui.app import Commands, open_window
from gui.look import LIGHT
from gui.notice_panel import BLINK_MS
from tests.gui.test_window import FAKE, LIMIT_MS, end_engine, link_of

OFF = [sys.executable, "-c", ""]


@pytest.fixture
def opened(qtbot):
    def open_one(*arguments, settings=None):
        window = open_window(Commands([*FAKE, *arguments], OFF), settings)
        qtbot.addWidget(window, before_close_func=end_engine)
        qtbot.waitUntil(lambda: window.presenter.snapshots > 3, timeout=LIMIT_MS)
        window.repaint_now()
        return window

    return open_one


def controls(window):
    return window.run.controls


def wait_for_event(qtbot, window, words):
    def said():
        events = window.presenter.view(0.0).events
        return any(words in event for event in events)

    qtbot.waitUntil(said, timeout=LIMIT_MS)


def click(qtbot, window, name):
    qtbot.mouseClick(controls(window).buttons[name], Qt.MouseButton.LeftButton)


@pytest.mark.parametrize(
    ("phase", "name", "heard"),
    [
        ("ramp", "setpoint", "got setpoint 43.5"),
        ("ramp", "hold", "got hold"),
        ("hold", "next", "got next"),
        ("hold", "manual", "got manual 5000.0"),
        ("hold", "note", "got note it twitched"),
        ("hold", "mark", "got mark it twitched"),
        ("tripped", "acknowledge", "got acknowledge"),
        ("tripped", "reset", "got reset"),
    ],
)
def test_each_button_sends_its_request(opened, qtbot, phase, name, heard):
    trouble = ["--trouble"] if phase == "tripped" else []
    window = opened("--echo", "--phase", phase, *trouble)
    panel = controls(window)
    panel.setpoint.setFocus()
    panel.setpoint.setValue(43.5)
    panel.manual.setFocus()
    panel.manual.setValue(5.0)
    panel.text.setText("it twitched")
    click(qtbot, window, name)
    wait_for_event(qtbot, window, heard)


def test_a_set_point_is_typed_within_the_engine_s_limits(opened, qtbot):
    window = opened("--echo", "--phase", "hold")
    box = controls(window).setpoint
    assert (box.minimum(), box.maximum(), box.value()) == (20.0, 44.3, 43.0)
    box.setFocus()
    box.selectAll()
    qtbot.keyClicks(box, "42.4")
    window.repaint_now()
    qtbot.keyClick(box, Qt.Key.Key_Return)
    wait_for_event(qtbot, window, "got setpoint 42.4")
    box.setValue(99.0)
    assert box.value() == 44.3


def test_manual_power_is_bounded_and_starts_at_what_is_commanded(opened):
    window = opened("--phase", "hold", "--share", "0.5")
    box = controls(window).manual
    assert box.maximum() == pytest.approx(13.28)
    assert box.value() == pytest.approx(0.5 * 2.425e9 / 161270.0 / 1000.0, abs=0.01)
    assert not controls(window).buttons["loop"].isEnabled()


def test_an_empty_note_is_not_sent_but_an_empty_mark_is(opened, qtbot):
    window = opened("--echo", "--phase", "hold")
    click(qtbot, window, "note")
    click(qtbot, window, "mark")
    wait_for_event(qtbot, window, "got mark")
    assert not any("got note" in e for e in window.presenter.view(0.0).events)


def test_escape_stops_while_a_number_is_typed(opened, qtbot):
    window = opened("--phase", "hold")
    box = controls(window).setpoint
    box.setFocus()
    qtbot.keyClick(box, Qt.Key.Key_Escape)
    qtbot.waitUntil(window.presenter.field_off_confirmed, timeout=LIMIT_MS)


def test_an_alarm_flashes_until_it_is_acknowledged(opened, qtbot):
    window = opened("--trouble", "--phase", "tripped", "--quiet-after", "5")
    window.repaint_now()
    label = window.run.notices._labels[0]
    looks = set()

    def seen_both():
        looks.add(label.styleSheet())
        return len(looks) == 2

    assert window._blink_timer.interval() == BLINK_MS
    qtbot.waitUntil(seen_both, timeout=LIMIT_MS)
    click(qtbot, window, "acknowledge")
    window.repaint_now()
    steady = {label.styleSheet()}
    for _ in range(8):
        window._blink()
        steady.add(label.styleSheet())
    assert len(steady) == 1
    assert "too hot" in label.text()


def test_every_control_is_reached_by_keyboard_and_has_its_own_letter(opened):
    window = opened("--phase", "hold")
    # Several pages share the window: letters count where they can be seen together.
    pages = window.frame.pages
    titles = [pages.tabText(at) for at in range(pages.count())]
    for at, least in ((0, 11), (2, 4), (3, 3), (4, 4), (5, 2)):
        pages.setCurrentIndex(at)
        seen = [b for b in window.findChildren(QAbstractButton) if b.isVisible()]
        named = [b.text() for b in seen if "&" in b.text()]
        letters = [t.split("&")[1][0].lower() for t in (*named, *titles) if "&" in t]
        assert len(letters) == len(set(letters)), sorted(letters)
        assert len(named) >= least
    for button in (*controls(window).buttons.values(), window.stop_button):
        assert button.focusPolicy() & Qt.FocusPolicy.TabFocus


def test_a_curve_is_hidden_and_shown_by_its_probe(opened):
    window = opened("--phase", "hold")
    switch = window.frame.probes._rows[0].switch
    item = window.run.plots._items[("core", "core")]
    switch.click()
    assert not item.isVisible()
    switch.click()
    assert item.isVisible()


def test_spans_follow_the_newest_and_a_look_elsewhere_does_not(opened, qtbot):
    window = opened("--interval-s", "0.001", "--phase", "hold")
    plots, bar = window.run.plots, window.run.bar
    qtbot.waitUntil(lambda: window.presenter.snapshots > 500, timeout=LIMIT_MS)
    bar.choose(0)
    window.repaint_now()
    from_s, to_s = plots.in_sight_s()
    assert to_s - from_s == pytest.approx(600.0, rel=0.05)
    qtbot.keyClick(plots, Qt.Key.Key_Plus)
    assert not plots.following
    assert not bar.follow.isChecked()
    looked = plots.in_sight_s()
    assert looked[1] - looked[0] < to_s - from_s
    window.repaint_now()
    assert plots.in_sight_s() == looked
    qtbot.keyClick(plots, Qt.Key.Key_End)
    assert plots.following
    assert bar.follow.isChecked()


def test_the_cursor_reads_every_curve_and_the_event_near_it(opened):
    window = opened("--phase", "hold")
    words = window.run.bar.reading(0.5)
    assert words.startswith("0:00")
    for name in ("core 37.", "margin 37.", "H·f 86 %", "Power 74 %", "ramp begins"):
        assert name in words


def test_theme_span_and_place_are_remembered(opened, tmp_path, qtbot):
    def place():
        return QSettings(str(tmp_path / "window.ini"), QSettings.Format.IniFormat)

    window = opened(settings=place())
    window.frame.light.click()
    assert window.theme is LIGHT
    window.run.bar.choose(1)
    window.resize(1280, 750)
    end_engine(window)
    qtbot.waitUntil(lambda: not window.busy(), timeout=LIMIT_MS)
    window.close()
    again = opened(settings=place())
    assert again.theme is LIGHT
    assert again.run.bar.chosen() == 1
    assert again.run.plots.span_s == 3600.0
    assert again.height() == 750
    assert link_of(again).running()


@pytest.mark.parametrize("text", ["", "theme=pink\nspan=-1\ngeometry=3", "span=99"])
def test_what_makes_no_sense_is_not_restored(opened, tmp_path, text):
    path = Path(tmp_path / "window.ini")
    path.write_text(f"[General]\n{text}\n", encoding="utf-8")
    settings = QSettings(str(path), QSettings.Format.IniFormat)
    window = opened(settings=settings)
    assert window.theme.name == "dark"
    assert window.run.bar.chosen() == len(texts.SPANS) - 1
