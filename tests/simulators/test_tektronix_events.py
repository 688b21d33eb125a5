import pytest

from simulators.scpi import ScpiError
from simulators.tektronix_events import EMPTY, PENDING, EventQueue, engineering


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (1e-7, "100.0000E-9"),
        (-500e-6, "-500.0000E-6"),
        (4e-3, "4.0000E-3"),
        (212e3, "212.0000E+3"),
        (2.0, "2.0000E+0"),
        (0.0, "0.0E+0"),
        (999.99999, "1.0000E+3"),
        (-1e6, "-1.0000E+6"),
    ],
)
def test_numbers_as_the_manual_s_preamble_prints_them(value: float, text: str) -> None:
    assert engineering(value) == text


def test_events_wait_for_the_register_to_be_read() -> None:
    events = EventQueue()
    assert (events.take(), events.all_messages()) == (EMPTY, EMPTY)
    events.push(ScpiError(-113, "Undefined header"))
    events.push(ScpiError(-222, "Data out of range"))
    assert (events.take(), events.all_messages()) == (PENDING, PENDING)
    assert events.released() == 32 + 16
    assert events.all_messages() == '113,"Undefined header",222,"Data out of range"'
    assert events.take() == EMPTY


def test_reading_the_register_again_drops_what_nobody_read() -> None:
    events = EventQueue()
    events.push(ScpiError(-113, "Undefined header"))
    assert (events.released(), events.released()) == (32, 0)
    assert events.take() == EMPTY


def test_a_full_queue_and_a_cleared_one() -> None:
    events = EventQueue()
    for _ in range(40):
        events.push(ScpiError(-113, "Undefined header"))
    assert len(events) == 32
    events.released()
    assert events.all_messages().endswith(',350,"Queue Overflow"')
    events.push(ScpiError(-113, "Undefined header"))
    events.clear()
    assert (len(events), events.released(), events.take()) == (0, 0, EMPTY)
