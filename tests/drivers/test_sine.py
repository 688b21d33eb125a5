import math

import pytest

from drivers.roles import Signal
from drivers.sine import ERROR, signal_of


def test_peak_is_half_of_peak_to_peak() -> None:
    assert signal_of(212e3, 0.42069, 0.14874) == Signal(212e3, 0.210345, 0.14874, "ok")


@pytest.mark.parametrize("bad", [math.nan, math.inf, 9.9e37, 9.91e37, 0.0, -1.0])
@pytest.mark.parametrize("place", range(3))
def test_what_cannot_be_measured_is_no_number(bad: float, place: int) -> None:
    values = [212e3, 0.42069, 0.14874]
    values[place] = bad
    assert signal_of(*values) is ERROR
    assert all(map(math.isnan, (ERROR.frequency_hz, ERROR.peak_v, ERROR.rms_v)))


@pytest.mark.parametrize(
    ("crest", "quality"),
    [(1.0, "error"), (1.29, "error"), (1.36, "ok"), (1.56, "ok"), (1.61, "error")],
)
def test_only_a_sine_gives_a_field(crest: float, quality: str) -> None:
    assert signal_of(212e3, 2.0 * crest, 1.0).quality == quality
