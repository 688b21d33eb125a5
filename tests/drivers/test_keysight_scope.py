import logging
import math
import re
import struct

import pytest

from drivers.errors import Garbled, Refused, Silent, WrongInstrument
from drivers.keysight_scope import KeysightScope
from drivers.roles import Identity, Signal
from drivers.transport import Transport
from tests.drivers.scripted import Script, ScriptedPort, scripted

ASKED = b":MEASure:FREQuency? CHANnel1;VPP? CHANnel1;VRMS? DISPlay,DC,CHANnel1\n"
ANSWER = b"+2.12000E+05;+4.20690E-01;+1.48740E-01\n"
PREAMBLE = (
    b"+1,+0,+6,+1,+4.00000000E-09,-2.00000000E-08,+1,"
    b"+1.22070313E-04,+5.00000000E-01,+32768\n"
)


def waveform(data: bytes, preamble: bytes = PREAMBLE) -> Script:
    sets = (
        *(b"SOURce CHANnel1", b"FORMat WORD", b"BYTeorder LSBFirst"),
        *(b"UNSigned 1", b"POINts 1000"),
    )
    return [
        *((b":WAVeform:%s\n" % command, b"") for command in sets),
        (b":WAVeform:PREamble?\n", preamble),
        (b":WAVeform:DATA?\n", data),
    ]


@pytest.mark.parametrize(
    ("model", "named"), [("DSOX3024T", "DSO-X 3024T"), ("DSOX1204G", "DSOX1204G")]
)
def test_identify(model: str, named: str) -> None:
    answer = f"KEYSIGHT TECHNOLOGIES,{named},MY58493325,07.20.2017102614\n".encode()
    with scripted((b"*IDN?\n", answer)) as link:
        assert KeysightScope(link, model=model).identify() == Identity(
            "KEYSIGHT TECHNOLOGIES", named, "MY58493325", "07.20.2017102614"
        )


@pytest.mark.parametrize(
    "answer", [b"KEYSIGHT TECHNOLOGIES,DSO-X 2012A,MY1,02.41\n", b"hello\n"]
)
def test_another_instrument_is_refused(answer: bytes) -> None:
    with (
        scripted((b"*IDN?\n", answer)) as link,
        pytest.raises(WrongInstrument, match="expected a Keysight DSOX3024T"),
    ):
        KeysightScope(link).identify()


def test_read_signal() -> None:
    with scripted((ASKED, ANSWER)) as link:
        assert KeysightScope(link).read_signal() == Signal(
            212e3, 0.210345, 0.14874, "ok"
        )


def test_another_channel() -> None:
    asked = ASKED.replace(b"CHANnel1", b"CHANnel2")
    with scripted((asked, ANSWER), (asked, ANSWER)) as link:
        assert KeysightScope(link, channel=2).read_signal().quality == "ok"
        assert KeysightScope(link).read_signal(2).quality == "ok"


@pytest.mark.parametrize("place", range(3))
def test_invalid_is_an_error_never_a_number(place: int) -> None:
    answers = ANSWER.strip().split(b";")
    answers[place] = b"+9.9E+37"
    with scripted((ASKED, b";".join(answers) + b"\n")) as link:
        signal = KeysightScope(link).read_signal()
    assert signal.quality == "error"
    assert math.isnan(signal.frequency_hz) and math.isnan(signal.peak_v)


@pytest.mark.parametrize(
    "answer",
    [
        *(b"\n", b"nan;nan;nan\n", b"+1.0E+00;+2.12E+;+1.0E+00\n", b"+1,+2,+3\n"),
        *(b"+1.0;+2.0\n", b"+1.0;+2.0;+3.0;+4.0\n", b"+1.0;x;+2.0\n"),
    ],
)
def test_a_garbled_answer_is_never_a_number(answer: bytes) -> None:
    with (
        scripted((ASKED, answer)) as link,
        pytest.raises(Garbled, match=re.escape(repr(answer))),
    ):
        KeysightScope(link).read_signal()


def test_read_waveform() -> None:
    # a line end and "#" among the samples, then a hole and the two clipped marks
    raw = struct.pack("<6H", 32768, 32768 + 4096, 0x0A23, 0, 1, 0xFFFF)
    with scripted(*waveform(b"#800000012" + raw + b"\n")) as link:
        times_s, voltages_v = KeysightScope(link).read_waveform()
    assert times_s[:3] == pytest.approx([-24e-9, -20e-9, -16e-9])
    assert voltages_v[:2] == pytest.approx([0.5, 1.0])
    assert [math.isnan(v) for v in voltages_v] == [False] * 3 + [True] * 3


@pytest.mark.parametrize(
    "data",
    [b"+1.0E+00\n", b"#\n", b"#2xx\n", b"#13abc\n", b"x#14abcd\n", b"#14abcdef\n"],
)
def test_a_garbled_block_is_no_waveform(data: bytes) -> None:
    with scripted(*waveform(data)) as link, pytest.raises(Garbled, match="DATA"):
        KeysightScope(link).read_waveform()


def test_half_a_block_is_no_waveform() -> None:
    with scripted(*waveform(b"#800000012abc")) as link, pytest.raises(Silent):
        KeysightScope(link).read_waveform()


def test_a_preamble_of_bytes_or_of_nine_is_refused() -> None:
    bytes_not_words = PREAMBLE.replace(b"+1", b"+0", 1)
    for preamble, error in ((bytes_not_words, Refused), (PREAMBLE[3:], Garbled)):
        script = waveform(b"", preamble)[:-1]
        with scripted(*script) as link, pytest.raises(error, match="PREamble"):
            KeysightScope(link).read_waveform()


def test_what_is_not_there_is_refused() -> None:
    with scripted() as link:
        with pytest.raises(Refused, match="DSOX3024T, DSOX2012A"):
            KeysightScope(link, model="DSOS254A")
        with pytest.raises(Refused, match="no channel 3; a DSOX2012A has 2"):
            KeysightScope(link, model="DSOX2012A", channel=3)
        with pytest.raises(Refused, match="no channel 0"):
            KeysightScope(link).read_signal(0)


def test_off_sends_nothing_and_close_closes() -> None:
    port = ScriptedPort([])
    scope = KeysightScope(Transport(port, "scope"))
    scope.off()
    scope.close()
    assert port.closed


def test_on_a_real_link_it_warns_that_it_is_unverified(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with caplog.at_level(logging.WARNING):
        KeysightScope(Transport(ScriptedPort([]), "twin"))
        assert caplog.text == ""
        KeysightScope(Transport(ScriptedPort([], waits=True), "scope"))
    assert "scope: the driver for Keysight DSOX3024T is unverified" in caplog.text
