"""What less power must have done to a probe that shows no change."""

import math

import pytest

from controller.decisions import power
from controller.decisions.interlocks import Findings
from controller.decisions.power import POWER_STEP, PowerWatch
from controller.decisions.thermometry import ProbeWatch
from tests.controller.decisions.scene import SETTINGS

DT_S, HELD_SHARE = 0.2, 0.6
STEP_SHARE = POWER_STEP * HELD_SHARE
TUNED = PowerWatch(
    hold_share=HELD_SHARE, gain_c_per_s=0.1, gains_c_per_s=(0.1, 0.02, 0.0, 0.0)
)


def codes_after(quiet: list[float], name: str, share: float) -> list[str]:
    """Return the faults of a probe that is quiet for so long in s, tick after tick."""
    watch, found = TUNED, Findings(0.0)
    for quiet_s in quiet:
        watch = power.probe_quiet(watch, quiet_s, name, share, DT_S, SETTINGS, found)
    return [fault.code for fault in found.faults]


def ticks(from_s: float, span_s: float) -> list[float]:
    return [from_s + DT_S * n for n in range(round(span_s / DT_S))]


def test_each_probe_learns_its_own_rise() -> None:
    watches = tuple(ProbeWatch(slope_c_per_s=s) for s in (0.08, 0.02, -0.01))
    learnt = power.learn(PowerWatch(mean_share=0.8), watches)
    assert learnt.gains_c_per_s == pytest.approx((0.1, 0.025, 0.0))
    assert learnt.gain_c_per_s == max(learnt.gains_c_per_s)
    slower = tuple(replace_slope(w, 0.5) for w in watches)
    assert power.learn(learnt, slower) is learnt


def replace_slope(watch: ProbeWatch, times: float) -> ProbeWatch:
    return watch._replace(slope_c_per_s=times * watch.slope_c_per_s)


def test_nothing_is_predicted_before_the_step() -> None:
    """A little less power for long is answered by drift, or by nothing at all."""
    assert codes_after(ticks(61.0, 58.0), "core", 0.9 * HELD_SHARE) == []
    step_s = 0.3 / (0.5 * 0.1 * (HELD_SHARE - STEP_SHARE))
    quiet = [61.0, *ticks(120.0, step_s - 1.0)]
    assert codes_after(quiet, "core", STEP_SHARE) == []
    assert "frozen" in codes_after(
        [*quiet, *ticks(120.0 + step_s, 2.0)], "core", STEP_SHARE
    )


@pytest.mark.parametrize(("name", "own_c_per_s"), [("margin", 0.02), ("body", 0.01)])
def test_a_slower_probe_has_more_time_to_answer(name: str, own_c_per_s: float) -> None:
    """One that never rose may be frozen for as long as it is known: a tenth counts."""
    step_s = 0.3 / (0.5 * own_c_per_s * (HELD_SHARE - STEP_SHARE))
    quiet = [61.0, *ticks(120.0, step_s - 1.0)]
    assert codes_after(quiet, name, STEP_SHARE) == []
    later = [*quiet, *ticks(120.0 + step_s, 2.0)]
    assert "frozen" in codes_after(later, name, STEP_SHARE)


def test_a_probe_that_changes_is_forgotten() -> None:
    found = Findings(0.0)
    tested = power.probe_quiet(TUNED, 130.0, "core", STEP_SHARE, DT_S, SETTINGS, found)
    assert tested.quiet_share == HELD_SHARE
    over = power.probe_quiet(tested, 0.0, "", STEP_SHARE, DT_S, SETTINGS, found)
    assert over.quiet_share != over.quiet_share and over.predicted_c == 0.0


def followed(watch: PowerWatch, share: float, span_s: int, from_s: int) -> PowerWatch:
    for second in range(from_s, from_s + span_s):
        watch = power.follow(watch, share, 1.0, float(second + 1))
    return watch


def test_the_mean_is_of_two_minutes_and_a_rest_is_forgotten_slower() -> None:
    held = followed(PowerWatch(armed_s=0.0), 0.5, 400, 0)
    assert held.mean_share == held.hold_share == pytest.approx(0.5)
    more = followed(held, 1.0, 120, 400)
    assert more.mean_share == pytest.approx(1.0 - 0.5 * math.exp(-1.0), abs=2e-3)
    rested = followed(held, 0.0, 120, 400)
    assert rested.mean_share == pytest.approx(0.5 * math.exp(-120 / 900), abs=2e-3)
    assert rested.hold_share == pytest.approx(0.5 * math.exp(-1.0), abs=2e-3)


def test_too_little_power_teaches_no_gain() -> None:
    rising = (ProbeWatch(slope_c_per_s=0.05),)
    little = PowerWatch(mean_share=0.29)
    assert power.learn(little, rising) is little
    enough = power.learn(PowerWatch(mean_share=0.31), rising)
    assert enough.gain_c_per_s == pytest.approx(0.05 / 0.31)


@pytest.mark.parametrize(
    ("gain_c_per_s", "share", "rate_c_per_s"),
    [
        (0.0, 0.6, 0.0),
        (0.0, 0.1, 0.5 * 0.4 / 1.5),  # by the rise limit
        (0.1, 0.1, 0.5 * 0.15),  # by what was seen
        (0.9, 0.1, 0.5 * 0.4 / 1.5),
        (0.1, 0.9, 0.0),
    ],
)
def test_tissue_cools_by_the_power_that_is_missing(
    gain_c_per_s: float, share: float, rate_c_per_s: float
) -> None:
    watch = PowerWatch(mean_share=0.6, gain_c_per_s=gain_c_per_s)
    cooling = power.cooling_rate(watch, share, SETTINGS.limits)
    assert cooling == pytest.approx(rate_c_per_s)
