"""What only a simulated bench can do: know the truth, go wrong on purpose, be served.

The only file of the controller that knows the simulators.
"""

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from math import inf
from typing import Any, Literal

from controller.config.applicator import Applicator
from controller.config.kinds import LinearAmplifier
from controller.config.loading import BenchSpec, Loaded
from controller.config.mistakes import nearest
from controller.errors import BenchError
from simulators.bench import Sample, SimulatedBench, seeded
from simulators.coil import Tank
from simulators.direct_coil import AmplifierOutput, DirectCoil, HeaterOutput
from simulators.fault_kinds import KINDS, Kind
from simulators.faults import Fault, FaultPlan, Scene
from simulators.line import Line
from simulators.pacing import MANNERS, Manner
from simulators.pickup import PickUp, drawn_error, pickup_on
from simulators.probe import Probe
from simulators.samples import build, fibre
from simulators.serve import Server
from simulators.twins import twin_of

__all__ = ["KINDS", "Fault", "Kind"]

Link = Literal["socket", "pty", "mixed"]


@dataclass
class Simulation:
    """What only a simulated bench has: the physics, the twins and their wires."""

    bench: SimulatedBench
    twins: dict[str, Any]
    lines: dict[str, Line]

    def truth(self) -> tuple[float, ...]:
        """Return the true values of this moment, in the order of the record."""
        bench = self.bench
        at = bench.sample.at
        return (
            bench.field_a_per_m,
            bench.take_max_hf_a_per_m_s(),
            bench.sample.tumour_max_c,
            at("core"),
            at("margin"),
            at("healthy"),
            at("body"),
        )


@dataclass
class Rehearsal:
    """Faults on a simulated bench, begun and ended as its own time passes.

    ``t_s`` is s since the faults were attached, ``phase`` says which phase a run is in,
    ``said`` collects a sentence for each fault that began or ended, ``tell`` gets it;
    ``watch`` is called with ``t_s`` whenever time has passed.
    """

    plan: FaultPlan
    phase: Callable[[], str] = str
    tell: Callable[[str], object] = str
    watch: Callable[[float], object] = float
    t_s: float = 0.0
    said: list[str] = field(default_factory=list)

    def receive(self, data: bytes) -> bytes:
        """Answer nothing: no wire leads here, only the bench's time."""
        return b""

    def advance(self, dt_s: float) -> bytes:
        """Let time pass."""
        self.t_s += dt_s
        self.apply()
        self.watch(self.t_s)
        return b""

    def apply(self) -> None:
        """Begin and end what is due now."""
        for sentence in self.plan.apply(self.t_s, self.phase()):
            self.said.append(sentence)
            self.tell(sentence)


@dataclass
class Served:
    """A simulated bench on real ports: ``addresses`` by name of the instrument."""

    server: Server
    simulation: Simulation
    rehearsal: Rehearsal
    addresses: dict[str, str] = field(default_factory=dict)


def rehearse(
    simulation: Simulation, spec: BenchSpec, faults: Sequence[Fault], seed: int = 0
) -> Rehearsal:
    """Attach faults to a simulated bench; those at 0 s are on when this returns.

    Raises:
        BenchError: a fault is not possible on this bench.
    """
    for fault in faults:
        if fault.kind not in KINDS:
            meant = nearest(fault.kind, KINDS)
            hint = f"did you mean {meant}?" if meant else f"known: {', '.join(KINDS)}"
            raise BenchError(f"faults: there is no fault {fault.kind!r}; {hint}")
    try:
        plan = FaultPlan(faults, _scene(simulation, spec, seed))
    except ValueError as error:
        raise BenchError(f"faults: {error}") from error
    rehearsal = Rehearsal(plan)
    # one more line whose time passes with the bench's: no clock of its own
    simulation.bench.lines = (*simulation.bench.lines, Line(rehearsal))
    rehearsal.apply()
    return rehearsal


def simulate(spec: BenchSpec, seed: int) -> Simulation:
    """Build what is simulated of a bench: twins, tank, tissue and probes.

    Raises:
        BenchError: sizes of the sample do not go together.
    """
    twins = {
        n: twin_of(i.driver, n, i.model_dump(), seed)
        for n, i in spec.instruments.items()
        if i.simulated
    }
    lines = {name: Line(twin) for name, twin in twins.items()}
    if (table := spec.contacts) is not None and table.instrument in twins:
        supply = twins.get(spec.applicator.supply)
        twins[table.instrument].hang(table.watchdog_relay, supply, table.hold_s)
    physics = spec.simulation
    tank, supply, generator = _outputs(spec, twins)
    watched = tank if spec.watches_coil else None
    try:
        sample = build(spec.sample.model_dump(), physics.model_dump(), seed, watched)
    except ValueError as error:
        raise BenchError(f"sample: {error}") from error
    (thermometer, probes), *others = _probes(spec, twins, sample, seed) or [(None, {})]
    bench = SimulatedBench(
        tank,
        sample,
        probes,
        supply=supply,
        generator=generator,
        thermometer=thermometer,
        pickup=_pickup(spec, twins, seed),
        others=others,
        lines=tuple(lines.values()),
    )
    wires = {n: w for n, w in lines.items() if n not in _without_wire(spec)}
    return Simulation(bench, twins, wires)


def _outputs(spec: BenchSpec, twins: dict[str, Any]) -> tuple[Tank, Any, Any]:
    """Return the tank, and what drives it as a supply and as a generator."""
    applicator, physics = spec.applicator, spec.simulation
    coil = Tank if isinstance(applicator, Applicator) else DirectCoil
    tank = coil.magnetherm(physics.turns, physics.capacitance_f)
    tank.coil_gain, tank.detuning = physics.coil_gain, physics.detuning
    tank.warms(physics.warm_detuning, applicator.max_current_a, physics.warming_s)
    supply, generator = twins.get(applicator.supply), twins.get(applicator.generator)
    if not isinstance(tank, DirectCoil) or supply is None:
        return tank, supply, generator
    tank.direct_per_ampere_per_m = applicator.field_per_ampere_per_m
    if isinstance(applicator, LinearAmplifier):
        return tank, AmplifierOutput(supply, applicator.current_a_per_v), generator
    return tank, (heater := HeaterOutput(supply, tank)), heater


def _without_wire(spec: BenchSpec) -> set[str]:
    """Return the instruments whose lines carry no bytes: neither served nor garbled."""
    return {n for n, i in spec.instruments.items() if i.driver == "modem_lines"}


def _pickup(spec: BenchSpec, twins: dict[str, Any], seed: int) -> PickUp | None:
    """Return the pick-up coil on a simulated oscilloscope; its true area is drawn."""
    sensor, applicator = spec.field_sensor, spec.applicator
    scope = None if sensor is None else twins.get(sensor.instrument)
    if sensor is None or scope is None:
        return None
    scope.noise_v, error = spec.simulation.pickup_noise_v, spec.simulation.pickup_error
    if error is None:
        error = drawn_error(seeded(seed, "pick-up coil"), sensor.uncertainty)
    pickup = pickup_on(scope, sensor.model_dump(), error)
    most_a_per_m = applicator.field_per_ampere_per_m * applicator.max_current_a
    pickup.fit_scale(most_a_per_m, applicator.frequency_hz)
    return pickup


def _probes(
    spec: BenchSpec, twins: dict[str, Any], sample: Sample, seed: int
) -> list[tuple[Any, dict[int, Probe]]]:
    """Return each simulated thermometer with its probes by channel."""
    physics = spec.simulation.model_dump()
    found: dict[str, dict[int, Probe]] = {}
    for probe in spec.probes:
        if probe.instrument in twins:
            made = fibre(probe.name, probe.role, sample, physics, seed)
            found.setdefault(probe.instrument, {})[probe.channel] = made
    return [(twins[name], probes) for name, probes in found.items()]


def planned(spec: BenchSpec) -> list[Fault]:
    """Return the faults that a config asks for."""
    return [
        Fault(
            kind=table.kind,
            on=table.on,
            at_s=table.at_s,
            phase=table.phase or "",
            after_s=table.after_s,
            duration_s=inf if table.duration_s is None else table.duration_s,
            size=table.size,
            other=table.other,
        )
        for table in spec.faults
    ]


@contextmanager
def serve(
    loaded: Loaded,
    *,
    link: Link = "mixed",
    seed: int | None = None,
    faults: Sequence[Fault] = (),
    paced: bool = True,
) -> Iterator[Served]:
    """Put every instrument of a config that is simulated inside on a real port.

    The caller runs ``server``. "mixed" gives instruments with a network port of their
    own a socket and the others a pseudo-terminal, where the system has them. Times of
    faults, those of the config and ``faults``, count from here.

    Raises:
        BenchError: nothing is simulated, there are no pseudo-terminals, or a fault
            waits for a phase: the run is another program's.
    """
    used_seed = loaded.seed if seed is None else seed
    # contacts and their relay stay with whoever reads the config: no wire leads there
    spec = replace(loaded.bench, contacts=None)
    every = _timed([*planned(loaded.bench), *faults])
    simulation = simulate(spec, used_seed)
    if not simulation.lines:
        raise BenchError(f"{loaded.name}: no instrument is simulated = true")
    rehearsal = rehearse(simulation, loaded.bench, every, used_seed)
    simulation.bench.clocked_hz = loaded.bench.applicator.frequency_hz
    server = Server(simulation.bench.advance, paced=paced)
    served = Served(server, simulation, rehearsal)
    try:
        for name in simulation.lines:
            manner = MANNERS.get(loaded.bench.instruments[name].driver, Manner())
            served.addresses[name] = _address(served, name, manner, link)
        yield served
    finally:
        served.server.close()


def _timed(faults: list[Fault]) -> list[Fault]:
    """Return faults that need no run's phases; refuse the others."""
    for fault in faults:
        if fault.phase:
            raise BenchError(
                f"faults: {fault.kind} waits for phase {fault.phase}, and what is "
                "served does not know a run's phases; give it at_s instead"
            )
    return faults


def _address(served: Served, name: str, manner: Manner, link: Link) -> str:
    line = served.simulation.lines[name]
    terminals = os.name == "posix"
    if link == "socket" or (link == "mixed" and (manner.lan or not terminals)):
        return served.server.on_socket(name, line, manner)
    try:
        return served.server.on_pty(name, line, manner)
    except OSError as error:
        raise BenchError(f"{name} cannot be served: {error}") from error


def _scene(simulation: Simulation, spec: BenchSpec, seed: int) -> Scene:
    return Scene(
        bench=simulation.bench,
        twins=simulation.twins,
        lines=simulation.lines,
        places={p.name: (p.instrument, p.channel) for p in spec.probes},
        turns=spec.simulation.turns,
        rng=seeded(seed, "faults"),
    )
