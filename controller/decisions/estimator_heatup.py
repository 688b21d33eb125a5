"""What the first heat-up tells of the plant: heating gain, losses, probe delay.

While the power is (nearly) constant the reading is a smooth curve, whose start,
seen late, tells the delay, whose first slope tells the gain and whose bend tells the
losses. Fifteen delays in two divisions between dead time and lag are fitted side by
side with

    reading(t) = c0 + c1·W + c2·∫W + c3·∬W,    W = delayed and lagged energy,

by least squares. Each pair of delay and division keeps only the sums of its fit, so
the cost of a tick is bounded. What they say together: ``estimator_learned``.
"""

from collections.abc import Sequence
from math import exp, log
from typing import NamedTuple

from controller.decisions.estimator_energy import GRID_S, Energy
from controller.decisions.estimator_fit import (
    NO_FIT,
    NO_SUMS,
    Fit,
    Sums,
    in_common,
    solved,
)

# Total delays 0.3 to 33 s, a factor of 1.4 apart, half of them mostly dead time and
# half mostly lag: nothing shorter matters at control periods of 0.1 s, nothing
# longer can be controlled in a heat-up of a minute.
DELAYS_S = tuple(0.3 * 1.4**k for k in range(15))
LAG_PARTS = (0.3, 0.8)
SHAPES = tuple((d * (1.0 - p), d * p) for p in LAG_PARTS for d in DELAYS_S)
# Dead time in grid steps, lag in s, and the lag's rate per s, for the inmost loop.
STEPS = tuple((dead / GRID_S, lag, -1.0 / lag) for dead, lag in SHAPES)
# Where the search begins, and how many fits are solved at once in turn.
USUAL, SOLVED_A_TICK = 6, 3
# Each delay with its neighbours in the same division.
AROUND = tuple(
    tuple(j for j in (k - 1, k, k + 1) if j >= 0 and j // 15 == k // 15)
    for k in range(len(SHAPES))
)
# The rise must stand this many sigma out of the noise before anything is fitted.
CLEAR = 15.0
# Fits that are e**-7 as likely as the best are dropped.
HOPELESS = 14.0
# A division that is e**-3 as likely as the other does not count now.
CLOSE = 6.0
# The misfit of a fit that is not solved, or dropped.
NEVER = 1e25


class HeatUp(NamedTuple):
    """Sums of all the fits since the heating began; temperatures from ``base_c``.

    ``totals`` are Σy and Σy² of the readings, and the first and second integral of
    the energy. ``misfits`` are -2 log of how likely each fit is, ``best`` the likeliest
    of each division, the likelier of them first, ``prior`` -2 log of how likely each
    was before. ``turn`` counts the fits that were solved, then goes round.
    """

    base_c: float
    elapsed_s: float
    readings: int
    totals: tuple[float, float, float, float]
    sums: tuple[Sums, ...]
    fits: tuple[Fit, ...]
    misfits: tuple[float, ...]
    best: tuple[int, int]
    turn: int
    prior: tuple[float, ...]


def begun(
    base_c: float, readings: int, expected_s: float = 2.5, factor: float = 2.2
) -> HeatUp:
    """Start the fits from a baseline in °C that is the mean of some readings.

    Delays of ``expected_s`` are likely; a ``factor`` from there is one sigma.
    """
    one, count = log(factor), len(SHAPES)
    prior = tuple([(log(d / expected_s) / one) ** 2 for d in DELAYS_S] * len(LAG_PARTS))
    totals, unknown = (0.0, 0.0, 0.0, 0.0), (NEVER,) * count
    best = (USUAL, USUAL + len(DELAYS_S))
    none, fits = (NO_SUMS,) * count, (NO_FIT,) * count
    return HeatUp(base_c, 0.0, readings, totals, none, fits, unknown, best, 0, prior)


def advanced(
    heat: HeatUp,
    before: Energy,
    energy: Energy,
    dt_s: float,
    temperature_c: float,
    noise_c: float,
) -> HeatUp:
    """Take one tick of energy and one reading (NaN for none) into every fit."""
    fresh = temperature_c == temperature_c
    y_c = temperature_c - heat.base_c if fresh else 0.0
    sum_y, sum_yy, second, third = heat.totals
    half_s = 0.5 * dt_s
    second_1 = second + half_s * (before.total_s + energy.total_s)
    third_1 = third + half_s * (second + second_1)
    heat = HeatUp(
        heat.base_c,
        heat.elapsed_s + dt_s,
        heat.readings + fresh,
        (sum_y + y_c, sum_yy + y_c * y_c, second_1, third_1),
        _summed(heat.sums, energy, dt_s, y_c, fresh),
        *heat[5:],
    )
    gain, weight = _mean_gain(heat)
    if not fresh or gain * gain * weight < (CLEAR * noise_c) ** 2:
        return heat
    return _refitted(heat, noise_c, gain)


def complete(heat: HeatUp) -> bool:
    """Tell whether every delay has been fitted at least once."""
    return heat.turn >= len(heat.fits)


def mean_gain(heat: HeatUp) -> float:
    """Compute the mean rise per full-power second so far, in °C/s.

    One parameter instead of four: too low by the losses, but never wild.
    """
    return _mean_gain(heat)[0]


def _summed(
    all_sums: tuple[Sums, ...], energy: Energy, dt_s: float, y_c: float, fresh: bool
) -> tuple[Sums, ...]:
    """Move every delayed energy on by a tick and add its products to the sums."""
    out: list[Sums] = []
    total, behind, past = energy
    half = 0.5 * dt_s
    behind_steps, per_dt = behind / GRID_S, 1.0 / dt_s
    for (dead_steps, lag, rate), sums in zip(STEPS, all_sums, strict=True):
        if not sums:
            out.append(sums)
            continue
        ud, w, x, z, sw, sx, sz, ww, wx, wz, xx, xz, zz, yw, yx, yz = sums
        # seen_s, written out: this is the inmost loop
        steps = dead_steps - behind_steps
        if steps > 0.0:
            whole = int(steps)
            newer = past[-1 - whole]
            new = newer + (steps - whole) * (past[-2 - whole] - newer)
        else:
            new = total + dead_steps / behind_steps * (past[-1] - total)
        ahead = lag * per_dt * (new - ud)
        w1 = new - ahead + (w - ud + ahead) * exp(rate * dt_s)
        x1 = x + half * (w + w1)
        z1 = z + half * (x + x1)
        if not fresh:
            out.append((new, w1, x1, z1, *sums[4:]))
            continue
        out.append((
            new, w1, x1, z1, sw + w1, sx + x1, sz + z1,
            ww + w1 * w1, wx + w1 * x1, wz + w1 * z1,
            xx + x1 * x1, xz + x1 * z1, zz + z1 * z1,
            yw + y_c * w1, yx + y_c * x1, yz + y_c * z1,
        ))  # fmt: skip
    return tuple(out)


def _refitted(heat: HeatUp, noise_c: float, scale: float) -> HeatUp:
    """Solve the fits beside the best one, and every other time some more."""
    fits, misfits, sums = list(heat.fits), list(heat.misfits), heat.sums
    chosen, turn = _chosen(heat)
    common = in_common(heat.readings, heat.totals, heat.elapsed_s, noise_c, scale)
    for k in chosen:
        if sums[k]:
            misfit, fits[k] = solved(sums[k], common)
            misfits[k] = misfit + heat.prior[k]
    if turn != heat.turn and turn % len(fits) == 0:
        sums, misfits = _pruned(sums, misfits)
    told = (tuple(fits), tuple(misfits), _best(misfits), turn)
    return HeatUp(*heat[:4], sums, *told, heat.prior)


def _chosen(heat: HeatUp) -> tuple[Sequence[int], int]:
    """Choose the fits that are solved now, and the turn.

    Neighbours are solved at once, as only misfits of one age compare well. Every
    other time those beside the best of the other division come too, or the next.
    """
    turn, count, (first, rival) = heat.turn, len(SHAPES), heat.best
    nearby = AROUND[first] if turn >= count else ()
    if nearby and heat.readings % 2:
        return nearby, turn
    close = heat.misfits[rival] < heat.misfits[first] + CLOSE
    if nearby and close and heat.readings % 4:
        return nearby + AROUND[rival], turn
    place = turn % count
    after = place + SOLVED_A_TICK
    return (*nearby, *range(place, after)), count + after % count if nearby else after


def _pruned(
    sums: tuple[Sums, ...], misfits: list[float]
) -> tuple[tuple[Sums, ...], list[float]]:
    """Drop the hopeless fits; the neighbours of the best stay."""
    limit = min(misfits) + HOPELESS
    kept = {k for k, misfit in enumerate(misfits) if misfit < limit}
    for k in _best(misfits):
        kept.update(AROUND[k])
    sums = tuple([one if k in kept else () for k, one in enumerate(sums)])
    return sums, [one if k in kept else NEVER for k, one in enumerate(misfits)]


def _best(misfits: list[float]) -> tuple[int, int]:
    """Find the likeliest delay of each division, the likelier of them first."""
    count = len(DELAYS_S)
    least, least_slow = min(misfits[:count]), min(misfits[count:])
    a, b = misfits.index(least), misfits.index(least_slow, count)
    return (b, a) if least_slow < least else (a, b)


def _mean_gain(heat: HeatUp) -> tuple[float, float]:
    """Fit the rise by energy alone; returns °C/s and the weight of that, in s²."""
    sums = heat.sums[heat.best[0]]
    weight, product = sums[7], sums[13]
    return (product / weight if weight > 0.0 else 0.0), weight
