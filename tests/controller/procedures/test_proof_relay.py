"""The proof of the watchdog relay: one that cuts the current, and those that do not."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from controller.bench import How, open_bench
from controller.campaign import Job, cases, run_one
from controller.cli import app
from controller.config.loading import load
from controller.guardian.link import SimulatedGuardian
from controller.host.stop_signals import StopSignal
from controller.loop import COMPLETED, ENDED
from controller.procedures.proof_pulse import Proof, prove_off
from controller.procedures.proof_relay import prove_relay
from controller.procedures.readiness import Ready, Wanted, ready
from controller.recording.run_file import Run
from controller.rehearsal import Fault, rehearse
from simulators.line import Line
from tests.controller.instruments.test_safeguards import LINES, short_config
from tests.controller.procedures.test_start_up import ANSWERS, inside, start
from tests.controller.rig import CONFIGS
from tests.controller.served import quick, sentences, served_bench

SOME_A = 0.2
LEAVES_ON = ("relay-welded", "relay-unwired", "relay-steady")
REFUSED = r"the relay on lines does not cut psu: expected no current {hold_s:g} s "


def holding(hold_s: float) -> str:
    return f"{LINES}relay_hold_s = {hold_s}\n"


class Bursts:
    """How long current flowed each time, by what makes it itself."""

    def __init__(self, flows: Callable[[], bool]) -> None:
        self._flows, self.each_s = flows, [0.0]

    def receive(self, data: bytes) -> bytes:
        return b""

    def advance(self, dt_s: float) -> bytes:
        if self._flows():
            self.each_s[-1] += dt_s
        elif self.each_s[-1]:
            self.each_s.append(0.0)
        return b""


def proof_of(config: Path, *kinds: str, arm: bool = False) -> tuple[Proof, list[float]]:
    """Prove the relay of a simulated bench; return it with the bursts of field in s."""
    loaded = load(config)
    with open_bench(loaded, How(seed=1)) as bench:
        assert bench.simulation is not None
        physics = bench.simulation.bench
        bursts = Bursts(lambda: physics.truth.field_a_per_m > 100.0)
        physics.lines = (*physics.lines, Line(bursts))
        if arm:
            assert bench.link.safeguards.arm() == []
        faults = [Fault(kind, "lines", at_s=0.0) for kind in kinds]
        rehearse(bench.simulation, loaded.bench, faults, 1)
        now = bench.link.clock.now
        guardian = SimulatedGuardian(loaded.settings.period_s, now)
        proof = prove_relay(bench, loaded.settings, StopSignal(), guardian)
        assert guardian.faults() == () and not bench.link.energised
        assert proof.off.confirmed
    return proof, bursts.each_s


@pytest.mark.parametrize("supply", ["", "PSI 9080-60"])
@pytest.mark.parametrize("hold_s", [0.6, 1.0, 3.0])
def test_a_relay_that_takes_the_current_away_is_proven(
    tmp_path: Path, supply: str, hold_s: float
) -> None:
    """However long it may hold, no current flows for more than 1 s."""
    config = short_config(tmp_path, holding(hold_s), supply)
    proof, bursts = proof_of(config, arm=bool(supply))
    assert not proof.problem and not proof.detail["waived"]
    assert proof.sentence.startswith("watchdog relay proven: 1.78 A were set, 0.0")
    assert hold_s <= proof.detail["gone_s"] <= hold_s + 0.15
    assert 0.3 < max(bursts) <= 1.0


@pytest.mark.parametrize("kind", LEAVES_ON)
@pytest.mark.parametrize("hold_s", [0.6, 1.0])
def test_a_relay_that_leaves_the_current_on_is_refused(
    tmp_path: Path, kind: str, hold_s: float
) -> None:
    config = short_config(tmp_path, holding(hold_s))
    proof, bursts = proof_of(config, kind)
    assert re.match(REFUSED.format(hold_s=hold_s), proof.problem), proof.problem
    assert "measured 1.78 A after" in proof.problem and proof.detail["waived"] == ""
    assert max(bursts) <= 1.0


def test_a_relay_that_holds_for_longer_than_it_may_is_refused(tmp_path: Path) -> None:
    loaded = load(short_config(tmp_path, holding(0.6)))
    with open_bench(loaded, How(seed=1)) as bench:
        assert bench.simulation is not None
        bench.simulation.twins["lines"].hold_s = 0.9
        guardian = SimulatedGuardian(loaded.settings.period_s, bench.link.clock.now)
        proof = prove_relay(bench, loaded.settings, StopSignal(), guardian)
    assert re.match(REFUSED.format(hold_s=0.6), proof.problem)


@pytest.mark.parametrize("falls_s", [0.45, 0.85, 1.6])
def test_a_relay_that_falls_sooner_than_it_has_to_is_good(
    tmp_path: Path, falls_s: float
) -> None:
    loaded = load(short_config(tmp_path, holding(2.0)))
    with open_bench(loaded, How(seed=1)) as bench:
        assert bench.simulation is not None
        bench.simulation.twins["lines"].hold_s = falls_s
        guardian = SimulatedGuardian(loaded.settings.period_s, bench.link.clock.now)
        proof = prove_relay(bench, loaded.settings, StopSignal(), guardian)
    assert falls_s <= proof.detail["gone_s"] <= falls_s + 0.15, proof


def test_without_a_current_nothing_is_proven(tmp_path: Path) -> None:
    loaded = load(short_config(tmp_path))
    with open_bench(loaded, How(seed=1)) as bench:
        assert bench.simulation is not None
        bench.simulation.twins["psu"].ignores_set = True
        guardian = SimulatedGuardian(loaded.settings.period_s, bench.link.clock.now)
        proof = prove_relay(bench, loaded.settings, StopSignal(), guardian)
    assert proof.problem.startswith(
        "the pulse is not seen: expected 1.78 A, measured 0"
    )
    assert proof.detail["waived"] == proof.problem


def of_kind(folder: Path, name: str, more: str = LINES) -> Path:
    path = folder / f"{name}.toml"
    path.write_text((CONFIGS / f"{name}.toml").read_text("utf-8") + more, "utf-8")
    return path


@pytest.mark.parametrize("name", ["dry_run_induction_heater", "dry_run_amplifier"])
@pytest.mark.parametrize("kind", ["", "relay-unwired"])
def test_other_applicators_are_proven_too(tmp_path: Path, name: str, kind: str) -> None:
    """An amplifier by its field: nothing else reads what its coil carries."""
    proof, bursts = proof_of(of_kind(tmp_path, name), *filter(None, [kind]))
    assert bool(proof.problem) is bool(kind), proof
    assert ("does not cut" in proof.sentence) is bool(kind)
    assert max(bursts) <= 1.0
    assert ("A/m" in proof.sentence) is (name == "dry_run_amplifier")


def test_a_heater_s_own_timer_does_not_stand_in_for_the_relay(tmp_path: Path) -> None:
    proof, bursts = proof_of(
        of_kind(tmp_path, "dry_run_induction_heater", holding(2.0)), "relay-welded"
    )
    assert "too long beside heat_timer_s = 2" in proof.problem and bursts == [0.0]


@pytest.mark.parametrize("kind", ["simulated", "real"])
@pytest.mark.parametrize("fault", ["", "relay-welded"])
def test_a_start_proves_the_relay_after_the_applicator(
    tmp_path: Path, kind: str, fault: str
) -> None:
    more = f'\n[[faults]]\nkind = "{fault}"\non = "lines"\nat_s = 0.0\n' * bool(fault)
    config = short_config(tmp_path, LINES + more)
    answers = ANSWERS if kind == "real" else ()
    with inside(tmp_path, kind, config) as opened:
        outcome, said = start(opened, tmp_path, *answers)
        twins = opened.bench.simulation.twins  # type: ignore[union-attr]
        assert not twins["psu"].output_on and not twins["generator"].output_on
    applicator = next(s for s in said if s.startswith("the applicator is the cali"))
    relay = next(s for s in said if "watchdog relay" in s)
    assert said.index(applicator) == said.index(relay) - 1
    if not fault:
        assert outcome is None and relay.startswith("watchdog relay proven: ")
        return
    assert outcome is not None and outcome.exit_code == ENDED
    assert outcome.sentence.startswith("the watchdog relay is not proven: the relay on")
    assert "field off, confirmed by read-back" in outcome.sentence


@pytest.mark.parametrize("fault", LEAVES_ON)
def test_the_campaign_shows_the_refusal(tmp_path: Path, fault: str) -> None:
    """At the start it is refused; later it harms only together with another fault."""
    config = short_config(tmp_path)
    (case,) = (case for case in cases(load(config)) if case.kind == fault)
    refused = run_one(Job(str(config), case, "start", 1, False))
    assert refused.exit_code == ENDED and refused.codes == ("start-up",)
    assert "does not cut psu" in refused.sentence and refused.off_s is not None


def test_a_calibration_proves_the_relay_or_says_why_not(tmp_path: Path) -> None:
    """Of a bad one no calibration is made; a tank off its resonance tells nothing."""
    welded = '\n[[faults]]\nkind = "relay-welded"\non = "lines"\nat_s = 0.0\n'
    off = '\n[[faults]]\nkind = "detuned"\nat_s = 0.0\nsize = 0.01\n'
    for more, code, said in (
        (LINES, COMPLETED, "watchdog relay proven: "),
        (LINES + welded, ENDED, "the watchdog relay is not proven: the relay on"),
        (LINES + off, COMPLETED, "the watchdog relay is not proven: the pulse is not"),
    ):
        out = tmp_path / str(len(more))
        config = of_kind(tmp_path, "dry_run", more)
        done = CliRunner().invoke(
            app, ["calibrate", "field", str(config), "--out", str(out)]
        )
        assert done.exit_code == code, (said, done.output)
        (proof,) = sentences(out, "proof")
        assert proof.startswith(said)
        with Run.open(next(out.glob("*.sqlite"))) as run:
            assert not run.verify_chain()


@contextmanager
def wired(folder: Path) -> Iterator[tuple[Ready, Any, Bursts]]:
    """Serve a supply in real time, a relay of this process in its enable line."""
    base = quick(folder, LINES)
    with served_bench(folder, link="socket", base=base) as (config, served):
        psu, bench = served.simulation.twins["psu"], served.simulation.bench
        bursts = Bursts(lambda: psu.current_a > SOME_A)
        bench.lines = (*bench.lines, Line(bursts))
        wanted = Wanted(config, "test", lambda bench: (), folder / "runs")
        with ready(load(config), wanted) as opened:
            assert opened.bench.simulation is not None
            opened.bench.simulation.twins["lines"].enables = psu
            opened.bench.kinds = dict.fromkeys(opened.bench.kinds, "real")
            yield opened, psu, bursts
            opened.recorder.finish({})


def calmly(prove: Callable[[], Proof]) -> Proof:
    """Prove again where the computer was too busy for a second with current."""
    proof = prove()
    for _ in range(2):
        if not proof.problem.startswith("current was on for"):
            break
        proof = prove()
    return proof


def test_in_real_time_a_relay_is_proven_and_a_welded_one_refused(
    tmp_path: Path,
) -> None:
    """Then the guardian's off is proven as ever: the relay is pulled in again."""
    with wired(tmp_path) as (opened, psu, bursts):
        bench, settings, link = opened.bench, opened.loaded.settings, opened.link
        assert link is not None and bench.simulation is not None
        lines, stop = bench.simulation.twins["lines"], opened.stop
        lines.welded = True
        refused = calmly(lambda: prove_relay(bench, settings, stop, link))
        lines.welded = False
        good = calmly(lambda: prove_relay(bench, settings, stop, link))
        assert not psu.output_on
        assert max(bursts.each_s) <= 1.0, bursts.each_s
        pulse = prove_off(bench, settings, stop, link)
        assert link.faults() == ()
    assert re.match(REFUSED.format(hold_s=1.0), refused.problem), refused
    assert refused.off.confirmed and good.off.confirmed
    assert not good.problem, good
    assert 0.9 <= good.detail["gone_s"] <= 1.6
    assert not pulse.problem, pulse


def test_a_relay_that_no_wire_leads_from_is_waived_in_words(tmp_path: Path) -> None:
    with inside(tmp_path, "served", short_config(tmp_path)) as opened:
        opened.bench.kinds["lines"] = "simulated"
        guardian: Any = opened.guardian
        settings = opened.loaded.settings
        proof = prove_relay(opened.bench, settings, opened.stop, guardian)
        opened.recorder.finish({})
    assert not proof.problem and proof.detail["waived"] == proof.sentence
    assert "lines is simulated and psu is served" in proof.sentence
