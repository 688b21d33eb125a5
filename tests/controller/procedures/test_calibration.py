"""The field calibration on a simulated bench: right, bounded, and off in every end."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from controller.bench import How, OpenBench, open_bench
from controller.config.loading import Loaded, load
from controller.guardian.link import SimulatedGuardian
from controller.host.stop_signals import StopSignal
from controller.procedures.calibration import (
    FieldResult,
    calibrate_field,
    frequencies,
    low_voltage,
)
from controller.procedures.calibration_hands import CalibrationEnded, Hands
from tests.controller.instruments.test_safeguards import EA, LINES
from tests.controller.rig import CONFIGS


@pytest.fixture(scope="module")
def loaded() -> Loaded:
    return load(CONFIGS / "dry_run.toml")


def with_physics(loaded: Loaded, **changes: Any) -> Loaded:
    physics = loaded.bench.simulation.model_copy(update=changes)
    return replace(loaded, bench=replace(loaded.bench, simulation=physics))


@dataclass
class Done:
    """How a calibration ended, and what the simulated coil saw."""

    result: FieldResult | None
    sentence: str
    off: bool
    highest_share: float
    true_per_m: float
    resonance_hz: float
    supply_on: bool
    generator_on: bool
    ungated_s: float


def calibrated(
    loaded: Loaded,
    at_point: Callable[[int, OpenBench, Hands], None] = lambda n, bench, hands: None,
    seed: int = 1,
) -> Done:
    """Calibrate; ``at_point`` may break something after each point."""
    with open_bench(loaded, How(seed=seed)) as bench:
        link, seen = bench.link, [0]
        guardian = SimulatedGuardian(loaded.settings.period_s, link.clock.now)
        hands = Hands(link, loaded.settings, StopSignal(), guardian)

        def tell(message: dict[str, Any]) -> None:
            seen[0] += 1
            at_point(seen[0], bench, hands)

        hands.tell = tell
        assert link.safeguards.arm() == []
        result, sentence = None, ""
        try:
            result = calibrate_field(hands)
        except CalibrationEnded as error:
            sentence = str(error)
        off = link.switch_off()
        assert bench.simulation is not None
        physics, twins = bench.simulation.bench, bench.simulation.twins
        limit = loaded.settings.ceiling.limit_a_per_m_s
        return Done(
            result,
            sentence,
            off.confirmed,
            physics.take_max_hf_a_per_m_s() / limit,
            physics.tank.coil_gain * physics.tank.field_per_ampere_per_m,
            physics.tank.resonance_hz,
            twins["psu"].output_on,
            twins["generator"].output_on,
            physics.tank.ungated_live_s,
        )


def assert_off(done: Done) -> None:
    assert done.off
    assert not done.supply_on
    assert not done.generator_on
    assert done.ungated_s == 0.0  # the gate drive stopped after the supply
    assert done.highest_share < 0.7


@pytest.mark.parametrize(
    ("gain", "detuning"), [(1.0, 0.0), (1.05, 0.004), (0.95, -0.02)]
)
def test_finds_another_coil_than_the_config_believes(
    loaded: Loaded, gain: float, detuning: float
) -> None:
    physics = {"coil_gain": gain, "detuning": detuning, "pickup_error": 0.0}
    done = calibrated(with_physics(loaded, **physics))
    assert done.result is not None
    fit, resonance = done.result.fit, done.result.resonance
    assert fit.field_per_ampere_per_m == pytest.approx(done.true_per_m, rel=3e-3)
    assert fit.uncertainty <= 0.03
    assert not fit.doubts
    error_hz = abs(resonance.resonance_hz - done.resonance_hz)
    assert error_hz <= 0.05 * resonance.half_power_hz
    assert_off(done)


def test_watchdog_and_relay_are_fed_by_healthy_hands(tmp_path: Path) -> None:
    text = (CONFIGS / "dry_run.toml").read_text(encoding="utf-8")
    assert EA[0] in text
    text = text.replace(EA[0], f'driver = "{EA[1]}"\nmodel = "{EA[2]}"')
    path = tmp_path / "bench.toml"
    path.write_text(text + LINES, encoding="utf-8")
    done = calibrated(load(path))
    assert done.result is not None, done.sentence
    assert_off(done)


def test_error_of_the_pickup_is_the_error_of_the_result(loaded: Loaded) -> None:
    done = calibrated(with_physics(loaded, pickup_error=0.02))
    assert done.result is not None
    found_per_m = done.result.fit.field_per_ampere_per_m
    assert found_per_m == pytest.approx(1.02 * done.true_per_m, rel=3e-3)
    low_per_m, high_per_m = done.result.fit.interval_per_m
    assert low_per_m < done.true_per_m < high_per_m


def fall_off(n: int, bench: OpenBench, hands: Hands) -> None:
    if n == 22:
        assert bench.simulation is not None
        bench.simulation.bench.pickup.fallen_off = True  # type: ignore[union-attr]


def turn_back(n: int, bench: OpenBench, hands: Hands) -> None:
    assert bench.simulation is not None
    bench.simulation.bench.pickup.turned_deg = 60.0  # type: ignore[union-attr]


def stop(n: int, bench: OpenBench, hands: Hands) -> None:
    if n == 5:
        hands.stop.name = "SIGINT"


def trip(n: int, bench: OpenBench, hands: Hands) -> None:
    if n == 25:
        assert bench.simulation is not None
        bench.simulation.twins["psu"].trip("over-temperature")


def stop_generator(n: int, bench: OpenBench, hands: Hands) -> None:
    if n == 25:
        assert bench.simulation is not None
        bench.simulation.twins["generator"].output_on = False


def sleep(n: int, bench: OpenBench, hands: Hands) -> None:
    if n == 25:
        clock: Any = bench.link.clock
        clock.jumped_s = lambda: 61.0


@pytest.mark.parametrize(
    ("breaks", "words"),
    [
        (sleep, "this computer slept"),
        (fall_off, "no usable reading of the field sensor"),
        (turn_back, "turned by 60°"),
        (stop, "stopped by the operator (SIGINT)"),
        (trip, "tripped: "),
        (stop_generator, "generator's output is off"),
    ],
)
def test_ends_safe_and_says_why(
    loaded: Loaded, breaks: Callable[[int, OpenBench, Hands], None], words: str
) -> None:
    done = calibrated(loaded, breaks)
    assert words in done.sentence
    assert done.result is None
    assert done.off
    assert not done.supply_on
    assert not done.generator_on


def test_capacitor_that_resonates_elsewhere_is_not_found(loaded: Loaded) -> None:
    done = calibrated(with_physics(loaded, capacitance_f=88e-9))
    assert done.result is None
    assert "another capacitor" in done.sentence
    assert done.off


def test_sweep_stays_low_and_inside_constant_voltage(loaded: Loaded) -> None:
    applicator = loaded.settings.applicator
    current_a, voltage_v = low_voltage(loaded.settings)
    assert voltage_v / applicator.tuned_ohm < current_a
    field = current_a * applicator.field_per_ampere_per_m
    product = field * loaded.settings.ceiling.frequency_max_hz
    assert product <= 0.30 * loaded.settings.ceiling.limit_a_per_m_s
    assert frequencies(1000.0, 100.0, 5) == [900.0, 950.0, 1000.0, 1050.0, 1100.0]
