"""Coughs and dropouts: when they come, how long they last, and what they do."""

from itertools import pairwise
from math import inf
from random import Random

import pytest

from simulators.motion import Moments
from simulators.probe import Probe, ProbeParameters

STEP_S = 0.1


def series(seed: int = 1, every_s: float = 20.0, lasts_s: float = 1.5) -> Moments:
    return Moments(Random(seed), every_s, lasts_s)


def test_moments_last_as_long_as_said_and_come_as_often():
    moments, hours = series(), 10
    sizes = [moments.advance(STEP_S) for _ in range(hours * 36_000)]
    begins = [b for a, b in pairwise(sizes) if a == 0.0 < b]
    expected = hours * 3600.0 / 21.5
    assert len(begins) == pytest.approx(expected, rel=0.08)
    assert sum(size > 0.0 for size in sizes) / len(begins) == pytest.approx(15, abs=1)
    assert all(0.5 <= size <= 1.0 for size in begins)


def test_equal_generators_have_the_same_moments_for_any_tick():
    one, two = series(), series()
    fine = [max(one.advance(0.1) for _ in range(5)) for _ in range(400)]
    coarse = [two.advance(0.5) for _ in range(400)]
    assert max(fine) > 0.0
    # a coarse step has the size at its start
    assert {size for size in coarse if size} <= {size for size in fine if size}


def test_never_is_never():
    moments = Moments(Random(1), inf)
    assert not any(moments.advance(10.0) for _ in range(1000))


@pytest.mark.parametrize("times", [(0.0, 1.0), (10.0, 0.0), (10.0, inf)])
def test_times_without_sense_are_refused(times):
    with pytest.raises(ValueError, match="times above 0"):
        Moments(Random(1), *times)


def at_43(parameters: ProbeParameters, **moments: Moments) -> list[float | None]:
    probe = Probe("core", Random(1), parameters, 43.0, **moments)
    readings = []
    for _ in range(1200):
        probe.advance(STEP_S, 43.0)
        readings.append(probe.read())
    return readings


def test_cough_dips_the_reading_and_lets_it_come_back():
    still = ProbeParameters(lag_s=0.1, dead_s=0.0, noise_c=0.0, cough_c=0.8)
    readings = at_43(still, coughs=series())
    known = [value for value in readings if value is not None]
    assert len(known) == 1200
    assert 42.2 - 1e-9 <= min(known) <= 42.65
    assert sum(value > 42.999 for value in known) > 900


def test_dropout_takes_the_reading_and_not_the_noise():
    noisy = ProbeParameters(noise_c=0.05)
    whole, holed = at_43(noisy), at_43(noisy, dropouts=series(lasts_s=0.4))
    lost = [n for n, value in enumerate(holed) if value is None]
    assert 4 <= len(lost) <= 100
    kept = [n for n in range(1200) if n not in lost]
    assert [holed[n] for n in kept] == [whole[n] for n in kept]


def test_conduction_pulls_the_reading_towards_the_room():
    fibre = ProbeParameters(noise_c=0.0, conduction_share=0.05, ambient_c=22.0)
    assert at_43(fibre) == pytest.approx([43.0 - 0.05 * 21.0] * 1200)


@pytest.mark.parametrize("share", [-0.1, 1.0])
def test_conduction_is_a_share(share):
    with pytest.raises(ValueError, match="share"):
        ProbeParameters(conduction_share=share)
