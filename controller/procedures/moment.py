"""A small current for a moment: one job of the instrument that sets the current.

Nothing comes between its steps, and what fails ends it. Whoever wants more of a moment
than one look says what comes before the current, or while it stays.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

from controller.decisions.signals import NAN, Command, Drive
from controller.instruments.bench_link import BenchLink

# With the heartbeat's own 0.5 s: off within 1.5 s, whenever the engine freezes.
PAUSE_S = 0.9
# Longer than any supply wants to rest between two writes.
REST_S = 0.1


@dataclass
class Moment:
    """A current for a moment; ``drive`` is what it showed, ``lasted_s`` its time."""

    bench: BenchLink
    settle_s: float
    look: Callable[[], object] = str
    drive: Drive | None = field(default=None, init=False)
    lasted_s: float = field(default=NAN, init=False)

    @property
    def pause_s(self) -> float:
        """Return for how long in s the guardian may hear nothing meanwhile."""
        return PAUSE_S

    def pass_(self, rest: Command, on: Command) -> str:
        """Set ``on``, look, set ``rest`` whatever came of it; "" or what went wrong."""
        clock, station = self.bench.clock, self.bench.applicator.source
        station.apply(rest)
        station.lead(on)
        clock.wait(REST_S)
        self.ready()
        begun_s = clock.now()
        try:
            station.apply(on)
            if station.trouble is None:
                clock.wait(self.settle_s)
                station.glance()
                self.look()
                self.drive = self.bench.drive()
                self.stay()
        finally:  # also where a mistake of ours is about to end the run
            trouble = station.trouble
            station.drop(rest)
        self.lasted_s = clock.now() - begun_s
        station.apply(rest)
        if trouble is None:  # then nobody knows whether the current has ended
            trouble = station.trouble
        return "" if trouble is None else trouble.sentence

    def ready(self) -> None:
        """Do what comes right before the current."""

    def stay(self) -> None:
        """Let the current flow on after the look."""
