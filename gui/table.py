"""A table of words that is only looked at: rows as high as their text needs."""

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QBrush, QColor, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QTableWidget,
    QTableWidgetItem,
)

Cell = str | tuple[str, str]


class Table(QTableWidget):
    """Shows rows of words; a cell may bring a colour."""

    def __init__(self, heads: Sequence[str], giving: int = 1) -> None:
        """Make a table whose last ``giving`` columns share what room there is."""
        super().__init__(0, len(heads))
        self.setHorizontalHeaderLabels(list(heads))
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        self.verticalHeader().setVisible(False)
        self.setWordWrap(True)
        self.setShowGrid(False)
        header = self.horizontalHeader()
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft)
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        for column in range(len(heads) - giving, len(heads)):
            header.setSectionResizeMode(column, QHeaderView.ResizeMode.Stretch)

    def show_rows(self, rows: Sequence[Sequence[Cell]]) -> None:
        """Show rows in place of those that were there."""
        self.setRowCount(len(rows))
        for row, cells in enumerate(rows):
            for column, cell in enumerate(cells):
                text, colour = cell if isinstance(cell, tuple) else (cell, "")
                item = QTableWidgetItem(text)
                item.setToolTip(text)
                if colour:
                    item.setForeground(QBrush(QColor(colour)))
                self.setItem(row, column, item)
        self.resizeRowsToContents()

    def words(self, row: int, column: int) -> str:
        """Return the words of a cell."""
        item = self.item(row, column)
        return "" if item is None else item.text()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 (Qt's name)
        """Break the words anew."""
        super().resizeEvent(event)
        self.resizeRowsToContents()
