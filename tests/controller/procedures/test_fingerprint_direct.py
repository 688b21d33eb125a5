"""The fingerprint of a heater and of an amplifier, and the pulse that proves off."""

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from controller.bench import How, open_bench
from controller.config.loading import Loaded, load
from controller.decisions.signals import NAN, Drive
from controller.guardian.link import SimulatedGuardian
from controller.host.stop_signals import StopSignal
from controller.instruments.switching import OffReport
from controller.procedures.fingerprint import Fingerprint, take_fingerprint
from controller.procedures.fingerprint_direct import Shown, judged_direct
from controller.procedures.fingerprint_found import MOST_CURRENT_S, Parts
from controller.procedures.proof_pulse import prove_off
from controller.rehearsal import Fault, rehearse
from simulators.line import Line
from tests.controller.procedures.test_proof_pulse import Hand
from tests.controller.procedures.test_start_up import inside
from tests.controller.rig import CONFIGS

HEATER = load(CONFIGS / "dry_run_induction_heater.toml")
AMPLIFIER = load(CONFIGS / "dry_run_amplifier.toml")
PARTS = Parts("9 turns", "200 nF", 0.0353)
UNKNOWN = Parts("9 turns", "")


class CurrentClock:
    """Counts the time with a field of more than a tenth of the fingerprint's."""

    def __init__(self, bench: Any) -> None:
        self._bench, self.on_s = bench, 0.0

    def receive(self, data: bytes) -> bytes:
        return b""

    def advance(self, dt_s: float) -> bytes:
        self.on_s += dt_s if self._bench.field_a_per_m > 130.0 else 0.0
        return b""


def fingerprint(
    loaded: Loaded, *faults: Fault, parts: Parts | None = None
) -> tuple[Fingerprint, OffReport]:
    if parts is None:
        parts = PARTS if loaded is HEATER else UNKNOWN
    with open_bench(loaded, How(seed=1)) as bench:
        assert bench.simulation is not None
        rehearse(bench.simulation, loaded.bench, faults, 1)
        simulated = bench.simulation.bench
        clock = CurrentClock(simulated)
        simulated.lines = (*simulated.lines, Line(clock))
        guardian = SimulatedGuardian(loaded.settings.period_s, bench.link.clock.now)
        found, report = take_fingerprint(
            bench.link, loaded.settings, parts, StopSignal(), guardian
        )
        bench.link.clock.wait(0.5)
        assert clock.on_s <= MOST_CURRENT_S and found.current_s <= MOST_CURRENT_S
        assert simulated.field_a_per_m < 10.0
        hf = simulated.take_max_hf_a_per_m_s()
        assert hf <= 0.2 * loaded.settings.ceiling.limit_a_per_m_s
    return found, report


@pytest.mark.parametrize("loaded", [HEATER, AMPLIFIER])
def test_the_calibrated_applicator_is_known(loaded: Loaded) -> None:
    found, report = fingerprint(loaded)
    assert not found.problem and report.confirmed and not found.waived
    assert found.sentence.startswith("the applicator is the calibrated one: resonance")
    assert found.current_s > 0.2


@pytest.mark.parametrize(
    ("loaded", "fault", "problem"),
    [
        (HEATER, Fault("coil-exchanged", at_s=0.0, size=18.0), "wrong coil?.* W at"),
        (HEATER, Fault("coil-exchanged", at_s=0.0, size=17.0), "wrong capacitor?"),
        (HEATER, Fault("capacitor-exchanged", at_s=0.0), "wrong capacitor?"),
        (HEATER, Fault("detuned", at_s=0.0, size=0.01), "wrong capacitor?"),
        (
            AMPLIFIER,
            Fault("coil-exchanged", at_s=0.0, size=18.0),
            "wrong coil or sensor?.* A/m",
        ),
        (
            AMPLIFIER,
            Fault("gain-changed", at_s=0.0, size=1.2),
            "wrong coil or sensor?.*another",
        ),
        (AMPLIFIER, Fault("pickup-fallen", at_s=0.0), "the field sensor cannot"),
        (AMPLIFIER, Fault("pickup-turned", at_s=0.0, size=50.0), "turned, by about 5"),
        (AMPLIFIER, Fault("frequency-pulled", "generator", at_s=0.0), "wrong capacit"),
    ],
)
def test_another_one_is_refused_by_name(
    loaded: Loaded, fault: Fault, problem: str
) -> None:
    found, report = fingerprint(loaded, fault)
    assert re.search(problem.replace("?", r"\?"), found.problem), found
    assert report.confirmed


def test_a_heater_that_cannot_tell_its_coil_heats_no_tissue() -> None:
    found, _ = fingerprint(HEATER, parts=UNKNOWN)
    assert found.problem.startswith("the applicator cannot be known: nothing tells")
    assert "add a [field_sensor]" in found.problem
    said = re.search(r"load_ohm, its P/I² \(now (0\.0\d+) ohm\)", found.problem)
    assert said is not None and float(said[1]) == pytest.approx(0.0353, rel=0.1)
    ceiling = replace(HEATER.settings.ceiling, profile="no-tissue")
    vial = replace(HEATER, settings=replace(HEATER.settings, ceiling=ceiling))
    found, _ = fingerprint(vial, parts=UNKNOWN)
    assert not found.problem and found.waived and found.waived in found.sentence


def shown(power_w: float, current_a: float, frequency_hz: float = 161e3) -> Shown:
    drive = Drive(current_a, NAN, True, frequency_hz, True, 0.0, 0.0)
    return Shown(12.8, drive, power_w)


@pytest.mark.parametrize(
    ("power_w", "current_a", "frequency_hz", "problem"),
    [
        (6.0, 12.8, 161e3, ""),
        (5.0, 12.8, 161e3, ""),  # half a watt of 5.8 is within the display's step
        (4.0, 12.8, 161e3, "wrong coil?"),
        (8.0, 12.8, 161e3, "wrong coil?"),
        (6.0, 12.8, 162e3, ""),
        (6.0, 12.8, 163e3, "wrong capacitor?"),
        (6.0, 12.8, NAN, "wrong capacitor?"),
        (0.0, 1.0, 161e3, "the coil draws no current"),
        (0.0, 0.0, 161e3, "the coil draws no current"),
        (NAN, 12.8, 161e3, "wrong coil?"),
        (1.0, 6.5, 161e3, "the applicator cannot be known: less than 2 W"),
    ],
)
def test_displays_have_steps(
    power_w: float, current_a: float, frequency_hz: float, problem: str
) -> None:
    found = judged_direct(
        shown(power_w, current_a, frequency_hz), HEATER.settings, PARTS
    )
    assert found.problem.startswith(problem) and bool(found.problem) is bool(problem)


@pytest.mark.parametrize(
    ("config", "mischief", "problem"),
    [
        ("induction_heater", lambda bench: None, "$"),
        ("amplifier", lambda bench: None, "$"),
        (
            "induction_heater",
            lambda bench: setattr(bench.twins["heater"], "front_panel", True),
            r"heater: .* A were set, 0 A read back|the pulse is not seen",
        ),
        (
            "amplifier",
            lambda bench: setattr(bench.bench.pickup, "fallen_off", True),
            r"the pulse is not seen: expected .* A/m \(no-signal\) within 1 s",
        ),
    ],
)
def test_a_pulse_proves_what_switches_off(
    tmp_path: Path, config: str, mischief: Callable[[Any], object], problem: str
) -> None:
    path = CONFIGS / f"dry_run_{config}.toml"
    with inside(tmp_path, "real", path) as opened:
        hand: Any = Hand(opened, mischief)
        proof = prove_off(opened.bench, opened.loaded.settings, opened.stop, hand)
        opened.recorder.finish({})
    assert re.match(problem, proof.problem), proof.problem
    assert proof.off.confirmed and hand.asked == (0 if proof.problem else 1)
    if not proof.problem:
        assert re.search(
            r"a pulse of \d+\.\d\d A is seen as \d+\.\d\d A", proof.sentence
        )


def test_an_amplifier_stuck_on_is_off_by_its_amplitude_and_does_not_start() -> None:
    stuck = Fault("stuck-on", "generator", at_s=0.0)
    found, report = fingerprint(AMPLIFIER, stuck)
    assert report.confirmed and report.stuck == "generator: the output is still on"
    assert found.problem == report.stuck
    assert report.sentence == f"field off, as scope measures; but {report.stuck}"


def test_a_sensor_that_saw_nothing_confirms_nothing() -> None:
    """It may have fallen off: what it does not see now proves nothing."""
    stuck = Fault("stuck-on", "generator", at_s=0.0)
    _, report = fingerprint(AMPLIFIER, stuck, Fault("pickup-fallen", at_s=0.0))
    assert not report.confirmed and report.stuck
    assert report.sentence.startswith("FIELD OFF IS NOT CONFIRMED: generator: the outp")
