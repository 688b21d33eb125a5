"""The chain that ties the events of a run to each other and to its header."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from controller.run_rows import canonical


def first_link(header: Mapping[str, Any]) -> str:
    """Hash the header of a run: the link before its first event."""
    return hashlib.sha256(canonical(header).encode()).hexdigest()


def next_link(previous: str, event: Iterable[Any]) -> str:
    """Hash an event (seq, t_s, utc, kind, sentence, data) onto the link before it."""
    text = previous + canonical(list(event))
    return hashlib.sha256(text.encode()).hexdigest()


def ending(events: int, last_link: str) -> dict[str, Any]:
    """Give what a finished record says of its events, so that none can be cut off."""
    return {"events": events, "last_hash": last_link}


def broken_links(
    header: Mapping[str, Any],
    events: Iterable[Sequence[Any]],
    record: Mapping[str, Any] | None,
) -> list[str]:
    """Find every edit, gap or truncation: one sentence each, [] when there is none.

    ``events`` are rows (seq, t_s, utc, kind, sentence, data, previous_hash, hash);
    ``record`` is the ``ending`` that was stored, None for a run that was cut off: a
    truncation of that cannot be told from the death of the program.
    """
    problems: list[str] = []
    link, count = first_link(header), 0
    for *event, previous, stored in events:
        if event[0] != count:
            problems.append(f"there is a gap before event {event[0]}")
        elif previous != link:
            problems.append(f"event {count} does not follow from what is before it")
        if next_link(previous or "", event) != stored:
            problems.append(f"event {event[0]} was changed after it was recorded")
        link, count = stored, event[0] + 1
    if record is not None and dict(record) != ending(count, link):
        problems.append("the last event is not the one that the record ended with")
    return problems
