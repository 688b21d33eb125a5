"""Exponentials: the cooling time constant, and Box-Lucas.

Both take the sample for one node with a loss in proportion to T - T_0.
"""

import numpy as np
from scipy.optimize import least_squares

from controller.analysis.calorimetry import AnalysisError, Array, Result, Value
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

    def residual(x: Array) -> Array:
        return np.asarray(x[0] * np.exp(-t * np.exp(-x[1])) + drift - y)

    first = max(float(y[:5].mean()), 1e-3)
    found = least_squares(residual, [first, np.log(400.0)], x_scale=[first, 1.0])
    sigma = long_run_sigma(found.fun)
    jacobian = np.asarray(found.jac, dtype=float)
    try:
        covariance = np.linalg.inv(jacobian.T @ jacobian) * sigma**2
    except np.linalg.LinAlgError as error:
        raise AnalysisError("The cooling is too faint for a time constant.") from error
    tau_s = float(np.exp(found.x[1]))
    relative = float(np.sqrt(covariance[1, 1]))
    if not (found.x[0] > 0.0 and relative < 1.0):
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

    def residual(x: Array) -> Array:
        k = np.exp(x[1])
        return np.asarray(x[0] * -np.expm1(-k * t) / k - y)

    first = max(float(y[-1] / t[-1]), 1e-6)
    found = least_squares(residual, [first, np.log(1.0 / t[-1])], x_scale=[first, 1.0])
    sigma = long_run_sigma(found.fun)
    jacobian = np.asarray(found.jac, dtype=float)
    covariance = np.linalg.pinv(jacobian.T @ jacobian) * sigma**2
    rate = float(found.x[0]) / pulse.level
    tau_s = float(np.exp(-found.x[1]))
    u_tau_s = tau_s * float(np.sqrt(covariance[1, 1]))
    u = float(np.hypot(np.sqrt(covariance[0, 0]), baseline(record).u)) / pulse.level
    words: tuple[str, ...] = ()
    if t[-1] < tau_s:
        words = (f"the pulse is shorter than the time constant ({tau_s:.0f} s)",)
    return one_node_result(
        record,
        "box-lucas",
        Value(rate, u),
        (pulse.start_s, float(time_s[-1])),
        -found.fun,
        words,
        {"tau_s": Value(tau_s, u_tau_s)},
    )


def _few(t: Array, y: Array) -> tuple[Array, Array]:
    """Average neighbours of a long stretch: an exponential does not need 20,000."""
    size = int(np.ceil(t.size / MOST_ROWS))
    whole = t.size // size * size
    shape = (-1, size)
    return t[:whole].reshape(shape).mean(axis=1), y[:whole].reshape(shape).mean(axis=1)
