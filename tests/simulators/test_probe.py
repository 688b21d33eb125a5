"""The probe chain: lag and dead time exactly, noise, rounding, and its faults."""

import math
from random import Random

import pytest

from simulators.probe import Probe, ProbeParameters


def clean(**changed: float) -> Probe:
    values = {"lag_s": 1.0, "dead_s": 0.0, "noise_c": 0.0, **changed}
    return Probe("core", Random(1), ProbeParameters(**values))


@pytest.mark.parametrize("dt_s", [0.01, 0.1, 0.25, 5.0])
def test_lag_of_a_ramp_is_exact_for_any_step(dt_s):
    probe, slope = clean(lag_s=0.8), 0.5
    for k in range(1, round(5.0 / dt_s) + 1):
        probe.advance(dt_s, 37.0 + slope * k * dt_s)
    expected_c = 37.0 + slope * (5.0 - 0.8 * (1.0 - math.exp(-5.0 / 0.8)))
    assert probe.read() == pytest.approx(expected_c, rel=1e-12)


def test_after_a_jump_the_probe_closes_in_exponentially():
    probe = clean(lag_s=2.0)
    probe.advance(1e-9, 47.0)
    probe.advance(2.0, 47.0)
    assert probe.read() == pytest.approx(47.0 - 10.0 * math.exp(-1.0), rel=1e-8)


def test_no_lag_and_no_dead_time_read_the_truth():
    probe = clean(lag_s=0.0)
    probe.advance(0.1, 41.5)
    assert probe.read() == 41.5


@pytest.mark.parametrize("dt_s", [0.03, 0.2, 0.7])
def test_dead_time_shifts_the_reading_in_time_for_any_step(dt_s):
    probe, steps = clean(lag_s=0.0, dead_s=0.5), round(6.0 / dt_s)
    for k in range(1, steps + 1):
        probe.advance(dt_s, 37.0 + k * dt_s)
        expected_c = 37.0 + max(0.0, k * dt_s - 0.5)
        assert probe.read() == pytest.approx(expected_c, rel=1e-12)


def test_dead_time_survives_steps_without_a_reading():
    probe = clean(lag_s=0.0, dead_s=0.5)
    for k in range(1, 1001):
        probe.advance(0.1, 37.0 + 0.1 * k)
    assert probe.read() == pytest.approx(37.0 + 99.5, rel=1e-12)


def test_noise_has_its_rms_and_no_bias():
    probe = Probe("core", Random(4), ProbeParameters(noise_c=0.05))
    probe.advance(0.2, 37.0)
    errors_c = [(probe.read() or 0.0) - 37.0 for _ in range(20_000)]
    rms_c = math.sqrt(sum(e * e for e in errors_c) / len(errors_c))
    assert rms_c == pytest.approx(0.05, rel=0.03)
    assert abs(sum(errors_c) / len(errors_c)) < 0.002


def test_the_same_seed_reads_the_same():
    first, second = Probe("core", Random(7)), Probe("core", Random(7))
    assert [first.read() for _ in range(9)] == [second.read() for _ in range(9)]


def test_readings_are_rounded_to_the_step():
    probe = clean(lag_s=0.0, step_c=0.1)
    probe.advance(0.1, 41.2649)
    assert probe.read() == pytest.approx(41.3, abs=1e-12)


def test_offset_and_drift_add_up():
    probe = clean()
    probe.offset_c, probe.drift_c_per_s = 0.3, 0.01
    for _ in range(100):
        probe.advance(0.5, 37.0)
    assert probe.read() == pytest.approx(37.0 + 0.3 + 0.5)
    probe.drift_c_per_s = 0.0
    probe.advance(10.0, 37.0)
    assert probe.read() == pytest.approx(37.8)


def test_a_slip_lowers_the_reading_smoothly_by_its_amount():
    probe, readings = clean(), []
    probe.advance(0.2, 37.0)
    probe.slip_c = 3.0
    for _ in range(100):
        probe.advance(0.2, 37.0)
        readings.append(probe.read() or 0.0)
    assert 36.5 < readings[0] < 37.0
    assert readings == sorted(readings, reverse=True)
    assert readings[-1] == pytest.approx(34.0, abs=1e-6)
    probe.slip_c = 0.0
    probe.advance(60.0, 37.0)
    probe.advance(60.0, 37.0)
    assert probe.read() == pytest.approx(37.0)


def test_pulled_out_all_the_way_it_reads_the_room():
    probe = clean(ambient_c=21.0)
    probe.pulled_out = True
    for _ in range(100):
        probe.advance(0.5, 43.0)
    assert probe.read() == pytest.approx(21.0, abs=1e-6)


def test_frozen_repeats_the_last_reading_to_the_last_bit():
    probe = Probe("core", Random(2))
    probe.advance(0.2, 37.0)
    last = probe.read()
    probe.frozen = True
    for _ in range(50):
        probe.advance(0.2, 45.0)
        assert probe.read() == last
    probe.frozen = False
    assert (probe.read() or 0.0) > 44.0


def test_a_spike_is_there_only_while_it_is_set():
    probe = clean()
    probe.spike_c = 8.0
    assert probe.read() == 45.0
    probe.spike_c = 0.0
    assert probe.read() == 37.0


def test_without_a_probe_there_is_no_reading():
    probe = clean()
    probe.unplugged = True
    assert probe.read() is None
    probe.unplugged = False
    assert probe.read() == 37.0


def test_a_fault_does_not_shift_the_noise_that_follows_it():
    healthy, broken = Probe("core", Random(6)), Probe("core", Random(6))
    broken.frozen = broken.unplugged = True
    for probe in (healthy, broken):
        for _ in range(5):
            probe.read()
    broken.frozen = broken.unplugged = False
    assert healthy.read() == broken.read()


@pytest.mark.parametrize("key", ["lag_s", "dead_s", "noise_c"])
def test_negative_parameters_are_refused(key):
    with pytest.raises(ValueError, match="below zero"):
        ProbeParameters(**{key: -0.1})
    with pytest.raises(ValueError, match="below zero"):
        ProbeParameters(**{key: math.nan})


def test_moving_average_is_the_mean_of_the_readings_within_it():
    probe = clean(lag_s=0.0, average_s=1.0)
    probe.read()
    shown = []
    for k in range(1, 9):
        probe.advance(0.25, 37.0 + k)
        shown.append(probe.read())
    # of the last four readings, each 0.25 s apart: late by one and a half of them
    assert shown[-1] == pytest.approx(37.0 + 8.0 - 1.5, rel=1e-12)
    assert shown[0] == pytest.approx(37.5, rel=1e-12)


def test_average_comes_before_rounding_and_makes_the_noise_smaller():
    probe = clean(lag_s=0.0, noise_c=0.1, average_s=4.0)
    noisy = [probe.read()]
    for _ in range(4000):
        probe.advance(0.25, 37.0)
        noisy.append(probe.read())
    rms_c = math.sqrt(sum((t_c - 37.0) ** 2 for t_c in noisy) / len(noisy))
    assert rms_c == pytest.approx(0.1 / math.sqrt(16.0), rel=0.15)
    rounding = clean(lag_s=0.0, average_s=1.0, step_c=0.1)
    rounding.advance(0.5, 37.16)
    assert rounding.read() == pytest.approx(37.2)


def test_average_without_an_end_is_refused():
    with pytest.raises(ValueError, match="moving average"):
        ProbeParameters(average_s=math.inf)
