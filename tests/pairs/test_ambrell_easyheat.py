"""The real driver on the simulated heater, over a line."""

import pytest

from drivers.ambrell_easyheat import AmbrellEasyheat
from drivers.errors import ConnectionLost, Refused, Silent
from drivers.roles import InductionHeater
from drivers.transport import Transport
from simulators import ambrell_easyheat
from simulators.line import Line


class Pair:
    def __init__(self, acknowledgement: bytes = b"") -> None:
        self.twin = ambrell_easyheat.AmbrellEasyheat()
        self.twin.acknowledgement = acknowledgement
        self.line = Line(self.twin)
        self.driver: InductionHeater = AmbrellEasyheat(Transport(self.line, "heater"))


@pytest.mark.parametrize("acknowledgement", [b"", b"\r\nok\r\n", b"\r\n"])
def test_it_heats_whether_settings_are_acknowledged_or_not(
    acknowledgement: bytes,
) -> None:
    pair = Pair(acknowledgement)
    driver, twin = pair.driver, pair.twin
    assert driver.identify().serial == "12345"
    driver.off()
    driver.set_current(280.0)
    driver.set_timer(5.0)
    driver.set_output(True)
    twin.current_a, twin.power_w, twin.frequency_hz = 279.6, 1006.0, 286.4e3
    state = driver.read_state()
    assert (state.set_current_a, state.current_a) == (280.0, 279.6)
    assert (state.power_w, state.frequency_hz) == (1006.0, 286e3)
    assert (state.heating, state.timer_left_s) == (True, 5.0)
    driver.off()
    assert driver.read_state().heating is False
    assert twin.set_current_a == 0.0


def test_nobody_calling_any_more_ends_the_heating() -> None:
    pair = Pair()
    pair.driver.off()
    pair.driver.set_timer(5.0)
    for _ in range(3):
        pair.driver.set_output(True)
        pair.line.advance(4.0)
        assert pair.twin.output_on is True
    pair.line.advance(1.1)
    assert pair.driver.read_state().heating is False


def test_a_timer_that_does_not_start_anew_is_seen_running_out() -> None:
    pair = Pair()
    pair.twin.hon_restarts_timer = False
    pair.driver.off()
    pair.driver.set_timer(5.0)
    pair.driver.set_output(True)
    pair.line.advance(4.0)
    pair.driver.set_output(True)
    assert pair.driver.read_state().timer_left_s == pytest.approx(1.0)


def test_a_timer_that_was_not_taken_means_no_heat() -> None:
    pair = Pair()
    pair.driver.set_timer(5.0)  # without control: nothing has called off() yet
    with pytest.raises(Refused, match="the heat timer shows 0 s"):
        pair.driver.set_output(True)
    assert pair.twin.output_on is False


def test_the_front_panel_in_control_is_noticed() -> None:
    pair = Pair()
    pair.twin.front_panel = True
    pair.driver.off()
    with pytest.raises(Refused, match="0 A read back"):
        pair.driver.set_current(100.0)
    pair.twin.panel_starts = True
    with pytest.raises(Refused, match="it does not heat"):
        pair.driver.set_output(True)


def test_more_than_it_can_is_refused_by_its_read_back() -> None:
    pair = Pair()
    pair.driver.off()
    with pytest.raises(Refused, match="beyond its range"):
        pair.driver.set_current(500.0)


def test_a_stuck_output_shows_in_the_read_back() -> None:
    pair = Pair()
    pair.driver.set_output(True)
    pair.twin.stuck_on = True
    pair.driver.off()
    assert pair.driver.read_state().heating is True


def test_faults_of_the_line_are_errors_never_numbers() -> None:
    pair = Pair()
    pair.line.silent = True
    with pytest.raises(Silent, match="nothing came"):
        pair.driver.read_state()
    pair.line.silent = False
    pair.line.garble = lambda answer: answer.replace(b",", b";")
    with pytest.raises(Silent, match="1;0;0"):
        pair.driver.read_state()
    pair.line.gone = True
    with pytest.raises(ConnectionLost):
        pair.driver.off()
