"""The order of switching: what goes on first, what goes off first, and the proof.

On: generator on and its frequency verified, set-points zero, trips programmed and
read back; the output goes on with the first command. Off: the supply first, its
current read back as zero, then the generator (a stopped gate drive under a live
supply can destroy the inverter). Every route is tried, whatever failed before it: a
supply that does not answer, or does not obey, keeps nobody from stopping the generator.
"""

from collections.abc import Callable
from dataclasses import dataclass

from controller.decisions.applicator import power_limit_for, trips_for
from controller.decisions.ceiling import permitted_amplitude
from controller.decisions.settings import Settings
from controller.instruments.acquisition import Acquisition
from controller.instruments.stations import Station
from controller.instruments.stations_field import FieldStation
from controller.instruments.stations_inverter import GeneratorStation, SupplyStation

Wait = Callable[[float], None]
ATTEMPTS = 3
SETTLE_S = 0.2
# For how long the generator waits for a supply: one that has answered until now may
# need two full exchanges at 9600 Bd; one that is silent already gets the time to hear.
PATIENCE_S = 1.5
IMPATIENCE_S = 0.1


@dataclass(frozen=True, slots=True)
class OffReport:
    """Whether the field is off, confirmed by read-back, and the sentence for people.

    ``stuck`` says what has not switched off, although nothing is left to drive a
    field: "" as a rule. Nothing may be switched on again before that is mended.
    """

    confirmed: bool
    sentence: str
    stuck: str = ""


def trips(settings: Settings) -> tuple[float, float]:
    """Return the supply's trips (V, A) just above all that a run may command."""
    bound = permitted_amplitude(settings.applicator.frequency_hz, settings.ceiling)
    return trips_for(bound, settings.applicator)


def power_limit(settings: Settings) -> float:
    """Return the supply's power limit in W: what the bound needs, and a tenth more."""
    bound = permitted_amplitude(settings.applicator.frequency_hz, settings.ceiling)
    return power_limit_for(bound, settings.applicator)


def switch_off(
    acquisition: Acquisition,
    supply: SupplyStation,
    generator: GeneratorStation,
    wait: Wait,
) -> OffReport:
    """Switch the field off by every route and read it back.

    ``wait`` lets seconds pass while the current decays. The supply is tried once, and
    again only if it is off and its current decays; then comes the generator; then
    each that is not confirmed is tried again.
    """
    try:
        problem = _first(acquisition, supply, wait)
    finally:  # also where a mistake of a driver is about to end the run
        generator_problem = acquisition.call(generator, generator.off)
    for _ in range(ATTEMPTS - 1):
        if not problem and not generator_problem:
            break
        wait(SETTLE_S)
        problem = problem and acquisition.call(supply, supply.off)
        if generator_problem:
            generator_problem = acquisition.call(generator, generator.off)
    if problem:
        return OffReport(False, f"FIELD OFF IS NOT CONFIRMED: {problem}")
    if generator_problem:
        return OffReport(
            True,
            "field off, confirmed by read-back of the supply; "
            f"the generator is not confirmed off: {generator_problem}",
        )
    return OffReport(True, "field off, confirmed by read-back")


def off_by(
    acquisition: Acquisition, station: Station, off: Callable[[], str], wait: Wait
) -> OffReport:
    """Switch off by the one instrument that makes the field, and read it back."""
    problem = _insist(acquisition, station, off, wait)
    if problem:
        return OffReport(False, f"FIELD OFF IS NOT CONFIRMED: {problem}")
    return OffReport(True, "field off, confirmed by read-back")


def seen_off(
    report: OffReport,
    acquisition: Acquisition,
    sensor: FieldStation,
    wait: Wait,
    saw: bool = False,
) -> OffReport:
    """Look at the field sensor, too: a field that it still sees is not off.

    A sensor that does not answer, or cannot measure, takes nothing from the proof. One
    that ``saw`` the field until now, and sees none any more, confirms off where an
    output is ``stuck`` with nothing left to put out.
    """
    problem = acquisition.call(sensor, sensor.look)
    for _ in range(ATTEMPTS - 1):
        if not problem or sensor.quality != "ok":
            break
        wait(SETTLE_S)
        problem = acquisition.call(sensor, sensor.look)
    if not problem and report.stuck and saw:
        said = f"field off, as {sensor.name} measures; but {report.stuck}"
        return OffReport(True, said, report.stuck)
    if not problem:
        said = f"{report.sentence}, no field is measured"
        return OffReport(report.confirmed, said, report.stuck)
    if sensor.quality == "ok":
        return OffReport(False, f"FIELD OFF IS NOT CONFIRMED: {problem}")
    return OffReport(report.confirmed, f"{report.sentence}; {problem}", report.stuck)


def _first(acquisition: Acquisition, supply: SupplyStation, wait: Wait) -> str:
    """Try the supply first, for no longer than the generator may wait for it."""
    limit_s = PATIENCE_S if supply.trouble is None else IMPATIENCE_S
    problem = acquisition.call(supply, supply.off, limit_s)
    state = supply.state
    decays = supply.trouble is None and state is not None and not state.output_on
    if problem and decays:
        wait(SETTLE_S)
        problem = acquisition.call(supply, supply.off, limit_s)
    return problem


def _insist(
    acquisition: Acquisition, station: Station, off: Callable[[], str], wait: Wait
) -> str:
    """Call up to three times until nothing is wrong; return what is at the last."""
    problem = ""
    for _ in range(ATTEMPTS):
        problem = acquisition.call(station, off)
        if not problem:
            break
        wait(SETTLE_S)
    return problem
