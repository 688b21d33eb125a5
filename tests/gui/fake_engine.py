"""A scripted engine: emits the JSON lines of docs/engine_protocol.md, knows no bench.

The figures are made up. ``--ticks 0`` runs until it is stopped.
"""

import argparse
import json
import math
import queue
import sys
import threading
from typing import Any

PERIOD_S = 0.2
CEILING = 2.425e9
FREQUENCY_HZ = 161270.0
UTC = "2026-11-21T10:00:00Z"
PROBES = [
    ("core", 45.0, 6.0),
    ("margin", 45.0, 5.4),
    ("healthy", 43.0, 3.1),
    ("body", 39.0, 0.6),
]
MORE_PROBES = [
    ("margin-2", 45.0, 5.1),
    ("healthy-2", 43.0, 2.6),
    ("healthy-3", 43.0, 2.2),
    ("body-2", 39.0, 0.8),
]
INSTRUMENTS = {
    "simulated": ("simulated", "simulated", "simulated"),
    "served": ("served", "simulated", "simulated"),
    "mixed": ("real", "real", "simulated"),
    "real": ("real", "real", "real"),
}
EVENTS = ((0.0, "ramp begins"), (80.0, "hold begins"), (95.0, "operator: mark MRI"))
FAULT = {
    "code": "core-hot",
    "sentence": "core probe core is too hot: expected below 45.0 °C, measured "
    "45.2 °C (median of three), limit 45.0 °C",
    "expected": "below 45.0 °C",
    "measured": "45.2 °C (median of three)",
    "limit": "45.0 °C",
}
QUESTIONS = (
    {
        "kind": "question",
        "name": "water on",
        "answers": ["yes", "no"],
        "right": ["yes"],
        "sentence": "Is the cooling water on?",
        "open_end": "",
    },
    {
        "kind": "question",
        "name": "touch test",
        "answers": ["ready"],
        "right": ["ready"],
        "sentence": "Ready to touch each probe?",
        "open_end": "skip",
    },
)
SLIPPED = {
    "code": "slipped",
    "sentence": "margin reads far from what its neighbours say: slipped out?",
    "expected": "42.4 °C",
    "measured": "39.9 °C",
    "limit": "1.5 °C for 10 s",
}


def say(message: dict[str, Any]) -> None:
    """Emit one line."""
    sys.stdout.write(json.dumps(message) + "\n")
    sys.stdout.flush()


def hello(bench: str) -> dict[str, Any]:
    """Make the first message."""
    kinds = INSTRUMENTS[bench]
    return {
        "kind": "hello",
        "version": "0.0.0",
        "name": "dry_run",
        "run_file": "runs/fake.sqlite",
        "simulated": "real" not in kinds,
        "instruments": dict(zip(("psu", "gen", "thermo"), kinds, strict=True)),
        "independent_shut_off": False,
        "period_s": PERIOD_S,
        "setpoint_c": 43.0,
        "band_c": [42.0, 45.0],
        "experiment": {"operator": "nobody"},
        "ceiling": {
            "profile": "diameter",
            "limit_a_per_m_s": CEILING,
            "amplitude_cap_a_per_m": 18000.0,
        },
        "probes": [
            {
                "name": name,
                "role": name.split("-")[0],
                "hold_back_c": trip_c - 0.5,
                "trip_c": trip_c,
            }
            for name, trip_c, _ in PROBES
        ],
    }


def field(share: float, on: bool) -> dict[str, Any]:
    """Make the field's part of a snapshot."""
    amplitude = share * CEILING / FREQUENCY_HZ if on else 0.0
    return {
        "commanded_a_per_m": amplitude,
        "amplitude_a_per_m": amplitude,
        "frequency_hz": FREQUENCY_HZ,
        "hf_a_per_m_s": amplitude * FREQUENCY_HZ,
        "ceiling_a_per_m_s": CEILING,
        "share": share if on else 0.0,
        "bound_a_per_m": 13280.0,
        "at_bound": on and share > 0.85,
    }


def snapshot(seq: int, phase: str, trouble: bool, share: float) -> dict[str, Any]:
    """Make one snapshot of a rise to 43 °C with a slow ripple."""
    t_s = seq * PERIOD_S
    on = phase in ("ramp", "hold")
    rise = 1.0 - math.exp(-t_s / 60.0)
    probes: list[dict[str, Any]] = [
        {
            "name": name,
            "value_c": 37.0 + gain * rise + 0.08 * math.sin(0.9 * t_s + gain),
            "quality": "ok",
            "age_s": 0.1,
            "cem43_min": gain * t_s / 600.0,
            "cem43_range_min": [gain * t_s / 792.0, gain * t_s / 455.0],
        }
        for name, _, gain in PROBES
    ]
    if trouble:
        probes[1] |= {"value_c": None, "quality": "no-probe", "cem43_min": None}
        probes[1]["cem43_range_min"] = None
        probes[2]["age_s"] = 2.4
    return {
        "kind": "snapshot",
        "seq": seq,
        "t_s": t_s,
        "phase": phase,
        "phase_elapsed_s": t_s,
        "phase_remaining_s": None if phase == "ramp" else max(0.0, 3600.0 - t_s),
        "expected_end_s": 3600.0 if phase == "hold" else None,
        "setpoint_c": 43.0,
        "setpoint_range_c": [20.0, 44.3],
        "manual_a_per_m": None,
        "controlled_c": probes[0]["value_c"],
        "limiting_c": probes[0]["value_c"],
        "probes": probes,
        "field": field(share, on),
        "drive": {
            "current_a": 17.52 if on else 0.0,
            "voltage_v": 16.71 if on else 0.0,
            "output_on": on,
            "generator_on": on,
        },
        "power_share": share * share if on else 0.0,
        "cem43_min": probes[0]["cem43_min"],
        "target_cem43_min": 60.0,
        "t90_c": probes[1]["value_c"],
        "cem43_t90_min": probes[1]["cem43_min"],
        "t90_points": 2,
        "reason": "",
        "faults": [FAULT | {"t_s": t_s}, SLIPPED | {"t_s": 3.0}] if trouble else [],
        "cautions": ["healthy is warm: the field is held back"] if trouble else [],
    }


def read_requests(requests: "queue.Queue[str]") -> None:
    """Hand over each request, and ``eof`` at the end of stdin."""
    for line in sys.stdin:
        message = json.loads(line)
        name = message.pop("request")
        said = [str(value) for value in message.values()]
        requests.put(" ".join([name, *said]))
    requests.put("eof")


def ask(requests: "queue.Queue[str]") -> bool:
    """Ask each question until it has an answer; False where a stop comes instead."""
    for question in QUESTIONS:
        say(question)
        request = ""
        while not request.startswith("answer"):
            request = requests.get()
            if request in ("stop", "eof"):
                return False
        say({"kind": "event", "t_s": 0.0, "sentence": f"got {request}"})
    return True


def off_and_end(options: argparse.Namespace, code: int, sentence: str) -> int:
    """Say that the field is off, and how the run ended."""
    confirmed = options.stop != "unconfirmed"
    words = "confirmed by read-back" if confirmed else "NOT confirmed"
    say({"kind": "off", "confirmed": confirmed, "utc": UTC, "sentence": words})
    code = code if confirmed else 4
    say({"kind": "end", "exit_code": code, "run_file": "f", "sentence": sentence})
    return code


def run(options: argparse.Namespace) -> int:
    """Emit snapshots and answer requests until something ends it."""
    requests: queue.Queue[str] = queue.Queue()
    threading.Thread(target=read_requests, args=(requests,), daemon=True).start()
    if options.more_probes:
        PROBES.extend(MORE_PROBES)
    say(hello(options.bench))
    if options.ask and not ask(requests):
        return off_and_end(options, 3, "stopped by the operator")
    for t_s, sentence in EVENTS:
        say({"kind": "event", "t_s": t_s, "event": "phase", "sentence": sentence})
    seq = 0
    while options.ticks == 0 or seq < options.ticks:
        quiet = options.quiet_after and seq >= options.quiet_after
        if not quiet:
            seq += 1
            phase = options.phase or ("ramp" if seq < 400 else "hold")
            say(snapshot(seq, phase, options.trouble, options.share))
        try:
            request = requests.get(timeout=options.interval_s)
        except queue.Empty:
            continue
        if options.echo:
            say({"kind": "event", "t_s": seq * PERIOD_S, "sentence": f"got {request}"})
        if request in ("stop", "eof") and options.stop != "deaf":
            return off_and_end(options, 3, f"stopped by the operator ({request})")
    return off_and_end(options, 0, "completed: held 43.0 °C for 60 min")


def options_of(arguments: list[str]) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--ticks", type=int, default=0)
    parser.add_argument("--interval-s", type=float, default=0.005)
    parser.add_argument("--bench", choices=INSTRUMENTS, default="simulated")
    parser.add_argument("--stop", default="ok", choices=["ok", "deaf", "unconfirmed"])
    parser.add_argument("--phase", default="")
    parser.add_argument("--share", type=float, default=0.86)
    parser.add_argument("--echo", action="store_true")
    parser.add_argument("--ask", action="store_true")
    parser.add_argument("--more-probes", action="store_true")
    parser.add_argument("--trouble", action="store_true")
    parser.add_argument("--quiet-after", type=int, default=0)
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(run(options_of(sys.argv[1:])))
