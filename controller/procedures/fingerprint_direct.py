"""The fingerprint of what sets the coil's current itself: a heater, an amplifier.

An induction heater shows the resonance, in whole kHz, and watts: P/I² is the tank's, as
V/I is behind a supply. A field sensor reads the field of each ampere, which is what
counts. An amplifier shows neither and has the sensor. One moment of current tells all.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace

from controller.decisions.applicator import field_for
from controller.decisions.field_names import likely_mistake
from controller.decisions.settings import Settings
from controller.decisions.signals import NAN, Drive
from controller.instruments.stations_direct import HeaterStation
from controller.procedures.calibration_hands import Hands
from controller.procedures.fingerprint_found import (
    LOAD_TOLERANCE,
    RESONANCE_TOLERANCE,
    Bursts,
    Fingerprint,
    Parts,
    low_current_a,
)

# With a field sensor its own update, if that is longer, up to the second.
SETTLE_S, MOST_SETTLE_S = 0.3, 0.4
# Half a step of what an EASYHEAT displays; it shows whole kHz.
HALF_STEP_HZ, HALF_STEP_W, HALF_STEP_A = 500.0, 0.5, 0.05
# Of less than this half a watt is more than a quarter, and tells no coil from another.
LEAST_POWER_W = 2.0
SEEN_SHARE = 0.5


@dataclass(frozen=True, slots=True)
class Shown:
    """What a moment of ``set_a`` showed; ``power_w`` is NaN where nothing shows it."""

    set_a: float
    drive: Drive
    power_w: float = NAN


def direct_fingerprint(hands: Hands, parts: Parts) -> Fingerprint:
    """Let a tenth of the current flow for a moment and judge what is shown then."""
    settings, bench = hands.settings, hands.bench
    sensor, source = bench.sensor, bench.applicator.source
    powers_w: list[float] = []

    def look() -> None:
        if isinstance(source, HeaterStation) and source.state is not None:
            powers_w.append(source.state.power_w)
        if sensor is not None:
            bench.acquisition.call(sensor, sensor.look)

    set_a = low_current_a(settings, (settings.applicator.frequency_hz,))
    bursts = Bursts(hands, set_a)
    hands.start()
    hands.tick()
    update_s = 0.0 if sensor is None else sensor.update_s
    drive = bursts.give(min(max(SETTLE_S, update_s), MOST_SETTLE_S), look)
    shown = Shown(set_a, drive, powers_w[-1] if powers_w else NAN)
    return replace(judged_direct(shown, settings, parts), current_s=bursts.used_s)


def judged_direct(shown: Shown, settings: Settings, parts: Parts) -> Fingerprint:
    """Compare what a moment of current showed with the calibration.

    Tolerances: 0.5 % of the resonance, 8 % of P/I², each with half a step of the
    display; the root of both squared uncertainties of the field. Where neither P/I² nor
    a field sensor can tell the coil, tissue is refused; without tissue that is waived.
    Source: docs/safety.md, the right bench.
    """
    drive = shown.drive
    loads = shown.power_w / drive.current_a**2 if drive.current_a > 0.0 else NAN
    expected = field_for(drive.current_a, settings.applicator)
    ratio = drive.field_a_per_m / expected if expected > 0.0 else NAN
    problem = next(_problems(shown, settings, parts), "")
    waived = ""
    if not _tells_coil(shown, settings, parts):
        waived = _no_oracle(loads, parts)
        if not problem and settings.ceiling.profile != "no-tissue":
            problem = f"the applicator cannot be known: {waived}"
    known = [
        words
        for value, words in (
            (drive.frequency_hz, f"resonance {drive.frequency_hz:.0f} Hz"),
            (loads, f"P/I² {loads:.3g} ohm"),
            (ratio, f"field {ratio:.3f} of the calibrated"),
        )
        if value == value
    ]
    sentence = f"the applicator is the calibrated one: {', '.join(known)}"
    if waived:
        sentence = f"the applicator shows {', '.join(known)}; {waived}"
    hz = drive.frequency_hz
    return Fingerprint(
        problem, problem or sentence, hz, loads, (hz,), (loads,), waived, ratio
    )


def _problems(shown: Shown, settings: Settings, parts: Parts) -> Iterator[str]:
    drive = shown.drive
    if not drive.current_a >= SEEN_SHARE * shown.set_a:
        yield (
            f"the coil draws no current: expected {shown.set_a:.1f} A, measured "
            f"{drive.current_a:.1f} A, limit half of it"
        )
    yield from _resonance(drive, settings, parts)
    expected_w = _expected_w(shown, parts)
    slack_w = expected_w * (LOAD_TOLERANCE + 2.0 * HALF_STEP_A / drive.current_a)
    known = parts.load_ohm is not None
    if known and not abs(shown.power_w - expected_w) <= slack_w + HALF_STEP_W:
        yield (
            f"wrong coil? expected {parts.coil} with {parts.capacitor}, "
            f"{expected_w:.1f} W at {drive.current_a:.1f} A, measured "
            f"{shown.power_w:.0f} W, limit ±{slack_w + HALF_STEP_W:.1f} W"
        )
    if settings.field_sensor is not None:
        yield from _field(drive, settings, parts)


def _resonance(drive: Drive, settings: Settings, parts: Parts) -> Iterator[str]:
    applicator = settings.applicator
    nominal_hz, read_hz = applicator.frequency_hz, drive.frequency_hz
    slack_hz = RESONANCE_TOLERANCE * nominal_hz
    if not applicator.sets_frequency:
        slack_hz += HALF_STEP_HZ
    if drive.field_quality == "ok":
        read_hz, slack_hz = drive.field_frequency_hz, RESONANCE_TOLERANCE * nominal_hz
    if not abs(read_hz - nominal_hz) <= slack_hz:
        yield (
            f"wrong capacitor? expected {parts.capacitor or 'that of the calibration'} "
            f"with {parts.coil}, {nominal_hz:.0f} Hz, measured {read_hz:.0f} Hz, limit "
            f"±{slack_hz:.0f} Hz; or a coil of another inductance"
        )


def _field(drive: Drive, settings: Settings, parts: Parts) -> Iterator[str]:
    sensor, expected = (
        settings.field_sensor,
        field_for(drive.current_a, settings.applicator),
    )
    assert sensor is not None
    slack = math.hypot(sensor.uncertainty, settings.ceiling.field_uncertainty)
    slack += sensor.uncertainty_a_per_m / expected
    ratio = drive.field_a_per_m / expected
    if drive.field_quality != "ok":
        yield f"the field sensor cannot measure the field ({drive.field_quality})"
    elif not abs(ratio - 1.0) <= slack:
        yield (
            f"wrong coil or sensor? expected {parts.coil}, {expected:.0f} A/m at "
            f"{drive.current_a:.1f} A, measured {drive.field_a_per_m:.0f} A/m, limit "
            f"±{slack:.0%}; {likely_mistake(ratio)}"
        )


def _expected_w(shown: Shown, parts: Parts) -> float:
    """Return the watts of the calibrated tank, NaN where they are not known."""
    if parts.load_ohm is None:
        return NAN
    return parts.load_ohm * shown.drive.current_a**2


def _tells_coil(shown: Shown, settings: Settings, parts: Parts) -> bool:
    by_power = _expected_w(shown, parts) >= LEAST_POWER_W
    return by_power or settings.field_sensor is not None


def _no_oracle(load_ohm: float, parts: Parts) -> str:
    """Say what is missing to tell one coil from another."""
    if parts.load_ohm is not None:
        return (
            f"less than {LEAST_POWER_W:g} W at this current tell no coil from another; "
            "add a [field_sensor]"
        )
    return (
        "nothing tells this coil from another of the same resonance; add a "
        "[field_sensor], or, once the field of this coil has been measured, "
        f"applicator.load_ohm, its P/I² (now {load_ohm:.3g} ohm)"
    )
