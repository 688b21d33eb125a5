from itertools import pairwise
from math import inf, isinf, nan, sqrt
from random import Random

import pytest

from simulators.scope_input import ScopeInput, clipped_rms


def coil(noise: Random | None = None) -> ScopeInput:
    made = ScopeInput(128, 32, noise)
    made.signal_frequency_hz, made.signal_peak_v = 212e3, 2.0
    return made


def test_a_sine() -> None:
    sweep = coil().sweep(1)
    assert (sweep.frequency_hz, sweep.peak_to_peak_v) == (212e3, 4.0)
    assert sweep.rms_v == pytest.approx(sqrt(2.0))
    assert isinf(coil().sweep(2).frequency_hz)


@pytest.mark.parametrize("limit", [0.1, 0.3, 0.7, 0.95, 1.0, 2.0])
def test_measured_and_sampled_agree_when_clipped(limit: float) -> None:
    made = coil()
    made.scale_v = limit * 2.0 / 4.0  # four divisions show this share of the peak
    values_v = made.samples(1, range(2120), 1.0 / 212e3 / 212)
    rms_v = sqrt(sum(v * v for v in values_v) / len(values_v))
    sweep = made.sweep(1)
    assert rms_v == pytest.approx(2.0 * clipped_rms(limit), rel=1e-3)
    assert sweep.rms_v == pytest.approx(rms_v, rel=1e-3)
    assert max(values_v) - min(values_v) == pytest.approx(
        sweep.peak_to_peak_v, rel=1e-3
    )


def test_saturated_shows_half_of_the_peak() -> None:
    made = coil()
    made.saturated = True
    assert made.sweep(1).peak_to_peak_v == pytest.approx(2.0)
    assert max(made.samples(1, range(1000), 4e-8)) == pytest.approx(1.0)


def test_rms_for_peak() -> None:
    made = coil()
    made.rms_for_peak = True
    sweep = made.sweep(1)
    assert sweep.peak_to_peak_v == pytest.approx(4.0 / sqrt(2.0))
    assert sweep.rms_v == pytest.approx(sqrt(2.0))


@pytest.mark.parametrize(("peak_v", "measured"), [(0.11, True), (0.09, False)])
def test_a_wave_too_small_for_the_scale_has_no_frequency(
    peak_v: float, measured: bool
) -> None:
    made = coil()
    made.signal_peak_v = peak_v
    assert isinf(made.sweep(1).frequency_hz) is not measured


@pytest.mark.parametrize("bad", [nan, inf, -1.0, 0.0])
@pytest.mark.parametrize("name", ["signal_frequency_hz", "signal_peak_v"])
def test_no_finite_sine_is_none(name: str, bad: float) -> None:
    made = coil()
    setattr(made, name, bad)
    made.saturated = True
    assert isinf(made.sweep(1).frequency_hz)
    assert made.sweep(1).peak_to_peak_v == 0.0
    assert made.samples(1, range(3), 1e-8) == [0.0, 0.0, 0.0]


def test_noise_widens_the_peak_and_moves_the_frequency() -> None:
    made = coil(Random(7))
    made.noise_v = 0.05
    sweeps = [made.sweep(1) for _ in range(200)]
    widths_v = [sweep.peak_to_peak_v for sweep in sweeps]
    assert sum(widths_v) / 200 == pytest.approx(4.3, abs=0.02)
    frequencies_hz = [sweep.frequency_hz for sweep in sweeps]
    assert all(a != b for a, b in pairwise(frequencies_hz))
    assert frequencies_hz == pytest.approx([212e3] * 200, rel=3e-3)
    assert sweeps[0].rms_v == pytest.approx(sqrt(2.0 + 0.05**2))
