"""The newest reading of every instrument, with its age; commands on their way out.

In simulated time the loop itself polls, after advancing the bench. In real time every
instrument has a thread of its own (instruments on one address share it), so that a
slow thermometer never delays the loop; commands replace one another, newest wins, and
an urgent call, such as off, goes ahead of queued polls.
"""

import logging
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

from controller.instruments.stations import Station

log = logging.getLogger(__name__)
URGENT_TIMEOUT_S = 5.0


class Acquisition(Protocol):
    """How stations are polled and called."""

    def poll(self) -> None:
        """Make the newest readings available."""
        ...

    def post(self, station: Station, job: Callable[[], None]) -> None:
        """Have a job done soon; a newer one replaces one that has not begun."""
        ...

    def call(
        self,
        station: Station,
        job: Callable[[], str],
        limit_s: float = URGENT_TIMEOUT_S,
    ) -> str:
        """Do a job now, ahead of everything else; "" or what went wrong.

        After ``limit_s`` nobody waits for it any more; it is done all the same.
        """
        ...

    def close(self) -> None:
        """Stop polling."""
        ...


class DirectAcquisition:
    """Polls from the loop: simulated time has no threads."""

    def __init__(self, stations: list[Station]) -> None:
        self._stations = stations

    def poll(self) -> None:
        """Poll every station, in order."""
        for station in self._stations:
            station.poll()

    def post(self, station: Station, job: Callable[[], None]) -> None:
        """Do the job at once."""
        job()

    def call(
        self,
        station: Station,
        job: Callable[[], str],
        limit_s: float = URGENT_TIMEOUT_S,
    ) -> str:
        """Do the job at once."""
        return job()

    def close(self) -> None:
        """Nothing to stop."""


@dataclass
class _Call:
    job: Callable[[], str]
    done: threading.Event = field(default_factory=threading.Event)
    answer: str = "it was not done: its thread has ended"


class _Worker(threading.Thread):
    """Polls the stations of one address, one exchange at a time."""

    def __init__(self, stations: list[Station], pause_s: float) -> None:
        super().__init__(name=stations[0].name, daemon=True)
        self._stations = stations
        self._pause_s = pause_s
        self._wake = threading.Event()
        self._closed = False
        self._jobs: dict[str, Callable[[], None]] = {}
        self._calls: deque[_Call] = deque()
        self._lock = threading.Lock()

    def post(self, station: Station, job: Callable[[], None]) -> None:
        with self._lock:
            self._jobs[station.name] = job
        self._wake.set()

    def call(self, job: Callable[[], str], limit_s: float) -> str:
        if not self.is_alive():
            return job()
        waiting = _Call(job)
        with self._lock:
            self._jobs.clear()  # what was commanded before is void
        self._calls.append(waiting)
        self._wake.set()
        if not waiting.done.wait(limit_s):
            return f"{self.name}: hangs, no answer within {limit_s:g} s"
        return waiting.answer

    @property
    def waiting(self) -> bool:
        return bool(self._calls)

    def close(self) -> None:
        self._closed = True
        self._wake.set()
        if self.is_alive():
            self.join(URGENT_TIMEOUT_S)

    def run(self) -> None:
        while not self._closed:
            try:
                self._round()
            except Exception:  # broad: its readings age, and the loop trips on it
                log.exception("the polling of %s has ended", self.name)
                return

    def _round(self) -> None:
        for station in self._stations:
            self._urgent()
            with self._lock:
                job = self._jobs.pop(station.name, None)
            if job is not None:
                job()
            self._urgent()
            station.poll()
        self._urgent()
        self._wake.wait(self._pause_s)
        self._wake.clear()

    def _urgent(self) -> None:
        while self._calls:
            waiting = self._calls.popleft()
            try:
                waiting.answer = waiting.job()
            finally:
                waiting.done.set()


class ThreadedAcquisition:
    """Polls each address in its own thread, at most once in ``pause_s``."""

    def __init__(self, groups: list[list[Station]], pause_s: float) -> None:
        self._workers = {}
        for stations in groups:
            worker = _Worker(stations, pause_s)
            self._workers.update({station.name: worker for station in stations})
        for worker in set(self._workers.values()):
            worker.start()

    def poll(self) -> None:
        """Nothing to do: the threads poll."""

    def post(self, station: Station, job: Callable[[], None]) -> None:
        """Have the job done by the station's thread before its next poll."""
        self._workers[station.name].post(station, job)

    def call(
        self,
        station: Station,
        job: Callable[[], str],
        limit_s: float = URGENT_TIMEOUT_S,
    ) -> str:
        """Have the job done by the station's thread, ahead of its polls."""
        return self._workers[station.name].call(job, limit_s)

    def waiting(self, station: Station) -> bool:
        """Say whether an urgent call of the station has not begun."""
        return self._workers[station.name].waiting

    def join(self, station: Station) -> None:
        """Wait for the end of a station's thread, for a bounded time."""
        self._workers[station.name].join(URGENT_TIMEOUT_S)

    def close(self) -> None:
        """Stop the threads; each ends after its exchange in flight."""
        for worker in set(self._workers.values()):
            worker.close()


class MixedAcquisition:
    """Polls what is simulated inside from the loop, and each address in its thread."""

    def __init__(
        self, inside: list[Station], groups: list[list[Station]], pause_s: float
    ) -> None:
        self._names = {station.name for station in inside}
        self._direct = DirectAcquisition(inside)
        self._threaded = ThreadedAcquisition(groups, pause_s)

    def poll(self) -> None:
        """Poll what is simulated."""
        self._direct.poll()

    def post(self, station: Station, job: Callable[[], None]) -> None:
        """Have the job done: at once, or soon by the station's thread."""
        self._of(station).post(station, job)

    def call(
        self,
        station: Station,
        job: Callable[[], str],
        limit_s: float = URGENT_TIMEOUT_S,
    ) -> str:
        """Have the job done now, ahead of the station's polls."""
        return self._of(station).call(station, job, limit_s)

    def close(self) -> None:
        """Stop the threads."""
        self._threaded.close()

    def _of(self, station: Station) -> Acquisition:
        return self._direct if station.name in self._names else self._threaded
