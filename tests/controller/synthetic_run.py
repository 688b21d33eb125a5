"""A made-up treatment, written with the real recorder: for tests of what reads it."""

import math
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

from pydantic import TypeAdapter

from controller.decisions.settings import (
    ApplicatorSettings,
    CeilingSettings,
    ProbeSettings,
    Settings,
    TreatmentSettings,
)
from controller.decisions.signals import (
    NAN,
    Command,
    Drive,
    Fault,
    Measurement,
    Phase,
    Reading,
    Request,
)
from controller.recording.writing import Recorder, RunHeader, TickRecord, Truth

PERIOD_S = 0.2
SETPOINT_C = 43.0
FREQUENCY_HZ = 161270.0
UTC = "2026-11-21T10:00:00Z"

SETTINGS = Settings(
    period_s=PERIOD_S,
    probes=(
        ProbeSettings("core", "core"),
        ProbeSettings("margin", "margin"),
        ProbeSettings("healthy", "healthy"),
        ProbeSettings("body", "body"),
    ),
    ceiling=CeilingSettings("diameter", 2.425e9, 18e3, 155e3, 168e3),
    applicator=ApplicatorSettings(FREQUENCY_HZ, 742.0, 0.95, 25.0, 26.0),
    treatment=TreatmentSettings(SETPOINT_C, hold_s=60.0, hold_cem43_min=30.0),
)


def header(name: str = "synthetic", truth: bool = True) -> RunHeader:
    """Describe the made-up run."""
    return RunHeader(
        name=name,
        version="0.1.0",
        started_utc=UTC,
        simulated=True,
        settings_json=TypeAdapter(Settings).dump_json(SETTINGS).decode(),
        instruments={
            "psu": {"kind": "simulated", "maker": "Maker", "serial": "1"},
            "gen": {"kind": "served", "maker": "Maker", "serial": "2"},
        },
        config_texts={"dry_run.toml": 'name = "dry <run>"\n'},
        seed=7,
        experiment={"operator": "N. N.", "subject": "phantom <1>"},
        truth=truth,
    )


def records(ticks: int = 600, truth: bool = True) -> Iterator[TickRecord]:
    """Give the ticks: a tenth baseline, two tenths ramp, then hold; the last is done.

    The controlled temperature leads the set-point by 0.05 °C in the hold, and by
    0.15 °C once; the true one lies 0.02 °C below it.
    """
    for seq in range(ticks):
        yield record(seq, ticks, truth)


def record(seq: int, ticks: int, truth: bool = True) -> TickRecord:
    """Give one tick of the made-up run."""
    share = seq / ticks
    ramped = min(1.0, max(0.0, (share - 0.1) / 0.2))
    held = share >= 0.3
    peak_c = 0.10 if seq == round(0.4 * ticks) else 0.0
    core_c = 37.0 + (SETPOINT_C + 0.05 - 37.0) * ramped + peak_c
    t_s = seq * PERIOD_S
    field = 15.0e3 * (0.0 if share < 0.1 else 0.6 if held else 1.0)
    values = (core_c, core_c - 0.4, 37.0 + 2.0 * ramped, NAN)
    measurement = Measurement(
        t_s,
        tuple(Reading(v, "ok" if v == v else "no-probe", t_s) for v in values),
        Drive(field / 742.0, field / 781.0, field > 0.0, FREQUENCY_HZ, True, t_s, t_s),
        requests=(Request("note", NAN, "hm °"),) if seq == 3 else (),
        outside=(Fault("late", "too late", t_s, limit="1"),) if seq == 5 else (),
    )
    hf = field * FREQUENCY_HZ
    return TickRecord(
        seq,
        measurement,
        _command(field, at_bound=0.1 <= share < 0.3),
        _phase(share, last=seq == ticks - 1),
        SETPOINT_C,
        core_c,
        core_c,
        field,
        hf,
        (0.1 * seq, 0.05 * seq, 1e-4 * seq, NAN),
        Truth(field, 1.001 * hf, core_c - 0.02, core_c, 42.5, 39.0, 37.0)
        if truth
        else None,
    )


def write_run(
    folder: Path, ticks: int = 600, truth: bool = True, finish: bool = True
) -> Path:
    """Write the made-up run; without ``finish`` it is left as an abandoned one."""
    recorder = Recorder.create(folder, header(truth=truth))
    recorder.clock(0.0, UTC)
    recorder.event(0.0, UTC, "start", "the run <begins>", {"kind": "synthetic"})
    for tick in records(ticks, truth):
        recorder.tick(tick)
    fault = Fault("slip", "core slipped out", 1.5, "43 °C", "41 °C", "1.5 °C")
    recorder.event(1.5, UTC, "fault", fault.sentence, asdict(fault))
    recorder.event(math.nan, UTC, "end", "over", {"share": math.nan})
    if finish:
        recorder.finish({"wall_s": 0.5, "exit_code": 0, "exit_reason": "completed"})
    else:
        recorder.abandon()
    return recorder.path


def _command(field: float, at_bound: bool) -> Command:
    on, bound, why = field > 0.0, 15000.0, "ceiling" if at_bound else ""
    supply = field / 742.0
    return Command(field, FREQUENCY_HZ, supply, 20.0, on, 0.5, bound, at_bound, why)


def _phase(share: float, last: bool) -> Phase:
    if last:
        return "done"
    return "baseline" if share < 0.1 else "ramp" if share < 0.3 else "hold"
