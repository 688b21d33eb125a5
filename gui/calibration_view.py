"""The calibration page: resonance and field per ampere live, then what was found."""

from PySide6.QtWidgets import QTabWidget, QWidget

from gui import texts_bench as texts
from gui.curve_plot import CurvePlot
from gui.desk import Desk
from gui.look import Theme
from gui.outcome import EngineEnd
from gui.page import wrapped
from gui.procedure_view import ProcedureView
from gui.results import field_line, result_rows
from gui.table import Table
from gui.wording import Message, number, part, words

COMMANDS = {f"calibrate {name}": said for name, said in texts.CALIBRATE.items()}
QUANTITIES = {
    "sweep": (("frequency_hz", 1e-3), ("current_a", 1.0)),
    "level": (("current_a", 1.0), ("field_a_per_m", 1e-3)),
}
ROLES = {"sweep": "healthy", "level": "healthy", "fit": "core"}


class CalibrationView(ProcedureView):
    """Runs ``amf calibrate field`` and ``amf calibrate probes``."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk, COMMANDS, texts.ANSWERS_FILE)
        self.tabs = QTabWidget()
        self.plots = {
            step: CurvePlot(bottom, left, (step,), ROLES)
            for step, (bottom, left) in texts.CALIBRATION_AXES.items()
        }
        self.table = Table(texts.CALIBRATION_HEADS)
        shown: tuple[QWidget, ...] = (*self.plots.values(), self.table)
        for widget, title in zip(shown, texts.CALIBRATION_TABS, strict=True):
            self.tabs.addTab(widget, title)
        self.column.addWidget(wrapped("caption", texts.CALIBRATION_EMPTY))
        self.column.addWidget(self.tabs, 1)
        self._points: dict[str, list[tuple[float, float]]] = {}

    def option_of(self, command: str) -> str:
        """Give the option that names the file of answers."""
        return "--answers" if command.endswith("probes") else "--checklist"

    def begun(self) -> None:
        """Clear what the last one showed."""
        self._points = {step: [] for step in self.plots}
        for plot in self.plots.values():
            plot.forget()
        self.table.show_rows([])
        at_probes = self.command.endswith("probes")
        self.tabs.setCurrentWidget(self.table if at_probes else self.plots["sweep"])

    def take(self, message: Message) -> None:
        """Take a point, or the result."""
        step = words(message, "step")
        if words(message, "kind") == "point" and step in self.plots:
            self._add(step, message)
        elif words(message, "kind") == "point":
            at = self.table.rowCount()
            said = [(self.table.words(n, 0), self.table.words(n, 1)) for n in range(at)]
            self.table.show_rows([*said, (step, words(message, "sentence"))])
        elif words(message, "kind") == "end":
            self._show_result(message)

    def over(self, end: EngineEnd) -> None:
        """Turn to the result, where there is one."""
        if part(self.ended_with, "result"):
            self.tabs.setCurrentWidget(self.table)

    def show_theme(self, theme: Theme, scale: float) -> None:
        """Take a theme and the window's scale."""
        super().show_theme(theme, scale)
        for plot in self.plots.values():
            plot.show_theme(theme, scale)

    def _add(self, step: str, message: Message) -> None:
        (x_key, x_factor), (y_key, y_factor) = QUANTITIES[step]
        x, y = number(message, x_key), number(message, y_key)
        if x is None or y is None:
            return
        points = self._points[step]
        points.append((x * x_factor, y * y_factor))
        points.sort()
        self.plots[step].show_series(step, *zip(*points, strict=True))
        self.tabs.setCurrentWidget(self.plots[step])

    def _show_result(self, message: Message) -> None:
        result = part(message, "result")
        if not result:
            return
        self.table.show_rows(result_rows(message))
        highest_a = max((x for x, _ in self._points.get("level", [])), default=0.0)
        line = field_line(result, highest_a)
        if line:
            self.plots["level"].show_series("fit", *line)
