"""The window of a course: a subject's sessions in order, with the dose they add up to.

What is shown is what ``amf report --course SUBJECT --json`` prints.
"""

from typing import Any

from PySide6.QtCore import QSettings, Qt, Signal
from PySide6.QtWidgets import (
    QHBoxLayout,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from controller.analysis.course import headings, rows
from gui import runs_texts as texts
from gui.notice_panel import NoticeLabel
from gui.panels import label
from gui.replay_shell import Shell
from gui.table import Table
from gui.view import Notice
from gui.wording import fixed


class CourseWindow(Shell):
    """Shows a course; ``page_asked`` asks for its page in the browser."""

    page_asked = Signal()

    def __init__(self, course: dict[str, Any], settings: QSettings | None = None):
        super().__init__("course", settings)
        self.setWindowTitle(texts.TITLE_COURSE.format(subject=course["subject"]))
        self.band, self.table = NoticeLabel("band"), Table(headings(course))
        self.band.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.band.show_notice(band_of(course))
        self.page = QPushButton(texts.COURSE_PAGE)
        self.page.clicked.connect(self.page_asked)
        self.table.show_rows(rows(course))
        self._lay_out(course)
        self.restore()

    def restyle(self) -> None:
        """Hand the theme to the band, which paints itself."""
        self.band.show_theme(self.theme)

    def _lay_out(self, course: dict[str, Any]) -> None:
        page = QWidget()
        column = QVBoxLayout(page)
        column.setContentsMargins(8, 8, 8, 8)
        column.setSpacing(6)
        subject, count = course["subject"], len(course["sessions"])
        totals = course["cumulative_cem43_min"].items()
        doses = ", ".join(f"{probe} {fixed(dose, 2)}" for probe, dose in totals)
        head = QHBoxLayout()
        title = texts.COURSE_HEAD.format(subject=subject, count=count)
        head.addWidget(label("figure", title), 1)
        head.addWidget(self.page)
        note = label("caption", texts.COURSE_NOTE)
        note.setWordWrap(True)
        column.addWidget(self.band)
        column.addLayout(head)
        column.addWidget(label("figure", texts.COURSE_TOTAL.format(doses=doses)))
        column.addWidget(self.table, 1)
        column.addWidget(note)
        self.setCentralWidget(page)


def band_of(course: dict[str, Any]) -> Notice:
    """Say which sessions were simulated; nothing where none was."""
    kinds = set(course["simulated"])
    if kinds == {True}:
        return Notice(texts.COURSE_SIMULATED, "caution")
    return Notice(texts.COURSE_PARTLY, "fault") if True in kinds else Notice()
