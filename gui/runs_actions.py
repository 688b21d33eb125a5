"""What can be done with a run of the list: replay, report, export, compare, course."""

import json
from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from gui import runs_texts as texts
from gui.course_window import CourseWindow
from gui.runs_index import RunEntry
from gui.runs_task import Task, TaskEnd, open_in_browser, open_window_on

WORDS_KEPT = 300


class RunActions(QObject):
    """Does it, and says how it went. Replay and comparison are windows of their own.

    ``said`` carries a sentence, ``changed`` that something began or ended.
    """

    said = Signal(str)
    changed = Signal()

    def __init__(
        self,
        show_page: Callable[[Path], None] = open_in_browser,
        show_runs: Callable[[Sequence[Path]], None] = open_window_on,
    ) -> None:
        super().__init__()
        self.task = Task(self)
        self.course_window: CourseWindow | None = None
        self._show_page, self._show_runs = show_page, show_runs

    def busy(self) -> bool:
        """Say whether a command is at work."""
        return self.task.busy()

    def replay(self, runs: list[RunEntry]) -> None:
        """Open the replay of a run."""
        self._show_runs([runs[0].path])

    def compare(self, runs: list[RunEntry]) -> None:
        """Open the comparison of two runs, the earlier one first."""
        first, second = sorted(runs[:2], key=lambda run: run.started_utc)
        self._show_runs([first.path, second.path])

    def report(self, runs: list[RunEntry]) -> None:
        """Write the report beside the run, and open it."""
        self._run("report", [str(runs[0].path)], self._show_written)

    def export(self, runs: list[RunEntry], form: str) -> None:
        """Export beside the run."""
        self._run("export", [str(runs[0].path), "--to", form], lambda end: None)

    def course(self, runs: list[RunEntry]) -> None:
        """Show the sessions of a run's subject."""
        subject, folder = runs[0].subject, runs[0].path.parent
        if not subject:
            self.said.emit(texts.NO_SUBJECT)
            return
        arguments = [str(folder), "--course", subject]

        def show(end: TaskEnd) -> None:
            self.course_window = CourseWindow(json.loads(end.printed))
            self.course_window.page_asked.connect(
                lambda: self._run("report", arguments, self._show_written)
            )
            self.course_window.show()

        self._run("report", [*arguments, "--json"], show)

    def _run(
        self, what: str, arguments: list[str], show: Callable[[TaskEnd], None]
    ) -> None:
        if self.task.busy():
            return

        def take(end: TaskEnd) -> None:
            self.said.emit(_said(what, end))
            self.changed.emit()
            if end.exit_code == 0:
                show(end)

        self.said.emit(texts.WORKING.format(what=what))
        self.task.run([what, *arguments], take)
        self.changed.emit()

    def _show_written(self, end: TaskEnd) -> None:
        self._show_page(Path(end.last_line()))


def _said(what: str, end: TaskEnd) -> str:
    if end.exit_code is None:
        return texts.NOT_STARTED.format(what=what)
    if end.exit_code != 0:
        spoken = " ".join((end.errors or end.printed).split())[-WORDS_KEPT:]
        return texts.FAILED.format(what=what, code=end.exit_code, words=spoken)
    last = end.last_line()
    return texts.WRITTEN.format(path=last) if last not in ("", "}") else ""
