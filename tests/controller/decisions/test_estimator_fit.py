"""One least-squares fit from its sums, beside the same one of numpy."""

import numpy as np
import pytest

from controller.decisions.estimator_fit import (
    BEND,
    BEND_2,
    NO_SUMS,
    STEEP,
    in_common,
    solved,
)

NOISE_C, ELAPSED_S, GAIN = 0.05, 60.0, 0.08


def rise(readings: int) -> tuple[np.ndarray, np.ndarray]:
    """Make the columns 1, W, ∫W, ∬W of a heat-up, and noisy readings of it."""
    t = np.linspace(0.5, ELAPSED_S, readings)
    columns = np.stack([np.ones(readings), t, t**2 / 2.0, t**3 / 6.0], axis=1)
    noise = np.random.default_rng(5).normal(0.0, NOISE_C, readings)
    return columns, columns @ np.array([0.01, GAIN, -2e-4, 1e-6]) + noise


def sums_of(columns: np.ndarray, y: np.ndarray) -> tuple[float, ...]:
    _, w, x, z = columns.T
    products = [(w, w), (w, x), (w, z), (x, x), (x, z), (z, z), (y, w), (y, x), (y, z)]
    sums = [w.sum(), x.sum(), z.sum(), *[float(a @ b) for a, b in products]]
    return (0.0, 0.0, 0.0, 0.0, *map(float, sums))


@pytest.mark.parametrize("readings", [8, 60, 600])
def test_fit_is_the_least_squares_one_with_its_priors(readings: int) -> None:
    columns, y = rise(readings)
    totals = (float(y.sum()), float(y @ y))
    common = in_common(readings, totals, ELAPSED_S, NOISE_C, GAIN)
    misfit, found = solved(sums_of(columns, y), common)
    spread = GAIN * np.array(
        [STEEP, BEND / ELAPSED_S, BEND_2 / ELAPSED_S**2]  # what c1 to c3 may be
    )
    priors = np.hstack([np.zeros((3, 1)), np.diag(NOISE_C / spread)])
    whole, right = np.vstack([columns, priors]), np.append(y, np.zeros(3))
    expected, left, *_ = np.linalg.lstsq(whole, right, rcond=None)
    assert found == pytest.approx(tuple(expected), rel=1e-5)
    assert misfit == pytest.approx(float(left[0]) / NOISE_C**2 - readings, rel=1e-5)


def test_nothing_seen_yet_gives_the_mean_and_no_slope() -> None:
    common = in_common(4, (2.0, 1.0), 2.0, NOISE_C, 0.0)
    _, found = solved(NO_SUMS, common)
    assert found == (0.5, 0.0, 0.0, 0.0)
