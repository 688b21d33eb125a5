"""The simulated Genesys, byte by byte."""

import pytest

from simulators.tdk_genesys import TdkGenesys, shown


def remote(model: str = "GEN40-38") -> TdkGenesys:
    supply = TdkGenesys(model)
    assert supply.receive(b"ADR 6\rRMT REM\r") == b"OK\rOK\r"
    return supply


def test_it_is_silent_until_it_is_addressed() -> None:
    supply = TdkGenesys(address=6)
    assert supply.receive(b"IDN?\rPV 1\r\rADR 7\rIDN?\r") == b""
    assert supply.receive(b"ADR 6\r") == b"OK\r"
    assert supply.receive(b"IDN?\r") == b"LAMBDA,GEN40-38\r"
    assert supply.receive(b"ADR 7\rIDN?\r") == b""


def test_identity() -> None:
    supply = remote()
    assert supply.receive(b"REV?\r") == b"REV:1U:4.3\r"
    assert supply.receive(b"SN?\r") == b"000A000001\r"


@pytest.mark.parametrize(
    "sent", [b"PV 12.5\r", b"pv 12.5\r\n", b"PV 12.57\x08\r", b"P\nV 12.5\r"]
)
def test_lines_end_in_cr_and_lf_is_nothing(sent: bytes) -> None:
    supply = remote()
    assert supply.receive(sent) == b"OK\r"
    assert supply.receive(b"PV?\r") == b"12.5\r"


def test_bytes_may_come_one_by_one() -> None:
    supply = remote()
    assert b"".join(supply.receive(bytes([byte])) for byte in b"RMT?\r") == b"REM\r"


def test_backslash_repeats_and_a_lone_cr_is_ok() -> None:
    supply = remote()
    supply.voltage_v = 1.15
    assert supply.receive(b"MV?\r\\\r\\\r") == b"01.150\r01.150\r01.150\r"
    assert supply.receive(b"\r") == b"OK\r"


def test_checksums() -> None:
    supply = remote()
    answer = supply.receive(b"STT?$3A\r")
    body, _, checksum = answer.rstrip(b"\r").rpartition(b"$")
    assert body.startswith(b"MV(00.000),PV(00.000),MC(00.000),PC(00.000),SR(04),FR(00)")
    assert int(checksum, 16) == sum(body) & 0xFF
    assert supply.receive(b"STT?$3B\r") == b"C04$A7\r"
    assert supply.receive(b"OUT?\r") == b"OFF\r"


@pytest.mark.parametrize(
    ("sent", "code"),
    [
        (b"HELLO", b"C01"),
        (b"PV", b"C02"),
        (b"PV abc", b"C03"),
        (b"PV 1.0000000000000", b"C03"),
        (b"PV 42.1", b"E01"),
        (b"PC 40", b"C05"),
        (b"OVP 1", b"C05"),
        (b"OVP 45", b"C05"),
        (b"UVL 1", b"E06"),
        (b"OUT 2", b"C03"),
        (b"FBD 256", b"C05"),
        (b"ADR 31", b"C03"),
    ],
)
def test_a_refusal_is_answered_inline(sent: bytes, code: bytes) -> None:
    supply = remote()
    assert supply.receive(sent + b"\r") == code + b"\r"
    assert supply.receive(b"PV?\r") == b"0.000\r"


def test_limits_interact() -> None:
    supply = remote()
    assert supply.receive(b"OVP 20\rPV 19.01\rPV 19\r") == b"OK\rE01\rOK\r"
    assert supply.receive(b"OVP 19.9\rUVL 10\rPV 9\r") == b"E04\rOK\rE02\r"


def test_settings_need_remote_control() -> None:
    supply = TdkGenesys()
    assert supply.receive(b"ADR 6\rPV 1\rRMT?\r") == b"OK\rC01\rLOC\r"
    assert supply.receive(b"RMT 2\rRMT?\rPV 1\r") == b"OK\rLLO\rOK\r"


@pytest.mark.parametrize(
    ("value", "rating", "text"),
    [
        (1.15, 40.0, "01.150"),
        (110.12, 150.0, "110.12"),
        (5.9999, 8.0, "5.9999"),
        (10.02, 400.0, "010.02"),
    ],
)
def test_measured_values_have_five_digits(
    value: float, rating: float, text: str
) -> None:
    assert shown(value, rating) == text


def test_display_and_status() -> None:
    supply = remote()
    supply.receive(b"OVP 20\rPV 6\rPC 10\rOUT 1\r")
    supply.voltage_v, supply.current_a = 5.5, 10.0
    assert supply.receive(b"DVC?\r") == b"05.500,06.000,10.000,10.000,20.000,0.000\r"
    assert supply.receive(b"MODE?\rSTAT?\r") == b"CC\r06\r"
    supply.current_a = 1.0
    assert supply.receive(b"MODE?\rSTAT?\r") == b"CV\r05\r"


def test_over_voltage_trips_and_forbids_the_output_until_reset() -> None:
    supply = remote()
    supply.receive(b"FENA 10\rOVP 20\rPV 10\rOUT ON\r")
    supply.voltage_v = 20.1
    supply.advance(0.1)
    assert supply.receive(b"OUT?\rFLT?\rSTAT?\r") == b"OFF\r10\r08\r"
    assert supply.receive(b"FEVE?\rFEVE?\r") == b"10\r00\r"
    assert supply.receive(b"OUT 1\r") == b"E07\r"
    assert supply.receive(b"RST\rFLT?\rOUT 1\r") == b"OK\r00\rOK\r"
    assert supply.receive(b"PV?\rOVP?\r") == b"0.000\r44.000\r"


def test_foldback_trips_at_constant_current_after_its_delay() -> None:
    supply = remote()
    supply.receive(b"PC 5\rFBD 5\rFLD ON\rOUT 1\r")
    supply.current_a = 5.0
    supply.advance(0.7)
    assert supply.output_on
    supply.advance(0.1)
    assert supply.receive(b"OUT?\rFLT?\r") == b"OFF\r08\r"


def test_group_commands_reach_everybody_silently() -> None:
    supply = TdkGenesys()
    supply.mode = "REM"
    assert supply.receive(b"GPV 5\rGPC 2\rGOUT 1\rGPV bad\r") == b""
    assert (supply.set_voltage_v, supply.set_current_a) == (5.0, 2.0)
    assert supply.output_on
    supply.receive(b"GRST\r")
    assert not supply.output_on


def test_auto_restart_is_what_the_mains_bring_back() -> None:
    supply = remote()
    supply.receive(b"AST ON\rPV 5\rOUT 1\r")
    supply.power_cycled()
    assert supply.output_on
    assert supply.receive(b"AST?\r") == b""
    supply.receive(b"ADR 6\rRMT REM\rAST OFF\r")
    supply.power_cycled()
    assert not supply.output_on


def test_save_and_recall() -> None:
    supply = remote()
    supply.receive(b"PV 5\rSAV\rPV 7\rRCL\r")
    assert supply.receive(b"PV?\r") == b"5\r"


def test_faults() -> None:
    supply = remote()
    supply.receive(b"OUT 1\r")
    supply.stuck_on = True
    assert supply.receive(b"OUT 0\rPV 5\rOUT?\rPV?\r") == b"OK\rOK\rON\r0.000\r"
    supply.stuck_on, supply.ignores_set = False, True
    assert supply.receive(b"OUT 0\rPC 5\rOUT?\rPC?\r") == b"OK\rOK\rOFF\r0.000\r"
