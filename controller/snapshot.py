"""What a screen shows of one tick: everything, so that the window computes nothing.

Plain dictionaries for JSON; unknown numbers are None. The messages are described in
docs/engine_protocol.md.
"""

import math
from dataclasses import asdict
from typing import Any

from controller.decisions.interlocks_drive import measured_field
from controller.decisions.settings import TUMOUR_ROLES, Settings
from controller.decisions.signals import Measurement
from controller.decisions.state import State
from controller.decisions.step import lowest_dose_min

BAND_C = (42.0, 45.0)


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
        "setpoint_c": course.setpoint_c,
        "controlled_c": number(state.controlled_c),
        "limiting_c": number(state.limiting_c),
        "probes": _probes(state, measurement, settings),
        "field": _field(state, measurement, settings),
        "drive": _drive(measurement),
        "power_share": command.power_share,
        "cem43_min": lowest_dose_min(state.watches, settings),
        "target_cem43_min": settings.treatment.hold_cem43_min,
        "reason": command.reason,
        "faults": [_finite(asdict(fault)) for fault in state.faults],
        "cautions": list(state.cautions),
    }


def remaining_s(state: State, settings: Settings) -> float | None:
    """Return the time in s to the end of the phase, None where it is not known."""
    treatment = settings.treatment
    lasts_s = {
        "baseline": treatment.baseline_s,
        "hold": treatment.hold_s,
        "cool": treatment.cool_s,
    }.get(state.course.phase)
    if lasts_s is None or state.t_s != state.t_s:
        return None
    return max(0.0, lasts_s - (state.t_s - state.course.since_s))


def number(value: float) -> float | None:
    """Return a number for JSON: None for NaN and infinities."""
    return value if math.isfinite(value) else None


def probe_limits(settings: Settings) -> list[dict[str, Any]]:
    """Return every probe's role and limits in °C, for the first message."""
    limits = settings.limits
    tumour = (
        limits.tumour_trip_c - limits.tumour_hold_back_below_trip_c,
        limits.tumour_trip_c,
    )
    by_role = {
        "healthy": (limits.healthy_hold_back_c, limits.healthy_trip_c),
        "body": (limits.body_alarm_high_c, limits.body_trip_c),
        "sample": (None, limits.sample_trip_c),
    } | dict.fromkeys(TUMOUR_ROLES, tumour)
    return [
        {
            "name": probe.name,
            "role": probe.role,
            "hold_back_c": by_role[probe.role][0],
            "trip_c": by_role[probe.role][1],
        }
        for probe in settings.probes
    ]


def _probes(state: State, m: Measurement, s: Settings) -> list[dict[str, Any]]:
    return [
        {
            "name": probe.name,
            "value_c": number(watch.value_c) if watch.quality == "ok" else None,
            "quality": watch.quality,
            "age_s": number(m.t_s - watch.taken_s),
            "cem43_min": watch.cem43_min,
        }
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
        return dict.fromkeys(("current_a", "voltage_v", "output_on", "generator_on"))
    return {
        "current_a": number(drive.current_a),
        "voltage_v": number(drive.voltage_v),
        "output_on": drive.output_on,
        "generator_on": drive.generator_on,
    }


def _finite(values: dict[str, Any]) -> dict[str, Any]:
    return {
        key: number(value) if isinstance(value, float) else value
        for key, value in values.items()
    }
