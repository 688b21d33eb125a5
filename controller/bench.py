"""Settings → an open bench, real or simulated; leaving it means field off.

A wholly simulated bench runs in simulated time without threads. A bench with an
instrument at an address runs in real time, one thread an address; what is simulated
beside it lives in the field that the addressed instruments read back.
"""

import math
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Any

from controller.config.binding import is_serial_number
from controller.config.calibration import corrections_of, refuse_foreign
from controller.config.catalogue import mismatch
from controller.config.loading import BenchSpec, Loaded, update_of
from controller.config.model import Instrument
from controller.errors import BenchError
from controller.host.clock import Clock, PacedClock, RealClock, SimulatedClock
from controller.instruments.acquisition import (
    Acquisition,
    DirectAcquisition,
    MixedAcquisition,
)
from controller.instruments.adapters import weakly_bound
from controller.instruments.applicators import applicator_of, sensor_of
from controller.instruments.bench_link import BenchLink, Thermometry
from controller.instruments.contacts import contacts_of
from controller.instruments.locks import Locks, key_of
from controller.instruments.mixed import HandedField, hand_over
from controller.instruments.ports import ReturningPort
from controller.instruments.stations import Station, ThermometerStation
from controller.opening import opened as open_instrument
from controller.rehearsal import Rehearsal, Simulation, planned, rehearse, simulate
from drivers.errors import InstrumentError
from drivers.roles import Identity
from drivers.transport import WireLog


@dataclass
class OpenBench:
    """An open bench: the loop's link to it, who answers, and what is simulated."""

    link: BenchLink
    kinds: dict[str, str]
    identities: dict[str, Identity]
    simulation: Simulation | None = None
    drivers: dict[str, Any] = field(default_factory=dict)
    rehearsal: Rehearsal | None = None
    ports: dict[str, ReturningPort] = field(default_factory=dict)

    @property
    def simulated(self) -> bool:
        """Whether no instrument is real: each simulated inside, or served."""
        return all(kind != "real" for kind in self.kinds.values())

    @property
    def truth(self) -> Callable[[], tuple[float, ...]] | None:
        """What really is, None where the sample is not simulated here."""
        return None if self.simulation is None else self.simulation.truth

    def follow(self, phase: Callable[[], str], tell: Callable[[str], object]) -> None:
        """Let the config's faults know the phase of a run, and tell when one begins."""
        if self.rehearsal is not None:
            self.rehearsal.phase, self.rehearsal.tell = phase, tell
            for sentence in self.rehearsal.said:
                tell(sentence)

    @contextmanager
    def before_run(self) -> Iterator[None]:
        """Let time pass that is not the run's: no fault begins in it.

        Then the run's time begins, and that of the faults with it.
        """
        if self.rehearsal is not None:
            self.rehearsal.t_s = -math.inf
        yield
        self.link.begin()
        if self.rehearsal is not None:
            self.rehearsal.t_s = 0.0


@dataclass
class OpenThermometry:
    """Only the thermometers of a bench, open."""

    link: Thermometry
    kinds: dict[str, str]
    identities: dict[str, Identity]
    simulation: Simulation | None


@dataclass(frozen=True, slots=True)
class How:
    """How to open a bench: seed and pace of a simulation, stop, wire log.

    ``what`` tells other programs who has the instruments; ``locked`` is false only for
    switching off, which nobody may be kept from.
    """

    seed: int | None = None
    real_time: bool = False
    woken: threading.Event | None = None
    log: WireLog | None = None
    what: str = "amf"
    locked: bool = True


@contextmanager
def open_bench(loaded: Loaded, how: How = How()) -> Iterator[OpenBench]:
    """Open every instrument of a config and identify it; on leaving, switch off.

    Raises:
        BenchError: an instrument does not answer, is not the one that was named, or is
            in use by another program.
    """
    spec = loaded.bench
    with ExitStack() as stack:
        opened = _open(loaded, how, set(spec.instruments), stack)
        now = opened.clock.now
        settings = loaded.settings
        applicator = applicator_of(spec.applicator, settings, opened.drivers, now)
        if opened.handed is not None:
            hand_over(applicator, opened.handed, spec)
        sensor = sensor_of(spec.field_sensor, loaded.settings, opened.drivers, now)
        contacts = contacts_of(spec.contacts, opened.drivers, now)
        found = (*applicator.stations, sensor, contacts)
        stations: list[Station] = [one for one in found if one is not None]
        link = BenchLink(
            settings=loaded.settings,
            applicator=applicator,
            thermometry=_thermometry(loaded, opened, stack, stations),
            sensor=sensor,
            contacts=contacts,
        )
        try:
            yield _open_bench(link, spec.kinds, opened)
        finally:
            try:
                if link.energised:
                    link.switch_off()
            finally:
                link.safeguards.leave(confirmed_off=not link.energised)


def _open_bench(link: BenchLink, kinds: dict[str, str], opened: "_Opened") -> OpenBench:
    return OpenBench(
        link,
        kinds,
        opened.identities,
        opened.simulation,
        opened.drivers,
        opened.rehearsal,
        opened.ports,
    )


@contextmanager
def open_thermometry(loaded: Loaded, how: How = How()) -> Iterator[OpenThermometry]:
    """Open the thermometers of a config, and nothing that makes a field.

    Raises:
        BenchError: one does not answer, is not the one that was named, or is in use by
            another program.
    """
    names = {probe.instrument for probe in loaded.bench.probes}
    with ExitStack() as stack:
        opened = _open(loaded, how, names, stack)
        kinds = {n: k for n, k in loaded.bench.kinds.items() if n in names}
        yield OpenThermometry(
            _thermometry(loaded, opened, stack, []),
            kinds,
            opened.identities,
            opened.simulation,
        )


@dataclass
class _Opened:
    """``handed`` is there on a mixed bench only."""

    clock: Clock
    simulation: Simulation | None = None
    rehearsal: Rehearsal | None = None
    handed: HandedField | None = None
    drivers: dict[str, Any] = field(default_factory=dict)
    identities: dict[str, Identity] = field(default_factory=dict)
    ports: dict[str, ReturningPort] = field(default_factory=dict)


def _open(loaded: Loaded, how: How, names: set[str], stack: ExitStack) -> _Opened:
    instruments = {n: i for n, i in loaded.bench.instruments.items() if n in names}
    opened = _timed(loaded, how, instruments)
    locks = Locks(f"{how.what} {loaded.name}")
    stack.callback(locks.close)
    try:
        for name, instrument in instruments.items():
            if how.locked and instrument.address is not None:
                locks.take(name, key_of(instrument.address))
            identity = _identify(name, loaded.bench, opened, how.log, stack)
            real = loaded.bench.kinds[name] == "real"
            if how.locked and real and is_serial_number(identity.serial):
                # the same instrument may answer at a second address
                locks.take(name, f"{identity.model} {identity.serial}")
    except InstrumentError as error:
        raise BenchError(str(error)) from error
    refuse_foreign(loaded.bench, opened.identities)
    return opened


def _timed(loaded: Loaded, how: How, instruments: Mapping[str, Instrument]) -> _Opened:
    """Choose the clock: simulated, paced, real, or real with a simulation in tow."""
    period_s, spec = loaded.settings.period_s, loaded.bench
    inside = [name for name, i in instruments.items() if i.simulated]
    if not inside:
        return _Opened(RealClock(period_s, how.woken))
    seed = loaded.seed if how.seed is None else how.seed
    simulation = simulate(spec, seed)
    faults = planned(spec)
    rehearsal = rehearse(simulation, spec, faults, seed) if faults else None
    if len(inside) < len(instruments):
        gain = spec.simulation.coil_gain
        handed = HandedField(
            simulation.bench.advance, gain * spec.applicator.field_per_ampere_per_m
        )
        mixed = RealClock(period_s, how.woken, handed)
        return _Opened(mixed, simulation, rehearsal, handed)
    if not how.real_time:
        clock = SimulatedClock(period_s, simulation.bench.advance)
        return _Opened(clock, simulation, rehearsal)
    paced = PacedClock(period_s, simulation.bench.advance)
    paced.woken = how.woken or paced.woken
    return _Opened(paced, simulation, rehearsal)


def _identify(
    name: str,
    spec: BenchSpec,
    opened: _Opened,
    log: WireLog | None,
    stack: ExitStack,
) -> Identity:
    instrument = spec.instruments[name]
    driver = open_instrument(name, spec, opened.simulation, log, stack, opened.ports)
    identity: Identity = driver.identify()
    wrong = mismatch(name, instrument.model, instrument.serial, identity)
    wrong = wrong or weakly_bound(name, instrument, identity)
    if wrong:
        raise BenchError(wrong)
    opened.drivers[name], opened.identities[name] = driver, identity
    return identity


def _thermometry(
    loaded: Loaded, opened: _Opened, stack: ExitStack, others: list[Station]
) -> Thermometry:
    used: dict[str, list[int]] = {}
    for probe in loaded.bench.probes:
        used.setdefault(probe.instrument, []).append(probe.channel)
    thermometers = {
        name: ThermometerStation(
            name,
            opened.clock.now,
            opened.drivers[name],
            tuple(channels),
            update_of(loaded.bench.instruments[name], loaded.settings.period_s),
        )
        for name, channels in used.items()
    }
    stations = [*others, *thermometers.values()]
    for station in stations:
        station.identify = opened.drivers[station.name].identify
        station.identity = opened.identities[station.name]
    acquisition = _acquisition(loaded, stations)
    stack.callback(acquisition.close)
    channels = [(probe.instrument, probe.channel) for probe in loaded.bench.probes]
    corrections = corrections_of(loaded.bench.probe_calibration, channels)
    return Thermometry(thermometers, channels, acquisition, opened.clock, corrections)


def _acquisition(loaded: Loaded, stations: list[Station]) -> Acquisition:
    """Have the loop poll what is simulated inside, and threads what has an address."""
    instruments = loaded.bench.instruments
    inside = [s for s in stations if instruments[s.name].simulated]
    if len(inside) == len(stations):
        return DirectAcquisition(stations)
    groups = [[s] for s in stations if not instruments[s.name].simulated]
    return MixedAcquisition(inside, groups, loaded.settings.period_s / 2)
