"""A perfused tumour in perfused tissue: two temperatures, in blood at body temperature.

Heat balance, T in °C, all powers in W, w the momentary perfusion over its mean:
    C1 dT1/dt = P1 - G (T1 - T2) - w W1 (T1 - T_body)
    C2 dT2/dt = P2 + G (T1 - T2) - w W2 (T2 - T_body)
with W the blood flow times the blood's heat capacity. The particles sit in node 1 and
take up power as H² f, or as a law says; eddy currents heat both nodes as (H f)².

A step of any length is exact for constant power (matrix exponential). Where only chance
moves the perfusion, what it differs by enters as a source, frozen over a step, so that
one matrix serves all steps; this is stable because w is kept within 0.1 to 1.9.

Source: the balance is Pennes' (1948) with two nodes. Sizes are those of a small animal
and are assumed, not measured: see each default.
"""

from dataclasses import dataclass
from math import exp, inf, sqrt
from random import Random

from simulators.circulation import Body, Circulation, Flow, pieces
from simulators.nanoparticles import Particles

BLOOD_J_PER_ML_K = 3.9
ML_PER_M3 = 1e6
# Perfusion that is scheduled to stop goes on with this: without any, two nodes have no
# steady state for the steps to lead to.
LEAST_FACTOR = 1e-6
Four = tuple[float, float, float, float]
Matrices = tuple[tuple[float, float], tuple[float, float, float], Four]


@dataclass(frozen=True, slots=True)
class TissueParameters:
    """Size, blood and heating of a tumour and the tissue around it.

    ``*_perfusion_per_s`` is mL of blood per mL of tissue and second. Heating is at the
    reference field and frequency, unless ``particles`` are given: then it is theirs, at
    ``concentration_g_per_l`` in the tumour. They wash out with the time constant
    ``washout_s``. ``margin_share`` is how far the margin lies on the way from the
    tumour's temperature to the tissue's. ``fluctuation`` is the relative rms of the
    perfusion, with correlation time ``fluctuation_s``.
    """

    tumour_ml: float = 2.0
    tissue_ml: float = 4.0
    heat_capacity_j_per_ml_k: float = 3.7
    tumour_perfusion_per_s: float = 0.0013
    tissue_perfusion_per_s: float = 0.0026
    coupling_w_per_k: float = 0.04
    heating_w_per_ml: float = 0.30
    eddy_w_per_ml: float = 0.005
    reference_field_a_per_m: float = 15_000.0
    reference_frequency_hz: float = 161_270.0
    margin_share: float = 0.25
    fluctuation: float = 0.10
    fluctuation_s: float = 30.0
    particles: Particles | None = None
    concentration_g_per_l: float = 3.0
    washout_s: float = inf

    def __post_init__(self) -> None:
        if not (self.tumour_ml > 0 and self.tissue_ml > 0):
            raise ValueError("a volume of tissue is not above zero mL")
        if not (self.coupling_w_per_k > 0 and self.tissue_perfusion_per_s > 0):
            raise ValueError("coupling and tissue perfusion are not above zero")
        if not 0.0 <= self.concentration_g_per_l < inf:
            raise ValueError("the concentration of particles is below 0 g/L")


# Assumed, for demonstrations at wall-clock pace: far hotter than any real tumour.
SMALL_FAST = TissueParameters(
    tumour_ml=0.1,
    tissue_ml=0.1,
    tumour_perfusion_per_s=0.003,
    tissue_perfusion_per_s=0.030,
    coupling_w_per_k=0.018,
    heating_w_per_ml=4.2,
)


class TwoNode:
    """The tissue in the coil. It has no clock: ``advance`` is time.

    ``body_c`` is the temperature of blood and body; it may be changed at any time, and
    follows ``body`` where there is one. ``flow`` scales all perfusion; without it, it
    wanders by ``rng``, and without that it is steady.
    """

    def __init__(
        self,
        parameters: TissueParameters | None = None,
        rng: Random | None = None,
        body_c: float = 37.0,
        flow: Flow | None = None,
        body: Body | None = None,
    ) -> None:
        self.parameters = p = parameters or TissueParameters()
        self._flow = flow or Flow((), p.fluctuation, p.fluctuation_s, rng)
        self._blood = Circulation(self._flow, body, body_c, p.washout_s)
        self._varies = self._blood.varies
        self.tumour_c = self.tissue_c = self._blood.blood_c
        self._heat_j_per_k = (
            p.tumour_ml * p.heat_capacity_j_per_ml_k,
            p.tissue_ml * p.heat_capacity_j_per_ml_k,
        )
        self._mean_w_per_k = (
            p.tumour_ml * p.tumour_perfusion_per_s * BLOOD_J_PER_ML_K,
            p.tissue_ml * p.tissue_perfusion_per_s * BLOOD_J_PER_ML_K,
        )
        self._blood.settle(0.0, sum(self._heat_j_per_k))
        self._step_for = (0.0, 1.0)
        self._matrices = self._matrices_of(0.0, 1.0)

    @property
    def body_c(self) -> float:
        """Return the temperature of the blood, in °C."""
        return self._blood.blood_c

    @body_c.setter
    def body_c(self, temperature_c: float) -> None:
        self._blood.warm_to(temperature_c)

    def at(self, place: str) -> float:
        """Return the true temperature at core, margin, healthy or body, in °C.

        Raises:
            KeyError: there is no such place in this sample.
        """
        if place == "core":
            return self.tumour_c
        if place == "healthy":
            return self.tissue_c
        if place == "margin":
            share = self.parameters.margin_share
            return self.tumour_c + share * (self.tissue_c - self.tumour_c)
        if place == "body":
            return self.body_c
        raise KeyError(place)

    @property
    def tumour_max_c(self) -> float:
        """Return the temperature of the hotter of core and margin, in °C."""
        core_c, margin_c = self.tumour_c, self.at("margin")
        return margin_c if margin_c > core_c else core_c

    def stored_j(self) -> float:
        """Return the heat above the blood's temperature in both nodes, in J."""
        heat_1, heat_2 = self._heat_j_per_k
        body_c = self._blood.blood_c
        return heat_1 * (self.tumour_c - body_c) + heat_2 * (self.tissue_c - body_c)

    def power_w(self, field_a_per_m: float, frequency_hz: float) -> tuple[float, float]:
        """Return the power in tumour and tissue at a peak amplitude in A/m, in W."""
        p = self.parameters
        field = field_a_per_m / p.reference_field_a_per_m
        frequency = frequency_hz / p.reference_frequency_hz
        if p.particles is None:
            heat = p.heating_w_per_ml * field * field * frequency
        else:
            heat = p.particles.power_w_per_kg(
                field_a_per_m, frequency_hz, self.tumour_c
            )
            heat *= p.concentration_g_per_l / ML_PER_M3
        heat *= self._blood.particles_left
        eddy = p.eddy_w_per_ml * field * field * frequency * frequency
        return p.tumour_ml * (heat + eddy), p.tissue_ml * eddy

    def advance(self, dt_s: float, field_a_per_m: float, frequency_hz: float) -> None:
        """Let time pass with the field held at a peak amplitude in A/m.

        Raises:
            ValueError: field or frequency is negative or not a number.
        """
        if not (0.0 <= field_a_per_m < inf and 0.0 <= frequency_hz < inf):
            raise ValueError(f"no field: {field_a_per_m} A/m at {frequency_hz} Hz")
        if not self._varies:
            self._step(dt_s, field_a_per_m, frequency_hz)
            return
        count = pieces(dt_s)
        for _ in range(count):
            self._step(dt_s / count, field_a_per_m, frequency_hz)

    def _step(self, dt_s: float, field_a_per_m: float, frequency_hz: float) -> None:
        flow, body_c = self._flow, self._blood.blood_c
        in_1_w, in_2_w = self.power_w(field_a_per_m, frequency_hz)
        tumour_w, tissue_w = in_1_w, in_2_w
        tumour_k, tissue_k = self.tumour_c - body_c, self.tissue_c - body_c
        factor, offset = flow.advance(dt_s), 0.0
        if not self._varies:
            factor, offset = 1.0, flow.offset
        if (dt_s, factor) != self._step_for:
            self._step_for = (dt_s, factor)
            self._matrices = self._matrices_of(dt_s, factor)
        blood, rise, keep = self._matrices
        if offset:
            tumour_w -= offset * blood[0] * tumour_k
            tissue_w -= offset * blood[1] * tissue_k
        tumour_end_k = rise[0] * tumour_w + rise[1] * tissue_w
        tissue_end_k = rise[1] * tumour_w + rise[2] * tissue_w
        tumour_k -= tumour_end_k
        tissue_k -= tissue_end_k
        self.tumour_c = body_c + tumour_end_k + keep[0] * tumour_k + keep[1] * tissue_k
        self.tissue_c = body_c + tissue_end_k + keep[2] * tumour_k + keep[3] * tissue_k
        if self._varies:
            self._blood.wash_out(dt_s)
            if self._blood.follows:
                rim_w_per_m3 = in_2_w / self.parameters.tissue_ml * ML_PER_M3
                in_w = in_1_w + in_2_w
                self._blood.hand_over(dt_s, in_w, self.stored_j(), rim_w_per_m3)

    def _matrices_of(self, dt_s: float, factor: float) -> Matrices:
        """Return what a step needs at a factor on the mean perfusion."""
        share = max(factor, LEAST_FACTOR)
        blood = (share * self._mean_w_per_k[0], share * self._mean_w_per_k[1])
        coupling = self.parameters.coupling_w_per_k
        out = (coupling + blood[0], coupling + blood[1], coupling)
        return blood, _steady_rise(*out), self._exponential(dt_s, *out)

    def _exponential(
        self,
        dt_s: float,
        tumour_w_per_k: float,
        tissue_w_per_k: float,
        coupling_w_per_k: float,
    ) -> Four:
        """Return e^(A dt), row by row; A has two different real roots."""
        heat_1, heat_2 = self._heat_j_per_k
        a_11, a_12 = -tumour_w_per_k / heat_1, coupling_w_per_k / heat_1
        a_21, a_22 = coupling_w_per_k / heat_2, -tissue_w_per_k / heat_2
        middle = 0.5 * (a_11 + a_22)
        half = 0.5 * (a_11 - a_22)
        root = sqrt(half * half + a_12 * a_21)
        slow, fast = exp((middle + root) * dt_s), exp((middle - root) * dt_s)
        even, odd = 0.5 * (slow + fast), 0.5 * (slow - fast) / root
        return even + odd * half, odd * a_12, odd * a_21, even - odd * half


def _steady_rise(
    tumour_w_per_k: float, tissue_w_per_k: float, coupling_w_per_k: float
) -> tuple[float, float, float]:
    """Return the steady rise by power, in K/W: the inverse of the conductances."""
    determinant = tumour_w_per_k * tissue_w_per_k - coupling_w_per_k * coupling_w_per_k
    return (
        tissue_w_per_k / determinant,
        coupling_w_per_k / determinant,
        tumour_w_per_k / determinant,
    )
