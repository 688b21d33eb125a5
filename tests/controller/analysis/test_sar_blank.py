"""What a blank takes up, and how sure that is where a thermometer filters."""

import numpy as np
import pytest

from controller.analysis.calorimetry import Array, Curve
from controller.analysis.calorimetry_record import checked
from controller.analysis.sar_blank import Blank, blank_of
from tests.controller.analysis.calorimetry_curves import (
    BASELINE_S,
    FIELD_A_PER_M,
    FREQUENCY_HZ,
    SAMPLE,
    pulse,
)

PERIOD_S, TAKEN_W = 0.5, 0.004
FIELD = pulse(120.0, 120.0, PERIOD_S)


def blank(noise_c: Array | float, drift_c_per_s: float = 0.0) -> Blank:
    """Return what is found of a blank that takes up 4 mW."""
    time_s = PERIOD_S * np.arange(FIELD.size)
    on_s = PERIOD_S * np.cumsum(np.append(0.0, FIELD[:-1] > 0.0))
    rise_c = TAKEN_W / SAMPLE.contents_j_per_k * on_s
    t_c = 25.0 + rise_c + drift_c_per_s * time_s + noise_c
    switches_s = (BASELINE_S, BASELINE_S + 120.0)
    curve = Curve(time_s, t_c, FIELD, FREQUENCY_HZ, switches_s)
    return blank_of(checked(curve), SAMPLE)


def test_the_power_of_a_blank_is_found_beside_a_drift() -> None:
    for drift_c_per_s in (0.0, 1e-4):
        found = blank(0.0, drift_c_per_s)
        assert found.power_w.value == pytest.approx(TAKEN_W, rel=1e-6)
        assert found.field_a_per_m == FIELD_A_PER_M
        assert found.frequency_hz == FREQUENCY_HZ


@pytest.mark.parametrize("kept", [0.0, 0.8])
def test_its_uncertainty_is_right_for_filtered_noise(kept: float) -> None:
    """``kept`` is what a thermometer's filter keeps from one reading to the next."""
    rng = np.random.default_rng(5)
    z = []
    for _ in range(100):
        noise_c = 0.02 * rng.standard_normal(FIELD.size)
        for n in range(1, noise_c.size):
            noise_c[n] += kept * noise_c[n - 1]
        found = blank(noise_c)
        z.append((found.power_w.value - TAKEN_W) / found.power_w.u)
    assert 0.8 < float(np.std(z)) < 1.25
