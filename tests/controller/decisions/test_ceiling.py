"""The ceiling holds for every number that a float can be."""

import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from controller.decisions.ceiling import (
    ATKINSON_BREZOVICH_A_PER_M_S,
    diameter_limit,
    eddy_heating_w_per_kg,
    exceeds,
    permitted_amplitude,
    worst_product,
)
from controller.decisions.settings import CeilingSettings
from tests.thorough import thorough

ANY = st.floats(allow_nan=True, allow_infinity=True)
CEILINGS = st.builds(
    CeilingSettings,
    profile=st.just("any"),
    limit_a_per_m_s=st.floats(1e6, 1e11),
    amplitude_cap_a_per_m=st.floats(1.0, 1e5),
    frequency_min_hz=st.floats(1e4, 1e5),
    frequency_max_hz=st.floats(1e5, 2e6),
    field_uncertainty=st.floats(0.0, 0.5),
    field_uncertainty_a_per_m=st.floats(0.0, 100.0),
    frequency_uncertainty=st.floats(0.0, 0.05),
    working_share=st.floats(0.5, 1.0),
    position_factor=st.floats(1.0, 3.0),
)


@thorough
@given(frequency_hz=ANY | st.floats(1e4, 2e6), ceiling=CEILINGS)
def test_what_is_permitted_never_exceeds(
    frequency_hz: float, ceiling: CeilingSettings
) -> None:
    field = permitted_amplitude(frequency_hz, ceiling)
    assert math.isfinite(field) and field >= 0.0
    assert not exceeds(field, frequency_hz, ceiling)
    if field > 0.0:
        assert field <= ceiling.amplitude_cap_a_per_m
        assert field * frequency_hz <= ceiling.limit_a_per_m_s
        worst = worst_product(field, frequency_hz, ceiling)
        assert worst <= ceiling.working_share * ceiling.limit_a_per_m_s


@thorough
@given(field=ANY, frequency_hz=ANY, ceiling=CEILINGS)
def test_nothing_outside_the_limits_passes(
    field: float, frequency_hz: float, ceiling: CeilingSettings
) -> None:
    if not exceeds(field, frequency_hz, ceiling) and field != 0.0:
        assert 0.0 < field <= ceiling.amplitude_cap_a_per_m
        assert ceiling.frequency_min_hz <= frequency_hz <= ceiling.frequency_max_hz
        assert field * frequency_hz <= ceiling.limit_a_per_m_s


@thorough
@given(frequency_hz=st.integers(10_000, 2_000_000))
def test_whole_hertz_do_not_round_above(frequency_hz: int) -> None:
    ceiling = CeilingSettings(
        "plain", 4.85e8, 1e6, 1e4, 2e6, 0.0, 0.0, 0.0, working_share=1.0
    )
    field = permitted_amplitude(float(frequency_hz), ceiling)
    assert field * frequency_hz <= 4.85e8
    assert math.nextafter(field, math.inf) * frequency_hz >= 4.85e8 * (1 - 1e-15)


@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf, -1.0, -0.0001])
def test_nonsense_exceeds(bad: float) -> None:
    ceiling = CeilingSettings("plain", 4.85e8, 1e4, 1e5, 1e6)
    assert exceeds(bad, 2e5, ceiling)
    assert exceeds(100.0, bad, ceiling)
    assert permitted_amplitude(bad, ceiling) == 0.0


def test_tissue_nearer_to_the_conductor_gets_no_more() -> None:
    ceiling = CeilingSettings("plain", 4.85e8, 1e4, 1e5, 1e6)
    near = replace(ceiling, position_factor=1.25)
    ratio = permitted_amplitude(2e5, ceiling) / permitted_amplitude(2e5, near)
    assert ratio == pytest.approx(1.25)
    assert exceeds(8_001.0, 1e5, replace(near, limit_a_per_m_s=1e12))
    assert not exceeds(7_999.0, 1e5, replace(near, limit_a_per_m_s=1e12))


def test_a_measured_field_at_the_cap_has_room_for_its_last_digit() -> None:
    ceiling = CeilingSettings("plain", 1e12, 1e4, 1e5, 1e6)
    assert exceeds(10_001.0, 2e5, ceiling)
    assert not exceeds(10_001.0, 2e5, ceiling, measured=True)
    assert exceeds(10_310.0, 2e5, ceiling, measured=True)


def test_the_diameter_profile() -> None:
    # 4.85e8 · 0.30 m / D, worked out
    assert diameter_limit(0.30) == ATKINSON_BREZOVICH_A_PER_M_S
    assert diameter_limit(0.06) == pytest.approx(2.43e9, rel=3e-3)
    assert diameter_limit(0.03) == pytest.approx(4.85e9, rel=1e-12)


def test_eddy_heating_at_the_reference_point() -> None:
    # ½ · 0.362 · (π · 4π·1e-7 · 4.85e8 · 0.15)² / 1090.4, worked out; it goes with D²
    assert eddy_heating_w_per_kg(4.85e8, 0.30) == pytest.approx(13.68, rel=1e-3)
    assert eddy_heating_w_per_kg(4.85e8, 0.20) == pytest.approx(6.08, rel=1e-3)
