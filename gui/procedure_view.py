"""What the pages of procedures share: which config, start, progress, how it ended."""

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QVBoxLayout

from gui import texts_bench as texts
from gui.commands import procedure
from gui.desk import Desk
from gui.file_choice import choose
from gui.notice_panel import NoticeLabel
from gui.outcome import EngineEnd
from gui.page import Page, button
from gui.panels import ElidedLabel
from gui.question_panel import QuestionPanel
from gui.view import Notice
from gui.wording import Message, number, words

ORDERLY = (0, 3)


class ProcedureView(Page):
    """A page that runs commands of ``amf`` on the config that is open.

    ``commands`` maps the words of a command to what its button says; a subclass takes
    messages by ``take``, lines of stderr by ``take_line`` and the end by ``over``.
    """

    finished = Signal(str)

    def __init__(self, desk: Desk, commands: dict[str, str], file_words: str) -> None:
        super().__init__()
        self.desk, self.config = desk, ""
        self.out: str | None = None
        self.command = ""
        self.answers = ""
        self.ended_with: Message = {}
        self._path = ElidedLabel("caption")
        self.starts = {name: button(said) for name, said in commands.items()}
        self.file = button(file_words)
        self.progress = QProgressBar()
        self.progress.setRange(0, 1000)
        self.progress.setTextVisible(False)
        self.state, self.questions = NoticeLabel(), QuestionPanel()
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(0, 4, 0, 0)
        self._lay_out_head()
        self._listen()
        self.show_config("")

    def show_config(self, path: str, usable: bool = True) -> None:
        """Take the config that is open; "" for none, or for one that is not saved."""
        self.config = path if usable else ""
        said = texts.CONFIG_OF.format(path=path) if path else texts.NO_CONFIG
        self._path.show_text(said)
        self._open_up()

    def start(self, command: str) -> None:
        """Start a command."""
        option = self.option_of(command)
        more = (option, self.answers) if self.answers and option else ()
        line = procedure(command, self.config, self.out, *more)
        if not self.desk.start(command, line, self.config):
            self.state.show_notice(Notice(texts.BUSY, "caution"))
            return
        self.command, self.ended_with = command, {}
        self.progress.setValue(0)
        self.state.show_notice(Notice())
        self.begun()

    def option_of(self, command: str) -> str:
        """Give the option that names the file of answers."""
        return "--checklist"

    def begun(self) -> None:
        """Clear what the last one showed."""

    def take(self, message: Message) -> None:
        """Take a message of the procedure."""

    def take_line(self, line: str) -> None:
        """Take a line of its stderr."""

    def over(self, end: EngineEnd) -> None:
        """Take its end."""

    def _lay_out_head(self) -> None:
        bar = QHBoxLayout()
        for start in self.starts.values():
            bar.addWidget(start)
        bar.addWidget(self.file)
        bar.addWidget(self._path, 1)
        self.column.addLayout(bar)
        self.column.addWidget(self.progress)
        self.column.addWidget(self.state)
        self.column.addWidget(self.questions)

    def _listen(self) -> None:
        for name, start in self.starts.items():
            start.clicked.connect(lambda _=False, n=name: self.start(n))
        self.file.clicked.connect(self._ask_file)
        self.questions.answered.connect(self.desk.answer)
        self.desk.received.connect(self._take_all)
        self.desk.said.connect(self._take_line)
        self.desk.ended.connect(self._take_end)
        self.desk.changed.connect(self._open_up)

    def _mine(self, name: str) -> bool:
        return bool(self.command) and name == self.command

    def _take_all(self, name: str, messages: Sequence[Message]) -> None:
        if not self._mine(name):
            return
        for message in messages:
            share = number(message, "share")
            if share is not None and words(message, "kind") == "point":
                self.progress.setValue(round(1000 * share))
            if words(message, "kind") == "question":
                self.questions.show_question(message)
            elif words(message, "kind") == "end":
                self.ended_with = message
            elif words(message, "sentence"):
                self.state.show_notice(Notice(words(message, "sentence")))
            self.take(message)

    def _take_line(self, name: str, line: str) -> None:
        if self._mine(name):
            self.take_line(line)

    def _take_end(self, name: str, end: EngineEnd) -> None:
        if not self._mine(name):
            return
        self.questions.forget()
        self.state.show_notice(end_notice(self.ended_with, end))
        if end.exit_code == 0 and not end.crashed:
            self.progress.setValue(1000)
        self.over(end)
        self.command = ""
        self.finished.emit(name)

    def _open_up(self) -> None:
        ready = bool(self.config) and self.desk.available()
        for start in self.starts.values():
            start.setEnabled(ready)
        if self.desk.stopping and self._mine(self.desk.name):
            self.state.show_notice(Notice(texts.STOPPING, "caution"))

    def _ask_file(self) -> None:
        choose(self, self._take_file)

    def _take_file(self, path: Path) -> None:
        self.answers = str(path)
        self.file.setToolTip(self.answers)
        self.file.setText(path.name)


def end_notice(end: Message, process: EngineEnd) -> Notice:
    """Say how a procedure ended: by its own word, else by what it left on stderr."""
    if process.crashed:
        return Notice(texts.KILLED, "fault")
    code = process.exit_code
    said = words(end, "sentence") or process.words
    if not process.started:
        said = f"{texts.NOT_STARTED}: {process.words}"
    said = said or texts.ENDED_BY_CODE.format(code=code)
    if code == 0:
        return Notice(said, "good")
    return Notice(said, "caution" if code in ORDERLY else "fault")
