"""How often a field calibration's 95 % interval holds the simulated coil's truth.

    python -m tests.benchmarks.calibration_seeds [seeds] [folder for pictures]

In each seed the true field per ampere lies up to 3 % from the config's, the resonance
up to 0.4 % away, and the pick-up's area is off by a draw from its whole stated bound.
The field must stay under the ceiling throughout.
"""

import sys
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random

import matplotlib as mpl
import numpy as np
from matplotlib.figure import Figure

from controller.analysis.calibration_report import field_figure, resonance_figure
from controller.bench import How, open_bench
from controller.config.loading import Loaded, load
from controller.guardian.link import SimulatedGuardian
from controller.host.stop_signals import StopSignal
from controller.procedures.calibration import FieldResult, calibrate_field
from controller.procedures.calibration_hands import Hands

CONFIG = Path(__file__).parents[2] / "configs" / "dry_run.toml"
GAIN_SPREAD, DETUNING_SPREAD = 0.03, 0.004
PROCESSES = 2


@dataclass(frozen=True)
class Trial:
    """One seed: what was found, what is true, and the largest true share of H·f."""

    seed: int
    result: FieldResult
    true_per_m: float
    true_resonance_hz: float
    highest_share: float
    off_confirmed: bool

    @property
    def covered(self) -> bool:
        low, high = self.result.fit.interval_per_m
        return low <= self.true_per_m <= high

    @property
    def resonance_error(self) -> float:
        """The error of the resonance over the half-power width."""
        found = self.result.resonance
        return (found.resonance_hz - self.true_resonance_hz) / found.half_power_hz


def another_coil(loaded: Loaded, seed: int) -> Loaded:
    """Return the config with another true gain and resonance."""
    rng = Random(f"calibration/{seed}")
    physics = loaded.bench.simulation.model_copy(
        update={
            "coil_gain": 1.0 + rng.uniform(-GAIN_SPREAD, GAIN_SPREAD),
            "detuning": rng.uniform(-DETUNING_SPREAD, DETUNING_SPREAD),
        }
    )
    return replace(loaded, bench=replace(loaded.bench, simulation=physics))


def trial(seed: int) -> Trial:
    """Calibrate one simulated coil."""
    loaded = another_coil(load(CONFIG), seed)
    with open_bench(loaded, How(seed=seed)) as bench:
        link = bench.link
        guardian = SimulatedGuardian(loaded.settings.period_s, link.clock.now)
        hands = Hands(link, loaded.settings, StopSignal(), guardian)
        result = calibrate_field(hands)
        off = link.switch_off()
        assert bench.simulation is not None
        physics = bench.simulation.bench
        return Trial(
            seed,
            result,
            physics.tank.coil_gain * physics.tank.field_per_ampere_per_m,
            physics.tank.resonance_hz,
            physics.take_max_hf_a_per_m_s() / loaded.settings.ceiling.limit_a_per_m_s,
            off.confirmed,
        )


def coverage_figure(trials: list[Trial]) -> Figure:
    """Draw each seed's interval relative to the truth, in order of the error."""
    figure = Figure(figsize=(9.0, 3.2), layout="constrained")
    axes = figure.add_subplot()
    ordered = sorted(
        trials, key=lambda t: t.result.fit.field_per_ampere_per_m / t.true_per_m
    )
    for at, t in enumerate(ordered):
        found = t.result.fit.field_per_ampere_per_m / t.true_per_m
        half = found * t.result.fit.uncertainty
        axes.errorbar(
            at,
            100.0 * (found - 1.0),
            100.0 * half,
            color="#0072B2" if t.covered else "#B3261E",
            fmt="o",
            ms=2.5,
            lw=0.8,
        )
    axes.axhline(0.0, color="#767676", lw=0.8)
    axes.set_xlabel("seeds, in the order of their error")
    axes.set_ylabel("found - true (%)")
    return figure


def main() -> None:
    """Run the seeds, print what came out, and draw the pictures of the docs."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 100
    with ProcessPoolExecutor(PROCESSES) as pool:
        trials = list(pool.map(trial, range(count), chunksize=5))
    covered = sum(t.covered for t in trials)
    errors = np.array([t.resonance_error for t in trials])
    half = [t.result.fit.uncertainty for t in trials]
    per_m = [t.result.fit.field_per_ampere_per_m / t.true_per_m - 1.0 for t in trials]
    shares = [t.highest_share for t in trials]
    print(f"seeds                                  {count}")
    print(f"95 % interval holds the true constant  {covered} of {count}")
    print(f"half width of the interval             {100 * max(half):.2f} % at most")
    print(f"error of the constant                  {100 * min(per_m):+.2f} to ", end="")
    print(f"{100 * max(per_m):+.2f} %")
    print(
        f"error of the resonance                 {100 * np.abs(errors).max():.2f} % of "
        "the half-power width at most"
    )
    print(
        f"largest true H·f                       {100 * max(shares):.1f} % of the limit"
    )
    unconfirmed = sum(not t.off_confirmed for t in trials)
    doubtful = sum(bool(t.result.fit.doubts) for t in trials)
    print(f"off not confirmed                      {unconfirmed}")
    print(f"with doubts (no file)                  {doubtful}")
    if len(sys.argv) > 2:
        folder, one = Path(sys.argv[2]), trials[0].result
        with mpl.rc_context({"font.family": "DejaVu Sans", "font.size": 8.5}):
            for name, figure in (
                ("resonance", resonance_figure(one.sweep, one.resonance)),
                ("field", field_figure(one.levels, one.fit)),
                ("seeds", coverage_figure(trials)),
            ):
                figure.savefig(folder / f"calibration_{name}.png", dpi=110)


if __name__ == "__main__":
    main()
