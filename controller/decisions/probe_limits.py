"""What each probe may read: by its role, its kind of tissue, or its own limits.

Brain bears less heat than other healthy tissue, brain and skin less dose. The distances
of hold-back and single reading to the trip are those of other tissue.
"""

from typing import NamedTuple

from controller.decisions.settings import (
    APPLICATOR_ROLES,
    TUMOUR_ROLES,
    LimitSettings,
    ProbeSettings,
)

BRAIN_HOLD_BACK_C, BRAIN_TRIP_C, BRAIN_ANY_C = 40.5, 42.0, 42.5
TENDER_CEM43_MIN = 2.0


class HealthyLimits(NamedTuple):
    """Limits of one healthy probe in °C, and its dose in min CEM43."""

    hold_back_c: float
    trip_c: float
    any_c: float
    cem43_min: float


def healthy_limits(probe: ProbeSettings, limits: LimitSettings) -> HealthyLimits:
    """Return the limits of a healthy probe in °C: the config's, or its tissue's.

    The lower of the two: neither loosens the other.
    """
    most_min = limits.healthy_cem43_min
    if probe.tissue != "other" and most_min > TENDER_CEM43_MIN:
        most_min = TENDER_CEM43_MIN
    if probe.tissue != "brain":
        return HealthyLimits(
            limits.healthy_hold_back_c,
            limits.healthy_trip_c,
            limits.healthy_any_c,
            most_min,
        )
    return HealthyLimits(
        min(limits.healthy_hold_back_c, BRAIN_HOLD_BACK_C),
        min(limits.healthy_trip_c, BRAIN_TRIP_C),
        min(limits.healthy_any_c, BRAIN_ANY_C),
        most_min,
    )


def limits_of(
    probe: ProbeSettings, limits: LimitSettings
) -> tuple[float | None, float]:
    """Return hold-back (None without one) and trip in °C of a probe, for people.

    Of a body probe the alarm stands for the hold-back.
    """
    if probe.role in TUMOUR_ROLES:
        below_c = limits.tumour_hold_back_below_trip_c
        return limits.tumour_trip_c - below_c, limits.tumour_trip_c
    if probe.role in APPLICATOR_ROLES:
        return probe.hold_back_c, probe.trip_c
    if probe.role == "body":
        return limits.body_alarm_high_c, limits.body_trip_c
    if probe.role == "sample":
        return None, limits.sample_trip_c
    own = healthy_limits(probe, limits)
    return own.hold_back_c, own.trip_c


def seat_of(probe: ProbeSettings) -> str:
    """Return what a probe sits in, in words: its role, and its tissue where named."""
    named = probe.role == "healthy" and probe.tissue != "other"
    return f"{probe.role}, {probe.tissue}" if named else probe.role
