"""Faults at their time: a plan begins and ends them as the simulated time passes."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from math import inf, isfinite
from typing import Any

from simulators.cooling import Cooled
from simulators.fault_effects import End, Fault, Scene
from simulators.fault_kinds import KINDS

__all__ = ["KINDS", "Fault", "FaultPlan", "Scene", "Switches", "problems"]

# sums of steps of time do not meet a time exactly
ROUNDING_S = 1e-9


def problems(fault: Fault, scene: Scene) -> list[str]:
    """Return one sentence for each mistake of a fault on this bench."""
    kind = KINDS.get(fault.kind)
    if kind is None:
        return [f"there is no fault {fault.kind!r}; known are {', '.join(KINDS)}"]
    wrong = [*_party(fault, fault.on, "on", scene)]
    if kind.exchange:
        wrong += _party(fault, fault.other, "other", scene)
    elif fault.other:
        wrong.append(f"{fault.kind} has no second party; remove other")
    wrong += _timing(fault)
    if kind.size is None and fault.size is not None:
        wrong.append(f"{fault.kind} has no size; remove size = {fault.size:g}")
    if kind.size is not None and fault.size is not None:
        problem = kind.size.problem(fault.size)
        wrong += [f"{fault.kind}: {problem}"] if problem else []
    return wrong


def _party(fault: Fault, name: str, key: str, scene: Scene) -> list[str]:
    kind = KINDS[fault.kind]
    if kind.place in ("applicator", "cooling"):
        wrong = [f"{fault.kind} is on the applicator; remove {key}"] if name else []
        if kind.place == "applicator" or isinstance(scene.bench.sample, Cooled):
            return wrong
        return [f"{fault.kind}: no probe is on the coil, in its bore or in its water"]
    if kind.place == "field":
        wrong = [f"{fault.kind} is on the field sensor; remove {key}"] if name else []
        missing = scene.bench.pickup is None
        return [f"{fault.kind}: no pick-up coil is simulated"] if missing else wrong
    known = list(scene.lines if kind.place == "wire" else scene.twins)
    if kind.place == "probe":
        known = [n for n, (where, _) in scene.places.items() if where in scene.twins]
    if name not in known:
        return [f"{fault.kind}: {key} = {name!r} is not one of {', '.join(known)}"]
    twin = scene.twins.get(name)
    if kind.needs and not any(hasattr(twin, need) for need in kind.needs):
        return [f"{fault.kind}: {name} has no such fault"]
    return []


def _timing(fault: Fault) -> list[str]:
    wrong = []
    if (fault.at_s is None) == (not fault.phase):
        wrong.append(f"{fault.kind} needs one of at_s and phase")
    if fault.at_s is not None and not 0.0 <= fault.at_s < inf:
        wrong.append(
            f"{fault.kind}: at_s = {fault.at_s:g} is not a time from the start"
        )
    if not (isfinite(fault.after_s) and fault.after_s >= 0.0):
        wrong.append(f"{fault.kind}: after_s = {fault.after_s:g} is not a time in s")
    if not fault.duration_s > 0.0:
        wrong.append(f"{fault.kind}: duration_s = {fault.duration_s:g} is not above 0")
    return wrong


@dataclass(slots=True)
class _Held:
    owner: int
    target: Any
    key: str | int
    value: object


class Switches:
    """Attributes and items held at a value by several owners: the last one counts.

    When the last owner lets go, the value from before the first one is back.
    """

    def __init__(self) -> None:
        self._held: list[_Held] = []
        self._before: dict[tuple[int, str | int], object] = {}

    def hold(self, owner: int, target: Any, key: str | int, value: object) -> None:
        """Hold an attribute (by name) or an item (by number) at a value."""
        place = (id(target), key)
        if place not in self._before:
            self._before[place] = (
                getattr(target, key) if isinstance(key, str) else target[key]
            )
        self._held.append(_Held(owner, target, key, value))
        _write(target, key, value)

    def release(self, owner: int) -> None:
        """Let go of all that an owner holds."""
        released = [held for held in self._held if held.owner == owner]
        self._held = [held for held in self._held if held.owner != owner]
        for gone in released:
            place = (id(gone.target), gone.key)
            others = [h for h in self._held if (id(h.target), h.key) == place]
            if others:
                _write(gone.target, gone.key, others[-1].value)
            elif place in self._before:
                _write(gone.target, gone.key, self._before.pop(place))


def _write(target: Any, key: str | int, value: object) -> None:
    if isinstance(key, str):
        setattr(target, key, value)
    else:
        target[key] = value


@dataclass(slots=True)
class _Entry:
    fault: Fault
    start_s: float = inf
    begun: bool = False
    ended: bool = False
    end: End | None = field(default=None)


class FaultPlan:
    """Begins and ends faults on a scene. It has no clock: ``apply`` brings the time.

    Raises:
        ValueError: a fault is not possible on this bench; the message says why.
    """

    def __init__(self, faults: Sequence[Fault], scene: Scene) -> None:
        wrong = [sentence for fault in faults for sentence in problems(fault, scene)]
        if wrong:
            raise ValueError("; ".join(wrong))
        self._scene = scene
        self._switches = Switches()
        self._phases: set[str] = set()
        self._entries = [
            _Entry(fault, inf if fault.at_s is None else fault.at_s) for fault in faults
        ]

    @property
    def active(self) -> tuple[Fault, ...]:
        """The faults that are on now."""
        return tuple(e.fault for e in self._entries if e.begun and not e.ended)

    def apply(self, t_s: float, phase: str = "") -> list[str]:
        """Begin and end what is due at a time in s; return a sentence for each."""
        if phase not in self._phases and t_s >= 0.0:  # before 0 there is no run yet
            self._phases.add(phase)
            for entry in self._entries:
                if phase and entry.fault.phase == phase:
                    entry.start_s = t_s + entry.fault.after_s
        said = []
        now_s = t_s + ROUNDING_S
        for owner, entry in enumerate(self._entries):
            if not entry.begun and now_s >= entry.start_s:
                said.append(self._begin(owner, entry, t_s))
            elif self._is_over(entry, now_s):
                said.append(self._end(owner, entry, t_s))
        return said

    def stop(self, t_s: float) -> list[str]:
        """End every fault that is on."""
        return [
            self._end(owner, entry, t_s)
            for owner, entry in enumerate(self._entries)
            if entry.begun and not entry.ended
        ]

    def _is_over(self, entry: _Entry, now_s: float) -> bool:
        running = entry.begun and not entry.ended
        return running and now_s >= entry.start_s + entry.fault.duration_s

    def _begin(self, owner: int, entry: _Entry, t_s: float) -> str:
        fault, kind = entry.fault, KINDS[entry.fault.kind]
        default = 0.0 if kind.size is None else kind.size.default
        size = default if fault.size is None else fault.size

        def hold(target: Any, key: str | int, value: object) -> None:
            self._switches.hold(owner, target, key, value)

        entry.end = kind.begin(self._scene, fault, size, hold)
        entry.begun = True
        return f"{t_s:g} s: {_named(fault)} begins: {kind.does}"

    def _end(self, owner: int, entry: _Entry, t_s: float) -> str:
        self._switches.release(owner)
        if entry.end is not None:
            entry.end()
        entry.ended = True
        return f"{t_s:g} s: {_named(entry.fault)} ends"


def _named(fault: Fault) -> str:
    where = f" on {fault.on}" if fault.on else ""
    return fault.kind + where + (f" with {fault.other}" if fault.other else "")
