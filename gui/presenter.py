"""Turns the engine's messages into what the window shows. No Qt, no clock.

The presenter keeps the newest messages and the history; ``view`` is a function of
them and of the time that is handed in. It computes nothing physical.
"""

from collections import deque
from collections.abc import Callable
from dataclasses import replace

from gui import texts
from gui.alarms import Key, alarm_notices, alarms_of
from gui.asking import controls_view
from gui.field_state import FieldState
from gui.history import History
from gui.notices import bench_bands, end_notices
from gui.outcome import EngineEnd, StopStage
from gui.readouts import ceiling_view, drive_view, head_view, probe_views
from gui.view import HeadView, Notice, View
from gui.wording import Message, clock, fixed, number, part, words

EVENTS_KEPT = 200
SILENCE_S = 2.0
SILENT_PERIODS = 5.0


class Presenter:
    """The state of the screen: fed with messages, asked for views."""

    def __init__(self) -> None:
        self.snapshots = 0
        self.idle, self.procedure = False, ""
        self._bench: Message = {}
        self._hello: Message = {}
        self._snapshot: Message = {}
        self._last_news_s: float | None = None
        self._end: Message | None = None
        self._engine_end: EngineEnd | None = None
        self._history = History()
        self._seen: set[Key] = set()
        self._answer = Notice()
        self._events: deque[str] = deque(maxlen=EVENTS_KEPT)
        self._field = FieldState()
        self._closing = False
        self._takers: dict[str, Callable[[Message, float], None]] = {
            "hello": self._take_hello,
            "snapshot": self._take_snapshot,
            "event": self._take_event,
            "off": self._take_off,
            "end": self._take_end,
            "refused": self._take_refused,
            "question": self._take_question,
            "foreign": self._take_foreign,
        }

    def take(self, message: Message, now_s: float) -> None:
        """Take one message of the engine, received at the monotonic time ``now_s``."""
        taker = self._takers.get(words(message, "kind"), self._take_foreign)
        taker(message, now_s)

    def take_bench(self, bench: Message) -> None:
        """Take what is known of a bench before its engine runs."""
        self._bench = bench

    def take_stop(self, stage: StopStage, now_s: float) -> None:
        """Take how far the operator's stop has come, at the time ``now_s``."""
        self._field.take_stop(stage, now_s)

    def take_engine_end(self, end: EngineEnd) -> None:
        """Take that the engine's process is over."""
        self._engine_end = end

    def take_closing(self) -> None:
        """Take that the window waits for the engine's end before it closes."""
        self._closing = True

    def take_acknowledged(self) -> None:
        """Take that the operator has seen the alarms that stand now."""
        self._seen |= {alarm.key for alarm in alarms_of(self._snapshot)}

    def field_off_confirmed(self) -> bool:
        """Say whether the newest news of the field is a confirmed off."""
        return self._field.confirmed()

    def view(self, now_s: float) -> View:
        """Build what is shown at the monotonic time ``now_s``."""
        silent_s = self._silent_s(now_s)
        out_of_date = (
            silent_s is not None
            or self._end is not None
            or self._engine_end is not None
        )
        band, shut_off = bench_bands(self._hello or self._bench, self.idle)
        over = self._end is not None or self._engine_end is not None
        return View(
            out_of_date=out_of_date,
            band=band,
            shut_off=shut_off,
            head=self._head(out_of_date),
            probes=probe_views(self._hello, self._snapshot),
            ceiling=ceiling_view(self._hello, self._snapshot, out_of_date),
            drive=drive_view(self._snapshot),
            controls=controls_view(self._snapshot, over, self._answer),
            notices=self._notices(silent_s),
            field=self._field.notice(self._output_on(), out_of_date),
            events=tuple(reversed(self._events)),
            plot=self._history.view(self._hello, self._snapshot),
        )

    def _head(self, out_of_date: bool) -> HeadView:
        head = head_view(self._hello, self._snapshot, out_of_date)
        if self.procedure:
            return replace(head, phase=self.procedure, phase_level="caution")
        return replace(head, phase=texts.IDLE) if self.idle else head

    def _take_hello(self, message: Message, now_s: float) -> None:
        # A tuning does not say which probes the bench has; its config did.
        known = {"probes": self._bench.get("probes", [])}
        message = {**known, **message}
        self._hello, self._last_news_s = message, now_s
        self._history.take_hello(message)

    def _take_snapshot(self, message: Message, now_s: float) -> None:
        self._snapshot, self._last_news_s = message, now_s
        self.snapshots += 1
        self._field.take_read_back(message, now_s)
        self._history.take_snapshot(message)
        self._seen &= {alarm.key for alarm in alarms_of(message)}

    def _take_event(self, message: Message, now_s: float) -> None:
        at = clock(number(message, "t_s"))
        self._events.append(f"{at}  {words(message, 'sentence')}")
        self._history.take_event(message)
        self._answer = Notice(self._events[-1])

    def _take_off(self, message: Message, now_s: float) -> None:
        self._field.take_off(message, now_s)
        self._remark(words(message, "sentence"))

    def _take_end(self, message: Message, now_s: float) -> None:
        self._end = message
        self._remark(words(message, "sentence"))

    def _take_refused(self, message: Message, now_s: float) -> None:
        self._remark(texts.REFUSED.format(sentence=words(message, "sentence")))
        self._answer = Notice(self._events[-1], "caution")

    def _take_question(self, message: Message, now_s: float) -> None:
        # Until it is answered, the engine has nothing to say.
        self._last_news_s = None
        self._remark(words(message, "sentence"))

    def _take_foreign(self, message: Message, now_s: float) -> None:
        line = words(message, "line") or str(dict(message))
        self._remark(texts.FOREIGN.format(line=line[:200]))

    def _remark(self, sentence: str) -> None:
        """Add a line; what an event has just said is not said twice."""
        if self._events and self._events[-1].endswith(f"  {sentence}"):
            return
        self._events.append(f"{clock(number(self._snapshot, 't_s'))}  {sentence}")

    def _silent_s(self, now_s: float) -> float | None:
        """Give the age of the last news in s once it is too old to be believed."""
        if self._last_news_s is None or self._end or self._engine_end:
            return None
        period_s = number(self._hello, "period_s") or 0.0
        age_s = now_s - self._last_news_s
        return None if age_s <= max(SILENCE_S, SILENT_PERIODS * period_s) else age_s

    def _output_on(self) -> bool | None:
        on = part(self._snapshot, "drive").get("output_on")
        return on if isinstance(on, bool) else None

    def _notices(self, silent_s: float | None) -> tuple[Notice, ...]:
        notices = [Notice(texts.CLOSING, "caution")] if self._closing else []
        notices += end_notices(self._end, self._engine_end)
        if silent_s is not None:
            seconds = fixed(silent_s, 0)
            notices.append(Notice(texts.SILENT.format(seconds=seconds), "fault"))
        alarms = alarm_notices(alarms_of(self._snapshot), self._seen)
        return tuple(notices + alarms)
