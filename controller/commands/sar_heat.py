"""``amf sar run`` on a resistor in the liquid: its heat capacity, and the chart."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from controller.analysis.sar_report import with_interval
from controller.commands.screen_sar import say
from controller.config.sar_plan import SarPlan
from controller.config.sar_points import SarPoint
from controller.errors import ConfigError
from controller.sar.check import add_check
from controller.sar.heater import compared, heat_capacity_of, mean_capacity


def heat_capacity(
    plan: SarPlan,
    done: Sequence[tuple[SarPoint, Path]],
    folder: Path,
    *,
    quiet: bool,
) -> dict[str, Any]:
    """Evaluate the curves of a resistor in J/K, and add them to the control chart.

    Returns plain values for ``--json``; without ``quiet`` they are printed.

    Raises:
        ConfigError: no resistor is the check.
        CurveFileError: a curve cannot be analysed, or is not usable.
        ExportError: the control chart cannot be read or written.
    """
    check, described = plan.check, plan.description
    if check is None:
        raise ConfigError([f"{plan.path}: [check] names no resistor"])
    found = [heat_capacity_of(path, check, described) for _, path in done]
    mean = mean_capacity(found, check, described.thermometer.scale_u)
    words = compared(mean, described)
    chart = add_check(plan, mean, done, folder.parent)
    if not quiet:
        for (point, _), one in zip(done, found, strict=True):
            say(f"{point.stem}: {with_interval(one, 'J/K')}")
        say(f"heat capacity {with_interval(mean, 'J/K')} (k = 2); {words}", "bold")
        say(str(chart))
    return {
        "name": plan.name,
        "heat_capacity_j_per_k": {"value": mean.value, "u": mean.u},
        "curves": [{"value": one.value, "u": one.u} for one in found],
        "power_w": check.heater_w,
        "remarks": words,
    }
