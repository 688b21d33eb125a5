"""What is sent to a CoreSens, and what its datagrams mean."""

import math
import struct

import pytest

from drivers.coresens_udp import CoresensUdp
from drivers.errors import Garbled, Refused, Silent, WrongInstrument
from drivers.transport import Transport
from tests.drivers.scripted import ScriptedPort, scripted

# Source: the two packets that the collected notes on the public driver spell out.
ASK_IDN = bytes.fromhex("2C010800 2A49444E3F 0D0A00")
ONE_SAMPLE = bytes.fromhex("01010102 01000000 D214F61E760F0000 00001542")
NAME = b"OPSENS,CoreSens,S7,1.00"
RUN, START = b"SYSTEMS:MEASURE:RUN?", b"SYSTEMS:MEASURE:START INFI"
TIME = 0x0F761EF614D2
EOT = b"\r\n\x04\0"


def frame(tag: bytes, datagram: bytes) -> bytes:
    return tag + struct.pack("<H", len(datagram)) + datagram


def command(text: bytes) -> bytes:
    return struct.pack("<HH", 300, len(text) + 3) + text + b"\r\n\0"


def answers(text: bytes, response: bytes) -> bytes:
    return frame(b"ANS:", text + b"\r\n\0") + frame(b"ANS:", response + EOT)


def data(
    value: float, time: int = TIME, slot: int = 1, channel: int = 1, kind: int = 2
) -> bytes:
    packet = struct.pack("<BBBBIQf", 1, slot, channel, kind, 1, time, value)
    return frame(b"DAT:", packet)


RUNS = (command(RUN), answers(RUN, b"-1"))


class Fed:
    """A thermometer that measures, and what is sent to it next."""

    def __init__(self, system: int = 1) -> None:
        self.port = ScriptedPort([RUNS])
        self.driver = CoresensUdp(Transport(self.port, "it"), system=system)
        with pytest.raises(Silent):
            self.driver.read_temperatures()
        assert self.port.left == []

    def read(self, *frames: bytes) -> dict:
        self.port._answer = b"".join(frames)
        return self.driver.read_temperatures()


def test_identifies_by_the_packets_of_the_notes() -> None:
    assert command(b"*IDN?") == ASK_IDN
    with scripted((ASK_IDN, answers(b"*IDN?", NAME))) as transport:
        identity = CoresensUdp(transport).identify()
    assert (identity.maker, identity.model, identity.serial) == (
        "Opsens",
        "CoreSens",
        "S7",
    )


@pytest.mark.parametrize("echo", [b"*IDN?\r\n\0", ASK_IDN])
@pytest.mark.parametrize("end", [EOT, b"\r\n\0", b"\0"])
def test_answers_with_and_without_a_header_and_between_data(
    echo: bytes, end: bytes
) -> None:
    text = b"text of its own" + end
    head = struct.pack("<HH", 300, len(text)) if echo == ASK_IDN else b""
    came = frame(b"ANS:", echo) + data(37.0) + frame(b"ANS:", head + text)
    with scripted((ASK_IDN, came)) as transport:
        identity = CoresensUdp(transport).identify()
    assert (identity.firmware, identity.serial) == ("text of its own", "")


@pytest.mark.parametrize("response", [b"", b"Err -170"])
def test_an_error_is_no_identity(response: bytes) -> None:
    with (
        scripted((ASK_IDN, answers(b"*IDN?", response))) as transport,
        pytest.raises(WrongInstrument, match="CoreSens"),
    ):
        CoresensUdp(transport).identify()


def test_the_answer_to_another_command_is_silence() -> None:
    with (
        scripted((ASK_IDN, answers(RUN, b"0"))) as transport,
        pytest.raises(Silent),
    ):
        CoresensUdp(transport).identify()


def test_one_that_stands_still_is_started_once() -> None:
    script = [(command(RUN), answers(RUN, b"0")), (command(START), answers(START, b""))]
    port = ScriptedPort(script)
    driver = CoresensUdp(Transport(port, "it"))
    with pytest.raises(Silent):
        driver.read_temperatures()
    port._answer = frame(b"DAT:", ONE_SAMPLE)
    assert driver.read_temperatures()[1].value_c == 37.25
    assert port.left == []


def test_one_without_channels_is_refused() -> None:
    script = (command(RUN), answers(RUN, b"0"))
    with (
        scripted(script, (command(START), answers(START, b"Err -334"))) as transport,
        pytest.raises(Refused, match="-334"),
    ):
        CoresensUdp(transport).read_temperatures()


def test_after_three_quiet_calls_it_is_asked_again_whether_it_measures() -> None:
    fed = Fed()
    for _ in range(2):
        with pytest.raises(Silent):
            fed.driver.read_temperatures()
    fed.port.left = [RUNS]
    with pytest.raises(Silent):
        fed.driver.read_temperatures()
    assert fed.port.left == []


def test_the_last_value_of_a_packet_counts_and_padding_is_left() -> None:
    samples = struct.pack("<QfQf", TIME, 40.0, TIME + 1000, 41.5)
    packet = struct.pack("<BBBBI", 1, 2, 1, 2, 2) + samples + b"\0\0\0"
    readings = Fed().read(frame(b"DAT:", packet), data(37.0, TIME + 1000, 1, 2))
    assert {n: r.value_c for n, r in readings.items()} == {2: 37.0, 3: 41.5}


@pytest.mark.parametrize(
    "made",
    [
        data(-99999.99),
        data(math.nan),
        data(math.inf),
        data(37.0, kind=1),
    ],
)
def test_what_is_no_plausible_temperature_is_no_reading(made: bytes) -> None:
    reading = Fed().read(made)[1]
    assert math.isnan(reading.value_c) and reading.quality == "error"


def test_an_old_packet_is_not_given_again() -> None:
    fed = Fed()
    assert fed.read(data(43.0, TIME))[1].value_c == 43.0
    for time in (TIME, TIME - 5000):
        with pytest.raises(Silent, match="nothing new"):
            fed.read(data(42.0, time))
    assert fed.read(data(44.0, TIME + 1000))[1].value_c == 44.0
    # its clock was set
    assert fed.read(data(45.0, TIME - 10**9))[1].value_c == 45.0


def test_a_channel_that_stays_behind_is_left_out() -> None:
    fed = Fed()
    both = fed.read(data(43.0, TIME), data(37.0, TIME, 1, 2))
    assert sorted(both) == [1, 2]
    assert sorted(fed.read(data(43.0, TIME + 2500))) == [1, 2]
    assert sorted(fed.read(data(43.0, TIME + 2600))) == [1]


@pytest.mark.parametrize(
    "packet", [data(37.0, slot=14), data(37.0, channel=3), data(37.0, slot=0)]
)
def test_what_is_no_channel_is_nothing_new(packet: bytes) -> None:
    with pytest.raises(Silent, match="system 1"):
        Fed().read(packet)


def test_only_its_own_system_counts() -> None:
    with pytest.raises(Silent, match="system 2"):
        Fed(system=2).read(data(37.0))


@pytest.mark.parametrize(
    "came",
    [
        b"garbage",
        frame(b"DAT:", ONE_SAMPLE)[:-3],
        frame(b"DAT:", ONE_SAMPLE[:-3]),
        frame(b"DAT:", b"\1\1"),
        data(37.0) + b"DA",
    ],
)
def test_half_packets_are_no_reading(came: bytes) -> None:
    fed = Fed()
    with pytest.raises(Garbled):
        fed.read(came)
    assert fed.read(data(37.5, TIME + 9))[1].value_c == 37.5


def test_an_unknown_model_is_refused() -> None:
    with scripted() as transport, pytest.raises(Refused, match="CoreSens"):
        CoresensUdp(transport, model="WLX-2")
