"""How particles heat (by a measured ILP, or linear-response theory) and eddy currents.

Particles have a power per mass, in W/kg (1 W/g = 1000 W/kg), for a peak amplitude in
A/m and a frequency in Hz; which mass (iron or oxide) is that of the given numbers.
"""

from dataclasses import dataclass
from math import exp, inf, pi, sqrt, tanh
from typing import Protocol

MU0_H_PER_M = 4e-7 * pi
BOLTZMANN_J_PER_K = 1.380649e-23
KELVIN_AT_ZERO_C = 273.15
LARGEST_BARRIER = 700.0


class Particles(Protocol):
    """What a sample needs of its particles."""

    def power_w_per_kg(
        self, field_a_per_m: float, frequency_hz: float, temperature_c: float
    ) -> float: ...


@dataclass(frozen=True, slots=True)
class Ilp:
    """Particles with a measured intrinsic loss power (ILP), in nH m²/kg.

    Power = ILP f H² s(H) (1 + b (T - T_ref)), s = 1 / (1 + (H/H_s)²): quadratic at low
    fields, level above ``saturation_a_per_m``. ``power_per_c`` (b) is -0.002 to -0.005
    in practice (unverified). The power never falls below zero.

    Raises:
        ValueError: the ILP is negative or the saturation field is not above zero.
    """

    ilp_nh_m2_per_kg: float = 3.0
    saturation_a_per_m: float = inf
    power_per_c: float = 0.0
    reference_c: float = 37.0

    def __post_init__(self) -> None:
        if not (0.0 <= self.ilp_nh_m2_per_kg < inf and self.saturation_a_per_m > 0.0):
            raise ValueError("particles need an ILP of 0 or more and a saturation > 0")

    def power_w_per_kg(
        self, field_a_per_m: float, frequency_hz: float, temperature_c: float
    ) -> float:
        """Return the heating power per mass of particles, in W/kg."""
        square = field_a_per_m * field_a_per_m
        of_saturation = field_a_per_m / self.saturation_a_per_m
        warm = 1.0 + self.power_per_c * (temperature_c - self.reference_c)
        power = self.ilp_nh_m2_per_kg * 1e-9 * frequency_hz * square * max(0.0, warm)
        return power / (1.0 + of_saturation * of_saturation)


@dataclass(frozen=True, slots=True)
class LinearResponse:
    """Particles of one size in linear-response theory, saturating as Langevin does.

    P = pi mu0 chi'' f H² / rho, chi'' = chi0 w tau / (1 + (w tau)²);
    tau_B = 3 eta V_H / kT, tau_N = sqrt(pi)/2 tau0 e^G / sqrt(G), G = K V / kT,
    1/tau = 1/tau_B + 1/tau_N; chi0 = mu0 Md² V / (3kT) · 3 (coth xi - 1/xi) / xi, with
    xi = mu0 Md H V / kT. ``saturates`` = False leaves the last factor out. Without
    ``viscosity_pa_s`` (particles held by tissue) only the Néel time counts. The mass is
    that of the cores; a barrier so high that it overflows (G > 700) never relaxes.

    Source: Rosensweig 2002, J. Magn. Magn. Mater. 252:370 (equations at second hand:
    unverified). Defaults are magnetite's as others compute with them.

    Raises:
        ValueError: a size or constant is not above zero.
    """

    diameter_m: float = 16e-9
    anisotropy_j_per_m3: float = 20e3
    magnetisation_a_per_m: float = 446e3
    density_kg_per_m3: float = 5180.0
    shell_m: float = 1e-9
    viscosity_pa_s: float | None = 1e-3
    attempt_s: float = 1e-9
    saturates: bool = True

    def __post_init__(self) -> None:
        sizes = (self.diameter_m, self.anisotropy_j_per_m3, self.magnetisation_a_per_m)
        rest = (self.density_kg_per_m3, self.attempt_s)
        if not all(0.0 < x < inf for x in (*sizes, *rest)) or not self.shell_m >= 0.0:
            raise ValueError("a size or constant of particles is not above zero")
        if self.viscosity_pa_s is not None and not self.viscosity_pa_s > 0.0:
            raise ValueError("the viscosity round particles is not above zero")

    def relaxation_s(self, temperature_c: float) -> tuple[float, float, float]:
        """Return the Brown, the Néel and the joint relaxation time, in s."""
        thermal_j = _thermal_j(temperature_c)
        energy = self.anisotropy_j_per_m3 * _sphere_m3(self.diameter_m) / thermal_j
        neel_s = inf
        if energy < LARGEST_BARRIER:
            neel_s = 0.5 * sqrt(pi) * self.attempt_s * exp(energy) / sqrt(energy)
        if self.viscosity_pa_s is None:
            return inf, neel_s, neel_s
        hull_m3 = _sphere_m3(self.diameter_m + 2.0 * self.shell_m)
        brown_s = 3.0 * self.viscosity_pa_s * hull_m3 / thermal_j
        return brown_s, neel_s, 1.0 / (1.0 / brown_s + 1.0 / neel_s)

    def power_w_per_kg(
        self, field_a_per_m: float, frequency_hz: float, temperature_c: float
    ) -> float:
        """Return the heating power per mass of particles, in W/kg."""
        if field_a_per_m == 0.0 or frequency_hz == 0.0:
            return 0.0
        thermal_j = _thermal_j(temperature_c)
        volume_m3 = _sphere_m3(self.diameter_m)
        moment = MU0_H_PER_M * self.magnetisation_a_per_m * volume_m3 / thermal_j
        static = self.magnetisation_a_per_m * moment / 3.0
        if self.saturates:
            static *= langevin_share(moment * field_a_per_m)
        turn = 2.0 * pi * frequency_hz * self.relaxation_s(temperature_c)[2]
        loss = static / (turn + 1.0 / turn)
        square = field_a_per_m * field_a_per_m
        w_per_m3 = pi * MU0_H_PER_M * loss * frequency_hz * square
        return w_per_m3 / self.density_kg_per_m3


def eddy_w_per_m3(
    sigma_s_per_m: float, radius_m: float, field_a_per_m: float, frequency_hz: float
) -> float:
    """Return the heat of eddy currents on a loop of some radius, in W/m³.

    p = sigma/2 (pi mu0 f H r)², in a uniform cylinder along the field, H its peak.

    Source: induction in a uniform cylinder: textbook physics.
    """
    turn_v_per_m = pi * MU0_H_PER_M * frequency_hz * field_a_per_m * radius_m
    return 0.5 * sigma_s_per_m * turn_v_per_m * turn_v_per_m


def langevin_share(ratio: float) -> float:
    """Return 3 (coth x - 1/x) / x: how much of the linear response is left; 1 at 0."""
    if ratio < 1e-2:
        # The difference of two large numbers: below this its series is the better.
        return 1.0 - ratio * ratio / 15.0
    return 3.0 * (1.0 / tanh(ratio) - 1.0 / ratio) / ratio


def _thermal_j(temperature_c: float) -> float:
    return BOLTZMANN_J_PER_K * (temperature_c + KELVIN_AT_ZERO_C)


def _sphere_m3(diameter_m: float) -> float:
    return pi / 6.0 * diameter_m**3
