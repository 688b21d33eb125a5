"""Opens what ``amf gui`` is given after a run: a record, two records, or a folder."""

import signal
import sys
from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QSettings
from PySide6.QtWidgets import QApplication

from controller.errors import RunFileError
from gui import remembered
from gui import runs_texts as texts
from gui.compare_window import CompareWindow
from gui.replay_shell import Shell
from gui.replay_source import ReplaySource
from gui.replay_window import ReplayWindow
from gui.runs_window import RunsWindow

EXIT_DONE, EXIT_REFUSED = 0, 2
ENDING = ".sqlite"


def is_after(paths: Sequence[str]) -> bool:
    """Say whether these are records or a folder of them, and not one config."""
    return len(paths) > 1 or Path(paths[0]).is_dir() or paths[0].endswith(ENDING)


def open_after(paths: Sequence[Path], settings: QSettings | None = None) -> Shell:
    """Open the window on one run, two runs or a folder. Raises RunFileError."""
    if len(paths) == 2:
        window: Shell = CompareWindow(paths, settings)
    elif len(paths) > 2:
        raise RunFileError(texts.CLI_MANY)
    elif paths[0].is_dir():
        window = RunsWindow(paths[0], settings)
    else:
        window = ReplayWindow(ReplaySource(paths[0]), settings)
    window.show()
    return window


def main(names: Sequence[str]) -> int:
    """Show it until it is closed; 2, with one sentence, where it is no record."""
    app = QApplication(sys.argv[:1])
    try:
        window = open_after([Path(n) for n in names], QSettings(*remembered.PLACE))
    except RunFileError as error:
        print(error, file=sys.stderr)
        return EXIT_REFUSED
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: window.close())
    app.exec()
    return EXIT_DONE
