"""Alarms: priority, first-out first, figures, what to do; every code has an answer."""

import ast
from pathlib import Path

import pytest

import controller
from controller.decisions.alarms import Alarm, as_data
from gui import texts
from gui.alarms import ALARMS_SHOWN, alarm_notices, alarms_of
from tests.gui.fake_engine import FAULT, snapshot

NEVER_LATCHED = {"no-probe", "warming-up", "read-back"}


def notices(message):
    return alarm_notices(alarms_of(message), set())


def test_faults_come_first_out_first_with_figures_and_what_to_do():
    first, second, third = notices(snapshot(100, "tripped", True, 0.5))
    assert first.text == (
        "FIRST-OUT ALARM at 0:03: margin reads far from what its neighbours say: "
        "slipped out?\n"
        "expected 42.4 °C · measured 39.9 °C · limit 1.5 °C for 10 s\n"
        "Do: see whether the probe has slipped out; put it back, then reset"
    )
    assert second.text.startswith("ALARM at 0:20: core probe core is too hot\n")
    assert (first.level, second.level, third.level) == ("fault", "fault", "low")
    assert 1.4 <= first.flash_hz <= 2.8
    assert third.flash_hz == 0.0


def test_an_engine_s_own_alarms_are_taken_as_they_are():
    alarms = [
        {"priority": "low", "sentence": "c", "t_s": 1.0},
        {"priority": "medium", "sentence": "b", "t_s": 2.0, "code": "x"},
        {"priority": "high", "sentence": "a", "t_s": 3.0, "acknowledged": True},
        {"priority": "odd", "sentence": "d", "t_s": 4.0},
    ]
    shown = notices({"alarms": alarms, "faults": [FAULT], "cautions": ["no"]})
    assert [n.level for n in shown] == ["fault", "fault", "caution", "low"]
    assert shown[0].flash_hz == 0.0
    assert shown[1].flash_hz > 0.0
    assert 0.4 <= shown[2].flash_hz <= 0.8


def test_an_alarm_says_to_do_what_the_engine_says():
    """The engine's own alarms, so that both sides mean the same keys."""
    latched = Alarm("core-hot", "high", "core too hot", 5.0, 5.0, "", "", "45.0 °C")
    passing = Alarm("body-away", "low", "body at 34.9 °C", 21.2, 21.2)
    told = as_data((latched._replace(raised=True), passing._replace(raised=True)), 30.0)
    assert all(entry["todo"] for entry in told)
    shown = notices({"alarms": told})
    assert [n.text.splitlines()[-1] for n in shown] == [
        texts.WHAT_TO_DO.format(action=entry["todo"]) for entry in told
    ]
    told[0]["todo"] = ""
    assert texts.ACTIONS["core-hot"] in notices({"alarms": told})[0].text


def test_many_alarms_are_counted_not_dropped():
    message = {"faults": [{"sentence": f"number {n}", "t_s": n} for n in range(9)]}
    shown = notices(message)
    assert len(shown) == ALARMS_SHOWN + 1
    assert "and 3 more" in shown[-1].text
    assert texts.ACTION_UNKNOWN in shown[0].text


@pytest.mark.parametrize("message", [{}, {"faults": 3}, {"alarms": [1, None]}])
def test_nonsense_is_no_alarm(message):
    assert notices(message) == []


def test_every_fault_of_the_engine_has_its_what_to_do():
    """The codes are read from the engine's source: a new one needs its sentence."""
    codes = set()
    for path in Path(controller.__file__).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and node.args:
                name = getattr(node.func, "attr", getattr(node.func, "id", ""))
                if name in ("fault", "Fault"):
                    codes |= {
                        part.value
                        for part in ast.walk(node.args[0])
                        if isinstance(part, ast.Constant)
                    }
    codes = {code for code in codes if isinstance(code, str) and code[0] != "-"}
    assert len(codes) > 15
    missing = codes - set(texts.ACTIONS)
    assert not missing, f"say in texts.ACTIONS what to do: {sorted(missing)}"
