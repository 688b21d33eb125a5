import logging
import math
import re

import pytest

from drivers.errors import Garbled, Refused, WrongInstrument
from drivers.keysight_33500 import Keysight33500
from drivers.roles import Identity
from drivers.transport import Transport
from tests.drivers.scripted import ScriptedPort, scripted

CLEAR = (b"*CLS\n", b"")
NO_ERROR = (b"SYST:ERR?\n", b'+0,"No error"\n')


@pytest.mark.parametrize(
    ("model", "answer", "serial", "firmware"),
    [
        (
            "33521B",
            b"Agilent Technologies,33521B,MY52700123,3.05-1.19-2.00-52-00\n",
            "MY52700123",
            "3.05-1.19-2.00-52-00",
        ),
        (
            "33220A",
            b"Agilent Technologies,33220A-MY44033103,2.02-2.02-22-2\n",
            "MY44033103",
            "2.02-2.02-22-2",
        ),
    ],
)
def test_identify(model: str, answer: bytes, serial: str, firmware: str) -> None:
    with scripted((b"*IDN?\n", answer)) as link:
        assert Keysight33500(link, model=model).identify() == Identity(
            "Agilent Technologies", model, serial, firmware
        )


@pytest.mark.parametrize(
    "answer", [b"Agilent Technologies,33220A,MY44033103,2.02\n", b"hello\n"]
)
def test_another_instrument_is_refused(answer: bytes) -> None:
    with (
        scripted((b"*IDN?\n", answer)) as link,
        pytest.raises(WrongInstrument, match="expected a Keysight 33521B"),
    ):
        Keysight33500(link).identify()


def test_an_unknown_model_is_refused() -> None:
    with scripted() as link, pytest.raises(Refused, match="33521B"):
        Keysight33500(link, model="33999X")


@pytest.mark.parametrize(
    "answer",
    [
        b"+1.6127000000000E+05\n",
        b"+1.612700000000000E+05\n",
        b"161270\n",
        b"1.6127e5\n",
    ],
)
def test_both_number_formats(answer: bytes) -> None:
    with scripted((b"FREQ?\n", answer)) as link:
        assert Keysight33500(link).read_frequency_hz() == 161270.0


@pytest.mark.parametrize(
    ("answer", "state"),
    [
        (b"+1.6127000000000E+05;1\n", (161270.0, True)),
        (b"161270;0\r\n", (161270.0, False)),
    ],
)
def test_the_state_is_read_with_one_line(
    answer: bytes, state: tuple[float, bool]
) -> None:
    with scripted((b"FREQ?;:OUTP?\n", answer)) as link:
        assert Keysight33500(link).read_state() == state


@pytest.mark.parametrize("answer", [b"161270\n", b"nan;1\n", b"161270;2\n", b";1\n"])
def test_half_a_state_is_garbled(answer: bytes) -> None:
    with scripted((b"FREQ?;:OUTP?\n", answer)) as link, pytest.raises(Garbled):
        Keysight33500(link).read_state()


@pytest.mark.parametrize(("answer", "on"), [(b"1\n", True), (b"0\n", False)])
def test_read_output(answer: bytes, on: bool) -> None:
    with scripted((b"OUTP?\n", answer)) as link:
        assert Keysight33500(link).read_output() is on


@pytest.mark.parametrize("answer", [b"nan\n", b"\n", b"+1.0E\n", b"ON\n", b"+1.0,2\n"])
def test_a_garbled_answer_is_never_a_number(answer: bytes) -> None:
    with (
        scripted((b"FREQ?\n", answer), (b"OUTP?\n", answer)) as link,
        pytest.raises(Garbled),
    ):
        generator = Keysight33500(link)
        with pytest.raises(Garbled, match=re.escape(repr(answer))):
            generator.read_frequency_hz()
        generator.read_output()


def test_set_frequency_is_verified() -> None:
    with scripted(CLEAR, (b"FREQ 161270\n", b""), NO_ERROR) as link:
        Keysight33500(link).set_frequency(161270.0)


def test_a_frequency_keeps_its_digits() -> None:
    with scripted(CLEAR, (b"FREQ 161270.125\n", b""), NO_ERROR) as link:
        Keysight33500(link).set_frequency(161270.125)


def test_set_amplitude_sets_the_unit_first() -> None:
    with scripted(
        CLEAR,
        (b"VOLT:UNIT VPP\n", b""),
        NO_ERROR,
        CLEAR,
        (b"VOLT 3.3\n", b""),
        NO_ERROR,
    ) as link:
        Keysight33500(link).set_amplitude(3.3)


def test_an_error_of_the_instrument_is_said() -> None:
    error = b'-222,"Data out of range; value clipped to upper limit"\n'
    with (
        scripted(CLEAR, (b"OUTP ON\n", b""), (b"SYST:ERR?\n", error)) as link,
        pytest.raises(Refused, match="value clipped to upper limit"),
    ):
        Keysight33500(link).set_output(True)


@pytest.mark.parametrize("value", [math.nan, math.inf, -1.0, 0.0, 31e6])
def test_nonsense_is_refused_and_nothing_is_sent(value: float) -> None:
    with scripted() as link:
        generator = Keysight33500(link)
        for act in (generator.set_frequency, generator.set_amplitude):
            with pytest.raises(Refused, match="nothing was sent"):
                act(value)


@pytest.mark.parametrize(
    ("model", "too_high_hz"),
    [
        ("33220A", 21e6),
        ("33509B", 21e6),
        ("33512B", 21e6),
        ("33520B", 31e6),
        ("33522B", 31e6),
    ],
)
def test_each_model_ends_at_its_own_frequency(model: str, too_high_hz: float) -> None:
    with scripted() as link, pytest.raises(Refused, match=model):
        Keysight33500(link, model=model).set_frequency(too_high_hz)


def test_off_is_one_write_that_asks_nothing() -> None:
    with scripted((b"OUTP OFF\n", b""), (b"OUTP OFF\n", b"")) as link:
        generator = Keysight33500(link)
        generator.off()
        generator.set_output(False)


def test_on_a_real_link_it_warns_that_it_is_unverified(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with caplog.at_level(logging.WARNING):
        Keysight33500(Transport(ScriptedPort([]), "twin"))
        assert caplog.text == ""
        Keysight33500(Transport(ScriptedPort([], waits=True), "gen"))
    assert "gen: the driver for Keysight 33521B is unverified" in caplog.text


def test_close_closes_the_port() -> None:
    port = ScriptedPort([])
    Keysight33500(Transport(port, "gen")).close()
    assert port.closed
