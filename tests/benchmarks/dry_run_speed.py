"""How many simulated seconds a wall second the whole stack reaches, and where it goes.

    uv run python -m tests.benchmarks.dry_run_speed [--runs 5]

Runs configs/dry_run.toml: bytes on the wire, drivers, decisions, guard, recording.
From the first tick to the confirmed off, as ``amf report`` prints it (wall_s).
"""

import argparse
import cProfile
import pstats
import statistics
import tempfile
from pathlib import Path

from controller.bench import How, open_bench
from controller.config.loading import load
from controller.host.stop_signals import StopSignal
from controller.loop import Loop
from controller.procedures.operators import Terminal
from controller.procedures.run_record import open_record
from controller.recording.loop_record import LoopRecord
from tests.controller.rig import CONFIGS

PARTS = {
    "decisions": ("/decisions/step.py", "step"),
    "instruments on the wire": ("/controller/instruments/bench_link.py", "measure"),
    "physics": ("/simulators/bench.py", "advance"),
    "recording": ("/controller/recording/writing.py", "tick"),
    "commands to instruments": ("/controller/instruments/bench_link.py", "apply"),
    "truth for the record": ("/controller/rehearsal.py", "truth"),
    "guard": ("/controller/guard.py", "guard"),
}


def one_run(seed: int) -> tuple[float, float]:
    """Run once; return (simulated s, wall s)."""
    loaded = load(CONFIGS / "dry_run.toml")
    with (
        tempfile.TemporaryDirectory() as folder,
        open_bench(loaded, How(seed)) as bench,
    ):
        recorder = open_record(loaded, bench, Path(folder), seed)
        operator = Terminal(StopSignal(), lambda message: None)
        record = LoopRecord(recorder, loaded.settings, bench.truth, operator.publish)
        loop = Loop(bench.link, loaded.settings, record, operator)
        outcome = loop.run()
        assert outcome.exit_code == 0, outcome
        return loop.state.t_s, outcome.wall_s


def shares() -> list[tuple[str, float]]:
    """Return the share of each part, under the profiler (which weighs calls more)."""
    profile = cProfile.Profile()
    profile.enable()
    one_run(1)
    profile.disable()
    stats = pstats.Stats(profile).stats  # type: ignore[attr-defined]
    total = max(row[3] for row in stats.values())
    found = []
    for part, (file, name) in PARTS.items():
        spent = [
            row[3]
            for key, row in stats.items()
            if key[0].endswith(file) and key[2] == name
        ]
        found.append((part, max(spent, default=0.0) / total))
    return found


def main() -> None:
    """Print the speed of several runs, their mean, and the shares."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=5)
    speeds = []
    for seed in range(parser.parse_args().runs):
        simulated_s, wall_s = one_run(seed)
        speeds.append(simulated_s / wall_s)
        print(f"seed {seed}: {simulated_s:.0f} s in {wall_s:.2f} s, {speeds[-1]:.0f} x")
    print(f"mean {statistics.mean(speeds):.0f} x real time")
    for part, share in shares():
        print(f"{100 * share:5.1f} %  {part}")


if __name__ == "__main__":
    main()
