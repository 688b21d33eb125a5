"""The clocks give ticks in order; the paced one keeps simulated time exact."""

import threading

from controller.clock import PacedClock, RealClock, SimulatedClock


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
