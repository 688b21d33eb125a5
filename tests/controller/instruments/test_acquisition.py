"""Threads poll, newest command wins, urgent calls go ahead."""

import threading
import time

from controller.instruments.acquisition import URGENT_TIMEOUT_S, ThreadedAcquisition
from controller.instruments.stations import Station
from drivers.errors import Silent


class Slow(Station):
    """A station whose polls wait for the test."""

    def __init__(self, name: str = "slow") -> None:
        super().__init__(name, lambda: 0.0)
        self.polling = threading.Event()
        self.go_on = threading.Event()
        self.polls = 0

    def _poll(self) -> None:
        self.polls += 1
        self.polling.set()
        assert self.go_on.wait(10.0)


def test_a_call_goes_ahead_of_posted_jobs() -> None:
    station, done = Slow(), []
    acquisition = ThreadedAcquisition([[station]], 0.001)
    assert station.polling.wait(10.0)
    acquisition.post(station, lambda: done.append("old"))
    acquisition.post(station, lambda: done.append("new"))
    answers: list[str] = []

    def off() -> str:
        done.append("off")
        return "is off"

    caller = threading.Thread(
        target=lambda: answers.append(acquisition.call(station, off))
    )
    caller.start()
    while not acquisition.waiting(station):
        caller.join(0.001)
    station.go_on.set()
    caller.join(10.0)
    acquisition.close()
    assert answers == ["is off"] and done == ["off"]


def test_the_newest_posted_job_wins() -> None:
    station, done, finished = Slow(), [], threading.Event()
    acquisition = ThreadedAcquisition([[station]], 0.001)
    assert station.polling.wait(10.0)
    acquisition.post(station, lambda: done.append("old"))

    def newest() -> None:
        done.append("new")
        finished.set()

    acquisition.post(station, newest)
    station.go_on.set()
    assert finished.wait(10.0)
    acquisition.close()
    assert done == ["new"]


def test_a_thread_that_died_still_lets_off_through() -> None:
    class Broken(Slow):
        def _poll(self) -> None:
            self.polling.set()
            raise ZeroDivisionError("a bug")

    station = Broken()
    acquisition = ThreadedAcquisition([[station]], 0.001)
    assert station.polling.wait(10.0)
    acquisition.join(station)
    assert acquisition.call(station, lambda: "done here") == "done here"
    acquisition.close()


def test_a_call_that_ends_its_thread_is_not_said_to_be_done() -> None:
    station = Slow()
    acquisition = ThreadedAcquisition([[station]], 0.001)
    station.go_on.set()
    began_s = time.monotonic()
    assert "not done" in acquisition.call(station, lambda: str(1 // 0))
    assert time.monotonic() - began_s < URGENT_TIMEOUT_S
    acquisition.close()


def test_trouble_is_remembered_until_the_next_good_poll() -> None:
    class Mute(Station):
        broken = True

        def _poll(self) -> None:
            if self.broken:
                raise Silent("psu: nothing came")

    station = Mute("psu", lambda: 12.5)
    station.poll()
    assert station.trouble is not None and station.trouble.since_s == 12.5
    station.broken = False
    station.poll()
    assert station.trouble is None
