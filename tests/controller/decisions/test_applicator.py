"""Supply set-points never make more field than was decided."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from controller.decisions.applicator import (
    current_for,
    field_for,
    trips_for,
    voltage_limit_for,
)
from tests.controller.decisions.scene import APPLICATOR
from tests.thorough import thorough


@thorough
@given(field=st.floats(allow_nan=True, allow_infinity=True))
def test_current_is_rounded_down_and_bounded(field: float) -> None:
    current_a = current_for(field, APPLICATOR)
    assert 0.0 <= current_a <= APPLICATOR.max_current_a
    if field > 0.0:
        assert field_for(current_a, APPLICATOR) <= field * (1 + 1e-12)


@thorough
@given(field=st.floats(10.0, 18_000.0))
def test_current_loses_less_than_one_step(field: float) -> None:
    lost_a = field / APPLICATOR.field_per_ampere_per_m - current_for(field, APPLICATOR)
    assert lost_a <= APPLICATOR.current_resolution_a * (1 + 1e-6)


@thorough
@given(current_a=st.floats(1.0, 25.0), last_v=st.floats(0.0, 45.0))
def test_voltage_limit_is_at_most_a_tenth_above_the_tuned(
    current_a: float, last_v: float
) -> None:
    limit_v = voltage_limit_for(current_a, APPLICATOR, last_v)
    tuned_v = APPLICATOR.tuned_ohm * current_a
    assert tuned_v * 1.03 <= limit_v <= 1.1 * tuned_v * (1 + 1e-12)


def test_voltage_limit_is_kept_for_small_moves() -> None:
    first_v = voltage_limit_for(10.0, APPLICATOR)
    assert voltage_limit_for(10.2, APPLICATOR, first_v) == first_v
    assert voltage_limit_for(11.0, APPLICATOR, first_v) > first_v


def test_trips_stand_one_step_above_the_bound() -> None:
    over_v, over_a = trips_for(13_258.0, APPLICATOR)
    assert over_a == pytest.approx(math.floor(13_258.0 / 744.05 * 100) / 100 + 0.01)
    assert 1.1 * 0.955 * 17.8 < over_v < 1.2 * 0.955 * 17.9
