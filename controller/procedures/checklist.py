"""What people answer before the field of a real bench may come on.

Answers come from the terminal, from the window (engine mode), or from a file with a
line ``name: answer`` each. Without an answer, or with another one, there is no run.
"""

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from controller.errors import BenchError

YES, NO = "yes", "no"


@dataclass(frozen=True, slots=True)
class Question:
    """A question by ``name``; ``answers`` are allowed, those in ``right`` go on.

    Where ``open_end`` is given, what begins with it is allowed, too, with more words.
    """

    name: str
    sentence: str
    answers: tuple[str, ...] = (YES, NO)
    right: tuple[str, ...] = (YES,)
    open_end: str = ""

    def allows(self, answer: str) -> bool:
        """Say whether it is an answer to this question."""
        more = answer.removeprefix(self.open_end).strip()
        opened = self.open_end and answer.startswith(self.open_end) and more
        return answer in self.answers or bool(opened)

    def goes_on(self, answer: str) -> bool:
        """Say whether a run may follow that answer."""
        return self.allows(answer) and (
            answer in self.right or answer not in self.answers
        )


CHECKLIST = (
    Question("metal removed", "Is all metal removed from the coil and the subject?"),
    Question("no implants near", "Is nobody with an implant near the coil?"),
    Question("coil empty of tools", "Is the coil empty of tools?"),
    Question("water on", "Is the cooling water on, or not needed by this coil?"),
)


class Asker(Protocol):
    """Who answers; ``where`` is for the record."""

    where: str

    def ask(self, question: Question) -> str:
        """Return the answer.

        Raises:
            BenchError: nobody answers.
        """
        ...


@dataclass
class FileAnswers:
    """Answers of a file, read once."""

    path: Path
    where: str = field(init=False)
    lines: list[str] = field(init=False)

    def __post_init__(self) -> None:
        """Read the file.

        Raises:
            BenchError: it cannot be read.
        """
        self.where, self.lines = f"in {self.path.name}", lines_of(self.path)

    def ask(self, question: Question) -> str:
        """Return what stands after the question's name, or its name for yes."""
        for line in self.lines:
            name, colon, answer = line.partition(":")
            if name.strip() == question.name:
                return answer.strip() if colon else question.right[0]
        raise BenchError(
            f"{self.path.name} has no line {question.name!r}: "
            f"{' or '.join(_shown(question, question.answers))}"
        )


@dataclass
class TerminalAnswers:
    """Answers of a person at the terminal."""

    where: str = "at the terminal"

    def ask(self, question: Question) -> str:
        """Ask on stderr until what is typed is an answer."""
        if not sys.stdin.isatty():
            raise BenchError(
                f"nobody answers {question.name!r}: there is no terminal and no "
                "--checklist FILE"
            )
        while True:
            allowed = " / ".join(_shown(question, question.answers))
            print(f"{question.sentence} [{allowed}]", file=sys.stderr, flush=True)
            line = sys.stdin.readline()
            if not line:
                raise BenchError(f"nobody answers {question.name!r}")
            if question.allows(line.strip()):
                return line.strip()


def answered(
    questions: Sequence[Question], asker: Asker, tell: Callable[[str], None]
) -> list[str]:
    """Ask all questions and return the answers; ``tell`` hears each, for the record.

    Raises:
        BenchError: an answer is missing, or forbids a run.
    """
    answers = []
    for question in questions:
        answer = asker.ask(question)
        answers.append(answer)
        tell(f"{question.name}: {answer} ({asker.where})")
        if not question.goes_on(answer):
            raise BenchError(
                f"{question.name!r} was answered {answer!r} {asker.where}; a run needs "
                f"{' or '.join(_shown(question, question.right))}"
            )
    return answers


def lines_of(path: Path) -> list[str]:
    """Return the lines of a file of answers.

    Raises:
        BenchError: it cannot be read.
    """
    try:
        return [line.strip() for line in path.read_text(encoding="utf-8").splitlines()]
    except (OSError, ValueError) as error:
        raise BenchError(f"the checklist {path} cannot be read: {error}") from error


def _shown(question: Question, answers: Sequence[str]) -> list[str]:
    more = [f"{question.open_end} NAME"] if question.open_end else []
    return [*answers, *more]
