"""The windows of what comes after a run, offscreen. Nothing waits a guessed time."""

import pytest
from PySide6.QtCore import QSettings, Qt

from controller.errors import RunFileError
from gui import replay_app
from gui import runs_texts as texts
from gui.compare_window import CompareWindow
from gui.replay_source import ReplaySource
from gui.replay_window import ReplayWindow
from gui.runs_window import RunsWindow
from tests.gui.records import write_record

LIMIT_MS = 20_000


@pytest.fixture
def window(qtbot, tmp_path):
    shown = ReplayWindow(ReplaySource(write_record(tmp_path)))
    qtbot.addWidget(shown)
    shown.show()
    return shown


def test_it_opens_on_the_whole_record_and_controls_nothing(window):
    assert window.bar._where.text() == "0:06 of 0:06"
    assert window.bar.slider.value() == window.bar.slider.maximum()
    assert not window.frame.stop.isVisible()
    assert not window.frame.run.controls.isVisible()
    assert "REPLAY" in window.frame.band.text()


def test_the_slider_goes_anywhere(window):
    window.bar.slider.setValue(5000)
    assert window.playback.position_s == pytest.approx(3.0)
    assert window.frame.head._phase.text() == "Hold"
    window.bar.slider.setValue(0)
    assert window.frame.head._phase.text() == "Baseline"


def test_it_plays_to_the_end_by_key(window, qtbot):
    window.bar.speed.setCurrentIndex(texts.SPEEDS.index(20.0))
    qtbot.keyClick(window, Qt.Key.Key_Space)
    assert window.bar.play.isChecked()
    assert window.playback.position_s < window.playback.to_s
    qtbot.waitUntil(lambda: not window.playback.playing, timeout=LIMIT_MS)
    assert window.playback.position_s == window.playback.to_s
    assert not window.bar.play.isChecked()


def test_the_speed_can_be_half_to_a_hundred(window):
    assert (min(texts.SPEEDS), max(texts.SPEEDS)) == (0.5, 100.0)
    window.bar.speed.setCurrentIndex(len(texts.SPEEDS) - 1)
    assert window.playback.speed == 100.0


def test_it_goes_from_event_to_event(window, qtbot):
    window.seek(2.0)
    qtbot.mouseClick(window.bar.later, Qt.MouseButton.LeftButton)
    assert window.playback.position_s == pytest.approx(3.0)
    qtbot.mouseClick(window.bar.earlier, Qt.MouseButton.LeftButton)
    assert window.playback.position_s == pytest.approx(1.0)
    for _ in range(3):
        qtbot.mouseClick(window.bar.earlier, Qt.MouseButton.LeftButton)
    assert window.playback.position_s == window.playback.from_s


@pytest.mark.parametrize("size", [(1280, 720), (1920, 1080)])
def test_the_bar_is_whole_at_every_size(window, qtbot, size):
    window.resize(*size)
    for light in (True, False):
        window.frame.light.setChecked(light)
        assert window.theme.name == ("light" if light else "dark")
    hint = window.minimumSizeHint()
    assert hint.width() <= size[0]
    assert hint.height() <= size[1]
    corner = window.bar.mapTo(window, window.bar.rect().bottomRight())
    qtbot.waitUntil(lambda: window.rect().contains(corner), timeout=LIMIT_MS)


def test_three_hundred_repaints(window):
    for step in range(300):
        window.seek(0.02 * step)
    assert window.playback.position_s == pytest.approx(5.98)


@pytest.mark.parametrize(
    ("arguments", "after"),
    [
        (["bench.toml"], False),
        (["bench.toml", "--out", "runs"], False),
        ([], False),
        (["a.sqlite"], True),
        (["a.sqlite", "--out", "runs"], True),
        (["a.sqlite", "b.sqlite"], True),
        (["."], True),
    ],
)
def test_a_record_is_told_from_a_config(arguments, after):
    assert replay_app.is_after(arguments) is after


def test_each_kind_of_argument_opens_its_window(qtbot, tmp_path):
    first, second = (write_record(tmp_path, second=n) for n in (1, 2))
    given = {
        ReplayWindow: [first],
        CompareWindow: [first, second],
        RunsWindow: [tmp_path],
    }
    for kind, paths in given.items():
        opened = replay_app.open_after(paths)
        qtbot.addWidget(opened)
        assert type(opened) is kind


@pytest.mark.parametrize("count", [3, 0])
def test_what_cannot_be_shown_is_refused(tmp_path, count):
    paths = [write_record(tmp_path, second=n) for n in range(count)]
    with pytest.raises(RunFileError):
        replay_app.open_after(paths or [tmp_path / "none.sqlite"])


def test_a_window_remembers_its_place_and_theme(qtbot, tmp_path):
    settings = QSettings(str(tmp_path / "kept.ini"), QSettings.Format.IniFormat)
    settings.setValue("theme", "light")
    for _ in range(2):
        shown = RunsWindow(tmp_path, settings)
        qtbot.addWidget(shown)
        shown.show()
        size, theme = shown.size(), shown.theme.name
        shown.resize(960, 760)  # the screen of these tests is 800 wide
        shown.close()
    assert (size.width(), size.height(), theme) == (960, 760, "light")
