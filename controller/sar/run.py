"""Measuring a SAR matrix: each curve is a run, with the record of a treatment.

Curve by curve: what is done by hand is confirmed, the sample comes to rest with only
the thermometer open, then the bench is made ready and proven as for any run, and the
same loop as a treatment's runs baseline, field and cooling: ceiling, interlocks,
guardian, watchdogs, record, and the confirmed off. A matrix that was interrupted is
continued: curves whose record is complete are kept.
"""

import zlib
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from controller.bench import How, open_thermometry
from controller.config.loading import Loaded
from controller.config.sar_matrix import CheckTable
from controller.config.sar_plan import SarPlan
from controller.config.sar_points import SarPoint, allowed_by
from controller.errors import BenchError, GuardError, RecordingError
from controller.host.awake import awake
from controller.host.stop_signals import StopSignal, stop_signals
from controller.loop import COMPLETED, ENDED, REFUSED, Loop, Outcome
from controller.procedures.operators import Terminal
from controller.procedures.proof import proven
from controller.procedures.readiness import Ready, Wanted, ready
from controller.procedures.run_record import open_record, watch_folder
from controller.recording.loop_record import LoopRecord
from controller.recording.run_file import Run
from controller.rehearsal import Simulation
from controller.sar.answer import nothing_shown, with_answer_due
from controller.sar.bench import load_curve
from controller.sar.heater import Heater, heated, without_field
from controller.sar.prompts import Prompts
from controller.sar.rest import wait_for_rest

WHAT = "amf sar run"
BENCHES = "benches"
SETTLE_S = 0.01
_STOPPED = "stopped by the operator; no field was on"


@dataclass
class Measuring:
    """What all curves of a matrix share. ``show`` gets the messages of the loop.

    ``stopped`` names the signal that came where no curve took it, "" for none.
    """

    plan: SarPlan
    folder: Path
    seed: int
    prompts: Prompts
    tell: Callable[[str], object]
    show: Callable[[dict[str, Any]], None]
    stopped: Callable[[], str] = str


@dataclass
class Matter:
    """What is in the coil. The simulated sample and its fibre stay there between runs.

    Particles that settle go on settling, from each fresh sample on.
    """

    sample: Any = None
    probes: Any = None

    def put_into(self, simulation: Simulation | None) -> None:
        """Put the same sample into a bench that was opened anew, or keep its own."""
        if simulation is None:
            return
        bench = simulation.bench
        if self.sample is None:
            self.sample, self.probes = bench.sample, bench.probes
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
    continuing. What ends a curve early ends the matrix; ``ending`` says why: a trip,
    the operator, a sample that does not come to rest, an instrument that is missing.

    Raises:
        RecordingError: the folder holds curves of another config or seed.
        GuardError: a point may break the ceiling.
    """
    points = m.plan.points(m.seed)
    kept = {point.stem: _kept(m, point) for point in points}
    there = sum(path is not None for path in kept.values())
    if there:
        m.tell(f"continued: {there} of {len(points)} curves are on disk")
    result = Measured()
    try:
        result.ending = _measure_rest(m, points, kept, result)
    except KeyboardInterrupt:  # at a question, where there is no field
        result.ending = Outcome(ENDED, _STOPPED, 0.0, 0)
    except BenchError as error:  # no output was enabled: a curve itself has an outcome
        result.ending = Outcome(REFUSED, str(error), 0.0, 0)
    return result


def _measure_rest(
    m: Measuring,
    points: list[SarPoint],
    kept: dict[str, Path | None],
    result: Measured,
) -> Outcome | None:
    """Measure what is not kept; return what ended it, None at its end."""
    matter, before = Matter(), None
    for at, point in enumerate(points, start=1):
        path = kept[point.stem]
        if path is not None:
            result.done.append((point, path))
            continue
        if _fresh(before, point):
            matter = Matter()
        if m.stopped():
            return Outcome(ENDED, _STOPPED, 0.0, 0)
        m.tell(f"{at} of {len(points)}: {point.stem} ({point.words})")
        m.prompts.ask(*_by_hand(m.plan, before, point))
        before = point
        outcome, written = _curve(m, point, matter)
        if outcome.exit_code != COMPLETED or written is None:
            return outcome
        result.done.append((point, written))
    return None


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


def _by_hand(
    plan: SarPlan, before: SarPoint | None, point: SarPoint
) -> tuple[dict[str, str], bool]:
    """Return what is done by hand before a curve, and whether the coil was opened."""
    if not _fresh(before, point):
        probe = {"probe taken out and put back in": ""}
        return (probe if plan.protocol.probe_out else {}), False
    if plan.check is not None and point.content == "resistor":
        v, a = plan.check.heater_v, plan.check.heater_a
        place = f"{plan.name} with its resistor in place"
        todo = {place: "", "heater off, its supply set": f"{v:g} V, {a:g} A"}
        return todo, False  # no field: nothing of the start checklist matters
    c, todo = point.capacitor, {}
    if before is None or before.capacitor.name != c.name:
        coil = f"{1e9 * c.capacitance_f:g} nF, on the coil of {c.turns} turns"
        todo[f"capacitor {c.name} fitted"] = coil
    what = {"sample": plan.name, "blank": "medium alone", "nothing": "nothing"}
    return todo | {f"{what[point.content]} in the coil": ""}, True


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
    loaded = with_answer_due(m.plan, point, loaded)
    # The last look before the field, with what the loop itself will be bound by.
    if not allowed_by(loaded.settings.ceiling, point):
        raise GuardError(f"{point.stem}: this field may break the ceiling")
    seed = curve_seed(m.seed, point)
    if point.content != "nothing" and not _rests(m, loaded, matter, seed):
        return Outcome(ENDED, _STOPPED, 0.0, 0), None
    if m.plan.check is not None and point.content == "resistor":
        return _heated(m, m.plan.check, loaded, matter, seed)
    config = m.folder / BENCHES / f"{point.stem}.toml"
    wanted = Wanted(config, WHAT, lambda _: m.prompts.confirmed, m.folder, seed)
    with ready(loaded, wanted) as opened:
        matter.put_into(opened.bench.simulation)
        return _run(m, opened, point), opened.recorder.path


def _rests(m: Measuring, loaded: Loaded, matter: Matter, seed: int) -> bool:
    """Wait until the sample rests; False where the operator stopped it."""
    with (
        stop_signals() as stop,
        open_thermometry(loaded, How(seed, what=WHAT)) as opened,
    ):
        matter.put_into(opened.simulation)
        asked = StopSignal(lambda: stop.name or m.stopped())
        wait_for_rest(opened.link, m.plan.protocol, lambda: bool(asked.name), m.show)
    return not asked.name


def _heated(
    m: Measuring, check: CheckTable, loaded: Loaded, matter: Matter, seed: int
) -> tuple[Outcome, Path]:
    """Record one curve of a resistor in the liquid; only the thermometer is open."""
    loaded = without_field(loaded)
    with stop_signals() as stop:
        how = How(seed, woken=stop.woken, what=WHAT)
        with open_thermometry(loaded, how) as bench:
            matter.put_into(bench.simulation)
            recorder = open_record(loaded, bench, m.folder, seed)
            truth = None if bench.simulation is None else bench.simulation.truth
            asked = StopSignal(lambda: stop.name or m.stopped())
            operator = Terminal(asked, m.show)
            record = LoopRecord(recorder, loaded.settings, truth, operator.publish)
            for said in m.prompts.confirmed:
                record.event("acknowledgement", said, {})
            vial = None if bench.simulation is None else matter.sample
            heater = Heater(check, m.plan.protocol, vial, m.tell)
            return heated(loaded, bench, record, heater, operator), recorder.path


def _run(m: Measuring, opened: Ready, point: SarPoint) -> Outcome:
    """Prove a bench that is ready, run the loop of a treatment on it, record it."""
    loaded, bench, path = opened.loaded, opened.bench, opened.recorder.path
    stop = opened.stop
    stop.name = stop.name or m.stopped()
    operator = Terminal(stop, m.show)
    record = LoopRecord(opened.recorder, loaded.settings, bench.truth, operator.publish)
    watch = watch_folder(path.parent, path)
    loop = Loop(bench.link, loaded.settings, record, operator, watch, opened.link)
    bench.follow(
        lambda: loop.state.course.phase,
        lambda said: record.event("rehearsal", said, {}),
    )
    with ExitStack() as stack:
        if opened.link is not None:
            record.event("sleep", stack.enter_context(awake()), {})
        refused = proven(loaded, bench, record, stop, opened.link)
        outcome = refused or loop.run()
    if outcome.exit_code == COMPLETED and (said := nothing_shown(point, loop.state)):
        m.tell(said)
    return outcome
