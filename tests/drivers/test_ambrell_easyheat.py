import logging
import math
import re

import pytest

from drivers.ambrell_easyheat import AmbrellEasyheat
from drivers.errors import Refused, Silent, WrongInstrument
from drivers.roles import HeaterState, Identity
from drivers.transport import Transport
from tests.drivers.scripted import ScriptedPort, scripted

# the two answers that the sources show, framed as the EPICS support reads them
HEATING = b"\r\n1,1,280.0,280.0,1006,286,0,972\r\n"
IDLE = b"\r\n1,0,1200.0,10,3,140,1826,214\r\n"


def rdata(answer: bytes) -> tuple[bytes, bytes]:
    return b"1,rdata\r", answer


def test_identify() -> None:
    with scripted((b"1,sysid\r", b"\r\n12345\r\n"), rdata(HEATING)) as link:
        assert AmbrellEasyheat(link).identify() == Identity(
            "Ambrell", "EASYHEAT", "12345", ""
        )


def test_an_ekoheat_is_refused() -> None:
    other = b"\r\n1,3.5,80,75,286,972,99,25,31,1,1,0,0,4,400,0,0,0\r\n"
    with (
        scripted((b"1,sysid\r", b"\r\n12345\r\n"), rdata(other)) as link,
        pytest.raises(WrongInstrument, match="eight fields of an Ambrell EASYHEAT"),
    ):
        AmbrellEasyheat(link).identify()


@pytest.mark.parametrize(("model", "address"), [("EKOHEAT", 1), ("EASYHEAT", 33)])
def test_an_unknown_model_or_address_is_refused(model: str, address: int) -> None:
    with scripted() as link, pytest.raises(Refused, match="1 to 32"):
        AmbrellEasyheat(link, model=model, address=address)


@pytest.mark.parametrize(
    ("answer", "state"),
    [
        (HEATING, HeaterState(280.0, 280.0, 1006.0, 286e3, True, 0.0)),
        (IDLE, HeaterState(1200.0, 10.0, 3.0, 140e3, False, 1e-3 * 1826)),
        (b"\r\nOK\r\n" + HEATING, HeaterState(280.0, 280.0, 1006.0, 286e3, True, 0.0)),
        (b"1,rdata\r" + HEATING, HeaterState(280.0, 280.0, 1006.0, 286e3, True, 0.0)),
    ],
    ids=["heating", "idle", "after an acknowledgement", "after an echo"],
)
def test_read_state(answer: bytes, state: HeaterState) -> None:
    with scripted(rdata(answer)) as link:
        assert AmbrellEasyheat(link).read_state() == state


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"\r\n1,1,280.0,280.0,1006,286,0\r\n",
        b"\r\n2,1,280.0,280.0,1006,286,0,972\r\n",
        b"\r\n1,1,nan,280.0,1006,286,0,972\r\n",
        b"\r\n1,1,280.0,280.0,1006,286,0,97",
        b"\r\n1,1,280.0,280.0,1\xb006,286,0,972\r\n",
    ],
)
def test_what_is_not_rdata_is_never_a_number(answer: bytes) -> None:
    with scripted(rdata(answer)) as link, pytest.raises(Silent) as caught:
        AmbrellEasyheat(link).read_state()
    assert (repr(answer) if answer else "nothing") in str(caught.value)


def test_another_address_is_spoken_to_and_heard() -> None:
    answer = b"\r\n7,1,280.0,280.0,1006,286,0,972\r\n"
    with scripted((b"7,rdata\r", answer)) as link:
        assert AmbrellEasyheat(link, address=7).read_state().current_a == 280.0


def test_set_current_rounds_down_and_is_confirmed() -> None:
    answer = b"\r\n1,0,280.0,0.0,0,286,0,0\r\n"
    with scripted((b"1,amps,280.0\r", b""), rdata(answer)) as link:
        AmbrellEasyheat(link).set_current(280.09)


def test_a_current_that_is_not_taken_is_refused() -> None:
    answer = b"\r\n1,0,100.0,0.0,0,286,0,0\r\n"
    with (
        scripted((b"1,amps,280.0\r", b""), rdata(answer)) as link,
        pytest.raises(Refused, match=re.escape("280 A were set, 100 A read back")),
    ):
        AmbrellEasyheat(link).set_current(280.0)


@pytest.mark.parametrize("value", [math.nan, math.inf, -0.1])
def test_nonsense_is_refused_and_nothing_is_sent(value: float) -> None:
    with scripted() as link:
        heater = AmbrellEasyheat(link)
        for act in (heater.set_current, heater.set_timer):
            with pytest.raises(Refused, match="nothing was sent"):
                act(value)


def test_a_timer_of_zero_would_be_none() -> None:
    with scripted() as link, pytest.raises(Refused, match="at least 1 s"):
        AmbrellEasyheat(link).set_timer(0.9)


def test_on_is_confirmed_with_the_timer_running() -> None:
    with scripted(
        (b"1,timer,5\r", b""),
        (b"1,hon\r", b""),
        rdata(b"\r\n1,1,280.0,279.0,1006,286,4990,10\r\n"),
    ) as link:
        heater = AmbrellEasyheat(link)
        heater.set_timer(5.7)
        heater.set_output(True)


@pytest.mark.parametrize("down_ms", [b"0", b"60000"])
def test_heat_without_its_timer_is_switched_off(down_ms: bytes) -> None:
    answer = b"\r\n1,1,280.0,279.0,1006,286,%s,10\r\n" % down_ms
    with (
        scripted(
            (b"1,timer,5\r", b""),
            (b"1,hon\r", b""),
            rdata(answer),
            (b"1,hoff\r", b""),
        ) as link,
        pytest.raises(Refused, match="the heat timer shows"),
    ):
        heater = AmbrellEasyheat(link)
        heater.set_timer(5.0)
        heater.set_output(True)


def test_no_heat_after_on_is_refused() -> None:
    with (
        scripted((b"1,hon\r", b""), rdata(IDLE), (b"1,hoff\r", b"")) as link,
        pytest.raises(Refused, match="it does not heat"),
    ):
        AmbrellEasyheat(link).set_output(True)


def test_off_asks_nothing() -> None:
    with scripted(
        (b"1,hoff\r", b""),
        (b"1,hoff\r", b""),
        (b"1,ctl-rs485\r", b""),
        (b"1,amps,0\r", b""),
    ) as link:
        heater = AmbrellEasyheat(link)
        heater.set_output(False)
        heater.off()


def test_on_a_real_link_it_warns_that_it_is_unverified(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with caplog.at_level(logging.WARNING):
        AmbrellEasyheat(Transport(ScriptedPort([]), "twin"))
        assert caplog.text == ""
        AmbrellEasyheat(Transport(ScriptedPort([], waits=True), "heater"))
    assert "heater: the driver for Ambrell EASYHEAT is unverified" in caplog.text


def test_close_closes_the_port() -> None:
    port = ScriptedPort([])
    AmbrellEasyheat(Transport(port, "heater")).close()
    assert port.closed
