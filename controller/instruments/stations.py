"""One station per instrument: polls its driver, remembers the newest, acts on it.

A station knows nothing of threads: ``acquisition`` calls it from the loop (simulated
time) or from the instrument's own thread (real time). What others read of a station is
one frozen value, replaced as a whole. A failed exchange is remembered, not raised:
the age of the newest reading then grows, and the interlocks decide. After a silence or
a lost port the instrument is identified again before anything else counts.
"""

import logging
import math
from collections.abc import Callable
from dataclasses import dataclass, field

from controller.decisions.signals import NAN, Command, Reading
from controller.instruments.trouble import Trouble, who
from drivers.errors import ConnectionLost, InstrumentError, Silent, WrongInstrument
from drivers.roles import Identity, Thermometer

log = logging.getLogger(__name__)
Now = Callable[[], float]


# two steps of a 60 V / 50 A supply's read-back, and its offset
OFF_CURRENT_A = 0.1


@dataclass
class Station:
    """What all stations share: a name, the clock of the run, and trouble.

    ``taken_s`` is when the newest reading was taken. ``identify`` asks the instrument,
    ``identity`` is what it said when the bench was opened; ``returned_s`` is when a
    port that had gone was back with the same instrument on it, NaN while none had.
    """

    name: str
    now: Now
    trouble: Trouble | None = field(default=None, init=False)
    taken_s: float = field(default=NAN, init=False)
    identity: Identity | None = field(default=None, init=False)
    returned_s: float = field(default=NAN, init=False)
    identify: Callable[[], Identity] | None = field(default=None, init=False)
    _unknown: bool = field(default=False, init=False)
    _cut: bool = field(default=False, init=False)

    def poll(self) -> None:
        """Read the instrument; on failure remember the trouble and go on."""
        try:
            if self._unknown:
                self._know_again()
            self._poll()
        except InstrumentError as error:
            self._note(error)
        else:
            self.trouble = None
            if self._cut:
                self._cut, self.returned_s = False, self.now()

    def glance(self) -> None:
        """Read what a moment of current has to show, and no more."""
        self.poll()

    def apply(self, command: Command) -> None:
        """Send a command, where it sets something; what fails is trouble."""

    def lead(self, command: Command) -> None:
        """Send what can be sent before the current of a command."""

    def drop(self, command: Command) -> None:
        """Send the lower current of a command, and nothing before it."""
        self.apply(command)

    def lent(self) -> None:
        """Note that another process had the port: who answers is asked again."""
        self._unknown = True

    def forget(self) -> str:
        """Forget when it was read: the run's time is counted anew. Nothing fails."""
        self.taken_s = self.returned_s = NAN
        return ""

    def _poll(self) -> None:
        raise InstrumentError(f"{self.name} has nothing to poll")

    def _know_again(self) -> None:
        """Identify the instrument if its link was broken.

        Raises:
            WrongInstrument: another one answers now.
        """
        if not self._unknown:
            return
        if self.identify is not None and self.identity is not None:
            found = self.identify()
            if found != self.identity:
                raise WrongInstrument(
                    f"{self.name}: after its link was broken {who(found)} answers, "
                    f"not {who(self.identity)}; check what is plugged in where"
                )
        self._check_returned()
        self._unknown = False

    def _check_returned(self) -> None:
        """Check that the instrument is still set as it was."""

    def _tried(self, *exchanges: Callable[[], object]) -> str:
        """Do one exchange after the other; "" when done, else what went wrong."""
        try:
            for exchange in exchanges:
                exchange()
        except InstrumentError as error:
            self._note(error)
            return str(error)
        return ""

    def _note(self, error: InstrumentError) -> None:
        if self.trouble is None:
            log.warning("%s", error)
        if isinstance(error, ConnectionLost | Silent):
            self._unknown = True
        if isinstance(error, ConnectionLost):
            self._cut = True
        since_s = self.now() if self.trouble is None else self.trouble.since_s
        if self.trouble is None and not math.isnan(self.taken_s):
            since_s = self.taken_s
        self.trouble = Trouble(since_s, str(error), type(error))


@dataclass
class ThermometerStation(Station):
    """A thermometer; ``readings`` maps its channels to the newest readings."""

    driver: Thermometer
    channels: tuple[int, ...]
    update_s: float
    readings: dict[int, Reading] = field(default_factory=dict, init=False)

    def forget(self) -> str:
        """Forget the readings, too: they carry the time at which they were taken."""
        self.readings = {}
        return super().forget()

    def _note(self, error: InstrumentError) -> None:
        # a thermometer that sends by itself says nothing between two reports
        if isinstance(error, Silent) and self.now() - self.taken_s <= self.update_s:
            return
        super()._note(error)

    def _poll(self) -> None:
        temperatures = self.driver.read_temperatures()
        taken_s = self.now()
        self.readings = {
            channel: Reading(value_c, quality, taken_s)
            for channel, (value_c, quality) in temperatures.items()
            if channel in self.channels
        }
        self.taken_s = taken_s


def frequency_problem(name: str, set_hz: float, read_hz: float) -> str:
    """Say that a generator reads another frequency than was set, "" for the same."""
    if abs(read_hz - set_hz) <= 1e-4 * set_hz:
        return ""
    return (
        f"{name}: {set_hz:.0f} Hz set, {read_hz:.0f} Hz read back; "
        "is the front panel in control?"
    )
