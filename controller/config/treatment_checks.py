"""What segments and the choice of probes can get wrong: one sentence for each mistake.

A table that could not be read is None here; a check that needs it is left out.
"""

from collections.abc import Iterator

from controller.config.checks import (
    ROUNDING,
    SETPOINT_BELOW_TRIP_C,
    TISSUE_SETPOINTS_C,
)
from controller.config.model import Draft
from controller.config.segments import Segment
from controller.decisions.settings import TUMOUR_ROLES

_NEEDS = {
    "ramp": ("setpoint_c", "rate_c_per_min"),
    "step": ("setpoint_c",),
    "hold": (),
    "pulse": ("field_a_per_m", "on_s", "off_s"),
    "constant": ("field_a_per_m",),
}
_ENDS = ("duration_s", "cem43_min", "cem43_t90_min")
_DOSES = ("cem43_min", "cem43_t90_min")
_MAY = {
    "ramp": (),
    "step": (),
    "hold": ("setpoint_c", *_ENDS),
    "pulse": _ENDS,
    "constant": _ENDS,
}


def segment_problems(draft: Draft) -> list[str]:
    """Return one sentence for each mistake of [[segments]] and min_tumour_probes."""
    return [*_segments(draft), *_probes(draft)]


def _segments(draft: Draft) -> Iterator[str]:
    for at, part in draft.segments:
        if at == 1 and part.kind == "hold":
            yield (
                'segments[1].kind = "hold" has nothing to hold yet; begin with a step '
                "or a ramp"
            )
        yield from _keys(at, part)
        yield from _setpoint(at, part, draft)
        yield from _field(at, part, draft)
        yield from _dose(at, part, draft)


def _keys(at: int, part: Segment) -> Iterator[str]:
    needs = _NEEDS[part.kind]
    for key in needs:
        if getattr(part, key) is None:
            yield f"segments[{at}].{key} is missing; a {part.kind} needs it"
    given = part.model_dump(exclude={"kind", "name"}, exclude_none=True)
    for key in given:
        if key not in needs and key not in _MAY[part.kind]:
            yield f"segments[{at}].{key} is not for a {part.kind}; remove it"


def _setpoint(at: int, part: Segment, draft: Draft) -> Iterator[str]:
    setpoint_c = part.setpoint_c
    if setpoint_c is None or draft.ceiling is None or draft.limits is None:
        return
    if draft.ceiling.profile == "no-tissue":
        low_c, trip = 20.0, "sample_trip_c"
        high_c = draft.limits.sample_trip_c - SETPOINT_BELOW_TRIP_C
    else:
        low_c, trip = TISSUE_SETPOINTS_C[0], "tumour_trip_c"
        high_c = draft.limits.tumour_trip_c - SETPOINT_BELOW_TRIP_C
    if not low_c <= setpoint_c <= high_c + ROUNDING:
        yield (
            f"segments[{at}].setpoint_c = {setpoint_c:g} is not allowed; "
            f"from {low_c:g} to {high_c:g} °C, {SETPOINT_BELOW_TRIP_C:g} below "
            f"limits.{trip}"
        )


def _field(at: int, part: Segment, draft: Draft) -> Iterator[str]:
    if part.field_a_per_m is None or draft.ceiling is None:
        return
    cap_a_per_m = draft.ceiling.amplitude_cap_a_per_m
    if part.field_a_per_m > cap_a_per_m:
        yield (
            f"segments[{at}].field_a_per_m = {part.field_a_per_m:g} is above "
            f"ceiling.amplitude_cap_a_per_m = {cap_a_per_m:g}"
        )


def _dose(at: int, part: Segment, draft: Draft) -> Iterator[str]:
    if draft.ceiling is None or draft.ceiling.profile != "no-tissue":
        return
    for key in _DOSES:
        if getattr(part, key) is not None:
            yield (
                f"segments[{at}].{key} is a dose of tumour probes, and ceiling.profile "
                'is "no-tissue"; end it by duration_s'
            )


def _probes(draft: Draft) -> Iterator[str]:
    if draft.treatment is None or not draft.all_probes_read:
        return
    least = draft.treatment.min_tumour_probes
    count = sum(probe.role in TUMOUR_ROLES for _, probe in draft.probes)
    if least is not None and least > count:
        yield (
            f"treatment.min_tumour_probes = {least} is more than there are: {count} "
            f"with the role core or margin"
        )
