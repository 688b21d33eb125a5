"""What the applicator reads back against what was commanded, limit by limit."""

from dataclasses import replace

import pytest

from controller.decisions.interlocks import Findings
from controller.decisions.interlocks_drive import DriveWatch, check_drive, remember
from controller.decisions.resonance import Track
from controller.decisions.settings import FieldSensorSettings, Settings
from controller.decisions.signals import NAN, Command, Drive
from controller.decisions.state import initial
from tests.controller.decisions.scene import SETTINGS

NOW_S = 100.0
SET_A = 10.0
SETS = ((NOW_S - 2.0, SET_A), (NOW_S - 0.2, SET_A))
ON = DriveWatch(sets=SETS, output_on=True, switched_s=NOW_S - 50.0)
DRIVE = Drive(SET_A, 9.55, True, 161_270.0, True, NOW_S, NOW_S)
SENSED = replace(SETTINGS, field_sensor=FieldSensorSettings(0.03, 0.4, 50.0))
HEATER = replace(
    SETTINGS, applicator=replace(SETTINGS.applicator, sets_frequency=False)
)


def checked(
    drive: Drive = DRIVE, watch: DriveWatch = ON, s: Settings = SETTINGS
) -> Findings:
    found = Findings(NOW_S)
    check_drive(watch, drive, s, found)
    return found


def codes(
    drive: Drive = DRIVE, watch: DriveWatch = ON, s: Settings = SETTINGS
) -> list[str]:
    return [fault.code for fault in checked(drive, watch, s).faults]


def test_what_fits_is_no_fault() -> None:
    assert codes() == [] and codes(s=HEATER) == []


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"supply_taken_s": NOW_S - 1.4}, []),
        ({"supply_taken_s": NOW_S - 1.6}, ["supply-lost"]),
        ({"generator_taken_s": NOW_S - 1.6}, ["generator-lost"]),
        ({"generator_taken_s": NOW_S + 1.6}, ["generator-lost"]),
        ({"frequency_hz": 161_270.0 * 1.0009}, []),
        ({"frequency_hz": 161_270.0 * 1.0011}, ["frequency"]),
        ({"frequency_hz": 161_270.0 * 0.9989}, ["frequency"]),
        ({"current_a": SET_A + 0.09}, []),
        ({"current_a": SET_A + 0.11}, ["current-high"]),
        ({"generator_on": False}, ["generator-off"]),
        ({"supply_trip": "over-current"}, ["supply-trip"]),
    ],
    ids=str,
)
def test_a_reading_at_its_limit(values: dict[str, object], said: list[str]) -> None:
    assert codes(replace(DRIVE, **values)) == said  # type: ignore[arg-type]


def test_an_amplifier_that_reads_as_off_has_no_live_supply() -> None:
    just_on = ON._replace(switched_s=NOW_S - 0.5)
    off = replace(DRIVE, output_on=False, generator_on=False, current_a=0.0)
    assert codes(off, just_on) == []
    assert codes(replace(off, output_on=True), just_on) == ["generator-off"]


@pytest.mark.parametrize(("after_s", "said"), [(0.9, []), (1.1, ["output-lost"])])
def test_an_output_has_a_second_to_follow(after_s: float, said: list[str]) -> None:
    watch = ON._replace(switched_s=NOW_S - after_s, sets=())
    off = replace(DRIVE, output_on=False, current_a=0.0, voltage_v=0.0)
    assert codes(off, watch) == said


@pytest.mark.parametrize(
    ("ratio", "current_a", "said"),
    [
        (1.0049, 5.0, []),
        (1.0051, 5.0, ["frequency"]),
        (0.9949, 5.0, ["frequency"]),
        (1.02, 2.4, []),  # too little to be sure that it is no noise
    ],
)
def test_the_frequency_that_the_sensor_sees(
    ratio: float, current_a: float, said: list[str]
) -> None:
    seen = replace(
        DRIVE,
        current_a=current_a,
        voltage_v=0.955 * current_a,
        field_a_per_m=744.05 * current_a,
        field_quality="ok",
        field_taken_s=NOW_S,
        field_frequency_hz=ratio * 161_270.0,
    )
    assert codes(seen, ON._replace(sets=((NOW_S - 0.2, current_a),)), SENSED) == said


def test_a_frequency_that_is_not_read_is_a_fault_but_where_the_sensor_tells_it() -> (
    None
):
    unread = replace(DRIVE, frequency_hz=NAN, current_a=5.0, voltage_v=4.775)
    watch = ON._replace(sets=((NOW_S - 0.2, 5.0),))
    assert "frequency" in codes(unread, watch)
    sensed = replace(
        unread,
        field_a_per_m=744.05 * 5.0,
        field_quality="ok",
        field_taken_s=NOW_S,
        field_frequency_hz=161_270.0,
    )
    assert codes(sensed, watch, SENSED) == []


@pytest.mark.parametrize(("share", "said"), [(0.99, True), (1.0, False), (1.01, False)])
def test_a_heater_stays_in_its_band(share: float, said: bool) -> None:
    low_hz = SETTINGS.ceiling.frequency_min_hz
    low = replace(DRIVE, frequency_hz=share * low_hz)
    assert ("frequency" in codes(low, s=HEATER)) is said


@pytest.mark.parametrize(("since_s", "said"), [(1.9, []), (2.1, ["frequency"])])
def test_the_frequency_before_a_step_may_be_read_for_2_s(
    since_s: float, said: list[str]
) -> None:
    track = Track(frequency_hz=161_590.0, left_hz=161_270.0, since_s=NOW_S - since_s)
    assert codes(DRIVE, ON._replace(track=track)) == said
    other = replace(DRIVE, frequency_hz=161_272.0)
    assert codes(other, ON._replace(track=track)) == ["frequency"]


@pytest.mark.parametrize(("low_s", "said"), [(2.9, []), (3.0, ["output-lost"])])
def test_no_current_for_3_s_is_an_open_circuit(low_s: float, said: list[str]) -> None:
    watch = ON._replace(low_since_s=NOW_S - low_s)
    assert codes(replace(DRIVE, current_a=0.0, voltage_v=NAN), watch) == said


def test_less_than_a_tenth_of_the_current_may_flow_unseen() -> None:
    watch = ON._replace(low_since_s=NOW_S - 3.0, sets=((NOW_S - 0.2, 2.4),))
    assert codes(replace(DRIVE, current_a=0.0, voltage_v=NAN), watch) == []


def test_a_current_is_compared_with_all_that_was_set_in_the_second_before_it() -> None:
    falling = ON._replace(sets=((NOW_S - 0.9, 12.0), (NOW_S - 0.1, SET_A)))
    high = replace(DRIVE, current_a=12.0, voltage_v=11.46)
    assert codes(high, falling) == []
    long_ago = ON._replace(sets=((NOW_S - 1.1, 12.0), (NOW_S - 0.1, SET_A)))
    assert codes(high, long_ago) == ["current-high"]
    nothing = replace(high, current_a=NAN)
    assert "current-high" in codes(nothing, falling)


def given(current_a: float, on: bool) -> Command:
    quiet = initial(SETTINGS).command
    return replace(quiet, current_a=current_a, output_on=on)


def test_what_was_set_is_kept_for_3_s_and_what_was_confirmed_until_off() -> None:
    confirmed = ON.field._replace(confirmed=True)
    watch = remember(ON._replace(field=confirmed), given(11.0, True), NOW_S + 2.5)
    assert watch.sets == (SETS[1], (NOW_S + 2.5, 11.0))
    assert watch.field.confirmed and watch.switched_s == ON.switched_s
    watch = remember(watch, given(0.0, False), NOW_S + 3.0)
    assert watch.sets == ((NOW_S + 2.5, 11.0), (NOW_S + 3.0, 0.0))
    assert not watch.field.confirmed and watch.switched_s == NOW_S + 3.0


def test_an_output_that_is_on_from_the_beginning_is_seen() -> None:
    """Nothing was switched yet: what was commanded first counts as switched then."""
    watch = remember(DriveWatch(), given(0.0, False), NOW_S - 1.1)
    assert watch.switched_s == NOW_S - 1.1
    assert codes(replace(DRIVE, current_a=0.0, voltage_v=0.0), watch) == [
        "output-stuck"
    ]


@pytest.mark.parametrize(("ago_s", "compared"), [(0.8, False), (1.2, True)])
def test_a_sensor_is_not_compared_while_the_current_moves(
    ago_s: float, compared: bool
) -> None:
    watch = ON._replace(sets=((NOW_S - ago_s, 15.0), (NOW_S - 0.02, SET_A)))
    seen = replace(
        DRIVE,
        field_a_per_m=744.05 * SET_A,
        field_quality="ok",
        field_taken_s=NOW_S - 0.05,
    )
    after = check_drive(watch, seen, SENSED, Findings(NOW_S))
    assert (after.field.used_s == seen.field_taken_s) is compared
