import logging
import math
import re

import pytest

from drivers.errors import Garbled, Refused, Silent, WrongInstrument
from drivers.neoptix_reflex import NeoptixReflex, Signal
from drivers.roles import Identity, Temperature
from drivers.transport import Transport
from tests.drivers.scripted import ScriptedPort, scripted

FOUR = b"+24.3\r+24.5\r+24.7\r+24.4\r*"
INFORMATION = (
    b"Model:\tReFlex-4\rOption:\tnone\rNB Channel: 4\rSerial: ABC123\r"
    b"Internal Software: V1.21\rUnit: F\r*"
)
UNIT_SET = (b"uc\r", b"*")


def values(readings: dict[int, Temperature]) -> list[float]:
    return [readings[channel].value_c for channel in sorted(readings)]


@pytest.mark.parametrize("answer", [FOUR, FOUR.replace(b"\r", b"\r\n"), b"\r\n" + FOUR])
def test_lines_may_end_in_cr_or_crlf(answer: bytes) -> None:
    with scripted((b"t\r", answer)) as link:
        readings = NeoptixReflex(link).read_temperatures()
    assert list(readings) == [1, 2, 3, 4]
    assert values(readings) == [24.3, 24.5, 24.7, 24.4]
    assert {reading.quality for reading in readings.values()} == {"ok"}


def test_one_channel_and_below_zero() -> None:
    with scripted((b"t\r", b"-5.0\r*")) as link:
        assert NeoptixReflex(link).read_temperatures() == {1: Temperature(-5.0, "ok")}


def test_a_missing_probe_is_nan() -> None:
    with scripted((b"t\r", b"+24.3\r---.-\r*")) as link:
        readings = NeoptixReflex(link, channels=2).read_temperatures()
    assert readings[1] == Temperature(24.3, "ok")
    assert readings[2].quality == "no-probe"
    assert math.isnan(readings[2].value_c)


@pytest.mark.parametrize("answer", [b"Err1", b"Err1\r", b"\r\nErr1\r\n"])
def test_while_warming_up_no_channel_has_a_value(answer: bytes) -> None:
    with scripted((b"t\r", answer), (b"t\r", FOUR)) as link:
        thermometer = NeoptixReflex(link, channels=4)
        readings = thermometer.read_temperatures()
        assert thermometer.read_temperatures()[1].quality == "ok"
    assert [reading.quality for reading in readings.values()] == ["warming-up"] * 4
    assert all(math.isnan(value) for value in values(readings))


@pytest.mark.parametrize(
    "answer",
    [
        b"+24.3\r+24.5\r+24.7\r*",
        FOUR.replace(b"+24.3", b"24.3"),
        FOUR.replace(b"+24.3", b"+24.35"),
        FOUR.replace(b"+24.3", b"+24"),
        FOUR.replace(b"+24.3", b"+12345.0"),
        FOUR.replace(b"+24.3", b"+nan"),
        FOUR.replace(b"+24.3", b"+2\x004.3"),
        FOUR.replace(b"+24.3", b"C:1;T: +24.3"),
        b"*",
        b"Err2",
    ],
)
def test_what_the_format_does_not_allow_is_garbled(answer: bytes) -> None:
    with (
        scripted((b"t\r", answer)) as link,
        pytest.raises(Garbled, match=re.escape(repr(answer))),
    ):
        NeoptixReflex(link, channels=4).read_temperatures()


def test_the_number_of_channels_does_not_change() -> None:
    with scripted((b"t\r", FOUR), (b"t\r", b"+24.3\r+24.5\r*")) as link:
        thermometer = NeoptixReflex(link)
        thermometer.read_temperatures()
        with pytest.raises(Garbled):
            thermometer.read_temperatures()


def test_half_an_answer_is_silence() -> None:
    with scripted((b"t\r", FOUR[:-1])) as link, pytest.raises(Silent):
        NeoptixReflex(link).read_temperatures()


def test_the_asterisk_in_a_signal_line_is_no_prompt() -> None:
    answer = (
        b"CH1: power:1.09*, lamp attenuation: 125, CCD time: 50ms (fixed)\r"
        b"CH2: power:2.61, lamp attenuation: 250, CCD time: 50ms (fixed)\r*"
    )
    with scripted((b"y\r", answer)) as link:
        assert NeoptixReflex(link).read_signals() == {
            1: Signal(1.09, False),
            2: Signal(2.61, True),
        }


def test_a_signal_answer_that_lacks_a_channel_is_garbled() -> None:
    answer = b"CH1: power:2.61, lamp attenuation: 250, CCD time: 50ms (fixed)\r*"
    with scripted((b"y\r", answer)) as link, pytest.raises(Garbled):
        NeoptixReflex(link, channels=4).read_signals()


def test_identify_sets_celsius() -> None:
    with scripted((b"i\r", INFORMATION), UNIT_SET, (b"t\r", b"+24.3\r*")) as link:
        thermometer = NeoptixReflex(link)
        assert thermometer.identify() == Identity(
            "Neoptix", "ReFlex-4", "ABC123", "V1.21"
        )
        with pytest.raises(Garbled):  # it now knows that there are four
            thermometer.read_temperatures()


def test_a_unit_that_is_not_taken_is_said() -> None:
    with (
        scripted((b"i\r", INFORMATION), (b"uc\r", b"Err2")) as link,
        pytest.raises(Garbled, match="uc"),
    ):
        NeoptixReflex(link).identify()


@pytest.mark.parametrize("answer", [b"THURLBY THANDAR, QPX\r\n*", b"Err2", b"*"])
def test_another_instrument_is_refused(answer: bytes) -> None:
    with (
        scripted((b"i\r", answer)) as link,
        pytest.raises(WrongInstrument, match="expected a Neoptix"),
    ):
        NeoptixReflex(link).identify()


def test_another_number_of_channels_is_refused() -> None:
    with (
        scripted((b"i\r", INFORMATION)) as link,
        pytest.raises(WrongInstrument, match="has 4 channels, expected 2"),
    ):
        NeoptixReflex(link, channels=2).identify()


def test_there_are_1_2_or_4_channels() -> None:
    with scripted() as link, pytest.raises(Refused):
        NeoptixReflex(link, channels=3)


def test_off_sends_nothing_and_close_closes() -> None:
    port = ScriptedPort([])
    thermometer = NeoptixReflex(Transport(port, "fibre"))
    thermometer.off()
    thermometer.close()
    assert port.closed


def test_on_a_real_link_it_warns_that_it_is_unverified(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with caplog.at_level(logging.WARNING):
        NeoptixReflex(Transport(ScriptedPort([]), "twin"))
        assert caplog.text == ""
        NeoptixReflex(Transport(ScriptedPort([], waits=True), "fibre"))
    assert "fibre: the driver for Neoptix ReFlex is unverified" in caplog.text
