"""Measuring a SAR matrix: each curve is a run, with the record of a treatment.

Curve by curve: what is done by hand is confirmed, the sample comes to rest with only
the thermometer open, then the same loop as a treatment's runs baseline, field and
cooling: ceiling, interlocks, guardian, record, and the confirmed off. A matrix that
was interrupted is continued: curves whose record is complete are kept.
"""

import zlib
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from controller.bench import How, OpenBench, open_bench, open_thermometry
from controller.config.loading import Loaded
from controller.config.sar_bench import load_curve
from controller.config.sar_matrix import SarSimulation
from controller.config.sar_plan import SarPlan, SarPoint, allowed_by
from controller.decisions.state import initial
from controller.errors import GuardError, RecordingError
from controller.guardian.link import (
    BeatingEvent,
    GuardianLink,
    SimulatedGuardian,
    guarded,
    guarded_addresses,
)
from controller.host.stop_signals import StopSignal, stop_signals
from controller.loop import COMPLETED, ENDED, NOT_CONFIRMED, REFUSED, Loop, Outcome
from controller.operators import Terminal
from controller.procedures.fingerprint import Parts, has_fingerprint, take_fingerprint
from controller.recording.loop_record import LoopRecord
from controller.recording.run_file import Run
from controller.recording.run_record import open_record, watch_folder
from controller.rehearsal import Simulation
from controller.sar.prompts import Prompts
from controller.sar.rest import wait_for_rest

BENCHES = "benches"
SETTLE_S = 0.01
_STOPPED = "stopped by the operator; no field was on"


@dataclass
class Measuring:
    """What all curves of a matrix share. ``show`` gets the messages of the loop."""

    plan: SarPlan
    folder: Path
    seed: int
    prompts: Prompts
    tell: Callable[[str], object]
    show: Callable[[dict[str, Any]], None]


@dataclass
class Matter:
    """What is in the coil. The simulated sample and its fibre stay there between runs.

    ``unproven``: no fingerprint has shown yet that the coil is the right one. ``truth``
    has what a bench's config does not say of a vial: convection and sedimentation.
    """

    truth: SarSimulation | None = None
    unproven: bool = True
    sample: Any = None
    probes: Any = None

    def put_into(self, simulation: Simulation | None) -> None:
        """Put the same sample into a bench that was opened anew, or keep its own."""
        if simulation is None:
            return
        bench = simulation.bench
        if self.sample is None:
            self.sample, self.probes = bench.sample, bench.probes
            if self.truth is not None:
                self.sample.parameters = replace(
                    self.sample.parameters,
                    convection_per_k=self.truth.convection_per_k,
                    sedimentation_s=self.truth.sedimentation_s,
                )
            return
        bench.sample, bench.probes = self.sample, self.probes
        bench.advance(SETTLE_S)  # so that the thermometer shows it


@dataclass
class Measured:
    """The points that have a complete record, and why the others have none."""

    done: list[tuple[SarPoint, Path]] = field(default_factory=list)
    ending: Outcome | None = None


def measure(m: Measuring) -> Measured:
    """Measure every point that has no complete record yet, in the order of the plan.

    A change of capacitor or content puts a fresh sample into the coil, and so does
    continuing. What ends a curve early ends the matrix; ``ending`` says why.

    Raises:
        RecordingError: the folder holds curves of another config or seed.
        BenchError: the sample did not come to rest, or an instrument does not answer.
        GuardError: a point may break the ceiling.
    """
    points = m.plan.points(m.seed)
    kept = {point.stem: _kept(m, point) for point in points}
    there = sum(path is not None for path in kept.values())
    if there:
        m.tell(f"continued: {there} of {len(points)} curves are on disk")
    result = Measured()
    try:
        _measure_rest(m, points, kept, result)
    except KeyboardInterrupt:  # between two curves, where there is no field
        result.ending = Outcome(ENDED, _STOPPED, 0.0, 0)
    return result


def _measure_rest(
    m: Measuring,
    points: list[SarPoint],
    kept: dict[str, Path | None],
    result: Measured,
) -> None:
    """Measure what is not kept, until something ends it."""
    matter, before = Matter(m.plan.simulation), None
    for at, point in enumerate(points, start=1):
        path = kept[point.stem]
        if path is not None:
            result.done.append((point, path))
            continue
        if _fresh(before, point):
            matter = Matter(m.plan.simulation)
        m.tell(f"{at} of {len(points)}: {point.stem}")
        if not _by_hand(m, before, point):
            result.ending = Outcome(ENDED, _STOPPED, 0.0, 0)
            return
        before = point
        outcome, written = _curve(m, point, matter)
        if outcome.exit_code != COMPLETED or written is None:
            result.ending = outcome
            return
        result.done.append((point, written))


def check_benches(plan: SarPlan, folder: Path) -> None:
    """Read the bench of every coil, so that none is found wrong half way through.

    Raises:
        ConfigError: a bench cannot be as the matrix's config says.
    """
    coils = {point.capacitor.name: point for point in plan.points()}
    for point in coils.values():
        load_curve(plan, point, folder / BENCHES)


def curve_seed(seed: int, point: SarPoint) -> int:
    """Return the seed of one curve: its own, the same on every machine."""
    return zlib.crc32(f"{seed}/{point.stem}".encode()) & 0x7FFFFFFF


def _fresh(before: SarPoint | None, point: SarPoint) -> bool:
    if before is None:
        return True
    return (before.capacitor.name, before.content) != (
        point.capacitor.name,
        point.content,
    )


def _by_hand(m: Measuring, before: SarPoint | None, point: SarPoint) -> bool:
    """Have done by hand what differs from the curve before; False to give up."""
    todo = []
    if before is None or before.capacitor.name != point.capacitor.name:
        todo.append(f"capacitor {point.capacitor.name} fitted")
    if _fresh(before, point):
        what = {"sample": m.plan.name, "blank": "medium alone", "nothing": "nothing"}
        todo.append(f"{what[point.content]} in the coil")
    elif m.plan.protocol.probe_out:
        todo.append("probe taken out and put back in")
    return all(m.prompts.ask(what) for what in todo)


def _kept(m: Measuring, point: SarPoint) -> Path | None:
    """Return the complete record of a point, None where it is to be measured."""
    for path in sorted(m.folder.glob(f"*Z_{point.stem}*.sqlite")):
        with Run.open(path) as run:
            if run.header.name != point.stem:
                continue
            if not run.completed or run.results.get("exit_code") != COMPLETED:
                continue
            same = run.header.config_texts.get(m.plan.path.name) == m.plan.text
            seeds = (None, curve_seed(m.seed, point))
            if not (same and run.header.seed in seeds):
                raise RecordingError(
                    f"{path} was measured with another config or seed; choose another "
                    "--out, or move the folder away"
                )
        return path
    return None


def _curve(
    m: Measuring, point: SarPoint, matter: Matter
) -> tuple[Outcome, Path | None]:
    """Wait for rest, then run one curve; the field is off when this returns."""
    loaded = load_curve(m.plan, point, m.folder / BENCHES)
    # The last look before the field, with what the loop itself will be bound by.
    if not allowed_by(loaded.settings.ceiling, point):
        raise GuardError(f"{point.stem}: this field may break the ceiling")
    seed = curve_seed(m.seed, point)
    with stop_signals() as stop:
        if point.content != "nothing":
            with open_thermometry(loaded, How(seed, what="amf sar run")) as opened:
                matter.put_into(opened.simulation)
                drift = wait_for_rest(
                    opened.link, m.plan.protocol, lambda: bool(stop.name)
                )
            if drift is None:
                return Outcome(ENDED, _STOPPED, 0.0, 0), None
        config = m.folder / BENCHES / f"{point.stem}.toml"
        with guarded(loaded, config) as guardian:
            if guardian is not None:
                stop.woken = BeatingEvent(guardian.pulse)
            how = How(seed, woken=stop.woken, what="amf sar run")
            with open_bench(loaded, how) as bench:
                matter.put_into(bench.simulation)
                changed, matter.unproven = matter.unproven, False
                return _run(m, _Opened(loaded, bench, guardian, stop, seed, changed))


@dataclass(frozen=True, slots=True)
class _Opened:
    loaded: Loaded
    bench: OpenBench
    guardian: GuardianLink | None
    stop: StopSignal
    seed: int
    changed: bool


def _run(m: Measuring, opened: _Opened) -> tuple[Outcome, Path]:
    """Run the loop of a treatment on an open bench, and record it."""
    loaded, bench, guardian = opened.loaded, opened.bench, opened.guardian
    if guardian is not None:
        guardian.prove(guarded_addresses(loaded))
    recorder = open_record(loaded, bench, m.folder, opened.seed)
    if guardian is not None:
        guardian.introduce(recorder.path)
    operator = Terminal(opened.stop, m.show)
    record = LoopRecord(recorder, loaded.settings, bench.truth, operator.publish)
    watch = watch_folder(m.folder)
    loop = Loop(bench.link, loaded.settings, record, operator, watch, guardian)
    bench.follow(
        lambda: loop.state.course.phase,
        lambda said: record.event("rehearsal", said, {}),
    )
    return _wrong_applicator(opened, record) or loop.run(), recorder.path


def _wrong_applicator(opened: _Opened, record: LoopRecord) -> Outcome | None:
    """Take the applicator's fingerprint; return how the curve ends if it is wrong."""
    loaded, bench = opened.loaded, opened.bench
    if not (opened.changed and has_fingerprint(bench.link)):
        return None
    settings, table = loaded.settings, loaded.bench.applicator
    guardian = opened.guardian or SimulatedGuardian(
        settings.period_s, bench.link.clock.now
    )
    parts = Parts(table.coil, table.capacitor)
    with bench.before_run():
        found, report = take_fingerprint(
            bench.link, settings, parts, opened.stop, guardian
        )
    record.event("fingerprint", found.sentence, found.detail)
    if opened.stop.name or (report.confirmed and not found.problem):
        return None
    code = REFUSED if report.confirmed else NOT_CONFIRMED
    outcome = Outcome(code, f"{found.sentence}; {report.sentence}", 0.0, 0)
    record.finish(initial(settings), outcome.sentence, outcome)
    return outcome
