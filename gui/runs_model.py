"""The list of runs as a sortable table, each with a small plot of its temperature."""

from typing import Any

import numpy as np
from PySide6.QtCore import (
    QAbstractTableModel,
    QModelIndex,
    QPersistentModelIndex,
    QPointF,
    QRectF,
    QSortFilterProxyModel,
    Qt,
)
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from gui import runs_texts as texts
from gui.look import DARK, Theme
from gui.runs_index import RunEntry, matches
from gui.runs_reader import Floats
from gui.wording import clock, fixed

Index = QModelIndex | QPersistentModelIndex
ENTRY = Qt.ItemDataRole.UserRole
SPARK_COLUMN = 3
MINUTES = len("2026-11-21 10:00")
ROOT = QModelIndex()
LEAST_SPAN_C = 2.0
SPARK_MARGIN_PX, SPARK_PX = 4.0, 1.5


class RunsModel(QAbstractTableModel):
    """The runs of a folder, in the order in which they were read."""

    def __init__(self) -> None:
        super().__init__()
        self._entries: list[RunEntry] = []

    def add(self, entries: list[RunEntry]) -> None:
        """Add runs at the end."""
        first = len(self._entries)
        self.beginInsertRows(ROOT, first, first + len(entries) - 1)
        self._entries += entries
        self.endInsertRows()

    def clear(self) -> None:
        """Forget every run."""
        self.beginResetModel()
        self._entries = []
        self.endResetModel()

    def entry(self, row: int) -> RunEntry:
        """Give the run of a row."""
        return self._entries[row]

    def rowCount(self, parent: Index = ROOT) -> int:  # noqa: N802 (Qt's name)
        """Count the runs."""
        return 0 if parent.isValid() else len(self._entries)

    def columnCount(self, parent: Index = ROOT) -> int:  # noqa: N802
        """Count the columns."""
        return len(texts.COLUMNS)

    def headerData(  # noqa: N802
        self,
        section: int,
        orientation: Qt.Orientation,
        role: int = Qt.ItemDataRole.DisplayRole,
    ) -> Any:
        """Give a column's heading."""
        horizontal = orientation == Qt.Orientation.Horizontal
        if horizontal and role == Qt.ItemDataRole.DisplayRole:
            return texts.COLUMNS[section]
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Give a cell's words, or the whole run under ``ENTRY``."""
        entry = self._entries[index.row()]
        if role == ENTRY:
            return entry
        if role == Qt.ItemDataRole.DisplayRole:
            return _cells(entry)[index.column()]
        if role == Qt.ItemDataRole.ToolTipRole:
            return _cells(entry)[index.column()] or str(entry.path)
        return None


class RunsOrder(QSortFilterProxyModel):
    """Sorts by what a column means, and shows what a search finds."""

    def __init__(self, runs: RunsModel) -> None:
        super().__init__()
        self._runs, self._query = runs, ""
        self.setSourceModel(runs)

    def search(self, query: str) -> None:
        """Show the runs that match a query."""
        self.beginResetModel()
        self._query = query
        self.endResetModel()

    def entry(self, row: int) -> RunEntry:
        """Give the run of a row as it is shown."""
        return self._runs.entry(self.mapToSource(self.index(row, 0)).row())

    def filterAcceptsRow(self, row: int, parent: Index) -> bool:  # noqa: N802
        """Say whether a run is shown."""
        return matches(self._runs.entry(row), self._query)

    def lessThan(self, left: Index, right: Index) -> bool:  # noqa: N802
        """Compare two runs by a column."""
        keys = [
            _key(self._runs.entry(index.row()), index.column())
            for index in (left, right)
        ]
        return keys[0] < keys[1]


class SparkDelegate(QStyledItemDelegate):
    """Draws a run's controlled temperature over its time, each in its own span."""

    def __init__(self) -> None:
        super().__init__()
        self.theme: Theme = DARK

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: Index
    ) -> None:
        """Draw the ground as any cell's, then the line."""
        super().paint(painter, option, index)
        room = QRectF(option.rect)
        entry: RunEntry = index.data(ENTRY)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        chosen = bool(option.state & QStyle.StateFlag.State_Selected)
        colour = self.theme.text if chosen else self.theme.role("core")
        painter.setPen(QPen(QColor(colour), SPARK_PX))
        for line in spark_lines(*entry.spark, room):
            painter.drawPolyline(line)
        painter.restore()


def spark_lines(times_s: Floats, values_c: Floats, room: QRectF) -> list[QPolygonF]:
    """Place a curve in a rectangle, cut where a value is not known."""
    known = np.isfinite(values_c)
    if not known.any() or not times_s[-1] > times_s[0]:
        return []
    low_c, high_c = values_c[known].min(), values_c[known].max()
    span_c = max(high_c - low_c, LEAST_SPAN_C)
    pad = SPARK_MARGIN_PX
    width, height = room.width() - 2 * pad, room.height() - 2 * pad
    x = room.left() + pad + width * (times_s - times_s[0]) / (times_s[-1] - times_s[0])
    y = room.bottom() - pad - height * (values_c - low_c) / span_c
    pieces = np.split(np.arange(len(x)), np.flatnonzero(np.diff(known)) + 1)
    return [
        QPolygonF([QPointF(float(x[i]), float(y[i])) for i in piece])
        for piece in pieces
        if known[piece[0]]
    ]


def _cells(entry: RunEntry) -> tuple[str, ...]:
    mark = "" if entry.kind == "real" else f"{texts.KINDS[entry.kind]} · "
    return (
        entry.started[:MINUTES],
        entry.name,
        " · ".join(entry.told()),
        "",
        fixed(entry.setpoint_c, 1),
        clock(entry.lasted_s),
        fixed(entry.lowest_dose_min, 2),
        mark + entry.ended,
    )


def _key(entry: RunEntry, column: int) -> tuple[float, str]:
    """Give what a column sorts by: its number, then its words."""
    highest_c = np.fmax.reduce(entry.spark[1], initial=-np.inf)
    if column == 0:
        return 0.0, entry.started_utc
    numbers = {
        SPARK_COLUMN: float(highest_c),
        4: entry.setpoint_c,
        5: entry.lasted_s,
        6: entry.lowest_dose_min,
    }
    value = numbers.get(column)
    return -np.inf if value is None else value, _cells(entry)[column].lower()
