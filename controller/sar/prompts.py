"""What a person does by hand in a matrix, and how it is confirmed.

On a wholly simulated bench it is done by itself; else it is a line of the answers' file
(``--checklist``), or is confirmed at the terminal or in the window. Whenever somebody
was at the coil, the start checklist of every run is answered again. Each answer goes
into the records.
"""

import sys
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path

from controller.procedures.checklist import (
    CHECKLIST,
    Asker,
    FileAnswers,
    Question,
    TerminalAnswers,
    answered,
)

WAIVED = "start checklist waived: simulated"


class Prompts:
    """Asks for what is to be done by hand, one thing after another.

    ``inside``: every instrument is simulated inside; ``real``: at least one is real.
    ``window`` answers where there is no terminal; ``quiet`` keeps the line of progress
    still while somebody types.
    """

    def __init__(
        self,
        *,
        inside: bool,
        real: bool,
        checklist: Path | None,
        tell: Callable[[str], object],
        window: Asker | None = None,
        quiet: Callable[[], AbstractContextManager[object]] = nullcontext,
    ) -> None:
        """Read the answers' file, if there is one. Raises BenchError if it cannot."""
        self._inside, self._real = inside, real
        self._tell, self._window, self._quiet = tell, window, quiet
        self._file = None if checklist is None else FileAnswers(checklist)
        self.confirmed: tuple[str, ...] = ()

    def ask(self, todo: Mapping[str, str], opened: bool) -> None:
        """Wait until all is done; ``confirmed`` is then what the record shall say.

        ``todo`` has what is done, as a line of the checklist says it, and more words
        for a person. ``opened`` says that somebody was at the coil: what was confirmed
        before counts no more, and the start checklist is answered again.

        Raises:
            BenchError: nobody can be asked, or an answer forbids to go on.
        """
        if opened:
            self.confirmed = ()
        for what, more in todo.items():
            said = f"{what} ({more})" if more else what
            self._answered(Question(what, f"By hand now: {said}. Is it done?"))
        if opened and self._real:
            for question in CHECKLIST:
                self._answered(question)
        elif opened:
            self.confirmed += (WAIVED,)

    def _answered(self, question: Question) -> None:
        if self._inside:
            self._note(f"{question.name}: done by itself (simulated)")
            return
        with self._quiet():
            answered([question], self._asker(question), self._note)

    def _asker(self, question: Question) -> Asker:
        file = self._file
        if file is not None and _has(file, question):
            return file
        if sys.stdin.isatty():
            return TerminalAnswers()
        return self._window or file or TerminalAnswers()

    def _note(self, said: str) -> None:
        self.confirmed += (said,)
        self._tell(said)


def _has(file: FileAnswers, question: Question) -> bool:
    """Say whether a file answers a question; else a person at the terminal may."""
    return any(line.partition(":")[0].strip() == question.name for line in file.lines)
