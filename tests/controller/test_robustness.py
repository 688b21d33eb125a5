"""What a computer does to a run: folders without rights, a record that is deleted."""

import os
from pathlib import Path
from types import SimpleNamespace

import pytest

from controller.bench import How, open_bench
from controller.config.loading import load
from controller.errors import BenchError
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
from tests.controller.rig import CONFIGS

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
