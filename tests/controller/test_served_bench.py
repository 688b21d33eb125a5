"""A treatment over sockets and pseudo-terminals: whole, silenced, cut and put back."""

import os
import re
import subprocess
from pathlib import Path

import pytest

from controller.loop import COMPLETED, ENDED, REFUSED
from controller.rehearsal import Served
from tests.controller.served import (
    AMF,
    LONG_S,
    amf,
    faults_of,
    only_run,
    sentences,
    served_bench,
    simulated_elsewhere,
)


@pytest.mark.skipif(os.name != "posix", reason="Ctrl-C by signal is POSIX's")
def test_two_terminals_complete_a_treatment(tmp_path: Path) -> None:
    """What docs promise: amf simulate here, amf run there."""
    out = tmp_path / "runs"
    with simulated_elsewhere(tmp_path) as config:
        done = amf("run", config, "--out", out)
    assert done.returncode == COMPLETED, done.stderr
    assert faults_of(out) == []
    assert sentences(out, "off")[-1] == "field off, confirmed by read-back"


def test_a_thermometer_that_goes_silent_is_named(tmp_path: Path) -> None:
    def look(served: Served, on_s: float) -> None:
        if on_s > 4.0:
            served.simulation.lines["thermometer"].silent = True

    with served_bench(tmp_path, look=look) as (config, served):
        done = amf("run", config, "--out", tmp_path / "runs")
        assert not served.simulation.twins["psu"].output_on
    assert done.returncode == ENDED, done.stderr
    first, second = faults_of(tmp_path / "runs")[:2]
    assert (first["code"], second["code"]) == ("instrument-silent", "probe-lost")
    match = re.match(
        r"thermometer has been silent since (\d+\.\d) s", first["sentence"]
    )
    assert match, first
    # three updates of 0.1 s, and two periods of 0.1 s
    assert 0.2 <= first["t_s"] - float(match[1]) <= 0.6
    assert sentences(tmp_path / "runs", "off")[0].endswith("confirmed by read-back")
    (end,) = sentences(tmp_path / "runs", "end")
    assert end.startswith(f"tripped: {first['sentence']}")


@pytest.mark.parametrize("name", ["psu", "thermometer"])
def test_a_cable_pulled_and_put_back_ends_with_the_field_off(
    tmp_path: Path, name: str
) -> None:
    def look(served: Served, on_s: float) -> None:
        line = served.simulation.lines[name]
        line.gone = 4.0 < on_s < 4.15

    with served_bench(tmp_path, look=look) as (config, served):
        done = amf("run", config, "--out", tmp_path / "runs")
        assert not served.simulation.twins["psu"].output_on
    assert done.returncode == ENDED, done.stderr
    first = faults_of(tmp_path / "runs")[0]
    assert first["code"] in ("instrument-silent", "instrument-returned"), first
    assert first["sentence"].startswith(f"{name} "), first


def test_a_second_program_gets_one_sentence(tmp_path: Path) -> None:
    out = tmp_path / "runs"
    with (
        served_bench(tmp_path) as (config, _),
        subprocess.Popen(
            [*AMF, "run", str(config), "--json", "--out", str(out)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        ) as first,
    ):
        assert first.stdin is not None and first.stdout is not None
        assert '"hello"' in first.stdout.readline()
        second = amf("run", config, "--out", tmp_path / "other")
        first.stdin.close()
        first.stdout.read()
        assert first.wait(LONG_S) == ENDED
    assert second.returncode == REFUSED
    said = " ".join(second.stderr.split())
    assert "is in use by another program" in said
    assert f"process {first.pid}" in said
    assert not (tmp_path / "other").exists() or not list(tmp_path.glob("other/*"))
    assert only_run(out)
