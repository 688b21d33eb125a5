"""One decision: ``step(state, measurement, settings) -> (state, command)``.

In this order: what is measured, what was asked, faults (latched or new), the control
law, slew limit, ceiling last. Pure: time and everything else arrives as an argument.
"""

import math
from dataclasses import replace

from controller.decisions import pid, power, thermometry, treatment
from controller.decisions.applicator import current_for, field_for, voltage_limit_for
from controller.decisions.ceiling import permitted_amplitude
from controller.decisions.checks import check
from controller.decisions.interlocks import Findings
from controller.decisions.interlocks_drive import measured_field, remember
from controller.decisions.settings import TUMOUR_ROLES, Settings
from controller.decisions.signals import NAN, Command, Measurement
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
    dt_s = t_s - state.t_s if state.t_s == state.t_s else 0.0
    before = state
    state = _take_in(state, measurement, settings)
    state, found = check(before, state, measurement, dt_s, settings)
    state = _latch(state, found, t_s)
    control, command = _decide(state, measurement, dt_s, settings, found)
    drive = remember(state.drive, command, t_s)
    state = replace(
        state,
        t_s=t_s,
        control=control,
        drive=drive,
        command=command,
        cautions=tuple(found.cautions),
    )
    return state, command


def lowest_dose_min(watches: tuple[ProbeWatch, ...], settings: Settings) -> float:
    """Return the smallest CEM43 in min among the tumour probes; 0 without any."""
    doses = [
        watch.cem43_min
        for watch, probe in zip(watches, settings.probes, strict=True)
        if probe.role in TUMOUR_ROLES
    ]
    return min(doses, default=0.0)


def _take_in(state: State, m: Measurement, s: Settings) -> State:
    watches = tuple(
        [
            thermometry.watch_probe(watch, reading, probe, s.limits)
            for watch, reading, probe in zip(
                state.watches, m.readings, s.probes, strict=True
            )
        ]
    )
    controlled = thermometry.controlled_c(
        watches, s.probes, s.treatment, m.t_s, s.limits
    )
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
        ready=all(w.median_c == w.median_c for w in watches)
        if course.phase == "baseline"
        else True,
    )
    return replace(
        state,
        course=course,
        watches=watches,
        faults=faults,
        controlled_c=controlled,
        limiting_c=thermometry.limiting_c(watches, s.probes, m.t_s, s.limits),
    )


def _latch(state: State, found: Findings, t_s: float) -> State:
    if not found.faults:
        return state
    known = {fault.code for fault in state.faults}
    new = tuple(fault for fault in found.faults if fault.code not in known)
    course = state.course
    if not course.ended:
        course = treatment.go(course, "tripped", t_s)
    return replace(state, course=course, faults=state.faults + new)


def _decide(
    state: State, m: Measurement, dt_s: float, s: Settings, found: Findings
) -> tuple[pid.ControlState, Command]:
    if state.faults or not state.course.heating:
        reason = state.faults[0].sentence if state.faults else ""
        return pid.initial(s.control), off_command(s, reason)
    bound = _bound(m, s)
    last = state.command
    share_now = _share(last.field_a_per_m, bound)
    limit = share_now if found.hold_backs else 1.0
    fresh = any(watch.taken_s > state.t_s for watch in state.watches)
    control, share = pid.update(
        state.control,
        dt_s=dt_s,
        temperature_c=state.controlled_c if fresh else NAN,
        applied_share=_share(measured_field(m.drive, s.applicator), bound),
        setpoint_c=state.course.setpoint_c,
        bound_share=limit,
        slew_per_s=s.applicator.slew_a_per_m_per_s / bound if bound else math.inf,
        settings=s.control,
    )
    if state.course.manual_a_per_m == state.course.manual_a_per_m:
        share = min(_share(state.course.manual_a_per_m, bound), limit)
    elif state.course.phase == "hold":
        share = power.cap(state.power, share, m.t_s, found)
    if state.power.step_share < share:
        share = state.power.step_share
    reason = "power may only fall: " + found.hold_backs[0] if found.hold_backs else ""
    return control, _command(share, bound, last, dt_s, m, s, reason)


def _command(
    share: float,
    bound_a_per_m: float,
    last: Command,
    dt_s: float,
    m: Measurement,
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
    return float(min((field_a_per_m / bound_a_per_m) ** 2, 1.0))
