"""The simulated CoreSens, written from the public driver's packets."""

import math
import struct

import pytest

from simulators.coresens_udp import CoresensUdp

ASK_IDN = bytes.fromhex("2C010800 2A49444E3F 0D0A00")


def command(text: str) -> bytes:
    return struct.pack("<HH", 300, len(text) + 3) + text.encode() + b"\r\n\0"


def split(frames: bytes) -> list[tuple[bytes, bytes]]:
    found = []
    while frames:
        size = int.from_bytes(frames[4:6], "little")
        found.append((frames[:4], frames[6 : 6 + size]))
        frames = frames[6 + size :]
    return found


def ask(twin: CoresensUdp, text: str) -> str:
    (tag, echo), (other, response) = split(twin.receive(command(text)))
    assert tag == other == b"ANS:"
    # as the public driver cuts them: 3 bytes behind the echo, 4 behind the response
    assert echo[:-3].decode() == text
    return response[:-4].decode()


def measuring(*temperatures_c: float) -> CoresensUdp:
    twin = CoresensUdp()
    twin.temperatures[: len(temperatures_c)] = temperatures_c
    assert ask(twin, "SYSTEMS:MEASURE:START INFI") == ""
    return twin


def samples(twin: CoresensUdp, dt_s: float) -> list[tuple[int, ...]]:
    packets = split(twin.advance(dt_s))
    assert {tag for tag, _ in packets} <= {b"DAT:"}
    return [struct.unpack("<BBBBIQf", packet[:20]) for _, packet in packets]


def test_it_answers_with_the_command_and_a_response() -> None:
    twin = CoresensUdp(serial="S7")
    assert command("*IDN?") == ASK_IDN
    assert ask(twin, "*IDN?") == "OPSENS,CoreSens,S7,0.00"
    twin.answers_with_header = True
    echo = split(twin.receive(ASK_IDN))[0][1]
    assert echo == ASK_IDN


@pytest.mark.parametrize(
    "datagram",
    [b"", b"*IDN?\r\n", ASK_IDN[:-1], ASK_IDN + b"x", b"\x2d" + ASK_IDN[1:]],
)
def test_what_is_no_command_is_not_answered(datagram: bytes) -> None:
    assert CoresensUdp().receive(datagram) == b""


def test_it_stands_still_until_it_is_started() -> None:
    twin = CoresensUdp()
    twin.temperatures[0] = 37.25
    assert ask(twin, "SYSTEMS:MEASURE:RUN?") == "0"
    assert samples(twin, 1.0) == []
    ask(twin, "SYSTEMS:MEASURE:START INFI")
    assert ask(twin, "SYSTEMS:MEASURE:RUN?") == "-1"
    assert ask(twin, "SYSTEMS:MEASURE:START 5") == "Err -201"
    (one,) = samples(twin, 0.1)
    assert one[:5] == (1, 1, 1, 2, 1) and one[6] == 37.25
    ask(twin, "SYSTEMS:MEASURE:STOP")
    assert samples(twin, 1.0) == []


def test_channels_and_slots_and_time() -> None:
    twin = measuring(40.0, 41.0, 42.0)
    found = samples(twin, 0.2)
    assert [(s[1], s[2], s[6]) for s in found[:3]] == [
        (1, 1, 40.0),
        (1, 2, 41.0),
        (2, 1, 42.0),
    ]
    assert found[3][5] - found[0][5] == 1000  # 0.1 s in units of 100 us


def test_rate_and_a_number_of_readings() -> None:
    twin = CoresensUdp()
    twin.temperatures[0] = 37.0
    assert ask(twin, "SYSTEMS:MEASURE:RATE 50") == ""
    assert ask(twin, "SYSTEMS:MEASURE:RATE?") == "50"
    ask(twin, "SYSTEMS:MEASURE:START 3")
    assert len(samples(twin, 1.0)) == 3
    assert ask(twin, "SYSTEMS:MEASURE:RUN?") == "0"
    twin.remaining = 0
    for wrong in ("0", "1001", "MAX", ""):
        assert ask(twin, f"SYSTEMS:MEASURE:RATE {wrong}".strip()) == "Err -140"


def test_channels_are_enabled_one_by_one_and_all() -> None:
    twin = measuring(40.0, 41.0)
    assert ask(twin, "CHannel:DISAble:ALL") == ""
    assert samples(twin, 0.1) == []
    ask(twin, "SYSTEMS:MEASURE:STOP")
    assert ask(twin, "SYSTEMS:MEASURE:START INFI") == "Err -334"
    assert ask(twin, "SYSTEM0101:CH2:ENAB") == ""
    ask(twin, "SYSTEMS:MEASURE:START INFI")
    assert [s[6] for s in samples(twin, 0.1)] == [41.0]
    ask(twin, "CHannel:ENABle:ALL")
    assert len(samples(twin, 0.1)) == 2
    assert ask(twin, "SYSTEM0101:CH1:FILTER 1 10") == ""
    assert len(samples(twin, 0.1)) == 2
    assert ask(twin, "SYSTEM0101:CH3:ENAB") == "Err -331"
    assert ask(twin, "SYSTEM0201:CH1:ENAB") == "Err -331"
    assert ask(twin, "NONSENSE") == "Err -170"


def test_a_channel_without_a_probe() -> None:
    twin = measuring(40.0, 41.0)
    twin.unplugged[0] = True
    assert [math.isnan(s[6]) for s in samples(twin, 0.1)] == [True, False]
    twin.no_probe_c = None
    assert [s[6] for s in samples(twin, 0.1)] == [41.0]


def test_after_mains_off_it_stands_still_again() -> None:
    twin = measuring(40.0)
    twin.power_cycled()
    assert samples(twin, 1.0) == []
    twin.starts_measuring = True
    twin.power_cycled()
    assert len(samples(twin, 0.1)) == 1
