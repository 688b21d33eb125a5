"""The phases of a treatment: baseline → ramp and hold, by segments → cool → done.

``stopped`` is an operator's end, ``tripped`` a fault's; both mean field off. A phase
changes by time, by temperature, by dose or by a request, never by a clock of its own.
"""

from dataclasses import dataclass, replace

from controller.decisions import segments
from controller.decisions.segments import Doses
from controller.decisions.settings import TUMOUR_ROLES, SegmentSettings, Settings
from controller.decisions.signals import NAN, Phase, Request

WAIT_FOR_PROBES_S = 60.0
SETPOINT_LOW_C = 20.0
HEATING: tuple[Phase, ...] = ("ramp", "hold")
ENDED: tuple[Phase, ...] = ("done", "stopped", "tripped")


@dataclass(frozen=True, slots=True)
class Course:
    """Where the treatment stands. ``manual_a_per_m`` is NaN while the loop controls.

    ``number`` counts the segments from 1, 0 before the first; ``from_c`` is where its
    set-point started, ``heated_since_s`` when the first one began. After a trip
    ``tripped_in`` is the phase that it ended, ``had_s`` the time that a hold had had.
    """

    phase: Phase = "baseline"
    since_s: float = 0.0
    setpoint_c: float = NAN
    manual_a_per_m: float = NAN
    number: int = 0
    segment: SegmentSettings | None = None
    from_c: float = NAN
    heated_since_s: float = NAN
    tripped_in: Phase = "baseline"
    had_s: float = 0.0

    @property
    def heating(self) -> bool:
        """Whether the field may be on in this phase."""
        return self.phase in HEATING

    @property
    def ended(self) -> bool:
        """Whether nothing more will happen without an operator."""
        return self.phase in ENDED

    @property
    def segment_name(self) -> str:
        """The segment's own name, else its kind; "" outside of segments."""
        if self.segment is None or not self.heating:
            return ""
        return self.segment.name or self.segment.kind


def go(course: Course, phase: Phase, t_s: float) -> Course:
    """Return the course in another phase, from ``t_s`` on; manual power ends."""
    return replace(course, phase=phase, since_s=t_s, manual_a_per_m=NAN)


def trip(course: Course, t_s: float) -> Course:
    """Return the course after a fault, with what a reset needs to go on from there."""
    had_s = t_s - course.since_s if course.phase == "hold" else course.had_s
    return replace(
        go(course, "tripped", t_s), tripped_in=course.phase, had_s=max(had_s, 0.0)
    )


def advance(
    course: Course,
    t_s: float,
    controlled_c: float,
    doses: Doses,
    settings: Settings,
    *,
    ready: bool,
) -> Course:
    """Return the course after time, temperature (°C) and dose (min) have moved on.

    The baseline lasts until every probe is ``ready``, at most a minute longer: then
    heating begins, and the start check says what is missing.
    """
    elapsed_s = t_s - course.since_s
    if course.heating:
        return _advance_segment(course, t_s, controlled_c, doses, settings)
    baseline_s = settings.treatment.baseline_s
    if course.phase == "baseline" and elapsed_s >= baseline_s:
        late = elapsed_s >= baseline_s + WAIT_FOR_PROBES_S
        if ready or late:
            return _enter(course, 1, t_s, controlled_c, settings)
    if course.phase == "cool" and elapsed_s >= settings.treatment.cool_s:
        return go(course, "done", t_s)
    return course


def ask(
    course: Course,
    requests: tuple[Request, ...],
    t_s: float,
    controlled_c: float,
    settings: Settings,
) -> Course:
    """Return the course after the operator's requests, in their order.

    A set-point outside 20 °C … ``highest_setpoint_c`` and a negative manual field are
    ignored (the engine refuses them with a sentence before). A reset of a tripped
    treatment goes on in its segment, a hold with the time that was left; the checks of
    this same tick may trip it again.
    """
    for request in requests:
        course = _ask_one(course, request, t_s, controlled_c, settings)
    return course


def highest_setpoint_c(settings: Settings) -> float:
    """Return the highest set-point in °C that the trip allows: trip − 0.7."""
    limits = settings.limits
    tumour = any(probe.role in TUMOUR_ROLES for probe in settings.probes)
    return (limits.tumour_trip_c if tumour else limits.sample_trip_c) - 0.7


def open_field_a_per_m(course: Course, t_s: float) -> float:
    """Return the field in A/m that goes without control now; NaN under control."""
    if course.manual_a_per_m == course.manual_a_per_m or course.segment is None:
        return course.manual_a_per_m
    return segments.open_field_a_per_m(course.segment, t_s - course.since_s)


def heating_since_s(course: Course, sample: bool, t_s: float) -> float:
    """Return since when in s a probe had to answer to a field; NaN before heating.

    At rest a coarse thermometer shows the same for minutes. In a ``sample`` so it does
    in the pauses of pulses, and only the newest pulse counts.
    """
    part = course.segment
    if not sample or part is None:
        return course.heated_since_s
    open_a_per_m = open_field_a_per_m(course, t_s)
    if open_a_per_m != open_a_per_m:
        return course.heated_since_s
    if open_a_per_m == 0.0:
        return t_s
    if part.on_s is None or part.off_s is None:
        return max(course.since_s, course.heated_since_s)
    return t_s - (t_s - course.since_s) % (part.on_s + part.off_s)


def longest_ramp_s(course: Course, settings: Settings) -> float:
    """Return the time in s within which the set-point must be reached.

    A ramp may take its own time on top: the way in °C over its rate.
    """
    most_s, part = settings.treatment.max_ramp_s, course.segment
    if part is not None and part.rate_c_per_min and part.setpoint_c is not None:
        way_c = abs(part.setpoint_c - course.from_c)
        most_s += 60.0 * way_c / part.rate_c_per_min if way_c == way_c else 0.0
    return most_s


def _advance_segment(
    course: Course, t_s: float, controlled_c: float, doses: Doses, s: Settings
) -> Course:
    part = course.segment
    if part is None:
        return go(course, "cool", t_s)
    if segments.beyond_totals(t_s - course.heated_since_s, doses, s):
        return go(course, "cool", t_s)
    elapsed_s = t_s - course.since_s
    if course.phase == "hold":
        if segments.over(part, elapsed_s, doses, s):
            return _enter(course, course.number + 1, t_s, controlled_c, s)
        return course
    moved_c = segments.moved_setpoint_c(part, course.from_c, elapsed_s)
    if moved_c == moved_c and moved_c != course.setpoint_c:
        course = replace(course, setpoint_c=moved_c)
    if not segments.reached(part, course.from_c, course.setpoint_c, controlled_c):
        return course
    if part.kind in segments.MOVING:
        return _enter(course, course.number + 1, t_s, controlled_c, s)
    return _hold(course, t_s)  # a hold that was interrupted is warm again


def _enter(
    course: Course, number: int, t_s: float, controlled_c: float, s: Settings
) -> Course:
    """Begin a segment, or the cooling after the last one."""
    parts = segments.plan(s)
    if number > len(parts):
        return go(course, "cool", t_s)
    part = parts[number - 1]
    setpoint_c = course.setpoint_c if part.setpoint_c is None else part.setpoint_c
    moved_c = segments.moved_setpoint_c(part, controlled_c, 0.0)
    first_s = course.heated_since_s
    return Course(
        phase=segments.phase_of(part),
        since_s=t_s,
        setpoint_c=moved_c if moved_c == moved_c else setpoint_c,
        number=number,
        segment=part,
        from_c=controlled_c,
        heated_since_s=t_s if first_s != first_s else first_s,
    )


def _enter_hold(course: Course, t_s: float, controlled_c: float, s: Settings) -> Course:
    """Begin the next hold from here on; without one nothing changes."""
    if course.segment is not None and course.segment.kind == "hold":
        return _hold(course, t_s)
    for number, part in enumerate(segments.plan(s), start=1):
        if number > course.number and part.kind == "hold":
            return _enter(course, number, t_s, controlled_c, s)
    return course


def _hold(course: Course, t_s: float) -> Course:
    """Hold from now on; what a trip has cut off counts as had."""
    return replace(go(course, "hold", t_s - course.had_s), had_s=0.0)


def _resume(course: Course, t_s: float, controlled_c: float, s: Settings) -> Course:
    """Go on where a trip came: in a segment, or without heating as before.

    A ramp begins anew from the present temperature. A hold has to become warm again
    first, with the set-point as the operator left it.
    """
    if course.tripped_in not in HEATING:
        return go(course, course.tripped_in, t_s)
    setpoint_c, had_s = course.setpoint_c, course.had_s
    course = _enter(course, course.number, t_s, controlled_c, s)
    if course.segment is not None and course.segment.kind == "hold":
        return replace(course, phase="ramp", setpoint_c=setpoint_c, had_s=had_s)
    return (
        _hold(replace(course, had_s=had_s), t_s) if course.phase == "hold" else course
    )


def _ask_one(
    course: Course, request: Request, t_s: float, controlled_c: float, s: Settings
) -> Course:
    if request.name == "stop" and course.phase not in ("done", "stopped"):
        return go(course, "stopped", t_s)
    if request.name == "reset" and course.phase == "tripped":
        return _resume(course, t_s, controlled_c, s)
    if course.ended:
        return course
    if request.name == "next":
        if course.phase == "cool":
            return go(course, "done", t_s)
        return _enter(course, course.number + 1, t_s, controlled_c, s)
    if request.name == "hold" and course.phase in ("baseline", "ramp"):
        return _enter_hold(course, t_s, controlled_c, s)
    if request.name == "setpoint" and (
        SETPOINT_LOW_C <= request.value <= highest_setpoint_c(s)
    ):
        return replace(course, setpoint_c=request.value, from_c=NAN)
    if request.name == "manual" and not request.value < 0.0:
        return replace(course, manual_a_per_m=request.value)
    return course
