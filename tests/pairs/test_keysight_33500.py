"""The real driver on the simulated generator, over a line."""

import pytest

from drivers.errors import ConnectionLost, Garbled, Refused, Silent, WrongInstrument
from drivers.keysight_33500 import MODELS, Keysight33500
from drivers.roles import Generator
from drivers.transport import Transport
from simulators import keysight_33500
from simulators.line import Line


class Pair:
    def __init__(self, model: str = "33521B") -> None:
        self.twin = keysight_33500.Keysight33500(model, serial="MY52700123")
        self.line = Line(self.twin)
        self.driver: Generator = Keysight33500(Transport(self.line, "gen"), model=model)


@pytest.mark.parametrize("model", MODELS)
def test_every_model_identifies_sets_reads_and_goes_off(model: str) -> None:
    pair = Pair(model)
    driver, twin = pair.driver, pair.twin
    assert (driver.identify().model, driver.identify().serial) == (model, "MY52700123")
    driver.set_frequency(161270.25)
    driver.set_amplitude(3.3)
    assert twin.true_frequency_hz == 0.0
    driver.set_output(True)
    assert driver.read_output() is True
    assert driver.read_frequency_hz() == 161270.25
    assert (twin.true_frequency_hz, twin.amplitude_vpp) == (161270.25, 3.3)
    driver.off()
    assert driver.read_output() is False
    assert twin.true_frequency_hz == 0.0


def test_an_amplitude_is_peak_to_peak_whatever_unit_was_left() -> None:
    pair = Pair()
    pair.twin.receive(b"VOLT:UNIT DBM\n")
    pair.driver.set_amplitude(3.3)
    assert pair.twin.amplitude_vpp == pytest.approx(3.3)


def test_an_amplitude_that_the_load_does_not_allow_is_refused() -> None:
    pair = Pair()
    with pytest.raises(Refused, match="clipped to upper limit"):
        pair.driver.set_amplitude(12.0)
    pair.twin.receive(b"OUTP:LOAD INF\n")
    pair.driver.set_amplitude(12.0)
    assert pair.twin.amplitude_vpp == pytest.approx(12.0)


def test_an_old_error_in_the_queue_is_not_taken_for_a_new_one() -> None:
    pair = Pair()
    pair.twin.receive(b"HELLO\nHELLO\n")
    pair.driver.set_frequency(161270.0)
    assert pair.driver.read_frequency_hz() == 161270.0


def test_the_wrong_model_is_noticed() -> None:
    pair = Pair("33220A")
    with pytest.raises(WrongInstrument):
        Keysight33500(Transport(pair.line, "gen"), model="33521B").identify()


def test_a_stuck_frequency_and_a_stuck_output_show_in_the_read_back() -> None:
    pair = Pair()
    pair.driver.set_output(True)
    pair.twin.stuck_frequency = pair.twin.stuck_on = True
    pair.driver.set_frequency(161270.0)
    assert pair.driver.read_frequency_hz() == 1000.0
    pair.driver.off()
    assert pair.driver.read_output() is True


def test_faults_of_the_line_are_errors_never_numbers() -> None:
    pair = Pair()
    pair.line.silent = True
    with pytest.raises(Silent):
        pair.driver.read_frequency_hz()
    pair.line.silent = False
    pair.line.garble = lambda answer: answer.replace(b"E", b"\xc5")
    with pytest.raises(Garbled):
        pair.driver.read_frequency_hz()
    pair.line.gone = True
    with pytest.raises(ConnectionLost):
        pair.driver.off()
