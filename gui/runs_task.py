"""Runs ``amf report``, ``amf export`` and their like, each in a process of its own.

The window stays alive meanwhile: while a run goes on, a window that hangs stops it.
"""

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QObject, QProcess, QUrl
from PySide6.QtGui import QDesktopServices

CLI = (sys.executable, "-m", "controller.cli")
WINDOW = (sys.executable, "-m", "gui")


@dataclass(frozen=True, slots=True)
class TaskEnd:
    """How a command ended; ``exit_code`` is None where it could not be started."""

    exit_code: int | None
    printed: str
    errors: str

    def last_line(self) -> str:
        """Give the last line that was printed, the path of what was written."""
        lines = self.printed.strip().splitlines()
        return lines[-1].strip() if lines else ""


class Task(QObject):
    """One command at a time; ``then`` is called with its end."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._process = QProcess(self)
        self._process.finished.connect(self._finished)
        self._process.errorOccurred.connect(self._failed)
        self._then: Callable[[TaskEnd], None] | None = None

    def busy(self) -> bool:
        """Say whether a command is at work."""
        return self._then is not None

    def run(
        self,
        arguments: Sequence[str],
        then: Callable[[TaskEnd], None],
        program: Sequence[str] = CLI,
    ) -> None:
        """Start a command; while one is at work nothing is started."""
        if self._then is None:
            self._then = then
            command = [*program, *arguments]
            self._process.start(command[0], command[1:])

    def _finished(self, exit_code: int) -> None:
        printed = bytes(self._process.readAllStandardOutput().data())
        errors = bytes(self._process.readAllStandardError().data())
        self._end(
            TaskEnd(
                exit_code,
                printed.decode(errors="replace"),
                errors.decode(errors="replace"),
            )
        )

    def _failed(self, error: QProcess.ProcessError) -> None:
        # Only a failed start has no ``finished`` after it.
        if error == QProcess.ProcessError.FailedToStart:
            self._end(TaskEnd(None, "", self._process.errorString()))

    def _end(self, end: TaskEnd) -> None:
        then, self._then = self._then, None
        if then is not None:
            then(end)


def open_in_browser(path: Path) -> None:
    """Open a page where the desktop opens pages."""
    QDesktopServices.openUrl(QUrl.fromLocalFile(str(path.resolve())))


def open_window_on(paths: Sequence[Path]) -> None:
    """Open another window on run files, in a process of its own."""
    QProcess.startDetached(WINDOW[0], [*WINDOW[1:], *map(str, paths)])
