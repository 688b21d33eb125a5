"""A SAR curve is guarded as a run is: watchdogs, relay, contacts, proofs, answers."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from controller.bench import OpenBench
from controller.config.loading import Loaded
from controller.config.sar_plan import load_plan
from controller.instruments.supply_watchdog import WATCHDOG_S
from controller.recording.run_file import Run
from controller.sar import run as sar_run
from controller.sar.run import Measured, measure
from tests.controller.sar.test_run import measuring, quick

EA = """
[instruments.psu]
driver = "ea_ps9000"
model = "PSI 9080-60"
simulated = true

[instruments.generator]
driver = "keysight_33500"
model = "33521B"
simulated = true

[instruments.thermometer]
driver = "opsens"
model = "PicoM"
simulated = true
"""
LINES = """
[instruments.lines]
driver = "modem_lines"
model = "modem lines"
simulated = true

[contacts]
instrument = "lines"
cts = "door"
watchdog_relay = "dtr"
"""
Mischief = Callable[[OpenBench], object]


def curve(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, more: str, mischief: Mischief
) -> Measured:
    """Measure one curve on a bench; ``mischief`` happens as its field comes on."""
    path = quick(tmp_path, repeats="1").path
    text = path.read_text(encoding="utf-8").replace("simulated = true ", "# ", 1)
    path.write_text(text + more, encoding="utf-8")
    plan = load_plan(path)
    benches: list[OpenBench] = []
    prove = sar_run.proven

    def noted(loaded: Loaded, bench: OpenBench, *rest: Any) -> Any:
        benches.append(bench)
        return prove(loaded, bench, *rest)

    def show(message: dict[str, Any]) -> None:
        if message["kind"] == "event" and "hold begins" in message["sentence"]:
            mischief(benches[-1])

    monkeypatch.setattr(sar_run, "proven", noted)
    plan = replace(plan, capacitors=plan.capacitors[:1])
    return measure(measuring(plan, tmp_path, show=show))


def test_supply_s_watchdog_is_armed_before_the_field_and_taken_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[tuple[bool, float]] = []
    twins: list[Any] = []

    def look(bench: OpenBench) -> None:
        assert bench.simulation is not None
        twins.append(bench.simulation.twins["psu"])
        seen.append((twins[0].monitor_on, twins[0].monitor_timeout_s))

    result = curve(tmp_path, monkeypatch, EA, look)
    assert result.ending is None and len(result.done) == 1
    assert seen == [(True, WATCHDOG_S)]
    assert not twins[0].monitor_on and not twins[0].output_on


@pytest.mark.parametrize("more", [EA, EA + LINES])
def test_engine_that_hangs_in_a_curve_loses_the_field(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, more: str
) -> None:
    """By the supply's own watchdog after 2 s, by the relay within its hold of 1 s."""
    limit_s = 1.2 if "relay" in more else WATCHDOG_S + 0.5
    seen: list[bool] = []

    def hangs(bench: OpenBench) -> None:
        assert bench.simulation is not None
        supply = bench.simulation.twins["psu"]
        bench.link.clock.tick()
        seen.append(supply.output_on)
        bench.link.clock.wait(limit_s)
        seen.append(supply.output_on)

    result = curve(tmp_path, monkeypatch, more, hangs)
    assert seen == [True, False]
    assert result.ending is not None and result.ending.exit_code == 3
    assert "field off, confirmed" in result.ending.sentence


def test_relay_is_kept_alive_through_a_curve_and_an_open_door_ends_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines: list[Any] = []

    def opens(bench: OpenBench) -> None:
        assert bench.simulation is not None
        lines.append(bench.simulation.twins["lines"])
        assert lines[-1].relay_on
        lines[-1].closed["cts"] = len(lines) < 2

    whole = curve(tmp_path, monkeypatch, EA + LINES, opens)
    assert whole.ending is None and len(whole.done) == 1
    assert lines[0].dtr is False
    whole.done[0][1].unlink()
    ending = curve(tmp_path, monkeypatch, EA + LINES, opens).ending
    assert ending is not None and ending.exit_code == 3
    assert ending.sentence.startswith("tripped: the contact door of lines is open")


def test_record_of_a_curve_has_its_answers_and_its_fingerprint(tmp_path: Path) -> None:
    ((_, first), (_, second)) = measure(measuring(quick(tmp_path), tmp_path)).done
    for path in (first, second):
        with Run.open(path) as run:
            said = [(e.kind, e.sentence) for e in run.events()]
        assert ("acknowledgement", "start checklist waived: simulated") in said
        assert (
            "acknowledgement",
            "capacitor C200 fitted: done by itself (simulated)",
        ) in said
        (found,) = [words for kind, words in said if kind == "fingerprint"]
        assert found.startswith("the applicator is the calibrated one")
