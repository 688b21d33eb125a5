"""A bar that shows how much of the ceiling is used."""

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from gui import look

FULL_SCALE = 1.1


class CeilingGauge(QWidget):
    """Paints the share from 0 to 110 %, with the ceiling as a line at 100 %."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._share: float | None = None
        self._colour = look.SKY_BLUE
        self._height_px = 26
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_share(self, share: float | None, colour: str) -> None:
        """Show a share of the ceiling; None leaves the bar empty and hatched."""
        if (share, colour) != (self._share, self._colour):
            self._share, self._colour = share, colour
            self.update()

    def rescale(self, scale: float) -> None:
        """Set the height for the window's scale."""
        self._height_px = round(26 * scale)
        self.updateGeometry()

    def sizeHint(self) -> QSize:  # noqa: N802 (Qt's name)
        """Ask for a bar as high as a line of text."""
        return QSize(200, self._height_px)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        """Paint ground, share and ceiling line."""
        painter = QPainter(self)
        ground = QRectF(self.rect())
        painter.fillRect(ground, QColor(look.BACKGROUND))
        if self._share is None:
            painter.fillRect(ground, Qt.BrushStyle.BDiagPattern)
        else:
            filled = min(max(self._share, 0.0), FULL_SCALE) / FULL_SCALE
            bar = QRectF(0, 0, filled * ground.width(), ground.height())
            painter.fillRect(bar, QColor(self._colour))
        mark_x = ground.width() / FULL_SCALE
        painter.fillRect(QRectF(mark_x - 1, 0, 3, ground.height()), QColor(look.YELLOW))
        painter.setPen(QColor(look.LINE))
        painter.drawRect(ground.adjusted(0, 0, -1, -1))
        painter.end()
