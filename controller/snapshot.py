"""What a screen shows of one tick: everything, so that the window computes nothing.

Plain dictionaries for JSON; unknown numbers are None. The messages are described in
docs/engine_protocol.md.
"""

import math
from dataclasses import asdict
from typing import Any

from controller.decisions.alarms import as_data
from controller.decisions.interlocks_drive import measured_field
from controller.decisions.probe_limits import healthy_limits, limits_of
from controller.decisions.segments import lasts_s as part_lasts_s
from controller.decisions.segments import plan
from controller.decisions.settings import APPLICATOR_ROLES, TUMOUR_ROLES, Settings
from controller.decisions.signals import Measurement
from controller.decisions.state import State
from controller.decisions.step import lowest_dose_min
from controller.decisions.thermal_dose import dose_rate
from controller.decisions.treatment import (
    SETPOINT_LOW_C,
    Course,
    highest_setpoint_c,
)

BAND_C = (42.0, 45.0)
# The dose's range is that of a reading wrong by this much; below 43 °C, where R is
# 0.25, it is a factor of 4 for each °C, above it less: the range is never too narrow.
READING_UNCERTAINTY_C = 0.2
DOSE_FACTOR = 4.0**READING_UNCERTAINTY_C
NO_DOSE = {"cem43_min": None, "cem43_range_min": None}


def snapshot(
    seq: int, state: State, measurement: Measurement, settings: Settings
) -> dict[str, Any]:
    """Return the snapshot message of one tick."""
    course, command = state.course, state.command
    return {
        "kind": "snapshot",
        "seq": seq,
        "t_s": measurement.t_s,
        "phase": course.phase,
        "phase_elapsed_s": measurement.t_s - course.since_s,
        "phase_remaining_s": remaining_s(state, settings),
        "expected_end_s": expected_end_s(state, settings),
        "setpoint_c": course.setpoint_c,
        "setpoint_range_c": [SETPOINT_LOW_C, highest_setpoint_c(settings)],
        "manual_a_per_m": number(course.manual_a_per_m),
        "controlled_c": number(state.controlled_c),
        "limiting_c": number(state.limiting_c),
        "probes": _probes(state, measurement, settings),
        "field": _field(state, measurement, settings),
        "drive": _drive(measurement),
        "power_share": command.power_share,
        "cem43_min": lowest_dose_min(state.watches, settings),
        "target_cem43_min": _target_min(course, settings),
        "segment": course.number if course.heating else None,
        "segment_name": course.segment_name,
        "segments": len(plan(settings)),
        "t90_c": number(state.tumour.t90_c),
        "cem43_t90_min": state.tumour.t90_dose_min,
        "t90_points": state.tumour.points,
        "reason": command.reason,
        "faults": [_finite(asdict(fault)) for fault in state.faults],
        "cautions": list(state.cautions),
        "alarms": as_data(state.alarms, measurement.t_s),
    }


def remaining_s(state: State, settings: Settings) -> float | None:
    """Return the time in s to the end of the phase, None where it is not known."""
    treatment, part = settings.treatment, state.course.segment
    lasts_s = {
        "baseline": treatment.baseline_s,
        "hold": treatment.hold_s if part is None else part_lasts_s(part, settings),
        "cool": treatment.cool_s,
    }.get(state.course.phase)
    if lasts_s is None or state.t_s != state.t_s:
        return None
    return max(0.0, lasts_s - (state.t_s - state.course.since_s))


def expected_end_s(state: State, settings: Settings) -> float | None:
    """Return the run time in s at which the hold ends as things stand, or None.

    By its time, or earlier by its dose if the coolest tumour probe stays as it is.
    """
    left_s = remaining_s(state, settings)
    if state.course.phase != "hold" or left_s is None:
        return None
    by_time_s = state.t_s + left_s
    target_min = _target_min(state.course, settings)
    if target_min is None:
        return by_time_s
    by_dose_s = []
    for watch, probe in zip(state.watches, settings.probes, strict=True):
        rate = dose_rate(watch.value_c)
        if probe.role in TUMOUR_ROLES and rate > 0.0:
            missing_min = max(0.0, target_min - watch.cem43_min)
            by_dose_s.append(state.t_s + 60.0 * missing_min / rate)
    return min(by_time_s, max(by_dose_s, default=by_time_s))


def _target_min(course: Course, settings: Settings) -> float | None:
    """Return the dose in min CEM43 that ends this segment, else the treatment's."""
    if course.segment is None or not course.heating:
        return settings.treatment.hold_cem43_min
    return course.segment.cem43_min or course.segment.cem43_t90_min


def number(value: float) -> float | None:
    """Return a number for JSON: None for NaN and infinities."""
    return value if math.isfinite(value) else None


def probe_limits(settings: Settings) -> list[dict[str, Any]]:
    """Return every probe's role and limits in °C, for the first message."""
    found = []
    for probe in settings.probes:
        hold_back_c, trip_c = limits_of(probe, settings.limits)
        own = healthy_limits(probe, settings.limits)
        healthy = own if probe.role == "healthy" else None
        found.append(
            {
                "name": probe.name,
                "role": probe.role,
                "tissue": probe.tissue if healthy else None,
                "hold_back_c": hold_back_c,
                "trip_c": trip_c,
                "trip_cem43_min": healthy.cem43_min if healthy else None,
            }
        )
    return found


def _probes(state: State, m: Measurement, s: Settings) -> list[dict[str, Any]]:
    return [
        {
            "name": probe.name,
            "value_c": number(watch.value_c) if watch.quality == "ok" else None,
            "quality": watch.quality,
            "age_s": number(m.t_s - watch.taken_s),
            "cem43_min": watch.cem43_min,
            "cem43_range_min": [
                watch.cem43_min / DOSE_FACTOR,
                watch.cem43_min * DOSE_FACTOR,
            ],
        }
        | (NO_DOSE if probe.role in APPLICATOR_ROLES else {})
        for watch, probe in zip(state.watches, s.probes, strict=True)
    ]


def _field(state: State, m: Measurement, s: Settings) -> dict[str, Any]:
    command = state.command
    amplitude = measured_field(m.drive, s.applicator)
    frequency_hz = m.drive.frequency_hz if m.drive is not None else math.nan
    product = amplitude * frequency_hz
    return {
        "commanded_a_per_m": command.field_a_per_m,
        "amplitude_a_per_m": number(amplitude),
        "frequency_hz": number(frequency_hz),
        "hf_a_per_m_s": number(product),
        "ceiling_a_per_m_s": s.ceiling.limit_a_per_m_s,
        "share": number(product / s.ceiling.limit_a_per_m_s),
        "bound_a_per_m": command.bound_a_per_m,
        "at_bound": command.at_bound,
    }


def _drive(m: Measurement) -> dict[str, Any]:
    drive = m.drive
    if drive is None:
        names = ("current_a", "voltage_v", "output_on", "generator_on", "age_s")
        return dict.fromkeys(names)
    return {
        "current_a": number(drive.current_a),
        "voltage_v": number(drive.voltage_v),
        "output_on": drive.output_on,
        "generator_on": drive.generator_on,
        "age_s": number(m.t_s - drive.supply_taken_s),
    }


def _finite(values: dict[str, Any]) -> dict[str, Any]:
    return {
        key: number(value) if isinstance(value, float) else value
        for key, value in values.items()
    }
