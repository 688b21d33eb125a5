"""A heat-up ends where it should, whatever noise the first readings had."""

from pathlib import Path

import numpy as np
import pytest

from controller.loop import COMPLETED
from controller.recording.run_file import Run
from tests.controller.rig import rig


@pytest.mark.parametrize("seed", [1, 15, 23, 45, 49])
def test_a_fit_that_does_not_show_the_reading_ends_no_heat_up(
    tmp_path: Path, seed: int
) -> None:
    # with these seeds early fits were 30 sigma beside the reading, and 7 °C too hot
    with rig(tmp_path, "dry_run_short.toml", seed=seed) as r:
        assert r.run().exit_code == COMPLETED
    (path,) = tmp_path.glob("*.sqlite")
    with Run.open(path) as run:
        data = run.data()
    core_c, share = data.truth["true_core_c"], data.columns["command_power_share"]
    heated_c = core_c[np.flatnonzero(share > 0.0)[0] :]
    cold = heated_c[: np.flatnonzero(heated_c > 42.0)[0]]
    assert np.all(np.diff(cold[20:]) > 0.0)
