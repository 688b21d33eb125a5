"""One decision: ``step(state, measurement, settings) -> (state, command)``.

In this order: what is measured, what was asked, faults (latched or new), the control
law, slew limit, ceiling last. Pure: time and everything else arrives as an argument.
"""

import math

from controller.decisions import pid, power, thermometry, treatment
from controller.decisions.applicator import current_for, field_for, voltage_limit_for
from controller.decisions.ceiling import permitted_amplitude
from controller.decisions.checks import Seen, check
from controller.decisions.interlocks import Findings
from controller.decisions.interlocks_drive import measured_field, remember
from controller.decisions.power import PowerWatch
from controller.decisions.settings import TUMOUR_ROLES, Settings
from controller.decisions.signals import NAN, Command, Fault, Measurement
from controller.decisions.state import State, off_command
from controller.decisions.thermometry import ProbeWatch


def step(
    state: State, measurement: Measurement, settings: Settings
) -> tuple[State, Command]:
    """Decide what the bench does until the next measurement.

    Never raises for any measurement: what is not known to be safe is a fault, and a
    fault is field off until an operator's reset.
    """
    t_s = measurement.t_s
    seen, faults = _see(state, measurement, settings)
    checked, found = check(state, seen, measurement, settings)
    course = seen.course
    if found.faults:
        faults = _latched(faults, found)
        course = course if course.ended else treatment.go(course, "tripped", t_s)
    if faults or not course.heating:
        control, _ = _control(state, seen, measurement, settings, 0.0)
        command = off_command(settings, faults[0].sentence if faults else "")
    else:
        control, command = _decide(
            state, seen, checked.power, measurement, settings, found
        )
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
    controlled, newest = thermometry.controlled_c(watches, s, m.t_s)
    course, faults = state.course, state.faults
    if m.requests:
        course = treatment.ask(course, m.requests, m.t_s, s)
        if course.phase != "tripped" and state.course.phase == "tripped":
            faults = ()
    course = treatment.advance(
        course,
        m.t_s,
        controlled,
        lowest_dose_min(watches, s) if course.phase == "hold" else 0.0,
        s.treatment,
        ready=course.phase != "baseline"
        or all(w.median_c == w.median_c for w in watches),
    )
    dt_s = m.t_s - state.t_s if state.t_s == state.t_s else 0.0
    return Seen(course, watches, controlled, newest, dt_s), faults


def _ready(watches: tuple[ProbeWatch, ...]) -> bool:
    return all(watch.median_c == watch.median_c for watch in watches)


def _latched(faults: tuple[Fault, ...], found: Findings) -> tuple[Fault, ...]:
    known = {fault.code for fault in faults}
    return faults + tuple(fault for fault in found.faults if fault.code not in known)


def _decide(
    state: State,
    seen: Seen,
    now: PowerWatch,
    m: Measurement,
    s: Settings,
    found: Findings,
) -> tuple[pid.ControlState, Command]:
    bound = _bound(m, s)
    last, course = state.command, seen.course
    limit = _share(last.field_a_per_m, bound) if found.hold_backs else 1.0
    control, share = _control(state, seen, m, s, limit)
    if course.manual_a_per_m == course.manual_a_per_m:
        share = min(_share(course.manual_a_per_m, bound), limit)
    elif course.phase == "hold":
        share = power.cap(now, share, m.t_s, found)
    share = min(share, found.most_share)
    reason = "power may only fall: " + found.hold_backs[0] if found.hold_backs else ""
    return control, _command(share, bound, last, seen.dt_s, s, reason)


def _control(
    state: State, seen: Seen, m: Measurement, s: Settings, most_share: float
) -> tuple[pid.ControlState, float]:
    """Let the control law see this tick, also while the field is off, and decide."""
    bound = _bound(m, s)
    fresh = any(watch.taken_s > state.t_s for watch in seen.watches)
    return pid.update(
        state.control,
        dt_s=seen.dt_s,
        temperature_c=seen.newest_c if fresh else NAN,
        applied_share=_share(measured_field(m.drive, s.applicator), bound),
        setpoint_c=seen.course.setpoint_c,
        bound_share=most_share,
        settings=s.control,
    )


def _command(
    share: float,
    bound_a_per_m: float,
    last: Command,
    dt_s: float,
    s: Settings,
    reason: str,
) -> Command:
    wanted = bound_a_per_m * math.sqrt(share) if share > 0.0 else 0.0
    slewed = last.field_a_per_m + s.applicator.slew_a_per_m_per_s * max(dt_s, 0.0)
    field = min(wanted, slewed, bound_a_per_m)
    current_a = current_for(field, s.applicator)
    return Command(
        field_a_per_m=min(field_for(current_a, s.applicator), bound_a_per_m),
        frequency_hz=s.applicator.frequency_hz,
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


def _bound(m: Measurement, s: Settings) -> float:
    # f is measured where it can be: the higher of the two counts
    frequency_hz = s.applicator.frequency_hz
    if m.drive is not None:
        frequency_hz = max(frequency_hz, m.drive.frequency_hz)
    bound = permitted_amplitude(frequency_hz, s.ceiling)
    return min(bound, field_for(s.applicator.max_current_a, s.applicator))


def _share(field_a_per_m: float, bound_a_per_m: float) -> float:
    if not (field_a_per_m >= 0.0 and bound_a_per_m > 0.0):
        return NAN if field_a_per_m != field_a_per_m else 0.0
    ratio = min(field_a_per_m / bound_a_per_m, 1.0)
    return ratio * ratio
