"""Writes small run files with the real recorder, for the tests of what comes after.

The figures are made up: a rise to 43 °C and back, 10 Hz, a fault where one is wanted.
"""

import math
from dataclasses import replace
from pathlib import Path

from pydantic import TypeAdapter

from controller.decisions.settings import ProbeSettings, Settings, TreatmentSettings
from controller.decisions.signals import Command, Drive, Measurement, Reading
from controller.recording.writing import Recorder, RunHeader, TickRecord
from tests.controller.synthetic_run import SETTINGS

PERIOD_S, FREQUENCY_HZ, LIMIT = 0.1, 161270.0, 2.425e9
UTC = "2026-11-21T10:00:{second:02d}+00:00"
PHASES = ((0.0, "baseline"), (1.0, "ramp"), (3.0, "hold"), (5.0, "cool"), (6.0, "done"))
TRIPPED = ((0.0, "baseline"), (1.0, "ramp"), (3.0, "tripped"))
LAST_S = 6.0


def write_record(
    folder: Path,
    name: str = "one",
    *,
    second: int = 0,
    kind: str = "simulated",
    tripped: bool = False,
    cut: bool = False,
    baseline_s: float = 1.0,
    **experiment: str,
) -> Path:
    """Write a run of six seconds and give its path."""
    settings = replace(
        SETTINGS,
        period_s=PERIOD_S,
        probes=(ProbeSettings("core", "core"), ProbeSettings("healthy", "healthy")),
        treatment=TreatmentSettings(43.0 - second / 10.0, 60.0, hold_cem43_min=60.0),
    )
    header = RunHeader(
        name=name,
        version="0.0.0",
        started_utc=UTC.format(second=second),
        simulated=kind == "simulated",
        settings_json=TypeAdapter(Settings).dump_json(settings).decode(),
        instruments={"psu": {"kind": kind}},
        experiment=experiment,
    )
    recorder = Recorder.create(folder, header)
    phases = [(t + (baseline_s - 1.0 if t else 0.0), p) for t, p in PHASES]
    last = ""
    for seq in range(round(LAST_S / PERIOD_S) + 1):
        t_s = seq * PERIOD_S
        steps = TRIPPED if tripped else phases
        phase = [name for at_s, name in steps if at_s <= t_s + 1e-9][-1]
        recorder.tick(tick(seq, t_s, phase))
        if phase != last and last:
            recorder.event(t_s, UTC.format(second=1), "phase", f"{phase} begins")
            if phase in ("cool", "tripped"):
                off = {"confirmed": True}
                recorder.event(t_s, UTC.format(second=2), "off", "field off", off)
        if phase != last and phase == "tripped":
            fault = {"code": "core-hot", "expected": "below", "measured": "above"}
            utc = UTC.format(second=3)
            recorder.event(t_s, utc, "fault", "too hot", {**fault, "limit": "45"})
        last = phase
    if cut:
        recorder.abandon()
        return recorder.path
    code, reason = (3, "tripped: too hot") if tripped else (0, "completed: held")
    recorder.finish({"exit_code": code, "exit_reason": reason, "wall_s": 1.0})
    return recorder.path


def tick(seq: int, t_s: float, phase: str) -> TickRecord:
    """Make one tick; the healthy probe is not read for a while."""
    on = phase in ("ramp", "hold")
    core_c = 37.0 + t_s
    lost = 2.0 <= t_s < 2.5
    readings = (
        Reading(core_c, "ok", t_s),
        Reading(math.nan if lost else 37.0, "lost" if lost else "ok", t_s),
    )
    amplitude = 9000.0 if on else 0.0
    drive = Drive(
        current_a=10.0 if on else 0.0,
        voltage_v=9.0,
        output_on=on,
        frequency_hz=FREQUENCY_HZ,
        generator_on=on,
        supply_taken_s=t_s,
        generator_taken_s=t_s,
    )
    command = Command(
        field_a_per_m=amplitude,
        frequency_hz=FREQUENCY_HZ,
        current_a=12.0,
        voltage_limit_v=20.0,
        output_on=on,
        power_share=0.5 if on else 0.0,
        bound_a_per_m=13000.0,
        at_bound=False,
        reason="",
    )
    return TickRecord(
        seq,
        Measurement(t_s=t_s, readings=readings, drive=drive),
        command,
        phase,
        43.0,
        core_c,
        core_c,
        amplitude,
        amplitude * FREQUENCY_HZ,
        (0.1 * t_s, 0.0),
    )
