"""Turns a run file into the engine's messages, for any moment of the run. No Qt.

The messages are those of docs/engine_protocol.md, as far as the record holds them.
What the engine expected then is replaced by what came: the time left in a phase is
that to its recorded end. Readings are the instruments', before the loop judged them.
"""

import json
from pathlib import Path

import numpy as np

from gui.runs_reader import Floats, RecordFile
from gui.wording import Message, number, part, parts, words

BAND_C = [42.0, 45.0]
TUMOUR_ROLES = ("core", "margin")
TRIPS = {
    "core": "tumour_trip_c",
    "margin": "tumour_trip_c",
    "healthy": "healthy_trip_c",
    "body": "body_trip_c",
    "sample": "sample_trip_c",
}
BRAIN_TRIP_C = 42.0
APPLICATOR_ROLES = ("coil", "bore", "water")
OVER = ("tripped", "stopped")
_PHASES = (
    "SELECT t_s, phase FROM (SELECT seq, t_s, phase, lag(phase) OVER (ORDER BY seq) "
    "AS before FROM ticks) WHERE before IS NULL OR before <> phase ORDER BY seq"
)
_VALUES = (
    "SELECT CASE quality WHEN 'ok' THEN value_c END FROM readings WHERE probe = {probe}"
    " ORDER BY seq"
)
_EVENTS = "SELECT t_s, utc, kind, sentence, data FROM events ORDER BY seq"


class ReplaySource:
    """A record: ``hello``, ``events`` and ``end`` as messages, snapshots by tick.

    ``t_s`` is (ticks,), as are the ``curves`` in °C by probe and the ``shares`` of H·f
    and power in percent.
    """

    def __init__(self, path: Path) -> None:
        """Read what the curves need. Raises RunFileError where it is no run file."""
        self._file = RecordFile(path)
        self.completed = self._file.completed
        self.started_utc = words(self._file.header, "started_utc")
        self.hello = _hello(self._file)
        self._limit = number(part(self.hello, "ceiling"), "limit_a_per_m_s")
        self._names = [words(probe, "name") for probe in parts(self.hello, "probes")]
        self._roles = [words(probe, "role") for probe in parts(self.hello, "probes")]
        self._seq, self.t_s, hf, power = self._file.arrays(
            "SELECT seq, t_s, hf_a_per_m_s, command_power_share FROM ticks ORDER BY seq"
        )
        limit = self._limit or float("nan")
        self.shares = {"hf": 100.0 * hf / limit, "power": 100.0 * power}
        self.curves = {name: self._curve(i) for i, name in enumerate(self._names)}
        self._phases = [
            (number(row, "t_s") or 0.0, words(row, "phase"))
            for row in self._file.rows(_PHASES)
        ]
        self.events = self._read_events()

    def close(self) -> None:
        """Close the run file."""
        self._file.close()

    def tick_at(self, t_s: float) -> int:
        """Give the newest tick at a run time in s, the first where there is none."""
        return max(int(np.searchsorted(self.t_s, t_s, side="right")) - 1, 0)

    def span_s(self) -> tuple[float, float]:
        """Give the first and the last time of the record in s."""
        return (float(self.t_s[0]), float(self.t_s[-1])) if len(self.t_s) else (0, 0)

    def snapshot(self, tick: int) -> Message:
        """Build the snapshot of a tick."""
        rows = self._file.rows("SELECT * FROM ticks WHERE seq = ?", [self._seq[tick]])
        row = rows[0] if rows else {}
        t_s = number(row, "t_s") or 0.0
        since_s, until_s, phase = self._phase_at(t_s)
        probes = self._probes(int(self._seq[tick]), t_s)
        treatment = part(self._file.settings, "treatment")
        return {
            "kind": "snapshot",
            "seq": row.get("seq"),
            "t_s": t_s,
            "phase": phase,
            "phase_elapsed_s": t_s - since_s,
            "phase_remaining_s": None if until_s is None else until_s - t_s,
            "expected_end_s": until_s if phase == "hold" else None,
            "setpoint_c": row.get("setpoint_c"),
            "controlled_c": row.get("controlled_c"),
            "limiting_c": row.get("limiting_c"),
            "probes": probes,
            "field": self._field(row),
            "drive": _drive(row, t_s),
            "power_share": row.get("command_power_share"),
            "cem43_min": self._lowest_dose_min(probes),
            "target_cem43_min": treatment.get("hold_cem43_min"),
            "reason": row.get("command_reason"),
            "faults": self._faults(t_s) if phase in OVER else [],
            "cautions": [],
        }

    def end(self) -> Message | None:
        """Give the engine's last message; None where the record was cut off."""
        if not self.completed:
            return None
        results = self._file.results
        return {
            "kind": "end",
            "exit_code": results.get("exit_code"),
            "run_file": str(self._file.path),
            "sentence": words(results, "exit_reason"),
        }

    def _curve(self, probe: int) -> Floats:
        values = self._file.arrays(_VALUES.format(probe=probe))[0]
        # A tick is whole or not there; a damaged file must not shift a curve.
        whole = np.full(len(self.t_s), np.nan)
        count = min(len(values), len(whole))
        whole[:count] = values[:count]
        return whole

    def _read_events(self) -> list[tuple[float, Message]]:
        """Give the events as messages, an ``off`` also as the engine's word on it."""
        events: list[tuple[float, Message]] = []
        for row in self._file.rows(_EVENTS):
            kind, t_s = words(row, "kind"), number(row, "t_s")
            at_s = 0.0 if t_s is None else t_s
            said: Message = {"t_s": t_s, "sentence": words(row, "sentence")}
            data = json.loads(words(row, "data") or "{}")
            event = {"kind": "event", "event": kind, "data": data}
            events.append((at_s, {**event, **said}))
            if kind == "off":
                confirmed = data.get("confirmed") is True
                off = {"kind": "off", "utc": words(row, "utc"), "confirmed": confirmed}
                events.append((at_s, {**off, **said}))
        return events

    def _phase_at(self, t_s: float) -> tuple[float, float | None, str]:
        """Give a phase's begin and recorded end in s, and its name."""
        begun = [i for i, (since_s, _) in enumerate(self._phases) if since_s <= t_s]
        if not begun:
            return 0.0, None, ""
        since_s, phase = self._phases[begun[-1]]
        after = self._phases[begun[-1] + 1 :]
        return since_s, after[0][0] if after else None, phase

    def _faults(self, t_s: float) -> list[Message]:
        """List the faults that stand at a time: those since it last ran."""
        ran = [(n, name) for n, (at, name) in enumerate(self._phases) if at <= t_s]
        running = [n for n, name in ran if name not in OVER]
        after = self._phases[running[-1] + 1 :] if running else self._phases
        since_s = after[0][0] if after else t_s
        return [
            {**part(event, "data"), "sentence": words(event, "sentence"), "t_s": at_s}
            for at_s, event in self.events
            if event.get("event") == "fault" and since_s <= at_s <= t_s
        ]

    def _probes(self, seq: int, t_s: float) -> list[Message]:
        query = "SELECT * FROM readings WHERE seq = ? ORDER BY probe"
        rows = self._file.rows(query, [seq])
        found = zip(self._names, self._roles, rows, strict=False)
        return [
            {
                "name": name,
                "value_c": row["value_c"] if row["quality"] == "ok" else None,
                "quality": row["quality"],
                "age_s": _age_s(t_s, number(row, "taken_s")),
                "cem43_min": None if role in APPLICATOR_ROLES else row["cem43_min"],
            }
            for name, role, row in found
        ]

    def _lowest_dose_min(self, probes: list[Message]) -> float | None:
        doses = [
            number(probe, "cem43_min")
            for probe, role in zip(probes, self._roles, strict=False)
            if role in TUMOUR_ROLES
        ]
        return min((dose for dose in doses if dose is not None), default=None)

    def _field(self, row: Message) -> Message:
        product, limit = number(row, "hf_a_per_m_s"), self._limit
        return {
            "commanded_a_per_m": row.get("command_field_a_per_m"),
            "amplitude_a_per_m": row.get("measured_field_a_per_m"),
            "frequency_hz": row.get("drive_frequency_hz"),
            "hf_a_per_m_s": product,
            "ceiling_a_per_m_s": limit,
            "share": None if product is None or not limit else product / limit,
            "bound_a_per_m": row.get("command_bound_a_per_m"),
            "at_bound": row.get("command_at_bound") == 1,
        }


def kinds_of(header: Message) -> dict[str, str]:
    """Give each instrument's kind: real, served or simulated."""
    instruments = part(header, "instruments")
    return {name: words(part(instruments, name), "kind") for name in instruments}


def _hello(file: RecordFile) -> Message:
    header, settings = file.header, file.settings
    limits = part(settings, "limits")
    kinds = kinds_of(header)
    return {
        "kind": "hello",
        "version": words(header, "version"),
        "name": words(header, "name"),
        "run_file": str(file.path),
        "simulated": header.get("simulated") is True and "real" not in kinds.values(),
        "instruments": kinds,
        "period_s": settings.get("period_s"),
        "setpoint_c": part(settings, "treatment").get("setpoint_c"),
        "band_c": BAND_C,
        "experiment": part(header, "experiment"),
        "ceiling": part(settings, "ceiling"),
        "probes": [
            {
                "name": words(probe, "name"),
                "role": words(probe, "role"),
                "tissue": words(probe, "tissue"),
                "trip_c": _trip_c(probe, limits),
            }
            for probe in parts(settings, "probes")
        ],
    }


def _trip_c(probe: Message, limits: Message) -> float | None:
    """Give the trip in °C that held for a probe: its role's, or its own."""
    role = words(probe, "role")
    if role in APPLICATOR_ROLES:
        return number(probe, "trip_c")
    trip_c = number(limits, TRIPS.get(role, ""))
    brain = words(probe, "tissue") == "brain"
    return trip_c if trip_c is None or not brain else min(trip_c, BRAIN_TRIP_C)


def _age_s(t_s: float, taken_s: float | None) -> float | None:
    return None if taken_s is None else t_s - taken_s


def _drive(row: Message, t_s: float) -> Message:
    """Give the read-backs; all None where there were none."""
    on, generator_on = row.get("drive_output_on"), row.get("drive_generator_on")
    return {
        "current_a": row.get("drive_current_a"),
        "voltage_v": row.get("drive_voltage_v"),
        "output_on": None if on is None else bool(on),
        "generator_on": None if generator_on is None else bool(generator_on),
        "age_s": _age_s(t_s, number(row, "drive_supply_taken_s")),
    }
