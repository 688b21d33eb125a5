"""The wire of a simulated instrument: bytes in, bytes out, and what can go wrong.

``Line`` has the shape of a port (``write``, ``read``, ``close``), so a real driver, or
a socket server, talks to a simulated instrument through it byte for byte.
"""

from collections.abc import Callable
from typing import Protocol

LONGEST_LINE = 4096


class SimulatedInstrument(Protocol):
    """An instrument that answers on the wire. It has no thread and no clock."""

    def receive(self, data: bytes) -> bytes:
        """Take bytes from the host; return the bytes that are answered."""
        ...

    def advance(self, dt_s: float) -> bytes:
        """Let time pass; return the bytes that are sent unasked."""
        ...


class Line:
    """A wire to one simulated instrument, with faults as switches.

    ``silent`` loses every answer, ``deaf`` loses every command, ``garble`` is applied
    to each answer. ``gone`` makes the port itself fail (cable pulled). ``heard``
    tells that somebody has spoken to the instrument.
    """

    waits = False

    def __init__(self, instrument: SimulatedInstrument) -> None:
        self.instrument = instrument
        self.silent = False
        self.deaf = False
        self.gone = False
        self.heard = False
        self.garble: Callable[[bytes], bytes] | None = None
        self._answer = b""

    def write(self, data: bytes) -> None:
        """Send bytes to the instrument."""
        if self.gone:
            raise OSError("the line is cut")
        self.heard = True
        if not self.deaf:
            self._arrive(self.instrument.receive(data))

    def read(self, timeout_s: float = 0.0) -> bytes:
        """Return all that has arrived; b"" when nothing has."""
        if self.gone:
            raise OSError("the line is cut")
        answer, self._answer = self._answer, b""
        return answer

    def advance(self, dt_s: float) -> None:
        """Let the instrument's time pass; what it sends unasked arrives."""
        answer = self.instrument.advance(dt_s)
        if answer:
            self._arrive(answer)

    def close(self) -> None:
        """Drop what has not been read."""
        self._answer = b""

    def _arrive(self, answer: bytes) -> None:
        if answer and not (self.silent or self.gone):
            self._answer += answer if self.garble is None else self.garble(answer)


class LineReader:
    """Cuts a stream of bytes into lines, at any of the ``ends`` (single bytes).

    More than ``LONGEST_LINE`` bytes without an end are dropped, so that a client
    that floods cannot fill the memory.
    """

    def __init__(self, ends: bytes = b"\n") -> None:
        self._end = ends[:1]
        self._others = [ends[i : i + 1] for i in range(1, len(ends))]
        self._pending = b""

    def lines(self, data: bytes) -> list[bytes]:
        """Return the complete lines, without their ends; keep the rest."""
        if self._pending:
            data = self._pending + data
        for other in self._others:
            data = data.replace(other, self._end)
        *complete, rest = data.split(self._end)
        self._pending = rest if len(rest) <= LONGEST_LINE else b""
        return complete
