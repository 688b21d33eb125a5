"""Field per ampere of supply from a pick-up coil, with an honest 95 % interval.

H = k I + c at one frequency; c is what noise adds to the height of every sweep (peak to
peak counts its extremes), so a line through the origin would be biased by it. It must
stay within the absolute uncertainty that the sensor states. The pick-up's area, angle
and attenuation are the same at every point: their stated uncertainty is a bound, so it
enters as a rectangular distribution and never averages down. The interval is that of
the sum of this rectangle and the normal rest, not a bound added to a deviation.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from controller.analysis.resonance_fit import ROUNDING, FitRefused, Resonance

Floats = NDArray[np.float64]
LEAST_POINTS = 8
LEAST_LEVELS = 4
CONFIDENCE = 0.95
NORMAL_95 = 1.959964
# A coil without iron is linear: a bend of more than this at the top is a fault.
LARGEST_BEND = 0.01
SIGNIFICANT = 3.0


@dataclass(frozen=True, slots=True)
class FieldPoint:
    """One level: when, the supply's current in A, and the pick-up's field in A/m."""

    t_s: float
    current_a: float
    field_a_per_m: float
    frequency_hz: float


@dataclass(frozen=True, slots=True)
class Contribution:
    """One line of the budget: what, and its standard uncertainty, relative."""

    name: str
    distribution: str
    relative: float


@dataclass(frozen=True, slots=True)
class FieldFit:
    """Field per ampere in 1/m; ``uncertainty`` is relative, of the 95 % interval.

    ``bend`` is the share of a square term at the largest current; ``offset`` is c;
    ``drift`` is the second half of the points over the first, less one. ``doubts`` are
    sentences; with any of them the result is not to be used.
    """

    field_per_ampere_per_m: float
    uncertainty: float
    coverage_factor: float
    budget: tuple[Contribution, ...]
    bend_relative: float
    bend_uncertainty: float
    offset_a_per_m: float
    offset_uncertainty_a_per_m: float
    drift_relative: float
    residuals: tuple[float, ...]
    doubts: tuple[str, ...]

    @property
    def interval_per_m(self) -> tuple[float, float]:
        """Return the 95 % interval of the field per ampere, in 1/m."""
        half_per_m = self.field_per_ampere_per_m * self.uncertainty
        return (
            self.field_per_ampere_per_m - half_per_m,
            self.field_per_ampere_per_m + half_per_m,
        )


def half_width(
    bound_relative: float, sigma_relative: float, confidence_share: float = CONFIDENCE
) -> float:
    """Return the half width of the interval of rectangle plus normal deviate.

    P(|U r + s z| <= w) = confidence, r uniform in ±1, z normal. With G(t) = t Phi(t) +
    phi(t) the distribution is F(w) = s / (2 U) (G((w+U)/s) - G((w-U)/s)).
    """
    if bound_relative <= 0.0:
        return _normal_factor(confidence_share) * sigma_relative
    if sigma_relative <= 1e-6 * bound_relative:
        return confidence_share * bound_relative
    low, high = 0.0, bound_relative + 10.0 * sigma_relative
    for _ in range(80):
        middle = 0.5 * (low + high)
        if (
            2.0 * _below(middle, bound_relative, sigma_relative) - 1.0
            < confidence_share
        ):
            low = middle
        else:
            high = middle
    return 0.5 * (low + high)


def fit_field(
    points: Sequence[FieldPoint],
    pickup_uncertainty: float,
    pickup_uncertainty_a_per_m: float,
    current_step_a: float,
    resonance: Resonance,
) -> FieldFit:
    """Fit the field per ampere in 1/m, with budget, linearity and drift.

    ``pickup_uncertainty`` is the pick-up's stated relative uncertainty, the next its
    absolute one.

    Raises:
        FitRefused: too few points or levels.
    """
    _enough(points, current_step_a)
    current = np.array([p.current_a for p in points])
    measured = np.array([p.field_a_per_m for p in points])
    line = _line(current, measured, current_step_a)
    slope, scatter = line.slope_per_m, line.scatter_relative
    budget = _budget(scatter, len(points) - 2, pickup_uncertainty, resonance)
    # the detuning only ever raises the field per ampere, by less than its share
    sigma = sum(c.relative for c in budget if c.distribution != "rectangular")
    uncertainty = half_width(pickup_uncertainty, sigma)
    standard = math.sqrt(sum(c.relative**2 for c in budget))
    bend = _bend(current, measured, slope)
    ratio = (measured - line.offset_a_per_m) / (slope * current)
    return FieldFit(
        field_per_ampere_per_m=slope,
        uncertainty=uncertainty,
        coverage_factor=uncertainty / standard,
        budget=budget,
        bend_relative=bend[0],
        bend_uncertainty=bend[1],
        offset_a_per_m=line.offset_a_per_m,
        offset_uncertainty_a_per_m=line.offset_uncertainty_a_per_m,
        drift_relative=_drift(ratio),
        residuals=tuple(float(r) for r in ratio - 1.0),
        doubts=tuple(_doubts(bend, line, pickup_uncertainty_a_per_m)),
    )


def _drift(ratio: Floats) -> float:
    half = len(ratio) // 2
    return float(np.mean(ratio[half:]) / np.mean(ratio[:half]) - 1.0)


def _enough(points: Sequence[FieldPoint], current_step_a: float) -> None:
    levels = len({round(p.current_a / current_step_a) for p in points})
    if len(points) < LEAST_POINTS or levels < LEAST_LEVELS:
        raise FitRefused(
            f"a field per ampere needs {LEAST_POINTS} points at {LEAST_LEVELS} "
            f"currents, not {len(points)} at {levels}"
        )


@dataclass(frozen=True, slots=True)
class _Line:
    slope_per_m: float
    scatter_relative: float
    offset_a_per_m: float
    offset_uncertainty_a_per_m: float


def _line(current: Floats, measured: Floats, step_a: float) -> _Line:
    """Fit H = k I + c; the scatter is the relative standard uncertainty of k."""
    found, spread = _linear(np.column_stack([current, np.ones_like(current)]), measured)
    about = current - current.mean()
    # rounded read-backs may agree by chance: never better than their rounding
    least = found[0] * step_a * ROUNDING / math.sqrt(float(about @ about))
    scatter = max(spread[0] / NORMAL_95, least) / found[0]
    return _Line(found[0], scatter, found[1], spread[1])


def _budget(
    scatter_relative: float,
    freedom: int,
    pickup_uncertainty: float,
    resonance: Resonance,
) -> tuple[Contribution, ...]:
    from scipy.stats import t as student  # here: no other command waits for it

    # few points: a normal deviation that has Student's 95 % quantile
    widened = float(student.ppf(0.975, freedom)) / NORMAL_95
    x = 2.0 * resonance.quality * resonance.resonance_uncertainty_hz
    x /= resonance.resonance_hz
    return (
        Contribution(
            "pick-up: area, angle, attenuation",
            "rectangular",
            pickup_uncertainty / math.sqrt(3.0),
        ),
        Contribution(
            "scatter and rounding of the points", "normal", widened * scatter_relative
        ),
        Contribution(
            "distance from the resonance", "one-sided", math.sqrt(1.0 + x * x) - 1.0
        ),
    )


def _bend(current: Floats, measured: Floats, slope_per_m: float) -> tuple[float, float]:
    """Return the share of a square term at the largest current, and 95 % of it."""
    top = float(current.max())
    columns = [current, np.ones_like(current), (current / top) ** 2]
    found, spread = _linear(np.column_stack(columns), measured)
    return found[2] / top / slope_per_m, spread[2] / top / slope_per_m


def _linear(matrix: Floats, measured: Floats) -> tuple[list[float], list[float]]:
    found, *_ = np.linalg.lstsq(matrix, measured, rcond=None)
    residual = measured - matrix @ found
    variance = float(residual @ residual) / (len(measured) - matrix.shape[1])
    spread = np.sqrt(np.diag(np.linalg.inv(matrix.T @ matrix)) * variance)
    return [float(v) for v in found], [NORMAL_95 * float(s) for s in spread]


def _doubts(
    bend: tuple[float, float], line: _Line, allowed_a_per_m: float
) -> Iterator[str]:
    size, spread = bend
    if abs(size) > max(LARGEST_BEND, SIGNIFICANT / NORMAL_95 * spread):
        yield (
            f"the field bends away from a line by {100.0 * size:+.1f} % at the largest "
            f"current, limit {100.0 * LARGEST_BEND:g} %; does something saturate near "
            "the coil, or the oscilloscope's screen?"
        )
    offset_a_per_m = line.offset_a_per_m
    spread = SIGNIFICANT / NORMAL_95 * line.offset_uncertainty_a_per_m
    if abs(offset_a_per_m) > max(allowed_a_per_m, spread):
        yield (
            f"without current the line says {offset_a_per_m:+.0f} A/m, limit "
            f"{allowed_a_per_m:g} A/m; is there noise on the oscilloscope, or its "
            "screen too coarse?"
        )


def _below(
    width_relative: float, bound_relative: float, sigma_relative: float
) -> float:
    def integral(t: float) -> float:
        density = math.exp(-0.5 * t * t) / math.sqrt(2.0 * math.pi)
        return t * 0.5 * (1.0 + math.erf(t / math.sqrt(2.0))) + density

    upper = integral((width_relative + bound_relative) / sigma_relative)
    return (
        sigma_relative
        / (2.0 * bound_relative)
        * (upper - integral((width_relative - bound_relative) / sigma_relative))
    )


def _normal_factor(confidence_share: float) -> float:
    low, high = 0.0, 10.0
    for _ in range(80):
        middle = 0.5 * (low + high)
        inside = math.erf(middle / math.sqrt(2.0)) < confidence_share
        low, high = (middle, high) if inside else (low, middle)
    return low
