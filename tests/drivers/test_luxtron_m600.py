"""What is sent to a Luxtron m600, and what its lines mean.

Lines are those of the manual (firmware 1.00) and of captures from an 812 (2.82).
"""

import logging
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.errors import Garbled, Refused, Silent, WrongInstrument
from drivers.luxtron_m600 import LuxtronM600, interval_of, report_of
from drivers.transport import Transport
from tests.drivers.scripted import ScriptedPort, scripted

ASK = b"\x1bID ?\r\n"
NEW = (
    b'"LUXTRON Corp. Copyright 2001-2002"\r\n"Serial #80197"\r\nPS=2\r\nSM=8\r\n'
    b"MU=2S\r\nUN=%b\r\nDF=ABBR\r\nAE=DISABLE\r\nAS=30.3\r\nAO=-30\r\nCC=ENABLE\r\n"
    b"CT=46.8\r\nMS=DISABLE\r\nST=%b\r\n"
)
OLD = (
    b"LUXTRON CORP. Copyright 2002\r\n"
    b"M600 Fluoroptic Thermometer, Software Version 1.00\r\nSerial # 12345\r\nOEM\r\n"
    b"PS = 1,2,3,4\r\nSM = 8\r\nMU = 1 S\r\nUN = CELSIUS\r\nDF = ABBR\r\n"
    b"AE = ENABLE\r\nAS = 27.7778\r\nAO = -30.00 C\r\nCC = ENABLE\r\nCT = 75.00 C\r\n"
    b"MS = DISABLE\r\nST = ENABLE\r\n"
)
GOOD = NEW % (b"CELSIUS", b"ENABLE")


class Feed(ScriptedPort):
    """A scripted port on which pieces also arrive unasked, one a read."""

    def __init__(self, *pieces: bytes) -> None:
        super().__init__([])
        self.pieces = list(pieces)

    def read(self, timeout_s: float) -> bytes:
        return self.pieces.pop(0) if self.pieces else b""


def listening(*pieces: bytes) -> LuxtronM600:
    """Return a driver that is at the start of a line, before some pieces come."""
    first, *others = pieces
    port = Feed(b"tail of a line\r\n" + first, *others)
    return LuxtronM600(Transport(port, "it"))


def test_identifies_both_firmware_styles() -> None:
    with scripted((ASK, GOOD), (ASK, OLD)) as transport:
        thermometer = LuxtronM600(transport, model="812")
        new, old = thermometer.identify(), thermometer.identify()
    assert (new.maker, new.model, new.serial, new.firmware) == (
        "Luxtron",
        "812",
        "80197",
        "",
    )
    assert (old.serial, old.firmware) == ("12345", "1.00")


def test_reports_between_the_lines_of_an_answer_do_not_disturb_it() -> None:
    head, tail = GOOD.split(b"MU=")
    mixed = b"  2:   19.52 C\r\n" + head + b"  2:   19.53 C\r\nMU=" + tail
    with scripted((ASK, mixed)) as transport:
        assert LuxtronM600(transport).identify().serial == "80197"


def test_sets_celsius_and_checks_it() -> None:
    kelvin = NEW % (b"KELVIN", b"ENABLE")
    setting = (b"\x1bUN = CELSIUS\r\n", b"")
    with scripted((ASK, kelvin), setting, (ASK, GOOD)) as transport:
        LuxtronM600(transport).identify()
    with (
        scripted((ASK, kelvin), setting, (ASK, kelvin)) as transport,
        pytest.raises(Refused, match="KELVIN"),
    ):
        LuxtronM600(transport).identify()


def test_one_that_started_in_standby_is_set_to_run() -> None:
    answer = NEW % (b"CELSIUS", b"DISABLE")
    with scripted((ASK, answer), (b"\x12\r", b"")) as transport:
        LuxtronM600(transport).identify()


@pytest.mark.parametrize("interval", [b"1M", b"3.1S"])
def test_one_that_reports_too_seldom_is_refused(interval: bytes) -> None:
    with (
        scripted((ASK, GOOD.replace(b"MU=2S", b"MU=" + interval))) as transport,
        pytest.raises(Refused, match="MU = 1 S"),
    ):
        LuxtronM600(transport).identify()


def test_one_that_reports_each_3_s_is_taken() -> None:
    with scripted((ASK, GOOD.replace(b"MU=2S", b"MU=3S"))) as transport:
        LuxtronM600(transport).identify()


def test_waits_longer_than_an_interval() -> None:
    with scripted((ASK, GOOD)) as transport:
        LuxtronM600(transport).identify()
        assert transport.timeout_s == pytest.approx(3.0)


def test_somebody_else_is_refused() -> None:
    with (
        scripted((ASK, b"ACME\r\nST=ENABLE\r\n")) as transport,
        pytest.raises(WrongInstrument, match="ACME"),
    ):
        LuxtronM600(transport).identify()


@pytest.mark.parametrize(
    ("parameters", "interval_s"),
    [
        ({b"MU": b"2S"}, 2.0),
        ({b"MU": b"0.25 S"}, 0.25),
        ({b"MU": b"C", b"PS": b"1,2,3"}, 0.75),
        ({b"MU": b"1M"}, math.inf),
        ({}, math.inf),
    ],
)
def test_interval(parameters: dict[bytes, bytes], interval_s: float) -> None:
    assert interval_of(parameters) == interval_s


def test_reads_the_newest_whole_line_and_keeps_the_rest() -> None:
    thermometer = listening(
        b"  1:   40.00 C\r\n  1:   41.25 C  2:   -3.50 C\r\n  1:   4",
        b"2.00 C  2:   22.18 C\r\n",
    )
    first = thermometer.read_temperatures()
    assert {n: reading.value_c for n, reading in first.items()} == {1: 41.25, 2: -3.5}
    assert thermometer.read_temperatures()[1].value_c == 42.0


def test_without_a_new_line_the_old_one_is_not_given_again() -> None:
    thermometer = listening(b"  2:   19.52 C\r\n")
    thermometer.read_temperatures()
    with pytest.raises(Silent, match="no report came within 1 s"):
        thermometer.read_temperatures()


def test_a_line_whose_head_was_missed_is_dropped() -> None:
    port = Feed(b"  2:   22.18 C\r\n  1:   41.25 C  2:   22.19 C\r\n")
    readings = LuxtronM600(Transport(port, "it")).read_temperatures()
    assert sorted(readings) == [1, 2]
    with pytest.raises(Silent):
        LuxtronM600(Transport(Feed(b"  2:   22.18 C\r\n"), "it")).read_temperatures()


def test_banners_and_parameters_are_no_reports_but_no_errors_either() -> None:
    thermometer = listening(
        b'"LUXTRON Corp. Copyright 2001-2002" (CXR)\r\nUN=CELSIUS\r\n',
        b"  2:   19.52 C\r\n",
    )
    with pytest.raises(Silent, match="UN=CELSIUS"):
        thermometer.read_temperatures()
    assert thermometer.read_temperatures()[2].value_c == 19.52


def test_an_unplugged_probe_never_becomes_a_reading() -> None:
    """As captured: the first line has no mark, the next ones have."""
    for line in (
        b"  1: -105.67 C  2:   22.18 C",
        b"  1: -105.67PE  2:   22.18 C",
        b"  1:   36.67PE  2:   22.18 C",
    ):
        report = report_of(line)
        assert math.isnan(report[1].value_c)
        assert report[2].value_c == 22.18
    assert report_of(b"  1: -105.67 C")[1].quality == "error"
    assert report_of(b"  1: -105.67PE")[1].quality == "no-probe"


@pytest.mark.parametrize(
    "line",
    [
        b"  1:   41.2 C",  # a digit lost
        b"  1:   41.25 F",
        b"  1:   41.25 K",
        b"  1:   41.25 C  2:   22.1",
        b"  2:   22.18 C  1:   41.25 C",  # two lines in one
        b" 1:   141.25 C",
        b"xyz",
    ],
)
def test_what_is_no_report_is_garbled(line: bytes) -> None:
    assert report_of(line) == {}
    with pytest.raises(Garbled, match="expected reports in °C"):
        listening(line + b"\r\n").read_temperatures()


@given(
    st.from_regex(
        rb" {1,3}[1-9]: {0,6}-?[0-9]{1,7}\.[0-9]{2}( [CKF]|PE)", fullmatch=True
    )
)
def test_nearly_good_lines_give_plausible_numbers_or_none(line: bytes) -> None:
    for reading in report_of(line).values():
        assert math.isnan(reading.value_c) == (reading.quality != "ok")
        assert line[3:4] == b":" and len(line) == 14
        if reading.quality == "ok":
            assert line.endswith(b" C") and -20.0 <= reading.value_c <= 120.0


@given(st.floats(-20.0, 120.0), st.integers(1, 4))
def test_any_value_of_the_format_is_read(value_c: float, channel: int) -> None:
    line = b"%3d:%8.2f C" % (channel, value_c)
    assert report_of(line)[channel].value_c == pytest.approx(value_c, abs=0.00501)


def test_a_warning_is_logged_on_a_real_link(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        LuxtronM600(Transport(ScriptedPort([], waits=True), "core"))
    assert "unverified" in caplog.text


def test_an_unknown_model_is_refused() -> None:
    with scripted() as transport, pytest.raises(Refused, match="m600"):
        LuxtronM600(transport, model="790")
