"""A tumour with particles in clumps, on a cubic grid of tissue, in blood.

    rho c dT/dt = k (T_xx + T_yy + T_zz) - w c_b (T - T_a) + Q,  T = T_a at the faces

One k and rho c for all (those of the tissue); perfusion is the tumour's inside and the
tissue's outside. A step is conduction between two halves of perfusion and heat, each
exact: in a box, conduction along x, y and z commute, so three small matrices do it.
Every part levels out or cools, so that steps of any length are stable.

Particles lie in ``clumps`` of Gaussian shape over an even share of them, at places that
the generator draws; their mass is that of the mean concentration.

Source: Pennes 1948, J. Appl. Physiol. 1:93; sizes are assumed.
"""

from dataclasses import dataclass, field
from math import inf
from random import Random

import numpy as np
from scipy.linalg import eigh_tridiagonal

from simulators.circulation import Body, Circulation, Flow, pieces
from simulators.nanoparticles import Ilp, Particles, eddy_w_per_m3
from simulators.tissues import Array, muscle_eddy_w_per_m3, tissue

STEP_DIGITS = 9
EVEN_SHARE = 0.4
CLUMP_SHARE_OF_RADIUS = 0.4


@dataclass(frozen=True, slots=True)
class GridParameters:
    """Cells per side, side and radius, blood and particles of a lumpy tumour."""

    cells: int = 15
    side_m: float = 0.03
    radius_m: float = 8e-3
    tissue: str = "muscle"
    tumour_perfusion_kg_per_s_m3: float = 0.833
    particles: Particles = field(default_factory=Ilp)
    concentration_g_per_l: float = 3.0
    washout_s: float = inf
    clumps: int = 6
    eddy_radius_m: float = 0.03
    margin_share: float = 0.9
    healthy_beyond_m: float = 4e-3

    def __post_init__(self) -> None:
        if not (self.cells >= 5 and self.cells % 2 == 1):
            raise ValueError("the cells per side of a grid are an odd number from 5 on")
        if not 0.0 < self.radius_m + self.healthy_beyond_m < 0.5 * self.side_m:
            raise ValueError("tumour and healthy probe do not fit into the grid")
        if not (0.0 <= self.concentration_g_per_l < inf and self.clumps >= 0):
            raise ValueError("concentration or number of clumps is below zero")


class TumourGrid:
    """The tumour in the coil. It has no clock: ``advance`` is time.

    core is the middle cell; margin and healthy lie from there along x, between cells.
    ``flow`` scales all perfusion, ``body`` warms and cools the blood; without them flow
    and blood (``body_c``, which may be changed at any time) are steady.
    """

    def __init__(
        self,
        parameters: GridParameters | None = None,
        rng: Random | None = None,
        flow: Flow | None = None,
        body_c: float = 37.0,
        body: Body | None = None,
    ) -> None:
        self.parameters = p = parameters or GridParameters()
        self._tissue = tissue(p.tissue)
        self._blood = Circulation(flow, body, body_c, p.washout_s)
        width = p.side_m / p.cells
        self._cell_m3 = width**3
        self._heat_j_per_m3_k = (
            self._tissue.density_kg_per_m3 * self._tissue.heat_capacity_j_per_kg_k
        )
        at_m = (np.arange(p.cells) + 0.5) * width - 0.5 * p.side_m
        self._between = {
            "margin": self._along_x(p.margin_share * p.radius_m),
            "healthy": self._along_x(p.radius_m + p.healthy_beyond_m),
        }
        x, y, z = np.meshgrid(at_m, at_m, at_m, indexing="ij")
        self.tumour = x * x + y * y + z * z <= p.radius_m**2
        self.share = self._lumps(rng or Random(0), x, y, z)
        self._tumour_m3 = self._cell_m3 * float(self.share.sum())
        flow_ = np.where(
            self.tumour,
            p.tumour_perfusion_kg_per_s_m3,
            self._tissue.perfusion_kg_per_s_m3,
        )
        self._blood_w_per_m3_k = flow_ * tissue("blood").heat_capacity_j_per_kg_k
        self._rise_k = np.zeros((p.cells, p.cells, p.cells))
        self._spare_k = np.zeros_like(self._rise_k)
        self._step_for = (0.0, 0.0)
        self._blood.settle(0.0, self._heat_j_per_m3_k * p.side_m**3)

    @property
    def body_c(self) -> float:
        """Return the temperature of the blood, in °C."""
        return self._blood.blood_c

    @body_c.setter
    def body_c(self, temperature_c: float) -> None:
        self._rise_k -= self._blood.warm_to(temperature_c)

    @property
    def tumour_max_c(self) -> float:
        """Return the temperature of the hottest cell of the tumour, in °C."""
        return self._blood.blood_c + float(self._rise_k[self.tumour].max())

    def at(self, place: str) -> float:
        """Return the true temperature at core, margin, healthy or body, in °C.

        Raises:
            KeyError: there is no such place in this sample.
        """
        middle = self.parameters.cells // 2
        if place == "body":
            return self._blood.blood_c
        if place == "core":
            return self._blood.blood_c + float(self._rise_k[middle, middle, middle])
        cell, share = self._between[place]
        near_k, far_k = self._rise_k[cell : cell + 2, middle, middle].tolist()
        between_k: float = near_k + share * (far_k - near_k)
        return self._blood.blood_c + between_k

    def stored_j(self) -> float:
        """Return the heat above the blood's temperature in all cells, in J."""
        return self._heat_j_per_m3_k * self._cell_m3 * float(self._rise_k.sum())

    def power_w_per_m3(
        self, field_a_per_m: float, frequency_hz: float
    ) -> tuple[float, float]:
        """Return the mean power of particles in the tumour, and of eddies, in W/m³."""
        p = self.parameters
        core_c = self.at("core")
        heat = p.particles.power_w_per_kg(field_a_per_m, frequency_hz, core_c)
        heat *= self._blood.particles_left
        sigma = self._tissue.sigma_at_s_per_m(frequency_hz)
        eddy = eddy_w_per_m3(sigma, p.eddy_radius_m, field_a_per_m, frequency_hz)
        return heat * p.concentration_g_per_l, eddy

    def advance(self, dt_s: float, field_a_per_m: float, frequency_hz: float) -> None:
        """Let time pass with the field held at a peak amplitude in A/m.

        Raises:
            ValueError: field or frequency is negative or not a number.
        """
        if not (0.0 <= field_a_per_m < inf and 0.0 <= frequency_hz < inf):
            raise ValueError(f"no field: {field_a_per_m} A/m at {frequency_hz} Hz")
        count = pieces(dt_s)
        for _ in range(count):
            heat, eddy = self.power_w_per_m3(field_a_per_m, frequency_hz)
            self._step(dt_s / count, heat, eddy)
            if self._blood.varies:
                self._blood.wash_out(dt_s / count)
            if self._blood.follows:
                in_w = heat * self._tumour_m3 + eddy * self.parameters.side_m**3
                self._move_body(dt_s / count, in_w, field_a_per_m, frequency_hz)

    def _move_body(
        self, dt_s: float, in_w: float, field_a_per_m: float, frequency_hz: float
    ) -> None:
        """Hand the body what tumour and eddy currents heat it with."""
        radius_m = self.parameters.eddy_radius_m
        rim_w_per_m3 = muscle_eddy_w_per_m3(radius_m, field_a_per_m, frequency_hz)
        stored_j = self.stored_j()
        self._rise_k -= self._blood.hand_over(dt_s, in_w, stored_j, rim_w_per_m3)

    def _step(self, dt_s: float, heat_w_per_m3: float, eddy_w_per_m3: float) -> None:
        # Differences of times are not all alike to the last digit; a ns is nothing.
        step_for = (round(dt_s, STEP_DIGITS), self._blood.flow.advance(dt_s))
        if step_for != self._step_for:
            if step_for[0] != self._step_for[0]:
                self._along = self._conduction(dt_s)
            self._step_for = step_for
            self._prepare(*step_for)
        source = self._from_particles * heat_w_per_m3
        source += self._from_eddies * eddy_w_per_m3
        rise_k, spare_k, n = self._rise_k, self._spare_k, self.parameters.cells
        along, flat, tall = self._along, (n, n * n), (n * n, n)
        rise_k *= self._keep
        rise_k += source
        np.matmul(along, rise_k.reshape(flat), out=spare_k.reshape(flat))
        np.matmul(along, spare_k, out=rise_k)
        np.matmul(rise_k.reshape(tall), along.T, out=spare_k.reshape(tall))
        spare_k *= self._keep
        spare_k += source
        self._rise_k, self._spare_k = spare_k, rise_k

    def _prepare(self, dt_s: float, factor: float) -> None:
        """Compute half a step of perfusion and heat."""
        half_s, heat = 0.5 * dt_s, self._heat_j_per_m3_k
        rate = self._blood_w_per_m3_k * factor / heat
        gone = -np.expm1(-rate * half_s)
        held_s = np.full_like(gone, half_s)
        np.divide(gone, rate, out=held_s, where=gone > 1e-14)
        self._keep = 1.0 - gone
        self._from_particles = held_s * self.share / heat
        self._from_eddies = held_s / heat

    def _along_x(self, from_middle_m: float) -> tuple[int, float]:
        """Return the cell before a place on the x axis, and the share of the way on."""
        p = self.parameters
        cell = min(p.cells // 2 + from_middle_m * p.cells / p.side_m, p.cells - 1.0)
        before = min(int(cell), p.cells - 2)
        return before, cell - before

    def _conduction(self, dt_s: float) -> Array:
        """Return conduction along one side over a step, shape (cells, cells)."""
        n = self.parameters.cells
        width = self.parameters.side_m / n
        speed = self._tissue.conductivity_w_per_m_k / self._heat_j_per_m3_k / width**2
        diagonal = np.full(n, 2.0)
        # Half a cell lies between the last middle and the face.
        diagonal[[0, -1]] = 3.0
        rates, modes = eigh_tridiagonal(speed * diagonal, np.full(n - 1, -speed))
        matrix: Array = (modes * np.exp(-rates * dt_s)) @ modes.T
        return np.ascontiguousarray(matrix)

    def _lumps(self, rng: Random, x: Array, y: Array, z: Array) -> Array:
        """Return the particles in each cell over their mean in the tumour."""
        p = self.parameters
        width_m = CLUMP_SHARE_OF_RADIUS * p.radius_m
        lumps = np.full_like(x, EVEN_SHARE if p.clumps else 1.0)
        for _ in range(p.clumps):
            a, b, c = (rng.uniform(-0.8, 0.8) * p.radius_m for _ in range(3))
            away = (x - a) ** 2 + (y - b) ** 2 + (z - c) ** 2
            lumps += np.exp(-away / width_m**2)
        lumps[~self.tumour] = 0.0
        share: Array = lumps * (self.tumour.sum() / lumps.sum())
        return share
