"""The window: pages beside the stop, repainted at 10 Hz at most; stops and closes.

It decides nothing: messages go to the presenter, the stop to the stop hand, requests
to the engine. What is on every page (bands, head, probes, ceiling, stop) is laid out in
``frame``.
"""

import logging
import time
from collections.abc import Sequence

from PySide6.QtCore import QElapsedTimer, QSettings, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QCloseEvent, QKeySequence, QResizeEvent, QShortcut
from PySide6.QtWidgets import QApplication, QFileDialog, QMainWindow

from gui import remembered, texts
from gui.commands import CLI, Commands
from gui.engine_link import EngineLink
from gui.frame import Frame
from gui.look import DARK, LEAST_PX, MADE_FOR_PX, THEMES, Theme, scale_for
from gui.notice_panel import BLINK_MS
from gui.outcome import EngineEnd, StopStage
from gui.pages import Pages
from gui.presenter import Presenter
from gui.stop_hand import StopHand
from gui.wording import Message

REPAINT_MS = 100
CLOSE_LIMIT_MS = 15_000
BEEP_BEATS = 4
EXIT_STOPPED = 3
EXIT_NOT_CONFIRMED = 4

log = logging.getLogger("amf.gui")


class Window(QMainWindow):
    """One run on the screen. ``closed`` follows when the window may go."""

    closed = Signal()

    def __init__(
        self,
        link: EngineLink,
        stop_hand: StopHand,
        settings: QSettings | None = None,
    ) -> None:
        super().__init__()
        self.presenter = Presenter()
        self.repaints = 0
        self._link = link
        self._stop_hand = stop_hand
        self._dirty = True
        self._since_paint = QElapsedTimer()
        self._closing = self._may_close = False
        self._engine_end: EngineEnd | None = None
        self._aimed = self._at_desk = False
        self._bench: Message = {}
        self._settings = settings
        self._scale, self._beat = 1.0, 0
        self.setWindowTitle(texts.TITLE)
        self.setMinimumSize(*LEAST_PX)
        self.resize(QSize(*MADE_FOR_PX).boundedTo(self.screen().availableSize()))
        self.frame = Frame()
        self.run = self.frame.run
        self.stop_button = self.frame.stop
        self.pages = Pages(self)
        self.setCentralWidget(self.frame)
        self.stop_button.setFocus()
        self.theme = DARK
        self._listen()
        self._start_timers()
        self.show_theme(self.theme)
        remembered.restore(self, settings)

    def press_stop(self) -> None:
        """Stop, without asking: the run, or the procedure that has the bench."""
        if self.pages.desk.running():
            self.pages.desk.stop()
        elif self._aimed or self._link.started:
            self._stop_hand.press(known_off=self.presenter.field_off_confirmed())

    def begin(self, commands: Commands) -> bool:
        """Start an engine, with nothing left of the last one; False while one runs."""
        if self.busy():
            return False
        self._engine_end, self._at_desk = None, False
        self._forget()
        self.aim(commands.off)
        self._link.start(commands.engine)
        self._dirty = True
        return True

    def aim(self, off_command: list[str]) -> None:
        """Take the switch-off of the bench that a stop without an engine is for."""
        self._aimed = True
        self._stop_hand.aim(off_command)

    def switch_off(self, config: str) -> None:
        """Switch a bench off by ``amf off``: its procedure had to be ended."""
        self.aim([*CLI, "off", config])
        self._stop_hand.press()

    def take_bench(self, bench: Message) -> None:
        """Take what is known of the bench before its engine runs."""
        self._bench = bench
        if not self.engine_busy():
            self.presenter.take_bench(bench)
            self._dirty = True

    def engine_busy(self) -> bool:
        """Say whether the engine or ``amf off`` still runs."""
        return self._link.running() or self._stop_hand.switching_off()

    def busy(self) -> bool:
        """Say whether the engine, a procedure or ``amf off`` still runs."""
        return self.engine_busy() or self.pages.desk.running()

    def exit_code(self) -> int:
        """Give the engine's exit code; without one, 3 if off is confirmed, else 4."""
        if not self._link.started:
            return 0
        if self._engine_end is not None and not self._engine_end.crashed:
            return self._engine_end.exit_code if self._engine_end.started else 1
        confirmed = self.presenter.field_off_confirmed()
        return EXIT_STOPPED if confirmed else EXIT_NOT_CONFIRMED

    def closeEvent(self, event: QCloseEvent) -> None:  # noqa: N802 (Qt's name)
        """Close at once if no engine runs, else after a stop and the engine's end."""
        if self._may_close or not self.busy():
            self._log_close()
            remembered.keep(self, self._settings)
            event.accept()
            self.closed.emit()
            return
        event.ignore()
        if not self._closing:
            self._begin_closing()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        """Let the texts grow with the window."""
        super().resizeEvent(event)
        scale = scale_for(self.width(), self.height())
        if scale != self._scale:
            self._scale = scale
            self.show_theme(self.theme)

    def show_theme(self, theme: Theme) -> None:
        """Take the colours of a theme."""
        self.theme = theme
        self.frame.show_theme(theme, self._scale)

    def ask(self, request: str, fields: dict[str, object]) -> None:
        """Send one of the operator's requests to the engine."""
        if request == "acknowledge":
            self.presenter.take_acknowledged()
            self._dirty = True
        self._link.send(request, **fields)

    def repaint_now(self) -> None:
        """Show the newest view."""
        self.presenter.idle = self._at_desk or not self._link.started
        self.presenter.procedure = self.pages.desk.at_work()
        view = self.presenter.view(time.monotonic())
        self.frame.show_view(view)
        self.repaints += 1

    def _listen(self) -> None:
        self.stop_button.clicked.connect(self.press_stop)
        self.run.asked.connect(self.ask)
        self.frame.light.toggled.connect(
            lambda light: self.show_theme(THEMES["light" if light else "dark"])
        )
        # An application-wide key: Esc stops whatever has the focus.
        self._key = QShortcut(QKeySequence(Qt.Key.Key_Escape), self)
        self._key.setContext(Qt.ShortcutContext.ApplicationShortcut)
        self._key.setAutoRepeat(False)
        self._key.activated.connect(self._take_escape)
        self._link.received.connect(self._take_all)
        self._link.ended.connect(self._take_end)
        self._stop_hand.changed.connect(self._take_stop)
        self.pages.desk.ended.connect(lambda *_: self._close_if_over())
        self.pages.desk.changed.connect(self._take_desk)

    def _forget(self) -> None:
        """Show nothing of the run before, but the bench."""
        self.presenter = Presenter()
        self.presenter.take_bench(self._bench)
        self._dirty = True

    def _take_desk(self) -> None:
        """Show that a procedure has the bench: what a run read last is of the past."""
        self._dirty = True
        end, running = self._engine_end, self.pages.desk.running()
        if not running or self._at_desk or end is None or end.crashed:
            return
        if self.presenter.field_off_confirmed():
            self._at_desk = True
            self._forget()

    def _take_escape(self) -> None:
        """Stop first; what else the key is for, it does as well."""
        self.press_stop()
        for dialog in self.findChildren(QFileDialog):
            dialog.reject()

    def _start_timers(self) -> None:
        self._close_limit = QTimer(self)
        self._close_limit.setSingleShot(True)
        self._close_limit.setInterval(CLOSE_LIMIT_MS)
        self._close_limit.timeout.connect(self._close_anyway)
        # A timer of the window's own: it does not outlive the window.
        self._close_soon = QTimer(self)
        self._close_soon.setSingleShot(True)
        self._close_soon.timeout.connect(self._close_anyway)
        self._repaint_timer = QTimer(self)
        self._repaint_timer.setInterval(REPAINT_MS)
        self._repaint_timer.timeout.connect(self._repaint_if_due)
        self._repaint_timer.start()
        self._blink_timer = QTimer(self)
        self._blink_timer.setInterval(BLINK_MS)
        self._blink_timer.timeout.connect(self._blink)
        self._blink_timer.start()

    def _take_all(self, messages: Sequence[Message]) -> None:
        now_s = time.monotonic()
        for message in messages:
            self.presenter.take(message, now_s)
            self._stop_hand.take(message)
        self.pages.take(messages)
        self._dirty = True

    def _take_stop(self, stage: StopStage) -> None:
        self.presenter.take_stop(stage, time.monotonic())
        self._dirty = True
        self._close_if_over()

    def _take_end(self, end: EngineEnd) -> None:
        self._engine_end = end
        self.presenter.take_engine_end(end)
        self._stop_hand.take_engine_end()
        self.pages.take_end(end)
        self._dirty = True
        self._close_if_over()

    def _repaint_if_due(self) -> None:
        # Without news once a second is enough: only the age of the last news grows.
        old = not self._since_paint.isValid() or self._since_paint.elapsed() >= 1000
        if self._dirty or old:
            self._dirty = False
            self._since_paint.start()
            self.repaint_now()

    def _blink(self) -> None:
        self._beat += 1
        self.run.notices.blink(self._beat)
        loud = self.frame.sound.isChecked() and self.run.notices.flashing()
        if loud and self._beat % BEEP_BEATS == 0:
            QApplication.beep()

    def _begin_closing(self) -> None:
        self._closing = True
        self.presenter.take_closing()
        self._close_limit.start()
        self.press_stop()
        self._link.close_input()
        self._dirty = True

    def _close_if_over(self) -> None:
        # Queued, so that whoever reports the end has finished reporting first.
        if self._closing and not self.busy():
            self._close_soon.start(0)

    def _close_anyway(self) -> None:
        self._may_close = True
        self._close_limit.stop()
        self.close()

    def _log_close(self) -> None:
        confirmed = self.presenter.field_off_confirmed()
        word = texts.LOG_CONFIRMED if confirmed else texts.LOG_NOT_CONFIRMED
        if self.busy():
            log.error(texts.LOG_LEFT, CLOSE_LIMIT_MS // 1000, word)
        else:
            log.info(texts.LOG_ENDED, self.exit_code(), word)
