"""Straight lines and parabolas through a stretch of readings, with an honest ±.

The noise of neighbouring readings hangs together (thermometers filter), so that the
uncertainty of a slope uses the residuals' long-run sigma, not their plain one.
"""

from dataclasses import dataclass

import numpy as np

from controller.analysis.calorimetry import AnalysisError, Array, Method, Result, Value
from controller.analysis.calorimetry_record import Phase, Record
from controller.analysis.uncertainty import long_run_sigma

FEWEST_ROWS = 4
SIGNIFICANCE = 0.05
LARGEST_SHARE = 0.15


@dataclass(frozen=True, slots=True)
class Line:
    """A fit: slope in °C/s at ``at_s``, mean temperature in °C, residuals in °C."""

    slope_c_per_s: Value
    at_s: float
    mean_c: float
    residuals_c: Array


def fitted_line(time_s: Array, temperature_c: Array) -> Line:
    """Fit a straight line to at least 4 readings, shapes (samples,)."""
    return _polynomial(time_s, temperature_c, 1, float(time_s.mean()))


def fitted_parabola(time_s: Array, temperature_c: Array, at_s: float) -> Line:
    """Fit a parabola; return its slope at an instant in s."""
    return _polynomial(time_s, temperature_c, 2, at_s)


def bends(time_s: Array, temperature_c: Array) -> bool:
    """Say whether a parabola fits better than a line: F-test at 5 %.

    The residuals' correlation lowers the number of independent readings.
    """
    line = fitted_line(time_s, temperature_c)
    bent = fitted_parabola(time_s, temperature_c, line.at_s)
    n = time_s.size
    plain = float(np.std(bent.residuals_c))
    if plain <= 1e-9:
        return float(np.std(line.residuals_c)) > 1e-6
    thinned = (long_run_sigma(bent.residuals_c) / plain) ** 2
    freedom = max(1.0, n / thinned - 3.0)
    left = float(np.sum(bent.residuals_c**2))
    gain = float(np.sum(line.residuals_c**2)) - left
    ratio = gain / (left / n * (n / (n - 3.0))) / thinned
    return bool(_beyond(ratio, freedom) < SIGNIFICANCE)


def _beyond(ratio: float, readings: float) -> float:
    """Return the probability that F(1, readings) is above a ratio.

    ``readings`` are the independent ones that are left, the degrees of freedom n.
    √F is Student's t, and t/√n the tangent of an angle with density cos^(n - 1).
    """
    angle = np.linspace(0.0, 0.5 * np.pi, 4001)
    density = np.cos(angle) ** (readings - 1.0)
    within = np.append(0.0, np.cumsum(density[1:] + density[:-1]))
    reached = np.interp(np.arctan(np.sqrt(max(ratio, 0.0) / readings)), angle, within)
    return float(1.0 - reached / within[-1])


def pulses(record: Record) -> list[tuple[Phase | None, Phase, Phase | None]]:
    """Return every pulse with the phase before it and the one after it."""
    phases = record.phases
    return [
        (
            phases[k - 1] if k > 0 else None,
            phase,
            phases[k + 1] if k + 1 < len(phases) else None,
        )
        for k, phase in enumerate(phases)
        if phase.on
    ]


def baseline(record: Record) -> Value:
    """Return the drift before the first pulse, in °C/s; 0 ± 0 where none is recorded.

    The last 60 s count: a drift is what is left after equilibration.
    """
    before = pulses(record)[0][0]
    if before is None:
        return Value(0.0)
    start_s = max(before.start_s, before.end_s - 60.0)
    time_s, temperature_c = record.rows(start_s, before.end_s - 1e-6)
    if time_s.size < 2 * FEWEST_ROWS:
        return Value(0.0)
    return fitted_line(time_s, temperature_c).slope_c_per_s


def start_c(record: Record) -> float:
    """Return the temperature at the instant of the first pulse, in °C."""
    before, pulse, _ = pulses(record)[0]
    if before is None:
        return float(record.rows(pulse.start_s, pulse.end_s)[1][0])
    time_s, temperature_c = record.rows(before.end_s - 30.0, before.end_s)
    if time_s.size < FEWEST_ROWS:
        return float(temperature_c.mean())
    line = fitted_line(time_s, temperature_c)
    if abs(line.slope_c_per_s.value) < 2.0 * line.slope_c_per_s.u:
        return line.mean_c
    return line.mean_c + line.slope_c_per_s.value * (before.end_s - line.at_s)


def _polynomial(t: Array, y: Array, degree: int, at_s: float) -> Line:
    if t.size < degree + 3:
        raise AnalysisError(
            f"{t.size} readings lie in the window: {degree + 3} are needed."
        )
    scale = float(np.ptp(t))
    x = (t - at_s) / scale
    a = np.vander(x, degree + 1, increasing=True)
    coefficients, *_ = np.linalg.lstsq(a, y, rcond=None)
    residuals = y - a @ coefficients
    # The fit has taken degree + 1 of the residuals' freedoms away.
    sigma = long_run_sigma(residuals) * np.sqrt(t.size / (t.size - degree - 1.0))
    inverse = np.linalg.inv(a.T @ a)
    slope = Value(
        float(coefficients[1] / scale), float(sigma * np.sqrt(inverse[1, 1]) / scale)
    )
    return Line(slope, at_s, float(y.mean()), residuals)


def one_node_result(
    record: Record,
    method: Method,
    rate_c_per_s: Value,
    window_s: tuple[float, float],
    residuals_c: Array,
    words: tuple[str, ...] = (),
    parts: dict[str, Value] | None = None,
) -> Result:
    """Return a method's result; one without a sure sign is marked as not usable."""
    time_s, temperature_c = record.rows(*window_s)
    share = 2.0 * rate_c_per_s.relative
    usable = bool(rate_c_per_s.value > 0.0 and share <= LARGEST_SHARE)
    reason = "" if usable else f"the slope is lost in the noise: ±{share:.0%} (k = 2)"
    return Result(
        method,
        rate_c_per_s,
        window_s,
        residuals_c,
        record.reference_field_a_per_m,
        record.frequency_hz,
        float(temperature_c.mean()) if time_s.size else start_c(record),
        usable and not record.doubt,
        record.doubt or reason,
        record.warnings + words,
        parts if parts is not None else {},
    )
