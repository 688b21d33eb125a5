"""The reading of a probe in a chain of heat capacities, written as sums of modes.

A chain liquid - vial - (holder) - bore with capacities C_i and conductances G_i has
the step response T(t) = (P/C_1) Σ r_i (1 - e^(-p_i t))/p_i, where the rates p_i > 0 are
eigenvalues of the chain and the shares r_i > 0 add up to one: whatever surrounds the
liquid, its temperature sets out with P/C_1. A first-order probe of rate q = 1/tau
replaces e_p by q/(q-p) (e_p - e_q).
Source: Foster form of a resistor-capacitor driving-point impedance (textbook); checked
against the simulator's matrix exponential.
"""

from dataclasses import dataclass

import numpy as np

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
    """Rates p in 1/s and shares r of a chain; ``bore`` are the weights for the bore."""

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
    """Return the modes of a chain, relative to the first node's heat capacity.

    ``capacities`` C_i/C_1 (first is 1) and ``conductances`` G_i/C_1 in 1/s, both of
    shape (nodes,); the last conductance leads to the bore.
    """
    n = capacities.size
    a = np.zeros((n, n))
    for i, g in enumerate(conductances):
        a[i, i] += g
        if i + 1 < n:
            a[i + 1, i + 1] += g
            a[i, i + 1] -= g
            a[i + 1, i] -= g
    root = np.sqrt(capacities)
    rates, vectors = np.linalg.eigh(a / np.outer(root, root))
    rates = np.maximum(rates, 1e-9)
    bore = vectors[0] * vectors[-1] * conductances[-1] / root[-1]
    return Modes(rates, vectors[0] ** 2, bore)


def exposures(record: Record, bins: Bins, rates: Array) -> Array:
    """Return ∫ u(s) e^(-p (t - s)) ds for each rate, in s, shape (bins, rates).

    A rate of zero gives the integral of the drive u = H²/H_ref² itself.
    """
    since, jump = _since(record, bins.time_s)
    out = np.empty((bins.time_s.size, rates.size))
    for k, p in enumerate(rates):
        if p <= 0.0:
            out[:, k] = since @ jump
            continue
        # The mean of e^(-pt) over a bin is above its value at the mean time.
        bent = 1.0 + 0.5 * p * p * bins.time_variance_s2[:, None]
        grown = np.where(since > 0.0, 1.0 - bent * np.exp(-p * since), 0.0)
        out[:, k] = grown @ jump / p
    return out


def _since(record: Record, time_s: Array) -> tuple[Array, Array]:
    """Return the times since each jump of the drive, in s (0 before), and the jumps."""
    jumps = np.diff(record.levels, prepend=0.0)
    used = np.abs(jumps) > 1e-6
    return np.maximum(time_s[:, None] - record.edges_s[used], 0.0), jumps[used]


def heating_column(record: Record, bins: Bins, modes: Modes, lag_s: float) -> Array:
    """Return what the probe reads for P/C_1 = 1 °C/s, in °C, shape (bins,)."""
    q = 1.0 / max(lag_s, 1e-3)
    all_rates = np.append(modes.rates, q)
    averaged = record.average_s > record.period_s
    column = (_averaged if averaged else exposures)(record, bins, all_rates)
    # Where the probe is as fast as a mode the fraction has no limit in floats.
    apart = q - modes.rates
    apart = np.where(np.abs(apart) < 1e-6 * q, 1e-6 * q, apart)
    weights = modes.shares * q / apart
    seen: Array = column[:, :-1] @ weights - column[:, -1] * weights.sum()
    return seen


def _averaged(record: Record, bins: Bins, rates: Array) -> Array:
    """Return the exposures as a moving mean over the last readings shows them."""
    period_s = record.period_s
    width_s = period_s * round(record.average_s / period_s)
    newest, jump = _since(record, bins.time_s + 0.5 * period_s)
    oldest, _ = _since(record, bins.time_s + 0.5 * period_s - width_s)
    out = np.empty((bins.time_s.size, rates.size))
    for k, p in enumerate(rates):
        bent = 1.0 + 0.5 * p * p * bins.time_variance_s2[:, None]
        decayed = bent * (np.exp(-p * oldest) - np.exp(-p * newest))
        out[:, k] = ((newest - oldest) - decayed / p) @ jump / (p * width_s)
    return out


def bore_column(record: Record, bins: Bins, modes: Modes) -> Array:
    """Return what the liquid shows of a bore that warms 1 °C per s of full drive."""
    rates = np.append(0.0, modes.rates)
    column = exposures(record, bins, rates)
    seen: Array = column[:, 0] - column[:, 1:] @ (modes.bore / modes.rates)
    return seen
