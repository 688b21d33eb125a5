"""Tissues by name, and their blood flow by heat.

Source: simulators/data/tissues.csv names those of the table; the laws of perfusion are
those of Lang, Erdmann and Seebass 1999, IEEE Trans. Biomed. Eng. 46:1129.
"""

import csv
from dataclasses import dataclass
from functools import cache
from math import isfinite
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from simulators.nanoparticles import eddy_w_per_m3

Array = NDArray[np.float64]
Law = Literal["constant", "muscle", "fat", "tumour"]

TABLE = Path(__file__).with_name("data") / "tissues.csv"
SIGMA_AT_HZ = (100e3, 160e3, 300e3, 400e3)
REST_C = 37.0


@dataclass(frozen=True, slots=True)
class Tissue:
    """What heat and field meet in a tissue at rest.

    ``sigma_s_per_m`` is its electric conductivity at 100, 160, 300 and 400 kHz.
    """

    name: str
    density_kg_per_m3: float
    heat_capacity_j_per_kg_k: float
    conductivity_w_per_m_k: float
    perfusion_ml_per_min_kg: float
    metabolic_w_per_kg: float
    sigma_s_per_m: tuple[float, ...]

    @property
    def perfusion_kg_per_s_m3(self) -> float:
        """Return the blood that passes a volume of tissue, in kg/(s m³)."""
        per_kg_m3_per_s = self.perfusion_ml_per_min_kg * 1e-6 / 60.0
        blood_kg_per_m3 = tissue("blood").density_kg_per_m3
        return per_kg_m3_per_s * self.density_kg_per_m3 * blood_kg_per_m3

    def sigma_at_s_per_m(self, frequency_hz: float) -> float:
        """Return the electric conductivity at a frequency, in S/m.

        Straight lines between 100, 160, 300 and 400 kHz; the nearest of these outside.
        """
        low_hz, low = SIGMA_AT_HZ[0], self.sigma_s_per_m[0]
        for high_hz, high in zip(SIGMA_AT_HZ, self.sigma_s_per_m, strict=True):
            if frequency_hz <= high_hz:
                way = (frequency_hz - low_hz) / ((high_hz - low_hz) or 1.0)
                return low + (high - low) * way
            low_hz, low = high_hz, high
        return low


@cache
def tissues() -> dict[str, Tissue]:
    """Read the table of tissues, by name."""
    with TABLE.open(encoding="utf-8", newline="") as file:
        rows = csv.reader(line for line in file if not line.startswith("#"))
        next(rows)
        return {row[0]: _tissue(row[0], [float(x) for x in row[1:]]) for row in rows}


def tissue(name: str | Tissue) -> Tissue:
    """Return a tissue by its name in the table, or as it was given.

    Raises:
        ValueError: there is no such tissue; the sentence lists those there are.
    """
    if isinstance(name, Tissue):
        return name
    known = tissues()
    if name not in known:
        raise ValueError(f"no tissue {name!r}; there are {', '.join(sorted(known))}")
    return known[name]


def perfusion_kg_per_s_m3(law: Law, temperature_c: Array) -> Array:
    """Return the blood flow of a heated tissue, in kg/(s m³), by temperature in °C.

    muscle: 0.45 + 3.55 e^(-(T-45)²/12), 4.0 from 45 °C on; fat: 0.36 + 0.36 of the
    same, 0.72 from 45 °C on; tumour: 0.833 below 37 °C, 0.833 - (T-37)^4.8/5438 to
    42 °C, 0.416 above: vessels of muscle open with heat, those of tumours collapse.

    Source: Lang, Erdmann and Seebass 1999.
    """
    if law == "constant":
        return np.ones_like(temperature_c)
    if law == "tumour":
        warm_k = np.minimum(np.maximum(temperature_c - REST_C, 0.0), 5.0)
        return np.maximum(0.833 - warm_k**4.8 / 5438.0, 0.416)
    low, rise = (0.45, 3.55) if law == "muscle" else (0.36, 0.36)
    below_k = np.minimum(temperature_c - 45.0, 0.0)
    return low + rise * np.exp(below_k * below_k / -12.0)


@cache
def rest_kg_per_s_m3(law: Law) -> float:
    """Return the blood flow of a law at 37 °C, in kg/(s m³); 1 for constant flow."""
    return float(perfusion_kg_per_s_m3(law, np.array([REST_C]))[0])


def muscle_eddy_w_per_m3(
    radius_m: float, field_a_per_m: float, frequency_hz: float
) -> float:
    """Return the heat of eddy currents at the rim of a body of muscle, in W/m³."""
    sigma_s_per_m = tissue("muscle").sigma_at_s_per_m(frequency_hz)
    return eddy_w_per_m3(sigma_s_per_m, radius_m, field_a_per_m, frequency_hz)


def _tissue(name: str, numbers: list[float]) -> Tissue:
    if not all(isfinite(number) for number in numbers):
        raise ValueError(f"a number of tissue {name!r} is not finite")
    density, heat_capacity, conductivity, perfusion, metabolic, *sigma = numbers
    return Tissue(
        name,
        density_kg_per_m3=density,
        heat_capacity_j_per_kg_k=heat_capacity,
        conductivity_w_per_m_k=conductivity,
        perfusion_ml_per_min_kg=perfusion,
        metabolic_w_per_kg=metabolic,
        sigma_s_per_m=tuple(sigma),
    )
