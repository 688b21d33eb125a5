"""How fast the window is, offscreen: ``python -m tests.benchmarks.gui_speed``.

Prints: the repaint of 8 curves × 864,000 points (24 h at 10 Hz) in this window's plots
and in those of PyMeasure's plot widget on the same data; this process's memory after
24 h of snapshots have been taken in; the time from start to the first plot of a real
engine's run; the engine's loop lateness (p99) while the window with 24 h is zoomed.
"""

import json
import os
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import numpy as np
from PySide6.QtCore import QEventLoop, QTimer
from PySide6.QtWidgets import QApplication, QWidget

from gui.app import commands_for, open_window
from gui.history import History
from gui.plots import RunPlots
from gui.pyramid import Pyramid
from gui.view import Curve, PlotView

CONFIG = "configs/dry_run_short.toml"
POINTS, CURVES, PERIOD_S = 864_000, 8, 0.1
ROLES = ("core", "margin", "healthy", "body")
REPAINTS = 30
ZOOMED_S = 15
SIZE_PX = (866, 420)


def main() -> None:
    """Print every figure with its limit."""
    if sys.argv[1:] == ["--memory"]:
        print(memory_of_a_day_mb())
        return
    if sys.argv[1:] == ["--pymeasure"]:
        print(json.dumps(time_pymeasure_ms(QApplication([]))))
        return
    app = QApplication([])
    ours = {"whole": time_ours_ms(app, None), "1 h": time_ours_ms(app, 3600.0)}
    print(f"repaint of {CURVES} × {POINTS} points, mean ms of processor time (<= 50):")
    print("  this window:         ", in_words(ours))
    print("  PyMeasure's PlotFrame:", pymeasure_in_words())
    day_mb = child("--memory").stdout.strip()
    print(f"memory of the window's process after 24 h at 10 Hz: {day_mb} MB (<= 1000)")
    first_s, late_ms = a_real_run(app)
    print(f"start to first plot: {first_s:.2f} s (<= 3)")
    print(f"loop lateness, p99, zoomed on 24 h: {late_ms:.2f} ms (<= 5)")


def samples(seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Make a day of one probe: noise on a slow wave."""
    times_s = np.arange(POINTS) * PERIOD_S
    noise = np.random.default_rng(seed).normal(0.0, 0.05, POINTS)
    return times_s, 37.0 + seed + np.sin(times_s / 1500.0) + noise


def a_day() -> PlotView:
    """Make the view of a whole day."""
    curves = []
    for number in range(CURVES):
        pyramid = Pyramid()
        pyramid.extend(*samples(number))
        role = ROLES[number % len(ROLES)]
        curves.append(Curve(f"p{number}", role, number // len(ROLES), pyramid))
    return PlotView(tuple(curves), (), None, (42.0, 45.0), "band", (), ())


def time_ours_ms(app: QApplication, span_s: float | None) -> list[float]:
    """Time our plots, each repaint with one sample more, as in a run."""
    plots, view = RunPlots(), a_day()
    plots.resize(*SIZE_PX)
    plots.show()
    plots.show_span(span_s)

    def one_more(number: int) -> None:
        for curve in view.curves:
            curve.samples.append(PERIOD_S * (POINTS + number), 40.0)
        plots.show_view(view)

    return time_repaints_ms(app, plots, one_more)


def time_pymeasure_ms(app: QApplication) -> dict[str, list[float]]:
    """Time PyMeasure's plot widget: all its points, as it draws them."""
    import pyqtgraph as pg
    from pymeasure.display.widgets.plot_frame import PlotFrame

    frame = PlotFrame("time", "temperature", refresh_time=3600.0)
    frame.resize(*SIZE_PX)
    frame.show()
    data = [samples(number) for number in range(CURVES)]
    items = [
        pg.PlotDataItem(pen=pg.mkPen(pg.intColor(number), width=1))
        for number in range(CURVES)
    ]
    for item in items:
        frame.plot.addItem(item)

    def again(_: int) -> None:
        for item, (times_s, values) in zip(items, data, strict=True):
            item.setData(times_s, values)

    plain = time_repaints_ms(app, frame, again, repaints=4)
    frame.plot.setDownsampling(auto=True, mode="peak")
    frame.plot.setClipToView(True)
    peaks = time_repaints_ms(app, frame, again)
    return {"as it comes": plain, "with automatic peak down-sampling": peaks}


def time_repaints_ms(
    app: QApplication,
    widget: QWidget,
    change: Callable[[int], None],
    repaints: int = REPAINTS,
) -> list[float]:
    """Time changing the data and painting it, in ms; the first is left out.

    Processor time of this process, so that a busy machine does not count.
    """
    taken_ms = []
    for number in range(repaints + 1):
        app.processEvents()
        started_s = time.process_time()
        change(number)
        widget.grab()
        taken_ms.append(1000.0 * (time.process_time() - started_s))
    return taken_ms[1:]


def in_words(figures: dict[str, list[float]]) -> str:
    """Write mean and largest of each."""
    return ", ".join(
        f"{name}: {np.mean(ms):.1f} (largest {max(ms):.1f})"
        for name, ms in figures.items()
    )


def pymeasure_in_words() -> str:
    """Time PyMeasure in a process of its own; it may be missing or fail here."""
    done = child("--pymeasure")
    if done.returncode != 0:
        return f"does not run here ({done.stderr.strip().splitlines()[-1:]})"
    return in_words(json.loads(done.stdout))


def child(option: str) -> subprocess.CompletedProcess[str]:
    """Run a part of this benchmark in a process of its own."""
    command = [sys.executable, "-m", "tests.benchmarks.gui_speed", option]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def memory_of_a_day_mb() -> int:
    """Take a day of snapshots into a window's history; give this process's peak."""
    import resource

    app = QApplication([])
    window = open_window(commands_for("/no/such/config", None))
    window.resize(1280, 720)
    fill(window.presenter._history)
    for _ in range(20):
        window.repaint_now()
        app.processEvents()
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def fill(history: History) -> None:
    """Put a day into a window's history, before the run's own first time."""
    for number, pyramid in enumerate(history._probes.values() or extra(history)):
        times_s, values = samples(number)
        pyramid.extend(times_s - POINTS * PERIOD_S, values)
    for pyramid in history._shares.values():
        pyramid.extend(times_s - POINTS * PERIOD_S, values)


def extra(history: History) -> list[Pyramid]:
    """Give a history without a bench eight probes."""
    names = [f"p{number}" for number in range(CURVES)]
    history.take_hello({"probes": [{"name": name, "role": "core"} for name in names]})
    return list(history._probes.values())


def a_real_run(app: QApplication) -> tuple[float, float]:
    """Open the window on a real engine and zoom; give (first plot s, late p99 ms)."""
    with tempfile.TemporaryDirectory() as folder:
        started_s = time.perf_counter()
        window = open_window(commands_for(CONFIG, folder))
        wait_for(lambda: window.presenter.snapshots > 0)
        window.repaint_now()
        app.processEvents()
        first_s = time.perf_counter() - started_s
        history = window.presenter._history
        history._probes = {name: Pyramid() for name in history._probes}
        history._shares = {name: Pyramid() for name in history._shares}
        fill(history)
        zoom(window.run.plots)
        closed = QEventLoop()
        window.closed.connect(closed.quit)
        if not window.close():
            closed.exec()
        (path,) = Path(folder).glob("*.sqlite")
        db = sqlite3.connect(path)
        query = "SELECT late_s FROM ticks WHERE t_s > 3"
        late_s = [row[0] for row in db.execute(query)]
        db.close()
    return first_s, 1000.0 * float(np.percentile(late_s, 99))


def zoom(plots: RunPlots) -> None:
    """Zoom in and out over the day, twenty times a second."""
    from_s, width_s = -POINTS * PERIOD_S, POINTS * PERIOD_S
    ended, timer = QEventLoop(), QTimer()
    steps = iter(range(20 * ZOOMED_S))

    def step() -> None:
        number = next(steps, None)
        if number is None:
            ended.quit()
            return
        share = 0.5 + 0.49 * float(np.cos(number / 10.0))
        plots.look_at(from_s + (1.0 - share) * width_s, from_s + width_s)

    timer.timeout.connect(step)
    timer.start(50)
    ended.exec()


def wait_for(condition: Callable[[], bool]) -> None:
    """Run the event loop until a condition holds; give up after a minute."""
    loop, timer = QEventLoop(), QTimer()
    timer.timeout.connect(lambda: loop.quit() if condition() else None)
    timer.start(5)
    QTimer.singleShot(60_000, loop.quit)
    loop.exec()
    if not condition():
        raise SystemExit("the engine did not begin")


if __name__ == "__main__":
    main()
