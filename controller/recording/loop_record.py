"""What the loop writes into the run file: ticks, and the events that explain them."""

from collections.abc import Callable
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any, Protocol

from controller.decisions.alarms import changes
from controller.decisions.interlocks_drive import measured_field
from controller.decisions.settings import SegmentSettings, Settings
from controller.decisions.signals import NAN, Measurement, Request
from controller.decisions.state import State
from controller.recording.writing import Recorder, TickRecord

CLOCK_EACH_S = 60.0


class Ending(Protocol):
    """What a record needs to know of how the run ended."""

    @property
    def exit_code(self) -> int: ...

    @property
    def wall_s(self) -> float: ...


class LoopRecord:
    """Turns ticks and changes of state into rows of the run file.

    ``truth`` gives what only a simulated bench knows, None on a real one; ``say``
    receives each event as a message for the operator.
    """

    def __init__(
        self,
        recorder: Recorder,
        settings: Settings,
        truth: Callable[[], tuple[float, ...]] | None,
        say: Callable[[dict[str, Any]], None],
    ) -> None:
        self._recorder = recorder
        self._settings = settings
        self._truth = truth
        self._say = say
        self._t_s = 0.0
        self._clock_s = -CLOCK_EACH_S

    def tick(self, seq: int, state: State, measurement: Measurement) -> None:
        """Record one tick; the pair (UTC, monotonic) once a minute."""
        self._t_s = measurement.t_s
        drive = measurement.drive
        amplitude = measured_field(drive, self._settings.applicator)
        product = amplitude * drive.frequency_hz if drive is not None else NAN
        self._recorder.tick(
            TickRecord(
                seq,
                measurement,
                state.command,
                state.course.phase,
                state.course.setpoint_c,
                state.controlled_c,
                state.limiting_c,
                amplitude,
                product,
                [watch.cem43_min for watch in state.watches],
                self._truth() if self._truth is not None else None,
            )
        )
        if measurement.t_s - self._clock_s >= CLOCK_EACH_S:
            self._clock_s = measurement.t_s
            self._recorder.clock(measurement.t_s, _utc())

    def changes(
        self, before: State, state: State, requests: tuple[Request, ...]
    ) -> None:
        """Record what the operator asked, and a change of phase or of segment."""
        for request in requests:
            detail = {"value": request.value, "text": request.text}
            self.event("operator", f"operator: {_asked(request)}", detail)
        if state.course.phase != before.course.phase:
            self.event("phase", f"{state.course.phase} begins", {})
        course, parts = state.course, self._settings.segments
        if parts and course.heating and course.number != before.course.number:
            detail = {"number": course.number, "name": course.segment_name}
            count = f"segment {course.number} of {len(parts)}"
            self.event("segment", f"{count} begins: {course.segment_name}", detail)

    def faults(self, before: State, state: State, troubles: list[str]) -> None:
        """Record every new fault with what the instruments said."""
        for fault in state.faults[len(before.faults) :]:
            detail = {**asdict(fault), "troubles": troubles}
            self.event("fault", fault.sentence, detail)

    def alarms(self, before: State, state: State) -> None:
        """Record every alarm that was raised, acknowledged or cleared."""
        for what, alarm in changes(before.alarms, state.alarms):
            detail = {"code": alarm.code, "priority": alarm.priority, "change": what}
            sentence = f"alarm {what} ({alarm.priority}): {alarm.sentence}"
            self.event("alarm", sentence, detail)

    def event(self, kind: str, sentence: str, detail: dict[str, Any]) -> None:
        """Record an event, on the disk when this returns, and say it."""
        self._recorder.event(self._t_s, _utc(), kind, sentence, detail)
        self._say(
            {"kind": "event", "t_s": self._t_s, "event": kind, "sentence": sentence}
        )

    def finish(self, state: State, sentence: str, ending: Ending) -> None:
        """Close the record: why the run ended, and its results."""
        self.event("end", sentence, {"exit_code": ending.exit_code})
        self._recorder.finish(
            {
                "exit_code": ending.exit_code,
                "exit_reason": sentence,
                "wall_s": ending.wall_s,
                "phase": state.course.phase,
            }
        )


def completed(settings: Settings, setpoint_c: float) -> str:
    """Say what a completed treatment held: its last set-point, or its segments."""
    parts = settings.segments
    if not parts:
        return f"completed: held {setpoint_c:g} °C"
    count = "1 segment" if len(parts) == 1 else f"{len(parts)} segments"
    return f"completed: {count}: {', then '.join(_named(part) for part in parts)}"


def _named(part: SegmentSettings) -> str:
    name = part.name or part.kind
    at_c, field_a_per_m = part.setpoint_c, part.field_a_per_m
    if at_c is not None:
        return f"{name} ({at_c:g} °C)"
    return name if field_a_per_m is None else f"{name} ({field_a_per_m:.0f} A/m)"


def _asked(request: Request) -> str:
    if request.name == "manual" and request.value != request.value:
        return "manual off"
    if request.name in ("setpoint", "manual"):
        return f"{request.name} {request.value:g}"
    return f"{request.name} {request.text}".strip()


def _utc() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")
