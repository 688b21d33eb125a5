"""The procedures of ``amf calibrate``: the field of a coil, and probes in baths.

Field, in three steps: a sweep at constant low voltage, coarse then fine, for the
resonance; a confirmation of the pick-up at 30 % of what is permitted or less; then
levels of current, up and down, so that a drift shows.
"""

from collections.abc import Callable
from dataclasses import dataclass
from statistics import fmean, stdev
from typing import Any

from controller.analysis.field_fit import FieldFit, FieldPoint, fit_field
from controller.analysis.probe_fit import BathPoint
from controller.analysis.resonance_fit import (
    Resonance,
    ResonancePoint,
    fit_resonance,
)
from controller.decisions.applicator import current_for, voltage_limit_for
from controller.decisions.ceiling import permitted_amplitude
from controller.decisions.field_names import likely_mistake
from controller.decisions.settings import Settings
from controller.errors import BenchError
from controller.instruments.applicators import ResonantInverter
from controller.instruments.bench_link import Thermometry
from controller.procedures.calibration_hands import CalibrationEnded, Hands

SETTLE_S = 0.5
SWEEP_READINGS = 3
LEVEL_READINGS = 5
COARSE_POINTS, FINE_POINTS = 11, 5
# At 161 kHz these are the ±2 kHz and ±1 kHz of the magneTherm's own recipe.
COARSE_SHARE, FINE_SHARE = 0.0125, 0.0062
MOST_SHIFTS = 3
# Constant voltage needs a current limit that is not reached at resonance.
VOLTAGE_SHARE = 0.9
# Of the permitted amplitude, before and after the pick-up has confirmed the gain.
LOW_SHARES = (0.15, 0.22, 0.30)
HIGH_SHARES = (0.40, 0.50, 0.60)
NEAR_GAIN = 0.25
VOLTAGE_STEP_V = 0.001


@dataclass(frozen=True, slots=True)
class FieldResult:
    """A finished field calibration: where the field was measured, and what was found.

    ``frequency_hz`` is what the generator was set to.
    """

    frequency_hz: float
    sweep: tuple[ResonancePoint, ...]
    resonance: Resonance
    levels: tuple[FieldPoint, ...]
    fit: FieldFit


def calibrate_field(hands: Hands) -> FieldResult:
    """Find the resonance in Hz and the field per ampere in 1/m.

    Raises:
        CalibrationEnded: a trip, a limit or the operator ended it.
        FitRefused: what was measured determines no result.
        BenchError: no output has been enabled.
    """
    sensor = hands.settings.field_sensor
    if sensor is None:
        raise CalibrationEnded(
            "[field_sensor] is missing; a calibration needs a pick-up coil on an "
            "oscilloscope"
        )
    if not isinstance(hands.bench.applicator, ResonantInverter):
        raise BenchError(
            "amf calibrate field is for a supply and a generator with an inverter"
        )
    hands.start()
    sweep = _search(hands)
    step_a = hands.settings.applicator.current_resolution_a
    resonance = fit_resonance(sweep, VOLTAGE_STEP_V, step_a)
    frequency_hz = float(round(resonance.resonance_hz))
    hands.tune(frequency_hz)
    levels = _levels(hands, frequency_hz, sensor.uncertainty)
    fit = fit_field(
        levels, sensor.uncertainty, sensor.uncertainty_a_per_m, step_a, resonance
    )
    return FieldResult(frequency_hz, tuple(sweep), resonance, tuple(levels), fit)


def low_voltage(settings: Settings) -> tuple[float, float]:
    """Return the sweep's current limit in A and its voltage in V.

    At resonance the current is 90 % of its limit, and the field at most 30 % of what
    is permitted anywhere in the band.
    """
    ceiling, applicator = settings.ceiling, settings.applicator
    lowest = min(
        permitted_amplitude(f, ceiling)
        for f in (ceiling.frequency_min_hz, ceiling.frequency_max_hz)
    )
    current_a = current_for(LOW_SHARES[-1] * lowest, applicator)
    tuned_v = applicator.tuned_ohm * current_a
    return current_a, round(VOLTAGE_SHARE * tuned_v, 2)


def frequencies(centre_hz: float, half_hz: float, count: int) -> list[float]:
    """Return whole frequencies in Hz, evenly from centre - half to centre + half."""
    step_hz = 2.0 * half_hz / (count - 1)
    return [float(round(centre_hz - half_hz + step_hz * i)) for i in range(count)]


def _search(hands: Hands) -> list[ResonancePoint]:
    """Sweep coarsely, shifted until the peak is inside, then finely up and down."""
    applicator = hands.settings.applicator
    centre_hz = applicator.frequency_hz
    current_a, voltage_v = low_voltage(hands.settings)
    if not current_a >= 10.0 * applicator.current_resolution_a:
        raise CalibrationEnded(
            f"30 % of the permitted field is only {current_a:.2f} A, too little to see"
        )
    coarse: dict[float, ResonancePoint] = {}
    half_hz = COARSE_SHARE * centre_hz
    hands.go(current_a, voltage_v)
    for _ in range(1 + MOST_SHIFTS):
        for f in _inside(hands, frequencies(centre_hz, half_hz, COARSE_POINTS)):
            if f not in coarse:
                coarse[f] = _swept(hands, f)
        best_hz = max(coarse.values(), key=lambda p: p.current_at_v).frequency_hz
        if min(coarse) < best_hz < max(coarse):
            break
        centre_hz = best_hz
    points = list(coarse.values())
    if min(coarse) < best_hz < max(coarse):
        fine = frequencies(best_hz, FINE_SHARE * best_hz, FINE_POINTS)
        fine = _inside(hands, fine)
        points += [_swept(hands, f) for f in (*fine, *reversed(fine))]
    return points


def _inside(hands: Hands, wanted_hz: list[float]) -> list[float]:
    ceiling = hands.settings.ceiling
    low_hz, high_hz = ceiling.frequency_min_hz, ceiling.frequency_max_hz
    return [f for f in wanted_hz if low_hz <= f <= high_hz]


def _swept(hands: Hands, frequency_hz: float) -> ResonancePoint:
    hands.tune(frequency_hz)
    hands.wait(SETTLE_S)
    read = hands.read(SWEEP_READINGS)
    point = ResonancePoint(
        frequency_hz,
        fmean(d.voltage_v for d in read),
        fmean(d.current_a for d in read),
    )
    if not (point.voltage_v > 0.0 and point.current_a > 0.0):
        raise CalibrationEnded(
            f"at {frequency_hz:.0f} Hz the supply gives {point.voltage_v:.2f} V and "
            f"{point.current_a:.2f} A; is the inverter connected, or is it another "
            "capacitor than the config says?"
        )
    _tell(
        hands,
        "sweep",
        f"{frequency_hz:.0f} Hz: {point.voltage_v:.2f} V, {point.current_a:.2f} A",
        frequency_hz=frequency_hz,
        voltage_v=point.voltage_v,
        current_a=point.current_a,
    )
    return point


def _levels(
    hands: Hands, frequency_hz: float, sensor_uncertainty: float
) -> list[FieldPoint]:
    settings = hands.settings
    permitted = permitted_amplitude(frequency_hz, settings.ceiling)
    believed_per_m = settings.applicator.field_per_ampere_per_m
    low = [_level(hands, share * permitted, believed_per_m) for share in LOW_SHARES]
    gain_per_m = fmean(p.field_a_per_m / p.current_a for p in low)
    _confirm(gain_per_m, believed_per_m)
    # whichever says that an ampere makes more field
    highest_per_m = max(believed_per_m, gain_per_m * (1.0 + sensor_uncertainty))
    targets = [share * permitted for share in HIGH_SHARES]
    up = [_level(hands, target, highest_per_m) for target in targets]
    again = [share * permitted for share in (*LOW_SHARES, *HIGH_SHARES)][::-1]
    return low + up + [_level(hands, target, highest_per_m) for target in again]


def _confirm(gain_per_m: float, believed_per_m: float) -> None:
    ratio = gain_per_m / believed_per_m
    if abs(ratio - 1.0) <= NEAR_GAIN:
        return
    raise CalibrationEnded(
        f"the pick-up says {gain_per_m:.1f} A/m per ampere: expected "
        f"{believed_per_m:.1f} by the config, measured {ratio:.3f} of it, limit "
        f"{100.0 * NEAR_GAIN:g} % apart; {likely_mistake(ratio)}"
    )


def _level(hands: Hands, field_a_per_m: float, per_m: float) -> FieldPoint:
    applicator = hands.settings.applicator
    step_a = applicator.current_resolution_a
    current_a = current_for(
        field_a_per_m * applicator.field_per_ampere_per_m / per_m, applicator
    )
    hands.go(current_a, voltage_limit_for(current_a, applicator))
    hands.wait(SETTLE_S)
    read = hands.read(LEVEL_READINGS, sensor=True)
    point = FieldPoint(
        t_s=hands.t_s,
        current_a=fmean(d.current_a for d in read),
        field_a_per_m=fmean(d.field_a_per_m for d in read),
        frequency_hz=fmean(d.frequency_hz for d in read),
    )
    if not point.current_a > step_a:
        raise CalibrationEnded(f"{current_a:.2f} A were set and none flow")
    _tell(
        hands,
        "level",
        f"{point.current_a:.2f} A: {point.field_a_per_m:.0f} A/m",
        current_a=point.current_a,
        field_a_per_m=point.field_a_per_m,
    )
    return point


def _tell(hands: Hands, step: str, sentence: str, **data: Any) -> None:
    hands.tell(
        {"kind": "point", "step": step, "t_s": hands.t_s, "sentence": sentence, **data}
    )


def read_bath(
    thermometry: Thermometry,
    duration_s: float,
    check: Callable[[], None],
) -> dict[int, list[float]]:
    """Return the good readings in °C of each probe over a time, by place in the config.

    ``check`` raises when the operator wants to stop.
    """
    found: dict[int, list[float]] = {at: [] for at in range(len(thermometry.channels))}
    last: dict[int, float] = {}
    start_s = thermometry.clock.now()
    while thermometry.clock.now() - start_s < duration_s:
        thermometry.clock.tick()
        check()
        for at, reading in enumerate(thermometry.readings()):
            new = reading.taken_s > last.get(at, start_s)
            if new and reading.quality == "ok":
                last[at] = reading.taken_s
                found[at].append(reading.value_c)
    return found


def bath_point(
    values_c: list[float], reference_c: float, uncertainty_c: float
) -> BathPoint:
    """Summarise one probe's readings in °C in one bath; at least 4 of them."""
    quarter = max(1, len(values_c) // 4)
    return BathPoint(
        reference_c=reference_c,
        reference_uncertainty_c=uncertainty_c,
        reading_c=fmean(values_c),
        spread_c=stdev(values_c),
        count=len(values_c),
        drift_c=fmean(values_c[-quarter:]) - fmean(values_c[:quarter]),
    )
