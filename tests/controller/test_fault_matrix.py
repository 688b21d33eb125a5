"""Every fault on the whole stack, in simulated time: it ends safe, whatever happens."""

import re
import tomllib
from dataclasses import dataclass
from math import inf
from pathlib import Path

import pytest

from controller.bench import open_bench
from controller.commands.simulate import served_config
from controller.config.loading import load
from controller.errors import BenchError
from controller.loop import COMPLETED, ENDED, NOT_CONFIRMED
from controller.recording.run_file import Run
from controller.rehearsal import KINDS, Fault, rehearse, serve, simulate
from tests.controller.rig import CONFIGS, rig
from tests.controller.served import amf, faults_of, quick

INSTRUMENTS = ("psu", "generator", "thermometer")
OTHER = {"psu": "generator", "generator": "thermometer", "thermometer": "psu"}
HOTTEST_C = 46.0
GONE_A_PER_M = 1.0


@dataclass
class End:
    """How a run with a fault ended, and the worst that was true in it."""

    exit_code: int
    sentence: str
    codes: list[str]
    said: list[str]
    on: bool
    field_a_per_m: float
    hottest_c: float
    hf_share: float


def run_with(out: Path, fault: Fault) -> End:
    """Run the short dry run with a fault."""
    with rig(out, "dry_run_short.toml") as r:
        assert r.bench.simulation is not None
        rehearsal = rehearse(r.bench.simulation, r.loaded.bench, [fault], 1)
        rehearsal.phase = lambda: r.phase
        outcome = r.run()
        on = r.supply.output_on
        r.bench.link.clock.wait(1.0)
        field_a_per_m = r.bench.simulation.bench.truth.field_a_per_m
        limit = r.loaded.settings.ceiling.limit_a_per_m_s
    with Run.open(r.recorder.path) as run:
        truth = run.data().truth
    assert truth is not None
    hottest_c = max(truth["true_core_c"].max(), truth["true_margin_c"].max())
    share = truth["true_hf_a_per_m_s"].max() / limit
    return End(
        outcome.exit_code,
        outcome.sentence,
        r.codes,
        rehearsal.said,
        on,
        field_a_per_m,
        hottest_c,
        share,
    )


def able(kind: str) -> list[str]:
    """Return the instruments whose twins can have a fault."""
    twins = simulate(load(CONFIGS / "dry_run_short.toml").bench, 1).twins
    needs = KINDS[kind].needs
    return [n for n in INSTRUMENTS if any(hasattr(twins[n], need) for need in needs)]


def cases() -> list[Fault]:
    """Each kind: on every wire, on the core's fibre, on each twin that can have it."""
    found = []
    for kind, table in KINDS.items():
        if table.place == "probe":
            other = "healthy" if table.exchange else ""
            for phase in ("ramp", "hold"):
                found.append(Fault(kind, "core", None, phase, 5.0, other=other))
        elif table.place in ("field", "cooling"):
            continue
        elif table.place == "applicator":
            found += [Fault(kind, phase="hold", after_s=5.0), Fault(kind, at_s=0.0)]
        else:
            for name in INSTRUMENTS if table.place == "wire" else able(kind):
                other = OTHER[name] if table.exchange else ""
                for lasts_s in (0.5, 2.0, inf):
                    fault = Fault(kind, name, None, "hold", 5.0, lasts_s, other=other)
                    found.append(fault)
    return found


def named(fault: Fault) -> str:
    return f"{fault.kind} {fault.on} {fault.phase} {fault.duration_s:g}"


def test_every_kind_is_in_the_matrix() -> None:
    # no contacts on this bench: test_safeguards has those
    absent = {"contact-open", "adapter-gone"}
    absent |= {kind for kind in KINDS if kind.startswith("relay-")}
    # no field sensor either: test_field_on_the_wire
    absent |= {k for k, table in KINDS.items() if "coil_channel" in table.needs}
    absent |= {k for k, table in KINDS.items() if table.place == "field"}
    # nor a probe on the coil: test_applicator_heat
    absent |= {k for k, table in KINDS.items() if table.place == "cooling"}
    assert {fault.kind for fault in cases()} == {*KINDS} - absent


@pytest.mark.parametrize("fault", cases(), ids=named)
def test_it_ends_safe(tmp_path: Path, fault: Fault) -> None:
    end = run_with(tmp_path, fault)
    assert end.said and f"{fault.kind}" in end.said[0]
    assert end.hottest_c < HOTTEST_C
    assert end.hf_share <= 1.0
    # the generator is a route of its own: without gate drive there is no field
    assert end.field_a_per_m < GONE_A_PER_M
    assert end.exit_code in (COMPLETED, ENDED, NOT_CONFIRMED)
    if end.exit_code == NOT_CONFIRMED:
        assert "NOT CONFIRMED" in end.sentence and fault.on == "psu"
    else:
        assert not end.on
    assert bool(end.codes) is (end.exit_code != COMPLETED), (end.codes, end.sentence)


@pytest.mark.parametrize("kind", ["silence", "disconnect", "truncated"])
@pytest.mark.parametrize("name", ["generator", "thermometer"])
def test_the_sentence_names_who_is_lost_and_since_when(
    tmp_path: Path, kind: str, name: str
) -> None:
    end = run_with(tmp_path, Fault(kind, name, phase="hold", after_s=5.0))
    assert end.codes[0] == "instrument-silent"
    begun_s = float(end.said[0].split(" s: ")[0])
    match = re.match(rf"tripped: {name} has been \w+ since ([\d.]+) s:", end.sentence)
    assert match and abs(float(match[1]) - begun_s) <= 0.2


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ('kind = "silense"\nat_s = 1.0', "did you mean silence?"),
        ('kind = "quux"\nat_s = 1.0', "known: silence, deaf"),
        ('kind = "drift"\non = "psu"\nat_s = 1.0', "is not one of core"),
    ],
)
def test_a_config_s_impossible_fault_is_one_sentence(
    tmp_path: Path, lines: str, said: str
) -> None:
    config = quick(tmp_path, f"\n[[faults]]\n{lines}\n")
    with pytest.raises(BenchError, match=re.escape(said)), open_bench(load(config)):
        pass
    with pytest.raises(BenchError, match=re.escape(said)), serve(load(config)):
        pass


def test_a_config_s_fault_happens_in_a_run(tmp_path: Path) -> None:
    more = '\n[[faults]]\nkind = "silence"\non = "thermometer"\nat_s = 9.0\n'
    done = amf("run", quick(tmp_path, more), "--out", tmp_path / "runs")
    assert done.returncode == ENDED, done.stderr
    fault = faults_of(tmp_path / "runs")[0]
    assert fault["sentence"].startswith("thermometer has been silent since 8.9 s")


def test_a_config_s_fault_waits_for_the_phase_of_its_run(tmp_path: Path) -> None:
    more = '\n[[faults]]\nkind = "unplugged"\non = "core"\nphase = "hold"\n'
    told: list[str] = []
    with open_bench(load(quick(tmp_path, more))) as bench:
        bench.follow(lambda: phase, told.append)
        phase = "ramp"
        bench.link.clock.wait(1.0)
        assert told == []
        phase = "hold"
        bench.link.clock.wait(1.0)
    assert len(told) == 1 and "unplugged on core begins" in told[0]


def test_what_is_served_knows_no_phases(tmp_path: Path) -> None:
    more = '\n[[faults]]\nkind = "unplugged"\non = "core"\nphase = "hold"\n'
    with (
        pytest.raises(BenchError, match="at_s instead"),
        serve(load(quick(tmp_path, more))),
    ):
        pass


def test_a_config_s_fault_happens_where_it_is_served(tmp_path: Path) -> None:
    more = '\n[[faults]]\nkind = "unplugged"\non = "core"\nat_s = 0.0\n'
    path = quick(tmp_path, more)
    with serve(load(path), link="socket") as served:
        assert "unplugged on core begins" in served.rehearsal.said[0]
        data = tomllib.loads(path.read_text(encoding="utf-8"))
        printed = tomllib.loads(served_config(data, served.addresses, "x"))
    assert "faults" in data and "faults" not in printed
