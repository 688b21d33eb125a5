"""One run: tick after tick read, decide, guard, act, record, publish; then off.

Whatever ends it, the field is switched off and read back before anything else is
done; the record says why.
"""

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Protocol

from controller.decisions.settings import Settings
from controller.decisions.signals import Command, Drive, Fault, Measurement, Request
from controller.decisions.state import State, initial
from controller.decisions.step import step
from controller.errors import AmfError, GuardError, RecordingError
from controller.guard import guard
from controller.guardian.heartbeat import LONGEST_PAUSE_S
from controller.guardian.link import Guardian, SimulatedGuardian
from controller.host.clock import parted
from controller.instruments.bench_link import BenchLink
from controller.instruments.switching import OffReport
from controller.recording.loop_record import LoopRecord, completed
from controller.snapshot import snapshot

log = logging.getLogger(__name__)
COMPLETED, FAILED, REFUSED, ENDED, NOT_CONFIRMED = 0, 1, 2, 3, 4
RECHECK_S = 1.0
# What the guardian grants beyond the silence that it tolerates; then it acts itself.
PREPARE_PAUSE_S = 5.0
OFF_PAUSE_S = 8.0
LOOKED_S = 3.0


class Operator(Protocol):
    """Where requests come from and messages go: a terminal or the engine's lines."""

    stays_after_trip: bool

    def requests(self) -> tuple[Request, ...]: ...

    def publish(self, message: dict[str, Any]) -> None: ...

    def wants_snapshot(self) -> bool: ...


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a run ended: exit code, the sentence that says why, and its wall time."""

    exit_code: int
    sentence: str
    wall_s: float
    ticks: int


class Loop:
    """Runs one treatment on an open bench; ``state`` is what was last decided."""

    def __init__(
        self,
        bench: BenchLink,
        settings: Settings,
        record: LoopRecord,
        operator: Operator,
        watch_folder: Callable[[], tuple[Fault, ...]] = tuple,
        guardian: Guardian | None = None,
        prove_again: Callable[[], str] = str,
    ) -> None:
        self._bench = bench
        self._settings = settings
        self._record = record
        self._operator = operator
        self._watch_folder = watch_folder
        self._guardian = guardian or SimulatedGuardian(
            settings.period_s, bench.clock.now
        )
        self._prove_again = prove_again
        self.state: State = initial(settings)
        self._seq = 0
        self._off = OffReport(False, "the field has not been on")
        self._rechecked_s = 0.0

    def run(self) -> Outcome:
        """Run to the end; the field is off, or said not to be, when this returns."""
        started_s = time.perf_counter()
        problem: BaseException | None = None
        try:
            self._bench.prepare()
            while not self._finished():
                self._tick()
        except BaseException as error:  # noqa: BLE001 # broad: off, record, re-raise
            problem = error
        self._switch_off()
        if self._bench.energised:  # what follows is not the loop: time to leave
            self._guardian.beat(True, LONGEST_PAUSE_S)
        wall_s = time.perf_counter() - started_s
        self._show_end()
        outcome = self._outcome(problem, wall_s)
        self._close(outcome)
        if problem is not None and not isinstance(problem, AmfError):
            raise problem
        return outcome

    def since_phase_s(self) -> float:
        """Return for how long in s the phase has lasted, at the last tick."""
        return self.state.t_s - self.state.course.since_s

    def _tick(self) -> None:
        t_s, late_s = self._bench.clock.tick()
        self._guardian.ticked()
        requests = self._operator.requests()
        if self._resets(requests):
            requests = self._prove_resets(requests)
            t_s, late_s = self._bench.clock.tick()  # the proof took its time
            self._guardian.ticked()
        measurement = self._bench.measure(
            t_s, late_s, requests, self._seen_outside() if t_s else ()
        )
        before = self.state
        self.state, command = step(before, measurement, self._settings)
        guard(command, measurement.drive, self._settings)
        self._notice_output(measurement.drive)
        if not self.state.faults:
            self._bench.safeguards.healthy()
        report = self._apply(command)
        self._record.tick(self._seq, self.state, measurement)
        if report is not None:
            self._say_off(report)
        if requests or self.state.course is not before.course:
            self._record.changes(before, self.state, requests)
        if len(self.state.faults) > len(before.faults):
            self._record.faults(before, self.state, self._bench.troubles())
        if self.state.alarms is not before.alarms:
            self._record.alarms(before, self.state)
        if self._operator.wants_snapshot():
            self._publish(measurement)
        if self._bench.energised and not command.output_on:
            self._insist(t_s)
        self._guardian.beat(self._bench.energised)
        self._seq += 1

    def _resets(self, requests: tuple[Request, ...]) -> bool:
        """Say whether a trip is to be reset; a stop beside it goes first."""
        names = {request.name for request in requests}
        tripped = self.state.course.phase == "tripped"
        return tripped and "reset" in names and "stop" not in names

    def _notice_output(self, drive: Drive | None) -> None:
        """Take an output that reads on for on, whoever has switched it on.

        One that is stuck is left alone while the sensor sees that it drives nothing;
        what it saw more than ``LOOKED_S`` ago is nothing seen.
        """
        sensor = self._bench.sensor
        idle = False
        if self._off.stuck and sensor is not None:
            fresh = self._bench.clock.now() - sensor.taken_s <= LOOKED_S
            idle = fresh and sensor.quiet
        if drive is not None and drive.output_on and not idle:
            self._bench.energised = True

    def _seen_outside(self) -> tuple[Fault, ...]:
        slept = parted(self._bench.clock)
        return (*self._watch_folder(), *self._guardian.faults(), *slept)

    def _apply(self, command: Command) -> OffReport | None:
        """Tell the guardian what the field may do now, then do it."""
        bench, pause_s = self._bench, 0.0
        if command.output_on and not bench.prepared:
            pause_s = PREPARE_PAUSE_S
        elif bench.energised and not command.output_on:
            pause_s = OFF_PAUSE_S
        self._guardian.beat(command.output_on or bench.energised, pause_s)
        report = bench.apply(command)
        if pause_s:  # the clock counts anew, too: what took so long was announced
            self._guardian.ticked()
        return report

    def _switch_off(self) -> None:
        """Switch off and say so; the guardian grants a bounded time for it."""
        self._guardian.beat(self._bench.energised, OFF_PAUSE_S)
        report = self._bench.switch_off()
        self._guardian.ticked()
        self._guardian.beat(self._bench.energised)
        self._say_off(report)

    def _finished(self) -> bool:
        phase = self.state.course.phase
        if phase == "tripped":
            return not self._operator.stays_after_trip
        return phase in ("done", "stopped")

    def _prove_resets(self, requests: tuple[Request, ...]) -> tuple[Request, ...]:
        """Drop a reset unless the field is proven off, and the applicator, again."""
        self._switch_off()
        off = self._off
        problem = self._prove_again() if off.confirmed else off.sentence
        if not problem:
            return requests
        sentence = f"no reset: {problem}"
        self._operator.publish({"kind": "refused", "sentence": sentence})
        return tuple(r for r in requests if r.name != "reset")

    def _insist(self, t_s: float) -> None:
        """Keep switching off, each second, while off is not confirmed."""
        if t_s - self._rechecked_s >= RECHECK_S:
            self._rechecked_s = t_s
            self._switch_off()

    def _show_end(self) -> None:
        """Show once more what is read back, now that the field is off."""
        if self._operator.stays_after_trip and self.state.t_s == self.state.t_s:
            self._publish(self._bench.measure(self.state.t_s, 0.0, (), ()))

    def _say_off(self, report: OffReport) -> None:
        self._off, t_s = report, self._bench.clock.now()
        utc = datetime.now(UTC).isoformat(timespec="seconds")
        try:
            self._record.event("off", report.sentence, {"confirmed": report.confirmed})
        except RecordingError as error:
            log.error("%s", error)
        self._operator.publish(
            {
                "kind": "off",
                "t_s": t_s,
                "confirmed": report.confirmed,
                "utc": utc,
                "sentence": report.sentence,
            }
        )

    def _publish(self, measurement: Measurement) -> None:
        self._operator.publish(
            snapshot(self._seq, self.state, measurement, self._settings)
        )

    def _outcome(self, problem: BaseException | None, wall_s: float) -> Outcome:
        code, sentence = self._why(problem)
        if not self._off.confirmed:
            code, sentence = NOT_CONFIRMED, f"{self._off.sentence}; {sentence}"
        elif code != COMPLETED:
            sentence = f"{sentence}; {self._off.sentence}"
        return Outcome(code, sentence, wall_s, self._seq)

    def _why(self, problem: BaseException | None) -> tuple[int, str]:
        if isinstance(problem, RecordingError):
            return ENDED, f"no recording, no field: {problem}"
        if problem is not None:
            ours = not isinstance(problem, AmfError) or isinstance(problem, GuardError)
            refused = self.state.course.phase == "baseline"
            return (FAILED if ours else REFUSED if refused else ENDED), str(problem)
        course = self.state.course
        if course.phase == "done":
            return COMPLETED, completed(self._settings, course.setpoint_c)
        stopped = "stopped by the operator"
        if self.state.faults:
            why = f"tripped: {self.state.faults[0].sentence}"
            over = course.phase == "stopped"
            return ENDED, f"{why}; then {stopped}" if over else why
        return ENDED, stopped

    def _close(self, outcome: Outcome) -> None:
        try:
            self._record.finish(self.state, outcome.sentence, outcome)
        except RecordingError as error:
            log.error("%s", error)
