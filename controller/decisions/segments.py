"""The parts of a treatment between baseline and cooling, one after the other.

A plain ``[treatment]`` is the short form of two: a step to the set-point, and a hold.
While a ``ramp`` or ``step`` is on its way the phase is ``ramp``, in all others
``hold``. A part ends by temperature, time or dose; the operator's ``next`` skips it.
"""

from typing import NamedTuple

from controller.decisions.settings import SegmentSettings, Settings
from controller.decisions.signals import NAN, Phase

REACHED_C = 0.2
OPEN_LOOP = ("pulse", "constant")
MOVING = ("ramp", "step")


class Doses(NamedTuple):
    """Thermal doses so far in min CEM43: coolest and hottest tumour probe, and T90."""

    lowest_min: float = 0.0
    highest_min: float = 0.0
    t90_min: float = 0.0


def plan(settings: Settings) -> tuple[SegmentSettings, ...]:
    """Return all parts of a treatment, in their order; s, °C, A/m."""
    if settings.segments:
        return settings.segments
    held = settings.treatment
    return (
        SegmentSettings("step"),
        SegmentSettings("hold", duration_s=held.hold_s, cem43_min=held.hold_cem43_min),
    )


def phase_of(part: SegmentSettings) -> Phase:
    """Return the phase that a part begins with."""
    return "ramp" if part.kind in MOVING else "hold"


def lasts_s(part: SegmentSettings, settings: Settings) -> float:
    """Return the longest time in s of a part that ends by time or dose."""
    if part.duration_s is not None:
        return part.duration_s
    return settings.treatment.hold_s


def moved_setpoint_c(part: SegmentSettings, from_c: float, elapsed_s: float) -> float:
    """Compute the set-point in °C of a ramp: from + rate · t/60, up to its end.

    NaN for parts whose set-point does not move.
    """
    if part.rate_c_per_min is None or part.setpoint_c is None or from_c != from_c:
        return NAN
    moved_c = part.rate_c_per_min * elapsed_s / 60.0
    if part.setpoint_c >= from_c:
        return min(from_c + moved_c, part.setpoint_c)
    return max(from_c - moved_c, part.setpoint_c)


def reached(
    part: SegmentSettings, from_c: float, setpoint_c: float, controlled_c: float
) -> bool:
    """Tell whether the temperature (°C) is within 0.2 °C of a part's set-point.

    From above where a part goes down; beyond it also counts. False for NaN.
    """
    end_c = part.setpoint_c
    moving = part.rate_c_per_min is not None and from_c == from_c
    if moving and end_c is not None and setpoint_c != end_c:
        return False
    if end_c is not None and from_c > end_c + REACHED_C:
        return controlled_c <= setpoint_c + REACHED_C
    return controlled_c >= setpoint_c - REACHED_C


def counts_dose(part: SegmentSettings | None, settings: Settings) -> bool:
    """Tell whether a dose (min CEM43) may end a part, or the heating."""
    if settings.treatment.max_total_cem43_min is not None:
        return True
    if part is None:
        return False
    return part.cem43_min is not None or part.cem43_t90_min is not None


def over(
    part: SegmentSettings, elapsed_s: float, doses: Doses, settings: Settings
) -> bool:
    """Tell whether a hold, pulse or constant part has had its time (s) or dose."""
    if part.cem43_min is not None and doses.lowest_min >= part.cem43_min:
        return True
    if part.cem43_t90_min is not None and doses.t90_min >= part.cem43_t90_min:
        return True
    return elapsed_s >= lasts_s(part, settings)


def beyond_totals(heated_s: float, doses: Doses, settings: Settings) -> bool:
    """Tell whether the total limits of time (s) or dose (min CEM43) are reached."""
    held = settings.treatment
    if held.max_total_s is not None and heated_s >= held.max_total_s:
        return True
    most_min = held.max_total_cem43_min
    return most_min is not None and doses.highest_min >= most_min


def open_field_a_per_m(part: SegmentSettings, elapsed_s: float) -> float:
    """Return the field in A/m (peak) of a part without control; NaN for others."""
    field_a_per_m = part.field_a_per_m
    if field_a_per_m is None:
        return NAN
    if part.on_s is None or part.off_s is None:
        return field_a_per_m
    return field_a_per_m if elapsed_s % (part.on_s + part.off_s) < part.on_s else 0.0
