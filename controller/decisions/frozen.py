"""Does a tumour or sample probe still change? A reading that stands may be frozen.

A quiet thermometer stands still, too: so power only falls, then a power step asks.
Numbers and reasons: docs/safety.md.
"""

from controller.decisions.controlled import alive
from controller.decisions.interlocks import NEVER, Findings
from controller.decisions.settings import APPLICATOR_ROLES, TUMOUR_ROLES, Settings
from controller.decisions.thermometry import ProbeWatch
from controller.decisions.treatment import Course, heating_since_s


def check_quiet(
    watches: tuple[ProbeWatch, ...], settings: Settings, course: Course, found: Findings
) -> tuple[float, str]:
    """Return for how long in s the quietest tumour probe has not changed, and its name.

    While another channel still moves, half of the time counts: the instrument lives.
    In the ramp, where full power must move every tumour probe, 60 s is a fault.
    """
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
                _frozen(probe.name, heated_s, "a rise at full power", settings, found)
        worst = 0.5 * quiet_s if living else quiet_s
        if worst > worst_s:
            worst_s, name = worst, probe.name
    return worst_s, name


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
        _frozen(name, quiet_s, f"{expected} by less power", settings, found)


def _frozen(
    name: str, quiet_s: float, expected: str, settings: Settings, found: Findings
) -> None:
    found.fault(
        "frozen",
        f"probe {name} looks frozen",
        expected,
        f"no change for {quiet_s:.0f} s or more",
        f"{settings.limits.frozen_hold_back_s:g} s",
    )
