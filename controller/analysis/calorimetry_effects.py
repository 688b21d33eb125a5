"""What the two-node model leaves out, each effect as one more column beside it.

Heating that follows temperature or time, and a bore that the coil warms with a delay.
Both changes of heating are counted from the beginning of the record: where they are
carried the heating rate is that of the fresh sample at its start temperature.
"""

from dataclasses import dataclass, replace

import numpy as np

from controller.analysis.calorimetry import Array
from controller.analysis.calorimetry_nodes import (
    Bins,
    Modes,
    drive_at,
    heat_and_bore,
)
from controller.analysis.calorimetry_record import Record

PER_C, PER_HOUR, BORE_C = "heating_per_c", "heating_per_hour", "bore_rise_c"
# How large each is believed to be, one sigma: share per °C, share per hour, °C.
BELIEVED = {PER_C: 0.005, PER_HOUR: 0.5, BORE_C: 0.5}
BORE_S = 120.0
SHORTEST_BLOCK_S = 2.0
BLOCK_GROWTH = 0.25


@dataclass(frozen=True, slots=True)
class Effect:
    """One effect; ``record`` holds the drive, in °C/s, of what it adds per unit."""

    name: str
    record: Record

    @property
    def sigma(self) -> float:
        """Return the size that it is believed to have, one sigma, in its own unit."""
        return BELIEVED[self.name]


def effects_of(record: Record, bins: Bins, rate_k_per_s: float) -> tuple[Effect, ...]:
    """Return the effects on a record whose heating rate is about ``rate`` in °C/s."""
    edges_s = _edges_s(record)
    middle_s = 0.5 * (edges_s + np.append(edges_s[1:], record.time_s[-1]))
    live = drive_at(record, middle_s)
    start_s = float(record.edges_s[np.flatnonzero(record.levels > 0.0)[0]])
    before = record.temperature_c[record.time_s <= start_s]
    start_c = float(before.mean() if before.size else record.temperature_c[0])
    warmer_c = np.interp(middle_s, bins.time_s, bins.temperature_c) - start_c
    hours = (middle_s - record.time_s[0]) / 3600.0

    def bent(x: Array) -> Record:
        return replace(record, edges_s=edges_s, levels=rate_k_per_s * live * x)

    return (
        Effect(PER_C, bent(warmer_c)),
        Effect(PER_HOUR, bent(hours)),
        Effect(BORE_C, record),
    )


def effect_columns(
    effects: tuple[Effect, ...], bins: Bins, modes: Modes, lag_s: Array
) -> list[Array]:
    """Return what the probe shows of each effect of size one, in °C: (..., bins)."""
    outside = Modes(modes.rates, modes.bore, modes.bore)
    late_s = np.broadcast_to(BORE_S, lag_s.shape)
    return [
        heat_and_bore(e.record, bins, outside, late_s)[0]
        if e.name == BORE_C
        else heat_and_bore(e.record, bins, modes, lag_s)[0]
        for e in effects
    ]


def _edges_s(record: Record) -> Array:
    """Return the edges of the drive, each stretch with field cut finer and finer."""
    cuts: list[float] = []
    ends = np.append(record.edges_s[1:], record.time_s[-1])
    for start, end, level in zip(record.edges_s, ends, record.levels, strict=True):
        cuts.append(float(start))
        since = SHORTEST_BLOCK_S
        while level > 0.0 and start + since < end - SHORTEST_BLOCK_S:
            cuts.append(float(start) + since)
            since += max(SHORTEST_BLOCK_S, BLOCK_GROWTH * since)
    return np.array(cuts)
