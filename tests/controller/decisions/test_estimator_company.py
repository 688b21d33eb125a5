"""Several probes beside each other: which leads, what the others add."""

import math
from functools import cache
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from controller.decisions import pid
from controller.decisions.estimator_company import SILENT_S
from tests.controller.decisions.lagging_plant import SETTINGS

NAN = math.nan
DT_S = 0.5
ANY = st.one_of(
    st.floats(allow_nan=True, allow_infinity=True),
    st.sampled_from([NAN, math.inf, -math.inf, 0.0, 1e300, 41.0, 43.0, 44.0]),
)


class TwoSpots:
    """Two blocks with gains of their own behind quick probes; the hotter is held.

    The second ``late`` one is slower: a neighbour warms it, so that it overtakes.
    """

    def __init__(self, noise_c: float = 0.04, seed: int = 1) -> None:
        self.state = pid.initial(SETTINGS)
        self.noise, self.noise_c = Random(seed), noise_c
        self.true_c = [37.0, 37.0]
        self.around_c = 37.0
        self.share = 0.0
        self.hottest: list[float] = []

    def play(self, span_s: float, silent: int = -1) -> "TwoSpots":
        """Run the law on the plant for a time; ``silent`` gives no reading."""
        for _ in range(round(span_s / DT_S)):
            read = [c + self.noise.gauss(0.0, self.noise_c) for c in self.true_c]
            if silent >= 0:
                read[silent] = NAN
            heard = [c for c in read if not math.isnan(c)]
            self.state, share = pid.update(
                self.state,
                dt_s=DT_S,
                temperature_c=max(heard),
                applied_share=self.share,
                setpoint_c=43.0,
                settings=SETTINGS,
                probes_c=tuple(read),
            )
            self.share = share
            first, late = self.true_c
            self.around_c += DT_S * 0.02 * (0.5 * (late + 37.0) - self.around_c)
            first += DT_S * (0.15 * share - 0.012 * (first - 37.0))
            late += DT_S * (0.14 * share - 0.016 * (late - self.around_c))
            self.true_c = [first, late]
            self.hottest.append(max(self.true_c))
        return self


def test_probe_that_overtakes_in_the_hold_is_foreseen() -> None:
    plant = TwoSpots().play(40.0)
    assert plant.true_c[0] > plant.true_c[1]
    plant.play(560.0)
    assert plant.true_c[1] > plant.true_c[0] + 0.1
    assert max(plant.hottest) < 43.12
    held = plant.hottest[round(300.0 / DT_S) :]
    assert min(held) > 42.93
    assert max(held) < 43.07


def test_law_says_which_temperature_it_holds() -> None:
    plant = TwoSpots().play(600.0)
    assert plant.state.estimate.company.leader == 1
    assert plant.state.temperature_c == pytest.approx(max(plant.true_c), abs=0.04)


def test_probe_that_leads_may_fall_silent_for_a_while() -> None:
    plant = TwoSpots().play(300.0)
    before_c = max(plant.true_c)
    plant.play(SILENT_S - 3.0, silent=1)
    assert max(plant.true_c) == pytest.approx(before_c, abs=0.08)
    plant.play(60.0)
    assert max(plant.true_c) == pytest.approx(43.0, abs=0.08)


def test_probe_that_stays_silent_is_followed_no_more() -> None:
    plant = TwoSpots().play(300.0).play(300.0, silent=1)
    assert plant.true_c[0] == pytest.approx(43.0, abs=0.1)


@cache
def held(others: int, noise_c: float = 0.06) -> tuple[float, pid.ControlState]:
    """Hold a block whose losses wander, beside others that wander with it.

    Returns the error in °C (root mean square), and what the law has learned.
    """
    noise, wander = Random(3), Random(4)
    state, share, loss = pid.initial(SETTINGS), 0.0, 1.0
    true_c, squares = 37.0, []
    for k in range(2400):
        rises = [true_c - 37.0] + [0.8 * (true_c - 37.0)] * others
        read = [37.0 + rise + noise.gauss(0.0, noise_c) for rise in rises]
        state, share = pid.update(
            state,
            dt_s=DT_S,
            temperature_c=read[0],
            applied_share=share,
            setpoint_c=43.0,
            settings=SETTINGS,
            probes_c=tuple(read),
        )
        loss += DT_S / 30.0 * (1.0 - loss) + wander.gauss(0.0, 0.02)
        true_c += DT_S * (0.1 * share - 0.006 * loss * (true_c - 37.0))
        if k > 600:
            squares.append((true_c - 43.0) ** 2)
    return math.sqrt(math.fsum(squares) / len(squares)), state


def test_probes_that_move_together_tell_more_than_one() -> None:
    assert held(others=4)[0] < 0.85 * held(others=0)[0]


def test_probes_that_move_together_show_how_much_losses_wander() -> None:
    track = held(others=4)[1].estimate.track
    assert track is not None
    # a walk of 0.02 a tick that is drawn back within 30 s spreads by so much
    spread = 0.02 / math.sqrt(2.0 * DT_S / 30.0)
    assert track.wander_share == pytest.approx(spread, rel=0.2)


def test_probe_that_moves_by_itself_does_not_spoil_the_other() -> None:
    noise, state, share = Random(5), pid.initial(SETTINGS), 0.0
    true_c = stray_c = 37.0
    worst_c = 0.0
    for k in range(1600):
        stray_c = min(max(stray_c + noise.gauss(0.0, 0.1), 39.0), 42.0)
        first_c = true_c + noise.gauss(0.0, 0.04)
        state, share = pid.update(
            state,
            dt_s=DT_S,
            temperature_c=first_c,
            applied_share=share,
            setpoint_c=43.0,
            settings=SETTINGS,
            probes_c=(stray_c, first_c),
        )
        true_c += DT_S * (0.14 * share - 0.008 * (true_c - 37.0))
        if k > 300:
            worst_c = max(worst_c, abs(true_c - 43.0))
    assert worst_c < 0.1


@given(st.lists(st.lists(ANY, min_size=2, max_size=2), min_size=1, max_size=40))
def test_whatever_the_probes_say_the_answer_is_a_share(
    ticks: list[list[float]],
) -> None:
    state, share = KNOWN.state, KNOWN.share
    for read in ticks:
        heard = [c for c in read if c == c]
        state, share = pid.update(
            state,
            dt_s=DT_S,
            temperature_c=max(heard, default=NAN),
            applied_share=share,
            setpoint_c=43.0,
            settings=SETTINGS,
            probes_c=tuple(read),
        )
        assert 0.0 <= share <= 1.0


KNOWN = TwoSpots().play(60.0)


def test_hot_reading_of_any_probe_cuts_power_at_once() -> None:
    plant = TwoSpots().play(200.0)
    for hot in (0, 1):
        read = list(plant.true_c)
        read[hot] = max(plant.true_c) + 1.0
        _, share = pid.update(
            plant.state,
            dt_s=DT_S,
            temperature_c=max(read),
            applied_share=plant.share,
            setpoint_c=43.0,
            settings=SETTINGS,
            probes_c=tuple(read),
        )
        assert share == 0.0
