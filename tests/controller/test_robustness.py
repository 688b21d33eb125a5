"""What a computer and its people do to a run: folders, records, front panels."""

import os
import re
from pathlib import Path
from types import SimpleNamespace

import pytest

from controller.bench import How, open_bench
from controller.config.loading import load
from controller.decisions.signals import Request
from controller.errors import BenchError
from controller.loop import ENDED
from controller.procedures import run_record
from controller.procedures.run_record import (
    LEAST_FREE_BYTES,
    LOOK_EACH_TICKS,
    RECORD_EACH_TICKS,
    TRIP_FREE_BYTES,
    open_record,
    watch_folder,
)
from tests.controller.commands.test_commands import engine, messages, only_run, until_on
from tests.controller.rig import CONFIGS, Rig, rig

SHORT = CONFIGS / "dry_run_short.toml"


def test_a_folder_that_cannot_be_made_is_one_sentence(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("not a folder", "utf-8")
    loaded = load(SHORT)
    with open_bench(loaded, How(seed=1)) as bench:
        for out in (file, file / "runs"):
            with pytest.raises(BenchError, match="runs cannot be written into"):
                open_record(loaded, bench, out, 1)
        assert not bench.link.energised


def test_a_disk_nearly_full_is_refused_before_and_trips(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    free = [LEAST_FREE_BYTES - 1]
    usage = SimpleNamespace(disk_usage=lambda folder: SimpleNamespace(free=free[0]))
    monkeypatch.setattr(run_record, "shutil", usage)
    loaded = load(SHORT)
    with open_bench(loaded, How(seed=1)) as bench:
        with pytest.raises(BenchError, match=r"only 200 MB are free in .*needs 200 MB"):
            open_record(loaded, bench, tmp_path / "runs", 1)
        free[0] = LEAST_FREE_BYTES
        open_record(loaded, bench, tmp_path / "runs", 1).abandon()
    look = watch_folder(tmp_path)
    for free[0], codes in ((TRIP_FREE_BYTES, []), (TRIP_FREE_BYTES - 1, ["disk"])):
        found = [fault for _ in range(LOOK_EACH_TICKS) for fault in look()]
        assert [fault.code for fault in found] == codes
    assert found[0].sentence == "no recording, no field: only 20 MB are free"


def test_a_deleted_record_is_seen_within_two_ticks(tmp_path: Path) -> None:
    record = tmp_path / "run.sqlite"
    record.touch()
    look = watch_folder(tmp_path, record)
    assert all(look() == () for _ in range(10))
    record.unlink()
    found = [fault for _ in range(RECORD_EACH_TICKS) for fault in look()]
    assert [fault.code for fault in found] == ["disk"]
    assert "run.sqlite has been deleted" in found[0].sentence


@pytest.mark.skipif(os.name == "nt", reason="an open file cannot be deleted there")
def test_a_record_deleted_under_the_run_ends_it_with_the_field_off(
    tmp_path: Path,
) -> None:
    with engine(tmp_path) as process:
        until_on(process)
        path = only_run(tmp_path)
        path.unlink()
        offs = []
        for message in messages(process):
            if message["kind"] == "off":
                offs.append(message["confirmed"])
                assert process.stdin is not None
                process.stdin.close()  # the operator leaves
                break
        rest = list(messages(process))
        code = process.wait(60.0)
    assert offs == [True] and code == 3, rest
    assert rest[-1]["kind"] == "end" and rest[-1]["exit_code"] == 3


def test_an_output_that_is_switched_on_by_hand_goes_off(tmp_path: Path) -> None:
    """At its front panel, while nothing is asked for; a person may be at the coil."""
    on: list[bool] = []

    def at(r: Rig) -> tuple[Request, ...]:
        if r.t_s < 1.0:
            return ()
        if not on:
            r.supply.set_voltage_v, r.supply.set_current_a = 6.0, 5.0
            r.supply.output_on = r.twin("generator").output_on = True
        on.append(r.supply.output_on)
        return (Request("stop"),) if r.t_s > 8.0 else ()

    with rig(tmp_path, "dry_run_short.toml", at=at, stays_after_trip=True) as r:
        outcome = r.run()
    assert "output-stuck" in r.codes and outcome.exit_code == ENDED
    assert on.index(False) <= 3 and not any(on[3:])


def test_a_stuck_output_that_is_turned_up_by_hand_is_turned_down(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An amplifier's generator: stuck on, and left alone while it drives nothing."""
    fields_a_per_m: list[float] = []

    def at(r: Rig) -> tuple[Request, ...]:
        assert r.bench.simulation is not None
        if r.phase == "hold":
            r.supply.stuck_on = True
            r.probe(1).unplugged = True
        if r.phase == "tripped":
            fields_a_per_m.append(r.bench.simulation.bench.field_a_per_m)
            if len(fields_a_per_m) == 30:
                r.supply.emf_vpp = 4.0
        return (Request("stop"),) if len(fields_a_per_m) == 90 else ()

    monkeypatch.setattr(Rig, "supply", property(lambda r: r.twin("generator")))
    config = "dry_run_amplifier.toml"
    with rig(tmp_path, config, at=at, stays_after_trip=True) as r:
        outcome = r.run()
        offs = [m for m in r.operator.messages if m["kind"] == "off"]
    assert max(fields_a_per_m[20:30] + fields_a_per_m[60:]) < 300.0
    assert max(fields_a_per_m[30:60]) > 5000.0
    assert outcome.exit_code == ENDED and 3 <= len(offs) <= 5


def test_a_stuck_output_is_not_left_alone_on_what_was_seen_long_ago(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fields_a_per_m: list[float] = []

    def at(r: Rig) -> tuple[Request, ...]:
        assert r.bench.simulation is not None
        if r.phase == "hold":
            r.supply.stuck_on = True
            r.probe(1).unplugged = True
        if r.phase == "tripped":
            fields_a_per_m.append(r.bench.simulation.bench.field_a_per_m)
            if len(fields_a_per_m) == 30:
                sensor = r.bench.link.sensor
                monkeypatch.setattr(sensor, "poll", lambda: None)  # its thread hangs
                r.supply.emf_vpp = 4.0
        return (Request("stop"),) if len(fields_a_per_m) == 90 else ()

    monkeypatch.setattr(Rig, "supply", property(lambda r: r.twin("generator")))
    config = "dry_run_amplifier.toml"
    with rig(tmp_path, config, at=at, stays_after_trip=True) as r:
        outcome = r.run()
    assert max(fields_a_per_m[30:45]) > 5000.0
    assert len(fields_a_per_m) == 90 and max(fields_a_per_m[60:]) < 300.0
    assert outcome.exit_code == ENDED


@pytest.mark.parametrize("asked", [("stop", "reset"), ("reset", "stop"), ("reset",)])
def test_a_stop_goes_before_a_reset_and_a_reset_needs_a_trip(
    tmp_path: Path, asked: tuple[str, ...]
) -> None:
    """The proof of a reset puts a small field on."""
    proofs: list[str] = []

    def at(r: Rig) -> tuple[Request, ...]:
        if r.phase == "ramp" and "stop" in asked:
            r.probe(1).unplugged = True
        elif r.phase == "ramp":
            return tuple(Request(name) for name in asked)  # type: ignore[arg-type]
        if r.phase == "tripped":
            return tuple(Request(name) for name in asked)  # type: ignore[arg-type]
        return (Request("stop"),) if r.phase == "hold" else ()

    with rig(tmp_path, "dry_run_short.toml", at=at, stays_after_trip=True) as r:
        r.loop._prove_again = lambda: proofs.append("") or ""  # type: ignore[func-returns-value]
        outcome = r.run()
        offs = [m for m in r.operator.messages if m["kind"] == "off"]
    assert proofs == [] and outcome.exit_code == ENDED
    assert len(offs) <= 2, "nothing was switched off because a reset was asked for"


def test_whatever_switches_a_field_on_keeps_the_computer_awake() -> None:
    """And gives the record that is watched; the guardian would sleep with it."""
    rooms = Path(run_record.__file__).parents[1]
    texts = [path.read_text(encoding="utf-8") for path in rooms.rglob("*.py")]
    opens = [text for text in texts if "with ready(" in text]
    assert len(opens) == 4
    for text in opens:
        assert "enter_context(awake())" in text, text[:80]
        assert re.search(r"watch_folder\([^()]+, .*path\)", text), text[:80]
