"""Asks for a file or a folder, and leaves the keyboard to the stop.

The dialogs are Qt's own and block nothing: Esc stops the field beside them, too.
"""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QWidget

Mode = QFileDialog.FileMode


def choose(
    parent: QWidget,
    then: Callable[[Path], object],
    *,
    wanted: Mode = Mode.ExistingFile,
    start: str = "",
    filter_words: str = "",
) -> QFileDialog:
    """Show the dialog; ``then`` gets what was chosen. ``AnyFile`` is for saving."""
    dialog = QFileDialog(parent, "", "", filter_words)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.setOption(QFileDialog.Option.DontUseNativeDialog)
    dialog.setFileMode(wanted)
    if wanted is Mode.AnyFile:
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
    if start:
        dialog.selectFile(start)
    if wanted is Mode.Directory:
        dialog.setOption(QFileDialog.Option.ShowDirsOnly)
    dialog.fileSelected.connect(lambda name: then(Path(name)))
    dialog.setModal(False)
    dialog.show()
    return dialog
