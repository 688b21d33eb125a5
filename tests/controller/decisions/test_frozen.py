"""A sample in a field that nobody controls: a thermometer that hangs is found."""

from dataclasses import replace

import pytest

from controller.decisions.frozen import share_of
from controller.decisions.settings import (
    LimitSettings,
    ProbeSettings,
    SegmentSettings,
)
from controller.decisions.signals import Measurement, Request
from tests.controller.decisions.scene import SETTINGS, Scene, Spoil
from tests.controller.decisions.test_rises import hanging

VIAL = replace(SETTINGS, probes=(ProbeSettings("vial", "sample"),), period_s=0.5)
STRONG = 13_000.0
CONSTANT = SegmentSettings("constant", duration_s=1800.0, field_a_per_m=STRONG)
PULSES = replace(CONSTANT, kind="pulse", on_s=20.0, off_s=5.0)
STAIRS = (replace(CONSTANT, duration_s=25.0),) * 8
SPARSE = replace(CONSTANT, kind="pulse", on_s=3.0, off_s=60.0)
WEAK = replace(CONSTANT, field_a_per_m=4000.0)


def vial(
    *parts: SegmentSettings, hangs_s: float = 1e9, limits: LimitSettings | None = None
) -> Scene:
    """Return a scene with one probe, in a vial, that hangs from a moment in s on."""
    hang: Spoil = hanging(hangs_s)

    def spoil(m: Measurement) -> Measurement:
        return hang(replace(m, readings=m.readings[:1]))

    settings = replace(VIAL, segments=parts, limits=limits or VIAL.limits)
    return Scene(settings, spoil=spoil, noise_c=0.0)


@pytest.mark.parametrize("parts", [(CONSTANT,), (PULSES,), STAIRS])
def test_a_sample_must_change_without_control_too(
    parts: tuple[SegmentSettings, ...],
) -> None:
    scene = vial(*parts, hangs_s=12.0).to("tripped")
    assert scene.codes == ["frozen"]
    assert 70.0 < scene.t_s < 90.0 and scene.highest_c < 42.0
    assert "of full power" in scene.state.faults[0].expected


def test_one_that_was_rising_must_go_on() -> None:
    scene = vial(CONSTANT, hangs_s=130.0).to("tripped")
    assert scene.codes == ["frozen"] and scene.t_s < 260.0


def test_one_that_has_become_warm_must_answer_less_power() -> None:
    scene = vial(CONSTANT, hangs_s=500.0).wait(700.0)
    assert scene.command.reason.startswith("power may only fall")
    scene.to("tripped")
    assert scene.codes == ["frozen"] and scene.t_s == pytest.approx(1100.0, abs=15.0)
    assert "less power" in scene.state.faults[0].expected


@pytest.mark.parametrize("part", [CONSTANT, PULSES, SPARSE, WEAK])
def test_a_coarse_thermometer_that_lives_is_let(part: SegmentSettings) -> None:
    """Until it rests warm: 0.1 °C steps without any noise."""
    scene = vial(part).play(lambda s: s.phase not in ("baseline", "hold"))
    assert scene.phase == "cool" and scene.codes == []


@pytest.mark.parametrize("part", [SPARSE, WEAK])
def test_weak_power_need_not_show(part: SegmentSettings) -> None:
    scene = vial(part, hangs_s=0.0).play(lambda s: s.phase not in ("baseline", "hold"))
    assert scene.phase == "cool" and scene.codes == []


def test_a_medium_alone_need_not_show_where_the_plan_says_so() -> None:
    untested = LimitSettings(frozen_hold_back_s=1e9, frozen_probe_s=1e9)
    scene = vial(CONSTANT, hangs_s=0.0, limits=untested).wait(1000.0)
    assert scene.phase == "hold" and scene.codes == []
    assert scene.command.field_a_per_m > 0.99 * STRONG  # nor is it asked by a step


def test_field_that_was_cut_short_does_not_count() -> None:
    """The operator goes on after a second: 60 s of the second part are due."""
    scene = vial(replace(CONSTANT, duration_s=50.0), CONSTANT, hangs_s=0.0)
    scene.to("hold").wait(1.0)
    scene.tick(Request("next"))
    scene.to("tripped")
    assert scene.codes == ["frozen"] and 70.0 < scene.t_s < 80.0


def test_share_is_that_of_the_largest_field_that_is_permitted() -> None:
    assert share_of(None, VIAL) == 0.0
    assert share_of(1e6, VIAL) == 1.0
    half = replace(VIAL.applicator, max_current_a=10.0)
    assert share_of(3720.25, replace(VIAL, applicator=half)) == pytest.approx(0.25)
    band = replace(VIAL.ceiling, frequency_min_hz=2e5)
    assert share_of(1000.0, replace(VIAL, ceiling=band)) == 0.0
