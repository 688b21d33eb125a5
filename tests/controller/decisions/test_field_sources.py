"""The ceiling holds for every source of the field, whatever its gain."""

import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from controller.decisions.ceiling import exceeds, permitted_amplitude, worst_product
from controller.decisions.field_names import likely_mistake
from controller.decisions.field_sources import (
    LOW_DRIVE_SHARE,
    breach,
    load_ratio_of,
    measured_field,
    measured_frequency,
    permitted_command,
)
from controller.decisions.settings import CeilingSettings, FieldSensorSettings
from controller.decisions.signals import NAN, Drive
from tests.controller.decisions.scene import APPLICATOR, SETTINGS
from tests.controller.decisions.test_ceiling import CEILINGS
from tests.thorough import thorough

SENSOR = FieldSensorSettings(0.03, 0.4, 50.0)
SENSED = replace(SETTINGS, field_sensor=SENSOR)
DRIVE = Drive(10.0, 9.55, True, 161_270.0, True, 0.0, 0.0)
GAINS = st.floats(allow_nan=True, allow_infinity=True) | st.floats(0.3, 4.0)


@thorough
@given(
    ceiling=CEILINGS,
    position_factor=st.floats(1.0, 3.0),
    frequency_hz=st.floats(1e4, 2e6),
    supply_gain=GAINS,
    sensor_gain=GAINS,
    uncertainty=st.floats(0.005, 0.3),
    absolute=st.floats(0.0, 200.0),
    confirmed=st.booleans(),
)
def test_no_source_passes_the_ceiling(
    ceiling: CeilingSettings,
    position_factor: float,
    frequency_hz: float,
    supply_gain: float,
    sensor_gain: float,
    uncertainty: float,
    absolute: float,
    confirmed: bool,
) -> None:
    ceiling = replace(ceiling, position_factor=position_factor)
    sensor = FieldSensorSettings(uncertainty, 0.4, absolute)
    settings = replace(SETTINGS, ceiling=ceiling, field_sensor=sensor)
    bound = permitted_command(
        frequency_hz, supply_gain, sensor_gain, confirmed, settings
    )
    assert math.isfinite(bound) and bound >= 0.0
    assert not exceeds(bound, frequency_hz, ceiling)
    assert bound * frequency_hz <= ceiling.limit_a_per_m_s
    if supply_gain > 0.0 and bound > 0.0:
        assert not exceeds(bound * supply_gain, frequency_hz, ceiling)
    if sensor_gain > 0.0 and bound > 0.0:
        assert not exceeds(bound * sensor_gain, frequency_hz, ceiling, sensor)
    if not confirmed:
        full = permitted_amplitude(frequency_hz, ceiling)
        assert bound <= LOW_DRIVE_SHARE * full


@thorough
@given(
    true=st.floats(1.0, 1e5),
    u=st.floats(0.0, 0.3),
    place=st.floats(-1.0, 1.0),
    noise=st.floats(-1.0, 1.0),
)
def test_a_sensor_within_its_uncertainty_is_never_far_below_the_truth(
    true: float, u: float, place: float, noise: float
) -> None:
    sensor = FieldSensorSettings(u, 0.4, 100.0)
    read = true * (1.0 + place * u) + noise * sensor.uncertainty_a_per_m
    assert worst_product(read, 1.0, SETTINGS.ceiling, sensor) >= true


def test_a_stronger_coil_gets_less_and_a_weaker_one_not_more() -> None:
    calibrated = permitted_command(161_270.0, 1.0, NAN, True, SENSED)
    stronger = permitted_command(161_270.0, 1.0, 1.2, True, SENSED)
    weaker = permitted_command(161_270.0, 1.0, 0.8, True, SENSED)
    assert stronger < calibrated == weaker
    assert permitted_command(161_270.0, 1.1, NAN, True, SETTINGS) == pytest.approx(
        calibrated / 1.1
    )


def test_the_power_sees_a_detuned_tank_and_the_current_does_not() -> None:
    detuned = replace(DRIVE, voltage_v=1.5 * DRIVE.voltage_v)
    assert load_ratio_of(detuned, APPLICATOR) == pytest.approx(1.5)
    tuned = measured_field(DRIVE, APPLICATOR)
    assert tuned == pytest.approx(7440.5)
    assert measured_field(detuned, APPLICATOR) == pytest.approx(tuned * math.sqrt(1.5))
    unknown = replace(DRIVE, voltage_v=NAN)
    assert measured_field(unknown, APPLICATOR) == pytest.approx(tuned)
    assert math.isnan(load_ratio_of(unknown, APPLICATOR))
    assert load_ratio_of(replace(DRIVE, current_a=0.0), APPLICATOR) == math.inf


def test_the_highest_source_counts_and_only_a_good_reading() -> None:
    sensed = replace(DRIVE, field_a_per_m=9000.0, field_quality="ok")
    assert measured_field(sensed, APPLICATOR) == 9000.0
    bad = replace(sensed, field_quality="clipped")
    assert measured_field(bad, APPLICATOR) == pytest.approx(7440.5)
    assert math.isnan(measured_field(None, APPLICATOR))


@pytest.mark.parametrize(
    ("values", "source"),
    [
        ({"current_a": 20.0, "voltage_v": 19.1}, "supply"),
        ({"current_a": 15.0, "voltage_v": 25.0}, "supply"),
        ({"field_a_per_m": 15_000.0, "field_quality": "ok"}, "field sensor"),
        ({"frequency_hz": 250_000.0, "current_a": 15.0}, "supply"),
        ({"frequency_hz": NAN, "current_a": 15.0}, "supply"),
        ({"current_a": NAN}, "supply"),
    ],
    ids=str,
)
def test_each_source_can_break_the_ceiling(
    values: dict[str, object], source: str
) -> None:
    seen = breach(replace(DRIVE, **values), SENSED)  # type: ignore[arg-type]
    assert seen is not None and seen[0] == source


def test_what_is_off_breaks_nothing() -> None:
    off = replace(DRIVE, output_on=False, current_a=0.0, voltage_v=0.0)
    assert breach(DRIVE, SENSED) is None
    assert breach(replace(off, frequency_hz=NAN), SENSED) is None


def test_a_current_that_flows_with_the_output_off_can_break_it() -> None:
    """A supply that says off and delivers is broken: what flows counts."""
    most_a = APPLICATOR.max_current_a
    stuck = replace(DRIVE, output_on=False, frequency_hz=1.0)
    assert breach(replace(stuck, current_a=0.019 * most_a), SETTINGS) is None
    assert breach(replace(stuck, current_a=0.021 * most_a), SETTINGS) is not None


def test_less_than_a_third_is_permitted_before_the_gain_is_confirmed() -> None:
    full, first = (
        permitted_command(161_270.0, 1.0, NAN, confirmed, SENSED)
        for confirmed in (True, False)
    )
    assert first == pytest.approx(0.30 * full)


def test_the_highest_measured_frequency_counts() -> None:
    seen = replace(
        DRIVE, field_a_per_m=7000.0, field_quality="ok", field_frequency_hz=163_000.0
    )
    assert measured_frequency(seen, SENSED) == 163_000.0
    assert measured_frequency(replace(seen, current_a=1.0), SENSED) == 161_270.0
    unread = replace(DRIVE, frequency_hz=NAN)
    assert measured_frequency(unread, SENSED) == SENSED.ceiling.frequency_max_hz
    assert math.isnan(measured_frequency(unread, SETTINGS))
    heater = replace(SETTINGS, applicator=replace(APPLICATOR, sets_frequency=False))
    assert measured_frequency(unread, heater) == SETTINGS.ceiling.frequency_max_hz


@pytest.mark.parametrize(
    ("ratio", "word"),
    [
        (0.0, "fell off"),
        (NAN, "fell off"),
        (math.cos(math.radians(30.0)), "turned, by about 30°"),
        (0.707, "rms is taken for peak"),
        (1.414, "peak and rms"),
        (2.0, "peak-to-peak is taken for peak"),
        (2.83, "peak-to-peak is taken for rms"),
        (0.354, "peak-to-peak and rms"),
        (0.796, "mT and kA/m"),
        (1.257, "mT and kA/m"),
        (10.0, "attenuation"),
        (0.1, "attenuation"),
        (1.2, "another coil"),
        (0.97, "out of place"),
        (30.0, "another coil"),
    ],
)
def test_a_ratio_names_the_likely_mistake(ratio: float, word: str) -> None:
    assert word in likely_mistake(ratio)
