"""Treatments in segments: their order, their ends, and what an operator may skip."""

from dataclasses import replace

import pytest

from controller.decisions.segments import (
    Doses,
    beyond_totals,
    counts_dose,
    moved_setpoint_c,
    open_field_a_per_m,
    over,
    plan,
    reached,
)
from controller.decisions.settings import SegmentSettings, Settings
from controller.decisions.signals import Measurement, Request
from tests.controller.decisions.scene import SETTINGS, Scene

STEP = SegmentSettings("step", setpoint_c=43.0)
NAN = float("nan")


def course_of(*parts: SegmentSettings, **totals: float) -> Settings:
    treatment = replace(SETTINGS.treatment, **totals)  # type: ignore[arg-type]
    return replace(SETTINGS, segments=parts, treatment=treatment)


def test_a_dose_counts_where_it_may_end_something() -> None:
    assert not counts_dose(None, SETTINGS)
    assert not counts_dose(SegmentSettings("hold", duration_s=20.0), SETTINGS)
    assert counts_dose(SegmentSettings("hold", cem43_min=0.0), SETTINGS)
    assert counts_dose(SegmentSettings("pulse", cem43_t90_min=9.0), SETTINGS)
    assert counts_dose(None, course_of(max_total_cem43_min=60.0))


def test_a_plain_treatment_is_a_step_and_a_hold() -> None:
    step, hold = plan(SETTINGS)
    assert (step.kind, hold.kind, hold.duration_s) == ("step", "hold", 600.0)


def test_segments_follow_each_other_and_say_where_they_are() -> None:
    scene = Scene(
        course_of(
            STEP,
            SegmentSettings("hold", duration_s=20.0),
            SegmentSettings("step", setpoint_c=42.0),
            SegmentSettings("hold", name="last", duration_s=20.0),
        )
    )
    seen = []
    while scene.phase != "done":
        scene.tick()
        course = scene.state.course
        now = (course.phase, course.number, course.segment_name)
        if now not in seen:
            seen.append(now)
    assert seen == [
        ("baseline", 0, ""),
        ("ramp", 1, "step"),
        ("hold", 2, "hold"),
        ("ramp", 3, "step"),
        ("hold", 4, "last"),
        ("cool", 4, ""),
        ("done", 4, ""),
    ]
    assert scene.codes == []


def test_a_step_down_waits_until_it_is_cool() -> None:
    down = SegmentSettings("step", setpoint_c=41.0)
    scene = Scene(course_of(STEP, down, SegmentSettings("hold", duration_s=60.0)))
    scene.play(lambda s: s.state.course.number == 3)
    assert 41.0 < scene.tumour_c < 41.5
    assert scene.to("done").codes == []


def test_a_ramp_keeps_its_rate() -> None:
    ramp = SegmentSettings("ramp", setpoint_c=41.0, rate_c_per_min=1.0)
    scene = Scene(course_of(ramp, SegmentSettings("hold", duration_s=30.0)))
    scene.to("ramp").wait(120.0)
    assert scene.tumour_c == pytest.approx(39.0, abs=0.3)
    scene.wait(60.0)
    assert scene.tumour_c == pytest.approx(40.0, abs=0.3)
    scene.to("hold")
    assert scene.t_s == pytest.approx(10.0 + 240.0, abs=20.0)
    assert scene.to("done").codes == []


@pytest.mark.parametrize("from_c", [37.0, 43.0])
def test_a_ramp_ends_at_its_end(from_c: float) -> None:
    ramp = SegmentSettings("ramp", setpoint_c=40.0, rate_c_per_min=2.0)
    up = 1.0 if from_c < 40.0 else -1.0
    assert moved_setpoint_c(ramp, from_c, 30.0) == from_c + up
    assert moved_setpoint_c(ramp, from_c, 1e4) == 40.0
    assert not reached(ramp, from_c, from_c, from_c)
    assert reached(ramp, from_c, 40.0, 40.0)
    assert not reached(ramp, from_c, 40.0, NAN)


def test_pulses_go_on_and_off_without_temperature_control() -> None:
    pulse = SegmentSettings(
        "pulse", field_a_per_m=6000.0, on_s=10.0, off_s=5.0, duration_s=60.0
    )
    scene = Scene(course_of(pulse)).to("hold")
    fields = []
    while scene.phase == "hold":
        fields.append(scene.tick().field_a_per_m)
    on = [field for field in fields if field > 5900.0]
    off = [field for field in fields if field == 0.0]
    assert max(fields) <= 6000.0
    assert len(on) * 0.2 == pytest.approx(4 * 10.0, abs=6.0)
    assert len(off) * 0.2 == pytest.approx(4 * 5.0, abs=3.0)
    assert scene.codes == []


def test_a_long_pause_of_the_field_is_not_a_slipped_probe() -> None:
    pulse = SegmentSettings(
        "pulse", field_a_per_m=9000.0, on_s=600.0, off_s=600.0, duration_s=1800.0
    )
    scene = Scene(course_of(pulse)).to("done")
    assert scene.codes == []


def test_a_constant_field_is_constant_and_bounded() -> None:
    constant = SegmentSettings("constant", field_a_per_m=40_000.0, duration_s=20.0)
    scene = Scene(course_of(constant)).to("hold").wait(10.0)
    assert scene.command.at_bound
    assert open_field_a_per_m(constant, 3.0) == 40_000.0
    small = SegmentSettings("constant", field_a_per_m=4000.0, duration_s=20.0)
    scene = Scene(course_of(small)).to("hold").wait(10.0)
    assert scene.command.field_a_per_m == pytest.approx(4000.0, rel=0.01)


def test_a_constant_field_is_pulled_back_before_the_tumour_is_too_hot() -> None:
    constant = SegmentSettings("constant", field_a_per_m=40_000.0, duration_s=900.0)
    scene = Scene(course_of(constant)).to("done")
    assert scene.codes == []
    assert 44.0 < scene.highest_c < 44.7


@pytest.mark.parametrize(
    ("part", "doses", "elapsed_s", "ended"),
    [
        (SegmentSettings("hold", duration_s=9.0), Doses(), 8.9, False),
        (SegmentSettings("hold", duration_s=9.0), Doses(), 9.0, True),
        (SegmentSettings("hold"), Doses(), 599.0, False),
        (SegmentSettings("hold"), Doses(), 600.0, True),
        (SegmentSettings("hold", cem43_min=5.0), Doses(4.9, 9.0, 9.0), 1.0, False),
        (SegmentSettings("hold", cem43_min=5.0), Doses(5.0, 9.0, 4.0), 1.0, True),
        (SegmentSettings("hold", cem43_t90_min=5.0), Doses(9.0, 9.0, 4.9), 1.0, False),
        (SegmentSettings("hold", cem43_t90_min=5.0), Doses(0.0, 9.0, 5.0), 1.0, True),
    ],
)
def test_a_hold_ends_by_time_or_dose(
    part: SegmentSettings, doses: Doses, elapsed_s: float, ended: bool
) -> None:
    assert over(part, elapsed_s, doses, SETTINGS) is ended


def test_totals_end_everything() -> None:
    limited = course_of(STEP, max_total_s=100.0, max_total_cem43_min=7.0)
    assert not beyond_totals(99.0, Doses(0.0, 6.9), limited)
    assert beyond_totals(100.0, Doses(), limited)
    assert beyond_totals(1.0, Doses(0.0, 7.0), limited)
    long = SegmentSettings("hold", duration_s=5000.0)
    scene = Scene(course_of(STEP, long, max_total_s=200.0)).to("cool")
    assert scene.t_s == pytest.approx(210.0, abs=1.0)


class Even(Scene):
    """A tumour whose margin is nearly as warm as its core."""

    def measure(self) -> Measurement:
        m = super().measure()
        margin = self._read(0.97 * self.tumour_c + 0.03 * self.tissue_c)
        return replace(m, readings=(m.readings[0], margin, *m.readings[2:]))


def test_sixty_minutes_of_dose_within_half_an_hour() -> None:
    settings = course_of(
        SegmentSettings("step", setpoint_c=44.3),
        SegmentSettings("hold", duration_s=1800.0, cem43_min=60.0),
    )
    scene = Even(settings).to("ramp")
    started_s = scene.t_s
    scene.to("cool")
    assert scene.t_s - started_s < 1800.0
    scene.to("done")
    doses = [watch.cem43_min for watch in scene.state.watches[:2]]
    assert min(doses) == pytest.approx(60.0, abs=5.0)


def test_next_skips_a_segment_and_hold_goes_to_the_next_hold() -> None:
    parts = (
        STEP,
        SegmentSettings("constant", field_a_per_m=5000.0, duration_s=900.0),
        SegmentSettings("hold", duration_s=900.0),
    )
    scene = Scene(course_of(*parts)).to("ramp")
    scene.tick(Request("next"))
    assert scene.state.course.segment_name == "constant"
    scene.tick(Request("next"))
    assert scene.state.course.number == 3
    scene.tick(Request("next"))
    assert scene.phase == "cool"
    scene = Scene(course_of(*parts)).to("ramp")
    scene.tick(Request("hold"))
    assert (scene.phase, scene.state.course.number) == ("hold", 3)


def tripped(scene: Scene) -> Scene:
    """Let one tick come late, and all be well again."""
    healthy = scene.spoil
    scene.spoil = lambda m: replace(m, late_s=9.0)
    scene.tick()
    assert scene.phase == "tripped"
    scene.spoil = healthy
    return scene


def test_a_reset_goes_on_with_the_time_that_was_left() -> None:
    parts = (STEP, SegmentSettings("hold", duration_s=60.0))
    scene = tripped(Scene(course_of(*parts)).to("hold").wait(40.0)).wait(40.0)
    scene.tick(Request("reset"))
    assert (scene.phase, scene.state.course.number) == ("ramp", 2)
    tripped(scene.wait(1.0)).tick(Request("reset"))  # once more on the way back
    again_s = scene.to("hold").t_s
    assert scene.to("cool").t_s - again_s == pytest.approx(20.0, abs=0.5)
    assert scene.to("done").codes == []


def test_a_pulse_goes_on_where_it_was_cut_off() -> None:
    pulse = SegmentSettings(
        "pulse", duration_s=60.0, field_a_per_m=5000.0, on_s=20.0, off_s=10.0
    )
    scene = tripped(Scene(course_of(pulse)).to("hold").wait(25.0)).wait(10.0)
    scene.tick(Request("reset"))
    assert scene.phase == "hold" and scene.command.field_a_per_m == 0.0
    again_s = scene.t_s
    assert scene.to("cool").t_s - again_s == pytest.approx(35.0, abs=0.5)


@pytest.mark.parametrize("phase", ["baseline", "cool"])
def test_a_reset_never_heats_where_nothing_was_heated(phase: str) -> None:
    parts = (STEP, SegmentSettings("hold", duration_s=10.0))
    scene = tripped(Scene(course_of(*parts)).to(phase))
    assert not scene.tick(Request("reset")).output_on
    assert scene.phase == phase and scene.codes == []
    if phase == "cool":
        scene.play(lambda s: s.phase == "done" or s.command.output_on)
        assert scene.phase == "done"
