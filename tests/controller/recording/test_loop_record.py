"""What the loop's record says of segments and of the operator's requests."""

from dataclasses import replace
from pathlib import Path

import pytest

from controller.config.loading import Loaded, load
from controller.decisions.settings import SegmentSettings
from controller.decisions.signals import NAN, Request
from controller.loop import COMPLETED
from controller.recording.loop_record import completed
from controller.recording.run_file import Run
from tests.controller.rig import CONFIGS, Rig, rig

PARTS = (
    SegmentSettings("constant", duration_s=2.0, field_a_per_m=2000.0),
    SegmentSettings("constant", "rest", duration_s=2.0, field_a_per_m=0.0),
    SegmentSettings("step", setpoint_c=37.5),
)


def with_segments(loaded: Loaded) -> Loaded:
    return replace(loaded, settings=replace(loaded.settings, segments=PARTS))


def asked(r: Rig) -> tuple[Request, ...]:
    if not 0.9 < r.loop.since_phase_s() < 1.2 or r.phase != "hold":
        return ()
    return (Request("manual", 1000.0), Request("manual", NAN))


def test_every_segment_and_request_is_an_event(tmp_path: Path) -> None:
    with rig(tmp_path, "dry_run_short.toml", change=with_segments, at=asked) as r:
        outcome = r.run()
    assert outcome.exit_code == COMPLETED, outcome
    assert outcome.sentence == (
        "completed: 3 segments: constant (2000 A/m), then rest (0 A/m), then step "
        "(37.5 °C)"
    )
    with Run.open(r.recorder.path) as run:
        events = list(run.events())
    assert [e.sentence for e in events if e.kind == "segment"] == [
        "segment 1 of 3 begins: constant",
        "segment 2 of 3 begins: rest",
        "segment 3 of 3 begins: step",
    ]
    said = {e.sentence for e in events if e.kind == "operator"}
    assert said == {"operator: manual 1000", "operator: manual off"}
    phases = [e.sentence for e in events if e.kind == "phase"]
    assert phases == ["hold begins", "ramp begins", "cool begins", "done begins"]


@pytest.mark.parametrize(
    ("parts", "said"),
    [
        ((), "completed: held 42.5 °C"),
        (PARTS[1:2], "completed: 1 segment: rest (0 A/m)"),
        ((SegmentSettings("hold"),), "completed: 1 segment: hold"),
    ],
)
def test_what_was_completed(parts: tuple[SegmentSettings, ...], said: str) -> None:
    settings = load(CONFIGS / "dry_run_short.toml").settings
    assert completed(replace(settings, segments=parts), 42.5) == said
