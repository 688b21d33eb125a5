"""What the operator asks for during a run: one button for each request."""

from PySide6.QtCore import QLocale, QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import (
    QDoubleSpinBox,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from gui import look, texts
from gui.panels import ElidedLabel, Panel, tint
from gui.view import ControlsView
from gui.wording import fixed

SETPOINT_STEP_C = 0.1
MANUAL_STEP_KA_PER_M = 0.1


class ControlPanel(Panel):
    """Set-point, phases, manual power, notes, alarms. Emits requests, decides nothing.

    ``asked`` carries a request's name and its fields, in the engine's units.
    """

    asked = Signal(str, dict)

    def __init__(self) -> None:
        super().__init__()
        self.setpoint = _number_box(texts.UNIT_SETPOINT, 1, SETPOINT_STEP_C)
        self.manual = _number_box(texts.UNIT_MANUAL, 2, MANUAL_STEP_KA_PER_M)
        self.text = QLineEdit()
        self.text.setPlaceholderText(texts.NOTE_HINT)
        self.buttons = {name: _button(name, words) for name, words in _names()}
        self._answer = ElidedLabel("caption")
        self._theme = look.DARK
        self._setpoint_c: float | None = None
        self._lay_out()
        self._listen()

    def show_theme(self, theme: look.Theme) -> None:
        """Take the colours of a theme."""
        self._theme = theme

    def show_view(self, view: ControlsView) -> None:
        """Open what may be asked now, with its bounds, and show the newest answer."""
        by_hand = view.manual_a_per_m is not None
        for name, button in self.buttons.items():
            button.setEnabled(name in view.allowed)
        self.buttons["loop"].setEnabled("manual" in view.allowed and by_hand)
        self.buttons["manual"].setChecked(by_hand)
        self.setpoint.setEnabled("setpoint" in view.allowed)
        self.manual.setEnabled("manual" in view.allowed)
        self.text.setEnabled("note" in view.allowed)
        self._show_setpoint(view)
        self._show_manual(view, by_hand)
        self._answer.show_text(view.answer.text)
        loud = view.answer.level == "caution"
        tint(self._answer, self._theme.fill("caution") if loud else "")

    def _show_setpoint(self, view: ControlsView) -> None:
        low, high = view.setpoint_range_c or (0.0, 0.0)
        self.setpoint.setRange(low, high)
        self.buttons["setpoint"].setToolTip(
            texts.TIPS["setpoint"].format(low=f"{low:g}", high=f"{high:g}")
        )
        # Only a set-point that has changed: what is being typed is the operator's.
        if view.setpoint_c is not None and view.setpoint_c != self._setpoint_c:
            self._setpoint_c = view.setpoint_c
            self.setpoint.setValue(view.setpoint_c)

    def _show_manual(self, view: ControlsView, by_hand: bool) -> None:
        """Begin at what is commanded now, so that taking over makes no jump."""
        bound_ka_per_m = (view.bound_a_per_m or 0.0) / 1000.0
        with QSignalBlocker(self.manual):
            self.manual.setMaximum(int(100.0 * bound_ka_per_m) / 100.0)
            if not self.manual.hasFocus() and not by_hand:
                self.manual.setValue((view.commanded_a_per_m or 0.0) / 1000.0)
        self.buttons["manual"].setToolTip(
            texts.TIPS["manual"].format(bound=fixed(bound_ka_per_m, 2))
        )

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(8, 4, 8, 4)
        column.setSpacing(4)
        button = self.buttons
        first = (self.setpoint, button["setpoint"], button["hold"], button["next"])
        column.addLayout(
            _row(*first, None, self.manual, button["manual"], button["loop"])
        )
        alarms = (button["acknowledge"], button["reset"])
        column.addLayout(_row(self.text, button["note"], button["mark"], None, *alarms))
        column.addWidget(self._answer)

    def _listen(self) -> None:
        ask = self.asked.emit
        button = self.buttons
        for name in ("hold", "next", "acknowledge", "reset"):
            button[name].clicked.connect(lambda _=False, n=name: ask(n, {}))
        button["setpoint"].clicked.connect(self._ask_setpoint)
        button["manual"].clicked.connect(self._ask_manual)
        button["loop"].clicked.connect(lambda: ask("manual", {"value": None}))
        for name in ("note", "mark"):
            button[name].clicked.connect(lambda _=False, n=name: self._ask_text(n))
        self.text.returnPressed.connect(lambda: self._ask_text("note"))
        self.setpoint.lineEdit().returnPressed.connect(self._ask_setpoint)
        self.manual.lineEdit().returnPressed.connect(self._ask_manual)

    def _ask_setpoint(self) -> None:
        self.setpoint.interpretText()
        self.asked.emit("setpoint", {"value": round(self.setpoint.value(), 2)})

    def _ask_manual(self) -> None:
        self.manual.interpretText()
        a_per_m = round(1000.0 * self.manual.value(), 1)
        self.asked.emit("manual", {"value": a_per_m})

    def _ask_text(self, name: str) -> None:
        text = self.text.text().strip()
        # A mark may be wordless: its time is what counts.
        if text or name == "mark":
            self.asked.emit(name, {"text": text})
            self.text.clear()


def _names() -> list[tuple[str, str]]:
    return list(texts.ASKED.items())


def _number_box(unit: str, digits: int, step_size: float) -> QDoubleSpinBox:
    box = QDoubleSpinBox()
    box.setLocale(QLocale.c())
    box.setSuffix(unit)
    box.setDecimals(digits)
    box.setSingleStep(step_size)
    box.setKeyboardTracking(False)
    # A wheel that scrolls past must not change a number.
    box.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    return box


def _button(name: str, words: str) -> QPushButton:
    button = QPushButton(words)
    button.setCheckable(name == "manual")
    button.setToolTip(texts.TIPS.get(name, ""))
    button.setAutoDefault(False)
    return button


def _row(*widgets: QWidget | None) -> QHBoxLayout:
    """Make a row; None is where the free room goes, else a text takes it."""
    row = QHBoxLayout()
    row.setSpacing(6)
    for widget in widgets:
        if widget is None:
            row.addStretch(1)
        else:
            row.addWidget(widget, 4 if isinstance(widget, QLineEdit) else 0)
    return row
