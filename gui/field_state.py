"""What may be said about the field: off only where a read-back says so."""

from gui import texts
from gui.outcome import StopStage
from gui.view import Notice
from gui.wording import Message, number, part, time_of_day, words

# A reading of several queries may have been begun just before the off. After the
# engine's own off, at most one snapshot that still commands a field can have been
# under way.
STRAGGLER_S = 1.0


class FieldState:
    """The newest confirmation, the stop that was asked for, and contradictions."""

    def __init__(self) -> None:
        self._stop: StopStage | None = None
        self._off: Message | None = None
        self._off_at_s: float | None = None
        self._on_at_s: float | None = None
        self._off_taken_s: float | None = None
        self._on_taken_s: float | None = None
        self._heating = False
        self._under_way: int | None = None

    def take_stop(self, stage: StopStage, now_s: float) -> None:
        """Take how far a stop has come at ``now_s``."""
        self._stop = stage
        if stage.name == "off-confirmed":
            self._off_at_s, self._under_way = now_s, None
            self._off_taken_s = None

    def take_off(self, message: Message, now_s: float) -> None:
        """Take the engine's word on its switching off."""
        self._off, self._off_at_s = message, now_s
        self._off_taken_s = number(message, "t_s")
        self._under_way = 1 if self._heating else 0

    def take_read_back(self, snapshot: Message, now_s: float) -> None:
        """Take a snapshot's word at ``now_s``: output on, and a field commanded."""
        drive = part(snapshot, "drive")
        on = drive.get("output_on") is True
        commanded_a_per_m = number(part(snapshot, "field"), "commanded_a_per_m")
        self._heating = on and bool(commanded_a_per_m)
        if on:
            age_s, t_s = number(drive, "age_s"), number(snapshot, "t_s")
            self._on_at_s = now_s - (age_s or 0.0)
            self._on_taken_s = None
            if t_s is not None and age_s is not None:
                self._on_taken_s = t_s - age_s
        if self._under_way is not None:
            # They come in order: the first one without a field is later than the off.
            self._under_way = self._under_way - 1 if self._heating else 0

    def confirmed(self) -> bool:
        """Say whether a read-back confirms off, and none contradicts it since."""
        if self._stop is not None:
            asked_ok = self._stop.name in ("confirmed", "off-confirmed")
            return asked_ok and not self._on_again()
        engine_ok = self._off is not None and self._off.get("confirmed") is True
        return engine_ok and not self._on_again()

    def notice(self, output_on: bool | None, out_of_date: bool) -> Notice:
        """Say the state of the field in one line.

        ``output_on`` is the newest snapshot's read-back, ``out_of_date`` that nothing
        newer comes.
        """
        if self._stop is not None:
            return self._stop_notice(self._stop)
        if self._off is not None and not self._on_again():
            return _off_notice(self._off)
        if output_on is None or (out_of_date and not output_on):
            return Notice(texts.FIELD_UNKNOWN, "caution")
        if out_of_date:
            return Notice(texts.FIELD_LAST_ON, "fault")
        if output_on:
            return Notice(texts.FIELD_ON, "caution")
        return Notice(texts.FIELD_OFF_READ, "quiet")

    def _on_again(self) -> bool:
        if self._on_at_s is None or self._off_at_s is None:
            return False
        if self._under_way is not None and self._under_way < 0:
            return True
        # By the engine's clock where it is known: a busy computer hands on late.
        if self._on_taken_s is not None and self._off_taken_s is not None:
            return self._on_taken_s > self._off_taken_s + STRAGGLER_S
        return self._on_at_s > self._off_at_s + STRAGGLER_S

    def _stop_notice(self, stage: StopStage) -> Notice:
        if stage.name in ("confirmed", "off-confirmed") and self._on_again():
            return Notice(texts.ON_AGAIN, "fault")
        at = time_of_day(stage.utc)
        return {
            "asked": Notice(texts.STOP_ASKED, "caution"),
            "confirmed": Notice(texts.FIELD_CONFIRMED.format(time=at), "good"),
            "off-running": Notice(texts.OFF_RUNNING, "fault"),
            "off-confirmed": Notice(texts.OFF_CONFIRMED.format(time=at), "good"),
            "failed": Notice(texts.OFF_FAILED.format(detail=stage.detail), "fault"),
            "out-of-reach": _out_of_reach(stage),
        }[stage.name]


def _out_of_reach(stage: StopStage) -> Notice:
    if stage.engine_running:
        return Notice(texts.OFF_OUT_OF_REACH, "fault")
    return Notice(texts.SIMULATION_ENDED, "caution")


def _off_notice(message: Message) -> Notice:
    if message.get("confirmed") is not True:
        return Notice(texts.FIELD_NOT_CONFIRMED, "fault")
    at = time_of_day(words(message, "utc"))
    return Notice(texts.FIELD_CONFIRMED.format(time=at), "good")
