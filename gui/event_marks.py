"""Events on the time axis: a line for each in sight, words where there is room."""

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import Qt
from PySide6.QtGui import QFont

from gui.axes import veil
from gui.look import Theme
from gui.view import Mark

WORDS_KEPT = 30
LABELS = 16
APART_PX = 18.0


class EventMarks:
    """Draws the marks of one plot, the newest words first where they would overlap."""

    def __init__(self, plot: pg.PlotItem) -> None:
        self._plot = plot
        self._lines = pg.PlotCurveItem(connect="pairs", skipFiniteCheck=True)
        self._lines.setZValue(-5)
        plot.addItem(self._lines, ignoreBounds=True)
        self._labels = [pg.TextItem(angle=90) for _ in range(LABELS)]
        for label in self._labels:
            label.setVisible(False)
            label.setZValue(5)
            plot.addItem(label, ignoreBounds=True)
        self._drawn_of: object = None

    def show_theme(self, theme: Theme, font: QFont) -> None:
        """Take colours and font."""
        pen = pg.mkPen(theme.faint, width=1, style=Qt.PenStyle.DotLine)
        self._lines.setPen(pen)
        for label in self._labels:
            label.setFont(font)
            label.setColor(theme.faint)
            label.fill = veil(theme, 90)
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
        apart_s = APART_PX * (to_s - from_s) / max(width_px, 1.0)
        self._write(seen, apart_s, to_s, low)

    def _write(
        self, seen: list[Mark], apart_s: float, to_s: float, low_c: float
    ) -> None:
        free = list(self._labels)
        taken_s: list[float] = []
        for mark in reversed(seen):
            if not free:
                break
            if all(abs(mark.t_s - other) >= apart_s for other in taken_s):
                label = free.pop()
                label.setText(_short(mark.text))
                # To the right of its line, unless that is cut off.
                label.setAnchor((0, 1 if to_s - mark.t_s < apart_s else 0))
                label.setPos(mark.t_s, low_c)
                label.setVisible(True)
                taken_s.append(mark.t_s)
        for label in free:
            label.setVisible(False)


def _short(text: str) -> str:
    return text if len(text) <= WORDS_KEPT else text[: WORDS_KEPT - 1] + "…"
