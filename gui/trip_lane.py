"""The lane at the right edge of a plot, where the trips are named beside their lines.

Beside, not above: words on a line would hide the curve that comes near it.
"""

from collections.abc import Sequence

import pyqtgraph as pg
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QFont, QFontMetricsF, QPainter

from gui import texts
from gui.look import Theme
from gui.view import Line

GAP_PX, LEADER_PX = 3.0, 7.0
FLAGS = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
ELIDE = Qt.TextElideMode.ElideRight


class TripLane(pg.AxisItem):  # type: ignore[misc] # pyqtgraph has no types
    """A right axis without a scale: only the trips in sight, none over another.

    On a plot too low for them, only their temperatures are written.
    """

    def __init__(self) -> None:
        super().__init__(orientation="right")
        self._trips: tuple[Line, ...] = ()
        self._metrics = QFontMetricsF(QFont())

    def show_theme(self, theme: Theme, font: QFont) -> None:
        """Take a theme, and a font that gives the lane its width."""
        self._metrics = QFontMetricsF(font)
        self.setTickFont(font)
        self.setPen(pg.mkPen(None))
        self.setTextPen(theme.trip)
        widest_px = self._metrics.horizontalAdvance(texts.TRIP_WIDEST)
        self.setWidth(round(widest_px + LEADER_PX + 2 * GAP_PX))

    def show_trips(self, trips: tuple[Line, ...]) -> None:
        """Name these trips from now on."""
        self._trips = trips
        self.picture = None
        self.update()

    def generateDrawSpecs(  # noqa: N802 (pyqtgraph's name)
        self, painter: QPainter
    ) -> tuple[object, Sequence[object], Sequence[object]]:
        """Place the words, and lead each of them to its line."""
        low_c, high_c = self.range
        room = self.mapRectFromParent(self.geometry())
        px_per_c = room.height() / (high_c - low_c)
        seen = [trip for trip in self._trips if low_c <= trip.value_c <= high_c]
        seen.sort(key=lambda trip: -trip.value_c)
        lines_px = [room.top() + (high_c - trip.value_c) * px_per_c for trip in seen]
        left = room.left() + LEADER_PX + GAP_PX
        width_px = room.right() - left
        written = [self._elided(trip.text, width_px) for trip in seen]
        if sum(map(self._height_px, written)) > room.height():
            written = [words.split("\n")[0] for words in written]
        heights_px = [self._height_px(words) for words in written]
        tops_px = spread(lines_px, heights_px, (room.top(), room.bottom()))
        leaders, labels = [], []
        for line_px, top_px, height_px, text in zip(
            lines_px, tops_px, heights_px, written, strict=True
        ):
            middle = QPointF(room.left() + LEADER_PX, top_px + height_px / 2)
            leaders.append((self.textPen(), QPointF(room.left(), line_px), middle))
            place = QRectF(left, top_px, width_px, height_px)
            labels.append((place, FLAGS.value, text))
        edge = (self.pen(), room.topLeft(), room.bottomLeft())
        return edge, leaders, labels

    def _height_px(self, words: str) -> float:
        return self._metrics.height() * (1 + words.count("\n"))

    def _elided(self, text: str, width_px: float) -> str:
        lines = text.split("\n")
        return "\n".join(self._metrics.elidedText(x, ELIDE, width_px) for x in lines)


def spread(
    middles: list[float], heights: list[float], room: tuple[float, float]
) -> list[float]:
    """Give the tops, in px, of boxes that lie near their middles and apart.

    From the top down each box gives way to the one before it, then from the bottom up
    to the one after it; what does not fit leaves ``room`` at its top.
    """
    top, bottom = room
    tops = []
    for middle, height in zip(middles, heights, strict=True):
        tops.append(max(middle - height / 2, top))
        top = tops[-1] + height
    for at in reversed(range(len(tops))):
        tops[at] = min(tops[at], bottom - heights[at])
        bottom = tops[at]
    return tops
