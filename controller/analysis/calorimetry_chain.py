"""Fit of one chain of nodes to a record, walked along the heating rate.

The heating rate P/C_1 enters linearly, with start, drift, bore warming and the rest
of an earlier disturbance; the last four are integrated out exactly. The ratios
C_v/C, G/C, L/C and the lag (and a holder's two) have wide log-normal priors
(``PRIORS``: what vials of 0.5-2 mL can be). For each of a row of heating rates the
others are optimised and integrated over as a Gaussian: where a fast vial and a slow
probe look alike the parameters lie on a curved ridge, which a parabola at the optimum,
or random points, would miss.
Source: nested Laplace approximation (Tierney and Kadane 1986; unverified).
"""

from dataclasses import dataclass

import numpy as np
from scipy.optimize import OptimizeResult, least_squares

from controller.analysis.calorimetry import Array
from controller.analysis.calorimetry_nodes import (
    Bins,
    Modes,
    bore_column,
    chain_modes,
    heating_column,
)
from controller.analysis.calorimetry_record import Record

# A probe may have no lag at all: its parameter is ln(lag + 0.1 s).
LAG_SHIFT_S = 0.1
# Natural logarithm of (C_v/C, G/C, L/C, lag + 0.1 s; C_h/C, L_h/C): centre, one sigma.
PRIORS: dict[str, tuple[float, float]] = {
    "vial": (float(np.log(0.28)), 0.8),
    "coupling_per_s": (float(np.log(0.018)), 0.7),
    "loss_per_s": (float(np.log(0.003)), 0.8),
    "lag_s": (float(np.log(0.8)), 0.75),
    "holder": (float(np.log(1.2)), 1.0),
    "holder_loss_per_s": (float(np.log(0.006)), 1.0),
}
NAMES_ONE = ("loss_per_s", "lag_s")
NAMES_TWO = ("vial", "coupling_per_s", "loss_per_s", "lag_s")
NAMES_THREE = (*NAMES_TWO, "holder", "holder_loss_per_s")
# One sigma of the linear parameters: rate, start, drift, bore warming, rest.
LINEAR_SIGMA = np.array([1e3, 5.0, 0.02, 0.0005, 0.1])
REACH = 6.0
FAR = 7.0
MOST_STEPS = 40


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
    lag_prior: tuple[float, float]

    def priors(self) -> tuple[Array, Array]:
        """Return centres and sigmas of the log parameters, shape (names,)."""
        priors = {**PRIORS, "lag_s": self.lag_prior}
        both = np.array([priors[n] for n in self.names])
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

    def solved(
        self, theta: Array, rate_k_per_s: float | None = None
    ) -> tuple[Array, Array, Array]:
        """Return residual, linear parameters and triangle R for fixed log parameters.

        The residual is in sigmas and ends in the linear parameters' own priors. With
        a ``rate`` in °C/s the heating is held at it and not among the parameters.
        """
        root = np.sqrt(self.bins.count) / self.noise_c
        columns = columns_of(self.record, self.bins, theta) * root[:, None]
        y = (self.bins.temperature_c - self.bins.temperature_c[0]) * root
        sigma = LINEAR_SIGMA
        if rate_k_per_s is not None:
            y = y - rate_k_per_s * columns[:, 0]
            columns, sigma = columns[:, 1:], sigma[1:]
        a = np.vstack([columns, np.diag(1.0 / sigma)])
        y = np.append(y, np.zeros(sigma.size))
        q, r = np.linalg.qr(a)
        x = np.linalg.solve(r, q.T @ y)
        return y - a @ x, x, r

    def optimum(self, start: Array, rate_k_per_s: float | None = None) -> Optimum:
        """Return the most probable log parameters, free or at a fixed rate."""
        centre, sigma = self.priors()

        def penalised(theta: Array) -> Array:
            residual = self.solved(theta, rate_k_per_s)[0]
            return np.append(residual, (theta - centre) / sigma)

        low, high = centre - REACH * sigma, centre + REACH * sigma
        low[self.lag] = max(low[self.lag], float(np.log(LAG_SHIFT_S)))
        found: OptimizeResult = least_squares(
            penalised,
            np.clip(start, low + 1e-3, high - 1e-3),
            bounds=(low, high),
            x_scale=sigma,
            max_nfev=12 if rate_k_per_s is not None else 30,
            ftol=1e-6,
            xtol=1e-4,
        )
        covariance = np.linalg.inv(found.jac.T @ found.jac)
        return Optimum(found.x, float(found.cost), covariance)

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
        volume = 0.5 * np.linalg.slogdet(at.covariance)[1] - np.sum(np.log(sigma))
        return float(volume - at.cost - np.sum(np.log(np.abs(np.diag(r)))))

    def rate_sigma(self, at: Optimum) -> tuple[float, float]:
        """Return the heating rate at an optimum and its first-order sigma, in °C/s."""
        _, x, r = self.solved(at.theta)
        row = np.linalg.solve(r.T, np.eye(x.size)[0])
        step = 1e-4
        slope = np.array(
            [
                (self.solved(at.theta + step * e)[1][0] - x[0]) / step
                for e in np.eye(at.theta.size)
            ]
        )
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


def columns_of(record: Record, bins: Bins, theta: Array) -> Array:
    """Return the linear columns rate, start, drift, bore, rest: shape (bins, 5)."""
    modes, lag_s = modes_of(theta)
    t = bins.time_s - record.time_s[0]
    heat = heating_column(record, bins, modes, lag_s)
    bore = bore_column(record, bins, modes)
    rest = np.exp(-modes.rates[0] * t)
    return np.stack([heat, np.ones_like(t), t, bore, rest], axis=1)


def modes_of(theta: Array) -> tuple[Modes, float]:
    """Return the modes and the lag in s of a set of log parameters."""
    p = np.exp(theta)
    if p.size == len(NAMES_ONE):
        return chain_modes(np.ones(1), p[:1]), _lag_s(p[1])
    if p.size == len(NAMES_TWO):
        return chain_modes(np.array([1.0, p[0]]), p[1:3]), _lag_s(p[3])
    conductances = np.array([p[1], p[2], p[5]])
    return chain_modes(np.array([1.0, p[0], p[4]]), conductances), _lag_s(p[3])


def _lag_s(shifted_s: float) -> float:
    return max(float(shifted_s) - LAG_SHIFT_S, 1e-3)
