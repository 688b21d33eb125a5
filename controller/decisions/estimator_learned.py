"""What the fits of a heat-up say together.

The best three delays of each division are joined by a parabola, the two divisions by
their likelihood.
"""

from math import exp
from typing import NamedTuple

from controller.decisions.estimator_energy import Energy
from controller.decisions.estimator_heatup import (
    AROUND,
    CLOSE,
    DELAYS_S,
    NEVER,
    SHAPES,
    HeatUp,
)

# Fits, and how much each counts.
Parts = list[tuple[int, float]]


class Learned(NamedTuple):
    """What the fits say now: the tissue, the reading, and the plant."""

    temperature_c: float
    reading_c: float
    rate_c_per_s: float
    gain_c_per_s: float
    loss_c_per_s: float
    delay_s: float
    parts: Parts


class Seen(NamedTuple):
    """The probe, the share of full power that it sees now, and the energy so far."""

    dead_s: float
    lag_s: float
    share: float
    energy_s: float


def learned(heat: HeatUp, energy: Energy) -> Learned:
    """Join the best fits of each division into one answer."""
    first, rival = heat.best
    misfit, parts = _parabola(heat.misfits, first)
    rival_misfit, rival_parts = _parabola(heat.misfits, rival)
    behind = rival_misfit - misfit
    if behind < CLOSE:
        weight = exp(-0.5 * max(behind, -CLOSE))
        parts += [(k, weight * part) for k, part in rival_parts]
    return _mixed(heat, parts, energy.total_s)


def seen(heat: HeatUp, parts: Parts) -> Seen:
    """Tell what the joined fits take the probe for, and what it sees."""
    dead = lag = share = energy = norm = 0.0
    for k, part in parts:
        dead_s, lag_s = SHAPES[k]
        ud, w = heat.sums[k][:2]
        norm += part
        dead += part * dead_s
        lag += part * lag_s
        share += part * (ud - w) / lag_s
        energy += part * w
    return Seen(dead / norm, lag / norm, share / norm, energy / norm)


def _parabola(misfits: tuple[float, ...], best: int) -> tuple[float, Parts]:
    """Find the least misfit between three delays, and their weights there."""
    mid = misfits[best]
    if len(AROUND[best]) < 3:
        return mid, [(best, 1.0)]
    low, high = misfits[best - 1], misfits[best + 1]
    bow = low - 2.0 * mid + high
    if not 1e-9 < bow < NEVER:
        return mid, [(best, 1.0)]
    x = min(max(0.5 * (low - high) / bow, -0.5), 0.5)
    misfit = mid + 0.5 * x * (high - low) + 0.5 * x * x * bow
    before, after = 0.5 * x * (x - 1.0), 0.5 * x * (x + 1.0)
    return misfit, [(best - 1, before), (best, 1.0 - x * x), (best + 1, after)]


def _mixed(heat: HeatUp, parts: Parts, total_s: float) -> Learned:
    """Add up what some fits say, by their weights."""
    tissue = reading = rate = gain = bend = bend_2 = delay = norm = 0.0
    _, _, second, third = heat.totals
    fits, all_sums, count = heat.fits, heat.sums, len(DELAYS_S)
    for k, part in parts:
        c0, c1, c2, c3 = fits[k]
        ud, w, x, z = all_sums[k][:4]
        norm += part
        tissue += part * (c0 + c1 * total_s + c2 * second + c3 * third)
        reading += part * (c0 + c1 * w + c2 * x + c3 * z)
        rate += part * (c1 * (ud - w) / SHAPES[k][1] + c2 * w + c3 * x)
        gain += part * c1
        bend += part * c2
        bend_2 += part * c3
        delay += part * DELAYS_S[k % count]
    base = heat.base_c
    return Learned(
        base + tissue / norm,
        base + reading / norm,
        rate / norm,
        gain / norm,
        -(bend * total_s + bend_2 * second) / norm,
        delay / norm,
        parts,
    )
