"""The resonance of a coil with its capacitor, from a sweep at constant voltage.

The supply sees V/I = R (1 + x²), x = Q (f/f0 - f0/f): with V and I both read, a point
is worth the same whichever of the supply's limits held.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from controller.errors import AmfError

Floats = NDArray[np.float64]
LEAST_POINTS = 6
COVERAGE = 1.96
# What a read-back rounded to a step deviates, rms.
ROUNDING = 1.0 / math.sqrt(12.0)
FIRST_QUALITY = 50.0


class FitRefused(AmfError):
    """What was measured does not determine the result; the sentence says why."""


@dataclass(frozen=True, slots=True)
class ResonancePoint:
    """One step of a sweep: frequency in Hz, and the supply's output there."""

    frequency_hz: float
    voltage_v: float
    current_a: float

    @property
    def current_at_v(self) -> float:
        """Return the current over the voltage, in A/V."""
        return self.current_a / self.voltage_v


@dataclass(frozen=True, slots=True)
class Resonance:
    """A fitted peak; uncertainties are half widths of 95 % intervals.

    ``residuals`` are relative, measured over fitted less one, one for each point.
    """

    resonance_hz: float
    resonance_uncertainty_hz: float
    quality: float
    quality_uncertainty: float
    tuned_ohm: float
    tuned_uncertainty_ohm: float
    residuals: tuple[float, ...]

    @property
    def half_power_hz(self) -> float:
        """Return the width of the peak between its half-power points: f0/Q, in Hz."""
        return self.resonance_hz / self.quality


def conductance(
    frequency_hz: Floats, resonance_hz: float, quality: float, tuned_ohm: float
) -> Floats:
    """Return I/V in A/V (samples,) of a tank: 1 / (R (1 + Q² (f/f0 - f0/f)²))."""
    ratio = frequency_hz / resonance_hz
    x = quality * (ratio - 1.0 / ratio)
    result: Floats = 1.0 / (tuned_ohm * (1.0 + x * x))
    return result


def fit_resonance(
    points: Sequence[ResonancePoint], voltage_step_v: float, current_step_a: float
) -> Resonance:
    """Fit resonance in Hz, Q and tuned resistance in ohm to a sweep, least squares.

    Points weigh by the rounding of the read-backs; where they scatter by more, the
    uncertainty grows with the scatter.

    Raises:
        FitRefused: too few points, or no peak within them.
    """
    if len(points) < LEAST_POINTS:
        raise FitRefused(f"a resonance needs {LEAST_POINTS} points, not {len(points)}")
    frequency = np.array([p.frequency_hz for p in points])
    measured = np.array([p.current_at_v for p in points])
    best = points[int(np.argmax(measured))].frequency_hz
    if not frequency.min() < best < frequency.max():
        raise FitRefused(
            f"no resonance from {frequency.min():.0f} to {frequency.max():.0f} Hz: the "
            f"current is largest at the edge, {best:.0f} Hz"
        )
    sigma = measured * _relative(points, voltage_step_v, current_step_a)
    found, covariance = _solve(frequency, measured, sigma, best)
    fitted = conductance(frequency, *found)
    freedom = len(points) - 3
    chi_square = float(np.sum(((measured - fitted) / sigma) ** 2)) / freedom
    spread = COVERAGE * np.sqrt(np.diag(covariance) * max(1.0, chi_square))
    return Resonance(
        resonance_hz=float(found[0]),
        resonance_uncertainty_hz=float(spread[0]),
        quality=float(abs(found[1])),
        quality_uncertainty=float(spread[1]),
        tuned_ohm=float(found[2]),
        tuned_uncertainty_ohm=float(spread[2]),
        residuals=tuple(float(r) for r in measured / fitted - 1.0),
    )


def _relative(
    points: Sequence[ResonancePoint], voltage_step_v: float, current_step_a: float
) -> Floats:
    voltage = np.array([p.voltage_v for p in points])
    current = np.array([p.current_a for p in points])
    parts = voltage_step_v / voltage, current_step_a / current
    result: Floats = ROUNDING * np.hypot(*parts)
    return result


def _solve(
    frequency: Floats, measured: Floats, sigma: Floats, best_hz: float
) -> tuple[Floats, Floats]:
    from scipy.optimize import curve_fit  # here: no other command waits for it

    start = (best_hz, FIRST_QUALITY, 1.0 / float(measured.max()))
    try:
        found, covariance = curve_fit(
            conductance, frequency, measured, start, sigma, absolute_sigma=True
        )
    except RuntimeError as error:
        raise FitRefused(f"no resonance fits the sweep: {error}") from error
    inside = frequency.min() < found[0] < frequency.max()
    if not (inside and np.all(np.isfinite(covariance)) and found[2] > 0.0):
        raise FitRefused(
            f"no resonance from {frequency.min():.0f} to {frequency.max():.0f} Hz: "
            "the sweep has no peak"
        )
    return found, covariance
