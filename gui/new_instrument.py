"""One more instrument for a config: its name, driver, model, and where it is."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QGridLayout, QLineEdit, QVBoxLayout, QWidget

from controller.config.form import driver_models
from gui import texts_bench as texts
from gui.form_row import Choice
from gui.look import Theme
from gui.page import button, mark_wrong, wrapped
from gui.panels import label


class NewInstrument(QWidget):
    """Asks for an instrument; ``asked`` carries name, driver, model and address.

    Without an address it is simulated.
    """

    asked = Signal(str, str, str, str)

    def __init__(self) -> None:
        super().__init__()
        self._known = driver_models()
        self.name, self.address = QLineEdit(), QLineEdit()
        self.driver, self.model = Choice(), Choice()
        self.name.setPlaceholderText(texts.NEW_NAME_HINT)
        self.address.setPlaceholderText(texts.NEW_ADDRESS_HINT)
        for driver, (role, _) in sorted(self._known.items(), key=_by_role):
            self.driver.addItem(f"{role}: {driver}", driver)
        self.add, self.mistake = button(texts.NEW_ADD), wrapped("mistake")
        self._lay_out()
        self.driver.currentIndexChanged.connect(self._offer_models)
        self.add.clicked.connect(self._ask)
        for line in (self.name, self.address):
            line.returnPressed.connect(self._ask)
        self._offer_models()

    def show_mistake(self, words: str, theme: Theme) -> None:
        """Say why it was not added."""
        mark_wrong(self.mistake, theme, words)

    def _lay_out(self) -> None:
        column, grid = QVBoxLayout(self), QGridLayout()
        column.setContentsMargins(0, 0, 8, 0)
        grid.setColumnStretch(1, 1)
        editors = (self.name, self.driver, self.model, self.address)
        for row, editor in enumerate(editors):
            words = label("", texts.NEW_LABELS[row])
            words.setBuddy(editor)
            grid.addWidget(words, row, 0)
            grid.addWidget(editor, row, 1)
        column.addLayout(grid)
        column.addWidget(self.add)
        column.addWidget(self.mistake)
        column.addStretch(1)
        self.mistake.setVisible(False)

    def _offer_models(self) -> None:
        self.model.clear()
        self.model.addItems(self._known[self.driver.currentData()][1])

    def _ask(self) -> None:
        name, address = self.name.text().strip(), self.address.text().strip()
        chosen = str(self.driver.currentData()), self.model.currentText()
        self.asked.emit(name, *chosen, address)


def _by_role(known: tuple[str, tuple[str, tuple[str, ...]]]) -> tuple[str, str]:
    driver, (role, _) = known
    return role, driver
