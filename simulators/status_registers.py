"""The status registers that IEEE 488.2 gives to every SCPI instrument.

Reading ``*ESR?`` clears it; ``*STB?`` sums up. Numbers are answered with their sign.
"""

from collections.abc import Iterator

from simulators.kept_settings import Command
from simulators.scpi import ErrorQueue, Limits, Query, Setting, quantity

QUEUE, EVENTS, SUMMARY = 4, 32, 64
BYTE = Limits(0.0, 255.0, 0.0)


class StatusRegisters:
    """Events, enables and the status byte of an error queue.

    ``queue_counts`` says whether errors that wait are bit 2 of the status byte.
    """

    def __init__(self, errors: ErrorQueue, queue_counts: bool = False) -> None:
        self._errors, self._queue_counts = errors, queue_counts
        self._enables = {"*ESE": 0, "*SRE": 0}

    def commands(self) -> Iterator[Command]:
        """Yield pattern, query and setting."""
        yield "*CLS", None, lambda _: self._errors.clear()
        yield "*ESR", lambda _: self._take_events(), None
        yield "*STB", lambda _: f"{self._byte():+d}", None
        for name in self._enables:
            yield name, self._ask_enable(name), self._set_enable(name)

    def _take_events(self) -> str:
        events, self._errors.events = self._errors.events, 0
        return f"{events:+d}"

    def _byte(self) -> int:
        value = QUEUE if self._queue_counts and len(self._errors) else 0
        value |= EVENTS if self._errors.events & self._enables["*ESE"] else 0
        return value | SUMMARY if value & self._enables["*SRE"] else value

    def _ask_enable(self, name: str) -> Query:
        return lambda _: f"{self._enables[name]:+d}"

    def _set_enable(self, name: str) -> Setting:
        def take(text: str) -> None:
            self._enables[name] = round(quantity(text, BYTE, self._errors))

        return take
