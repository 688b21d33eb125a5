"""Opens what ``amf gui`` is given after a run: a record, two records, or a folder."""

import signal
import sys
from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QSettings, QTimer
from PySide6.QtWidgets import QApplication

from controller.errors import RunFileError
from gui import remembered
from gui import runs_texts as texts
from gui.compare_window import CompareWindow
from gui.replay_shell import Shell
from gui.replay_source import ReplaySource
from gui.replay_window import ReplayWindow
from gui.runs_page import RunsPage
from gui.runs_window import RunsWindow
from gui.window import Window

EXIT_DONE, EXIT_REFUSED = 0, 2
BEAT_MS = 200
OPTIONS = ("--out",)
DEFAULT_FOLDER = "runs"
ENDING = ".sqlite"


def is_after(arguments: Sequence[str]) -> bool:
    """Say whether the command line names records, or a folder, and not one config."""
    names = _names(arguments)
    records = [n for n in names if n.endswith(ENDING) or Path(n).is_dir()]
    return bool(records) or len(names) > 1


def open_after(paths: Sequence[Path], settings: QSettings | None = None) -> Shell:
    """Open the window on one run, two runs or a folder. Raises RunFileError."""
    missing = [path for path in paths if not path.exists()]
    if missing:
        raise RunFileError(texts.CLI_NO_RUN.format(path=missing[0]))
    folders = sum(path.is_dir() for path in paths)
    if len(paths) > 2 or (folders and len(paths) > 1):
        raise RunFileError(texts.CLI_MANY)
    if len(paths) == 2:
        window: Shell = CompareWindow(paths, settings)
    elif paths[0].is_dir():
        window = RunsWindow(paths[0], settings)
    else:
        window = ReplayWindow(ReplaySource(paths[0]), settings)
    window.show()
    return window


def add_runs(window: Window, out: str | None) -> RunsPage:
    """Add the list of runs to a live window: those in ``out``, else in ``runs``."""
    page = RunsPage(Path(DEFAULT_FOLDER if out is None else out))
    window.frame.add_page(page, texts.PAGE_RUNS)
    window.show_theme(window.theme)
    return page


def main(arguments: Sequence[str]) -> int:
    """Show it until it is closed; 2, with one sentence, where it is no record."""
    paths = [Path(name) for name in _names(arguments)]
    app = QApplication(sys.argv[:1])
    try:
        window = open_after(paths, QSettings(*remembered.PLACE))
    except RunFileError as error:
        print(error, file=sys.stderr)
        return EXIT_REFUSED
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: window.close())
    # Python sees a signal only while it runs: a beat lets it run.
    beat = QTimer()
    beat.timeout.connect(lambda: None)
    beat.start(BEAT_MS)
    app.exec()
    return EXIT_DONE


def _names(arguments: Sequence[str]) -> list[str]:
    """Take what is named, without the options and the values that follow them."""
    before = ["", *arguments]
    return [
        name
        for last, name in zip(before, arguments, strict=False)
        if not name.startswith("-") and last not in OPTIONS
    ]
