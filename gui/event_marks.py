"""Events on the time axis: a line for each in sight, words where there is room."""

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import Qt
from PySide6.QtGui import QFont, QFontMetricsF

from gui.axes import veil
from gui.look import Theme
from gui.view import Mark

LABELS = 16
LEAST_WORDS, PAD_PX = 12, 12.0
ELIDE = Qt.TextElideMode.ElideRight


class EventMarks:
    """Draws the marks of one plot, the newest words first where they would overlap."""

    def __init__(self, plot: pg.PlotItem) -> None:
        self._plot = plot
        self._lines = pg.PlotCurveItem(connect="pairs", skipFiniteCheck=True)
        self._lines.setZValue(-5)
        plot.addItem(self._lines, ignoreBounds=True)
        self._labels = [pg.TextItem(anchor=(0, 1)) for _ in range(LABELS)]
        for label in self._labels:
            label.setVisible(False)
            label.setZValue(5)
            plot.addItem(label, ignoreBounds=True)
        self._drawn_of: object = None
        self._metrics = QFontMetricsF(QFont())

    def show_theme(self, theme: Theme, font: QFont) -> None:
        """Take colours and font."""
        pen = pg.mkPen(theme.faint, width=1, style=Qt.PenStyle.DotLine)
        self._lines.setPen(pen)
        for label in self._labels:
            label.setFont(font)
            label.setColor(theme.faint)
            label.fill = veil(theme, 90)
        self._metrics = QFontMetricsF(font)
        self._drawn_of = None

    def show_marks(self, marks: tuple[Mark, ...]) -> None:
        """Draw the marks in sight, anew only where something has changed."""
        (from_s, to_s), (low, high) = self._plot.vb.viewRange()
        width_px = self._plot.vb.width()
        state = (len(marks), marks[-1:], from_s, to_s, low, high, width_px)
        if state == self._drawn_of:
            return
        self._drawn_of = state
        seen = [mark for mark in marks if from_s <= mark.t_s <= to_s]
        times = np.repeat([mark.t_s for mark in seen], 2).astype(float)
        ends = np.tile([low, high], len(seen)).astype(float)
        self._lines.setData(times, ends)
        self._write(seen, width_px / (to_s - from_s), low)

    def _write(self, seen: list[Mark], px_per_s: float, low_c: float) -> None:
        """Write along the foot of the plot, where its margin keeps curves away.

        The newest word comes first; one ends where the next begins, and is left out
        where nothing of it could be read.
        """
        free = list(self._labels)
        from_s, to_s = self._plot.vb.viewRange()[0]
        limit_px = (to_s - from_s) * px_per_s
        for mark in reversed(seen):
            at_px = (mark.t_s - from_s) * px_per_s
            text = self._metrics.elidedText(
                mark.text, ELIDE, round(limit_px - at_px - PAD_PX)
            )
            if not free or (len(text) < LEAST_WORDS and text != mark.text):
                continue
            label = free.pop()
            label.setText(text)
            label.setPos(mark.t_s, low_c)
            label.setVisible(True)
            limit_px = at_px
        for label in free:
            label.setVisible(False)
