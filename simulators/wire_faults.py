"""What can go wrong on a wire: each fault changes the answers that pass through it.

A *garbling* takes one answer as bytes and returns what arrives instead; some remember.
The two stand-ins take the instrument's place on its line.
"""

from collections import deque
from collections.abc import Callable
from random import Random

from simulators.line import SimulatedInstrument

Garbling = Callable[[bytes], bytes]
ENDS = (b"\r\n", b"\n", b"\r")
OTHER_END = {b"\r\n": b"\r", b"\n": b"\r", b"\r": b"\n"}


def truncated(answer: bytes) -> bytes:
    """Return the first half of an answer, without its end."""
    return answer[: len(answer) // 2]


def doubled(answer: bytes) -> bytes:
    """Return an answer that arrives twice."""
    return answer + answer


def wrong_end(answer: bytes) -> bytes:
    """Return an answer whose line ends are another system's."""
    for end in ENDS:
        if end in answer:
            return answer.replace(end, OTHER_END[end])
    return answer


def stale() -> Garbling:
    """Return a garbling that is always one answer late; the first gets nothing."""
    kept = b""

    def late(answer: bytes) -> bytes:
        nonlocal kept
        arrives, kept = kept, answer
        return arrives

    return late


def garbled(rng: Random, share: float) -> Garbling:
    """Return a garbling that flips one bit in a share of the bytes, one at least."""

    def noisy(answer: bytes) -> bytes:
        bad = bytearray(answer)
        hit = [n for n in range(len(bad)) if rng.random() < share]
        for n in hit or [rng.randrange(len(bad))]:
            bad[n] ^= 1 << rng.randrange(8)
        return bytes(bad)

    return noisy


class Late:
    """An instrument whose answers need ``delay_s`` more, in the bench's time."""

    def __init__(self, instrument: SimulatedInstrument, delay_s: float) -> None:
        self._instrument = instrument
        self._delay_s = delay_s
        self._waiting: deque[tuple[float, bytes]] = deque()
        self._now_s = 0.0

    def receive(self, data: bytes) -> bytes:
        """Take bytes from the host; their answer comes later."""
        answer = self._instrument.receive(data)
        if answer:
            self._waiting.append((self._now_s + self._delay_s, answer))
        return b""

    def advance(self, dt_s: float) -> bytes:
        """Let time pass; return the answers whose time has come."""
        self._now_s += dt_s
        out = self._instrument.advance(dt_s)
        # a nanosecond of tolerance for the sum of steps
        while self._waiting and self._waiting[0][0] <= self._now_s + 1e-9:
            out += self._waiting.popleft()[1]
        return out


class Impostor:
    """Another instrument's answers at this instrument's address.

    Time passes for the one whose place it takes; the other one has a line of its own.
    """

    def __init__(self, owner: SimulatedInstrument, other: SimulatedInstrument) -> None:
        self._owner, self._other = owner, other

    def receive(self, data: bytes) -> bytes:
        """Have the other instrument answer."""
        return self._other.receive(data)

    def advance(self, dt_s: float) -> bytes:
        """Let time pass; what the owner says by itself is not heard here."""
        self._owner.advance(dt_s)
        return b""
