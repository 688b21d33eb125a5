"""The probes: reading, remark and dose of each, and whether its curve is shown."""

from PySide6.QtCore import QPointF, QSize, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import (
    QCheckBox,
    QFrame,
    QGridLayout,
    QScrollArea,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from gui import look, texts
from gui.panels import RIGHT, Panel, label, tint
from gui.plots import STYLES
from gui.view import ProbeView

ROOMY_PROBES = 5
# Eight of them fit into the smallest window; more are scrolled where they must be.
LOWEST_PX = 220


class Swatch(QWidget):
    """A piece of a probe's curve, in its colour and line style."""

    def __init__(self, role: str, style: int) -> None:
        super().__init__()
        self._role, self._style = role, STYLES[style % len(STYLES)]
        self._pen = QPen()
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Expanding)
        # The sheet's ground would hide the panel's.
        self.setStyleSheet("background: transparent;")

    def show_theme(self, theme: look.Theme) -> None:
        """Take the role's colour in a theme."""
        self._pen = QPen(QColor(theme.role(self._role)), 3, self._style)
        self.update()

    def sizeHint(self) -> QSize:  # noqa: N802 (Qt's name)
        """Ask for a short line's width."""
        return QSize(34, 12)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        """Paint the line."""
        painter = QPainter(self)
        painter.setPen(self._pen)
        middle = self.height() / 2
        painter.drawLine(QPointF(2, middle), QPointF(self.width() - 2, middle))
        painter.end()


class ProbeRow:
    """One probe: name with its switch, remark, reading, CEM43 with its range."""

    def __init__(self, grid: QGridLayout, row: int, view: ProbeView, size: str) -> None:
        self.switch = QCheckBox(view.name.replace("&", "&&"))
        self.switch.setObjectName("probe" + size)
        self.switch.setChecked(True)
        self.switch.setToolTip(texts.PROBE_TIP)
        self.swatch = Swatch(view.role, view.style)
        self._warning = look.DARK.warm
        self._remark = label("caption" + size)
        self._reading = label("reading" + size)
        self._dose = label("caption" + size)
        self._reading.setAlignment(RIGHT)
        self._dose.setAlignment(RIGHT)
        names = QVBoxLayout()
        names.setSpacing(0)
        names.addStretch(1)
        names.addWidget(self.switch)
        names.addWidget(self._remark)
        names.addStretch(1)
        grid.addWidget(self.swatch, row, 0)
        grid.addLayout(names, row, 1)
        grid.addWidget(self._reading, row, 2)
        grid.addWidget(self._dose, row, 3)

    def show_view(self, view: ProbeView) -> None:
        """Show a probe; what is no reading stands out in its place."""
        self._reading.setText(view.reading)
        tint(self._reading, "" if view.reading_ok else self._warning)
        self._remark.setText(view.remark)
        self._remark.setVisible(bool(view.remark))
        lines = (view.dose, view.dose_range)
        self._dose.setText("\n".join(line for line in lines if line))

    def show_theme(self, theme: look.Theme) -> None:
        """Take the colours of a theme."""
        self._warning = theme.warm
        self.swatch.show_theme(theme)


class WholeArea(QScrollArea):
    """Scrolls where it must; asks for all that is in it, as it is now."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("table")
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)

    def sizeHint(self) -> QSize:  # noqa: N802 (Qt's name)
        """Ask for the height of the table."""
        inner = self.widget()
        return QSize() if inner is None else inner.sizeHint()


class ProbePanel(Panel):
    """One line for each probe, in smaller letters from the sixth on.

    ``switched`` says (name, shown) when a curve is to be shown or hidden.
    """

    switched = Signal(str, bool)

    def __init__(self) -> None:
        super().__init__()
        self._names: tuple[str, ...] = ()
        self._theme = look.DARK
        self._rows: list[ProbeRow] = []
        self._room = QVBoxLayout(self)
        self._room.setContentsMargins(10, 4, 10, 4)
        self._table = QWidget()
        self._area = WholeArea()
        self._area.setWidget(self._table)
        self._lowest_px = LOWEST_PX
        self._room.addWidget(self._area)
        self.setVisible(False)

    def show_theme(self, theme: look.Theme, scale: float) -> None:
        """Take the colours of a theme, and the window's scale."""
        self._theme, self._lowest_px = theme, round(LOWEST_PX * scale)
        for row in self._rows:
            row.show_theme(theme)

    def show_view(self, views: tuple[ProbeView, ...]) -> None:
        """Show the probes of a view."""
        names = tuple(view.name for view in views)
        if names != self._names:
            self._names = names
            self._build(views)
            self.setVisible(bool(names))
        for view, row in zip(views, self._rows, strict=True):
            row.show_view(view)
        self._fit()

    def _build(self, views: tuple[ProbeView, ...]) -> None:
        self._table = QWidget()
        self._table.setObjectName("table")
        grid = QGridLayout(self._table)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setColumnStretch(1, 1)
        size = "-small" if len(views) > ROOMY_PROBES else ""
        grid.setVerticalSpacing(1 if size else 2)
        self._rows = [ProbeRow(grid, row, view, size) for row, view in enumerate(views)]
        for row, view in zip(self._rows, views, strict=True):
            row.show_theme(self._theme)
            row.switch.toggled.connect(
                lambda shown, name=view.name: self.switched.emit(name, shown)
            )
        self._area.setWidget(self._table)

    def _fit(self) -> None:
        """Be as high as the table, or lower and scrolled where the window is."""
        wanted_px = max(self._table.sizeHint().height(), 0)
        if wanted_px != self._area.maximumHeight():
            self._area.setMinimumHeight(min(wanted_px, self._lowest_px))
            self._area.setMaximumHeight(wanted_px)
