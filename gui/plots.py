"""The temperature plot: curves, set-point, shaded band, trip lines."""

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import Qt
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QVBoxLayout, QWidget

from gui import look, texts
from gui.view import Curve, Line, PlotView
from gui.wording import clock

# Wider pens than 1 px cost pyqtgraph many times the drawing time.
PEN_PX = 1
SHORTEST_SPAN_S = 60.0
FAR_TRIP_C = 3.0
MARGIN_SHARE = 0.12
LOWEST_C, HIGHEST_C = -20.0, 120.0
STEPS_S = (1, 5, 10, 30, 60, 300, 600, 1800, 3600, 7200, 21600)
LEAST_TICKS = 4
STYLES = (
    Qt.PenStyle.SolidLine,
    Qt.PenStyle.DashLine,
    Qt.PenStyle.DotLine,
    Qt.PenStyle.DashDotLine,
)


class ElapsedAxis(pg.AxisItem):  # type: ignore[misc] # pyqtgraph has no types
    """A time axis that counts minutes and hours instead of hundreds of seconds."""

    def tickSpacing(  # noqa: N802 (pyqtgraph's name)
        self,
        lower_s: float,
        upper_s: float,
        length_px: float,
    ) -> list[tuple[float, float]]:
        """Choose the largest round step that still gives a few ticks."""
        span_s = upper_s - lower_s
        fitting = [step for step in STEPS_S if step * LEAST_TICKS <= span_s]
        return [(float(fitting[-1] if fitting else STEPS_S[0]), 0.0)]

    def tickStrings(  # noqa: N802
        self, values: list[float], scale: float, spacing: float
    ) -> list[str]:
        """Write times as m:ss."""
        return [clock(value) for value in values]


class TemperaturePlot(QWidget):
    """Draws a ``PlotView``; the whole run is in sight."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        canvas = pg.PlotWidget(
            background=look.BACKGROUND,
            axisItems={"bottom": ElapsedAxis(orientation="bottom")},
        )
        room = QVBoxLayout(self)
        room.setContentsMargins(0, 0, 0, 0)
        room.addWidget(canvas)
        self._plot = canvas.getPlotItem()
        plot = self._plot
        plot.setMenuEnabled(False)
        plot.hideButtons()
        plot.setMouseEnabled(x=False, y=False)
        plot.showGrid(x=True, y=True, alpha=0.15)
        plot.setLabel("left", texts.TEMPERATURE_AXIS, color=look.TEXT)
        plot.setLabel("bottom", texts.TIME_AXIS, color=look.TEXT)
        self._curves: dict[str, pg.PlotDataItem] = {}
        self._levels: list[object] = []
        self._levels_of: object = None
        self._label_font = self.font()
        self.setMinimumHeight(140)
        self.rescale(1.0)

    def rescale(self, scale: float) -> None:
        """Set the axes' font size for the window's scale."""
        font = self.font()
        font.setPixelSize(round(14 * scale))
        for side in ("left", "bottom"):
            axis = self._plot.getAxis(side)
            axis.setTickFont(font)
            axis.setTextPen(look.TEXT)
            axis.label.setFont(font)
            axis.setStyle(tickTextOffset=6, hideOverlappingLabels=False)
        self._label_font.setPixelSize(round(13 * scale))
        self._levels_of = None

    def show_view(self, view: PlotView) -> None:
        """Draw what is new."""
        levels = (view.setpoint, view.band_c, view.trips)
        if levels != self._levels_of:
            self._levels_of = levels
            self._draw_levels(view)
        for curve in view.curves:
            self._draw_curve(curve)
        self._frame(view)

    def drawn_points(self) -> dict[str, int]:
        """Count the points drawn for each curve."""
        return {
            name: len(item.xData)
            for name, item in self._curves.items()
            if item.xData is not None
        }

    def _draw_curve(self, curve: Curve) -> None:
        if curve.name not in self._curves:
            style = STYLES[curve.style % len(STYLES)]
            pen = pg.mkPen(curve.colour, width=PEN_PX, style=style)
            self._curves[curve.name] = self._plot.plot(
                pen=pen, connect="finite", name=curve.name
            )
        self._curves[curve.name].setData(curve.times_s, curve.values_c)

    def _draw_levels(self, view: PlotView) -> None:
        plot, font = self._plot, self._label_font
        for item in self._levels:
            plot.removeItem(item)
        self._levels = []
        if view.band_c is not None:
            self._levels.append(_band(view.band_c, view.band_text, font))
        if view.setpoint is not None:
            self._levels.append(_level(view.setpoint, look.TEXT, False, font))
        # After the set-point: a trip at the same temperature stays visible on it.
        for trip in view.trips:
            self._levels.append(_level(trip, look.YELLOW, True, font))
        for item in self._levels:
            plot.addItem(item, ignoreBounds=True)

    def _frame(self, view: PlotView) -> None:
        last_s = max(
            (curve.times_s[-1] for curve in view.curves if len(curve.times_s)),
            default=0.0,
        )
        low_c, high_c = _extent(view)
        self._plot.setXRange(0.0, max(last_s, SHORTEST_SPAN_S), padding=0.01)
        self._plot.setYRange(low_c, high_c, padding=MARGIN_SHARE)


def _extent(view: PlotView) -> tuple[float, float]:
    """Find the span in °C of data, band, set-point and the trips near the band."""
    shown = list(view.band_c or ())
    if view.setpoint is not None:
        shown.append(view.setpoint.value_c)
    top_c = max(shown, default=37.0)
    shown += [trip.value_c for trip in view.trips if trip.value_c <= top_c + FAR_TRIP_C]
    for curve in view.curves:
        values_c = curve.values_c[np.isfinite(curve.values_c)]
        if len(values_c):
            shown += [float(values_c.min()), float(values_c.max())]
    low_c, high_c = min(shown, default=36.0), max(shown, default=46.0)
    return max(low_c, LOWEST_C), min(high_c, HIGHEST_C)


def _band(band_c: tuple[float, float], text: str, font: QFont) -> pg.LinearRegionItem:
    region = pg.LinearRegionItem(
        band_c,
        orientation="horizontal",
        movable=False,
        brush=pg.mkBrush(255, 255, 255, 26),
        pen=pg.mkPen(None),
    )
    region.setZValue(-10)
    _write(region.lines[0], text, look.FAINT, font, (0.03, 0, 0))
    return region


def _level(line: Line, colour: str, dashed: bool, font: QFont) -> pg.InfiniteLine:
    style = Qt.PenStyle.DashLine if dashed else Qt.PenStyle.SolidLine
    drawn = pg.InfiniteLine(
        line.value_c, angle=0, pen=pg.mkPen(colour, width=PEN_PX, style=style)
    )
    _write(drawn, line.text, colour, font, (0.97, 1, 1) if dashed else (0.03, 0, 1))
    return drawn


def _write(
    line: pg.InfiniteLine,
    text: str,
    colour: str,
    font: QFont,
    place: tuple[float, float, float],
) -> None:
    """Write along a line: ``place`` is the share of its length, then the anchor."""
    position, *anchor = place
    label = pg.InfLineLabel(
        line, text, position=position, anchors=[anchor, anchor], color=colour
    )
    label.setFont(font)
