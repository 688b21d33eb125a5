"""The order of switching: what goes on first, what goes off first, and the proof.

On: generator on and its frequency verified, set-points zero, trips programmed and
read back; the output goes on with the first command. Off: the supply first, its
current read back as zero, then the generator (a stopped gate drive under a live
supply can destroy the inverter). Every route is tried, whatever failed before it.
"""

from collections.abc import Callable
from dataclasses import dataclass

from controller.acquisition import Acquisition
from controller.decisions.applicator import trips_for
from controller.decisions.ceiling import permitted_amplitude
from controller.decisions.settings import Settings
from controller.stations import GeneratorStation, SupplyStation

ATTEMPTS = 3
SETTLE_S = 0.2


@dataclass(frozen=True, slots=True)
class OffReport:
    """Whether the field is off, confirmed by read-back, and the sentence for people."""

    confirmed: bool
    sentence: str


def trips(settings: Settings) -> tuple[float, float]:
    """Return the supply's trips (V, A) just above all that a run may command."""
    bound = permitted_amplitude(settings.applicator.frequency_hz, settings.ceiling)
    return trips_for(bound, settings.applicator)


def switch_off(
    acquisition: Acquisition,
    supply: SupplyStation,
    generator: GeneratorStation,
    wait: Callable[[float], None],
) -> OffReport:
    """Switch the field off by every route and read it back.

    ``wait`` lets seconds pass while the current decays.
    """
    problem = generator_problem = ""
    for _ in range(ATTEMPTS):
        problem = acquisition.call(supply, supply.off)
        if not problem:
            break
        wait(SETTLE_S)
    for _ in range(ATTEMPTS):
        generator_problem = acquisition.call(generator, generator.off)
        if not generator_problem:
            break
        wait(SETTLE_S)
    if problem:
        return OffReport(False, f"FIELD OFF IS NOT CONFIRMED: {problem}")
    if generator_problem:
        return OffReport(
            True,
            "field off, confirmed by read-back of the supply; "
            f"the generator is not confirmed off: {generator_problem}",
        )
    return OffReport(True, "field off, confirmed by read-back")
