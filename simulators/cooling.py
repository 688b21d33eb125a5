"""The coil as a heater of its own: copper, cooling water and bore, and their places.

The losses of the coil current warm the copper, the water carries them away:
    P = R_ac I²/2,  I = H / (gain · field per coil ampere)
    C_coil dT_coil/dt  = P - G (T_coil - T_water) - G_air (T_coil - T_air)
    C_water dT_water/dt = G (T_coil - T_water) - flow c (T_water - T_in)
The bore's wall follows the coil slowly, through insulation, by a share.
"""

from dataclasses import dataclass
from math import exp

from simulators.bench import Sample
from simulators.coil import Tank


@dataclass(frozen=True, slots=True)
class CoolingParameters:
    """Heat capacities in J/K, conductances in W/K, temperatures in °C.

    Sizes of a small copper tube of some nine turns with a chiller's flow: assumed.
    """

    coil_j_per_k: float = 100.0
    water_j_per_k: float = 90.0
    coil_to_water_w_per_k: float = 60.0
    coil_to_air_w_per_k: float = 1.0
    flow_w_per_k: float = 140.0
    inlet_c: float = 20.0
    air_c: float = 22.0
    bore_share: float = 0.3
    bore_lag_s: float = 60.0


class Cooled:
    """A sample in a coil that has a temperature. It has no clock: ``advance`` is time.

    ``flow_share`` is the flow of the cooling water over the usual one.
    """

    def __init__(
        self, sample: Sample, tank: Tank, parameters: CoolingParameters | None = None
    ) -> None:
        self.sample = sample
        self.flow_share = 1.0
        self._tank = tank
        self._p = parameters or CoolingParameters()
        p = self._p
        self.coil_c = self.water_c = p.inlet_c
        self.bore_c = p.air_c

    @property
    def tumour_max_c(self) -> float:
        """Return the hottest of what is treated, in °C."""
        return self.sample.tumour_max_c

    def at(self, place: str) -> float:
        """Return the true temperature of a place, in °C."""
        if place == "coil":
            return self.coil_c
        if place == "water":
            return self.water_c
        return self.bore_c if place == "bore" else self.sample.at(place)

    def advance(self, dt_s: float, field_a_per_m: float, frequency_hz: float) -> None:
        """Let dt_s > 0 pass at a peak amplitude (that of the mean square) and Hz."""
        self.sample.advance(dt_s, field_a_per_m, frequency_hz)
        p, tank = self._p, self._tank
        per_a = tank.coil_gain * tank.field_per_coil_ampere_per_m
        loss_w = 0.5 * tank.ac_ohm * (field_a_per_m / per_a) ** 2
        to_water_w = p.coil_to_water_w_per_k * (self.coil_c - self.water_c)
        to_air_w = p.coil_to_air_w_per_k * (self.coil_c - p.air_c)
        carried_w = self.flow_share * p.flow_w_per_k * (self.water_c - p.inlet_c)
        self.coil_c += dt_s * (loss_w - to_water_w - to_air_w) / p.coil_j_per_k
        self.water_c += dt_s * (to_water_w - carried_w) / p.water_j_per_k
        wall_c = p.air_c + p.bore_share * (self.coil_c - p.air_c)
        self.bore_c += (wall_c - self.bore_c) * (1.0 - exp(-dt_s / p.bore_lag_s))
