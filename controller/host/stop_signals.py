"""Ctrl-C, SIGTERM, SIGHUP and a closed console, as a flag that the loop reads.

The only place that touches signals; it works on Windows too, where SIGBREAK stands
for the closed console.
"""

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

_NAMES = ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK")


class StopSignal:
    """Which signal asked for a stop, "" while none has; ``woken`` ends a wait.

    ``also`` names somebody else who asks for one.
    """

    def __init__(self, also: Callable[[], str] = str) -> None:
        self._name, self._also = "", also
        self.woken = threading.Event()

    @property
    def name(self) -> str:
        """Who asked first."""
        return self._name or self._also()

    @name.setter
    def name(self, name: str) -> None:
        self._name = name

    def asked(self, number: int, frame: FrameType | None) -> None:
        """Remember the signal (a signal handler)."""
        self.name = signal.Signals(number).name
        self.woken.set()


@contextmanager
def stop_signals() -> Iterator[StopSignal]:
    """Turn the signals into a flag while the context lasts."""
    stop = StopSignal()
    numbers = [getattr(signal, name) for name in _NAMES if hasattr(signal, name)]
    before = {number: signal.signal(number, stop.asked) for number in numbers}
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
