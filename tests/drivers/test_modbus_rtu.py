"""Modbus RTU as the host sees it. Frames were produced with the vendor's own code."""

import pytest

from drivers.errors import Garbled, Refused, Silent
from drivers.modbus_rtu import ModbusRtu, crc16, framed
from tests.drivers.scripted import scripted

ASK_ID = bytes.fromhex("F7 03 00 0A 00 01 B0 9E")
ID = bytes.fromhex("F7 03 02 00 F7 31 D7")


def test_check_sum_of_a_known_frame() -> None:
    assert crc16(ASK_ID[:-2]) == ASK_ID[-2:]
    # the check value of this CRC, catalogued as CRC-16/MODBUS
    assert crc16(b"123456789") == (0x4B37).to_bytes(2, "little")


def test_reads_registers() -> None:
    with scripted((ASK_ID, ID)) as transport:
        assert ModbusRtu(transport, 247).read_registers(10, 1) == (247,)


@pytest.mark.parametrize(
    "reply",
    [
        ID[:-1] + b"\x00",  # broken check sum
        framed(bytes.fromhex("28 03 02 00 F7")),  # another device
        framed(bytes.fromhex("F7 04 02 00 F7")),  # another function
        framed(bytes.fromhex("F7 03 04 00 F7 00 00"))[:7],  # another length
        b"HELLO ALL\r\n",
    ],
)
def test_a_frame_that_does_not_fit_is_garbled(reply: bytes) -> None:
    with scripted((ASK_ID, reply)) as transport, pytest.raises(Garbled, match="f7 03"):
        ModbusRtu(transport, 247).read_registers(10, 1)


def test_an_exception_is_a_refusal() -> None:
    reply = framed(bytes.fromhex("F7 83 02"))
    with (
        scripted((ASK_ID, reply)) as transport,
        pytest.raises(Refused, match="address"),
    ):
        ModbusRtu(transport, 247).read_registers(10, 1)


@pytest.mark.parametrize("reply", [b"", ID[:-1]])
def test_no_whole_frame_is_silence(reply: bytes) -> None:
    with scripted((ASK_ID, reply)) as transport, pytest.raises(Silent):
        ModbusRtu(transport, 247).read_registers(10, 1)
