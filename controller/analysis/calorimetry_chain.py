"""Fit of one chain of nodes to a record, walked along the heating rate.

The heating rate P/C_1 enters linearly, with start, drift, bore warming and the rest
of an earlier disturbance; the last four are integrated out exactly. Vial, coupling,
loss and lag (and a holder's two) are believed beforehand to lie within ``RANGES`` with
90 %; beyond, belief falls as Student's t does, so that the data overrule it where they
can. The heat capacity of the contents is known. For each of a row of heating rates the
others are optimised and integrated over as a Gaussian: where a fast vial and a slow
probe look alike the parameters lie on a curved ridge, which a parabola at the optimum,
or random points, would miss. Parameters come as (..., names): a gradient is one call.
Source: nested Laplace approximation (Tierney and Kadane 1986; unverified).
"""

from dataclasses import dataclass

import numpy as np

from controller.analysis.calorimetry import Array
from controller.analysis.calorimetry_effects import Effect, effect_columns
from controller.analysis.calorimetry_least_squares import least_squares_within
from controller.analysis.calorimetry_nodes import (
    Bins,
    Modes,
    chain_modes,
    heat_and_bore,
)
from controller.analysis.calorimetry_record import Record

# A probe may have no lag at all: its parameter is ln(lag + 0.1 s).
LAG_SHIFT_S = 0.1
WELL_COUPLED = "well_coupled_per_s"
# What vials of 0.5-2 mL are: capacities in J/K, conductances in W/K, lag + 0.1 s.
# Assumed: about 1.5 × what tests/benchmarks/sar_benchmark.py draws from.
RANGES = {
    "vial": (0.2, 3.0),
    "coupling_per_s": (0.02, 0.18),
    WELL_COUPLED: (0.12, 0.45),
    "loss_per_s": (0.0027, 0.03),
    "lag_s": (0.2, 3.2),
    "holder": (0.67, 15.0),
    "holder_loss_per_s": (0.0067, 0.075),
}
# Student's t with 4 degrees of freedom: 90 % lie within 2.13 scales, and its density
# at the centre over a Gaussian's, both of scale one.
TAIL, WITHIN_90, PEAK = 4.0, 2.132, 0.9400
NAMES_ONE = ("loss_per_s", "lag_s")
NAMES_TWO = ("vial", "coupling_per_s", "loss_per_s", "lag_s")
NAMES_THREE = (*NAMES_TWO, "holder", "holder_loss_per_s")
# One sigma of the linear parameters: rate, start, drift, bore warming, rest.
LINEAR_SIGMA = np.array([1e3, 5.0, 0.02, 0.0005, 0.1])
# A declared lag is within this factor with 90 %.
DECLARED_LAG_FACTOR = 2.7
REACH = 8.0
FAR = 7.0
MOST_STEPS = 40
MOST_TRIALS = 40
MOST_TRIALS_ON_WALK = 15


@dataclass(frozen=True, slots=True)
class Optimum:
    """The most probable log parameters, with half the squared residual (in sigmas)."""

    theta: Array
    cost: float
    covariance: Array


@dataclass(frozen=True, slots=True)
class ChainProblem:
    """The fit of one chain to one binned record; ``noise_c`` is that of one row."""

    record: Record
    bins: Bins
    names: tuple[str, ...]
    noise_c: float
    beliefs: dict[str, tuple[float, float]]
    effects: tuple[Effect, ...] = ()

    def priors(self) -> tuple[Array, Array]:
        """Return centres and scales of the log parameters, shape (names,)."""
        both = np.array([self.beliefs[n] for n in self.names])
        return both[:, 0], both[:, 1]

    def starts(self) -> list[Array]:
        """Return places to begin: the priors' centre, a slow probe, a fast one."""
        centre, _ = self.priors()
        slow, fast = centre.copy(), centre.copy()
        slow[self.lag] += 0.8
        fast[self.lag] -= 0.8
        if "coupling_per_s" in self.names:
            fast[self.names.index("coupling_per_s")] += 0.7
        return [centre, slow, fast]

    @property
    def lag(self) -> int:
        """Return the place of the lag among the log parameters."""
        return self.names.index("lag_s")

    @property
    def linear_sigma(self) -> Array:
        """Return one sigma of what is believed of each linear parameter."""
        return np.append(LINEAR_SIGMA, [e.sigma for e in self.effects])

    def columns(self, bins: Bins, theta: Array) -> Array:
        """Return rate, start, drift, bore, rest, then effects: (..., bins, 5 + n)."""
        modes, lag_s = modes_of(theta)
        t = bins.time_s - self.record.time_s[0]
        heat, bore = heat_and_bore(self.record, bins, modes, lag_s)
        rest = np.exp(-modes.rates[..., :1] * t)
        one, since = np.broadcast_to(1.0, heat.shape), np.broadcast_to(t, heat.shape)
        more = effect_columns(self.effects, bins, modes, lag_s)
        return np.stack([heat, one, since, bore, rest, *more], axis=-1)

    def solved(
        self, theta: Array, rate_k_per_s: float | None = None
    ) -> tuple[Array, Array, Array]:
        """Return residual, linear parameters and triangle R for fixed log parameters.

        The residual is in sigmas and ends in the linear parameters' own priors. With
        a ``rate`` in °C/s the heating is held at it and not among the parameters.
        """
        root = np.sqrt(self.bins.count) / self.noise_c
        columns = self.columns(self.bins, theta) * root[:, None]
        y = (self.bins.temperature_c - self.bins.temperature_c[0]) * root
        y = np.broadcast_to(y, columns.shape[:-1])
        sigma = self.linear_sigma
        if rate_k_per_s is not None:
            y = y - rate_k_per_s * columns[..., 0]
            columns, sigma = columns[..., 1:], sigma[1:]
        own = np.broadcast_to(np.diag(1.0 / sigma), (*y.shape[:-1], *2 * (sigma.size,)))
        a = np.concatenate([columns, own], axis=-2)
        y = np.concatenate([y, np.zeros((*y.shape[:-1], sigma.size))], axis=-1)
        q, r = np.linalg.qr(a)
        x = np.linalg.solve(r, np.swapaxes(q, -1, -2) @ y[..., None])
        return y - (a @ x)[..., 0], x[..., 0], r

    def optimum(self, start: Array, rate_k_per_s: float | None = None) -> Optimum:
        """Return the most probable log parameters, free or at a fixed rate."""
        centre, sigma = self.priors()

        def penalised(away: Array) -> Array:
            residual = self.solved(centre + sigma * away, rate_k_per_s)[0]
            return np.concatenate([residual, _surprise(away)], axis=-1)

        low, high = np.full(centre.size, -REACH), np.full(centre.size, REACH)
        shortest = (np.log(LAG_SHIFT_S) - centre[self.lag]) / sigma[self.lag]
        low[self.lag] = max(-REACH, float(shortest))
        most = MOST_TRIALS if rate_k_per_s is None else MOST_TRIALS_ON_WALK
        away, cost, covariance = least_squares_within(
            penalised, (start - centre) / sigma, low, high, most
        )
        covariance = covariance * np.outer(sigma, sigma)
        return Optimum(centre + sigma * away, cost, covariance)

    def optima(self, starts: list[Array]) -> list[Optimum]:
        """Return the optima that compete, the best first."""
        found = sorted((self.optimum(s) for s in starts), key=lambda o: o.cost)
        if self.names != NAMES_ONE:
            found.append(self.optimum(_swapped(found[0].theta)))
            found.sort(key=lambda o: o.cost)
        _, sigma = self.priors()
        apart = [found[0]]
        for other in found[1:]:
            steps = [np.max(np.abs(other.theta - o.theta) / sigma) for o in apart]
            if min(steps) > 0.2 and other.cost < found[0].cost + FAR:
                apart.append(other)
        return apart

    def log_height(self, rate_k_per_s: float, at: Optimum) -> float:
        """Return the log probability of a rate, the other parameters integrated out."""
        r = self.solved(at.theta, rate_k_per_s)[2]
        _, sigma = self.priors()
        volume = 0.5 * np.linalg.slogdet(at.covariance)[1]
        volume += np.sum(np.log(PEAK / sigma))
        volume -= sum(np.log(e.sigma) for e in self.effects)
        return float(volume - at.cost - np.sum(np.log(np.abs(np.diag(r)))))

    def rate_sigma(self, at: Optimum) -> tuple[float, float]:
        """Return the heating rate at an optimum and its first-order sigma, in °C/s."""
        _, x, r = self.solved(at.theta)
        row = np.linalg.solve(r.T, np.eye(x.size)[0])
        step = 1e-4
        moved = self.solved(at.theta + step * np.eye(at.theta.size))[1][:, 0]
        slope = (moved - x[0]) / step
        return float(x[0]), float(np.sqrt(row @ row + slope @ at.covariance @ slope))

    def walk(self, origin: Optimum) -> tuple[Array, Array]:
        """Walk away from an optimum both ways; return rates and log probabilities."""
        base_k_per_s, sigma = self.rate_sigma(origin)
        if base_k_per_s <= 0.0:
            return np.array([base_k_per_s]), np.array([-np.inf])
        centre = self.optimum(origin.theta, base_k_per_s)
        heights = {base_k_per_s: self.log_height(base_k_per_s, centre)}
        for sign in (-1.0, 1.0):
            self._leg(
                heights,
                base_k_per_s,
                sign * 0.5 * max(sigma, 1e-4 * base_k_per_s),
                centre,
            )
        rates = np.array(sorted(heights))
        return rates, np.array([heights[r] for r in rates])

    def _leg(
        self,
        heights: dict[float, float],
        base_k_per_s: float,
        step_k_per_s: float,
        centre: Optimum,
    ) -> None:
        last, here, rate_k_per_s, last_step_k_per_s = (
            centre,
            centre,
            base_k_per_s,
            step_k_per_s,
        )
        for _ in range(MOST_STEPS):
            # Neither a rate of the other sign, nor one that the next step doubles.
            step_k_per_s = float(
                np.clip(step_k_per_s, -0.3 * rate_k_per_s, 0.3 * rate_k_per_s)
            )
            ahead = (here.theta - last.theta) * step_k_per_s / last_step_k_per_s
            rate_k_per_s, last_step_k_per_s = rate_k_per_s + step_k_per_s, step_k_per_s
            last, here = here, self.optimum(here.theta + ahead, rate_k_per_s)
            heights[rate_k_per_s] = self.log_height(rate_k_per_s, here)
            if here.cost > centre.cost + FAR or not (
                0.02 < rate_k_per_s / base_k_per_s < 20.0
            ):
                return
            step_k_per_s *= _stretch(abs(here.cost - last.cost))


def beliefs(
    contents_j_per_k: float | None, declared_lag_s: float | None
) -> dict[str, tuple[float, float]]:
    """Return centre and scale of each log parameter, relative to the contents' C.

    A contents of unknown heat capacity is taken for 2 to 6 J/K.
    """
    low, high = (contents_j_per_k,) * 2 if contents_j_per_k else (2.0, 6.0)
    known = {}
    for name, (least, most) in RANGES.items():
        ends = np.log([least, most])
        own = 0.5 * float(ends[1] - ends[0])
        shared = 0.5 * float(np.log(high / low))
        centre = float(ends.mean()) - 0.5 * float(np.log(low * high))
        known[name] = (centre, float(np.hypot(own, shared)) / WITHIN_90)
    least, most = RANGES["lag_s"]
    known["lag_s"] = (
        0.5 * float(np.log(least * most)),
        0.5 * float(np.log(most / least)) / WITHIN_90,
    )
    if declared_lag_s is not None and declared_lag_s > 0.0:
        lag = float(np.log(declared_lag_s + LAG_SHIFT_S))
        known["lag_s"] = (lag, float(np.log(DECLARED_LAG_FACTOR)) / WITHIN_90)
    return known


def _surprise(away: Array) -> Array:
    """Return the residual whose half square is -ln of Student's t, without its peak."""
    grown: Array = np.sign(away) * np.sqrt((TAIL + 1.0) * np.log1p(away**2 / TAIL))
    return grown


def _stretch(cost_change: float) -> float:
    """Return by how much the next step is longer, for a change of cost in this one."""
    for limit, factor in ((0.1, 2.0), (0.35, 1.4), (1.0, 1.0)):
        if cost_change < limit:
            return factor
    return 0.6


def _swapped(theta: Array) -> Array:
    """Return parameters in which vial and probe have changed their time constants."""
    p = np.exp(theta)
    vial_s = 1.0 / (p[1] * (1.0 + 1.0 / p[0]))
    other = theta.copy()
    other[3] = np.log(vial_s + LAG_SHIFT_S)
    other[1] += np.log(vial_s / _lag_s(p[3]))
    return other


def modes_of(theta: Array) -> tuple[Modes, Array]:
    """Return the modes and the lag in s of sets of log parameters."""
    p = np.moveaxis(np.exp(theta), -1, 0)
    one = np.ones_like(p[0])
    if len(p) == len(NAMES_ONE):
        return chain_modes(one[..., None], p[0][..., None]), _lag_s(p[1])
    capacities, conductances = [one, p[0]], [p[1], p[2]]
    if len(p) == len(NAMES_THREE):
        capacities, conductances = [*capacities, p[4]], [*conductances, p[5]]
    modes = chain_modes(np.stack(capacities, -1), np.stack(conductances, -1))
    return modes, _lag_s(p[3])


def _lag_s(shifted_s: Array) -> Array:
    return np.maximum(np.asarray(shifted_s) - LAG_SHIFT_S, 1e-3)
