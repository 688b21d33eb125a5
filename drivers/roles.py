"""What the loop needs of an instrument, by role.

Readings carry SI units; amplitudes are converted at this edge. A driver raises
``drivers.errors.InstrumentError`` when an exchange fails and never returns a
made-up number.
"""

from dataclasses import dataclass
from typing import Literal, NamedTuple, Protocol

Quality = Literal["ok", "no-probe", "warming-up", "error"]


@dataclass(frozen=True, slots=True)
class Identity:
    """Who answers: as the instrument says it."""

    maker: str
    model: str
    serial: str
    firmware: str


class Temperature(NamedTuple):
    """One channel's temperature in °C; NaN unless ``quality`` is "ok"."""

    value_c: float
    quality: Quality


@dataclass(frozen=True, slots=True)
class SupplyState:
    """Measured output of a supply. ``trip`` is "" or the instrument's reason."""

    voltage_v: float
    current_a: float
    output_on: bool
    trip: str


class Instrument(Protocol):
    """What every instrument can do. ``off`` is safe in any state."""

    def identify(self) -> Identity: ...

    def off(self) -> None: ...

    def close(self) -> None: ...


class Thermometer(Instrument, Protocol):
    """A fibre-optic thermometer with numbered channels, 1 and up."""

    def read_temperatures(self) -> dict[int, Temperature]:
        """Read the newest temperature of every channel, in °C."""
        ...


class CoilSupply(Instrument, Protocol):
    """A DC supply whose current sets the field of a resonant applicator.

    ``watchdog`` says what the instrument itself does when communication is lost:
    "" when it has no such function. One that can limit its power has
    ``set_power_limit(power_w)``, which verifies it, and ``read_power_limit()``. One
    that is slow to read may have ``read_load()``: (V, A) alone, and sooner.
    """

    watchdog: str
    current_resolution_a: float

    def read_state(self) -> SupplyState: ...

    def read_setpoints(self) -> tuple[float, float]:
        """Read the programmed (voltage in V, current in A)."""
        ...

    def read_trips(self) -> tuple[float, float]:
        """Read the programmed trips (over-voltage in V, over-current in A)."""
        ...

    def set_voltage(self, voltage_v: float) -> None: ...

    def set_current(self, current_a: float) -> None: ...

    def set_trips(self, over_voltage_v: float, over_current_a: float) -> None: ...

    def set_output(self, on: bool) -> None: ...

    def reset_trip(self) -> None:
        """Clear a trip; ``read_state`` names it until then."""
        ...


class Generator(Instrument, Protocol):
    """A function generator that clocks the inverter."""

    def read_frequency_hz(self) -> float: ...

    def read_output(self) -> bool: ...

    def read_state(self) -> tuple[float, bool]:
        """Read the frequency in Hz, and whether the output is on, at once."""
        ...

    def set_frequency(self, frequency_hz: float) -> None: ...

    def set_amplitude(self, amplitude_vpp: float) -> None: ...

    def set_output(self, on: bool) -> None: ...


@dataclass(frozen=True, slots=True)
class Signal:
    """A sinusoidal voltage: Hz, V peak, V rms; all NaN unless ``quality`` is "ok"."""

    frequency_hz: float
    peak_v: float
    rms_v: float
    quality: Quality


@dataclass(frozen=True, slots=True)
class HeaterState:
    """Measured output of an induction heater, and its set-point.

    ``current_a`` is in the heater's own convention (rms or peak, as its maker means
    it). ``timer_left_s`` is what the heat timer has left, 0 when it does not run.
    """

    set_current_a: float
    current_a: float
    power_w: float
    frequency_hz: float
    heating: bool
    timer_left_s: float


class FieldProbe(Instrument, Protocol):
    """An oscilloscope on a pick-up coil. Without a channel its own one is meant."""

    def read_signal(self, channel: int | None = None) -> Signal:
        """Measure frequency in Hz and amplitude in V, each from the newest sweep."""
        ...

    def read_waveform(
        self, channel: int | None = None
    ) -> tuple[list[float], list[float]]:
        """Read (time in s, voltage in V), both (samples,); NaN where clipped."""
        ...


class InductionHeater(Instrument, Protocol):
    """A heater that finds its own frequency; its current is the command.

    ``watchdog`` is as of a supply. The heat timer limits itself: a caller that sets it
    switches on again while all is well.
    """

    watchdog: str
    current_resolution_a: float

    def read_state(self) -> HeaterState: ...

    def set_current(self, current_a: float) -> None: ...

    def set_timer(self, duration_s: float) -> None: ...

    def set_output(self, on: bool) -> None: ...


class Contacts(Instrument, Protocol):
    """Contacts that are closed while all is well, and a line that a watchdog hears."""

    def read(self) -> dict[str, bool]:
        """Read every contact by name; true when it is closed."""
        ...

    def toggle(self) -> None:
        """Flip the watchdog line; without flips its relay falls off."""
        ...
