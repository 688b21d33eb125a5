"""``amf tune``: a step or relay test, what it tells of the plant, and a tuning file."""

import json
import os
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console
from rich.table import Table

from controller.analysis.tuning import Tuned, curve, tune
from controller.bench import OpenBench
from controller.commands.screen import RunScreen
from controller.config.loading import Loaded, load
from controller.config.tuning_file import (
    Answered,
    TuningFile,
    law_of,
    plant_of,
    tuning_text,
)
from controller.decisions.state import initial
from controller.errors import BenchError
from controller.host.awake import awake
from controller.loop import COMPLETED, ENDED, Loop, Outcome
from controller.procedures.acknowledged import acknowledged
from controller.procedures.operators import Engine, OwnStdout, Terminal
from controller.procedures.readiness import Ready, Wanted, ready
from controller.procedures.run_record import watch_folder
from controller.procedures.start_up import started_up
from controller.procedures.tuning import Test, Tester, settings_for
from controller.recording.loop_record import LoopRecord
from controller.recording.run_file import Run


def run(
    config: Path,
    test: Test,
    *,
    out: Path | None,
    seed: int | None,
    real_time: bool,
    as_json: bool,
    checklist: Path | None = None,
) -> int:
    """Carry a test out and write <name>_tuning.toml beside the config, or into out.

    Exit codes are those of a run; without a result nothing is written, and the field
    is off.
    """
    loaded = _planned(load(config), test)
    protocol = OwnStdout() if as_json else None

    def ask(bench: OpenBench) -> tuple[str, ...]:
        return (acknowledged(loaded, bench, checklist, not as_json),)

    wanted = Wanted(config, "amf tune", ask, out, seed, real_time)
    folder = config.parent if out is None else out
    try:
        with ready(loaded, wanted) as opened:
            outcome = _carry_out(opened, test, protocol, checklist)
            path = opened.recorder.path
            code, found, sentence = _result(opened, outcome, test, folder)
        _say_end(protocol, code, sentence, path, found)
        return code
    finally:
        if protocol is not None:
            protocol.close()


def _planned(loaded: Loaded, test: Test) -> Loaded:
    bound = initial(loaded.settings).command.bound_a_per_m
    settings = settings_for(loaded.settings, test, bound)
    tumour_c = settings.limits.tumour_trip_c
    if test.rise_c > tumour_c - 0.7 - 37.0 and settings.ceiling.profile != "no-tissue":
        raise BenchError(
            f"a rise of {test.rise_c:g} °C comes too near the trip at {tumour_c:g} °C"
        )
    return replace(loaded, name=f"{loaded.name}_tune", settings=settings)


def _carry_out(
    opened: Ready, test: Test, protocol: OwnStdout | None, checklist: Path | None
) -> Outcome:
    path, settings = opened.recorder.path, opened.loaded.settings
    if protocol is None:
        with RunScreen(opened.loaded, path) as screen:
            terminal = Terminal(opened.stop, screen.show)
            return _loop(opened, test, terminal, checklist)
    source = os.fdopen(os.dup(0), encoding="utf-8", errors="replace")
    engine = Engine(opened.stop, settings, source, protocol)
    engine.publish(
        {
            "kind": "hello",
            "procedure": "tune",
            "method": test.method,
            "name": opened.loaded.name,
            "run_file": str(path),
            "simulated": opened.bench.simulated,
            "instruments": opened.bench.kinds,
            "period_s": settings.period_s,
        }
    )
    outcome = _loop(opened, test, engine, checklist)
    engine.close()
    return outcome


def _loop(
    opened: Ready, test: Test, operator: Terminal | Engine, checklist: Path | None
) -> Outcome:
    settings, bench = opened.loaded.settings, opened.bench
    record = LoopRecord(opened.recorder, settings, bench.truth, operator.publish)
    field_a_per_m = settings.segments[0].field_a_per_m or 0.0
    tester = Tester(operator, test, lambda: loop.state, field_a_per_m)
    path = opened.recorder.path
    watch = watch_folder(path.parent, path)
    loop = Loop(bench.link, settings, record, tester, watch, opened.link)
    bench.follow(
        lambda: loop.state.course.phase,
        lambda said: record.event("rehearsal", said, {}),
    )
    with ExitStack() as stack:
        if opened.link is not None:
            record.event("sleep", stack.enter_context(awake()), {})
        return started_up(opened, record, operator, checklist) or loop.run()


def _result(
    opened: Ready, outcome: Outcome, test: Test, folder: Path
) -> tuple[int, TuningFile | None, str]:
    """Return exit code, what was found, and the sentence that says it."""
    if outcome.exit_code != COMPLETED:
        return outcome.exit_code, None, f"no tuning: {outcome.sentence}"
    with Run.open(opened.recorder.path) as recorded:
        data = recorded.data()
    try:
        tuned = tune(*curve(data), opened.loaded.settings.period_s)
    except ValueError as error:
        return ENDED, None, f"no tuning: {error}; field off, confirmed by read-back"
    found = _file_of(opened, tuned, test)
    base = opened.loaded.name.removesuffix("_tune")
    path = folder / f"{base}_tuning.toml"
    waiting = path.with_suffix(".new")
    try:
        waiting.write_text(tuning_text(found), encoding="utf-8")
        waiting.replace(path)
    except OSError as error:
        return ENDED, found, f"the tuning file cannot be written: {error}"
    return COMPLETED, found, str(path)


def _file_of(opened: Ready, tuned: Tuned, test: Test) -> TuningFile:
    settings = opened.loaded.settings
    return TuningFile(
        name=opened.loaded.name.removesuffix("_tune"),
        made=datetime.now(UTC).date(),
        method=test.method,
        simulated=opened.bench.simulated,
        run_file=opened.recorder.path.name,
        base_c=tuned.base_c,
        rise_c=tuned.rise_c,
        residual_c=tuned.residual_c,
        bound_a_per_m=initial(settings).command.bound_a_per_m,
        frequency_hz=settings.applicator.frequency_hz,
        plant=plant_of(tuned),
        control=law_of(tuned),
        instruments=[
            Answered(
                name=name,
                maker=who.maker,
                model=who.model,
                serial=who.serial,
                kind=opened.bench.kinds[name],
            )
            for name, who in opened.bench.identities.items()
        ],
    )


def _say_end(
    protocol: OwnStdout | None,
    code: int,
    sentence: str,
    path: Path,
    found: TuningFile | None,
) -> None:
    if protocol is not None:
        tuning = None if found is None else found.model_dump(mode="json")
        end = {"kind": "end", "exit_code": code, "sentence": sentence}
        end |= {"run_file": str(path), "tuning": tuning}
        protocol.write(json.dumps(end) + "\n")
        protocol.flush()
        return
    console = Console()
    if found is not None:
        console.print(_table(found))
    style = "green" if code == COMPLETED else "bold red"
    console.print(sentence, style=style, markup=False, highlight=False, soft_wrap=True)


def _table(found: TuningFile) -> Table:
    plant, law = found.plant, found.control
    table = Table(show_header=False, box=None, padding=(0, 2, 0, 0))
    word = "SIMULATED " if found.simulated else ""
    gain, gain_u = plant.gain_c_per_s, plant.gain_uncertainty_c_per_s
    tau, tau_u = plant.time_constant_s, plant.time_constant_uncertainty_s
    rows = {
        f"{word}{found.method} test": found.name,
        "heating at full power": f"{gain:.4f} ± {gain_u:.4f} °C/s",
        "time constant of losses": f"{tau:.0f} ± {tau_u:.0f} s",
        "probe lag + dead time": f"{plant.lag_s:.1f} + {plant.dead_time_s:.1f} s",
        "delay of both": f"{plant.delay_s:.2f} ± {plant.delay_uncertainty_s:.2f} s",
        "rms misfit": f"{found.residual_c:.3f} °C over a rise of {found.rise_c:.1f} °C",
        "PI law until it is learned": (
            f"{law.gain_per_c:.2f} of full power per °C, {law.integral_s:.0f} s"
        ),
    }
    for name, value in rows.items():
        table.add_row(name, value)
    return table
