"""Stations of what makes the field alone: an induction heater, an amplifier.

Both take a command's amperes as they are; neither has a voltage limit to programme.
"""

from dataclasses import dataclass, field

from controller.decisions.signals import NAN, Command
from controller.instruments.stations import OFF_CURRENT_A, Station, frequency_problem
from drivers.errors import InstrumentError
from drivers.roles import Generator, HeaterState, InductionHeater

# The heat timer is started anew when this share of it is left.
REARM_SHARE = 0.5
# Of a generator that does not say what its least amplitude is.
SMALLEST_VPP = 0.02


@dataclass
class HeaterStation(Station):
    """An induction heater. Its heat timer is the only watchdog that it has.

    ``timer_s`` is what the heater is given at a time: it goes on by itself for so long
    when nobody speaks to it any more. Every command starts it anew in good time.
    """

    driver: InductionHeater
    timer_s: float
    state: HeaterState | None = field(default=None, init=False)
    _on: bool = field(default=False, init=False)
    _current_a: float = field(default=0.0, init=False)

    @property
    def current_a(self) -> float:
        """Return the measured current in A, as the heater means it; NaN unknown."""
        return NAN if self.state is None else self.state.current_a

    @property
    def output_on(self) -> bool:
        """Say whether it heats, by its own word."""
        return self.state is not None and self.state.heating

    @property
    def frequency_hz(self) -> float:
        """Return the frequency in Hz that it reads; NaN while it makes none."""
        state = self.state
        known = state is not None and state.heating and state.frequency_hz > 0.0
        return state.frequency_hz if known and state is not None else NAN

    def _poll(self) -> None:
        self.state = self.driver.read_state()
        self.taken_s = self.now()

    def prepare(self) -> str:
        """Put it off with 0 A set and set the heat timer; "" or what went wrong."""
        return self.off() or self._tried(lambda: self.driver.set_timer(self.timer_s))

    def apply(self, command: Command) -> None:
        """Send a command that keeps or switches the heating on."""
        try:
            self._know_again()
            if not self._on or self._timer_is_low():
                self.driver.set_output(True)
                self._on = True
            if command.current_a != self._current_a:
                self.driver.set_current(command.current_a)
                self._current_a = command.current_a
        except InstrumentError as error:
            self._note(error)

    def off(self) -> str:
        """Switch the heating off and read it back; "" when confirmed, else why not."""
        self._on, self._current_a = False, 0.0
        problem = self._tried(self.driver.off, self._know_again, self._poll)
        if problem:
            return problem
        state = self.state
        if state is None or state.heating:
            return f"{self.name}: it still heats"
        if not abs(state.current_a) <= OFF_CURRENT_A:
            return f"{self.name}: heating off, but {state.current_a:.1f} A flow"
        return ""

    def _timer_is_low(self) -> bool:
        state = self.state
        if state is None or not state.heating:
            return False
        age_s = self.now() - self.taken_s
        return state.timer_left_s - age_s < REARM_SHARE * self.timer_s

    def _check_returned(self) -> None:
        self._current_a = NAN


@dataclass
class AmplifierStation(Station):
    """A generator into a linear amplifier: its amplitude sets the coil's current.

    Off has two routes: the output, and the least amplitude, which leaves an amplifier
    nothing to put out. ``idle`` says that the second was taken and the first was not.
    ``current_a_per_v`` is peak A in the coil per V peak of the generator. Nothing
    reads the current back: ``current_a`` is what was set and accepted while the output
    reads on, and a field sensor has to say what came of it.
    """

    driver: Generator
    current_a_per_v: float
    wanted_hz: float
    current_a: float = field(default=NAN, init=False)
    output_on: bool = field(default=False, init=False)
    frequency_hz: float = field(default=NAN, init=False)
    idle: bool = field(default=False, init=False)
    _on: bool = field(default=False, init=False)
    _set_a: float = field(default=0.0, init=False)
    _set_hz: float = field(default=NAN, init=False)

    def _poll(self) -> None:
        self.frequency_hz = self.driver.read_frequency_hz()
        self.output_on = self.driver.read_output()
        self.current_a = self._set_a if self.output_on else 0.0
        self.taken_s = self.now()

    def prepare(self) -> str:
        """Put it off, set the frequency and the least amplitude; "" or the problem."""
        problem = self.off() or self._tried(
            lambda: self.driver.set_frequency(self.wanted_hz),
            self._least,
            self._poll,
        )
        self._set_hz = NAN if problem else self.wanted_hz
        return problem or frequency_problem(
            self.name, self.wanted_hz, self.frequency_hz
        )

    def apply(self, command: Command) -> None:
        """Send a command; below the least amplitude the output goes off."""
        vpp = 2.0 * command.current_a / self.current_a_per_v
        try:
            self._know_again()
            if command.frequency_hz != self._set_hz:
                self.driver.set_frequency(command.frequency_hz)
                self._set_hz = command.frequency_hz
            if command.current_a != self._set_a:
                self.driver.set_amplitude(max(vpp, self._least_vpp))
                self._set_a = command.current_a
            if not self._on:
                self.driver.set_output(True)
                self._on = True
        except InstrumentError as error:
            self._note(error)

    def off(self) -> str:
        """Switch the output off and read it back; "" when confirmed, else why not."""
        self._on, self._set_a = False, 0.0
        problem = self._tried(self.driver.off, self._know_again, self._poll)
        if self.output_on and not problem:
            problem = f"{self.name}: the output is still on"
        self.idle = bool(problem) and not self._tried(self._least) and self.output_on
        return problem

    def _least(self) -> None:
        self.driver.set_amplitude(self._least_vpp)

    @property
    def _least_vpp(self) -> float:
        return float(getattr(self.driver, "lowest_vpp", SMALLEST_VPP))

    def _check_returned(self) -> None:
        self._set_a = self._set_hz = NAN
