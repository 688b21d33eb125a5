"""Does a tumour or sample probe still change? A reading that stands may be frozen.

A quiet thermometer stands still, too: so power only falls, then a power step asks.
Numbers and reasons: docs/safety.md.
"""

from controller.decisions.applicator import field_for
from controller.decisions.ceiling import permitted_amplitude
from controller.decisions.controlled import alive
from controller.decisions.interlocks import NEVER, Findings
from controller.decisions.segments import OPEN_LOOP, lasts_s, plan
from controller.decisions.settings import (
    APPLICATOR_ROLES,
    TUMOUR_ROLES,
    SegmentSettings,
    Settings,
)
from controller.decisions.thermometry import ProbeWatch
from controller.decisions.treatment import Course, heating_since_s

# In a field without control a sample must answer to what is given within so long; to
# weaker power it need not. Heated for longer than the limit it may be at rest, but not
# up to 3 × as long where it was rising by so much.
ANSWER_S, RISING_C, RISING_TIMES = 300.0, 5.0, 3.0
# This much warmer than at its begin, it falls by −20 % of power within so many times
# what it takes to be tested.
WARM_C, TESTED_TIMES = 10.0, 5.0


def check_quiet(
    watches: tuple[ProbeWatch, ...], settings: Settings, course: Course, found: Findings
) -> tuple[float, str]:
    """Return for how long in s the quietest tumour probe has not changed, and its name.

    While another channel still moves, half of the time counts: the instrument lives.
    In the ramp, where full power must move every tumour probe, 60 s is a fault, and in
    a field without control 60 s worth of full power that no sample probe shows.
    """
    _check_uncontrolled(watches, settings, course, found)
    newest_s = max(
        [
            watch.unchanged_since_s
            for watch, probe in zip(watches, settings.probes, strict=True)
            if probe.role not in APPLICATOR_ROLES
        ],
        default=NEVER,
    )
    hold_back_s = settings.limits.frozen_hold_back_s
    living = found.t_s - newest_s < hold_back_s
    worst_s, name = 0.0, ""
    for watch, probe in zip(watches, settings.probes, strict=True):
        if probe.role not in TUMOUR_ROLES and probe.role != "sample":
            continue
        if not alive(watch, probe, settings.limits, found.t_s):
            continue
        unchanged_s = watch.unchanged_since_s
        since_s = heating_since_s(course, probe.role == "sample", found.t_s)
        quiet_s = found.t_s - (since_s if since_s > unchanged_s else unchanged_s)
        if course.phase == "ramp" and quiet_s >= hold_back_s:
            heated_s = min(quiet_s, found.t_s - course.since_s)
            if heated_s >= hold_back_s:
                expected, limit = "a rise at full power", f"{hold_back_s:g} s"
                _frozen(probe.name, heated_s, expected, limit, found)
        worst = 0.5 * quiet_s if living else quiet_s
        if worst > worst_s:
            worst_s, name = worst, probe.name
    return worst_s, name


def share_of(field_a_per_m: float | None, settings: Settings) -> float:
    """Return the share of full power that an amplitude in A/m (peak) is, 0 for None."""
    applicator = settings.applicator
    full_a_per_m = min(
        permitted_amplitude(applicator.frequency_hz, settings.ceiling),
        field_for(applicator.max_current_a, applicator),
    )
    if field_a_per_m is None or not full_a_per_m > 0.0:
        return 0.0
    return min(field_a_per_m / full_a_per_m, 1.0) ** 2


def check_answer(
    name: str,
    predicted_c: float,
    quiet_s: float,
    settings: Settings,
    found: Findings,
    *,
    unknown: bool = False,
) -> None:
    """Check that a probe answers the −20 % power step once 0.3 °C is predicted.

    ``unknown`` says that nothing can be predicted and that the time for it is over.
    """
    expected = "a fall" if unknown else f"−{predicted_c:.1f} °C"
    if unknown or predicted_c >= 0.3:
        limit = f"{settings.limits.frozen_hold_back_s:g} s"
        _frozen(name, quiet_s, f"{expected} by less power", limit, found)


def _check_uncontrolled(
    watches: tuple[ProbeWatch, ...], settings: Settings, course: Course, found: Findings
) -> None:
    """Check that a sample whose field nobody controls shows the power that it gets.

    What was heated for a while may be at rest: then it had to change sooner, or it has
    become warm enough to answer a power step.
    """
    part, limits = course.segment, settings.limits
    if part is None or part.kind not in OPEN_LOOP:
        return
    sample = [
        (watch.unchanged_since_s, abs(watch.value_c - watch.baseline_c), probe.name)
        for watch, probe in zip(watches, settings.probes, strict=True)
        if probe.role == "sample" and alive(watch, probe, settings.limits, found.t_s)
    ]
    if not sample:
        return
    changed_s, gained_c, name = max(sample)
    changed_s = max(changed_s, course.heated_since_s)
    stood_s = found.t_s - changed_s
    least_s = min(limits.frozen_hold_back_s, limits.frozen_probe_s)
    if not stood_s >= least_s or course.manual_a_per_m == course.manual_a_per_m:
        return
    given_s = _unanswered_s(changed_s, gained_c, least_s, course, settings, found.t_s)
    if given_s >= least_s:
        expected = f"a change by {given_s:.0f} s of full power"
        _frozen(name, stood_s, expected, f"{least_s:g} s", found)
    tested_s = min(stood_s, found.t_s - course.since_s)
    tested_s -= TESTED_TIMES * max(limits.frozen_hold_back_s, limits.frozen_probe_s)
    if part.kind == "constant" and gained_c >= WARM_C and tested_s >= 0.0:
        expected = f"a fall by less power, being {gained_c:.0f} °C warmer"
        _frozen(name, stood_s, expected, f"{least_s:g} s", found)


def _unanswered_s(
    changed_s: float,
    gained_c: float,
    least_s: float,
    course: Course,
    settings: Settings,
    t_s: float,
) -> float:
    """Return for how many s of full power nothing has changed, 0 where that may be."""
    part, parts = course.segment, _parts(course, settings)
    if part is None or not _mean_share(part, settings) >= least_s / ANSWER_S:
        return 0.0
    given_s = _energy_s(parts, changed_s, t_s, settings)
    before_s = _energy_s(parts, course.heated_since_s, changed_s, settings)
    rising = gained_c >= RISING_C and before_s <= min(RISING_TIMES * least_s, given_s)
    return given_s if before_s <= least_s or rising else 0.0


def _parts(
    course: Course, settings: Settings
) -> tuple[tuple[float, SegmentSettings], ...]:
    """Return (since when in s, part) of what was heated, none where any was controlled.

    Only the present part counts if the ones before it did not take their whole times.
    """
    every = plan(settings)[: course.number]
    if any(part.kind not in OPEN_LOOP for part in every):
        return ()
    since_s, parts = course.heated_since_s, []
    for part in every:
        parts.append((since_s, part))
        since_s += lasts_s(part, settings)
    on_time = abs(parts[-1][0] - course.since_s) <= len(parts) * settings.period_s
    return tuple(parts) if on_time else ((course.since_s, every[-1]),)


def _energy_s(
    parts: tuple[tuple[float, SegmentSettings], ...],
    from_s: float,
    to_s: float,
    settings: Settings,
) -> float:
    """Compute what parts give between two times, in s of full power."""
    total_s = 0.0
    end_s = to_s
    for since_s, part in reversed(parts):
        first_s, last_s = max(from_s, since_s), min(to_s, end_s)
        end_s = since_s
        if last_s > first_s:
            on_s = _on_s(part, last_s - since_s) - _on_s(part, first_s - since_s)
            total_s += share_of(part.field_a_per_m, settings) * on_s
    return total_s


def _on_s(part: SegmentSettings, elapsed_s: float) -> float:
    if part.on_s is None or part.off_s is None:
        return elapsed_s
    pulses, within_s = divmod(elapsed_s, part.on_s + part.off_s)
    return pulses * part.on_s + min(within_s, part.on_s)


def _mean_share(part: SegmentSettings, settings: Settings) -> float:
    share = share_of(part.field_a_per_m, settings)
    if part.on_s is None or part.off_s is None:
        return share
    return share * part.on_s / (part.on_s + part.off_s)


def _frozen(
    name: str, quiet_s: float, expected: str, limit: str, found: Findings
) -> None:
    found.fault(
        "frozen",
        f"probe {name} looks frozen",
        expected,
        f"no change for {quiet_s:.0f} s or more",
        limit,
    )
