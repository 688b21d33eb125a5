"""A perfused tumour in perfused tissue: two temperatures, in blood at body temperature.

Heat balance, T in °C, all powers in W, w the momentary perfusion over its mean:
    C1 dT1/dt = P1 - G (T1 - T2) - w W1 (T1 - T_body)
    C2 dT2/dt = P2 + G (T1 - T2) - w W2 (T2 - T_body)
with W the blood flow times the blood's heat capacity. The particles sit in node 1 and
take up power as H² f (linear response); eddy currents heat both nodes as (H f)².

With w = 1 a step of any length is exact for constant power (matrix exponential). What
perfusion differs from its mean enters as a source, frozen over a step, so that one
matrix serves all steps; this stays stable because w is kept within 0.1 to 1.9.

Source: the balance is Pennes' (1948) with two nodes. Sizes are those of a small animal
and are assumed, not measured: see each default.
"""

from dataclasses import dataclass
from math import exp, inf, sqrt
from random import Random

BLOOD_J_PER_ML_K = 3.9
FLUCTUATION_STEP_S = 1.0
FLUCTUATION_BOUND = 0.9


@dataclass(frozen=True, slots=True)
class TissueParameters:
    """Size, blood and heating of a tumour and the tissue around it.

    ``*_perfusion_per_s`` is mL of blood per mL of tissue and second. Heating is at the
    reference field and frequency. ``margin_share`` is how far the margin lies on the
    way from the tumour's temperature to the tissue's. ``fluctuation`` is the relative
    rms of the perfusion, with correlation time ``fluctuation_s``.
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

    def __post_init__(self) -> None:
        if not (self.tumour_ml > 0 and self.tissue_ml > 0):
            raise ValueError("a volume of tissue is not above zero mL")
        if not (self.coupling_w_per_k > 0 and self.tissue_perfusion_per_s > 0):
            raise ValueError("coupling and tissue perfusion are not above zero")


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

    ``body_c`` is the temperature of blood and body; it may be changed at any time.
    Without ``rng`` the perfusion is steady.
    """

    def __init__(
        self,
        parameters: TissueParameters | None = None,
        rng: Random | None = None,
        body_c: float = 37.0,
    ) -> None:
        self.parameters = p = parameters or TissueParameters()
        self.body_c = body_c
        self.tumour_c = body_c
        self.tissue_c = body_c
        self._rng = rng if p.fluctuation > 0.0 else None
        self._perfusion_offset = 0.0
        self._until_draw_s = 0.0
        self._deviation = 0.0
        self._heat_j_per_k = (
            p.tumour_ml * p.heat_capacity_j_per_ml_k,
            p.tissue_ml * p.heat_capacity_j_per_ml_k,
        )
        self._blood_w_per_k = (
            p.tumour_ml * p.tumour_perfusion_per_s * BLOOD_J_PER_ML_K,
            p.tissue_ml * p.tissue_perfusion_per_s * BLOOD_J_PER_ML_K,
        )
        self._step_s = 0.0
        self._keep = (1.0, 0.0, 0.0, 1.0)
        self._rise = self._steady_rise()

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
        return max(self.at("core"), self.at("margin"))

    def power_w(self, field_a_per_m: float, frequency_hz: float) -> tuple[float, float]:
        """Return the power in tumour and tissue at a peak amplitude in A/m, in W."""
        p = self.parameters
        field = field_a_per_m / p.reference_field_a_per_m
        frequency = frequency_hz / p.reference_frequency_hz
        particles = p.heating_w_per_ml * field * field * frequency
        eddy = p.eddy_w_per_ml * field * field * frequency * frequency
        return p.tumour_ml * (particles + eddy), p.tissue_ml * eddy

    def advance(self, dt_s: float, field_a_per_m: float, frequency_hz: float) -> None:
        """Let time pass with the field held at a peak amplitude in A/m.

        Raises:
            ValueError: field or frequency is negative or not a number.
        """
        if not (0.0 <= field_a_per_m < inf and 0.0 <= frequency_hz < inf):
            raise ValueError(f"no field: {field_a_per_m} A/m at {frequency_hz} Hz")
        if dt_s != self._step_s:
            self._step_s = dt_s
            self._keep = self._exponential(dt_s)
        tumour_w, tissue_w = self.power_w(field_a_per_m, frequency_hz)
        body_c = self.body_c
        tumour_k, tissue_k = self.tumour_c - body_c, self.tissue_c - body_c
        if self._rng is not None:
            self._let_perfusion_wander(dt_s, self._rng)
            extra = self._perfusion_offset
            tumour_w -= extra * self._blood_w_per_k[0] * tumour_k
            tissue_w -= extra * self._blood_w_per_k[1] * tissue_k
        rise_11, rise_12, rise_22 = self._rise
        tumour_end_k = rise_11 * tumour_w + rise_12 * tissue_w
        tissue_end_k = rise_12 * tumour_w + rise_22 * tissue_w
        tumour_k -= tumour_end_k
        tissue_k -= tissue_end_k
        keep_11, keep_12, keep_21, keep_22 = self._keep
        self.tumour_c = body_c + tumour_end_k + keep_11 * tumour_k + keep_12 * tissue_k
        self.tissue_c = body_c + tissue_end_k + keep_21 * tumour_k + keep_22 * tissue_k

    def _let_perfusion_wander(self, dt_s: float, rng: Random) -> None:
        """Draw a new perfusion each second, so that the draws do not depend on dt.

        Exact discretisation of an Ornstein-Uhlenbeck process.
        """
        self._until_draw_s -= dt_s
        while self._until_draw_s <= 0.0:
            self._until_draw_s += FLUCTUATION_STEP_S
            p = self.parameters
            keep = exp(-FLUCTUATION_STEP_S / p.fluctuation_s)
            spread = p.fluctuation * sqrt(1.0 - keep * keep)
            self._deviation = keep * self._deviation + rng.gauss(0.0, spread)
            bounded = min(self._deviation, FLUCTUATION_BOUND)
            self._perfusion_offset = max(-FLUCTUATION_BOUND, bounded)

    def _conductances(self) -> tuple[float, float, float]:
        coupling = self.parameters.coupling_w_per_k
        tumour, tissue = self._blood_w_per_k
        return coupling + tumour, coupling + tissue, coupling

    def _steady_rise(self) -> tuple[float, float, float]:
        """Return the steady rise by power, in K/W: the inverse of the conductances."""
        tumour, tissue, coupling = self._conductances()
        determinant = tumour * tissue - coupling * coupling
        return tissue / determinant, coupling / determinant, tumour / determinant

    def _exponential(self, dt_s: float) -> tuple[float, float, float, float]:
        """Return e^(A dt), row by row; A has two different real roots."""
        tumour, tissue, coupling = self._conductances()
        heat_1, heat_2 = self._heat_j_per_k
        a_11, a_12 = -tumour / heat_1, coupling / heat_1
        a_21, a_22 = coupling / heat_2, -tissue / heat_2
        middle = 0.5 * (a_11 + a_22)
        half = 0.5 * (a_11 - a_22)
        root = sqrt(half * half + a_12 * a_21)
        slow, fast = exp((middle + root) * dt_s), exp((middle - root) * dt_s)
        even, odd = 0.5 * (slow + fast), 0.5 * (slow - fast) / root
        return even + odd * half, odd * a_12, odd * a_21, even - odd * half
