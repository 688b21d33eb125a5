"""What the first heat-up tells of the plant: heating gain, losses, probe delay.

While the power is (nearly) constant the reading is a smooth curve, whose start,
seen late, tells the delay, whose first slope tells the gain and whose bend tells the
losses. Fifteen delays in two divisions between dead time and lag are fitted side by
side with

    reading(t) = c0 + c1·W + c2·∫W + c3·∬W,    W = delayed and lagged energy,

by least squares. Each pair of delay and division keeps only the sums of its fit, so
the cost of a tick is constant. The best three delays are joined by a parabola.
"""

from math import exp, log, sqrt
from typing import NamedTuple

from controller.decisions.estimator_energy import GRID_S, Energy

# Total delays 0.3 to 33 s, a factor of 1.4 apart, half of them mostly dead time and
# half mostly lag: nothing shorter matters at control periods of 0.1 s, nothing
# longer can be controlled in a heat-up of a minute.
DELAYS_S = tuple(0.3 * 1.4**k for k in range(15))
LAG_PARTS = (0.3, 0.8)
SHAPES = tuple((d * (1.0 - p), d * p) for p in LAG_PARTS for d in DELAYS_S)
# A fibre in a catheter answers within about 2.5 s; a factor of 2.2 is one sigma.
PRIOR_INDEX = 6
_PRIOR = tuple((log(d / 2.5) / 0.8) ** 2 for _ in LAG_PARTS for d in DELAYS_S)
# How far the curve may bend, relative to gain/elapsed and gain/elapsed²; one sigma.
BEND, BEND_2 = 0.8, 0.4
# The rise must stand this many sigma out of the noise before anything is fitted.
CLEAR = 15.0
HOPELESS = 40.0
_SOLVED_A_TICK = 3

Sums = tuple[float, ...]
Fit = tuple[float, float, float, float, float]
_NO_SUMS: Sums = (0.0,) * 16
_NO_FIT: Fit = (1e30, 0.0, 0.0, 0.0, 0.0)


class HeatUp(NamedTuple):
    """Sums of all the fits since the heating began; temperatures from ``base_c``."""

    base_c: float
    elapsed_s: float
    readings: float
    sum_y: float
    sum_yy: float
    second_s2: float
    third_s3: float
    sums: tuple[Sums, ...]
    fits: tuple[Fit, ...]
    turn: int


class Learned(NamedTuple):
    """What the fits say now: the tissue, the reading, and the plant."""

    temperature_c: float
    reading_c: float
    rate_c_per_s: float
    seen_share: float
    seen_energy_s: float
    gain_c_per_s: float
    loss_c_per_s: float
    loss_rate_per_s: float
    dead_s: float
    lag_s: float


def begun(base_c: float, weight: float) -> HeatUp:
    """Start the fits from a mean baseline that is worth ``weight`` readings."""
    none = (_NO_SUMS,) * len(SHAPES)
    fits = (_NO_FIT,) * len(SHAPES)
    return HeatUp(base_c, 0.0, weight, 0.0, 0.0, 0.0, 0.0, none, fits, 0)


def advanced(
    heat: HeatUp,
    before: Energy,
    energy: Energy,
    dt_s: float,
    temperature_c: float,
    noise_c2: float,
) -> HeatUp:
    """Take one tick of energy and one reading (NaN for none) into every fit."""
    fresh = temperature_c == temperature_c
    y = temperature_c - heat.base_c if fresh else 0.0
    sums = _summed(heat.sums, energy, dt_s, y, fresh)
    half = 0.5 * dt_s
    second = heat.second_s2 + half * (before.total_s + energy.total_s)
    third = heat.third_s3 + half * (heat.second_s2 + second)
    heat = HeatUp(
        heat.base_c,
        heat.elapsed_s + dt_s,
        heat.readings + (1.0 if fresh else 0.0),
        heat.sum_y + y,
        heat.sum_yy + y * y,
        second,
        third,
        sums,
        heat.fits,
        heat.turn,
    )
    gain, weight = mean_gain(heat)
    if not fresh or gain * gain * weight < CLEAR * CLEAR * noise_c2:
        return heat
    return _refitted(heat, noise_c2, gain)


def _summed(
    all_sums: tuple[Sums, ...], energy: Energy, dt_s: float, y: float, fresh: bool
) -> tuple[Sums, ...]:
    """Move every delayed energy on by a tick and add its products to the sums."""
    out: list[Sums] = []
    total, behind, past = energy
    half = 0.5 * dt_s
    for (dead, lag), sums in zip(SHAPES, all_sums, strict=True):
        if not sums:
            out.append(sums)
            continue
        ud, w, x, z, sw, sx, sz, ww, wx, wz, xx, xz, zz, yw, yx, yz = sums
        steps = (dead - behind) / GRID_S
        if steps > 0.0:
            whole = int(steps)
            newer = past[-1 - whole]
            new = newer + (steps - whole) * (past[-2 - whole] - newer)
        else:
            new = total + dead / behind * (past[-1] - total)
        ahead = lag * (new - ud) / dt_s
        w1 = new - ahead + (w - ud + ahead) * exp(-dt_s / lag)
        x1 = x + half * (w + w1)
        z1 = z + half * (x + x1)
        if fresh:
            sw, sx, sz = sw + w1, sx + x1, sz + z1
            ww, wx, wz = ww + w1 * w1, wx + w1 * x1, wz + w1 * z1
            xx, xz, zz = xx + x1 * x1, xz + x1 * z1, zz + z1 * z1
            yw, yx, yz = yw + y * w1, yx + y * x1, yz + y * z1
        out.append((new, w1, x1, z1, sw, sx, sz, ww, wx, wz, xx, xz, zz, yw, yx, yz))
    return tuple(out)


def _refitted(heat: HeatUp, noise_c2: float, scale: float) -> HeatUp:
    """Solve the fits beside the best ones and a few others; drop the hopeless."""
    fits, sums, turn = list(heat.fits), heat.sums, heat.turn
    chosen = {(turn + k) % len(fits) for k in range(_SOLVED_A_TICK)}
    if turn >= len(fits):
        for best in _best(heat.fits):
            chosen |= _around(best)
    for k in chosen:
        if sums[k]:
            fits[k] = _solved(heat, k, noise_c2, scale)
    turn += _SOLVED_A_TICK
    if turn >= 2 * len(fits):
        turn = len(fits)
        sums, fits = _pruned(sums, fits)
    return heat._replace(sums=sums, fits=tuple(fits), turn=turn)


def _pruned(
    sums: tuple[Sums, ...], fits: list[Fit]
) -> tuple[tuple[Sums, ...], list[Fit]]:
    """Drop the fits that are e**-20 as likely as the best; neighbours stay."""
    limit = min(fits)[0] + HOPELESS
    kept = {k for k, fit in enumerate(fits) if fit[0] < limit}
    for best in _best(tuple(fits)):
        kept |= _around(best)
    sums = tuple([one if k in kept else () for k, one in enumerate(sums)])
    return sums, [fit if k in kept else _NO_FIT for k, fit in enumerate(fits)]


def _best(fits: tuple[Fit, ...]) -> list[int]:
    """Find the likeliest delay of each division."""
    count = len(DELAYS_S)
    starts = range(0, len(fits), count)
    return [fits.index(min(fits[first : first + count]), first) for first in starts]


def _around(k: int) -> set[int]:
    """List a delay and its neighbours in the same division."""
    count = len(DELAYS_S)
    return {j for j in (k - 1, k, k + 1) if j >= 0 and j // count == k // count}


def mean_gain(heat: HeatUp) -> tuple[float, float]:
    """Compute the mean rise per full-power second, in °C/s, and its weight in s².

    One parameter instead of four: too low by the losses, but never wild.
    """
    sums = heat.sums[heat.fits.index(min(heat.fits))] or heat.sums[PRIOR_INDEX]
    weight, product = sums[7], sums[13]
    return (product / weight if weight > 0.0 else 0.0), weight


def complete(heat: HeatUp) -> bool:
    """Tell whether every delay has been fitted at least once."""
    return heat.turn >= len(heat.fits)


def _solved(heat: HeatUp, k: int, noise_c2: float, scale: float) -> Fit:
    """Solve one fit by Cholesky; returns its misfit and four coefficients.

    The misfit is -2 log likelihood, less its expectation, so that fits of different
    age can be compared.
    """
    _, _, _, _, sw, sx, sz, ww, wx, wz, xx, xz, zz, yw, yx, yz = heat.sums[k]
    time = heat.elapsed_s
    bend = BEND * scale / time
    bend_2 = BEND_2 * scale / (time * time)
    slope = 3.0 * scale
    n = heat.readings
    l0 = sqrt(n)
    l1, l2, l3 = sw / l0, sx / l0, sz / l0
    d1 = _root(ww + noise_c2 / (slope * slope) - l1 * l1)
    m2, m3 = (wx - l1 * l2) / d1, (wz - l1 * l3) / d1
    d2 = _root(xx + noise_c2 / (bend * bend) - l2 * l2 - m2 * m2)
    k3 = (xz - l2 * l3 - m2 * m3) / d2
    d3 = _root(zz + noise_c2 / (bend_2 * bend_2) - l3 * l3 - m3 * m3 - k3 * k3)
    f0 = heat.sum_y / l0
    f1 = (yw - l1 * f0) / d1
    f2 = (yx - l2 * f0 - m2 * f1) / d2
    f3 = (yz - l3 * f0 - m3 * f1 - k3 * f2) / d3
    misfit = heat.sum_yy - f0 * f0 - f1 * f1 - f2 * f2 - f3 * f3
    c3 = f3 / d3
    c2 = (f2 - k3 * c3) / d2
    c1 = (f1 - m2 * c2 - m3 * c3) / d1
    c0 = (f0 - l1 * c1 - l2 * c2 - l3 * c3) / l0
    return misfit / noise_c2 - n + _PRIOR[k], c0, c1, c2, c3


def _root(square: float) -> float:
    """Take a root of what rounding may have made negative."""
    return sqrt(square) if square > 1e-30 else 1e-15


def learned(heat: HeatUp, energy: Energy) -> Learned:
    """Join the best fits of each division into one answer."""
    count = len(DELAYS_S)
    fits = heat.fits
    parts: list[tuple[float, int, float]] = []
    scores: list[float] = []
    for best in _best(fits):
        first = best - best % count
        low, weights = _parabola(fits, best, first, first + count)
        scores.append(low)
        parts += [(low, best + j, w) for j, w in zip((-1, 0, 1), weights, strict=True)]
    least = min(scores)
    norm = sum([exp(-0.5 * (s - least)) for s in scores])
    mix: tuple[float, ...] = (0.0,) * 10
    for low, k, weight in parts:
        share = weight * exp(-0.5 * (low - least)) / norm
        if abs(share) > 1e-4:
            told = _told(heat, k, energy.total_s)
            mix = tuple([m + share * v for m, v in zip(mix, told, strict=True)])
    return Learned(*mix)


def _parabola(
    fits: tuple[Fit, ...], best: int, first: int, end: int
) -> tuple[float, tuple[float, float, float]]:
    """Find the least misfit between three delays, and their weights there."""
    if not first < best < end - 1:
        return fits[best][0], (0.0, 1.0, 0.0)
    low, mid, high = fits[best - 1][0], fits[best][0], fits[best + 1][0]
    bow = low - 2.0 * mid + high
    if not 1e-9 < bow < 1e25:
        return mid, (0.0, 1.0, 0.0)
    x = min(max(0.5 * (low - high) / bow, -0.5), 0.5)
    weights = (0.5 * x * (x - 1.0), 1.0 - x * x, 0.5 * x * (x + 1.0))
    return mid + 0.5 * x * (high - low) + 0.5 * x * x * bow, weights


def _told(heat: HeatUp, k: int, total_s: float) -> tuple[float, ...]:
    """List what one fit says, in the order of ``Learned``."""
    _, c0, c1, c2, c3 = heat.fits[k]
    ud, w, x, z = heat.sums[k][:4]
    dead, lag = SHAPES[k]
    seen = (ud - w) / lag
    base = heat.base_c + c0
    rate = c1 * seen + c2 * w + c3 * x
    return (
        base + c1 * total_s + c2 * heat.second_s2 + c3 * heat.third_s3,
        base + c1 * w + c2 * x + c3 * z,
        rate,
        seen,
        w,
        c1,
        -c2 * total_s - c3 * heat.second_s2,
        -c2 * seen - c3 * w,
        dead,
        lag,
    )
