"""Least squares within bounds, with all the points of a gradient in one call."""

from collections.abc import Callable

import numpy as np

from controller.analysis.calorimetry import Array

STEP = 1e-5
FIRST_RADIUS = 1.0
SMALL_GAIN = 1e-3
SMALL_STEP = 1e-6


def least_squares_within(
    residual_of: Callable[[Array], Array],
    start: Array,
    low: Array,
    high: Array,
    most_trials: int,
    small_gain: float = SMALL_GAIN,
) -> tuple[Array, float, Array]:
    """Return the x of the least Σ r²/2 in [low, high], that sum, and its covariance.

    ``residual_of`` takes points of shape (points, x) and returns (points, residuals);
    one step in x is to matter about as much in each of them. The covariance is
    (JᵀJ)⁻¹.
    Source: trust region with exact steps, Moré and Sorensen 1983 (textbook).
    """
    x = np.clip(start, low + 1e-3, high - 1e-3)
    offsets = np.vstack([np.zeros(x.size), STEP * np.eye(x.size)])
    here = residual_of(x + offsets)
    cost, radius = 0.5 * float(here[0] @ here[0]), FIRST_RADIUS
    for _ in range(most_trials):
        step, promised = _step(here, x, low, high, radius)
        trial = residual_of(x + step + offsets)
        gain = cost - 0.5 * float(trial[0] @ trial[0])
        length = float(np.linalg.norm(step))
        if gain >= 0.0:
            x, here, cost = x + step, trial, cost - gain
        if gain < 0.25 * promised:
            radius = 0.25 * length
        elif gain > 0.75 * promised:
            radius = max(radius, 2.0 * length)
        if length < SMALL_STEP or promised < small_gain:
            break
    jacobian = (here[1:] - here[0]) / STEP
    return x, cost, np.linalg.inv(jacobian @ jacobian.T)


def _step(
    here: Array, x: Array, low: Array, high: Array, scale: float
) -> tuple[Array, float]:
    """Return the best step within a radius and what it promises to take off the sum.

    ``scale`` is the radius. What would leave through a bound stays where it is.
    """
    jacobian = (here[1:] - here[0]) / STEP
    gradient = jacobian @ here[0]
    free = ~((x <= low) & (gradient > 0.0) | (x >= high) & (gradient < 0.0))
    curves, ways = np.linalg.eigh((jacobian @ jacobian.T)[np.ix_(free, free)])
    curves = np.maximum(curves, 1e-9)
    along = ways.T @ gradient[free]
    damping = _damping(curves, along, scale)
    step = np.zeros_like(x)
    step[free] = -ways @ (along / (curves + damping))
    step = np.clip(x + step, low, high) - x
    promised = -float(gradient @ step) - 0.5 * float(np.sum((step @ jacobian) ** 2))
    return step, promised


def _damping(curves: Array, along: Array, scale: float) -> float:
    """Return the damping at which the step is as long as ``scale``; 0 if shorter."""
    damping = 0.0
    for _ in range(12):
        step = along / (curves + damping)
        length = float(np.sqrt(step @ step))
        if length <= 1.05 * scale:
            break
        slope = float(np.sum(step * step / (curves + damping))) / length
        damping += (length / scale - 1.0) * length / slope
    return damping
