"""What the proof before a run refuses: other trips, no pulse, an unsafe guardian."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from controller.guardian.link import SimulatedGuardian
from controller.procedures.proof_pulse import prove_off
from controller.procedures.readiness import Ready
from tests.controller.instruments.test_safeguards import short_config
from tests.controller.procedures.test_start_up import inside
from tests.controller.rig import CONFIGS


class Hand(SimulatedGuardian):
    """A guardian of simulated time that can be asked to switch off, as a process can.

    ``mischief`` is done once the bench is prepared, before the pulse.
    """

    def __init__(self, opened: Ready, mischief: Callable[[Any], object]) -> None:
        clock = opened.bench.link.clock
        super().__init__(opened.loaded.settings.period_s, clock.now)
        self._simulation, self._mischief = opened.bench.simulation, mischief
        self.asked = 0

    def ticked(self) -> None:
        super().ticked()
        self._mischief(self._simulation)

    def switches_off(self) -> dict[str, Any]:
        self.asked += 1
        assert self._simulation is not None
        for name in ("psu", "generator", "heater"):
            twin = self._simulation.twins.get(name)
            if twin is not None:
                twin.output_on = False
        return {"confirmed": True, "sentence": "off", "took_s": 0.0}


TOO_MUCH = ("set_power_w", 1500.0)
NO_PULSE = r"the pulse is not seen: expected 1\.7\d A, 1\d{3} A/m, measured "


@pytest.mark.parametrize(
    ("config", "mischief", "problem"),
    [
        ("dry_run_short", lambda bench: None, "$"),
        (
            "dry_run_short",
            lambda bench: setattr(bench.twins["psu"], "over_current_a", 24.0),
            r"psu: a trip of 17\.\d\d A was programmed, 24\.00 A is read back$",
        ),
        (
            "dry_run_short",
            lambda bench: setattr(bench.twins["psu"], "over_voltage_v", 30.0),
            r"psu: a trip of 1\d\.\d\d V was programmed, 30\.00 V is read back$",
        ),
        (
            "dry_run_short",
            lambda bench: setattr(bench.twins["psu"], "ignores_set", True),
            NO_PULSE + r"0\.0\d A within 1 s, limit half of it$",
        ),
        (
            "dry_run",
            lambda bench: setattr(bench.bench.pickup, "fallen_off", True),
            NO_PULSE,
        ),
    ],
)
def test_what_is_not_proven_is_no_start(
    tmp_path: Path, config: str, mischief: Callable[[Any], object], problem: str
) -> None:
    """A trip that is another by now, or a field that nobody sees: off, in words."""
    with inside(tmp_path, "real", CONFIGS / f"{config}.toml") as opened:
        hand: Any = Hand(opened, mischief)
        settings = opened.loaded.settings
        proof = prove_off(opened.bench, settings, opened.stop, hand)
        opened.recorder.finish({})
    assert re.match(problem, proof.problem), proof.problem
    assert proof.off.confirmed and hand.asked == (0 if proof.problem else 1)
    assert (proof.problem or "trips of") in proof.sentence


class Boaster(Hand):
    """Says that it has switched off, and has not."""

    def switches_off(self) -> dict[str, Any]:
        self.asked += 1
        return {"confirmed": True, "sentence": "off", "took_s": 0.0}


def test_a_guardian_is_not_taken_at_its_word(tmp_path: Path) -> None:
    with inside(tmp_path, "real") as opened:
        hand: Any = Boaster(opened, lambda bench: None)
        proof = prove_off(opened.bench, opened.loaded.settings, opened.stop, hand)
        opened.recorder.finish({})
    said = "after the guardian switched off: psu: the output is still on"
    assert proof.problem == said and hand.asked == 1
    assert proof.off.confirmed


def test_an_output_that_does_not_go_off_gets_no_pulse(tmp_path: Path) -> None:
    with inside(tmp_path, "real") as opened:
        assert opened.bench.simulation is not None
        supply = opened.bench.simulation.twins["psu"]
        supply.switch(True)
        supply.stuck_on = True
        hand: Any = Hand(opened, lambda bench: None)
        proof = prove_off(opened.bench, opened.loaded.settings, opened.stop, hand)
        opened.recorder.finish({})
    assert proof.problem.startswith("FIELD OFF IS NOT CONFIRMED: psu: ")
    assert not proof.off.confirmed and hand.asked == 0 and proof.detail == {}


def test_trips_that_a_supply_does_not_take_are_no_start(tmp_path: Path) -> None:
    with inside(tmp_path, "real") as opened:
        assert opened.bench.simulation is not None
        line = opened.bench.simulation.lines["psu"]
        line.garble = lambda answer: re.sub(rb"^CP1 .*", b"CP1 24.0\r", answer)
        hand: Any = Hand(opened, lambda bench: None)
        proof = prove_off(opened.bench, opened.loaded.settings, opened.stop, hand)
        assert not opened.bench.simulation.twins["psu"].output_on
        opened.recorder.finish({})
    assert "were set, (" in proof.problem and "24.0) read" in proof.problem


def test_a_supply_rated_for_less_than_the_coil_needs_may_start(tmp_path: Path) -> None:
    """Its limit of power is its rating then; one that is too high is no start."""
    config = short_config(tmp_path, "", "PSI 9080-60")
    with inside(tmp_path, "real", config) as opened:
        assert opened.bench.simulation is not None
        line, settings = opened.bench.simulation.lines["psu"], opened.loaded.settings
        hand: Any = Hand(opened, lambda bench: None)
        line.garble = lambda answer: re.sub(rb"^(1500|334) W", b"250 W", answer)
        proofs = [prove_off(opened.bench, settings, opened.stop, hand)]
        line.garble = lambda answer: answer
        hand = Hand(opened, lambda bench: setattr(bench.twins["psu"], *TOO_MUCH))
        proofs.append(prove_off(opened.bench, settings, opened.stop, hand))
        opened.recorder.finish({})
    assert proofs[0].problem == ""
    assert "a limit of 250 W" in proofs[0].sentence
    assert re.search(r"333\.\d+ W was programmed, 1500\.00 W", proofs[1].problem)
