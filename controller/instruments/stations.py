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
from controller.guardian.supply_watchdog import SupplyWatchdog
from controller.instruments.trouble import Trouble, who
from drivers.errors import ConnectionLost, InstrumentError, Silent, WrongInstrument
from drivers.roles import CoilSupply, Generator, Identity, SupplyState, Thermometer

log = logging.getLogger(__name__)
Now = Callable[[], float]


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
            self._know_again()
            self._poll()
        except InstrumentError as error:
            self._note(error)
        else:
            self.trouble = None
            if self._cut:
                self._cut, self.returned_s = False, self.now()

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
            channel: Reading(t.value_c, t.quality, taken_s)
            for channel, t in temperatures.items()
            if channel in self.channels
        }
        self.taken_s = taken_s


@dataclass
class SupplyStation(Station):
    """The coil supply. It sends only what has changed, in an order that is safe."""

    driver: CoilSupply
    state: SupplyState | None = field(default=None, init=False)
    _on: bool = field(default=False, init=False)
    _current_a: float = field(default=0.0, init=False)
    _voltage_v: float = field(default=0.0, init=False)
    _trips: tuple[float, float] | None = field(default=None, init=False)
    watchdog: SupplyWatchdog = field(init=False)

    def __post_init__(self) -> None:
        """Know the watchdog of the supply, if it has one."""
        self.watchdog = SupplyWatchdog(self.driver, self.now)

    def poll(self) -> None:
        """Read the supply, unless it shall notice that the loop has stopped."""
        if not (self._on and self.watchdog.starved):
            super().poll()

    def _poll(self) -> None:
        self.state = self.driver.read_state()
        self.taken_s = self.now()

    def prepare(self, over_voltage_v: float, over_current_a: float) -> str:
        """Put the output off, set-points to zero, old trips aside, new ones in place.

        Returns "" when done, else what went wrong.
        """
        self._on = False
        self._current_a = self._voltage_v = 0.0
        self._trips = None
        try:
            self.driver.off()
            self._know_again()
            self.driver.reset_trip()
            self.driver.set_trips(over_voltage_v, over_current_a)
            self._trips = self.driver.read_trips()
            self.watchdog.again()
            self._poll()
        except InstrumentError as error:
            self._note(error)
            return str(error)
        return ""

    def apply(self, command: Command) -> None:
        """Send a command that keeps or switches the output on.

        The voltage limit rises before the current and falls after it. A write that
        fails is trouble; the current that is read back then decides.
        """
        try:
            self._know_again()
            if not self._on:
                self.driver.set_output(True)
                self._on = True
            if command.current_a >= self._current_a:
                self._set_voltage(command.voltage_limit_v)
                self._set_current(command.current_a)
            else:
                self._set_current(command.current_a)
                self._set_voltage(command.voltage_limit_v)
        except InstrumentError as error:
            self._note(error)

    def off(self) -> str:
        """Switch the output off and read it back; "" when confirmed, else why not."""
        self._on = False
        self._current_a = self._voltage_v = 0.0
        self._trips = None
        try:
            self.driver.off()  # first, and whoever listens: identified or not
            self._know_again()
            self._poll()
        except InstrumentError as error:
            self._note(error)
            return str(error)
        state = self.state
        if state is None or state.output_on:
            return f"{self.name}: the output is still on"
        if not abs(state.current_a) <= OFF_CURRENT_A:
            return f"{self.name}: output off, but {state.current_a:.2f} A flow"
        return ""

    def _check_returned(self) -> None:
        # what was sent before may have been lost with the link: send it again
        self._current_a = self._voltage_v = NAN
        if not self._on or self._trips is None:
            return
        found = self.driver.read_trips()
        if found != self._trips:
            raise InstrumentError(
                f"{self.name}: came back with the trips {found} (V, A) instead of "
                f"{self._trips}; was it without mains?"
            )

    def _set_voltage(self, voltage_v: float) -> None:
        if voltage_v != self._voltage_v:
            self.driver.set_voltage(voltage_v)
            self._voltage_v = voltage_v

    def _set_current(self, current_a: float) -> None:
        if current_a != self._current_a:
            self.driver.set_current(current_a)
            self._current_a = current_a


@dataclass
class GeneratorStation(Station):
    """The generator that clocks the inverter."""

    driver: Generator
    frequency_hz: float = field(default=NAN, init=False)
    output_on: bool = field(default=False, init=False)

    def _poll(self) -> None:
        self.frequency_hz, self.output_on = self.driver.read_state()
        self.taken_s = self.now()

    def _verify(self, frequency_hz: float) -> str:
        """Say what is wrong with what is read back after a start, "" for nothing."""
        if not abs(self.frequency_hz - frequency_hz) <= 1e-4 * frequency_hz:
            return (
                f"{self.name}: {frequency_hz:.0f} Hz set, {self.frequency_hz:.0f} Hz "
                "read back; is the front panel in control?"
            )
        return "" if self.output_on else f"{self.name}: the output does not switch on"

    def prepare(self, frequency_hz: float, amplitude_vpp: float) -> str:
        """Set frequency and amplitude, switch on, and verify the frequency.

        Returns "" when done, else what went wrong.
        """
        try:
            self._know_again()
            self.driver.set_frequency(frequency_hz)
            self.driver.set_amplitude(amplitude_vpp)
            self.driver.set_output(True)
            self._poll()
        except InstrumentError as error:
            self._note(error)
            return str(error)
        return self._verify(frequency_hz)

    def tune(self, frequency_hz: float) -> None:
        """Move to another frequency; what is read back then decides."""
        try:
            self._know_again()
            self.driver.set_frequency(frequency_hz)
        except InstrumentError as error:
            self._note(error)

    def off(self) -> str:
        """Switch the output off and read it back; "" when confirmed, else why not."""
        try:
            self.driver.off()
            self._know_again()
            self._poll()
        except InstrumentError as error:
            self._note(error)
            return str(error)
        return f"{self.name}: the output is still on" if self.output_on else ""


# two steps of a 60 V / 50 A supply's read-back, and its offset
OFF_CURRENT_A = 0.1
