"""The control law on simple plants, and that nothing makes it fail."""

import math
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from controller.decisions import pid
from tests.controller.decisions.lagging_plant import SETTINGS, LaggingPlant

NAN = math.nan
ANY = st.one_of(
    st.floats(allow_nan=True, allow_infinity=True),
    st.sampled_from([NAN, math.inf, -math.inf, -1.0, 0.0, 1e300, 5e-324, 0.5, 43.0]),
)
PLANTS = {
    "fast probe": LaggingPlant,
    "slow noisy probe": lambda: LaggingPlant(
        dead_s=4.0, lag_s=3.0, noise_c=0.1, dt_s=1.0
    ),
    "dead time 16 s": lambda: LaggingPlant(dead_s=16.0, lag_s=2.0, dt_s=1.0),
    "three times the gain": lambda: LaggingPlant(gain_c_per_s=0.21),
    "half the gain": lambda: LaggingPlant(gain_c_per_s=0.042),
    "sample from 25 °C": lambda: LaggingPlant(
        start_c=25.0, ambient_c=25.0, gain_c_per_s=0.12, loss_per_s=0.0027, dt_s=0.2
    ),
    "no slew limit": lambda: LaggingPlant(slew_per_s=1e6),
    "no noise": lambda: LaggingPlant(noise_c=0.0),
}


@pytest.mark.parametrize("name", PLANTS)
def test_unknown_plant_is_heated_without_overshoot_and_held(name: str) -> None:
    plant = PLANTS[name]().play(700.0)
    assert plant.highest() <= 43.0 + 0.15
    assert plant.lowest(since_s=400.0) >= 43.0 - 0.15


@pytest.mark.parametrize("name", PLANTS)
def test_heat_up_is_at_full_power_until_shortly_before(name: str) -> None:
    plant = PLANTS[name]().play(700.0)
    near = next(k for k, c in enumerate(plant.true_c) if c > 43.0 - 0.4)
    assert min(plant.shares[1 : near - round(2.0 / plant.dt_s)]) > 0.99


@given(st.lists(st.tuples(ANY, ANY, ANY, ANY, ANY, ANY), max_size=30))
def test_answer_is_a_share_whatever_comes_in(
    ticks: list[tuple[float, float, float, float, float, float]],
) -> None:
    state, u = pid.initial(SETTINGS), 0.0
    for k in range(80):
        state, u = tick(state, temperature_c=37.0 + 0.03 * k, applied_share=u)
    for dt_s, y, applied, setpoint, bound, slew in ticks:
        state, u = pid.update(
            state,
            dt_s=dt_s,
            temperature_c=y,
            applied_share=applied,
            setpoint_c=setpoint,
            bound_share=bound,
            slew_per_s=slew,
            settings=SETTINGS,
        )
        assert 0.0 <= u <= 1.0
        assert not u > max(bound, 0.0)


def tick(
    state: pid.ControlState, temperature_c: float, applied_share: float
) -> tuple[pid.ControlState, float]:
    return pid.update(
        state,
        dt_s=0.5,
        temperature_c=temperature_c,
        applied_share=applied_share,
        setpoint_c=43.0,
        settings=SETTINGS,
    )


def test_without_any_reading_the_field_stays_off() -> None:
    state = pid.initial(SETTINGS)
    for _ in range(100):
        state, u = tick(state, NAN, 0.0)
        assert u == 0.0
    assert math.isnan(state.predicted_c)


@pytest.mark.parametrize("wrong", [NAN, math.inf, -1.0])
def test_time_that_is_no_time_turns_the_power_off(wrong: float) -> None:
    state, u = tick(pid.initial(SETTINGS), 37.0, 0.0)
    assert u > 0.0
    _, u = pid.update(
        state, dt_s=wrong, temperature_c=37.0, applied_share=u, setpoint_c=43.0,
        settings=SETTINGS,
    )  # fmt: skip
    assert u == 0.0


def test_nothing_winds_up_while_power_is_held_back() -> None:
    held = LaggingPlant(bound=lambda t_s: 0.1 if 300.0 <= t_s < 400.0 else 1.0)
    held.play(800.0)
    assert held.at(400.0) < 42.0
    assert held.highest(since_s=400.0) <= 43.1
    assert held.at(460.0) > 42.8


def test_dropouts_are_bridged_in_heat_up_and_in_hold() -> None:
    gone = LaggingPlant(
        spoil=lambda t_s: NAN if 60.0 < t_s < 75.0 or 300.0 < t_s < 320.0 else 0.0
    ).play(500.0)
    assert gone.highest() <= 43.12
    assert gone.lowest(since_s=200.0) >= 42.88


def test_cough_of_the_probe_is_not_believed() -> None:
    cough = LaggingPlant(spoil=lambda t_s: -0.4 if 300.0 <= t_s < 308.0 else 0.0)
    cough.play(400.0)
    assert cough.highest(since_s=250.0) <= 43.06


def test_cough_that_lasts_is_believed_in_the_end() -> None:
    moved = LaggingPlant(spoil=lambda t_s: -0.4 if t_s >= 300.0 else 0.0).play(600.0)
    assert moved.at(600.0) == pytest.approx(43.4, abs=0.1)


def test_reading_that_is_too_hot_cuts_power_at_once() -> None:
    hot = LaggingPlant(spoil=lambda t_s: 1.0 if t_s >= 300.0 else 0.0).play(301.5)
    assert max(hot.shares[-2:]) == 0.0
    assert hot.shares[round(299.0 / hot.dt_s)] > 0.2


def test_setpoint_steps_are_followed_both_ways() -> None:
    plant = LaggingPlant(
        setpoint=lambda t_s: 42.0 if t_s < 250.0 or t_s >= 400.0 else 43.5
    ).play(600.0)
    assert plant.at(250.0) == pytest.approx(42.0, abs=0.1)
    assert plant.at(320.0) == pytest.approx(43.5, abs=0.1)
    assert plant.highest() <= 43.6
    assert plant.at(500.0) == pytest.approx(42.0, abs=0.1)


@pytest.mark.parametrize("below_c", [0.3, 0.5, 1.0])
@pytest.mark.parametrize("dead_s", [0.5, 16.0])
def test_start_close_to_the_setpoint_on_a_cooling_plant(
    below_c: float, dead_s: float
) -> None:
    warm = LaggingPlant(start_c=43.0 - below_c, dead_s=dead_s, dt_s=1.0).play(900.0)
    assert warm.highest() <= 43.4
    assert warm.at(900.0) == pytest.approx(43.0, abs=0.12)


def test_coil_that_is_stronger_than_told_is_held_to_the_bound() -> None:
    strong = LaggingPlant(coil=1.05).play(100.0)
    beyond = [u for u in strong.applied if u > 1.0 + 1e-6]
    assert len(beyond) * strong.dt_s <= 2.0
    assert strong.highest() > 41.0


@pytest.mark.parametrize(
    "plant",
    [
        LaggingPlant(noise_c=0.02),
        LaggingPlant(gain_c_per_s=0.05, noise_c=0.1),
        LaggingPlant(dead_s=8.0, lag_s=3.0),
    ],
    ids=["quiet", "noisy", "late"],
)
def test_field_moves_as_much_in_hold_as_it_may(plant: LaggingPlant) -> None:
    plant.play(1500.0)
    fields = [math.sqrt(u) for u in plant.shares[round(600.0 / plant.dt_s) :]]
    moved = sum(abs(b - a) for a, b in pairwise(fields))
    assert 0.6 < moved / 15.0 < 0.8
    assert 0.0 <= plant.state.play_ratio <= pid.PLAY_MOST


def test_disturbance_is_removed() -> None:
    plant = LaggingPlant().play(400.0)
    plant.true_c.clear()
    # the same state on a plant that loses 40 % more
    state = plant.state
    now_c, share = 43.0, plant.shares[-1]
    errors = []
    for _ in range(600):
        now_c += 0.5 * (0.07 * share - 1.4 * 0.0046 * (now_c - 37.0))
        state, share = tick(state, now_c, share)
        errors.append(now_c - 43.0)
    assert min(errors) > -0.35
    assert abs(errors[-1]) < 0.03


def test_state_tells_what_it_expects() -> None:
    plant = LaggingPlant().play(300.0)
    state = plant.state
    assert state.trusted
    assert state.predicted_c == pytest.approx(43.0, abs=0.08)
    assert state.temperature_c == pytest.approx(plant.at(300.0), abs=0.08)
    assert state.gain_c_per_s == pytest.approx(0.07, rel=0.2)
    assert state.delay_s == pytest.approx(2.0, abs=1.0)
    assert not pid.initial(SETTINGS).trusted


def test_same_readings_give_the_same_bits() -> None:
    assert LaggingPlant().play(200.0).shares == LaggingPlant().play(200.0).shares
