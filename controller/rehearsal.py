"""What only a simulated bench can do: know the truth, go wrong on purpose, be served.

The only file of the controller that knows the simulators.
"""

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from math import inf
from typing import Any, Literal

from controller.config import BenchSpec, Loaded
from controller.config_errors import nearest
from controller.config_model import Instrument
from controller.errors import BenchError
from controller.run_rows import Truth
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
from simulators.fault_kinds import KINDS, Kind
from simulators.faults import Fault, FaultPlan, Scene
from simulators.line import Line
from simulators.pacing import MANNERS, Manner
from simulators.probe import Probe, ProbeParameters
from simulators.serve import Server
from simulators.two_node import TissueParameters, TwoNode

__all__ = ["KINDS", "Fault", "Kind"]

Link = Literal["socket", "pty", "mixed"]
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
class Rehearsal:
    """Faults on a simulated bench, begun and ended as its own time passes.

    ``t_s`` is s since the faults were attached, ``phase`` says which phase a run is in,
    ``said`` collects a sentence for each fault that began or ended, ``tell`` gets it.
    """

    plan: FaultPlan
    phase: Callable[[], str] = str
    tell: Callable[[str], object] = str
    t_s: float = 0.0
    said: list[str] = field(default_factory=list)

    def receive(self, data: bytes) -> bytes:
        """Answer nothing: no wire leads here, only the bench's time."""
        return b""

    def advance(self, dt_s: float) -> bytes:
        """Let time pass."""
        self.t_s += dt_s
        self.apply()
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
        BenchError: more than one thermometer is simulated.
    """
    twins = {n: _twin(i) for n, i in spec.instruments.items() if i.simulated}
    lines = {name: Line(twin) for name, twin in twins.items()}
    physics = spec.simulation
    tank = Tank.magnetherm(physics.turns, physics.capacitance_f)
    tank.coil_gain, tank.detuning = physics.coil_gain, physics.detuning
    thermometer, probes = _probes(spec, twins, seed)
    tissue = spec.sample.model_dump(exclude={"kind", "body_c"})
    sample = TwoNode(
        TissueParameters(**tissue), seeded(seed, "perfusion"), spec.sample.body_c
    )
    bench = SimulatedBench(
        tank,
        sample,
        probes,
        supply=twins.get(spec.applicator.supply),
        generator=twins.get(spec.applicator.generator),
        thermometer=twins.get(thermometer),
        lines=tuple(lines.values()),
    )
    return Simulation(bench, twins, lines)


def _probes(
    spec: BenchSpec, twins: dict[str, Any], seed: int
) -> tuple[str, dict[int, Probe]]:
    """Return the simulated thermometer's name and its probes by channel."""
    inside = [probe for probe in spec.probes if probe.instrument in twins]
    thermometers = sorted({probe.instrument for probe in inside})
    if len(thermometers) > 1:
        raise BenchError(
            "only one thermometer of a bench can be simulated, and "
            f"{', '.join(thermometers)} are"
        )
    physics = spec.simulation
    chain = ProbeParameters(
        lag_s=physics.probe_lag_s,
        dead_s=physics.dead_time_s,
        noise_c=physics.noise_c,
        step_c=physics.quantisation_c,
    )
    body_c = spec.sample.body_c
    probes = {
        probe.channel: Probe(probe.role, seeded(seed, probe.name), chain, body_c)
        for probe in inside
    }
    return (thermometers[0] if thermometers else ""), probes


def _twin(instrument: Instrument) -> Any:
    options: dict[str, Any] = {"model": instrument.model}
    if instrument.serial:
        options["serial"] = instrument.serial
    return _TWINS[instrument.driver](**options)


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
    names = [name for name, i in loaded.bench.instruments.items() if i.simulated]
    if not names:
        raise BenchError(f"{loaded.name}: no instrument is simulated = true")
    every = _timed([*planned(loaded.bench), *faults])
    simulation = simulate(loaded.bench, used_seed)
    rehearsal = rehearse(simulation, loaded.bench, every, used_seed)
    served = Served(
        Server(simulation.bench.advance, paced=paced), simulation, rehearsal
    )
    try:
        for name in names:
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
