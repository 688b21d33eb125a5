"""All interlocks of one tick, in order, and what they remember.

The single place that says which checks apply in which phase: on the probes while the
field may be on, on the applicator always.
"""

from typing import NamedTuple

from controller.decisions import (
    frozen,
    interlocks,
    neighbours,
    power,
    rises,
    slip,
    treatment,
)
from controller.decisions.applicator_heat import check_applicator_heat
from controller.decisions.controlled import UNKNOWN, Controlled, left_out
from controller.decisions.easing import Trend
from controller.decisions.field_watch import STEADY_SHARE
from controller.decisions.interlocks import Findings
from controller.decisions.interlocks_drive import DriveWatch, check_drive
from controller.decisions.neighbours import Neighbours
from controller.decisions.power import PowerWatch
from controller.decisions.resonance import follow_resonance
from controller.decisions.rises import UNARMED, Rise
from controller.decisions.settings import APPLICATOR_ROLES, TUMOUR_ROLES, Settings
from controller.decisions.signals import NAN, Fault, Measurement
from controller.decisions.slip import Envelope
from controller.decisions.state import State
from controller.decisions.thermometry import ProbeWatch
from controller.decisions.treatment import Course

# resumed this close to the set-point, tissue shows no order of warming
WARM_C = 1.0
# later than this nobody was busy: the computer slept, or the program was stopped
SLEPT_S = 2.0
# power is what it was within so much: tissue that rises in a ramp goes on rising
SAME_POWER = 0.9


class Seen(NamedTuple):
    """What a tick shows, before it is checked; dt_s is 0 at the first tick.

    ``controlled_c`` is trusted, ``newest_c`` the same of the newest readings.
    """

    course: Course
    watches: tuple[ProbeWatch, ...]
    controlled_c: float
    newest_c: float
    dt_s: float
    tumour: Controlled = UNKNOWN
    trends: tuple[Trend, ...] = ()


class Checked(NamedTuple):
    """What the checks remember for the next tick."""

    watches: tuple[ProbeWatch, ...]
    envelopes: tuple[Envelope, ...]
    drive: DriveWatch
    power: PowerWatch
    neighbours: Neighbours
    rise: Rise


def check(
    before: State, seen: Seen, m: Measurement, s: Settings
) -> tuple[Checked, Findings]:
    """Check everything that is measured against what was decided before."""
    found = Findings(m.t_s)
    found.faults.extend(m.outside)
    _check_time(m, before.t_s, seen.dt_s, s, found)
    drive = before.drive
    if m.drive is not None:
        drive = check_drive(drive, m.drive, s, found)
        if s.applicator.track_resonance and seen.course.phase == "hold":
            drive = _follow_resonance(drive, found.t_s, s)
    elif s.applicator.read_back:
        found.fault("no-read-back", "the applicator", "read-back", "none", "none")
    watches, memory = seen.watches, before.neighbours
    begins = not before.course.heating
    if not seen.course.heating:
        envelopes = (slip.FORGOTTEN,) * len(watches)
        unheated = power.PowerWatch()
        return Checked(watches, envelopes, drive, unheated, memory, UNARMED), found
    if begins:
        interlocks.check_start(watches, s, found)
        slip.check_placed(watches, s, found)
        watches = tuple([w._replace(baseline_c=w.median_c) for w in watches])
        memory = neighbours.begin(memory, watches, found.t_s)
    now = _follow_power(before, seen, found.t_s)
    if begins:
        warm = seen.controlled_c >= seen.course.setpoint_c - WARM_C
        now = now._replace(core_led=warm)
    envelopes = _check_probes(before, watches, now, seen, s, found)
    share = before.command.power_share
    now = _check_model(now, share, watches, seen, s, found)
    memory = _compare(memory, watches, now, seen, s, found)
    rise = _check_rise(before, now, seen, s, found)
    return Checked(watches, envelopes, drive, now, memory, rise), found


def _follow_resonance(drive: DriveWatch, t_s: float, s: Settings) -> DriveWatch:
    sets_a = [current_a for _, current_a in drive.sets]
    most_a = max(sets_a, default=0.0)  # none before the first command
    steady = most_a > 0.0 and min(sets_a) >= (1.0 - STEADY_SHARE) * most_a
    track = follow_resonance(drive.track, drive.field.load_ratio, steady, t_s, s)
    return drive if track is drive.track else drive._replace(track=track)


def _check_time(
    m: Measurement, before_s: float, dt_s: float, s: Settings, found: Findings
) -> None:
    first = before_s != before_s
    if not (m.t_s >= 0.0 and (first or dt_s > 0.0)):
        found.faults.append(
            Fault("clock", "the clock does not run forward", m.t_s, "forward", "not")
        )
    limit_s = s.limits.late_periods * s.period_s
    if m.late_s > SLEPT_S:
        found.fault(
            "suspended",
            "this computer slept, or the program was stopped for a while",
            f"a tick each {s.period_s:g} s",
            f"{m.late_s:.1f} s late",
            f"{SLEPT_S:g} s",
        )
    elif not m.late_s <= limit_s:
        found.fault(
            "late",
            "the control loop is late",
            f"a tick each {s.period_s:g} s",
            f"{m.late_s:.2f} s late",
            f"{limit_s:.2f} s",
        )


def _follow_power(before: State, seen: Seen, t_s: float) -> PowerWatch:
    now = power.follow(
        before.power, before.command.power_share, max(seen.dt_s, 0.0), t_s
    )
    if before.course.phase != seen.course.phase or _new_setpoint(before, seen):
        now = now._replace(armed_s=t_s)
    return power.learn(now, seen.watches) if seen.course.phase == "ramp" else now


def _new_setpoint(before: State, seen: Seen) -> bool:
    """Tell whether it is another hold: not so after a small move of the set-point.

    Else who moves it every minute has a hold that never settles, and no checks of one.
    """
    moved_c = abs(seen.course.setpoint_c - before.course.setpoint_c)
    least_c = rises.NEW_SETPOINT_C if seen.course.phase == "hold" else 0.0
    return moved_c > 0.0 and not moved_c < least_c


def _check_probes(
    before: State,
    watches: tuple[ProbeWatch, ...],
    now: PowerWatch,
    seen: Seen,
    s: Settings,
    found: Findings,
) -> tuple[Envelope, ...]:
    limits, share = s.limits, before.command.power_share
    dt_s = max(seen.dt_s, 0.0)
    cooling_c = power.cooling_rate(now, share, limits) * dt_s
    ramping = seen.course.phase == "ramp" and share >= SAME_POWER * now.mean_share > 0.0
    envelopes = []
    for envelope, watch, probe in zip(before.envelopes, watches, s.probes, strict=True):
        if left_out(watch, probe, watches, s, found.t_s):
            interlocks.check_left_out(watch, probe, limits, found)
            envelopes.append(slip.FORGOTTEN)
            continue
        if probe.role in APPLICATOR_ROLES:
            check_applicator_heat(watch, probe, limits, found)
            envelopes.append(slip.FORGOTTEN)
            continue
        interlocks.check_probe(watch, probe, limits, found)
        if probe.role != "sample":
            median_c, t_s, slip_c = watch.median_c, found.t_s, limits.slip_c
            envelope = slip.follow(  # noqa: PLW2901
                envelope, median_c, cooling_c, dt_s, t_s, slip_c, ramping=ramping
            )
            if envelope.below_since_s == envelope.below_since_s:
                slip.check_slip(envelope, median_c, probe, limits, found)
        envelopes.append(envelope)
    return tuple(envelopes)


def _check_model(
    now: PowerWatch,
    share: float,
    watches: tuple[ProbeWatch, ...],
    seen: Seen,
    s: Settings,
    found: Findings,
) -> PowerWatch:
    if not now.core_led and interlocks.check_order(watches, s, found):
        now = now._replace(core_led=True)
    quiet_s, name = frozen.check_quiet(watches, s, seen.course, found)
    quiet_s = min(quiet_s, now.heated_s)  # at rest, before a reset, it may stand still
    dt_s = max(seen.dt_s, 0.0)
    now = power.probe_quiet(now, quiet_s, name, share, dt_s, s, found)
    found.most_share = power.step_down(now, quiet_s, s.limits)
    if seen.controlled_c != seen.controlled_c and not found.faults:
        found.hold_back("no-temperature", "no trusted temperature")
    _check_ramp(seen, s, found)
    return now


def _compare(
    memory: Neighbours,
    watches: tuple[ProbeWatch, ...],
    now: PowerWatch,
    seen: Seen,
    s: Settings,
    found: Findings,
) -> Neighbours:
    course = seen.course
    open_a_per_m = treatment.open_field_a_per_m(course, found.t_s)
    controlled = open_a_per_m != open_a_per_m
    settled_s = found.t_s - now.armed_s
    return neighbours.compare(
        memory,
        watches,
        seen.controlled_c,
        course.setpoint_c if controlled else NAN,
        now.hold_share,
        settled_s if controlled and course.phase == "hold" else NAN,
        s,
        found,
    )


def _check_rise(
    before: State, now: PowerWatch, seen: Seen, s: Settings, found: Findings
) -> Rise:
    course, rise = seen.course, before.rise
    temperature_c, goal_c = seen.controlled_c, course.setpoint_c
    open_a_per_m = treatment.open_field_a_per_m(course, found.t_s)
    tissue = any(probe.role in TUMOUR_ROLES for probe in s.probes)
    if open_a_per_m == open_a_per_m:
        if not tissue:  # a blank, or a poor sample, need not rise
            return Rise(setpoint_c=goal_c)
        goal_c = rises.ANY_C
    if not before.course.heating or course.number != before.course.number:
        rise = rises.arm(temperature_c, goal_c, now.mean_share)
    elif goal_c != rise.setpoint_c:
        rise = rises.rearmed(rise, temperature_c, goal_c, now.hold_share)
    gain = power.expected_gain(now, s.limits) if tissue else now.gain_c_per_s
    share, dt_s = before.command.power_share, max(seen.dt_s, 0.0)
    return rises.check_rise(rise, temperature_c, share, gain, dt_s, found)


def _check_ramp(seen: Seen, s: Settings, found: Findings) -> None:
    elapsed_s = found.t_s - seen.course.since_s
    most_s = treatment.longest_ramp_s(seen.course, s)
    if seen.course.phase == "ramp" and elapsed_s > most_s:
        found.fault(
            "ramp-too-long",
            "the set-point was not reached in time",
            f"{seen.course.setpoint_c:g} °C within {most_s:g} s",
            f"{seen.controlled_c:.2f} °C",
            f"{most_s:g} s",
        )
