"""The touch test: which reading moves when a named probe is warmed by hand."""

import sqlite3
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout

from gui import live_record
from gui import texts_bench as texts
from gui.commands import monitor
from gui.desk import Desk
from gui.look import Level, Theme
from gui.notice_panel import NoticeLabel
from gui.outcome import EngineEnd
from gui.page import Page, button, wrapped
from gui.table import Table
from gui.touch import TouchTest
from gui.view import Notice
from gui.wording import fixed

NAME = "monitor"
LOOK_MS = 250


class TouchView(Page):
    """Runs ``amf monitor`` and asks for one probe after the other."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self._config = ""
        self._roles: tuple[str, ...] = ()
        self._names: tuple[str, ...] = ()
        self.test: TouchTest | None = None
        self._now_c: list[float | None] = []
        self._folder: TemporaryDirectory[str] | None = None
        self.go, self.skip = button(texts.TOUCH), button(texts.TOUCH_SKIP)
        self.ask, self.said = NoticeLabel("field"), NoticeLabel()
        self.table = Table(texts.TOUCH_HEADS)
        self._timer = QTimer(self)
        self._timer.setInterval(LOOK_MS)
        self._timer.timeout.connect(self._look)
        self._lay_out()
        self.go.clicked.connect(self._press)
        self.skip.clicked.connect(self._skip)
        desk.ended.connect(self._take_end)
        desk.changed.connect(self._open_up)

    def show_config(self, path: str, probes: Sequence[tuple[str, str]]) -> None:
        """Take a config and its probes, as (name, role); the test begins anew."""
        self._config = path
        self._names = tuple(name for name, _ in probes)
        self._roles = tuple(role for _, role in probes)
        self.test, self._now_c = None, []
        self._show()

    def summary(self) -> str:
        """Say what came of the test, for the record; "" where it was not done."""
        return "" if self.test is None else self.test.summary()

    def _lay_out(self) -> None:
        column, bar = QVBoxLayout(self), QHBoxLayout()
        bar.addWidget(self.go)
        bar.addWidget(self.skip)
        bar.addWidget(wrapped("caption", texts.TOUCH_HINT), 1)
        column.addLayout(bar)
        column.addWidget(self.ask)
        column.addWidget(self.said)
        column.addWidget(self.table, 1)

    def _press(self) -> None:
        if self._under_way():
            self._desk.stop()
            return
        self._folder = TemporaryDirectory(ignore_cleanup_errors=True)
        command = monitor(self._config, self._folder.name)
        if self._desk.start(NAME, command, self._config):
            self.test, self._now_c = TouchTest(self._names), []
            self.ask.show_notice(Notice(texts.TOUCH_STARTING))
            self._timer.start()

    def _skip(self) -> None:
        if self.test is not None:
            self.test.skip()
            self.test.begin_turn()
            self._show()

    def _under_way(self) -> bool:
        return self._desk.running() and self._desk.name == NAME

    def _look(self) -> None:
        """Read the newest readings of the record that the monitor writes."""
        record = live_record.newest_record(
            Path(self._folder.name if self._folder else "")
        )
        if record is None or self.test is None:
            return
        try:
            _, now_c = live_record.newest_readings(record)
        except sqlite3.Error:
            return  # it is being created, or locked for an instant
        if now_c:
            self.take(now_c)

    def take(self, now_c: Sequence[float | None]) -> None:
        """Take the newest readings in °C, in the order of the probes."""
        if self.test is None:
            return
        self._now_c = list(now_c)
        self.test.take(now_c)
        self._show()

    def _take_end(self, name: str, end: EngineEnd) -> None:
        if name != NAME:
            return
        self._timer.stop()
        if self._folder is not None:
            self._folder.cleanup()
            self._folder = None
        if end.exit_code != 0 or end.crashed:
            words = texts.TOUCH_LOST.format(code=end.exit_code, words=end.words)
            self.said.show_notice(Notice(words, "fault"))
        self._show()

    def show_theme(self, theme: Theme, scale: float) -> None:
        """Take a theme and the window's scale."""
        super().show_theme(theme, scale)
        self._show()

    def _show(self) -> None:
        self._open_up()
        self.table.show_rows([self._row(at) for at in range(len(self._names))])
        if self.test is None:
            self.ask.show_notice(Notice())
            self.said.show_notice(Notice())
            return
        asked = self.test.asked
        if asked is None:
            self.ask.show_notice(Notice(texts.TOUCH_ALL, "good"))
        elif self._now_c:
            said = texts.TOUCH_NOW.format(probe=self._names[asked])
            self.ask.show_notice(Notice(said, "caution"))
        level: Level = "fault" if self.test.wrong else "good"
        if self.test.said:
            self.said.show_notice(Notice(self.test.said, level))

    def _row(self, at: int) -> list[tuple[str, str]]:
        test, theme = self.test, self.theme
        now_c = self._now_c[at] if at < len(self._now_c) else None
        rises = test.rises_c(self._now_c) if test else []
        rise = rises[at] if at < len(rises) else None
        result = test.results[at] if test else ""
        words = {"touched": texts.TOUCH_OK, "skipped": texts.TOUCH_SKIPPED}.get(
            result, ""
        )
        if test is not None and test.asked == at:
            words = texts.TOUCH_ASKED
        colour = theme.calm if result == "touched" else ""
        return [
            (self._names[at], theme.role(self._roles[at])),
            (self._roles[at], ""),
            (fixed(now_c, 2, "°C"), ""),
            (fixed(rise, 2, "°C"), ""),
            (words, colour),
        ]

    def _open_up(self) -> None:
        under_way = self._under_way()
        self.go.setText(texts.TOUCH_END if under_way else texts.TOUCH)
        ready = bool(self._config) and self._desk.available()
        self.go.setEnabled((ready and bool(self._names)) or under_way)
        self.skip.setEnabled(under_way and bool(self._now_c))
