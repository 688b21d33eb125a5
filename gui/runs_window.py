"""The window of a folder of runs, without a bench."""

from pathlib import Path

from PySide6.QtCore import QSettings
from PySide6.QtWidgets import QVBoxLayout, QWidget

from gui import runs_texts as texts
from gui.look import THEMES
from gui.replay_shell import Shell
from gui.runs_actions import RunActions
from gui.runs_page import RunsPage


class RunsWindow(Shell):
    """Lists the runs of a folder."""

    def __init__(
        self,
        folder: Path,
        settings: QSettings | None = None,
        actions: RunActions | None = None,
    ) -> None:
        super().__init__("runs", settings)
        self.setWindowTitle(texts.TITLE_RUNS)
        self.page = RunsPage(folder, actions)
        self.page.light.setVisible(True)
        self.page.light.toggled.connect(
            lambda light: self.show_theme(THEMES["light" if light else "dark"])
        )
        room = QWidget()
        column = QVBoxLayout(room)
        column.setContentsMargins(8, 8, 8, 8)
        column.addWidget(self.page)
        self.setCentralWidget(room)
        self.restore()

    def restyle(self) -> None:
        """Hand theme and scale to the list."""
        self.page.show_theme(self.theme, self.scale)
