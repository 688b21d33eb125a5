"""Kinds of applicator behind one interface: prepared, driven, read, switched off.

``resonant-inverter``: a DC supply sets the field, a generator clocks the inverter.
``induction-heater``: amperes set the field; the frequency follows the tank and is read.
``linear-amplifier``: the generator's amplitude sets the current in the coil.
Each knows the order in which its instruments go on and off, and how off is proven.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Protocol

from controller.decisions.settings import Settings
from controller.decisions.signals import NAN, Command, Drive
from controller.errors import BenchError
from controller.instruments.acquisition import Acquisition
from controller.instruments.stations import Station
from controller.instruments.stations_direct import AmplifierStation, HeaterStation
from controller.instruments.stations_field import FieldStation, PickUpCoil
from controller.instruments.stations_inverter import (
    GeneratorStation,
    SupplyStation,
    generator_station,
)
from controller.instruments.switching import OffReport, Wait, off_by, switch_off, trips


class Applicator(Protocol):
    """What makes the field, whatever its kind; ``stations`` are its instruments."""

    @property
    def stations(self) -> list[Station]: ...

    def prepare(self, acquisition: Acquisition) -> None:
        """Make ready to be switched on, with nothing set.

        Raises:
            BenchError: an instrument does not do it; no output has been enabled.
        """
        ...

    def apply(self, acquisition: Acquisition, command: Command) -> None: ...

    def drive(self) -> Drive: ...

    def switch_off(self, acquisition: Acquisition, wait: Wait) -> OffReport: ...


def _must(acquisition: Acquisition, station: Station, job: Callable[[], str]) -> None:
    problem = acquisition.call(station, job)
    if problem:
        raise BenchError(problem)


@dataclass
class ResonantInverter:
    """DC supply + generator + resonant inverter; it sends the frequency if it moves.

    Of a mixed bench: ``deaf`` says why the coil does not hear this generator, ``cold``
    why the probes cannot feel its field; both are "" where that is not so.
    """

    settings: Settings
    supply: SupplyStation
    generator: GeneratorStation
    drive_vpp: float
    deaf: str = field(default="", init=False)
    cold: str = field(default="", init=False)
    _asked_hz: float = field(default=NAN, init=False)

    @property
    def stations(self) -> list[Station]:
        """Supply and generator."""
        return [self.supply, self.generator]

    def prepare(self, acquisition: Acquisition) -> None:
        """Zero the set-points, programme the trips, start the gate drive."""
        volts_v, amperes_a = trips(self.settings)
        frequency_hz = self.settings.applicator.frequency_hz
        _must(acquisition, self.supply, lambda: self.supply.prepare(volts_v, amperes_a))
        _must(
            acquisition,
            self.generator,
            lambda: self.generator.prepare(frequency_hz, self.drive_vpp),
        )
        self._asked_hz = frequency_hz

    def apply(self, acquisition: Acquisition, command: Command) -> None:
        """Send what has changed; the current falls before the frequency rises."""
        frequency_hz, before_hz = command.frequency_hz, self._asked_hz
        generator, supply = self.generator, self.supply
        if frequency_hz < before_hz:
            acquisition.post(generator, lambda: generator.tune(frequency_hz))
        acquisition.post(supply, lambda: supply.apply(command))
        if frequency_hz > before_hz:
            acquisition.post(generator, lambda: generator.tune(frequency_hz))
        self._asked_hz = frequency_hz

    def drive(self) -> Drive:
        """Return what both read back."""
        state = self.supply.state
        return Drive(
            current_a=NAN if state is None else state.current_a,
            voltage_v=NAN if state is None else state.voltage_v,
            output_on=False if state is None else state.output_on,
            frequency_hz=self.generator.frequency_hz,
            generator_on=self.generator.output_on,
            supply_taken_s=self.supply.taken_s,
            generator_taken_s=self.generator.taken_s,
            supply_trip="" if state is None else state.trip,
        )

    def switch_off(self, acquisition: Acquisition, wait: Wait) -> OffReport:
        """Switch off the supply, then the generator."""
        return switch_off(acquisition, self.supply, self.generator, wait)


@dataclass
class OneInstrument:
    """A heater, or an amplifier behind its generator: one station sets the field."""

    station: HeaterStation | AmplifierStation

    @property
    def stations(self) -> list[Station]:
        """Return the one station."""
        return [self.station]

    def prepare(self, acquisition: Acquisition) -> None:
        """Have it ready, with nothing set and its output off."""
        _must(acquisition, self.station, self.station.prepare)

    def apply(self, acquisition: Acquisition, command: Command) -> None:
        """Send what has changed."""
        acquisition.post(self.station, lambda: self.station.apply(command))

    def drive(self) -> Drive:
        """Return what it reads back; no voltage is known."""
        station = self.station
        return Drive(
            current_a=station.current_a,
            voltage_v=NAN,
            output_on=station.output_on,
            frequency_hz=station.frequency_hz,
            generator_on=station.output_on,
            supply_taken_s=station.taken_s,
            generator_taken_s=station.taken_s,
        )

    def switch_off(self, acquisition: Acquisition, wait: Wait) -> OffReport:
        """Switch it off and read it back."""
        return off_by(acquisition, self.station, self.station.off, wait)


def applicator_of(
    table: Any, settings: Settings, drivers: dict[str, Any], now: Callable[[], float]
) -> Applicator:
    """Return the applicator of a config's table, on open drivers."""
    if table.kind == "induction-heater":
        heater = drivers[table.heater]
        return OneInstrument(
            HeaterStation(table.heater, now, heater, table.heat_timer_s)
        )
    generator = drivers[table.generator]
    if table.kind == "linear-amplifier":
        return OneInstrument(
            AmplifierStation(
                table.generator,
                now,
                generator,
                table.current_a_per_v,
                settings.applicator.frequency_hz,
            )
        )
    return ResonantInverter(
        settings,
        SupplyStation(table.supply, now, drivers[table.supply]),
        generator_station(table.generator, now, generator),
        table.drive_vpp,
    )


def sensor_of(
    table: Any, settings: Settings, drivers: dict[str, Any], now: Callable[[], float]
) -> FieldStation | None:
    """Return the field sensor of a config's table, on its open oscilloscope."""
    if table is None:
        return None
    return FieldStation(
        table.instrument,
        now,
        drivers[table.instrument],
        table.channel,
        PickUpCoil(table.turns, table.area_m2, table.attenuation, table.angle_deg),
        table.update_s,
        settings.applicator.frequency_hz,
    )
