"""The fault campaign: what it asks for, single runs of it, and its table."""

import csv
import os
import re
import signal
import subprocess
import sys
import threading
from dataclasses import replace
from pathlib import Path

import pytest

from controller.analysis.campaign import PHASES, Case, judge, table
from controller.campaign import Job, cases, jobs, run_one
from controller.commands.campaign import closing, markdown, risks, save
from controller.config.loading import load
from controller.errors import BenchError
from controller.loop import ENDED
from controller.rehearsal import KINDS
from tests.controller.rig import CONFIGS
from tests.controller.served import LONG_S

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

    monkeypatch.setattr("controller.campaign.proven", lambda *_: None)
    monkeypatch.setattr(
        "controller.instruments.stations_inverter.SupplyStation.off", never_off
    )
    monkeypatch.setattr(
        "controller.instruments.stations_inverter.GeneratorStation.off", never_off
    )
    ran = run_one(Job(str(SHORT), case("unplugged", "core"), "hold", 1, False))
    assert ran.off_s is None
    assert judge(ran, 0.1) == "UNSAFE"


@pytest.mark.parametrize(
    ("kind", "on", "said"),
    [
        ("coil-exchanged", "", "wrong coil? expected 9 turns"),
        ("capacitor-exchanged", "", "wrong capacitor? expected 200 nF"),
        ("silence", "psu", "psu: nothing came"),
    ],
)
def test_what_is_wrong_before_the_start_is_refused(
    kind: str, on: str, said: str
) -> None:
    found = [c for c in cases(load(SHORT)) if (c.kind, c.on) == (kind, on)]
    ran = run_one(Job(str(SHORT), found[-1], "start", 1, False))
    assert ran.exit_code == 2 and judge(ran, 0.1) == "refused", ran
    assert said in ran.sentence and ran.record_complete


def test_a_coil_exchanged_at_full_power_never_passes_the_ceiling() -> None:
    for c in cases(load(SHORT)):
        if c.kind == "coil-exchanged":
            ran = run_one(Job(str(SHORT), c, "ramp", 1, False))
            assert ran.on_at_begin and judge(ran, 0.1) == "off", ran
            assert ran.codes == ("resonance-lost",) and ran.hf_share < 0.98


def test_a_jump_that_nothing_can_forestall_is_told_with_what_it_does() -> None:
    """Nobody knows a cause; the field sensor ends it at its next reading."""
    loaded = load(DRY_RUN)
    assert loaded.bench.field_sensor is not None
    jump = Case("gain-changed", size=1.25, deceives=True)
    ran = run_one(Job(str(DRY_RUN), jump, "ramp", 1, False))
    assert judge(ran, 0.2) == "UNSAFE" and ran.codes[0] == "ceiling"
    assert ran.hf_share == pytest.approx(1.25 * 0.97 / 1.1, rel=0.01)
    assert ran.off_s is not None and ran.begun_s is not None
    assert 0.0 < ran.off_s - ran.begun_s <= loaded.bench.field_sensor.update_s + 0.4
    (said,) = risks(loaded, [])
    assert "more than 13% at full power" in said and "reading, 0.9 s" in said


def test_an_amplifier_stuck_on_is_seen_first_and_ends_off() -> None:
    """Nothing of what was waited for while it was switched off looks late."""
    config = CONFIGS / "dry_run_amplifier.toml"
    stuck = Case("stuck-on", "generator")
    ran = run_one(Job(str(config), stuck, "ramp", 1, False))
    assert ran.codes == ("output-stuck",) and ran.exit_code == ENDED
    assert judge(ran, 0.1) == "off"
    assert ran.sentence.endswith("measures; but generator: the output is still on")


INTERRUPTED = """
import sys
from pathlib import Path
from controller import campaign
from controller.commands.campaign import run
run_all = campaign.run_all
def said(listed):
    for ran in run_all(listed, 1):
        print("ran", flush=True)
        yield ran
campaign.run_all = said
sys.exit(run(Path(sys.argv[1]), seeds=1, full=False, out=None))
"""


@pytest.mark.skipif(os.name != "posix", reason="Ctrl-C by signal is POSIX's")
def test_ctrl_c_ends_it_and_its_processes() -> None:
    """As a terminal does it: every process that belongs to it is told."""
    with subprocess.Popen(
        [sys.executable, "-c", INTERRUPTED, str(SHORT)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ran\n"
        os.killpg(process.pid, signal.SIGINT)
        _, said = process.communicate(timeout=LONG_S)
    assert process.returncode == ENDED
    assert re.search(r"stopped after \d+ of \d+ runs: no table$", said.strip()), said
    assert "Traceback" not in said
    assert _gone(process.pid)


def _gone(group: int) -> bool:
    for _ in range(200):
        try:
            os.killpg(group, 0)
        except ProcessLookupError:
            return True
        threading.Event().wait(0.05)
    return False


def test_what_nobody_saw_is_a_residual_risk() -> None:
    loaded, found = load(SHORT), case("offset", "core")
    ran = run_one(Job(str(SHORT), replace(found, size=-0.5), "hold", 1, False))
    rows = table([(ran, judge(ran, 0.1))])
    assert rows[0].verdicts == ("unseen",)
    said = risks(loaded, rows)[0]
    assert said.startswith("offset -0.5 on core: not seen in 1 of 1 runs (hold); ")
    assert f"true tumour up to {ran.hottest_tumour_c:.2f} °C" in said
    assert f"- {said}" in markdown(loaded, [(ran, judge(ran, 0.1))], rows)


def test_a_fault_without_a_field_is_no_risk() -> None:
    ran = run_one(Job(str(SHORT), case("frozen", "core"), "cool", 1, False))
    assert ran.codes == () and judge(ran, 0.1) == "tolerated"


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


def test_the_page_lists_every_fault_and_no_bad_end() -> None:
    page = (CONFIGS.parent / "docs" / "campaign.md").read_text(encoding="utf-8")
    rows = {line.split(" | ")[0].strip("| "): line for line in page.splitlines()}
    for c in cases(load(DRY_RUN)):
        assert c.title in rows, c.title
        assert not any(bad in rows[c.title] for bad in ("UNSAFE", "LATE", "NOT BEGUN"))
    assert "unsafe ends: 0; later off than allowed: 0" in page
