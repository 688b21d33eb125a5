"""The pyramid keeps peaks and gaps, in any stretch, and never draws too much."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gui.pyramid import FAN, Pyramid


def filled(values):
    pyramid = Pyramid()
    for index, value in enumerate(values):
        pyramid.append(float(index), float(value))
    return pyramid


def extended(values):
    pyramid = Pyramid()
    pyramid.extend(np.arange(len(values), dtype=float), np.asarray(values, float))
    return pyramid


def test_few_points_are_drawn_as_they_are():
    times_s, values = filled([1.0, 3.0, 2.0]).drawn(4000)
    assert times_s.tolist() == [0.0, 1.0, 2.0]
    assert values.tolist() == [1.0, 3.0, 2.0]


def test_an_empty_pyramid_draws_nothing():
    times_s, values = Pyramid().drawn(4000)
    assert len(times_s) == len(values) == 0
    assert Pyramid().span_s() is None
    assert Pyramid().extent(0.0, 1.0) is None
    assert np.isnan(Pyramid().at(1.0))


@pytest.mark.parametrize("place", [0, 4321, 863_999])
def test_a_single_peak_survives_a_day_of_samples(place):
    samples = np.full(864_000, 37.0)
    samples[place] = 60.0
    times_s, values = extended(samples).drawn(1600)
    assert 400 <= len(values) <= 1603
    assert values.max() == 60.0
    assert abs(times_s[int(values.argmax())] - place) <= FAN**6


def test_a_gap_stays_a_gap():
    samples = np.full(64_000, 37.0)
    samples[20_000:40_000] = np.nan
    times_s, values = extended(samples).drawn(1000)
    inside = (times_s > 21_000) & (times_s < 39_000)
    assert inside.any()
    assert np.isnan(values[inside]).all()
    assert np.isfinite(values[~inside & (times_s < 19_000)]).all()


def test_time_that_stands_still_or_runs_back_is_left_out():
    pyramid = Pyramid()
    for time_s in (float("nan"), 0.0, 1.0, 1.0, 0.5, float("nan"), 2.0):
        pyramid.append(time_s, 37.0)
    assert pyramid.drawn(100)[0].tolist() == [0.0, 1.0, 2.0]
    with pytest.raises(ValueError, match="later"):
        pyramid.extend(np.array([2.0, 3.0]), np.array([1.0, 1.0]))


def test_at_gives_what_was_known_then():
    pyramid = filled([1.0, 3.0, 2.0])
    assert [pyramid.at(t_s) for t_s in (0.0, 0.9, 1.0, 99.0)] == [1.0, 1.0, 3.0, 2.0]
    assert np.isnan(pyramid.at(-0.1))


@settings(deadline=None, max_examples=60)
@given(st.integers(1, 3000), st.integers(0, 3000))
def test_one_by_one_and_at_once_are_the_same(first, second):
    samples = np.sin(np.arange(first + second) * 1.7)
    mixed = extended(samples[:first])
    mixed.extend(np.arange(first, first + second, dtype=float), samples[first:])
    for one, other in zip(mixed.drawn(200), filled(samples).drawn(200), strict=True):
        assert (one == other).all()


@settings(deadline=None, max_examples=100)
@given(st.data(), st.integers(1, 5000), st.integers(16, 900))
def test_no_extreme_of_a_stretch_is_lost(data, count, max_points):
    samples = np.sin(np.arange(count) * 1.7) * np.arange(count)
    first = data.draw(st.integers(0, count - 1))
    last = data.draw(st.integers(first, count - 1))
    pyramid = extended(samples)
    times_s, values = pyramid.drawn(max_points, float(first), float(last))
    inside = samples[first : last + 1]
    assert values.min() <= inside.min()
    assert values.max() >= inside.max()
    assert set(values) <= set(samples)
    assert times_s[0] <= first
    assert times_s[-1] >= min(last, count - 1)
    assert (np.diff(times_s) >= 0).all()
    assert len(values) <= max_points + 5
