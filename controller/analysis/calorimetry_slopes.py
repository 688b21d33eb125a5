"""SAR from the slope at switch-on: initial slope, modified time-rise, corrected slope.

All three take the liquid for one node that a fast probe shows. A vial that takes part,
or a slow probe, biases them: docs/calorimetry.md has the figures.
"""

import numpy as np

from controller.analysis.calorimetry import AnalysisError, Array, Method, Result, Value
from controller.analysis.calorimetry_checks import drift_words, loss_words
from controller.analysis.calorimetry_exponential import cooling_time_s
from controller.analysis.calorimetry_lines import (
    FEWEST_ROWS,
    Line,
    baseline,
    bends,
    fitted_line,
    one_node_result,
    pulses,
    start_c,
)
from controller.analysis.calorimetry_record import Record

SHORTEST_WINDOW_S = 5.0
LONGEST_WINDOW_S = 120.0
WINDOW_GROWTH = 1.2
QUASI_ADIABATIC = 0.95


def initial_slope(
    record: Record, window_s: float | None = None, skip_s: float = 0.0
) -> Result:
    """Fit a line to the first pulse's beginning; return P/C in °C/s.

    Without ``window_s`` the longest window is taken in which an F-test finds no
    curvature. A window W of a one-node sample of time constant tau reads low by about
    W/(2 tau), one with a vial by more.
    Source: F-test on the window, Lopez-Vazquez et al. 2026 (idea; unverified detail).
    """
    pulse = pulses(record)[0][1]
    start_s = pulse.start_s + skip_s
    if window_s is None:
        window_s = _straight_window_s(record, start_s, pulse.end_s)
    line = _line(record, start_s, min(start_s + window_s, pulse.end_s))
    return _result(record, "initial slope", line, (start_s, start_s + window_s))


def modified_time_rise(record: Record, share: float = QUASI_ADIABATIC) -> Result:
    """Fit a line where the sample is quasi-adiabatic; return P/C in °C/s.

    The window begins where the running slope is largest (the lag is over) and ends
    where it has fallen to ``share`` of that: beyond, more than 5 % of the power leaves.
    Source: criterion of our own; after the idea of Ring et al. 2020 (unverified).
    """
    pulse = pulses(record)[0][1]
    width_s = max(SHORTEST_WINDOW_S, 12.0 * record.period_s)
    last_s = min(pulse.end_s, pulse.start_s + 2 * LONGEST_WINDOW_S) - width_s
    starts = np.arange(pulse.start_s, max(last_s, pulse.start_s + 1e-3), width_s / 4)
    slopes = [_line(record, s, s + width_s).slope_c_per_s for s in starts]
    values = np.array([s.value for s in slopes])
    sigma = float(np.median([s.u for s in slopes]))
    top = int(np.argmax(values[: max(1, values.size // 2)]))
    # Noise must not end the window: a fall counts when it is two sigmas sure.
    fallen = np.flatnonzero(values[top:] < share * values[top] - 2.0 * sigma)
    count = int(fallen[0]) if fallen.size else values.size - top
    window = (float(starts[top]), float(starts[top + max(count - 1, 0)] + width_s))
    line = _line(record, *window)
    return _result(record, "modified time-rise", line, window)


def corrected_slope(
    record: Record,
    windows_s: tuple[tuple[float, float], ...] = ((5.0, 30.0), (30.0, 60.0)),
    cooling_s: float | None = None,
) -> Result:
    """Correct slopes for the loss: P/C = dT/dt + (T - T_0)/tau, averaged, in °C/s.

    ``windows_s`` count from switch-on; tau is ``cooling_s``, else that of the cooling.
    With a vial this is low by 12 to 20 %, however good it looks.
    Source: Wildeboer, Southern, Pankhurst 2014 (unverified detail).
    """
    pulse = pulses(record)[0][1]
    tau = Value(cooling_s) if cooling_s is not None else cooling_time_s(record)
    zero_c = start_c(record)
    inside = [w for w in windows_s if pulse.start_s + w[1] <= pulse.end_s + 1e-6]
    if not inside:
        raise AnalysisError("The pulse is shorter than the first window of the slope.")
    lines = [_line(record, pulse.start_s + a, pulse.start_s + b) for a, b in inside]
    rates = np.array(
        [x.slope_c_per_s.value + (x.mean_c - zero_c) / tau.value for x in lines]
    )
    sigmas = np.array([x.slope_c_per_s.u for x in lines])
    loss = float(np.mean([(x.mean_c - zero_c) / tau.value for x in lines]))
    # Windows that disagree carry the structure that one node cannot have.
    scatter = float(rates.std(ddof=1) / np.sqrt(rates.size)) if rates.size > 1 else 0.0
    u = float(np.hypot(np.sqrt(np.sum(sigmas**2)) / rates.size, loss * tau.relative))
    value = Value(float(rates.mean()), max(u, scatter))
    window = (pulse.start_s + inside[0][0], pulse.start_s + inside[-1][1])
    residuals = np.concatenate([x.residuals_c for x in lines])
    return _scaled(record, "corrected slope", value, window, residuals, ())


def _straight_window_s(record: Record, start_s: float, end_s: float) -> float:
    """Return the longest window without curvature, in s."""
    window_s = max(SHORTEST_WINDOW_S, 10.0 * record.period_s)
    longest_s = min(LONGEST_WINDOW_S, end_s - start_s)
    while window_s * WINDOW_GROWTH <= longest_s:
        rows = record.rows(start_s, start_s + window_s * WINDOW_GROWTH)
        if rows[0].size > FEWEST_ROWS + 2 and bends(*rows):
            break
        window_s *= WINDOW_GROWTH
    return min(window_s, longest_s)


def _line(record: Record, start_s: float, end_s: float) -> Line:
    return fitted_line(*record.rows(start_s, end_s))


def _result(
    record: Record, method: Method, line: Line, window_s: tuple[float, float]
) -> Result:
    drift = baseline(record)
    slope = line.slope_c_per_s
    value = Value(slope.value - drift.value, float(np.hypot(slope.u, drift.u)))
    words = drift_words(drift)
    try:
        tau_s = cooling_time_s(record).value
        middle_s = 0.5 * (window_s[1] - window_s[0])
        words += loss_words(middle_s / tau_s)
    except AnalysisError:
        words += ("no cooling was recorded: the heat loss is not known",)
    return _scaled(record, method, value, window_s, line.residuals_c, words)


def _scaled(
    record: Record,
    method: Method,
    value: Value,
    window_s: tuple[float, float],
    residuals_c: Array,
    words: tuple[str, ...],
) -> Result:
    """Return a result at the reference drive, given the rate at the pulse's own."""
    level = pulses(record)[0][1].level
    rate = Value(value.value / level, value.u / level)
    return one_node_result(record, method, rate, window_s, residuals_c, words)
