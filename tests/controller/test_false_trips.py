"""Healthy dry runs of many seeds end as they should: no false trip."""

from pathlib import Path

import pytest

from controller.loop import COMPLETED
from tests.controller.rig import rig, short


@pytest.mark.parametrize("seed", range(100, 150))
def test_fifty_healthy_dry_runs_complete(tmp_path: Path, seed: int) -> None:
    config = "dry_run_short.toml" if seed % 5 == 0 else "dry_run.toml"
    with rig(tmp_path, config, seed=seed, change=lambda c: short(c, 120.0)) as r:
        outcome = r.run()
    assert r.codes == [] and outcome.exit_code == COMPLETED, outcome
    ceiling = r.loaded.settings.ceiling.limit_a_per_m_s
    assert r.bench.simulation is not None
    assert r.bench.simulation.bench.take_max_hf_a_per_m_s() <= ceiling
    assert not r.supply.output_on
