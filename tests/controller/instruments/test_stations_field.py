"""The pick-up coil from the simulated field to what the loop measures."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from controller.bench import How, OpenBench, open_bench
from controller.commands.bench import off
from controller.commands.run import run
from controller.config.loading import load
from controller.decisions.signals import Command, Drive
from controller.instruments.stations_field import PickUpCoil, why_no_signal
from controller.loop import COMPLETED
from tests.controller.rig import CONFIGS

LOADED = load(CONFIGS / "dry_run.toml")
CURRENT_A = 8.0
TRUE_A_PER_M = CURRENT_A * 744.05


def drive_at(bench: OpenBench, current_a: float = CURRENT_A, ticks: int = 8) -> Drive:
    """Switch on at a current and return what is read after some ticks."""
    link = bench.link
    if not link.energised:
        link.prepare()
    volts_v = 1.1 * 0.955 * current_a
    for _ in range(ticks):
        t_s, _ = link.clock.tick()
        measured = link.measure(t_s, 0.0, (), ())
        link.apply(
            Command(0.0, 161270.0, current_a, volts_v, True, 0.1, 0.0, False, "")
        )
    assert measured.drive is not None
    return measured.drive


def pickup_of(bench: OpenBench) -> Any:
    assert bench.simulation is not None
    return bench.simulation.bench.pickup


def test_field_of_a_voltage() -> None:
    coil = PickUpCoil(turns=2, area_m2=1e-4, attenuation=10.0, angle_deg=60.0)
    # 2 pi 100 kHz mu0 · 2 · 1e-4 m² · cos 60° · 1000 A/m = 78.957 mV
    assert coil.field_a_per_m(7.8957e-3, 100e3) == pytest.approx(1000.0, rel=1e-4)


def test_what_is_read_is_the_true_field_within_the_stated_uncertainty() -> None:
    errors = set()
    for seed in range(6):
        with open_bench(LOADED, How(seed=seed)) as bench:
            drive = drive_at(bench)
            error = pickup_of(bench).error
        assert drive.field_quality == "ok"
        assert drive.field_frequency_hz == pytest.approx(161270.0, rel=2e-3)
        read = drive.field_a_per_m / TRUE_A_PER_M
        assert read == pytest.approx(1.0 + error, rel=0.01)
        assert abs(error) <= 0.03
        errors.add(error)
    assert len(errors) == 6


def test_it_is_read_as_often_as_the_config_says() -> None:
    with open_bench(LOADED, How(seed=1)) as bench:
        times_s = {drive_at(bench, ticks=1).field_taken_s for _ in range(20)}
    assert len(times_s) == 7  # 20 ticks of 0.2 s; from 0.5 s on means each third


@pytest.mark.parametrize(
    ("switch", "quality"),
    [
        ("disconnected", "no-signal"),
        ("wrong_channel", "no-signal"),
        ("saturated", "clipped"),
        ("rms_for_peak", "rms-for-peak"),
    ],
)
def test_a_signal_that_cannot_be_used_is_no_number(switch: str, quality: str) -> None:
    with open_bench(LOADED, How(seed=1)) as bench:
        assert drive_at(bench).field_quality == "ok"
        setattr(pickup_of(bench).scope, switch, True)
        drive = drive_at(bench)
        report = bench.link.switch_off()
    assert drive.field_quality == quality
    assert drive.field_a_per_m != drive.field_a_per_m
    assert report.confirmed


def test_a_coil_that_fell_off_or_turned_reads_low_or_nothing() -> None:
    with open_bench(LOADED, How(seed=1)) as bench:
        straight = drive_at(bench)
        pickup_of(bench).turned_deg = 30.0
        turned = drive_at(bench)
        pickup_of(bench).fallen_off = True
        fallen = drive_at(bench)
    ratio = turned.field_a_per_m / straight.field_a_per_m
    assert ratio == pytest.approx(0.866, abs=0.01)
    assert fallen.field_quality == "no-signal"


def test_off_is_not_confirmed_while_a_field_is_measured() -> None:
    with open_bench(LOADED, How(seed=1)) as bench:
        drive_at(bench)
        pickup = pickup_of(bench)
        sense = pickup.sense
        pickup.sense = lambda field_a_per_m, frequency_hz: sense(4000.0, 161270.0)
        report = bench.link.switch_off()
        assert not report.confirmed and "A/m is still there" in report.sentence
        pickup.sense = sense
        report = bench.link.switch_off()
        assert report.confirmed and "no field is measured" in report.sentence


def test_a_silent_oscilloscope_takes_nothing_from_the_proof() -> None:
    with open_bench(LOADED, How(seed=1)) as bench:
        drive_at(bench)
        assert bench.simulation is not None
        bench.simulation.lines["scope"].silent = True
        drive = drive_at(bench)
        assert drive.field_quality == "lost"
        report = bench.link.switch_off()
    assert report.confirmed and "scope" in report.sentence


def test_why_there_is_no_amplitude() -> None:
    nan = float("nan")
    sine = [0.0, 0.7071, 1.0, 0.7071, 0.0, -0.7071, -1.0, -0.7071]
    assert why_no_signal([], 0.01) == "no-signal"
    assert why_no_signal([0.001, -0.001], 0.01) == "no-signal"
    assert why_no_signal([*sine, nan], 0.01) == "clipped"
    assert why_no_signal(sine, 0.01) == "rms-for-peak"
    assert why_no_signal([1.0, -1.0], 0.01) == "no-sine"


@pytest.mark.parametrize("kind", ["induction_heater", "amplifier"])
def test_other_kinds_of_applicator_complete(
    tmp_path: Path, kind: str, capsys: pytest.CaptureFixture[str]
) -> None:
    config = CONFIGS / f"dry_run_{kind}.toml"
    code = run(config, out=tmp_path, real_time=False, json=False, seed=1)
    assert code == COMPLETED
    assert off(config) == COMPLETED
    assert "field off, confirmed by read-back" in capsys.readouterr().out


def test_a_heater_s_timer_is_its_watchdog() -> None:
    loaded = load(CONFIGS / "dry_run_induction_heater.toml")
    with open_bench(loaded, How(seed=1)) as bench:
        link = bench.link
        link.prepare()
        on = Command(0.0, 161270.0, 20.0, 0.0, True, 0.1, 0.0, False, "")
        for _ in range(150):
            t_s, _ = link.clock.tick()
            drive = link.measure(t_s, 0.0, (), ()).drive
            link.apply(on)
        assert drive is not None and drive.output_on  # 15 s with a timer of 5 s
        assert drive.current_a == pytest.approx(20.0, abs=0.2)
        assert drive.frequency_hz == pytest.approx(161270.0, abs=500.0)
        link.clock.wait(5.5)  # nobody speaks to it
        link.clock.wait(0.5)
        assert bench.simulation is not None
        assert not bench.simulation.twins["heater"].output_on
        assert bench.simulation.bench.truth.field_a_per_m < 1.0


def test_a_generator_that_cannot_be_asked_is_measured_by_the_field() -> None:
    blind = LOADED.bench.instruments["generator"].model_copy(
        update={"driver": "aimtti_tg", "model": "TG2000"}
    )
    instruments = {**LOADED.bench.instruments, "generator": blind}
    loaded = replace(LOADED, bench=replace(LOADED.bench, instruments=instruments))
    with open_bench(loaded, How(seed=1)) as bench:
        drive = drive_at(bench)
        assert drive.frequency_hz != drive.frequency_hz and drive.generator_on
        assert drive.field_frequency_hz == pytest.approx(161270.0, rel=2e-3)
        assert bench.link.switch_off().confirmed
        assert not bench.link.generator.output_on


def test_the_generator_follows_the_command_s_frequency() -> None:
    with open_bench(LOADED, How(seed=1)) as bench:
        drive_at(bench)
        for wanted_hz in (161900.0, 160800.0):
            command = Command(0.0, wanted_hz, 8.0, 8.4, True, 0.1, 0.0, False, "")
            bench.link.apply(command)
            t_s, _ = bench.link.clock.tick()
            drive = bench.link.measure(t_s, 0.0, (), ()).drive
            assert drive is not None and drive.frequency_hz == wanted_hz
