"""SAR from the kink at a switch: peak analysis, zig-zag, cooling-corrected power.

At the instant of switching the losses are the same before and after, whatever they
are: the slopes differ by P/C. A probe's lag smears the kink over about 3 tau_p.
Source: Ruta et al. 2024, doi 10.1039/d4na00383g (peak analysis, zig-zag).
"""

from itertools import pairwise

import numpy as np

from controller.analysis.calorimetry import AnalysisError, Array, Result, Value
from controller.analysis.calorimetry_checks import trend_words
from controller.analysis.calorimetry_lines import (
    Line,
    fitted_line,
    fitted_parabola,
    one_node_result,
    pulses,
)
from controller.analysis.calorimetry_record import Phase, Record

WINDOW_S = 5.0
QUADRATIC_WINDOW_S = 30.0
BANDS = 12
FEWEST_IN_BAND = 6


def peak_analysis(
    record: Record,
    window_s: float | None = None,
    gap_s: float = 0.0,
    quadratic: bool = False,
) -> Result:
    """Compare the slopes before and after the first switch-off; return P/C in °C/s.

    Windows end and begin ``gap_s`` away from the switch; ``quadratic`` fits parabolas
    (30 s) and extrapolates their slopes to the switch, which removes most of the bias
    of a window's width.
    """
    if window_s is None:
        window_s = QUADRATIC_WINDOW_S if quadratic else WINDOW_S
        # A slope needs readings: slow thermometers get a longer window.
        window_s = max(window_s, 8.0 * record.period_s)
    offs = [(p, after) for _, p, after in pulses(record) if after is not None]
    if not offs:
        raise AnalysisError("The record ends with the field on: there is no peak.")
    pulse, after = offs[0]
    value, lines = _kink(record, pulse, after, window_s, gap_s, quadratic)
    residuals = np.concatenate([x.residuals_c for x in lines])
    window = (pulse.end_s - gap_s - window_s, pulse.end_s + gap_s + window_s)
    return one_node_result(record, "peak analysis", value, window, residuals)


def zig_zag(
    record: Record, window_s: float | None = None, gap_s: float = 0.0
) -> Result:
    """Average the kinks of every switch-off of a repeated cycle; P/C in °C/s.

    The scatter between the peaks is part of the uncertainty; a trend is a warning.
    Raises: AnalysisError for fewer than two peaks.
    """
    width_s = max(WINDOW_S, 8.0 * record.period_s) if window_s is None else window_s
    offs = [(p, after) for _, p, after in pulses(record) if after is not None]
    if len(offs) < 2:
        raise AnalysisError(f"The record has {len(offs)} peak(s): zig-zag needs 2.")
    found = [_kink(record, p, after, width_s, gap_s, False) for p, after in offs]
    rates = np.array([v.value for v, _ in found])
    sigmas = np.array([v.u for v, _ in found])
    peaks_c = np.array([lines[0].mean_c for _, lines in found])
    scatter = float(rates.std(ddof=1)) / np.sqrt(rates.size)
    promised = float(np.sqrt(np.sum(sigmas**2))) / rates.size
    residuals = np.concatenate([x.residuals_c for _, lines in found for x in lines])
    return one_node_result(
        record,
        "zig-zag",
        Value(float(rates.mean()), max(scatter, promised)),
        (offs[0][0].end_s - gap_s - width_s, offs[-1][0].end_s + gap_s + width_s),
        residuals,
        trend_words(rates, sigmas, peaks_c),
        {f"peak_{k + 1}_c_per_s": v for k, (v, _) in enumerate(found)},
    )


def cooling_corrected(record: Record) -> Result:
    """Compare heating and cooling slopes at equal temperature; P/C in °C/s.

    P/C (T) = dT/dt (heating) - dT/dt (cooling) in bands of T, weighted together. A
    vial has not the same temperature on both ways: biased like every one-node method.
    """
    offs = [(p, after) for _, p, after in pulses(record) if after is not None]
    if not offs:
        raise AnalysisError("The record ends with the field on: there is no cooling.")
    pulse, after = offs[0]
    rows_up = record.rows(pulse.start_s, pulse.end_s)
    rows_down = record.rows(after.start_s, after.end_s)
    edges = _bands(rows_up[1], rows_down[1])
    pairs = [
        (_band(rows_up, low, high), _band(rows_down, low, high))
        for low, high in pairwise(edges)
    ]
    both = [(up, down) for up, down in pairs if up is not None and down is not None]
    if len(both) < 2:
        raise AnalysisError("Heating and cooling share too little temperature range.")
    rates = np.array([u.slope_c_per_s.value - d.slope_c_per_s.value for u, d in both])
    sigmas = np.array([np.hypot(u.slope_c_per_s.u, d.slope_c_per_s.u) for u, d in both])
    weights = 1.0 / np.maximum(sigmas, 1e-9) ** 2
    mean = float(np.average(rates, weights=weights))
    excess = float(np.sum(weights * (rates - mean) ** 2)) / (rates.size - 1)
    u = float(np.sum(weights) ** -0.5) * max(1.0, excess**0.5)
    residuals = np.concatenate([x.residuals_c for pair in both for x in pair])
    value = Value(mean / pulse.level, u / pulse.level)
    window = (pulse.start_s, after.end_s)
    return one_node_result(record, "cooling-corrected", value, window, residuals)


def _kink(
    record: Record,
    pulse: Phase,
    after: Phase,
    window_s: float,
    gap_s: float,
    quadratic: bool,
) -> tuple[Value, tuple[Line, Line]]:
    switch_s = pulse.end_s
    rows = (
        record.rows(max(switch_s - gap_s - window_s, pulse.start_s), switch_s - gap_s),
        record.rows(switch_s + gap_s, min(switch_s + gap_s + window_s, after.end_s)),
    )
    if quadratic:
        lines = tuple(fitted_parabola(t, y, switch_s) for t, y in rows)
    else:
        lines = tuple(fitted_line(t, y) for t, y in rows)
    before, later = lines[0].slope_c_per_s, lines[1].slope_c_per_s
    level = pulse.level - after.level
    rate = (before.value - later.value) / level
    return Value(rate, float(np.hypot(before.u, later.u)) / level), (lines[0], lines[1])


def _bands(up_c: Array, down_c: Array) -> Array:
    low = max(float(np.percentile(up_c, 2)), float(np.percentile(down_c, 2)))
    high = min(float(np.percentile(up_c, 98)), float(np.percentile(down_c, 98)))
    if not (high > low):
        raise AnalysisError("Heating and cooling share no temperature range.")
    return np.linspace(low, high, BANDS + 1)


def _band(rows: tuple[Array, Array], low_c: float, high_c: float) -> Line | None:
    """Fit a line through the stretch between the first entry and the last exit.

    Rows are chosen by time, not by their own reading: noise at a band's edge would
    select itself and tilt the line.
    """
    time_s, temperature_c = rows
    smooth = _smoothed(temperature_c)
    inside = np.flatnonzero((smooth >= low_c) & (smooth < high_c))
    if inside.size < FEWEST_IN_BAND:
        return None
    first, last = int(inside[0]), int(inside[-1]) + 1
    return fitted_line(time_s[first:last], temperature_c[first:last])


def _smoothed(temperature_c: Array) -> Array:
    """Return a monotonic version of a heating or a cooling."""
    rising = temperature_c[-1] > temperature_c[0]
    order = np.sort(temperature_c)
    return order if rising else order[::-1]
