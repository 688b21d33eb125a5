"""The bar below a replay: play, where in the run, how fast, from event to event."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QPushButton, QSlider

from gui import runs_texts as texts
from gui.panels import Panel, label
from gui.wording import clock

STEPS = 10_000
PAGE_STEPS = STEPS // 20


class ReplayBar(Panel):
    """Emits what is asked for: ``played`` or not, ``sought`` in s, ``sped``."""

    played = Signal(bool)
    sought = Signal(float)
    sped = Signal(float)

    def __init__(self) -> None:
        super().__init__()
        self._from_s, self._to_s = 0.0, 0.0
        self._events_s: list[float] = []
        self._position_s = 0.0
        self.play = QPushButton(texts.PLAY)
        self.play.setCheckable(True)
        self.earlier, self.later = (
            QPushButton(texts.EARLIER),
            QPushButton(texts.LATER),
        )
        self.slider = QSlider(Qt.Orientation.Horizontal)
        self.slider.setRange(0, STEPS)
        self.slider.setPageStep(PAGE_STEPS)
        self.speed = QComboBox()
        for speed in texts.SPEEDS:
            self.speed.addItem(texts.SPEED.format(speed=speed), speed)
        self.speed.setCurrentIndex(texts.SPEEDS.index(1.0))
        self._where = label("figure")
        self._lay_out()
        self._listen()

    def show_span(self, from_s: float, to_s: float, events_s: list[float]) -> None:
        """Take the run times in s that the record spans, and those of its events."""
        self._from_s, self._to_s, self._events_s = from_s, to_s, events_s

    def show_position(self, position_s: float, playing: bool) -> None:
        """Show where the replay is; a slider in the hand is left alone."""
        self._position_s = position_s
        now, whole = clock(position_s), clock(self._to_s)
        self._where.setText(texts.POSITION.format(now=now, whole=whole))
        self.play.setChecked(playing)
        self.play.setText(texts.PAUSE if playing else texts.PLAY)
        if not self.slider.isSliderDown():
            self.slider.blockSignals(True)
            self.slider.setValue(self._step_of(position_s))
            self.slider.blockSignals(False)

    def _lay_out(self) -> None:
        row = QHBoxLayout(self)
        row.setContentsMargins(8, 4, 8, 4)
        row.setSpacing(8)
        for button, tip in (
            (self.play, ""),
            (self.earlier, texts.EARLIER_TIP),
            (self.later, texts.LATER_TIP),
        ):
            button.setToolTip(tip)
            row.addWidget(button)
        self.slider.setToolTip(texts.SLIDER_TIP)
        self.speed.setToolTip(texts.SPEED_TIP)
        row.addWidget(self.slider, 1)
        row.addWidget(self._where)
        row.addWidget(self.speed)

    def _listen(self) -> None:
        self.play.clicked.connect(self.played)
        self.slider.valueChanged.connect(lambda step: self.sought.emit(self._at(step)))
        self.speed.currentIndexChanged.connect(
            lambda index: self.sped.emit(texts.SPEEDS[index])
        )
        self.earlier.clicked.connect(lambda: self._jump(-1))
        self.later.clicked.connect(lambda: self._jump(1))

    def _jump(self, way: int) -> None:
        """Go to the next event before or after; to the record's edge without one."""
        if way > 0:
            rest = [at for at in self._events_s if at > self._position_s + 1e-6]
            self.sought.emit(min(rest, default=self._to_s))
        else:
            rest = [at for at in self._events_s if at < self._position_s - 1e-6]
            self.sought.emit(max(rest, default=self._from_s))

    def _at(self, step: int) -> float:
        return self._from_s + (self._to_s - self._from_s) * step / STEPS

    def _step_of(self, position_s: float) -> int:
        span_s = self._to_s - self._from_s
        return round(STEPS * (position_s - self._from_s) / span_s) if span_s else 0
