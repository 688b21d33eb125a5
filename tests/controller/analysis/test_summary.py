"""The figures of a run, on runs whose figures are known beforehand."""

import json
import math
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from controller.analysis.run_data import Event, RunData
from controller.analysis.summary import settling_s, summarise
from controller.decisions.settings import Settings
from controller.recording.run_file import Run
from tests.controller import synthetic_run

PROMISED = {
    *("simulated", "completed", "overshoot_c", "mean_error_c", "rms_error_c"),
    *("true_overshoot_c", "true_mean_error_c", "true_rms_error_c", "settling_s"),
    *("healthy_max_c", "max_hf_a_per_m_s", "true_max_hf_a_per_m_s"),
    *("ceiling_a_per_m_s", "ceiling_bound_s", "cem43_min", "ticks", "simulated_s"),
    *("wall_s", "faults"),
}


def data_of(path: Path) -> RunData:
    with Run.open(path) as run:
        return run.data()


@pytest.fixture
def run(tmp_path: Path) -> RunData:
    return data_of(synthetic_run.write_run(tmp_path, ticks=600))


def with_column(run: RunData, name: str, values: Any) -> RunData:
    return replace(run, columns={**run.columns, name: np.asarray(values)})


def made(phases: list[str], controlled_c: list[float], run: RunData) -> RunData:
    """Make a run of 1 s ticks at a set-point of 43 °C out of two columns."""
    count = len(phases)
    columns = {name: values[:count].copy() for name, values in run.columns.items()}
    columns["t_s"] = np.arange(count, dtype=np.float64)
    columns["phase"] = np.array(phases, object)
    columns["setpoint_c"] = np.full(count, 43.0)
    columns["controlled_c"] = np.array(controlled_c, np.float64)
    readings = {name: values[:count] for name, values in run.readings.items()}
    settings: Settings = replace(run.settings, period_s=1.0)
    return replace(
        run, columns=columns, readings=readings, settings=settings, truth=None
    )


def test_the_promised_figures_are_there_and_are_json(run: RunData) -> None:
    summary = summarise(run)
    assert set(summary) >= PROMISED
    assert json.loads(json.dumps(summary, allow_nan=False)) == summary


def test_known_figures(run: RunData) -> None:
    summary = summarise(run)
    # 419 ticks of hold 0.05 °C above the set-point, one of them 0.15 °C above.
    mean_c = 0.05 + 0.10 / 419
    rms_c = math.sqrt((418 * 0.05**2 + 0.15**2) / 419)
    assert summary["mean_error_c"] == pytest.approx(mean_c, abs=1e-9)
    assert summary["rms_error_c"] == pytest.approx(rms_c, abs=1e-9)
    assert summary["overshoot_c"] == pytest.approx(0.15)
    assert summary["true_overshoot_c"] == pytest.approx(0.13)
    assert summary["true_mean_error_c"] == pytest.approx(mean_c - 0.02, abs=1e-9)
    assert summary["healthy_max_c"] == 39.0
    assert summary["max_hf_a_per_m_s"] == 15.0e3 * synthetic_run.FREQUENCY_HZ
    assert summary["true_max_hf_a_per_m_s"] == pytest.approx(2.421469e9, rel=1e-6)
    assert summary["ceiling_a_per_m_s"] == 2.425e9
    assert summary["ceiling_bound_s"] == pytest.approx(120 * 0.2)
    assert summary["cem43_min"]["core"] == pytest.approx(59.9)
    assert summary["cem43_min"]["body"] is None
    assert summary["ticks"] == 600
    assert summary["simulated_s"] == pytest.approx(599 * 0.2)
    assert summary["wall_s"] == 0.5
    assert summary["completed"] is True
    assert summary["simulated"] is True
    assert summary["seed"] == 7


def test_faults_carry_their_sentences(run: RunData) -> None:
    (fault,) = summarise(run)["faults"]
    assert fault == {
        "code": "slip",
        "sentence": "core slipped out",
        "t_s": 1.5,
        "expected": "43 °C",
        "measured": "41 °C",
        "limit": "1.5 °C",
    }


def test_a_fault_outside_the_ticks_has_no_time(run: RunData) -> None:
    late = Event(9, math.nan, synthetic_run.UTC, "fault", "gone", {})
    (fault,) = summarise(replace(run, events=(late,)))["faults"]
    assert fault["t_s"] is None


def test_one_real_instrument_makes_the_run_real(run: RunData) -> None:
    header = replace(run.header, instruments={"psu": {"kind": "real"}})
    assert summarise(replace(run, header=header))["simulated"] is False


def test_a_cut_off_record_is_not_completed(tmp_path: Path) -> None:
    summary = summarise(data_of(synthetic_run.write_run(tmp_path, finish=False)))
    assert summary["completed"] is False
    assert summary["record_complete"] is False
    assert summary["wall_s"] is None


def test_a_stopped_treatment_is_not_completed(run: RunData) -> None:
    phases = run.columns["phase"].copy()
    phases[-1] = "stopped"
    summary = summarise(with_column(run, "phase", phases))
    assert summary["completed"] is False
    assert summary["record_complete"] is True


def test_without_truth_there_are_no_true_figures(run: RunData) -> None:
    summary = summarise(replace(run, truth=None))
    true = [value for name, value in summary.items() if name.startswith("true_")]
    assert true == [None] * 4


def test_a_run_without_a_tick(tmp_path: Path) -> None:
    summary = summarise(data_of(synthetic_run.write_run(tmp_path, ticks=0)))
    assert summary["ticks"] == 0
    assert summary["simulated_s"] == 0.0
    for name in ("overshoot_c", "mean_error_c", "settling_s", "healthy_max_c"):
        assert summary[name] is None
    assert summary["completed"] is False


def test_ticks_without_a_trusted_temperature_do_not_count(run: RunData) -> None:
    phases = ["ramp", "hold", "hold", "hold"]
    summary = summarise(made(phases, [40.0, 43.1, math.nan, 43.3], run))
    assert summary["mean_error_c"] == pytest.approx(0.2)
    assert summary["overshoot_c"] == pytest.approx(0.3)


def test_overshoot_is_never_negative_and_not_of_the_baseline(run: RunData) -> None:
    summary = summarise(made(["baseline", "ramp", "hold"], [44.0, 40.0, 42.9], run))
    assert summary["overshoot_c"] == 0.0


def test_overshoot_counts_after_the_hold(run: RunData) -> None:
    summary = summarise(made(["ramp", "hold", "cool"], [40.0, 43.0, 43.4], run))
    assert summary["overshoot_c"] == pytest.approx(0.4)


def test_an_untrusted_healthy_reading_is_not_its_highest(run: RunData) -> None:
    run.readings["value_c"][10, 2] = 90.0
    run.readings["quality"][10, 2] = "error"
    assert summarise(run)["healthy_max_c"] == 39.0


def stretch(*parts: tuple[int, float]) -> list[float]:
    return [value for count, value in parts for _ in range(count)]


@pytest.mark.parametrize(
    ("controlled_c", "settled_s"),
    [
        # In the band at 20 s, out at 100 s, in for good at 110 s.
        (stretch((20, 40.0), (80, 43.0), (10, 43.3), (290, 43.0)), 110.0),
        # 121 s inside are enough; what comes later does not count.
        (stretch((20, 40.0), (122, 43.0), (10, 43.3), (248, 43.0)), 20.0),
        # Never for 120 s: a last stretch of 50 s does not make it settled.
        (stretch((350, 40.0), (50, 43.0)), None),
        # A loss of the reading ends a stretch.
        (stretch((20, 40.0), (60, 43.0), (1, math.nan), (319, 43.0)), 81.0),
    ],
)
def test_settling(
    run: RunData, controlled_c: list[float], settled_s: float | None
) -> None:
    phases = ["ramp"] * 50 + ["hold"] * 350
    assert settling_s(made(phases, controlled_c, run)) == settled_s


def test_settling_in_a_hold_shorter_than_120_s(run: RunData) -> None:
    phases = ["ramp"] * 10 + ["hold"] * 40
    steady = made(phases, stretch((10, 40.0), (40, 43.0)), run)
    assert settling_s(steady) == 10.0
    broken = made(phases, stretch((10, 40.0), (20, 43.0), (1, 44.0), (19, 43.0)), run)
    assert settling_s(broken) is None
