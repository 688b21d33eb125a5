"""The guard raises for whatever may break the ceiling, and never clips."""

import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from controller.decisions.ceiling import exceeds
from controller.decisions.signals import Command, Drive
from controller.errors import GuardError
from controller.guard import guard
from tests.controller.decisions.scene import CEILING, SETTINGS
from tests.thorough import thorough

GOOD = Command(
    field_a_per_m=10_000.0,
    frequency_hz=161_270.0,
    current_a=13.44,
    voltage_limit_v=14.1,
    output_on=True,
    power_share=0.5,
    bound_a_per_m=13_258.0,
    at_bound=False,
    reason="",
)

DRIVE = Drive(13.4, 12.8, True, 161_270.0, True, 0.0, 0.0)
ANY = st.floats(allow_nan=True, allow_infinity=True)


def test_a_good_command_passes() -> None:
    guard(GOOD, DRIVE, SETTINGS)
    guard(GOOD, None, SETTINGS)


def test_off_passes_whatever_is_measured() -> None:
    off = replace(GOOD, output_on=False, current_a=0.0, field_a_per_m=0.0)
    guard(off, replace(DRIVE, frequency_hz=math.nan), SETTINGS)


@pytest.mark.parametrize(
    "change",
    [
        {"field_a_per_m": 14_000.0},
        {"current_a": 18.6},
        {"field_a_per_m": math.nan},
        {"field_a_per_m": math.inf},
        {"field_a_per_m": -1.0},
        {"current_a": math.nan},
        {"current_a": -1.0},
        {"frequency_hz": 250_000.0},
        {"frequency_hz": math.nan},
        {"voltage_limit_v": 20.0},
        {"voltage_limit_v": math.nan},
        {"output_on": False},
    ],
    ids=str,
)
def test_a_bad_command_raises(change: dict[str, float]) -> None:
    with pytest.raises(GuardError):
        guard(replace(GOOD, **change), DRIVE, SETTINGS)  # type: ignore[arg-type]


def test_off_with_a_field_is_a_contradiction() -> None:
    with pytest.raises(GuardError, match="output off"):
        guard(replace(GOOD, output_on=False, current_a=0.0), DRIVE, SETTINGS)


def test_no_more_than_the_largest_current_passes() -> None:
    """Also where the ceiling would permit it: the coil's own limit."""
    applicator = replace(SETTINGS.applicator, max_current_a=13.0)
    with pytest.raises(GuardError, match=r"13\.44 A is above 13\.0"):
        guard(GOOD, None, replace(SETTINGS, applicator=applicator))


def test_the_measured_frequency_counts() -> None:
    with pytest.raises(GuardError, match="ceiling"):
        guard(GOOD, replace(DRIVE, frequency_hz=250_000.0), SETTINGS)
    with pytest.raises(GuardError):
        guard(GOOD, replace(DRIVE, frequency_hz=math.nan), SETTINGS)
    with pytest.raises(GuardError):
        guard(replace(GOOD, frequency_hz=0.0), DRIVE, SETTINGS)


@pytest.mark.parametrize(
    "measured",
    [
        {"field_a_per_m": 15_500.0, "field_quality": "ok"},
        {"current_a": 18.6, "voltage_v": 17.8},
        {"current_a": 14.0, "voltage_v": 26.0},  # detuned: by power, not by current
        {"field_frequency_hz": 250_000.0, "field_a_per_m": 1.0, "field_quality": "ok"},
    ],
    ids=str,
)
def test_a_measured_field_above_the_ceiling_raises(
    measured: dict[str, float],
) -> None:
    with pytest.raises(GuardError, match="ceiling"):
        guard(GOOD, replace(DRIVE, **measured), SETTINGS)  # type: ignore[arg-type]


def test_a_bad_reading_of_the_field_is_no_field() -> None:
    clipped = replace(DRIVE, field_a_per_m=15_500.0, field_quality="clipped")
    guard(GOOD, clipped, SETTINGS)


def test_a_position_factor_counts() -> None:
    ceiling = replace(SETTINGS.ceiling, position_factor=1.5)
    with pytest.raises(GuardError, match="ceiling"):
        guard(GOOD, DRIVE, replace(SETTINGS, ceiling=ceiling))


def test_an_applicator_without_a_voltage_passes() -> None:
    applicator = replace(SETTINGS.applicator, limits_voltage=False)
    settings = replace(SETTINGS, applicator=applicator)
    command = replace(GOOD, voltage_limit_v=0.0)
    guard(command, replace(DRIVE, voltage_v=math.nan), settings)
    heater = replace(applicator, sets_frequency=False)
    starting = replace(
        DRIVE,
        frequency_hz=math.nan,
        voltage_v=math.nan,
        current_a=0.0,
        output_on=False,
    )
    # not known yet: the highest frequency of the band counts
    low = replace(command, field_a_per_m=1500.0, current_a=2.0)
    guard(low, starting, replace(SETTINGS, applicator=heater))
    with pytest.raises(GuardError, match="ceiling"):
        guard(command, starting, replace(SETTINGS, applicator=heater))


@thorough
@given(field=ANY, frequency_hz=ANY, current_a=ANY, measured_hz=ANY)
def test_what_passes_never_exceeds(
    field: float, frequency_hz: float, current_a: float, measured_hz: float
) -> None:
    command = replace(
        GOOD, field_a_per_m=field, frequency_hz=frequency_hz, current_a=current_a
    )
    drive = replace(DRIVE, frequency_hz=measured_hz)
    try:
        guard(command, drive, SETTINGS)
    except GuardError:
        return
    assert not exceeds(field, frequency_hz, CEILING)
    assert not exceeds(field, measured_hz, CEILING)
    assert current_a * SETTINGS.applicator.field_per_ampere_per_m <= 14_000.0
