"""The open bench as the loop sees it: measure, apply, switch off.

It joins stations, acquisition and switching; where the stations come from, real or
simulated, is ``bench``'s business.
"""

from dataclasses import dataclass, field

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
from controller.host.clock import Clock
from controller.instruments.acquisition import Acquisition
from controller.instruments.applicators import Applicator, ResonantInverter
from controller.instruments.contacts import CONTACT_AGE_S, ContactStation
from controller.instruments.safeguards import Safeguards
from controller.instruments.stations import Station, ThermometerStation
from controller.instruments.stations_field import FieldStation
from controller.instruments.stations_inverter import GeneratorStation, SupplyStation
from controller.instruments.switching import OffReport, seen_off
from drivers.errors import ConnectionLost, Garbled, WrongInstrument

_LOST = Reading(NAN, "lost", NAN)


@dataclass
class Thermometry:
    """The thermometers of a bench, without anything that makes a field.

    ``channels`` gives for each probe, in order, its thermometer and channel;
    ``corrections`` its (slope, offset in °C), where the probes are calibrated.
    """

    thermometers: dict[str, ThermometerStation]
    channels: list[tuple[str, int]]
    acquisition: Acquisition
    clock: Clock
    corrections: list[tuple[float, float]] = field(default_factory=list)

    def readings(self) -> tuple[Reading, ...]:
        """Return every probe's newest reading, in order."""
        self.acquisition.poll()
        read = [
            self.thermometers[name].readings.get(channel, _LOST)
            for name, channel in self.channels
        ]
        if not self.corrections:
            return tuple(read)
        return tuple(
            [
                Reading(slope * r.value_c + offset_c, r.quality, r.taken_s)
                for r, (slope, offset_c) in zip(read, self.corrections, strict=True)
            ]
        )


@dataclass
class BenchLink:
    """Thermometry and applicator together; ``energised`` while the field may be on."""

    settings: Settings
    applicator: Applicator
    thermometry: Thermometry
    sensor: FieldStation | None = None
    contacts: ContactStation | None = None
    safeguards: Safeguards = field(init=False)
    energised: bool = field(default=False, init=False)
    prepared: bool = field(default=False, init=False)
    _saw: bool = field(default=False, init=False)
    _tolerated: list[tuple[Station, float, bool]] = field(
        default_factory=list, init=False
    )

    def __post_init__(self) -> None:
        """Note how old the newest reading of each station may be, in s."""
        limits = self.settings.limits
        drives = self.applicator.stations
        ages = {station.name: limits.drive_age_s for station in drives}
        for (name, _), probe in zip(
            self.thermometry.channels, self.settings.probes, strict=True
        ):
            ages[name] = tolerated_age_s(probe, limits)
        if self.sensor is not None:
            age_s = limits.age_updates * self.sensor.update_s
            ages[self.sensor.name] = min(age_s, limits.age_s)
        always: list[Station] = list(drives)
        if self.contacts is not None:
            always.append(self.contacts)
            ages[self.contacts.name] = max(CONTACT_AGE_S, self.settings.period_s)
        self._tolerated = [(s, ages[s.name], s in always) for s in self.stations]
        self.safeguards = Safeguards(self.acquisition, drives, self.contacts)

    @property
    def inverter(self) -> ResonantInverter:
        """The applicator, where it is a supply with a generator and an inverter.

        Raises:
            BenchError: it is of another kind.
        """
        if not isinstance(self.applicator, ResonantInverter):
            raise BenchError("this needs a supply and a generator with an inverter")
        return self.applicator

    @property
    def supply(self) -> SupplyStation:
        """The inverter's supply."""
        return self.inverter.supply

    @property
    def generator(self) -> GeneratorStation:
        """The inverter's generator."""
        return self.inverter.generator

    @property
    def drive_vpp(self) -> float:
        """The amplitude of the gate drive, in V peak to peak."""
        return self.inverter.drive_vpp

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
        """All stations: what makes the field, what sees it, thermometers."""
        thermometers = self.thermometry.thermometers.values()
        sensor = [] if self.sensor is None else [self.sensor]
        contacts = [] if self.contacts is None else [self.contacts]
        return [*self.applicator.stations, *sensor, *thermometers, *contacts]

    def prepare(self) -> None:
        """Zero the set-points, programme the trips, start the gate drive.

        Raises:
            BenchError: an instrument does not do it; no output has been enabled.
        """
        self.safeguards.prepare()
        self.applicator.prepare(self.acquisition)
        self.prepared = True

    def begin(self) -> None:
        """Count the run's time from now; what was read before is forgotten."""
        self.clock.begin()
        for station in self.stations:
            self.acquisition.call(station, station.forget)

    def measure(
        self,
        t_s: float,
        late_s: float,
        requests: tuple[Request, ...],
        outside: tuple[Fault, ...],
    ) -> Measurement:
        """Return the newest of everything, and which instrument has gone silent."""
        readings = self.thermometry.readings()
        drive = self.drive()
        outside += self._lost(t_s) + self.safeguards.faults(t_s)
        return Measurement(t_s, readings, drive, requests, late_s, outside)

    def apply(self, command: Command) -> OffReport | None:
        """Send a command; a report comes when it switched the field off."""
        if command.output_on:
            if not self.prepared:
                self.prepare()
            self.energised = True
            self.applicator.apply(self.acquisition, command)
            return None
        return self.switch_off() if self.energised else None

    def switch_off(self) -> OffReport:
        """Switch the field off by every route, and read it back."""
        sensor = self.sensor
        if sensor is not None and self.prepared:  # since then there was a field to see
            self._saw = sensor.quality == "ok" and not sensor.quiet
        report = self.applicator.switch_off(self.acquisition, self.clock.wait)
        if sensor is not None:
            report = seen_off(
                report, self.acquisition, sensor, self.clock.wait, self._saw
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
        found, energised = [], self.energised
        for station, limit_s, drives in self._tolerated:
            if not (energised or drives):
                continue
            if not t_s - station.taken_s <= limit_s:
                found.append(_silent(station, t_s, limit_s))
            elif energised and station.returned_s == station.returned_s:
                found.append(_returned(station, t_s))
        return tuple(found)

    def drive(self) -> Drive:
        """Return what makes the field and the field sensor read back, the newest."""
        return self.applicator.drive(self.sensor)


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
