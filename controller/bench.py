"""Settings → an open bench, real or simulated; leaving it means field off.

A wholly simulated bench runs in simulated time without threads. A bench with an
instrument at an address runs in real time, one thread an address.
"""

import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Any

from controller.acquisition import (
    Acquisition,
    DirectAcquisition,
    ThreadedAcquisition,
)
from controller.bench_link import BenchLink, Thermometry
from controller.clock import Clock, PacedClock, RealClock, SimulatedClock
from controller.config import DEFAULT_UPDATE_S, BenchSpec, Loaded
from controller.config_model import Instrument
from controller.errors import BenchError
from controller.instruments import DRIVERS, mismatch, open_driver
from controller.run_rows import Truth
from controller.stations import (
    GeneratorStation,
    Station,
    SupplyStation,
    ThermometerStation,
)
from drivers.errors import InstrumentError
from drivers.roles import Identity
from drivers.transport import Port, WireLog, open_port
from simulators import (
    aimtti_psu,
    aimtti_tg,
    ea_ps9000,
    fotemp,
    keysight_33500,
    luxtron_m600,
    neoptix_reflex,
    opsens,
    osensa_ftx,
    siglent_sdg,
    tdk_genesys,
)
from simulators.bench import SimulatedBench, seeded
from simulators.coil import Tank
from simulators.line import Line
from simulators.probe import Probe, ProbeParameters
from simulators.two_node import TissueParameters, TwoNode

_TWINS: dict[str, Callable[..., Any]] = {
    "aimtti_psu": aimtti_psu.AimttiPsu,
    "aimtti_tg": aimtti_tg.AimttiTg,
    "ea_ps9000": ea_ps9000.EaPs9000,
    "fotemp": fotemp.Fotemp,
    "keysight_33500": keysight_33500.Keysight33500,
    "luxtron_m600": luxtron_m600.LuxtronM600,
    "neoptix_reflex": neoptix_reflex.NeoptixReflex,
    "opsens": opsens.Opsens,
    "osensa_ftx": osensa_ftx.OsensaFtx,
    "siglent_sdg": siglent_sdg.SiglentSdg,
    "tdk_genesys": tdk_genesys.TdkGenesys,
}


@dataclass
class Simulation:
    """What only a simulated bench has: the physics, the twins and their wires."""

    bench: SimulatedBench
    twins: dict[str, Any]
    lines: dict[str, Line]

    def truth(self) -> tuple[float, ...]:
        """Return the true values of this moment, in the order of the record."""
        truth = self.bench.truth
        return Truth(
            truth.field_a_per_m,
            self.bench.take_max_hf_a_per_m_s(),
            truth.tumour_max_c,
            truth.core_c,
            truth.margin_c,
            truth.healthy_c,
            truth.body_c,
        )


@dataclass
class OpenBench:
    """An open bench: the loop's link to it, who answers, and what is simulated."""

    link: BenchLink
    kinds: dict[str, str]
    identities: dict[str, Identity]
    simulation: Simulation | None = None
    drivers: dict[str, Any] = field(default_factory=dict)

    @property
    def simulated(self) -> bool:
        """Whether no instrument is real: each simulated inside, or served."""
        return all(kind != "real" for kind in self.kinds.values())

    @property
    def truth(self) -> Callable[[], tuple[float, ...]] | None:
        """What really is, None where the sample is not simulated here."""
        return None if self.simulation is None else self.simulation.truth


@dataclass
class OpenThermometry:
    """Only the thermometers of a bench, open."""

    link: Thermometry
    kinds: dict[str, str]
    identities: dict[str, Identity]
    simulation: Simulation | None


@dataclass(frozen=True, slots=True)
class How:
    """How to open a bench: seed and pace of a simulation, stop, wire log."""

    seed: int | None = None
    real_time: bool = False
    woken: threading.Event | None = None
    log: WireLog | None = None


@contextmanager
def open_bench(loaded: Loaded, how: How = How()) -> Iterator[OpenBench]:
    """Open every instrument of a config and identify it; on leaving, switch off.

    Raises:
        BenchError: an instrument does not answer or is not the one that was named.
    """
    spec = loaded.bench
    with ExitStack() as stack:
        opened = _open(loaded, how, set(spec.instruments), stack)
        now = opened.clock.now
        supply, generator = spec.applicator.supply, spec.applicator.generator
        supply_station = SupplyStation(supply, now, opened.drivers[supply])
        generator_station = GeneratorStation(generator, now, opened.drivers[generator])
        link = BenchLink(
            settings=loaded.settings,
            supply=supply_station,
            generator=generator_station,
            thermometry=_thermometry(
                loaded, opened, stack, [supply_station, generator_station]
            ),
            drive_vpp=spec.applicator.drive_vpp,
        )
        try:
            yield OpenBench(
                link,
                spec.kinds,
                opened.identities,
                opened.simulation,
                opened.drivers,
            )
        finally:
            if link.energised:
                link.switch_off()


@contextmanager
def open_thermometry(loaded: Loaded, how: How = How()) -> Iterator[OpenThermometry]:
    """Open the thermometers of a config, and nothing that makes a field.

    Raises:
        BenchError: one does not answer or is not the one that was named.
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


def simulate(spec: BenchSpec, seed: int) -> Simulation:
    """Build the simulated bench of a config: twins, tank, tissue and probes."""
    twins = {name: _twin(i) for name, i in spec.instruments.items()}
    lines = {name: Line(twin) for name, twin in twins.items()}
    physics = spec.simulation
    tank = Tank.magnetherm(physics.turns, physics.capacitance_f)
    tank.coil_gain, tank.detuning = physics.coil_gain, physics.detuning
    tissue = spec.sample.model_dump(exclude={"kind", "body_c"})
    body_c = spec.sample.body_c
    sample = TwoNode(TissueParameters(**tissue), seeded(seed, "perfusion"), body_c)
    chain = ProbeParameters(
        lag_s=physics.probe_lag_s,
        dead_s=physics.dead_time_s,
        noise_c=physics.noise_c,
        step_c=physics.quantisation_c,
    )
    probes = {
        probe.channel: Probe(probe.role, seeded(seed, probe.name), chain, body_c)
        for probe in spec.probes
    }
    bench = SimulatedBench(
        tank,
        sample,
        probes,
        supply=twins[spec.applicator.supply],
        generator=twins[spec.applicator.generator],
        thermometer=twins[spec.probes[0].instrument],
        lines=tuple(lines.values()),
    )
    return Simulation(bench, twins, lines)


def _twin(instrument: Instrument) -> Any:
    options: dict[str, Any] = {"model": instrument.model}
    if instrument.serial:
        options["serial"] = instrument.serial
    return _TWINS[instrument.driver](**options)


@dataclass
class _Opened:
    drivers: dict[str, Any]
    identities: dict[str, Identity]
    clock: Clock
    simulation: Simulation | None


def _open(loaded: Loaded, how: How, names: set[str], stack: ExitStack) -> _Opened:
    instruments = {n: i for n, i in loaded.bench.instruments.items() if n in names}
    inside = [name for name, i in instruments.items() if i.simulated]
    if inside and len(inside) < len(instruments):
        raise BenchError(
            "a bench with some instruments simulated and others at an address is not "
            f"supported yet: simulated are {', '.join(inside)}"
        )
    period_s, simulation = loaded.settings.period_s, None
    clock: Clock = RealClock(period_s, how.woken)
    if inside:
        seed = loaded.seed if how.seed is None else how.seed
        simulation = simulate(loaded.bench, seed)
        kind = PacedClock if how.real_time else SimulatedClock
        clock = kind(period_s, simulation.bench.advance)
        if isinstance(clock, PacedClock) and how.woken is not None:
            clock.woken = how.woken
    drivers, identities = {}, {}
    try:
        for name, instrument in instruments.items():
            port = _port(name, instrument, simulation)
            driver = open_driver(
                name, instrument.driver, instrument.model, port, how.log
            )
            stack.callback(driver.close)
            drivers[name], identities[name] = driver, driver.identify()
            wrong = mismatch(
                name, instrument.model, instrument.serial, identities[name]
            )
            if wrong:
                raise BenchError(wrong)
    except InstrumentError as error:
        raise BenchError(str(error)) from error
    return _Opened(drivers, identities, clock, simulation)


def _port(name: str, instrument: Instrument, simulation: Simulation | None) -> Port:
    if instrument.address is None:
        assert simulation is not None
        return simulation.lines[name]
    baud = instrument.baud or DRIVERS[instrument.driver].baud
    return open_port(instrument.address, baud=baud)


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
            loaded.bench.instruments[name].update_s or DEFAULT_UPDATE_S,
        )
        for name, channels in used.items()
    }
    stations = [*others, *thermometers.values()]
    acquisition: Acquisition = DirectAcquisition(stations)
    if opened.simulation is None:
        pause_s = loaded.settings.period_s / 2
        acquisition = ThreadedAcquisition([[s] for s in stations], pause_s)
    stack.callback(acquisition.close)
    channels = [(probe.instrument, probe.channel) for probe in loaded.bench.probes]
    return Thermometry(thermometers, channels, acquisition, opened.clock)
