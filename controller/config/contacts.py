"""``[contacts]``: what hangs on the modem lines of a serial adapter."""

from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import Field

from controller.config.types import Name, Table
from drivers.modem_lines import INPUTS

# A line that is flipped at each tick rises at every second one; a tick may be late.
HOLD_PERIODS = 3.0
USUAL_HOLD_S = 1.0

ContactName = Annotated[str, Field(min_length=1, max_length=40)]


class Contacts(Table):
    """Contacts, each named by what it says, and the line of the watchdog relay.

    A contact is closed while all is well. ``watchdog_relay`` is the output that is
    flipped at each healthy tick; left out, there is no relay. ``relay_hold_s`` is the
    longest that it may hold without flips.
    """

    instrument: Name
    cts: ContactName | None = None
    dsr: ContactName | None = None
    cd: ContactName | None = None
    watchdog_relay: Literal["dtr", "rts"] | None = None
    relay_hold_s: Annotated[float, Field(ge=0.2, le=3.0)] | None = None

    @property
    def hold_s(self) -> float:
        """How long in s the relay may hold without flips; 1 s where nothing is said."""
        return USUAL_HOLD_S if self.relay_hold_s is None else self.relay_hold_s

    @property
    def lines(self) -> dict[str, str]:
        """The line of each contact, by the contact's name."""
        named = {line: getattr(self, line) for line in INPUTS}
        return {name: line for line, name in named.items() if name is not None}

    def problems(self, period_s: float) -> Iterator[str]:
        """Yield a sentence for each mistake; ``period_s`` is the loop's."""
        names = [n for n in (self.cts, self.dsr, self.cd) if n is not None]
        if len(set(names)) < len(names):
            yield "contacts: two contacts have the same name; each needs its own"
        if not names and self.watchdog_relay is None:
            yield (
                "contacts names neither a contact (cts, dsr, cd) nor a watchdog_relay; "
                "name one or remove the table"
            )
        if self.watchdog_relay is None and self.relay_hold_s is not None:
            yield (
                "contacts.relay_hold_s is for a watchdog_relay, and there is none; "
                "remove it"
            )
        least_s = HOLD_PERIODS * period_s
        if self.watchdog_relay is not None and self.hold_s < least_s - 1e-9:
            yield (
                f"contacts.relay_hold_s = {self.hold_s:g} is too short for flips each "
                f"{period_s:g} s (the period); at least {least_s:g} s, and the relay "
                "has to hold for as long"
            )
