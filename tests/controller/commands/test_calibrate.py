"""``amf calibrate`` as a person uses it: files, page, record, JSON, exit codes."""

import io
import json
import os
import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from controller.bench import OpenBench, OpenThermometry
from controller.cli import app
from controller.commands import calibrate_probes as probes_command
from controller.config.calibration_file import (
    FieldCalibration,
    ProbeCalibration,
    read,
)
from controller.config.loading import load
from controller.errors import AmfError, BenchError, ConfigError, RecordingError
from controller.procedures.acknowledged import COIL_EMPTY, coil_empty
from controller.procedures.calibration_baths import read_answers
from controller.recording.run_file import Run
from controller.recording.writing import Recorder
from tests.controller.rig import CONFIGS
from tests.controller.served import AMF, LONG_S, served_bench

DRY_RUN = CONFIGS / "dry_run.toml"
ANSWERS = """
reference = "Pt100 17, certificate 3"
baths = [
    { name = "ice", reference_c = 0.01, uncertainty_c = 0.02 },
    { name = "warm", reference_c = 37.1, uncertainty_c = 0.02 },
    { name = "hot", reference_c = 44.9, uncertainty_c = 0.02 },
]
"""


def amf(*arguments: object, code: int = 0) -> str:
    done = CliRunner().invoke(app, [*map(str, arguments)])
    assert done.exit_code == code, done.output
    return done.stdout


def changed(folder: Path, *pairs: tuple[str, str]) -> Path:
    text = DRY_RUN.read_text(encoding="utf-8")
    for old, new in pairs:
        assert old in text
        text = text.replace(old, new)
    path = folder / "changed.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_field_writes_file_page_and_record(tmp_path: Path) -> None:
    shown = amf("calibrate", "field", DRY_RUN, "--out", tmp_path, "--seed", 3)
    assert "field per ampere, peak" in shown
    assert max(len(line) for line in shown.splitlines()[:7]) <= 80
    (file,) = tmp_path.glob("*_field.toml")
    calibration, _ = read(file, FieldCalibration)
    assert calibration.coil == load(DRY_RUN).bench.applicator.coil
    assert calibration.simulated
    assert calibration.field_uncertainty <= 0.03
    page = next(tmp_path.glob("*_field.html")).read_text(encoding="utf-8")
    assert "SIMULATED" in page
    assert page.count("<svg") == 2
    with Run.open(next(tmp_path.glob("*.sqlite"))) as run:
        assert not run.verify_chain()
        assert run.completed
        kinds = [event.kind for event in run.events()]
    assert kinds.count("level") == 12
    assert kinds[-1] == "end"


def test_json_is_one_object_a_line(tmp_path: Path) -> None:
    shown = amf("calibrate", "field", DRY_RUN, "--out", tmp_path, "--json")
    messages = [json.loads(line) for line in shown.splitlines()]
    assert {m["kind"] for m in messages} == {"point", "end"}
    end = messages[-1]
    assert end["exit_code"] == 0
    assert end["result"]["field_per_ampere_per_m"] > 0.0
    assert Path(end["file"]).exists()
    assert messages[-2]["share"] == 1.0


def test_field_without_a_sensor_is_refused(tmp_path: Path) -> None:
    text = DRY_RUN.read_text(encoding="utf-8")
    start = text.index("[field_sensor]")
    table = text[start : text.index("\n[", start + 1)]
    path = changed(tmp_path, (table, ""))
    done = CliRunner().invoke(app, ["calibrate", "field", str(path)])
    assert isinstance(done.exception, AmfError)
    assert "[field_sensor] is missing" in str(done.exception)


def test_wrong_capacitor_ends_without_a_file(tmp_path: Path) -> None:
    path = changed(tmp_path, ("capacitance_f = 200e-9", "capacitance_f = 88e-9"))
    out = tmp_path / "out"
    shown = amf("calibrate", "field", path, "--out", out, "--json", code=3)
    assert "field off, confirmed" in json.loads(shown.splitlines()[-1])["sentence"]
    assert not [*out.glob("*.toml")]


def test_a_line_that_is_bent_writes_no_file_and_says_off(tmp_path: Path) -> None:
    noise = ("noise_c = 0.05", "pickup_noise_v = 0.002\nnoise_c = 0.05")
    path, out = changed(tmp_path, noise), tmp_path / "out"
    shown = amf("calibrate", "field", path, "--out", out, "--json", code=3)
    sentence = json.loads(shown.splitlines()[-1])["sentence"]
    assert sentence.startswith("no calibration: ")
    assert "field off, confirmed by read-back" in sentence
    assert not [*out.glob("*.toml")] and [*out.glob("*_field.html")]


def test_a_record_that_fails_after_off_is_an_end_of_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise RecordingError("the disk is full")

    monkeypatch.setattr(Recorder, "finish", full)
    shown = amf("calibrate", "field", DRY_RUN, "--out", tmp_path, "--json", code=3)
    end = json.loads(shown.splitlines()[-1])
    assert end["exit_code"] == 3 and "field off, confirmed" in end["sentence"]
    assert "not all could be written: the disk is full" in end["sentence"]


@pytest.mark.skipif(os.name != "posix", reason="Ctrl-C by signal is POSIX's")
def test_ctrl_c_ends_a_calibration_of_served_instruments(tmp_path: Path) -> None:
    with served_bench(tmp_path, base=DRY_RUN) as (config, served):
        arguments = ("calibrate", "field", str(config), "--out", str(tmp_path / "out"))
        command = [*AMF, *arguments, "--json"]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            first = json.loads(process.stdout.readline())
            assert served.simulation.twins["psu"].output_on
            process.send_signal(signal.SIGINT)
            last = json.loads(process.stdout.readlines()[-1])
            assert process.wait(LONG_S) == 3
        assert not served.simulation.twins["psu"].output_on
    assert first["step"] == "sweep"
    assert "stopped by the operator (SIGINT)" in last["sentence"]
    assert "field off, confirmed by read-back" in last["sentence"]
    with Run.open(Path(last["record"])) as run:
        asked = [e.sentence for e in run.events() if e.kind == "acknowledgement"]
    assert f"{COIL_EMPTY} waived: simulated" in asked


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def real_bench() -> OpenBench:
    nothing: Any = None
    return OpenBench(nothing, {"psu": "real"}, {}, None, {})


def test_the_coil_is_said_to_be_empty(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", Terminal(f"{COIL_EMPTY}\n"))
    said = coil_empty(real_bench(), None, at_terminal=True)
    assert said == f"confirmed at the terminal: {COIL_EMPTY}"
    monkeypatch.setattr(sys, "stdin", Terminal("yes\n"))
    with pytest.raises(BenchError, match="needs an empty coil"):
        coil_empty(real_bench(), None, at_terminal=True)
    monkeypatch.setattr(sys, "stdin", io.StringIO(f"{COIL_EMPTY}\n"))
    with pytest.raises(BenchError, match="no terminal and no --checklist"):
        coil_empty(real_bench(), None, at_terminal=True)
    checklist = tmp_path / "list.txt"
    checklist.write_text(f"{COIL_EMPTY}\n", "utf-8")
    assert "in list.txt" in coil_empty(real_bench(), checklist, at_terminal=True)


@dataclass
class Baths:
    """Somebody who carries all probes from bath to bath, 60 s in each."""

    t_s: float = 0.0

    @property
    def tumour_max_c(self) -> float:
        return self.at("bath")

    def advance(self, dt_s: float, field_a_per_m: float, frequency_hz: float) -> None:
        self.t_s += dt_s

    def at(self, place: str) -> float:
        return (0.01, 37.1, 44.9)[min(int(self.t_s // 60.0), 2)]


def in_real_baths(bench: OpenThermometry) -> None:
    """Have the simulated probes in baths that the program knows nothing of."""
    assert bench.simulation is not None
    bench.simulation.bench.sample = Baths()


def calibrated_probes(folder: Path) -> ProbeCalibration:
    (file,) = folder.glob("*_probes.toml")
    calibration, _ = read(file, ProbeCalibration)
    return calibration


@pytest.mark.parametrize("how", ["answers", "terminal"])
def test_probes_in_baths_that_a_person_reads(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    monkeypatch.setattr(probes_command, "_still", in_real_baths)
    typed = "Pt100 17, certificate 3\n0.01 0.02\n37,1 0.02\n44.9 0.02\n"
    monkeypatch.setattr(sys, "stdin", Terminal(typed))
    answers = tmp_path / "answers.toml"
    answers.write_text(ANSWERS, encoding="utf-8")
    code = probes_command.calibrate(
        DRY_RUN,
        out=tmp_path,
        seed=1,
        json=False,
        answers=answers if how == "answers" else None,
    )
    assert code == 0
    found = calibrated_probes(tmp_path)
    assert found.reference == "Pt100 17, certificate 3"
    assert [bath.reference_c for bath in found.baths] == [0.01, 37.1, 44.9]
    assert all(abs(probe.largest_error_c) < 0.05 for probe in found.probes)


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("", "a reference without a name"),
        ("Pt100 17\nwarm\n", "is not a temperature and its uncertainty"),
        ("Pt100 17\n20.0 0.02\n", "is not within 3 °C of 0 °C"),
        ("Pt100 17\n0.01\n", "is not a temperature and its uncertainty"),
    ],
)
def test_what_is_typed_wrong_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, typed: str, said: str
) -> None:
    monkeypatch.setattr(probes_command, "_still", in_real_baths)
    monkeypatch.setattr(sys, "stdin", Terminal(typed))
    with pytest.raises(BenchError, match=said):
        probes_command.calibrate(
            DRY_RUN, out=tmp_path, seed=1, json=False, answers=None
        )
    assert not [*tmp_path.glob("*.toml")]


def test_probes_find_an_offset_and_say_who_is_out(tmp_path: Path) -> None:
    fault = '\n[[faults]]\nkind = "offset"\non = "margin"\nat_s = 0.0\nsize = 0.5\n'
    path = changed(tmp_path)
    path.write_text(path.read_text(encoding="utf-8") + fault, encoding="utf-8")
    amf("calibrate", "probes", path, "--out", tmp_path, code=3)
    (file,) = tmp_path.glob("*_probes.toml")
    calibration, _ = read(file, ProbeCalibration)
    errors = {p.name: p.largest_error_c for p in calibration.probes}
    assert errors.pop("margin") == pytest.approx(0.5, abs=0.05)
    assert all(abs(error) < 0.05 for error in errors.values())
    assert len(calibration.baths) == 3


def test_answers_are_read_and_checked(tmp_path: Path) -> None:
    path = tmp_path / "answers.toml"
    path.write_text(ANSWERS, encoding="utf-8")
    assert read_answers(path).baths[1].reference_c == 37.1
    for old, new, words in (
        ('0.02 },\n    { name = "warm"', '2.0 },\n    { name = "warm"', "baths.0"),
        ("44.9", "40.0", "no bath near 45"),
        ("reference =", "refrence =", "reference"),
    ):
        path.write_text(ANSWERS.replace(old, new), encoding="utf-8")
        with pytest.raises(ConfigError, match=words):
            read_answers(path)
