"""Tissues by name, their blood flow by heat, schedule and chance, and the body behind.

Source: simulators/data/tissues.csv names those of the table; the laws of perfusion are
those of Lang, Erdmann and Seebass 1999, IEEE Trans. Biomed. Eng. 46:1129.
"""

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from math import exp, expm1, isfinite, sqrt
from pathlib import Path
from random import Random
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from simulators.nanoparticles import eddy_w_per_m3

Array = NDArray[np.float64]
Law = Literal["constant", "muscle", "fat", "tumour"]

TABLE = Path(__file__).with_name("data") / "tissues.csv"
SIGMA_AT_HZ = (100e3, 160e3, 300e3, 400e3)
REST_C = 37.0
DRAW_STEP_S = 1.0
SMALLEST_FACTOR, LARGEST_FACTOR = 0.1, 1.9


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


class Flow:
    """The factor on all perfusion: a schedule of steps, times a wandering one.

    ``steps`` are (time in s, factor) in order of time; a step holds until the next.
    The wandering factor is 1 plus an Ornstein-Uhlenbeck process of relative rms
    ``fluctuation`` and correlation time ``fluctuation_s``, kept within 0.1 to 1.9. It
    is drawn each second, so that the draws do not depend on the length of a tick.

    Raises:
        ValueError: a factor is negative, or the times are not in order.
    """

    def __init__(
        self,
        steps: Sequence[tuple[float, float]] = (),
        fluctuation: float = 0.0,
        fluctuation_s: float = 30.0,
        rng: Random | None = None,
    ) -> None:
        times_s = [at_s for at_s, _ in steps]
        if times_s != sorted(times_s) or not all(0 <= f < 1e3 for _, f in steps):
            raise ValueError("steps of perfusion: times in order, factors of 0 or more")
        if not (0.0 <= fluctuation <= 1.0 and fluctuation_s > 0.0):
            raise ValueError("fluctuation of perfusion: rms 0 to 1, time above 0 s")
        self.steady = not steps and not (fluctuation and rng)
        self._steps = list(steps)
        self._spread = fluctuation
        self._keep = exp(-DRAW_STEP_S / fluctuation_s)
        self._rng = rng if fluctuation else None
        self._time_s = 0.0
        self._until_draw_s = 0.0
        self._deviation = 0.0
        self._scheduled = 1.0

    def advance(self, dt_s: float) -> float:
        """Return the factor that holds for a step, and let it pass."""
        while self._steps and self._steps[0][0] <= self._time_s + 1e-9:
            self._scheduled = self._steps.pop(0)[1]
        self._time_s += dt_s
        if self._rng is None:
            return self._scheduled
        while self._until_draw_s <= 1e-9:
            self._until_draw_s += DRAW_STEP_S
            spread = self._spread * sqrt(1.0 - self._keep * self._keep)
            self._deviation *= self._keep
            self._deviation += self._rng.gauss(0.0, spread)
        self._until_draw_s -= dt_s
        wandering = min(LARGEST_FACTOR, max(SMALLEST_FACTOR, 1.0 + self._deviation))
        return self._scheduled * wandering


@dataclass(frozen=True, slots=True)
class BodyParameters:
    """The body that the blood comes from, as one node.

    M c dT/dt = own + heat - L (T - T_surroundings), c = 3470 J/(kg K), the usual mean
    of a body (unverified). ``own_w`` is metabolism, less what the anaesthetic takes of
    it, plus a warming pad; None: what keeps the body at its start. ``exposed_share`` of
    the body lies in the field. Sizes are those of a rat, assumed.
    """

    start_c: float = 37.0
    mass_kg: float = 0.3
    loss_w_per_k: float = 0.10
    surroundings_c: float = 22.0
    own_w: float | None = None
    exposed_share: float = 0.3

    def __post_init__(self) -> None:
        if not (self.mass_kg > 0.0 and self.loss_w_per_k > 0.0):
            raise ValueError("mass or heat loss of a body is not above zero")


class Body:
    """The temperature of the blood. It has no clock: ``advance`` is time."""

    HEAT_CAPACITY_J_PER_KG_K = 3470.0

    def __init__(self, parameters: BodyParameters | None = None) -> None:
        self.parameters = p = parameters or BodyParameters()
        self.temperature_c = p.start_c
        at_start_w = p.loss_w_per_k * (p.start_c - p.surroundings_c)
        self._own_w = at_start_w if p.own_w is None else p.own_w
        self._slow_s = p.mass_kg * self.HEAT_CAPACITY_J_PER_KG_K / p.loss_w_per_k

    def advance(self, dt_s: float, heat_w: float) -> float:
        """Let time pass with so much heat from outside, in W; return the warming, in K.

        Exact for constant heat.
        """
        p = self.parameters
        end_c = p.surroundings_c + (self._own_w + heat_w) / p.loss_w_per_k
        warmed_k = (self.temperature_c - end_c) * expm1(-dt_s / self._slow_s)
        self.temperature_c += warmed_k
        return warmed_k

    def eddy_w(
        self, radius_m: float, field_a_per_m: float, frequency_hz: float
    ) -> float:
        """Return the heat of eddy currents in the body, a cylinder of muscle, in W.

        Over a cylinder it is on average half of that at the rim.
        """
        muscle = tissue("muscle")
        sigma = muscle.sigma_at_s_per_m(frequency_hz)
        rim = eddy_w_per_m3(sigma, radius_m, field_a_per_m, frequency_hz)
        volume_m3 = self.parameters.mass_kg / muscle.density_kg_per_m3
        return 0.5 * rim * volume_m3 * self.parameters.exposed_share


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
