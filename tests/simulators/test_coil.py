"""The tank: power conserved, resonance, crossover, the supply's response, the table."""

import math

import pytest

from simulators.coil import MAGNETHERM, VACUUM_PERMEABILITY, OperatingPoint, Tank

# (turns, C nF): listed resonance in kHz and quality, as published beside the table.
LISTED = {
    (9, 200.0): (161.3, 70),
    (9, 88.0): (242.0, 118),
    (9, 26.0): (405.45, 117),
    (9, 15.0): (572.6, 110),
    (9, 6.2): (924.6, 171),
    (17, 200.0): (105.2, 58),
    (17, 88.0): (158.12, 123),
    (17, 26.0): (264.8, 96),
    (17, 15.0): (373.85, 73),
    (17, 6.2): (602.5, 90),
    (18, 200.0): (161.5, 40),
    (18, 88.0): (242.3, 70),
    (18, 26.0): (406.0, 91),
    (18, 15.0): (573.5, 68),
    (18, 6.2): (927.7, 218),
}
FAR_V, FAR_A = 1000.0, 1000.0


def detuned(relative: float) -> Tank:
    tank = Tank.magnetherm()
    tank.detuning = relative
    return tank


def nominal_hz() -> float:
    return Tank.magnetherm().resonance_hz


def stretch(tank: Tank) -> float:
    return tank.load_ohm(nominal_hz()) / tank.tuned_ohm


def run(tank: Tank, seconds: float, steps: int, volts: float, amperes: float) -> None:
    for _ in range(steps):
        tank.advance(seconds / steps, volts, amperes, nominal_hz(), True)


@pytest.mark.parametrize("row", MAGNETHERM)
def test_each_row_makes_its_listed_field_at_its_listed_supply(row):
    tank = Tank.magnetherm(row.turns, row.capacitance_nf * 1e-9)
    listed_hz, listed_quality = LISTED[row.turns, row.capacitance_nf]
    assert tank.resonance_hz == pytest.approx(listed_hz * 1e3, rel=1.5e-3)
    assert tank.quality == pytest.approx(listed_quality, rel=0.02)
    point = tank.settle(FAR_V, row.current_a, tank.resonance_hz, True)
    listed_a_per_m = row.millitesla_per_a * 1e-3 * row.current_a / VACUUM_PERMEABILITY
    assert point.voltage_v == pytest.approx(row.voltage_v)
    assert point.coil_current_a == pytest.approx(row.coil_current_a)
    assert point.field_a_per_m == pytest.approx(listed_a_per_m)


def test_the_table_has_fifteen_different_rows():
    assert {(row.turns, row.capacitance_nf) for row in MAGNETHERM} == set(LISTED)


def test_the_nine_turn_coil_is_what_the_dry_run_counts_on():
    tank = Tank.magnetherm(turns=9, capacitance_f=200e-9)
    assert tank.resonance_hz == pytest.approx(161_270.0, rel=1e-4)
    assert tank.tuned_ohm == pytest.approx(23.5 / 24.6)
    assert tank.field_per_ampere_per_m == pytest.approx(744.05, abs=0.01)


def test_an_unknown_coil_is_refused_by_name():
    with pytest.raises(ValueError, match="12 turns with 200 nF"):
        Tank.magnetherm(turns=12)


@pytest.mark.parametrize("detuning", [-0.02, -0.005, 0.0, 0.003, 0.01])
@pytest.mark.parametrize("limits", [(FAR_V, 20.0), (19.0, FAR_A), (25.0, 22.0)])
def test_power_into_the_coil_is_the_supply_s_times_the_efficiency(detuning, limits):
    row = Tank.magnetherm()
    tank = Tank(
        inductance_h=row.inductance_h,
        capacitance_f=row.capacitance_f,
        ac_ohm=row.ac_ohm,
        tuned_ohm=row.tuned_ohm,
        field_per_coil_ampere_per_m=row.field_per_coil_ampere_per_m,
        efficiency=0.8,
    )
    tank.detuning = detuning
    point = tank.settle(*limits, nominal_hz(), True)
    coil_w = point.coil_current_a**2 * tank.ac_ohm / 2.0
    assert coil_w == pytest.approx(0.8 * point.voltage_v * point.current_a, rel=1e-12)


@pytest.mark.parametrize(("detuning", "factor"), [(0.005, 1.22), (0.01, 1.72)])
def test_at_constant_current_detuning_raises_the_field(detuning, factor):
    tuned = detuned(0.0).settle(FAR_V, 20.0, nominal_hz(), True)
    tank = detuned(detuning)
    off = tank.settle(FAR_V, 20.0, nominal_hz(), True)
    raised = off.field_a_per_m / tuned.field_a_per_m
    assert raised == pytest.approx(math.sqrt(stretch(tank)))
    assert raised == pytest.approx(factor, rel=0.01)
    assert off.voltage_v / tuned.voltage_v == pytest.approx(stretch(tank))


def test_at_constant_voltage_detuning_lowers_the_field():
    tuned = detuned(0.0).settle(20.0, FAR_A, nominal_hz(), True)
    tank = detuned(0.005)
    off = tank.settle(20.0, FAR_A, nominal_hz(), True)
    lowered = off.field_a_per_m / tuned.field_a_per_m
    assert lowered == pytest.approx(1.0 / math.sqrt(stretch(tank)))
    assert lowered == pytest.approx(1.0 - 0.18, abs=0.01)


def test_a_voltage_limit_bounds_the_field_of_a_detuned_tank():
    limit_v = 1.1 * 20.0 * Tank.magnetherm().tuned_ohm
    tuned = detuned(0.0).settle(limit_v, 20.0, nominal_hz(), True)
    fields = [
        detuned(k * 2e-5).settle(limit_v, 20.0, nominal_hz(), True).field_a_per_m
        for k in range(500)
    ]
    raised = max(fields) / tuned.field_a_per_m
    assert math.sqrt(1.1) * 0.999 < raised <= math.sqrt(1.1) * (1.0 + 1e-12)


def test_the_lower_limit_rules_and_both_meet_at_the_crossover():
    tank = Tank.magnetherm()
    crossover_v = 20.0 * tank.load_ohm(nominal_hz())
    below = tank.settle(crossover_v * 0.9, 20.0, nominal_hz(), True)
    above = tank.settle(crossover_v * 1.1, 20.0, nominal_hz(), True)
    assert below.voltage_v == pytest.approx(crossover_v * 0.9)
    assert below.current_a == pytest.approx(18.0)
    assert above.voltage_v == pytest.approx(crossover_v)
    assert above.current_a == 20.0


def test_coil_gain_is_the_true_field_over_the_calibrated_one():
    tank = Tank.magnetherm()
    tank.coil_gain = 1.05
    point = tank.settle(FAR_V, 20.0, tank.resonance_hz, True)
    calibrated = tank.field_per_ampere_per_m * 20.0
    assert point.field_a_per_m == pytest.approx(1.05 * calibrated)
    run(tank, 10.0, 2, 45.0, 20.0)
    assert tank.peak_field_a_per_m == pytest.approx(1.05 * calibrated)
    assert tank.heating_field_a_per_m == pytest.approx(1.05 * calibrated)


def test_current_follows_its_set_point_exponentially_in_steps_of_any_length():
    fine, coarse = Tank.magnetherm(), Tank.magnetherm()
    run(fine, 0.06, 7, 45.0, 20.0)
    run(coarse, 0.06, 1, 45.0, 20.0)
    expected_a = 20.0 * (1.0 - math.exp(-0.06 / 0.03))
    assert fine.now.current_a == pytest.approx(expected_a, rel=1e-12)
    assert coarse.now.current_a == pytest.approx(expected_a, rel=1e-12)


def test_heating_field_is_the_root_mean_square_over_the_step():
    whole, parts = Tank.magnetherm(), Tank.magnetherm()
    run(whole, 0.1, 1, 45.0, 20.0)
    squares = [0.0]
    for _ in range(1000):
        run(parts, 0.0001, 1, 45.0, 20.0)
        squares.append(parts.now.field_a_per_m**2)
    trapezium = sum(squares) - 0.5 * squares[-1]
    rms = math.sqrt(trapezium / 1000)
    assert whole.heating_field_a_per_m == pytest.approx(rms, rel=1e-5)
    assert rms < 0.9 * whole.now.field_a_per_m


def test_the_peak_of_a_falling_step_is_its_start():
    tank = Tank.magnetherm()
    run(tank, 1.0, 1, 45.0, 20.0)
    before = tank.now.field_a_per_m
    run(tank, 0.1, 1, 45.0, 5.0)
    assert tank.peak_field_a_per_m == pytest.approx(before)
    assert tank.now.field_a_per_m < 0.3 * before


def test_voltage_never_jumps_over_its_limit_when_the_resonance_is_lost():
    tank = Tank.magnetherm()
    run(tank, 1.0, 1, 25.0, 20.0)
    tank.detuning = 0.2
    highest_v = 0.0
    for _ in range(100):
        run(tank, 0.001, 1, 25.0, 20.0)
        highest_v = max(highest_v, tank.now.voltage_v)
    assert highest_v == pytest.approx(25.0)
    assert tank.now.current_a < 0.1


def test_set_points_at_zero_end_the_field():
    tank = Tank.magnetherm()
    run(tank, 1.0, 1, 45.0, 20.0)
    run(tank, 1.0, 10, 0.0, 0.0)
    assert tank.now.current_a < 1e-9
    assert tank.now.field_a_per_m < 1e-6


def test_without_gate_drive_there_is_no_field_and_the_danger_is_counted():
    tank = Tank.magnetherm()
    assert tank.settle(30.0, 20.0, 161e3, False) == OperatingPoint(30.0, 0.0, 0.0, 0.0)
    run(tank, 1.0, 1, 30.0, 20.0)
    tank.advance(0.5, 30.0, 20.0, nominal_hz(), False)
    assert tank.now.field_a_per_m == tank.heating_field_a_per_m == 0.0
    assert tank.now.current_a == 0.0
    assert tank.now.voltage_v == pytest.approx(30.0, rel=1e-4)
    assert tank.ungated_live_s == 0.5


def test_gate_drive_that_stops_after_the_supply_is_no_danger():
    tank = Tank.magnetherm()
    run(tank, 1.0, 1, 30.0, 20.0)
    run(tank, 0.3, 1, 0.0, 0.0)
    tank.advance(1.0, 0.0, 0.0, 0.0, True)
    assert tank.ungated_live_s == 0.0
    assert tank.now.voltage_v < 1e-3


def test_a_tank_warms_by_its_losses_and_shifts_its_resonance():
    tank = detuned(0.0)
    cold_hz = tank.resonance_hz
    rated_w = tank.tuned_ohm * 20.0**2
    tank.warms(-1e-5 * rated_w, 20.0, 100.0)
    for _ in range(1000):
        tank.advance(0.1, FAR_V, 10.0, cold_hz, True)
    loss_w = 0.5 * tank.ac_ohm * tank.now.coil_current_a**2
    shift = tank.resonance_hz / cold_hz - 1.0
    assert shift == pytest.approx(-1e-5 * loss_w * (1.0 - math.exp(-1.0)), rel=0.02)
    warm = tank.warm_detuning
    tank.advance(0.1, 0.0, 0.0, 0.0, False)
    tank.advance(100.0, 0.0, 0.0, 0.0, False)
    assert abs(tank.warm_detuning) < 0.5 * abs(warm)
