"""Healthy tissue is protected by less power, before it is by a trip."""

from dataclasses import replace

import pytest

from controller.decisions.easing import Trend, eased, follow
from controller.decisions.settings import Controlled, SegmentKind, SegmentSettings
from controller.decisions.signals import Measurement
from controller.decisions.thermometry import ProbeWatch
from controller.decisions.treatment import Course
from tests.controller.decisions.scene import SETTINGS, Scene

HEALTHY = 2


def trends(level_c: float, rise_c_per_s: float = 0.0) -> tuple[Trend, ...]:
    every = [Trend() for _ in SETTINGS.probes]
    every[HEALTHY] = Trend(level_c, rise_c_per_s, 1.0)
    return tuple(every)


@pytest.mark.parametrize(
    ("level_c", "rise_c_per_s", "share"),
    [
        (37.0, 0.0, 1.0),
        (40.85, 0.0, 1.0),
        (41.10, 0.0, 0.5),
        (41.35, 0.0, 0.0),
        (42.0, 0.0, 0.0),
        (40.60, 0.025, 0.5),
        (41.10, -0.1, 0.5),
        (39.6, 0.09, 1.0),
        (float("nan"), 0.0, 1.0),
    ],
)
def test_power_falls_in_a_line_to_the_hold_back(
    level_c: float, rise_c_per_s: float, share: float
) -> None:
    now = eased(trends(level_c, rise_c_per_s), Course(), SETTINGS)
    assert now.most_share == pytest.approx(share)
    assert (now.why != "") == (share < 1.0)


def test_a_trend_follows_a_rise_and_begins_anew_after_a_gap() -> None:
    trend = Trend()
    for k in range(500):
        watch = ProbeWatch(median_c=37.0 + 0.01 * k, taken_s=0.2 * k)
        trend = follow(trend, watch)
    assert trend.rise_c_per_s == pytest.approx(0.05, rel=0.02)
    assert trend.level_c == pytest.approx(37.0 + 4.99, abs=0.01)
    assert follow(trend, ProbeWatch()) == trend
    assert follow(trend, watch) == trend
    late = ProbeWatch(median_c=40.0, taken_s=500.0)
    assert follow(trend, late) == Trend(40.0, 0.0, 500.0)


@pytest.mark.parametrize(
    ("controlled", "kind", "followed"),
    [
        ("max", "hold", [2]),
        ("max", "pulse", [0, 1, 2]),
        ("mean", "hold", [0, 1, 2]),
    ],
)
def test_what_may_ease_the_power_is_followed_all_the_time(
    controlled: Controlled, kind: SegmentKind, followed: list[int]
) -> None:
    treatment = replace(SETTINGS.treatment, controlled=controlled)
    parts = (SegmentSettings("step", setpoint_c=43.0), SegmentSettings(kind))
    scene = Scene(replace(SETTINGS, treatment=treatment, segments=parts))
    scene.wait(4.0)
    seen = [i for i, trend in enumerate(scene.state.trends) if trend != Trend()]
    assert seen == followed
    every = tuple(Trend(50.0, 1.0, 4.0) for _ in SETTINGS.probes)
    for segment in parts:
        course = Course(segment=segment)
        asked = [every[i] if i in followed else Trend() for i in range(len(every))]
        assert eased(tuple(asked), course, scene.settings) == eased(
            every, course, scene.settings
        )


class Near(Scene):
    """The healthy probe sits close to the tumour."""

    def healthy_c(self) -> float:
        return 0.4 * self.tumour_c + 0.6 * self.tissue_c

    def measure(self) -> Measurement:
        m = super().measure()
        readings = (*m.readings[:2], self._read(self.healthy_c()), *m.readings[3:])
        return replace(m, readings=readings)


@pytest.mark.parametrize("hold_back_c", [38.5, 39.0])
def test_healthy_tissue_settles_below_its_hold_back(hold_back_c: float) -> None:
    limits = replace(
        SETTINGS.limits, healthy_hold_back_c=hold_back_c, healthy_trip_c=39.5
    )
    scene = Near(replace(SETTINGS, limits=limits))
    scene.to("ramp")
    highest = 0.0
    for _ in range(5000):
        scene.tick()
        assert not scene.command.reason.startswith("power may only fall")
        highest = max(highest, scene.healthy_c())
    assert scene.codes == []
    assert hold_back_c - 0.5 < scene.healthy_c() < hold_back_c
    assert highest < hold_back_c
    assert scene.command.reason.startswith("power eased: healthy")
