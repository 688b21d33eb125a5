"""Questions of a procedure, answered by JSON lines."""

import io
import json

import pytest

from controller.errors import BenchError
from controller.procedures.checklist import Question
from controller.procedures.line_answers import LineAnswers, print_line

EMPTY = Question("coil empty", "Is the coil empty?")


def answer(name, words):
    return json.dumps({"request": "answer", "name": name, "answer": words}) + "\n"


def asked(text):
    said = []
    return said, LineAnswers(said.append, io.StringIO(text))


def test_the_answer_is_that_of_this_question():
    said, asker = asked(
        answer("water on", "yes")
        + '{"request": "alive"}\n'
        + answer("coil empty", "perhaps")
        + answer("coil empty", "no")
        + answer("coil empty", "yes")
    )
    assert asker.ask(EMPTY) == "no"
    assert asker.ask(EMPTY) == "yes"
    assert [m["kind"] for m in said] == ["question", *["refused"] * 3, "question"]
    assert said[0]["name"] == "coil empty" and said[0]["answers"] == ("yes", "no")
    assert "'perhaps' does not answer 'coil empty'" in said[3]["sentence"]
    assert asker.where == "in the window"


def test_the_end_of_the_lines_is_no_answer():
    said, asker = asked("")
    with pytest.raises(BenchError, match="nobody answers 'coil empty'"):
        asker.ask(EMPTY)
    assert len(said) == 1


def test_a_line_is_one_json_object(capsys):
    print_line({"kind": "question", "sentence": "47 °C?"})
    out = capsys.readouterr().out
    assert json.loads(out)["sentence"] == "47 °C?" and out.count("\n") == 1
