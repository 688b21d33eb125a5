"""What the two-node fit leaves out is seen in its residuals, and said."""

from dataclasses import replace

import pytest

from controller.analysis.calorimetry import Result, Value
from controller.analysis.calorimetry_checks import belief_words
from controller.analysis.calorimetry_leftovers import (
    BORE_C,
    PER_C,
    PER_HOUR,
    leftover_words,
)
from controller.analysis.calorimetry_record import checked
from controller.analysis.identification import two_node_fit
from simulators.calorimeter import CalorimeterSettings
from tests.controller.analysis.calorimetry_curves import CASE_C, curve, pulse


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


def test_heating_that_falls_with_temperature_is_seen() -> None:
    result = fitted(replace(CASE_C, power_per_c=-0.01))
    part = result.parts[PER_C]
    assert part.value == pytest.approx(-0.01, abs=3.0 * part.u + 0.003)
    assert any("heating changes with t" in words for words in result.warnings)


def test_only_what_is_sure_is_said_and_only_the_surest() -> None:
    found = {PER_C: Value(-0.004, 0.001), BORE_C: Value(0.8, 0.1)}
    (words,) = leftover_words(found)
    assert "warm by 0.8 °C with the field" in words
    assert "-0.4 % per °C" in leftover_words({PER_C: Value(-0.004, 0.001)})[0]
    assert leftover_words({PER_C: Value(-0.004, 0.002)}) == ()
    assert leftover_words({}) == ()


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
