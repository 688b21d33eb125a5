"""The Elektro-Automatik driver against exchanges as the programming guide has them."""

import logging

import pytest

from drivers.ea_ps9000 import EaPs9000, trip_of
from drivers.errors import Garbled, Refused, WrongInstrument
from drivers.rounding import floored, raised
from drivers.transport import Transport
from tests.drivers.scripted import ScriptedPort, scripted

NO_ERROR = b'0,"No error"\n'
IDENTITY = (
    b"EA Elektro-Automatik GmbH & Co. KG, PSB 10060-60, 2538170001, "
    b"V2.14 14.05.2018 V2.24 04.06.2018 V1.6.5, \n"
)
Script = tuple[tuple[bytes, bytes], ...]


def registers(alarms: int, operation: int) -> Script:
    return (
        (b"STAT:QUES:COND?\n", b"%d\n" % alarms),
        (b"STAT:OPER:COND?\n", b"%d\n" % operation),
    )


def verified(command: bytes, answer: bytes = NO_ERROR) -> Script:
    return (
        *registers(1024, 0),
        (b"SYST:ERR:ALL?\n", NO_ERROR),
        (command, b""),
        (b"SYST:ERR?\n", answer),
    )


def test_identity_has_maker_model_serial_and_firmware() -> None:
    with scripted((b"*IDN?\n", IDENTITY)) as transport:
        identity = EaPs9000(transport).identify()
    assert (identity.model, identity.serial) == ("PSB 10060-60", "2538170001")
    assert identity.firmware.startswith("V2.14")


@pytest.mark.parametrize(
    "answer",
    [
        IDENTITY.replace(b"PSB 10060-60", b"PSB 10060-600"),
        IDENTITY.replace(b"PSB 10060-60", b"EL 9080-340"),
        b"THURLBY THANDAR, QPX1200SP, 1, 1\n",
        b"\n",
    ],
)
def test_another_instrument_is_refused(answer: bytes) -> None:
    with scripted((b"*IDN?\n", answer)) as transport, pytest.raises(WrongInstrument):
        EaPs9000(transport).identify()


def test_a_model_name_may_go_on_with_its_housing() -> None:
    answer = IDENTITY.replace(b"PSB 10060-60", b"PSB 9080-360 3U")
    with scripted((b"*IDN?\n", answer)) as transport:
        identity = EaPs9000(transport, model="PSB 9080-360").identify()
    assert identity.model == "PSB 9080-360 3U"


@pytest.mark.parametrize(
    "actual",
    [b"12.50V, 33.3A, 420W\n", b"12.50 V, 33.3 A, 420 W\n", b"12.5V,33.3A,420W\n"],
)
def test_state_is_read_with_or_without_spaces(actual: bytes) -> None:
    script = (b"MEAS:ARR?\n", actual), (b"OUTP?\n", b"ON\n"), *registers(3072, 512)
    with scripted(*script) as transport:
        state = EaPs9000(transport).read_state()
    assert (state.voltage_v, state.current_a) == (12.5, 33.3)
    assert (state.output_on, state.trip) == (True, "")


def test_an_alarm_is_remembered_until_it_is_reset() -> None:
    polls = (b"MEAS:ARR?\n", b"0.00V, 0.00A, 0W\n"), (b"OUTP?\n", b"OFF\n")
    with scripted(
        *(*polls, *registers(1025, 0)),
        *(*polls, *registers(1024, 0)),
        (b"SYST:ERR:ALL?\n", NO_ERROR),
        *(*polls, *registers(1024, 0)),
    ) as transport:
        supply = EaPs9000(transport)
        assert supply.read_state().trip == "over-voltage"
        assert supply.read_state().trip == "over-voltage"
        supply.reset_trip()
        assert supply.read_state().trip == ""


@pytest.mark.parametrize(
    ("alarms", "operation", "reason"),
    [
        (0, 0, ""),
        (1 << 1, 0, "over-current"),
        (1 << 3, 0, "over-temperature"),
        (1 << 13, 0, "power fail"),
        (1 << 10 | 1 << 11, 1 << 8, ""),
        (1 << 10, 1 << 7, "communication lost"),
    ],
)
def test_registers_have_a_reason(alarms: int, operation: int, reason: str) -> None:
    assert trip_of(alarms, operation) == reason


def test_set_points_are_rounded_down_and_read_back() -> None:
    with scripted(
        (b"VOLT 24.49\n", b""),
        (b"CURR 3.29\n", b""),
        (b"VOLT?\n", b"24.49 V\n"),
        (b"CURR?\n", b"3.29A\n"),
    ) as transport:
        supply = EaPs9000(transport)
        supply.set_voltage(24.499)
        supply.set_current(3.2999)
        assert supply.read_setpoints() == (24.49, 3.29)


@pytest.mark.parametrize("value", [-0.1, 60.1, float("nan"), float("inf")])
def test_values_outside_the_rating_are_never_sent(value: float) -> None:
    with scripted() as transport:
        supply = EaPs9000(transport)
        with pytest.raises(Refused, match="nothing was sent"):
            supply.set_voltage(value)
        with pytest.raises(Refused, match="nothing was sent"):
            supply.set_current(value)


@pytest.mark.parametrize(
    "trips", [(66.1, 12.0), (30.0, 66.1), (-0.1, 12.0), (30.0, float("nan"))]
)
def test_trips_beyond_110_percent_are_never_sent(trips: tuple[float, float]) -> None:
    with scripted() as transport, pytest.raises(Refused, match="nothing was sent"):
        EaPs9000(transport).set_trips(*trips)


def test_trips_are_rounded_up_and_verified() -> None:
    with scripted(
        *verified(b"VOLT:PROT 30.01\n"),
        *verified(b"CURR:PROT 12.35\n"),
        (b"VOLT:PROT?\n", b"30.01V\n"),
        (b"CURR:PROT?\n", b"12.35 A\n"),
    ) as transport:
        EaPs9000(transport).set_trips(30.001, 12.35)


def test_trips_that_read_back_otherwise_are_refused() -> None:
    with (
        scripted(
            *verified(b"VOLT:PROT 30.00\n"),
            *verified(b"CURR:PROT 12.00\n"),
            (b"VOLT:PROT?\n", b"30.00V\n"),
            (b"CURR:PROT?\n", b"66.00A\n"),
        ) as transport,
        pytest.raises(Refused, match="read back"),
    ):
        EaPs9000(transport).set_trips(30.0, 12.0)


def power_limited(rated: bytes, limit: bytes, trip: bytes) -> Script:
    return (
        (b"SYST:NOM:POW?\n", rated),
        *verified(b"POW:PROT 313\n"),
        *verified(b"POW 298\n"),
        (b"POW?\n", limit),
        (b"POW:PROT?\n", trip),
    )


@pytest.mark.parametrize("rated", [b"1500W\n", b"1500 W\n", b"1.50kW\n"])
def test_a_power_limit_is_rounded_up_and_its_trip_stands_above(rated: bytes) -> None:
    with scripted(*power_limited(rated, b"298 W\n", b"313W\n")) as transport:
        EaPs9000(transport).set_power_limit(297.2)


@pytest.mark.parametrize(
    ("limit", "trip"), [(b"1500W\n", b"313W\n"), (b"298W\n", b"1650W\n")]
)
def test_a_power_limit_that_is_not_taken_is_refused(limit: bytes, trip: bytes) -> None:
    with (
        scripted(*power_limited(b"1500W\n", limit, trip)) as transport,
        pytest.raises(Refused, match="298 W and a trip at 313 W were set"),
    ):
        EaPs9000(transport).set_power_limit(297.2)


def test_a_power_limit_beyond_the_rating_is_the_rating() -> None:
    with scripted(
        (b"SYST:NOM:POW?\n", b"320W\n"),
        *verified(b"POW:PROT 336\n"),
        *verified(b"POW 320\n"),
        (b"POW?\n", b"320W\n"),
        (b"POW:PROT?\n", b"336W\n"),
    ) as transport:
        EaPs9000(transport, model="PS 9040-20").set_power_limit(400.0)


@pytest.mark.parametrize("power_w", [-1.0, float("nan"), float("inf")])
def test_a_power_limit_that_is_none_is_never_sent(power_w: float) -> None:
    with scripted() as transport, pytest.raises(Refused, match="nothing was sent"):
        EaPs9000(transport).set_power_limit(power_w)


def test_a_setting_without_remote_control_is_refused() -> None:
    conflict = b'-221,"Settings conflict"\n'
    with (
        scripted(*verified(b"VOLT:PROT 30.00\n", conflict)) as transport,
        pytest.raises(Refused, match="-221"),
    ):
        EaPs9000(transport).set_trips(30.0, 12.0)


def test_output_goes_on_with_no_restart_after_mains_failure() -> None:
    with scripted(
        *registers(1024, 0),
        *verified(b"SYST:CONF:OUTP:REST OFF\n"),
        *verified(b"SYST:ALAR:ACT:PFA OFF\n"),
        *verified(b"OUTP ON\n"),
    ) as transport:
        EaPs9000(transport).set_output(True)


def test_output_stays_off_while_an_alarm_stands() -> None:
    with (
        scripted(*registers(1026, 0)) as transport,
        pytest.raises(Refused, match="over-current"),
    ):
        EaPs9000(transport).set_output(True)


def test_off_takes_control_and_zeroes_the_set_points() -> None:
    with scripted(
        (b"SYST:LOCK ON\n", b""),
        (b"OUTP OFF\n", b""),
        (b"CURR 0\n", b""),
        (b"VOLT 0\n", b""),
    ) as transport:
        EaPs9000(transport).off()


def armed(timeout: bytes, action: bytes) -> Script:
    return (
        *verified(b"SYST:LOCK ON\n"),
        *verified(b"POW:STAG:AFT:REM OFF\n"),
        *verified(b"SYST:COMM:MON:TIM 2\n"),
        *verified(b"SYST:COMM:MON:ACT ON\n"),
        (b"SYST:COMM:MON:TIM?\n", timeout),
        (b"SYST:COMM:MON:ACT?\n", action),
    )


@pytest.mark.parametrize("action", [b"ON\n", b"1\n"])
def test_an_armed_watchdog_says_so(action: bytes) -> None:
    with scripted(*armed(b"2\n", action)) as transport:
        supply = EaPs9000(transport)
        assert supply.watchdog == ""
        supply.arm_watchdog(2)
    assert supply.watchdog == "switches off after 2 s without communication"


@pytest.mark.parametrize(("timeout", "action"), [(b"5\n", b"ON\n"), (b"2\n", b"OFF\n")])
def test_a_watchdog_that_is_not_taken_is_none(timeout: bytes, action: bytes) -> None:
    with scripted(*armed(timeout, action)) as transport:
        supply = EaPs9000(transport)
        with pytest.raises(Refused, match="not to be relied on"):
            supply.arm_watchdog(2)
    assert supply.watchdog == ""


def test_a_watchdog_is_taken_back() -> None:
    disarm = (
        *verified(b"SYST:COMM:MON:ACT OFF\n"),
        (b"SYST:COMM:MON:ACT?\n", b"OFF\n"),
    )
    with scripted(*armed(b"2\n", b"ON\n"), *disarm) as transport:
        supply = EaPs9000(transport)
        supply.arm_watchdog(2)
        supply.disarm_watchdog()
    assert supply.watchdog == ""


def test_a_watchdog_that_stays_is_said() -> None:
    disarm = verified(b"SYST:COMM:MON:ACT OFF\n")
    with (
        scripted(*disarm, (b"SYST:COMM:MON:ACT?\n", b"ON\n")) as transport,
        pytest.raises(Refused, match="still armed"),
    ):
        EaPs9000(transport).disarm_watchdog()


@pytest.mark.parametrize("timeout_s", [0, -1, 36001])
def test_a_watchdog_out_of_range_is_never_sent(timeout_s: int) -> None:
    with scripted() as transport, pytest.raises(Refused, match="nothing was sent"):
        EaPs9000(transport).arm_watchdog(timeout_s)


def test_nonsense_is_not_a_number() -> None:
    with scripted((b"VOLT?\n", b"12.5A\n")) as transport, pytest.raises(Garbled):
        EaPs9000(transport).read_setpoints()


def test_an_unknown_model_is_refused() -> None:
    with scripted() as transport, pytest.raises(Refused, match="known are"):
        EaPs9000(transport, model="PS 1")


def test_a_real_link_warns_and_closes(caplog: pytest.LogCaptureFixture) -> None:
    port = ScriptedPort([], waits=True)
    with caplog.at_level(logging.WARNING):
        EaPs9000(Transport(port, "psu")).close()
    assert "unverified on hardware" in caplog.text
    assert port.closed


def test_steps_survive_binary_fractions() -> None:
    assert floored(0.29, 2) == 0.29
    assert raised(0.29, 2) == 0.29
    assert (floored(0.2999, 2), raised(0.2901, 2)) == (0.29, 0.30)
