"""The open bench as the loop sees it: measure, apply, switch off.

It joins stations, acquisition and switching; where the stations come from, real or
simulated, is ``bench``'s business.
"""

from dataclasses import dataclass, field

from controller.acquisition import Acquisition
from controller.clock import Clock
from controller.decisions.settings import Settings
from controller.decisions.signals import (
    NAN,
    Command,
    Drive,
    Fault,
    Measurement,
    Reading,
    Request,
)
from controller.decisions.thermometry import tolerated_age_s
from controller.errors import BenchError
from controller.stations import (
    GeneratorStation,
    Station,
    SupplyStation,
    ThermometerStation,
)
from controller.switching import OffReport, switch_off, trips
from drivers.errors import ConnectionLost, Garbled, WrongInstrument

_LOST = Reading(NAN, "lost", NAN)


@dataclass
class Thermometry:
    """The thermometers of a bench, without anything that makes a field.

    ``channels`` gives for each probe, in order, its thermometer and channel.
    """

    thermometers: dict[str, ThermometerStation]
    channels: list[tuple[str, int]]
    acquisition: Acquisition
    clock: Clock

    def readings(self) -> tuple[Reading, ...]:
        """Return every probe's newest reading, in order."""
        self.acquisition.poll()
        return tuple(
            [
                self.thermometers[name].readings.get(channel, _LOST)
                for name, channel in self.channels
            ]
        )


@dataclass
class BenchLink:
    """Thermometry and applicator together; ``energised`` while the field may be on."""

    settings: Settings
    supply: SupplyStation
    generator: GeneratorStation
    thermometry: Thermometry
    drive_vpp: float
    energised: bool = field(default=False, init=False)
    prepared: bool = field(default=False, init=False)
    _tolerated: list[tuple[Station, float]] = field(default_factory=list, init=False)

    def __post_init__(self) -> None:
        """Note how old the newest reading of each station may be, in s."""
        limits = self.settings.limits
        ages = {self.supply.name: limits.drive_age_s}
        ages[self.generator.name] = limits.drive_age_s
        for (name, _), probe in zip(
            self.thermometry.channels, self.settings.probes, strict=True
        ):
            ages[name] = tolerated_age_s(probe, limits)
        self._tolerated = [(station, ages[station.name]) for station in self.stations]

    @property
    def acquisition(self) -> Acquisition:
        """How the stations are polled and called."""
        return self.thermometry.acquisition

    @property
    def clock(self) -> Clock:
        """The clock of the run."""
        return self.thermometry.clock

    @property
    def stations(self) -> list[Station]:
        """All stations: supply, generator, thermometers."""
        thermometers = self.thermometry.thermometers.values()
        return [self.supply, self.generator, *thermometers]

    def prepare(self) -> None:
        """Zero the set-points, programme the trips, start the gate drive.

        Raises:
            BenchError: an instrument does not do it; no output has been enabled.
        """

        over_voltage_v, over_current_a = trips(self.settings)
        frequency_hz = self.settings.applicator.frequency_hz
        for station, job in (
            (self.supply, lambda: self.supply.prepare(over_voltage_v, over_current_a)),
            (
                self.generator,
                lambda: self.generator.prepare(frequency_hz, self.drive_vpp),
            ),
        ):
            problem = self.acquisition.call(station, job)
            if problem:
                raise BenchError(problem)
        self.prepared = True

    def measure(
        self,
        t_s: float,
        late_s: float,
        requests: tuple[Request, ...],
        outside: tuple[Fault, ...],
    ) -> Measurement:
        """Return the newest of everything, and which instrument has gone silent."""
        readings = self.thermometry.readings()
        drive = self._drive()
        outside += self._lost(t_s)
        return Measurement(t_s, readings, drive, requests, late_s, outside)

    def apply(self, command: Command) -> OffReport | None:
        """Send a command; a report comes when it switched the field off."""
        if command.output_on:
            if not self.prepared:
                self.prepare()
            self.energised = True
            self.acquisition.post(self.supply, lambda: self.supply.apply(command))
            return None
        return self.switch_off() if self.energised else None

    def switch_off(self) -> OffReport:
        """Switch the field off by every route, and read it back."""
        report = switch_off(
            self.acquisition, self.supply, self.generator, self.clock.wait
        )
        self.energised = not report.confirmed
        self.prepared = False
        for station in self.stations:
            station.returned_s = NAN
        self.clock.restart()
        return report

    def troubles(self) -> list[str]:
        """Return a sentence for every instrument that does not answer, since when."""
        return [
            f"since {station.trouble.since_s:.1f} s: {station.trouble.sentence}"
            for station in self.stations
            if station.trouble is not None
        ]

    def _lost(self, t_s: float) -> tuple[Fault, ...]:
        """Return a fault for each instrument that is silent, or was gone, by name.

        A thermometer may be silent while there is no field.
        """
        found = []
        for station, limit_s in self._tolerated:
            drives = station is self.supply or station is self.generator
            if not (self.energised or drives):
                continue
            if not t_s - station.taken_s <= limit_s:
                found.append(_silent(station, t_s, limit_s))
            elif self.energised and station.returned_s == station.returned_s:
                found.append(_returned(station, t_s))
        return tuple(found)

    def _drive(self) -> Drive:
        supply, generator = self.supply, self.generator
        state = supply.state
        return Drive(
            current_a=NAN if state is None else state.current_a,
            voltage_v=NAN if state is None else state.voltage_v,
            output_on=False if state is None else state.output_on,
            frequency_hz=generator.frequency_hz,
            generator_on=generator.output_on,
            supply_taken_s=supply.taken_s,
            generator_taken_s=generator.taken_s,
            supply_trip="" if state is None else state.trip,
        )


_HOW = {
    ConnectionLost: "has been disconnected",
    Garbled: "has sent nothing intelligible",
    WrongInstrument: "has been replaced by another instrument",
}


def _silent(station: Station, t_s: float, limit_s: float) -> Fault:
    trouble, since_s = station.trouble, station.taken_s
    known = since_s == since_s
    what = "has been silent"
    if trouble is not None:
        what = _HOW.get(trouble.error, what)
    since = f"since {since_s:.1f} s" if known else "from the start"
    measured = f"none for {t_s - since_s:.1f} s" if known else "none"
    expected, limit = "an answer each period", f"{limit_s:g} s"
    sentence = f"{station.name} {what} {since}: expected {expected}, "
    sentence += f"measured {measured}, limit {limit}"
    if trouble is not None:
        sentence += f" ({trouble.sentence})"
    return Fault("instrument-silent", sentence, t_s, expected, measured, limit)


def _returned(station: Station, t_s: float) -> Fault:
    expected, measured = "an unbroken link", f"back at {station.returned_s:.1f} s"
    return Fault(
        "instrument-returned",
        f"{station.name} was disconnected and is back: expected {expected}, measured "
        f"{measured}, limit none; the field stays off until an operator's reset",
        t_s,
        expected,
        measured,
        "none",
    )
