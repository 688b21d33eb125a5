"""One least-squares fit of a heat-up, from its sums."""

from typing import NamedTuple

# Delayed energy until now, W, ∫W, ∬W; then Σ of W, X, Z (X = ∫W, Z = ∬W), and of
# their products WW, WX, WZ, XX, XZ, ZZ and yW, yX, yZ. Empty where given up.
Sums = tuple[float, ...]
# The coefficients c0 to c3.
Fit = tuple[float, float, float, float]
NO_SUMS: Sums = (0.0,) * 16
NO_FIT: Fit = (0.0, 0.0, 0.0, 0.0)
# How steep the curve may start and how far it may bend, one sigma: relative to the
# mean rise per energy, and to it over the elapsed time once and twice.
STEEP, BEND, BEND_2 = 3.0, 0.8, 0.2
# The least pivot of the decomposition: what rounding made less counts as this.
LEAST = 1e-30


class Common(NamedTuple):
    """What all the fits of one tick share: count, Σy, Σy², noise² and the priors.

    The priors are the noise² over what is expected of c1, c2 and c3, squared.
    """

    readings: int
    sum_y_c: float
    sum_yy_c2: float
    noise_c2: float
    steep_scale: float
    bend_scale: float
    bend_2_scale: float


def in_common(
    readings: int,
    totals: tuple[float, ...],
    elapsed_s: float,
    noise_c: float,
    scale: float,
) -> Common:
    """Compute what all the fits of one tick share.

    ``scale`` is the mean rise per full-power second, in °C/s.
    """
    one = noise_c / max(scale, 1e-3)
    slope, bend, bend_2 = one / STEEP, one * elapsed_s / BEND, one / BEND_2
    bend_2 *= elapsed_s * elapsed_s
    squares = (noise_c * noise_c, slope * slope, bend * bend, bend_2 * bend_2)
    return Common(readings, totals[0], totals[1], *squares)


def solved(sums: Sums, common: Common) -> tuple[float, Fit]:
    """Solve for the misfit and c0 to c3, by a Cholesky without square roots.

    The misfit is -2 log likelihood less its expectation, so that fits of different
    age compare.
    """
    _, _, _, _, sw, sx, sz, ww, wx, wz, xx, xz, zz, yw, yx, yz = sums
    n, y, yy, noise, steep, bend, bend_2 = common
    w, x, z, mean = sw / n, sx / n, sz / n, y / n
    # the pivots p, the rows above them, and the right side, one column at a time
    p1 = ww + steep - w * sw
    if not p1 > LEAST:
        p1 = LEAST
    wx -= w * sx
    wz -= w * sz
    yw -= w * y
    x1, z1, y1 = wx / p1, wz / p1, yw / p1
    p2 = xx + bend - x * sx - x1 * wx
    if not p2 > LEAST:
        p2 = LEAST
    xz -= x * sz + x1 * wz
    yx -= x * y + x1 * yw
    z2, y2 = xz / p2, yx / p2
    p3 = zz + bend_2 - z * sz - z1 * wz - z2 * xz
    if not p3 > LEAST:
        p3 = LEAST
    yz -= z * y + z1 * yw + z2 * yx
    c3 = yz / p3
    c2 = y2 - z2 * c3
    c1 = y1 - x1 * c2 - z1 * c3
    c0 = mean - w * c1 - x * c2 - z * c3
    left = yy - mean * y - y1 * yw - y2 * yx - c3 * yz
    return left / noise - n, (c0, c1, c2, c3)
