"""What a simulated fibre shows."""

import math

import pytest

from simulators.fibre_channels import FibreChannels


def test_shows_what_the_bench_wrote() -> None:
    fibres = FibreChannels(2)
    fibres.temperatures[:] = [37.0, None]
    assert [fibres.shown_c(1), fibres.shown_c(2)] == [37.0, None]


@pytest.mark.parametrize("value_c", [math.nan, math.inf])
def test_what_is_no_number_is_not_shown(value_c: float) -> None:
    fibres = FibreChannels(1)
    fibres.temperatures[0] = value_c
    assert fibres.shown_c(1) is None


def test_frozen_repeats_the_last_and_unplugged_goes_before_it() -> None:
    fibres = FibreChannels(1)
    fibres.temperatures[0] = 37.0
    fibres.shown_c(1)
    fibres.frozen[0] = True
    fibres.temperatures[0] = 43.0
    assert fibres.shown_c(1) == 37.0
    fibres.unplugged[0] = True
    assert fibres.shown_c(1) is None
    fibres.unplugged[0] = fibres.frozen[0] = False
    assert fibres.shown_c(1) == 43.0
