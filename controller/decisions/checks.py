"""All interlocks of one tick, in order, and what they remember.

The single place that says which checks apply in which phase: on the probes while the
field may be on, on the applicator always.
"""

from dataclasses import replace

from controller.decisions import interlocks, power, thermometry
from controller.decisions.interlocks import Findings
from controller.decisions.interlocks_drive import check_drive
from controller.decisions.settings import Settings
from controller.decisions.signals import Fault, Measurement
from controller.decisions.state import State
from controller.decisions.thermometry import ProbeWatch


def check(
    before: State, state: State, m: Measurement, dt_s: float, s: Settings
) -> tuple[State, Findings]:
    """Check everything; return the state with its watches moved on, and findings."""
    found = Findings(m.t_s)
    found.faults.extend(m.outside)
    _check_time(m, before.t_s, dt_s, s, found)
    if m.drive is not None:
        drive = check_drive(state.drive, m.drive, s, found)
        state = replace(state, drive=drive)
    elif s.applicator.read_back:
        found.fault("no-read-back", "the applicator", "read-back", "none", "none")
    if not state.course.heating:
        return _field_off(state), found
    if not before.course.heating:
        state = _begin(state, s, found)
    return _check_heating(before, state, dt_s, s, found), found


def _check_time(
    m: Measurement, before_s: float, dt_s: float, s: Settings, found: Findings
) -> None:
    first = before_s != before_s
    if not (m.t_s >= 0.0 and (first or dt_s > 0.0)):
        found.faults.append(
            Fault("clock", "the clock does not run forward", m.t_s, "forward", "not")
        )
    limit_s = s.limits.late_periods * s.period_s
    if not m.late_s <= limit_s:
        found.fault(
            "late",
            "the control loop is late",
            f"a tick each {s.period_s:g} s",
            f"{m.late_s:.2f} s late",
            f"{limit_s:.2f} s",
        )


def _field_off(state: State) -> State:
    watches = tuple([thermometry.forget_envelope(watch) for watch in state.watches])
    return replace(state, watches=watches, power=power.PowerWatch())


def _begin(state: State, s: Settings, found: Findings) -> State:
    interlocks.check_start(state.watches, s, found)
    watches = tuple([replace(w, baseline_c=w.median_c) for w in state.watches])
    return replace(state, watches=watches)


def _check_heating(
    before: State, state: State, dt_s: float, s: Settings, found: Findings
) -> State:
    now = power.follow(state.power, state.command.power_share, max(dt_s, 0.0))
    if _rearmed(before, state):
        now = replace(now, armed_s=found.t_s)
    if state.course.phase == "ramp":
        now = power.learn(now, state.watches)
    watches = _check_probes(state, now, dt_s, s, found)
    if not now.core_led and interlocks.check_order(watches, s, found):
        now = replace(now, core_led=True)
    quiet = interlocks.check_quiet(watches, s, state.course, found)
    now = power.probe_quiet(now, quiet, max(dt_s, 0.0), s, found)
    if state.controlled_c != state.controlled_c and not found.faults:
        found.hold_backs.append("no trusted temperature")
    _check_ramp(state, s, found)
    return replace(state, watches=watches, power=now)


def _check_probes(
    state: State, now: power.PowerWatch, dt_s: float, s: Settings, found: Findings
) -> tuple[ProbeWatch, ...]:
    limits = s.limits
    cooling = power.cooling_rate(now, state.command.power_share, limits)
    watches = []
    for watch, probe in zip(state.watches, s.probes, strict=True):
        moved = thermometry.follow_envelope(
            watch, cooling, max(dt_s, 0.0), found.t_s, limits.slip_c
        )
        interlocks.check_probe(moved, probe, limits, found)
        watches.append(moved)
    return tuple(watches)


def _rearmed(before: State, state: State) -> bool:
    return (
        before.course.phase != state.course.phase
        or before.course.setpoint_c != state.course.setpoint_c
    )


def _check_ramp(state: State, s: Settings, found: Findings) -> None:
    elapsed_s = found.t_s - state.course.since_s
    if state.course.phase == "ramp" and elapsed_s > s.treatment.max_ramp_s:
        found.fault(
            "ramp-too-long",
            "the set-point was not reached in time",
            f"{state.course.setpoint_c:g} °C within {s.treatment.max_ramp_s:g} s",
            f"{state.controlled_c:.2f} °C",
            f"{s.treatment.max_ramp_s:g} s",
        )
