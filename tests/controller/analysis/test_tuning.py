"""What a step or relay test tells, on curves whose plant is known."""

import math
from random import Random

import numpy as np
import pytest

from controller.analysis.tuning import Floats, tune

DT_S = 0.2


def curve(
    share: list[float],
    gain: float = 0.06,
    tau_s: float = 150.0,
    lag_s: float = 1.5,
    dead_s: float = 1.0,
) -> tuple[Floats, Floats]:
    """Play plain Euler steps of a heated block behind a late, noisy probe."""
    noise, now_c, probe_c = Random(1), 0.0, 0.0
    late = [0.0] * (round(dead_s / DT_S) + 1)
    seen = []
    for u in share:
        seen.append(37.0 + late[0] + noise.gauss(0.0, 0.05))
        for _ in range(10):
            now_c += 0.1 * DT_S * (gain * u - now_c / tau_s)
            probe_c += 0.1 * DT_S * (now_c - probe_c) / lag_s
        late = [*late[1:], probe_c]
    return np.array(share), np.array(seen)


STEP = [0.0] * 50 + [1.0] * 250 + [0.0] * 200
RELAY = [0.0] * 50 + [1.0] * 200 + ([0.0] * 60 + [1.0] * 60) * 4


@pytest.mark.parametrize("share", [STEP, RELAY], ids=["step", "relay"])
@pytest.mark.parametrize(("gain", "delay_s"), [(0.06, 2.5), (0.2, 2.5), (0.06, 8.0)])
def test_gain_and_delay_are_found_within_their_uncertainty(
    share: list[float], gain: float, delay_s: float
) -> None:
    found = tune(*curve(share, gain, lag_s=1.5, dead_s=delay_s - 1.5), DT_S)
    assert found.gain_c_per_s.value == pytest.approx(gain, rel=0.1)
    assert abs(found.gain_c_per_s.value - gain) < 3.0 * found.gain_c_per_s.u
    assert abs(found.delay_s.value - delay_s) < max(3.0 * found.delay_s.u, 0.3)
    assert found.residual_c == pytest.approx(0.05, rel=0.2)


def test_a_slower_probe_asks_for_a_softer_law() -> None:
    fast = tune(*curve(STEP, dead_s=0.4), DT_S)
    slow = tune(*curve(STEP, dead_s=6.0), DT_S)
    assert slow.gain_per_c < 0.6 * fast.gain_per_c
    assert slow.integral_s > fast.integral_s


def test_missing_readings_are_left_out() -> None:
    share, reading = curve(STEP)
    reading[100:140] = math.nan
    found = tune(share, reading, DT_S)
    assert found.gain_c_per_s.value == pytest.approx(0.06, rel=0.12)


@pytest.mark.parametrize("share", [[0.0] * 300, [0.0] * 50 + [0.02] * 200])
def test_a_test_that_hardly_heats_is_refused(share: list[float]) -> None:
    with pytest.raises(ValueError, match=r"rose by 0\.. °C only; a test needs"):
        tune(*curve(share), DT_S)
