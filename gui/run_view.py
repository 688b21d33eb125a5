"""The page of a run: notices, plots, the field's state, and what can be asked."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QSizePolicy, QVBoxLayout, QWidget

from gui.controls import ControlPanel
from gui.look import Theme
from gui.notice_panel import NoticeLabel, NoticePanel
from gui.plot_bar import PlotBar
from gui.plots import RunPlots
from gui.question_panel import QuestionPanel
from gui.view import View

LOWEST_PLOTS_PX = 200


class RunView(QWidget):
    """Shows a ``View``; ``asked`` carries the operator's requests."""

    asked = Signal(str, dict)

    def __init__(self) -> None:
        super().__init__()
        self.notices, self.questions = NoticePanel(), QuestionPanel()
        self.plots = RunPlots()
        # They take the room that the words leave, down to their least height.
        ignored = QSizePolicy.Policy.Ignored
        self.plots.setSizePolicy(ignored, ignored)
        self.bar = PlotBar(self.plots)
        self.field = NoticeLabel("field")
        self.field.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.controls = ControlPanel()
        self.controls.asked.connect(self.asked)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 4, 0, 0)
        column.setSpacing(4)
        column.addWidget(self.notices)
        column.addWidget(self.questions)
        column.addWidget(self.bar)
        column.addWidget(self.plots, 1)
        column.addWidget(self.field)
        column.addWidget(self.controls)

    def show_view(self, view: View) -> None:
        """Show the newest view."""
        self.notices.show_view(view.notices)
        self.bar.show_view(view.plot)
        self.plots.show_view(view.plot)
        self.field.show_notice(view.field)
        self.controls.show_view(view.controls)

    def show_theme(self, theme: Theme, scale: float) -> None:
        """Take a theme and the window's scale."""
        self.notices.show_theme(theme, scale)
        self.plots.show_theme(theme, scale)
        self.plots.setMinimumHeight(round(LOWEST_PLOTS_PX * scale))
        self.field.show_theme(theme)
        self.questions.sentence.show_theme(theme)
        self.controls.show_theme(theme)
