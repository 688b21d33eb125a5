"""What the engine tells the guardian, one line each, and when that is not enough.

A heartbeat has content, so that a program that merely lives does not count as one that
works: it comes from the loop itself, and says whether the field is on and how long ago
the loop last ticked. Everything here is computed; the clock is an argument.
"""

import json
import math
from dataclasses import asdict, dataclass, fields

SILENCE_S = 0.5
# Beside the age of a tick that is just due: what interlocks call late, and a slice.
LATE_PERIODS = 2.0
# Preparing and switching off may take so long; nothing that is announced counts beyond.
LONGEST_PAUSE_S = 10.0
# Asks the guardian to switch off now, as a proof.
PROVE = '{"prove": true}'


@dataclass(frozen=True, slots=True)
class Heartbeat:
    """One sign of life with content.

    ``seq`` rises by any step. ``field_on`` is true while the field is on or may come
    on before the next heartbeat. ``tick_age_s`` is the time since the loop's last tick,
    ``pause_s`` what the loop announces to need beyond ``SILENCE_S`` until the next
    heartbeat. ``heard_s`` is the hearer's clock, not sent.
    """

    seq: int
    field_on: bool
    tick_age_s: float
    period_s: float
    pid: int
    pause_s: float = 0.0
    heard_s: float = math.nan


def encode(heartbeat: Heartbeat) -> str:
    """Return a heartbeat as one line of JSON, without ``heard_s``."""
    values = asdict(heartbeat)
    del values["heard_s"]
    return json.dumps(values) + "\n"


def decode(line: str, heard_s: float) -> Heartbeat:
    """Return the heartbeat of a line that was heard at ``heard_s``.

    Raises:
        ValueError: the line is not a heartbeat.
    """
    try:
        values = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise ValueError(f"{line[:80]!r} is not a heartbeat") from error
    names = {field.name for field in fields(Heartbeat)} - {"heard_s"}
    if not isinstance(values, dict) or set(values) != names:
        raise ValueError(f"{line[:80]!r} is not a heartbeat")
    whole = all(type(values[name]) is int for name in ("seq", "pid"))
    numbers = ("tick_age_s", "period_s", "pause_s")
    if not (
        whole
        and type(values["field_on"]) is bool
        and all(type(values[name]) in (int, float) for name in numbers)
    ):
        raise ValueError(f"{line[:80]!r} is not a heartbeat")
    return Heartbeat(**values, heard_s=heard_s)


def overdue(heartbeat: Heartbeat, now_s: float) -> str:
    """Say why the field must go off now, "" while the newest heartbeat is enough.

    With the field on: no silence of more than ``SILENCE_S`` beyond an announced pause
    of 0 to ``LONGEST_PAUSE_S``, and no tick older than two periods beyond that. What is
    not a number is not enough. With the field off nothing is owed.
    """
    if not heartbeat.field_on:
        return ""
    allowed_s = silence_allowed_s(heartbeat)
    silent_s = now_s - heartbeat.heard_s
    if not silent_s <= allowed_s:
        return f"no heartbeat for {silent_s:.2f} s while the field is on"
    oldest_s = allowed_s + LATE_PERIODS * heartbeat.period_s
    if not 0.0 <= heartbeat.tick_age_s <= oldest_s:
        return (
            f"the field is on and the loop's last tick {heartbeat.tick_age_s:.2f} s old"
        )
    return ""


def contradiction(before: Heartbeat | None, heartbeat: Heartbeat, pid: int) -> str:
    """Say in what a heartbeat contradicts the one before it, or its sender; "" if not.

    The sequence rises, it is the engine with this pid that speaks, and a period is a
    time.
    """
    if heartbeat.pid != pid:
        return f"a heartbeat from process {heartbeat.pid}, not from the engine {pid}"
    if before is not None and not heartbeat.seq > before.seq:
        return f"heartbeat {heartbeat.seq} came after {before.seq}"
    if not 0.0 < heartbeat.period_s < math.inf:
        return f"a heartbeat with a control period of {heartbeat.period_s} s"
    return ""


def silence_allowed_s(heartbeat: Heartbeat) -> float:
    """Return how long in s the next heartbeat may take; a wild pause counts as none."""
    pause_s = heartbeat.pause_s
    return SILENCE_S + (pause_s if 0.0 <= pause_s <= LONGEST_PAUSE_S else 0.0)
