"""What the methods still disagree about, once their known biases are taken off."""

import numpy as np
import pytest

from controller.analysis.calorimetry import Conditions, Method, Result, Value
from controller.analysis.calorimetry_methods import _spread, analyse
from tests.controller.analysis.calorimetry_curves import CASE_A, SAMPLE, curve, pulse

RATE_C_PER_S, SHARE = 0.12, 0.01
BIAS: dict[Method, float] = {"initial slope": -0.2, "box-lucas": -0.1, "zig-zag": 0.05}


def result(method: Method, rate_c_per_s: float, usable: bool = True) -> Result:
    rate = Value(rate_c_per_s, SHARE * rate_c_per_s)
    return Result(
        method, rate, (0.0, 60.0), np.zeros(9), 15e3, 3e5, 25.0, usable=usable
    )


def spread(away: float, usable: bool = True) -> float:
    """Return the spread of methods that are off by ``away`` beyond their biases."""
    results = {"two-node fit": result("two-node fit", RATE_C_PER_S)} | {
        method: result(method, RATE_C_PER_S * (1.0 + bias) * (1.0 + away), usable)
        for method, bias in BIAS.items()
    }
    return _spread(results, BIAS)


def test_methods_that_are_off_by_their_biases_agree() -> None:
    assert spread(0.0) == 0.0
    assert spread(1.9 * SHARE * 2.0**0.5) == 0.0


def test_half_of_what_is_beyond_is_the_spread() -> None:
    assert spread(0.06) == pytest.approx(0.03)
    assert spread(-0.06) == pytest.approx(0.03)


def test_methods_that_are_not_usable_have_no_say() -> None:
    assert spread(0.06, usable=False) == 0.0


def test_without_a_usable_fit_nobody_knows_a_bias() -> None:
    field = pulse(60.0, 60.0, 0.5)
    weak = curve(CASE_A, 1e-3 * field, 0.5, noise_c=0.05)
    found = analyse(
        type(weak)(weak.time_s, weak.temperature_c, field, 3e5), SAMPLE, Conditions()
    )
    assert found.recommended is None and found.expected_bias == {}
    assert found.spread == 0.0
