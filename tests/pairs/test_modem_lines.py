"""The real driver on simulated lines."""

import pytest

from drivers.errors import ConnectionLost
from drivers.modem_lines import ModemLines
from drivers.roles import Contacts
from simulators import modem_lines

CONTACTS = {"door": "cts", "water": "dsr", "stop": "cd"}


class Pair:
    def __init__(self, watchdog: str = "dtr") -> None:
        self.twin = modem_lines.ModemLines(hold_s=1.0, watchdog=watchdog)
        self.driver: Contacts = ModemLines(
            self.twin, "lines", CONTACTS, watchdog=watchdog
        )


@pytest.mark.parametrize("watchdog", ["dtr", "rts"])
def test_healthy_ticks_hold_the_relay_and_silence_drops_it(watchdog: str) -> None:
    pair = Pair(watchdog)
    assert pair.twin.relay_on is False
    for _ in range(10):
        pair.driver.toggle()
        pair.twin.advance(0.2)
    assert pair.twin.relay_on is True
    pair.twin.advance(1.0)
    assert pair.twin.relay_on is False


def test_off_is_not_a_flip_that_holds_it_longer() -> None:
    pair = Pair()
    pair.driver.toggle()
    pair.twin.advance(0.9)
    pair.driver.off()
    pair.twin.advance(0.2)
    assert pair.twin.relay_on is False


@pytest.mark.parametrize(("name", "line"), CONTACTS.items())
def test_each_contact_and_each_broken_wire_is_seen(name: str, line: str) -> None:
    pair = Pair()
    assert all(pair.driver.read().values())
    pair.twin.closed[line] = False
    assert [n for n, closed in pair.driver.read().items() if not closed] == [name]
    pair.twin.closed[line] = True
    pair.twin.broken.add(line)
    assert [n for n, closed in pair.driver.read().items() if not closed] == [name]


def test_a_pulled_adapter_is_an_error_never_a_closed_contact() -> None:
    pair = Pair()
    pair.driver.toggle()
    pair.twin.gone = True
    with pytest.raises(ConnectionLost):
        pair.driver.read()
    with pytest.raises(ConnectionLost):
        pair.driver.toggle()
    pair.twin.advance(1.0)
    assert pair.twin.relay_on is False
