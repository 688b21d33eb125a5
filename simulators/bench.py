"""The simulated bench: instruments, coil, sample and probes, as one chain in time.

    generator, supply -> tank -> sample -> probes -> thermometer

A tick is cut into steps of at most 0.2 s, so that results hardly depend on its length.
Any instrument may be absent (it is real, or there is none): the field and frequency
that a real one makes are handed to ``advance``.
"""

from collections.abc import Mapping, Sequence
from math import ceil, inf, sqrt
from random import Random
from typing import NamedTuple, Protocol

from simulators.coil import Tank
from simulators.line import Line
from simulators.pickup import PickUp
from simulators.probe import Probe

LONGEST_STEP_S = 0.2


class SupplyTwin(Protocol):
    """What the coil needs of a simulated supply; it writes what flows."""

    voltage_v: float
    current_a: float

    @property
    def set_voltage_v(self) -> float: ...

    @property
    def set_current_a(self) -> float: ...

    @property
    def output_on(self) -> bool: ...


class GeneratorTwin(Protocol):
    """What the inverter needs of a simulated generator."""

    @property
    def true_frequency_hz(self) -> float: ...

    @property
    def output_on(self) -> bool: ...


class ThermometerTwin(Protocol):
    """Where the probes' readings go, in °C: channel 1 first, None without a probe."""

    @property
    def temperatures(self) -> list[float | None]: ...


Fibres = tuple[ThermometerTwin, Mapping[int, Probe]]


class Sample(Protocol):
    """What is in the coil; ``tumour_max_c`` is the hottest of what is treated."""

    @property
    def tumour_max_c(self) -> float: ...

    def advance(
        self, dt_s: float, field_a_per_m: float, frequency_hz: float
    ) -> None: ...

    def at(self, place: str) -> float: ...


class Truth(NamedTuple):
    """What really is, for the record: peak A/m, Hz, A/(m s) and °C."""

    field_a_per_m: float
    frequency_hz: float
    hf_a_per_m_s: float
    core_c: float
    margin_c: float
    healthy_c: float
    body_c: float
    tumour_max_c: float


def seeded(seed: int, name: str) -> Random:
    """Return the generator of one noise source; others do not change when it comes."""
    return Random(f"{seed}/{name}")


class SimulatedBench:
    """All that is simulated of a bench. It has no clock: ``advance`` is time.

    ``probes`` maps the thermometer's channels (1 and up) to probes; ``others`` are
    further thermometers with theirs; ``lines`` are the wires of the instruments whose
    own time passes with the bench's. ``clocked_hz`` is what clocks the inverter in Hz,
    0 for nothing, for as long as nobody has spoken to the simulated generator: the
    supply is then used beside a generator that is somewhere else.
    """

    def __init__(
        self,
        tank: Tank,
        sample: Sample,
        probes: Mapping[int, Probe],
        *,
        supply: SupplyTwin | None = None,
        generator: GeneratorTwin | None = None,
        thermometer: ThermometerTwin | None = None,
        pickup: PickUp | None = None,
        others: Sequence[Fibres] = (),
        lines: Sequence[Line] = (),
    ) -> None:
        self.tank = tank
        self.sample = sample
        self.probes = dict(probes)
        self.supply = supply
        self.generator = generator
        self.thermometer = thermometer
        self.pickup = pickup
        self.others = tuple((twin, dict(fibres)) for twin, fibres in others)
        self.lines = tuple(lines)
        self.field_a_per_m = 0.0
        self.frequency_hz = 0.0
        self.clocked_hz = 0.0
        self._max_hf_a_per_m_s = 0.0
        self._show_readings()

    @property
    def truth(self) -> Truth:
        """Return the true state now."""
        at = self.sample.at
        return Truth(
            self.field_a_per_m,
            self.frequency_hz,
            self.field_a_per_m * self.frequency_hz,
            at("core"),
            at("margin"),
            at("healthy"),
            at("body"),
            self.sample.tumour_max_c,
        )

    def fibres_of(self, thermometer: ThermometerTwin) -> dict[int, Probe]:
        """Return the probes of one of the thermometers, by its channels."""
        for twin, probes in self.others:
            if twin is thermometer:
                return probes
        return self.probes

    def take_max_hf_a_per_m_s(self) -> float:
        """Return the largest true H·f since this was last asked, in A/(m s)."""
        largest, self._max_hf_a_per_m_s = self._max_hf_a_per_m_s, 0.0
        return largest

    def advance(
        self,
        dt_s: float,
        field_a_per_m: float | None = None,
        frequency_hz: float | None = None,
    ) -> None:
        """Let time pass; what is given is held and goes before what is simulated.

        Without a supply and without a given field there is no field.

        Raises:
            ValueError: time runs backward, or a given value is not a finite number.
        """
        if not 0.0 <= dt_s < inf:
            raise ValueError(f"time cannot advance by {dt_s} s")
        if dt_s > 0.0:
            count = max(1, ceil(dt_s / LONGEST_STEP_S - 1e-9))
            for _ in range(count):
                self._step(dt_s / count, field_a_per_m, frequency_hz)
            self._show_drive()
            if self.pickup is not None:
                self.pickup.sense(self.field_a_per_m, self.frequency_hz)
            self._show_readings()
        for line in self.lines:
            line.advance(dt_s)

    def _step(
        self, dt_s: float, given_a_per_m: float | None, given_hz: float | None
    ) -> None:
        frequency_hz = self._driven_hz() if given_hz is None else given_hz
        if given_a_per_m is None:
            peak_a_per_m, heating_a_per_m = self._drive_tank(dt_s, frequency_hz)
        else:
            peak_a_per_m = heating_a_per_m = self.field_a_per_m = given_a_per_m
        self.frequency_hz = frequency_hz
        hf_a_per_m_s = peak_a_per_m * frequency_hz
        if hf_a_per_m_s > self._max_hf_a_per_m_s:
            self._max_hf_a_per_m_s = hf_a_per_m_s
        sample = self.sample
        sample.advance(dt_s, heating_a_per_m, frequency_hz)
        for probe in self.probes.values():
            probe.advance(dt_s, sample.at(probe.place))
        for _, probes in self.others:
            for probe in probes.values():
                probe.advance(dt_s, sample.at(probe.place))

    def _driven_hz(self) -> float:
        generator = self.generator
        if self.clocked_hz and self._is_unheard(generator):
            return self.clocked_hz
        if generator is None or not generator.output_on:
            return 0.0
        return generator.true_frequency_hz

    def _is_unheard(self, generator: object) -> bool:
        heard = [line.heard for line in self.lines if line.instrument is generator]
        return generator is None or (bool(heard) and not any(heard))

    def _drive_tank(self, dt_s: float, frequency_hz: float) -> tuple[float, float]:
        """Return the peak and the heating amplitude of the step, in A/m."""
        supply, tank = self.supply, self.tank
        if supply is None:
            self.field_a_per_m = 0.0
            return 0.0, 0.0
        voltage_v = supply.set_voltage_v if supply.output_on else 0.0
        current_a, power_w = supply.set_current_a, getattr(supply, "set_power_w", inf)
        if frequency_hz > 0.0 and power_w < inf:  # at constant power V and I are free
            current_a = min(current_a, sqrt(power_w / tank.load_ohm(frequency_hz)))
        tank.advance(dt_s, voltage_v, current_a, frequency_hz, frequency_hz > 0.0)
        self.field_a_per_m = tank.now.field_a_per_m
        return tank.peak_field_a_per_m, tank.heating_field_a_per_m

    def _show_drive(self) -> None:
        if self.supply is not None:
            self.supply.voltage_v = self.tank.now.voltage_v
            self.supply.current_a = self.tank.now.current_a

    def _show_readings(self) -> None:
        thermometer = self.thermometer
        shown_c = [] if thermometer is None else thermometer.temperatures
        for channel, probe in self.probes.items():
            reading_c = probe.read()  # it draws noise, whoever looks
            if thermometer is not None:
                shown_c[channel - 1] = reading_c
        for twin, probes in self.others:
            for channel, probe in probes.items():
                twin.temperatures[channel - 1] = probe.read()
