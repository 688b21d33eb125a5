"""What the first heat-up tells of the plant: heating gain, losses, probe delay.

While the power is (nearly) constant the reading is a smooth curve, whose start,
seen late, tells the delay, whose first slope tells the gain and whose bend tells the
losses. Fifteen delays in two divisions between dead time and lag are fitted side by
side with

    reading(t) = c0 + c1·W + c2·∫W + c3·∬W,    W = delayed and lagged energy,

by least squares. Each pair of delay and division keeps only the sums of its fit, so
the cost of a tick is bounded. The best three delays are joined by a parabola.
"""

from math import exp, log
from typing import NamedTuple

from controller.decisions.estimator_energy import GRID_S, Energy
from controller.decisions.estimator_fit import NO_FIT, NO_SUMS, Fit, Sums, solved

# Total delays 0.3 to 33 s, a factor of 1.4 apart, half of them mostly dead time and
# half mostly lag: nothing shorter matters at control periods of 0.1 s, nothing
# longer can be controlled in a heat-up of a minute.
DELAYS_S = tuple(0.3 * 1.4**k for k in range(15))
LAG_PARTS = (0.3, 0.8)
SHAPES = tuple((d * (1.0 - p), d * p) for p in LAG_PARTS for d in DELAYS_S)
# Dead time in grid steps, lag in s, and the lag's rate per s, for the inmost loop.
STEPS = tuple((dead / GRID_S, lag, -1.0 / lag) for dead, lag in SHAPES)
USUAL = 6
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
SOLVED_A_TICK = 2


class HeatUp(NamedTuple):
    """Sums of all the fits since the heating began; temperatures from ``base_c``.

    ``totals`` are Σy and Σy² of the readings, and the first and second integral of
    the energy. ``best`` is the likeliest fit of each division, the likelier of them
    first. ``prior`` is -2 log of how likely each was before. ``turn`` counts the fits
    that were solved, then goes round.
    """

    base_c: float
    elapsed_s: float
    readings: int
    totals: tuple[float, float, float, float]
    sums: tuple[Sums, ...]
    fits: tuple[Fit, ...]
    best: tuple[int, ...]
    turn: int
    prior: tuple[float, ...]


class Learned(NamedTuple):
    """What the fits say now: the tissue, the reading, and the plant."""

    temperature_c: float
    reading_c: float
    rate_c_per_s: float
    seen_share: float
    seen_energy_s: float
    gain_c_per_s: float
    loss_c_per_s: float
    dead_s: float
    lag_s: float


def begun(
    base_c: float, readings: int, expected_s: float = 2.5, factor: float = 2.2
) -> HeatUp:
    """Start the fits from a baseline in °C that is the mean of some readings.

    Delays of ``expected_s`` are likely; a ``factor`` from there is one sigma.
    """
    one = log(factor)
    likely = [(log(d / expected_s) / one) ** 2 for d in DELAYS_S] * len(LAG_PARTS)
    none = (NO_SUMS,) * len(SHAPES)
    fits = (NO_FIT,) * len(SHAPES)
    totals = (0.0, 0.0, 0.0, 0.0)
    return HeatUp(base_c, 0.0, readings, totals, none, fits, (USUAL,), 0, tuple(likely))


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
        heat.fits,
        heat.best,
        heat.turn,
        heat.prior,
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


def learned(heat: HeatUp, energy: Energy) -> Learned:
    """Join the best fits of each division into one answer."""
    joined = [(best, *_parabola(heat.fits, best)) for best in heat.best]
    least = min([misfit for _, misfit, _ in joined])
    likely = [exp(-0.5 * (misfit - least)) for _, misfit, _ in joined]
    parts: list[tuple[int, float]] = []
    for (best, misfit, weights), one in zip(joined, likely, strict=True):
        share = one / sum(likely)
        if misfit < least + CLOSE:
            parts += [(best + j - 1, share * w) for j, w in enumerate(weights) if w]
    return _mixed(heat, parts, energy.total_s)


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
        if fresh:
            sw, sx, sz = sw + w1, sx + x1, sz + z1
            ww, wx, wz = ww + w1 * w1, wx + w1 * x1, wz + w1 * z1
            xx, xz, zz = xx + x1 * x1, xz + x1 * z1, zz + z1 * z1
            yw, yx, yz = yw + y_c * w1, yx + y_c * x1, yz + y_c * z1
        out.append((new, w1, x1, z1, sw, sx, sz, ww, wx, wz, xx, xz, zz, yw, yx, yz))
    return tuple(out)


def _refitted(heat: HeatUp, noise_c: float, scale: float) -> HeatUp:
    """Solve the fits beside the best one and some others; drop the hopeless.

    The others in turn: those beside the best of the other division, or the next few.
    """
    fits, sums, turn = list(heat.fits), heat.sums, heat.turn
    first, *others = heat.best
    nearby = AROUND[first] if complete(heat) else ()
    close = fits[first][0] + CLOSE
    rivals = [k for k in others if fits[k][0] < close]
    if nearby and rivals and heat.readings % 2:
        chosen = {*nearby, *AROUND[rivals[0]]}
    else:
        chosen = {*nearby, *[(turn + k) % len(fits) for k in range(SOLVED_A_TICK)]}
        turn += SOLVED_A_TICK
    sum_y, sum_yy, _, _ = heat.totals
    n, time_s = heat.readings, heat.elapsed_s
    for k in chosen:
        if sums[k]:
            fit = solved(sums[k], n, sum_y, sum_yy, time_s, noise_c, scale)
            fits[k] = (fit[0] + heat.prior[k], *fit[1:])
    if turn >= 2 * len(fits):
        turn = len(fits)
        sums, fits = _pruned(sums, fits)
    best = _best(fits)
    base_c, elapsed_s, readings, totals, *_, prior = heat
    return HeatUp(
        base_c, elapsed_s, readings, totals, sums, tuple(fits), best, turn, prior
    )


def _pruned(
    sums: tuple[Sums, ...], fits: list[Fit]
) -> tuple[tuple[Sums, ...], list[Fit]]:
    """Drop the hopeless fits; the neighbours of the best stay."""
    limit = min([fit[0] for fit in fits]) + HOPELESS
    kept = {k for k, fit in enumerate(fits) if fit[0] < limit}
    for k in _best(fits):
        kept.update(AROUND[k])
    sums = tuple([one if k in kept else () for k, one in enumerate(sums)])
    return sums, [fit if k in kept else NO_FIT for k, fit in enumerate(fits)]


def _best(fits: list[Fit]) -> tuple[int, ...]:
    """Find the likeliest delay of each division, the likelier of them first."""
    count = len(DELAYS_S)
    misfits = [fit[0] for fit in fits]
    found = []
    for first in range(0, len(misfits), count):
        part = misfits[first : first + count]
        least = min(part)
        found.append((least, first + part.index(least)))
    return tuple([k for _, k in sorted(found)])


def _mean_gain(heat: HeatUp) -> tuple[float, float]:
    """Fit the rise by energy alone; returns °C/s and the weight of that, in s²."""
    sums = heat.sums[heat.best[0]]
    weight, product = sums[7], sums[13]
    return (product / weight if weight > 0.0 else 0.0), weight


def _parabola(
    fits: tuple[Fit, ...], best: int
) -> tuple[float, tuple[float, float, float]]:
    """Find the least misfit between three delays, and their weights there."""
    alone = (0.0, 1.0, 0.0)
    if len(AROUND[best]) < 3:
        return fits[best][0], alone
    low, mid, high = fits[best - 1][0], fits[best][0], fits[best + 1][0]
    bow = low - 2.0 * mid + high
    if not 1e-9 < bow < 1e25:
        return mid, alone
    x = min(max(0.5 * (low - high) / bow, -0.5), 0.5)
    weights = (0.5 * x * (x - 1.0), 1.0 - x * x, 0.5 * x * (x + 1.0))
    return mid + 0.5 * x * (high - low) + 0.5 * x * x * bow, weights


def _mixed(heat: HeatUp, parts: list[tuple[int, float]], total_s: float) -> Learned:
    """Add up what some fits say, by their weights."""
    tissue = reading = rate = seen = energy = gain = loss = dead = lag = norm = 0.0
    _, _, second, third = heat.totals
    for k, part in parts:
        _, c0, c1, c2, c3 = heat.fits[k]
        sums = heat.sums[k]
        shape = SHAPES[k]
        w, x = sums[1], sums[2]
        v = (sums[0] - w) / shape[1]
        lost = -c2 * total_s - c3 * second
        norm += part
        tissue += part * (c0 + c1 * total_s + c2 * second + c3 * third)
        reading += part * (c0 + c1 * w + c2 * x + c3 * sums[3])
        rate += part * (c1 * v + c2 * w + c3 * x)
        seen += part * v
        energy += part * w
        gain += part * c1
        loss += part * lost
        dead += part * shape[0]
        lag += part * shape[1]
    base = heat.base_c
    return Learned(
        base + tissue / norm,
        base + reading / norm,
        rate / norm,
        seen / norm,
        energy / norm,
        gain / norm,
        loss / norm,
        dead / norm,
        lag / norm,
    )
