"""Rehearse every published treatment of configs/protocols: curves, figures, verdicts.

    uv run python -m tests.benchmarks.protocol_curves [--out docs/pictures] [NAME ...]

Each config runs through the whole stack as ``amf run`` does; a picture for each goes to
the folder, and the tables of docs/protocols.md are printed. The verdicts are those of
each profile on the corners of the intracranial window.
"""

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.figure import Figure

from controller.analysis.run_data import RunData
from controller.analysis.summary import summarise
from controller.config.applicator import Ceiling
from controller.config.checks import resolved_limit_a_per_m_s
from controller.config.loading import Loaded, load
from controller.decisions.ceiling import exceeds, permitted_amplitude
from controller.decisions.settings import CeilingSettings
from controller.recording.run_file import Run

ROOT = Path(__file__).parents[2]
PROTOCOLS = sorted((ROOT / "configs" / "protocols").glob("*.toml"))
CORNERS = [(hz, h) for hz in (100e3, 300e3) for h in (5e3, 15e3)]
HEAD_M = 0.20
SHOWN_POINTS = 600
COLOURS = {"core": "C3", "margin": "C1", "healthy": "C2", "body": "C0", "sample": "C3"}


def rehearse(config: Path, folder: Path, seed: int | None = None) -> RunData:
    """Run a treatment in simulated time, as the command does; return its record."""
    asked = ["run", str(config), "--out", str(folder)]
    asked += [] if seed is None else ["--seed", str(seed)]
    done = subprocess.run(
        [sys.executable, "-m", "controller.cli", *asked],
        cwd=ROOT,
        check=False,
        capture_output=True,
        encoding="utf-8",
        timeout=300,
    )
    written = next(folder.glob("*.sqlite"), None)
    if written is None:
        raise SystemExit(f"{config} did not run: {done.stderr}")
    with Run.open(written) as run:
        return run.data()


def draw(run: RunData, path: Path) -> None:
    """Draw temperatures over H·f of a run, small."""
    figure = Figure(figsize=(6.0, 3.6), layout="constrained")
    upper, lower = figure.subplots(2, 1, sharex=True, height_ratios=(3, 1))
    every = slice(None, None, max(1, run.ticks // SHOWN_POINTS))
    t_min = run.t_s[every] / 60.0
    for i, probe in enumerate(run.settings.probes):
        value_c = run.readings["value_c"][every, i]
        upper.plot(t_min, value_c, COLOURS[probe.role], lw=0.8, label=probe.name)
    assert run.truth is not None
    hottest_c = run.truth["true_controlled_c"][every]
    upper.plot(t_min, hottest_c, "k:", lw=0.9, label="hottest, true")
    upper.axhline(run.settings.treatment.setpoint_c, color="0.6", lw=0.6)
    upper.set_ylabel("°C")
    upper.legend(fontsize=7, ncols=5, loc="lower center", bbox_to_anchor=(0.5, 1.0))
    lower.plot(t_min, run.columns["hf_a_per_m_s"][every] / 1e9, "0.2", lw=0.8)
    lower.axhline(run.settings.ceiling.limit_a_per_m_s / 1e9, color="C3", lw=0.8)
    lower.set_ylabel("H·f, 10⁹ A/(m·s)", fontsize=7)
    lower.set_ylim(bottom=0.0)
    lower.set_xlabel("min")
    figure.savefig(path, dpi=80)


def figures(name: str, run: RunData) -> str:
    """Return the row of the table of results."""
    summary: dict[str, Any] = summarise(run)
    assert run.truth is not None
    hottest_c = float(np.nanmax(run.truth["true_controlled_c"]))
    settings = run.settings
    permitted = permitted_amplitude(settings.applicator.frequency_hz, settings.ceiling)
    field = run.columns["measured_field_a_per_m"]
    held = field[run.in_phases("hold")]
    dose = ", ".join(
        f"{probe} {dose_min:.3g}"
        for probe, dose_min in summary["cem43_min"].items()
        if dose_min is not None and probe not in ("healthy", "body")
    )
    over = bool(np.any(exceeded(run)))
    cells = (
        name,
        f"{permitted / 1e3:.2f}",
        f"{np.nanmean(held) / 1e3:.2f}" if held.size else "–",
        shown(heating_s(run), ".0f"),
        shown(summary["overshoot_c"], ".1f"),
        shown(summary["true_rms_error_c"], ".3f"),
        f"{hottest_c:.1f}",
        shown(margin_c(run), ".1f"),
        shown(summary["healthy_max_c"], ".1f"),
        dose,
        "above!" if over else "0",
        summary["exit_reason"] or "–",
    )
    return "| " + " | ".join(cells) + " |"


def exceeded(run: RunData) -> np.ndarray[Any, np.dtype[np.bool_]]:
    """Return where the true H·f was above the limit, (ticks,)."""
    assert run.truth is not None
    over: np.ndarray[Any, np.dtype[np.bool_]] = (
        run.truth["true_hf_a_per_m_s"] > run.settings.ceiling.limit_a_per_m_s
    )
    return over


def heating_s(run: RunData) -> float | None:
    """Return the time of the ramp in s; None where it never ended in a hold."""
    held = np.flatnonzero(run.in_phases("hold"))
    if not held.size:
        return None
    ramp = np.flatnonzero(run.in_phases("ramp"))
    return float(run.t_s[held[0]] - run.t_s[ramp[0]])


def margin_c(run: RunData) -> float | None:
    """Return the mean reading of the margin over the hold, in °C; None without one."""
    columns = run.probe_columns(("margin",))
    readings_c = run.readings["value_c"][run.in_phases("hold")][:, columns]
    return float(np.nanmean(readings_c)) if readings_c.size else None


def shown(value: float | None, form: str) -> str:
    """Write a number, a dash for none."""
    return "–" if value is None else f"{value:{form}}"


def verdicts(loaded: Loaded) -> list[str]:
    """Return each profile's verdict on the corners of the intracranial window."""
    rows = []
    for profile in ("atkinson-brezovich", "diameter", "hergt-dutz"):
        table = Ceiling(
            profile=profile,
            exposed_diameter_m=HEAD_M,
            amplitude_cap_a_per_m=15_000.0,
            frequency_min_hz=90e3,
            frequency_max_hz=310e3,
        )
        limit = resolved_limit_a_per_m_s(table, loaded.bench.applicator)
        ceiling = CeilingSettings(
            profile=profile,
            limit_a_per_m_s=limit,
            amplitude_cap_a_per_m=15_000.0,
            frequency_min_hz=90e3,
            frequency_max_hz=310e3,
            field_uncertainty=0.10,
            field_uncertainty_a_per_m=0.0,
            frequency_uncertainty=1e-4,
        )
        cells = [f"{limit:.3g}", *(verdict(hz, h, ceiling) for hz, h in CORNERS)]
        rows.append(f"| `{profile}` | " + " | ".join(cells) + " |")
    return rows


def verdict(frequency_hz: float, field_a_per_m: float, ceiling: CeilingSettings) -> str:
    """Say whether a corner is permitted, and if not what would be, in kA/m."""
    most = permitted_amplitude(frequency_hz, ceiling)
    if not exceeds(field_a_per_m, frequency_hz, ceiling) and field_a_per_m <= most:
        return "yes"
    return f"no: {most / 1e3:.2f}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*")
    parser.add_argument("--out", type=Path, default=ROOT / "docs" / "pictures")
    asked = parser.parse_args()
    for path in PROTOCOLS:
        if asked.names and path.stem not in asked.names:
            continue
        with tempfile.TemporaryDirectory() as folder:
            run = rehearse(path, Path(folder))
        asked.out.mkdir(parents=True, exist_ok=True)
        draw(run, asked.out / f"protocols_{path.stem}.png")
        print(figures(path.stem, run), flush=True)
    print("\n".join(verdicts(load(PROTOCOLS[0]))))


if __name__ == "__main__":
    main()
