"""The pyramid keeps peaks and gaps and never draws too much."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gui.traces import Trace


def filled(values):
    trace = Trace()
    for index, value in enumerate(values):
        trace.append(float(index), float(value))
    return trace


def test_few_points_are_drawn_as_they_are():
    times_s, values = filled([1.0, 3.0, 2.0]).drawn(4000)
    assert times_s.tolist() == [0.0, 1.0, 2.0]
    assert values.tolist() == [1.0, 3.0, 2.0]


def test_an_empty_trace_draws_nothing():
    times_s, values = Trace().drawn(4000)
    assert len(times_s) == len(values) == 0


@pytest.mark.parametrize("place", [0, 4321, 99_999])
def test_a_single_peak_survives_a_hundred_thousand_samples(place):
    samples = np.full(100_000, 37.0)
    samples[place] = 60.0
    times_s, values = filled(samples).drawn(4000)
    assert len(values) <= 4003
    assert values.max() == 60.0
    assert abs(times_s[int(values.argmax())] - place) <= 8**3


def test_a_gap_stays_a_gap():
    samples = np.full(64_000, 37.0)
    samples[20_000:40_000] = np.nan
    times_s, values = filled(samples).drawn(1000)
    inside = (times_s > 21_000) & (times_s < 39_000)
    assert inside.any()
    assert np.isnan(values[inside]).all()
    assert np.isfinite(values[~inside & (times_s < 19_000)]).all()


def test_time_that_stands_still_or_runs_back_is_left_out():
    trace = Trace()
    for time_s in (0.0, 1.0, 1.0, 0.5, float("nan"), 2.0):
        trace.append(time_s, 37.0)
    assert trace.drawn(100)[0].tolist() == [0.0, 1.0, 2.0]


@settings(deadline=None, max_examples=60)
@given(st.integers(1, 5000), st.integers(16, 900))
def test_extremes_and_the_last_sample_are_always_drawn(count, max_points):
    samples = np.sin(np.arange(count) * 1.7) * np.arange(count)
    times_s, values = filled(samples).drawn(max_points)
    assert values.min() == samples.min()
    assert values.max() == samples.max()
    assert values[-1] == samples[-1]
    assert times_s[-1] == count - 1
    assert (np.diff(times_s) >= 0).all()
    assert len(values) <= max_points + 3
