"""Coil, bore and water: limits of their own, and no part of control or dose."""

import math
from dataclasses import replace

import pytest

from controller.decisions.applicator_heat import check_applicator_heat
from controller.decisions.interlocks import Findings
from controller.decisions.settings import ProbeSettings, Role
from controller.decisions.signals import NAN, Measurement, Reading
from controller.decisions.thermometry import ProbeWatch
from tests.controller.decisions.scene import SETTINGS, Scene, Spoil
from tests.controller.decisions.test_interlocks import LIMITS, NOW_S, codes, watch


@pytest.mark.parametrize("role", ["coil", "bore", "water"])
def test_a_row_of_the_applicator(role: Role) -> None:
    probe = ProbeSettings("it", role, hold_back_c=40.0, trip_c=50.0)

    def said(seen: ProbeWatch, probe: ProbeSettings = probe) -> list[str]:
        found = Findings(NOW_S)
        check_applicator_heat(seen, probe, LIMITS, found)
        return codes(found)

    assert said(watch(39.9)._replace(slope_c_per_s=9.0, cem43_min=99.0)) == []
    assert said(watch(40.0)) == ["applicator-near"]
    assert said(watch(50.0)) == [f"{role}-hot", "applicator-near"]
    assert said(watch(50.0)._replace(median_c=30.0)) == [f"{role}-hot"]
    assert said(watch(20.0, age_s=0.4)) == ["reading-old"]
    assert said(watch(20.0, age_s=0.7)) == ["probe-lost"]
    assert f"{role}-hot" in said(watch(NAN))
    assert said(watch(20.0), ProbeSettings("it", role))[0] == f"{role}-hot"


WATCHED = replace(
    SETTINGS,
    probes=(
        *SETTINGS.probes,
        ProbeSettings("coil", "coil", hold_back_c=40.0, trip_c=50.0),
    ),
)


def with_coil(coil_c: float, from_s: float) -> Spoil:
    def spoil(m: Measurement) -> Measurement:
        now_c = coil_c if m.t_s >= from_s else 25.0
        seen = Reading(now_c, "ok" if now_c == now_c else "lost", m.t_s)
        return replace(m, readings=(*m.readings[:4], seen))

    return spoil


@pytest.mark.parametrize(
    ("coil_c", "code"), [(50.0, "coil-hot"), (NAN, "probe-lost"), (45.0, None)]
)
def test_a_coil_is_no_part_of_control_but_stops_it(
    coil_c: float, code: str | None
) -> None:
    plain, watched = Scene(), Scene(WATCHED, with_coil(coil_c, 60.0))
    for scene in (plain, watched):
        scene.wait(60.0)
    assert watched.command == plain.command and watched.command.output_on
    assert watched.state.watches[4].cem43_min == 0.0
    for _ in range(10):
        watched.tick()
    assert watched.codes == ([code] if code else [])
    assert watched.command.output_on == (code is None)
    held = [alarm.code for alarm in watched.state.alarms if not alarm.latched]
    assert held == (["applicator-near"] if coil_c == 45.0 else [])


def test_copper_that_warms_tells_nothing_of_how_fast_tissue_does() -> None:
    """It takes a second where tissue takes a minute, and more is expected of none."""

    def warming(m: Measurement) -> Measurement:
        now_c = 25.0 + 14.0 * abs(math.sin(0.1 * m.t_s))
        return replace(m, readings=(*m.readings[:4], Reading(now_c, "ok", m.t_s)))

    plain, watched = Scene(), Scene(WATCHED, warming)
    for scene in (plain, watched):
        scene.wait(60.0)
    seen, expected = watched.state.power, plain.state.power
    assert expected.gain_c_per_s > 0.0
    assert seen.gains_c_per_s == (*expected.gains_c_per_s, 0.0)
    assert seen.gain_c_per_s == expected.gain_c_per_s
    assert watched.codes == [] and watched.command == plain.command
