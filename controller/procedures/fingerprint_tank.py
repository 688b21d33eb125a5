"""The fingerprint of a tank behind a supply and an inverter: V/I at three points.

A resonance elsewhere is another capacitor; the same resonance with another V/I is
another coil. The current flows while a point is measured and at no other time.
"""

import math
from dataclasses import replace

from controller.decisions.settings import ApplicatorSettings, Settings
from controller.decisions.signals import NAN, Drive
from controller.procedures.calibration_hands import Hands
from controller.procedures.fingerprint_found import (
    LOAD_TOLERANCE,
    MOST_CURRENT_S,
    RESONANCE_TOLERANCE,
    Bursts,
    Fingerprint,
    Parts,
    low_current_a,
)

# V/I rises by a factor 1.3 (Q 70) to 2.9 (Q 170) so far beside the resonance.
ASIDE_SHARE = 0.004
LEAST_ASIDE_SHARE = 0.001
# The current stands by then; V and I, asked for one after the other, hardly differ more
# than their tolerance before.
SETTLE_S = 0.1
# Of what was set; a tank far from its resonance draws nothing that could be read.
LEAST_CURRENT_SHARE = 0.02
# V/I over the tuned one at the best of the points: the resonance is none of theirs.
FAR_LOAD_RATIO = 4.0


def tank_fingerprint(hands: Hands, parts: Parts, deaf: str) -> Fingerprint:
    """Measure and judge a tank; ``deaf`` says why its generator is not heard, or "".

    Where the coil does not hear the bench's generator (a mixed bench), only V/I at the
    nominal frequency is looked at.
    """
    settings = hands.settings
    frequencies_hz = (
        (settings.applicator.frequency_hz,) if deaf else points_hz(settings)
    )
    bursts = Bursts(hands, low_current_a(settings, frequencies_hz))
    loads_ohm = _measured(bursts, frequencies_hz)
    if len(loads_ohm) < len(frequencies_hz):
        found = _too_slow(bursts, hands.bench.supply.name, frequencies_hz, loads_ohm)
    else:
        found = judged(frequencies_hz, loads_ohm, settings.applicator, parts)
        found = _without_resonance(found, deaf) if deaf else found
    return replace(found, current_s=bursts.used_s)


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


def _too_slow(
    bursts: Bursts,
    supply: str,
    frequencies_hz: tuple[float, ...],
    loads_ohm: tuple[float, ...],
) -> Fingerprint:
    """Say that the time with current was over before enough was known."""
    problem = (
        f"the fingerprint needs {len(frequencies_hz)} points within "
        f"{MOST_CURRENT_S:g} s with current, and {supply} takes "
        f"{bursts.mean_s:.2f} s for one: {len(loads_ohm)} measured; give it a "
        "faster link, or this computer less to do"
    )
    return Fingerprint(
        problem, problem, frequencies_hz=frequencies_hz, loads_ohm=loads_ohm
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
            "±8 %; or is it 20 K warmer or colder than when it was calibrated?"
        )
    return ""


def _measured(bursts: Bursts, frequencies_hz: tuple[float, ...]) -> tuple[float, ...]:
    """Return V/I in ohm at each frequency; fewer where the time is over before."""
    hands = bursts.hands
    hands.start()
    hands.tick()
    loads_ohm: list[float] = []
    for frequency_hz in frequencies_hz:
        if not bursts.has_room:
            break
        hands.tune(frequency_hz)
        hands.tick()
        loads_ohm.append(_load_ohm(bursts.give(SETTLE_S), bursts.current_a))
    return tuple(loads_ohm)


def _load_ohm(drive: Drive, set_a: float) -> float:
    if not drive.current_a > LEAST_CURRENT_SHARE * set_a:
        return math.inf
    return drive.voltage_v / drive.current_a
