"""The touch test as a decision: which probe moved when one was to be warmed. No Qt."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from gui import texts_bench as texts

MOVED_C = 1.0
# What spreads from a warm finger to a neighbour, and a quiet thermometer's noise.
STILL_C = 0.5
Result = Literal["", "touched", "skipped", "wrong"]


@dataclass
class TouchTest:
    """Asks for one probe after the other; ``probes`` are their names in order."""

    probes: tuple[str, ...]
    results: list[Result] = field(init=False)
    said: str = field(default="", init=False)
    wrong: bool = field(default=False, init=False)
    _begun_c: list[float | None] = field(init=False)

    def __post_init__(self) -> None:
        self.results = [""] * len(self.probes)
        self._begun_c = [None] * len(self.probes)

    @property
    def asked(self) -> int | None:
        """Return which probe is to be warmed now; None when all are done."""
        open_ones = [at for at, found in enumerate(self.results) if not found]
        return open_ones[0] if open_ones else None

    def rises_c(self, now_c: Sequence[float | None]) -> list[float | None]:
        """Return how far each probe is above the beginning of its turn, in °C."""
        pairs = zip(now_c, self._begun_c, strict=False)
        return [None if a is None or b is None else a - b for a, b in pairs]

    def take(self, now_c: Sequence[float | None]) -> None:
        """Take the newest readings in °C; a probe that reads nothing cannot move."""
        for at, value in enumerate(now_c[: len(self.probes)]):
            if self._begun_c[at] is None:
                self._begun_c[at] = value
        asked = self.asked
        if asked is None:
            return
        rises = [0.0 if rise is None else rise for rise in self.rises_c(now_c)]
        moved = [at for at, rise in enumerate(rises) if rise >= MOVED_C]
        if not moved:
            return
        others = [
            at for at, rise in enumerate(rises) if rise >= STILL_C and at != asked
        ]
        self._judge(asked, moved, others, rises)
        self._begun_c = list(now_c[: len(self.probes)])

    def skip(self) -> None:
        """Leave out the probe that is asked for; the record says so."""
        if self.asked is not None:
            self.results[self.asked] = "skipped"

    def begin_turn(self) -> None:
        """Let the asked probe's turn begin anew from the next readings."""
        self._begun_c = [None] * len(self.probes)

    def summary(self) -> str:
        """Say the results in one line for the record."""
        pairs = zip(self.probes, self.results, strict=True)
        return ", ".join(f"{name} {found or 'not done'}" for name, found in pairs)

    def _judge(
        self, asked: int, moved: list[int], others: list[int], rises: list[float]
    ) -> None:
        name, named = self.probes[asked], [self.probes[at] for at in moved]
        self.wrong = bool(others)
        if not others:
            self.results[asked] = "touched"
            rise = f"{rises[asked]:.1f}"
            self.said = texts.TOUCH_RIGHT.format(probe=name, rise=rise)
        elif asked in moved:
            both = ", ".join(self.probes[at] for at in sorted({asked, *others}))
            self.said = texts.TOUCH_SEVERAL.format(moved=both, probe=name)
        else:
            self.said = texts.TOUCH_WRONG.format(moved=", ".join(named), probe=name)
