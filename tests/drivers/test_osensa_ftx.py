"""What is sent to an OSENSA FTX, and what its answers mean.

The frames were produced by the vendor's own package against a pseudo-terminal.
"""

import math

import pytest

from drivers.errors import Garbled, Refused, Silent, WrongInstrument
from drivers.modbus_rtu import framed
from drivers.osensa_ftx import OsensaFtx
from drivers.transport import Transport
from tests.drivers.scripted import Script, ScriptedPort, scripted

SERIAL = (
    bytes.fromhex("F7 03 00 02 00 02 71 5D"),
    bytes.fromhex("F7 03 04 00 01 E2 40 74 AC"),
)
DEVICE_ID = (
    bytes.fromhex("F7 03 00 0A 00 01 B0 9E"),
    bytes.fromhex("F7 03 02 00 F7 31 D7"),
)
BLOCK_A = (
    bytes.fromhex("F7 03 10 00 00 08 54 5A"),
    bytes.fromhex("F7 03 10 01 2A 4C CD 00 01 80 00 03 E8 00 32 00 00 00 00 39 40"),
)
IDENTITY = (SERIAL, DEVICE_ID)


def block(start: str, words: str, device: str = "F7") -> tuple[bytes, bytes]:
    """Return the exchange of a block, its check sums computed."""
    return (
        framed(bytes.fromhex(f"{device} 03 {start} 00 08")),
        framed(bytes.fromhex(f"{device} 03 10 {words}")),
    )


def test_identifies_by_serial_number() -> None:
    with scripted(*IDENTITY) as transport:
        identity = OsensaFtx(transport).identify()
    assert (identity.maker, identity.model, identity.serial) == (
        "OSENSA",
        "FTX-1",
        "123456",
    )


def test_another_device_id_is_another_instrument() -> None:
    other = framed(bytes.fromhex("F7 03 02 00 28"))
    with (
        scripted(SERIAL, (DEVICE_ID[0], other)) as transport,
        pytest.raises(WrongInstrument, match="40"),
    ):
        OsensaFtx(transport).identify()


def test_reads_a_block_with_273_0() -> None:
    with scripted(*IDENTITY, BLOCK_A, BLOCK_A) as transport:
        thermometer = OsensaFtx(transport)
        thermometer.identify()
        thermometer.read_temperatures()
        (reading,) = thermometer.read_temperatures().values()
    assert reading.quality == "ok"
    assert reading.value_c == pytest.approx(25.300003, abs=1e-6)


def test_three_channels_lie_as_a_d_b_e_c_f() -> None:
    """A, B and C are 0x1000, 0x1010 and 0x1020: 25.3, 42.75 and -5 °C."""
    rest = "00 01 80 00 03 E8 00 32 00 00 00 00"
    script: Script = [
        (
            framed(bytes.fromhex("28 03 00 02 00 02")),
            framed(b"\x28\x03\x04\0\1\xe2\x40"),
        ),
        (framed(bytes.fromhex("28 03 00 0A 00 01")), framed(b"\x28\x03\x02\x00\x28")),
        block("10 00", "01 2A 4C CD " + rest, "28"),
        block("10 10", "01 3B C0 00 " + rest, "28"),
        block("10 20", "01 0C 00 00 " + rest, "28"),
    ]
    with scripted(*script) as transport:
        readings = OsensaFtx(transport, model="FTX-3").read_temperatures()
    values = [readings[n].value_c for n in (1, 2, 3)]
    assert values == pytest.approx([25.300003, 42.75, -5.0], abs=1e-6)


def test_six_channels_are_asked_in_the_order_of_their_letters() -> None:
    rest = "00 00 00 00 00 00 00 00 00 00 00 00"
    starts = ("10 00", "10 10", "10 20", "10 08", "10 18", "10 28")
    script = [block(start, "01 3B C0 00 " + rest) for start in starts]
    with scripted(*IDENTITY, *script) as transport:
        readings = OsensaFtx(transport, model="FTX-6").read_temperatures()
    assert list(readings) == [1, 2, 3, 4, 5, 6]


@pytest.mark.parametrize(
    "words",
    [
        "01 2A 4C CD 00 01 80 00 03 E8 00 32 00 00 00 09",  # a status
        "00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00",  # -273 °C
        "FF FF FF FF 00 00 00 00 00 00 00 00 00 00 00 00",
    ],
)
def test_a_status_or_an_impossible_number_is_no_reading(words: str) -> None:
    with scripted(*IDENTITY, block("10 00", words)) as transport:
        (reading,) = OsensaFtx(transport).read_temperatures().values()
    assert math.isnan(reading.value_c)
    assert reading.quality == "error"


def test_after_a_failure_a_late_block_is_not_taken_for_another_channel() -> None:
    rest = " 00 01 80 00 03 E8 00 32 00 00 00 00"
    first = block("10 00", "01 2A 4C CD" + rest)
    script: Script = [
        *IDENTITY,
        first,
        (block("10 10", "00")[0], b""),  # B is silent ...
        (SERIAL[0], first[1]),  # ... and a block comes to the next question
    ]
    port = ScriptedPort(script)
    thermometer = OsensaFtx(Transport(port, "it"), model="FTX-3", device_id=247)
    with pytest.raises(Silent):
        thermometer.read_temperatures()
    with pytest.raises(Garbled):
        thermometer.read_temperatures()
    assert port.left == []


def test_an_unknown_model_is_refused() -> None:
    with scripted() as transport, pytest.raises(Refused, match="FTX-1, FTX-3, FTX-6"):
        OsensaFtx(transport, model="FTX-2")


def test_off_sends_nothing() -> None:
    with scripted() as transport:
        OsensaFtx(transport).off()
