"""The two-node fit: it finds vial, lag and drift, and knows how well."""

from dataclasses import replace

import numpy as np
import pytest

from controller.analysis.calorimetry import Conditions, Result
from controller.analysis.calorimetry_chain import NAMES_TWO, modes_of
from controller.analysis.calorimetry_nodes import binned, chain_modes, heat_and_bore
from controller.analysis.calorimetry_record import checked
from controller.analysis.identification import two_node_fit
from simulators.calorimeter import CalorimeterSettings
from tests.controller.analysis.calorimetry_curves import (
    CASE_B,
    CASE_C,
    curve,
    pulse,
    sar,
)


def fitted(settings: CalorimeterSettings, noise_c: float = 0.02) -> Result:
    field = pulse(200.0, 200.0, 0.5, cycles=2)
    return two_node_fit(checked(curve(settings, field, 0.5, noise_c)))


def test_modes_are_those_of_the_golden_vial() -> None:
    c = 4.1886
    modes = chain_modes(np.array([1.0, 1.5 / c]), np.array([0.05 / c, 0.012 / c]))
    assert 1.0 / modes.rates == pytest.approx([538.37, 19.450], rel=1e-4)
    assert modes.shares.sum() == pytest.approx(1.0, abs=1e-12)
    assert np.all(modes.shares > 0.0)
    # A bore that is 1 °C warmer for ever warms the liquid by 1 °C.
    assert (modes.bore / modes.rates).sum() == pytest.approx(1.0, abs=1e-9)


@pytest.mark.parametrize("holder_j_per_k", [0.0, 3.0])
@pytest.mark.parametrize("average_s", [0.0, 2.0])
def test_the_response_is_that_of_the_simulator(
    holder_j_per_k: float, average_s: float
) -> None:
    settings = replace(CASE_C, holder_j_per_k=holder_j_per_k, probe_lag_s=0.8)
    record = checked(
        curve(settings, pulse(150.0, 150.0, 0.2, 2), 0.2, average_s=average_s)
    )
    c = settings.heat_capacity_j_per_k
    capacities, conductances = [1.0, 1.5 / c], [0.05 / c, 0.012 / c]
    if holder_j_per_k:
        capacities.append(holder_j_per_k / c)
        conductances.append(settings.holder_loss_w_per_k / c)
    modes = chain_modes(np.array(capacities), np.array(conductances))
    bins = binned(record)
    heat_c, _ = heat_and_bore(record, bins, modes, np.array(0.8))
    model_c = 25.0 + 0.5 / c * heat_c
    # The first readings after a switch share a window with those before it.
    assert bins.temperature_c == pytest.approx(model_c, abs=3e-3)
    assert np.sqrt(np.mean((bins.temperature_c - model_c) ** 2)) < 5e-4


def test_bins_hold_every_row_once_and_never_cross_a_switch() -> None:
    record = checked(curve(CASE_B, pulse(100.0, 100.0, 0.2), 0.2))
    bins = binned(record)
    assert bins.count.sum() == record.time_s.size
    assert bins.count.size < 0.3 * record.time_s.size
    mean = np.average(bins.temperature_c, weights=bins.count)
    assert mean == pytest.approx(record.temperature_c.mean(), abs=1e-9)
    assert np.all(np.diff(bins.time_s) > 0)


def test_lag_and_vial_are_found() -> None:
    result = fitted(replace(CASE_C, probe_lag_s=1.2))
    assert abs(sar(result, CASE_C) - 100.0) < 2.5 * 100.0 * result.rate_c_per_s.relative
    assert result.parts["lag_s"].value == pytest.approx(1.2, abs=0.3)
    assert result.parts["vial_share"].value == pytest.approx(1.5 / 4.1886, abs=0.1)
    lags = [v for name, v in result.parts.items() if name.startswith("lag_at")]
    assert len(lags) == 4
    for lag in lags:
        assert abs(lag.value - result.parts["lag_s"].value) < 4.0 * lag.u


def test_the_fit_is_as_sure_as_the_noise_allows() -> None:
    quiet, loud = fitted(CASE_C, 0.005), fitted(CASE_C, 0.05)
    assert quiet.rate_c_per_s.u < 0.3 * loud.rate_c_per_s.u
    assert quiet.parts["noise_c"].value == pytest.approx(0.005, rel=0.2)
    assert loud.parts["noise_c"].value == pytest.approx(0.05, rel=0.2)


def test_the_same_data_give_the_same_result() -> None:
    first, second = fitted(CASE_C), fitted(CASE_C)
    assert first.rate_c_per_s == second.rate_c_per_s


def test_a_third_node_is_used_where_the_data_show_it() -> None:
    settings = replace(CASE_C, holder_j_per_k=3.0)
    result = fitted(settings, 0.01)
    assert result.parts["nodes"].value == 3.0
    assert abs(sar(result, settings) - 100.0) < 250.0 * result.rate_c_per_s.relative


def test_a_drift_and_a_warming_bore_do_not_become_heat() -> None:
    settings = replace(CASE_C, drift_c_per_s=0.02 / 60.0, bore_rise_c=0.5)
    result = fitted(settings, 0.01)
    assert abs(sar(result, settings) - 100.0) < 250.0 * result.rate_c_per_s.relative
    assert sar(result, settings) == pytest.approx(100.0, abs=4.0)


def test_a_declared_lag_that_is_far_off_is_said() -> None:
    record = checked(
        curve(replace(CASE_C, probe_lag_s=3.0), pulse(200.0, 200.0, 0.2, 2), 0.2, 0.01)
    )
    words = " ".join(two_node_fit(record, Conditions(probe_lag_s=0.8)).warnings)
    assert "× the declared 0.8 s: bubble at the tip, or tip at the wall" in words
    words = " ".join(two_node_fit(record, Conditions(probe_lag_s=3.0)).warnings)
    assert "bubble" not in words


def test_a_hopeless_record_is_not_identified() -> None:
    weak = replace(CASE_C, sar_w_per_g=2.0)
    result = two_node_fit(checked(curve(weak, pulse(60.0, 60.0, 1.0), 1.0, 0.1)))
    assert not result.usable
    assert "not identified" in result.reason or "no heating" in result.reason


def test_residuals_that_are_waves_are_said() -> None:
    good = curve(CASE_C, pulse(200.0, 200.0, 0.5, 2), 0.5, 0.01)
    wave_c = 0.3 * np.sin(good.time_s / 7.0)
    wavy = replace(good, temperature_c=good.temperature_c + wave_c)
    assert any("waves" in w for w in two_node_fit(checked(wavy)).warnings)
    assert not any("waves" in w for w in two_node_fit(checked(good)).warnings)


def test_a_lag_of_zero_is_within_reach() -> None:
    modes, lag_s = modes_of(np.log([0.3, 0.02, 0.003, 0.1]))
    assert lag_s == pytest.approx(1e-3)
    assert modes.rates.size == len(NAMES_TWO) - 2
