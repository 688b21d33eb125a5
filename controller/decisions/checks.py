"""All interlocks of one tick, in order, and what they remember.

The single place that says which checks apply in which phase: on the probes while the
field may be on, on the applicator always.
"""

from dataclasses import replace
from typing import NamedTuple

from controller.decisions import interlocks, power, slip
from controller.decisions.interlocks import Findings
from controller.decisions.interlocks_drive import DriveWatch, check_drive
from controller.decisions.power import PowerWatch
from controller.decisions.settings import Settings
from controller.decisions.signals import Fault, Measurement
from controller.decisions.slip import Envelope
from controller.decisions.state import State
from controller.decisions.thermometry import ProbeWatch
from controller.decisions.treatment import Course

# resumed this close to the set-point, tissue shows no order of warming
WARM_C = 1.0


class Seen(NamedTuple):
    """What a tick shows, before it is checked; dt_s is 0 at the first tick.

    ``controlled_c`` is trusted, ``newest_c`` the same of the newest readings.
    """

    course: Course
    watches: tuple[ProbeWatch, ...]
    controlled_c: float
    newest_c: float
    dt_s: float


class Checked(NamedTuple):
    """What the checks remember for the next tick."""

    watches: tuple[ProbeWatch, ...]
    envelopes: tuple[Envelope, ...]
    drive: DriveWatch
    power: PowerWatch


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
    elif s.applicator.read_back:
        found.fault("no-read-back", "the applicator", "read-back", "none", "none")
    watches = seen.watches
    if not seen.course.heating:
        envelopes = (slip.FORGOTTEN,) * len(watches)
        return Checked(watches, envelopes, drive, power.PowerWatch()), found
    if not before.course.heating:
        interlocks.check_start(watches, s, found)
        watches = tuple([replace(w, baseline_c=w.median_c) for w in watches])
    now = _follow_power(before, seen, found.t_s)
    if not before.course.heating:
        warm = seen.controlled_c >= seen.course.setpoint_c - WARM_C
        now = replace(now, core_led=warm)
    envelopes = _check_probes(before, watches, now, seen.dt_s, s, found)
    share = before.command.power_share
    now = _check_model(now, share, watches, seen, s, found)
    return Checked(watches, envelopes, drive, now), found


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


def _follow_power(before: State, seen: Seen, t_s: float) -> PowerWatch:
    now = power.follow(
        before.power, before.command.power_share, max(seen.dt_s, 0.0), t_s
    )
    if (
        before.course.phase != seen.course.phase
        or before.course.setpoint_c != seen.course.setpoint_c
    ):
        now = replace(now, armed_s=t_s)
    return power.learn(now, seen.watches) if seen.course.phase == "ramp" else now


def _check_probes(
    before: State,
    watches: tuple[ProbeWatch, ...],
    now: PowerWatch,
    dt_s: float,
    s: Settings,
    found: Findings,
) -> tuple[Envelope, ...]:
    limits = s.limits
    dt_s = max(dt_s, 0.0)
    cooling_c = power.cooling_rate(now, before.command.power_share, limits) * dt_s
    envelopes = []
    for envelope, watch, probe in zip(before.envelopes, watches, s.probes, strict=True):
        interlocks.check_probe(watch, probe, limits, found)
        if probe.role != "sample":
            envelope = slip.follow(  # noqa: PLW2901
                envelope, watch.median_c, cooling_c, dt_s, found.t_s, limits.slip_c
            )
            slip.check_slip(envelope, watch.median_c, probe, limits, found)
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
        now = replace(now, core_led=True)
    quiet_s, name = interlocks.check_quiet(watches, s, seen.course, found)
    dt_s = max(seen.dt_s, 0.0)
    now = power.probe_quiet(now, quiet_s, name, share, dt_s, s, found)
    found.most_share = power.step_down(now, quiet_s, s.limits)
    if seen.controlled_c != seen.controlled_c and not found.faults:
        found.hold_backs.append("no trusted temperature")
    _check_ramp(seen, s, found)
    return now


def _check_ramp(seen: Seen, s: Settings, found: Findings) -> None:
    elapsed_s = found.t_s - seen.course.since_s
    if seen.course.phase == "ramp" and elapsed_s > s.treatment.max_ramp_s:
        found.fault(
            "ramp-too-long",
            "the set-point was not reached in time",
            f"{seen.course.setpoint_c:g} °C within {s.treatment.max_ramp_s:g} s",
            f"{seen.controlled_c:.2f} °C",
            f"{s.treatment.max_ramp_s:g} s",
        )
