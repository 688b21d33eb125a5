"""``[contacts]``: what hangs on the modem lines of a serial adapter."""

from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import Field

from controller.config.types import Name, Table
from drivers.modem_lines import INPUTS

ContactName = Annotated[str, Field(min_length=1, max_length=40)]


class Contacts(Table):
    """Contacts, each named by what it says, and the line of the watchdog relay.

    A contact is closed while all is well. ``watchdog_relay`` is the output that is
    flipped at each healthy tick; left out, there is no relay.
    """

    instrument: Name
    cts: ContactName | None = None
    dsr: ContactName | None = None
    cd: ContactName | None = None
    watchdog_relay: Literal["dtr", "rts"] | None = None

    @property
    def lines(self) -> dict[str, str]:
        """The line of each contact, by the contact's name."""
        named = {line: getattr(self, line) for line in INPUTS}
        return {name: line for line, name in named.items() if name is not None}

    def problems(self) -> Iterator[str]:
        """Yield a sentence for each mistake within the table."""
        names = [n for n in (self.cts, self.dsr, self.cd) if n is not None]
        if len(set(names)) < len(names):
            yield "contacts: two contacts have the same name; each needs its own"
        if not names and self.watchdog_relay is None:
            yield (
                "contacts names neither a contact (cts, dsr, cd) nor a watchdog_relay; "
                "name one or remove the table"
            )
