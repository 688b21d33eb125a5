"""The window of a course: a subject's sessions in order, with the dose they add up to.

What is shown is what ``amf report --course SUBJECT --json`` prints.
"""

from typing import Any

from PySide6.QtCore import QSettings, Signal
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QPushButton,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from controller.analysis.course import headings, rows
from gui import runs_texts as texts
from gui.notice_panel import NoticeLabel
from gui.panels import label
from gui.replay_shell import Shell
from gui.view import Notice
from gui.wording import fixed


class CourseWindow(Shell):
    """Shows a course; ``page_asked`` asks for its page in the browser."""

    page_asked = Signal()

    def __init__(self, course: dict[str, Any], settings: QSettings | None = None):
        super().__init__("course", settings)
        self.setWindowTitle(texts.TITLE_COURSE.format(subject=course["subject"]))
        self.band, self.table = NoticeLabel("band"), QTableWidget()
        self.band.show_notice(band_of(course))
        self.page = QPushButton(texts.COURSE_PAGE)
        self.page.clicked.connect(self.page_asked)
        self._fill(course)
        self._lay_out(course)
        self.restore()

    def restyle(self) -> None:
        """Take theme and scale."""
        self.band.show_theme(self.theme)
        self.table.resizeColumnsToContents()
        self.table.horizontalHeader().setStretchLastSection(True)

    def _fill(self, course: dict[str, Any]) -> None:
        names, table = headings(course), self.table
        table.setColumnCount(len(names))
        table.setHorizontalHeaderLabels(list(names))
        table.verticalHeader().setVisible(False)
        table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        table.setTabKeyNavigation(False)
        sessions = rows(course)
        table.setRowCount(len(sessions))
        for number, cells in enumerate(sessions):
            for column, cell in enumerate(cells):
                table.setItem(number, column, QTableWidgetItem(cell))

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
