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
        self._colour = look.DARK.calm
        self._theme = look.DARK
        self._height_px = 26
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_share(self, share: float | None, colour: str) -> None:
        """Show a share of the ceiling; None leaves the bar empty and hatched."""
        if (share, colour) != (self._share, self._colour):
            self._share, self._colour = share, colour
            self.update()

    def show_theme(self, theme: look.Theme, scale: float) -> None:
        """Take a theme, and the height for the window's scale."""
        self._theme = theme
        self._height_px = round(26 * scale)
        self.update()
        self.updateGeometry()

    def sizeHint(self) -> QSize:  # noqa: N802 (Qt's name)
        """Ask for a bar as high as a line of text."""
        return QSize(200, self._height_px)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        """Paint ground, share and ceiling line."""
        painter = QPainter(self)
        ground = QRectF(self.rect())
        painter.fillRect(ground, QColor(self._theme.background))
        if self._share is None:
            painter.fillRect(ground, Qt.BrushStyle.BDiagPattern)
        else:
            filled = min(max(self._share, 0.0), FULL_SCALE) / FULL_SCALE
            bar = QRectF(0, 0, filled * ground.width(), ground.height())
            painter.fillRect(bar, QColor(self._colour))
        mark_x = ground.width() / FULL_SCALE
        mark = QRectF(mark_x - 1, 0, 3, ground.height())
        painter.fillRect(mark, QColor(self._theme.trip))
        painter.setPen(QColor(self._theme.line))
        painter.drawRect(ground.adjusted(0, 0, -1, -1))
        painter.end()
