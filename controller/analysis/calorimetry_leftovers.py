"""What the two-node fit leaves out, and what it owes to beliefs; to first order.

Heating that follows temperature or time, and a bore that the coil warms: each is one
more column beside those of the fit. Its coefficient is what the residuals show of it
once everything that the fit can take up is taken out. Beliefs: a vial that is coupled
better than vials usually are is tried beside the usual one.
Source: score (Lagrange multiplier) test, Rao 1948 (textbook).
"""

from dataclasses import replace

import numpy as np

from controller.analysis.calorimetry import Array, Value
from controller.analysis.calorimetry_chain import (
    NAMES_ONE,
    NAMES_TWO,
    RANGES,
    WELL_COUPLED,
    ChainProblem,
    Optimum,
    modes_of,
)
from controller.analysis.calorimetry_effects import (
    BORE_C,
    PER_C,
    PER_HOUR,
    effect_columns,
    effects_of,
)

WORDS = {
    PER_C: "heating changes with temperature, by {:+.2g} % per °C, or something that "
    "looks like it (convection, sedimentation)",
    PER_HOUR: "heating changes with time, by {:+.2g} % per hour (sedimentation, "
    "aggregation), or something that looks like it",
    BORE_C: "what surrounds the vial seems to warm by {:.2g} °C with the field: "
    "measure a blank, or preheat the coil",
}
CARRIED = "; taken out: SAR is that at the start of the record, at its temperature"
SURE = 3.5
STEP = 1e-5
# What SAR would be changed by, relative, were the vial well coupled.
BY_COUPLING = "change_if_well_coupled"
# The record speaks against it where the usual vial is three times as probable.
AGAINST = 1.1


def leftovers(problem: ChainProblem, at: Optimum) -> dict[str, Value]:
    """Return by name what the residuals show of each effect, with its sigma.

    Heating as a share per °C and per hour, the bore's rise in °C at full field.
    """
    record, bins = problem.record, problem.bins
    root = np.sqrt(bins.count) / problem.noise_c
    own, linear, model_c = _columns(problem, at)
    q, _ = np.linalg.qr(own)
    reading_c = bins.temperature_c - bins.temperature_c[0]
    residual = (reading_c - model_c) * root
    found: dict[str, Value] = {}
    effects = effects_of(record, bins, float(linear[0]))
    shown = effect_columns(effects, bins, *modes_of(at.theta))
    for effect, column in zip(effects, shown, strict=True):
        whole = np.append(column * root, np.zeros(own.shape[0] - root.size))
        left = whole - q @ (q.T @ whole)
        weight = float(left @ left)
        if weight > 0.0 and record.time_s.size > own.shape[1]:
            share = float(column * root @ residual) / weight
            found[effect.name] = Value(share, weight**-0.5)
    return found | _if_well_coupled(problem, at)


def u_by_data(problem: ChainProblem, at: Optimum) -> float:
    """Return the relative sigma of the heating rate without beliefs on the vial.

    Infinite where the record alone says nothing.
    """
    own, linear, _ = _columns(problem, at)
    _, r = np.linalg.qr(own[: -at.theta.size])
    if not (np.min(np.abs(np.diag(r))) > 1e-9 * np.max(np.abs(np.diag(r)))):
        return float("inf")
    row = np.linalg.solve(r.T, np.eye(r.shape[0])[0])
    return float(np.sqrt(row @ row) / max(abs(linear[0]), 1e-12))


def leftover_words(found: dict[str, Value], carried: bool = False) -> tuple[str, ...]:
    """Return a warning on the effect that the residuals show most surely, if any.

    Where the fit has ``carried`` the effects the warning says so, however sure.
    """
    coupled = _coupling_words(found.get(BY_COUPLING))
    sure = {n: abs(found[n].value) / found[n].u for n in WORDS if _known(found, n)}
    name = max(sure, key=lambda n: sure[n], default="")
    if not name or not (carried or sure[name] >= SURE):
        return coupled
    value = found[name].value * (1.0 if name == BORE_C else 100.0)
    return (WORDS[name].format(value) + (CARRIED if carried else ""), *coupled)


def _known(found: dict[str, Value], name: str) -> bool:
    return name in found and found[name].u > 0.0


def _coupling_words(change: Value | None) -> tuple[str, ...]:
    """Return a warning where a well coupled vial would move SAR beyond its ±."""
    if change is None or not (abs(change.value) > 2.0 * change.u):
        return ()
    least = RANGES[WELL_COUPLED][0]
    return (
        f"a vial coupled better than {least:g} W/K (thin wall, stirred) would fit "
        f"about as well and change SAR by {change.value:+.0%}; the ± does not hold "
        "that, since it takes the vial for a usual one: more pulses, less noise or a "
        "thicker wall would tell them apart",
    )


def _if_well_coupled(problem: ChainProblem, at: Optimum) -> dict[str, Value]:
    """Return by what share the heating rate changes if the vial is well coupled.

    Its u is the fit's own, to first order. Empty where the record speaks against it.
    """
    if problem.names == NAMES_ONE:
        problem = replace(problem, names=NAMES_TWO)
        at = problem.optimum(problem.starts()[0])
    believed = problem.beliefs | {"coupling_per_s": problem.beliefs[WELL_COUPLED]}
    well = replace(problem, beliefs=believed)
    other = well.optimum(at.theta)
    if _evidence(problem, at) - _evidence(well, other) > AGAINST:
        return {}
    rate, sigma = problem.rate_sigma(at)
    if not (rate > 0.0):
        return {}
    share = well.rate_sigma(other)[0] / rate - 1.0
    return {BY_COUPLING: Value(share, sigma / rate)}


def _evidence(problem: ChainProblem, at: Optimum) -> float:
    """Return the log probability of a chain about an optimum, as a Gaussian."""
    rate_k_per_s, sigma_k_per_s = problem.rate_sigma(at)
    return problem.log_height(rate_k_per_s, at) + float(np.log(sigma_k_per_s))


def _columns(problem: ChainProblem, at: Optimum) -> tuple[Array, Array, Array]:
    """Return what the fit can take up (in sigmas), its linear part, the fit in °C."""
    bins = problem.bins
    root = np.sqrt(bins.count) / problem.noise_c
    columns = problem.columns(bins, at.theta)
    linear = problem.solved(at.theta)[1]
    model_c = columns @ linear
    moved = at.theta + STEP * np.eye(at.theta.size)
    by_theta = (problem.columns(bins, moved) @ linear - model_c) / STEP
    taken = np.concatenate([columns, by_theta.T], axis=1) * root[:, None]
    sigmas = np.append(problem.linear_sigma, problem.priors()[1])
    return np.vstack([taken, np.diag(1.0 / sigmas)]), linear, model_c
