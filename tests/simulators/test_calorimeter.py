"""The simulated calorimeter against what can be worked out by hand."""

from dataclasses import replace

import numpy as np
import pytest

from simulators.calorimeter import Calorimeter, CalorimeterSettings, Reader, record

FIELD_A_PER_M = 15_000.0
FREQUENCY_HZ = 300_000.0
ONE_NODE = CalorimeterSettings(
    vial_j_per_k=1e-6,
    coupling_w_per_k=4.18863 / 300.0,
    loss_w_per_k=1e3,
    probe_lag_s=0.0,
)


def heated(settings: CalorimeterSettings, for_s: float, step_s: float) -> Calorimeter:
    calorimeter = Calorimeter(settings)
    for _ in range(round(for_s / step_s)):
        calorimeter.advance(step_s, FIELD_A_PER_M, FREQUENCY_HZ)
    return calorimeter


def test_one_node_warms_as_worked_out_by_hand() -> None:
    # 0.5 W into 4.18863 J/K with 300 s: 11.806246 °C after 120 s.
    rise_c = heated(ONE_NODE, 120.0, 0.5).sample_c - 25.0
    assert rise_c == pytest.approx(11.806246, abs=2e-5)


def test_the_size_of_a_step_does_not_matter() -> None:
    settings = CalorimeterSettings(holder_j_per_k=3.0, bore_rise_c=0.5)
    assert heated(settings, 60.0, 0.1).probe_c == pytest.approx(
        heated(settings, 60.0, 30.0).probe_c, abs=1e-9
    )


def test_energy_is_kept_without_a_loss() -> None:
    settings = CalorimeterSettings(loss_w_per_k=1e-12)
    rise_c = heated(settings, 3000.0, 10.0).sample_c - 25.0
    # In the end liquid and vial rise together, the liquid ahead by P_v/G.
    capacity = settings.heat_capacity_j_per_k + settings.vial_j_per_k
    ahead = 0.5 * (settings.vial_j_per_k / capacity) ** 2 / settings.coupling_w_per_k
    assert rise_c == pytest.approx(0.5 * 3000.0 / capacity + ahead, rel=1e-6)


def test_the_steady_state_is_power_over_the_chain_of_conductances() -> None:
    settings = CalorimeterSettings(holder_j_per_k=2.0)
    rise_c = heated(settings, 50_000.0, 500.0).sample_c - 25.0
    resistance = 1 / 0.05 + 1 / 0.012 + 1 / settings.holder_loss_w_per_k
    assert rise_c == pytest.approx(0.5 * resistance, rel=1e-4)


def test_power_goes_with_field_squared_times_frequency() -> None:
    calorimeter = Calorimeter(CalorimeterSettings(sar_w_per_g=200.0))
    assert calorimeter.power_w(FIELD_A_PER_M, FREQUENCY_HZ) == pytest.approx(1.0)
    assert calorimeter.power_w(7_500.0, 600_000.0) == pytest.approx(0.5)
    assert calorimeter.power_w(0.0, FREQUENCY_HZ) == 0.0


def test_a_probe_trails_a_ramp_by_its_lag() -> None:
    settings = replace(
        CalorimeterSettings(loss_w_per_k=1e-12, coupling_w_per_k=1e-12), probe_lag_s=2.0
    )
    calorimeter = heated(settings, 60.0, 1.0)
    slope = 0.5 / settings.heat_capacity_j_per_k
    trail_c = calorimeter.sample_c - calorimeter.probe_c
    assert trail_c == pytest.approx(2.0 * slope, rel=1e-6)


def test_a_drift_is_steady_from_the_first_second() -> None:
    settings = CalorimeterSettings(drift_c_per_s=0.001, holder_j_per_k=2.0)
    silent = Reader(np.random.default_rng(0), noise_c=0.0)
    _, readings_c = record(
        Calorimeter(settings), silent, np.zeros(300), FREQUENCY_HZ, 1.0
    )
    assert np.diff(readings_c) == pytest.approx(0.001, abs=1e-9)


def test_the_coil_warms_the_bore_and_late_the_sample() -> None:
    settings = CalorimeterSettings(sar_w_per_g=0.0, bore_rise_c=1.0)
    assert heated(settings, 5.0, 1.0).sample_c == pytest.approx(25.0, abs=1e-4)
    assert heated(settings, 20_000.0, 100.0).sample_c == pytest.approx(26.0, abs=1e-3)


@pytest.mark.parametrize(
    ("change", "direction"),
    [
        ({"convection_per_c": 0.2}, -1),
        ({"sedimentation_s": 300.0}, -1),
        ({"power_per_c": -0.004}, -1),
        ({"power_per_c": 0.004}, 1),
    ],
)
def test_what_depends_on_the_state_changes_the_warming(
    change: dict[str, float], direction: int
) -> None:
    plain = heated(CalorimeterSettings(), 120.0, 1.0).sample_c
    other = heated(replace(CalorimeterSettings(), **change), 120.0, 1.0).sample_c
    assert np.sign(other - plain) == direction
    assert abs(other - plain) > 0.05


def test_short_steps_agree_where_the_power_changes() -> None:
    settings = CalorimeterSettings(power_per_c=-0.005, sedimentation_s=500.0)
    coarse = heated(settings, 100.0, 10.0).sample_c
    assert coarse == pytest.approx(heated(settings, 100.0, 0.05).sample_c, abs=1e-9)


def test_a_reader_averages_rounds_and_adds_its_noise() -> None:
    rounding = Reader(np.random.default_rng(1), noise_c=0.0, step_c=0.1)
    assert rounding.read(25.063) == pytest.approx(25.1)
    averaging = Reader(
        np.random.default_rng(1), noise_c=0.0, average_s=1.0, period_s=0.2
    )
    readings = [averaging.read(value) for value in (0.0, 0, 0, 0, 0, 5, 5)]
    assert readings[-2:] == pytest.approx([1.0, 2.0])
    noisy = Reader(np.random.default_rng(1), noise_c=0.05)
    spread = np.std([noisy.read(25.0) for _ in range(4000)])
    assert spread == pytest.approx(0.05, rel=0.05)


def test_the_same_seed_gives_the_same_record() -> None:
    def run(seed: int) -> list[float]:
        reader = Reader(np.random.default_rng(seed), noise_c=0.05)
        field = np.full(50, FIELD_A_PER_M)
        calorimeter = Calorimeter(CalorimeterSettings())
        return list(record(calorimeter, reader, field, FREQUENCY_HZ, 0.2)[1])

    assert run(7) == run(7)
    assert run(7) != run(8)


def test_an_impossible_heat_capacity_is_refused() -> None:
    with pytest.raises(ValueError, match="heat capacity"):
        Calorimeter(CalorimeterSettings(heat_capacity_j_per_k=0.0))
