"""The run's plots: temperatures with their lines above, shares of H·f and power below.

Only what is in sight is drawn, from pyramids, so that a day costs what a minute does.
"""

import pyqtgraph as pg
from PySide6.QtCore import QEvent, Qt, QTimer, Signal
from PySide6.QtGui import QFont, QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from gui import texts
from gui.axes import ElapsedAxis, TimeBox, band, setpoint_line, style_axes, trip_line
from gui.event_marks import EventMarks
from gui.look import DARK, Theme
from gui.pyramid import Pyramid
from gui.trip_lane import TripLane
from gui.view import Curve, PlotView

PEN_PX = 2
POINTS_PER_PX = 2
SHORTEST_SPAN_S = 60.0
FAR_TRIP_C = 3.0
MARGIN_SHARE, MARGIN_PX = 0.12, 22
LOWER_PX, LOWER_SHARE = 120.0, 0.36
LOWEST_C, HIGHEST_C = -20.0, 120.0
REDRAW_MS = 30
PAN_SHARE, ZOOM_SHARE = 0.2, 0.7
STYLES = (
    Qt.PenStyle.SolidLine,
    Qt.PenStyle.DashLine,
    Qt.PenStyle.DotLine,
    Qt.PenStyle.DashDotLine,
)


class RunPlots(QWidget):
    """Draws a ``PlotView``. ``span_s`` in sight while it follows; None is all.

    ``moved`` says that it follows again or no longer, ``pointed`` at which time in s
    the pointer is, None where it has left.
    """

    moved = Signal()
    pointed = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.span_s: float | None = None
        self.following = self._own_height = True
        self._theme, self._lower_px = DARK, LOWER_PX
        self._font = QFont(self.font())
        self._view = PlotView((), (), None, None, "", (), ())
        self._hidden: set[str] = set()
        self._canvas = pg.GraphicsLayoutWidget()
        room = QVBoxLayout(self)
        room.setContentsMargins(0, 0, 0, 0)
        room.addWidget(self._canvas)
        self._upper = self._add_plot(0, texts.TEMPERATURE_AXIS)
        self._lower = self._add_plot(1, texts.SHARE_AXIS)
        self._lay_out()
        self._items: dict[tuple[str, str], pg.PlotDataItem] = {}
        self._levels: list[object] = []
        self._levels_of: object = None
        self._marks = EventMarks(self._upper)
        self._cursors = [pg.InfiniteLine(angle=90) for _ in range(2)]
        for plot, line in zip((self._upper, self._lower), self._cursors, strict=True):
            line.setVisible(False)
            plot.addItem(line, ignoreBounds=True)
        self._listen()
        self.show_theme(DARK, 1.0)

    def show_theme(self, theme: Theme, scale: float) -> None:
        """Take the colours of a theme, and font sizes for the window's scale."""
        self._theme = theme
        self._canvas.setBackground(theme.background)
        font = QFont(self.font())
        font.setPixelSize(round(14 * scale))
        self._font.setPixelSize(round(13 * scale))
        for plot in (self._upper, self._lower):
            style_axes(plot, theme, font)
            plot.getAxis("left").setWidth(round(58 * scale))
            plot.getAxis("right").show_theme(theme, self._font)
        self._marks.show_theme(theme, self._font)
        for line in self._cursors:
            line.setPen(pg.mkPen(theme.text, width=1))
        self._lower_px = LOWER_PX * scale
        self._share_heights()
        self._levels_of = None
        for curve in (*self._view.curves, *self._view.shares):
            if (curve.role, curve.name) in self._items:
                self._item(self._upper, curve).setPen(self._pen(curve))
        self.show_view(self._view)

    def show_view(self, view: PlotView) -> None:
        """Draw what is new."""
        self._view = view
        levels = (view.setpoint, view.band_c, view.trips)
        if levels != self._levels_of:
            self._levels_of = levels
            self._draw_levels(view)
        if self.following:
            self._follow()
        self._redraw()

    def show_span(self, span_s: float | None) -> None:
        """Follow the newest with so many seconds in sight; None is the whole run."""
        self.span_s = span_s
        self.follow()

    def follow(self) -> None:
        """Keep the newest in sight from now on, at a height that fits."""
        self.following = self._own_height = True
        self.show_view(self._view)
        self.moved.emit()

    def hide_curve(self, name: str, hidden: bool) -> None:
        """Hide or show a probe's curve."""
        (self._hidden.add if hidden else self._hidden.discard)(name)
        self.show_view(self._view)

    def show_cursor(self, t_s: float | None) -> None:
        """Put the cursor at a run time in s."""
        for line in self._cursors:
            line.setVisible(t_s is not None)
            if t_s is not None:
                line.setValue(t_s)
        self.pointed.emit(t_s)

    def in_sight_s(self) -> tuple[float, float]:
        """Give the run times in s at the left and the right edge."""
        from_s, to_s = self._upper.vb.viewRange()[0]
        return float(from_s), float(to_s)

    def drawn_points(self) -> dict[str, int]:
        """Count the points drawn for each curve."""
        drawn = {name: item.xData for (_, name), item in self._items.items()}
        return {name: len(x) for name, x in drawn.items() if x is not None}

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 (Qt's name)
        """Pan with the arrows, zoom with + and −; Home shows all, End follows."""
        from_s, to_s = self.in_sight_s()
        span_s, key = to_s - from_s, Qt.Key(event.key())
        pan_s = {Qt.Key.Key_Left: -PAN_SHARE, Qt.Key.Key_Right: PAN_SHARE}
        zoom = {Qt.Key.Key_Plus: ZOOM_SHARE, Qt.Key.Key_Minus: 1.0 / ZOOM_SHARE}
        if key in pan_s:
            self.look_at(from_s + pan_s[key] * span_s, to_s + pan_s[key] * span_s)
        elif key in zoom:
            middle_s, half_s = (from_s + to_s) / 2, span_s * zoom[key] / 2
            self.look_at(middle_s - half_s, middle_s + half_s)
        elif key == Qt.Key.Key_Home:
            self.show_span(None)
        elif key == Qt.Key.Key_End:
            self.follow()
        else:
            super().keyPressEvent(event)

    def look_at(self, from_s: float, to_s: float) -> None:
        """Look at a stretch of the run, and no longer follow."""
        self._moved_by_hand([True, False])
        self._upper.setXRange(from_s, to_s, padding=0.0)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        """Share the height anew."""
        super().resizeEvent(event)
        self._share_heights()

    def leaveEvent(self, event: QEvent) -> None:  # noqa: N802
        """Take the cursor away with the pointer."""
        super().leaveEvent(event)
        self.show_cursor(None)

    def _add_plot(self, row: int, label: str) -> pg.PlotItem:
        plot = self._canvas.addPlot(
            row=row,
            col=0,
            viewBox=TimeBox(),
            axisItems={"bottom": ElapsedAxis("bottom"), "right": TripLane()},
        )
        plot.setMenuEnabled(False)
        plot.hideButtons()
        plot.showGrid(x=True, y=True, alpha=0.15)
        plot.setLabel("left", label)
        plot.vb.disableAutoRange()
        return plot

    def _lay_out(self) -> None:
        self._canvas.ci.layout.setContentsMargins(0, 0, 4, 0)
        self._canvas.ci.layout.setVerticalSpacing(0)
        self._lower.setXLink(self._upper)
        self._lower.vb.setMouseEnabled(x=True, y=False)
        self._lower.setYRange(0.0, 110.0, padding=0.0)
        self._lower.addItem(pg.InfiniteLine(100.0, angle=0), ignoreBounds=True)
        self._lower.setLabel("bottom", texts.SHARES_NOTE)
        self._lower.getAxis("left").setTicks([[(0, "0"), (50, "50"), (100, "100")]])
        self._upper.getAxis("bottom").setStyle(showValues=False)
        for plot in (self._upper, self._lower):
            plot.getAxis("bottom").setStyle(hideOverlappingLabels=True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._canvas.setFocusPolicy(Qt.FocusPolicy.NoFocus)

    def _share_heights(self) -> None:
        lower_px = min(self._lower_px, LOWER_SHARE * self.height())
        self._canvas.ci.layout.setRowFixedHeight(1, round(lower_px))

    def _listen(self) -> None:
        self._redraw_soon = QTimer(self)
        self._redraw_soon.setSingleShot(True)
        self._redraw_soon.setInterval(REDRAW_MS)
        self._redraw_soon.timeout.connect(self._redraw)
        self._upper.vb.sigXRangeChanged.connect(self._range_changed)
        for plot in (self._upper, self._lower):
            plot.vb.sigRangeChangedManually.connect(self._moved_by_hand)
        self._canvas.scene().sigMouseMoved.connect(self._point_at)

    def _range_changed(self) -> None:
        if not self.following and not self._redraw_soon.isActive():
            self._redraw_soon.start()

    def _moved_by_hand(self, axes: list[bool]) -> None:
        self.following = False
        self._own_height = self._own_height and not axes[1]
        self.moved.emit()

    def _point_at(self, place: object) -> None:
        for plot in (self._upper, self._lower):
            if plot.vb.sceneBoundingRect().contains(place):
                self.show_cursor(max(plot.vb.mapSceneToView(place).x(), 0.0))
                return
        self.show_cursor(None)

    def _redraw(self) -> None:
        from_s, to_s = self.in_sight_s()
        points = max(POINTS_PER_PX * int(self._upper.vb.width()), 200)
        view = self._view
        for plot, curves in ((self._upper, view.curves), (self._lower, view.shares)):
            for curve in curves:
                item = self._item(plot, curve)
                item.setVisible(curve.name not in self._hidden)
                if item.isVisible():
                    item.setData(*curve.samples.drawn(points, from_s, to_s))
        if self._own_height:
            self._fit_height(from_s, to_s)
        self._marks.show_marks(view.marks)

    def _item(self, plot: pg.PlotItem, curve: Curve) -> pg.PlotDataItem:
        key = (curve.role, curve.name)
        if key not in self._items:
            self._items[key] = plot.plot(pen=self._pen(curve), connect="finite")
        return self._items[key]

    def _pen(self, curve: Curve) -> object:
        style = STYLES[curve.style % len(STYLES)]
        return pg.mkPen(self._theme.role(curve.role), width=PEN_PX, style=style)

    def _draw_levels(self, view: PlotView) -> None:
        for item in self._levels:
            self._upper.removeItem(item)
        theme, font = self._theme, self._font
        self._levels = []
        self._upper.getAxis("right").show_trips(view.trips)
        if view.band_c is not None:
            self._levels.append(band(view.band_c, view.band_text, theme, font))
        if view.setpoint is not None:
            self._levels.append(setpoint_line(view.setpoint, theme, font))
        # After the set-point: a trip at the same temperature stays visible on it.
        self._levels += [trip_line(trip, theme) for trip in view.trips]
        for item in self._levels:
            self._upper.addItem(item, ignoreBounds=True)

    def _follow(self) -> None:
        spans = [curve.samples.span_s() or (0.0, 0.0) for curve in self._view.curves]
        last_s = max((span[1] for span in spans), default=0.0)
        whole_s = max(last_s, SHORTEST_SPAN_S)
        from_s = 0.0 if self.span_s is None else max(0.0, whole_s - self.span_s)
        to_s = max(whole_s, from_s + (self.span_s or 0.0))
        self._upper.setXRange(from_s, to_s, padding=0.01)

    def _fit_height(self, from_s: float, to_s: float) -> None:
        shown = [c.samples for c in self._view.curves if c.name not in self._hidden]
        low_c, high_c = _extent_c(self._view, shown, from_s, to_s)
        # Room for the words on the topmost line, however low the plot is.
        height_px = max(self._upper.vb.height(), 3.0 * MARGIN_PX)
        margin = max(MARGIN_SHARE, MARGIN_PX / (height_px - 2.0 * MARGIN_PX))
        self._upper.setYRange(low_c, high_c, padding=margin)


def _extent_c(
    view: PlotView, samples: list[Pyramid], from_s: float, to_s: float
) -> tuple[float, float]:
    """Find the span in °C of data, band, set-point and the trips near the band."""
    shown = list(view.band_c or ())
    if view.setpoint is not None:
        shown.append(view.setpoint.value_c)
    top_c = max(shown, default=37.0)
    shown += [trip.value_c for trip in view.trips if trip.value_c <= top_c + FAR_TRIP_C]
    for curve in samples:
        shown += curve.extent(from_s, to_s) or ()
    low_c, high_c = min(shown, default=36.0), max(shown, default=46.0)
    return max(low_c, LOWEST_C), min(high_c, HIGHEST_C)
