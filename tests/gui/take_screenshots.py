"""Grab the window into docs/pictures, offscreen unless told otherwise.

``python -m tests.gui.take_screenshots DIR`` shows scenes of the scripted engine;
nothing of them is a measurement. With a CONFIG after DIR it grabs the real engine's
run of it instead, ``LIVE_S`` after its start in simulated time; with ``after`` the
replay, the list, the comparison and the course of runs of the simulated bench, made
for it.
"""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QEventLoop, QTimer
from PySide6.QtWidgets import QApplication

from gui.app import Commands, commands_for, open_window
from gui.compare_window import CompareWindow
from gui.look import THEMES
from gui.replay_shell import Shell
from gui.replay_source import ReplaySource
from gui.replay_window import ReplayWindow
from gui.runs_task import CLI
from gui.runs_window import RunsWindow
from gui.window import Window

FAKE = [sys.executable, str(Path(__file__).with_name("fake_engine.py"))]
NOT_OFF = "import sys; print('psu does not answer'); sys.exit(4)"
LOOKS = (("dark", 1280, 720), ("light", 1920, 1080))
SNAPSHOTS = 1500
LIVE_S = 1500.0
# What lies in what lies in a layout takes a round of events each.
SETTLED = 8
LIMIT_MS = 400_000
SCENES = {
    "run": ["--bench", "simulated", "--share", "0.62"],
    "at_bound": ["--bench", "mixed", "--more-probes"],
    "trouble": ["--bench", "real", "--trouble", "--phase", "tripped"],
    "stopped": ["--bench", "simulated", "--stop", "ok"],
    "not_confirmed": ["--bench", "real", "--stop", "unconfirmed"],
}
AFTER = "after"
RUNS_AFTER = (
    ("dry_run_short", 1),
    ("dry_run_short", 2),
    ("dry_run", 1),
    ("dry_run", 2),
)
STOPPED = ("stopped", "not_confirmed")


def main(folder: Path, config: str | None) -> None:
    """Grab every scene at every size."""
    app = QApplication([])
    folder.mkdir(parents=True, exist_ok=True)
    if config == AFTER:
        take_after(app, folder)
        return
    if config is not None:
        take_live(app, folder, config)
        return
    for name, arguments in SCENES.items():
        engine = [*FAKE, "--interval-s", "0.001", *arguments]
        off = [sys.executable, "-c", NOT_OFF]
        take(app, folder, name, Commands(engine, off), SNAPSHOTS)


def take(
    app: QApplication, folder: Path, name: str, commands: Commands, snapshots: int
) -> None:
    """Open a window, wait for its scene, grab it, close it in good order."""
    window = open_window(commands)
    wait_for(lambda: window.presenter.snapshots >= snapshots)
    if name in STOPPED:
        window.press_stop()
        wait_for(lambda: not window.busy())
    grab_looks(app, window, folder, name)
    leave(window)


def take_live(app: QApplication, folder: Path, config: str) -> None:
    """Grab a run of the real engine on its simulated bench."""
    with TemporaryDirectory() as runs:
        window = open_window(commands_for(config, runs, by_clock=False))
        wait_for(lambda: window.presenter._snapshot.get("t_s", 0.0) >= LIVE_S, 1)
        grab_looks(app, window, folder, "live")
        leave(window)


def leave(window: Window) -> None:
    """Close a window, and wait for the end of what it runs."""
    closed = QEventLoop()
    window.closed.connect(closed.quit)
    if not window.close():
        closed.exec()
    window.deleteLater()


def grab_looks(app: QApplication, window: Window, folder: Path, name: str) -> None:
    """Save a scene in each theme, at its size."""
    for theme, width, height in LOOKS:
        window.frame.light.setChecked(theme == "light")
        grab(app, window, folder / f"window_{name}_{theme}_{width}x{height}.png")


def grab(app: QApplication, window: Window, path: Path) -> None:
    """Save one picture at the size that is in its name."""
    width, height = map(int, path.stem.rsplit("_", 1)[1].split("x"))
    window.resize(width, height)
    for _ in range(SETTLED):
        app.processEvents()
        window.repaint_now()
    window.grab().save(str(path))
    print(path, window.width(), window.height())


def take_after(app: QApplication, folder: Path) -> None:
    """Run the simulated bench, then grab every window of what comes after a run."""
    with TemporaryDirectory() as name:
        folder, runs = folder.resolve(), Path(name) / "runs"
        for config, seed in RUNS_AFTER:
            command = [*CLI, "run", f"configs/{config}.toml", "--out", str(runs)]
            subprocess.run([*command, "--seed", str(seed)], check=True)
        paths = sorted(runs.glob("*_dry_run.sqlite"))
        replay = ReplayWindow(ReplaySource(paths[0]))
        replay.seek(0.6 * replay.playback.to_s)
        grab_after(app, replay, folder, "replay")
        compared = CompareWindow(paths)
        wait_for(lambda: len(compared.summaries) == 2)
        grab_after(app, compared, folder, "compare")
        os.chdir(name)  # a picture shows no folder of this machine
        listed = RunsWindow(Path("runs"))
        listed.show()
        wait_for(lambda: listed.page.order.rowCount() == len(RUNS_AFTER))
        listed.page.table.selectRow(0)
        listed.page.act.course(listed.page.chosen())
        wait_for(lambda: listed.page.act.course_window is not None)
        grab_after(app, listed, folder, "runs")
        grab_after(app, listed.page.act.course_window, folder, "course")
        replay.playback.source.close()
        os.chdir(folder)


def grab_after(
    app: QApplication, window: Shell | None, folder: Path, name: str
) -> None:
    """Save a window in both themes and at every size."""
    assert window is not None
    window.show()
    for theme, width, height in LOOKS:
        window.show_theme(THEMES[theme])
        window.resize(width, height)
        for _ in range(SETTLED):
            app.processEvents()
        path = folder / f"window_{name}_{theme}_{width}x{height}.png"
        window.grab().save(str(path))
        print(path, window.width(), window.height())


def wait_for(condition: Callable[[], bool], step_ms: int = 50) -> None:
    """Run the event loop until the condition holds; give up loudly."""
    loop, timer = QEventLoop(), QTimer()
    timer.timeout.connect(lambda: loop.quit() if condition() else None)
    timer.start(step_ms)
    QTimer.singleShot(LIMIT_MS, loop.quit)
    loop.exec()
    if not condition():
        raise SystemExit("the scene did not come about")


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2] if len(sys.argv) > 2 else None)
