"""Which numbers are temperatures."""

import math

import pytest

from drivers.plausible import plausible


@pytest.mark.parametrize("value_c", [-20.0, 0.0, 43.0, 120.0])
def test_a_number_inside_the_range_is_a_reading(value_c: float) -> None:
    reading = plausible(value_c)
    assert (reading.value_c, reading.quality) == (value_c, "ok")


@pytest.mark.parametrize(
    "value_c", [-273.15, -105.67, -20.01, 120.1, math.inf, math.nan]
)
def test_any_other_number_is_none(value_c: float) -> None:
    reading = plausible(value_c)
    assert math.isnan(reading.value_c)
    assert reading.quality == "error"
