"""A bench made ready for a procedure: guarded, opened, armed, acknowledged, on record.

Every procedure that may switch a field on begins with this, in this order.
"""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from controller.bench import How, OpenBench, open_bench
from controller.config.loading import Loaded
from controller.decisions.signals import NAN
from controller.guardian.link import (
    BeatingEvent,
    Guardian,
    GuardianLink,
    SimulatedGuardian,
    guarded,
    guarded_addresses,
)
from controller.host.stop_signals import StopSignal, stop_signals
from controller.instruments.wire_log import WireLogFile
from controller.procedures.run_record import open_record
from controller.recording.writing import Recorder

Ask = Callable[[OpenBench], tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Wanted:
    """How a procedure wants its bench; ``what`` tells others who has it.

    ``ask`` has acknowledged what the bench needs, and returns sentences for the
    record, "" for nothing. ``seed`` and ``out`` are the config's where None.
    """

    config: Path
    what: str
    ask: Ask
    out: Path | None = None
    seed: int | None = None
    real_time: bool = False
    wire_log: Path | None = None


@dataclass(frozen=True, slots=True)
class Ready:
    """A bench that is ready.

    ``link`` is the guardian process, None where there is none; ``guardian`` is the
    process, or the same judgement on simulated time.
    """

    loaded: Loaded
    bench: OpenBench
    recorder: Recorder
    stop: StopSignal
    link: GuardianLink | None
    guardian: Guardian


@contextmanager
def ready(loaded: Loaded, wanted: Wanted) -> Iterator[Ready]:
    """Open the bench of a config for a procedure; on leaving, switch off.

    Raises:
        BenchError: an instrument, the guardian or an acknowledgement is missing; no
            output has been enabled.
        RunFileError: the record cannot be written.
    """
    seed = loaded.seed if wanted.seed is None else wanted.seed
    with (
        stop_signals() as stop,
        guarded(loaded, wanted.config) as link,
        WireLogFile(wanted.wire_log) if wanted.wire_log else nullcontext() as log,
    ):
        if link is not None:
            stop.woken = BeatingEvent(link.pulse)
        how = How(seed, wanted.real_time, stop.woken, log, wanted.what)
        with open_bench(loaded, how) as bench:
            for problem in bench.link.safeguards.arm():
                print(f"no watchdog: {problem}", file=sys.stderr)
            answers = wanted.ask(bench)
            if link is not None:
                link.prove(guarded_addresses(loaded))
            recorder = open_record(loaded, bench, wanted.out or loaded.out, seed)
            for answer in filter(None, answers):
                utc = datetime.now(UTC).isoformat(timespec="milliseconds")
                recorder.event(NAN, utc, "acknowledgement", answer)
            if link is not None:
                link.introduce(recorder.path)
            now, period_s = bench.link.clock.now, loaded.settings.period_s
            guardian = link or SimulatedGuardian(period_s, now)
            yield Ready(loaded, bench, recorder, stop, link, guardian)
