"""Count false trips: nothing goes wrong, samples × seeds, with a shortened hold.

    uv run python -m tests.benchmarks.false_trips [--seeds 5] [--hold-s 600] [--coughs]

Each shipped dry-run goes through the whole stack; every run that does not complete is
printed with its sentence. ``--coughs`` adds coughs, dropouts and conduction along the
fibres to each. Nothing here loosens a limit.
"""

import argparse
import re
import tempfile
from pathlib import Path

from controller.analysis.summary import summarise
from tests.benchmarks.protocol_curves import ROOT, rehearse

CONFIGS = ("dry_run", "dry_run_sphere", "dry_run_cold", "dry_run_grid", "dry_run_vial")
COUGHS = """
cough_every_s = 120.0
cough_s = 1.5
cough_c = 0.5
dropout_every_s = 300.0
dropout_s = 0.4
fibre_conduction_share = 0.01
"""


def shortened(name: str, hold_s: float, coughs: bool) -> str:
    """Return the text of a dry-run with another hold, and coughs where asked."""
    text = (ROOT / "configs" / f"{name}.toml").read_text(encoding="utf-8")
    text = re.sub(r"(?m)^hold_s = [0-9.]+", f"hold_s = {hold_s}", text)
    if coughs:
        text = re.sub(
            r"(?m)^(cough_(every_s|s|c)|fibre_conduction_share) = .*\n", "", text
        )
        text = re.sub(r"(?m)^\[simulation\]\n", "[simulation]" + COUGHS, text)
    return text


def sentence(config: Path, folder: Path, seed: int) -> str:
    """Return "" for a run that completed, else what ended it."""
    summary = summarise(rehearse(config, folder, seed))
    if summary["completed"]:
        return ""
    faults = [fault["sentence"] for fault in summary["faults"]]
    return "; ".join(faults) or str(summary["exit_reason"])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--hold-s", type=float, default=600.0)
    parser.add_argument("--coughs", action="store_true")
    asked = parser.parse_args()
    trips = runs = 0
    for name in CONFIGS:
        for seed in range(1, asked.seeds + 1):
            with tempfile.TemporaryDirectory() as folder:
                config = Path(folder) / f"{name}.toml"
                text = shortened(name, asked.hold_s, asked.coughs)
                config.write_text(text, encoding="utf-8")
                said = sentence(config, Path(folder), seed)
            runs += 1
            trips += bool(said)
            if said:
                print(f"{name}, seed {seed}: {said}", flush=True)
    print(f"{trips} false trips in {runs} runs of {asked.hold_s:g} s hold")


if __name__ == "__main__":
    main()
