"""The two-node fit where its assumptions do not hold, against the truth.

    nice -n 10 python -m tests.benchmarks.sar_beyond --experiments 40 --processes 2

Experiments are those of ``sar_benchmark``, each changed in one respect. "Silent" are
those that are usable, do not hold the truth, and carry no warning.
"""

import argparse
from collections.abc import Callable
from dataclasses import replace
from multiprocessing import Pool

import numpy as np

from controller.analysis.calorimetry_record import checked
from controller.analysis.identification import two_node_fit
from simulators.calorimeter import CalorimeterSettings
from tests.benchmarks.sar_benchmark import IRON_G, curve_of, drawn

Change = Callable[[np.random.Generator, CalorimeterSettings], CalorimeterSettings]


def _uniform(name: str, low: float, high: float) -> Change:
    def change(
        rng: np.random.Generator, settings: CalorimeterSettings
    ) -> CalorimeterSettings:
        return replace(settings, **{name: float(rng.uniform(low, high))})

    return change


CHANGES: dict[str, Change] = {
    "nothing": _uniform("bore_rise_c", 0.0, 0.0),
    "sedimentation in 1 h": _uniform("sedimentation_s", 3600.0, 3600.0),
    "power -0.3 % per °C": _uniform("power_per_c", -0.003, -0.003),
    "convection 5 % per °C": _uniform("convection_per_c", 0.05, 0.05),
    "coil warms bore by 1 °C": _uniform("bore_rise_c", 1.0, 1.0),
    "probe lag 2-5 s": _uniform("probe_lag_s", 2.0, 5.0),
    "vial 2-5 J/K": _uniform("vial_j_per_k", 2.0, 5.0),
    "coupling 0.12-0.3 W/K": _uniform("coupling_w_per_k", 0.12, 0.3),
    "switch instants unknown": _uniform("bore_rise_c", 0.0, 0.0),
}


def outcome(job: tuple[str, int, int]) -> tuple[str, bool, float, float, bool]:
    """Return name, usable, error, half width (relative) and whether it warned."""
    name, seed, number = job
    rng = np.random.default_rng((seed, number))
    experiment = drawn(rng)
    experiment = replace(
        experiment,
        settings=CHANGES[name](rng, experiment.settings),
        period_s=max(experiment.period_s, 0.2),
        on_s=min(experiment.on_s, 300.0),
    )
    curve = curve_of(experiment, rng)
    if name == "switch instants unknown":
        curve = replace(curve, switches_s=())
    settings = experiment.settings
    result = two_node_fit(
        checked(curve), contents_j_per_k=settings.heat_capacity_j_per_k
    )
    truth = settings.sar_w_per_g * IRON_G / settings.heat_capacity_j_per_k
    rate = result.rate_c_per_s
    error, half = rate.value / truth - 1.0, 2.0 * rate.u / truth
    return name, result.usable, error, half, bool(result.warnings)


def main() -> None:
    """Run the benchmark from the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--experiments", type=int, default=40)
    parser.add_argument("--processes", type=int, default=1)
    parser.add_argument("--seed", type=int, default=5)
    parser.add_argument("--only", nargs="*", default=list(CHANGES))
    chosen = parser.parse_args()
    numbers = range(chosen.experiments)
    jobs = [(name, chosen.seed, k) for name in chosen.only for k in numbers]
    with Pool(chosen.processes) as pool:
        outcomes = pool.map(outcome, jobs, chunksize=4)
    print(f"{'':26}{'usable':>8}{'bias':>8}{'coverage':>10}{'half':>8}", end="")
    print(f"{'warned':>8}{'silent':>8}")
    for name in chosen.only:
        mine = [o for o in outcomes if o[0] == name]
        good = np.array([o[2:4] for o in mine if o[1]]).reshape(-1, 2)
        inside = 100 * np.mean(np.abs(good[:, 0]) <= good[:, 1])
        silent = sum(o[1] and not o[4] and abs(o[2]) > o[3] for o in mine)
        print(
            f"{name:26}{len(good):8d}{100 * np.median(good[:, 0]):6.1f} %"
            f"{inside:8.0f} %{100 * np.median(good[:, 1]):6.1f} %"
            f"{sum(o[4] for o in mine):8d}{silent:8d}",
            flush=True,
        )


if __name__ == "__main__":
    main()
