"""Answers of a program at the other end of stdin and stdout: the window's JSON lines.

For the procedures that are not spoken to otherwise: a matrix, a calibration. A run has
``operators.Engine``. The lines are those of docs/engine_protocol.md.
"""

import json
import sys
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from typing import IO, Any

from controller.errors import BenchError
from controller.procedures.checklist import Question
from controller.procedures.operators import parse_answer


def print_line(message: dict[str, Any]) -> None:
    """Write a message as one line on stdout, now."""
    print(json.dumps(message, ensure_ascii=False), flush=True)


@dataclass
class LineAnswers:
    """Asks by ``publish`` and reads the answer from ``source``."""

    publish: Callable[[dict[str, Any]], None] = print_line
    source: IO[str] = field(default_factory=lambda: sys.stdin)
    where: str = "in the window"

    def ask(self, question: Question) -> str:
        """Return the answer, however long it takes; another line is refused.

        Raises:
            BenchError: nobody is there to answer, or nobody any more.
        """
        self.publish({"kind": "question", **asdict(question)})
        for line in self.source:
            name, answer = parse_answer(line) or ("", line.strip())
            if name == question.name and question.allows(answer):
                return answer
            sentence = f"{answer!r} does not answer {question.name!r}"
            self.publish({"kind": "refused", "sentence": sentence})
        raise BenchError(f"nobody answers {question.name!r}")
