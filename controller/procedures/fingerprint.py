"""The fingerprint of the applicator: is this the coil and the capacitor of the config?

At a tenth of the current, about a second a point, V/I of the supply is read at the
calibrated frequency and a little beside it. V/I = R (1 + x²) is a parabola in f near
the resonance, so that three points give the resonance and R. A resonance elsewhere is
another capacitor; the same resonance with another V/I is another coil.
"""

import math
from dataclasses import asdict, dataclass, replace
from typing import Any

from controller.decisions.applicator import current_for, field_for, voltage_limit_for
from controller.decisions.ceiling import permitted_amplitude
from controller.decisions.settings import ApplicatorSettings, Settings
from controller.decisions.signals import NAN, Drive
from controller.errors import AmfError, BenchError
from controller.guardian.link import Guardian
from controller.host.stop_signals import StopSignal
from controller.instruments.applicators import ResonantInverter
from controller.instruments.bench_link import BenchLink
from controller.instruments.switching import OffReport
from controller.procedures.calibration_hands import Hands

CURRENT_SHARE = 0.1
RESONANCE_TOLERANCE = 0.005
LOAD_TOLERANCE = 0.08
# V/I rises by a factor 1.3 (Q 70) to 2.9 (Q 170) so far beside the resonance.
ASIDE_SHARE = 0.004
LEAST_ASIDE_SHARE = 0.001
SETTLE_S = 0.3
# What the guardian grants for switching off; then it acts itself.
OFF_PAUSE_S = 8.0
# Of what was set; a tank far from its resonance draws nothing that could be read.
LEAST_CURRENT_SHARE = 0.02
# V/I over the tuned one at the best of the points: the resonance is none of theirs.
FAR_LOAD_RATIO = 4.0


@dataclass(frozen=True, slots=True)
class Parts:
    """What the config calls its coil and its capacitor."""

    coil: str
    capacitor: str


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """What was found; ``problem`` is "" for the right applicator.

    ``resonance_hz`` and ``load_ohm`` (V/I there) are NaN where they cannot be told.
    ``waived`` says why the resonance was not looked for, where it was not.
    """

    problem: str
    sentence: str
    resonance_hz: float = NAN
    load_ohm: float = NAN
    frequencies_hz: tuple[float, ...] = ()
    loads_ohm: tuple[float, ...] = ()
    waived: str = ""

    @property
    def detail(self) -> dict[str, Any]:
        """Return all of it for the record."""
        return asdict(self)


def has_fingerprint(bench: BenchLink) -> bool:
    """Say whether the applicator is of a kind that has one."""
    return isinstance(bench.applicator, ResonantInverter)


def why_none(bench: BenchLink) -> str:
    """Say why the applicator has no fingerprint, for the record; "" where it has."""
    if has_fingerprint(bench):
        return ""
    return (
        "no fingerprint: this kind of applicator reads no V/I of its tank; another "
        "coil or capacitor than the config's shows only in the frequency that is "
        "read, or to a field sensor"
    )


def take_fingerprint(
    bench: BenchLink,
    settings: Settings,
    parts: Parts,
    stop: StopSignal,
    guardian: Guardian,
) -> tuple[Fingerprint, OffReport]:
    """Measure the applicator at low drive, switch off, and judge what was measured.

    Where the coil does not hear the bench's generator (a mixed bench), only V/I at the
    nominal frequency is looked at. Every command passes the guard. A stop, a
    trip, or an instrument that does not answer is a problem like any other: nobody
    knows which applicator is there then.
    """
    hands = Hands(bench, settings, stop, guardian)
    deaf, cold = bench.inverter.deaf, bench.inverter.cold
    frequencies_hz = (
        (settings.applicator.frequency_hz,) if deaf else points_hz(settings)
    )
    try:
        if cold:
            raise BenchError(cold)
        loads_ohm = _measured(hands, frequencies_hz, settings)
    except AmfError as error:  # whatever it is, nobody knows what hangs there then
        what = "this bench cannot heat" if cold else "the applicator's fingerprint"
        found = Fingerprint(str(error), f"{what}: {error}")
    else:
        found = judged(frequencies_hz, loads_ohm, settings.applicator, parts)
        found = _without_resonance(found, deaf) if deaf else found
    finally:
        guardian.beat(bench.energised, OFF_PAUSE_S)
        report = bench.switch_off()
        guardian.ticked()
        guardian.beat(bench.energised)
    return found, report


def _without_resonance(found: Fingerprint, deaf: str) -> Fingerprint:
    """Say of one that rests on V/I alone that it does, and why."""
    waived = f"the resonance is not looked for: {deaf}"
    problem = found.problem and f"{found.problem}; {waived}"
    words = f"the applicator draws what it should, V/I {found.load_ohm:.3f} ohm"
    return replace(
        found,
        problem=problem,
        sentence=problem or f"{words}; {waived}",
        resonance_hz=NAN,
        waived=waived,
    )


def points_hz(settings: Settings) -> tuple[float, ...]:
    """Return the frequencies to look at: below, at, above; one where the band is tight.

    All are within the ceiling's band, in Hz, equally far apart.
    """
    middle_hz, ceiling = settings.applicator.frequency_hz, settings.ceiling
    room_hz = min(
        middle_hz - ceiling.frequency_min_hz, ceiling.frequency_max_hz - middle_hz
    )
    aside_hz = math.floor(min(ASIDE_SHARE * middle_hz, room_hz))
    if aside_hz < LEAST_ASIDE_SHARE * middle_hz:
        return (middle_hz,)
    return (middle_hz - aside_hz, middle_hz, middle_hz + aside_hz)


def judged(
    frequencies_hz: tuple[float, ...],
    loads_ohm: tuple[float, ...],
    applicator: ApplicatorSettings,
    parts: Parts,
) -> Fingerprint:
    """Compare V/I in ohm at some frequencies with the calibrated tank; inf: no current.

    Tolerances: 0.5 % of the resonance, 8 % of V/I there.
    Source: docs/safety.md, the right bench.
    """
    resonance_hz, load_ohm = vertex(frequencies_hz, loads_ohm)
    if min(loads_ohm) > FAR_LOAD_RATIO * applicator.tuned_ohm:
        resonance_hz = load_ohm = NAN  # too little current flows to fit anything
    problem = _problem(resonance_hz, load_ohm, loads_ohm, applicator, parts)
    words = f"resonance {resonance_hz:.0f} Hz, V/I {load_ohm:.3f} ohm"
    sentence = problem or f"the applicator is the calibrated one: {words}"
    return Fingerprint(
        problem, sentence, resonance_hz, load_ohm, frequencies_hz, loads_ohm
    )


def vertex(
    frequencies_hz: tuple[float, ...], loads_ohm: tuple[float, ...]
) -> tuple[float, float]:
    """Return the vertex (Hz, ohm) of the parabola through three equidistant points.

    NaN where they do not lie on one that opens upward; one point stands for itself.
    """
    if not all(math.isfinite(ohm) for ohm in loads_ohm):
        return NAN, NAN
    if len(loads_ohm) == 1:
        return frequencies_hz[0], loads_ohm[0]
    below, middle, above = loads_ohm
    bend = below - 2.0 * middle + above
    if not bend > 0.0:
        return NAN, NAN
    step_hz = frequencies_hz[1] - frequencies_hz[0]
    slope = above - below
    return (
        frequencies_hz[1] - 0.5 * step_hz * slope / bend,
        middle - slope * slope / (8.0 * bend),
    )


def _problem(
    resonance_hz: float,
    load_ohm: float,
    loads_ohm: tuple[float, ...],
    applicator: ApplicatorSettings,
    parts: Parts,
) -> str:
    nominal_hz, tuned_ohm = applicator.frequency_hz, applicator.tuned_ohm
    if not abs(resonance_hz / nominal_hz - 1.0) <= RESONANCE_TOLERANCE:
        known = resonance_hz == resonance_hz
        measured = f"{resonance_hz:.0f} Hz" if known else "none near it"
        if any(math.isinf(ohm) for ohm in loads_ohm):
            measured = "none near it: the coil draws no current"
        return (
            f"wrong capacitor? expected {parts.capacitor} with {parts.coil}, resonant "
            f"at {nominal_hz:.0f} Hz, measured {measured}, limit ±0.5 %; or a coil of "
            "another inductance"
        )
    if not abs(load_ohm / tuned_ohm - 1.0) <= LOAD_TOLERANCE:
        return (
            f"wrong coil? expected {parts.coil} with {parts.capacitor}, V/I "
            f"{tuned_ohm:.3f} ohm at resonance, measured {load_ohm:.3f} ohm, limit "
            "±8 %"
        )
    return ""


def _measured(
    hands: Hands, frequencies_hz: tuple[float, ...], settings: Settings
) -> tuple[float, ...]:
    """Return V/I in ohm at each frequency; the current goes down between none."""
    applicator = settings.applicator
    bound = min(permitted_amplitude(f, settings.ceiling) for f in frequencies_hz)
    most_a = min(current_for(bound, applicator), applicator.max_current_a)
    current_a = current_for(field_for(CURRENT_SHARE * most_a, applicator), applicator)
    hands.start()
    hands.tick()
    hands.tune(frequencies_hz[0])
    hands.go(current_a, voltage_limit_for(current_a, applicator))
    loads_ohm = []
    for number, frequency_hz in enumerate(frequencies_hz):
        if number:
            hands.tune(frequency_hz)
        hands.wait(SETTLE_S)
        # A slow supply is asked for V, then for I: of the first reading V may be of
        # before the current stood still. The second was begun after that.
        drive = hands.read(2)[-1]
        loads_ohm.append(_load_ohm(drive, current_a))
    return tuple(loads_ohm)


def _load_ohm(drive: Drive, set_a: float) -> float:
    if not drive.current_a > LEAST_CURRENT_SHARE * set_a:
        return math.inf
    return drive.voltage_v / drive.current_a
