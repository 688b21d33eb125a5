import pytest

from simulators.ambrell_easyheat import AmbrellEasyheat


@pytest.fixture
def heater() -> AmbrellEasyheat:
    return AmbrellEasyheat()


def remote(heater: AmbrellEasyheat, *commands: bytes) -> AmbrellEasyheat:
    for command in (b"ctl-rs485", *commands):
        assert heater.receive(b"1,%s\r" % command) == b""
    return heater


def test_the_answer_of_the_epics_support(heater: AmbrellEasyheat) -> None:
    remote(heater, b"amps,280", b"hon")
    heater.current_a, heater.power_w, heater.frequency_hz = 280.0, 1006.0, 286e3
    heater.advance(0.972)
    assert heater.receive(b"1,rdata\r") == b"\r\n1,1,280.0,280.0,1006,286,0,972\r\n"


def test_amperes_without_decimals(heater: AmbrellEasyheat) -> None:
    heater.max_current_a = 1200.0
    remote(heater, b"amps,1200").plain_amperes = True
    heater.current_a, heater.power_w, heater.frequency_hz = 10.0, 3.0, 140e3
    assert heater.receive(b"1,RDATA\r") == b"\r\n1,0,1200.0,10,3,140,0,0\r\n"


@pytest.mark.parametrize(
    ("sent", "answer"),
    [
        (b"1,sysid\r", b"\r\n12345\r\n"),
        (b"1,SYSID\r", b"\r\n12345\r\n"),
        (b"1,maxamps\r", b"\r\n400.0\r\n"),
        (b"1,stat\r", b"\r\n230.0,0.0,0.0,25.0,25.0\r\n"),
        (b"1,sys", b""),
        (b"2,rdata\r", b""),
        (b"0,rdata\r", b""),
        (b"1, rdata\r", b""),
        (b"rdata\r", b""),
        (b"\r\n\r", b""),
        (b"\xff\xfe,\r", b""),
        (b"1,wibble,3\r", b""),
    ],
)
def test_bytes(heater: AmbrellEasyheat, sent: bytes, answer: bytes) -> None:
    assert heater.receive(sent) == answer


def test_a_line_may_come_in_pieces(heater: AmbrellEasyheat) -> None:
    assert heater.receive(b"1,sy") == b""
    assert heater.receive(b"sid\r1,sysid\r") == 2 * b"\r\n12345\r\n"


def test_without_control_amperes_and_timer_are_ignored(heater: AmbrellEasyheat) -> None:
    heater.receive(b"1,amps,100\r1,timer,5\r")
    assert (heater.set_current_a, heater.timer_s) == (0.0, 0.0)
    remote(heater, b"amps,100.5", b"timer,5")
    assert (heater.set_current_a, heater.timer_s) == (100.5, 5.0)


def test_the_front_panel_keeps_control(heater: AmbrellEasyheat) -> None:
    heater.front_panel = True
    remote(heater, b"amps,100")
    assert heater.set_current_a == 0.0


@pytest.mark.parametrize("argument", [b"400.1", b"-1", b"x", b""])
def test_amperes_out_of_range_are_ignored(
    heater: AmbrellEasyheat, argument: bytes
) -> None:
    remote(heater, b"amps,100", b"amps," + argument)
    assert heater.set_current_a == 100.0


def test_a_timer_beyond_all_numbers_is_ignored(heater: AmbrellEasyheat) -> None:
    remote(heater, b"timer,5", b"timer," + 400 * b"9", b"hon")
    assert heater.receive(b"1,rdata\r") == b"\r\n1,1,0.0,0.0,0,0,5000,0\r\n"


def test_percent_has_to_be_enabled(heater: AmbrellEasyheat) -> None:
    remote(heater, b"%amps,50")
    assert heater.set_current_a == 0.0
    heater.percent_enabled = True
    remote(heater, b"%amps,50")
    assert heater.set_current_a == 200.0


def test_the_timer_counts_down_and_ends_the_heating(heater: AmbrellEasyheat) -> None:
    remote(heater, b"timer,2", b"hon")
    assert heater.receive(b"1,rdata\r") == b"\r\n1,1,0.0,0.0,0,0,2000,0\r\n"
    assert heater.advance(1.5) == b""
    assert heater.receive(b"1,rdata\r") == b"\r\n1,1,0.0,0.0,0,0,500,1500\r\n"
    heater.advance(0.5)
    assert heater.receive(b"1,rdata\r") == b"\r\n1,0,0.0,0.0,0,0,0,2000\r\n"


@pytest.mark.parametrize(("restarts", "heating"), [(True, True), (False, False)])
def test_whether_on_again_starts_the_timer_anew_is_a_switch(
    heater: AmbrellEasyheat, restarts: bool, heating: bool
) -> None:
    heater.hon_restarts_timer = restarts
    remote(heater, b"timer,2", b"hon")
    heater.advance(1.5)
    remote(heater, b"hon")
    heater.advance(1.0)
    assert heater.output_on is heating


def test_off_works_for_all_and_without_control(heater: AmbrellEasyheat) -> None:
    for off in (b"1,hoff\r", b"0,hoff\r"):
        heater.receive(b"1,hon\r")
        assert heater.output_on is True
        assert heater.receive(off) == b""
        assert heater.output_on is False


def test_a_panel_that_starts_is_deaf_to_on(heater: AmbrellEasyheat) -> None:
    heater.panel_starts = True
    remote(heater, b"hon")
    assert heater.output_on is False


def test_stuck_on_until_the_mains_go(heater: AmbrellEasyheat) -> None:
    remote(heater, b"timer,1", b"hon", b"hoff").stuck_on = True
    remote(heater, b"hon", b"hoff")
    heater.advance(2.0)
    assert heater.output_on is True
    heater.power_cycled()
    assert (heater.output_on, heater.remote) == (False, False)


def test_acknowledgement_is_a_switch(heater: AmbrellEasyheat) -> None:
    heater.acknowledgement = b"\r\nok\r\n"
    assert heater.receive(b"1,ctl-rs485\r1,amps,5\r") == 2 * b"\r\nok\r\n"
    assert heater.receive(b"1,wibble\r2,hoff\r0,hoff\r") == b""


def test_there_is_no_address_0_of_its_own() -> None:
    with pytest.raises(ValueError, match="address 0"):
        AmbrellEasyheat(0)


def test_the_status_remembers_the_highest_power(heater: AmbrellEasyheat) -> None:
    remote(heater, b"hon")
    for power_w in (421.2, 100.0):
        heater.power_w = power_w
        heater.advance(0.5)
    assert heater.receive(b"1,stat\r") == b"\r\n230.0,1.0,421.2,25.0,25.0\r\n"
