"""The calorimetry page: sample, matrix, the growing curve, results, control chart."""

import re
import sqlite3
from pathlib import Path

from PySide6.QtCore import QTimer, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QTabWidget, QVBoxLayout, QWidget

from gui import live_record
from gui import texts_bench as texts
from gui.curve_plot import CurvePlot
from gui.desk import Desk
from gui.form import Form
from gui.form_view import FormView
from gui.look import Theme
from gui.outcome import EngineEnd
from gui.page import button, wrapped
from gui.procedure_view import ProcedureView
from gui.results import budget_rows, matrix_rows, plus_minus
from gui.sar_chart import ChartView
from gui.sar_curve import followed
from gui.table import Table
from gui.view import Notice
from gui.wording import Message, parts, words

COMMAND = "sar run"
LOOK_MS = 500
TABLES = ("experiment", "sample", "field", "thermometer", "matrix", "protocol", "check")
PROGRESS = re.compile(r"(\d+) of (\d+): (\S+)")
ROLES = {"curve": "sample", "heating": "core", "cooling": "healthy"}
RESIDUAL_ROLES = {"heating left": "core", "cooling left": "healthy"}


class SarView(ProcedureView):
    """Runs ``amf sar run`` on the matrix that is open."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk, {COMMAND: texts.SAR_START}, texts.CHECKLIST_FILE)
        self.sample = FormView(TABLES)
        self.curve = CurvePlot(
            texts.SAR_TIME_AXIS, texts.SAR_TEMPERATURE_AXIS, ("curve",), ROLES
        )
        self.residuals = CurvePlot(
            texts.SAR_TIME_AXIS,
            texts.SAR_RESIDUAL_AXIS,
            tuple(RESIDUAL_ROLES),
            RESIDUAL_ROLES,
        )
        self.fits = wrapped("caption", texts.SAR_WAITING)
        self.results = Table(texts.SAR_HEADS)
        self.sentence = wrapped()
        self.budget = Table(texts.SAR_BUDGET_HEADS)
        self.chart = ChartView()
        self.report = button(texts.SAR_REPORT)
        self.tabs = QTabWidget()
        self.folder: Path | None = None
        self.result: Message = {}
        self._shown: tuple[Path, int] | None = None
        self._timer = QTimer(self)
        self._timer.setInterval(LOOK_MS)
        self._timer.timeout.connect(self._look)
        self.report.clicked.connect(self._open_report)
        self._lay_out()

    def show_form(self, form: Form) -> None:
        """Take the config that is open; only a matrix can be measured."""
        matrix = "matrix" in form.data
        if matrix != self.tabs.isTabVisible(0):
            self.tabs.setTabVisible(0, matrix)
            self.tabs.setCurrentIndex(0 if matrix else 1)
        if matrix:
            self.sample.show_form(form)
        usable = matrix and not form.changed and not form.problems
        self.show_config(str(form.path), usable)
        lacking = "" if usable else texts.NEEDS_SAVE if matrix else texts.SAR_NO_MATRIX
        if not self._timer.isActive():
            self.state.show_notice(Notice(lacking))
        out = self.out or form.value("run", "out") or "runs"
        self.folder = Path(out) / str(form.data.get("name", ""))

    def begun(self) -> None:
        """Clear what the last one showed, and follow the curves."""
        self.result, self._shown = {}, None
        for plot in (self.curve, self.residuals):
            plot.forget()
        self.results.show_rows([])
        self.budget.show_rows([])
        self.sentence.setText("")
        self.fits.setText(texts.SAR_WAITING)
        self.tabs.setCurrentIndex(1)
        self._timer.start()

    def take(self, message: Message) -> None:
        """Take the results, or a sentence of progress."""
        self.take_line(words(message, "sentence"))
        if any(True for _ in parts(message, "points")):
            self._show_result(message)

    def take_line(self, line: str) -> None:
        """Take a line of progress."""
        found = PROGRESS.search(line)
        if found is None:
            return
        done, whole = int(found[1]), max(int(found[2]), 1)
        self.progress.setValue(round(1000 * (done - 1) / whole))
        said = texts.SAR_PROGRESS.format(done=done, all=whole, name=found[3])
        self.state.show_notice(Notice(said))

    def over(self, end: EngineEnd) -> None:
        """Show the last curve and the chart; a complete matrix shows its results."""
        self._timer.stop()
        self._look()
        if self.folder is not None:
            self.chart.show_folder(self.folder.parent)
        if self.result:
            self.state.show_notice(Notice(texts.SAR_COMPLETE, "good"))
            self.tabs.setCurrentIndex(2)
        self.report.setEnabled(self._page() is not None)

    def show_theme(self, theme: Theme, scale: float) -> None:
        """Take a theme and the window's scale."""
        super().show_theme(theme, scale)
        self.sample.show_theme(theme, scale)
        for plot in (self.curve, self.residuals):
            plot.show_theme(theme, scale)
        self.chart.show_theme(theme, scale)

    def _lay_out(self) -> None:
        curves, results = QWidget(), QWidget()
        column = QVBoxLayout(curves)
        column.addWidget(self.fits)
        column.addWidget(self.curve, 3)
        column.addWidget(self.residuals, 2)
        column = QVBoxLayout(results)
        column.addWidget(self.sentence)
        column.addWidget(self.results, 1)
        column.addWidget(self.report)
        self.report.setEnabled(False)
        pages = (self.sample, curves, results, self.budget, self.chart)
        for page, title in zip(pages, texts.SAR_TABS, strict=True):
            self.tabs.addTab(page, title)
        self.column.addWidget(self.tabs, 1)

    def _look(self) -> None:
        """Look at the curve that is being recorded."""
        path = live_record.newest_record(self.folder) if self.folder else None
        if path is None:
            return
        try:
            found = followed(live_record.curve_so_far(path))
        except sqlite3.Error:
            return  # it is being created, or locked for an instant
        time_s, temperature_c = found.curve.time_s, found.curve.temperature_c
        if self._shown == (path, time_s.size):
            return
        self._shown = (path, time_s.size)
        self.curve.show_series("curve", time_s, temperature_c)
        said = {}
        for name, fit in (("heating", found.heating), ("cooling", found.cooling)):
            t, y, left = (
                (fit.time_s, fit.fitted_c, fit.residuals_c) if fit else ((),) * 3
            )
            self.curve.show_series(name, t, y)
            self.residuals.show_series(f"{name} left", t, left)
            said[name] = fit.words() if fit else texts.NOTHING
        slopes = texts.SAR_SLOPE.format(
            slope=said["heating"], cooling=said["cooling"], name=path.stem
        )
        self.fits.setText(slopes)

    def _show_result(self, message: Message) -> None:
        self.result = message
        self.results.show_rows(matrix_rows(message))
        self.budget.show_rows(budget_rows(message))
        value = plus_minus(message, "ilp_nh_m2_per_kg")
        self.sentence.setText(
            texts.SAR_ILP.format(value=value, why=words(message, "why"))
        )

    def _page(self) -> Path | None:
        page = self.folder / f"{self.folder.name}.html" if self.folder else None
        return page if page is not None and page.is_file() else None

    def _open_report(self) -> None:
        page = self._page()
        if page is not None:
            QDesktopServices.openUrl(QUrl.fromLocalFile(str(page.absolute())))
