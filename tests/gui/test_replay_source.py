"""A record as messages and as a view: the same as the engine's own, at any moment."""

import json
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from controller.errors import RunFileError
from gui.readouts import seat_of
from gui.replay_playback import Playback
from gui.replay_source import ReplaySource
from tests.gui.records import LIMIT, write_record

COOLED = Path(__file__).parents[2] / "configs" / "dry_run_cooling.toml"
SAME = ("t_s", "phase", "phase_elapsed_s", "setpoint_c", "controlled_c", "power_share")


@pytest.fixture
def opened(tmp_path):
    sources = []

    def open_one(**options):
        sources.append(ReplaySource(write_record(tmp_path, **options)))
        return sources[-1]

    yield open_one
    for source in sources:
        source.close()


def engine_lines(folder):
    text = COOLED.read_text("utf-8").replace("hold_s = 90.0", "hold_s = 10.0")
    config = folder / "watched.toml"
    brain = 'role = "healthy"\ntissue = "brain"'
    config.write_text(text.replace('role = "healthy"', brain), encoding="utf-8")
    command = [sys.executable, "-m", "controller.cli", "run", str(config), "--json"]
    with subprocess.Popen(
        [*command, "--seed", "1", "--out", str(folder)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    ) as engine:
        return [json.loads(line) for line in engine.stdout]


def test_a_record_says_what_the_engine_said(tmp_path):
    lines = engine_lines(tmp_path)
    hello = next(line for line in lines if line["kind"] == "hello")
    said = [line for line in lines if line["kind"] == "snapshot"][:-1]
    source = ReplaySource(next(tmp_path.glob("*.sqlite")))
    assert len(said) > 3
    for key in ("name", "simulated", "instruments", "period_s", "setpoint_c", "band_c"):
        assert source.hello[key] == hello[key]
    for theirs, ours in zip(hello["probes"], source.hello["probes"], strict=True):
        assert (theirs["name"], theirs["role"]) == (ours["name"], ours["role"])
        assert theirs["trip_c"] == ours["trip_c"]
        assert seat_of(theirs) == seat_of(ours)
    assert [probe["trip_c"] for probe in hello["probes"][2:5]] == [42.0, 39.0, 33.0]
    for theirs in said:
        ours = source.snapshot(theirs["seq"])
        assert [ours[key] for key in SAME] == [theirs[key] for key in SAME]
        assert ours["field"] == theirs["field"]
        assert ours["drive"] == theirs["drive"]
        assert ours["cem43_min"] == theirs["cem43_min"]
        # the engine shows the newest fresh reading, the record holds every one
        for probe, read in zip(theirs["probes"][:4], ours["probes"][:4], strict=True):
            assert read.items() <= probe.items()
        for probe, read in zip(theirs["probes"][4:], ours["probes"][4:], strict=True):
            assert probe["cem43_min"] is None and read["cem43_min"] is None
    source.close()


def test_what_is_not_known_is_none_and_a_gap(opened):
    source = opened()
    lost = source.snapshot(source.tick_at(2.2))["probes"][1]
    assert (lost["value_c"], lost["quality"]) == (None, "lost")
    assert [v == v for v in source.curves["healthy"][[19, 22, 25]]] == [1, 0, 1]
    assert source.shares["hf"][15] == pytest.approx(100 * 9000 * 161270.0 / LIMIT)


def test_the_time_left_is_that_to_the_recorded_end_of_the_phase(opened):
    snapshot = opened().snapshot(35)
    assert snapshot["phase"] == "hold"
    assert snapshot["phase_elapsed_s"] == pytest.approx(0.5)
    assert snapshot["phase_remaining_s"] == pytest.approx(1.5)
    assert snapshot["expected_end_s"] == pytest.approx(5.0)


def test_a_trip_is_shown_from_its_moment_on(opened):
    playback = Playback(opened(tripped=True))
    playback.seek(2.0)
    assert playback.view().notices == ()
    playback.seek(4.0)
    view = playback.view()
    assert "too hot" in view.notices[0].text
    assert view.notices[0].level == "fault"
    assert view.head.phase == "TRIPPED"
    playback.seek(2.0)
    assert playback.view().notices == ()


def test_nothing_of_the_future_is_drawn_whatever_the_way_there(opened):
    playback = Playback(opened())
    for position_s in (6.0, 1.0, 4.5, 0.0, 3.0):
        playback.seek(position_s)
        view = playback.view()
        curves = [*view.plot.curves, *view.plot.shares]
        for curve in curves:
            assert curve.samples.span_s() == (0.0, pytest.approx(position_s))
        assert all(mark.t_s <= position_s for mark in view.plot.marks)
        assert len(curves) == 4


def test_it_plays_at_its_speed_and_pauses_at_the_end(opened):
    playback = Playback(opened())
    playback.play()
    assert playback.position_s == playback.from_s
    playback.speed = 10.0
    playback.advance(0.25)
    assert playback.position_s == pytest.approx(2.5)
    playback.advance(-1.0)
    assert playback.position_s == pytest.approx(2.5)
    playback.advance(9.0)
    assert (playback.position_s, playback.playing) == (playback.to_s, False)
    assert "Ended (exit 0): completed: held" in playback.view().notices[0].text


@pytest.mark.parametrize("kind", ["simulated", "served", "real"])
def test_a_replay_is_unmistakable(opened, kind):
    playback = Playback(opened(kind=kind))
    playback.seek(4.0)
    view = playback.view()
    assert view.band.text.startswith("REPLAY of 2026-11-21 10:00:00 UTC")
    assert ("REAL" in view.band.text) == (kind == "real")
    assert view.field.text == "recorded: FIELD ON"
    assert view.controls.allowed <= {"note", "mark", "next", "setpoint", "manual"}


def test_a_record_that_was_cut_off_says_so(opened):
    view = Playback(opened(cut=True)).view()
    assert "CUT OFF" in view.shut_off.text
    assert not any("Ended" in notice.text for notice in view.notices)


def test_a_clock_that_steps_back_is_no_error(tmp_path):
    path = write_record(tmp_path)
    with sqlite3.connect(path) as db:
        db.execute("UPDATE ticks SET t_s = t_s - 1.0 WHERE seq >= 30")
    source = ReplaySource(path)
    curve = Playback(source).view().plot.curves[0]
    assert len(curve.samples) == 51
    source.close()


@pytest.mark.parametrize(
    ("content", "why"),
    [(None, "cannot be read"), (b"", "it is empty"), (b"name = 1", "not an SQLite")],
)
def test_what_is_no_run_file_is_refused_in_one_sentence(tmp_path, content, why):
    path = tmp_path / "foreign.sqlite"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(RunFileError, match=why):
        ReplaySource(path)


def test_a_foreign_database_and_another_format_are_refused(tmp_path):
    path = tmp_path / "foreign.sqlite"
    with sqlite3.connect(path) as db:
        db.execute("CREATE TABLE run (key, value)")
    with pytest.raises(RunFileError, match="no table"):
        ReplaySource(path)
    ours = write_record(tmp_path)
    with sqlite3.connect(ours) as db:
        db.execute("UPDATE run SET value = '99' WHERE key = 'format'")
    with pytest.raises(RunFileError, match="record format 99"):
        ReplaySource(ours)
