"""A spherical tumour in endless tissue: Pennes' balance in shells, in blood.

    rho c dT/dt = (1/r²) d/dr(k r² dT/dr) - w c_b (T - T_a) + Q_metabolic + Q

Finite volumes: half of the shells share the tumour, the others grow outward. What lies
beyond the last one is endless tissue at rest: there dT/dr = -(m + 1/r) (T - T_a), with
m = sqrt(w c_b / k). Particles heat the tumour alone, eddy currents everything.

All is computed as the rise over the blood. Where perfusion is steady, a step of any
length is exact for constant power (eigenvectors of the symmetrised matrix). Where it
depends on temperature, schedule or chance, a step is conduction (exact) between two
halves of perfusion (exact, with the flow that the step found): each part can only bring
temperatures nearer to the blood's, so that steps of any length are stable.

Source: Pennes 1948, J. Appl. Physiol. 1:93; docs/physics.md has checks and figures.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import inf, sqrt
from types import MappingProxyType

import numpy as np
from scipy.linalg import solveh_banded

from simulators.circulation import Body, Circulation, Flow, pieces
from simulators.nanoparticles import Ilp, Particles, eddy_w_per_m3
from simulators.shells import Exponential, cut
from simulators.tissues import (
    Array,
    Law,
    Tissue,
    muscle_eddy_w_per_m3,
    perfusion_kg_per_s_m3,
    rest_kg_per_s_m3,
    tissue,
)

KEPT_STEPS = 8
# Differences of times are not all alike to the last digit; a ns of heat is nothing.
STEP_DIGITS = 9


@dataclass(frozen=True, slots=True)
class SphereParameters:
    """Size, tissue and particles of a spherical tumour.

    ``*_perfusion_kg_per_s_m3`` None is that of the tissue's table; a law scales it by
    its own value at 37 °C. ``concentration_g_per_l`` is particles in the tumour, which
    wash out with the time constant ``washout_s``. ``eddy_radius_m`` is that of the
    exposed body, 0 for no eddy heat. ``margin_share`` is the margin's place as a share
    of the radius; the healthy probe sits ``healthy_beyond_m`` outside the tumour.
    """

    radius_m: float = 8e-3
    reach_m: float = 0.03
    shells: int = 48
    tumour: str | Tissue = "tumour"
    tissue: str | Tissue = "muscle"
    tumour_perfusion_kg_per_s_m3: float | None = 0.833
    tissue_perfusion_kg_per_s_m3: float | None = None
    tumour_law: Law = "constant"
    tissue_law: Law = "constant"
    metabolism: bool = True
    particles: Particles = field(default_factory=Ilp)
    concentration_g_per_l: float = 3.0
    washout_s: float = inf
    eddy_radius_m: float = 0.03
    margin_share: float = 0.9
    healthy_beyond_m: float = 5e-3

    def __post_init__(self) -> None:
        if not (self.radius_m > 0.0 and self.reach_m >= 2.0 * self.radius_m):
            raise ValueError(
                "a tumour needs a radius, and tissue to twice that at least"
            )
        if not (self.shells >= 16 and self.shells % 2 == 0):
            raise ValueError("the shells of a sphere are an even number from 16 on")
        if not 0.0 <= self.concentration_g_per_l < inf:
            raise ValueError("the concentration of particles is below 0 g/L")


class PennesSphere:
    """The tumour in the coil. It has no clock: ``advance`` is time.

    ``flow`` scales all perfusion, ``body`` warms and cools the blood; without them flow
    and blood (``body_c``, which may be changed at any time) are steady. ``places`` adds
    probes by name and radius in m to core, margin, healthy and body.
    """

    def __init__(
        self,
        parameters: SphereParameters | None = None,
        flow: Flow | None = None,
        body: Body | None = None,
        body_c: float = 37.0,
        places: Mapping[str, float] = MappingProxyType({}),
    ) -> None:
        self.parameters = p = parameters or SphereParameters()
        self._blood = Circulation(flow, body, body_c, p.washout_s)
        laws = p.tumour_law != "constant" or p.tissue_law != "constant"
        self._split = laws or not self._blood.flow.steady
        self._build()
        known = {"core": 0.0, "margin": p.margin_share * p.radius_m}
        known |= {"healthy": p.radius_m + p.healthy_beyond_m, **places}
        self._rows = {name: self._shells.row(r) for name, r in known.items()}
        self._steps: dict[float, Array] = {}
        # The state is the rise of each shell, then the sources: two powers, metabolism.
        self._state = np.concatenate([self._at_rest_k(), [0.0, 0.0, 1.0]])
        self._rise_k = self._state[: p.shells]
        heat_j_per_k = float(self._heat_j_per_k.sum())
        self._blood.settle(self.stored_j(), heat_j_per_k, self.loss_w())

    @property
    def body_c(self) -> float:
        """Return the temperature of the blood, in °C."""
        return self._blood.blood_c

    @body_c.setter
    def body_c(self, temperature_c: float) -> None:
        self._rise_k -= self._blood.warm_to(temperature_c)

    @property
    def tumour_max_c(self) -> float:
        """Return the temperature of the hottest shell or the centre, in °C."""
        hottest_c = self._blood.blood_c + float(self._rise_k[: self._half].max())
        return max(hottest_c, self.at("core"))

    def at(self, place: str) -> float:
        """Return the true temperature at a place, in °C.

        Raises:
            KeyError: there is no such place in this sample.
        """
        if place == "body":
            return self._blood.blood_c
        return self._blood.blood_c + float(np.dot(self._rows[place], self._rise_k))

    def at_radius_c(self, radius_m: float) -> float:
        """Return the true temperature at a distance from the centre, in °C."""
        return self._blood.blood_c + float(self._shells.row(radius_m) @ self._rise_k)

    def stored_j(self) -> float:
        """Return the heat above the blood's temperature in all shells, in J."""
        return float(np.dot(self._heat_j_per_k, self._rise_k))

    def loss_w(self) -> float:
        """Return the heat that leaves with blood and to the tissue beyond, in W."""
        blood_w_per_k = self._blood_w_per_k
        if self._split:
            blood_w_per_k = blood_w_per_k * (self._law_factor() * self._factor)
        beyond_w = self._shells.beyond_w_per_k * self._rise_k[-1]
        return float(np.dot(blood_w_per_k, self._rise_k) + beyond_w)

    def power_w(self, field_a_per_m: float, frequency_hz: float) -> tuple[float, float]:
        """Return the power of the field in tumour and in tissue, in W."""
        tumour, tissue_ = self._power_w_per_m3(field_a_per_m, frequency_hz)
        inside_m3, outside_m3 = np.split(self._shells.volume_m3, [self._half])
        return tumour * float(inside_m3.sum()), tissue_ * float(outside_m3.sum())

    def advance(self, dt_s: float, field_a_per_m: float, frequency_hz: float) -> None:
        """Let time pass with the field held at a peak amplitude in A/m.

        Raises:
            ValueError: field or frequency is negative or not a number.
        """
        if not (0.0 <= field_a_per_m < inf and 0.0 <= frequency_hz < inf):
            raise ValueError(f"no field: {field_a_per_m} A/m at {frequency_hz} Hz")
        varies = self._split or self._blood.varies
        count = pieces(dt_s) if varies else 1
        for _ in range(count):
            self._step(dt_s / count, field_a_per_m, frequency_hz)

    def _step(self, dt_s: float, field_a_per_m: float, frequency_hz: float) -> None:
        n, state = self.parameters.shells, self._state
        matrix = self._steps.get(round(dt_s, STEP_DIGITS))
        if matrix is None:
            matrix = self._remember(dt_s)
        state[n], state[n + 1] = self._power_w_per_m3(field_a_per_m, frequency_hz)
        if self._split:
            self._factor = self._blood.flow.advance(dt_s)
            flow = self._law_factor()
            flow *= self._factor
            keep = np.exp(self._relax_per_s * (-0.5 * dt_s) * flow)
            self._rise_k *= keep
        state[:n] = np.dot(matrix, state)
        if self._split:
            self._rise_k *= keep
        if self._blood.varies:
            self._blood.wash_out(dt_s)
            if self._blood.follows:
                self._move_body(dt_s, field_a_per_m, frequency_hz)

    def _move_body(
        self, dt_s: float, field_a_per_m: float, frequency_hz: float
    ) -> None:
        """Hand the body what tumour and eddy currents heat it with."""
        radius_m = self.parameters.eddy_radius_m
        rim_w_per_m3 = muscle_eddy_w_per_m3(radius_m, field_a_per_m, frequency_hz)
        in_w = float(np.dot(self._in_w, self._state[self.parameters.shells :]))
        stored_j = self.stored_j()
        self._rise_k -= self._blood.hand_over(dt_s, in_w, stored_j, rim_w_per_m3)

    def _power_w_per_m3(
        self, field_a_per_m: float, frequency_hz: float
    ) -> tuple[float, float]:
        if field_a_per_m == 0.0 or frequency_hz == 0.0:
            return 0.0, 0.0
        p = self.parameters
        core_c = self._blood.blood_c + float(self._rise_k[0])
        heat = p.particles.power_w_per_kg(field_a_per_m, frequency_hz, core_c)
        heat *= p.concentration_g_per_l * self._blood.particles_left
        if p.eddy_radius_m == 0.0:
            return heat, 0.0
        where = (p.eddy_radius_m, field_a_per_m, frequency_hz)
        sigmas = (t.sigma_at_s_per_m(frequency_hz) for t in self._tissues)
        in_tumour, in_tissue = (eddy_w_per_m3(sigma, *where) for sigma in sigmas)
        return heat + in_tumour, in_tissue

    def _law_factor(self) -> Array:
        """Return the flow over that at 37 °C, by shell."""
        factor = np.ones(self.parameters.shells)
        temperature_c = self._rise_k + self._blood.blood_c
        for law, part, rest in self._laws:
            factor[part] = perfusion_kg_per_s_m3(law, temperature_c[part]) / rest
        return factor

    def _build(self) -> None:
        """Lay out shells, heat capacities, blood and sources."""
        p = self.parameters
        self._tissues = tumour, around = tissue(p.tumour), tissue(p.tissue)
        own = (p.tumour_perfusion_kg_per_s_m3, p.tissue_perfusion_kg_per_s_m3)
        flow = [
            t.perfusion_kg_per_s_m3 if given is None else given
            for t, given in zip(self._tissues, own, strict=True)
        ]
        blood = [f * tissue("blood").heat_capacity_j_per_kg_k for f in flow]
        heat = [t.density_kg_per_m3 * t.heat_capacity_j_per_kg_k for t in self._tissues]
        warm = [t.density_kg_per_m3 * t.metabolic_w_per_kg for t in self._tissues]
        k_in, k_out = tumour.conductivity_w_per_m_k, around.conductivity_w_per_m_k
        decay = sqrt(blood[1] / k_out) + 1.0 / p.reach_m
        self._shells = cut(p.radius_m, p.reach_m, p.shells, k_in, k_out, decay)
        self._half = half = self._shells.half
        volume_m3 = self._shells.volume_m3
        self._heat_j_per_k = np.repeat(heat, half) * volume_m3
        self._blood_w_per_k = np.repeat(blood, half) * volume_m3
        self._relax_per_s = np.repeat(blood, half) / np.repeat(heat, half)
        self._sources_w = np.zeros((p.shells, 3))
        self._sources_w[:half, 0] = volume_m3[:half]
        self._sources_w[half:, 1] = volume_m3[half:]
        self._sources_w[:, 2] = np.repeat(warm, half) * volume_m3 * p.metabolism
        self._in_w = self._sources_w.sum(axis=0)
        parts = ((p.tumour_law, slice(half)), (p.tissue_law, slice(half, None)))
        self._laws = [
            (law, part, rest_kg_per_s_m3(law))
            for law, part in parts
            if law != "constant"
        ]
        self._factor = 1.0
        held = 0.0 if self._split else self._blood_w_per_k
        couple = self._shells.couple_w_per_k
        self._course = Exponential(
            self._heat_j_per_k, self._shells.conduction_w_per_k() + held, couple
        )

    def _remember(self, dt_s: float) -> Array:
        """Return the matrix of a step; few lengths occur, so few are kept."""
        if len(self._steps) >= KEPT_STEPS:
            self._steps.clear()
        matrix = self._course.over(dt_s, self._sources_w)
        self._steps[round(dt_s, STEP_DIGITS)] = matrix
        return matrix

    def _at_rest_k(self) -> Array:
        """Return the steady rise without field: metabolism against blood."""
        banded = np.zeros((2, self.parameters.shells))
        banded[0, 1:] = -self._shells.couple_w_per_k
        self._rise_k = np.zeros(self.parameters.shells)
        # With laws the flow depends on the result; it settles within a few rounds.
        for _ in range(40 if self._split else 1):
            banded[1] = (
                self._shells.conduction_w_per_k()
                + self._blood_w_per_k * self._law_factor()
            )
            self._rise_k = solveh_banded(banded, self._sources_w[:, 2])
        return self._rise_k
