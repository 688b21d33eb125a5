"""The chain from supply to thermometer: tick length, seeds, truth, mixed benches."""

import math
from dataclasses import dataclass, field

import pytest

from simulators.bench import SimulatedBench, seeded
from simulators.coil import Tank
from simulators.line import Line
from simulators.probe import Probe, ProbeParameters
from simulators.two_node import TwoNode

PLACES = ("core", "margin", "healthy", "body")
FREQUENCY_HZ = 161_270.0


@dataclass
class Supply:
    set_voltage_v: float = 20.0
    set_current_a: float = 18.0
    output_on: bool = True
    voltage_v: float = 0.0
    current_a: float = 0.0


@dataclass
class Generator:
    true_frequency_hz: float = FREQUENCY_HZ
    output_on: bool = True


@dataclass
class Thermometer:
    temperatures: list[float | None] = field(default_factory=lambda: [None] * 4)


class Clocked:
    """Anything on a wire that notes the time that passes."""

    def __init__(self) -> None:
        self.passed_s: list[float] = []

    def receive(self, data: bytes) -> bytes:
        return data

    def advance(self, dt_s: float) -> bytes:
        self.passed_s.append(dt_s)
        return b""


def build(seed: int = 1, noise_c: float = 0.0, wander: bool = False, **parts: object):
    parameters = ProbeParameters(noise_c=noise_c)
    probes = {
        channel: Probe(place, seeded(seed, f"probe {place}"), parameters)
        for channel, place in enumerate(PLACES, start=1)
    }
    twins = {
        "supply": Supply(),
        "generator": Generator(),
        "thermometer": Thermometer(),
        **parts,
    }
    sample = TwoNode(rng=seeded(seed, "perfusion") if wander else None)
    return SimulatedBench(Tank.magnetherm(), sample, probes, **twins)


def run(bench: SimulatedBench, seconds: float, dt_s: float = 0.2) -> None:
    for _ in range(round(seconds / dt_s)):
        bench.advance(dt_s)


def test_supply_current_becomes_field_heat_and_readings():
    bench = build()
    run(bench, 60.0)
    truth = bench.truth
    assert bench.supply.current_a == pytest.approx(18.0)
    assert bench.supply.voltage_v == pytest.approx(18.0 * 23.5 / 24.6, rel=1e-3)
    assert truth.field_a_per_m == pytest.approx(18.0 * 744.05, rel=1e-3)
    assert truth.frequency_hz == FREQUENCY_HZ
    assert truth.hf_a_per_m_s == truth.field_a_per_m * FREQUENCY_HZ
    assert truth.core_c > truth.margin_c > truth.healthy_c > truth.body_c == 37.0
    assert truth.tumour_max_c == truth.core_c > 39.0
    core_c, margin_c, healthy_c, body_c = bench.thermometer.temperatures
    assert truth.core_c - 0.2 < core_c < truth.core_c
    assert core_c > margin_c > healthy_c > body_c == pytest.approx(37.0)


def test_readings_are_there_before_time_has_passed():
    assert build().thermometer.temperatures == [37.0] * 4


@pytest.mark.parametrize("dt_s", [0.02, 0.5, 5.0])
def test_results_hardly_depend_on_the_length_of_a_tick(dt_s):
    """Set-points change every 5 s; perfusion wanders; 60 s of it."""
    benches = build(wander=True), build(wander=True)
    for k in range(12):
        for bench, step_s in zip(benches, (0.1, dt_s), strict=True):
            bench.supply.set_current_a = (18.0, 9.0, 14.0)[k % 3]
            run(bench, 5.0, step_s)
    one, other = (bench.truth for bench in benches)
    assert other.core_c == pytest.approx(one.core_c, abs=5e-5)
    assert other.healthy_c == pytest.approx(one.healthy_c, abs=5e-5)
    assert other.field_a_per_m == pytest.approx(one.field_a_per_m, rel=1e-9)
    readings = [bench.thermometer.temperatures for bench in benches]
    assert readings[1] == pytest.approx(readings[0], abs=5e-5)
    assert one.core_c > 38.0


def history(seed: int) -> list[tuple[float | None, ...]]:
    bench = build(seed, noise_c=0.05, wander=True)
    rows = []
    for _ in range(300):
        bench.advance(0.2)
        rows.append((*bench.thermometer.temperatures, bench.truth.core_c))
    return rows


def test_a_seed_gives_the_same_run_bit_for_bit_and_another_does_not():
    assert history(7) == history(7)
    assert history(7) != history(8)


def test_each_noise_source_has_its_own_generator():
    assert seeded(1, "probe core").random() == seeded(1, "probe core").random()
    draws = {
        seeded(seed, name).random() for seed in (0, 1, 11) for name in ("1", "core")
    }
    assert len(draws) == 6


@pytest.mark.parametrize("part", ["supply", "generator"])
def test_no_field_while_either_output_is_off(part):
    bench = build()
    getattr(bench, part).output_on = False
    run(bench, 5.0)
    assert bench.truth.field_a_per_m == 0.0
    assert bench.truth.core_c == pytest.approx(37.0, abs=1e-9)
    assert bench.take_max_hf_a_per_m_s() == 0.0


def test_field_ends_soon_after_the_supply_goes_off():
    bench = build()
    run(bench, 5.0)
    bench.supply.output_on = False
    run(bench, 0.4)
    assert bench.supply.current_a < 0.001
    assert bench.truth.field_a_per_m < 1.0


def test_the_order_of_switching_off_is_seen():
    wrong, right = build(), build()
    for bench in (wrong, right):
        run(bench, 2.0)
    wrong.generator.output_on = False
    right.supply.output_on = False
    for bench in (wrong, right):
        run(bench, 1.0)
    right.generator.output_on = False
    run(right, 1.0)
    assert wrong.tank.ungated_live_s == pytest.approx(1.0)
    assert right.tank.ungated_live_s == 0.0


def test_detuning_at_constant_current_raises_the_true_field():
    bench = build(supply=Supply(set_voltage_v=45.0))
    run(bench, 2.0)
    tuned = bench.truth.field_a_per_m
    bench.tank.detuning = 0.005
    run(bench, 2.0)
    assert bench.truth.field_a_per_m == pytest.approx(1.22 * tuned, rel=0.01)


def test_the_largest_product_within_a_tick_is_kept_until_it_is_asked_for():
    bench = build()
    run(bench, 2.0)
    high = bench.truth.hf_a_per_m_s
    assert bench.take_max_hf_a_per_m_s() == pytest.approx(high)
    bench.supply.set_current_a = 5.0
    bench.advance(0.2)
    assert bench.take_max_hf_a_per_m_s() == pytest.approx(high)
    run(bench, 1.0)
    bench.take_max_hf_a_per_m_s()
    bench.advance(0.2)
    low = bench.truth.hf_a_per_m_s
    assert bench.take_max_hf_a_per_m_s() == pytest.approx(low)
    assert low < 0.3 * high


def test_wires_let_their_instruments_time_pass():
    clocked = Clocked()
    bench = build(lines=(Line(clocked),))
    bench.advance(0.2)
    bench.advance(0.35)
    bench.advance(0.0)
    assert clocked.passed_s == [0.2, 0.35, 0.0]


def test_a_real_supply_s_field_heats_the_simulated_sample():
    bench = build(supply=None, generator=None)
    for _ in range(300):
        bench.advance(0.2, field_a_per_m=13_400.0, frequency_hz=FREQUENCY_HZ)
    inside = build()
    run(inside, 60.0)
    assert bench.truth.field_a_per_m == 13_400.0
    assert bench.truth.core_c == pytest.approx(inside.truth.core_c, abs=0.02)
    largest = bench.take_max_hf_a_per_m_s()
    assert largest == 13_400.0 * FREQUENCY_HZ


def test_a_real_supply_with_a_simulated_generator():
    bench = build(supply=None)
    bench.advance(0.2, field_a_per_m=10_000.0)
    assert bench.truth.hf_a_per_m_s == 10_000.0 * FREQUENCY_HZ
    bench.advance(0.2)
    assert bench.truth.field_a_per_m == 0.0


def test_a_real_generator_with_a_simulated_supply():
    bench = build(generator=None)
    for _ in range(10):
        bench.advance(0.2, frequency_hz=FREQUENCY_HZ)
    assert bench.truth.field_a_per_m == pytest.approx(18.0 * 744.05, rel=1e-3)


def test_a_real_thermometer_leaves_the_rest_at_work():
    bench = build(thermometer=None)
    run(bench, 10.0)
    assert bench.truth.core_c > 37.3


@pytest.mark.parametrize("dt_s", [-0.1, math.nan, math.inf])
def test_time_never_runs_backward(dt_s):
    with pytest.raises(ValueError, match="cannot advance"):
        build().advance(dt_s)


def test_an_unplugged_probe_leaves_its_channel_empty():
    bench = build()
    bench.probes[2].unplugged = True
    bench.advance(0.2)
    assert bench.thermometer.temperatures[1] is None
    assert None not in bench.thermometer.temperatures[2:]
