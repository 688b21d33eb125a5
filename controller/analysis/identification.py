"""Two-node fit: the whole record at once, with vial and probe lag as unknowns.

Chains with a vial, with vial and holder, and (rarely right) with neither are fitted
and averaged by their probabilities: a third node that the data hardly show still
widens the interval, one that they show is used. The same is done for heating that
changes with temperature or time and for a bore that the coil warms, carried together:
where the record shows them the rate is that at the start. The noise is that of the
residuals' slow part (autocorrelation included). The same data give the same result.
"""

from dataclasses import dataclass, replace

import numpy as np

from controller.analysis.calorimetry import Array, Conditions, Result, Value
from controller.analysis.calorimetry_chain import (
    LAG_SHIFT_S,
    NAMES_ONE,
    NAMES_THREE,
    NAMES_TWO,
    ChainProblem,
    Optimum,
    beliefs,
    modes_of,
)
from controller.analysis.calorimetry_checks import (
    belief_words,
    field_words,
    lag_words,
    lags_words,
)
from controller.analysis.calorimetry_effects import effects_of
from controller.analysis.calorimetry_leftovers import (
    leftover_words,
    leftovers,
    u_by_data,
)
from controller.analysis.calorimetry_nodes import Bins, binned
from controller.analysis.calorimetry_record import Record
from controller.analysis.uncertainty import long_run_sigma

FIRST_NOISE_C = 0.05
LEAST_NOISE_C = 1e-3
# How far a chain is believed beforehand: no vial at all is a hanging drop.
BELIEF = {NAMES_ONE: 0.02, NAMES_TWO: 0.49, NAMES_THREE: 0.49}
GRID = 2001
LARGEST_SHARE = 0.15
STRUCTURE = 2.0
# How far it is believed beforehand that heating changes, or the coil warms the bore;
# what takes less than this off half the squared residual is not looked into.
DOUBT = 0.1
LEAST_GAIN = 1.0


@dataclass(frozen=True, slots=True)
class Posterior:
    """The probability of a heating rate: grid in °C/s, shares, log evidence."""

    rates_c_per_s: Array
    shares: Array
    log_evidence: float
    best: Optimum
    problem: ChainProblem


def two_node_fit(
    record: Record,
    conditions: Conditions | None = None,
    contents_j_per_k: float | None = None,
) -> Result:
    """Fit liquid, vial and probe to a whole record; return P/C of the contents.

    Their heat capacity says how the vial compares with what vials are in J/K.
    The declared lag of the probe, where there is one, is believed to a factor of
    about 2 only. Wider than ±15 % (k = 2) is marked as not usable.
    """
    declared_s = conditions.probe_lag_s if conditions is not None else None
    plain = _problems(record, beliefs(contents_j_per_k, declared_s))
    posteriors = [_posterior(found) for found in _with_effects(plain)]
    rate = _averaged(posteriors)
    likely = max(posteriors, key=lambda p: p.log_evidence)
    residuals = _row_residuals(likely.problem, likely.best)
    lags = _lags_at_switches(likely, residuals)
    by_data = 2.0 * u_by_data(likely.problem, likely.best)
    parts = _parts(likely) | (more := _left_by_plain_chains(posteriors))
    parts |= {f"lag_at_switch_{k + 1}_s": v for k, v in lags.items()}
    share = 2.0 * rate.relative
    usable = bool(rate.value > 0.0 and share <= LARGEST_SHARE)
    words = record.warnings + field_words(record) + _structure_words(record, residuals)
    words += lag_words(parts["lag_s"], declared_s)
    words += lags_words(parts["lag_s"], list(lags.values()))
    words += leftover_words(more, bool(likely.problem.effects))
    return Result(
        "two-node fit",
        rate,
        (float(record.time_s[0]), float(record.time_s[-1])),
        residuals,
        record.reference_field_a_per_m,
        record.frequency_hz,
        float(np.mean(record.temperature_c)),
        usable and not record.doubt,
        record.doubt or ("" if usable else _reason(rate)),
        words + belief_words(share, by_data),
        parts,
    )


def _left_by_plain_chains(posteriors: list[Posterior]) -> dict[str, Value]:
    """Return what the likeliest of the chains without effects leaves out."""
    plain = [p for p in posteriors if not p.problem.effects]
    likely = max(plain, key=lambda p: p.log_evidence)
    return leftovers(likely.problem, likely.best)


def _problems(
    record: Record, believed: dict[str, tuple[float, float]]
) -> list[tuple[ChainProblem, list[Array]]]:
    """Return the chains with the noise settled, and places to start from."""
    two = ChainProblem(record, binned(record), NAMES_TWO, FIRST_NOISE_C, believed)
    two_found = two.optima(two.starts())
    noise_c = _noise_c(two, two_found[0])
    three = replace(two, names=NAMES_THREE, noise_c=noise_c)
    extra = np.append(two_found[0].theta, three.priors()[0][len(NAMES_TWO) :])
    starts = [*three.starts(), extra]
    # The noise must not be judged by a chain that is too short for the record.
    for _ in range(2):
        three_found = three.optima(starts)
        starts = [o.theta for o in three_found]
        noise_c = min(noise_c, _noise_c(three, three_found[0]))
        three = replace(three, noise_c=noise_c)
    one = replace(two, names=NAMES_ONE, noise_c=noise_c)
    two = replace(two, noise_c=noise_c)
    return [
        (one, one.starts()),
        (two, [o.theta for o in two_found]),
        (three, starts),
    ]


def _with_effects(
    plain: list[tuple[ChainProblem, list[Array]]],
) -> list[tuple[ChainProblem, list[Array]]]:
    """Return the chains, and once more with what they leave out where that may be."""
    three, starts = plain[-1]
    rate_k_per_s = float(three.solved(starts[0])[1][0])
    effects = effects_of(three.record, three.bins, rate_k_per_s)
    bent = replace(three, effects=effects)
    found = bent.optima(starts)
    noise_c = min(three.noise_c, _noise_c(bent, found[0]))
    both = [(replace(p, noise_c=noise_c), s) for p, s in plain]
    three, bent = both[-1][0], replace(bent, noise_c=noise_c)
    without, within = three.optimum(starts[0]), bent.optimum(found[0].theta)
    if without.cost - within.cost < LEAST_GAIN:
        return both
    vial = (replace(both[1][0], effects=effects), both[1][1])
    return [*both, vial, (bent, [o.theta for o in found])]


def _noise_c(problem: ChainProblem, at: Optimum) -> float:
    return max(long_run_sigma(_row_residuals(problem, at)), LEAST_NOISE_C)


def _row_residuals(problem: ChainProblem, at: Optimum) -> Array:
    """Return reading minus model for every row, in °C."""
    record = problem.record
    ones = np.ones(record.time_s.size)
    rows = Bins(record.time_s, record.temperature_c, ones, 0.0 * ones)
    linear = problem.solved(at.theta)[1]
    origin_c = problem.bins.temperature_c[0]
    model = problem.columns(rows, at.theta) @ linear
    residuals: Array = record.temperature_c - origin_c - model
    return residuals


def _posterior(found: tuple[ChainProblem, list[Array]]) -> Posterior:
    """Return the probability of the heating rate for one chain."""
    problem, starts = found
    optima = problem.optima(starts)
    walks = [w for w in (problem.walk(o) for o in optima) if w[0].size > 3]
    if not walks:
        rate = problem.rate_sigma(optima[0])[0]
        return Posterior(np.array([rate]), np.ones(1), -np.inf, optima[0], problem)
    low = min(float(w[0][0]) for w in walks)
    high = max(float(w[0][-1]) for w in walks)
    grid = np.linspace(low, high, GRID)
    # Walks that meet are the same ridge: the higher one is the better optimum.
    height = np.max([_between(*w, grid) for w in walks], axis=0)
    total = float(np.logaddexp.reduce(height))
    belief = BELIEF[problem.names] * (DOUBT if problem.effects else 1.0 - DOUBT)
    evidence = total + float(np.log((high - low) / (GRID - 1) * belief))
    return Posterior(grid, np.exp(height - total), evidence, optima[0], problem)


def _between(x: Array, y: Array, at: Array) -> Array:
    """Return y at places between by cubics that do not overshoot; -inf outside.

    Source: Fritsch and Butland 1984 (slopes; unverified).
    """
    width = np.diff(x)
    steep = np.diff(y) / width
    before, after = 2.0 * width[1:] + width[:-1], width[1:] + 2.0 * width[:-1]
    same = steep[:-1] * steep[1:] > 0.0
    both = np.where(same, before / np.where(same, steep[:-1], 1.0), np.inf)
    both += np.where(same, after / np.where(same, steep[1:], 1.0), np.inf)
    slopes = np.concatenate([steep[:1], (before + after) / both, steep[-1:]])
    k = np.clip(np.searchsorted(x, at, side="right") - 1, 0, x.size - 2)
    s = (at - x[k]) / width[k]
    value = y[k] + s * s * (3.0 - 2.0 * s) * np.diff(y)[k]
    value += s * (1.0 - s) * width[k] * ((1.0 - s) * slopes[k] - s * slopes[k + 1])
    return np.where((at >= x[0]) & (at <= x[-1]), value, -np.inf)


def _averaged(posteriors: list[Posterior]) -> Value:
    """Return mean and sigma of the rate over chains, weighted by their evidence."""
    logs = np.array([p.log_evidence for p in posteriors])
    if not np.any(np.isfinite(logs)):
        return Value(float(posteriors[0].rates_c_per_s[0]), float("inf"))
    weights = np.exp(logs - np.logaddexp.reduce(logs))
    means = np.array([p.shares @ p.rates_c_per_s for p in posteriors])
    squares = np.array([p.shares @ p.rates_c_per_s**2 for p in posteriors])
    mean = float(weights @ means)
    return Value(mean, float(np.sqrt(max(weights @ squares - mean**2, 0.0))))


def _parts(likely: Posterior) -> dict[str, Value]:
    """Return lag, vial share and time constants, with first-order uncertainties."""
    theta = likely.best.theta
    sigma = np.sqrt(np.diag(likely.best.covariance))
    modes, lag = modes_of(theta)
    lag_s = float(lag)
    parts = {
        "lag_s": Value(lag_s, (lag_s + LAG_SHIFT_S) * float(sigma[likely.problem.lag])),
        "noise_c": Value(likely.problem.noise_c),
        "slowest_s": Value(1.0 / float(modes.rates[0])),
        "fastest_s": Value(1.0 / float(modes.rates[-1])),
        "nodes": Value(float(modes.rates.size)),
    }
    names = {"vial": "vial_share", "coupling_per_s": "coupling_per_s"}
    names |= {"loss_per_s": "loss_per_s"}
    for k, name in enumerate(likely.problem.names):
        if name in names:
            value = float(np.exp(theta[k]))
            parts[names[name]] = Value(value, value * float(sigma[k]))
    return parts


def _lags_at_switches(likely: Posterior, residuals: Array) -> dict[int, Value]:
    """Return the lag that each switch by itself shows, in s, where it shows one.

    First order: residuals within five lags after the switch, against dT/d(lag).
    """
    record, theta = likely.problem.record, likely.best.theta
    lag_s = float(modes_of(theta)[1])
    ones = np.ones(record.time_s.size)
    rows = Bins(record.time_s, record.temperature_c, ones, 0.0 * ones)
    rate = float(likely.problem.solved(theta)[1][0])
    slower = theta.copy()
    slower[likely.problem.lag] = np.log(1.01 * lag_s + LAG_SHIFT_S)
    change = likely.problem.columns(rows, slower) - likely.problem.columns(rows, theta)
    per_lag = rate * change[:, 0] / (0.01 * lag_s)
    lags: dict[int, Value] = {}
    for k, phase in enumerate(record.phases[1:]):
        since = record.time_s - phase.start_s
        near = (since > 0.0) & (since < max(5.0 * lag_s, 5.0 * record.period_s))
        weight = float(np.sum(per_lag[near] ** 2))
        if weight > 0.0:
            shift = float(np.sum(per_lag[near] * residuals[near])) / weight
            u_s = likely.problem.noise_c / float(np.sqrt(weight))
            lags[k] = Value(lag_s + shift, u_s)
    return lags


def _structure_words(record: Record, residuals: Array) -> tuple[str, ...]:
    """Return a warning where residuals are slow waves instead of noise."""
    averaging = max(1.0, record.average_s / record.period_s)
    fast = float(np.std(np.diff(residuals))) / np.sqrt(2.0) * averaging
    slow = long_run_sigma(residuals)
    if slow > 2.0 * STRUCTURE * max(fast, LEAST_NOISE_C):
        return (
            "the residuals are waves, not noise: convection, sedimentation, a moving "
            "probe, or a coarse thermometer",
        )
    return ()


def _reason(rate: Value) -> str:
    if not (rate.value > 0.0):
        return "no heating is found"
    return f"the heating rate is not identified: ±{2.0 * rate.relative:.0%} (k = 2)"
