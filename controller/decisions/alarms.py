"""Alarms: what an operator is told, how urgently, and what was done about it.

Faults, hold-backs and cautions of the ticks become alarms that stand. A fault latches
until a reset; the others go when their cause has been gone for 5 s. To acknowledge is
not to clear: it stops the flashing, and the sound for two minutes.
Source: ideas of IEC 60601-1-8 (colours, flash rates, limited audio pause); no
conformity is claimed.
"""

from collections.abc import Iterable
from typing import Any, NamedTuple

from controller.decisions.interlock_table import (
    INTERLOCKS,
    Priority,
    code_of,
    todo,
)
from controller.decisions.interlocks import Findings
from controller.decisions.signals import NAN, Fault, Request

SILENCED_S = 120.0
STANDS_S = 3.0
CLEAR_S = 5.0
ALL = ("", "all")


class Look(NamedTuple):
    """How a priority looks: its colour, and its flash rate, 0 for steady."""

    colour: str
    flash_hz: float
    slowest_hz: float
    fastest_hz: float


LOOKS: dict[Priority, Look] = {
    "high": Look("red", 2.0, 1.4, 2.8),
    "medium": Look("yellow", 0.6, 0.4, 0.8),
    "low": Look("cyan", 0.0, 0.0, 0.0),
}


class Alarm(NamedTuple):
    """One alarm. ``since_s`` is when its cause was first seen, ``seen_s`` last.

    ``raised`` is false until a cause that does not latch has stood for 3 s. ``first``
    marks the fault that came first, ``active`` that the cause was seen at this tick;
    the checks of the probes rest while the field is off. ``silent_until_s`` is NaN
    before it was acknowledged.
    """

    code: str
    priority: Priority
    sentence: str
    since_s: float
    seen_s: float
    expected: str = ""
    measured: str = ""
    limit: str = ""
    latched: bool = False
    raised: bool = False
    first: bool = False
    active: bool = True
    acknowledged: bool = False
    silent_until_s: float = NAN


def follow(
    alarms: tuple[Alarm, ...],
    found: Findings,
    faults: tuple[Fault, ...],
    requests: tuple[Request, ...],
) -> tuple[Alarm, ...]:
    """Return the alarms after a tick's findings, latched faults and requests."""
    if not (alarms or faults or found.hold_backs or found.cautions):
        return alarms
    t_s = found.t_s
    now: dict[str, Alarm] = {}
    for alarm in (*_latched(found, faults), *_passing(found)):
        before = now.get(alarm.code)
        if before is None:
            now[alarm.code] = alarm
        elif alarm.latched is before.latched and alarm.sentence != before.sentence:
            # two probes at once: one alarm, and the first stays the first
            both = f"{before.sentence}; {alarm.sentence}"
            now[alarm.code] = before._replace(sentence=both)
    kept = []
    for alarm in alarms:
        seen = now.pop(alarm.code, None)
        after = _again(alarm, seen, t_s) if seen else _without(alarm, t_s)
        if after is not None:
            kept.append(after)
    for request in requests:
        if request.name == "acknowledge":
            kept = [_acknowledged(alarm, request, t_s) for alarm in kept]
    return (*kept, *now.values())


def as_data(alarms: tuple[Alarm, ...], t_s: float) -> list[dict[str, Any]]:
    """Return the raised alarms for a snapshot, the urgent and the oldest first."""
    order = list(LOOKS)
    raised = [alarm for alarm in alarms if alarm.raised]
    raised.sort(key=lambda a: (order.index(a.priority), not a.first, a.since_s))
    return [
        {
            "code": alarm.code,
            "priority": alarm.priority,
            "colour": LOOKS[alarm.priority].colour,
            "flash_hz": 0.0 if alarm.acknowledged else LOOKS[alarm.priority].flash_hz,
            "sentence": alarm.sentence,
            "t_s": alarm.since_s if alarm.since_s == alarm.since_s else None,
            "expected": alarm.expected,
            "measured": alarm.measured,
            "limit": alarm.limit,
            "todo": todo(alarm.code),
            "latched": alarm.latched,
            "first": alarm.first,
            "active": alarm.active,
            "acknowledged": alarm.acknowledged,
            "silenced_left_s": silenced_left_s(alarm, t_s),
        }
        for alarm in raised
    ]


def silenced_left_s(alarm: Alarm, t_s: float) -> float:
    """Return for how long in s an alarm's sound still rests, 0 to 120."""
    left_s = alarm.silent_until_s - t_s
    return min(left_s, SILENCED_S) if left_s > 0.0 else 0.0


def changes(
    before: tuple[Alarm, ...], after: tuple[Alarm, ...]
) -> list[tuple[str, Alarm]]:
    """List what has happened to alarms: (raised, acknowledged or cleared, alarm)."""
    if before == after:
        return []
    were = {alarm.code: alarm for alarm in before if alarm.raised}
    found = []
    for alarm in after:
        was = were.pop(alarm.code, None)
        if alarm.raised and was is None:
            found.append(("raised", alarm))
        elif alarm.acknowledged and was is not None and not was.acknowledged:
            found.append(("acknowledged", alarm))
    return found + [("cleared", alarm) for alarm in were.values()]


def _latched(found: Findings, faults: tuple[Fault, ...]) -> Iterable[Alarm]:
    active = {fault.code for fault in found.faults}
    for number, fault in enumerate(faults):
        yield Alarm(
            fault.code,
            "high",
            fault.sentence,
            fault.t_s,
            found.t_s,
            fault.expected,
            fault.measured,
            fault.limit,
            latched=True,
            raised=True,
            first=number == 0,
            active=fault.code in active,
        )


def _passing(found: Findings) -> Iterable[Alarm]:
    for sentence in (*found.hold_backs, *found.cautions):
        code = found.codes.get(sentence) or code_of(sentence)
        priority = INTERLOCKS[code].priority if code in INTERLOCKS else "medium"
        yield Alarm(code, priority, sentence, found.t_s, found.t_s)


def _again(alarm: Alarm, seen: Alarm, t_s: float) -> Alarm:
    if seen.latched and not alarm.latched:
        return seen  # what was a warning has become a fault: to be acknowledged anew
    return seen._replace(
        since_s=alarm.since_s,
        raised=seen.raised or alarm.raised or t_s - alarm.since_s >= STANDS_S,
        acknowledged=alarm.acknowledged,
        silent_until_s=alarm.silent_until_s,
    )


def _without(alarm: Alarm, t_s: float) -> Alarm | None:
    gone = not t_s - alarm.seen_s <= (CLEAR_S if alarm.raised else 0.0)
    if alarm.latched or gone:  # a latched one is among the faults until its reset
        return None
    return alarm._replace(active=False)


def _acknowledged(alarm: Alarm, request: Request, t_s: float) -> Alarm:
    text = request.text.strip()
    if not alarm.raised or (text not in ALL and text != alarm.code):
        return alarm
    return alarm._replace(acknowledged=True, silent_until_s=t_s + SILENCED_S)
