"""What a fault campaign asks for, and how one run of it is judged. Pure.

A case is one fault, at a moment of one phase, with one seed. Whatever is detected must
be off within two control periods of the time that docs/safety.md allows for it;
whatever is not must stay harmless, and is listed with the worst that was true. A
fault that deceives nobody, or that comes when no field is on any more, is tolerated.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

HOTTEST_TUMOUR_C = 46.0
HOTTEST_HEALTHY_C = 43.5
NEVER_S = float("inf")
FAILED, REFUSED = 1, 2
ROUNDING_S = 1e-6
# "start" is before the run begins: what its start-up does not find, the run has to.
PHASES = ("start", "baseline", "ramp", "hold", "cool")
Verdict = Literal[
    "off", "refused", "tolerated", "unseen", "LATE", "UNSAFE", "NOT BEGUN"
]


@dataclass(frozen=True, slots=True)
class Case:
    """One fault of the campaign: what, on what, how large, for how long (s).

    ``allowed_s`` is the time from the event to its detection that docs/safety.md
    allows; infinite where nothing but its effect can show the fault: then the limits of
    temperature and field count alone. ``deceives`` says that it makes a true value
    differ from the one that is shown, so that not to see it is a risk.
    """

    kind: str
    on: str = ""
    size: float | None = None
    duration_s: float | None = None
    other: str = ""
    allowed_s: float = NEVER_S
    deceives: bool = False

    @property
    def title(self) -> str:
        """Name the fault for people."""
        size = "" if self.size is None else f" {self.size:g}"
        where = f" on {self.on}" if self.on else ""
        return self.kind + size + where + (f" and {self.other}" if self.other else "")


@dataclass(frozen=True, slots=True)
class Ran:
    """What one run with a fault came to. Times in s, temperatures in °C.

    ``begun_s`` is when the fault began, None if it never did; ``off_s`` when the true
    field was gone for good, None if it never was; ``on_at_begin`` whether there was a
    field to switch off. ``hottest_…`` are true values after the fault began.
    """

    case: Case
    phase: str
    seed: int
    exit_code: int
    sentence: str
    codes: tuple[str, ...]
    begun_s: float | None
    on_at_begin: bool
    off_s: float | None
    detected_s: float | None
    hottest_tumour_c: float
    hottest_healthy_c: float
    hf_share: float
    record_complete: bool


def judge(ran: Ran, period_s: float) -> Verdict:
    """Say how a run with a fault ended, at a control period in s."""
    cool_enough = (
        ran.hottest_tumour_c < HOTTEST_TUMOUR_C
        and ran.hottest_healthy_c < HOTTEST_HEALTHY_C
    )
    safe = cool_enough and ran.hf_share <= 1.0 and ran.off_s is not None
    if not safe or ran.exit_code == FAILED or not ran.record_complete:
        return "UNSAFE"
    if ran.exit_code == REFUSED:
        return "refused"
    if ran.begun_s is None:
        return "NOT BEGUN"
    if not ran.codes:
        return "unseen" if ran.case.deceives and _heated(ran) else "tolerated"
    return "LATE" if _late_s(ran) > 2.0 * period_s + ROUNDING_S else "off"


def _heated(ran: Ran) -> bool:
    """Say whether the field was on at any time with the fault."""
    assert ran.begun_s is not None and ran.off_s is not None
    return ran.on_at_begin or ran.off_s > ran.begun_s


def _late_s(ran: Ran) -> float:
    """Return by how much the field was on beyond what the detection is allowed."""
    if ran.off_s is None or ran.detected_s is None:  # the start-up found it
        return 0.0
    if not ran.on_at_begin:
        return ran.off_s - ran.detected_s
    assert ran.begun_s is not None
    return ran.off_s - min(ran.detected_s, ran.begun_s + ran.case.allowed_s)


@dataclass(frozen=True, slots=True)
class Row:
    """One fault over all phases and seeds, the worst of each.

    ``hottest_unseen_c`` are tumour and healthy tissue where nothing saw it.
    """

    case: Case
    detected_by: str
    verdicts: tuple[Verdict, ...]
    unseen_in: tuple[str, ...]
    hottest_unseen_c: tuple[float, float]
    slowest_off_s: float
    hottest_tumour_c: float
    hottest_healthy_c: float
    hf_share: float
    records_complete: bool
    sentence: str


def table(judged: Iterable[tuple[Ran, Verdict]]) -> list[Row]:
    """Sum the runs up: one row a fault, in the order in which they were asked for."""
    groups: dict[Case, list[tuple[Ran, Verdict]]] = {}
    for ran, verdict in judged:
        groups.setdefault(ran.case, []).append((ran, verdict))
    return [_row(case, runs) for case, runs in groups.items()]


def _row(case: Case, runs: list[tuple[Ran, Verdict]]) -> Row:
    found = [ran for ran, _ in runs]
    first = [ran.codes[0] for ran in found if ran.codes]
    by = ", ".join(sorted(set(first), key=first.count, reverse=True))
    tripped = [ran for ran in found if ran.codes]
    told = next((ran for ran in tripped if ran.on_at_begin), (tripped or found)[-1])
    unseen = [ran for ran, verdict in runs if verdict == "unseen"]
    return Row(
        case=case,
        detected_by=by,
        verdicts=tuple(verdict for _, verdict in runs),
        unseen_in=tuple(dict.fromkeys(ran.phase for ran in unseen)),
        hottest_unseen_c=(
            max((ran.hottest_tumour_c for ran in unseen), default=0.0),
            max((ran.hottest_healthy_c for ran in unseen), default=0.0),
        ),
        slowest_off_s=max(_times_to_off_s(found), default=float("nan")),
        hottest_tumour_c=max(ran.hottest_tumour_c for ran in found),
        hottest_healthy_c=max(ran.hottest_healthy_c for ran in found),
        hf_share=max(ran.hf_share for ran in found),
        records_complete=all(ran.record_complete for ran in found),
        sentence=told.sentence,
    )


def _times_to_off_s(runs: list[Ran]) -> Iterator[float]:
    for ran in runs:
        known = ran.begun_s is not None and ran.off_s is not None
        if known and ran.codes and ran.on_at_begin:
            assert ran.off_s is not None and ran.begun_s is not None
            yield ran.off_s - ran.begun_s
