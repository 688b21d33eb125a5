"""The fault campaign: what it asks for, single runs of it, and its table."""

import csv
from dataclasses import replace
from pathlib import Path

import pytest

from controller.analysis.campaign import PHASES, Case, judge, table
from controller.campaign import Job, cases, jobs, run_one
from controller.commands.campaign import closing, markdown, save
from controller.config.loading import load
from controller.errors import BenchError
from controller.rehearsal import KINDS
from tests.controller.rig import CONFIGS

DRY_RUN = CONFIGS / "dry_run.toml"
SHORT = CONFIGS / "dry_run_short.toml"


def case(kind: str, on: str) -> Case:
    return next(c for c in cases(load(SHORT)) if (c.kind, c.on) == (kind, on))


def test_every_fault_that_the_bench_can_have_is_asked_for() -> None:
    found = cases(load(DRY_RUN))
    places = {"wire", "probe", "applicator"}
    must = {kind for kind, table in KINDS.items() if table.place in places}
    assert must <= {c.kind for c in found}
    assert len(found) >= 40
    assert len(set(found)) == len(found)
    listed = jobs(DRY_RUN, found, seeds=2, full=False)
    assert len(listed) == 2 * len(PHASES) * len(found)


def test_a_bench_with_an_address_is_refused(tmp_path: Path) -> None:
    loaded = load(SHORT)
    instruments = dict(loaded.bench.instruments)
    real = {"simulated": False, "address": "socket://127.0.0.1:1"}
    instruments["psu"] = instruments["psu"].model_copy(update=real)
    other = replace(loaded, bench=replace(loaded.bench, instruments=instruments))
    with pytest.raises(BenchError, match="every instrument simulated"):
        cases(other)


@pytest.mark.parametrize(
    ("kind", "on", "phase", "code"),
    [
        ("silence", "thermometer", "hold", "instrument-silent"),
        ("deaf", "psu", "ramp", "instrument-silent"),
        ("unplugged", "core", "hold", "probe-lost"),
        ("over-current", "psu", "hold", "supply-trip"),
    ],
)
def test_a_fault_is_seen_and_the_field_off_in_time(
    kind: str, on: str, phase: str, code: str
) -> None:
    ran = run_one(Job(str(SHORT), case(kind, on), phase, 1, False))
    assert ran.codes[0] == code, ran
    assert ran.begun_s is not None and ran.on_at_begin
    assert judge(ran, load(SHORT).settings.period_s) == "off", ran
    assert ran.hf_share > 0.1 and 37.0 < ran.hottest_tumour_c < 46.0


def test_a_field_that_stays_on_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """The witness looks at the tank itself, not at what the loop believes."""

    def never_off(*_: object) -> str:
        return ""

    monkeypatch.setattr("controller.instruments.stations.SupplyStation.off", never_off)
    monkeypatch.setattr(
        "controller.instruments.stations.GeneratorStation.off", never_off
    )
    ran = run_one(Job(str(SHORT), case("unplugged", "core"), "hold", 1, False))
    assert ran.off_s is None
    assert judge(ran, 0.1) == "UNSAFE"


def test_the_table_is_kept(tmp_path: Path) -> None:
    loaded = load(SHORT)
    found = [case("unplugged", "core"), case("doubled", "psu")]
    runs = [run_one(Job(str(SHORT), c, "hold", 1, False)) for c in found]
    judged = [(ran, judge(ran, loaded.settings.period_s)) for ran in runs]
    rows = table(judged)
    lines, page = save(loaded, judged, rows, tmp_path / "new")
    with lines.open(encoding="utf-8") as file:
        written = list(csv.DictReader(file))
    assert [row["case"] for row in written] == ["unplugged on core", "doubled on psu"]
    assert [row["verdict"] for row in written] == ["off", "tolerated"]
    text = page.read_text(encoding="utf-8")
    assert text == markdown(loaded, judged, rows)
    assert "| unplugged on core | 1 | probe-lost |" in text
    assert "unsafe ends: 0; later off than allowed: 0" in closing(loaded, judged)
