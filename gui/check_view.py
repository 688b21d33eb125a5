"""The check of a bench: each instrument with a light, its identity and its reading."""

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout

from gui import texts_bench as texts
from gui.checked import InstrumentView, check_notices, instrument_views
from gui.commands import procedure
from gui.desk import Desk
from gui.look import Theme
from gui.notice_panel import NoticePanel
from gui.outcome import EngineEnd
from gui.page import Page, button, wrapped
from gui.table import Table
from gui.view import Notice
from gui.wording import Message, part

NAME = "check"


class CheckView(Page):
    """Runs ``amf check`` and shows what it found; ``found`` carries its object."""

    found = Signal(object)

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self._config = ""
        self.result: Message = {}
        self.go = button(texts.CHECK)
        self.notices = NoticePanel()
        self.table = Table(texts.CHECK_HEADS, 2)
        column, bar = QVBoxLayout(self), QHBoxLayout()
        bar.addWidget(self.go)
        bar.addWidget(wrapped("caption", texts.CHECK_FIRST), 1)
        column.addLayout(bar)
        column.addWidget(self.notices)
        column.addWidget(self.table, 1)
        self.go.clicked.connect(self.start)
        desk.received.connect(self._take)
        desk.ended.connect(self._take_end)
        desk.changed.connect(self._open_up)

    def show_config(self, path: str) -> None:
        """Take which config is to be checked; an older result says nothing of it."""
        self._config, self.result = path, {}
        self.table.show_rows([])
        self.notices.show_view(())
        self._open_up()

    def start(self) -> None:
        """Check the bench."""
        self.result = {}
        if self._desk.start(NAME, procedure("check", self._config, None), self._config):
            self.notices.show_view((Notice(texts.CHECKING),))
        else:
            self.notices.show_view((Notice(texts.BUSY, "caution"),))

    def proven(self) -> bool:
        """Say whether the check confirmed that off works."""
        return part(self.result, "off").get("confirmed") is True

    def show_theme(self, theme: Theme, scale: float) -> None:
        """Take a theme and the window's scale."""
        super().show_theme(theme, scale)
        self.notices.show_theme(theme, scale)
        self._show()

    def _take(self, name: str, messages: Sequence[Message]) -> None:
        if name == NAME:
            self.result = messages[-1]
            self._show()
            self.found.emit(self.result)

    def _take_end(self, name: str, end: EngineEnd) -> None:
        if name != NAME or self.result:
            return
        words = end.words or texts.CHECK_SILENT.format(code=end.exit_code)
        self.notices.show_view((Notice(words, "fault"),))

    def _show(self) -> None:
        if self.result:
            self.notices.show_view(check_notices(self.result))
            self.table.show_rows([self._row(v) for v in instrument_views(self.result)])

    def _row(self, view: InstrumentView) -> list[tuple[str, str]]:
        colour = self.theme.alarm if view.level == "fault" else self.theme.calm
        light = texts.CHECK_LIGHTS["fault" if view.level == "fault" else "good"]
        words = (view.name, view.kind, view.identity, view.reading)
        return [(light, colour), *((text, "") for text in words)]

    def _open_up(self) -> None:
        self.go.setEnabled(bool(self._config) and self._desk.available())
