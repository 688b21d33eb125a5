"""The tuning page: one heating learned from, gain and delay with their ±.

Tuning speaks as the engine does, so that the run page shows it live and the same stop
ends it.
"""

from PySide6.QtCore import QLocale, Signal
from PySide6.QtWidgets import QDoubleSpinBox, QHBoxLayout, QVBoxLayout

from gui import texts_bench as texts
from gui.curve_plot import CurvePlot
from gui.form_row import Choice
from gui.look import Theme
from gui.notice_panel import NoticeLabel
from gui.outcome import EngineEnd
from gui.page import Page, button, wrapped
from gui.panels import ElidedLabel, label
from gui.procedure_view import end_notice
from gui.results import result_rows
from gui.table import Table
from gui.view import Notice
from gui.wording import Message, number, part, words

RISE_C = (0.5, 4.0, 2.0)
ROLES = {"controlled": "core", "setpoint": "hf"}


class TuningView(Page):
    """Asks for a tuning; ``start_asked`` carries config, method and rise in °C."""

    start_asked = Signal(str, str, float)

    def __init__(self) -> None:
        super().__init__()
        self._config = ""
        self.mine = False
        self._end: Message = {}
        self._points: list[tuple[float, float]] = []
        self.go = button(texts.TUNE)
        self.method = Choice()
        self.method.addItems(texts.TUNE_METHODS)
        self.rise = QDoubleSpinBox()
        self.rise.setLocale(QLocale.c())
        self.rise.setRange(RISE_C[0], RISE_C[1])
        self.rise.setValue(RISE_C[2])
        self.rise.setSingleStep(0.5)
        self.rise.setSuffix(texts.UNIT_RISE)
        self._path, self.state = ElidedLabel("caption"), NoticeLabel()
        self.plot = CurvePlot(
            texts.SAR_TIME_AXIS, texts.SAR_TEMPERATURE_AXIS, (), ROLES
        )
        self.table = Table(texts.CALIBRATION_HEADS)
        self._lay_out()
        self.go.clicked.connect(self._press)
        self.show_config("", False)

    def show_config(self, path: str, usable: bool) -> None:
        """Take the config that is open, and whether it can be tuned now."""
        self._config = path
        said = texts.CONFIG_OF.format(path=path) if path else texts.NO_CONFIG
        self._path.show_text(said)
        self.go.setEnabled(usable and bool(path))

    def begin(self) -> None:
        """Clear what the last tuning showed: the messages that come are this one's."""
        self.mine, self._end, self._points = True, {}, []
        self.plot.forget()
        self.table.show_rows([])
        self.state.show_notice(Notice())

    def take(self, message: Message) -> None:
        """Take a message of the engine, if it is a tuning's."""
        if not self.mine:
            return
        kind = words(message, "kind")
        if kind == "snapshot":
            self._add(message)
        elif kind == "event":
            self.state.show_notice(Notice(words(message, "sentence")))
        elif kind == "end":
            self._end = message
            self.table.show_rows(result_rows(message, "tuning"))

    def take_end(self, end: EngineEnd) -> None:
        """Take the end of the process."""
        if not self.mine:
            return
        self.mine = False
        self._draw()
        notice = end_notice(self._end, end)
        if end.exit_code == 0 and part(self._end, "tuning"):
            written = texts.WRITTEN.format(path=words(self._end, "sentence"))
            notice = Notice(written, "good")
        self.state.show_notice(notice)

    def show_theme(self, theme: Theme, scale: float) -> None:
        """Take a theme and the window's scale."""
        super().show_theme(theme, scale)
        self.plot.show_theme(theme, scale)

    def _add(self, snapshot: Message) -> None:
        t_s, value_c = number(snapshot, "t_s"), number(snapshot, "limiting_c")
        if t_s is not None and value_c is not None:
            self._points.append((t_s, value_c))
            if len(self._points) % 5 == 0:
                self._draw()

    def _draw(self) -> None:
        if self._points:
            self.plot.show_series("controlled", *zip(*self._points, strict=True))

    def _press(self) -> None:
        method = self.method.currentText()
        self.start_asked.emit(self._config, method, self.rise.value())

    def _lay_out(self) -> None:
        column, bar = QVBoxLayout(self), QHBoxLayout()
        column.setContentsMargins(0, 4, 0, 0)
        bar.addWidget(self.go)
        for caption, widget in (
            (texts.TUNE_METHOD, self.method),
            (texts.TUNE_RISE, self.rise),
        ):
            bar.addWidget(label("", caption))
            bar.addWidget(widget)
        bar.addWidget(self._path, 1)
        column.addLayout(bar)
        column.addWidget(wrapped("caption", texts.TUNE_HINT))
        column.addWidget(self.state)
        column.addWidget(self.plot, 3)
        column.addWidget(self.table, 2)
