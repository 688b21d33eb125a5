"""Every interlock with the whole stack: bytes on the wire, output off in time."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from controller.decisions.signals import Request
from controller.loop import COMPLETED, ENDED, NOT_CONFIRMED
from controller.recording.run_file import Run
from tests.controller.rig import Rig, rig, short

CORE, HEALTHY, BODY = 1, 3, 4
Mischief = Callable[[Rig], object]


def pull(channel: int) -> Mischief:
    return lambda r: setattr(r.probe(channel), "unplugged", True)


def slip(channel: int, by_c: float) -> Mischief:
    return lambda r: setattr(r.probe(channel), "slip_c", by_c)


def offset(channel: int, by_c: float) -> Mischief:
    return lambda r: setattr(r.probe(channel), "offset_c", by_c)


def silence(name: str) -> Mischief:
    return lambda r: setattr(r.line(name), "silent", True)


def garble(name: str) -> Mischief:
    return lambda r: setattr(r.line(name), "garble", lambda answer: b"?#" + answer)


def cut(name: str) -> Mischief:
    return lambda r: setattr(r.line(name), "gone", True)


# name, mischief, expected code, seconds that safety.md allows from the event
CASES: list[tuple[str, Mischief, str, float]] = [
    ("fibre unplugged", pull(CORE), "probe-lost", 0.6),
    ("healthy fibre unplugged", pull(HEALTHY), "probe-lost", 0.6),
    ("body fibre unplugged", pull(BODY), "probe-lost", 0.6),
    ("thermometer silent", silence("thermometer"), "probe-lost", 0.6),
    ("thermometer garbled", garble("thermometer"), "probe-lost", 0.6),
    ("thermometer cable cut", cut("thermometer"), "probe-lost", 0.6),
    ("core 3 °C high", offset(CORE, 3.2), "core-hot", 0.6),
    ("healthy 4 °C high", offset(HEALTHY, 4.0), "healthy-hot", 0.6),
    ("body 3 °C high", offset(BODY, 3.0), "body-hot", 0.6),
    # a slip goes through the probe's lag of 1 s and dead time of 0.5 s
    ("core slips by 2 °C", slip(CORE, 2.0), "slipped", 1.5 + 3.0),
    ("core slips by 1 °C", slip(CORE, 1.0), "slipped", 1.5 + 3.0 + 10.0),
    ("healthy slips by 2 °C", slip(HEALTHY, 2.0), "slipped", 1.5 + 3.0),
    (
        "core pulled out",
        lambda r: setattr(r.probe(CORE), "pulled_out", True),
        "slipped",
        1.5 + 1.0,
    ),
    ("supply silent", silence("psu"), "supply-lost", 1.5),
    ("supply garbled", garble("psu"), "supply-lost", 1.5),
    ("generator silent", silence("generator"), "generator-lost", 1.5),
    (
        "supply trips",
        lambda r: r.supply.trip("over-temperature"),
        "supply-trip",
        0.0,
    ),
    (
        "generator switched off by hand",
        lambda r: setattr(r.twin("generator"), "output_on", False),
        "generator-off",
        0.0,
    ),
    (
        "generator detuned by hand",
        lambda r: setattr(r.twin("generator"), "frequency_hz", 163_000.0),
        "frequency",
        0.0,
    ),
    (
        "supply stuck at a current set by hand",
        lambda r: (
            setattr(r.supply, "set_current_a", 15.0),
            setattr(r.supply, "set_voltage_v", 16.0),
            setattr(r.supply, "ignores_set", True),
        ),
        "current-high",
        1.0,
    ),
]


@pytest.mark.parametrize(
    ("name", "mischief", "code", "allowed_s"), CASES, ids=[case[0] for case in CASES]
)
def test_output_is_off_in_time(
    tmp_path: Path, name: str, mischief: Mischief, code: str, allowed_s: float
) -> None:
    event_s: list[float] = []

    def at(r: Rig) -> tuple[Request, ...]:
        steady = r.phase == "hold" and r.loop.since_phase_s() > 200.0
        if steady and not event_s and r.supply.set_current_a > 10.0:
            mischief(r)
            event_s.append(r.t_s)
        return ()

    with rig(tmp_path, change=short, at=at) as r:
        outcome = r.run()
        path = r.recorder.path
    assert code in r.codes, (r.codes, outcome)
    assert not r.supply.output_on
    assert r.off_s is not None
    periods = 2 * r.loaded.settings.period_s
    assert r.off_s - event_s[0] <= allowed_s + periods + 1e-6
    silent_supply = "psu" in name or name.startswith(
        ("supply silent", "supply garbled")
    )
    assert outcome.exit_code == (NOT_CONFIRMED if silent_supply else ENDED)
    with Run.open(path) as run:
        faults = run.data().faults()
        assert faults[0]["code"] in r.codes
        assert faults[0]["expected"] and faults[0]["limit"]


def test_swapped_core_and_healthy_probes(tmp_path: Path) -> None:
    with rig(tmp_path, change=short) as r:
        r.probe(1).place, r.probe(3).place = "healthy", "healthy"
        r.probe(2).place, r.probe(3).place = "healthy", "core"
        outcome = r.run()
    assert outcome.exit_code == ENDED and r.codes[0] == "swapped"


def test_a_thermometer_that_freezes_whole(tmp_path: Path) -> None:
    def at(r: Rig) -> tuple[Request, ...]:
        if r.phase == "hold" and r.loop.since_phase_s() > 150.0:
            for channel in range(1, 5):
                r.probe(channel).frozen = True
        return ()

    with rig(tmp_path, change=lambda x: short(x, 1200.0), at=at) as r:
        outcome = r.run()
    assert outcome.exit_code == ENDED and r.codes == ["frozen"]


def test_supply_stuck_on_is_not_confirmed(tmp_path: Path) -> None:
    def at(r: Rig) -> tuple[Request, ...]:
        if r.phase == "hold" and r.loop.since_phase_s() > 10.0:
            r.supply.stuck_on = True
            return (Request("stop"),)
        return ()

    with rig(tmp_path, change=short, at=at) as r:
        outcome = r.run()
    assert outcome.exit_code == NOT_CONFIRMED
    assert "NOT CONFIRMED" in outcome.sentence
    # the last route: without gate drive there is no field
    assert not r.twin("generator").output_on
    assert r.bench.simulation is not None
    assert r.bench.simulation.bench.truth.field_a_per_m == 0.0


def test_stop_of_the_operator(tmp_path: Path) -> None:
    def at(r: Rig) -> tuple[Request, ...]:
        return (Request("stop"),) if r.phase == "hold" else ()

    with rig(tmp_path, change=short, at=at) as r:
        outcome = r.run()
    assert outcome.exit_code == ENDED and not r.supply.output_on
    assert [m for m in r.operator.messages if m["kind"] == "off"][-1]["confirmed"]


def test_trip_and_reset_in_engine_mode(tmp_path: Path) -> None:
    asked: list[str] = []

    def at(r: Rig) -> tuple[Request, ...]:
        if r.phase == "hold" and not asked and r.loop.since_phase_s() > 20.0:
            r.probe(CORE).unplugged = True
            asked.append("pulled")
        if r.phase == "tripped" and asked == ["pulled"]:
            r.probe(CORE).unplugged = False
            asked.append("back")
            return ()
        if asked == ["pulled", "back"] and r.loop.since_phase_s() > 5.0:
            asked.append("reset")
            return (Request("reset"),)
        return ()

    with rig(tmp_path, change=short, at=at, stays_after_trip=True) as r:
        outcome = r.run()
    assert asked == ["pulled", "back", "reset"]
    assert outcome.exit_code == COMPLETED, outcome
    with Run.open(r.recorder.path) as run:
        kinds = [event.kind for event in run.events()]
        assert "fault" in kinds and kinds.count("off") >= 2


def test_a_stop_after_a_trip_says_both(tmp_path: Path) -> None:
    def at(r: Rig) -> tuple[Request, ...]:
        if r.phase == "ramp" and r.loop.since_phase_s() > 5.0:
            pull(1)(r)
        tripped = r.phase == "tripped" and r.loop.since_phase_s() > 5.0
        return (Request("stop"),) if tripped else ()

    with rig(tmp_path, "dry_run_short.toml", at=at, stays_after_trip=True) as r:
        outcome = r.run()
    assert outcome.exit_code == ENDED and r.codes == ["probe-lost"]
    assert outcome.sentence.startswith("tripped: probe core")
    assert "; then stopped by the operator; field off, confirmed" in outcome.sentence


def test_a_failing_record_turns_the_field_off(tmp_path: Path) -> None:
    def at(r: Rig) -> tuple[Request, ...]:
        if r.phase == "hold":
            r.recorder._db.execute("DROP TABLE IF EXISTS readings")
        return ()

    with rig(tmp_path, change=short, at=at) as r:
        outcome = r.run()
    assert outcome.exit_code == ENDED and "no recording, no field" in outcome.sentence
    assert not r.supply.output_on


def test_an_exception_in_a_tick_turns_the_field_off(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def at(r: Rig) -> tuple[Request, ...]:
        if r.phase == "hold":
            raise ZeroDivisionError("a bug")
        return ()

    with rig(tmp_path, change=short, at=at) as r:
        with pytest.raises(ZeroDivisionError):
            r.run()
        assert not r.supply.output_on
    with Run.open(r.recorder.path) as run:
        assert run.events()[-1].kind == "end"


def test_a_command_above_the_ceiling_never_reaches_the_wire(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from controller import loop
    from controller.decisions.step import step as honest

    def dishonest(*args):  # type: ignore[no-untyped-def]
        from dataclasses import replace

        state, command = honest(*args)
        if command.output_on and command.at_bound:
            command = replace(command, field_a_per_m=20_000.0, current_a=26.0)
        return state, command

    monkeypatch.setattr(loop, "step", dishonest)
    with rig(tmp_path, change=short) as r:
        outcome = r.run()
        assert outcome.exit_code == 1 and "ceiling" in outcome.sentence
        assert not r.supply.output_on
        assert r.supply.set_current_a < 18.0


def test_a_computer_that_slept_turns_the_field_off(tmp_path: Path) -> None:
    """Its clocks part while it sleeps; the field is off at the next tick."""

    def at(r: Rig) -> tuple[Request, ...]:
        asleep = r.phase == "hold" and not r.codes
        clock: Any = r.bench.link.clock
        clock.jumped_s = lambda: 61.0 if asleep else 0.0
        return ()

    with rig(tmp_path, "dry_run_short.toml", at=at) as r:
        outcome = r.run()
        events = [m["sentence"] for m in r.operator.messages if m["kind"] == "event"]
    assert r.codes == ["clock-jump"] and outcome.exit_code == ENDED
    assert "this computer slept, or its clock was set" in outcome.sentence
    assert not r.supply.output_on
    assert any(text.startswith("alarm raised (high): this computer") for text in events)
