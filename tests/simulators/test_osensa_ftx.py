"""The simulated OSENSA FTX, byte for byte.

Requests and replies were produced by the vendor's own package.
"""

import pytest

from simulators.modbus_rtu import check_sum
from simulators.osensa_ftx import OsensaFtx

VECTORS = [
    ("temp A", "F7 03 10 00 00 02 D4 5D", "F7 03 04 01 2A 4C CD B9 5D"),
    ("temp B", "F7 03 10 10 00 02 D5 98", "F7 03 04 01 3B C0 00 4C 0D"),
    ("temp C", "F7 03 10 20 00 02 D5 97", "F7 03 04 01 0C 00 00 AD C3"),
    (
        "block A",
        "F7 03 10 00 00 08 54 5A",
        "F7 03 10 01 2A 4C CD 00 01 80 00 03 E8 00 32 00 00 00 00 39 40",
    ),
    ("fast A", "F7 03 04 00 00 01 91 AC", "F7 03 02 09 E2 F6 48"),
    ("status A", "F7 03 10 07 00 01 25 9D", "F7 03 02 00 00 70 51"),
    ("serial", "F7 03 00 02 00 02 71 5D", "F7 03 04 00 01 E2 40 74 AC"),
    ("id", "F7 03 00 0A 00 01 B0 9E", "F7 03 02 00 F7 31 D7"),
    ("board", "F7 03 10 30 00 01 94 53", "F7 03 02 0B E2 F7 28"),
]


def twin(*temperatures: float | None, model: str = "FTX-3") -> OsensaFtx:
    """Return a twin with id 247 that shows some temperatures."""
    ftx = OsensaFtx(model, device_id=247)
    ftx.temperatures[: len(temperatures)] = temperatures
    return ftx


def framed(text: str) -> bytes:
    body = bytes.fromhex(text)
    return body + check_sum(body)


@pytest.mark.parametrize(
    ("request_", "reply"), [v[1:] for v in VECTORS], ids=[v[0] for v in VECTORS]
)
def test_answers_as_the_vendor_expects(request_: str, reply: str) -> None:
    ftx = twin(25.3, 42.75, -5.0)
    assert ftx.receive(bytes.fromhex(request_)) == bytes.fromhex(reply)


def test_fast_registers_show_tenths_and_a_status_digit() -> None:
    ftx = twin(25.3, 42.75, None)
    reply = ftx.receive(bytes.fromhex("F7 03 04 00 00 03 10 6D"))
    assert reply == bytes.fromhex("F7 03 06 09 E2 10 AE 00 09 53 79")


def test_fast_registers_cannot_go_below_zero() -> None:
    reply = twin(-5.0).receive(framed("F7 03 04 00 00 01"))
    assert reply == framed("F7 03 02 00 00")


def test_blocks_lie_in_memory_as_a_d_b_e_c_f() -> None:
    ftx = twin(1.0, 2.0, 3.0, 4.0, 5.0, 6.0, model="FTX-6")
    whole = ftx.receive(framed("F7 03 10 00 00 30"))[3:-2]
    shown = [int.from_bytes(whole[at : at + 2], "big") - 273 for at in range(0, 96, 16)]
    assert shown == [1, 4, 2, 5, 3, 6]


def test_an_unplugged_channel_shows_its_status() -> None:
    ftx = twin(25.3, 42.75, 30.0)
    ftx.unplugged[1] = True
    ftx.no_probe_status = 4
    assert ftx.receive(framed("F7 03 10 17 00 01")) == framed("F7 03 02 00 04")
    assert ftx.receive(framed("F7 03 10 07 00 01")) == framed("F7 03 02 00 00")


def test_a_frozen_channel_repeats_itself() -> None:
    ftx = twin(25.3)
    ask = bytes.fromhex(VECTORS[0][1])
    before = ftx.receive(ask)
    ftx.frozen[0] = True
    ftx.temperatures[0] = 40.0
    assert ftx.receive(ask) == before
    ftx.frozen[0] = False
    assert ftx.receive(ask) != before


@pytest.mark.parametrize(
    ("request_", "reply"),
    [
        ("F7 03 20 00 00 01", "F7 83 02"),  # no such register
        ("F7 03 10 08 00 02", "F7 83 02"),  # channel D of a unit with three
        ("F7 03 10 00 00 00", "F7 83 03"),
        ("F7 04 10 00 00 01", "F7 84 01"),
    ],
)
def test_refuses_with_an_exception(request_: str, reply: str) -> None:
    assert twin(25.3).receive(framed(request_)) == framed(reply)


@pytest.mark.parametrize(
    "data",
    [framed("28 03 10 00 00 02"), bytes.fromhex("F7 03 10 00 00 02 D4 5E"), b"\r\n"],
)
def test_another_id_or_a_broken_frame_is_not_answered(data: bytes) -> None:
    assert twin(25.3).receive(data) == b""


def test_the_three_channel_unit_has_id_40() -> None:
    reply = OsensaFtx("FTX-3").receive(bytes.fromhex("28 03 00 0A 00 01 A3 F1"))
    assert reply == framed("28 03 02 00 28")


def test_a_write_needs_the_right_lock_open() -> None:
    ftx = twin(25.3)
    write_id = framed("F7 10 00 0A 00 01 02 00 F6")
    assert ftx.receive(write_id)[1] == 0x90
    assert ftx.receive(framed("F7 64 00 01 00 09"))[1] == 0xE4
    assert ftx.receive(framed("F7 64 00 01 00 01")) == framed("F7 64")
    assert ftx.receive(write_id) == framed("F7 10 00 0A 00 01")
    assert ftx.device_id == 246
    write_serial = framed("F6 10 00 02 00 02 04 00 00 00 07")
    assert ftx.receive(write_serial)[1] == 0x90
    ftx.receive(framed("F6 64 00 02 00 02"))
    assert ftx.receive(write_serial) == framed("F6 10 00 02 00 02")
    assert ftx.serial_number == 7


def test_half_a_request_is_forgotten_in_time() -> None:
    ftx = twin(25.3)
    ask = bytes.fromhex(VECTORS[0][1])
    ftx.receive(ask[:4])
    assert ftx.advance(1.0) == b""
    assert ftx.receive(ask) == bytes.fromhex(VECTORS[0][2])
