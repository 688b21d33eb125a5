"""What a bench proves before a run may switch it on: which applicator it has."""

import time

from controller.bench import OpenBench
from controller.config import Loaded
from controller.decisions.state import initial
from controller.fingerprint import Parts, has_fingerprint, take_fingerprint
from controller.guardian_link import Guardian, SimulatedGuardian
from controller.loop import NOT_CONFIRMED, REFUSED, Outcome
from controller.loop_record import LoopRecord
from controller.stop_signals import StopSignal


def proven(
    loaded: Loaded,
    bench: OpenBench,
    record: LoopRecord,
    stop: StopSignal,
    guardian: Guardian | None,
) -> Outcome | None:
    """Take the applicator's fingerprint; return how the run ends if it is not right.

    It goes into the record. A stop in between is for the run itself to end by.
    """
    if not has_fingerprint(bench.link):
        return None
    begun_s = time.perf_counter()
    settings, table = loaded.settings, loaded.bench.applicator
    now = bench.link.clock.now
    guardian = guardian or SimulatedGuardian(settings.period_s, now)
    parts = Parts(table.coil, table.capacitor)
    with bench.before_run():
        found, report = take_fingerprint(bench.link, settings, parts, stop, guardian)
    record.event("fingerprint", found.sentence, found.detail)
    if stop.name or (report.confirmed and not found.problem):
        return None
    code = REFUSED if report.confirmed else NOT_CONFIRMED
    sentence = f"{found.sentence}; {report.sentence}"
    outcome = Outcome(code, sentence, time.perf_counter() - begun_s, 0)
    record.finish(initial(settings), sentence, outcome)
    return outcome
