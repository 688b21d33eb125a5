"""The form of a config: its tables on the left, the keys of one on the right."""

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QGridLayout,
    QHBoxLayout,
    QListWidget,
    QListWidgetItem,
    QVBoxLayout,
    QWidget,
)

from controller.config.form import FormField, FormTable
from gui import texts_bench as texts
from gui.file_choice import Mode, choose
from gui.form import Form
from gui.form_row import FormRow
from gui.look import Theme
from gui.new_instrument import NewInstrument
from gui.notice_panel import NoticeLabel
from gui.page import Page, button, mark_wrong, scrolled, wrapped
from gui.panels import ElidedLabel
from gui.view import Notice

LIST_PX = 232
# Not a table yet: where an instrument is added.
NEW = "instruments.…"


class FormView(Page):
    """Opens, edits and saves a config; ``changed`` follows each change."""

    changed = Signal()

    def __init__(self, only: Sequence[str] = ()) -> None:
        """Show every table, or ``only`` those named."""
        super().__init__()
        self.form: Form | None = None
        self._only = tuple(only)
        self.rows: dict[tuple[str, str], FormRow] = {}
        self.path = ElidedLabel("caption")
        self.open, self.save = button(texts.OPEN), button(texts.SAVE)
        self.save_as = button(texts.SAVE_AS)
        self.state = NoticeLabel()
        self.tables = QListWidget()
        self.tables.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._about, self._whole = wrapped("caption"), wrapped("mistake")
        self._area = scrolled(QWidget())
        self._shown = ""
        self._lay_out()
        self.open.clicked.connect(self._ask_open)
        self.save.clicked.connect(lambda: self._save(None))
        self.save_as.clicked.connect(self._ask_save)
        self.tables.currentItemChanged.connect(self._take_table)
        self._refresh()

    def open_file(self, path: Path) -> None:
        """Open a config file and show its first table."""
        try:
            self.form = Form.open(path)
        except (OSError, UnicodeDecodeError) as error:
            said = texts.FORM_CANNOT_OPEN.format(path=path, reason=error)
            self.state.show_notice(Notice(said, "fault"))
            return
        self.show_form(self.form)
        self.changed.emit()

    def show_form(self, form: Form) -> None:
        """Show a config that is open, here or on another page."""
        self.form = form
        if self._listed() != self._paths():
            self._fill_list()
            self._build()
        self._refresh()

    def show_table(self, path: str) -> None:
        """Show the keys of a table, as treatment or probes[2]."""
        for at in range(self.tables.count()):
            if self.tables.item(at).data(Qt.ItemDataRole.UserRole) == path:
                self.tables.setCurrentRow(at)

    def enter(self, path: str, key: str, text: str) -> None:
        """Take what was entered for a key, wherever on the page it was."""
        if self.form is None:
            return
        asked = self._field(path, key)
        if asked is None or self.form.value(path, key) == text.strip():
            return
        refused = self.form.change(path, asked, text)
        if self._paths() != self._listed():
            self._fill_list()
        if refused and (path, key) in self.rows:
            self.rows[path, key].show_mistake(refused, self.theme)
            return
        # They decide which keys there are, or what can be chosen for them.
        if key in ("kind", "driver"):
            self._build()
        self._refresh()
        self.changed.emit()

    def show_theme(self, theme: Theme, scale: float) -> None:
        """Take a theme and the window's scale."""
        super().show_theme(theme, scale)
        self.tables.setFixedWidth(round(LIST_PX * scale))
        self._refresh()

    def _lay_out(self) -> None:
        column, bar, middle = QVBoxLayout(self), QHBoxLayout(), QHBoxLayout()
        column.setContentsMargins(0, 4, 0, 0)
        bar.addWidget(self.path, 1)
        for part in (self.open, self.save, self.save_as):
            bar.addWidget(part)
        column.addLayout(bar)
        column.addWidget(self.state)
        column.addLayout(middle, 1)
        middle.addWidget(self.tables)
        right = QVBoxLayout()
        for words in (self._about, self._whole):
            right.addWidget(words)
        right.addWidget(self._area, 1)
        middle.addLayout(right, 1)
        self.tables.setFixedWidth(LIST_PX)

    def _listed(self) -> list[str]:
        role = Qt.ItemDataRole.UserRole
        return [self.tables.item(at).data(role) for at in range(self.tables.count())]

    def _fill_list(self) -> None:
        assert self.form is not None
        self.tables.blockSignals(True)
        self.tables.clear()
        for path in self._paths():
            item = QListWidgetItem(path or texts.FORM_TOP_TITLE)
            item.setData(Qt.ItemDataRole.UserRole, path)
            self.tables.addItem(item)
        paths = self._listed()
        first = [path for path in (self._shown, "treatment", "sample") if path in paths]
        if paths:
            self.tables.setCurrentRow(paths.index(first[0]) if first else 0)
            self._shown = paths[self.tables.currentRow()]
        self.tables.blockSignals(False)

    def _take_table(self, item: QListWidgetItem | None) -> None:
        if item is not None:
            self._shown = item.data(Qt.ItemDataRole.UserRole)
            self._build()
            self._refresh()

    def _tables(self) -> list[FormTable]:
        tables = self.form.tables if self.form else ()
        only = self._only
        return [t for t in tables if not only or t.path.split("[")[0] in only]

    def _paths(self) -> list[str]:
        paths = [table.path for table in self._tables()]
        return paths if self._only else [*paths, NEW]

    def _table(self, path: str) -> FormTable | None:
        tables = self._tables()
        return next((table for table in tables if table.path == path), None)

    def _field(self, path: str, key: str) -> FormField | None:
        table = self._table(path)
        return next((f for f in table.fields if f.key == key), None) if table else None

    def _build(self) -> None:
        """Make the rows of the table that is shown."""
        if self._shown == NEW:
            self._build_new()
            return
        table = self._table(self._shown)
        if table is None:
            return
        inner = QWidget()
        grid = QGridLayout(inner)
        grid.setContentsMargins(0, 0, 8, 0)
        grid.setVerticalSpacing(2)
        grid.setColumnStretch(0, 2)
        grid.setColumnStretch(1, 3)
        self.rows = {}
        for asked in table.fields:
            row = FormRow(asked, grid)
            row.typed.connect(
                lambda text, path=table.path, key=asked.key: self.enter(path, key, text)
            )
            self.rows[table.path, asked.key] = row
        grid.setRowStretch(grid.rowCount(), 1)
        self._put(inner)
        self._about.setText(table.explanation)

    def _build_new(self) -> None:
        self.rows = {}
        self.new = NewInstrument()
        self.new.asked.connect(self._add_instrument)
        self._put(self.new)
        self._about.setText(texts.FORM_NEW_ABOUT)

    def _put(self, inner: QWidget) -> None:
        """Take the place of what is there, which may be speaking just now."""
        before = self._area.takeWidget()
        if before is not None:
            before.deleteLater()
        self._area.setWidget(inner)

    def _add_instrument(self, name: str, *chosen: str) -> None:
        assert self.form is not None
        refused = self.form.add_instrument(name, *chosen)
        self.new.show_mistake(refused, self.theme)
        if refused:
            return
        self._fill_list()
        self.show_table(f"instruments.{name}")
        self.changed.emit()

    def _refresh(self) -> None:
        """Show values and mistakes as they are now."""
        form = self.form
        self.save.setEnabled(form is not None and form.changed)
        self.save_as.setEnabled(form is not None)
        if form is None:
            self.state.show_notice(Notice(texts.FORM_NONE, "quiet"))
            return
        unsaved = f"   ({texts.FORM_UNSAVED})" if form.changed else ""
        self.path.show_text(f"{form.path}{unsaved}")
        places = form.places()
        for (path, key), row in self.rows.items():
            row.show_value(form.value(path, key))
            row.show_mistake("\n".join(places.get((path, key), [])), self.theme)
        here = places.get((self._shown, ""), []) if self._shown else []
        mark_wrong(self._whole, self.theme, "\n".join(here))
        self._mark_list({path for path, _ in places})
        self.state.show_notice(self._state(form, places.get(("", ""), [])))

    def _mark_list(self, wrong: set[str]) -> None:
        for at, path in enumerate(self._listed()):
            table = self._table(path)
            name = path or texts.FORM_TOP_TITLE
            new = table is not None and not table.given
            sign = "✗ " if path in wrong else "+ " if new or path == NEW else "   "
            said = texts.FORM_NEW if path == NEW else name
            self.tables.item(at).setText(sign + said)

    def _state(self, form: Form, elsewhere: list[str]) -> Notice:
        if form.broken:
            return Notice(texts.FORM_BROKEN.format(problem=form.broken), "fault")
        if not form.problems:
            return Notice(texts.FORM_RIGHT, "good")
        said = [texts.FORM_WRONG.format(count=len(form.problems)), *elsewhere]
        return Notice("\n".join(said), "caution")

    def _save(self, path: Path | None) -> None:
        assert self.form is not None
        try:
            self.form.save(path)
        except OSError as error:
            said = texts.FORM_CANNOT_SAVE.format(path=error.filename, reason=error)
            self.state.show_notice(Notice(said, "fault"))
            return
        self._refresh()
        self.changed.emit()

    def _ask_open(self) -> None:
        choose(self, self.open_file, filter_words=texts.FORM_FILTER)

    def _ask_save(self) -> None:
        assert self.form is not None
        start, words = str(self.form.path), texts.FORM_FILTER
        choose(self, self._save, wanted=Mode.AnyFile, start=start, filter_words=words)
