"""The resonance of a sweep: found where it is, refused where there is none."""

import numpy as np
import pytest

from controller.analysis.resonance_fit import (
    FitRefused,
    ResonancePoint,
    conductance,
    fit_resonance,
)

F0_HZ, QUALITY, OHM = 161_000.0, 70.0, 0.95


def sweep(
    low_hz: float = 159_000.0,
    high_hz: float = 163_000.0,
    step_a: float = 0.01,
    voltage_v: float = 4.5,
) -> list[ResonancePoint]:
    points = []
    for frequency_hz in np.linspace(low_hz, high_hz, 15):
        exact = (
            voltage_v
            * conductance(np.array([frequency_hz]), F0_HZ, QUALITY, OHM).item()
        )
        current_a = round(exact / step_a) * step_a
        points.append(ResonancePoint(float(frequency_hz), voltage_v, current_a))
    return points


def test_peak_is_found_within_its_uncertainty() -> None:
    found = fit_resonance(sweep(), 0.001, 0.01)
    assert abs(found.resonance_hz - F0_HZ) < 2.0 * found.resonance_uncertainty_hz
    assert found.resonance_uncertainty_hz < 0.01 * F0_HZ / QUALITY
    assert abs(found.quality - QUALITY) < 2.0 * found.quality_uncertainty
    assert abs(found.tuned_ohm - OHM) < 2.0 * found.tuned_uncertainty_ohm
    assert found.half_power_hz == pytest.approx(F0_HZ / QUALITY, rel=0.01)


def test_half_power_width_is_where_the_power_is_half() -> None:
    found = fit_resonance(sweep(step_a=1e-9), 1e-9, 1e-9)
    edge = np.array([found.resonance_hz - 0.5 * found.half_power_hz])
    at_edge = conductance(edge, found.resonance_hz, found.quality, found.tuned_ohm)
    assert at_edge.item() * found.tuned_ohm == pytest.approx(0.5, rel=0.01)


def test_coarser_read_back_is_less_certain() -> None:
    fine = fit_resonance(sweep(), 0.001, 0.01)
    coarse = fit_resonance(sweep(step_a=0.1), 0.001, 0.1)
    assert coarse.resonance_uncertainty_hz > 5.0 * fine.resonance_uncertainty_hz


@pytest.mark.parametrize(
    ("points", "words"),
    [
        (sweep()[:5], "needs 6 points"),
        (sweep(low_hz=162_000.0, high_hz=166_000.0), "largest at the edge"),
    ],
)
def test_no_peak_is_refused(points: list[ResonancePoint], words: str) -> None:
    with pytest.raises(FitRefused, match=words):
        fit_resonance(points, 0.001, 0.01)
