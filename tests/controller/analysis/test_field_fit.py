"""The field per ampere: its interval is honest, a bend and an offset are noticed."""

import math
from random import Random

import pytest

from controller.analysis.field_fit import FieldPoint, fit_field, half_width
from controller.analysis.resonance_fit import FitRefused, Resonance

RESONANCE = Resonance(161_000.0, 1.0, 70.0, 0.1, 0.95, 0.001, ())
LEVELS_A = (2.6, 3.9, 5.3, 7.0, 8.8, 10.5)
K_PER_M = 744.0


def points(
    bend: float = 0.0, offset_a_per_m: float = 0.0, noise_a_per_m: float = 3.0
) -> list[FieldPoint]:
    rng = Random(1)
    found = []
    for at, current_a in enumerate((*LEVELS_A, *LEVELS_A[::-1])):
        field = K_PER_M * current_a * (1.0 + bend * current_a / LEVELS_A[-1])
        field += offset_a_per_m + rng.gauss(0.0, noise_a_per_m)
        found.append(FieldPoint(float(at), current_a, field, 161_000.0))
    return found


@pytest.mark.parametrize(
    ("bound", "sigma"), [(0.03, 0.0), (0.0, 0.01), (0.03, 0.01), (0.01, 0.03)]
)
def test_half_width_holds_95_in_100_draws(bound: float, sigma: float) -> None:
    rng, width = Random(7), half_width(bound, sigma)
    draws = [
        rng.uniform(-1.0, 1.0) * bound + rng.gauss(0.0, 1.0) * sigma
        for _ in range(20_000)
    ]
    inside = sum(abs(d) <= width for d in draws) / len(draws)
    assert abs(inside - 0.95) < 0.006  # four standard deviations of such a count


def test_line_is_found_whatever_the_offset() -> None:
    fit = fit_field(points(offset_a_per_m=25.0), 0.03, 50.0, 0.01, RESONANCE)
    assert fit.field_per_ampere_per_m == pytest.approx(K_PER_M, rel=2e-3)
    assert fit.offset_a_per_m == pytest.approx(25.0, abs=8.0)
    assert not fit.doubts
    low_per_m, high_per_m = fit.interval_per_m
    assert low_per_m < K_PER_M < high_per_m


def test_pickup_is_not_averaged_down_and_is_not_a_sum_of_bounds() -> None:
    fit = fit_field(points(), 0.03, 50.0, 0.01, RESONANCE)
    assert 0.95 * 0.03 <= fit.uncertainty < 0.03
    standard = math.sqrt(sum(c.relative**2 for c in fit.budget))
    assert fit.coverage_factor * standard == pytest.approx(fit.uncertainty)


@pytest.mark.parametrize(
    ("measured", "words"),
    [
        (points(bend=-0.03), "bends away"),
        (points(offset_a_per_m=120.0), "without current"),
    ],
)
def test_what_is_no_line_through_zero_is_doubted(
    measured: list[FieldPoint], words: str
) -> None:
    doubts = fit_field(measured, 0.03, 50.0, 0.01, RESONANCE).doubts
    assert words in doubts[0]


def test_poor_resonance_makes_the_field_less_certain() -> None:
    poor = Resonance(161_000.0, 300.0, 70.0, 0.1, 0.95, 0.001, ())
    good_fit = fit_field(points(), 0.03, 50.0, 0.01, RESONANCE)
    poor_fit = fit_field(points(), 0.03, 50.0, 0.01, poor)
    assert poor_fit.uncertainty > good_fit.uncertainty + 0.005


def test_too_few_levels_are_refused() -> None:
    with pytest.raises(FitRefused, match="at 4 currents"):
        fit_field([points()[0]] * 12, 0.03, 50.0, 0.01, RESONANCE)
