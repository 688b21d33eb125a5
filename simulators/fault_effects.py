"""The effects of faults on what is simulated, each as a function that begins it.

It holds plain attributes of lines, twins, probes or the tank at a value through
``hold``, which remembers what was there; it may return what more its end has to do.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import inf
from random import Random
from typing import Any

from simulators.bench import SimulatedBench
from simulators.coil import Tank
from simulators.direct_coil import DirectCoil
from simulators.line import Line
from simulators.probe import Probe
from simulators.wire_faults import Garbling, Impostor, Late

# For how long the circuit is open at least while somebody exchanges a part of it.
EXCHANGE_S = 5.0
Hold = Callable[[Any, str | int, object], None]
End = Callable[[], None]


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that goes wrong: what, on what, when, for how long.

    ``on`` names an instrument or a probe, "" for the applicator. It begins at
    ``at_s``, or ``after_s`` after ``phase`` has first begun. ``size`` is in the unit of
    its kind, None for the usual one; ``other`` is the second party of an exchange.
    """

    kind: str
    on: str = ""
    at_s: float | None = None
    phase: str = ""
    after_s: float = 0.0
    duration_s: float = inf
    size: float | None = None
    other: str = ""


@dataclass(frozen=True, slots=True)
class Scene:
    """What faults act upon. ``places`` gives each probe its instrument and channel."""

    bench: SimulatedBench
    twins: Mapping[str, Any]
    lines: Mapping[str, Line]
    places: Mapping[str, tuple[str, int]]
    turns: int
    rng: Random

    def probe(self, name: str) -> Probe:
        """Return a probe by its name."""
        fibres, channel = self.socket(name)
        return fibres[channel]

    def socket(self, name: str) -> tuple[dict[int, Probe], int]:
        """Return the probes of a probe's thermometer by channel, and its channel."""
        thermometer, channel = self.places[name]
        return self.bench.fibres_of(self.twins[thermometer]), channel


Begin = Callable[[Scene, Fault, float, Hold], End | None]


def switch_line(attribute: str) -> Begin:
    def begin(scene: Scene, fault: Fault, size: float, hold: Hold) -> None:
        hold(scene.lines[fault.on], attribute, True)

    return begin


def garble_line(make: Callable[[Scene, float], Garbling]) -> Begin:
    def begin(scene: Scene, fault: Fault, size: float, hold: Hold) -> None:
        hold(scene.lines[fault.on], "garble", make(scene, size))

    return begin


def delay(scene: Scene, fault: Fault, size: float, hold: Hold) -> None:
    line = scene.lines[fault.on]
    hold(line, "instrument", Late(line.instrument, size))


def let_another_answer(scene: Scene, fault: Fault, size: float, hold: Hold) -> None:
    line = scene.lines[fault.on]
    hold(line, "instrument", Impostor(line.instrument, scene.twins[fault.other]))


def switch_twin(*attributes: str) -> Begin:
    """Hold the first of these attributes that the twin has."""

    def begin(scene: Scene, fault: Fault, size: float, hold: Hold) -> None:
        twin = scene.twins[fault.on]
        name = next(name for name in attributes if hasattr(twin, name))
        hold(twin, name, True)

    return begin


def open_contact(scene: Scene, fault: Fault, size: float, hold: Hold) -> End:
    """Open the contact on CTS (1), DSR (2) or DCD (3) of an adapter."""
    closed = scene.twins[fault.on].closed
    line = ("cts", "dsr", "cd")[round(size) - 1]
    closed[line] = False

    def close() -> None:
        closed[line] = True

    return close


def trip(reason: str) -> Begin:
    """Trip a supply now, for one of the reasons that its twin knows."""

    def begin(scene: Scene, fault: Fault, size: float, hold: Hold) -> None:
        scene.twins[fault.on].trip(reason)

    return begin


def frequency(scene: Scene, fault: Fault, size: float, hold: Hold) -> None:
    hold(scene.twins[fault.on], "frequency_error", size)


def power_cycle(scene: Scene, fault: Fault, size: float, hold: Hold) -> None:
    for attribute in ("silent", "deaf"):
        hold(scene.lines[fault.on], attribute, True)
    scene.twins[fault.on].power_cycled()


def auto_restart(scene: Scene, fault: Fault, size: float, hold: Hold) -> End:
    twin = scene.twins[fault.on]
    names = ("set_voltage_v", "set_current_a", "output_on")
    before = {name: getattr(twin, name) for name in names if hasattr(twin, name)}
    power_cycle(scene, fault, size, hold)

    def restart() -> None:
        for name, value in before.items():
            setattr(twin, name, value)

    return restart


def switch_probe(attribute: str, sized: bool = False) -> Begin:
    def begin(scene: Scene, fault: Fault, size: float, hold: Hold) -> None:
        hold(scene.probe(fault.on), attribute, size if sized else True)

    return begin


def switch_channel(flags: str) -> Begin:
    """Switch the thermometer's own flag of the channel, or the probe's."""

    def begin(scene: Scene, fault: Fault, size: float, hold: Hold) -> None:
        instrument, channel = scene.places[fault.on]
        own = getattr(scene.twins[instrument], flags, None)
        if isinstance(own, list):
            hold(own, channel - 1, True)
        else:
            hold(scene.probe(fault.on), flags, True)

    return begin


def swap(scene: Scene, fault: Fault, size: float, hold: Hold) -> None:
    (here, one), (there, two) = scene.socket(fault.on), scene.socket(fault.other)
    first, second = here[one], there[two]
    hold(here, one, second)
    hold(there, two, first)


def stop_water(scene: Scene, fault: Fault, size: float, hold: Hold) -> None:
    hold(scene.bench.sample, "flow_share", size)


def switch_pickup(attribute: str, sized: bool = False) -> Begin:
    def begin(scene: Scene, fault: Fault, size: float, hold: Hold) -> None:
        hold(scene.bench.pickup, attribute, size if sized else True)

    return begin


def detune(scene: Scene, fault: Fault, size: float, hold: Hold) -> None:
    hold(scene.bench.tank, "detuning", size)


def change_gain(scene: Scene, fault: Fault, size: float, hold: Hold) -> None:
    hold(scene.bench.tank, "coil_gain", size * scene.bench.tank.coil_gain)


def short_turn(scene: Scene, fault: Fault, size: float, hold: Hold) -> None:
    """Take one turn out: L as N², the field as N; what it loses in heat is left out."""
    tank, left = scene.bench.tank, 1.0 - 1.0 / scene.turns
    shorted = Tank(
        inductance_h=left * left * tank.inductance_h,
        capacitance_f=tank.capacitance_f,
        ac_ohm=tank.ac_ohm,
        tuned_ohm=tank.tuned_ohm,
        field_per_coil_ampere_per_m=left * tank.field_per_coil_ampere_per_m,
        efficiency=tank.efficiency,
    )
    _become(tank, shorted, hold)


def other_coil(scene: Scene, fault: Fault, size: float, hold: Hold) -> End:
    capacitance_f = scene.bench.tank.capacitance_f
    return _exchange(scene, Tank.magnetherm(round(size), capacitance_f), hold)


def other_capacitor(scene: Scene, fault: Fault, size: float, hold: Hold) -> End:
    return _exchange(scene, Tank.magnetherm(scene.turns, size), hold)


def _exchange(scene: Scene, other: Tank, hold: Hold) -> End:
    """Put another one in: under current nobody can without opening the circuit."""
    tank = scene.bench.tank
    tank.interrupt(EXCHANGE_S)
    _become(tank, other, hold)
    return lambda: tank.interrupt(EXCHANGE_S)


def _become(tank: Tank, other: Tank, hold: Hold) -> None:
    if isinstance(tank, DirectCoil):
        gain = other.field_per_coil_ampere_per_m / tank.field_per_coil_ampere_per_m
        per_a = "direct_per_ampere_per_m"
        hold(tank, per_a, gain * tank.direct_per_ampere_per_m)
    for part in Tank.PARTS:
        hold(tank, part, getattr(other, part))
