"""How long the simulated samples take for 60 min at 5 Hz, and how they converge.

    uv run python -m tests.benchmarks.plant_speed [--runs 5]

The plant alone: each tick advances it and asks for core, margin, healthy and body. CPU
time counts, and the best of some runs: what else the machine does only ever adds.
"""

import argparse
import math
from collections.abc import Callable
from dataclasses import replace
from random import Random
from time import process_time

from simulators.bench import Sample
from simulators.circulation import Body, BodyParameters, Flow
from simulators.motion import Moments
from simulators.nanoparticles import Ilp, LinearResponse
from simulators.pennes_sphere import PennesSphere, SphereParameters
from simulators.tissues import tissue
from simulators.tumour_grid import GridParameters, TumourGrid
from simulators.two_node import TissueParameters, TwoNode
from simulators.vial import Vial

TICKS, TICK_S = 18_000, 0.2
FIELD_A_PER_M, FREQUENCY_HZ = 9_000.0, 161_270.0
PLACES = ("core", "margin", "healthy", "body")
FORTY = SphereParameters(shells=40)
LAWS = replace(FORTY, tumour_law="tumour", tissue_law="muscle")
# With this ILP, field and frequency 1 g/L takes up 1 W/mL.
ONE_W_PER_ML = Ilp(1e6 / (1e-9 * FIELD_A_PER_M**2 * FREQUENCY_HZ))
CORES = LinearResponse(viscosity_pa_s=None, diameter_m=14e-9)
ALL = {"particles": CORES, "washout_s": 36_000.0}


def wandering() -> Flow:
    coughs = Moments(Random(2), 240.0)
    return Flow([(600.0, 1.3)], 0.1, 30.0, Random(1), coughs, 1.3)


def cooling_body() -> Body:
    return Body(BodyParameters(start_c=34.5, own_w=1.1))


PLANTS: list[tuple[str, Callable[[], Sample], float]] = [
    ("vial, two nodes", Vial, math.nan),
    (
        "two-node tumour, perfusion by chance",
        lambda: TwoNode(rng=Random(1)),
        math.nan,
    ),
    (
        "  with all that a config can ask for",
        lambda: TwoNode(TissueParameters(**ALL), flow=wandering(), body=cooling_body()),
        math.nan,
    ),
    ("sphere, 40 shells", lambda: PennesSphere(FORTY), 0.3),
    (
        "  with cores by linear response",
        lambda: PennesSphere(replace(FORTY, **ALL)),
        0.3,
    ),
    ("sphere, 48 shells", lambda: PennesSphere(replace(FORTY, shells=48)), 0.3),
    ("sphere, 40, perfusion by temperature", lambda: PennesSphere(LAWS), 0.5),
    (
        "  with all that a config can ask for",
        lambda: PennesSphere(replace(LAWS, **ALL), wandering(), cooling_body()),
        0.5,
    ),
    ("grid, 15 x 15 x 15", lambda: TumourGrid(rng=Random(1)), 1.0),
    (
        "  with all that a config can ask for",
        lambda: TumourGrid(
            GridParameters(**ALL), Random(1), wandering(), 34.5, cooling_body()
        ),
        1.0,
    ),
]


def seconds(make: Callable[[], Sample]) -> float:
    """Return the CPU time of an hour of a new sample, in s."""
    sample = make()
    started = process_time()
    for _ in range(TICKS):
        sample.advance(TICK_S, FIELD_A_PER_M, FREQUENCY_HZ)
        for place in PLACES:
            sample.at(place)
    return process_time() - started


def exact_rise_k(name: str, radius_m: float, at_m: float) -> float:
    """Return the steady rise by 1 W/mL in a sphere of endless even tissue, in K."""
    one = tissue(name)
    blood = one.perfusion_kg_per_s_m3 * tissue("blood").heat_capacity_j_per_kg_k
    decay = math.sqrt(blood / one.conductivity_w_per_m_k)
    left = (1.0 + decay * radius_m) * math.exp(-decay * radius_m)
    shape = math.sinh(decay * at_m) / (decay * at_m) if at_m else 1.0
    return 1e6 / blood * (1.0 - left * shape)


def errors(name: str, radius_m: float, shells: int) -> tuple[float, float]:
    """Return the relative errors at centre and surface, against the exact solution."""
    sphere = PennesSphere(
        SphereParameters(
            radius_m=radius_m,
            reach_m=0.12,
            shells=shells,
            tumour=name,
            tissue=name,
            tumour_perfusion_kg_per_s_m3=None,
            metabolism=False,
            particles=ONE_W_PER_ML,
            concentration_g_per_l=1.0,
            eddy_radius_m=0.0,
        )
    )
    for _ in range(200):
        sphere.advance(36_000.0, FIELD_A_PER_M, FREQUENCY_HZ)
    centre, surface = (
        (sphere.at_radius_c(r) - 37.0) / exact_rise_k(name, radius_m, r) - 1.0
        for r in (0.0, radius_m)
    )
    return centre, surface


def grid_error(name: str, radius_m: float, cells: int) -> float:
    """Return the relative error at the centre of a grid without clumps.

    Against the exact solution of a sphere with the volume that the cells have.
    """
    grid = TumourGrid(
        GridParameters(
            cells=cells,
            radius_m=radius_m,
            tissue=name,
            tumour_perfusion_kg_per_s_m3=tissue(name).perfusion_kg_per_s_m3,
            particles=ONE_W_PER_ML,
            concentration_g_per_l=1.0,
            clumps=0,
            eddy_radius_m=0.0,
        )
    )
    for _ in range(2400):
        grid.advance(0.5, FIELD_A_PER_M, FREQUENCY_HZ)
    cell_m3 = (grid.parameters.side_m / cells) ** 3
    same_m = float(3.0 * grid.tumour.sum() * cell_m3 / (4.0 * math.pi)) ** (1.0 / 3.0)
    return (grid.at("core") - 37.0) / exact_rise_k(name, same_m, 0.0) - 1.0


def main() -> None:
    """Print speeds beside what is asked, then convergence of sphere and grid."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=5)
    runs = parser.parse_args().runs
    for name, make, asked_s in PLANTS:
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
    for cells in (9, 11, 15, 21, 25):
        off = 100.0 * grid_error("grey matter", 8e-3, cells)
        print(f"grey matter R 8 mm, grid of {cells:2} a side: centre {off:+.2f} %")


if __name__ == "__main__":
    main()
