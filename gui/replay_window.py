"""The window of a replay: the run view fed from a record, with nothing to control."""

from PySide6.QtCore import QElapsedTimer, QSettings, QTimer
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QVBoxLayout, QWidget

from gui import runs_texts as texts
from gui.frame import Frame
from gui.look import THEMES
from gui.replay_bar import ReplayBar
from gui.replay_playback import Playback
from gui.replay_shell import Shell
from gui.replay_source import ReplaySource

REPAINT_MS = 100


class ReplayWindow(Shell):
    """Shows a record as it was seen; the record is only read."""

    def __init__(self, source: ReplaySource, settings: QSettings | None = None) -> None:
        super().__init__("replay", settings)
        self.playback = Playback(source)
        self.frame, self.bar = Frame(), ReplayBar()
        self.setWindowTitle(texts.TITLE_REPLAY.format(name=self.playback.name()))
        # No engine, no field: a stop button would promise what it cannot do.
        self.frame.stop.setVisible(False)
        self.frame.run.controls.setVisible(False)
        self._lay_out()
        self._listen()
        self.bar.show_span(
            self.playback.from_s, self.playback.to_s, self.playback.event_times_s()
        )
        self.restore()
        self.repaint_now()

    def seek(self, position_s: float) -> None:
        """Show the run at a run time in s."""
        self.playback.seek(position_s)
        self.repaint_now()

    def play(self, playing: bool) -> None:
        """Play on or pause."""
        if playing:
            self._since.start()
            self.playback.play()
            self._timer.start()
        else:
            self.playback.pause()
            self._timer.stop()
        self.repaint_now()

    def repaint_now(self) -> None:
        """Show the position."""
        self.frame.show_view(self.playback.view())
        self.bar.show_position(self.playback.position_s, self.playback.playing)

    def restyle(self) -> None:
        """Hand theme and scale to the frame, whose plots do not know style sheets."""
        self.frame.show_theme(self.theme, self.scale)
        self.repaint_now()

    def _lay_out(self) -> None:
        page = QWidget()
        column = QVBoxLayout(page)
        column.setContentsMargins(0, 0, 0, 8)
        column.setSpacing(0)
        column.addWidget(self.frame, 1)
        foot = QVBoxLayout()
        foot.setContentsMargins(8, 0, 8, 0)
        foot.addWidget(self.bar)
        column.addLayout(foot)
        self.setCentralWidget(page)
        self.bar.slider.setFocus()

    def _listen(self) -> None:
        self._since = QElapsedTimer()
        self._timer = QTimer(self)
        self._timer.setInterval(REPAINT_MS)
        self._timer.timeout.connect(self._advance)
        self.bar.played.connect(self.play)
        self.bar.sought.connect(self.seek)
        self.bar.sped.connect(lambda speed: setattr(self.playback, "speed", speed))
        self.frame.light.toggled.connect(
            lambda light: self.show_theme(THEMES["light" if light else "dark"])
        )
        self._key = QShortcut(QKeySequence("Space"), self)
        self._key.activated.connect(lambda: self.play(not self.playback.playing))

    def _advance(self) -> None:
        self.playback.advance(self._since.restart() / 1000.0)
        if not self.playback.playing:
            self._timer.stop()
        self.repaint_now()
