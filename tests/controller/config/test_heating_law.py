"""Particles by linear response, through a whole run: the record shows what they do."""

import tomllib
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pytest
from typer.testing import CliRunner

from controller.analysis.run_data import RunData
from controller.cli import app
from controller.config.toml_text import toml_text
from controller.recording.run_file import Run
from simulators.nanoparticles import LinearResponse
from tests.controller.rig import CONFIGS

FIELD_A_PER_M, FREQUENCY_HZ, HEATING_S = 9_000.0, 161_270.0, 12.0
CORE_M, RATIO = 14e-9, 4.0
BASES = {
    "two-node": "dry_run.toml",
    "pennes-sphere": "dry_run_sphere.toml",
    "tumour-grid": "dry_run_grid.toml",
    "vial": "dry_run_vial.toml",
}
# Nothing heats but the particles, and nothing changes by chance.
OWN: dict[str, dict[str, Any]] = {
    "two-node": {"eddy_w_per_ml": 0.0, "coupling_w_per_k": 1e-4, "fluctuation": 0.0},
    "pennes-sphere": {"eddy_radius_m": 0.0, "fluctuation": 0.0},
    "tumour-grid": {"eddy_radius_m": 0.0, "fluctuation": 0.0, "clumps": 0},
    "vial": {"coupling_w_per_k": 1e-4, "room_c": 37.0},
}
# Heat capacity of what they heat by mL of tumour, or by gram of particles, in J/K.
HEAT_J_PER_ML_K = {
    "two-node": 3.7,
    "pennes-sphere": 1.056 * 3.617,
    "tumour-grid": 1.0904 * 3.4212,
}


@cache
def run(kind: str, saturation: bool = True) -> tuple[RunData, str]:
    """Run a constant field through the whole stack; return the record and its texts."""
    data = tomllib.loads((CONFIGS / BASES[kind]).read_text(encoding="utf-8"))
    data["treatment"] |= {"baseline_s": 2.0, "hold_s": 60.0, "cool_s": 1.0}
    constant = {"field_a_per_m": FIELD_A_PER_M, "duration_s": HEATING_S}
    data["segments"] = [{"kind": "constant", **constant}]
    data["sample"] = {
        "kind": kind,
        "heating_law": "linear-response",
        "core_diameter_m": CORE_M,
        "viscosity_ratio": RATIO,
        "langevin_saturation": saturation,
        **OWN[kind],
    }
    if kind != "vial":
        data["sample"]["concentration_g_per_l"] = 5.0
    with TemporaryDirectory() as folder:
        config = Path(folder) / "law.toml"
        config.write_text(toml_text(data), encoding="utf-8")
        ran = CliRunner().invoke(app, ["run", str(config), "--out", folder])
        assert ran.exit_code == 0, ran.output
        (path,) = Path(folder).glob("*.sqlite")
        with Run.open(path) as opened:
            return opened.data(), "".join(opened.header.config_texts.values())


def rise_k(record: RunData) -> float:
    """Return how much the true core has warmed at the end of the field, in K."""
    assert record.truth is not None
    core_c = record.truth["true_core_c"]
    return float(np.nanmax(core_c) - core_c[0])


@pytest.mark.parametrize("kind", [*HEAT_J_PER_ML_K])
def test_truth_of_a_run_warms_by_what_linear_response_gives(kind: str) -> None:
    record, texts = run(kind)
    assert record.truth is not None
    cores = LinearResponse(diameter_m=CORE_M, viscosity_pa_s=RATIO * 1e-3)
    field_a_per_m = record.truth["true_field_a_per_m"]
    steps_s = np.diff(record.t_s, append=record.t_s[-1])
    w_per_kg = np.array(
        [cores.power_w_per_kg(h, FREQUENCY_HZ, 37.5) for h in field_a_per_m.tolist()]
    )
    # 5 g/L: 5e-6 kg of cores per mL. The field moves within ticks, blood takes a few
    # per cent; in water it were 10 % less, without saturation 18 % more.
    expected_k = float(w_per_kg @ steps_s) * 5e-6 / HEAT_J_PER_ML_K[kind]
    assert 0.6 < expected_k < 4.0
    assert 0.95 * expected_k < rise_k(record) < 1.03 * expected_k
    assert 'heating_law = "linear-response"' in texts


@pytest.mark.parametrize("kind", [*BASES])
def test_saturation_takes_its_share_of_the_heat(kind: str) -> None:
    saturating = LinearResponse(diameter_m=CORE_M)
    linear = LinearResponse(diameter_m=CORE_M, saturates=False)
    at = (FIELD_A_PER_M, FREQUENCY_HZ, 37.5)
    share = saturating.power_w_per_kg(*at) / linear.power_w_per_kg(*at)
    assert 0.8 < share < 0.9
    rises = [rise_k(run(kind, saturation)[0]) for saturation in (True, False)]
    assert rises[0] / rises[1] == pytest.approx(share, abs=0.01)
    assert rises[0] > 0.2
