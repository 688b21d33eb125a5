"""The watchdog that some supplies have: off by themselves when nobody speaks to them.

It is armed after the output was switched off and read back, before a run may switch it
on, and taken back when the bench is left with the field confirmed off; a bench that is
left otherwise leaves it armed.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from controller.decisions.signals import NAN
from drivers.errors import InstrumentError

# The supply's own time-out, in whole s: above the longest gap between two exchanges of
# a healthy loop.
WATCHDOG_S = 2
# A loop that hangs trips on its own lateness long before this.
STARVED_S = 1.0


@dataclass
class SupplyWatchdog:
    """The watchdog of one supply; ``alive_s`` is the loop's last healthy tick, in s.

    Anything that is sent keeps an armed watchdog quiet, and the thread that polls the
    supply outlives a loop that hangs. So it must not speak while ``starved``.
    """

    driver: Any
    now: Callable[[], float]
    alive_s: float = field(default=NAN, init=False)
    armed: bool = field(default=False, init=False)

    @property
    def starved(self) -> bool:
        """Say whether the loop has stopped, where an armed supply has to notice."""
        return self.armed and not self.now() - self.alive_s <= STARVED_S

    def fed(self) -> None:
        """Note a healthy tick of the loop."""
        self.alive_s = self.now()

    def arm(self) -> str:
        """Switch off, then arm and read back, if the supply can; "" or why not."""
        if not hasattr(self.driver, "arm_watchdog"):
            return ""
        self.armed = False
        try:
            self.driver.off()
            self.driver.arm_watchdog(WATCHDOG_S)
        except InstrumentError as error:
            return str(error)
        self.armed = True
        return ""

    def again(self) -> None:
        """Arm once more what was armed: mains may have been off since.

        Raises:
            InstrumentError: it is not to be relied on any more.
        """
        if self.armed:
            self.driver.arm_watchdog(WATCHDOG_S)

    def disarm(self) -> str:
        """Take the watchdog of a supply that is off back; "" or why it stays."""
        if not self.armed:
            return ""
        try:
            self.driver.disarm_watchdog()
        except InstrumentError as error:
            return str(error)
        self.armed = False
        return ""
