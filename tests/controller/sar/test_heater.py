"""A resistor in the liquid: heat capacity from its power, and what a person is told."""

import csv
import io
import json
import signal
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any

import pytest

from controller.analysis.calorimetry import Value
from controller.analysis.sar_control import COLUMNS
from controller.commands import sar as sar_command
from controller.config.sar_matrix import CheckTable, ProtocolTable
from controller.config.sar_plan import load_plan
from controller.errors import ConfigError, ExportError
from controller.loop import Outcome
from controller.recording.run_file import Run
from controller.sar.check import add_check
from controller.sar.heater import Heater, compared, heated, mean_capacity
from controller.sar.record import NoSampleError, description_in
from controller.sar.run import measure
from tests.controller.sar.test_run import CONFIG, measuring

CHECK = """
[check]
name = "resistor_3"
kind = "resistor"
heater_v = 2.0
heater_a = 0.25
heater_u = 0.002
switch_u_s = 0.1
"""
TABLE = CheckTable(name="r", kind="resistor", heater_v=2.0, heater_a=0.25)


def config(path: Path, check: str = CHECK, **changed: str) -> Path:
    """Write the dry run with a resistor as its check, at rest by a wide limit."""
    text = CONFIG.read_text(encoding="utf-8")
    rest = {"drift_c_per_min": "0.1", "drift_window_s": "60.0", "repeats": "2"}
    for key, value in (rest | changed).items():
        line = next(w for w in text.splitlines() if w.startswith(f"{key} ="))
        text = text.replace(line, f"{key} = {value}")
    path.write_text(text + check, encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def measured(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Any]]:
    """Give the folder of a resistor that was measured, and what --json printed."""
    folder = tmp_path_factory.mktemp("resistor")
    path, said = config(folder / "a.toml"), io.StringIO()
    with redirect_stdout(said):
        assert sar_command.run([path], out=folder, json=True) == 0
    return folder, json.loads(said.getvalue())


def test_heat_capacity_is_the_simulated_one_within_its_interval(
    measured: tuple[Path, dict[str, Any]],
) -> None:
    folder, found = measured
    capacity = found["heat_capacity_j_per_k"]
    text = (folder / "dry_run_sar/benches/heat_resistor_1.toml").read_text("utf-8")
    true = float(
        next(w for w in text.splitlines() if w.startswith("liquid_j")).split("=")[1]
    )
    assert 4.1 < true < 4.3 and found["power_w"] == 0.5
    assert abs(capacity["value"] - true) < 2.0 * capacity["u"] < 0.06 * true
    assert len(found["curves"]) == 2 and "they agree" in found["remarks"]


def test_no_field_is_on_and_only_the_thermometer_is_open(
    measured: tuple[Path, dict[str, Any]],
) -> None:
    path = next((measured[0] / "dry_run_sar").glob("*resistor_1.sqlite"))
    with Run.open(path) as run:
        assert not run.column("command_output_on").any()
        assert set(run.header.instruments) == {"thermometer"}
        said = [e.sentence for e in run.events() if e.kind == "heater"]
    assert said == ["heater on at 60.00 s", "heater off at 180.00 s"]
    with pytest.raises(NoSampleError, match="a resistor was in the coil: no SAR"):
        description_in(path)


def test_heat_capacity_has_its_row_in_the_control_chart(
    measured: tuple[Path, dict[str, Any]],
) -> None:
    folder, found = measured
    log = folder / "resistor_3_simulated_control_chart.csv"
    with log.open(encoding="utf-8", newline="") as file:
        (row,) = csv.DictReader(file)
    capacity = found["heat_capacity_j_per_k"]
    assert float(row["heat_capacity_j_per_k"]) == pytest.approx(capacity["value"])
    assert row["coil"] == "resistor, no field" and row["operator"] == "newcomer"
    page = log.with_suffix(".html").read_text(encoding="utf-8")
    assert "Heat capacity" in page and "ILP (nH" not in page


def test_log_of_before_heat_capacities_goes_on(
    measured: tuple[Path, dict[str, Any]], tmp_path: Path
) -> None:
    plan = load_plan(measured[0] / "a.toml")
    path = next((measured[0] / "dry_run_sar").glob("*resistor_1.sqlite"))
    log = tmp_path / "resistor_3_simulated_control_chart.csv"
    before = ("2025-01-01T08:00:00+00:00", "a", "r", "9 turns, C88", *(5 * ["1.0"]))
    log.write_text(f"{','.join(COLUMNS[:9])}\n{','.join(before)}\n", encoding="utf-8")
    # the name of the coil holds a comma
    log.write_text(
        log.read_text(encoding="utf-8").replace("9 turns, C88", '"9 turns, C88"'),
        encoding="utf-8",
    )
    for _ in range(2):  # what is evaluated again replaces its own row
        add_check(plan, Value(4.2, 0.02), [(plan.points()[0], path)], tmp_path)
    with log.open(encoding="utf-8", newline="") as file:
        rows = [*csv.DictReader(file)]
    assert [r["utc"][:4] for r in rows] == ["2025", rows[1]["utc"][:4]]
    assert rows[0]["heat_capacity_j_per_k"] == "nan"
    log.write_text("utc,operator\n", encoding="utf-8")
    with pytest.raises(ExportError, match="is not a log of checks"):
        add_check(plan, Value(4.2, 0.02), [(plan.points()[0], path)], tmp_path)


def test_person_is_counted_down_to_the_moments_of_switching() -> None:
    said: list[str] = []
    heater = Heater(
        TABLE, ProtocolTable(baseline_s=30.0, on_s=60.0, off_s=30.0), None, said.append
    )
    switched = {t_s: heater.follow(t_s) for t_s in range(0, 121)}
    assert [t_s for t_s, on in switched.items() if on == [True]] == [30]
    assert [t_s for t_s, on in switched.items() if on == [False]] == [90]
    assert said[0] == "heater ON in 20 s" and said[5] == "NOW: heater ON"
    assert said[6:8] == ["heater OFF in 20 s", "heater OFF in 5 s"]
    assert said[-1] == "NOW: heater OFF" and len(said) == 12


def test_ctrl_c_switches_the_simulated_heater_off_and_ends_with_3(
    tmp_path: Path,
) -> None:
    plan = load_plan(config(tmp_path / "a.toml"))

    def press(message: dict[str, Any]) -> None:
        if message["kind"] == "event" and "heater on" in message["sentence"]:
            signal.raise_signal(signal.SIGINT)

    result = measure(measuring(plan, tmp_path, show=press))
    assert result.done == [] and result.ending is not None
    assert result.ending.exit_code == 3
    assert "SWITCH THE HEATER OFF" in result.ending.sentence


def test_sample_that_becomes_too_hot_says_to_switch_off(tmp_path: Path) -> None:
    path = config(tmp_path / "a.toml", "", baseline_s="5.0")
    text = path.read_text(encoding="utf-8")
    text = text.replace("[protocol]", "[protocol]\nsample_trip_c = 27.0", 1)
    path.write_text(text + CHECK.replace("2.0", "9.0"), encoding="utf-8")
    ending = measure(measuring(load_plan(path), tmp_path)).ending
    assert ending is not None and ending.exit_code == 3
    assert "SWITCH THE HEATER OFF" in ending.sentence


def test_thermometer_that_falls_silent_says_to_switch_off(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def cut(loaded: Any, bench: Any, record: Any, heater: Heater, who: Any) -> Outcome:
        follow, line = heater.follow, bench.simulation.lines["thermometer"]

        def then_silent(t_s: float) -> list[bool]:
            line.silent = t_s > 90.0
            return follow(t_s)

        monkeypatch.setattr(heater, "follow", then_silent)
        return heated(loaded, bench, record, heater, who)

    monkeypatch.setattr("controller.sar.run.heated", cut)
    ending = measure(measuring(load_plan(config(tmp_path / "a.toml")), tmp_path)).ending
    assert ending is not None and ending.exit_code == 3
    assert "no temperature: the last one" in ending.sentence
    assert "SWITCH THE HEATER OFF" in ending.sentence
    assert ending.ticks < 5 * 95


def test_repeats_share_the_power_and_the_probe() -> None:
    table = TABLE.model_copy(update={"heater_u": 0.01})
    found = [Value(4.20, 0.02), Value(4.24, 0.02), Value(4.16, 0.02)]
    mean = mean_capacity(found, table, 0.002)
    assert mean.value == pytest.approx(4.2)
    random = (0.04 / 4.2) / 3**0.5
    assert mean.relative == pytest.approx((random**2 + 0.01**2 + 0.002**2) ** 0.5)


def test_another_heat_capacity_than_that_of_the_masses_is_said(tmp_path: Path) -> None:
    described = load_plan(config(tmp_path / "a.toml")).description
    assert "they agree" in compared(Value(4.16, 0.03), described)
    assert "+7." in compared(Value(4.48, 0.03), described)


@pytest.mark.parametrize(
    ("check", "said"),
    [
        ('kind = "resistor"\n', "needs heater_v and heater_a"),
        ("heater_v = 2.0\nheater_a = 0.1\n", "are for kind"),
        ('kind = "lamp"\n', "check.kind"),
    ],
)
def test_check_that_does_not_go_together_is_refused(
    tmp_path: Path, check: str, said: str
) -> None:
    path = config(tmp_path / "a.toml", f'[check]\nname = "a"\n{check}')
    with pytest.raises(ConfigError, match=said):
        load_plan(path)
