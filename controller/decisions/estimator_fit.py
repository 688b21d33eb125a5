"""One least-squares fit of a heat-up, from its sums."""

from math import sqrt

# Delayed energy until now, W, ∫W, ∬W; then Σ of W, X, Z (X = ∫W, Z = ∬W), and of
# their products WW, WX, WZ, XX, XZ, ZZ and yW, yX, yZ. Empty where given up.
Sums = tuple[float, ...]
# Misfit, then the coefficients c0 to c3.
Fit = tuple[float, float, float, float, float]
NO_SUMS: Sums = (0.0,) * 16
NO_FIT: Fit = (1e30, 0.0, 0.0, 0.0, 0.0)
# How steep the curve may start and how far it may bend, one sigma: relative to the
# mean rise per energy, and to it over the elapsed time once and twice.
STEEP, BEND, BEND_2 = 3.0, 0.8, 0.2
# The least square in the decomposition, and its root.
LEAST, ROOT = 1e-30, 1e-15


def solved(
    sums: Sums,
    readings: int,
    sum_y_c: float,
    sum_yy_u: float,
    elapsed_s: float,
    noise_c: float,
    scale: float,
) -> Fit:
    """Solve for c0 to c3 by Cholesky; returns the misfit before them.

    ``scale`` is the mean rise per full-power second, in °C/s. The misfit is
    -2 log likelihood less its expectation, so that fits of different age compare.
    """
    _, _, _, _, sw, sx, sz, ww, wx, wz, xx, xz, zz, yw, yx, yz = sums
    gain = max(scale, 1e-3)
    slope = noise_c / (STEEP * gain)
    bend = noise_c * elapsed_s / (BEND * gain)
    bend_2 = noise_c * elapsed_s * elapsed_s / (BEND_2 * gain)
    l0 = sqrt(readings)
    l1, l2, l3 = sw / l0, sx / l0, sz / l0
    # what rounding made negative counts as nothing
    square = ww + slope * slope - l1 * l1
    d1 = sqrt(square) if square > LEAST else ROOT
    m2, m3 = (wx - l1 * l2) / d1, (wz - l1 * l3) / d1
    square = xx + bend * bend - l2 * l2 - m2 * m2
    d2 = sqrt(square) if square > LEAST else ROOT
    k3 = (xz - l2 * l3 - m2 * m3) / d2
    square = zz + bend_2 * bend_2 - l3 * l3 - m3 * m3 - k3 * k3
    d3 = sqrt(square) if square > LEAST else ROOT
    f0 = sum_y_c / l0
    f1 = (yw - l1 * f0) / d1
    f2 = (yx - l2 * f0 - m2 * f1) / d2
    f3 = (yz - l3 * f0 - m3 * f1 - k3 * f2) / d3
    misfit = sum_yy_u - f0 * f0 - f1 * f1 - f2 * f2 - f3 * f3
    c3 = f3 / d3
    c2 = (f2 - k3 * c3) / d2
    c1 = (f1 - m2 * c2 - m3 * c3) / d1
    c0 = (f0 - l1 * c1 - l2 * c2 - l3 * c3) / l0
    return misfit / (noise_c * noise_c) - readings, c0, c1, c2, c3
