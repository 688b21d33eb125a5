"""What is on every page: bands and head above, probes, ceiling and stop on the right.

A page is a widget of its own file, added by ``add_page``; the run is the first.
"""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QHBoxLayout,
    QPushButton,
    QSizePolicy,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from gui import texts
from gui.look import Theme, style_sheet
from gui.notice_panel import NoticeLabel
from gui.page import Page
from gui.panels import CeilingPanel, DrivePanel, EventPanel, HeadPanel
from gui.probe_panel import ProbePanel
from gui.run_view import RunView
from gui.view import View

SIDE_PX = 400
STOP_PX = (72, 140)


class Frame(QWidget):
    """Lays out the window and hands each part its share of a view."""

    def __init__(self) -> None:
        super().__init__()
        self.band, self.shut_off = NoticeLabel("band"), NoticeLabel("band")
        self.head, self.probes = HeadPanel(), ProbePanel()
        self.ceiling, self.drive = CeilingPanel(), DrivePanel()
        self.run, self.events = RunView(), EventPanel()
        self.pages = QTabWidget()
        self.light = QPushButton(texts.THEME)
        self.light.setCheckable(True)
        self.sound = QPushButton(texts.SOUND)
        for small in (self.light, self.sound):
            small.setObjectName("corner")
        self.sound.setCheckable(True)
        self.sound.setToolTip(texts.SOUND_TIP)
        self.stop = QPushButton(f"{texts.STOP}  ({texts.STOP_KEY})")
        self.stop.setObjectName("stop")
        # Without it a plain widget does not paint the sheet's ground.
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._theme: Theme | None = None
        self._themed: list[Page] = []
        self._scale, self._old = 1.0, False
        self.add_page(self.run, texts.PAGE_RUN)
        self.add_page(self.events, texts.PAGE_EVENTS)
        self.pages.setCornerWidget(self._corner())
        self.probes.switched.connect(
            lambda name, shown: self.run.plots.hide_curve(name, not shown)
        )
        self._lay_out()

    def add_page(self, page: QWidget, title: str) -> None:
        """Add a page; the stop stays beside every one of them."""
        self.pages.addTab(page, title)
        if isinstance(page, Page):
            self._themed.append(page)

    def show_view(self, view: View) -> None:
        """Show the newest view."""
        self.band.show_notice(view.band)
        self.shut_off.show_notice(view.shut_off)
        self.head.show_view(view.head)
        self.probes.show_view(view.probes)
        self.ceiling.show_view(view.ceiling)
        self.drive.show_view(view.drive)
        self.events.show_view(view.events)
        self.run.show_view(view)
        if view.out_of_date != self._old:
            self._old = view.out_of_date
            self._dim()

    def show_theme(self, theme: Theme, scale: float) -> None:
        """Take a theme and the window's scale."""
        self._theme, self._scale = theme, scale
        self.setStyleSheet(style_sheet(theme, scale))
        for part in (self.band, self.shut_off, self.head):
            part.show_theme(theme)
        self.probes.show_theme(theme, scale)
        self.ceiling.show_theme(theme, scale)
        self.run.show_theme(theme, scale)
        for page in self._themed:
            page.show_theme(theme, scale)
        self._side.setFixedWidth(round(SIDE_PX * scale))
        self.stop.setFixedWidth(round(SIDE_PX * scale))
        self.stop.setMinimumHeight(round(STOP_PX[0] * scale))
        self.stop.setMaximumHeight(round(STOP_PX[1] * scale))
        self._dim()

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(8, 8, 8, 8)
        column.setSpacing(6)
        bands, middle = QHBoxLayout(), QHBoxLayout()
        for band in (self.band, self.shut_off):
            band.setAlignment(Qt.AlignmentFlag.AlignCenter)
            bands.addWidget(band, 1)
        column.addLayout(bands)
        column.addWidget(self.head)
        column.addLayout(middle, 1)
        middle.addWidget(self.pages, 1)
        middle.addLayout(self._right())

    def _corner(self) -> QWidget:
        corner = QWidget()
        row = QHBoxLayout(corner)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.sound)
        row.addWidget(self.light)
        return corner

    def _right(self) -> QVBoxLayout:
        """The stop has this column's foot: no sentence on the left pushes it away."""
        column = QVBoxLayout()
        self._side = QWidget()
        side = QVBoxLayout(self._side)
        side.setContentsMargins(0, 0, 0, 0)
        side.setSpacing(6)
        for part in (self.probes, self.ceiling, self.drive):
            side.addWidget(part)
        column.addWidget(self._side)
        column.addStretch(1)
        column.addWidget(self.stop, 2)
        policy = QSizePolicy.Policy
        self.stop.setSizePolicy(policy.Fixed, policy.Expanding)
        return column

    def _dim(self) -> None:
        """Dim what may no longer be true."""
        if self._theme is not None:
            sheet = f"QLabel {{ color: {self._theme.old}; }}" if self._old else ""
            self._side.setStyleSheet(sheet)
            self.head.setStyleSheet(sheet)
