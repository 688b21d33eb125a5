"""Blanks: what the medium alone takes up, subtracted from the sample at each point.

A blank hardly warms, so its exchange with the vial is left out:
T(t) = a + b t + r · (time with field until t), r = P/C by least squares. Noise that is
correlated widens u(r) by sqrt((1 + rho)/(1 - rho)), rho of neighbouring residuals.
"""

from dataclasses import dataclass, replace

import numpy as np

from controller.analysis.calorimetry import Sample, Value
from controller.analysis.calorimetry_record import Record
from controller.analysis.sar_matrix import Matrix, MatrixPoint, ilp_of

MOST_CORRELATED = 0.98
SAME_FIELD = 0.01


@dataclass(frozen=True, slots=True)
class Blank:
    """The power in W that the medium took up at a field and frequency."""

    field_a_per_m: float
    frequency_hz: float
    power_w: Value


def blank_of(record: Record, contents: Sample) -> Blank:
    """Compute the power of a blank, P = r C, in W; C is that of the sample."""
    on_s = np.zeros(record.time_s.size)
    for phase in record.phases:
        if phase.on:
            on_s += np.clip(record.time_s, phase.start_s, phase.end_s) - phase.start_s
    rate = _slope(record.time_s, record.temperature_c, on_s)
    c = contents.contents_j_per_k
    return Blank(
        record.reference_field_a_per_m,
        record.frequency_hz,
        Value(rate.value * c, rate.u * c),
    )


def without_blanks(matrix: Matrix, blanks: list[Blank]) -> Matrix:
    """Subtract the mean blank of each point from its SAR and ILP, with its ±."""
    if not blanks:
        return matrix
    points = tuple(_without(point, blanks) for point in matrix.points)
    return replace(matrix, points=points, ilp_nh_m2_per_kg=ilp_of(points))


def _slope(
    time_s: np.ndarray[tuple[int], np.dtype[np.float64]],
    t_c: np.ndarray[tuple[int], np.dtype[np.float64]],
    on_s: np.ndarray[tuple[int], np.dtype[np.float64]],
) -> Value:
    """Return r of T = a + b t + r on(t) in °C/s, with its standard uncertainty."""
    design = np.column_stack([np.ones(time_s.size), time_s - time_s[0], on_s])
    solved, *_ = np.linalg.lstsq(design, t_c, rcond=None)
    residuals = t_c - design @ solved
    variance = float(residuals @ residuals) / max(time_s.size - 3, 1)
    spread = np.linalg.inv(design.T @ design)
    total = float(residuals @ residuals)
    rho = float(residuals[1:] @ residuals[:-1]) / total if total > 0.0 else 0.0
    rho = min(max(rho, 0.0), MOST_CORRELATED)
    u = float(np.sqrt(variance * spread[2, 2] * (1.0 + rho) / (1.0 - rho)))
    return Value(float(solved[2]), u)


def _without(point: MatrixPoint, blanks: list[Blank]) -> MatrixPoint:
    here = [b for b in blanks if _same(b, point)]
    sar, ilp = point.sar_w_per_g_fe, point.ilp_nh_m2_per_kg
    if not here or sar is None or ilp is None:
        return point
    powers = np.array([b.power_w.value for b in here])
    mean = float(powers.mean())
    u = float(np.sqrt(sum(b.power_w.u**2 for b in here))) / len(here)
    if len(here) > 1:
        u = max(u, float(powers.std(ddof=1)) / len(here) ** 0.5)
    iron_g = 1e3 * point.repeats[0].sample.iron_kg
    share, share_u = mean / iron_g / sar.value, u / iron_g / sar.value
    words = f"blank {100 * share:+.2f} ± {200 * share_u:.2f} % subtracted"
    return replace(
        point,
        sar_w_per_g_fe=_less(sar, share, share_u),
        ilp_nh_m2_per_kg=_less(ilp, share, share_u),
        random_share=float(np.hypot(point.random_share, share_u)),
        words="; ".join(w for w in (point.words, words) if w),
    )


def _less(value: Value, share: float, share_u: float) -> Value:
    u = float(np.hypot(value.u * (1.0 - share), value.value * share_u))
    return Value(value.value * (1.0 - share), u)


def _same(blank: Blank, point: MatrixPoint) -> bool:
    near_h = abs(blank.field_a_per_m / point.field_a_per_m - 1.0) < SAME_FIELD
    return near_h and abs(blank.frequency_hz / point.frequency_hz - 1.0) < SAME_FIELD
