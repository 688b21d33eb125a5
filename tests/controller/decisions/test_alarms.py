"""Alarms: raised, acknowledged, silenced and cleared, each by its own rule."""

import ast
from dataclasses import replace
from pathlib import Path

import pytest

from controller.decisions.alarms import LOOKS, Alarm, as_data, changes, follow
from controller.decisions.interlock_table import INTERLOCKS, WORDS, code_of
from controller.decisions.interlocks import Findings
from controller.decisions.signals import NAN, Fault, Request
from tests.controller.decisions.scene import SETTINGS, Scene, without_reading

ROOT = Path(__file__).parents[3]
CORE = 0
ACKNOWLEDGE = Request("acknowledge")


def found_at(t_s: float, *cautions: str) -> Findings:
    found = Findings(t_s)
    for sentence in cautions:
        found.caution("body-away", sentence)
    return found


def stands(alarms: tuple[Alarm, ...], from_s: float, to_s: float) -> tuple[Alarm, ...]:
    """Let a caution stand for a while."""
    for tick in range(int(from_s * 5), int(to_s * 5) + 1):
        alarms = follow(alarms, found_at(tick / 5, "body 34.9 °C"), (), ())
    return alarms


def tripped() -> Scene:
    scene = Scene().to("ramp").wait(20.0)
    scene.spoil = without_reading(CORE)
    return scene.to("tripped")


def test_colours_and_rates_are_those_of_the_standard() -> None:
    assert [look.colour for look in LOOKS.values()] == ["red", "yellow", "cyan"]
    for look in LOOKS.values():
        assert look.slowest_hz <= look.flash_hz <= look.fastest_hz
    assert LOOKS["high"][2:] == (1.4, 2.8) and LOOKS["medium"][2:] == (0.4, 0.8)


def test_a_caution_is_raised_once_it_stands() -> None:
    assert as_data(stands((), 0.0, 2.8), 2.8) == []
    shown = as_data(stands((), 0.0, 3.0), 3.0)
    assert [alarm["code"] for alarm in shown] == ["body-away"]
    assert shown[0]["priority"] == "low" and not shown[0]["latched"]
    assert shown[0]["todo"] == "warm or cool the subject"


def test_a_caution_goes_when_its_cause_has_been_gone() -> None:
    alarms = stands((), 0.0, 4.0)
    alarms = follow(alarms, found_at(8.9), (), ())
    assert [alarm.active for alarm in alarms] == [False]
    assert follow(alarms, found_at(9.1), (), ()) == ()


def test_a_caution_of_one_tick_is_never_raised() -> None:
    alarms = follow((), found_at(1.0, "body 34.9 °C"), (), ())
    assert follow(alarms, found_at(1.2), (), ()) == ()


def test_time_that_is_not_known_raises_nothing_and_keeps_nothing() -> None:
    alarms = stands((), 0.0, 4.0)
    assert follow(alarms, found_at(NAN), (), ()) == ()


def test_a_fault_is_an_alarm_at_once_and_latches() -> None:
    scene = tripped()
    alarm = as_data(scene.state.alarms, scene.t_s)[0]
    assert alarm["code"] == scene.codes[0] == "probe-lost"
    assert alarm["priority"] == "high" and alarm["flash_hz"] == 2.0
    assert alarm["first"] and alarm["latched"] and alarm["active"]
    assert alarm["expected"] and alarm["measured"] and alarm["limit"]
    assert alarm["todo"] == INTERLOCKS["probe-lost"].todo
    scene.spoil = lambda m: m
    scene.wait(30.0)
    shown = as_data(scene.state.alarms, scene.t_s)
    assert [a["code"] for a in shown] == ["probe-lost"] and not shown[0]["active"]
    scene.tick(Request("reset"))
    assert all(a.code != "probe-lost" for a in scene.state.alarms)


def test_two_probes_in_one_tick_are_one_alarm_that_keeps_being_first() -> None:
    faults = (
        Fault("probe-lost", "core lost", 1.0),
        Fault("late", "late", 1.0),
        Fault("probe-lost", "margin lost", 1.0),
    )
    alarms = follow((), Findings(1.0, faults=list(faults)), faults, ())
    assert [(a.code, a.first) for a in alarms] == [
        ("probe-lost", True),
        ("late", False),
    ]
    assert alarms[0].sentence == "core lost; margin lost"


def test_what_came_first_is_marked() -> None:
    faults = (Fault("frozen", "first", 1.0), Fault("late", "second", 1.0))
    alarms = follow((), Findings(1.0, faults=list(faults)), faults, ())
    assert [(a.code, a.first) for a in alarms] == [("frozen", True), ("late", False)]
    assert [a["code"] for a in as_data(alarms, 1.0)] == ["frozen", "late"]


def test_to_acknowledge_is_not_to_clear() -> None:
    scene = tripped()
    scene.tick(ACKNOWLEDGE)
    alarm = as_data(scene.state.alarms, scene.t_s)[0]
    assert alarm["acknowledged"] and alarm["flash_hz"] == 0.0
    assert scene.phase == "tripped" and scene.codes == ["probe-lost"]


def test_silence_has_an_end() -> None:
    scene = tripped()
    begun_s = scene.t_s
    scene.tick(ACKNOWLEDGE)
    left = [
        as_data(scene.state.alarms, begun_s + after_s)[0]["silenced_left_s"]
        for after_s in (0.0, 60.0, 119.0, 121.0)
    ]
    assert left == pytest.approx([120.0, 60.0, 1.0, 0.0])
    assert scene.wait(130.0).state.alarms[0].acknowledged


@pytest.mark.parametrize(
    ("text", "codes"),
    [("", {"frozen", "late"}), ("all", {"frozen", "late"}), ("late", {"late"}),
     ("other", set())],
)  # fmt: skip
def test_one_or_all_are_acknowledged(text: str, codes: set[str]) -> None:
    faults = (Fault("frozen", "first", 1.0), Fault("late", "second", 1.0))
    found = Findings(1.0)
    alarms = follow((), found, faults, ())
    alarms = follow(alarms, found, faults, (Request("acknowledge", text=text),))
    assert {a.code for a in alarms if a.acknowledged} == codes


def test_an_alarm_that_comes_back_is_to_be_acknowledged_anew() -> None:
    alarms = stands((), 0.0, 4.0)
    alarms = follow(alarms, found_at(4.2, "body 34.9 °C"), (), (ACKNOWLEDGE,))
    assert alarms[0].acknowledged
    alarms = follow(alarms, found_at(20.0), (), ())
    assert not stands(alarms, 21.0, 25.0)[0].acknowledged


def test_every_change_is_told_once() -> None:
    nothing: tuple[Alarm, ...] = ()
    raised = stands(nothing, 0.0, 4.0)
    seen = follow(raised, found_at(4.2, "body 34.9 °C"), (), (ACKNOWLEDGE,))
    gone = follow(seen, found_at(20.0), (), ())
    told = [changes(nothing, raised), changes(raised, seen), changes(seen, gone)]
    assert [[what for what, _ in one] for one in told] == [
        ["raised"], ["acknowledged"], ["cleared"],
    ]  # fmt: skip
    assert changes(raised, raised) == []


def test_a_hold_back_is_a_warning() -> None:
    scene = Scene().to("hold").wait(10.0)
    warm = replace(SETTINGS.limits, healthy_hold_back_c=scene.tissue_c - 0.5)
    scene.settings = replace(SETTINGS, limits=warm)
    scene.wait(4.0)
    shown = {a["code"]: a for a in as_data(scene.state.alarms, scene.t_s)}
    assert shown["healthy-near"]["priority"] == "medium"
    assert shown["healthy-near"]["colour"] == "yellow"


def _codes(*names: str) -> set[str]:
    """Return the codes that the sources give to calls of some names."""
    codes: set[str] = set()
    for path in (ROOT / "controller").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and node.args:
                name = getattr(node.func, "attr", getattr(node.func, "id", ""))
                parts = ast.walk(node.args[0]) if name in names else ()
                codes |= {
                    part.value
                    for part in parts
                    if isinstance(part, ast.Constant) and isinstance(part.value, str)
                }
    return {code for code in codes if code[0] != "-"}


def test_every_code_of_the_sources_is_in_the_table() -> None:
    trips = {code for code, row in INTERLOCKS.items() if row.action == "trip"}
    in_sources = _codes("fault", "Fault")
    assert len(in_sources) >= 30
    assert in_sources <= trips
    others = _codes("hold_back", "caution")
    assert len(others) >= 10
    assert others <= {*INTERLOCKS} - trips


def test_every_row_of_the_table_says_all() -> None:
    for row in INTERLOCKS.values():
        assert row.condition and row.delay and row.todo
        assert row.latching is (row.priority == "high") is (row.action == "trip")


@pytest.mark.parametrize(("begin", "code"), WORDS)
def test_a_sentence_without_a_code_finds_its_row(begin: str, code: str) -> None:
    said = (ROOT / "controller" / "decisions").glob("*.py")
    assert sum(begin in path.read_text(encoding="utf-8") for path in said) >= 2
    assert code_of(f"{begin} …") == code in INTERLOCKS
    assert code_of("something else") == "noted"
