"""What a person does by hand in a matrix, and how it is confirmed.

On a wholly simulated bench it is done by itself; else it is confirmed at the terminal,
or stands as a line of the answers' file (``--checklist``).
"""

import sys
from collections.abc import Callable
from pathlib import Path

from controller.errors import BenchError


class Prompts:
    """Asks for what is to be done by hand, one thing after another."""

    def __init__(
        self, *, simulated: bool, checklist: Path | None, tell: Callable[[str], object]
    ) -> None:
        """Read the answers' file, if there is one. Raises BenchError if it cannot."""
        self._simulated, self._tell = simulated, tell
        self._answers: frozenset[str] = frozenset()
        if checklist is not None:
            self._answers = _lines(checklist)

    def ask(self, what: str) -> bool:
        """Wait until something is done; False where the operator gave up (Ctrl-C).

        Raises:
            BenchError: nobody can be asked.
        """
        if self._simulated:
            self._tell(f"{what}: done by itself (simulated)")
            return True
        if what in self._answers:
            self._tell(f"{what}: confirmed by the checklist")
            return True
        if not sys.stdin.isatty():
            raise BenchError(
                f"{what}: confirmed by nobody; there is no terminal, and no line of a "
                "--checklist FILE says it"
            )
        self._tell(f"{what}; then press Enter (Ctrl-C ends the measurement)")
        try:
            return bool(sys.stdin.readline())
        except KeyboardInterrupt:
            return False


def _lines(path: Path) -> frozenset[str]:
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, ValueError) as error:
        raise BenchError(f"the checklist {path} cannot be read: {error}") from error
    return frozenset(line.strip() for line in text.splitlines() if line.strip())
