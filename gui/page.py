"""A page of the window: a widget that takes a theme and the window's scale."""

from PySide6.QtWidgets import QFrame, QLabel, QPushButton, QScrollArea, QWidget

from gui.look import DARK, Theme
from gui.notice_panel import NoticeLabel
from gui.panels import tint


class Page(QWidget):
    """A page whose notices are painted in the colours of the theme."""

    def __init__(self) -> None:
        super().__init__()
        self.theme, self.scale = DARK, 1.0

    def show_theme(self, theme: Theme, scale: float) -> None:
        """Take a theme and the window's scale."""
        self.theme, self.scale = theme, scale
        for notice in self.findChildren(NoticeLabel):
            notice.show_theme(theme)


def button(words: str, name: str = "") -> QPushButton:
    """Make a push button that Enter elsewhere does not press."""
    made = QPushButton(words)
    made.setObjectName(name)
    made.setAutoDefault(False)
    return made


def scrolled(inner: QWidget) -> QScrollArea:
    """Put a widget where it can be scrolled, as wide as there is room."""
    area = QScrollArea()
    area.setWidgetResizable(True)
    area.setFrameShape(QFrame.Shape.NoFrame)
    area.setWidget(inner)
    return area


def wrapped(name: str = "", text: str = "") -> QLabel:
    """Make a label that breaks its words over lines."""
    made = QLabel(text)
    made.setObjectName(name)
    made.setWordWrap(True)
    return made


def mark_wrong(label: QLabel, theme: Theme, words: str) -> None:
    """Show words in the colour of a fault; nothing is shown where there are none."""
    label.setText(words)
    label.setVisible(bool(words))
    tint(label, theme.alarm)
