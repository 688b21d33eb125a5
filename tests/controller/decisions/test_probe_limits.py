"""Brain and skin bear less than other healthy tissue; a config tightens only."""

import pytest

from controller.decisions.probe_limits import healthy_limits, limits_of, seat_of
from controller.decisions.settings import LimitSettings, ProbeSettings
from controller.decisions.thermometry import ProbeWatch
from tests.controller.decisions.test_interlocks import (
    CORE,
    HEALTHY,
    LIMITS,
    codes,
    probed,
    watch,
)

BRAIN = ProbeSettings("brain", "healthy", tissue="brain")
SKIN = ProbeSettings("skin", "healthy", tissue="skin")
TIGHT = LimitSettings(healthy_trip_c=41.0, healthy_cem43_min=1.0)


@pytest.mark.parametrize(
    ("probe", "seen", "said"),
    [
        (BRAIN, watch(40.4), []),
        (BRAIN, watch(40.5), ["healthy-near"]),
        (BRAIN, watch(42.0), ["healthy-hot", "healthy-near"]),
        (BRAIN, watch(42.5)._replace(median_c=40.0), ["healthy-hot"]),
        (BRAIN, watch(42.4)._replace(median_c=40.0), []),
        (BRAIN, watch(39.0, dose_min=1.99), []),
        (BRAIN, watch(39.0, dose_min=2.0), ["healthy-dose"]),
        (SKIN, watch(39.0, dose_min=2.0), ["healthy-dose"]),
        (SKIN, watch(41.4), []),
        (SKIN, watch(42.9), ["healthy-near"]),
        (SKIN, watch(43.0), ["healthy-hot", "healthy-near"]),
        (HEALTHY, watch(42.9, dose_min=8.9), ["healthy-near"]),
    ],
)
def test_brain_and_skin_bear_less(
    probe: ProbeSettings, seen: ProbeWatch, said: list[str]
) -> None:
    assert codes(probed(probe, seen)) == said


def test_a_tissue_never_loosens_what_a_config_tightens() -> None:
    for probe in (BRAIN, SKIN, HEALTHY):
        own = healthy_limits(probe, TIGHT)
        assert own.trip_c == 41.0 and own.cem43_min == 1.0
        assert own.any_c <= TIGHT.healthy_any_c
        assert own.hold_back_c <= TIGHT.healthy_hold_back_c


def test_limits_are_told_for_each_probe() -> None:
    coil = ProbeSettings("coil", "coil", hold_back_c=40.0, trip_c=50.0)
    assert limits_of(BRAIN, LIMITS) == (40.5, 42.0)
    assert limits_of(coil, LIMITS) == (40.0, 50.0)
    assert limits_of(CORE, LIMITS) == (44.5, 45.0)
    assert seat_of(BRAIN) == "healthy, brain" and seat_of(HEALTHY) == "healthy"
