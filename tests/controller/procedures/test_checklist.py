"""What people answer before a run, and which channel is which probe."""

import io
import json
import math
import queue
import sys
from pathlib import Path

import pytest

from controller.errors import BenchError
from controller.host.stop_signals import StopSignal
from controller.procedures.checklist import (
    CHECKLIST,
    FileAnswers,
    Question,
    TerminalAnswers,
    answered,
)
from controller.procedures.operators import Engine, parse_answer
from controller.procedures.touch_test import agreement, verdict
from tests.controller.decisions.scene import SETTINGS

NAMES = ["core", "margin", "healthy"]
TOUCH = Question("touch test", "Touch?", ("ready",), ("ready",), "skip")


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def file(folder: Path, *lines: str) -> FileAnswers:
    path = folder / "answers.txt"
    path.write_text("\n".join(lines), "utf-8")
    return FileAnswers(path)


def test_a_file_answers_everything(tmp_path: Path) -> None:
    lines = [f"{question.name}: yes" for question in CHECKLIST]
    said: list[str] = []
    answers = answered(CHECKLIST, file(tmp_path, "# of today", *lines), said.append)
    assert answers == ["yes"] * 4
    assert said[0] == "metal removed: yes (in answers.txt)" and len(said) == 4


@pytest.mark.parametrize("missing", [question.name for question in CHECKLIST])
def test_a_line_that_is_missing_or_no_is_refused(tmp_path: Path, missing: str) -> None:
    others = [f"{q.name}: yes" for q in CHECKLIST if q.name != missing]
    said: list[str] = []
    with pytest.raises(BenchError, match=f"no line '{missing}'"):
        answered(CHECKLIST, file(tmp_path, *others), said.append)
    for answer in ("no", "maybe", ""):
        asker = file(tmp_path, *others, f"{missing}: {answer}")
        with pytest.raises(BenchError, match=f"'{missing}' was answered '{answer}'"):
            answered(CHECKLIST, asker, said.append)
    assert f"{missing}: no (in answers.txt)" in said


@pytest.mark.parametrize(
    ("answer", "allowed", "on"),
    [
        ("ready", True, True),
        ("skip A. Smith", True, True),
        ("skip", False, False),
        ("skip  ", False, False),
        ("yes", False, False),
        ("", False, False),
    ],
)
def test_a_skip_has_a_name(answer: str, allowed: bool, on: bool) -> None:
    assert (TOUCH.allows(answer), TOUCH.goes_on(answer)) == (allowed, on)


def test_the_terminal_asks_until_it_is_an_answer(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "stdin", Terminal("what?\n yes \n"))
    assert TerminalAnswers().ask(CHECKLIST[0]) == "yes"
    captured = capsys.readouterr()
    assert captured.err.count("Is all metal removed") == 2 and captured.out == ""
    with pytest.raises(BenchError, match="nobody answers 'metal removed'"):
        TerminalAnswers().ask(CHECKLIST[0])
    monkeypatch.setattr(sys, "stdin", io.StringIO("yes\n"))
    with pytest.raises(BenchError, match="no terminal and no --checklist FILE"):
        TerminalAnswers().ask(CHECKLIST[0])


class Lines(io.StringIO):
    """Requests that arrive when they are sent; the pipe ends with an empty line."""

    def __init__(self) -> None:
        super().__init__()
        self.waiting: queue.Queue[str] = queue.Queue()

    def __next__(self) -> str:
        line = self.waiting.get(timeout=10.0)
        if not line:
            raise StopIteration
        return line


def test_the_window_is_asked_and_answers() -> None:
    lines, sink = Lines(), io.StringIO()
    engine = Engine(StopSignal(), SETTINGS, lines, sink)
    for answer in ("perhaps", "yes"):
        message = {"request": "answer", "name": "metal removed", "answer": answer}
        lines.waiting.put(json.dumps(message) + "\n")
    assert engine.ask(CHECKLIST[0]) == "yes"
    lines.waiting.put('{"request": "stop"}\n')
    with pytest.raises(BenchError, match="stopped before an answer to 'water on'"):
        engine.ask(CHECKLIST[3])
    assert engine.stopping() == "the operator"
    assert [r.name for r in engine.requests()] == ["stop"]  # for the run to end by
    lines.waiting.put("")
    engine.close()
    said = [json.loads(line) for line in sink.getvalue().splitlines()]
    assert [m["kind"] for m in said] == ["question", "refused", "question"]
    assert said[0]["answers"] == ["yes", "no"] and said[0]["name"] == "metal removed"


@pytest.mark.parametrize(
    "line", ["", "[]", "3", '{"request": "stop"}', '{"request": "answer"}']
)
def test_what_is_no_answer(line: str) -> None:
    assert parse_answer(line) is None


@pytest.mark.parametrize(
    ("rises_c", "decided", "problem"),
    [
        ([0.2, 0.9, 0.0], False, ""),
        ([1.0, 0.4, 0.0], True, ""),
        ([1.4, math.nan, 0.1], True, ""),
        ([math.nan, math.nan, math.nan], False, ""),
        ([0.0, 1.2, 0.0], True, "margin by 1.2 °C moved instead"),
        ([1.1, 0.6, 0.0], True, "margin by 0.6 °C moved, too"),
        ([1.1, -0.7, 0.0], True, "margin by -0.7 °C moved, too"),
    ],
)
def test_exactly_the_warmed_one_moves(
    rises_c: list[float], decided: bool, problem: str
) -> None:
    found, said = verdict(NAMES, rises_c, "core")
    assert found is decided and problem in said and bool(said) is bool(problem)


@pytest.mark.parametrize(
    ("values_c", "agree"),
    [
        ([37.0, 37.1, 37.29], True),
        ([37.0, 37.1, 37.31], False),
        ([37.0, math.nan, 37.0], False),
    ],
)
def test_probes_in_one_bath(values_c: list[float], agree: bool) -> None:
    found, sentence = agreement(NAMES, values_c)
    assert found is agree and "core 37.00" in sentence
