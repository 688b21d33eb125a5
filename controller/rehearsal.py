"""What only a simulated bench can do: go wrong on purpose, and be served on real ports.

``controller.bench`` and this file are the only ones that know the simulators.
"""

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Literal

from controller.bench import Simulation, simulate
from controller.config import BenchSpec, Loaded
from controller.errors import BenchError
from simulators.bench import seeded
from simulators.fault_kinds import KINDS, Kind
from simulators.faults import Fault, FaultPlan, Scene
from simulators.line import Line
from simulators.pacing import MANNERS, Manner
from simulators.serve import Server

__all__ = ["KINDS", "Fault", "Kind", "Link", "Rehearsal", "Served", "rehearse", "serve"]

Link = Literal["socket", "pty", "mixed"]


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
    try:
        plan = FaultPlan(faults, _scene(simulation, spec, seed))
    except ValueError as error:
        raise BenchError(f"faults: {error}") from error
    rehearsal = Rehearsal(plan)
    # one more line whose time passes with the bench's: no clock of its own
    simulation.bench.lines = (*simulation.bench.lines, Line(rehearsal))
    rehearsal.apply()
    return rehearsal


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
    own a socket and the others a pseudo-terminal, where the system has them.

    Raises:
        BenchError: nothing is simulated, or there are no pseudo-terminals.
    """
    used_seed = loaded.seed if seed is None else seed
    names = [name for name, i in loaded.bench.instruments.items() if i.simulated]
    if not names:
        raise BenchError(f"{loaded.name}: no instrument is simulated = true")
    simulation = simulate(loaded.bench, used_seed)
    rehearsal = rehearse(simulation, loaded.bench, faults, used_seed)
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
