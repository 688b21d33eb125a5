"""What a bench proves before a run may switch it on, in this order.

Off reads zero; it has the applicator of the config; its watchdog relay, if it has one,
takes a current away; a pulse is seen, and the guardian ends it. The first and the last
are for real benches.
"""

import time
from collections.abc import Callable

from controller.bench import OpenBench
from controller.config.loading import Loaded
from controller.decisions.state import initial
from controller.guardian.link import Guardian, GuardianLink, SimulatedGuardian
from controller.host.stop_signals import StopSignal
from controller.instruments.switching import OffReport
from controller.loop import ENDED, NOT_CONFIRMED, REFUSED, Outcome
from controller.procedures.fingerprint import Fingerprint, Parts, take_fingerprint
from controller.procedures.proof_pulse import Proof, prove_off
from controller.procedures.proof_relay import prove_relay
from controller.recording.loop_record import LoopRecord


def proven(
    loaded: Loaded,
    bench: OpenBench,
    record: LoopRecord,
    stop: StopSignal,
    guardian: Guardian | None,
) -> Outcome | None:
    """Prove the bench; return how the run ends where that fails.

    It goes into the record. A stop in between is for the run itself to end by.
    """
    begun_s = time.perf_counter()
    now = bench.link.clock.now
    watched = guardian or SimulatedGuardian(loaded.settings.period_s, now)
    if not bench.simulated:
        report = bench.link.switch_off()
        record.event("proof", f"before anything else: {report.sentence}", {})
        if not report.confirmed:
            return refused(loaded, record, begun_s, "no proof", report, REFUSED)
    if not stop.name:
        with bench.before_run():
            found, report = fingerprint(loaded, bench, stop, watched)
        record.event("fingerprint", found.sentence, found.detail)
        if not stop.name and (found.problem or not report.confirmed):
            code = REFUSED if found.loads_ohm else ENDED  # it was being measured
            return refused(loaded, record, begun_s, found.sentence, report, code)
    for prove in _shutting_off(loaded, bench, stop, watched):
        if stop.name:
            break
        with bench.before_run():
            proof = prove()
        record.event("proof", proof.sentence, proof.detail)
        if not stop.name and (proof.problem or not proof.off.confirmed):
            return refused(loaded, record, begun_s, proof.sentence, proof.off, ENDED)
    return None


def _shutting_off(
    loaded: Loaded, bench: OpenBench, stop: StopSignal, guardian: Guardian
) -> list[Callable[[], Proof]]:
    """Return the proofs of what switches off when this program does not."""
    settings, found = loaded.settings, list[Callable[[], Proof]]()
    if bench.link.safeguards.relay_hold_s > 0.0:
        found.append(lambda: prove_relay(bench, settings, stop, guardian))
    if not bench.simulated and isinstance(guardian, GuardianLink):
        found.append(lambda: prove_off(bench, settings, stop, guardian))
    return found


def fingerprint(
    loaded: Loaded, bench: OpenBench, stop: StopSignal, guardian: Guardian
) -> tuple[Fingerprint, OffReport]:
    """Take the fingerprint of the applicator that the config names; off after it."""
    table = loaded.bench.applicator
    parts = Parts(table.coil, table.capacitor, getattr(table, "load_ohm", None))
    return take_fingerprint(bench.link, loaded.settings, parts, stop, guardian)


def refused(
    loaded: Loaded,
    record: LoopRecord,
    begun_s: float,
    why: str,
    report: OffReport | None,
    code: int,
) -> Outcome:
    """Close the record of a run that does not begin; return how it ends.

    ``report`` is there where an output was used.
    """
    sentence = why if report is None else f"{why}; {report.sentence}"
    if report is not None and not report.confirmed:
        code = NOT_CONFIRMED
    outcome = Outcome(code, sentence, time.perf_counter() - begun_s, 0)
    record.finish(initial(loaded.settings), sentence, outcome)
    return outcome
