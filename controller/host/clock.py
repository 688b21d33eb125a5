"""The time of a run: simulated, paced, or the computer's monotonic clock."""

import math
import threading
import time
from collections.abc import Callable
from typing import Protocol

from controller.decisions.signals import Fault

JUMP_S = 2.0
SAME_S = 1e-9


class Clock(Protocol):
    """Gives the loop its ticks. ``now`` is s since the start of the run."""

    def now(self) -> float: ...

    def tick(self) -> tuple[float, float]:
        """Wait for the next tick; return its time in s, and how late it is in s."""
        ...

    def wait(self, dt_s: float) -> None:
        """Let time pass (an output settles)."""
        ...

    def restart(self) -> None:
        """Count the next tick from now: what was done in between was not the loop's."""
        ...

    def begin(self) -> None:
        """Count the time of the run from now: what was before was not the run's."""
        ...

    def jumped_s(self) -> float:
        """Return by how much in s UTC and monotonic time have parted since last."""
        ...


def clock_jump(jump_s: float, t_s: float) -> Fault:
    """Return the fault, at ``t_s``, of a computer whose clocks parted by so many s."""
    expected, measured = "UTC and monotonic time together", f"{jump_s:+.1f} s apart"
    sentence = "this computer slept, or its clock was set: expected "
    sentence += f"{expected}, measured {measured}, limit {JUMP_S:g} s"
    return Fault("clock-jump", sentence, t_s, expected, measured, f"{JUMP_S:g} s")


def parted(clock: Clock) -> tuple[Fault, ...]:
    """Return a fault where UTC and monotonic time have parted since last, in s."""
    jump_s = clock.jumped_s()
    return () if abs(jump_s) <= JUMP_S else (clock_jump(jump_s, clock.now()),)


class ClockPair:
    """UTC and the monotonic clock, compared with each other. The clocks are given."""

    def __init__(
        self,
        utc: Callable[[], float] = time.time,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._utc, self._monotonic = utc, monotonic
        self._apart_s = utc() - monotonic()

    def jumped_s(self) -> float:
        """Return by how much in s they have parted since the last call."""
        apart_s = self._utc() - self._monotonic()
        jump_s, self._apart_s = apart_s - self._apart_s, apart_s
        return jump_s


class SimulatedClock:
    """Time that passes as fast as it is computed; tick n is at exactly n · period.

    ``advance`` moves the simulated bench by a time in s.
    """

    def __init__(self, period_s: float, advance: Callable[[float], None]) -> None:
        self._period_s = period_s
        self._advance = advance
        self._ticks = 0
        self._now_s = 0.0

    def now(self) -> float:
        """Return the simulated time in s."""
        return self._now_s

    def tick(self) -> tuple[float, float]:
        """Advance the bench to the next tick."""
        t_s = self._ticks * self._period_s
        self._ticks += 1
        dt_s = t_s - self._now_s
        if dt_s > 0.0:
            # one and the same number, where only its last digits differ: what a
            # simulation has worked out for a step of that length then serves again
            even = abs(dt_s - self._period_s) < SAME_S
            self._advance(self._period_s if even else dt_s)
            self._now_s = t_s
        return t_s, 0.0

    def wait(self, dt_s: float) -> None:
        """Advance the bench between ticks; the next tick keeps its time."""
        self._advance(dt_s)
        self._now_s += dt_s

    def restart(self) -> None:
        """Leave out the ticks whose time has passed: none is before now."""
        self._ticks = max(self._ticks, math.ceil(self._now_s / self._period_s - SAME_S))

    def jumped_s(self) -> float:
        """Return 0: simulated time does not look at this computer's clocks."""
        return 0.0

    def begin(self) -> None:
        """Count time from zero again; the bench is where it is."""
        self._ticks, self._now_s = 0, 0.0


class PacedClock(SimulatedClock):
    """Simulated time that keeps the pace of the wall clock.

    ``woken`` ends a wait early, so that a stop does not wait for the next tick.
    """

    def __init__(self, period_s: float, advance: Callable[[float], None]) -> None:
        super().__init__(period_s, advance)
        self.woken = threading.Event()
        self._due_s = time.monotonic()
        self._pair = ClockPair()

    def tick(self) -> tuple[float, float]:
        """Wait for the tick's wall time, then advance the bench."""
        late_s = _wait(self.woken, self._due_s)
        t_s, _ = super().tick()
        self._due_s = _after(self._due_s, self._period_s)
        self._due_s += late_s if late_s > self._period_s else 0.0
        return t_s, late_s

    def restart(self) -> None:
        """Count the next tick from now."""
        super().restart()
        self._due_s = time.monotonic() + self._period_s

    def jumped_s(self) -> float:
        """Return by how much in s UTC and monotonic time have parted since last."""
        return self._pair.jumped_s()

    def begin(self) -> None:
        """Count time from zero again, from now."""
        super().begin()
        self._due_s = time.monotonic()


class RealClock:
    """The monotonic clock, for a bench with an instrument at an address.

    Ticks count from the first one; what was missed is left out. ``advance`` moves what
    is simulated of a mixed bench, at ticks and waits, by the time that has passed.
    """

    def __init__(
        self,
        period_s: float,
        woken: threading.Event | None = None,
        advance: Callable[[float], None] | None = None,
    ) -> None:
        self._period_s = period_s
        self._woken = woken or threading.Event()
        self._advance = advance
        self._start_s = self._advanced_s = time.monotonic()
        self._due_s = 0.0
        self._pair = ClockPair()

    def now(self) -> float:
        """Return the s since the clock was made, or began."""
        return time.monotonic() - self._start_s

    def tick(self) -> tuple[float, float]:
        """Wait for the next tick."""
        late_s = _wait(self._woken, self._due_s) if self._due_s else 0.0
        self._follow()
        now_s = time.monotonic()
        on_time = self._due_s > 0.0 and late_s <= self._period_s
        self._due_s = _after(self._due_s if on_time else now_s, self._period_s)
        return now_s - self._start_s, late_s

    def wait(self, dt_s: float) -> None:
        """Wait by the wall clock."""
        time.sleep(dt_s)
        self._follow()

    def restart(self) -> None:
        """Count the next tick from now."""
        self._due_s = time.monotonic() + self._period_s

    def jumped_s(self) -> float:
        """Return by how much in s UTC and monotonic time have parted since last."""
        return self._pair.jumped_s()

    def begin(self) -> None:
        """Count time from now; the next tick is the first."""
        self._start_s, self._due_s = time.monotonic(), 0.0

    def _follow(self) -> None:
        if self._advance is not None:
            passed_s = time.monotonic() - self._advanced_s
            self._advanced_s += passed_s
            self._advance(passed_s)


def _after(due_s: float, period_s: float) -> float:
    """Return when the next tick is due; one woken early puts none further away."""
    return min(due_s, time.monotonic()) + period_s


def _wait(woken: threading.Event, due_s: float) -> float:
    """Wait until a monotonic time, or until woken; return how late it is in s."""
    woken.wait(max(0.0, due_s - time.monotonic()))
    woken.clear()
    return max(0.0, time.monotonic() - due_s)
