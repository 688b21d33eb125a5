"""What is remembered of the field's sources, and the faults that they show.

A sensor is compared with the supply only while the current is steady, over the
amperes that were set within the readings' reach, and three readings in a row decide:
instruments that are read at different moments must not disagree by that alone.
"""

import math
from typing import NamedTuple

from controller.decisions.ceiling import permitted_amplitude
from controller.decisions.field_names import likely_mistake
from controller.decisions.field_sources import believed, load_ratio_of
from controller.decisions.interlocks import Findings
from controller.decisions.settings import FieldSensorSettings, Settings
from controller.decisions.signals import NAN, Drive

SIGNAL_FLOOR_SHARE = 0.2
STEADY_SHARE = 0.05
COMPARED_SHARE = 0.25
READINGS = 3
GAIN_S = 2.0
SLOW_S = 60.0
DRIFT_CAUTION, DRIFT_TRIP, JUMP_TRIP = 0.05, 0.15, 0.08
LONGEST_LOSS_S, SHORTEST_LOSS_S = 3.0, 1.0
LOAD_HIGH, LOAD_LOW = 1.3, 0.75
LOAD_S = 1.0
# Above it the voltage limit leaves less than 1.1/sqrt(4) of the field commanded: what
# is bounded further by the power's gain ends where V/I can no more be read, unseen.
LOAD_FAR = 4.0


class FieldWatch(NamedTuple):
    """What is remembered of the field since the output was switched on.

    ``load_ratio`` is V/I over the tuned one, ``supply_gain`` the amplitude by power and
    ``sensor_gain`` the sensor's, each over k·I; NaN while not known. ``usual_ratio`` is
    the sensor's over the power's, over a minute. ``agreed`` and ``odd`` count readings
    in a row; ``confirmed`` says that the sensor has confirmed the gain. Times in s:
    ``used_s`` of the newest reading compared, ``good_s`` of the newest good one,
    ``flowing_s`` and ``load_odd_s`` since when.
    """

    load_ratio: float = NAN
    supply_gain: float = NAN
    sensor_gain: float = NAN
    usual_ratio: float = NAN
    confirmed: bool = False
    agreed: int = 0
    odd: int = 0
    used_s: float = NAN
    good_s: float = NAN
    flowing_s: float = NAN
    load_odd_s: float = NAN


UNSEEN = FieldWatch()


def follow_field(
    watch: FieldWatch,
    drive: Drive,
    lowest_a: float,
    highest_a: float,
    s: Settings,
    found: Findings,
) -> FieldWatch:
    """Check the field's sources against each other; return what is remembered.

    ``lowest_a`` and ``highest_a`` bound the current within reach of the readings.
    """
    load_ratio = load_ratio_of(drive, s.applicator)
    if load_ratio == load_ratio or watch.load_odd_s == watch.load_odd_s:
        watch = _follow_load(watch, load_ratio, drive, found)
    if s.field_sensor is not None:
        watch = _follow_sensor(
            watch, drive, lowest_a, highest_a, s, s.field_sensor, found
        )
    return watch


def _follow_load(
    watch: FieldWatch, load_ratio: float, drive: Drive, found: Findings
) -> FieldWatch:
    odd_s = NAN
    if load_ratio == load_ratio and not LOAD_LOW <= load_ratio <= LOAD_HIGH:
        odd_s = watch.load_odd_s
        odd_s = drive.supply_taken_s if odd_s != odd_s else odd_s
        if drive.supply_taken_s - odd_s >= LOAD_S:
            _lost_resonance(load_ratio, found)
    near = 0.0 <= load_ratio <= LOAD_FAR
    gain = math.sqrt(load_ratio) if near else watch.supply_gain
    return FieldWatch(  # each tick: _replace() takes three times as long
        load_ratio,
        gain,
        watch.sensor_gain,
        watch.usual_ratio,
        watch.confirmed,
        watch.agreed,
        watch.odd,
        watch.used_s,
        watch.good_s,
        watch.flowing_s,
        odd_s,
    )


def _lost_resonance(load_ratio: float, found: Findings) -> None:
    high, ratio = load_ratio > LOAD_HIGH, f"{load_ratio:.2f} ×"
    expected = "1.00 ×"
    what = f"V/I of the supply is {ratio} the tuned one"
    why = "the coil has fewer turns than the calibrated one, or a short in them"
    if high:
        why = (
            "the tank is out of resonance (coil or capacitor warm, damaged or another "
            "one)"
        )
    if load_ratio == math.inf:
        what = "the supply has voltage and delivers no current"
        expected, ratio = "a current", "none"
        why = "the circuit of the coil is open, or far out of resonance"
    found.fault(
        "resonance-lost" if high else "load-low",
        f"{what}: {why}",
        expected,
        ratio,
        f"V/I {LOAD_LOW:g} to {LOAD_HIGH:g} × for {LOAD_S:g} s",
    )


def _follow_sensor(
    watch: FieldWatch,
    drive: Drive,
    lowest_a: float,
    highest_a: float,
    s: Settings,
    sensor: FieldSensorSettings,
    found: Findings,
) -> FieldWatch:
    per_a = s.applicator.field_per_ampere_per_m
    reference = permitted_amplitude(s.applicator.frequency_hz, s.ceiling)
    good = not drive.field_taken_s > found.t_s and believed(drive)
    good_s = drive.field_taken_s if good else watch.good_s
    least_a = drive.current_a if drive.current_a < lowest_a else lowest_a
    if not per_a * least_a >= SIGNAL_FLOOR_SHARE * reference:
        if good_s != watch.good_s or watch.flowing_s == watch.flowing_s:
            watch = watch._replace(good_s=good_s, flowing_s=NAN)
        return watch
    flowing_s = watch.flowing_s
    flowing_s = found.t_s if flowing_s != flowing_s else flowing_s
    since_s = good_s if good_s > flowing_s else flowing_s
    _check_signal(found.t_s - since_s, drive, s, sensor, found)
    if good_s != watch.good_s or flowing_s != watch.flowing_s:
        watch = watch._replace(good_s=good_s, flowing_s=flowing_s)
    if not good or drive.field_taken_s <= watch.used_s:
        return watch
    spread = (highest_a - lowest_a) / least_a
    return _compare(watch, drive, spread, s, sensor, found)


def _check_signal(
    silent_s: float,
    drive: Drive,
    s: Settings,
    sensor: FieldSensorSettings,
    found: Findings,
) -> None:
    """Check that there is a good reading while a current flows that it must see."""
    limit_s = min(max(3.0 * sensor.update_s, SHORTEST_LOSS_S), LONGEST_LOSS_S)
    if silent_s <= limit_s:
        if silent_s > 1.5 * sensor.update_s + s.period_s:
            found.hold_backs.append(f"field sensor: reading {silent_s:.1f} s old")
        return
    said = _SAID.get(drive.field_quality, f'reports "{drive.field_quality}"')
    found.fault(
        "field-lost",
        f"the field sensor {said} while {drive.current_a:.2f} A flow",
        f"a good reading each {sensor.update_s:g} s",
        f"none for {silent_s:.1f} s",
        f"{limit_s:g} s",
    )


_NONE = "sees no signal (the pick-up coil fell off, or is on the wrong channel)"
_SAID = {
    "clipped": "shows a clipped signal (the scale saturates the oscilloscope)",
    "rms-for-peak": "shows a sine whose peak is its rms (rms is taken for peak)",
    "no-sine": "shows no sine",
    "no-signal": _NONE,
    "no-probe": _NONE,
    "error": _NONE,
    "lost": "does not answer",
    "ok": "does not answer",
    "": "does not answer",
}


def _compare(
    watch: FieldWatch,
    drive: Drive,
    spread: float,
    s: Settings,
    sensor: FieldSensorSettings,
    found: Findings,
) -> FieldWatch:
    if not spread <= COMPARED_SHARE:
        return watch
    by_current_a_per_m = drive.current_a * s.applicator.field_per_ampere_per_m
    field_a_per_m, span_s = drive.field_a_per_m, drive.field_taken_s - watch.used_s
    gain = field_a_per_m / by_current_a_per_m
    ratio = gain / watch.supply_gain if watch.supply_gain > 0.0 else gain
    problem = _problem(
        watch, ratio, field_a_per_m, by_current_a_per_m, spread, s, sensor
    )
    odd = watch.odd + 1 if problem else 0
    if problem and odd >= READINGS:
        found.fault(*problem)
    sensor_gain, usual_ratio = watch.sensor_gain, watch.usual_ratio
    agreed = 0 if odd else watch.agreed
    if spread <= STEADY_SHARE:
        sensor_gain = _smoothed(sensor_gain, gain, span_s, GAIN_S)
        if not odd:
            agreed += 1
            usual_ratio = _smoothed(usual_ratio, ratio, span_s, SLOW_S)
    return watch._replace(
        sensor_gain=sensor_gain,
        usual_ratio=usual_ratio,
        confirmed=watch.confirmed or agreed >= READINGS,
        agreed=agreed,
        odd=odd,
        used_s=drive.field_taken_s,
    )


def _problem(
    watch: FieldWatch,
    ratio: float,
    field_a_per_m: float,
    by_current_a_per_m: float,
    spread: float,
    s: Settings,
    sensor: FieldSensorSettings,
) -> tuple[str, str, str, str, str] | None:
    """Return the words of a fault for a sensor that does not fit, None when it does."""
    if not watch.confirmed:
        limit = _disagreement(field_a_per_m, by_current_a_per_m, s, sensor)
        code, what, of = "field-disagrees", "disagrees with the calibration", 1.0
    elif abs(ratio - 1.0) > DRIFT_TRIP + spread:
        limit = DRIFT_TRIP
        code, what, of = "field-drift", "is far from the calibration", 1.0
    else:
        limit = JUMP_TRIP + 2.0 * sensor.uncertainty_a_per_m / by_current_a_per_m
        code, what, of = "field-jump", "has changed suddenly", watch.usual_ratio
    if abs(ratio / of - 1.0) <= limit + spread:
        return None
    return (
        code,
        f"the field sensor {what}: {likely_mistake(ratio / of)}",
        f"{field_a_per_m * of / ratio:.0f} A/m" if ratio > 0.0 else "a field",
        f"{field_a_per_m:.0f} A/m, {ratio / of:.2f} ×",
        f"±{100.0 * limit:.0f} %",
    )


def _disagreement(
    field_a_per_m: float,
    by_current_a_per_m: float,
    s: Settings,
    sensor: FieldSensorSettings,
) -> float:
    """Return by how much, relative, sensor and calibration may differ at most."""
    ours = s.ceiling.field_uncertainty
    ours += s.ceiling.field_uncertainty_a_per_m / by_current_a_per_m
    its = sensor.uncertainty + sensor.uncertainty_a_per_m / max(
        field_a_per_m, by_current_a_per_m
    )
    return math.hypot(ours, its)


def _smoothed(before_ratio: float, ratio: float, span_s: float, over_s: float) -> float:
    if not span_s > 0.0 or before_ratio != before_ratio:
        return ratio
    return before_ratio + span_s / (over_s + span_s) * (ratio - before_ratio)


def drift_words(watch: FieldWatch) -> str:
    """Return the caution of a confirmed gain that is 5 % away or more, "" below."""
    expected = watch.supply_gain if watch.supply_gain == watch.supply_gain else 1.0
    away = watch.sensor_gain / expected - 1.0
    if not (watch.confirmed and abs(away) > DRIFT_CAUTION):
        return ""
    return (
        f"the field is {100.0 * abs(away):.0f} % "
        f"{'above' if away > 0.0 else 'below'} the calibration"
    )
