"""Fibres on coil, bore and water, on the whole stack: what they stop, and show."""

from pathlib import Path

import pytest

from controller.analysis.summary import summarise
from controller.campaign import cases
from controller.config.loading import load
from controller.decisions.signals import Measurement, Reading
from controller.decisions.state import initial
from controller.decisions.step import step
from controller.errors import BenchError
from controller.loop import COMPLETED, ENDED
from controller.recording.run_file import Run
from controller.rehearsal import Fault, rehearse, simulate
from controller.snapshot import probe_limits, snapshot
from tests.controller.rig import CONFIGS, Rig, rig

COOLED = "dry_run_cooling.toml"
WATER = Fault("water-fails", phase="hold", after_s=5.0)


def run_with(out: Path, fault: Fault) -> tuple[Rig, int]:
    with rig(out, COOLED) as r:
        assert r.bench.simulation is not None
        rehearsal = rehearse(r.bench.simulation, r.loaded.bench, [fault], 1)
        rehearsal.phase = lambda: r.phase
        return r, r.run().exit_code


def test_cooling_water_that_fails_ends_the_run(tmp_path: Path) -> None:
    r, code = run_with(tmp_path, WATER)
    assert code == ENDED and r.codes[0] in ("water-hot", "coil-hot")
    said = [alarm.code for alarm in r.loop.state.alarms]
    assert r.codes[0] in said and not r.supply.output_on
    with Run.open(r.recorder.path) as run:
        data = run.data()
    outlet_c = data.readings["value_c"][:, 6]
    assert 26.0 <= outlet_c[-1] < 27.0
    assert list(summarise(data)["cem43_min"]) == ["core", "margin", "healthy", "body"]


@pytest.mark.parametrize("kind", ["unplugged", "spike"])
def test_a_reading_of_the_coil_that_goes_turns_the_field_off(
    tmp_path: Path, kind: str
) -> None:
    size = 20.0 if kind == "spike" else None
    fault = Fault(kind, "coil", phase="hold", after_s=2.0, size=size)
    r, code = run_with(tmp_path, fault)
    assert code == ENDED
    assert r.codes[0] == ("probe-lost" if kind == "unplugged" else "coil-hot")


def test_little_less_water_is_no_fault(tmp_path: Path) -> None:
    _, code = run_with(tmp_path, Fault("water-fails", phase="ramp", size=0.8))
    assert code == COMPLETED


def test_what_a_screen_shows_of_it() -> None:
    settings = load(CONFIGS / COOLED).settings
    readings = tuple(Reading(25.0, "ok", 0.0) for _ in settings.probes)
    seen = Measurement(0.0, readings)
    state, _ = step(initial(settings), seen, settings)
    core, *_, outlet = snapshot(0, state, seen, settings)["probes"]
    assert core["cem43_min"] is not None and outlet["value_c"] == 25.0
    assert outlet["cem43_min"] is None and outlet["cem43_range_min"] is None
    said = probe_limits(settings)[6]
    assert (said["role"], said["hold_back_c"], said["trip_c"]) == ("water", 24.0, 26.0)


def test_without_such_a_probe_there_is_no_such_fault() -> None:
    bare = load(CONFIGS / "dry_run_short.toml")
    assert "water-fails" not in {case.kind for case in cases(bare)}
    assert "water-fails" in {case.kind for case in cases(load(CONFIGS / COOLED))}
    with pytest.raises(BenchError, match="no probe is on the coil"):
        rehearse(simulate(bare.bench, 1), bare.bench, [WATER], 1)
