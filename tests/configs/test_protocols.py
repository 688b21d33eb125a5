"""Every published treatment loads, says where it comes from, and one is rehearsed."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from controller.cli import app
from controller.config.loading import load
from controller.decisions.ceiling import permitted_amplitude

ROOT = Path(__file__).parents[2]
PROTOCOLS = sorted((ROOT / "configs" / "protocols").glob("*.toml"))
NAMES = [path.stem for path in PROTOCOLS]
# The fields that the sources name, in A/m; what they are at 100 kHz in a body.
PUBLISHED = {"mfh300f_prostate": 18_000.0, "nanotherm_glioblastoma": 15_000.0}


def test_every_treatment_that_is_named_is_there():
    assert set(NAMES) >= {
        *PUBLISHED,
        *("nagoya_session_1", "nagoya_session_2", "bone_cement"),
        *("core_shell_ferrites", "hydrogel_nanozyme", "ni_hydroxyapatite_film"),
        *("liposome_window", "intracranial_300khz"),
    }


@pytest.mark.parametrize("path", PROTOCOLS, ids=NAMES)
def test_protocol_loads_and_says_what_is_given_and_what_assumed(path: Path):
    loaded = load(path)
    assert loaded.name == path.stem
    assert loaded.bench.simulated
    head = path.read_text(encoding="utf-8").split("name =")[0]
    assert "# Given: " in head
    assert "# Assumed: " in head
    assert f"amf run configs/protocols/{path.name}" in head


@pytest.mark.parametrize("name", [*PUBLISHED])
def test_published_field_is_beyond_our_ceiling_in_a_human(name: str):
    settings = load(ROOT / "configs" / "protocols" / f"{name}.toml").settings
    frequency_hz = settings.applicator.frequency_hz
    assert frequency_hz == 100e3
    assert settings.ceiling.amplitude_cap_a_per_m == PUBLISHED[name]
    assert permitted_amplitude(frequency_hz, settings.ceiling) < 0.5 * PUBLISHED[name]


def test_sessions_of_the_two_session_course_are_of_one_subject():
    sessions = [load(path) for path in PROTOCOLS if path.stem.startswith("nagoya")]
    assert len({s.experiment["subject"] for s in sessions}) == 1
    assert len({s.experiment["session"] for s in sessions}) == 2


def test_film_in_vitro_reaches_45_c_within_80_s(tmp_path: Path):
    config = ROOT / "configs" / "protocols" / "ni_hydroxyapatite_film.toml"
    runner = CliRunner()
    ran = runner.invoke(app, ["run", str(config), "--out", str(tmp_path)])
    assert ran.exit_code == 0, ran.output
    (run_file,) = tmp_path.glob("*.sqlite")
    told = runner.invoke(app, ["report", str(run_file), "--json"])
    summary = json.loads(told.stdout)
    assert summary["completed"]
    assert summary["settling_s"] < 80.0
    assert summary["overshoot_c"] < 0.3
    assert summary["true_max_hf_a_per_m_s"] <= summary["ceiling_a_per_m_s"]
