"""The time of a run: simulated, paced, or the computer's monotonic clock."""

import threading
import time
from collections.abc import Callable
from typing import Protocol

# a tick that starts this late counts from now on: no burst of ticks to catch up
SKIP_PERIODS = 1.0


class Clock(Protocol):
    """Gives the loop its ticks. ``now`` is s since the start of the run."""

    def now(self) -> float: ...

    def tick(self) -> tuple[float, float]:
        """Wait for the next tick; return its time in s, and how late it is in s."""
        ...

    def wait(self, dt_s: float) -> None:
        """Let time pass (an output settles)."""
        ...


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
        if t_s > self._now_s:
            self._advance(t_s - self._now_s)
            self._now_s = t_s
        return t_s, 0.0

    def wait(self, dt_s: float) -> None:
        """Advance the bench between ticks; the next tick keeps its time."""
        self._advance(dt_s)
        self._now_s += dt_s


class PacedClock(SimulatedClock):
    """Simulated time that keeps the pace of the wall clock.

    ``woken`` ends a wait early, so that a stop does not wait for the next tick.
    """

    def __init__(self, period_s: float, advance: Callable[[float], None]) -> None:
        super().__init__(period_s, advance)
        self.woken = threading.Event()
        self._start_s = time.monotonic()

    def tick(self) -> tuple[float, float]:
        """Wait for the tick's wall time, then advance the bench."""
        due_s = self._start_s + self._ticks * self._period_s
        self.woken.wait(max(0.0, due_s - time.monotonic()))
        self.woken.clear()
        late_s = max(0.0, time.monotonic() - due_s)
        if late_s > SKIP_PERIODS * self._period_s:
            self._start_s += late_s
        t_s, _ = super().tick()
        return t_s, late_s


class RealClock:
    """The monotonic clock, for a bench with an instrument at an address."""

    def __init__(self, period_s: float, woken: threading.Event | None = None) -> None:
        self._period_s = period_s
        self._woken = woken or threading.Event()
        self._start_s = time.monotonic()
        self._due_s = 0.0

    def now(self) -> float:
        """Return the s since the clock was made."""
        return time.monotonic() - self._start_s

    def tick(self) -> tuple[float, float]:
        """Wait for the next tick; ticks that were missed are left out."""
        self._woken.wait(max(0.0, self._due_s - self.now()))
        self._woken.clear()
        now_s = self.now()
        late_s = max(0.0, now_s - self._due_s)
        start_s = now_s if late_s > SKIP_PERIODS * self._period_s else self._due_s
        self._due_s = start_s + self._period_s
        return now_s, late_s

    def wait(self, dt_s: float) -> None:
        """Wait by the wall clock."""
        time.sleep(dt_s)
