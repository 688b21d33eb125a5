"""Notices on the ground of their level: faults, cautions, ends."""

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QFrame,
    QLabel,
    QScrollArea,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from gui import look
from gui.view import Notice

HIGHEST_PX = 210
# Where there is no room for more: the first notice, the rest by scrolling.
LOWEST_PX = 64
# The lamp has two halves: on for one, off for the next.
BLINK_MS = 250


class NoticeLabel(QLabel):
    """One notice on the ground of its level; hidden while it says nothing."""

    def __init__(self, name: str = "notice") -> None:
        super().__init__()
        self.setObjectName(name)
        self.setWordWrap(True)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self._shown = Notice()
        self._theme = look.DARK
        self._lit = True
        self._paint()
        self.setVisible(False)

    def show_notice(self, notice: Notice) -> None:
        """Show a notice; nothing is touched where nothing changed."""
        if notice == self._shown:
            return
        self._shown = notice
        self._lit = True
        self.setText(notice.text)
        self._paint()
        self.setVisible(bool(notice.text))

    def show_theme(self, theme: look.Theme) -> None:
        """Take the colours of a theme."""
        self._theme = theme
        self._paint()

    def flashes(self) -> bool:
        """Say whether this notice flashes now."""
        return bool(self._shown.text) and self._shown.flash_hz > 0.0

    def blink(self, beat: int) -> None:
        """Be lit or not at this beat of ``BLINK_MS``; a steady notice stays lit."""
        flash_hz = self._shown.flash_hz
        beats = max(round(500 / (flash_hz * BLINK_MS)), 1) if flash_hz else 0
        lit = not beats or beat // beats % 2 == 0
        if lit != self._lit:
            self._lit = lit
            self._paint()

    def _paint(self) -> None:
        """Colour the ground; a dark beat keeps the frame and words that can be read."""
        level, theme = self._shown.level, self._theme
        ground, ink = theme.grounds[level], theme.inks[level]
        frame = ground
        if not self._lit:
            ground, ink = theme.background, theme.text
        self.setStyleSheet(
            f"background: {ground}; color: {ink}; border: 3px solid {frame};"
            "border-radius: 4px; padding: 3px;"
        )


class NoticePanel(QScrollArea):
    """Notices one below the other, scrolled where they would crowd out the plot."""

    def __init__(self) -> None:
        super().__init__()
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._content = QWidget()
        self._column = QVBoxLayout(self._content)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(4)
        self._labels: list[NoticeLabel] = []
        self._theme = look.DARK
        self._highest_px, self._lowest_px = HIGHEST_PX, LOWEST_PX
        self._height_px = 0
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)
        self.setWidget(self._content)
        self.setVisible(False)

    def show_view(self, notices: tuple[Notice, ...]) -> None:
        """Show the notices of a view, making labels as they are needed."""
        while len(self._labels) < len(notices):
            fresh = NoticeLabel()
            fresh.show_theme(self._theme)
            self._column.addWidget(fresh)
            self._labels.append(fresh)
        padded = notices + (Notice(),) * (len(self._labels) - len(notices))
        for shown, notice in zip(self._labels, padded, strict=True):
            shown.show_notice(notice)
        self.setVisible(bool(notices))
        self._fit()

    def flashing(self) -> bool:
        """Say whether a notice flashes: an alarm that nobody has acknowledged."""
        return any(shown.flashes() for shown in self._labels)

    def blink(self, beat: int) -> None:
        """Light and darken what flashes."""
        for shown in self._labels:
            shown.blink(beat)

    def show_theme(self, theme: look.Theme, scale: float) -> None:
        """Take a theme, and the greatest height for the window's scale."""
        self._theme = theme
        for shown in self._labels:
            shown.show_theme(theme)
        self._highest_px = round(HIGHEST_PX * scale)
        self._lowest_px = round(LOWEST_PX * scale)
        self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 (Qt's name)
        """Wrap the notices anew."""
        super().resizeEvent(event)
        self._fit()

    def sizeHint(self) -> QSize:  # noqa: N802 (Qt's name)
        """Ask for the height of what is said."""
        return QSize(super().sizeHint().width(), self._height_px)

    def _fit(self) -> None:
        wanted_px = self._column.heightForWidth(self.viewport().width())
        self._height_px = min(max(wanted_px, 0), self._highest_px)
        self.setMinimumHeight(min(self._height_px, self._lowest_px))
        self.setMaximumHeight(self._height_px)
        self.updateGeometry()
