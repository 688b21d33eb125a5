"""A window of its own for what is seen after a run: theme, scale, remembered place."""

from PySide6.QtCore import QByteArray, QSettings, QSize, Signal
from PySide6.QtGui import QCloseEvent, QResizeEvent
from PySide6.QtWidgets import QMainWindow

from gui.look import (
    DARK,
    LEAST_PX,
    MADE_FOR_PX,
    THEMES,
    Theme,
    scale_for,
    style_sheet,
)


class Shell(QMainWindow):
    """Grows its texts with its size; ``closed`` follows when it is gone.

    ``name`` is under which its place is kept; ``settings`` None keeps nothing.
    """

    closed = Signal()

    def __init__(self, name: str, settings: QSettings | None = None) -> None:
        super().__init__()
        self.theme, self.scale = DARK, 1.0
        self._name, self._settings = name, settings
        self.setMinimumSize(*LEAST_PX)
        self.resize(QSize(*MADE_FOR_PX).boundedTo(self.screen().availableSize()))

    def show_theme(self, theme: Theme) -> None:
        """Take the colours of a theme."""
        self.theme = theme
        self.setStyleSheet(style_sheet(theme, self.scale))
        self.restyle()

    def restyle(self) -> None:
        """Hand theme and scale to what does not live by the style sheet alone."""

    def restore(self) -> None:
        """Put the window back as it was left, in the theme of the live one."""
        name = "" if self._settings is None else str(self._settings.value("theme"))
        if self._settings is not None:
            geometry = self._settings.value(f"{self._name}/geometry")
            if isinstance(geometry, QByteArray):
                self.restoreGeometry(geometry)
        self.show_theme(THEMES.get(name, self.theme))

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 (Qt's name)
        """Let the texts grow with the window."""
        super().resizeEvent(event)
        scale = scale_for(self.width(), self.height())
        if scale != self.scale:
            self.scale = scale
            self.show_theme(self.theme)

    def closeEvent(self, event: QCloseEvent) -> None:  # noqa: N802
        """Keep the place, and say that the window is gone."""
        if self._settings is not None:
            self._settings.setValue(f"{self._name}/geometry", self.saveGeometry())
            self._settings.sync()
        super().closeEvent(event)
        self.closed.emit()
