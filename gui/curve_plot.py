"""A plot of a procedure: points and lines over an axis of their own."""

from collections.abc import Sequence

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PySide6.QtGui import QFont

from gui.axes import style_axes
from gui.look import DARK, Theme

Numbers = Sequence[float] | NDArray[np.float64]


class CurvePlot(pg.PlotWidget):  # type: ignore[misc]
    """Shows named series; those named ``marks`` are points, the others lines."""

    def __init__(
        self, bottom: str, left: str, marks: Sequence[str], roles: dict[str, str]
    ) -> None:
        super().__init__()
        self._theme, self._marks, self._roles = DARK, frozenset(marks), roles
        self._items: dict[str, pg.PlotDataItem] = {}
        item = self.getPlotItem()
        item.setMenuEnabled(False)
        item.hideButtons()
        item.showGrid(x=True, y=True, alpha=0.15)
        item.setLabel("bottom", bottom)
        item.setLabel("left", left)
        for side in ("left", "bottom"):
            item.getAxis(side).enableAutoSIPrefix(False)

    def show_series(self, name: str, x: Numbers, y: Numbers) -> None:
        """Show a series in place of what it was."""
        if name not in self._items:
            self._items[name] = self.plot([], [])
            self._dress(name)
        self._items[name].setData(list(x), list(y))

    def shown(self, name: str) -> int:
        """Count the points of a series."""
        item = self._items.get(name)
        return 0 if item is None or item.xData is None else len(item.xData)

    def forget(self) -> None:
        """Take every series away."""
        for item in self._items.values():
            item.setData([], [])

    def show_theme(self, theme: Theme, scale: float) -> None:
        """Take a theme, and font sizes for the window's scale."""
        self._theme = theme
        self.setBackground(theme.background)
        font = QFont(self.font())
        font.setPixelSize(round(14 * scale))
        style_axes(self.getPlotItem(), theme, font)
        self.getPlotItem().getAxis("left").setWidth(round(66 * scale))
        for name in self._items:
            self._dress(name)

    def _dress(self, name: str) -> None:
        item, colour = self._items[name], self._theme.role(self._roles.get(name, ""))
        if name in self._marks:
            item.setPen(None)
            item.setSymbol("o")
            item.setSymbolSize(6)
            item.setSymbolBrush(colour)
            item.setSymbolPen(None)
        else:
            item.setPen(pg.mkPen(colour, width=2))
