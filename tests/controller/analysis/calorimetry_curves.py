"""Curves of known truth for the tests: the golden cases and variations of them.

A: one node, 4.18863 J/K, 300 s, 0.5 W. B: a vial of 1.5 J/K behind 0.05 W/K, loss
0.012 W/K. C: B seen by a probe with 0.5 s lag. The truth is 100 W/g Fe in all three.
Source: docs/calorimetry.md, golden cases.
"""

from dataclasses import replace

import numpy as np

from controller.analysis.calorimetry import Array, Curve, Result, Sample, Value
from simulators.calorimeter import Calorimeter, CalorimeterSettings, Reader, record

FIELD_A_PER_M = 15_000.0
FREQUENCY_HZ = 300_000.0
BASELINE_S = 60.0

# All but no vial, without any resistance towards the bore: one node.
CASE_A = CalorimeterSettings(
    heat_capacity_j_per_k=4.18863,
    vial_j_per_k=1e-6,
    coupling_w_per_k=4.18863 / 300.0,
    loss_w_per_k=1e3,
    probe_lag_s=0.0,
)
CASE_B = CalorimeterSettings(heat_capacity_j_per_k=4.1886, probe_lag_s=0.0)
CASE_C = replace(CASE_B, probe_lag_s=0.5)

SAMPLE = Sample(
    colloid_kg=Value(1.00691e-3),
    iron_share=Value(5e-3 / 1.00691),
    fluid_j_per_kg_k=Value(4184.0),
    oxide_j_per_kg_k=Value(670.0),
)


def pulse(on_s: float, off_s: float, period_s: float, cycles: int = 1) -> Array:
    """Return a field record: baseline, then on and off, repeated; shape (samples,)."""
    on = np.full(round(on_s / period_s), FIELD_A_PER_M)
    cycle = np.concatenate([on, np.zeros(round(off_s / period_s))])
    base = np.zeros(round(BASELINE_S / period_s))
    return np.concatenate([base, np.tile(cycle, cycles), np.zeros(1)])


def curve(
    settings: CalorimeterSettings,
    field_a_per_m: Array,
    period_s: float,
    noise_c: float = 0.0,
    step_c: float = 0.0,
    average_s: float = 0.0,
    seed: int = 1,
) -> Curve:
    """Return what a thermometer shows of a calorimeter in a field."""
    rng = np.random.default_rng(seed)
    reader = Reader(rng, noise_c, step_c, average_s, period_s)
    time_s, temperature_c = record(
        Calorimeter(settings), reader, field_a_per_m, FREQUENCY_HZ, period_s
    )
    on = field_a_per_m > 0.5 * FIELD_A_PER_M
    switches = tuple(float(t) for t in time_s[1:][on[1:] != on[:-1]])
    return Curve(
        time_s, temperature_c, field_a_per_m, FREQUENCY_HZ, switches, average_s
    )


def sar(result: Result, settings: CalorimeterSettings) -> float:
    """Return a result as W/g Fe for the 5 mg of the golden cases."""
    power_w = result.rate_c_per_s.value * settings.heat_capacity_j_per_k
    return power_w / settings.mass_g
