"""The import contracts of pyproject.toml hold, and each of them would notice."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
ROOMS = ("controller", "drivers", "gui", "simulators")
LINT = (
    "import sys; from importlinter.cli import lint_imports; "
    "sys.exit(lint_imports(no_cache=True, no_logo=True))"
)
ROOMS_LOOK_DOWN = "Rooms only look down"
PURE = "Decisions and analysis reach"
BREACHES = {
    "driver_sees_simulator": ("drivers", "simulators.line", ROOMS_LOOK_DOWN),
    "simulator_sees_driver": ("simulators", "drivers.roles", ROOMS_LOOK_DOWN),
    "controller_sees_window": ("controller", "gui", ROOMS_LOOK_DOWN),
    "loop_sees_simulator": ("controller", "simulators.line", "Only bench and"),
    "window_sees_driver": ("gui", "drivers.roles", "The window sees"),
    "window_sees_bench_model": ("gui", "controller.config.model", "The window sees"),
    "decision_sees_clock": ("controller/decisions", "time", PURE),
    "decision_sees_file": ("controller/decisions", "controller.config.loading", PURE),
    "decision_sees_numpy": ("controller/decisions", "numpy", "Decisions compute"),
    "decision_sees_analysis": (
        "controller/decisions",
        "controller.analysis",
        "Analysis may use",
    ),
    "config_sees_loop": ("controller/config", "controller.loop", "Within controller"),
    "analysis_sees_file": ("controller/analysis", "pathlib", PURE),
    "analysis_sees_instrument": ("controller/analysis", "drivers.roles", PURE),
}


def lint(folder: Path) -> subprocess.CompletedProcess[str]:
    """Run import-linter on the rooms in a folder, in a process of its own."""
    return subprocess.run(
        [sys.executable, "-c", LINT],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(folder), "PYTHONIOENCODING": "utf-8"},
        capture_output=True,
        encoding="utf-8",
        check=False,
        timeout=120,
    )


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """Return a copy of the rooms that may be spoilt."""
    for room in ROOMS:
        ignored = shutil.ignore_patterns("__pycache__")
        shutil.copytree(ROOT / room, tmp_path / room, ignore=ignored)
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def test_contracts_hold() -> None:
    done = lint(ROOT)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("name", [*BREACHES])
def test_breach_is_noticed(copy: Path, name: str) -> None:
    room, imported, contract = BREACHES[name]
    (copy / room / "breach.py").write_text(f"import {imported}\n", encoding="utf-8")
    done = lint(copy)
    assert done.returncode == 1, done.stdout + done.stderr
    broken = [line for line in done.stdout.splitlines() if "BROKEN" in line]
    assert any(line.startswith(contract) for line in broken), done.stdout


def test_only_bench_and_rehearsal_may_simulate(copy: Path) -> None:
    for module in ("bench", "rehearsal"):
        with (copy / "controller" / f"{module}.py").open("a", encoding="utf-8") as file:
            file.write("\nimport simulators.line\n")
    done = lint(copy)
    assert done.returncode == 0, done.stdout + done.stderr
