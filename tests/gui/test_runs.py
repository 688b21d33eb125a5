"""The list of runs: what it reads, finds, sorts and does; comparison and course."""

import json
import sys
from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QRectF, Qt

from controller.analysis.course import course
from controller.analysis.summary import summarise
from controller.recording.run_file import Run
from gui import compare, runs_task
from gui import runs_texts as texts
from gui.compare_window import CompareWindow
from gui.course_window import CourseWindow
from gui.runs_actions import RunActions
from gui.runs_index import matches, read_entry, summary_lines
from gui.runs_model import spark_lines
from gui.runs_page import RunsPage
from tests.gui.records import write_record

LIMIT_MS = 60_000


@pytest.fixture
def folder(tmp_path):
    write_record(tmp_path, "warm", second=1, subject="rat-7", operator="Ann")
    write_record(tmp_path, "hot", second=2, tripped=True, subject="rat-8")
    write_record(tmp_path, "cut", second=3, cut=True, kind="real")
    (tmp_path / "foreign.sqlite").write_bytes(b"name = 1")
    return tmp_path


@pytest.fixture
def page(qtbot, folder):
    shown, opened = [], []
    made = RunsPage(folder, RunActions(shown.append, opened.append))
    made.pages_shown, made.runs_opened = shown, opened
    qtbot.addWidget(made)
    made.show()
    qtbot.waitUntil(lambda: not made.reading(), timeout=LIMIT_MS)
    return made


def names(page):
    return [page.order.entry(row).name for row in range(page.order.rowCount())]


def stand_in(monkeypatch, printed, code=0):
    """Stand in for amf: what is tested is what the window makes of its words."""
    program = f"import sys; print({printed!r}); sys.exit({code})"
    monkeypatch.setattr(runs_task, "CLI", (sys.executable, "-c", program))
    run = runs_task.Task.run
    monkeypatch.setattr(
        runs_task.Task,
        "run",
        lambda self, arguments, then: run(self, arguments, then, runs_task.CLI),
    )


def test_an_entry_says_what_the_run_was(folder):
    entry = read_entry(next(folder.glob("*_warm.sqlite")))
    assert (entry.name, entry.subject, entry.kind) == ("warm", "rat-7", "simulated")
    assert (entry.setpoint_c, entry.ended) == (42.9, "completed")
    assert entry.lasted_s == pytest.approx(6.0)
    assert entry.lowest_dose_min == pytest.approx(0.6)
    assert entry.doses_min["healthy"] == 0.0
    times_s, values_c = entry.spark
    assert (times_s[0], values_c[-1]) == (0.0, pytest.approx(43.0))
    assert any("subject: rat-7" in line for line in summary_lines(entry))


def test_a_run_that_was_cut_off_or_stopped_says_so(folder):
    ended = {entry.name: entry for entry in map(read_entry, folder.glob("*Z_*.sqlite"))}
    assert ended["cut"].ended == "CUT OFF"
    assert ended["hot"].ended == "stopped"
    assert summary_lines(ended["hot"])[-1].startswith("tripped: too hot")


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", ["cut", "hot", "warm"]),
        ("RAT", ["hot", "warm"]),
        ("rat ann", ["warm"]),
        ("subject:8", ["hot"]),
        ("operator:rat", []),
        ("kind:real", ["cut"]),
        ("cut off", ["cut"]),
        ("10:00:02", ["hot"]),
        ("nobody", []),
    ],
)
def test_the_search_finds_by_metadata(folder, query, found):
    entries = map(read_entry, folder.glob("*Z_*.sqlite"))
    assert sorted(e.name for e in entries if matches(e, query)) == found


def test_the_page_lists_the_newest_first_and_names_what_it_left_out(page):
    assert names(page) == ["cut", "hot", "warm"]
    assert "3 of 3 runs" in page._counted()
    assert "not read, the first" in page._counted()
    assert "foreign.sqlite" in page._counted()


@pytest.mark.parametrize(
    ("column", "order"), [(1, ["cut", "hot", "warm"]), (4, ["cut", "hot", "warm"])]
)
def test_it_sorts_by_what_a_column_means(page, column, order):
    page.table.sortByColumn(column, Qt.SortOrder.AscendingOrder)
    assert names(page) == order
    page.table.sortByColumn(column, Qt.SortOrder.DescendingOrder)
    assert names(page) == order[::-1]


def test_the_search_box_filters_and_clears_the_choice(page):
    page.table.selectRow(2)
    assert page.buttons["replay"].isEnabled()
    page.search.setText("rat-8")
    assert names(page) == ["hot"]
    assert not page.buttons["replay"].isEnabled()
    assert "1 of 3" in page._counted()


def test_replay_and_compare_open_windows_on_what_is_chosen(page):
    page.table.selectRow(1)
    page.buttons["replay"].click()
    page.table.selectAll()
    assert not page.buttons["compare"].isEnabled()
    page.search.setText("rat")
    page.table.selectAll()
    assert not page.buttons["replay"].isEnabled()
    page.buttons["compare"].click()
    opened = [[path.stem.split("_")[-1] for path in one] for one in page.runs_opened]
    assert opened == [["hot"], ["warm", "hot"]]


def test_a_report_is_written_by_amf_and_opened(page, folder, qtbot):
    page.table.selectRow(2)
    page.buttons["report"].click()
    assert not page.buttons["export"].isEnabled()
    qtbot.waitUntil(lambda: not page.act.busy(), timeout=LIMIT_MS)
    assert [path.resolve() for path in page.pages_shown] == [
        next(folder.glob("*_warm.html")).resolve()
    ]
    assert page.buttons["export"].isEnabled()


def test_what_amf_refuses_is_said(page, qtbot, monkeypatch):
    stand_in(monkeypatch, "no room on the disk", 2)
    page.table.selectRow(2)
    page.buttons["export"].click()
    qtbot.waitUntil(lambda: not page.act.busy(), timeout=LIMIT_MS)
    assert page._news.toolTip() == "amf export: exit 2. no room on the disk"
    assert page.pages_shown == []


def test_a_course_is_shown_as_amf_prints_it(page, folder, qtbot, monkeypatch):
    runs = []
    for path in sorted(folder.glob("*_warm.sqlite")):
        with Run.open(path) as run:
            runs.append((path.name, summarise(run.data())))
    linked = course("rat-7", runs)
    stand_in(monkeypatch, json.dumps(linked))
    page.table.selectRow(2)
    page.buttons["course"].click()
    qtbot.waitUntil(lambda: page.act.course_window is not None, timeout=LIMIT_MS)
    shown = page.act.course_window
    qtbot.addWidget(shown)
    assert isinstance(shown, CourseWindow)
    assert shown.table.rowCount() == 1
    assert shown.band.text() == texts.COURSE_SIMULATED
    assert "0.6 (0.6)" in [shown.table.words(0, n) for n in range(9)]


def test_a_run_without_a_subject_has_no_course(page):
    page.table.selectRow(0)
    assert not page.buttons["course"].isEnabled()
    page.act.course(page.chosen())
    assert page._news.toolTip() == texts.NO_SUBJECT


def test_a_sparkline_keeps_its_gaps_and_its_room():
    room = QRectF(0.0, 0.0, 100.0, 30.0)
    times_s, values_c = np.arange(6.0), np.array([37, 38, np.nan, 40, 41, 43.0])
    lines = spark_lines(times_s, values_c, room)
    assert [line.size() for line in lines] == [2, 3]
    assert all(room.contains(line.boundingRect()) for line in lines)
    assert spark_lines(times_s, np.full(6, np.nan), room) == []


def test_two_runs_are_aligned_at_the_start_of_heating(tmp_path):
    paths = [write_record(tmp_path, second=n, baseline_s=1.0 + n) for n in (0, 1)]
    first, second = map(compare.read_course, paths)
    assert [first.heated_s, second.heated_s] == [
        pytest.approx(1.0),
        pytest.approx(2.0),
    ]
    assert first.span_s() == (pytest.approx(-1.0), pytest.approx(5.0))
    assert second.span_s() == (pytest.approx(-2.0), pytest.approx(4.0))
    for run in (first, second):
        assert run.hf.at(-0.05) == 0.0
        assert run.hf.at(0.001) > 50.0
    differ = compare.setting_rows(first.settings, second.settings)
    assert differ == [("treatment.setpoint_c", "43.0", "42.9")]


def test_the_comparison_shows_figures_and_differences(tmp_path, qtbot, monkeypatch):
    paths = [write_record(tmp_path, second=n) for n in (0, 1)]
    with Run.open(paths[0]) as run:
        summary = summarise(run.data())
    stand_in(monkeypatch, json.dumps(summary))
    window = CompareWindow(paths)
    qtbot.addWidget(window)
    qtbot.waitUntil(lambda: len(window.summaries) == 2, timeout=LIMIT_MS)
    table = window.table
    rows = {table.words(n, 0): table.words(n, 1) for n in range(table.rowCount())}
    assert rows["set-point, °C"] == "43.00"
    assert rows["largest H·f, A/(m·s)"] == "1.451e9"
    assert rows["CEM43 core, min"] == "0.60"
    assert rows["treatment.setpoint_c"] == "43.0"
    assert all(len(line.xData) > 50 for lines in window._lines for line in lines)
    assert window.band.text() == texts.COMPARE_SIMULATED


def test_a_comparison_of_real_with_simulated_says_so(tmp_path):
    kinds = enumerate(("simulated", "real"))
    paths = [write_record(tmp_path, second=n, kind=kind) for n, kind in kinds]
    simulated, real = map(compare.read_course, paths)
    mixed = replace(real, kind="mixed")
    assert compare.band_of([real, real]).text == ""
    assert compare.band_of([real, simulated]).text.endswith("A: real   B: simulated")
    assert compare.band_of([mixed, mixed]).level == "fault"
