"""One decision: ``step(state, measurement, settings) -> (state, command)``.

In this order: what is measured, what was asked, faults (latched or new), the control
law, slew limit, ceiling last. Pure: time and everything else arrives as an argument.
"""

import math

from controller.decisions import (
    alarms,
    controlled,
    easing,
    pid,
    power,
    thermometry,
    treatment,
)
from controller.decisions.applicator import current_for, field_for, voltage_limit_for
from controller.decisions.ceiling import permitted_amplitude
from controller.decisions.checks import Checked, Seen, check
from controller.decisions.easing import Trend
from controller.decisions.field_sources import measured_frequency, permitted_command
from controller.decisions.interlocks import Findings
from controller.decisions.interlocks_drive import DriveWatch, remember
from controller.decisions.segments import OPEN_LOOP, Doses, counts_dose
from controller.decisions.settings import TUMOUR_ROLES, Settings
from controller.decisions.signals import NAN, Command, Fault, Measurement
from controller.decisions.state import State, off_command
from controller.decisions.thermometry import ProbeWatch

NO_DOSES = Doses()
EASING_ROLES = (*TUMOUR_ROLES, "healthy")


def step(
    state: State, measurement: Measurement, settings: Settings
) -> tuple[State, Command]:
    """Decide what the bench does until the next measurement.

    Never raises. What is not known to be safe is a fault: field off until a reset.
    """
    t_s = measurement.t_s
    seen, faults = _see(state, measurement, settings)
    checked, found = check(state, seen, measurement, settings)
    course = seen.course
    if found.faults:
        faults = _latched(faults, found)
        if not course.ended:
            course = treatment.trip(course, t_s)
    if faults or not course.heating:
        control, _ = _control(state, seen, measurement, settings, 0.0, _full(settings))
        command = off_command(settings, faults[0].sentence if faults else "")
    else:
        control, command = _decide(state, seen, checked, measurement, settings, found)
    after = State(
        t_s=t_s,
        course=course,
        watches=checked.watches,
        envelopes=checked.envelopes,
        drive=remember(checked.drive, command, t_s),
        control=control,
        power=checked.power,
        command=command,
        faults=faults,
        cautions=tuple(found.cautions),
        controlled_c=seen.controlled_c,
        limiting_c=thermometry.limiting_c(seen.watches, settings, t_s),
        tumour=seen.tumour,
        trends=seen.trends,
        neighbours=checked.neighbours,
        rise=checked.rise,
        alarms=alarms.follow(state.alarms, found, faults, measurement.requests),
    )
    return after, command


def lowest_dose_min(watches: tuple[ProbeWatch, ...], settings: Settings) -> float:
    """Return the smallest CEM43 in min among the tumour probes; 0 without any."""
    doses = [
        watch.cem43_min
        for watch, probe in zip(watches, settings.probes, strict=True)
        if probe.role in TUMOUR_ROLES
    ]
    return min(doses, default=0.0)


def _see(state: State, m: Measurement, s: Settings) -> tuple[Seen, tuple[Fault, ...]]:
    """Take in the readings and requests; a reset drops the latched faults."""
    watches = tuple(
        [
            thermometry.watch_probe(watch, reading, probe, s.limits)
            for watch, reading, probe in zip(
                state.watches, m.readings, s.probes, strict=True
            )
        ]
    )
    dt_s = m.t_s - state.t_s if state.t_s == state.t_s else 0.0
    tumour = controlled.controlled(state.tumour, watches, s, m.t_s, dt_s)
    trusted_c = tumour.trusted_c
    course, faults = state.course, state.faults
    if m.requests:
        course = treatment.ask(course, m.requests, m.t_s, trusted_c, s)
        resumed = course.phase not in ("tripped", "stopped")
        if resumed and state.course.phase == "tripped":
            faults = ()
    counted = course.heating and counts_dose(course.segment, s)
    course = treatment.advance(
        course,
        m.t_s,
        trusted_c,
        controlled.doses(tumour, watches, s) if counted else NO_DOSES,
        s,
        ready=course.phase != "baseline"
        or all(w.median_c == w.median_c for w in watches),
    )
    newest_c, trends = tumour.newest_c, _trends(state.trends, watches, s)
    return Seen(course, watches, trusted_c, newest_c, dt_s, tumour, trends), faults


def _trends(
    trends: tuple[Trend, ...], watches: tuple[ProbeWatch, ...], s: Settings
) -> tuple[Trend, ...]:
    """Follow what may ease the power: healthy tissue, a tumour without control."""
    loose = s.treatment.controlled != "max" or any(
        part.kind in OPEN_LOOP for part in s.segments
    )
    roles = EASING_ROLES if loose else ("healthy",)
    return tuple(
        [
            easing.follow(trend, watch) if probe.role in roles else trend
            for trend, watch, probe in zip(trends, watches, s.probes, strict=True)
        ]
    )


def _latched(faults: tuple[Fault, ...], found: Findings) -> tuple[Fault, ...]:
    known = {fault.code for fault in faults}
    return faults + tuple(fault for fault in found.faults if fault.code not in known)


def _decide(
    state: State,
    seen: Seen,
    checked: Checked,
    m: Measurement,
    s: Settings,
    found: Findings,
) -> tuple[pid.ControlState, Command]:
    full = _full(s)
    bound = _bound(m, checked.drive, s, full)
    last, course = state.command, seen.course
    limit = _share(bound, full)
    if found.hold_backs:
        limit = min(limit, _share(last.field_a_per_m, full))
    eased = easing.eased(seen.trends, course, s)
    if eased.most_share < limit:
        limit = eased.most_share
    control, share = _control(state, seen, m, s, limit, full)
    open_a_per_m = treatment.open_field_a_per_m(course, m.t_s)
    if open_a_per_m == open_a_per_m:
        share = min(_share(open_a_per_m, full), limit)
    elif course.phase == "hold":
        share = power.cap(checked.power, share, m.t_s, found)
    if found.most_share < share:
        share = found.most_share
    reason = "power eased: " + eased.why if share >= eased.most_share < 1.0 else ""
    if found.hold_backs:
        reason = "power may only fall: " + found.hold_backs[0]
    drive, dt_s = checked.drive, seen.dt_s
    return control, _command(share, full, bound, last, drive, dt_s, s, reason)


def _control(
    state: State,
    seen: Seen,
    m: Measurement,
    s: Settings,
    most_share: float,
    full_a_per_m: float,
) -> tuple[pid.ControlState, float]:
    """Let the control law see this tick, also while the field is off, and decide."""
    # in k·I as the bound is, so that a share means the same for command and read-back
    current_a = m.drive.current_a if m.drive is not None else NAN
    applied = field_for(current_a, s.applicator)
    fresh = any(seen.watches[i].taken_s > state.t_s for i in seen.tumour.used)
    return pid.update(
        state.control,
        dt_s=seen.dt_s,
        temperature_c=seen.newest_c if fresh else NAN,
        applied_share=_share(applied, full_a_per_m),
        setpoint_c=seen.course.setpoint_c,
        bound_share=most_share,
        settings=s.control,
        probes_c=controlled.side_by_side(seen.tumour, seen.watches, s, state.t_s),
    )


def _command(
    share: float,
    full_a_per_m: float,
    bound_a_per_m: float,
    last: Command,
    drive: DriveWatch,
    dt_s: float,
    s: Settings,
    reason: str,
) -> Command:
    wanted = full_a_per_m * math.sqrt(share) if share > 0.0 else 0.0
    slewed = last.field_a_per_m + s.applicator.slew_a_per_m_per_s * max(dt_s, 0.0)
    field = min(wanted, slewed, bound_a_per_m)
    current_a = current_for(field, s.applicator)
    made = field_for(current_a, s.applicator)
    return Command(
        field_a_per_m=bound_a_per_m if bound_a_per_m < made else made,
        frequency_hz=_frequency(drive, s),
        current_a=current_a,
        voltage_limit_v=voltage_limit_for(
            current_a, s.applicator, last.voltage_limit_v
        ),
        output_on=True,
        power_share=share,
        bound_a_per_m=bound_a_per_m,
        at_bound=field >= 0.999 * bound_a_per_m > 0.0,
        reason=reason,
    )


def _full(s: Settings) -> float:
    """Return the amplitude in A/m of full power: what the calibration permits."""
    permitted = permitted_amplitude(s.applicator.frequency_hz, s.ceiling)
    most = field_for(s.applicator.max_current_a, s.applicator)
    return most if most < permitted else permitted


def _frequency(drive: DriveWatch, s: Settings) -> float:
    tracked_hz = drive.track.frequency_hz
    return tracked_hz if tracked_hz == tracked_hz else s.applicator.frequency_hz


def _bound(
    m: Measurement, drive: DriveWatch, s: Settings, full_a_per_m: float
) -> float:
    """Return the largest k·I in A/m that holds for what is set, planned and measured.

    The highest frequency counts, so a planned one is allowed for before it is used.
    """
    field, planned_hz = drive.field, drive.track.planned_hz
    frequency_hz = _frequency(drive, s)
    if planned_hz > frequency_hz:
        frequency_hz = planned_hz
    if m.drive is not None:
        measured_hz = measured_frequency(m.drive, s)
        if measured_hz > frequency_hz:
            frequency_hz = measured_hz
    bound = permitted_command(
        frequency_hz, field.supply_gain, field.sensor_gain, field.confirmed, s
    )
    return full_a_per_m if full_a_per_m < bound else bound


def _share(field_a_per_m: float, bound_a_per_m: float) -> float:
    if not (field_a_per_m >= 0.0 and bound_a_per_m > 0.0):
        return NAN if field_a_per_m != field_a_per_m else 0.0
    ratio = field_a_per_m / bound_a_per_m
    return ratio * ratio if ratio < 1.0 else 1.0
