"""The recorder: what it keeps through death, a full disk, and strange values."""

import dataclasses
import math
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from controller.decisions.signals import NAN, Fault, Measurement, Reading, Request
from controller.errors import RecordingError, RunFileError
from controller.recording.run_file import Run
from controller.recording.writing import Recorder, Truth
from tests.controller import synthetic_run

ROOT = Path(__file__).parents[3]
UTC = synthetic_run.UTC

WRITER = """
import sys
from pathlib import Path
from controller.recording.writing import Recorder
from tests.controller import synthetic_run

recorder = Recorder.create(Path(sys.argv[1]), synthetic_run.header())
seq = 0
while True:
    recorder.tick(synthetic_run.record(seq, 10**6))
    if seq % 50 == 0:
        recorder.event(seq * 0.2, synthetic_run.UTC, "mark", f"event {seq}")
    seq += 1
    print(seq, flush=True)
"""


def same(one: object, other: object) -> bool:
    """Tell whether two values are equal to the bit, NaN and -0.0 included."""
    return repr(one) == repr(other)


def recorder_in(folder: Path) -> Recorder:
    return Recorder.create(folder, synthetic_run.header())


def test_a_clean_end_leaves_one_single_file(tmp_path: Path) -> None:
    path = synthetic_run.write_run(tmp_path, ticks=50)
    assert [p.name for p in tmp_path.iterdir()] == [path.name]
    assert path.name == "20261121T100000Z_synthetic.sqlite"
    with Run.open(path) as run:
        assert run.completed
        assert run.results["wall_s"] == 0.5


def test_an_abandoned_run_is_whole_but_incomplete(tmp_path: Path) -> None:
    path = synthetic_run.write_run(tmp_path, ticks=50, finish=False)
    with Run.open(path) as run:
        assert not run.completed
        assert sum(1 for _ in run.ticks()) == 50


def test_ticks_come_back_bit_for_bit(tmp_path: Path) -> None:
    written = list(synthetic_run.records(200))
    path = synthetic_run.write_run(tmp_path, ticks=200)
    with Run.open(path) as run:
        read = list(run.ticks())
    assert len(read) == len(written)
    for one, other in zip(written, read, strict=True):
        assert same(one, other)


AWKWARD = [NAN, math.inf, -math.inf, -0.0, 0.0, 5e-324, 0.1 + 0.2, 1e308, 3.0]


@pytest.mark.parametrize("value", AWKWARD)
def test_every_float_comes_back_with_its_bits(tmp_path: Path, value: float) -> None:
    tick = synthetic_run.record(0, 10)
    assert tick.measurement.drive is not None
    drive = dataclasses.replace(
        tick.measurement.drive, current_a=value, field_a_per_m=value
    )
    measurement = dataclasses.replace(
        tick.measurement,
        drive=drive,
        late_s=value,
        readings=(Reading(value, "lost", value),) * 4,
        requests=(Request("setpoint", value, "\ud800 \0"),),
        outside=(Fault("c", "s", value),),
    )
    tick = tick._replace(
        measurement=measurement,
        command=dataclasses.replace(tick.command, bound_a_per_m=value),
        limiting_c=value,
        cem43_min=(value,) * 4,
        truth=Truth(value),
    )
    recorder = recorder_in(tmp_path)
    recorder.tick(tick)
    recorder.finish({})
    with Run.open(recorder.path) as run:
        assert same(list(run.ticks()), [tick])


def test_a_tick_without_instruments_has_no_drive(tmp_path: Path) -> None:
    tick = synthetic_run.record(0, 10)._replace(
        measurement=Measurement(0.0, ()), cem43_min=(), truth=None
    )
    recorder = recorder_in(tmp_path)
    recorder.tick(tick)
    recorder.finish({})
    with Run.open(recorder.path) as run:
        (read,) = run.ticks()
    assert read.measurement.drive is None
    assert read.measurement.readings == ()
    assert read.truth is None


def killed_run(folder: Path, ticks: int) -> tuple[Path, int]:
    """Kill a process that writes, some ticks on: the file, the ticks it reported."""
    command = [sys.executable, "-c", WRITER, str(folder)]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, text=True, cwd=ROOT
    ) as writer:
        assert writer.stdout is not None
        acknowledged = 0
        while acknowledged < ticks:
            acknowledged = int(writer.stdout.readline())
        writer.kill()
        # The last line may be cut off by the kill.
        rest = writer.stdout.read().split("\n")[:-1]
    (path,) = folder.glob("*.sqlite")
    return path, int(rest[-1]) if rest else acknowledged


@pytest.mark.parametrize("ticks", [1, 60, 3000])
def test_a_killed_run_is_read_to_its_last_tick(tmp_path: Path, ticks: int) -> None:
    path, acknowledged = killed_run(tmp_path, ticks)
    with Run.open(path) as run:
        assert not run.completed
        read = list(run.ticks())
        assert run.verify_chain() == []
        assert run.events()[0].sentence == "event 0"
    # The tick in flight may be there as well, but whole.
    assert len(read) - acknowledged in (0, 1)
    assert same(read[-1], synthetic_run.record(len(read) - 1, 10**6))


def test_reading_a_killed_run_changes_nothing(tmp_path: Path) -> None:
    path, acknowledged = killed_run(tmp_path, 20)
    log = path.with_name(path.name + "-wal")
    before = path.read_bytes(), log.read_bytes()
    for _ in range(2):
        with Run.open(path) as run:
            assert sum(1 for _ in run.ticks()) >= acknowledged
        assert (path.read_bytes(), log.read_bytes()) == before


def test_a_run_can_be_read_while_it_goes_on(tmp_path: Path) -> None:
    recorder = recorder_in(tmp_path)
    recorder.tick(synthetic_run.record(0, 10))
    with Run.open(recorder.path) as run:
        recorder.tick(synthetic_run.record(1, 10))
        assert sum(1 for _ in run.ticks()) == 1
        recorder.finish({"exit_code": 0})
    with Run.open(recorder.path) as run:
        assert run.completed
        assert sum(1 for _ in run.ticks()) == 2


def test_a_full_disk_is_a_sentence_and_loses_no_earlier_tick(tmp_path: Path) -> None:
    recorder = recorder_in(tmp_path)
    pages = recorder._db.execute("PRAGMA page_count").fetchone()[0]
    recorder._db.execute(f"PRAGMA max_page_count={pages + 4}").fetchall()
    written = 0
    with pytest.raises(RecordingError, match=r"tick \d+ could not be recorded"):
        for tick in synthetic_run.records(5000):
            recorder.tick(tick)
            written += 1
    with pytest.raises(RecordingError, match="'note' could not be recorded"):
        for _ in range(100):
            recorder.event(0.0, UTC, "note", "x" * 4000)
    recorder.abandon()
    assert written > 10
    with Run.open(recorder.path) as run:
        assert sum(1 for _ in run.ticks()) == written
        assert not run.completed
        assert run.verify_chain() == []


def test_results_that_cannot_be_written_leave_an_incomplete_run(tmp_path: Path) -> None:
    recorder = recorder_in(tmp_path)
    recorder.tick(synthetic_run.record(0, 10))
    pages = recorder._db.execute("PRAGMA page_count").fetchone()[0]
    recorder._db.execute(f"PRAGMA max_page_count={pages}").fetchall()
    with pytest.raises(RecordingError, match="the results could not be recorded"):
        recorder.finish({"exit_reason": "x" * 100_000})
    with Run.open(recorder.path) as run:
        assert not run.completed


def test_a_tick_that_another_program_blocks_is_refused_soon(tmp_path: Path) -> None:
    recorder = recorder_in(tmp_path)
    other = sqlite3.connect(recorder.path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(RecordingError, match="locked"):
        recorder.tick(synthetic_run.record(0, 10))
    other.close()
    recorder.tick(synthetic_run.record(0, 10))
    recorder.finish({})


def test_events_wait_for_the_disk_and_ticks_do_not(tmp_path: Path) -> None:
    recorder = recorder_in(tmp_path)
    statements: list[str] = []
    recorder._db.set_trace_callback(statements.append)
    recorder.event(0.0, UTC, "mark", "one")
    recorder.event(0.0, UTC, "mark", "two")
    assert statements.count("PRAGMA synchronous=FULL") == 2
    assert statements[-1] == "PRAGMA synchronous=NORMAL"
    recorder.finish({})


def test_a_second_run_of_the_same_second_gets_a_number(tmp_path: Path) -> None:
    names = []
    for _ in range(2):
        recorder = Recorder.create(tmp_path, synthetic_run.header("a b:c/d"))
        names.append(recorder.path.name)
        recorder.finish({})
    assert names == [
        "20261121T100000Z_a_b_c_d.sqlite",
        "20261121T100000Z_a_b_c_d_2.sqlite",
    ]


def test_an_existing_file_is_not_written_over(tmp_path: Path) -> None:
    path = tmp_path / "precious.sqlite"
    path.write_text("precious")
    with pytest.raises(RunFileError, match="exists already"):
        Recorder(path, synthetic_run.header())
    assert path.read_text() == "precious"


def test_a_missing_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RunFileError, match="is not a folder"):
        recorder_in(tmp_path / "nowhere")


def test_a_closed_recorder_refuses_ticks(tmp_path: Path) -> None:
    recorder = recorder_in(tmp_path)
    recorder.finish({})
    with pytest.raises(RecordingError, match="tick 0 could not be recorded"):
        recorder.tick(synthetic_run.record(0, 10))
    recorder.abandon()
