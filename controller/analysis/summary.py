"""The figures of a run, as ``amf report --json`` prints them."""

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from controller.analysis.run_data import RunData
from controller.decisions.ceiling import eddy_heating_w_per_kg
from controller.decisions.settings import APPLICATOR_ROLES

Floats = NDArray[np.float64]
SETTLED_WITHIN_C = 0.2
SETTLED_FOR_S = 120.0


def summarise(run: RunData) -> dict[str, Any]:
    """Compute the figures of a run; what cannot be known is None, never NaN.

    Errors are controlled temperature minus set-point, in °C, over the hold:
    ``mean_error_c`` their mean, ``rms_error_c`` the root of their mean square, both
    over the ticks that have a trusted temperature. ``overshoot_c`` is the largest
    such difference from the first ramp tick on, at least 0. ``true_…`` are the same
    of the simulated tissue at the controlled place, None without recorded truth.

    ``settling_s`` runs from the first ramp tick to the one from which the controlled
    temperature stays within ±0.2 °C of the set-point for 120 s, or for as long as the
    whole hold where that was shorter. ``healthy_max_c`` is the highest trusted
    reading of a healthy probe. ``max_hf_a_per_m_s`` is the largest measured H·f, plain,
    ``eddy_w_per_kg`` its heating of the exposed rim; ``ceiling_bound_s`` the time for
    which it limited the command; ``cem43_min`` the dose at the last tick, by probe.

    ``completed``: the record was closed and the treatment went through all its
    phases; ``record_complete``: the record was closed. ``simulated_s`` is the time
    from the first to the last tick, ``wall_s`` what the engine needed for it, to the
    confirmed switch-off.
    """
    columns, truth = run.columns, run.truth or {}
    return {
        **_identity(run),
        **_accuracy("", run, columns["controlled_c"]),
        **_accuracy("true_", run, truth.get("true_controlled_c")),
        "settling_s": settling_s(run),
        "healthy_max_c": _healthy_max_c(run),
        "max_hf_a_per_m_s": _largest(columns["hf_a_per_m_s"]),
        "true_max_hf_a_per_m_s": _largest(truth.get("true_hf_a_per_m_s")),
        "eddy_w_per_kg": _eddy_w_per_kg(run),
        "ceiling_a_per_m_s": run.settings.ceiling.limit_a_per_m_s,
        "ceiling_bound_s": _time_s(run, columns["command_at_bound"] == 1.0),
        "cem43_min": _doses_min(run),
        "hold_s": _time_s(run, run.in_phases("hold")),
        "ticks": run.ticks,
        "simulated_s": float(run.t_s[-1] - run.t_s[0]) if run.ticks else 0.0,
        "wall_s": run.results.get("wall_s"),
        "faults": [_without_nan(fault) for fault in run.faults()],
    }


def _eddy_w_per_kg(run: RunData) -> float | None:
    """Estimate the local eddy heating at the largest H·f; None without tissue."""
    ceiling, largest = run.settings.ceiling, _largest(run.columns["hf_a_per_m_s"])
    if ceiling.exposed_diameter_m is None or largest is None:
        return None
    nearest = largest * ceiling.position_factor
    return eddy_heating_w_per_kg(nearest, ceiling.exposed_diameter_m)


def settling_s(run: RunData) -> float | None:
    """Give the time in s from the start of the ramp to a settled temperature."""
    columns, held_s = run.columns, _time_s(run, run.in_phases("hold"))
    if not held_s > 0.0:
        return None
    heating = run.in_phases("ramp", "hold")
    needed_s = min(SETTLED_FOR_S, held_s - run.settings.period_s)
    t_s = run.t_s[heating]
    error_c = columns["controlled_c"][heating] - columns["setpoint_c"][heating]
    outside = ~(np.abs(error_c) <= SETTLED_WITHIN_C)
    # Each stretch inside the band begins at the start or after a tick outside.
    begins = np.flatnonzero(~outside & np.r_[True, outside[:-1]])
    ends = np.flatnonzero(~outside & np.r_[outside[1:], True])
    for first, last in zip(begins, ends, strict=True):
        if t_s[last] - t_s[first] >= needed_s - 1e-6:
            return float(t_s[first] - t_s[0])
    return None


def _identity(run: RunData) -> dict[str, Any]:
    """Give what the run was: whose, with what, and how it ended."""
    header, results = run.header, run.results
    kinds = [part.get("kind") for part in header.instruments.values()]
    through = run.ticks > 0 and run.columns["phase"][-1] == "done"
    return {
        "name": header.name,
        "started_utc": header.started_utc,
        "version": header.version,
        "simulated": header.simulated and "real" not in kinds,
        "completed": bool(run.completed and results.get("completed", through)),
        "record_complete": run.completed,
        "exit_code": results.get("exit_code"),
        "exit_reason": results.get("exit_reason"),
        "seed": header.seed,
        "experiment": header.experiment,
        "profile": run.settings.ceiling.profile,
        "setpoint_c": run.settings.treatment.setpoint_c,
    }


def _accuracy(prefix: str, run: RunData, value_c: Floats | None) -> dict[str, Any]:
    """Give overshoot, mean and rms error in °C of one temperature."""
    overshoot = mean = rms = None
    if value_c is not None:
        error_c = value_c - run.columns["setpoint_c"]
        highest = _largest(error_c[np.cumsum(run.in_phases("ramp")) > 0])
        overshoot = None if highest is None else max(0.0, highest)
        held = error_c[run.in_phases("hold")]
        held = held[np.isfinite(held)]
        if held.size:
            mean = float(held.mean())
            rms = math.sqrt(float((held**2).mean()))
    return {
        f"{prefix}overshoot_c": overshoot,
        f"{prefix}mean_error_c": mean,
        f"{prefix}rms_error_c": rms,
    }


def _healthy_max_c(run: RunData) -> float | None:
    healthy = run.probe_columns(("healthy",))
    value_c = run.readings["value_c"][:, healthy]
    trusted = run.readings["quality"][:, healthy] == "ok"
    return _largest(value_c[trusted])


def _doses_min(run: RunData) -> dict[str, float | None]:
    """Give the last known CEM43 of each probe, in min; what is no tissue has none."""
    doses: dict[str, float | None] = {}
    for i, probe in enumerate(run.settings.probes):
        if probe.role in APPLICATOR_ROLES:
            continue
        dose_min = run.readings["cem43_min"][:, i]
        known = dose_min[np.isfinite(dose_min)]
        doses[probe.name] = float(known[-1]) if known.size else None
    return doses


def _time_s(run: RunData, mask: NDArray[np.bool_]) -> float:
    """Add up the time in s of the ticks of a mask, each until the next tick."""
    if not run.ticks:
        return 0.0
    until_next_s = np.diff(run.t_s, append=run.t_s[-1] + run.settings.period_s)
    return float(until_next_s[mask].sum())


def _largest(values: Floats | None) -> float | None:
    """Give the largest finite value; None for none."""
    if values is None:
        return None
    known = values[np.isfinite(values)]
    return float(known.max()) if known.size else None


def _without_nan(fault: dict[str, Any]) -> dict[str, Any]:
    return {
        name: None if isinstance(value, float) and math.isnan(value) else value
        for name, value in fault.items()
    }
