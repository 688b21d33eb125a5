"""Alarms by priority, first-out first, each with its figures and what to do. No Qt.

Source: IEC 60601-1-8:2006, table 2, for colours and flashing: high red, 1.4 to 2.8 Hz;
medium yellow, 0.4 to 0.8 Hz; low steady. Taken as good practice; no conformity is
claimed.
"""

from collections.abc import Set
from dataclasses import dataclass

from gui import texts
from gui.look import Level
from gui.view import Notice
from gui.wording import Message, clock, number, parts, words

HIGH_HZ, MEDIUM_HZ = 2.0, 2.0 / 3.0
ALARMS_SHOWN = 6
LEVELS: dict[str, tuple[Level, float]] = {
    "high": ("fault", HIGH_HZ),
    "medium": ("caution", MEDIUM_HZ),
    "low": ("low", 0.0),
}
Key = tuple[str, float]


@dataclass(frozen=True, slots=True)
class Alarm:
    """One alarm; ``t_s`` is NaN where the engine does not say since when."""

    priority: str
    code: str
    sentence: str
    t_s: float
    figures: tuple[str, str, str]
    todo: str
    acknowledged: bool

    @property
    def key(self) -> Key:
        """What makes it the same alarm in the next snapshot."""
        return (self.code or self.sentence, self.t_s if self.t_s == self.t_s else 0.0)


def alarms_of(snapshot: Message) -> list[Alarm]:
    """List a snapshot's alarms, the urgent ones and among them the first-out first.

    A snapshot without ``alarms`` has its faults as high ones, its cautions as low.
    """
    if isinstance(snapshot.get("alarms"), list):
        found = [
            _alarm(entry, words(entry, "priority"))
            for entry in parts(snapshot, "alarms")
        ]
    else:
        found = [_alarm(fault, "high") for fault in parts(snapshot, "faults")]
        found += [_caution(text) for text in _cautions(snapshot)]
    order = list(LEVELS)
    return sorted(found, key=lambda a: (order.index(a.priority), a.key[1]))


def alarm_notices(alarms: list[Alarm], seen: Set[Key]) -> list[Notice]:
    """Write alarms as notices; those in ``seen`` no longer flash."""
    first = next((a.key for a in alarms if a.priority == "high"), None)
    several = sum(alarm.priority == "high" for alarm in alarms) > 1
    notices = []
    for alarm in alarms[:ALARMS_SHOWN]:
        level, flash_hz = LEVELS[alarm.priority]
        steady = alarm.acknowledged or alarm.key in seen
        text = _text(alarm, first_out=several and alarm.key == first)
        notices.append(Notice(text, level, 0.0 if steady else flash_hz))
    if len(alarms) > ALARMS_SHOWN:
        more = texts.MORE.format(count=len(alarms) - ALARMS_SHOWN)
        notices.append(Notice(more, LEVELS[alarms[ALARMS_SHOWN].priority][0]))
    return notices


def _alarm(entry: Message, priority: str) -> Alarm:
    t_s = number(entry, "t_s")
    expected, measured, limit = (
        words(entry, key) for key in ("expected", "measured", "limit")
    )
    return Alarm(
        # A word that is not known here must not make an alarm less urgent.
        priority=priority if priority in LEVELS else "high",
        code=words(entry, "code"),
        sentence=words(entry, "sentence"),
        t_s=float("nan") if t_s is None else t_s,
        figures=(expected, measured, limit),
        todo=words(entry, "todo"),
        acknowledged=entry.get("acknowledged") is True,
    )


def _caution(text: str) -> Alarm:
    return Alarm("low", "", text, float("nan"), ("", "", ""), "", False)


def _cautions(snapshot: Message) -> list[str]:
    listed = snapshot.get("cautions")
    return [str(caution) for caution in listed] if isinstance(listed, list) else []


def _text(alarm: Alarm, first_out: bool) -> str:
    known_s = None if alarm.t_s != alarm.t_s else alarm.t_s
    at = "" if known_s is None else " " + texts.FAULT_TIME.format(time=clock(known_s))
    word = (texts.FIRST_OUT if first_out else "") + texts.ALARMS[alarm.priority]
    lines = [f"{word}{at}: {_headline(alarm)}"]
    if any(alarm.figures):
        expected, measured, limit = (text or texts.NOTHING for text in alarm.figures)
        lines.append(
            texts.FAULT_DETAIL.format(expected=expected, measured=measured, limit=limit)
        )
    action = alarm.todo or (_known_action(alarm) if alarm.priority == "high" else "")
    if action:
        lines.append(texts.WHAT_TO_DO.format(action=action))
    return "\n".join(lines)


def _known_action(alarm: Alarm) -> str:
    """Say what to do about an alarm whose engine does not say it."""
    return texts.ACTIONS.get(alarm.code, texts.ACTION_UNKNOWN)


def _headline(alarm: Alarm) -> str:
    """Give the sentence without the figures that follow on a line of their own."""
    expected = alarm.figures[0]
    head, found, _ = alarm.sentence.partition(f": expected {expected}, measured ")
    return head if expected and found else alarm.sentence
