"""What segments and the choice of probes can get wrong: one sentence for each mistake.

A table that could not be read is None here; a check that needs it is left out.
"""

from collections.abc import Iterator, Mapping

from controller.config.checks import (
    ROUNDING,
    SETPOINT_BELOW_TRIP_C,
    TISSUE_SETPOINTS_C,
)
from controller.config.model import Draft, Probe
from controller.config.segments import Segment
from controller.decisions.settings import APPLICATOR_ROLES, TUMOUR_ROLES

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
    """Return one sentence for each mistake of [[segments]], and of probes' own keys."""
    return [*_segments(draft), *_probes(draft), *_own_limits(draft)]


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


def _own_limits(draft: Draft) -> Iterator[str]:
    for at, probe in draft.probes:
        path = f"probes[{at}]"
        if probe.tissue is not None and probe.role != "healthy":
            yield (
                f'{path}.tissue = "{probe.tissue}" is for a healthy probe, and this is '
                f"a {probe.role} probe; remove it"
            )
        given = {key: getattr(probe, key) for key in ("hold_back_c", "trip_c")}
        if probe.role in APPLICATOR_ROLES:
            yield from _applicator_limits(path, probe, given, draft)
            continue
        for key in (key for key, value in given.items() if value is not None):
            yield (
                f"{path}.{key} is for coil, bore and water; a {probe.role} probe has "
                "its limits in [limits]"
            )


def _applicator_limits(
    path: str, probe: Probe, given: Mapping[str, float | None], draft: Draft
) -> Iterator[str]:
    for key, value in given.items():
        if value is None:
            yield (
                f"{path}.{key} is missing; a {probe.role} probe needs it, because "
                "nobody but the coil's maker knows what it bears"
            )
    hold_back_c, trip_c = given["hold_back_c"], given["trip_c"]
    if hold_back_c is not None and trip_c is not None and hold_back_c >= trip_c:
        yield (
            f"{path}.hold_back_c = {hold_back_c:g} must be below "
            f"{path}.trip_c = {trip_c:g}"
        )
    highest_c = None if draft.limits is None else draft.limits.absurd_high_c
    if trip_c is not None and highest_c is not None and trip_c >= highest_c:
        yield (
            f"{path}.trip_c = {trip_c:g} must be below limits.absurd_high_c = "
            f"{highest_c:g}, from where a reading is taken for nonsense"
        )
