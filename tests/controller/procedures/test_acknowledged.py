"""Tissue on a bench that only programs switch off: acknowledged, or refused."""

import io
import json
import sys
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from controller.bench import OpenBench
from controller.config.loading import Loaded, load
from controller.errors import BenchError
from controller.procedures.acknowledged import (
    ACKNOWLEDGED,
    COIL_EMPTY,
    acknowledged,
    coil_empty,
)
from controller.procedures.checklist import NO
from controller.procedures.line_answers import LineAnswers
from controller.procedures.start_up import _unshut
from tests.controller.rig import CONFIGS

LOADED = load(CONFIGS / "dry_run_short.toml")


def bench(kind: str = "real", watchdog: str = "") -> OpenBench:
    nothing: Any = None
    drivers = {"psu": SimpleNamespace(watchdog=watchdog)}
    return OpenBench(nothing, {"psu": kind}, {}, None, drivers)


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def without_tissue() -> Loaded:
    ceiling = replace(LOADED.settings.ceiling, profile="no-tissue")
    return replace(LOADED, settings=replace(LOADED.settings, ceiling=ceiling))


@pytest.mark.parametrize("kind", ["simulated", "served"])
def test_waived_where_all_is_simulated(kind: str) -> None:
    assert "waived: simulated" in acknowledged(LOADED, bench(kind), None, False)


def test_nothing_to_acknowledge() -> None:
    assert acknowledged(without_tissue(), bench(), None, False) == ""
    assert acknowledged(LOADED, bench(watchdog="after 5 s"), None, False) == ""


def test_refused_without_a_terminal_and_answers(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO(ACKNOWLEDGED))
    with pytest.raises(BenchError, match="no terminal and no --checklist"):
        acknowledged(LOADED, bench(), None, True)
    monkeypatch.setattr(sys, "stdin", Terminal(ACKNOWLEDGED))
    with pytest.raises(BenchError, match="no terminal and no --checklist"):
        acknowledged(LOADED, bench(), None, False)


def test_typed_at_the_terminal(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "stdin", Terminal(f" {ACKNOWLEDGED}\n"))
    said = acknowledged(LOADED, bench(), None, True)
    assert said == f"acknowledged at the terminal: {ACKNOWLEDGED}"
    captured = capsys.readouterr()
    assert ACKNOWLEDGED in captured.err and captured.out == ""


@pytest.mark.parametrize("thermometer", ["simulated", "served"])
def test_a_real_field_with_simulated_temperatures_needs_an_empty_coil(
    tmp_path: Path, thermometer: str
) -> None:
    """A line left over from a rehearsal would heat tissue that nobody measures."""
    opened = bench(watchdog="after 5 s")
    opened.kinds["thermometer"] = thermometer
    answers = tmp_path / "answers.txt"
    answers.write_text(f"{ACKNOWLEDGED}\n", "utf-8")
    with pytest.raises(BenchError, match="thermometer are simulated: they protect no"):
        acknowledged(LOADED, opened, answers, True)
    answers.write_text(f"{COIL_EMPTY}\n", "utf-8")
    said = acknowledged(LOADED, opened, answers, True)
    assert said == f"confirmed in answers.txt: {COIL_EMPTY}"
    assert COIL_EMPTY in _unshut(LOADED, opened)[0].right
    assert acknowledged(without_tissue(), opened, answers, True) == ""


@pytest.mark.parametrize("typed", ["", "\n", "yes\n", ACKNOWLEDGED.lower() + "\n"])
def test_other_words_are_no_acknowledgement(
    monkeypatch: pytest.MonkeyPatch, typed: str
) -> None:
    monkeypatch.setattr(sys, "stdin", Terminal(typed))
    with pytest.raises(BenchError, match="not acknowledged at the terminal"):
        acknowledged(LOADED, bench(), None, True)


@pytest.mark.parametrize("answer", [COIL_EMPTY, NO])
def test_clicked_in_the_window(monkeypatch: pytest.MonkeyPatch, answer: str) -> None:
    line = {"request": "answer", "name": COIL_EMPTY, "answer": answer}
    lines = io.StringIO(json.dumps(line) + "\n")
    monkeypatch.setattr(sys, "stdin", lines)
    asked: list[dict[str, Any]] = []
    window = LineAnswers(asked.append, lines)
    if answer == NO:
        with pytest.raises(BenchError, match="not confirmed in the window"):
            coil_empty(bench(), None, True, window)
    else:
        said = coil_empty(bench(), None, True, window)
        assert said == f"confirmed in the window: {COIL_EMPTY}"
    assert [q["answers"] for q in asked] == [(COIL_EMPTY, NO)]


def test_line_of_a_checklist(tmp_path: Path) -> None:
    checklist = tmp_path / "answers.txt"
    checklist.write_text(f"coil is empty\n {ACKNOWLEDGED} \n", "utf-8")
    said = acknowledged(LOADED, bench(), checklist, False)
    assert said == f"acknowledged in answers.txt: {ACKNOWLEDGED}"
    checklist.write_text(f"not {ACKNOWLEDGED}\n", "utf-8")
    with pytest.raises(BenchError, match="not acknowledged in answers"):
        acknowledged(LOADED, bench(), checklist, False)


@pytest.mark.parametrize("content", [None, b"\xff\xfe\x00"])
def test_checklist_that_cannot_be_read(tmp_path: Path, content: bytes | None) -> None:
    checklist = tmp_path / "answers.txt"
    if content is not None:
        checklist.write_bytes(content)
    with pytest.raises(BenchError, match="cannot be read"):
        acknowledged(LOADED, bench(), checklist, False)
