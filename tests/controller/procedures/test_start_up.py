"""The start of a run on a real bench: answered, proven, refused in words, resumed."""

import json
import re
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from controller.bench import How, open_bench
from controller.config.loading import load
from controller.decisions.signals import Reading
from controller.errors import BenchError
from controller.guardian.link import SimulatedGuardian
from controller.host.awake import awake
from controller.host.stop_signals import StopSignal
from controller.loop import ENDED, NOT_CONFIRMED, REFUSED
from controller.procedures.operators import Terminal
from controller.procedures.proof_pulse import prove_off, pulse_a
from controller.procedures.readiness import Ready, Wanted, ready
from controller.procedures.run_record import open_record
from controller.procedures.start_up import WAIVED, started_up
from controller.procedures.touch_test import TOUCH_S, one_bath, touch
from controller.recording.loop_record import LoopRecord
from controller.recording.run_file import Run
from controller.rehearsal import Served
from tests.controller.rig import CONFIGS
from tests.controller.served import AMF, LONG_S, quick, served_bench

SHORT = CONFIGS / "dry_run_short.toml"
ANSWERS = (
    "metal removed: yes",
    "no implants near: yes",
    "coil empty of tools: yes",
    "water on: yes",
    "touch test: skip A. Newcomer",
    "probes in one bath: no",
)


@contextmanager
def inside(folder: Path, kind: str, config: Path = SHORT) -> Iterator[Ready]:
    """Open a dry run in simulated time, and call its instruments ``kind``."""
    loaded = load(config)
    with open_bench(loaded, How(seed=1)) as bench:
        bench.kinds = dict.fromkeys(bench.kinds, kind)
        recorder = open_record(loaded, bench, folder, 1)
        guardian = SimulatedGuardian(loaded.settings.period_s, bench.link.clock.now)
        yield Ready(loaded, bench, recorder, StopSignal(), None, guardian)


def start(opened: Ready, folder: Path, *answers: str) -> tuple[Any, list[str]]:
    """Start up; return how it ended, and what the record says of it."""
    path = folder / "answers.txt"
    path.write_text("\n".join(answers), "utf-8")
    record = LoopRecord(
        opened.recorder, opened.loaded.settings, None, lambda message: None
    )
    operator = Terminal(opened.stop, lambda message: None)
    outcome = started_up(opened, record, operator, path)
    if outcome is None:
        opened.recorder.finish({})
    with Run.open(opened.recorder.path) as run:
        return outcome, [event.sentence for event in run.events()]


def test_waived_where_nothing_is_real(tmp_path: Path) -> None:
    with inside(tmp_path, "simulated") as opened:
        outcome, said = start(opened, tmp_path)
    assert outcome is None and said[0] == WAIVED and "waived: simulated" in WAIVED
    assert len(said) == 2 and said[1].startswith("the applicator is the calibrated")


def test_answered_and_proven_in_order(tmp_path: Path) -> None:
    with inside(tmp_path, "real") as opened:
        outcome, said = start(opened, tmp_path, *ANSWERS)
    assert outcome is None
    begins = [sentence.split(":")[0] for sentence in said]
    assert begins[:6] == [answer.split(":")[0] for answer in ANSWERS]
    assert begins[6] == "before anything else"
    assert begins[7] == "the applicator is the calibrated one"


@pytest.mark.parametrize("offset_c", [0.0, 0.6])
def test_probes_in_one_bath_are_compared(tmp_path: Path, offset_c: float) -> None:
    answers = [*ANSWERS[:-1], "probes in one bath: yes"]
    with inside(tmp_path, "real") as opened:
        opened.bench.simulation.bench.probes[1].offset_c = offset_c  # type: ignore[union-attr]
        outcome, said = start(opened, tmp_path, *answers)
    compared = [s for s in said if re.match(r"probes in one bath differ by \d", s)]
    if offset_c:
        assert outcome is not None and outcome.exit_code == REFUSED
        assert outcome.sentence == said[-1] == compared[0]
    else:
        assert outcome is None and len(compared) == 1


def test_a_fibre_on_the_coil_need_not_be_in_the_bath(tmp_path: Path) -> None:
    with inside(tmp_path, "real", CONFIGS / "dry_run_cooling.toml") as opened:
        said = one_bath(opened.bench.link)
        opened.recorder.finish({})
    assert "body 3" in said and "coil" not in said and "outlet" not in said


def test_without_an_answer_nothing_is_switched_on(tmp_path: Path) -> None:
    with inside(tmp_path, "real") as opened:
        outcome, said = start(opened, tmp_path, *ANSWERS[1:])
        twins = opened.bench.simulation.twins  # type: ignore[union-attr]
        assert not twins["psu"].output_on and not twins["generator"].output_on
    assert outcome is not None and outcome.exit_code == REFUSED
    assert "no line 'metal removed'" in outcome.sentence and said[-1] in (
        outcome.sentence
    )


def test_an_output_that_cannot_be_switched_off_is_no_start(tmp_path: Path) -> None:
    with inside(tmp_path, "real") as opened:
        opened.bench.simulation.lines["psu"].silent = True  # type: ignore[union-attr]
        outcome, _ = start(opened, tmp_path, *ANSWERS)
    assert outcome is not None and outcome.exit_code == NOT_CONFIRMED
    assert "FIELD OFF IS NOT CONFIRMED: psu" in outcome.sentence


def warmed(rises_c: dict[int, float]) -> Any:
    """Return a link whose probes rise by so much, one second after the start."""
    settings, now = load(SHORT).settings, [0.0]

    def wait(dt_s: float) -> None:
        now[0] += dt_s

    def readings() -> list[Reading]:
        warm = now[0] > 3.0
        return [
            Reading(21.0 + (rises_c.get(at, 0.0) if warm else 0.0), "ok", now[0])
            for at in range(len(settings.probes))
        ]

    clock = SimpleNamespace(now=lambda: now[0], wait=wait)
    thermometry = SimpleNamespace(readings=readings)
    return SimpleNamespace(settings=settings, clock=clock, thermometry=thermometry)


def test_the_warmed_probe_is_the_named_one() -> None:
    assert touch(warmed({0: 1.3}), "core", str) == "touch test: core alone rose by 1 °C"
    with pytest.raises(BenchError, match=r"margin by 1.3 °C moved instead"):
        touch(warmed({1: 1.3}), "core", str)
    with pytest.raises(BenchError, match=f"within {TOUCH_S:g} s"):
        touch(warmed({}), "core", str)


@contextmanager
def guarded(folder: Path, look: Any = None) -> Iterator[tuple[Ready, Served]]:
    """Serve the bench in real time, with a guardian process."""
    with served_bench(folder, link="socket", look=look or (lambda *_: None)) as (
        config,
        served,
    ):
        wanted = Wanted(config, "test", lambda bench: (), folder / "runs")
        with ready(load(config), wanted) as opened:
            yield opened, served


def test_the_guardian_ends_the_pulse(tmp_path: Path) -> None:
    on: list[tuple[bool, float]] = []

    def look(served: Served, on_s: float) -> None:
        psu = served.simulation.twins["psu"]
        on.append((psu.output_on, served.simulation.bench.truth.field_a_per_m))

    with guarded(tmp_path, look) as (opened, _):
        settings, link = opened.loaded.settings, opened.link
        assert link is not None
        proof = prove_off(opened.bench, settings, opened.stop, link)
        assert link.faults() == ()
        opened.recorder.finish({})
    assert proof.problem == "" and proof.off.confirmed
    assert proof.detail["guardian"]["routes"] == {
        "psu": "off, read back",
        "generator": "off, read back",
    }
    assert any(output for output, _ in on) and not on[-1][0]
    most_a_per_m = settings.applicator.field_per_ampere_per_m * pulse_a(settings)
    assert max(field for _, field in on) <= 1.1 * most_a_per_m


def test_a_guardian_that_cannot_switch_off_is_no_start(tmp_path: Path) -> None:
    with guarded(tmp_path) as (opened, served):
        psu, link = served.simulation.twins["psu"], opened.link
        assert link is not None
        hears, beat = link.switches_off, link.beat
        # this process shall live to see it: no silence is too long for the guardian
        link.beat = lambda on, pause_s=0.0: beat(on, 10.0)  # type: ignore[method-assign]

        def stuck() -> dict[str, Any]:
            psu.stuck_on = True
            return hears()

        link.switches_off = stuck  # type: ignore[method-assign]
        proof = prove_off(opened.bench, opened.loaded.settings, opened.stop, link)
        psu.stuck_on = False
        opened.bench.link.switch_off()
        link.beat(False)
        opened.recorder.finish({})
    assert proof.problem.startswith("the guardian does not switch off"), proof
    assert not proof.off.confirmed


def test_a_window_that_reads_nothing_does_not_keep_the_engine_alive(
    tmp_path: Path,
) -> None:
    """A frozen window: its pipe is full, and stays so."""
    with subprocess.Popen(
        [*AMF, "run", str(quick(tmp_path)), "--json", "--out", str(tmp_path / "runs")],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    ) as engine:
        assert engine.wait(LONG_S) == 0  # in simulated time it ends before 5 s


def test_a_tripped_treatment_goes_on_after_a_reset(tmp_path: Path) -> None:
    """In engine mode: off and applicator proven again, the dose kept, within 30 s."""
    fault = '\n[[faults]]\nkind = "pulled-out"\non = "core"\nphase = "hold"\n'
    fault += "after_s = 1.0\nduration_s = 2.0\n"
    config, phases, doses, sent_s = quick(tmp_path, fault), [], [], None
    with subprocess.Popen(
        [*AMF, "run", str(config), "--json", "--real-time", "--out", str(tmp_path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as engine:
        assert engine.stdin is not None and engine.stdout is not None
        said = []
        for line in engine.stdout:
            message = json.loads(line)
            said.append(message.get("sentence", ""))
            if message["kind"] != "snapshot":
                continue
            if message["phase"] not in phases[-1:]:
                phases.append(message["phase"])
            assert message["t_s"] < 60.0, said[-8:]
            t_s, tripped_s = message["t_s"], message["phase_elapsed_s"]
            doses.append((phases[-1], message["probes"][0]["cem43_min"]))
            request = "alive"
            if phases[-1] == "tripped" and tripped_s > 9.0 and sent_s is None:
                request, sent_s = "reset", t_s
            if sent_s is not None and phases[-1] in ("ramp", "hold"):
                assert t_s - sent_s < 30.0
                request = "stop"
            engine.stdin.write(json.dumps({"request": request}) + "\n")
            engine.stdin.flush()
        assert engine.wait(LONG_S) == ENDED
    assert phases[:4] == ["baseline", "ramp", "hold", "tripped"]
    assert phases[4] in ("ramp", "hold"), said[-8:]
    again = [s for s in said if s.startswith("the applicator is the calibrated one")]
    assert len(again) == 2
    tripped = [dose for phase, dose in doses if phase == "tripped"]
    assert doses[-1][1] >= tripped[-1] >= tripped[0] > 0.0


@pytest.mark.parametrize("answer", ["echo held; cat", "exit 1", "echo no; cat"])
def test_sleep_is_inhibited_or_said_not_to_be(
    tmp_path: Path, answer: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = tmp_path / "inhibit"
    program.write_text(f"#!/bin/sh\n{answer}\n", "utf-8")
    program.chmod(0o755)
    before = threading.active_count()
    with awake(str(program)) as sentence:
        held = sentence.startswith("sleep is inhibited by ")
        assert held is answer.startswith("echo held")
    assert threading.active_count() == before
    with awake(str(tmp_path / "none")) as sentence:
        assert sentence.startswith("caution: sleep is not inhibited")


def test_a_pulse_is_a_tenth_and_a_slow_slew_makes_it_less() -> None:
    settings = load(SHORT).settings
    assert 0.5 < pulse_a(settings) <= 0.1 * settings.applicator.max_current_a
    slow = replace(settings.applicator, slew_a_per_m_per_s=100.0)
    slow_a = pulse_a(replace(settings, applicator=slow))
    assert slow_a * slow.field_per_ampere_per_m <= 0.4 * 100.0 * 1.001
