"""Seconds of true H·f above the ceiling, whole stack, with a calibration that is wrong.

    uv run python -m tests.benchmarks.ceiling_seeds [--seeds 100] [--hold-s 60]

Runs configs/dry_run.toml with a simulated pick-up coil whose true area is drawn within
its stated uncertainty, seed by seed, and prints for each scenario how the runs ended
and for how long the largest true H·f of a tick was above the limit. The drift takes
its 30 min whatever --hold-s says.
"""

import argparse
import multiprocessing
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from controller.config.loading import Loaded
from controller.decisions.signals import Request
from controller.loop import COMPLETED
from controller.recording.run_file import Run
from tests.controller.rig import Rig, rig, short

DRIFT_S = 1800.0
STEP_AT_S = 20.0


def tank(r: Rig) -> Any:
    assert r.bench.simulation is not None
    return r.bench.simulation.bench.tank


def steady(name: str, value: float) -> Callable[[Rig], None]:
    return lambda r: setattr(tank(r), name, value)


def drift(r: Rig) -> None:
    tank(r).coil_gain = 1.0 - 0.1 * min(r.t_s / DRIFT_S, 1.0)


def late_detuning(value: float) -> Callable[[Rig], None]:
    """Detune within the ramp, at full power, as a jump."""

    def change(r: Rig) -> None:
        heated = r.phase == "ramp" and r.loop.since_phase_s() > STEP_AT_S
        if heated or r.phase in ("hold", "cool"):
            tank(r).detuning = value

    return change


def pulled(value: float) -> Callable[[Rig], None]:
    def change(r: Rig) -> None:
        r.twin("generator").frequency_error = value

    return change


@dataclass(frozen=True)
class Scenario:
    """What is wrong, each tick; whether the treatment completes (None: either)."""

    name: str
    change: Callable[[Rig], None]
    completes: bool | None
    hold_s: float = 0.0


SCENARIOS = (
    Scenario("as calibrated", lambda r: None, True),
    Scenario("coil 5 % stronger", steady("coil_gain", 1.05), True),
    Scenario("-10 % drift over 30 min", drift, True, DRIFT_S),
    Scenario("coil 20 % stronger", steady("coil_gain", 1.2), False),
    Scenario("detuned +1 %, 45 V", steady("detuning", 0.01), None),
    Scenario("detuned -1 %, 45 V", steady("detuning", -0.01), None),
    Scenario("detuned +1 % in the ramp, 45 V", late_detuning(0.01), None),
    Scenario("f pulled +1 %", pulled(0.01), None),
    Scenario("f pulled -1 %", pulled(-0.01), None),
)


@dataclass(frozen=True)
class Row:
    """One run: its scenario, exit code, codes, largest share and seconds above."""

    scenario: str
    exit_code: int
    codes: tuple[str, ...]
    share: float
    above_s: float


def one_run(job: tuple[int, int, float]) -> Row:
    """Run a scenario with a seed, with a hold of so many s."""
    index, seed, hold_s = job
    scenario = SCENARIOS[index]

    def change(loaded: Loaded) -> Loaded:
        loaded = short(loaded, max(hold_s, scenario.hold_s))
        applicator = replace(loaded.settings.applicator, max_voltage_v=45.0)
        return replace(loaded, settings=replace(loaded.settings, applicator=applicator))

    def at(r: Rig) -> tuple[Request, ...]:
        scenario.change(r)
        return ()

    with tempfile.TemporaryDirectory() as folder:
        with rig(Path(folder), seed=seed, change=change, at=at) as r:
            outcome = r.run()
            limit = r.loaded.settings.ceiling.limit_a_per_m_s
            period_s = r.loaded.settings.period_s
        with Run.open(r.recorder.path) as run:
            truth = run.data().truth
    assert truth is not None
    shares = truth["true_hf_a_per_m_s"] / limit
    above_s = period_s * float((shares > 1.0).sum())
    codes = tuple(r.codes)
    return Row(scenario.name, outcome.exit_code, codes, float(shares.max()), above_s)


def show(rows: list[Row]) -> bool:
    """Print the table; say whether every scenario did what it has to."""
    print(
        f"{'scenario':32} {'runs':>5} {'done':>5} {'worst':>7} {'above s':>8}  ended by"
    )
    good = True
    for scenario in SCENARIOS:
        mine = [row for row in rows if row.scenario == scenario.name]
        done = sum(row.exit_code == COMPLETED for row in mine)
        worst = max(row.share for row in mine)
        above_s = sum(row.above_s for row in mine)
        codes = ", ".join(sorted({code for row in mine for code in row.codes}))
        good &= above_s == 0.0
        if scenario.completes is not None:
            good &= done == (len(mine) if scenario.completes else 0)
        print(
            f"{scenario.name:32} {len(mine):5} {done:5} {worst:7.4f} {above_s:8.1f}  "
            f"{codes}"
        )
    return good


def main() -> None:
    """Run all scenarios with all seeds on two processes."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, default=100)
    parser.add_argument("--hold-s", type=float, default=60.0)
    parser.add_argument("--processes", type=int, default=2)
    asked = parser.parse_args()
    jobs = [
        (index, seed, asked.hold_s)
        for seed in range(1, asked.seeds + 1)
        for index in range(len(SCENARIOS))
    ]
    rows: list[Row] = []
    context = multiprocessing.get_context("spawn")
    with context.Pool(asked.processes) as pool:
        for row in pool.imap_unordered(one_run, jobs):
            rows.append(row)
            if len(rows) % 10 == 0 or len(rows) == len(jobs):
                print(f"\r{len(rows)} of {len(jobs)} runs", end="", file=sys.stderr)
    print(file=sys.stderr)
    sys.exit(0 if show(rows) else 1)


if __name__ == "__main__":
    main()
