"""The energy ring, the fits of a heat-up and the filter after it."""

import math

import pytest

from controller.decisions.estimator import Estimate, observed
from controller.decisions.estimator_energy import (
    GRID_S,
    POINTS,
    Energy,
    mean_share,
    pushed,
    seen_s,
)
from controller.decisions.estimator_noise import NOISE_FLOOR_C
from tests.controller.decisions.lagging_plant import LaggingPlant

NAN = math.nan


@pytest.mark.parametrize("dt_s", [0.1, 0.2, 0.25, 0.5, 1.0, 2.0, 7.3])
def test_ring_answers_what_was_given_some_seconds_ago(dt_s: float) -> None:
    energy = Energy()
    for _ in range(round(40.0 / dt_s)):
        energy = pushed(energy, dt_s, 0.5)
    for ago_s in (0.0, 0.05, 0.3, 1.0, 7.77, 24.9):
        assert seen_s(energy, ago_s) == pytest.approx(
            energy.total_s - 0.5 * ago_s, abs=1e-9
        )


def test_ring_keeps_its_length_over_long_and_short_ticks() -> None:
    energy = Energy()
    for dt_s in (0.01, 60.0, 0.13, 3.0, 1e-3):
        energy = pushed(energy, dt_s, 1.0)
        assert len(energy.past_s) == POINTS
        assert 0.0 <= energy.behind_s < GRID_S + 1e-9


def test_ring_is_empty_before_the_beginning() -> None:
    assert seen_s(pushed(Energy(), 1.0, 1.0), 20.0) == 0.0


@pytest.mark.parametrize(
    ("before", "now", "asked", "slew", "dt_s", "mean"),
    [
        (0.0, 0.0, 0.0, 0.15, 1.0, 0.0),
        (1.0, 1.0, 1.0, 0.15, 1.0, 1.0),
        (0.0, 0.15, 1.0, 0.15, 1.0, 0.15**2 / 3.0),
        (0.5, 0.6, 0.6, 0.2, 1.0, (0.25 + 0.30 + 0.36) / 6.0 + 0.18),
        (0.0, 1.0, 1.0, 0.15, 0.5, 1.0),
        (0.0, 1.0, 1.0, math.inf, 0.5, 1.0),
        (NAN, 1.0, 1.0, 0.15, 0.5, 0.0),
        (0.0, 1.0, 1.0, 0.15, NAN, 0.0),
    ],
)
def test_mean_share_of_a_tick(
    before: float, now: float, asked: float, slew: float, dt_s: float, mean: float
) -> None:
    assert mean_share(before, now, asked, slew, dt_s) == pytest.approx(mean)


def known_at(plant: LaggingPlant, below_c: float) -> tuple[Estimate, float]:
    """Play until the tissue is so far below 43 °C; return estimate and truth."""
    first = LaggingPlant(**settings_of(plant)).play(400.0)
    when = next(k for k, c in enumerate(first.true_c) if c >= 43.0 - below_c)
    plant.play(when * plant.dt_s)
    return plant.state.estimate, plant.true_c[-1]


def settings_of(plant: LaggingPlant) -> dict[str, float]:
    names = ("gain_c_per_s", "dead_s", "lag_s", "noise_c", "dt_s", "slew_per_s")
    return {name: getattr(plant, name) for name in names}


@pytest.mark.parametrize("gain", [0.05, 0.07, 0.2])
@pytest.mark.parametrize(("dead_s", "lag_s"), [(0.5, 1.0), (0.5, 4.0), (8.0, 3.0)])
def test_heat_up_teaches_gain_delay_and_the_tissue_temperature(
    gain: float, dead_s: float, lag_s: float
) -> None:
    plant = LaggingPlant(gain_c_per_s=gain, dead_s=dead_s, lag_s=lag_s, noise_c=0.03)
    known, true_c = known_at(plant, below_c=0.4)
    assert known.mature
    assert known.gain_c_per_s == pytest.approx(gain, rel=0.2)
    assert known.delay_s == pytest.approx(dead_s + lag_s, abs=0.7)
    assert known.temperature_c == pytest.approx(true_c, abs=0.12)


def test_reading_alone_would_be_wrong_by_more() -> None:
    plant = LaggingPlant(dead_s=8.0, lag_s=3.0, noise_c=0.03)
    known, true_c = known_at(plant, below_c=0.4)
    assert abs(known.reading_c - true_c) > 0.4
    assert abs(known.temperature_c - true_c) < 0.12


def test_nothing_is_trusted_before_the_plant_has_answered() -> None:
    plant = LaggingPlant(dead_s=16.0).play(16.0)
    assert not plant.state.estimate.mature
    assert plant.state.estimate.reading_c == pytest.approx(37.0, abs=0.1)


def test_noise_of_the_probe_is_learned() -> None:
    for noise_c in (0.02, 0.1):
        plant = LaggingPlant(noise_c=noise_c).play(600.0)
        sigma_c = plant.state.estimate.noise.sigma_c
        assert sigma_c == pytest.approx(noise_c, rel=0.2)
    assert LaggingPlant(noise_c=0.0).play(600.0).state.estimate.noise.sigma_c == (
        pytest.approx(NOISE_FLOOR_C, rel=0.5)
    )


def test_baseline_is_averaged_and_follows_a_slow_drift() -> None:
    known = Estimate()
    for k in range(400):
        known = observed(known, 0.5, 37.0 + 0.01 * (-1) ** k, 0.0)
    assert known.base_c == pytest.approx(37.0, abs=0.005)
    for _ in range(200):
        known = observed(known, 0.5, 36.8, 0.0)
    assert known.base_c == pytest.approx(36.8, abs=0.01)
    assert known.heat is None


def test_hold_predicts_through_a_gap_of_readings() -> None:
    plant = LaggingPlant(spoil=lambda t_s: NAN if t_s >= 300.0 else 0.0).play(330.0)
    assert plant.state.predicted_c == pytest.approx(plant.at(330.0), abs=0.12)
