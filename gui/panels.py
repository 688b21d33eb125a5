"""The window's panels. Each shows its part of the view and knows nothing else."""

from PySide6.QtCore import QPointF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import (
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QListWidget,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from gui import look, texts
from gui.gauge import CeilingGauge
from gui.plots import STYLES
from gui.view import CeilingView, DriveView, HeadView, ProbeView

ROOMY_PROBES = 5
RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


class Panel(QFrame):
    """A framed part of the window."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("panel")


class ElidedLabel(QLabel):
    """A name that gives way: shortened with an ellipsis, whole in its tool tip."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("figure")
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)

    def show_text(self, text: str) -> None:
        """Show as much of a text as there is room for."""
        mode = Qt.TextElideMode.ElideRight
        self.setText(self.fontMetrics().elidedText(text, mode, self.width()))
        self.setToolTip(text)


class HeadPanel(Panel):
    """Phase and times, set-point and controlled temperature, dose."""

    def __init__(self) -> None:
        super().__init__()
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 4, 12, 4)
        row.setSpacing(20)
        self._phase = label("phase")
        self._name = ElidedLabel()
        row.addWidget(self._phase)
        row.addWidget(self._name, 1)
        self._setpoint = captioned(row, texts.SETPOINT)
        self._controlled = captioned(row, texts.CONTROLLED)
        self._dose = captioned(row, texts.DOSE)
        self._in_phase = captioned(row, texts.IN_PHASE)
        self._remaining = captioned(row, texts.REMAINING)
        self._run_time = captioned(row, texts.RUN_TIME)

    def show_view(self, view: HeadView) -> None:
        """Show the head of a view."""
        self._name.show_text(view.name)
        self._phase.setText(view.phase)
        colour = look.VERMILION if view.phase_level == "fault" else look.SKY_BLUE
        self._phase.setStyleSheet(f"color: {colour};")
        self._setpoint.setText(view.setpoint)
        self._controlled.setText(view.controlled)
        self._dose.setText(view.dose)
        self._in_phase.setText(view.in_phase)
        self._remaining.setText(view.remaining)
        self._run_time.setText(view.run_time)


class Swatch(QWidget):
    """A piece of a probe's curve, in its colour and line style."""

    def __init__(self, colour: str, style: int) -> None:
        super().__init__()
        self._pen = QPen(QColor(colour), 3, STYLES[style % len(STYLES)])
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Expanding)
        # The sheet's ground would hide the panel's.
        self.setStyleSheet("background: transparent;")

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
    """The labels of one probe: name, remark, reading, CEM43."""

    def __init__(self, grid: QGridLayout, row: int, view: ProbeView, size: str) -> None:
        self._remark = label("caption" + size)
        self._reading = label("reading" + size)
        self._dose = label("caption" + size)
        self._reading.setAlignment(RIGHT)
        self._dose.setAlignment(RIGHT)
        names = QVBoxLayout()
        names.setSpacing(0)
        names.addStretch(1)
        names.addWidget(label("", view.name))
        names.addWidget(self._remark)
        names.addStretch(1)
        grid.addWidget(Swatch(view.colour, view.style), row, 0)
        grid.addLayout(names, row, 1)
        grid.addWidget(self._reading, row, 2)
        grid.addWidget(self._dose, row, 3)

    def show_view(self, view: ProbeView) -> None:
        """Show a probe; what is no reading stands out in its place."""
        self._reading.setText(view.reading)
        self._reading.setStyleSheet("" if view.reading_ok else f"color: {look.YELLOW};")
        self._remark.setText(view.remark)
        self._remark.setVisible(bool(view.remark))
        self._dose.setText(view.dose)


class ProbePanel(Panel):
    """One line for each probe, in smaller letters from the sixth on."""

    def __init__(self) -> None:
        super().__init__()
        self._names: tuple[str, ...] = ()
        self._rows: list[ProbeRow] = []
        self._room = QVBoxLayout(self)
        self._room.setContentsMargins(10, 4, 10, 4)
        self._table = QWidget()
        self._room.addWidget(self._table)

    def show_view(self, views: tuple[ProbeView, ...]) -> None:
        """Show the probes of a view."""
        names = tuple(view.name for view in views)
        if names != self._names:
            self._names = names
            self._build(views)
        for view, row in zip(views, self._rows, strict=True):
            row.show_view(view)

    def _build(self, views: tuple[ProbeView, ...]) -> None:
        self._room.removeWidget(self._table)
        self._table.deleteLater()
        self._table = QWidget()
        self._table.setObjectName("table")
        grid = QGridLayout(self._table)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setVerticalSpacing(2)
        grid.setColumnStretch(1, 1)
        size = "-small" if len(views) > ROOMY_PROBES else ""
        self._rows = [ProbeRow(grid, row, view, size) for row, view in enumerate(views)]
        self._room.addWidget(self._table)


class CeilingPanel(Panel):
    """H·f as a gauge of its ceiling, with the numbers and the profile."""

    def __init__(self) -> None:
        super().__init__()
        grid = QGridLayout(self)
        grid.setContentsMargins(10, 4, 10, 6)
        self._share, self._remark = label("share"), label("figure")
        self._remark.setAlignment(RIGHT)
        self.gauge = CeilingGauge()
        self._lines = [label() for _ in range(5)]
        grid.addWidget(label("caption", texts.CEILING), 0, 0, 1, 2)
        grid.addWidget(self._share, 1, 0)
        grid.addWidget(self._remark, 1, 1)
        grid.addWidget(self.gauge, 2, 0, 1, 2)
        places = ((3, 0, 1), (3, 1, 1), (4, 0, 2), (5, 0, 1), (5, 1, 1))
        for line, (row, column, span) in zip(self._lines, places, strict=True):
            grid.addWidget(line, row, column, 1, span)

    def show_view(self, view: CeilingView) -> None:
        """Show the field's part of a view."""
        self._share.setText(view.share_words)
        self._remark.setText(view.remark)
        loud = look.VERMILION if view.level == "fault" else look.ORANGE
        colour = look.OLD if view.old else loud
        self._remark.setStyleSheet(f"color: {colour};")
        self.gauge.show_share(
            view.share, look.OLD if view.old else look.FILLS[view.level]
        )
        for line, text in zip(self._lines, view.lines, strict=True):
            line.setText(text)


class DrivePanel(Panel):
    """Read-backs of supply and generator."""

    def __init__(self) -> None:
        super().__init__()
        grid = QGridLayout(self)
        grid.setContentsMargins(10, 4, 10, 4)
        grid.setColumnStretch(1, 1)
        self._values = []
        for row, caption in enumerate((texts.SUPPLY, texts.GENERATOR, texts.POWER)):
            value = label()
            value.setAlignment(RIGHT)
            grid.addWidget(label("caption", caption), row, 0)
            grid.addWidget(value, row, 1)
            self._values.append(value)

    def show_view(self, view: DriveView) -> None:
        """Show the read-backs of a view."""
        shown = (view.supply, view.generator, view.power)
        for value, text in zip(self._values, shown, strict=True):
            value.setText(text)


class EventPanel(QListWidget):
    """What happened, newest first."""

    def __init__(self) -> None:
        super().__init__()
        self._shown: tuple[str, ...] = ()
        self.setWordWrap(True)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)

    def show_view(self, events: tuple[str, ...]) -> None:
        """Show the events of a view, newest first."""
        if events != self._shown:
            self._shown = events
            self.clear()
            self.addItems(list(events))


def label(name: str = "", text: str = "") -> QLabel:
    """Make a label that takes its look from the style sheet by ``name``."""
    made = QLabel(text)
    made.setObjectName(name)
    made.setTextFormat(Qt.TextFormat.PlainText)
    return made


def captioned(row: QHBoxLayout, caption: str) -> QLabel:
    """Put a figure with a small caption above it into a row."""
    column = QVBoxLayout()
    column.setSpacing(0)
    figure = label("figure", texts.NOTHING)
    column.addWidget(label("caption", caption))
    column.addWidget(figure)
    row.addLayout(column)
    return figure
