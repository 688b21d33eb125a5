"""Count false trips: nothing goes wrong, every simulated bench × seeds.

    uv run python -m tests.benchmarks.false_trips [--seeds 12] [--hold-s 900] [--jobs 1]

Each goes through the whole stack as the command runs it; every run that does not
complete is printed with its sentence. The benches are the shipped dry-runs, those with
a thermometer that averages (almost no noise, steps of 0.1 °C, which looks frozen), and
those with coughs, dropouts and conduction along the fibres. One seed in four has the
hold of its config. SAR matrices of 9 curves come last. Nothing here loosens a limit.
"""

import argparse
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from io import StringIO
from pathlib import Path

from controller.commands.run import run as treat
from controller.recording.run_file import Run

ROOT = Path(__file__).parents[2]
CHANGES: Mapping[str, Mapping[str, float]] = {
    "as shipped": {},
    "averaging thermometer": {
        "noise_c": 0.002,
        "quantisation_c": 0.1,
        "probe_lag_s": 4.0,
        "dead_time_s": 1.0,
    },
    "coughs": {
        "cough_every_s": 120.0,
        "cough_s": 1.5,
        "cough_c": 0.5,
        "dropout_every_s": 300.0,
        "dropout_s": 0.4,
        "fibre_conduction_share": 0.01,
    },
}
TISSUES = ("dry_run", "dry_run_sphere", "dry_run_cold", "dry_run_grid")
BENCHES: Mapping[str, tuple[str, ...]] = {
    "as shipped": (
        *(*TISSUES, "dry_run_vial", "dry_run_segments", "dry_run_amplifier"),
        *("dry_run_induction_heater", "dry_run_short", "dry_run_cooling"),
        "abu_ayyad_2024",
    ),
    "averaging thermometer": TISSUES,
    "coughs": ("dry_run", "dry_run_sphere", "dry_run_grid"),
}
SAR = "dry_run_sar"
WHOLE_EVERY = 4
SAR_SEEDS = (1, 2, 3)


@dataclass(frozen=True, slots=True)
class Healthy:
    """One run in which nothing goes wrong; ``hold_s`` is None for the config's own."""

    name: str
    change: str
    seed: int
    hold_s: float | None

    @property
    def title(self) -> str:
        """Name the run for people."""
        hold = "own hold" if self.hold_s is None else f"hold {self.hold_s:g} s"
        what = "9 curves" if self.name == SAR else hold
        return f"{self.name}, {self.change}, seed {self.seed}, {what}"


def changed(run: Healthy) -> str:
    """Return the text of a shipped config with this run's hold and simulation."""
    text = (ROOT / "configs" / f"{run.name}.toml").read_text(encoding="utf-8")
    if run.name == SAR:
        return re.sub(r"(?m)^repeats = .*", "repeats = 1", text)
    if run.hold_s is not None:
        text = re.sub(r"(?m)^hold_s = [0-9.]+", f"hold_s = {run.hold_s}", text)
    lines = ["[simulation]"]
    for key, value in CHANGES[run.change].items():
        text = re.sub(rf"(?m)^{key} = .*\n", "", text)
        lines.append(f"{key} = {value}")
    return re.sub(r"(?m)^\[simulation\]$", "\n".join(lines), text)


def sentence(run: Healthy) -> str:
    """Return "" for a run that completed, else what ended it."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder)
        config = out / f"{run.name}.toml"
        config.write_text(changed(run), encoding="utf-8")
        if run.name == SAR:
            return _matrix(config, run.seed)
        with redirect_stdout(StringIO()), redirect_stderr(StringIO()) as said:
            code = treat(config, out=out, real_time=False, json=False, seed=run.seed)
        if code == 0:
            return ""
        with Run.open(next(out.glob("*.sqlite"))) as record:
            faults = [fault["sentence"] for fault in record.data().faults()]
    return "; ".join(faults) or f"exit {code}: {said.getvalue()[-300:]}"


def _matrix(config: Path, seed: int) -> str:
    """Measure a SAR matrix; return "" or what was said last where it did not end."""
    asked = ["sar", "run", str(config), "--out", str(config.parent), "--seed", seed]
    done = subprocess.run(
        [sys.executable, "-m", "controller.cli", *map(str, asked)],
        cwd=ROOT,
        check=False,
        capture_output=True,
        encoding="utf-8",
        timeout=900,
    )
    said = (done.stderr.strip() or done.stdout.strip())[-300:]
    return "" if done.returncode == 0 else f"exit {done.returncode}: {said}"


def asked_for(seeds: int, hold_s: float) -> Iterator[Healthy]:
    """Yield every run, seed by seed, so that an interrupted count covers all."""
    for seed in range(1, seeds + 1):
        hold = None if seed % WHOLE_EVERY == 0 else hold_s
        for change, names in BENCHES.items():
            yield from (Healthy(name, change, seed, hold) for name in names)
    yield from (Healthy(SAR, "as shipped", seed, None) for seed in SAR_SEEDS)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, default=12)
    parser.add_argument("--hold-s", type=float, default=900.0)
    parser.add_argument("--jobs", type=int, default=1, help="runs at a time")
    asked = parser.parse_args()
    listed, trips = list(asked_for(asked.seeds, asked.hold_s)), 0
    with ProcessPoolExecutor(asked.jobs) as pool:
        said = pool.map(sentence, listed)
        for number, (run, what) in enumerate(zip(listed, said, strict=True), 1):
            trips += bool(what)
            print(f"{number:3d} {run.title}: {what or 'completed'}", flush=True)
    print(f"{trips} false trips in {len(listed)} runs")
    return int(trips > 0)


if __name__ == "__main__":
    sys.exit(main())
