"""A question that the engine asks before the field may come on, with its answers."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QPushButton, QVBoxLayout, QWidget

from gui import texts_bench as texts
from gui.notice_panel import NoticeLabel
from gui.page import button
from gui.view import Notice
from gui.wording import Message, words


class QuestionPanel(QWidget):
    """Hidden while nothing is asked; ``answered`` carries the question's name."""

    answered = Signal(str, str)

    def __init__(self) -> None:
        super().__init__()
        self.name, self._open_end = "", ""
        self.sentence, self.more = NoticeLabel("field"), QLineEdit()
        self.more.setPlaceholderText(texts.QUESTION_NAME)
        self.buttons: list[QPushButton] = []
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.sentence)
        self._row = QHBoxLayout()
        self._row.addWidget(self.more, 1)
        column.addLayout(self._row)
        self.setVisible(False)

    def show_question(self, question: Message) -> None:
        """Show a question with a button for each of its answers."""
        self.forget()
        self.name, self._open_end = words(question, "name"), words(question, "open_end")
        self.sentence.show_notice(Notice(words(question, "sentence"), "caution"))
        self.more.clear()
        self.more.setVisible(bool(self._open_end))
        answers = question.get("answers")
        for answer in answers if isinstance(answers, list) else []:
            self._add(str(answer), str(answer))
        if self._open_end:
            self._add(texts.QUESTION_MORE.format(answer=self._open_end), "")
        self.setVisible(True)

    def forget(self) -> None:
        """Show nothing: it is answered, or nobody asks any more."""
        for old in self.buttons:
            self._row.removeWidget(old)
            old.deleteLater()
        self.buttons = []
        self.setVisible(False)

    def _add(self, shown: str, answer: str) -> None:
        made = button(shown)
        made.clicked.connect(lambda: self._answer(answer))
        self._row.addWidget(made)
        self.buttons.append(made)

    def _answer(self, answer: str) -> None:
        """Send an answer; one with an open end needs the name that goes with it."""
        said = answer or f"{self._open_end} {self.more.text().strip()}".strip()
        if not answer and said == self._open_end:
            self.more.setFocus()
            return
        name = self.name
        self.forget()
        self.answered.emit(name, said)
