"""One key of the form: its name and unit, what is typed, its range, its mistake."""

from PySide6.QtCore import QEvent, QObject, QSignalBlocker, Qt, Signal
from PySide6.QtGui import QKeyEvent, QWheelEvent
from PySide6.QtWidgets import QComboBox, QGridLayout, QLineEdit

from controller.config.form import FormField
from gui import texts_bench as texts
from gui.look import Theme
from gui.page import mark_wrong, wrapped


class Choice(QComboBox):
    """A choice that a wheel on its way past does not change, and Esc stops beside."""

    def __init__(self) -> None:
        super().__init__()
        self.view().installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802
        """Stop where Esc closes the open list, too: there it is no shortcut."""
        escape = Qt.Key.Key_Escape
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            stop = getattr(self.window(), "press_stop", None)
            if event.key() == escape and stop is not None:
                stop()
        return super().eventFilter(watched, event)

    def wheelEvent(self, event: QWheelEvent) -> None:  # noqa: N802 (Qt's name)
        """Leave the wheel to what is scrolled."""
        event.ignore()


class FormRow(QObject):
    """The widgets of one key in a grid; ``typed`` carries what was entered."""

    typed = Signal(str)

    def __init__(self, asked: FormField, grid: QGridLayout) -> None:
        super().__init__()
        self.asked = asked
        self.editor = self._editor()
        unit = f"  / {asked.unit}" if asked.unit else ""
        self._label = wrapped("", f"{asked.key}{unit}")
        self._label.setBuddy(self.editor)
        self._allowed = wrapped("caption", self._range())
        self.mistake = wrapped("mistake")
        self.mistake.setVisible(False)
        row = grid.rowCount()
        top = Qt.AlignmentFlag.AlignTop
        grid.addWidget(self._label, row, 0, top)
        grid.addWidget(self.editor, row, 1, top)
        grid.addWidget(self._allowed, row + 1, 1)
        grid.addWidget(self.mistake, row + 2, 1)
        for widget in (self._label, self.editor):
            widget.setToolTip(asked.explanation or asked.allowed)

    def show_value(self, text: str) -> None:
        """Show what the file says; nothing where it says nothing."""
        with QSignalBlocker(self.editor):
            if isinstance(self.editor, QComboBox):
                if text and self.editor.findText(text) < 0:
                    self.editor.addItem(text)
                self.editor.setCurrentText(text)
            elif self.editor.text() != text:
                self.editor.setText(text)

    def show_mistake(self, words: str, theme: Theme) -> None:
        """Show what is wrong with this key, beside it."""
        mark_wrong(self.mistake, theme, words)
        frame = f"border: 2px solid {theme.alarm};" if words else ""
        if self.editor.styleSheet() != frame:
            self.editor.setStyleSheet(frame)

    def _editor(self) -> QLineEdit | QComboBox:
        asked = self.asked
        if asked.choices or asked.kind == "switch":
            box = Choice()
            offered = asked.choices or ("true", "false")
            box.addItems([*([] if asked.required else [""]), *offered])
            box.setPlaceholderText(self._default())
            box.activated.connect(lambda _: self.typed.emit(box.currentText()))
            box.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
            return box
        line = QLineEdit()
        line.setPlaceholderText(self._default())
        line.editingFinished.connect(lambda: self.typed.emit(line.text()))
        return line

    def _default(self) -> str:
        if self.asked.required:
            return ""
        default = self.asked.default
        return (
            texts.FORM_DEFAULT.format(value=default) if default else texts.FORM_LEFT_OUT
        )

    def _range(self) -> str:
        asked = self.asked
        words = asked.allowed
        if asked.kind in ("choice", "switch") or asked.choices:
            words = ""
        words = words[:1].upper() + words[1:]
        if not asked.required and asked.default:
            said = texts.FORM_DEFAULT.format(value=asked.default)
            words = f"{words}; {said}" if words else said[:1].upper() + said[1:]
        return (
            f"{words}.  {asked.explanation}".strip(". ") if words else asked.explanation
        )
