"""The chain that ties the events of a run to each other, to its header and its ticks.

Each event holds how many ticks were recorded before it, and the hash of those since the
event before; the chain of events so covers them.
"""

import hashlib
import struct
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain
from operator import itemgetter
from typing import Any, NamedTuple

from controller.recording.run_rows import TEXT_COLUMNS, TICK_COLUMNS, Cell, canonical

Rows = Sequence[tuple[Cell, ...]]
_NAN = float("nan")
# How the other NaN begins, that arithmetic makes: the same NULL in the file.
_ODD_NAN = bytes.fromhex("fff8")
_numbers = itemgetter(
    *(n for n, name in enumerate(TICK_COLUMNS) if name not in TEXT_COLUMNS)
)
_UNLINKED = "event {} does not follow from what is before it"
_OTHER_HEADER = (
    "the header is not the one recorded: settings, config, operator, versions or "
    "instruments were changed"
)
_texts = itemgetter(*(n for n, name in enumerate(TICK_COLUMNS) if name in TEXT_COLUMNS))


def first_link(header: Mapping[str, Any]) -> str:
    """Hash the header of a run: the link before its first event."""
    return _hash(header)


def next_link(previous: str, event: Iterable[Any]) -> str:
    """Hash an event onto the link before it.

    ``event`` is (seq, t_s, utc, kind, sentence, data, ticks, ticks_hash).
    """
    text = previous + canonical(list(event))
    return hashlib.sha256(text.encode()).hexdigest()


class TicksHash:
    """The hash of the ticks between two events, as it grows. ``count`` is of them all.

    A tick counts as it is read back from its tables, NULL for NaN and 1 for true: the
    cells of columns of numbers as big-endian doubles (tick, readings, truth), NULL
    being 7ff8000000000000; then the others as Python's ``ascii`` writes their tuple.
    """

    def __init__(self, count: int = 0) -> None:
        self.count = count
        self._hash = hashlib.sha256()

    def add(self, row: tuple[Cell, ...], readings: Rows, truth: Rows) -> None:
        """Add a tick: its row, and its rows of the readings and of the truth."""
        numbers = [*_numbers(row), *chain.from_iterable(truth)]
        texts = [len(readings), len(truth), *_texts(row)]
        for seq, probe, value_c, quality, taken_s, cem43_min in readings:
            numbers += seq, probe, value_c, taken_s, cem43_min
            texts.append(quality)
        self._hash.update(_packed(numbers, texts))
        self.count += 1

    def take(self) -> str:
        """Return the hash, in hexadecimal, and begin a new one."""
        taken, self._hash = self._hash.hexdigest(), hashlib.sha256()
        return taken


def _packed(numbers: list[Cell], texts: list[Cell]) -> bytes:
    form = f">{len(numbers)}d"
    try:
        packed = struct.pack(form, *numbers)
    except (struct.error, TypeError):
        packed = _ODD_NAN  # a NULL, or a text where a number belongs
    if _ODD_NAN in packed:
        packed = struct.pack(form, *(_plain(cell, texts) for cell in numbers))
    return packed + ascii(texts).encode()


def _plain(cell: Cell, texts: list[Cell]) -> float:
    """Return the one NaN for NULL and for every NaN; a text is added to the texts."""
    if isinstance(cell, str | bytes):
        texts.append(cell)
        return _NAN
    return _NAN if cell is None or cell != cell else float(cell)


def ending(
    events: int,
    last_link: str,
    ticks: TicksHash,
    results: Mapping[str, Any],
    clock: Sequence[Sequence[Any]],
) -> dict[str, Any]:
    """Give what a finished record says of its end, so that nothing can be cut off.

    ``results`` are the other results, ``clock`` the rows (t_s, utc) of that table.
    """
    return {
        "events": events,
        "last_hash": last_link,
        "ticks": ticks.count,
        "ticks_hash": ticks.take(),
        "results_hash": _hash(results),
        "clock_hash": _hash(clock),
    }


class Whole(NamedTuple):
    """What a record holds beside its events and ticks.

    ``results`` have the key "record", the ``ending``, where the record was closed.
    """

    header: Mapping[str, Any]
    results: Mapping[str, Any]
    clock: Sequence[Sequence[Any]]

    @property
    def record(self) -> Mapping[str, Any] | None:
        """The ``ending`` that was stored, None for a run that was cut off."""
        record = self.results.get("record")
        return record if isinstance(record, Mapping) else None

    def problems(self) -> list[str]:
        """Find edits of the results and the clock, [] when there is none."""
        rest = {key: value for key, value in self.results.items() if key != "record"}
        record = self.record
        if record is None:
            return ["there are results, and no end of the record"] if rest else []
        found = []
        if record.get("results_hash") != _hash(rest):
            found.append("the results (why it ended) are not those recorded")
        if record.get("clock_hash") != _hash(self.clock):
            found.append("the pairs of time and UTC are not those recorded")
        return found


def broken_links(
    whole: Whole,
    events: Iterable[Sequence[Any]],
    ticks: Iterator[tuple[tuple[Cell, ...], Rows, Rows]],
) -> list[str]:
    """Find every edit, gap or truncation: one sentence each, [] when there is none.

    ``events`` are rows (seq, t_s, utc, kind, sentence, data, ticks, ticks_hash,
    previous_hash, hash), ``ticks`` the rows that ``TicksHash.add`` takes. A truncation
    of a run that was cut off cannot be told from the death of the program, and nothing
    holds the ticks after its last event.
    """
    problems: list[str] = []
    link, count, pending = first_link(whole.header), 0, _Pending(ticks)
    for *event, previous, stored in events:
        ticks_wrong = pending.check(event[6], event[7])
        if event[0] != count:  # its ticks' hash began at the event that is missing
            problems.append(f"there is a gap before event {event[0]}")
            ticks_wrong = []
        elif previous != link:
            problems.append(_UNLINKED.format(count) if count else _OTHER_HEADER)
        if next_link(previous or "", event) != stored:
            problems.append(f"event {event[0]} was changed after it was recorded")
        problems += ticks_wrong
        link, count = stored, event[0] + 1
    record = whole.record
    if record is not None:
        said = (record.get("events"), record.get("last_hash"))
        ticks_wrong = pending.check(None, record.get("ticks_hash"))
        if said != (count, link):
            problems.append("the last event is not the one that the record ended with")
            ticks_wrong = []
        problems += ticks_wrong
        if record.get("ticks") != pending.hash.count:
            problems.append(
                f"there are {pending.hash.count} ticks, and the record ended with "
                f"{record.get('ticks')}"
            )
    return problems + whole.problems()


def _hash(value: Any) -> str:
    return hashlib.sha256(canonical(value).encode()).hexdigest()


class _Pending:
    """The ticks that no event has been seen to cover yet."""

    def __init__(self, ticks: Iterator[tuple[tuple[Cell, ...], Rows, Rows]]) -> None:
        self.hash = TicksHash()
        self._ticks = ticks
        self._next = next(ticks, None)

    def check(self, before: int | None, stored: str | None) -> list[str]:
        """Hash the ticks before a number (None: all), and compare."""
        first = last = None
        while self._next is not None and (before is None or self._seq() < before):
            last = self._seq()
            first = last if first is None else first
            self.hash.add(*self._next)
            self._next = next(self._ticks, None)
        if self.hash.take() == stored:
            return []
        if first is None:
            return [f"ticks before tick {before} are missing"]
        return [f"ticks {first} to {last} are not those that were recorded"]

    def _seq(self) -> int:
        assert self._next is not None
        return int(self._next[0][0] or 0)
