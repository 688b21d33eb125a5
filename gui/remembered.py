"""What the window remembers from one time to the next: geometry, theme, span."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QByteArray, QSettings

from gui.look import THEMES

if TYPE_CHECKING:
    from gui.window import Window

PLACE = ("amf-bench", "window")


def restore(window: "Window", settings: QSettings | None) -> None:
    """Put a window back as it was left; what does not make sense is passed over."""
    if settings is None:
        return
    geometry = settings.value("geometry")
    if isinstance(geometry, QByteArray):
        window.restoreGeometry(geometry)
    name = str(settings.value("theme"))
    if name in THEMES:
        window.frame.light.setChecked(name == "light")
    span = str(settings.value("span"))
    if span.isdecimal():
        window.run.bar.choose(int(span))


def keep(window: "Window", settings: QSettings | None) -> None:
    """Keep how a window is left."""
    if settings is None:
        return
    settings.setValue("geometry", window.saveGeometry())
    settings.setValue("theme", window.theme.name)
    settings.setValue("span", window.run.bar.chosen())
    settings.sync()
