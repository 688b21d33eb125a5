"""The window's panels. Each shows its part of the view and knows nothing else."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QListWidget,
    QSizePolicy,
    QVBoxLayout,
)

from gui import look, texts
from gui.gauge import CeilingGauge
from gui.view import CeilingView, DriveView, HeadView

RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


class Panel(QFrame):
    """A framed part of the window."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("panel")


class ElidedLabel(QLabel):
    """A name that gives way: shortened with an ellipsis, whole in its tool tip."""

    def __init__(self, name: str = "figure") -> None:
        super().__init__()
        self.setObjectName(name)
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
        row.setSpacing(18)
        self._theme = look.DARK
        self._view: HeadView | None = None
        self._phase = label("phase")
        self._name = ElidedLabel()
        row.addWidget(self._phase)
        row.addWidget(self._name, 1)
        self._setpoint = captioned(row, texts.SETPOINT)
        self._controlled = captioned(row, texts.CONTROLLED)
        self._dose = captioned(row, texts.DOSE)
        self._in_phase = captioned(row, texts.IN_PHASE)
        self._remaining = captioned(row, texts.REMAINING)
        self._ends = captioned(row, texts.ENDS)
        self._run_time = captioned(row, texts.RUN_TIME)

    def show_theme(self, theme: look.Theme) -> None:
        """Take the colours of a theme."""
        self._theme = theme
        if self._view is not None:
            self.show_view(self._view)

    def show_view(self, view: HeadView) -> None:
        """Show the head of a view."""
        self._view = view
        self._name.show_text(view.name)
        self._phase.setText(view.phase)
        tint(self._phase, self._theme.fill(view.phase_level))
        self._setpoint.setText(view.setpoint)
        self._controlled.setText(view.controlled)
        self._dose.setText(view.dose)
        self._in_phase.setText(view.in_phase)
        self._remaining.setText(view.remaining)
        self._ends.setText(view.ends)
        self._run_time.setText(view.run_time)


class CeilingPanel(Panel):
    """H·f as a gauge of its ceiling, with the numbers and the profile."""

    def __init__(self) -> None:
        super().__init__()
        grid = QGridLayout(self)
        grid.setContentsMargins(10, 4, 10, 6)
        grid.setVerticalSpacing(2)
        self._theme = look.DARK
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

    def show_theme(self, theme: look.Theme, scale: float) -> None:
        """Take a theme and the window's scale."""
        self._theme = theme
        self.gauge.show_theme(theme, scale)

    def show_view(self, view: CeilingView) -> None:
        """Show the field's part of a view."""
        self._share.setText(view.share_words)
        self._remark.setText(view.remark)
        theme = self._theme
        colour = theme.old if view.old else theme.fill(view.level)
        tint(self._remark, colour)
        self.gauge.show_share(view.share, colour)
        for line, text in zip(self._lines, view.lines, strict=True):
            line.setText(text)


class DrivePanel(Panel):
    """Read-backs of supply and generator."""

    def __init__(self) -> None:
        super().__init__()
        grid = QGridLayout(self)
        grid.setContentsMargins(10, 4, 10, 4)
        grid.setVerticalSpacing(2)
        grid.setColumnStretch(1, 1)
        self._values = []
        captions = (texts.SUPPLY, texts.GENERATOR, texts.POWER, texts.T90)
        for row, caption in enumerate(captions):
            # What T90 is of takes many words: they are small.
            value = label("caption" if caption == texts.T90 else "")
            value.setAlignment(RIGHT)
            grid.addWidget(label("caption", caption), row, 0)
            grid.addWidget(value, row, 1)
            self._values.append(value)

    def show_view(self, view: DriveView) -> None:
        """Show the read-backs of a view."""
        shown = (view.supply, view.generator, view.power, view.t90)
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


def tint(shown: QLabel, colour: str) -> None:
    """Colour a label's words; "" is the sheet's own. A sheet is dear: only if new."""
    sheet = f"color: {colour};" if colour else ""
    if shown.styleSheet() != sheet:
        shown.setStyleSheet(sheet)


def captioned(row: QHBoxLayout, caption: str) -> QLabel:
    """Put a figure with a small caption above it into a row."""
    column = QVBoxLayout()
    column.setSpacing(0)
    figure = label("figure", texts.NOTHING)
    column.addWidget(label("caption", caption))
    column.addWidget(figure)
    row.addLayout(column)
    return figure
