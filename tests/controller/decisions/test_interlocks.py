"""Rows of the table of interlocks that no other test shows, each by its code."""

from dataclasses import replace

import pytest

from controller.decisions import interlocks, slip
from controller.decisions.alarms import follow
from controller.decisions.field_watch import UNSEEN, drift_words
from controller.decisions.interlocks import Findings, check_probe
from controller.decisions.power import PowerWatch, cap, probe_quiet
from controller.decisions.settings import LimitSettings, ProbeSettings
from controller.decisions.signals import NAN, Measurement
from controller.decisions.thermometry import ProbeWatch
from tests.controller.decisions.scene import SETTINGS, Scene, with_drive, with_reading

LIMITS = LimitSettings()
NOW_S = 100.0
CORE = ProbeSettings("core", "core")
HEALTHY = ProbeSettings("healthy", "healthy")
BODY = ProbeSettings("body", "body")
SAMPLE = ProbeSettings("vial", "sample")


def watch(value_c: float, age_s: float = 0.0, dose_min: float = 0.0) -> ProbeWatch:
    return ProbeWatch(
        value_c, NOW_S - age_s, "ok", median_c=value_c, cem43_min=dose_min
    )


def probed(probe: ProbeSettings, seen: ProbeWatch) -> Findings:
    found = Findings(NOW_S)
    check_probe(seen, probe, LIMITS, found)
    return found


def codes(found: Findings) -> list[str]:
    """Return the codes of faults, hold-backs and cautions as alarms have them."""
    return [alarm.code for alarm in follow((), found, tuple(found.faults), ())]


@pytest.mark.parametrize(
    ("probe", "seen", "said"),
    [
        (HEALTHY, watch(40.0, dose_min=9.0), ["healthy-dose"]),
        (HEALTHY, watch(40.0, dose_min=8.9), []),
        (SAMPLE, watch(80.0), ["sample-hot"]),
        (SAMPLE, watch(79.9), []),
        (SAMPLE, watch(40.0)._replace(slope_c_per_s=0.41), ["rising"]),
        (CORE, watch(44.5), ["tumour-near"]),
        (CORE, watch(44.4), []),
        (CORE, watch(43.0, age_s=0.4), ["reading-old"]),
        (CORE, watch(43.0, age_s=0.2), []),
        (CORE, watch(43.0, age_s=-0.5), []),
        (CORE, watch(43.0, age_s=-3.5), ["probe-lost"]),
        (BODY, watch(34.9), ["body-away"]),
        (BODY, watch(38.6), ["body-away"]),
        (BODY, watch(37.0), []),
        (BODY, watch(38.6)._replace(value_c=39.5), ["body-hot", "body-away"]),
        (BODY, watch(38.6)._replace(value_c=39.4), ["body-away"]),
        (BODY, watch(31.9), ["slipped", "body-away"]),
        (BODY, watch(32.0), ["body-away"]),
        (BODY, watch(37.0)._replace(slope_c_per_s=-1.1 / 60.0), ["slipped"]),
        (BODY, watch(37.0)._replace(slope_c_per_s=-0.9 / 60.0), []),
        (HEALTHY, watch(41.5), ["healthy-near"]),
        (HEALTHY, watch(41.4), []),
        (CORE, watch(43.0)._replace(value_c=NAN), ["core-hot"]),
        (CORE, watch(40.0)._replace(slope_c_per_s=0.41), ["rising"]),
        (CORE, watch(40.0)._replace(slope_c_per_s=0.39), []),
    ],
)
def test_a_row_of_probes(
    probe: ProbeSettings, seen: ProbeWatch, said: list[str]
) -> None:
    assert codes(probed(probe, seen)) == said


@pytest.mark.parametrize(("gone_s", "held"), [(1.4, True), (9.9, True), (10.1, False)])
def test_a_dead_spare_is_left_out(gone_s: float, held: bool) -> None:
    found, tolerated_s = Findings(NOW_S), 3.0 * CORE.update_s
    seen = watch(43.0, age_s=tolerated_s + gone_s)
    interlocks.check_left_out(seen, CORE, LIMITS, found)
    assert codes(found) == ["left-out"] and found.cautions
    assert bool(found.hold_backs) is held


@pytest.mark.parametrize(
    ("healthy_c", "tumour_c", "said", "led"),
    [
        (37.4, 37.0, [], False),
        (37.5, 37.5, ["swapped"], False),
        (37.5, 37.6, [], True),
        (37.5, NAN, ["swapped"], False),
        (37.0, 37.4, [], False),
    ],
)
def test_the_tumour_leads(
    healthy_c: float, tumour_c: float, said: list[str], led: bool
) -> None:
    found = Findings(NOW_S)
    values_c = (tumour_c, tumour_c, healthy_c, 37.0)
    seen = tuple(watch(c)._replace(baseline_c=37.0) for c in values_c)
    assert interlocks.check_order(seen, SETTINGS, found) is led
    assert codes(found) == said


def test_while_another_channel_lives_a_quiet_probe_has_twice_the_time() -> None:
    scene = Scene().to("hold").wait(5.0)
    stands_c = scene.measure().readings[0].value_c
    scene.spoil, since_s = with_reading(0, stands_c), scene.t_s
    scene.play(lambda s: "quiet" in [alarm.code for alarm in s.state.alarms])
    assert 120.0 < scene.t_s - since_s < 125.0


@pytest.mark.parametrize(("below_s", "said"), [(2.0, []), (4.0, ["slip-seen"])])
def test_a_slip_is_held_back_first(below_s: float, said: list[str]) -> None:
    found, level = Findings(NOW_S), slip.Envelope(43.0, NOW_S - below_s)
    slip.check_slip(level, 42.2, CORE, LIMITS, found)
    assert codes(found) == said


def test_a_quiet_probe_is_held_back() -> None:
    found = Findings(NOW_S)
    probe_quiet(PowerWatch(), 61.0, "core", 0.4, 0.2, SETTINGS, found)
    assert codes(found) == ["quiet"]


def test_power_above_its_mean_is_said() -> None:
    found = Findings(NOW_S)
    settled = PowerWatch(hold_share=0.4, armed_s=NOW_S - 200.0)
    assert cap(settled, 0.7, NOW_S, found) == pytest.approx(0.6)
    assert codes(found) == ["power-high"]


def test_a_gain_that_has_moved_is_said() -> None:
    words = drift_words(UNSEEN._replace(confirmed=True, sensor_gain=1.07))
    found = Findings(NOW_S)
    found.cautions.append(words)
    assert words and codes(found) == ["field-away"]


def weak(m: Measurement) -> Measurement:
    """Return what a supply at its voltage limit reads back."""
    assert m.drive is not None
    current_a, voltage_v = 0.7 * m.drive.current_a, 0.7 * m.drive.voltage_v
    return with_drive(current_a=current_a, voltage_v=voltage_v)(m)


def test_a_current_that_stays_low_is_said() -> None:
    scene = Scene().to("hold").wait(20.0)
    scene.spoil = weak
    scene.wait(9.0)
    assert "current-low" in [alarm.code for alarm in scene.state.alarms]
    assert scene.codes == []


def test_no_trusted_temperature_is_held_back() -> None:
    scene = Scene().to("hold").wait(20.0)
    seen = scene.state
    known = {alarm.code for alarm in seen.alarms}
    unknown = [w._replace(median_c=NAN, earlier_c=(NAN, NAN)) for w in seen.watches]
    scene.state = seen._replace(watches=tuple(unknown))
    scene.tick()
    now = {alarm.code for alarm in scene.state.alarms}
    assert "no-temperature" in now - known


def test_time_that_stands_still_is_a_fault() -> None:
    scene = Scene().to("ramp").wait(5.0)
    scene.t_s -= 1.0
    scene.tick()
    assert "clock" in scene.codes and not scene.command.output_on


def test_an_output_that_does_not_go_off_is_a_fault() -> None:
    scene = Scene().to("cool")
    scene.spoil = with_drive(output_on=True)
    scene.wait(2.0)
    assert "output-stuck" in scene.codes


def test_a_set_point_that_is_not_reached_is_a_fault() -> None:
    slow = replace(SETTINGS.treatment, max_ramp_s=30.0)
    scene = Scene(replace(SETTINGS, treatment=slow)).to("tripped")
    assert scene.codes == ["ramp-too-long"]
