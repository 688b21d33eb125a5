"""Grab the pages around a run into a folder, offscreen unless told otherwise.

``python -m tests.gui.take_page_screenshots DIR`` opens configs of ``configs/`` and runs
their check, touch test, calibrations, SAR matrix and tuning on simulated instruments.
"""

import os
import shutil
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtWidgets import QApplication

from gui.app import open_window
from gui.window import Window
from tests.gui.take_screenshots import grab_looks, wait_for

# Copied into the folder that the pictures are taken in: they show no machine's paths.
CONFIGS = Path("configs")
# A quick matrix, so that the whole of it is on the picture in seconds.
QUICK = (
    ("longest_wait_s = 7200.0", "longest_wait_s = 900.0"),
    ("repeats = 3", "repeats = 1"),
    ("amplitudes_a_per_m = [6000.0, 8500.0, 11000.0]", "amplitudes_a_per_m = [9e3]"),
)


class Camera:
    """One window, grabbed scene by scene at every size and theme."""

    def __init__(self, app: QApplication, folder: Path) -> None:
        self._app, self._folder = app, folder
        self.window: Window = open_window(None)
        self.pages = self.window.pages

    def open_file(self, path: Path) -> None:
        """Open a config."""
        self.pages.open_file(path, "runs")

    def shoot(self, name: str) -> None:
        """Grab what is to be seen now."""
        grab_looks(self._app, self.window, self._folder, f"page_{name}")

    def until_idle(self) -> None:
        """Wait for the end of what runs."""
        wait_for(lambda: not self.window.busy())

    def turn_to(self, page: object) -> None:
        """Turn to a page."""
        self.window.frame.pages.setCurrentWidget(page)


def main(folder: Path) -> None:
    """Grab every page at every size."""
    app = QApplication([])
    folder.mkdir(parents=True, exist_ok=True)
    folder, home = folder.resolve(), Path.cwd()
    with tempfile.TemporaryDirectory() as scratch:
        shutil.copytree(CONFIGS, Path(scratch) / CONFIGS)
        os.chdir(scratch)
        camera = Camera(app, folder)
        scenes: tuple[Callable[[Camera], None], ...] = (
            config,
            check,
            touch,
            start,
            calibration,
            tuning,
            sar,
        )
        for scene in scenes:
            scene(camera)
        camera.window.close()
        os.chdir(home)


def config(camera: Camera) -> None:
    """A config with a mistake at its field."""
    camera.turn_to(camera.pages.before)
    camera.shoot("empty")
    camera.open_file(CONFIGS / "dry_run.toml")
    form = camera.pages.before.config
    form.show_table("treatment")
    form.enter("treatment", "setpoint_c", "49")
    form.enter("treatment", "hold_s", "a while")
    camera.shoot("config")
    form.open_file(CONFIGS / "dry_run.toml")


def check(camera: Camera) -> None:
    """The check of a simulated bench."""
    before = camera.pages.before
    before.steps.setCurrentWidget(before.check)
    before.check.start()
    camera.until_idle()
    camera.shoot("check")


def touch(camera: Camera) -> None:
    """A touch test in which readings were handed in; nothing of it is measured."""
    view = camera.pages.before.touch
    camera.pages.before.steps.setCurrentWidget(view)
    view.go.click()
    wait_for(lambda: bool(view._now_c))
    view._timer.stop()
    begun_c = [37.0, 37.1, 37.0, 36.9]
    view.take(begun_c)
    view.test.begin_turn()
    view.take(begun_c)
    view.take([38.2, 37.1, 37.1, 36.9])
    camera.shoot("touch")
    view.go.click()
    camera.until_idle()


def start(camera: Camera) -> None:
    """The start, on a simulated bench and on one with real instruments."""
    before = camera.pages.before
    before.steps.setCurrentWidget(before.start)
    camera.shoot("start")
    camera.open_file(CONFIGS / "bench_magnetherm.toml")
    before.check._take("check", [REAL_CHECK])
    before.start.boxes[0].setChecked(True)
    camera.shoot("start_real")
    before.steps.setCurrentWidget(before.check)
    camera.shoot("check_real")


REAL_CHECK = {
    "kind": "check",
    "off": {"confirmed": True, "sentence": "field off, confirmed by read-back"},
    "independent_shut_off": False,
    "instruments": {
        "psu": {
            "kind": "real",
            "maker": "THURLBY THANDAR",
            "model": "QPX1200SP",
            "serial": "000000",
            "firmware": "0.00",
            "watchdog": "",
            "reading": {"voltage_v": 0.0, "current_a": 0.0, "output_on": False},
            "trouble": "",
        },
        "thermometer": {
            "kind": "real",
            "maker": "Neoptix",
            "model": "ReFlex-4",
            "serial": "000000",
            "reading": {},
            "trouble": "thermometer: asked for channel 1, no answer came within 1 s",
        },
    },
    "warnings": ["the computer runs on its battery"],
}


def calibration(camera: Camera) -> None:
    """Resonance, field and results of a simulated coil."""
    view = camera.pages.calibration
    camera.open_file(CONFIGS / "dry_run.toml")
    camera.turn_to(view)
    view.start("calibrate field")
    camera.until_idle()
    wait_for(lambda: not view.command)
    camera.shoot("calibration_results")
    for step, plot in view.plots.items():
        view.tabs.setCurrentWidget(plot)
        camera.shoot(f"calibration_{step}")
    view.start("calibrate probes")
    camera.until_idle()
    camera.shoot("calibration_probes")


def tuning(camera: Camera) -> None:
    """A step test of a simulated sample."""
    camera.turn_to(camera.pages.tuning)
    camera.pages.tuning.go.click()
    camera.until_idle()
    camera.shoot("tuning")


def sar(camera: Camera) -> None:
    """A small matrix, while it is measured and after."""
    text = (CONFIGS / "dry_run_sar.toml").read_text(encoding="utf-8")
    for old, new in QUICK:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    path = CONFIGS / "dry_run_sar.toml"
    path.write_text(text, encoding="utf-8")
    view = camera.pages.sar
    camera.open_file(path)
    camera.turn_to(view)
    camera.shoot("sar_sample")
    view.start("sar run")
    wait_for(lambda: view.curve.shown("cooling") > 20)
    camera.shoot("sar_curve")
    camera.until_idle()
    wait_for(lambda: bool(view.result))
    camera.shoot("sar_results")
    for at, name in ((3, "budget"), (4, "chart")):
        view.tabs.setCurrentIndex(at)
        camera.shoot(f"sar_{name}")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
