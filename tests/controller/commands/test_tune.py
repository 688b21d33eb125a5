"""``amf tune`` over the wire: a test, its file, and a config that uses it."""

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner

from controller.cli import app
from controller.commands.tune import _loop, _planned
from controller.config.loading import load
from controller.config.tuning_file import read_tuning
from controller.errors import ConfigError
from controller.loop import REFUSED
from controller.procedures import tuning
from controller.procedures.operators import Terminal
from tests.controller.procedures.test_start_up import inside

CONFIG = Path(__file__).parents[3] / "configs" / "dry_run_short.toml"


def amf(*words: str) -> tuple[int, str]:
    done = CliRunner().invoke(app, list(words))
    return done.exit_code, done.output


@pytest.mark.parametrize("method", ["step", "relay"])
def test_a_test_writes_a_file_that_a_config_uses(method: str, tmp_path: Path) -> None:
    code, said = amf("tune", str(CONFIG), "--method", method, "--out", str(tmp_path))
    assert code == 0, said
    path = tmp_path / "dry_run_short_tuning.toml"
    assert f"{method} test" in said and path.name in said
    found, _ = read_tuning(path)
    assert found.method == method and found.simulated
    assert found.rise_c < 3.0
    assert 0.3 < found.plant.gain_c_per_s < 1.2
    assert [one.kind for one in found.instruments] == ["simulated"] * 3
    control = '[control]\ntuning = "dry_run_short_tuning.toml"\nintegral_s = 7.0\n\n'
    text = CONFIG.read_text(encoding="utf-8").replace(
        "[ceiling]", control + "[ceiling]"
    )
    (tmp_path / "dry_run_short.toml").write_text(text, encoding="utf-8")
    loaded = load(tmp_path / "dry_run_short.toml")
    assert loaded.settings.control.gain_per_c == found.control.gain_per_c
    assert loaded.settings.control.integral_s == 7.0
    assert loaded.settings.control.expected_delay_s == found.control.expected_delay_s
    assert path.name in loaded.texts


def test_a_test_that_learns_nothing_leaves_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "dry_run_short_tuning.toml"
    path.write_text("of yesterday", encoding="utf-8")
    code, said = amf(
        "tune", str(CONFIG), "--share", "0.02", "--longest-s", "10",
        "--out", str(tmp_path),
    )  # fmt: skip
    assert code == 3
    assert "no tuning: the readings rose by" in said
    assert "field off, confirmed" in said
    assert path.read_text(encoding="utf-8") == "of yesterday"


def test_an_operator_who_is_gone_ends_a_test_with_the_field_off(
    tmp_path: Path,
) -> None:
    command = [sys.executable, "-m", "controller.cli", "tune", str(CONFIG)]
    done = subprocess.run(
        [*command, "--json", "--real-time", "--out", str(tmp_path)],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    code = done.returncode
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert lines[0]["kind"] == "hello" and lines[0]["procedure"] == "tune"
    assert lines[-1]["kind"] == "end" and lines[-1]["exit_code"] == code
    assert code == 3 and lines[-1]["tuning"] is None
    assert "stopped by the operator" in lines[-1]["sentence"]
    assert not list(tmp_path.glob("*.toml"))
    offs = [line for line in lines if line["kind"] == "off"]
    assert offs and all(off["confirmed"] for off in offs)


def test_a_test_loosens_no_limit_of_the_config() -> None:
    settings = load(CONFIG).settings
    treatment = replace(settings.treatment, max_total_s=60.0, max_total_cem43_min=2.0)
    found = tuning.settings_for(
        replace(settings, treatment=treatment), tuning.Test(), 15_000.0
    )
    assert found.treatment.max_total_cem43_min == 2.0
    assert found.treatment.max_total_s == 60.0
    assert (found.limits, found.ceiling) == (settings.limits, settings.ceiling)


def test_people_are_asked_before_a_test_on_a_real_bench(tmp_path: Path) -> None:
    """As before a run: it heats the same tissue, at full power."""
    answers = tmp_path / "answers.txt"
    answers.write_text("metal removed: yes\n", encoding="utf-8")
    with inside(tmp_path, "real") as opened:
        planned = replace(opened, loaded=_planned(opened.loaded, tuning.Test()))
        person = Terminal(opened.stop, lambda message: None)
        outcome = _loop(planned, tuning.Test(), person, answers)
    assert outcome.exit_code == REFUSED and outcome.ticks == 0
    assert "no implants near" in outcome.sentence


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "is empty"),
        ("a = ", "is not TOML"),
        ("a = 1", "is not a tuning file; amf tune writes them"),
        ('kind = "tuning"\nname = "x"', "is missing"),
    ],
)
def test_a_wrong_tuning_file_is_said(tmp_path: Path, text: str, said: str) -> None:
    config = CONFIG.read_text(encoding="utf-8")
    control = '[control]\ntuning = "mine.toml"\n\n[ceiling]'
    config = config.replace("[ceiling]", control)
    (tmp_path / "dry_run_short.toml").write_text(config, encoding="utf-8")
    (tmp_path / "mine.toml").write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError, match=r"mine\.toml") as caught:
        load(tmp_path / "dry_run_short.toml")
    assert said in str(caught.value)


def test_what_cannot_be_is_refused() -> None:
    assert amf("tune", str(CONFIG), "--rise-c", "9")[0] == 2
    done = CliRunner().invoke(app, ["tune", str(CONFIG), "--method", "guess"])
    assert isinstance(done.exception, ConfigError)
