"""Whether a thermometer that hangs passes for a sample that does not heat."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from controller.config.sar_plan import SarPlan
from controller.procedures.proof import proven
from controller.recording.run_file import Run
from controller.sar import run as sar_run
from controller.sar.answer import with_answer_due
from controller.sar.bench import load_curve
from controller.sar.run import Measured
from tests.controller.sar.test_run import quick, run


def frozen_run(plan: SarPlan, folder: Path, said: list[str]) -> Measured:
    """Measure while the thermometer hangs from the begin of each field on."""
    benches: list[Any] = []

    def freeze(message: dict[str, Any]) -> None:
        if message["kind"] == "event" and "hold begins" in message["sentence"]:
            for probe in benches[-1].simulation.bench.probes.values():
                probe.frozen = True

    def noted(loaded: Any, bench: Any, *rest: Any) -> Any:
        benches.append(bench)
        return proven(loaded, bench, *rest)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sar_run, "proven", noted)
        return run(plan, folder, show=freeze, said=said)


@pytest.mark.parametrize("pulses", ["1", "3"])
def test_frozen_thermometer_ends_a_curve_with_particles(
    tmp_path: Path, pulses: str
) -> None:
    """A blank need not rise: its curve is complete."""
    on_s = "100.0" if pulses == "1" else "40.0"
    plan = quick(tmp_path, repeats="1", blanks="1", on_s=on_s, pulses=pulses)
    said: list[str] = []
    result = frozen_run(plan, tmp_path, said)
    assert [point.content for point, _ in result.done] == ["blank"]
    assert result.ending is not None and result.ending.exit_code == 3
    assert "probe sample looks frozen" in result.ending.sentence
    (path,) = (one for one in tmp_path.glob("*.sqlite") if "blank" not in one.name)
    with Run.open(path) as record:
        on = record.column("command_field_a_per_m") > 0.0
    assert np.count_nonzero(on) == pytest.approx(60.0 * 4, abs=4)  # periods of 0.25 s


def test_a_curve_too_short_to_tell_is_told_when_nothing_changed(
    tmp_path: Path,
) -> None:
    said: list[str] = []
    plan = quick(tmp_path, repeats="1")
    assert len(frozen_run(plan, tmp_path / "frozen", said).done) == 1
    assert sum("is the thermometer alive?" in line for line in said) == 1
    said.clear()
    run(plan, tmp_path / "alive", said=said)
    assert not any("alive" in line for line in said)


def test_a_weak_sample_on_a_coarse_thermometer_is_measured(tmp_path: Path) -> None:
    """0.2 K in a minute, in steps of 0.1 °C that it averages 10 s for."""
    weak = {"ilp_nh_m2_per_kg": "0.75", "quantisation_c": "0.1", "average_s": "10.0"}
    plan = quick(tmp_path, repeats="1", blanks="1", on_s="120.0", noise_c="0.0", **weak)
    result = run(plan, tmp_path)
    assert result.ending is None and len(result.done) == 2
    with Run.open(result.done[1][1]) as record:
        t_c = record.data().readings["value_c"][:, 0]
    assert np.ptp(t_c) == pytest.approx(0.4, abs=0.1)


def test_weaker_fields_have_longer_for_the_same_heat(tmp_path: Path) -> None:
    plan = quick(tmp_path, amplitudes_a_per_m="[3000.0, 6000.0]", repeats="1")
    weak, strong = plan.points()
    assert plan.heat_share(strong) == 1.0
    assert plan.heat_share(weak) == pytest.approx(0.25, rel=0.01)
    due = []
    for point in (weak, strong, replace(strong, content="blank")):
        loaded = load_curve(plan, point, tmp_path)
        due.append(with_answer_due(plan, point, loaded).settings.limits.frozen_probe_s)
    share = due[1] / 60.0
    assert due[0] == pytest.approx(due[1], rel=0.01) and due[2] > 1e8
    assert 0.1 < share < 1.0
