"""A stirred vial in the bore: liquid and wall, and a bore that warms and drifts.

    C dT/dt     = P e^(-t/sedimentation) - G (1 + k |T - T_w|) (T - T_w)
    C_w dT_w/dt = G (1 + k |T - T_w|) (T - T_w) - L (T_w - T_b)
    tau dT_b/dt = T_room + drift t + rise (H/H_ref)² - T_b

A step of any length is exact for constant power and coupling (matrix exponential); the
drift acts with its middle over a step, convection with the difference at its start.
``simulators/calorimeter.py`` is the finer model, for SAR.

Source: two nodes as in docs/calorimetry.md; default sizes are its case B.
"""

from dataclasses import dataclass, field
from math import exp, inf

import numpy as np
from scipy.linalg import expm

from simulators.nanoparticles import Ilp, Particles

SAME_STEP_S = 1e-9
CONVECTION_STEP = 0.002
Row = tuple[float, float, float, float, float]


@dataclass(frozen=True, slots=True)
class VialParameters:
    """Liquid, wall and bore; ``particles_g`` is the mass that the power is given for.

    ``bore_rise_k`` is how far the coil warms the bore in the end at the reference
    field; ``drift_k_per_s`` is the room's. ``convection_per_k`` is k,
    ``sedimentation_s`` how fast particles leave the field (first order, 0 = they stay).
    """

    liquid_j_per_k: float = 4.18863
    wall_j_per_k: float = 1.5
    coupling_w_per_k: float = 0.05
    loss_w_per_k: float = 0.012
    particles: Particles = field(default_factory=Ilp)
    particles_g: float = 0.005
    room_c: float = 22.0
    drift_k_per_s: float = 0.0
    bore_rise_k: float = 0.0
    bore_s: float = 300.0
    reference_field_a_per_m: float = 15_000.0
    convection_per_k: float = 0.0
    sedimentation_s: float = 0.0

    def __post_init__(self) -> None:
        sizes = (self.liquid_j_per_k, self.wall_j_per_k, self.coupling_w_per_k)
        rest = (self.loss_w_per_k, self.bore_s, self.reference_field_a_per_m)
        if not all(0.0 < size < inf for size in (*sizes, *rest)):
            raise ValueError("a heat capacity, conductance or time is not above zero")
        if not (self.convection_per_k >= 0.0 and self.sedimentation_s >= 0.0):
            raise ValueError("convection or time of sedimentation is below zero")
        if not 0.0 <= self.particles_g < inf:
            raise ValueError("the mass of particles is below 0 g")


class Vial:
    """The sample in the coil. It has no clock: ``advance`` is time.

    ``heater_w`` is the power of a resistor in the liquid, whatever the field.
    """

    def __init__(self, parameters: VialParameters | None = None) -> None:
        self.parameters = p = parameters or VialParameters()
        self.liquid_c = self.wall_c = self.bore_c = p.room_c
        self._time_s = 0.0
        self._step_s = 0.0
        self._rows: dict[int, tuple[Row, ...]] = {}
        self.heater_w = 0.0
        # A record's columns are those of a treatment: the liquid is the tumour there,
        # the wall what must not be hurt, the bore what surrounds it.
        self._places = dict.fromkeys(("sample", "core", "margin"), "liquid_c")
        self._places |= {"wall": "wall_c", "healthy": "wall_c"}
        self._places |= {"bore": "bore_c", "body": "bore_c"}

    def at(self, place: str) -> float:
        """Return the true temperature of sample, wall or bore, in °C.

        core and margin are the sample, healthy is the wall, body the bore.

        Raises:
            KeyError: there is no such place in this sample.
        """
        found: float = getattr(self, self._places[place])
        return found

    @property
    def tumour_max_c(self) -> float:
        """Return the temperature of what is heated, in °C."""
        return self.liquid_c

    def power_w(self, field_a_per_m: float, frequency_hz: float) -> float:
        """Return the power of the particles in the liquid now, in W."""
        p = self.parameters
        per_kg = p.particles.power_w_per_kg(field_a_per_m, frequency_hz, self.liquid_c)
        settled_s = p.sedimentation_s
        left = exp(-self._time_s / settled_s) if settled_s > 0.0 else 1.0
        return per_kg * p.particles_g * 1e-3 * left

    def advance(self, dt_s: float, field_a_per_m: float, frequency_hz: float) -> None:
        """Let time pass with the field held at a peak amplitude in A/m.

        Raises:
            ValueError: field or frequency is negative or not a number.
        """
        if not (0.0 <= field_a_per_m < inf and 0.0 <= frequency_hz < inf):
            raise ValueError(f"no field: {field_a_per_m} A/m at {frequency_hz} Hz")
        # Differences of times are not alike to the last digit; a ns is nothing here.
        if abs(dt_s - self._step_s) > SAME_STEP_S:
            self._step_s, self._rows = dt_s, {}
        p = self.parameters
        share = field_a_per_m / p.reference_field_a_per_m
        middle_s = self._time_s + 0.5 * dt_s
        target_c = p.room_c + p.drift_k_per_s * middle_s + p.bore_rise_k * share * share
        power_w = self.power_w(field_a_per_m, frequency_hz) + self.heater_w
        now = (self.liquid_c, self.wall_c, self.bore_c, power_w, target_c)
        self.liquid_c, self.wall_c, self.bore_c = (
            sum(weight * value for weight, value in zip(row, now, strict=True))
            for row in self._matrices(dt_s)
        )
        self._time_s += dt_s

    def _matrices(self, dt_s: float) -> tuple[Row, ...]:
        """Return the matrix of a step at the convection that there is now."""
        stronger = self.parameters.convection_per_k * abs(self.liquid_c - self.wall_c)
        notch = round(stronger / CONVECTION_STEP)
        if notch not in self._rows:
            coupling = self.parameters.coupling_w_per_k
            self._rows[notch] = self._matrix(
                dt_s, coupling * (1.0 + notch * CONVECTION_STEP)
            )
        return self._rows[notch]

    def _matrix(self, dt_s: float, coupling_w_per_k: float) -> tuple[Row, ...]:
        """Return how liquid, wall and bore follow from all three, power and target."""
        p, g = self.parameters, coupling_w_per_k
        rates = np.zeros((5, 5))
        rates[0, [0, 1, 3]] = -g, g, 1.0
        rates[0] /= p.liquid_j_per_k
        through = g, -g - p.loss_w_per_k
        rates[1, :3] = *through, p.loss_w_per_k
        rates[1] /= p.wall_j_per_k
        rates[2, [2, 4]] = -1.0 / p.bore_s, 1.0 / p.bore_s
        exact = expm(rates * dt_s)
        first, second, third = (tuple(map(float, row)) for row in exact[:3])
        return first, second, third  # type: ignore[return-value]
