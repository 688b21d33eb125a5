"""Stations of a resonant inverter: the coil supply, and the generator, its clock."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from controller.decisions.signals import NAN, Command
from controller.instruments.stations import OFF_CURRENT_A, Station, frequency_problem
from controller.instruments.supply_watchdog import SupplyWatchdog
from drivers.errors import InstrumentError
from drivers.roles import CoilSupply, Generator, SupplyState


@dataclass
class SupplyStation(Station):
    """The coil supply. It sends only what has changed, in an order that is safe."""

    driver: CoilSupply
    state: SupplyState | None = field(default=None, init=False)
    _on: bool = field(default=False, init=False)
    _current_a: float = field(default=0.0, init=False)
    _voltage_v: float = field(default=0.0, init=False)
    _trips: tuple[float, ...] | None = field(default=None, init=False)
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

    def glance(self) -> None:
        """Measure V and A with as few exchanges as the supply allows."""
        read, state = getattr(self.driver, "read_load", None), self.state
        if read is None or state is None:
            self.poll()
            return
        try:
            volts_v, amperes_a = read()
        except InstrumentError as error:
            self._note(error)
        else:
            self.state = replace(state, voltage_v=volts_v, current_a=amperes_a)
            self.taken_s = self.now()

    def prepare(
        self, over_voltage_v: float, over_current_a: float, power_w: float
    ) -> str:
        """Put the output off, set-points to zero, old trips aside, new ones in place.

        So is the limit of its power, where it has one. Returns "" when done, else what
        went wrong.
        """
        self._on = False
        self._current_a = self._voltage_v = 0.0
        self._trips = None

        def programme() -> None:
            self.driver.reset_trip()
            self.driver.set_trips(over_voltage_v, over_current_a)
            if hasattr(self.driver, "set_power_limit"):
                self.driver.set_power_limit(power_w)
            self._trips = self.read_limits()

        return self._tried(
            self.driver.off,
            self._know_again,
            programme,
            self.watchdog.again,
            self._poll,
        )

    def read_limits(self) -> tuple[float, ...]:
        """Read the programmed trips (V, A), and the limit of power (W) if it has one.

        Raises:
            InstrumentError: it does not answer.
        """
        limits = self.driver.read_trips()
        read = getattr(self.driver, "read_power_limit", None)
        return limits if read is None else (*limits, read())

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

    def lead(self, command: Command) -> None:
        """Send the voltage limit of a command."""
        self._tried(lambda: self._set_voltage(command.voltage_limit_v))

    def drop(self, command: Command) -> None:
        """Send the lower current of a command; its voltage limit may follow."""
        self._tried(lambda: self._set_current(command.current_a))

    def off(self) -> str:
        """Switch the output off and read it back; "" when confirmed, else why not."""
        self._on = False
        self._current_a = self._voltage_v = 0.0
        self._trips = None
        # off comes first, and whoever listens: identified or not
        problem = self._tried(self.driver.off, self._know_again, self._poll)
        if problem:
            return problem
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
        found = self.read_limits()
        if found != self._trips:
            raise InstrumentError(
                f"{self.name}: came back with the trips {found} (V, A, W) instead of "
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
        still_off = f"{self.name}: the output does not switch on"
        return frequency_problem(self.name, frequency_hz, self.frequency_hz) or (
            "" if self.output_on else still_off
        )

    def prepare(self, frequency_hz: float, amplitude_vpp: float) -> str:
        """Set frequency and amplitude, switch on, and verify the frequency.

        Returns "" when done, else what went wrong.
        """
        return self._tried(
            self._know_again,
            lambda: self.driver.set_frequency(frequency_hz),
            lambda: self.driver.set_amplitude(amplitude_vpp),
            lambda: self.driver.set_output(True),
            self._poll,
        ) or self._verify(frequency_hz)

    def tune(self, frequency_hz: float) -> None:
        """Move to another frequency; what is read back then decides."""
        self._tried(self._know_again, lambda: self.driver.set_frequency(frequency_hz))

    def off(self) -> str:
        """Switch the output off and read it back; "" when confirmed, else why not."""
        problem = self._tried(self.driver.off, self._know_again, self._poll)
        still_on = f"{self.name}: the output is still on" if self.output_on else ""
        return problem or still_on


@dataclass
class BlindGeneratorStation(GeneratorStation):
    """A generator that cannot be asked: it takes settings, and says who it is.

    The frequency stays NaN: the field sensor has to measure it. That the output is on
    or off is what the generator accepted; off is proven by the supply and the field.
    """

    def _poll(self) -> None:
        self.driver.identify()
        self.output_on = bool(getattr(self.driver, "set_output_on", False))
        self.taken_s = self.now()

    def _verify(self, frequency_hz: float) -> str:
        return "" if self.output_on else f"{self.name}: the output does not switch on"


def generator_station(
    name: str, now: Callable[[], float], driver: Generator
) -> GeneratorStation:
    """Return a generator's station: a blind one where the driver reads nothing."""
    blind = not getattr(driver, "reads_back", True)
    kind = BlindGeneratorStation if blind else GeneratorStation
    return kind(name, now, driver)
