"""Which channel is which probe: one is warmed by hand, and that one alone may move.

Also whether probes that are in one bath agree, before anything is heated.
"""

from collections.abc import Callable, Sequence

from controller.decisions.settings import APPLICATOR_ROLES
from controller.decisions.signals import Reading
from controller.errors import BenchError
from controller.instruments.bench_link import BenchLink

TOUCHED_C = 1.0
# What a neighbour may move meanwhile: a hand near it, a draught.
STILL_C = 0.5
AGREE_C = 0.3
BEFORE_S, TOUCH_S, LOOK_S = 1.0, 60.0, 0.2


def verdict(
    names: Sequence[str], rises_c: Sequence[float], warmed: str
) -> tuple[bool, str]:
    """Judge the rise in °C of each probe: whether it is decided, and what is wrong.

    Undecided until one has risen by 1 °C; then it must be the warmed one, and no other
    may have moved by 0.5 °C. What is not a number has not moved.
    """
    moved = [n for n, rise_c in zip(names, rises_c, strict=True) if rise_c >= TOUCHED_C]
    if not moved:
        return False, ""
    others = [
        f"{name} by {rise_c:.1f} °C"
        for name, rise_c in zip(names, rises_c, strict=True)
        if name != warmed and abs(rise_c) >= STILL_C
    ]
    if not others:
        return True, ""
    what = "moved, too" if warmed in moved else "moved instead"
    return True, (
        f"touch test: {warmed} was warmed and {', '.join(others)} {what}; are the "
        "channels of the config those of the fibres?"
    )


def touch(link: BenchLink, warmed: str, stopped: Callable[[], str]) -> str:
    """Wait until a probe is warmed; return the sentence for the record.

    Raises:
        BenchError: another probe moves, none does within 60 s, or the run is stopped.
    """
    names = [probe.name for probe in link.settings.probes]
    before_c = _mean_c(link)
    until_s = link.clock.now() + TOUCH_S
    while link.clock.now() <= until_s and not stopped():
        now_c = _values_c(link.thermometry.readings())
        rises_c = [b - a for a, b in zip(before_c, now_c, strict=True)]
        decided, problem = verdict(names, rises_c, warmed)
        if problem:
            raise BenchError(problem)
        if decided:
            return f"touch test: {warmed} alone rose by {TOUCHED_C:g} °C"
        link.clock.wait(LOOK_S)
    raise BenchError(
        f"touch test: {warmed} has not risen by {TOUCHED_C:g} °C within {TOUCH_S:g} s"
    )


def agreement(names: Sequence[str], values_c: Sequence[float]) -> tuple[bool, str]:
    """Say whether readings in °C from one bath agree within 0.3 °C, and in words.

    A probe without a reading does not agree.
    """
    said = ", ".join(f"{n} {v:.2f}" for n, v in zip(names, values_c, strict=True))
    spread_c = max(values_c) - min(values_c) if all(v == v for v in values_c) else None
    if spread_c is None:
        return False, f"not every probe has a reading: {said} °C"
    words = f"probes in one bath differ by {spread_c:.2f} °C, limit {AGREE_C:g} °C"
    return spread_c <= AGREE_C, f"{words}: {said} °C"


def one_bath(link: BenchLink) -> str:
    """Compare all probes but those in copper and pipe; return the record's sentence.

    Raises:
        BenchError: they do not agree.
    """
    every = zip(link.settings.probes, _mean_c(link), strict=True)
    bathed = [(p.name, c) for p, c in every if p.role not in APPLICATOR_ROLES]
    agree, sentence = agreement([n for n, _ in bathed], [c for _, c in bathed])
    if not agree:
        raise BenchError(sentence)
    return sentence


def _mean_c(link: BenchLink) -> list[float]:
    """Return the mean of each probe's readings over a second; NaN without any."""
    rows = []
    until_s = link.clock.now() + BEFORE_S
    while link.clock.now() <= until_s:
        link.clock.wait(LOOK_S)
        rows.append(_values_c(link.thermometry.readings()))
    return [_mean([c for c in column if c == c]) for column in zip(*rows, strict=True)]


def _mean(values_c: list[float]) -> float:
    return sum(values_c) / len(values_c) if values_c else float("nan")


def _values_c(readings: Sequence[Reading]) -> list[float]:
    return [r.value_c if r.quality == "ok" else float("nan") for r in readings]
