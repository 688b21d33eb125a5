"""What switches off without this program: watchdogs of supplies, the watchdog relay.

Both are kept quiet by healthy ticks of the loop and by nothing else; a loop that hangs,
has tripped or has ended leaves them to act.
"""

from dataclasses import dataclass, field

from controller.decisions.signals import NAN, Fault
from controller.errors import BenchError
from controller.instruments.acquisition import Acquisition
from controller.instruments.contacts import ContactStation
from controller.instruments.stations import Station
from controller.instruments.stations_inverter import SupplyStation


@dataclass
class Safeguards:
    """Watchdogs and contacts of a bench; ``stations`` are those that make the field."""

    acquisition: Acquisition
    stations: list[Station]
    contacts: ContactStation | None = None
    _supplies: list[SupplyStation] = field(default_factory=list, init=False)

    def __post_init__(self) -> None:
        """Find the supplies."""
        self._supplies = [s for s in self.stations if isinstance(s, SupplyStation)]

    @property
    def relay_hold_s(self) -> float:
        """How long in s a watchdog relay may hold without flips; NaN without one."""
        hold_s = None if self.contacts is None else self.contacts.hold_s
        return NAN if hold_s is None else hold_s

    def arm(self) -> list[str]:
        """Switch the supplies off and arm their watchdogs; return what went wrong."""
        found = [self.acquisition.call(s, s.watchdog.arm) for s in self._supplies]
        return [problem for problem in found if problem]

    def prepare(self) -> None:
        """Read the contacts before an output may go on.

        Raises:
            BenchError: one is open, or the adapter does not answer.
        """
        if self.contacts is None:
            return
        problem = self.acquisition.call(self.contacts, self.contacts.prepare)
        if problem:
            raise BenchError(problem)

    def healthy(self) -> None:
        """Note a tick without a fault: flip the relay's line, let supplies speak."""
        self.feed()
        if self.contacts is not None:
            self.acquisition.post(self.contacts, self.contacts.toggle)

    def feed(self) -> None:
        """Let supplies speak, and leave the relay's line as it is."""
        for supply in self._supplies:
            supply.watchdog.fed()

    def last_flip(self) -> str:
        """Flip the relay's line up, now and for the last time; "" or what went wrong.

        ``healthy`` goes on with it.
        """
        if self.contacts is None:
            return ""
        return self.acquisition.call(self.contacts, self.contacts.stand)

    def faults(self, t_s: float) -> tuple[Fault, ...]:
        """Return a fault for each contact that is, or was, open."""
        return () if self.contacts is None else self.contacts.faults(t_s)

    def leave(self, confirmed_off: bool) -> list[str]:
        """Let the relay fall; take watchdogs back where the field is confirmed off."""
        found = []
        if self.contacts is not None:
            found.append(self.acquisition.call(self.contacts, self.contacts.off))
        for supply in self._supplies if confirmed_off else []:
            found.append(self.acquisition.call(supply, supply.watchdog.disarm))
        return [problem for problem in found if problem]
