"""Kinds of applicator behind one interface: prepared, driven, read, switched off.

``resonant-inverter``: a DC supply sets the field, a generator clocks the inverter.
``induction-heater``: amperes set the field; the frequency follows the tank and is read.
``linear-amplifier``: the generator's amplitude sets the current in the coil.
Each knows the order in which its instruments go on and off, and how off is proven.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
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
from controller.instruments.switching import (
    OffReport,
    Wait,
    off_by,
    power_limit,
    switch_off,
    trips,
)
from drivers.roles import SupplyState


class Applicator(Protocol):
    """What makes the field, whatever its kind; ``stations`` are its instruments.

    ``source`` is the one of them that sets the current.
    """

    @property
    def stations(self) -> list[Station]: ...

    @property
    def source(self) -> Station: ...

    def prepare(self, acquisition: Acquisition) -> None:
        """Make ready to be switched on, with nothing set.

        Raises:
            BenchError: an instrument does not do it; no output has been enabled.
        """
        ...

    def apply(self, acquisition: Acquisition, command: Command) -> None: ...

    def drive(self, sensor: FieldStation | None) -> Drive: ...

    def switch_off(self, acquisition: Acquisition, wait: Wait) -> OffReport: ...


UNREAD = SupplyState(NAN, NAN, False, "")


def _sensed(sensor: FieldStation | None) -> tuple[float, float, float, str]:
    """Return field in A/m, when it was read in s, its frequency in Hz and quality."""
    if sensor is None:
        return NAN, NAN, NAN, ""
    return sensor.field_a_per_m, sensor.taken_s, sensor.frequency_hz, sensor.quality


def _must(acquisition: Acquisition, station: Station, job: Callable[[], str]) -> None:
    problem = acquisition.call(station, job)
    if problem:
        raise BenchError(problem)


@dataclass
class ResonantInverter:
    """DC supply + generator + resonant inverter; it sends the frequency if it moves.

    ``asked_hz`` is the frequency that the generator was asked for last.
    Of a mixed bench: ``deaf`` says why the coil does not hear this generator, ``cold``
    why the probes cannot feel its field; both are "" where that is not so.
    """

    settings: Settings
    supply: SupplyStation
    generator: GeneratorStation
    drive_vpp: float
    deaf: str = field(default="", init=False)
    cold: str = field(default="", init=False)
    asked_hz: float = field(default=NAN, init=False)

    @property
    def stations(self) -> list[Station]:
        """Supply and generator."""
        return [self.supply, self.generator]

    @property
    def source(self) -> Station:
        """Return the supply."""
        return self.supply

    def prepare(self, acquisition: Acquisition) -> None:
        """Zero the set-points, programme the trips, start the gate drive."""
        volts_v, amperes_a = trips(self.settings)
        power_w = power_limit(self.settings)
        frequency_hz = self.settings.applicator.frequency_hz
        _must(
            acquisition,
            self.supply,
            lambda: self.supply.prepare(volts_v, amperes_a, power_w),
        )
        _must(
            acquisition,
            self.generator,
            lambda: self.generator.prepare(frequency_hz, self.drive_vpp),
        )
        self.asked_hz = frequency_hz

    def apply(self, acquisition: Acquisition, command: Command) -> None:
        """Send what has changed; the current falls before the frequency rises."""
        frequency_hz, before_hz = command.frequency_hz, self.asked_hz
        generator, supply = self.generator, self.supply
        if frequency_hz < before_hz:
            acquisition.post(generator, lambda: generator.tune(frequency_hz))
        acquisition.post(supply, lambda: supply.apply(command))
        if frequency_hz > before_hz:
            acquisition.post(generator, lambda: generator.tune(frequency_hz))
        self.asked_hz = frequency_hz

    def drive(self, sensor: FieldStation | None) -> Drive:
        """Return what both read back, and what the field sensor says."""
        supply, generator = self.supply, self.generator
        state = supply.state or UNREAD
        return Drive(
            state.current_a,
            state.voltage_v,
            state.output_on,
            generator.frequency_hz,
            generator.output_on,
            supply.taken_s,
            generator.taken_s,
            state.trip,
            *_sensed(sensor),
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

    @property
    def source(self) -> Station:
        """Return the one station."""
        return self.station

    def prepare(self, acquisition: Acquisition) -> None:
        """Have it ready, with nothing set and its output off."""
        _must(acquisition, self.station, self.station.prepare)

    def apply(self, acquisition: Acquisition, command: Command) -> None:
        """Send what has changed."""
        acquisition.post(self.station, lambda: self.station.apply(command))

    def drive(self, sensor: FieldStation | None) -> Drive:
        """Return what it and the field sensor say; no voltage is known."""
        station = self.station
        return Drive(
            station.current_a,
            NAN,
            station.output_on,
            station.frequency_hz,
            station.output_on,
            station.taken_s,
            station.taken_s,
            "",
            *_sensed(sensor),
        )

    def switch_off(self, acquisition: Acquisition, wait: Wait) -> OffReport:
        """Switch it off and read it back; an output may be stuck with nothing in it."""
        report = off_by(acquisition, self.station, self.station.off, wait)
        if report.confirmed or not getattr(self.station, "idle", False):
            return report
        return replace(report, stuck=f"{self.station.name}: the output is still on")


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
