"""Contacts of the bench (door, water flow, emergency stop) and its watchdog relay.

Both hang on the modem lines of a serial adapter. An open contact is a fault that
latches; so is an adapter that has gone. The relay holds the supply's enable line only
while a healthy loop flips its line at each tick.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from controller.config.contacts import Contacts as ContactTable
from controller.config.model import Instrument
from controller.decisions.signals import Fault
from controller.instruments.stations import Now, Station
from drivers import modem_lines
from drivers.errors import InstrumentError
from drivers.roles import Contacts

# Shorter than the relay holds: the sentence then names the adapter, not what the relay
# has cut. Reading the lines takes no exchange of bytes.
CONTACT_AGE_S = 0.5


@dataclass
class ContactStation(Station):
    """The contacts by name, and the watchdog line; ``closed`` is what was last read.

    ``hold_s`` is the longest that the relay may hold without flips, None without one.
    """

    driver: Contacts
    hold_s: float | None
    closed: dict[str, bool] = field(default_factory=dict, init=False)
    _seen_open: frozenset[str] = field(default=frozenset(), init=False)

    def prepare(self) -> str:
        """Read the contacts now; "" when all are closed, else what is not."""
        self._seen_open = frozenset()
        try:
            self._poll()
        except InstrumentError as error:
            self._note(error)
            return str(error)
        still = [name for name, closed in self.closed.items() if not closed]
        if not still:
            return ""
        return f"{self.name}: {' and '.join(still)} open; close it first"

    def faults(self, t_s: float) -> tuple[Fault, ...]:
        """Return a fault for each contact that was open since this was last asked."""
        found, self._seen_open = self._seen_open, frozenset()
        return tuple(_open(self.name, contact, t_s) for contact in sorted(found))

    def toggle(self) -> None:
        """Flip the watchdog line; a failure is trouble, and the relay falls off."""
        try:
            self.driver.toggle()
        except InstrumentError as error:
            self._note(error)

    def stand(self) -> str:
        """Flip the watchdog line up, and no more; "" or what went wrong.

        So it stands where a program hangs: a relay that a level holds shows itself.
        """
        return self._tried(self.driver.off, self.driver.toggle)

    def off(self) -> str:
        """Leave the watchdog line down: its relay falls off. "" or what went wrong."""
        return self._tried(self.driver.off)

    def _poll(self) -> None:
        self.closed = self.driver.read()
        self.taken_s = self.now()
        # one that opens for less than a tick must not go unseen
        self._seen_open |= {name for name, closed in self.closed.items() if not closed}


def open_contacts(
    name: str, instrument: Instrument, table: ContactTable, twin: Any
) -> modem_lines.ModemLines:
    """Open the adapter at its address, or take the simulated one.

    Raises:
        InstrumentError: it cannot be opened, or has no such lines.
    """
    address = instrument.address
    port = twin if address is None else modem_lines.open_lines(address)
    relay = table.watchdog_relay or ""
    return modem_lines.ModemLines(port, name, table.lines, watchdog=relay)


def contacts_of(
    table: ContactTable | None, drivers: Mapping[str, Any], now: Now
) -> ContactStation | None:
    """Return the station of the config's contacts, None where it has none."""
    if table is None:
        return None
    hold_s = None if table.watchdog_relay is None else table.hold_s
    return ContactStation(table.instrument, now, drivers[table.instrument], hold_s)


def _open(adapter: str, contact: str, t_s: float) -> Fault:
    expected, measured = "closed", "open"
    return Fault(
        "contact-open",
        f"the contact {contact} of {adapter} is open: expected {expected}, measured "
        f"{measured}, limit none; remove the cause, then reset",
        t_s,
        expected,
        measured,
        "none",
    )
