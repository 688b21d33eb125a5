"""The Genesys driver against exchanges as the manuals have them."""

import logging
import math

import pytest

from drivers.errors import Garbled, Refused, Silent, WrongInstrument
from drivers.tdk_genesys import TdkGenesys, trip_of
from drivers.transport import Transport
from tests.drivers.scripted import ScriptedPort, scripted

OK = b"OK\r"
IDENTITY = (
    (b"ADR 6\r", OK),
    (b"IDN?\r", b"LAMBDA,GEN40-38\r"),
    (b"SN?\r", b"012A345-0001\r"),
    (b"REV?\r", b"REV:1U:4.3\r"),
)
STATE = (
    (b"MV?\r", b"01.150\r"),
    (b"MC?\r", b"10.020\r"),
    (b"OUT?\r", b"ON\r"),
)


def test_it_is_addressed_before_it_is_asked_who_it_is() -> None:
    with scripted(*IDENTITY) as transport:
        identity = TdkGenesys(transport).identify()
    assert (identity.maker, identity.model) == ("LAMBDA", "GEN40-38")
    assert (identity.serial, identity.firmware) == ("012A345-0001", "REV:1U:4.3")


@pytest.mark.parametrize("answer", [b"LAMBDA,GEN60-25\r", b"TDK-LAMBDA,Z60-7\r", b"\r"])
def test_another_instrument_is_refused(answer: bytes) -> None:
    script = (b"ADR 6\r", OK), (b"IDN?\r", answer)
    with scripted(*script) as transport, pytest.raises(WrongInstrument):
        TdkGenesys(transport).identify()


def test_nobody_at_the_address_is_silence() -> None:
    with scripted((b"ADR 30\r", b"")) as transport, pytest.raises(Silent):
        TdkGenesys(transport, address=30).identify()


@pytest.mark.parametrize(
    ("register", "reason"),
    [(b"00\r", ""), (b"10\r", "over-voltage"), (b"04\r", "over-temperature")],
)
def test_state(register: bytes, reason: str) -> None:
    with scripted(*STATE, (b"FLT?\r", register)) as transport:
        state = TdkGenesys(transport).read_state()
    assert (state.voltage_v, state.current_a) == (1.15, 10.02)
    assert (state.output_on, state.trip) == (True, reason)


def test_a_fault_is_remembered_and_forbids_the_output_until_reset() -> None:
    with scripted(
        *(*STATE, (b"FLT?\r", b"10\r")),
        *(*STATE, (b"FLT?\r", b"00\r")),
        (b"RST\r", OK),
        *(*STATE, (b"FLT?\r", b"00\r")),
    ) as transport:
        supply = TdkGenesys(transport)
        supply.read_state()
        assert supply.read_state().trip == "over-voltage"
        with pytest.raises(Refused, match="over-voltage"):
            supply.set_output(True)
        supply.reset_trip()
        assert supply.read_state().trip == ""


@pytest.mark.parametrize(
    ("faults", "reason"),
    [
        (0, ""),
        (1 << 1, "mains failure"),
        (1 << 3, "foldback"),
        (1 << 7, "enable contact open"),
        (1 << 6, ""),
    ],
)
def test_fault_bits_have_a_reason(faults: int, reason: str) -> None:
    assert trip_of(faults) == reason


def test_set_points_are_rounded_down_acknowledged_and_read_back() -> None:
    with scripted(
        (b"PV 12.34\r", OK),
        (b"PC 5.67\r", OK),
        (b"PV?\r", b"12.34\r"),
        (b"PC?\r", b"5.67\r"),
    ) as transport:
        supply = TdkGenesys(transport)
        supply.set_voltage(12.349)
        supply.set_current(5.679)
        assert supply.read_setpoints() == (12.34, 5.67)


@pytest.mark.parametrize("value", [-0.01, 40.1, math.nan, math.inf])
def test_values_outside_the_rating_are_never_sent(value: float) -> None:
    with scripted() as transport:
        supply = TdkGenesys(transport)
        with pytest.raises(Refused, match="nothing was sent"):
            supply.set_voltage(value)
        with pytest.raises(Refused, match="nothing was sent"):
            supply.set_current(value)


@pytest.mark.parametrize("code", [b"E01", b"E02", b"C01", b"C05", b"E99"])
def test_an_error_code_is_a_refusal(code: bytes) -> None:
    with (
        scripted((b"PV 12.00\r", code + b"\r")) as transport,
        pytest.raises(Refused, match=code.decode()),
    ):
        TdkGenesys(transport).set_voltage(12.0)


def test_trips_leave_the_headroom_that_the_supply_wants() -> None:
    with scripted(
        (b"UVL 0\r", OK),
        (b"FLD OFF\r", OK),
        (b"OVP 20.20\r", OK),
        (b"OVP?\r", b"20.20\r"),
        (b"OVP?\r", b"20.200\r"),
    ) as transport:
        supply = TdkGenesys(transport)
        supply.set_trips(20.0, 12.0)
        assert supply.read_trips() == (20.2, math.inf)


@pytest.mark.parametrize(
    ("asked_v", "sent"), [(0.5, b"OVP 2.00\r"), (44.0, b"OVP 44.00\r")]
)
def test_trips_stay_in_the_models_range(asked_v: float, sent: bytes) -> None:
    answer = sent.removeprefix(b"OVP ")
    script = (b"UVL 0\r", OK), (b"FLD OFF\r", OK), (sent, OK), (b"OVP?\r", answer)
    with scripted(*script) as transport:
        TdkGenesys(transport).set_trips(asked_v, 12.0)


def test_a_trip_that_reads_back_otherwise_is_refused() -> None:
    script = (
        (b"UVL 0\r", OK),
        (b"FLD OFF\r", OK),
        (b"OVP 20.20\r", OK),
        (b"OVP?\r", b"44.0\r"),
    )
    with scripted(*script) as transport, pytest.raises(Refused, match="read back"):
        TdkGenesys(transport).set_trips(20.0, 12.0)


def test_trips_out_of_range_are_never_sent() -> None:
    with scripted() as transport, pytest.raises(Refused, match="nothing was sent"):
        TdkGenesys(transport).set_trips(44.1, 12.0)


def test_output_goes_on_without_auto_restart() -> None:
    with scripted(
        (b"AST OFF\r", OK), (b"AST?\r", b"OFF\r"), (b"OUT 1\r", OK), (b"OUT 0\r", OK)
    ) as transport:
        supply = TdkGenesys(transport)
        supply.set_output(True)
        supply.set_output(False)


def test_output_stays_off_with_auto_restart() -> None:
    script = (b"AST OFF\r", OK), (b"AST?\r", b"ON\r")
    with scripted(*script) as transport, pytest.raises(Refused, match="auto-restart"):
        TdkGenesys(transport).set_output(True)


def test_off_addresses_takes_control_and_zeroes() -> None:
    with scripted(
        (b"ADR 6\r", OK),
        (b"RMT REM\r", OK),
        (b"OUT 0\r", OK),
        (b"PC 0\r", OK),
        (b"PV 0\r", OK),
    ) as transport:
        TdkGenesys(transport).off()


def test_off_is_sent_to_the_end_even_when_nobody_answers() -> None:
    with (
        scripted(
            (b"ADR 6\r", b""),
            (b"RMT REM\r", b""),
            (b"OUT 0\r", b""),
            (b"PC 0\r", b""),
            (b"PV 0\r", b""),
        ) as transport,
        pytest.raises(Silent),
    ):
        TdkGenesys(transport).off()


def test_checksums_are_sent_and_wanted() -> None:
    with scripted((b"OUT 0$48\r", b"OK$9A\r")) as transport:
        TdkGenesys(transport, checksum=True).set_output(False)


@pytest.mark.parametrize("answer", [b"OK\r", b"OK$9B\r"])
def test_a_wrong_or_missing_checksum_is_garbled(answer: bytes) -> None:
    sent = b"PV 0.00$%02X\r" % (sum(b"PV 0.00") & 0xFF)
    with scripted((sent, answer)) as transport, pytest.raises(Garbled):
        TdkGenesys(transport, checksum=True).set_voltage(0.0)


@pytest.mark.parametrize("answer", [b"ON\r", b"1.2.3\r", b"-1\r", b"\r"])
def test_nonsense_is_not_a_number(answer: bytes) -> None:
    with scripted((b"MV?\r", answer)) as transport, pytest.raises(Garbled):
        TdkGenesys(transport).read_state()


@pytest.mark.parametrize(("model", "address"), [("GEN1-1", 6), ("GEN40-38", 31)])
def test_an_unknown_model_or_address_is_refused(model: str, address: int) -> None:
    with scripted() as transport, pytest.raises(Refused, match="known are"):
        TdkGenesys(transport, model=model, address=address)


def test_a_real_link_warns_and_closes(caplog: pytest.LogCaptureFixture) -> None:
    port = ScriptedPort([], waits=True)
    with caplog.at_level(logging.WARNING):
        TdkGenesys(Transport(port, "psu")).close()
    assert "unverified on hardware" in caplog.text
    assert port.closed
