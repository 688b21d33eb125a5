"""The fingerprint of the applicator: is this the coil and the capacitor of the config?

At a tenth of the current, which flows for no longer than 1 s in all, every kind of
applicator is asked what it can tell. Behind a supply V/I = R (1 + x²) is a parabola in
f near the resonance: three points give the resonance and R (``fingerprint_tank``).
An induction heater shows the resonance and its power, a field sensor the field of each
ampere (``fingerprint_direct``). What is not the calibrated is refused by its name.
"""

from dataclasses import replace

from controller.decisions.settings import Settings
from controller.errors import AmfError
from controller.guardian.link import Guardian
from controller.host.stop_signals import StopSignal
from controller.instruments.applicators import ResonantInverter
from controller.instruments.bench_link import BenchLink
from controller.instruments.switching import OffReport
from controller.procedures.calibration_hands import Hands
from controller.procedures.fingerprint_direct import direct_fingerprint
from controller.procedures.fingerprint_found import Fingerprint, Parts
from controller.procedures.fingerprint_tank import tank_fingerprint

__all__ = ["Fingerprint", "Parts", "take_fingerprint"]


def take_fingerprint(
    bench: BenchLink,
    settings: Settings,
    parts: Parts,
    stop: StopSignal,
    guardian: Guardian,
) -> tuple[Fingerprint, OffReport]:
    """Measure the applicator at low drive, switch off, and judge what was measured.

    Every command passes the guard. A stop, a trip, or an instrument that does not
    answer is a problem like any other: nobody knows which applicator is there then.
    An output that did not switch off is one, too, whatever confirms that there is no
    field.
    """
    hands = Hands(bench, settings, stop, guardian)
    try:
        found = _found(hands, parts)
    except AmfError as error:  # whatever it is, nobody knows what hangs there then
        found = Fingerprint(str(error), f"the applicator's fingerprint: {error}")
    finally:
        report = hands.off()
    if report.stuck:
        found = replace(found, problem=report.stuck, sentence=report.stuck)
    return found, report


def _found(hands: Hands, parts: Parts) -> Fingerprint:
    applicator = hands.bench.applicator
    if not isinstance(applicator, ResonantInverter):
        return direct_fingerprint(hands, parts)
    if applicator.cold:
        problem = f"this bench cannot heat: {applicator.cold}"
        return Fingerprint(problem, problem)
    return tank_fingerprint(hands, parts, applicator.deaf)
