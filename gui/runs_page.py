"""The page of the runs in a folder: search, sort, and what can be done with a run."""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QResizeEvent, QShowEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QHeaderView,
    QLineEdit,
    QPushButton,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from controller.errors import RunFileError
from gui import runs_texts as texts
from gui.file_choice import Mode, choose
from gui.form_row import Choice
from gui.look import Theme
from gui.page import Page
from gui.panels import ElidedLabel, Panel
from gui.runs_actions import RunActions
from gui.runs_index import RunEntry, read_entry, summary_lines
from gui.runs_model import SPARK_COLUMN, RunsModel, RunsOrder, SparkDelegate

RUN_FILES = "*.sqlite"
ROW_PX, SUMMARY_LINES = 34, 5
# Shares of the width; the last column has the rest.
SHARES = (172, 124, 116, 96, 70, 68, 110, 200)
SHARES_OF = sum(SHARES)


class RunsPage(Page):
    """Lists the run files of ``folder``, read one by one so that nothing waits."""

    def __init__(self, folder: Path, actions: RunActions | None = None) -> None:
        super().__init__()
        self.folder = folder
        self.act = actions or RunActions()
        self.runs = RunsModel()
        self.order = RunsOrder(self.runs)
        self.table, self.spark = QTableView(), SparkDelegate()
        self.search, self.forms = QLineEdit(), Choice()
        self.buttons = {
            "replay": QPushButton(texts.REPLAY),
            "report": QPushButton(texts.REPORT),
            "export": QPushButton(texts.EXPORT),
            "compare": QPushButton(texts.COMPARE),
            "course": QPushButton(texts.COURSE),
        }
        self._found, self._news = ElidedLabel("caption"), ElidedLabel("caption")
        self._summary = [ElidedLabel("") for _ in range(SUMMARY_LINES)]
        self._left: list[Path] = []
        self._read: list[Path] = []
        self._bad: list[str] = []
        self._reading = QTimer(self)
        self._reading.timeout.connect(self._read_next)
        self._lay_out()
        self._listen()
        self._choose()

    def refresh(self) -> None:
        """Read the folder anew."""
        self.runs.clear()
        self._bad = []
        self._read = sorted(self.folder.glob(RUN_FILES))
        self._left = list(self._read)
        self._reading.start()
        self._count()

    def reading(self) -> bool:
        """Say whether there are files still to be read."""
        return self._reading.isActive()

    def chosen(self) -> list[RunEntry]:
        """Give the runs that are chosen, in the order shown."""
        selection = self.table.selectionModel().selectedRows()
        return [self.order.entry(row) for row in sorted(i.row() for i in selection)]

    def show_theme(self, theme: Theme, scale: float) -> None:
        """Take a theme and the window's scale."""
        super().show_theme(theme, scale)
        self.spark.theme = theme
        self.table.verticalHeader().setDefaultSectionSize(round(ROW_PX * scale))
        self.table.viewport().update()

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802 (Qt's name)
        """Read the folder where it is not what was read last."""
        super().showEvent(event)
        if self._read != sorted(self.folder.glob(RUN_FILES)):
            self.refresh()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        """Share the width among the columns."""
        super().resizeEvent(event)
        for column, share in enumerate(SHARES):
            self.table.setColumnWidth(column, share * self.width() // SHARES_OF)

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 4, 0, 0)
        column.setSpacing(4)
        self.search.setPlaceholderText(texts.SEARCH_HINT)
        self.search.setClearButtonEnabled(True)
        self.choose_folder = QPushButton(texts.FOLDER)
        self.again = QPushButton(texts.REFRESH)
        self.light = QPushButton(texts.THEME)
        self.light.setCheckable(True)
        # In the live window the frame has one for all pages.
        self.light.setVisible(False)
        above = (self.search, self.again, self.choose_folder, self.light)
        column.addLayout(_row(*above))
        self._found.setMinimumHeight(18)
        column.addWidget(self._found)
        self._set_up_table()
        column.addWidget(self.table, 1)
        for name, button in self.buttons.items():
            button.setToolTip(texts.TIPS[name])
        self.forms.addItems(texts.EXPORT_FORMS)
        does = self.buttons
        first = (does["replay"], does["report"], does["export"], self.forms)
        column.addLayout(_row(*first, None, does["compare"], does["course"]))
        column.addWidget(self._news)
        column.addWidget(self._summary_panel())

    def _summary_panel(self) -> QWidget:
        panel = Panel()
        lines = QVBoxLayout(panel)
        lines.setContentsMargins(10, 4, 10, 4)
        lines.setSpacing(2)
        for line in self._summary:
            lines.addWidget(line)
        return panel

    def _set_up_table(self) -> None:
        table = self.table
        table.setModel(self.order)
        table.setSortingEnabled(True)
        table.sortByColumn(0, Qt.SortOrder.DescendingOrder)
        table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        table.setItemDelegateForColumn(SPARK_COLUMN, self.spark)
        table.setShowGrid(False)
        table.setWordWrap(False)
        table.setTabKeyNavigation(False)
        table.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        table.verticalHeader().setVisible(False)
        table.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        header = table.horizontalHeader()
        header.setStretchLastSection(True)
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft)
        header.setHighlightSections(False)

    def _listen(self) -> None:
        self.search.textChanged.connect(self._search)
        self.again.clicked.connect(self.refresh)
        self.choose_folder.clicked.connect(self._ask_folder)
        self.table.selectionModel().selectionChanged.connect(self._choose)
        self.order.modelReset.connect(self._choose)
        self.table.doubleClicked.connect(lambda _: self._do(self.act.replay))
        actions = self.act
        does: dict[str, Callable[[list[RunEntry]], None]] = {
            "replay": actions.replay,
            "report": actions.report,
            "export": lambda runs: actions.export(runs, self.forms.currentText()),
            "compare": actions.compare,
            "course": actions.course,
        }
        for name, do in does.items():
            self.buttons[name].clicked.connect(lambda _=False, do=do: self._do(do))
        actions.said.connect(self._news.show_text)
        actions.changed.connect(self._choose)

    def _do(self, action: Callable[[list[RunEntry]], None]) -> None:
        if chosen := self.chosen():
            action(chosen)

    def _search(self, query: str) -> None:
        self.order.search(query)
        self._count()

    def _ask_folder(self) -> None:
        choose(self, self._take_folder, wanted=Mode.Directory, start=str(self.folder))

    def _take_folder(self, folder: Path) -> None:
        self.folder = folder
        self.refresh()

    def _read_next(self) -> None:
        """Read one file: between two of them the window does what it has to."""
        if self._left:
            path = self._left.pop()
            try:
                self.runs.add([read_entry(path)])
            except RunFileError as error:
                self._bad.append(str(error))
        else:
            self._reading.stop()
        self._count()

    def _count(self) -> None:
        self._found.show_text(self._counted())

    def _counted(self) -> str:
        if not self.folder.is_dir():
            return texts.NO_FOLDER.format(folder=self.folder)
        if self._left:
            return texts.READING.format(folder=self.folder, left=len(self._left))
        shown, known = self.order.rowCount(), self.runs.rowCount()
        found = texts.FOUND.format(shown=shown, all=known, folder=self.folder)
        if not self._bad:
            return found
        bad = texts.LEFT_OUT.format(count=len(self._bad), why=self._bad[0])
        return f"{found}   ·   {bad}"

    def _choose(self) -> None:
        """Offer what can be done with what is chosen, and say what it was."""
        chosen = self.chosen()
        free = not self.act.busy()
        one, two = len(chosen) == 1, len(chosen) == 2
        self.buttons["replay"].setEnabled(one)
        self.buttons["report"].setEnabled(one and free)
        self.buttons["export"].setEnabled(one and free)
        self.buttons["compare"].setEnabled(two)
        self.buttons["course"].setEnabled(one and bool(chosen[0].subject) and free)
        lines = summary_lines(chosen[0]) if one else [texts.CHOOSE]
        padded = lines + [""] * (SUMMARY_LINES - len(lines))
        for shown, line in zip(self._summary, padded, strict=True):
            shown.show_text(line)


def _row(*widgets: QWidget | None) -> QHBoxLayout:
    """Make a row; None is where the free room goes, else a text takes it."""
    row = QHBoxLayout()
    row.setSpacing(6)
    for widget in widgets:
        if widget is None:
            row.addStretch(1)
        else:
            row.addWidget(widget, 1 if isinstance(widget, QLineEdit) else 0)
    return row
