import logging
import math
import re
import struct

import pytest

from drivers.errors import Garbled, Refused, Silent, WrongInstrument
from drivers.roles import Identity, Signal
from drivers.tektronix_scope import TektronixScope
from drivers.transport import Transport
from tests.drivers.scripted import Script, ScriptedPort, scripted

VALUE = b"MEASU:IMM:VAL?\n"
HEADERS_OFF = (b"HEADer OFF\n", b"")


def measuring(channel: bytes, *answers: bytes) -> Script:
    kinds = (b"FREQ", b"PK2", b"CRM")
    script: Script = [(b"MEASU:IMM:SOU %s\n" % channel, b"")]
    for kind, answer in zip(kinds, answers, strict=False):
        script += [(b"MEASU:IMM:TYP %s\n" % kind, b""), (VALUE, answer)]
    return script


def waveform(curve: bytes, preamble: bytes = b"WFMOutpre", head: bytes = b"") -> Script:
    sets = (b"SOUrce CH1", b"ENCdg RIBinary", b"WIDth 2", b"STARt 1", b"STOP 10000")
    asked = {b"XINcr": b"100.0000E-9", b"XZEro": b"-500.0000E-6"}
    asked |= {b"YMUlt": b"4.0000E-3", b"YOFf": b"0.0E+0", b"YZEro": b"0.0E+0"}
    return [
        *((b"DATa:%s\n" % command, b"") for command in sets),
        *(
            (b"%s:%s?\n" % (preamble, name), head + value + b"\n")
            for name, value in asked.items()
        ),
        (b"CURVe?\n", curve),
    ]


@pytest.mark.parametrize(
    ("model", "answer", "identity"),
    [
        (
            "MDO3024",
            b"TEKTRONIX,MDO3024,B020857,CF:91.1CT FV:v1.30\n",
            Identity("TEKTRONIX", "MDO3024", "B020857", "CF:91.1CT FV:v1.30"),
        ),
        (
            "TDS2024",
            b"TEKTRONIX,TDS 2024,0,CF:91.1CT FV:v4.12 TDS2CM:CMV:v1.04\n",
            Identity(
                "TEKTRONIX", "TDS 2024", "0", "CF:91.1CT FV:v4.12 TDS2CM:CMV:v1.04"
            ),
        ),
        (
            "TDS2024",
            b"TEKTRONIX,TDS 2024C,C042765,CF:91.1CT FV:v24.26\n",
            Identity("TEKTRONIX", "TDS 2024C", "C042765", "CF:91.1CT FV:v24.26"),
        ),
    ],
)
def test_identify(model: str, answer: bytes, identity: Identity) -> None:
    with scripted(HEADERS_OFF, (b"*IDN?\n", answer)) as link:
        assert TektronixScope(link, model=model).identify() == identity


@pytest.mark.parametrize(
    "answer", [b"TEKTRONIX,MDO4104,C1,CF:91.1CT\n", b"A,MDO3024,1,2\n", b"hello\n"]
)
def test_another_instrument_is_refused(answer: bytes) -> None:
    with (
        scripted(HEADERS_OFF, (b"*IDN?\n", answer)) as link,
        pytest.raises(WrongInstrument, match="expected a Tektronix MDO3024"),
    ):
        TektronixScope(link).identify()


@pytest.mark.parametrize(
    "answers",
    [
        (b"212.0000E+3\n", b"7.0992E+0\n", b"2.5099E+0\n"),
        (b"2.12E5\n", b"7.0992\n", b"2.5099E0\n"),
        tuple(
            b":MEASUREMENT:IMMED:VALUE %s\n" % number
            for number in (b"212.0E3", b"7.0992", b"2.5099")
        ),
    ],
    ids=["engineering", "plain", "with headers"],
)
def test_read_signal(answers: tuple[bytes, ...]) -> None:
    with scripted(*measuring(b"CH1", *answers)) as link:
        assert TektronixScope(link).read_signal() == Signal(212e3, 3.5496, 2.5099, "ok")


def test_another_channel() -> None:
    answers = (b"212.0E+3\n", b"7.0992E+0\n", b"2.5099E+0\n")
    script = measuring(b"CH2", *answers) + measuring(b"CH4", *answers)
    with scripted(*script) as link:
        scope = TektronixScope(link, channel=2)
        assert scope.read_signal().quality == "ok"
        assert scope.read_signal(4).quality == "ok"


@pytest.mark.parametrize("invalid", [b"9.9E37\n", b"9.91E37\n", b"+9.9E+37\n"])
def test_invalid_is_an_error_never_a_number(invalid: bytes) -> None:
    with scripted(*measuring(b"CH1", invalid, b"7.1E-3\n", b"1.2E-3\n")) as link:
        signal = TektronixScope(link).read_signal()
    assert signal.quality == "error"
    assert math.isnan(signal.frequency_hz) and math.isnan(signal.peak_v)


@pytest.mark.parametrize(
    "answer", [b"\n", b"nan\n", b"2.1.2E5\n", b"212E+\n", b"CH1\n", b"1,2\n"]
)
def test_a_garbled_answer_is_never_a_number(answer: bytes) -> None:
    with (
        scripted(*measuring(b"CH1", answer)) as link,
        pytest.raises(Garbled, match=re.escape(repr(answer))),
    ):
        TektronixScope(link).read_signal()


@pytest.mark.parametrize(
    ("model", "preamble", "head"),
    [
        ("MDO3024", b"WFMOutpre", b""),
        ("TDS2012", b"WFMPre", b""),
        ("MDO3024", b"WFMOutpre", b":WFMOUTPRE:XINCR "),
    ],
)
def test_read_waveform(model: str, preamble: bytes, head: bytes) -> None:
    # raw values that contain "#", a line end and the ends of the range
    raw = struct.pack(">6h", 0x230A, 0x0A23, -256, 32512, -32768, 0)
    curve = head.replace(b"WFMOUTPRE:XINCR", b"CURVE") + b"#212" + raw + b"\n"
    with scripted(*waveform(curve, preamble, head)) as link:
        times_s, voltages_v = TektronixScope(link, model=model).read_waveform()
    assert times_s[:2] == [-500e-6, pytest.approx(-499.9e-6)]
    assert voltages_v[:3] == pytest.approx([35.88, 10.38, -1.024])
    assert [math.isnan(v) for v in voltages_v] == [False] * 3 + [True, True, False]


@pytest.mark.parametrize(
    "curve",
    [b"13,6,3\n", b"#\n", b"#2xx\n", b"#13abc\n", b"#899999998", b"#14abcdef\n"],
)
def test_a_garbled_block_is_no_waveform(curve: bytes) -> None:
    with scripted(*waveform(curve)) as link, pytest.raises(Garbled, match="CURVe"):
        TektronixScope(link).read_waveform()


def test_half_a_block_is_no_waveform() -> None:
    with scripted(*waveform(b"#216abcdef")) as link, pytest.raises(Silent):
        TektronixScope(link).read_waveform()


def test_what_is_not_there_is_refused() -> None:
    with scripted() as link:
        with pytest.raises(Refused, match="MDO3024, TDS2024, TDS2012"):
            TektronixScope(link, model="MSO64")
        with pytest.raises(Refused, match="no channel 3; a TDS2012 has 2"):
            TektronixScope(link, model="TDS2012", channel=3)
        with pytest.raises(Refused, match="no channel 0"):
            TektronixScope(link).read_waveform(0)


def test_off_sends_nothing_and_close_closes() -> None:
    port = ScriptedPort([])
    scope = TektronixScope(Transport(port, "scope"))
    scope.off()
    scope.close()
    assert port.closed


def test_on_a_real_link_it_warns_that_it_is_unverified(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with caplog.at_level(logging.WARNING):
        TektronixScope(Transport(ScriptedPort([]), "twin"))
        assert caplog.text == ""
        TektronixScope(Transport(ScriptedPort([], waits=True), "scope"))
    assert "scope: the driver for Tektronix MDO3024 is unverified" in caplog.text
