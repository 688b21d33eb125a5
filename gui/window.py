"""The window: lays the panels out, repaints them at 10 Hz at most, stops and closes.

It decides nothing: messages go to the presenter, the stop to the stop hand.
"""

import logging
import time
from collections.abc import Sequence

from PySide6.QtCore import QElapsedTimer, Qt, QTimer, Signal
from PySide6.QtGui import QCloseEvent, QKeySequence, QResizeEvent, QShortcut
from PySide6.QtWidgets import (
    QHBoxLayout,
    QMainWindow,
    QPushButton,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from gui import texts
from gui.engine_link import EngineLink
from gui.look import OLD, style_sheet
from gui.notice_panel import NoticeLabel, NoticePanel
from gui.outcome import EngineEnd, StopStage
from gui.panels import (
    CeilingPanel,
    DrivePanel,
    EventPanel,
    HeadPanel,
    ProbePanel,
)
from gui.plots import TemperaturePlot
from gui.presenter import Presenter
from gui.stop_hand import StopHand
from gui.wording import Message

REPAINT_MS = 100
CLOSE_LIMIT_MS = 15_000
SMALLEST_PX = (1280, 720)
LARGEST_SCALE = 2.0
EXIT_STOPPED = 3
EXIT_NOT_CONFIRMED = 4

log = logging.getLogger("amf.gui")


class Window(QMainWindow):
    """One run on the screen. ``closed`` follows when the window may go."""

    closed = Signal()

    def __init__(self, link: EngineLink, stop_hand: StopHand) -> None:
        super().__init__()
        self.presenter = Presenter()
        self.repaints = 0
        self._link = link
        self._stop_hand = stop_hand
        self._dirty = True
        self._since_paint = QElapsedTimer()
        self._may_close = False
        self._engine_end: EngineEnd | None = None
        self._scale = 0.0
        self._old = False
        self._lay_out()
        self._rescale(1.0)
        self._listen()
        self._start_timers()

    def press_stop(self) -> None:
        """Stop, without asking."""
        self._stop_hand.press(known_off=self.presenter.field_off_confirmed())

    def busy(self) -> bool:
        """Say whether the engine or ``amf off`` still runs."""
        return self._link.running() or self._stop_hand.switching_off()

    def exit_code(self) -> int:
        """Give the engine's exit code; without one, 3 if off is confirmed, else 4."""
        if self._engine_end is not None and not self._engine_end.crashed:
            return self._engine_end.exit_code if self._engine_end.started else 1
        confirmed = self.presenter.field_off_confirmed()
        return EXIT_STOPPED if confirmed else EXIT_NOT_CONFIRMED

    def closeEvent(self, event: QCloseEvent) -> None:  # noqa: N802 (Qt's name)
        """Close at once if no engine runs, else after a stop and the engine's end."""
        if self._may_close or not self.busy():
            self._log_close()
            event.accept()
            self.closed.emit()
            return
        event.ignore()
        if not self._close_limit.isActive():
            self._begin_closing()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        """Let the texts grow with the window."""
        super().resizeEvent(event)
        width, height = SMALLEST_PX
        self._rescale(min(self.width() / width, self.height() / height))

    def repaint_now(self) -> None:
        """Show the newest view."""
        view = self.presenter.view(time.monotonic())
        self._band.show_notice(view.band)
        self._shut_off.show_notice(view.shut_off)
        self._head.show_view(view.head)
        self._probes.show_view(view.probes)
        self._ceiling.show_view(view.ceiling)
        self._drive.show_view(view.drive)
        self._notices.show_view(view.notices)
        self._field.show_notice(view.field)
        self._events.show_view(view.events)
        self.plot.show_view(view.plot)
        self._mark_old(view.out_of_date)
        self.repaints += 1

    def _lay_out(self) -> None:
        self.setWindowTitle(texts.TITLE)
        self.setMinimumSize(*SMALLEST_PX)
        self._band, self._shut_off = NoticeLabel("band"), NoticeLabel("band")
        self._head, self._notices = HeadPanel(), NoticePanel()
        self._probes, self._ceiling = ProbePanel(), CeilingPanel()
        self._drive, self._events = DrivePanel(), EventPanel()
        self._field, self.plot = NoticeLabel("field"), TemperaturePlot()
        self.stop_button = QPushButton(f"{texts.STOP}  ({texts.STOP_KEY})")
        self.stop_button.setObjectName("stop")
        centre = QWidget()
        column = QVBoxLayout(centre)
        column.setContentsMargins(8, 8, 8, 8)
        column.setSpacing(6)
        column.addLayout(self._bands())
        column.addWidget(self._head)
        column.addLayout(self._middle(), 1)
        self.setCentralWidget(centre)
        self.stop_button.setFocus()

    def _bands(self) -> QHBoxLayout:
        row = QHBoxLayout()
        for band in (self._band, self._shut_off):
            band.setAlignment(Qt.AlignmentFlag.AlignCenter)
            row.addWidget(band, 1)
        return row

    def _middle(self) -> QHBoxLayout:
        row = QHBoxLayout()
        left = QVBoxLayout()
        left.addWidget(self._notices)
        left.addWidget(self.plot, 1)
        left.addWidget(self._field)
        left.addWidget(self._events)
        self._field.setAlignment(Qt.AlignmentFlag.AlignCenter)
        row.addLayout(left, 1)
        row.addLayout(self._right())
        return row

    def _right(self) -> QVBoxLayout:
        """The stop has this column's foot: no sentence on the left pushes it away."""
        column = QVBoxLayout()
        self._side = QWidget()
        side = QVBoxLayout(self._side)
        side.setContentsMargins(0, 0, 0, 0)
        side.setSpacing(6)
        side.addWidget(self._probes)
        side.addWidget(self._ceiling)
        side.addWidget(self._drive)
        column.addWidget(self._side)
        column.addStretch(1)
        column.addWidget(self.stop_button, 2)
        policy = QSizePolicy.Policy
        self.stop_button.setSizePolicy(policy.Fixed, policy.Expanding)
        return column

    def _mark_old(self, old: bool) -> None:
        """Dim what may no longer be true."""
        if old != self._old:
            self._old = old
            sheet = f"QLabel {{ color: {OLD}; }}" if old else ""
            self._side.setStyleSheet(sheet)
            self._head.setStyleSheet(sheet)

    def _rescale(self, scale: float) -> None:
        # Steps, because a new style sheet is dear while the window is dragged.
        stepped = min(max(round(scale * 8) / 8, 1.0), LARGEST_SCALE)
        if stepped == self._scale:
            return
        self._scale = stepped
        self.setStyleSheet(style_sheet(stepped))
        self.plot.rescale(stepped)
        self._ceiling.gauge.rescale(stepped)
        self._notices.rescale(stepped)
        self._side.setFixedWidth(round(400 * stepped))
        self.stop_button.setFixedWidth(round(400 * stepped))
        self.stop_button.setMinimumHeight(round(80 * stepped))
        self.stop_button.setMaximumHeight(round(140 * stepped))
        self._events.setFixedHeight(round(66 * stepped))

    def _listen(self) -> None:
        self.stop_button.clicked.connect(self.press_stop)
        # An application-wide key: Esc stops whatever has the focus.
        self._key = QShortcut(QKeySequence(Qt.Key.Key_Escape), self)
        self._key.setContext(Qt.ShortcutContext.ApplicationShortcut)
        self._key.setAutoRepeat(False)
        self._key.activated.connect(self.press_stop)
        self._link.received.connect(self._take_all)
        self._link.ended.connect(self._take_end)
        self._stop_hand.changed.connect(self._take_stop)

    def _start_timers(self) -> None:
        self._close_limit = QTimer(self)
        self._close_limit.setSingleShot(True)
        self._close_limit.setInterval(CLOSE_LIMIT_MS)
        self._close_limit.timeout.connect(self._close_anyway)
        self._repaint_timer = QTimer(self)
        self._repaint_timer.setInterval(REPAINT_MS)
        self._repaint_timer.timeout.connect(self._repaint_if_due)
        self._repaint_timer.start()

    def _take_all(self, messages: Sequence[Message]) -> None:
        now_s = time.monotonic()
        for message in messages:
            self.presenter.take(message, now_s)
            self._stop_hand.take(message)
        self._dirty = True

    def _take_stop(self, stage: StopStage) -> None:
        self.presenter.take_stop(stage, time.monotonic())
        self._dirty = True
        self._close_if_over()

    def _take_end(self, end: EngineEnd) -> None:
        self._engine_end = end
        self.presenter.take_engine_end(end)
        self._stop_hand.take_engine_end()
        self._dirty = True
        self._close_if_over()

    def _repaint_if_due(self) -> None:
        # Without news once a second is enough: only the age of the last news grows.
        old = not self._since_paint.isValid() or self._since_paint.elapsed() >= 1000
        if self._dirty or old:
            self._dirty = False
            self._since_paint.start()
            self.repaint_now()

    def _begin_closing(self) -> None:
        self.presenter.take_closing()
        self._close_limit.start()
        self.press_stop()
        self._link.close_input()
        self._dirty = True

    def _close_if_over(self) -> None:
        # Queued, so that whoever reports the end has finished reporting first.
        if self._close_limit.isActive() and not self.busy():
            QTimer.singleShot(0, self._close_anyway)

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
