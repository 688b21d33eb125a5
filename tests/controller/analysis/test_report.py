"""The report: whole in itself, honest about what it shows."""

import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from controller.analysis.report import SHOWN_EVENTS, render
from controller.analysis.report_plots import thinned
from controller.analysis.run_data import Event, RunData
from controller.analysis.summary import summarise
from controller.recording.run_file import Run
from tests.controller import synthetic_run


def data_of(path: Path) -> RunData:
    with Run.open(path) as run:
        return run.data()


def page_of(run: RunData) -> str:
    return render(run, summarise(run))


@pytest.fixture
def run(tmp_path: Path) -> RunData:
    return data_of(synthetic_run.write_run(tmp_path, ticks=300))


def test_the_page_needs_nothing_from_outside(run: RunData) -> None:
    page = page_of(run)
    assert page.count("<svg") == 5
    assert not re.search(r"<(script|link|img|iframe)\b", page)
    references = re.findall(r'(?:src|href)="([^"]+)"', page)
    assert {ref for ref in references if not ref.startswith("#")} == set()
    assert "@import" not in page


def test_a_simulated_run_says_so_first(run: RunData) -> None:
    page = page_of(run)
    assert page.index(">SIMULATED") < page.index("<h1>")
    assert "SIMULATED, served on a port" in page
    assert "INCOMPLETE" not in page


def test_a_partly_real_run_is_not_called_simulated(run: RunData) -> None:
    instruments = {"psu": {"kind": "real"}, "gen": {"kind": "simulated"}}
    page = page_of(replace(run, header=replace(run.header, instruments=instruments)))
    assert ">PARTLY SIMULATED" in page
    assert ">SIMULATED\n" not in page


def test_a_real_run_has_no_band(run: RunData) -> None:
    header = replace(run.header, simulated=False, instruments={"p": {"kind": "real"}})
    page = page_of(replace(run, header=header, truth=None))
    assert "SIMULATED" not in page


def test_an_incomplete_run_says_so(tmp_path: Path) -> None:
    path = synthetic_run.write_run(tmp_path, ticks=40, finish=False)
    page = page_of(data_of(path))
    assert page.index(">INCOMPLETE") < page.index("<h1>")


def test_a_run_that_ended_early_gives_its_reason(run: RunData) -> None:
    phases = run.columns["phase"].copy()
    phases[-1] = "tripped"
    tripped = replace(run, columns={**run.columns, "phase": phases})
    page = page_of(replace(tripped, results={"exit_reason": "core slipped out"}))
    assert "ENDED EARLY" in page


def test_faults_events_and_metadata_are_told(run: RunData) -> None:
    page = page_of(run)
    for text in ("core slipped out", "41 °C", "operator", "N. N.", "diameter"):
        assert text in page
    assert "2.425e+09 A/(m·s)" in page


def test_words_of_a_run_are_never_markup(run: RunData) -> None:
    page = page_of(run)
    assert "the run &lt;begins&gt;" in page
    assert "phantom &lt;1&gt;" in page
    assert "<begins>" not in page


@pytest.mark.parametrize("ticks", [0, 1, 2])
def test_the_shortest_runs(tmp_path: Path, ticks: int) -> None:
    path = synthetic_run.write_run(tmp_path, ticks=ticks, finish=False)
    page = page_of(data_of(path))
    assert page.count("<svg") == (5 if ticks else 0)


def test_a_run_of_nothing_but_nan(run: RunData) -> None:
    columns = dict(run.columns)
    for name, values in columns.items():
        if name not in ("t_s", "phase"):
            columns[name] = np.full(len(values), np.nan)
    nothing = {
        **run.readings,
        "value_c": np.full((run.ticks, 4), np.nan),
        "cem43_min": np.full((run.ticks, 4), np.nan),
    }
    page = page_of(replace(run, columns=columns, readings=nothing, truth=None))
    assert page.count("<svg") == 5


def test_a_probe_named_like_a_formula(run: RunData) -> None:
    probes = (replace(run.settings.probes[0], name="$x_{"), *run.settings.probes[1:])
    page = page_of(replace(run, settings=replace(run.settings, probes=probes)))
    assert "$x_{" in page


def test_the_same_run_gives_the_same_page(run: RunData) -> None:
    assert page_of(run) == page_of(run)


def test_many_events_are_cut_in_the_middle_and_that_is_said(run: RunData) -> None:
    count = SHOWN_EVENTS + 10
    events = tuple(
        Event(i, float(i), synthetic_run.UTC, "note", f"note {i}.", {})
        for i in range(count)
    )
    page = page_of(replace(run, events=events))
    assert "10 events in the middle" in page
    assert "note 0." in page
    assert f"note {count - 1}." in page
    assert f"note {count // 2}." not in page


def test_thinned_keeps_every_extreme() -> None:
    t = np.arange(100_003, dtype=np.float64)
    values = np.sin(t / 500.0)
    values[[12_345, 77_777]] = 9.0, -9.0
    values[50_000:60_000] = np.nan
    few_t, few = thinned(t, values, bins=200)
    assert len(few) <= 402
    assert np.nanmax(few) == 9.0
    assert np.nanmin(few) == -9.0
    assert np.isnan(few).any()
    assert (np.diff(few_t) >= 0.0).all()
    assert few_t[list(few).index(9.0)] == 12_345


def test_thinned_leaves_short_records_alone() -> None:
    t = np.arange(10, dtype=np.float64)
    assert thinned(t, t)[1] is t
