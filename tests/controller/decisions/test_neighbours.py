"""Probes that drift, slip by little or are somewhere else: what only others show."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from controller.decisions.interlocks import Findings
from controller.decisions.neighbours import NOBODY, Neighbours, begin, compare
from controller.decisions.rises import UNARMED, Rise, arm, check_rise, rearmed
from controller.decisions.signals import NAN, Measurement, Reading
from controller.decisions.slip import FORGOTTEN, Envelope, follow
from controller.decisions.thermometry import ProbeWatch
from tests.controller.decisions.scene import SETTINGS, Scene, Spoil, with_offset

CORE, MARGIN, HEALTHY, BODY = range(4)
AT_REST_C = (37.0, 37.0, 37.0, 37.0)
IN_HOLD_C = (43.0, 41.0, 39.0, 37.0)


def drifting(index: int, rate_c_per_s: float, from_s: float) -> Spoil:
    """Return a spoiler that lets one probe walk off."""

    def spoil(m: Measurement) -> Measurement:
        return with_offset(index, rate_c_per_s * max(m.t_s - from_s, 0.0))(m)

    return spoil


def watches(values_c: tuple[float, ...], t_s: float) -> tuple[ProbeWatch, ...]:
    return tuple(
        ProbeWatch(value, t_s, "ok", median_c=value, baseline_c=37.0)
        for value in values_c
    )


def play(
    at: Callable[[float], tuple[tuple[float, ...], float]],
    last_s: float,
    setpoint_c: float = 43.0,
    settled_s: float = 200.0,
) -> Findings:
    """Compare once a second what ``at`` says: temperatures and mean power."""
    memory = begin(NOBODY, watches(AT_REST_C, 0.0), 0.0)
    found = Findings(0.0)
    for second in range(1, int(last_s) + 1):
        found = Findings(float(second))
        values_c, share = at(float(second))
        seen = watches(values_c, float(second))
        hottest_c = max(values_c[:2])
        memory = compare(
            memory, seen, hottest_c, setpoint_c, share, settled_s, SETTINGS, found
        )
        if found.faults:
            break
    return found


def test_a_core_probe_that_drifts_low_ends_the_hold() -> None:
    scene = Scene().to("hold").wait(200.0)
    scene.spoil = drifting(CORE, -0.01, scene.t_s)
    scene.wait(1.0).highest_c = 0.0
    begun_s = scene.t_s
    scene.play(lambda s: s.phase != "hold")
    assert scene.codes == ["disagrees"]
    assert "core" in scene.state.faults[0].sentence
    assert "margin" in scene.state.faults[0].sentence
    assert scene.t_s - begun_s < 300.0 and scene.highest_c < 45.0


@pytest.mark.parametrize("index", [MARGIN, HEALTHY])
def test_a_probe_that_drifts_low_is_named(index: int) -> None:
    scene = Scene().to("hold").wait(200.0)
    scene.spoil = drifting(index, -0.01, scene.t_s)
    scene.play(lambda s: s.phase != "hold")
    assert scene.codes == ["disagrees"]
    assert SETTINGS.probes[index].name in scene.state.faults[0].sentence


def test_a_departure_first_holds_back() -> None:
    def at(t_s: float) -> tuple[tuple[float, ...], float]:
        return (43.0, 41.5, 39.0 if t_s < 100.0 else 37.4, 37.0), 0.4

    assert play(at, 102.0).hold_backs == []
    assert "healthy no longer agrees with core" in play(at, 104.0).hold_backs[0]
    assert [fault.code for fault in play(at, 112.0).faults] == ["disagrees"]


@pytest.mark.parametrize(
    ("change_c", "share", "codes"),
    [
        (-1.6, 0.4, ["disagrees"]),
        (-1.6, 0.6, []),  # more perfusion: it falls and takes more power
        (1.6, 0.4, ["disagrees"]),
        (1.6, 0.35, []),  # less perfusion: it rises and takes less power
        (0.8, 0.5, ["disagrees"]),  # both rise: the controlled one reads too low
        (0.8, 0.4, []),
        (-1.4, 0.4, []),
        (1.6, 0.9, []),  # another state: learned anew
        (NAN, 0.4, []),  # nothing to compare: its age is another check's matter
    ],
)
def test_power_tells_perfusion_from_drift(
    change_c: float, share: float, codes: list[str]
) -> None:
    def at(t_s: float) -> tuple[tuple[float, ...], float]:
        if t_s < 100.0:
            return IN_HOLD_C, 0.4
        return (43.0, 41.0 + change_c, 39.0, 37.0), share

    assert [fault.code for fault in play(at, 120.0).faults] == codes


def test_nothing_is_compared_before_a_hold_has_settled() -> None:
    def at(t_s: float) -> tuple[tuple[float, ...], float]:
        return (43.0, 41.5 if t_s < 100.0 else 38.0, 39.0, 37.0), 0.4

    assert play(at, 200.0, settled_s=119.0).faults == []
    assert play(at, 200.0, settled_s=NAN).faults == []
    assert play(at, 200.0).faults[0].code == "disagrees"


def test_a_distance_that_changes_over_an_hour_is_no_slip() -> None:
    def at(t_s: float) -> tuple[tuple[float, ...], float]:
        return (43.0, 41.0 - 3.6 * t_s / 3600.0, 39.0, 37.0), 0.4

    found = play(at, 2400.0)  # by 2.4 °C, of which 20 min are 1.2 °C
    assert found.faults == [] and found.hold_backs == []


def test_a_distance_is_not_known_before_a_minute_of_it() -> None:
    def at(t_s: float) -> tuple[tuple[float, ...], float]:
        return (43.0, 41.0 if t_s < 30.0 else 39.4, 39.0, 37.0), 0.4

    found = play(at, 90.0)
    assert found.faults == [] and found.hold_backs == []


@pytest.mark.parametrize(
    ("values_c", "setpoint_c", "codes"),
    [
        ((35.5, 37.0, 37.0, 37.0), 43.0, ["slipped"]),
        ((39.0, 37.0, 35.4, 37.0), 43.0, ["slipped"]),
        ((35.6, 37.0, 37.0, 37.0), 43.0, []),
        ((35.5, 37.0, 37.0, 36.0), 43.0, []),  # the whole body has cooled by 1 °C
        ((34.4, 37.0, 37.0, 36.0), 43.0, ["slipped"]),
        ((35.4, 35.4, 37.0, 37.0), 35.0, []),  # asked for
        ((NAN, 37.0, 37.0, 37.0), 43.0, []),
        ((37.0, 37.0, 37.0, 30.0), 43.0, []),  # the body's own limits see to that
    ],
)
def test_heated_tissue_is_not_colder_than_at_rest(
    values_c: tuple[float, ...], setpoint_c: float, codes: list[str]
) -> None:
    found = play(lambda t_s: (values_c, 0.5), 10.0, setpoint_c, NAN)
    assert [fault.code for fault in found.faults] == codes
    assert all("colder than before heating" in f.sentence for f in found.faults)
    assert found.t_s == (4.0 if codes else 10.0)


def test_rest_is_that_of_the_coldest_start() -> None:
    memory = begin(NOBODY, watches(AT_REST_C, 0.0), 0.0)
    memory = begin(memory, watches((42.0, 41.0, 36.5, NAN), 9.0), 9.0)
    assert memory.rest_c == (37.0, 37.0, 36.5, 37.0)


def test_before_any_heating_there_is_nothing_to_compare() -> None:
    found = Findings(5.0)
    seen = watches(IN_HOLD_C, 5.0)
    after = compare(NOBODY, seen, 43.0, 43.0, 0.4, 500.0, SETTINGS, found)
    assert after == Neighbours() and not found.faults


def test_a_slip_by_one_degree_is_not_hidden_by_the_ramp() -> None:
    scene = Scene().to("ramp").wait(40.0)
    scene.spoil = with_offset(CORE, -1.0)
    begun_s = scene.t_s
    scene.play(lambda s: s.phase != "ramp")
    assert scene.codes == ["slipped"] and scene.t_s - begun_s < 12.0


def test_an_envelope_that_was_rising_goes_on_in_a_ramp() -> None:
    level = Envelope(40.0, NAN, 0.1)
    later = follow(level, 39.0, 0.0, 1.0, 1.0, 0.5, ramping=True)
    assert later.level_c == pytest.approx(40.08) and later.below_since_s == 1.0
    assert follow(level, 39.0, 0.0, 1.0, 1.0, 0.5).level_c == 40.0
    falling = Envelope(40.0, NAN, -0.1)
    assert follow(falling, 39.0, 0.0, 1.0, 1.0, 0.5, ramping=True).level_c == 40.0
    assert follow(FORGOTTEN, 39.0, 0.0, 1.0, 1.0, 0.5) == Envelope(39.0)


def heated(gain_c_per_s: float, rise_c_per_s: float, last_s: int) -> list[str]:
    """Heat at full power for a while; return the codes of the faults."""
    rise, found = arm(37.0, 43.0, 0.0), Findings(0.0)
    for second in range(1, last_s + 1):
        at_c = 37.0 + rise_c_per_s * second
        rise = check_rise(rise, at_c, 1.0, gain_c_per_s, 1.0, found)
    return [fault.code for fault in found.faults]


def test_power_that_is_not_seen_is_a_fault() -> None:
    assert heated(0.1, 0.001, 24) == []
    assert heated(0.1, 0.001, 26) == ["no-rise"]
    assert heated(0.1, 0.03, 26) == []
    assert heated(0.0, 0.001, 129) == []
    assert heated(0.0, 0.001, 131) == ["no-rise"]
    assert heated(0.0, 0.0033, 600) == []  # what just reaches it in the longest ramp
    assert heated(0.0, NAN, 120) == []  # no temperature: another check's matter


def test_a_cough_is_not_a_missing_rise() -> None:
    rise, found = arm(37.0, 43.0, 0.0), Findings(0.0)
    for second in range(1, 40):
        cough_c = 1.5 if 14 <= second <= 20 else 0.0
        at_c = 37.0 + 0.08 * second - cough_c
        rise = check_rise(rise, at_c, 1.0, 0.1, 1.0, found)
    assert found.faults == [] and rise == Rise(setpoint_c=43.0)


def test_a_new_set_point_arms_it_again() -> None:
    reached = check_rise(arm(37.0, 42.0, 0.0), 41.8, 1.0, 0.1, 1.0, Findings(0.0))
    assert reached == Rise(setpoint_c=42.0)
    raised = rearmed(reached, 42.0, 44.0, 0.4)
    assert raised == Rise(42.0, 44.0, 0.4)
    found = Findings(0.0)
    for _ in range(45):
        raised = check_rise(raised, 42.0, 0.95, 0.1, 1.0, found)
    assert [fault.code for fault in found.faults] == ["no-rise"]
    assert rearmed(reached, 42.0, 42.01, 0.4).from_c != 42.0  # as a ramp moves it
    assert rearmed(UNARMED, 42.0, NAN, 0.4).from_c != 42.0


def test_a_body_that_warms_before_the_tumour_is_swapped_with_it() -> None:
    def exchanged(m: Measurement) -> Measurement:
        one, two = m.readings[CORE], m.readings[BODY]
        margin = Reading(two.value_c, "ok", m.t_s)
        return replace(m, readings=(two, margin, m.readings[HEALTHY], one))

    scene = Scene(spoil=exchanged).to("tripped")
    assert scene.codes[0] == "swapped" and "body" in scene.state.faults[0].sentence


def test_a_long_pause_is_a_computer_that_slept() -> None:
    scene = Scene().to("ramp").wait(5.0)
    scene.spoil = lambda m: replace(m, late_s=61.0)
    scene.tick()
    assert scene.codes == ["suspended"] and "slept" in scene.state.faults[0].sentence
