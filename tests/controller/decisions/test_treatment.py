"""What an operator's requests do to the course of a treatment, and what they do not."""

from dataclasses import replace

import pytest

from controller.decisions.segments import Doses
from controller.decisions.signals import NAN, Phase, Request, RequestName
from controller.decisions.treatment import (
    Course,
    advance,
    ask,
    go,
    highest_setpoint_c,
    open_field_a_per_m,
    trip,
)
from tests.controller.decisions.scene import SETTINGS

START = Course(setpoint_c=43.0)
NO_DOSE = Doses()
PHASES: tuple[Phase, ...] = (
    "baseline",
    "ramp",
    "hold",
    "cool",
    "done",
    "stopped",
    "tripped",
)


def asked(course: Course, name: RequestName, value: float = NAN) -> Course:
    return ask(course, (Request(name, value),), 50.0, 40.0, SETTINGS)


def later(course: Course, t_s: float, controlled_c: float = 37.0) -> Course:
    return advance(course, t_s, controlled_c, NO_DOSE, SETTINGS, ready=True)


def in_phase(phase: Phase) -> Course:
    """Return a treatment that came to a phase as treatments do."""
    ramp = later(START, 10.0)
    hold = later(ramp, 40.0, 43.0)
    assert (ramp.phase, hold.phase) == ("ramp", "hold")
    if phase == "tripped":
        return trip(ramp, 45.0)
    known = {"baseline": START, "ramp": ramp, "hold": hold}
    return known.get(phase) or go(hold, phase, 45.0)


@pytest.mark.parametrize("phase", PHASES)
def test_only_what_has_tripped_is_reset(phase: Phase) -> None:
    course = in_phase(phase)
    after = asked(course, "reset")
    assert (after != course) is (phase == "tripped")
    assert after.phase == ("ramp" if phase == "tripped" else phase)


@pytest.mark.parametrize("phase", PHASES)
def test_a_stop_always_stops(phase: Phase) -> None:
    assert asked(in_phase(phase), "stop").phase == (
        "done" if phase == "done" else "stopped"
    )


@pytest.mark.parametrize("phase", ["done", "stopped", "tripped"])
@pytest.mark.parametrize("name", ["hold", "next", "manual", "setpoint"])
def test_what_has_ended_does_not_begin_again(phase: Phase, name: RequestName) -> None:
    course = in_phase(phase)
    assert asked(course, name, 42.0) == course


@pytest.mark.parametrize(
    ("value", "taken"),
    [(0.0, True), (5000.0, True), (NAN, True), (-1.0, False), (-0.001, False)],
)
def test_a_negative_field_by_hand_is_none(value: float, taken: bool) -> None:
    by_hand = replace(in_phase("ramp"), manual_a_per_m=3000.0)
    field_a_per_m = open_field_a_per_m(asked(by_hand, "manual", value), 50.0)
    assert field_a_per_m == pytest.approx(value if taken else 3000.0, nan_ok=True)


def test_a_field_by_hand_ends_with_the_phase() -> None:
    by_hand = asked(in_phase("ramp"), "manual", 3000.0)
    for ended in (trip(by_hand, 60.0), asked(by_hand, "stop"), asked(by_hand, "next")):
        assert ended.manual_a_per_m != ended.manual_a_per_m


@pytest.mark.parametrize(
    ("value_c", "taken"),
    [(20.0, True), (19.9, False), (44.3, True), (44.31, False), (NAN, False)],
)
def test_a_set_point_within_its_limits(value_c: float, taken: bool) -> None:
    assert highest_setpoint_c(SETTINGS) == pytest.approx(44.3)
    course = asked(in_phase("hold"), "setpoint", value_c)
    assert course.setpoint_c == (value_c if taken else 43.0)


def test_a_hold_that_tripped_goes_on_when_it_is_warm_again() -> None:
    """What it had before counts; the time without field does not."""
    hold = in_phase("hold")
    tripped = trip(hold, hold.since_s + 100.0)
    warming = asked(tripped, "reset")
    assert warming.phase == "ramp"
    assert later(warming, 300.0, 42.0).phase == "ramp"
    again = later(warming, 300.0, 42.9)
    assert (again.phase, again.since_s) == ("hold", 200.0)
    assert later(again, 799.0, 43.0).phase == "hold"
    assert later(again, 801.0, 43.0).phase == "cool"


@pytest.mark.parametrize(
    ("t_s", "ready", "phase"),
    [
        (9.9, True, "baseline"),
        (10.0, True, "ramp"),
        (69.9, False, "baseline"),
        (70.0, False, "ramp"),
    ],
)
def test_the_baseline_waits_a_minute_for_probes(
    t_s: float, ready: bool, phase: Phase
) -> None:
    after = advance(START, t_s, 37.0, NO_DOSE, SETTINGS, ready=ready)
    assert after.phase == phase
