"""A recorded run in memory: what was run, its events, and its columns as arrays."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from controller.decisions.settings import Role, Settings


@dataclass(frozen=True, slots=True)
class RunHeader:
    """What is known of a run before its first tick.

    ``instruments`` maps a name to ``{"kind": "simulated" | "served" | "real", ...}``
    with the identity (maker, model, serial, firmware) beside the kind.
    ``config_texts`` holds every file that was drawn in, ``settings_json`` the
    resolved settings that replay uses. ``truth`` says that a simulated bench records
    its true values too.
    """

    name: str
    version: str
    started_utc: str
    simulated: bool
    settings_json: str
    instruments: dict[str, dict[str, Any]] = field(default_factory=dict)
    config_texts: dict[str, str] = field(default_factory=dict)
    seed: int | None = None
    experiment: dict[str, str] = field(default_factory=dict)
    truth: bool = False


class Event(NamedTuple):
    """One event of a run; ``t_s`` is NaN for what happened outside the ticks."""

    seq: int
    t_s: float
    utc: str
    kind: str
    sentence: str
    data: dict[str, Any]


@dataclass(frozen=True, slots=True)
class RunData:
    """A whole run. ``columns`` are those of the ticks, each ``(ticks,)``.

    ``readings`` (value_c, quality, taken_s, cem43_min) are ``(ticks, probes)`` in
    the order of ``settings.probes``; ``truth`` is ``(ticks,)`` each, None unless
    recorded. ``completed`` says that the record was closed, not cut off.
    """

    name: str
    header: RunHeader
    settings: Settings
    completed: bool
    results: Mapping[str, Any]
    events: tuple[Event, ...]
    columns: Mapping[str, NDArray[Any]]
    readings: Mapping[str, NDArray[Any]]
    truth: Mapping[str, NDArray[np.float64]] | None = None

    @property
    def t_s(self) -> NDArray[np.float64]:
        """Monotonic time of every tick, in s."""
        return self.columns["t_s"]

    @property
    def ticks(self) -> int:
        """Number of ticks recorded."""
        return len(self.columns["t_s"])

    def probe_columns(self, roles: tuple[Role, ...]) -> list[int]:
        """Indices of the probes that have one of these roles."""
        probes = self.settings.probes
        return [i for i, probe in enumerate(probes) if probe.role in roles]

    def in_phases(self, *phases: str) -> NDArray[np.bool_]:
        """Mask of the ticks that were in one of these phases."""
        return np.isin(self.columns["phase"].astype(str), phases)

    def faults(self) -> list[dict[str, Any]]:
        """Every fault of the run, in the order in which they latched."""
        return [
            {"code": "", **event.data, "sentence": event.sentence, "t_s": event.t_s}
            for event in self.events
            if event.kind == "fault"
        ]
