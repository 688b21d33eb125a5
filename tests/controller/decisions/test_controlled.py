"""One controlled temperature of several probes, also while some of them die."""

from dataclasses import replace

import pytest

from controller.decisions.controlled import percentile, t90
from controller.decisions.settings import ProbeSettings, Settings
from controller.decisions.signals import Measurement, Reading, Request
from tests.controller.decisions.scene import SETTINGS, Scene, Spoil

NAN = float("nan")
CORE, MARGIN = 0, 1


def spare(controlled: str = "max", least: int | None = 1) -> Settings:
    return replace(
        SETTINGS,
        treatment=replace(
            SETTINGS.treatment,
            controlled=controlled,  # type: ignore[arg-type]
            min_tumour_probes=least,
        ),
    )


def lost(*places: int) -> Spoil:
    def spoil(m: Measurement) -> Measurement:
        readings = list(m.readings)
        for place in places:
            readings[place] = Reading(NAN, "no-probe", m.t_s)
        return replace(m, readings=tuple(readings))

    return spoil


@pytest.mark.parametrize("controlled", ["max", "mean", "percentile"])
def test_the_hottest_probe_that_dies_is_left_out_without_a_bump(
    controlled: str,
) -> None:
    scene = Scene(spare(controlled)).to("hold").wait(120.0)
    before_c, before = scene.tumour_c, scene.state.controlled_c
    scene.spoil = lost(CORE)
    shares = []
    for _ in range(600):
        shares.append(scene.tick().power_share)
        assert scene.tumour_c == pytest.approx(before_c, abs=0.25)
    assert scene.codes == []
    assert scene.state.tumour.used == (MARGIN,)
    assert scene.state.controlled_c == pytest.approx(before, abs=0.25)
    assert scene.state.cautions[0].startswith("probe core (core) reports no probe")


def test_power_only_falls_for_ten_seconds_after_the_loss() -> None:
    scene = Scene(spare()).to("hold").wait(120.0)
    scene.spoil = lost(CORE)
    last = scene.command.field_a_per_m
    held_back = 0
    for _ in range(50):
        now = scene.tick().field_a_per_m
        if scene.command.reason.startswith("power may only fall"):
            held_back += 1
            assert now <= last + 1e-9
        last = now
    assert held_back >= 48
    scene.wait(5.0)
    assert not scene.command.reason.startswith("power may only fall")


def test_the_probe_that_is_back_counts_again_without_a_bump() -> None:
    scene = Scene(spare()).to("hold").wait(120.0)
    healthy, before_c = scene.spoil, scene.tumour_c
    scene.spoil = lost(CORE)
    scene.wait(60.0)
    scene.spoil = healthy
    for _ in range(600):
        scene.tick()
        assert scene.tumour_c == pytest.approx(before_c, abs=0.25)
    assert scene.codes == []
    assert scene.state.tumour.used == (CORE, MARGIN)


@pytest.mark.parametrize(
    ("least", "places"), [(None, (CORE,)), (2, (CORE,)), (1, (CORE, MARGIN))]
)
def test_too_few_probes_left_is_field_off(
    least: int | None, places: tuple[int, ...]
) -> None:
    scene = Scene(spare(least=least)).to("hold").wait(60.0)
    scene.spoil = lost(*places)
    scene.wait(2.0)
    assert scene.phase == "tripped"
    assert scene.codes[0] == "probe-lost"
    assert scene.command.field_a_per_m == 0.0


def test_a_treatment_does_not_start_on_a_probe_that_never_spoke() -> None:
    scene = Scene(spare(), spoil=lost(MARGIN)).to("tripped")
    assert scene.codes[0] == "probe-lost"
    assert scene.highest_c == 37.0


def test_a_tripped_treatment_resumes_without_the_spare_probe() -> None:
    scene = Scene(spare()).to("hold").wait(60.0)
    scene.spoil = lost(MARGIN)
    scene.wait(20.0)
    scene.spoil = lambda m: replace(lost(MARGIN)(m), late_s=1.0)
    scene.tick()
    assert scene.codes == ["late"]
    scene.spoil = lost(MARGIN)
    scene.tick(Request("reset"))
    assert scene.to("hold").codes == []


def test_t90_is_a_percentile_from_ten_points_on() -> None:
    few = [43.0 + 0.1 * k for k in range(9)]
    assert t90(few) == 43.0
    many = [43.0 + 0.1 * k for k in range(11)]
    assert t90(many) == pytest.approx(43.1)
    assert t90([NAN, *many]) != t90([NAN, *many])


def test_percentiles_lie_between_least_and_most() -> None:
    values = [41.0, 44.0, 42.0, 43.0]
    assert percentile(values, 0.0) == 41.0
    assert percentile(values, 1.0) == 44.0
    assert percentile(values, 0.5) == 42.5
    assert percentile([42.0], 0.9) == 42.0


def test_the_hottest_trusted_probe_bounds_a_mean() -> None:
    probes = (*SETTINGS.probes[:2], ProbeSettings("cool", "margin"))
    settings = replace(spare("mean", None), probes=(*probes, *SETTINGS.probes[2:]))

    class Three(Scene):
        def measure(self) -> Measurement:
            m = super().measure()
            cool = self._read(38.0 + 0.6 * (self.tumour_c - 37.0))
            readings = (*m.readings[:2], cool, *m.readings[2:])
            return replace(m, readings=readings)

    hot = replace(settings, treatment=replace(settings.treatment, setpoint_c=44.0))
    scene = Three(hot)
    scene.to("ramp").wait(600.0)
    assert scene.codes == []
    assert scene.highest_c < 44.75
    assert scene.state.controlled_c < 44.0
    assert scene.command.reason.startswith("power eased: core")
