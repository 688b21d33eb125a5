"""A thousand synthetic calorimetry experiments, every method, against the truth.

    nice -n 10 python -m tests.benchmarks.sar_benchmark --experiments 1000 --processes 2

The simulator (matrix exponential, own parameters) shares no code with the analysis.
The bound is the Cramér-Rao bound of what was simulated, every parameter unknown
(vial, coupling, loss, lag, start, drift, holder), for the raw readings: before
averaging and rounding. Inputs (masses, heat capacity) are exact in the first table,
so that it shows the fit alone, and drawn with errors in the second.
"""

import argparse
import sys
import time
from dataclasses import dataclass, replace
from multiprocessing import Pool

import numpy as np
from numpy.typing import NDArray

from controller.analysis.calorimetry import Conditions, Curve, Result, Sample, Value
from controller.analysis.calorimetry_methods import analyse
from controller.analysis.uncertainty import Sar, sar_of
from simulators.calorimeter import Calorimeter, CalorimeterSettings, Reader, record

Array = NDArray[np.float64]
FIELD_A_PER_M = 15_000.0
FREQUENCY_HZ = 300_000.0
BASELINE_S = 60.0
IRON_G = 0.005
IRON_SHARE = 0.005
METHODS = (
    "two-node fit",
    "initial slope",
    "modified time-rise",
    "box-lucas",
    "corrected slope",
    "peak analysis",
    "zig-zag",
    "cooling-corrected",
)
INPUT_U = {"colloid": 0.002, "iron": 0.02, "capacity": 0.003, "probe": 0.003}


@dataclass(frozen=True, slots=True)
class Experiment:
    """One synthetic experiment: what is in the coil, how it is read, how long."""

    settings: CalorimeterSettings
    noise_c: float
    step_c: float
    average_s: float
    on_s: float
    cycles: int
    period_s: float


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the analysis made of it, relative to the truth: by method where usable."""

    errors: dict[str, tuple[float, float]]
    unusable: dict[str, str]
    bound: float
    drawn: tuple[float, float]
    kind: str
    seconds: float
    warnings: tuple[str, ...]


def drawn(rng: np.random.Generator) -> Experiment:
    """Draw an experiment, uniformly within the ranges of the specification."""
    settings = CalorimeterSettings(
        sar_w_per_g=float(rng.uniform(0.1, 1.0)) / IRON_G,
        mass_g=IRON_G,
        heat_capacity_j_per_k=float(rng.uniform(2.0, 6.0)),
        vial_j_per_k=float(rng.uniform(0.3, 2.0)),
        coupling_w_per_k=float(rng.uniform(0.03, 0.12)),
        loss_w_per_k=float(rng.uniform(0.004, 0.02)),
        probe_lag_s=float(rng.uniform(0.2, 2.0)),
        drift_c_per_s=float(rng.uniform(-0.02, 0.02)) / 60.0,
    )
    if rng.random() < 0.2:
        settings = replace(
            settings,
            holder_j_per_k=float(rng.uniform(1.0, 10.0)),
            holder_loss_w_per_k=float(rng.uniform(0.01, 0.05)),
        )
    return Experiment(
        settings,
        noise_c=float(rng.uniform(0.02, 0.1)),
        step_c=0.1 if rng.random() < 0.2 else 0.0,
        average_s=float(rng.uniform(1.0, 4.0)) if rng.random() < 0.2 else 0.0,
        on_s=float(rng.uniform(60.0, 600.0)),
        cycles=int(rng.integers(1, 5)),
        period_s=float(rng.choice([0.1, 0.2, 0.5, 1.0])),
    )


def field_of(experiment: Experiment) -> Array:
    """Return the field at each row, in A/m: baseline, then on and off equally long."""
    n = round(experiment.on_s / experiment.period_s)
    cycle = np.concatenate([np.full(n, FIELD_A_PER_M), np.zeros(n)])
    base = np.zeros(round(BASELINE_S / experiment.period_s))
    return np.concatenate([base, np.tile(cycle, experiment.cycles)])


def curve_of(experiment: Experiment, rng: np.random.Generator) -> Curve:
    """Return what the thermometer shows of an experiment."""
    e, field = experiment, field_of(experiment)
    reader = Reader(rng, e.noise_c, e.step_c, e.average_s, e.period_s)
    time_s, temperature_c = record(
        Calorimeter(e.settings), reader, field, FREQUENCY_HZ, e.period_s
    )
    switches = tuple(float(t) for t in time_s[1:][np.diff(field) != 0])
    return Curve(time_s, temperature_c, field, FREQUENCY_HZ, switches, e.average_s)


def bound_of(experiment: Experiment) -> float:
    """Return the Cramér-Rao bound on the power: relative, one sigma."""
    names = ["sar_w_per_g", "vial_j_per_k", "coupling_w_per_k", "loss_w_per_k"]
    names += ["probe_lag_s"]
    if experiment.settings.holder_j_per_k > 0:
        names += ["holder_j_per_k", "holder_loss_w_per_k"]
    columns = [_derivative(experiment, name) for name in names]
    ones = np.ones(columns[0].size)
    columns += [ones, np.linspace(0.0, 1.0, ones.size)]
    _, r = np.linalg.qr(np.stack(columns, axis=1) / experiment.noise_c)
    row = np.linalg.solve(r.T, np.eye(len(columns))[0])
    return float(np.sqrt(row @ row))


def _derivative(experiment: Experiment, name: str) -> Array:
    """Return d(reading)/d(ln parameter) without noise, in °C."""
    value, step = getattr(experiment.settings, name), 1e-3
    sides = []
    for factor in (1.0 + step, 1.0 - step):
        settings = replace(experiment.settings, **{name: value * factor})
        silent = Reader(np.random.default_rng(0), noise_c=0.0)
        sides.append(
            record(
                Calorimeter(settings),
                silent,
                field_of(experiment),
                FREQUENCY_HZ,
                experiment.period_s,
            )[1]
        )
    return (sides[0] - sides[1]) / (2.0 * step)


def exact_sample(settings: CalorimeterSettings) -> Sample:
    """Return the sample with every input known exactly."""
    iron_kg = 1e-3 * settings.mass_g
    colloid_kg = iron_kg / IRON_SHARE
    oxide_kg = iron_kg / 0.72360
    fluid = settings.heat_capacity_j_per_k - oxide_kg * 660.0
    return Sample(
        Value(colloid_kg),
        Value(IRON_SHARE),
        fluid_j_per_kg_k=Value(fluid / (colloid_kg - oxide_kg)),
        oxide_j_per_kg_k=Value(660.0),
    )


def outcome(job: tuple[int, int]) -> Outcome:
    """Simulate and analyse one experiment; ``job`` is (seed, number)."""
    rng = np.random.default_rng(job)
    experiment = drawn(rng)
    curve = curve_of(experiment, rng)
    sample = exact_sample(experiment.settings)
    truth = experiment.settings.sar_w_per_g
    began = time.perf_counter()
    found = analyse(curve, sample, Conditions())
    seconds = time.perf_counter() - began
    errors, unusable = {}, {str(m): s for m, s in found.failed.items()}
    for method, sar in found.sars.items():
        if sar.usable:
            errors[str(method)] = _relative(sar, truth)
        else:
            unusable[str(method)] = sar.reason
    fit = found.results["two-node fit"]
    return Outcome(
        errors,
        unusable,
        bound_of(experiment),
        _with_input_errors(fit, sample, truth, rng),
        _kind(experiment),
        seconds,
        found.sars["two-node fit"].warnings,
    )


def _with_input_errors(
    fit: Result, sample: Sample, truth: float, rng: np.random.Generator
) -> tuple[float, float]:
    """Return error and half width with masses and so on as a laboratory knows them."""

    def known(value: Value, u: float) -> Value:
        drawn_value = value.value * (1.0 + u * float(rng.standard_normal()))
        return Value(drawn_value, u * drawn_value)

    wrong = replace(
        sample,
        colloid_kg=known(sample.colloid_kg, INPUT_U["colloid"]),
        iron_share=known(sample.iron_share, INPUT_U["iron"]),
        fluid_j_per_kg_k=known(sample.fluid_j_per_kg_k, INPUT_U["capacity"]),
    )
    scale = 1.0 + INPUT_U["probe"] * float(rng.standard_normal())
    rate = Value(fit.rate_c_per_s.value * scale, fit.rate_c_per_s.u * scale)
    conditions = Conditions(probe_scale_u=INPUT_U["probe"])
    return _relative(sar_of(replace(fit, rate_c_per_s=rate), wrong, conditions), truth)


def _relative(sar: Sar, truth: float) -> tuple[float, float]:
    return sar.sar_w_per_g_fe.value / truth - 1.0, sar.expanded_w_per_g_fe / truth


def _kind(experiment: Experiment) -> str:
    marks = [
        ("holder", experiment.settings.holder_j_per_k > 0),
        ("rounded", experiment.step_c > 0),
        ("averaged", experiment.average_s > 0),
    ]
    return "+".join(name for name, there in marks if there) or "plain"


def print_tables(outcomes: list[Outcome]) -> None:
    """Print bias, coverage and width by method, then by kind of experiment."""
    total = len(outcomes)
    print(f"{total} experiments, intervals with k = 2")
    head = f"{'':20}{'usable':>8}{'median bias':>13}{'|bias| 90 %':>13}"
    print(head + f"{'coverage':>10}{'half width':>12}{'/ bound':>9}")
    for method in METHODS:
        _print_row(method, [(o.errors.get(method), o.bound) for o in outcomes])
    print("two-node fit, by kind (several may apply)")
    for kind in ("plain", "holder", "rounded", "averaged"):
        chosen = [o for o in outcomes if kind in o.kind.split("+")]
        rows = [(o.errors.get("two-node fit"), o.bound) for o in chosen]
        _print_row(f"  {kind} ({len(chosen)})", rows)
    usable = [o for o in outcomes if "two-node fit" in o.errors]
    inside = [abs(e) <= 0.98 * h for e, h in (o.errors["two-node fit"] for o in usable)]
    print(f"two-node fit with k = 1.96: coverage {100 * np.mean(inside):.1f} %")
    print("with errors in the inputs: " + str(INPUT_U))
    _print_row("two-node fit", [(o.drawn, o.bound) for o in usable])
    reasons = [o.unusable["two-node fit"] for o in outcomes if o not in usable]
    print(f"not usable: {len(reasons)}", *reasons[:5], sep="\n  ")
    loud = sum(bool(o.warnings) for o in outcomes)
    seconds = sorted(o.seconds for o in outcomes)
    print(f"with a warning: {loud}; median analysis {seconds[total // 2]:.2f} s")


def _print_row(name: str, rows: list[tuple[tuple[float, float] | None, float]]) -> None:
    good = [(e[0], e[1], b) for e, b in rows if e is not None]
    if not good:
        print(f"{name:20}{0:8d}")
        return
    error, half, bound = np.array(good).T
    # A bound is one sigma, a half width two.
    ratio = float(np.median(half / (2.0 * bound)))
    print(
        f"{name:20}{len(good):8d}{100 * np.median(error):11.2f} %"
        f"{100 * np.percentile(np.abs(error), 90):11.1f} %"
        f"{100 * np.mean(np.abs(error) <= half):8.1f} %"
        f"{100 * np.median(half):10.2f} %{ratio:9.2f}"
    )


def main() -> None:
    """Run the benchmark from the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--experiments", type=int, default=1000)
    parser.add_argument("--processes", type=int, default=1)
    parser.add_argument("--seed", type=int, default=2026)
    parser.add_argument("--minutes", type=float, default=1e9)
    chosen = parser.parse_args()
    jobs = [(chosen.seed, k) for k in range(chosen.experiments)]
    began, outcomes = time.monotonic(), []
    with Pool(chosen.processes) as pool:
        for one in pool.imap(outcome, jobs):
            outcomes.append(one)
            if len(outcomes) % 50 == 0:
                _say_progress(outcomes, time.monotonic() - began)
            if time.monotonic() - began > 60.0 * chosen.minutes:
                print(f"stopped after {chosen.minutes:g} minutes")
                break
    print_tables(outcomes)


def _say_progress(outcomes: list[Outcome], spent_s: float) -> None:
    pairs = [o.errors["two-node fit"] for o in outcomes if "two-node fit" in o.errors]
    inside = float(np.mean([abs(e) <= h for e, h in pairs]))
    print(
        f"{len(outcomes)} done in {spent_s:.0f} s: {len(pairs)} usable, "
        f"coverage {100 * inside:.1f} %",
        file=sys.stderr,
        flush=True,
    )


if __name__ == "__main__":
    main()
