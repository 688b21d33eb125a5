"""Ctrl-C, SIGTERM, SIGHUP and a closed console, as a flag that the loop reads.

The only place that touches signals; it works on Windows too, where SIGBREAK stands
for the closed console.
"""

import logging
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

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
    with _handled(stop.asked):
        yield stop


@contextmanager
def interruptible() -> Iterator[None]:
    """Let a signal end the wait for what a person types, as ``KeyboardInterrupt``.

    For a moment without a field, within ``stop_signals``.
    """
    with _handled(_interrupt):
        yield


@contextmanager
def held_back() -> Iterator[None]:
    """Keep Ctrl-C back while the context lasts, and from what is started in it.

    A terminal sends it to every process that belongs to a program. Where a process has
    no signal mask (Windows), ``working_for_another`` does it a little later.
    """
    mask = getattr(signal, "pthread_sigmask", None)
    before = mask(signal.SIG_BLOCK, {signal.SIGINT}) if mask else None
    try:
        yield
    finally:
        if mask:
            mask(signal.SIG_SETMASK, before)


def working_for_another() -> None:
    """Be silent and deaf to Ctrl-C: whoever started this process hears it, and ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    logging.disable()


def deaf() -> None:
    """Ignore the signals from here on: the program ends, and its exit code stands."""
    for number in _numbers():
        signal.signal(number, signal.SIG_IGN)


@contextmanager
def _handled(handler: Any) -> Iterator[None]:
    before = {number: signal.signal(number, handler) for number in _numbers()}
    try:
        yield
    finally:
        for number, handler_before in before.items():
            signal.signal(number, handler_before)


def _interrupt(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def _numbers() -> list[signal.Signals]:
    return [getattr(signal, name) for name in _NAMES if hasattr(signal, name)]
