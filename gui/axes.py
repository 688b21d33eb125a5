"""Parts of the plots: the time axis, the box that zooms in time, level lines."""

import pyqtgraph as pg
from PySide6.QtCore import Qt
from PySide6.QtGui import QFont

from gui.look import Theme
from gui.view import Line
from gui.wording import clock

STEPS_S = (1, 5, 10, 30, 60, 300, 600, 1800, 3600, 7200, 21600)
LEAST_TICKS = 4


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
        """Write times as m:ss, and none before the run."""
        return [clock(value) if value >= 0.0 else "" for value in values]


class TimeBox(pg.ViewBox):  # type: ignore[misc]
    """A view whose wheel zooms in time only; over the left axis it zooms that."""

    def wheelEvent(  # noqa: N802 (pyqtgraph's name)
        self, event: object, axis: int | None = None
    ) -> None:
        """Zoom in time, about the pointer."""
        super().wheelEvent(event, axis=0 if axis is None else axis)


def style_axes(plot: pg.PlotItem, theme: Theme, font: QFont) -> None:
    """Give the axes of a plot a theme's colours and a font."""
    for side in ("left", "bottom"):
        axis = plot.getAxis(side)
        axis.setTickFont(font)
        axis.setPen(theme.line)
        axis.setTextPen(theme.text)
        axis.label.setFont(font)
        axis.label.setDefaultTextColor(pg.mkColor(theme.text))


def band(
    band_c: tuple[float, float], text: str, theme: Theme, font: QFont
) -> pg.LinearRegionItem:
    """Make the shaded band between two temperatures in °C."""
    shade = pg.mkColor(theme.text)
    shade.setAlpha(26)
    region = pg.LinearRegionItem(
        band_c,
        orientation="horizontal",
        movable=False,
        brush=pg.mkBrush(shade),
        pen=pg.mkPen(None),
    )
    region.setZValue(-10)
    # Under its upper edge, for a curve that holds runs along the lower half; beside
    # the words of the set-point, for on a low plot they are at one height.
    _write(region.lines[1], text, theme.faint, theme, font, (0.32, 0, 0))
    return region


def setpoint_line(line: Line, theme: Theme, font: QFont) -> pg.InfiniteLine:
    """Make the solid line of the set-point."""
    drawn = pg.InfiniteLine(line.value_c, angle=0, pen=pg.mkPen(theme.text, width=1))
    _write(drawn, line.text, theme.text, theme, font, (0.03, 0, 1.2))
    return drawn


def trip_line(line: Line, theme: Theme) -> pg.InfiniteLine:
    """Make the dashed line of a trip; its words are in the lane beside the plot."""
    pen = pg.mkPen(theme.trip, width=1, style=Qt.PenStyle.DashLine)
    return pg.InfiniteLine(line.value_c, angle=0, pen=pen)


def veil(theme: Theme, opacity: int) -> object:
    """Make the ground of words on a plot: the background, of 255 so opaque."""
    ground = pg.mkColor(theme.background)
    ground.setAlpha(opacity)
    return pg.mkBrush(ground)


def _write(
    line: pg.InfiniteLine,
    text: str,
    colour: str,
    theme: Theme,
    font: QFont,
    place: tuple[float, float, float],
) -> None:
    """Write along a line: ``place`` is the share of its length, then the anchor."""
    position, *anchor = place
    label = pg.InfLineLabel(
        line, text, position=position, anchors=[anchor, anchor], color=colour
    )
    label.fill = veil(theme, 170)
    label.setFont(font)
    # The words stay readable where curves pass.
    line.setZValue(10)
