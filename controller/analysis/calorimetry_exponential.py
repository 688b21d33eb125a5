"""Exponentials: the cooling time constant, and Box-Lucas.

Both take the sample for one node with a loss in proportion to T - T_0.
"""

from collections.abc import Callable

import numpy as np

from controller.analysis.calorimetry import AnalysisError, Array, Result, Value
from controller.analysis.calorimetry_least_squares import least_squares_within
from controller.analysis.calorimetry_lines import (
    baseline,
    one_node_result,
    pulses,
    start_c,
)
from controller.analysis.calorimetry_record import Record
from controller.analysis.uncertainty import long_run_sigma

LATE_SHARE = 0.5
MOST_ROWS = 4000
MOST_TRIALS = 60


def cooling_time_s(record: Record) -> Value:
    """Return the time constant of the cooling after the longest rest, in s.

    Its later half counts: at first the vial and the liquid even out.
    Raises: AnalysisError without a cooling of 20 s and 10 readings.
    """
    rests = [after for *_, after in pulses(record) if after is not None]
    if not rests:
        raise AnalysisError("No cooling was recorded after a pulse.")
    rest = max(rests, key=lambda p: p.end_s - p.start_s)
    start_s = rest.start_s + LATE_SHARE * (rest.end_s - rest.start_s)
    time_s, temperature_c = record.rows(start_s, rest.end_s)
    if rest.end_s - rest.start_s < 20.0 or time_s.size < 10:
        raise AnalysisError("The cooling is shorter than 20 s or 10 readings.")
    t, y = _few(time_s - start_s, temperature_c - start_c(record))
    drift = baseline(record).value * (t + start_s - pulses(record)[0][1].start_s)

    first = max(float(y[:5].mean()), 1e-3)

    def residual(x: Array) -> Array:
        kept = np.exp(-t * np.exp(-x[:, 1:]))
        return np.asarray(first * x[:, :1] * kept + drift - y)

    found, covariance, _ = _fitted(residual, np.array([1.0, np.log(400.0)]))
    tau_s = float(np.exp(found[1]))
    relative = float(np.sqrt(covariance[1, 1]))
    if not (found[0] > 0.0 and relative < 1.0):
        raise AnalysisError("The cooling is too faint for a time constant.")
    return Value(tau_s, tau_s * relative)


def box_lucas(record: Record, window_s: float | None = None) -> Result:
    """Fit T - T_0 = A (1 - e^(-t/tau)) to the first pulse; return A/tau in °C/s.

    ``window_s`` counts from switch-on, None takes the whole pulse. With a vial the
    result depends on the window and is low by 4 to 18 %.
    """
    pulse = pulses(record)[0][1]
    end_s = pulse.end_s if window_s is None else pulse.start_s + window_s
    time_s, temperature_c = record.rows(pulse.start_s, min(end_s, pulse.end_s))
    t, y = _few(time_s - pulse.start_s, temperature_c - start_c(record))
    y = y - baseline(record).value * t
    if t.size < 8:
        raise AnalysisError(f"{t.size} readings lie in the window: 8 are needed.")

    first = max(float(y[-1] / t[-1]), 1e-6)

    def residual(x: Array) -> Array:
        k = np.exp(x[:, 1:])
        return np.asarray(first * x[:, :1] * -np.expm1(-k * t) / k - y)

    try:
        found, covariance, residuals = _fitted(
            residual, np.array([1.0, -np.log(t[-1])])
        )
    except np.linalg.LinAlgError as error:
        raise AnalysisError("The heating is too faint for a time constant.") from error
    rate = first * float(found[0]) / pulse.level
    tau_s = float(np.exp(-found[1]))
    u_slope = first * float(np.sqrt(covariance[0, 0]))
    u = float(np.hypot(u_slope, baseline(record).u)) / pulse.level
    words = _short_words(float(t[-1]), tau_s)
    return one_node_result(
        record,
        "box-lucas",
        Value(rate, u),
        (pulse.start_s, float(time_s[-1])),
        -residuals,
        words,
        {"tau_s": Value(tau_s, tau_s * float(np.sqrt(covariance[1, 1])))},
    )


def _short_words(pulse_s: float, tau_s: float) -> tuple[str, ...]:
    if pulse_s >= tau_s:
        return ()
    return (f"the pulse is shorter than the time constant ({tau_s:.0f} s)",)


def _fitted(
    residual_of: Callable[[Array], Array], start: Array
) -> tuple[Array, Array, Array]:
    """Return the best (share of the first guess, log rate), covariance, residuals."""
    wide = np.array([50.0, 15.0])
    try:
        found, _, covariance = least_squares_within(
            residual_of,
            start,
            start - wide,
            start + wide,
            MOST_TRIALS,
            small_gain=1e-12,
        )
    except np.linalg.LinAlgError as error:
        raise AnalysisError("The curve is too faint for a time constant.") from error
    residuals = residual_of(found[None, :])[0]
    return found, covariance * long_run_sigma(residuals) ** 2, residuals


def _few(t: Array, y: Array) -> tuple[Array, Array]:
    """Average neighbours of a long stretch: an exponential does not need 20,000."""
    size = int(np.ceil(t.size / MOST_ROWS))
    whole = t.size // size * size
    shape = (-1, size)
    return t[:whole].reshape(shape).mean(axis=1), y[:whole].reshape(shape).mean(axis=1)
