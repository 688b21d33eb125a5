"""The field's amplitude from every source that can tell it, and how far to believe it.

Three sources, all in peak A/m. The sensor (pick-up coil) measures. The power gives
k·sqrt(V·I/R0): equal to k·I when tuned, and it rises with detuning at constant current
as the true field does. The current, k·I, is the weakest. The ceiling holds for each
with its own uncertainty, so the highest H(1 + U) decides, never a mean.
"""

import math

from controller.decisions.ceiling import exceeds, permitted_amplitude
from controller.decisions.settings import ApplicatorSettings, Settings
from controller.decisions.signals import NAN, Drive

# below this share of the largest current V/I says more of resolution than of the tank
LOAD_FLOOR_SHARE = 0.1
IDLE_SHARE = 0.02
LOW_DRIVE_SHARE = 0.30


def believed(drive: Drive) -> bool:
    """Say whether the field sensor's newest reading is a number of good quality."""
    field = drive.field_a_per_m
    return field == field and drive.field_quality in ("ok", "")


def load_ratio_of(drive: Drive, applicator: ApplicatorSettings) -> float:
    """Return V/I of the supply over the tuned V/I, 1 + x² of the tank.

    NaN where it is not known: no voltage read back, or too little of both to tell.
    Infinite where there is voltage and no current.
    """
    volts_as_a = drive.voltage_v / applicator.tuned_ohm
    current_a = drive.current_a
    floor_a = LOAD_FLOOR_SHARE * applicator.max_current_a
    if not (volts_as_a >= floor_a or (current_a >= floor_a and volts_as_a >= 0.0)):
        return NAN
    return volts_as_a / current_a if current_a > 0.0 else math.inf


def from_supply(drive: Drive, applicator: ApplicatorSettings) -> float:
    """Return the amplitude in A/m by the supply: the higher of k·I and by its power.

    k·sqrt(V·I/R0) is left out where the voltage is not known.
    """
    current_a = drive.current_a
    per_a = applicator.field_per_ampere_per_m
    by_current = current_a * per_a
    product_a2 = drive.voltage_v / applicator.tuned_ohm * current_a
    if product_a2 > current_a * current_a:
        by_power = per_a * math.sqrt(product_a2)
        return by_power if by_power > by_current else by_current
    return by_current


def measured_field(drive: Drive | None, applicator: ApplicatorSettings) -> float:
    """Return the measured amplitude in A/m, NaN without a drive.

    The highest of the field sensor's, of the power's and of current × calibration.
    """
    if drive is None:
        return NAN
    by_supply = from_supply(drive, applicator)
    sensed = drive.field_a_per_m
    return sensed if sensed > by_supply and believed(drive) else by_supply


def sensed_frequency(drive: Drive, applicator: ApplicatorSettings) -> float:
    """Return the frequency in Hz that the field sensor sees, NaN while it is unsure.

    Below a tenth of the largest current it may count noise.
    """
    enough = drive.current_a >= LOAD_FLOOR_SHARE * applicator.max_current_a
    return drive.field_frequency_hz if enough and believed(drive) else NAN


def measured_frequency(drive: Drive, settings: Settings) -> float:
    """Return the frequency in Hz that counts: the highest that is measured.

    Unknown yet, on a bench where the applicator or the field sensor will tell it, the
    highest of the band counts; unknown otherwise it is NaN.
    """
    read_hz = drive.frequency_hz
    sensed_hz = sensed_frequency(drive, settings.applicator)
    if sensed_hz == sensed_hz:
        return read_hz if read_hz >= sensed_hz else sensed_hz
    will_tell = settings.field_sensor is not None
    if read_hz != read_hz and (will_tell or not settings.applicator.sets_frequency):
        return settings.ceiling.frequency_max_hz
    return read_hz


def breach(drive: Drive, settings: Settings) -> tuple[str, float, float] | None:
    """Return what may break the ceiling (source, A/m, Hz) by what is measured, or None.

    Off, and with no more than 2 % of the largest current, nothing can.
    """
    applicator, ceiling = settings.applicator, settings.ceiling
    sensor = settings.field_sensor
    idle_a = IDLE_SHARE * applicator.max_current_a
    if not drive.output_on and drive.current_a <= idle_a:
        return None
    frequency_hz = measured_frequency(drive, settings)
    by_supply = from_supply(drive, applicator)
    if exceeds(by_supply, frequency_hz, ceiling, measured=True):
        return "supply", by_supply, frequency_hz
    if believed(drive):
        field = drive.field_a_per_m
        if exceeds(field, frequency_hz, ceiling, sensor, measured=True):
            return "field sensor", field, frequency_hz
    return None


def permitted_command(
    frequency_hz: float,
    supply_gain: float,
    sensor_gain: float,
    confirmed: bool,
    settings: Settings,
) -> float:
    """Return the largest k·I in A/m such that no source may break the ceiling.

    Each gain is a source's amplitude over k·I (NaN: not known). A gain below 1 permits
    no more than the calibration does: a sensor that drifts low must not raise the
    field. Until a sensor has confirmed the gain, 30 % of it.
    """
    ceiling, sensor = settings.ceiling, settings.field_sensor
    bound = permitted_amplitude(frequency_hz, ceiling)
    if supply_gain > 1.0:
        bound = _divided(bound, supply_gain)
    if sensor is None:
        return bound
    by_sensor = permitted_amplitude(frequency_hz, ceiling, sensor)
    if bound * sensor_gain > by_sensor:
        bound = _divided(by_sensor, sensor_gain)
    return bound if confirmed else LOW_DRIVE_SHARE * bound


def _divided(field_a_per_m: float, gain: float) -> float:
    """Return field / gain, rounded so that times the gain it is not above the field."""
    result = field_a_per_m / gain
    while result * gain > field_a_per_m:
        result = math.nextafter(result, 0.0)
    return result
