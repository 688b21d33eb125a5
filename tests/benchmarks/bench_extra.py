"""Runs the shared closed-loop benchmark on the held-out plants of ``plants_extra``.

    PYTHONPATH=. python tests/benchmarks/bench_extra.py BENCH_FOLDER [its options]

Needs numpy, scipy and simple-pid, as the benchmark itself.
"""

import sys
from pathlib import Path

ADDED = "tests.benchmarks.bench_adapter:make_controller"


def main() -> None:
    """Register the plants with the benchmark and run it on them."""
    folder, *options = sys.argv[1:]
    sys.path[:0] = [folder, str(Path(__file__).parent)]
    import bench
    import plants
    from plants_extra import EXTRA

    plants.PLANTS.update(EXTRA)
    chosen = [] if "--plants" in options else ["--plants", ",".join(EXTRA)]
    bench.main(["--no-population", "--only", ADDED, *chosen, *options])


if __name__ == "__main__":
    main()
