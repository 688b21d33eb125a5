"""What the two-node fit leaves out is seen in its residuals, and said."""

from dataclasses import replace

import numpy as np
import pytest

from controller.analysis.calorimetry import Result, Value
from controller.analysis.calorimetry_checks import belief_words
from controller.analysis.calorimetry_effects import (
    BORE_C,
    PER_C,
    PER_HOUR,
    effects_of,
)
from controller.analysis.calorimetry_leftovers import BY_COUPLING, leftover_words
from controller.analysis.calorimetry_nodes import binned, drive_at
from controller.analysis.calorimetry_record import checked
from controller.analysis.identification import two_node_fit
from simulators.calorimeter import CalorimeterSettings
from tests.controller.analysis.calorimetry_curves import CASE_C, curve, pulse, sar


def fitted(settings: CalorimeterSettings) -> Result:
    field = pulse(150.0, 150.0, 0.5, cycles=2)
    record = checked(curve(settings, field, 0.5, 0.02))
    return two_node_fit(record, contents_j_per_k=settings.heat_capacity_j_per_k)


def test_nothing_is_said_where_nothing_is_left_out() -> None:
    result = fitted(CASE_C)
    for name in (PER_C, PER_HOUR, BORE_C):
        part = result.parts[name]
        assert abs(part.value) < 3.5 * part.u
    assert result.warnings == ()
    assert BY_COUPLING not in result.parts


def test_heating_that_falls_with_temperature_is_seen() -> None:
    result = fitted(replace(CASE_C, power_per_c=-0.01))
    part = result.parts[PER_C]
    assert part.value == pytest.approx(-0.01, abs=3.0 * part.u + 0.003)
    assert any("heating changes with t" in words for words in result.warnings)


@pytest.mark.parametrize(
    "change", [{"power_per_c": -0.006}, {"sedimentation_s": 3600.0}]
)
def test_heating_that_changes_is_taken_out_and_the_interval_holds(
    change: dict[str, float],
) -> None:
    settings = replace(CASE_C, **change)
    result = fitted(settings)
    assert result.usable
    away = sar(result, settings) / 100.0 - 1.0
    assert abs(away) < 2.0 * result.rate_c_per_s.relative
    assert any("taken out: SAR is that at the start" in w for w in result.warnings)


def test_effects_are_counted_from_the_start_of_the_record() -> None:
    record = checked(curve(CASE_C, pulse(150.0, 150.0, 0.5, cycles=2), 0.5, 0.02))
    per_c, per_hour, bore_c = effects_of(record, binned(record), 0.1)
    assert [e.name for e in (per_c, per_hour, bore_c)] == [PER_C, PER_HOUR, BORE_C]
    first = np.flatnonzero(per_hour.record.levels)[0]
    assert per_hour.record.levels[first] == pytest.approx(0.1 * 61.0 / 3600.0, rel=1e-3)
    assert abs(per_c.record.levels[first]) < 0.1 * 0.3
    # The field is off between the pulses and after them: nothing is heated.
    off = drive_at(per_hour.record, np.array([30.0, 300.0, 600.0]))
    assert off == pytest.approx(np.zeros(3))


def test_only_what_is_sure_is_said_and_only_the_surest() -> None:
    found = {PER_C: Value(-0.004, 0.001), BORE_C: Value(0.8, 0.1)}
    (words,) = leftover_words(found)
    assert "warm by 0.8 °C with the field" in words
    assert "-0.4 % per °C" in leftover_words({PER_C: Value(-0.004, 0.001)})[0]
    assert leftover_words({PER_C: Value(-0.004, 0.002)}) == ()
    assert leftover_words({}) == leftover_words({}, carried=True) == ()
    (words,) = leftover_words({PER_C: Value(-0.004, 0.002)}, carried=True)
    assert "-0.4 % per °C" in words
    assert words.endswith("at the start of the record, at its temperature")


# A thin wall: 1.3 J/K behind 0.25 W/K, with a probe of 1.2 s.
THIN = replace(CASE_C, coupling_w_per_k=0.25, vial_j_per_k=1.3, probe_lag_s=1.2)


def thin(noise_c: float) -> Result:
    record = checked(curve(THIN, pulse(150.0, 150.0, 1.0, 2), 1.0, noise_c))
    return two_node_fit(record, contents_j_per_k=THIN.heat_capacity_j_per_k)


def test_a_vial_that_may_be_well_coupled_is_said_where_the_interval_misses() -> None:
    result = thin(0.08)
    found = sar(result, THIN)
    assert abs(found - 100.0) > 200.0 * result.rate_c_per_s.relative
    assert any("coupled better than 0.12 W/K" in words for words in result.warnings)
    # What it says that SAR would be is the truth, within a few percent.
    assert found * (1.0 + result.parts[BY_COUPLING].value) == pytest.approx(100.0, 0.05)


def test_a_quiet_record_of_a_thin_wall_decides_by_itself() -> None:
    result = thin(0.005)
    away = sar(result, THIN) / 100.0 - 1.0
    assert abs(away) < 2.0 * result.rate_c_per_s.relative < 0.06
    assert not any("coupled better" in words for words in result.warnings)


def test_only_a_change_that_matters_is_said_beside_what_else_is_left_out() -> None:
    words = leftover_words({BY_COUPLING: Value(0.11, 0.03), BORE_C: Value(0.8, 0.1)})
    assert len(words) == 2
    assert "change SAR by +11%" in words[1]
    assert leftover_words({BY_COUPLING: Value(0.02, 0.03)}) == ()
    assert leftover_words({BY_COUPLING: Value(-0.11, 0.03)})[0].count("-11%") == 1


def test_a_vial_as_fast_as_the_probe_is_decided_by_beliefs_and_this_is_said() -> None:
    fast = replace(CASE_C, coupling_w_per_k=0.25, vial_j_per_k=0.8, probe_lag_s=1.5)
    record = checked(curve(fast, pulse(60.0, 60.0, 0.5), 0.5, 0.05))
    result = two_node_fit(record, contents_j_per_k=fast.heat_capacity_j_per_k)
    assert any("the record alone would leave" in words for words in result.warnings)
    assert "±40%" in belief_words(0.06, 0.4)[0]
    assert "nothing known" in belief_words(0.06, float("inf"))[0]
    assert belief_words(0.06, 0.11) == belief_words(0.14, 0.2) == ()
    # What is not usable anyway says so itself.
    assert belief_words(0.2, 0.9) == belief_words(float("inf"), float("inf")) == ()
