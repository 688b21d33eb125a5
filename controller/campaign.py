"""The fault campaign: every fault that the simulation knows, in every phase.

Each case is a run of its own on the whole stack, in simulated time, with the true
values watched. What is asked and how it is judged stands in ``analysis.campaign``.
"""

import os
import random
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from functools import lru_cache
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from controller.analysis.campaign import NEVER_S, PHASES, Case, Ran
from controller.bench import How, OpenBench, open_bench
from controller.config.loading import BenchSpec, Loaded, load
from controller.config.model import FaultTable
from controller.decisions.ceiling import permitted_amplitude
from controller.decisions.field_watch import LONGEST_LOSS_S, SHORTEST_LOSS_S
from controller.decisions.signals import Request
from controller.errors import AmfError, BenchError
from controller.host.stop_signals import StopSignal, held_back, working_for_another
from controller.loop import Loop
from controller.procedures.proof import proven
from controller.procedures.run_record import open_record
from controller.recording.loop_record import LoopRecord
from controller.recording.run_file import Run
from controller.rehearsal import KINDS, simulate

# The current decays within some 30 ms of switching off: at 5 % of the permitted field
# hardly anything is heated any more. At the end less is left than the earth has.
GONE_SHARE, GONE_A_PER_M = 0.05, 10.0
HOLD_S, BASELINE_S, COOL_S = 120.0, 10.0, 20.0
LOOK_ON_S = 1.0
# More than one size where a small fault is another thing than a large one.
SIZES: dict[str, tuple[float | None, ...]] = {
    "slipped": (1.0, 2.0, 5.0),
    "offset": (-2.0, -0.5, 2.0),
    "drift": (-0.01, 0.01),
    "spike": (-10.0, 10.0),
    "detuned": (-0.02, -0.01, 0.01, 0.02),
    "frequency-pulled": (-0.01, 0.01),
    "gain-changed": (0.8, 1.1),
    "coil-exchanged": (17.0, 18.0),
    "pickup-attenuated": (0.1, 10.0),
}
DURATIONS_S = {"spike": 0.3, "cough": 3.0}
ALL_PROBES = ("unplugged", "frozen", "pulled-out", "slipped", "drift")
AT_ONCE = ("over-voltage", "over-current", "over-temperature")
RESTARTS = ("power-cycle", "auto-restart")
UNREAD = ("unplugged", "broken-fibre", "warm-up")
SCOPE = ("scope-disconnected", "scope-saturated", "scope-rms", "scope-channel")
DECEIVING = ("frequency-pulled", *SCOPE)


class _Nobody:
    """No operator: nothing is asked for, and a trip ends the run."""

    stays_after_trip = False

    def requests(self) -> tuple[Request, ...]:
        return ()

    def publish(self, message: dict[str, Any]) -> None:
        pass

    def wants_snapshot(self) -> bool:
        return False


@dataclass(frozen=True, slots=True)
class Job:
    """One run of the campaign. ``config`` is read in the process that runs it."""

    config: str
    case: Case
    phase: str
    seed: int
    full: bool


def cases(loaded: Loaded) -> list[Case]:
    """List every fault that is possible on a wholly simulated bench.

    Raises:
        BenchError: an instrument is not simulated inside.
    """
    spec = loaded.bench
    if any(kind != "simulated" for kind in spec.kinds.values()):
        raise BenchError(f"{loaded.name}: a campaign needs every instrument simulated")
    twins = simulate(spec, loaded.seed).twins
    found = []
    for kind, table in KINDS.items():
        if table.place == "applicator":
            places = [""]
        elif table.place == "field":
            places = [""] if spec.field_sensor is not None else []
        elif table.place == "cooling":
            places = [""] if spec.watches_coil else []
        elif table.place == "probe":
            every = [probe.name for probe in spec.probes]
            places = every if kind in ALL_PROBES else every[:1]
        else:
            places = [
                name
                for name, twin in twins.items()
                if not table.needs or any(hasattr(twin, need) for need in table.needs)
            ]
        for on in places:
            found += list(_sized(kind, on, loaded))
    return found


def jobs(config: Path, found: Sequence[Case], *, seeds: int, full: bool) -> list[Job]:
    """List the runs: each case in each phase with each seed."""
    return [
        Job(str(config), case, phase, seed, full)
        for case in found
        for phase in PHASES
        for seed in range(1, seeds + 1)
    ]


def run_all(listed: Sequence[Job], workers: int = 0) -> Iterator[Ran]:
    """Run the jobs in parallel processes; what each came to, in their order."""
    count = workers or os.cpu_count() or 1
    # spawned, as on every system, and silent: each says in its record what is wrong
    with ProcessPoolExecutor(count, get_context("spawn"), working_for_another) as pool:
        with held_back():
            found = pool.map(run_one, listed)
        yield from found  # one at a time: few are left to wait for after Ctrl-C


def run_one(job: Job) -> Ran:
    """Run one case, and look at what was true until a second after its end."""
    loaded = _with_fault(_loaded(job.config), job)
    with TemporaryDirectory(prefix="amf-campaign-") as folder:
        try:
            with open_bench(loaded, How(seed=job.seed)) as bench:
                return _watched(job, loaded, bench, Path(folder))
        except AmfError as error:
            return Ran(
                job.case, job.phase, job.seed, 2, str(error), ("refused",),
                0.0, False, 0.0, 0.0, 0.0, 0.0, 0.0, True,
            )  # fmt: skip


class _Witness:
    """Sees the truth whenever time has passed."""

    def __init__(self, bench: OpenBench, permitted_a_per_m: float) -> None:
        assert bench.simulation is not None
        self._bench = bench.simulation.bench
        self._gone_a_per_m = GONE_SHARE * permitted_a_per_m
        self.begun_s: float | None = None
        self.on_at_begin = False
        self.last_on_s = 0.0
        self.on = False
        self.tumour_c = self.healthy_c = 0.0

    def look(self, t_s: float) -> None:
        """Note the field, and how hot it has become since the fault began."""
        truth = self._bench.truth
        self.on = truth.field_a_per_m >= GONE_A_PER_M
        if truth.field_a_per_m >= self._gone_a_per_m:
            self.last_on_s = max(t_s, 0.0)  # before 0 it is the start-up's
        if self.begun_s is not None:
            self.tumour_c = max(self.tumour_c, truth.tumour_max_c)
            self.healthy_c = max(self.healthy_c, truth.healthy_c)

    def begin(self, t_s: float) -> None:
        """Note when the first fault begins."""
        if self.begun_s is None:
            self.begun_s, self.on_at_begin = t_s, self.on


def _watched(job: Job, loaded: Loaded, bench: OpenBench, folder: Path) -> Ran:
    ceiling, applicator = loaded.settings.ceiling, loaded.settings.applicator
    permitted = permitted_amplitude(applicator.frequency_hz, ceiling)
    witness, rehearsal = _Witness(bench, permitted), bench.rehearsal
    assert rehearsal is not None and bench.simulation is not None
    rehearsal.watch = witness.look
    recorder = open_record(loaded, bench, folder, job.seed)
    record = LoopRecord(recorder, loaded.settings, bench.truth, _Nobody().publish)
    loop = Loop(bench.link, loaded.settings, record, _Nobody())
    bench.follow(
        lambda: loop.state.course.phase, lambda _: witness.begin(rehearsal.t_s)
    )
    refusal = proven(loaded, bench, record, StopSignal(), None)
    outcome = loop.run() if refusal is None else refusal
    bench.link.clock.wait(LOOK_ON_S)
    faults = loop.state.faults
    with Run.open(recorder.path) as run:
        truth, complete = run.data().truth, run.completed and not run.verify_chain()
    hf = [bench.simulation.bench.take_max_hf_a_per_m_s()]
    hf += [] if truth is None else truth["true_hf_a_per_m_s"].tolist()
    return Ran(
        case=job.case,
        phase=job.phase,
        seed=job.seed,
        exit_code=outcome.exit_code,
        sentence=outcome.sentence,
        codes=("start-up",) if refusal else tuple(fault.code for fault in faults),
        begun_s=witness.begun_s,
        on_at_begin=witness.on_at_begin,
        off_s=None if witness.on else witness.last_on_s,
        detected_s=faults[0].t_s if faults else None,
        hottest_tumour_c=witness.tumour_c,
        hottest_healthy_c=witness.healthy_c,
        hf_share=max(hf) / ceiling.limit_a_per_m_s,
        record_complete=complete,
    )


@lru_cache(maxsize=4)
def _loaded(config: str) -> Loaded:
    return load(Path(config))


def _with_fault(loaded: Loaded, job: Job) -> Loaded:
    """Return the config with one fault, and a short hold unless the full one counts."""
    case, treatment = job.case, loaded.settings.treatment
    if not job.full:
        treatment = replace(
            treatment,
            hold_s=min(treatment.hold_s, HOLD_S),
            baseline_s=min(treatment.baseline_s, BASELINE_S),
            cool_s=min(treatment.cool_s, COOL_S),
        )
    longest_s = min(60.0, treatment.hold_s / 2.0)
    if job.phase in ("baseline", "cool"):
        rests_s = (treatment.baseline_s, treatment.cool_s)
        longest_s = min(8.0, 0.8 * rests_s[job.phase == "cool"])
    after_s = random.Random(f"{job.seed}/{case.title}/{job.phase}").uniform(
        1.0, longest_s
    )
    before = job.phase == "start"
    fault = FaultTable(
        kind=case.kind,
        on=case.on,
        at_s=0.0 if before else None,
        phase=None if before else job.phase,  # type: ignore[arg-type]
        after_s=0.0 if before else after_s,
        duration_s=case.duration_s,
        size=case.size,
        other=case.other,
    )
    return replace(
        loaded,
        settings=replace(loaded.settings, treatment=treatment),
        bench=replace(loaded.bench, faults=(fault,)),
    )


def _sized(kind: str, on: str, loaded: Loaded) -> Iterator[Case]:
    spec, table = loaded.bench, KINDS[kind]
    deceives = kind in DECEIVING or table.place in ("probe", "applicator", "field")
    for size in SIZES.get(kind, (None,)):
        for other in _others(on, spec, table.place) if table.exchange else [""]:
            yield Case(
                kind=kind,
                on=on,
                size=size,
                duration_s=DURATIONS_S.get(kind),
                other=other,
                allowed_s=_allowed_s(kind, on, loaded),
                deceives=deceives and kind not in UNREAD,
            )


def _others(on: str, spec: BenchSpec, place: str) -> list[str]:
    """Return who may be the second party: each other probe, or the next instrument."""
    if place == "probe":
        return [probe.name for probe in spec.probes if probe.name != on]
    names = list(spec.instruments)
    return [names[(names.index(on) + 1) % len(names)]]


def _allowed_s(kind: str, on: str, loaded: Loaded) -> float:
    """Return how long docs/safety.md lets a fault go unnoticed, in s."""
    limits = loaded.settings.limits
    updates_s = [probe.update_s for probe in loaded.settings.probes]
    age_s = min(limits.age_updates * max(updates_s), limits.age_s)
    if KINDS[kind].place == "wire":
        if kind in ("garbled", "stale"):
            return NEVER_S  # some answers arrive whole, or are only a poll old
        if any(probe.instrument == on for probe in loaded.bench.probes):
            return age_s
        sensor = loaded.bench.field_sensor
        if sensor is not None and on == sensor.instrument:
            return min(max(3.0 * sensor.update_s, SHORTEST_LOSS_S), LONGEST_LOSS_S)
        return limits.drive_age_s
    if kind in UNREAD:
        return age_s
    return limits.drive_age_s if kind in (*AT_ONCE, *RESTARTS) else NEVER_S
