"""What a thermometer must show of the field in one curve, and what it has not shown.

The decisions cannot know what is in the coil; the plan of a matrix does.
"""

from dataclasses import replace

from controller.config.loading import Loaded
from controller.config.sar_plan import SarPlan
from controller.config.sar_points import SarPoint
from controller.decisions.frozen import share_of
from controller.decisions.state import State
from controller.sar.heater import NEVER_S

# The strongest field of a matrix must show on the thermometer: 0.2 K in a minute do,
# in steps of 0.1 °C, and no weaker sample can be measured with such a thermometer.
SHOWN_S = 60.0


def with_answer_due(plan: SarPlan, point: SarPoint, loaded: Loaded) -> Loaded:
    """Return the bench with how long its sample may show no answer to the field.

    Of particles a change is due: as much heat as 60 s of the matrix's strongest field
    give must be seen, later by what the thermometer averages over. A medium alone need
    not rise, and a step of power that asks it would only spoil the curve.
    """
    settings, quiet_s = loaded.settings, NEVER_S
    if point.content == "sample":
        quiet_s = SHOWN_S + plan.description.thermometer.average_s
        quiet_s *= share_of(point.field_a_per_m, settings) / plan.heat_share(point)
    limits = replace(
        settings.limits,
        frozen_hold_back_s=NEVER_S,
        frozen_probe_s=float(f"{quiet_s:.3g}"),
    )
    return replace(loaded, settings=replace(settings, limits=limits))


def nothing_shown(point: SarPoint, state: State) -> str:
    """Say that no reading has changed in a curve with particles, "" where one has."""
    changed_s, heated_s = (
        state.watches[0].unchanged_since_s,
        state.course.heated_since_s,
    )
    if point.content != "sample" or not changed_s <= heated_s:
        return ""
    return (
        f"{point.stem}: no reading has changed since the field came on: is the "
        "thermometer alive? A SAR of zero from this curve is worth nothing"
    )
