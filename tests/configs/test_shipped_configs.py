"""Every config that we ship loads, and every broken one says what it promises."""

import builtins
import io
import socket
from pathlib import Path
from typing import Any

import pytest
import serial

from controller.config.loading import load
from controller.decisions.ceiling import exceeds, permitted_amplitude
from controller.errors import ConfigError

ROOT = Path(__file__).parents[2]
# A SAR matrix has tables of its own: tests/controller/sar/test_run.py loads it.
SHIPPED = sorted(
    p for p in (ROOT / "configs").glob("*.toml") if not p.stem.endswith("_sar")
)
BROKEN = sorted((ROOT / "tests" / "broken_configs").glob("*.toml"))
PROMISE = "# expect: "


def names(paths: list[Path]) -> list[str]:
    return [path.stem for path in paths]


@pytest.fixture
def nothing_else_opened(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Note every port, socket and file that is opened, other than the config."""
    opened: list[str] = []

    def note(*args: Any, **_: Any) -> Any:
        opened.append(str(args[:1]))
        raise OSError("nothing may be opened here")

    monkeypatch.setattr(serial, "serial_for_url", note)
    monkeypatch.setattr(serial, "Serial", note)
    monkeypatch.setattr(socket, "socket", note)
    really_open = io.open

    def watch(file: Any, *args: Any, **keys: Any) -> Any:
        if not str(file).endswith(".toml"):
            opened.append(str(file))
        return really_open(file, *args, **keys)

    monkeypatch.setattr(io, "open", watch)
    monkeypatch.setattr(builtins, "open", watch)
    return opened


def test_there_are_configs() -> None:
    assert {"dry_run", "dry_run_short", "bench_magnetherm"} <= set(names(SHIPPED))
    assert len(BROKEN) >= 35


@pytest.mark.parametrize("path", SHIPPED, ids=names(SHIPPED))
def test_shipped_config_loads(path: Path, nothing_else_opened: list[str]) -> None:
    loaded = load(path)
    assert loaded.name == path.stem
    assert nothing_else_opened == []


@pytest.mark.parametrize("path", SHIPPED, ids=names(SHIPPED))
def test_shipped_config_permits_a_field(path: Path) -> None:
    settings = load(path).settings
    frequency_hz = settings.applicator.frequency_hz
    field_a_per_m = permitted_amplitude(frequency_hz, settings.ceiling)
    assert field_a_per_m > 1000.0
    assert not exceeds(field_a_per_m, frequency_hz, settings.ceiling)
    current_a = field_a_per_m / settings.applicator.field_per_ampere_per_m
    assert current_a <= settings.applicator.max_current_a
    tuned_v = current_a * settings.applicator.tuned_ohm
    assert 1.1 * tuned_v <= settings.applicator.max_voltage_v


def test_dry_run_is_the_bench_of_the_readme() -> None:
    loaded = load(ROOT / "configs" / "dry_run.toml")
    settings = loaded.settings
    assert loaded.bench.simulated
    assert settings.ceiling.limit_a_per_m_s == pytest.approx(2.425e9)
    assert settings.treatment.hold_s == 3600.0
    assert settings.treatment.setpoint_c == 43.0
    assert settings.period_s == 0.2
    assert [p.role for p in settings.probes] == ["core", "margin", "healthy", "body"]


def test_short_dry_run_is_short() -> None:
    treatment = load(ROOT / "configs" / "dry_run_short.toml").settings.treatment
    assert treatment.baseline_s + treatment.hold_s + treatment.cool_s <= 30.0


def test_real_bench_is_not_simulated() -> None:
    bench = load(ROOT / "configs" / "bench_magnetherm.toml").bench
    assert not bench.simulated
    assert all(one.address for one in bench.instruments.values())


@pytest.mark.parametrize("path", BROKEN, ids=names(BROKEN))
def test_broken_config_says_what_it_promises(
    path: Path, nothing_else_opened: list[str]
) -> None:
    lines = path.read_text(encoding="utf-8").splitlines()
    promised = [line[len(PROMISE) :] for line in lines if line.startswith(PROMISE)]
    with pytest.raises(ConfigError) as caught:
        load(path)
    assert promised
    assert caught.value.problems == [f"{path}: {sentence}" for sentence in promised]
    assert nothing_else_opened == []
