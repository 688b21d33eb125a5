"""What is sent to a FOTEMP, and what its answers mean."""

import math

import pytest

from drivers.errors import Garbled, Refused, Silent, WrongInstrument
from drivers.fotemp import Fotemp, temperature_of
from tests.drivers.scripted import scripted

MODEL = (b"?40\r", b"#40 46 54 20 43 4F 4D 50 32\r\n")
ONE_CHANNEL = (b"?0F\r", b"#0F 1\r\n")
SERIAL, FIRMWARE = (b"?41\r", b"#41 31 32\r\n"), (b"?42\r", b"#42 1.07\r\n")
IDENTITY = (MODEL, ONE_CHANNEL, SERIAL, FIRMWARE)


def test_identifies_by_hexadecimal_text() -> None:
    with scripted(*IDENTITY) as transport:
        identity = Fotemp(transport).identify()
    assert (identity.model, identity.serial, identity.firmware) == (
        "FT COMP2",
        "12",
        "1.07",
    )


@pytest.mark.parametrize("answer", [b"#40 46 54\r\n", b"*FF\r\n"])
def test_another_model_is_refused(answer: bytes) -> None:
    with (
        scripted((b"?40\r", answer)) as transport,
        pytest.raises(WrongInstrument, match="FT COMP2"),
    ):
        Fotemp(transport).identify()


@pytest.mark.parametrize("answer", [b"#0F 9\r\n", b"#0F 0\r\n", b"*FF\r\n", b"#0F\r\n"])
def test_an_impossible_number_of_channels_is_garbled(answer: bytes) -> None:
    with scripted(MODEL, (b"?0F\r", answer)) as transport, pytest.raises(Garbled):
        Fotemp(transport).identify()


def test_reads_channel_by_channel() -> None:
    script = [
        MODEL,
        (b"?0F\r", b"#0F 4\r\n"),
        SERIAL,
        FIRMWARE,
        (b"?03 1\r", b"#03 1 234\r\n"),
        (b"?03 2\r", b"#03 2 ---\r\n"),
        (b"?03 3\r", b"#03 3\r\n"),
        (b"?03 4\r", b"*FF\r\n"),
    ]
    with scripted(*script) as transport:
        readings = Fotemp(transport).read_temperatures()
    assert readings[1].value_c == 23.4
    assert [r.quality for r in readings.values()] == [
        "ok",
        "no-probe",
        "no-probe",
        "error",
    ]
    assert all(math.isnan(readings[n].value_c) for n in (2, 3, 4))


@pytest.mark.parametrize("answer", [b"#03 2 234\r\n", b"#04 1 234\r\n", b"234\r\n"])
def test_the_answer_of_another_question_is_garbled(answer: bytes) -> None:
    with scripted(*IDENTITY, (b"?03 1\r", answer)) as transport, pytest.raises(Garbled):
        Fotemp(transport).read_temperatures()


def test_half_a_line_is_silence() -> None:
    with (
        scripted(*IDENTITY, (b"?03 1\r", b"#03 1 2")) as transport,
        pytest.raises(Silent),
    ):
        Fotemp(transport).read_temperatures()


@pytest.mark.parametrize(
    ("value", "quality"),
    [
        (b"430", "ok"),
        (b"-5", "ok"),
        (b"0", "ok"),
        (b"3100", "error"),
        (b"43.0", "no-probe"),
        (b"", "no-probe"),
    ],
)
def test_only_plausible_whole_tenths_are_readings(value: bytes, quality: str) -> None:
    reading = temperature_of(value)
    assert reading.quality == quality
    assert math.isnan(reading.value_c) == (quality != "ok")


def test_an_unknown_model_is_refused() -> None:
    with scripted() as transport, pytest.raises(Refused, match="FT COMP2"):
        Fotemp(transport, model="FT9")
