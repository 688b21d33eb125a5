"""How warm coil, bore and cooling water may be: the limits of the config, no others.

Nothing is predicted of them: their rise, their rest and a standing reading are not
judged. Numbers and reasons: docs/safety.md.
"""

from controller.decisions.interlocks import Findings, check_age, too_hot
from controller.decisions.settings import LimitSettings, ProbeSettings
from controller.decisions.thermometry import ProbeWatch


def check_applicator_heat(
    watch: ProbeWatch, probe: ProbeSettings, limits: LimitSettings, found: Findings
) -> None:
    """Check one probe of coil, bore or water: its age, and its own limits in °C."""
    check_age(watch, probe, limits, found)
    too_hot(watch, probe, probe.trip_c, probe.trip_c, found)
    if watch.median_c >= probe.hold_back_c:
        found.hold_back(
            "applicator-near",
            f"{probe.role} probe {probe.name} at {watch.median_c:.1f} °C",
        )
