"""The phases of a treatment: baseline → ramp → hold → cool → done.

``stopped`` is an operator's end, ``tripped`` a fault's; both mean field off. A phase
changes by time, by temperature, by dose or by a request, never by a clock of its own.
"""

from dataclasses import dataclass, replace

from controller.decisions.settings import TUMOUR_ROLES, Settings, TreatmentSettings
from controller.decisions.signals import NAN, Phase, Request

REACHED_C = 0.2
WAIT_FOR_PROBES_S = 60.0
SETPOINT_LOW_C = 20.0
HEATING: tuple[Phase, ...] = ("ramp", "hold")
ENDED: tuple[Phase, ...] = ("done", "stopped", "tripped")
_NEXT: dict[Phase, Phase] = {
    "baseline": "ramp",
    "ramp": "hold",
    "hold": "cool",
    "cool": "done",
}


@dataclass(frozen=True, slots=True)
class Course:
    """Where the treatment stands. ``manual_a_per_m`` is NaN while the loop controls."""

    phase: Phase = "baseline"
    since_s: float = 0.0
    setpoint_c: float = NAN
    manual_a_per_m: float = NAN

    @property
    def heating(self) -> bool:
        """Whether the field may be on in this phase."""
        return self.phase in HEATING

    @property
    def ended(self) -> bool:
        """Whether nothing more will happen without an operator."""
        return self.phase in ENDED


def go(course: Course, phase: Phase, t_s: float) -> Course:
    """Return the course in another phase, from ``t_s`` on; manual power ends."""
    return replace(course, phase=phase, since_s=t_s, manual_a_per_m=NAN)


def advance(
    course: Course,
    t_s: float,
    controlled_c: float,
    lowest_dose_min: float,
    treatment: TreatmentSettings,
    *,
    ready: bool,
) -> Course:
    """Return the course after time, temperature (°C) and dose (min) have moved on.

    The baseline lasts until every probe is ``ready``, at most a minute longer: then
    heating begins, and the start check says what is missing.
    """
    elapsed_s = t_s - course.since_s
    if course.phase == "baseline" and elapsed_s >= treatment.baseline_s:
        late = elapsed_s >= treatment.baseline_s + WAIT_FOR_PROBES_S
        return go(course, "ramp", t_s) if ready or late else course
    if course.phase == "ramp" and controlled_c >= course.setpoint_c - REACHED_C:
        return go(course, "hold", t_s)
    if course.phase == "hold" and _hold_is_over(elapsed_s, lowest_dose_min, treatment):
        return go(course, "cool", t_s)
    if course.phase == "cool" and elapsed_s >= treatment.cool_s:
        return go(course, "done", t_s)
    return course


def ask(
    course: Course,
    requests: tuple[Request, ...],
    t_s: float,
    settings: Settings,
) -> Course:
    """Return the course after the operator's requests, in their order.

    A set-point outside 20 °C … ``highest_setpoint_c`` and a negative manual field are
    ignored (the engine refuses them with a sentence before). A reset of a tripped
    treatment goes back to its ramp; the checks of this same tick may trip it again.
    """
    for request in requests:
        course = _ask_one(course, request, t_s, highest_setpoint_c(settings))
    return course


def highest_setpoint_c(settings: Settings) -> float:
    """Return the highest set-point in °C that the trip allows: trip − 0.7."""
    limits = settings.limits
    tumour = any(probe.role in TUMOUR_ROLES for probe in settings.probes)
    return (limits.tumour_trip_c if tumour else limits.sample_trip_c) - 0.7


def _hold_is_over(
    elapsed_s: float, lowest_dose_min: float, treatment: TreatmentSettings
) -> bool:
    target_min = treatment.hold_cem43_min
    by_dose = target_min is not None and lowest_dose_min >= target_min
    return by_dose or elapsed_s >= treatment.hold_s


def _ask_one(
    course: Course, request: Request, t_s: float, highest_setpoint_c: float
) -> Course:
    if request.name == "stop" and course.phase not in ("done", "stopped"):
        return go(course, "stopped", t_s)
    if request.name == "reset" and course.phase == "tripped":
        return go(course, "ramp", t_s)
    if course.ended:
        return course
    if request.name == "next":
        return go(course, _NEXT[course.phase], t_s)
    if request.name == "hold" and course.phase in ("baseline", "ramp"):
        return go(course, "hold", t_s)
    if request.name == "setpoint" and (
        SETPOINT_LOW_C <= request.value <= highest_setpoint_c
    ):
        return replace(course, setpoint_c=request.value)
    if request.name == "manual" and not request.value < 0.0:
        return replace(course, manual_a_per_m=request.value)
    return course
