"""The clocks give ticks in order; the paced one keeps simulated time exact."""

import threading
import time

import pytest

from controller.host.clock import (
    JUMP_S,
    ClockPair,
    PacedClock,
    RealClock,
    SimulatedClock,
    clock_jump,
)


def test_simulated_ticks_are_exact_multiples() -> None:
    advanced: list[float] = []
    clock = SimulatedClock(0.1, advanced.append)
    times = [clock.tick()[0] for _ in range(1000)]
    assert times == [n * 0.1 for n in range(1000)]
    assert abs(sum(advanced) - 99.9) < 1e-9
    assert clock.now() == times[-1]


def test_a_wait_does_not_shift_the_next_tick() -> None:
    advanced: list[float] = []
    clock = SimulatedClock(0.2, advanced.append)
    clock.tick()
    clock.wait(0.05)
    assert clock.tick() == (0.2, 0.0)
    assert abs(sum(advanced) - 0.2) < 1e-12


def test_a_long_wait_never_turns_time_back() -> None:
    clock = SimulatedClock(0.2, lambda dt_s: None)
    clock.tick()
    clock.wait(0.5)
    times = [clock.tick()[0] for _ in range(5)]
    assert times == sorted(times) and clock.now() >= 0.5


def test_no_tick_is_before_what_was_done_in_between() -> None:
    """What was read while an output was switched off is never of the future."""
    clock = SimulatedClock(0.2, lambda dt_s: None)
    clock.tick()
    clock.wait(0.5)
    clock.restart()
    assert clock.tick()[0] == pytest.approx(0.6)
    clock.restart()
    assert clock.tick()[0] == pytest.approx(0.8)


def test_a_woken_paced_clock_does_not_wait() -> None:
    clock = PacedClock(60.0, lambda dt_s: None)
    assert clock.tick()[0] == 0.0
    waker = threading.Thread(target=clock.woken.set)
    waker.start()
    assert clock.tick()[0] == 60.0
    waker.join()


def test_a_woken_real_clock_does_not_wait() -> None:
    woken = threading.Event()
    clock = RealClock(60.0, woken)
    clock.tick()
    woken.set()
    t_s, late_s = clock.tick()
    assert t_s < 60.0 and late_s == 0.0


def test_many_requests_put_the_next_tick_no_further_away() -> None:
    """Else the field would stay on without a tick until the guardian acts."""
    woken = threading.Event()
    for clock in (RealClock(0.05, woken), paced := PacedClock(0.05, lambda dt_s: None)):
        paced.woken = woken
        clock.tick()
        for _ in range(100):
            woken.set()
            clock.tick()
        since_s = time.monotonic()
        clock.tick()
        assert time.monotonic() - since_s < 1.0


@pytest.mark.parametrize(
    ("utc_s", "monotonic_s", "jump_s"),
    [
        (0.2, 0.2, 0.0),
        (60.2, 0.2, 60.0),  # asleep, where the monotonic clock sleeps too
        (-3599.8, 0.2, -3600.0),  # somebody set the clock
        (0.21, 0.2, 0.01),  # a network time server at work
    ],
)
def test_utc_and_monotonic_time_are_compared(
    utc_s: float, monotonic_s: float, jump_s: float
) -> None:
    now = {"utc": 1e9, "monotonic": 50.0}
    pair = ClockPair(lambda: now["utc"], lambda: now["monotonic"])
    assert pair.jumped_s() == 0.0
    now["utc"] += utc_s
    now["monotonic"] += monotonic_s
    assert pair.jumped_s() == pytest.approx(jump_s)
    assert pair.jumped_s() == 0.0, "said once: it latches"


def test_clocks_of_this_computer_do_not_jump() -> None:
    for clock in (PacedClock(0.1, lambda dt_s: None), RealClock(0.1)):
        assert abs(clock.jumped_s()) < JUMP_S
    assert SimulatedClock(0.1, lambda dt_s: None).jumped_s() == 0.0


def test_a_jump_says_what_it_is() -> None:
    fault = clock_jump(60.0, 5.0)
    assert fault.code == "clock-jump" and fault.t_s == 5.0
    assert "slept" in fault.sentence and "+60.0 s apart" in fault.sentence
