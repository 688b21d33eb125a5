"""Notices on the ground of their level: faults, cautions, ends."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QLabel, QScrollArea, QVBoxLayout, QWidget

from gui import look
from gui.view import Notice

HIGHEST_PX = 190


class NoticeLabel(QLabel):
    """One notice on the ground of its level; hidden while it says nothing."""

    def __init__(self, name: str = "notice") -> None:
        super().__init__()
        self.setObjectName(name)
        self.setWordWrap(True)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self._shown: Notice | None = None

    def show_notice(self, notice: Notice) -> None:
        """Show a notice; nothing is touched where nothing changed."""
        if notice == self._shown:
            return
        self._shown = notice
        self.setText(notice.text)
        ground, ink = look.GROUNDS[notice.level], look.INKS[notice.level]
        self.setStyleSheet(f"background: {ground}; color: {ink};")
        self.setVisible(bool(notice.text))


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
        self._highest_px = HIGHEST_PX
        self.setWidget(self._content)
        self.setVisible(False)

    def show_view(self, notices: tuple[Notice, ...]) -> None:
        """Show the notices of a view, making labels as they are needed."""
        while len(self._labels) < len(notices):
            fresh = NoticeLabel()
            self._column.addWidget(fresh)
            self._labels.append(fresh)
        padded = notices + (Notice(),) * (len(self._labels) - len(notices))
        for shown, notice in zip(self._labels, padded, strict=True):
            shown.show_notice(notice)
        self.setVisible(bool(notices))
        self._fit()

    def rescale(self, scale: float) -> None:
        """Set the greatest height for the window's scale."""
        self._highest_px = round(HIGHEST_PX * scale)
        self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 (Qt's name)
        """Wrap the notices anew."""
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        wanted_px = self._column.heightForWidth(self.viewport().width())
        self.setFixedHeight(min(max(wanted_px, 0), self._highest_px))
