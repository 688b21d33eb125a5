"""The start of a run on a real bench: answers of people, then proofs by the bench.

Checklist, touch test, probes in one bath; then ``proof``. Each goes into the record. A
bench of which nothing is real waives what it cannot have, and records that.
"""

import time
from collections.abc import Callable
from pathlib import Path

from controller.bench import OpenBench
from controller.config.loading import Loaded
from controller.errors import AmfError, BenchError
from controller.host.stop_signals import StopSignal
from controller.loop import REFUSED, Outcome
from controller.procedures.acknowledged import (
    ACKNOWLEDGED,
    COIL_EMPTY,
    pretended,
    shuts_off_itself,
)
from controller.procedures.checklist import (
    CHECKLIST,
    NO,
    YES,
    Asker,
    FileAnswers,
    Question,
    TerminalAnswers,
    answered,
)
from controller.procedures.operators import Engine, Terminal
from controller.procedures.proof import fingerprint, proven, refused
from controller.procedures.readiness import Ready
from controller.procedures.touch_test import one_bath, touch
from controller.recording.loop_record import LoopRecord

READY, SKIP = "ready", "skip"
WAIVED = (
    "start checklist, touch test, probe agreement and the guardian's pulse waived: "
    "simulated"
)


def asker_of(checklist: Path | None, operator: Terminal | Engine) -> Asker:
    """Return who answers: the file, else the window, else the terminal.

    Raises:
        BenchError: the file cannot be read.
    """
    if checklist is not None:
        return FileAnswers(checklist)
    return operator if isinstance(operator, Engine) else TerminalAnswers()


def started_up(
    ready: Ready,
    record: LoopRecord,
    operator: Terminal | Engine,
    checklist: Path | None,
) -> Outcome | None:
    """Have everything answered and proven; return how the run ends where it is not.

    A stop in between is for the run itself to end by.
    """
    loaded, bench, begun_s = ready.loaded, ready.bench, time.perf_counter()
    stop = StopSignal(operator.stopping)  # nobody reads the requests yet
    if bench.simulated:
        record.event("start-up", WAIVED, {})
    else:
        try:
            with bench.before_run():
                _answered(loaded, bench, record, asker_of(checklist, operator), stop)
        except AmfError as error:
            if not stop.name:
                return refused(loaded, record, begun_s, str(error), None, REFUSED)
    return proven(loaded, bench, record, stop, ready.link)


def again(ready: Ready, record: LoopRecord, operator: Terminal | Engine) -> str:
    """Prove the applicator once more before a tripped treatment goes on; "" or why not.

    The field is off, and was proven off, when this is called and when it returns.
    """
    stop = StopSignal(operator.stopping)
    found, report = fingerprint(ready.loaded, ready.bench, stop, ready.guardian)
    record.event("fingerprint", found.sentence, found.detail)
    return found.problem or ("" if report.confirmed else report.sentence)


def _answered(
    loaded: Loaded,
    bench: OpenBench,
    record: LoopRecord,
    asker: Asker,
    stop: StopSignal,
) -> None:
    def tell(sentence: str) -> None:
        record.event("start-up", sentence, {})

    answered(CHECKLIST, asker, tell)
    if not isinstance(asker, FileAnswers | TerminalAnswers):
        answered(_unshut(loaded, bench), asker, tell)
    _touched(loaded, bench, asker, tell, lambda: stop.name)
    question = Question(
        "probes in one bath",
        "Are all probes in one bath now? Then they are compared.",
        right=(YES, NO),
    )
    if answered([question], asker, tell) == [YES]:
        tell(one_bath(bench.link))


def _unshut(loaded: Loaded, bench: OpenBench) -> list[Question]:
    """Return what the window has to acknowledge; others did, before the record."""
    empty, asked = pretended(loaded, bench), list[Question]()
    if empty:
        asked = [
            Question("coil", f"{empty} {COIL_EMPTY}?", (COIL_EMPTY,), (COIL_EMPTY,))
        ]
    if loaded.settings.ceiling.profile == "no-tissue" or shuts_off_itself(bench):
        return asked
    sentence = (
        "Tissue in the coil, and no instrument or relay that switches the field off "
        f"when this computer fails: {ACKNOWLEDGED}. Go on?"
    )
    asked.append(Question("shut-off", sentence, (ACKNOWLEDGED,), (ACKNOWLEDGED,)))
    return asked


def _touched(
    loaded: Loaded,
    bench: OpenBench,
    asker: Asker,
    tell: Callable[[str], None],
    stopped: Callable[[], str],
) -> None:
    """Have each probe warmed by hand, or the test skipped by somebody with a name."""
    whole = Question(
        "touch test",
        "Touch test: each probe is warmed by 1 °C, one after the other.",
        (READY,),
        (READY,),
        SKIP,
    )
    if answered([whole], asker, tell) != [READY]:
        return
    for probe in loaded.settings.probes:
        if stopped():
            raise BenchError("stopped during the touch test")
        sentence = f"Warm {probe.name} by 1 °C, between two fingers, after this answer."
        one = Question(f"touch {probe.name}", sentence, (READY,), (READY,), SKIP)
        if answered([one], asker, tell) == [READY]:
            tell(touch(bench.link, probe.name, stopped))
