"""The window that overlays two runs, aligned at the start of heating."""

import json
from collections.abc import Sequence
from pathlib import Path

import pyqtgraph as pg
from PySide6.QtCore import QSettings, Qt
from PySide6.QtGui import QFont
from PySide6.QtWidgets import (
    QHBoxLayout,
    QHeaderView,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from gui import runs_texts as texts
from gui.axes import TimeBox, style_axes
from gui.compare import Row, band_of, figure_rows, read_course, setting_rows
from gui.compare_axis import HeatingAxis
from gui.look import THEMES
from gui.notice_panel import NoticeLabel
from gui.panels import label, tint
from gui.pyramid import Pyramid
from gui.replay_shell import Shell
from gui.runs_task import Task, TaskEnd
from gui.table import Table

ROLES = ("core", "healthy")
POINTS_PER_PX, LEAST_POINTS = 2, 200
TABLE_PX, KEYS_PX, LOWER_PX = 470, 215, 150


class CompareWindow(Shell):
    """Curves of two runs on the left, their figures and differences on the right."""

    def __init__(self, paths: Sequence[Path], settings: QSettings | None = None):
        super().__init__("compare", settings)
        self.setWindowTitle(texts.TITLE_COMPARE)
        self.courses = [read_course(path) for path in paths[:2]]
        self.light = QPushButton(texts.THEME)
        self.light.setCheckable(True)
        self.light.toggled.connect(
            lambda light: self.show_theme(THEMES["light" if light else "dark"])
        )
        self.summaries: list[dict[str, object]] = []
        self._paths, self._task = list(paths[:2]), Task(self)
        self._heads = [
            label(
                "figure",
                texts.RUN_OF.format(letter=letter, name=run.name, started=run.started),
            )
            for letter, run in zip(texts.RUN_LETTERS, self.courses, strict=True)
        ]
        self.band = NoticeLabel("band")
        self.band.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.band.show_notice(band_of(self.courses))
        self.canvas, self.table = pg.GraphicsLayoutWidget(), Table(texts.COMPARED)
        self._draw_plots()
        self._lay_out()
        self._fill([])
        self.restore()
        self._ask_next()

    def restyle(self) -> None:
        """Take theme and scale."""
        font = QFont(self.font())
        font.setPixelSize(round(14 * self.scale))
        self.band.show_theme(self.theme)
        self.canvas.setBackground(self.theme.background)
        for plot in (self._upper, self._lower):
            style_axes(plot, self.theme, font)
            plot.getAxis("left").setWidth(round(62 * self.scale))
        for role, head, lines in zip(ROLES, self._heads, self._lines, strict=True):
            colour = self.theme.role(role)
            tint(head, colour)
            solid, dashed, share = lines
            solid.setPen(pg.mkPen(colour, width=2))
            dashed.setPen(pg.mkPen(colour, width=1, style=Qt.PenStyle.DashLine))
            share.setPen(pg.mkPen(colour, width=2))
        self._zero.setPen(pg.mkPen(self.theme.faint, style=Qt.PenStyle.DotLine))
        self.table.setFixedWidth(round(TABLE_PX * self.scale))
        self.table.setColumnWidth(0, round(KEYS_PX * self.scale))
        self.canvas.ci.layout.setRowFixedHeight(1, round(LOWER_PX * self.scale))
        self._redraw()

    def _draw_plots(self) -> None:
        self._upper = self._add_plot(0, texts.CONTROLLED_AXIS)
        self._lower = self._add_plot(1, texts.SHARE_AXIS)
        self._lower.setXLink(self._upper)
        self._lower.setLabel("bottom", texts.FROM_HEATING)
        self._lower.setYRange(0.0, 105.0, padding=0.0)
        self._zero = pg.InfiniteLine(0.0, angle=90)
        self._upper.addItem(self._zero, ignoreBounds=True)
        self._lines = [
            (
                self._upper.plot(connect="finite"),
                self._upper.plot(connect="finite"),
                self._lower.plot(connect="finite"),
            )
            for _ in self.courses
        ]
        spans = [run.span_s() for run in self.courses]
        from_s, to_s = min(s[0] for s in spans), max(s[1] for s in spans)
        self._upper.setXRange(from_s, to_s, padding=0.02)
        curves = [run.controlled_c for run in self.courses]
        curves += [run.setpoint_c for run in self.courses]
        edges = [e for c in curves for e in c.extent(from_s, to_s) or ()]
        self._upper.setYRange(min(edges, default=36.0), max(edges, default=46.0))
        self._upper.vb.sigXRangeChanged.connect(self._redraw)

    def _add_plot(self, row: int, caption: str) -> pg.PlotItem:
        plot = self.canvas.addPlot(
            row=row,
            col=0,
            viewBox=TimeBox(),
            axisItems={"bottom": HeatingAxis(orientation="bottom")},
        )
        plot.setMenuEnabled(False)
        plot.hideButtons()
        plot.showGrid(x=True, y=True, alpha=0.15)
        plot.setLabel("left", caption)
        plot.vb.disableAutoRange()
        return plot

    def _redraw(self) -> None:
        from_s, to_s = self._upper.vb.viewRange()[0]
        points = max(POINTS_PER_PX * int(self._upper.vb.width()), LEAST_POINTS)
        for run, lines in zip(self.courses, self._lines, strict=True):
            curves: tuple[Pyramid, ...] = (run.controlled_c, run.setpoint_c, run.hf)
            for line, curve in zip(lines, curves, strict=True):
                line.setData(*curve.drawn(points, from_s, to_s))

    def _lay_out(self) -> None:
        page = QWidget()
        column = QVBoxLayout(page)
        column.setContentsMargins(8, 8, 8, 8)
        column.setSpacing(6)
        column.addWidget(self.band)
        head, heads = QHBoxLayout(), QVBoxLayout()
        for line in self._heads:
            heads.addWidget(line)
        head.addLayout(heads, 1)
        head.addWidget(self.light, 0, Qt.AlignmentFlag.AlignTop)
        column.addLayout(head)
        notes = [
            texts.NEVER_HEATED.format(name=letter)
            for letter, run in zip(texts.RUN_LETTERS, self.courses, strict=True)
            if run.heated_s is None
        ]
        column.addWidget(label("caption", "   ".join([texts.DASHED, *notes])))
        row = QHBoxLayout()
        row.addWidget(self.canvas, 1)
        row.addWidget(self.table)
        header = self.table.horizontalHeader()
        # Long keys and endings give way, so that both runs stay in sight.
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Interactive)
        header.setSectionResizeMode(1, QHeaderView.ResizeMode.Stretch)
        header.setSectionResizeMode(2, QHeaderView.ResizeMode.Stretch)
        column.addLayout(row, 1)
        self.setCentralWidget(page)

    def _fill(self, figures: list[Row]) -> None:
        """Fill the table: figures, then the settings in which the runs differ."""
        first, second = (run.settings for run in self.courses)
        differ = setting_rows(first, second)
        heading = [(texts.DIFFER, "", "")] if differ else []
        self.table.show_rows([*figures, *heading, *differ])

    def _ask_next(self) -> None:
        """Let ``amf report`` work out the figures of one run after the other."""
        path = self._paths[len(self.summaries)]
        self._task.run(["report", str(path), "--json"], self._take_summary)

    def _take_summary(self, end: TaskEnd) -> None:
        self.summaries.append(json.loads(end.printed) if end.exit_code == 0 else {})
        if len(self.summaries) < len(self._paths):
            self._ask_next()
        else:
            self._fill(figure_rows(*self.summaries))
