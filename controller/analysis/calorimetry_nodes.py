"""The reading of a probe in a chain of heat capacities, written as sums of modes.

A chain liquid - vial - (holder) - bore with capacities C_i and conductances G_i has
the step response T(t) = (P/C_1) Σ r_i (1 - e^(-p_i t))/p_i, where the rates p_i > 0 are
eigenvalues of the chain and the shares r_i > 0 add up to one: whatever surrounds the
liquid, its temperature sets out with P/C_1. A first-order probe of rate q = 1/tau
replaces e_p by q/(q-p) (e_p - e_q). Many chains are taken at once: leading axes.
Source: Foster form of a resistor-capacitor driving-point impedance (textbook); checked
against the simulator's matrix exponential.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from controller.analysis.calorimetry import Array
from controller.analysis.calorimetry_record import GROWTH, Record


@dataclass(frozen=True, slots=True)
class Bins:
    """Rows gathered into bins: mean time, mean reading, count and spread of times.

    All of shape (bins,). Bins grow with the time since the last switch, so that
    nothing of a response is lost, and never reach across a switch.
    """

    time_s: Array
    temperature_c: Array
    count: Array
    time_variance_s2: Array


@dataclass(frozen=True, slots=True)
class Modes:
    """Rates p in 1/s and shares r of chains; ``bore`` are the weights for the bore.

    All of shape (..., nodes).
    """

    rates: Array
    shares: Array
    bore: Array


def binned(record: Record) -> Bins:
    """Gather the rows of a record into growing bins."""
    cuts = [record.time_s[0] - 1e-9]
    for phase in record.phases:
        step = max(record.period_s, 0.02)
        edge = phase.start_s
        while edge < phase.end_s:
            cuts.append(edge)
            edge += max(step, min(GROWTH * (edge - phase.start_s), 30.0))
    index = np.searchsorted(np.array(cuts), record.time_s, side="right")
    starts = np.flatnonzero(np.diff(index, prepend=-1))
    count = np.diff(np.append(starts, index.size)).astype(float)
    mean_s = np.add.reduceat(record.time_s, starts) / count
    mean_c = np.add.reduceat(record.temperature_c, starts) / count
    square = np.add.reduceat(record.time_s**2, starts) / count
    return Bins(mean_s, mean_c, count, np.maximum(square - mean_s**2, 0.0))


def chain_modes(capacities: Array, conductances: Array) -> Modes:
    """Return the modes of chains, relative to the first node's heat capacity.

    ``capacities`` C_i/C_1 (first is 1) and ``conductances`` G_i/C_1 in 1/s, both of
    shape (..., nodes); the last conductance leads to the bore.
    """
    n = capacities.shape[-1]
    a = np.zeros((*capacities.shape, n))
    for i in range(n):
        g = conductances[..., i]
        a[..., i, i] += g
        if i + 1 < n:
            a[..., i + 1, i + 1] += g
            a[..., i, i + 1] -= g
            a[..., i + 1, i] -= g
    root = np.sqrt(capacities)
    rates, vectors = np.linalg.eigh(a / (root[..., :, None] * root[..., None, :]))
    rates = np.maximum(rates, 1e-9)
    last = conductances[..., -1:] / root[..., -1:]
    bore = vectors[..., 0, :] * vectors[..., -1, :] * last
    return Modes(rates, vectors[..., 0, :] ** 2, bore)


def exposures(record: Record, bins: Bins, rates: Array) -> Array:
    """Return ∫ u(s) e^(-p (t - s)) ds for each rate p > 0, u = H²/H_ref², in s.

    Rates of shape (..., rates) give (..., bins, rates).
    """
    return _decayed(record, bins.time_s, bins.time_variance_s2, rates)


def _decayed(record: Record, time_s: Array, variance_s2: Array, rates: Array) -> Array:
    """Return the exposures at times, each the mean over a spread of times."""
    at, since_s, level = _placed(record, time_s)
    p = rates[..., None, :]
    start = _at_edges(record, rates)[..., at, :]
    steady = level[:, None] / p
    # The mean of e^(-pt) over a bin is above its value at the mean time.
    bent = 1.0 + 0.5 * p * p * variance_s2[:, None]
    seen: Array = steady + (start - steady) * bent * np.exp(-p * since_s[:, None])
    return seen


def _placed(record: Record, time_s: Array) -> tuple[NDArray[np.intp], Array, Array]:
    """Return for times the edge before them, the time since it in s, and the drive."""
    at = np.searchsorted(record.edges_s, time_s, side="right") - 1
    # The field was off before the record.
    level = np.where(at >= 0, record.levels[at], 0.0)
    at = np.maximum(at, 0)
    return at, np.maximum(time_s - record.edges_s[at], 0.0), level


def drive_at(record: Record, time_s: Array) -> Array:
    """Return the drive H²/H_ref² at times."""
    return _placed(record, time_s)[2]


def _at_edges(record: Record, rates: Array) -> Array:
    """Return the exposures at the edges of the drive, shape (..., edges, rates)."""
    lengths_s = np.diff(record.edges_s)
    out = np.zeros((*rates.shape[:-1], record.edges_s.size, rates.shape[-1]))
    kept = np.exp(-rates[..., None, :] * lengths_s[:, None])
    for k in range(lengths_s.size):
        steady = record.levels[k] / rates
        out[..., k + 1, :] = steady + (out[..., k, :] - steady) * kept[..., k, :]
    return out


def _total(record: Record, time_s: Array) -> Array:
    """Return ∫ u ds up to times, in s."""
    at, since_s, level = _placed(record, time_s)
    whole = np.append(0.0, np.cumsum(np.diff(record.edges_s) * record.levels[:-1]))
    total: Array = whole[at] + level * since_s
    return total


def heat_and_bore(
    record: Record, bins: Bins, modes: Modes, lag_s: Array
) -> tuple[Array, Array]:
    """Return what the probe reads for P/C_1 = 1 °C/s, and of a bore that warms, in °C.

    The bore warms by 1 °C per s of full drive. Both of shape (..., bins).
    """
    q = 1.0 / np.maximum(lag_s, 1e-3)[..., None]
    rates = np.concatenate([modes.rates, q], axis=-1)
    column = exposures(record, bins, rates)
    late = (column[..., :-1] @ (modes.bore / modes.rates)[..., None])[..., 0]
    bore = _total(record, bins.time_s) - late
    if record.average_s > record.period_s:
        column = _averaged(record, bins, rates)
    # Where the probe is as fast as a mode the fraction has no limit in floats.
    apart = q - modes.rates
    apart = np.where(np.abs(apart) < 1e-6 * q, 1e-6 * q, apart)
    weights = modes.shares * q / apart
    weights = np.concatenate([weights, -weights.sum(axis=-1, keepdims=True)], axis=-1)
    return (column @ weights[..., None])[..., 0], bore


def _averaged(record: Record, bins: Bins, rates: Array) -> Array:
    """Return the exposures as a moving mean over the last readings shows them."""
    period_s = record.period_s
    width_s = period_s * round(record.average_s / period_s)
    newest_s = bins.time_s + 0.5 * period_s
    oldest_s = newest_s - width_s
    drive_s = (_total(record, newest_s) - _total(record, oldest_s))[:, None]
    spread = bins.time_variance_s2
    grown = _decayed(record, newest_s, spread, rates)
    grown -= _decayed(record, oldest_s, spread, rates)
    mean: Array = (drive_s - grown) / (rates[..., None, :] * width_s)
    return mean
