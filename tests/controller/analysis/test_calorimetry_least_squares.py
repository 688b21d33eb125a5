"""Least squares within bounds: minimum, covariance, and what a bound does."""

import numpy as np
import pytest

from controller.analysis.calorimetry import Array
from controller.analysis.calorimetry_least_squares import least_squares_within

WIDE = np.array([8.0, 8.0])
T_S = np.linspace(0.0, 3.0, 40)
READING = 2.0 * np.exp(-1.5 * T_S)


def decay(x: Array) -> Array:
    return np.asarray(x[:, :1] * np.exp(-x[:, 1:] * T_S) - READING)


def valley(x: Array) -> Array:
    """Rosenbrock's: a curved valley that a plain step overshoots."""
    return np.stack([10.0 * (x[:, 1] - x[:, 0] ** 2), 1.0 - x[:, 0]], axis=1)


def test_the_minimum_and_its_covariance_are_found() -> None:
    start = np.array([0.5, 0.2])
    x, cost, covariance = least_squares_within(decay, start, -WIDE, WIDE, 40, 1e-14)
    assert x == pytest.approx([2.0, 1.5], abs=1e-6)
    assert cost < 1e-12
    by_hand = np.stack([np.exp(-1.5 * T_S), -2.0 * T_S * np.exp(-1.5 * T_S)])
    assert covariance == pytest.approx(np.linalg.inv(by_hand @ by_hand.T), rel=1e-3)


def test_a_curved_valley_is_followed() -> None:
    start = np.array([-1.2, 1.0])
    x, _, _ = least_squares_within(valley, start, -WIDE, WIDE, 60, 1e-14)
    assert x == pytest.approx([1.0, 1.0], abs=1e-4)


def test_a_bound_holds_and_the_others_go_on() -> None:
    high = np.array([8.0, 1.0])
    x, _, _ = least_squares_within(decay, np.array([0.5, 0.2]), -WIDE, high, 40, 1e-14)
    assert x[1] == pytest.approx(1.0, abs=1e-9)
    shape = np.exp(-T_S)
    assert x[0] == pytest.approx(float(shape @ READING / (shape @ shape)), rel=1e-4)
