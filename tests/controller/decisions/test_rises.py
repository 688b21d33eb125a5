"""Power without an answer: a thermometer that hangs shows the same for ever."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from controller.decisions import power, rises
from controller.decisions.interlocks import Findings
from controller.decisions.power import PowerWatch
from controller.decisions.settings import LimitSettings, SegmentSettings
from controller.decisions.signals import NAN, Fault, Measurement, Request
from tests.controller.decisions.scene import SETTINGS, Scene

FULL = SegmentSettings("constant", duration_s=900.0, field_a_per_m=18_000.0)
PULSES = SegmentSettings(
    "pulse", duration_s=900.0, field_a_per_m=18_000.0, on_s=60.0, off_s=30.0
)


def hanging(since_s: float) -> Callable[[Measurement], Measurement]:
    """Return a spoiler that repeats all values from a moment in s on."""
    last: list[Measurement] = []

    def spoil(m: Measurement) -> Measurement:
        if m.t_s < since_s or not last:
            last[:] = [m]
            return m
        then = zip(m.readings, last[0].readings, strict=True)
        return replace(
            m, readings=tuple(r._replace(value_c=o.value_c) for r, o in then)
        )

    return spoil


@pytest.mark.parametrize(
    ("part", "code", "most_s"), [(FULL, "no-rise", 90.0), (PULSES, "frozen", 330.0)]
)
def test_tissue_must_warm_without_control_too(
    part: SegmentSettings, code: str, most_s: float
) -> None:
    """A pulse that is over does not come again while nothing changes."""
    settings = replace(SETTINGS, segments=(part,))
    scene = Scene(settings, spoil=hanging(11.0)).to("tripped")
    assert scene.codes == [code] and scene.t_s < most_s
    assert scene.highest_c < 42.0


def test_tissue_that_warms_without_control_is_let() -> None:
    settings = replace(SETTINGS, segments=(replace(FULL, duration_s=100.0), PULSES))
    scene = Scene(settings).play(lambda s: s.highest_c > 41.0 or s.t_s > 250.0)
    assert scene.phase == "hold" and scene.codes == []


def test_weak_power_without_control_asks_for_nothing() -> None:
    found, rise = Findings(0.0), rises.arm(37.0, rises.ANY_C, 0.3)
    for _ in range(1000):
        rise = rises.check_rise(rise, 37.0, 0.45, 0.0, 1.0, found)
    assert found.faults == []


def test_who_says_that_it_heats_fast_must_see_it_heat() -> None:
    fast, busy = LimitSettings(rise_c_per_s=1.2), PowerWatch(mean_share=1.0)
    assert power.expected_gain(busy, fast) == pytest.approx(0.8)
    assert power.expected_gain(busy, LimitSettings()) == 0.0
    assert power.expected_gain(PowerWatch(mean_share=0.1), fast) == 0.0
    settings = replace(SETTINGS, limits=fast)
    scene = Scene(settings, spoil=hanging(11.0)).to("tripped")
    assert scene.codes == ["no-rise"] and scene.t_s < 25.0


def test_no_temperature_is_no_answer() -> None:
    found, rise = Findings(0.0), rises.arm(37.0, 43.0, 0.0)
    for temperature_c in [37.0] * 20 + [NAN] * 15:
        rise = rises.check_rise(rise, temperature_c, 1.0, 0.1, 1.0, found)
    assert [fault.code for fault in found.faults] == ["no-rise"]


def test_after_a_reset_a_frozen_probe_is_still_found() -> None:
    """A hold that is warm again has no ramp that would show how tissue heats."""
    scene = Scene(settings=replace(SETTINGS, period_s=0.5)).to("hold").wait(200.0)
    outside = (Fault("disk", "full", scene.t_s),)
    scene.spoil = lambda m: replace(m, outside=outside)
    scene.to("tripped").wait(1.0)
    scene.spoil = lambda m: m
    scene.tick(Request("reset"))
    scene.to("hold")
    assert scene.state.power.gain_c_per_s == 0.0
    begun_s = scene.t_s
    scene.spoil = hanging(begun_s)
    scene.to("tripped")
    assert scene.codes == ["frozen"] and scene.t_s - begun_s < 310.0


@pytest.mark.parametrize("kept_warm_share", [0.0, 0.4])
def test_pulses_may_let_it_cool_again(kept_warm_share: float) -> None:
    """After a hold, rare pulses are less power than it took."""
    found, rise = Findings(0.0), rises.arm(37.0, rises.ANY_C, kept_warm_share)
    for n in range(3000):
        share = 1.0 if n % 60 < 5 else 0.0
        rise = rises.check_rise(rise, 36.5, share, 0.05, 1.0, found)
    assert found.faults == []


def test_rest_before_a_reset_is_no_frozen_probe() -> None:
    scene = Scene(noise_c=0.0).to("ramp").wait(5.0)
    outside = (Fault("disk", "full", scene.t_s),)
    scene.spoil = lambda m: replace(m, outside=outside)
    scene.to("tripped")
    scene.spoil = lambda m: m
    scene.tumour_c = scene.tissue_c = 37.0
    scene.wait(200.0)
    scene.tick(Request("reset"))
    scene.to("hold")
    assert scene.codes == []


def test_a_hold_settles_though_its_set_point_is_moved_a_little() -> None:
    """Above 1.5 × its mean of 2 min the power is held back: that needs 2 min."""
    scene = Scene().to("hold")
    begun_s = scene.state.power.armed_s
    for setpoint_c in (43.1, 43.0, 42.9, 43.0):
        scene.wait(40.0).tick(Request("setpoint", setpoint_c))
        assert scene.state.course.setpoint_c == setpoint_c
    assert scene.state.power.armed_s == begun_s < scene.t_s - 150.0
    assert scene.state.neighbours.learned_s > 0.0
    scene.tick(Request("setpoint", 42.5))
    assert scene.state.power.armed_s > begun_s
    assert scene.codes == []
