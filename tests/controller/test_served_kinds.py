"""A heater and an amplifier on real ports: off by loop, by guardian and by hand."""

import os
import re
import signal
import subprocess
import threading
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from controller.commands.simulate import served_config
from controller.config.loading import load
from controller.guardian.hands import hands_of, switch_off
from controller.loop import ENDED
from controller.rehearsal import Served, serve
from simulators.line import Line
from simulators.serve import in_background
from tests.controller.rig import CONFIGS
from tests.controller.served import AMF, LONG_S, sentences

SOURCES = {"induction_heater": "heater", "amplifier": "generator"}


@dataclass
class Seen:
    """Says when the field has come, and when it has gone again."""

    served: Served
    on: threading.Event = field(default_factory=threading.Event)
    gone: threading.Event = field(default_factory=threading.Event)

    def receive(self, data: bytes) -> bytes:
        return b""

    def advance(self, dt_s: float) -> bytes:
        field_a_per_m = self.served.simulation.bench.field_a_per_m
        if field_a_per_m > 1500.0:  # more than the start-up makes
            self.on.set()
        elif self.on.is_set() and field_a_per_m < 1.0:
            self.gone.set()
        return b""


@dataclass
class Kind:
    """A served bench of a kind: its config, what makes the field, what is seen."""

    config: Path
    source: Any
    seen: Seen


@contextmanager
def bench_of(kind: str, folder: Path) -> Iterator[Kind]:
    text = (CONFIGS / f"dry_run_{kind}.toml").read_text(encoding="utf-8")
    assert "baseline_s = 3.0" in text
    # by the bytes, the oscilloscope's answers take longer than a simulated 0.1 s
    text = text.replace("uncertainty = 0.03\nupdate_s = 0.1", "uncertainty = 0.03")
    path = folder / "short.toml"
    path.write_text(text.replace("baseline_s = 3.0", "baseline_s = 2.0"), "utf-8")
    with serve(load(path)) as served:
        seen = Seen(served)
        bench = served.simulation.bench
        bench.lines = (*bench.lines, Line(seen))
        config = folder / "served.toml"
        data = tomllib.loads(path.read_text(encoding="utf-8"))
        config.write_text(served_config(data, served.addresses, path.name), "utf-8")
        with in_background(served.server):
            yield Kind(config, served.simulation.twins[SOURCES[kind]], seen)


def started(kind: Kind, out: Path) -> subprocess.Popen[str]:
    command = [*AMF, "run", str(kind.config), "--out", str(out)]
    return subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, text=True
    )


@pytest.mark.parametrize("name", SOURCES)
def test_by_hand(tmp_path: Path, name: str) -> None:
    with bench_of(name, tmp_path) as kind:
        kind.source.output_on = True
        hands = hands_of(load(kind.config))
        assert [hand.name for hand in hands] == [SOURCES[name]]
        report = switch_off(hands)
        assert report.confirmed, report.sentence
        assert not kind.source.output_on


def test_by_hand_an_amplifier_stuck_on_is_left_nothing_to_put_out(
    tmp_path: Path,
) -> None:
    with bench_of("amplifier", tmp_path) as kind:
        kind.source.output_on = kind.source.stuck_on = True
        before_vpp = kind.source.amplitude_vpp
        report = switch_off(hands_of(load(kind.config)), rounds=1)
        assert not report.confirmed and "the output is still on" in report.sentence
        assert kind.source.amplitude_vpp <= 0.0011 < before_vpp


@pytest.mark.skipif(os.name != "posix", reason="Ctrl-C by signal is POSIX's")
def test_by_the_loop_when_the_operator_stops(tmp_path: Path) -> None:
    with bench_of("amplifier", tmp_path) as kind:
        with started(kind, tmp_path / "runs") as engine:
            assert kind.seen.on.wait(LONG_S)
            engine.send_signal(signal.SIGINT)
            assert engine.wait(LONG_S) == ENDED
        assert kind.seen.gone.wait(LONG_S) and not kind.source.output_on
    offs = sentences(tmp_path / "runs", "off")
    assert offs and all("field off, confirmed by read-back" in off for off in offs)
    (said,) = sentences(tmp_path / "runs", "fingerprint")
    assert re.match(
        r"the applicator is the calibrated one: .*field [01]\.\d\d\d of", said
    )


def test_by_the_guardian_when_the_engine_is_killed(tmp_path: Path) -> None:
    with bench_of("induction_heater", tmp_path) as kind:
        with started(kind, tmp_path / "runs") as engine:
            assert kind.seen.on.wait(LONG_S)
            engine.kill()
        assert kind.seen.gone.wait(LONG_S) and not kind.source.output_on
