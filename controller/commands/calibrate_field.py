"""``amf calibrate field``: from config to calibration file, page and record."""

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from controller.analysis.resonance_fit import FitRefused
from controller.bench import OpenBench
from controller.commands.screen_calibration import Teller
from controller.config.calibration_file import write
from controller.config.loading import Loaded, load
from controller.decisions.signals import NAN
from controller.errors import BenchError, GuardError, RecordingError
from controller.host.awake import awake
from controller.loop import (
    COMPLETED,
    ENDED,
    FAILED,
    NOT_CONFIRMED,
    REFUSED,
)
from controller.procedures.acknowledged import acknowledged, coil_empty
from controller.procedures.calibration import FieldResult, calibrate_field
from controller.procedures.calibration_hands import CalibrationEnded, Hands
from controller.procedures.calibration_result import (
    calibration_of,
    html_of,
    numbers,
    remarks,
    table,
)
from controller.procedures.line_answers import LineAnswers
from controller.procedures.proof_relay import prove_relay
from controller.procedures.readiness import Ready, Wanted, ready
from controller.procedures.run_record import watch_folder

# What a search and levels take at least; a shifted search takes more.
USUAL_POINTS = 33


def calibrate(
    config: Path,
    *,
    out: Path | None,
    seed: int | None,
    json: bool,
    checklist: Path | None,
) -> int:
    """Calibrate the field; return the exit code of docs/engine_protocol.md."""
    loaded = load(config)
    if loaded.settings.field_sensor is None:
        raise BenchError(
            f"{config}: [field_sensor] is missing; a calibration needs a pick-up coil "
            "on an oscilloscope"
        )
    teller = Teller(json, USUAL_POINTS)
    window = LineAnswers() if json else None

    def ask(bench: OpenBench) -> tuple[str, ...]:
        empty = coil_empty(bench, checklist, True, window)
        return empty, acknowledged(loaded, bench, checklist, True, window)

    folder = out or loaded.out
    named = replace(loaded, name=f"{loaded.name}_calibration")
    with ready(named, Wanted(config, "amf calibrate", ask, folder, seed)) as opened:
        job = _Job(loaded, opened, teller, folder)
        with ExitStack() as stack:
            if opened.link is not None:
                said = stack.enter_context(awake())
                opened.recorder.event(NAN, _utc(), "sleep", said)
            stack.enter_context(teller)
            ended = _measure(job)
    ending = _kept(job, ended)
    teller(ending)
    return int(ending["exit_code"])


@dataclass(frozen=True, slots=True)
class _Job:
    loaded: Loaded
    opened: Ready
    teller: Teller
    folder: Path


@dataclass(frozen=True, slots=True)
class _Ended:
    """How a calibration ended; ``off`` says what was read back of the field."""

    code: int
    sentence: str
    off: str
    result: FieldResult | None


def _measure(job: _Job) -> _Ended:
    """Measure, and switch off whatever happens; the field is off when this returns."""
    link, guardian = job.opened.bench.link, job.opened.guardian
    hands = Hands(
        link,
        job.loaded.settings,
        job.opened.stop,
        guardian,
        watch_folder(job.folder, job.opened.recorder.path),
        _recording(job),
    )
    code, sentence, result = ENDED, "", None
    try:
        _prove_relay(job)
        result = calibrate_field(hands)
        code, sentence = COMPLETED, "calibrated"
    except (CalibrationEnded, FitRefused, RecordingError) as error:
        sentence = str(error)
    except BenchError as error:
        code, sentence = REFUSED, str(error)
    except GuardError as error:
        code, sentence = FAILED, str(error)
    finally:
        off = hands.off()
    if not off.confirmed:
        return _Ended(NOT_CONFIRMED, sentence, off.sentence, None)
    return _Ended(code, sentence, off.sentence, result)


def _prove_relay(job: _Job) -> None:
    """Prove the watchdog relay, unless no current can be seen before the resonance.

    Raises:
        CalibrationEnded: it leaves the current on.
    """
    opened, settings = job.opened, job.loaded.settings
    if not opened.bench.link.safeguards.relay_hold_s > 0.0:
        return
    proof = prove_relay(opened.bench, settings, opened.stop, opened.guardian)
    opened.recorder.event(NAN, _utc(), "proof", proof.sentence, proof.detail)
    if not proof.off.confirmed or (proof.problem and not proof.detail["waived"]):
        raise CalibrationEnded(proof.sentence)


def _recording(job: _Job) -> Callable[[dict[str, Any]], None]:
    def tell(message: dict[str, Any]) -> None:
        job.opened.recorder.event(
            message["t_s"], _utc(), message["step"], message["sentence"], message
        )
        job.teller(message)

    return tell


def _kept(job: _Job, ended: _Ended) -> dict[str, Any]:
    """Write what there is to write; return the end, also where that fails."""
    ending = _ending(ended)
    recorder = job.opened.recorder
    ending["record"] = str(recorder.path)
    try:
        if ended.result is not None:
            ending |= _result(job, ended.result, ended.off)
        recorder.event(NAN, _utc(), "end", ending["sentence"], ending)
        recorder.finish(
            {
                "exit_code": ending["exit_code"],
                "exit_reason": ending["sentence"],
                "calibration": ending.get("result"),
            }
        )
    except (RecordingError, OSError) as error:
        code = ENDED if ended.code == COMPLETED else ended.code
        sentence = f"{ending['sentence']}; not all could be written: {error}"
        ending |= {"exit_code": code, "sentence": sentence}
    return ending


def _ending(ended: _Ended) -> dict[str, Any]:
    said = (ended.sentence, ended.off)
    if ended.code == NOT_CONFIRMED:
        said = (ended.off, ended.sentence)
    return {"kind": "end", "exit_code": ended.code, "sentence": "; ".join(said)}


def _result(job: _Job, result: FieldResult, off: str) -> dict[str, Any]:
    """Write file and page, print the table; return what the end says of them."""
    calibration = calibration_of(
        job.loaded, job.opened.bench, result, datetime.now(UTC).date()
    )
    stem = job.opened.recorder.path
    html = stem.with_name(f"{stem.stem}_field.html")
    html.write_text(html_of(calibration, result), encoding="utf-8")
    found: dict[str, Any] = {"page": str(html)}
    if result.fit.doubts:
        sentence = f"no calibration: {'; '.join(result.fit.doubts)}; {off}"
        return found | {"exit_code": ENDED, "sentence": sentence}
    path = write(calibration, job.folder)
    job.teller.table(table(calibration), *remarks(calibration), path, html)
    return found | {
        "file": str(path),
        "sentence": f"calibrated; {off}; written: {path}",
        "result": numbers(calibration),
        "warnings": remarks(calibration),
    }


def _utc() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")
