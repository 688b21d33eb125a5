"""The reader: foreign and damaged files, columns, and the chain of events."""

import math
import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from controller.errors import RunFileError
from controller.recording.run_file import Run
from controller.recording.writing import Recorder
from tests.controller import synthetic_run


def sentence(path: Path) -> str:
    with pytest.raises(RunFileError) as caught:
        Run.open(path)
    return str(caught.value)


def change(path: Path, statement: str) -> None:
    db = sqlite3.connect(path)
    db.execute(statement)
    db.commit()
    db.close()


def test_a_missing_file(tmp_path: Path) -> None:
    assert "No such file" in sentence(tmp_path / "x.sqlite")


def test_a_folder(tmp_path: Path) -> None:
    assert sentence(tmp_path).startswith(f"{tmp_path} cannot be read")


def test_an_empty_file(tmp_path: Path) -> None:
    path = tmp_path / "x.sqlite"
    path.touch()
    assert sentence(path) == f"{path} is not a run file of amf-bench: it is empty"
    assert path.stat().st_size == 0


def test_a_foreign_file(tmp_path: Path) -> None:
    path = tmp_path / "x.sqlite"
    path.write_bytes(b"t,T\n0,37\n" * 100)
    assert sentence(path).endswith("it is not an SQLite file")


def test_a_foreign_database(tmp_path: Path) -> None:
    path = tmp_path / "x.sqlite"
    change(path, "CREATE TABLE other (x)")
    assert (
        sentence(path)
        == f"{path} is not a run file of amf-bench: it has no table 'run'"
    )


@pytest.mark.parametrize(
    ("statement", "promised"),
    [
        ("DELETE FROM run", "its header has no 'format'"),
        ("DELETE FROM run WHERE key = 'seed'", "its header has no 'seed'"),
        ("UPDATE run SET value = '99' WHERE key = 'format'", "record format 99"),
        ("UPDATE run SET value = '{' WHERE key = 'name'", "cannot be read"),
        ("UPDATE run SET value = '\"{}\"' WHERE key = 'settings_json'", "'period_s'"),
        ("DROP TABLE readings", "it has no table 'readings'"),
    ],
)
def test_a_headless_file(tmp_path: Path, statement: str, promised: str) -> None:
    path = synthetic_run.write_run(tmp_path, ticks=3)
    change(path, statement)
    said = sentence(path)
    assert promised in said
    assert "\n" not in said


def test_a_truncated_file_is_said_to_be_damaged(tmp_path: Path) -> None:
    path = synthetic_run.write_run(tmp_path, ticks=2000)
    with path.open("r+b") as file:
        file.truncate(path.stat().st_size // 2)
    with pytest.raises(RunFileError, match="cannot be read"), Run.open(path) as run:
        list(run.ticks())


def test_lost_readings_are_said_to_be_missing(tmp_path: Path) -> None:
    path = synthetic_run.write_run(tmp_path, ticks=20)
    change(path, "DELETE FROM readings WHERE seq = 7 AND probe = 1")
    with pytest.raises(RunFileError, match="readings are missing"), Run.open(path) as r:
        r.data()


def test_columns_are_arrays_and_no_value_is_nan(tmp_path: Path) -> None:
    path = synthetic_run.write_run(tmp_path, ticks=100)
    with Run.open(path) as run:
        controlled_c = run.column("controlled_c")
        field = run.column("drive_field_a_per_m")
        phase = run.column("phase")
        with pytest.raises(RunFileError, match="no column 'nonsense'"):
            run.column("nonsense")
    assert controlled_c.shape == (100,)
    assert controlled_c[0] == 37.0
    assert np.isnan(field).all()
    assert list(phase[:1]) == ["baseline"]


def test_data_has_readings_by_tick_and_probe(tmp_path: Path) -> None:
    path = synthetic_run.write_run(tmp_path, ticks=100)
    with Run.open(path) as run:
        data = run.data()
        records = list(run.ticks())
    assert data.readings["value_c"].shape == (100, 4)
    assert (
        data.readings["value_c"][70, 1] == records[70].measurement.readings[1].value_c
    )
    assert data.readings["quality"][5, 3] == "no-probe"
    assert data.truth is not None
    assert data.truth["true_core_c"][99] == records[99].truth[3]  # type: ignore[index]
    assert data.settings == synthetic_run.SETTINGS
    assert data.header == synthetic_run.header()


def test_a_run_without_a_tick_is_readable(tmp_path: Path) -> None:
    path = synthetic_run.write_run(tmp_path, ticks=0, truth=False)
    with Run.open(path) as run:
        assert list(run.ticks()) == []
        assert run.data().ticks == 0
        assert run.data().truth is None


def test_events_and_clock(tmp_path: Path) -> None:
    path = synthetic_run.write_run(tmp_path, ticks=3)
    with Run.open(path) as run:
        start, fault, end = run.events()
        assert run.clock() == [(0.0, synthetic_run.UTC)]
    assert (start.kind, start.sentence) == ("start", "the run <begins>")
    assert fault.data["measured"] == "41 °C"
    assert math.isnan(end.t_s)
    assert end.data == {"share": None}


def test_an_untouched_chain_is_whole(tmp_path: Path) -> None:
    with Run.open(synthetic_run.write_run(tmp_path, ticks=3)) as run:
        assert run.verify_chain() == []


def rename_event(path: Path) -> None:
    change(path, "UPDATE events SET sentence = 'nothing' WHERE seq = 1")


def cut_out(path: Path) -> None:
    change(path, "DELETE FROM events WHERE seq = 1")


def cut_off(path: Path) -> None:
    change(path, "DELETE FROM events WHERE seq = 2")


def cut_all(path: Path) -> None:
    change(path, "DELETE FROM events")


def rewrite_header(path: Path) -> None:
    change(path, "UPDATE run SET value = '8' WHERE key = 'seed'")


def cool_a_reading(path: Path) -> None:
    change(path, "UPDATE readings SET value_c = 42.0 WHERE seq = 1 AND probe = 0")


def weaken_the_field(path: Path) -> None:
    change(path, "UPDATE ticks SET hf_a_per_m_s = 1.0 WHERE seq = 2")


def better_the_truth(path: Path) -> None:
    change(path, "UPDATE truth SET true_core_c = 43.0 WHERE seq = 0")


def drop_a_tick(path: Path) -> None:
    change(path, "DELETE FROM ticks WHERE seq = 1")


def drop_a_reading(path: Path) -> None:
    change(path, "DELETE FROM readings WHERE seq = 1 AND probe = 1")


@pytest.mark.parametrize(
    ("edit", "promised"),
    [
        (cool_a_reading, "are not those that were recorded"),
        (weaken_the_field, "are not those that were recorded"),
        (better_the_truth, "are not those that were recorded"),
        (drop_a_reading, "are not those that were recorded"),
        (rename_event, "event 1 was changed"),
        (cut_out, "a gap before event 2"),
        (cut_off, "the last event is not the one"),
        (cut_all, "the last event is not the one"),
        (rewrite_header, "the header is not the one recorded"),
    ],
)
def test_every_edit_breaks_the_chain(
    tmp_path: Path, edit: Callable[[Path], None], promised: str
) -> None:
    path = synthetic_run.write_run(tmp_path, ticks=3)
    edit(path)
    with Run.open(path) as run:
        problems = run.verify_chain()
    assert len(problems) == 1
    assert promised in problems[0]


@pytest.mark.parametrize(
    ("statement", "promised"),
    [
        ("INSERT INTO run VALUES ('more', '1')", "the header is not the one"),
        ("DELETE FROM run WHERE key = 'no such'", ""),
        ("UPDATE results SET value = '9' WHERE key = 'wall_s'", "the results"),
        ("INSERT INTO results VALUES ('more', '1')", "the results"),
        ("DELETE FROM results WHERE key = 'wall_s'", "the results"),
        ("DELETE FROM results WHERE key = 'record'", "no end of the record"),
        ("UPDATE clock SET utc = '2020'", "the pairs of time and UTC"),
        ("DELETE FROM clock", "the pairs of time and UTC"),
        (
            "INSERT INTO readings SELECT 9, probe, value_c, quality, taken_s, "
            "cem43_min FROM readings WHERE seq = 1",
            "rows of 'readings' belong to no tick",
        ),
        ("UPDATE truth SET seq = 9 WHERE seq = 2", "of 'truth' belong to no tick"),
    ],
)
def test_every_table_is_covered(tmp_path: Path, statement: str, promised: str) -> None:
    recorder = Recorder.create(tmp_path, synthetic_run.header())
    for record in synthetic_run.records(3):
        recorder.tick(record)
    recorder.clock(0.4, "2026-11-21T10:00:00+00:00")
    recorder.event(0.6, "2026-11-21T10:00:00+00:00", "end", "completed")
    recorder.finish({"wall_s": 1.5, "exit_reason": "completed"})
    db = sqlite3.connect(recorder.path)
    db.execute(statement)
    db.commit()
    db.close()
    with Run.open(recorder.path) as run:
        problems = "; ".join(run.verify_chain())
    assert bool(problems) is bool(promised) and promised in problems


def test_a_missing_tick_is_found(tmp_path: Path) -> None:
    path = synthetic_run.write_run(tmp_path, ticks=3)
    drop_a_tick(path)
    with Run.open(path) as run:
        problems = " ".join(run.verify_chain())
    assert "are not those that were recorded" in problems
    assert "there are 2 ticks, and the record ended with 3" in problems


def test_ticks_that_are_all_gone_are_missed_in_a_run_that_was_cut_off(
    tmp_path: Path,
) -> None:
    """No end of the record counts them there: what its events hold does."""
    path = synthetic_run.write_run(tmp_path, ticks=3, finish=False)
    db = sqlite3.connect(path)
    for table in ("truth", "readings", "ticks"):
        db.execute(f"DELETE FROM {table}")
    db.commit()
    db.close()
    with Run.open(path) as run:
        assert run.verify_chain() == ["ticks before tick 3 are missing"]


def test_a_log_that_cannot_be_used_in_place_is_read_from_a_copy(tmp_path: Path) -> None:
    live, copied = tmp_path / "live", tmp_path / "copied"
    live.mkdir()
    copied.mkdir()
    recorder = Recorder.create(live, synthetic_run.header())
    for tick in synthetic_run.records(10):
        recorder.tick(tick)
    for name in (recorder.path.name, recorder.path.name + "-wal"):
        shutil.copyfile(live / name, copied / name)
    recorder.abandon()
    path = copied / recorder.path.name
    # A folder in its place: no shared memory, as where the folder is read-only.
    path.with_name(path.name + "-shm").mkdir()
    before = path.read_bytes()
    with Run.open(path) as run:
        assert sum(1 for _ in run.ticks()) == 10
        assert run.path == path
        assert not run.completed
    assert path.read_bytes() == before
