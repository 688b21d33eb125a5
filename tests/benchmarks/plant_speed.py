"""How long the simulated samples take for 60 min at 5 Hz, and how they converge.

    uv run python -m tests.benchmarks.plant_speed [--runs 5]

The plant alone: each tick advances it and asks for core, margin, healthy and body. The
best of some runs counts, because what else the machine does only ever adds.
"""

import argparse
import math
from collections.abc import Callable
from dataclasses import replace
from random import Random
from time import perf_counter

from simulators.bench import Sample
from simulators.nanoparticles import Ilp
from simulators.pennes_sphere import PennesSphere, SphereParameters
from simulators.tissues import Body, BodyParameters, Flow, tissue
from simulators.tumour_grid import TumourGrid
from simulators.vial import Vial

TICKS, TICK_S = 18_000, 0.2
FIELD_A_PER_M, FREQUENCY_HZ = 9_000.0, 161_270.0
PLACES = ("core", "margin", "healthy", "body")
FORTY = SphereParameters(shells=40)
LAWS = replace(FORTY, tumour_law="tumour", tissue_law="muscle")


def wandering() -> Flow:
    return Flow([(600.0, 1.3)], fluctuation=0.1, rng=Random(1))


def cooling_body() -> Body:
    return Body(BodyParameters(start_c=34.5, own_w=1.1))


PLANTS: dict[str, tuple[Callable[[], Sample], float]] = {
    "vial, two nodes": (Vial, math.nan),
    "sphere, 40 shells": (lambda: PennesSphere(FORTY), 0.3),
    "sphere, 48 shells": (lambda: PennesSphere(replace(FORTY, shells=48)), 0.3),
    "sphere, 40, perfusion by temperature": (lambda: PennesSphere(LAWS), 0.5),
    "  and by schedule and chance, with body": (
        lambda: PennesSphere(LAWS, wandering(), cooling_body()),
        0.5,
    ),
    "grid, 15 x 15 x 15": (lambda: TumourGrid(rng=Random(1)), 1.0),
    "  with perfusion by chance": (
        lambda: TumourGrid(rng=Random(1), flow=wandering()),
        1.0,
    ),
}


def seconds(make: Callable[[], Sample]) -> float:
    """Return the wall time of an hour of a new sample."""
    sample = make()
    started = perf_counter()
    for _ in range(TICKS):
        sample.advance(TICK_S, FIELD_A_PER_M, FREQUENCY_HZ)
        for place in PLACES:
            sample.at(place)
    return perf_counter() - started


def errors(name: str, radius_m: float, shells: int) -> tuple[float, float]:
    """Return the relative errors at centre and surface, against the exact solution."""
    one = tissue(name)
    blood = one.perfusion_kg_per_s_m3 * tissue("blood").heat_capacity_j_per_kg_k
    decay = radius_m * math.sqrt(blood / one.conductivity_w_per_m_k)
    left = (1.0 + decay) * math.exp(-decay)
    exact_k = [1e6 / blood * (1.0 - left * x) for x in (1.0, math.sinh(decay) / decay)]
    sphere = PennesSphere(
        SphereParameters(
            radius_m=radius_m,
            reach_m=0.12,
            shells=shells,
            tumour=name,
            tissue=name,
            tumour_perfusion_kg_per_s_m3=None,
            metabolism=False,
            particles=Ilp(1e6 / (1e-9 * FIELD_A_PER_M**2 * FREQUENCY_HZ)),
            concentration_g_per_l=1.0,
            eddy_radius_m=0.0,
        )
    )
    for _ in range(200):
        sphere.advance(36_000.0, FIELD_A_PER_M, FREQUENCY_HZ)
    found_k = [sphere.at_radius_c(r) - 37.0 for r in (0.0, radius_m)]
    return found_k[0] / exact_k[0] - 1.0, found_k[1] / exact_k[1] - 1.0


def main() -> None:
    """Print speeds beside what is asked, then the convergence of the sphere."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=5)
    runs = parser.parse_args().runs
    for name, (make, asked_s) in PLANTS.items():
        found = sorted(seconds(make) for _ in range(runs))
        middle_s = found[len(found) // 2]
        print(f"{name:42} best {found[0]:.3f} s, median {middle_s:.3f} s", end="")
        print("" if math.isnan(asked_s) else f" (asked: {asked_s} s)")
    for name, radius_m in (("grey matter", 1e-2), ("muscle", 1e-2), ("muscle", 5e-3)):
        for shells in (16, 24, 40, 80, 160):
            centre, surface = errors(name, radius_m, shells)
            print(
                f"{name} R {1e3 * radius_m:g} mm, {shells:3} shells: centre "
                f"{100 * centre:+.3f} %, surface {100 * surface:+.3f} %"
            )


if __name__ == "__main__":
    main()
