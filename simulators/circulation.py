"""What feeds a tumour: blood by schedule, cough and chance, and the body behind it.

One implementation for every tumour sample. The body is handed what has really left the
sample in a step, power in less what is stored more, so that no heat is made or lost
between the two, however long the step.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, exp, expm1, inf, sqrt
from random import Random

from simulators.motion import Moments
from simulators.tissues import tissue

DRAW_STEP_S = 1.0
LARGEST_OFFSET = 0.9
# What follows the body, a schedule or heat itself is stepped no longer than this.
LONGEST_STEP_S = 0.5


class Flow:
    """The factor on all perfusion: a schedule of steps, coughs, and a wandering one.

    ``steps`` are (time in s, factor) in order of time; a step holds until the next.
    While ``coughs`` last, it is ``cough_factor`` times that. The wandering factor is 1
    plus ``offset``, an Ornstein-Uhlenbeck process of relative rms ``fluctuation`` and
    correlation time ``fluctuation_s``, kept within ±0.9. It is drawn each second, so
    that the draws do not depend on the length of a tick.

    Raises:
        ValueError: a factor is negative, or the times are not in order.
    """

    def __init__(
        self,
        steps: Sequence[tuple[float, float]] = (),
        fluctuation: float = 0.0,
        fluctuation_s: float = 30.0,
        rng: Random | None = None,
        coughs: Moments | None = None,
        cough_factor: float = 1.0,
    ) -> None:
        times_s = [at_s for at_s, _ in steps]
        factors = [cough_factor, *(factor for _, factor in steps)]
        if times_s != sorted(times_s) or not all(0 <= f < 1e3 for f in factors):
            raise ValueError("steps of perfusion: times in order, factors of 0 or more")
        if not (0.0 <= fluctuation <= 1.0 and fluctuation_s > 0.0):
            raise ValueError("fluctuation of perfusion: rms 0 to 1, time above 0 s")
        self.scheduled = 1.0
        self.offset = 0.0
        self.planned = bool(steps) or coughs is not None
        self.steady = not self.planned and not (fluctuation and rng)
        self._steps = list(steps)
        self._coughs, self._cough_factor = coughs, cough_factor
        self._keep = exp(-DRAW_STEP_S / fluctuation_s)
        self._spread = fluctuation * sqrt(1.0 - self._keep * self._keep)
        self._rng = rng if fluctuation else None
        self._time_s = 0.0
        self._until_draw_s = 0.0
        self._deviation = 0.0
        self._stepped = 1.0

    def advance(self, dt_s: float) -> float:
        """Return the factor that holds for a step, and let it pass."""
        if self.planned:
            self._follow(dt_s)
        if self._rng is None:
            return self.scheduled
        while self._until_draw_s <= 1e-9:
            self._until_draw_s += DRAW_STEP_S
            self._deviation *= self._keep
            self._deviation += self._rng.gauss(0.0, self._spread)
            self.offset = min(LARGEST_OFFSET, max(-LARGEST_OFFSET, self._deviation))
        self._until_draw_s -= dt_s
        return self.scheduled * (1.0 + self.offset)

    def _follow(self, dt_s: float) -> None:
        while self._steps and self._steps[0][0] <= self._time_s + 1e-9:
            self._stepped = self._steps.pop(0)[1]
        self._time_s += dt_s
        self.scheduled = self._stepped
        if self._coughs is not None and self._coughs.advance(dt_s) > 0.0:
            self.scheduled *= self._cough_factor


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
        self.own_w = at_start_w if p.own_w is None else p.own_w
        self.heat_j_per_k = p.mass_kg * self.HEAT_CAPACITY_J_PER_KG_K
        exposed_m3 = p.exposed_share * p.mass_kg / tissue("muscle").density_kg_per_m3
        self._exposed_m3 = exposed_m3
        self._slow_s = self.heat_j_per_k / p.loss_w_per_k

    def advance(self, dt_s: float, heat_w: float) -> float:
        """Let time pass with so much heat from outside, in W; return the warming, in K.

        Exact for constant heat.
        """
        p = self.parameters
        end_c = p.surroundings_c + (self.own_w + heat_w) / p.loss_w_per_k
        warmed_k = (self.temperature_c - end_c) * expm1(-dt_s / self._slow_s)
        self.temperature_c += warmed_k
        return warmed_k

    def eddy_w(self, rim_w_per_m3: float) -> float:
        """Return the heat of eddy currents in the body, a cylinder of muscle, in W.

        Over a cylinder it is on average half of that at the rim.
        """
        return 0.5 * rim_w_per_m3 * self._exposed_m3


def pieces(dt_s: float) -> int:
    """Return into how many steps a tick is cut where something varies within it."""
    return max(1, ceil(dt_s / LONGEST_STEP_S - 1e-9))


class Circulation:
    """The blood of a sample: its flow and temperature, and the particles it takes away.

    A sample says once what it holds at rest (``settle``), and after each step what it
    holds then (``hand_over``). Particles leave with the time constant ``washout_s``.
    ``follows`` says whether a body is behind, ``varies`` whether steps must be short.
    """

    def __init__(
        self,
        flow: Flow | None = None,
        body: Body | None = None,
        body_c: float = 37.0,
        washout_s: float = inf,
    ) -> None:
        if not washout_s > 0.0:
            raise ValueError("washout of particles takes more than 0 s")
        self.flow = flow or Flow()
        self.blood_c = body_c if body is None else body.temperature_c
        self.particles_left = 1.0
        self.washes = washout_s < inf
        self.follows = body is not None
        self.varies = self.follows or self.washes or self.flow.planned
        self._washout_s = washout_s
        self._body = body
        self._stored_j = self._heat_j_per_k = self._rest_w = 0.0

    def settle(self, stored_j: float, heat_j_per_k: float, rest_w: float = 0.0) -> None:
        """Note the heat above the blood's temperature, and what leaves at rest, in W.

        What leaves at rest is part of the body's own heat already.

        Raises:
            ValueError: the sample holds more heat per K than the body it is fed by.
        """
        self._stored_j, self._heat_j_per_k = stored_j, heat_j_per_k
        self._rest_w = rest_w
        if self._body is not None and heat_j_per_k > self._body.heat_j_per_k:
            least_kg = heat_j_per_k / Body.HEAT_CAPACITY_J_PER_KG_K
            raise ValueError(
                f"a body of {self._body.parameters.mass_kg:g} kg is less than the "
                f"tissue simulated in it; body_kg must be {least_kg:.2g} or more"
            )

    def wash_out(self, dt_s: float) -> None:
        """Let the blood take particles away for a step."""
        if self.washes:
            self.particles_left *= exp(-dt_s / self._washout_s)

    def hand_over(
        self, dt_s: float, in_w: float, stored_j: float, rim_w_per_m3: float
    ) -> float:
        """Hand the body what has left the sample; return how much warmer the blood is.

        ``in_w`` is all power into the sample, ``stored_j`` its heat above the blood at
        the end of the step, ``rim_w_per_m3`` eddy heat at the rim of the exposed body.
        """
        body = self._body
        assert body is not None
        if not dt_s > 0.0:
            return 0.0
        left_w = in_w - (stored_j - self._stored_j) / dt_s
        eddy_w = body.eddy_w(rim_w_per_m3)
        warmed_k = body.advance(dt_s, left_w - self._rest_w + eddy_w)
        self._stored_j = stored_j - self._heat_j_per_k * warmed_k
        self.blood_c = body.temperature_c
        return warmed_k

    def warm_to(self, temperature_c: float) -> float:
        """Set the temperature of blood and body in °C; return the change, in K."""
        change_k = temperature_c - self.blood_c
        self._stored_j -= self._heat_j_per_k * change_k
        self.blood_c = temperature_c
        if self._body is not None:
            self._body.temperature_c = temperature_c
        return change_k
