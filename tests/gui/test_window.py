"""The window against a scripted engine, offscreen. Nothing waits a guessed time."""

import logging
import os
import signal
import sys
from pathlib import Path

import pytest
from PySide6.QtCore import Qt

from gui import texts
from gui import texts_bench as bench_texts
from gui import window as window_module
from gui.app import Commands, commands_for, main, open_window
from gui.engine_link import EngineLink
from gui.stop_hand import StopHand
from gui.window import Window

FAKE = [sys.executable, str(Path(__file__).with_name("fake_engine.py"))]
LIMIT_MS = 20_000


def off_command(code, log=None):
    program = f"import sys; print('said by amf off'); sys.exit({code})"
    if log is not None:
        program = f"open({str(log)!r}, 'a').write('x'); {program}"
    return [sys.executable, "-c", program]


@pytest.fixture
def opened(qtbot):
    """Open windows on scripted engines; end the engines that are left."""
    windows = []

    def open_one(*arguments, off=None):
        commands = Commands([*FAKE, *arguments], off or off_command(1))
        window = open_window(commands)
        qtbot.addWidget(window, before_close_func=end_engine)
        windows.append(window)
        qtbot.waitUntil(lambda: window.presenter.snapshots > 3, timeout=LIMIT_MS)
        return window

    return open_one


def end_engine(window):
    """End this test's own engine, so that closing finds nothing to wait for."""
    process_id = link_of(window).process_id()
    if process_id:
        os.kill(process_id, signal.SIGKILL)
        link_of(window)._process.waitForFinished(5000)


def link_of(window):
    return window.findChild(EngineLink)


def shown(window):
    window.repaint_now()
    return window.run.field.text()


def notices(window):
    window.repaint_now()
    return " ".join(label.text() for label in window.run.notices._labels)


def wait_for_field(qtbot, window, words):
    qtbot.waitUntil(lambda: words in shown(window), timeout=LIMIT_MS)


def test_a_thousand_snapshots_and_three_hundred_repaints(opened, qtbot):
    window = opened("--interval-s", "0.001")
    window.resize(960, 540)  # the fewer pixels, the sooner
    window._repaint_timer.setInterval(5)
    window._link.received.connect(lambda _: setattr(window, "_dirty", True))

    def enough():
        return window.presenter.snapshots >= 1000 and window.repaints >= 300

    qtbot.waitUntil(enough, timeout=60_000)
    drawn = window.run.plots.drawn_points()
    assert len(drawn) == 6
    assert all(0 < count <= 4003 for count in drawn.values())
    assert window.presenter.view(float("inf")).head.phase != texts.STARTING


def test_repaints_are_bounded_whatever_the_rate_of_snapshots(opened, qtbot):
    window = opened("--interval-s", "0.001")
    assert window._repaint_timer.interval() >= 100
    snapshots, repaints = window.presenter.snapshots, window.repaints
    qtbot.waitUntil(lambda: window.repaints >= repaints + 5, timeout=LIMIT_MS)
    assert window.presenter.snapshots - snapshots > window.repaints - repaints


def test_alive_goes_out_from_the_main_thread(opened, qtbot):
    window = opened("--echo")
    qtbot.waitUntil(
        lambda: any(
            "got alive" in event for event in window.presenter.view(0.0).events
        ),
        timeout=LIMIT_MS,
    )


@pytest.mark.parametrize("how", ["button", "escape"])
def test_stop_is_confirmed_by_the_engine(opened, qtbot, how):
    window = opened()
    if how == "button":
        qtbot.mouseClick(window.stop_button, Qt.MouseButton.LeftButton)
    else:
        qtbot.keyClick(window, Qt.Key.Key_Escape)
    wait_for_field(qtbot, window, "confirmed by read-back at 10:00:00 UTC")
    qtbot.waitUntil(lambda: not window.busy(), timeout=LIMIT_MS)
    assert "Ended (exit 3)" in notices(window)
    assert window.exit_code() == 3


def test_stop_pressed_in_panic_stays_confirmed(opened, qtbot):
    window = opened()
    for _ in range(5):
        window.press_stop()
    wait_for_field(qtbot, window, "confirmed by read-back")
    window.press_stop()
    qtbot.waitUntil(lambda: not window.busy(), timeout=LIMIT_MS)
    window.press_stop()
    assert "confirmed by read-back" in shown(window)


@pytest.mark.parametrize(
    ("code", "said", "level"),
    [
        (0, "field off, confirmed by amf off", "good"),
        (4, "FIELD OFF NOT CONFIRMED", "fault"),
    ],
)
def test_a_deaf_engine_makes_the_window_switch_off_itself(
    opened, qtbot, code, said, level
):
    window = opened("--stop", "deaf", "--bench", "real", off=off_command(code))
    window.press_stop()
    assert shown(window) == texts.STOP_ASKED
    wait_for_field(qtbot, window, said)
    assert window.run.field._shown.level == level


def test_an_impatient_stop_does_not_put_off_the_fall_back(opened, qtbot, tmp_path):
    log = tmp_path / "off"
    window = opened("--stop", "deaf", "--bench", "real", off=off_command(4, log))
    window.press_stop()
    window._repaint_timer.timeout.connect(window.press_stop)
    qtbot.waitUntil(log.exists, timeout=LIMIT_MS)


def test_an_off_that_the_engine_does_not_confirm_falls_back(opened, qtbot):
    window = opened("--stop", "unconfirmed", "--bench", "served", off=off_command(0))
    window.press_stop()
    wait_for_field(qtbot, window, "field off, confirmed by amf off")


def test_a_switch_off_that_cannot_start_is_not_confirmed(opened, qtbot):
    window = opened("--stop", "deaf", "--bench", "real", off=["/no/such/program"])
    window.press_stop()
    wait_for_field(qtbot, window, texts.OFF_NO_START)
    assert "NOT CONFIRMED" in shown(window)


def test_amf_off_is_not_sent_after_instruments_inside_the_engine(
    opened, qtbot, tmp_path
):
    log = tmp_path / "off"
    window = opened("--stop", "deaf", off=off_command(0, log))
    window.press_stop()
    wait_for_field(qtbot, window, texts.OFF_OUT_OF_REACH)
    assert not log.exists()


def test_a_killed_engine_is_said_in_red_and_survived(opened, qtbot):
    window = opened("--bench", "real", off=off_command(0))
    os.kill(link_of(window).process_id(), signal.SIGKILL)
    qtbot.waitUntil(lambda: texts.ENGINE_KILLED in notices(window), timeout=LIMIT_MS)
    assert shown(window) == texts.FIELD_LAST_ON
    assert window.isVisible()
    window.press_stop()
    wait_for_field(qtbot, window, "field off, confirmed by amf off")
    assert window.exit_code() == 3


def test_a_killed_engine_during_a_stop_does_not_wait_the_second(opened, qtbot):
    window = opened("--stop", "deaf")
    window.press_stop()
    os.kill(link_of(window).process_id(), signal.SIGKILL)
    wait_for_field(qtbot, window, texts.SIMULATION_ENDED)


def test_an_engine_that_falls_silent_is_said(opened, qtbot):
    window = opened("--quiet-after", "10")
    qtbot.waitUntil(lambda: "NO NEWS" in notices(window), timeout=LIMIT_MS)
    assert shown(window) == texts.FIELD_LAST_ON


def test_closing_stops_the_engine_and_waits_for_its_end(opened, qtbot, caplog):
    caplog.set_level(logging.INFO, logger="amf.gui")
    window = opened()
    with qtbot.waitSignal(window.closed, timeout=LIMIT_MS):
        assert not window.close()
        assert window.isVisible()
    assert not window.busy()
    assert not window.isVisible()
    assert texts.LOG_ENDED % (3, texts.LOG_CONFIRMED) in caplog.messages


def test_closing_on_a_deaf_engine_is_bounded_and_kills_nothing(
    opened, qtbot, caplog, monkeypatch
):
    monkeypatch.setattr(window_module, "CLOSE_LIMIT_MS", 1500)
    window = opened("--stop", "deaf", "--bench", "real", off=off_command(4))
    with qtbot.waitSignal(window.closed, timeout=LIMIT_MS):
        window.close()
    assert link_of(window).running()
    os.kill(link_of(window).process_id(), 0)
    assert "NOT CONFIRMED" in caplog.text
    assert window.exit_code() == 4


def test_the_engine_s_own_end_is_shown_and_the_window_closes_at_once(opened, qtbot):
    window = opened("--ticks", "20")
    qtbot.waitUntil(lambda: "Ended (exit 0)" in notices(window), timeout=LIMIT_MS)
    qtbot.waitUntil(lambda: not window.busy(), timeout=LIMIT_MS)
    assert "confirmed by read-back" in shown(window)
    with qtbot.waitSignal(window.closed, timeout=LIMIT_MS):
        assert window.close()
    assert window.exit_code() == 0


def test_a_procedure_is_said_in_the_head_and_the_last_run_is_gone(opened, qtbot):
    window = opened("--ticks", "20", "--interval-s", "0.001")
    qtbot.waitUntil(lambda: not window.busy(), timeout=LIMIT_MS)
    window.repaint_now()
    assert window.frame.probes.isVisible()
    desk = window.pages.desk
    assert desk.start("sar run", [sys.executable, "-c", "input()"], "bench.toml")
    window.repaint_now()
    assert window.frame.head._phase.text() == bench_texts.AT_WORK["sar run"]
    assert window.frame.ceiling._share.text() == texts.NOTHING
    assert window.exit_code() == 0
    desk.stop()
    qtbot.waitUntil(desk.available, timeout=LIMIT_MS)
    window.repaint_now()
    assert window.frame.head._phase.text() == texts.IDLE


@pytest.mark.parametrize("size", [(960, 540), (1280, 720), (1920, 1080)])
def test_nothing_pushes_the_stop_off_the_screen(opened, qtbot, size):
    window = opened("--trouble", "--bench", "mixed", "--more-probes")
    window.resize(*size)
    crowd = {
        "kind": "snapshot",
        "t_s": 9999.0,
        "faults": [{"sentence": "long words " * 30, "t_s": 1.0}] * 9,
        "cautions": ["more long words " * 20] * 9,
    }
    end_engine(window)
    hello, newest = window.presenter._hello, window.presenter._snapshot
    # Twice the probes: as many as a config may have, half of them with a reading.
    more = [probe | {"name": f"other {probe['name']}"} for probe in hello["probes"]]
    hello = {"name": "a_long_name" * 30, "probes": [*hello["probes"], *more]}
    window.presenter.take(window.presenter._hello | hello, 0.0)
    window.presenter.take(newest | crowd, 0.0)
    window.repaint_now()

    def stop_is_whole():
        button = window.stop_button
        corner = button.mapTo(window, button.rect().bottomRight())
        return window.rect().contains(corner) and window.run.notices.height() > 48

    qtbot.waitUntil(stop_is_whole, timeout=LIMIT_MS)
    assert (window.width(), window.height()) == size
    hint = window.minimumSizeHint()
    assert hint.width() <= size[0] and hint.height() <= size[1], hint


def test_the_command_lines_are_those_of_the_contract():
    commands = commands_for("bench.toml", "results")
    cli = [sys.executable, "-m", "controller.cli"]
    assert commands.engine == [
        *cli,
        "run",
        "bench.toml",
        "--json",
        "--real-time",
        "--out",
        "results",
    ]
    assert commands.off == [*cli, "off", "bench.toml"]


def test_a_config_that_is_no_file_is_refused_in_one_sentence(capsys, tmp_path):
    path = str(tmp_path / "none.toml")
    assert main([path]) == 2
    assert capsys.readouterr().err == texts.CLI_NO_FILE.format(path=path) + "\n"


def test_the_window_needs_only_a_link_and_a_stop_hand(qtbot):
    link = EngineLink(["/no/such/program"])
    window = Window(link, StopHand(link, ["/no/such/program"]))
    qtbot.addWidget(window)
    link.start()
    qtbot.waitUntil(
        lambda: texts.ENGINE_NOT_STARTED in notices(window), timeout=LIMIT_MS
    )
