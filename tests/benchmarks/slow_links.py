"""What the loop reaches with four instruments on slow links, and that it is not late.

    uv run python -m tests.benchmarks.slow_links [--seconds 60] [--period 0.1]

A treatment in real time on served twins in another process: coil supply, generator and
two thermometers, once on links without pacing and once at 9600 Bd each (and with the
70 ms that an Aim-TTi supply needs after each write, in both). Printed are, for each
link, how often its instrument was polled with success, the longest time between two
polls, and how long one takes; for the loop, how late its ticks are.
"""

import argparse
import multiprocessing
import os
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from itertools import pairwise
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from controller.bench import How, open_bench
from controller.config.loading import Loaded, load
from controller.config.model import Instrument, Probe
from controller.decisions.signals import Request
from controller.instruments.stations import Station
from controller.loop import Loop, Outcome
from controller.procedures.run_record import open_record
from controller.recording.loop_record import LoopRecord
from controller.rehearsal import simulate
from simulators.line import Line
from simulators.osensa_ftx import OsensaFtx
from simulators.pacing import MANNERS
from simulators.serve import Server
from tests.controller.rig import CONFIGS

BAUD = 9600
TIMEOUT_S = 30.0
HOLD_S = 3600.0  # the stopwatch ends the run
SECOND = Instrument(driver="osensa_ftx", model="FTX-6", simulated=True, update_s=0.2)
# the body's and the healthy tissue's probes are on the second thermometer
MOVED = (3, 4)


def bench_of_four(period_s: float) -> Loaded:
    """Return the short dry run with half of its probes on a second thermometer."""
    loaded = load(CONFIGS / "dry_run_short.toml")
    probes = tuple(
        Probe(name=p.name, role=p.role, instrument="second", channel=p.channel)
        if p.channel in MOVED
        else p
        for p in loaded.bench.probes
    )
    instruments = {**loaded.bench.instruments, "second": SECOND}
    return replace(
        loaded,
        bench=replace(loaded.bench, instruments=instruments, probes=probes),
        settings=replace(
            loaded.settings,
            period_s=period_s,
            treatment=replace(loaded.settings.treatment, hold_s=HOLD_S),
            probes=tuple(replace(p, update_s=0.2) for p in loaded.settings.probes),
        ),
    )


def serve_four(pipe: Connection, paced: bool) -> None:
    """Serve the four twins until the pipe speaks or ends (another process)."""
    simulation = simulate(load(CONFIGS / "dry_run_short.toml").bench, seed=1)
    first, second = simulation.twins["thermometer"], OsensaFtx(SECOND.model)
    lines = {**simulation.lines, "second": Line(second)}

    def advance(dt_s: float) -> None:
        simulation.bench.advance(dt_s)
        lines["second"].advance(dt_s)
        for channel in MOVED:
            second.temperatures[channel - 1] = first.temperatures[channel - 1]

    server = Server(advance, paced=paced)
    addresses = {}
    for name, instrument in bench_of_four(0.1).bench.instruments.items():
        manner = replace(MANNERS[instrument.driver], lan=False, baud=BAUD)
        put = server.on_pty if os.name == "posix" else server.on_socket
        addresses[name] = put(name, lines[name], manner)
    pipe.send(addresses)
    server.run(pipe.poll)
    server.close()


@dataclass
class Polls:
    """When an instrument was polled with success, and how long that took."""

    at_s: list[float] = field(default_factory=list)
    took_s: list[float] = field(default_factory=list)

    def watch(self, station: Station) -> None:
        """Note every poll of a station from now on."""
        poll = station.poll

        def noted() -> None:
            started_s = time.monotonic()
            poll()
            if station.trouble is None:
                self.at_s.append(time.monotonic())
                self.took_s.append(self.at_s[-1] - started_s)

        station.poll = noted  # type: ignore[method-assign]

    def __str__(self) -> str:
        longest_s = max(b - a for a, b in pairwise(self.at_s))
        rate = (len(self.at_s) - 1) / (self.at_s[-1] - self.at_s[0])
        return (
            f"{rate:5.2f} polls a second, at most {1e3 * longest_s:4.0f} ms apart; one "
            f"takes {1e3 * percentile(self.took_s, 50):5.1f} ms"
        )


@dataclass
class Stopwatch:
    """An operator who stops after a time, and notes how late the ticks are."""

    tick: Callable[[], tuple[float, float]]
    seconds: float
    stays_after_trip: bool = False
    late_s: list[float] = field(default_factory=list)
    at_s: list[float] = field(default_factory=list)

    def noted(self) -> tuple[float, float]:
        t_s, late_s = self.tick()
        self.late_s.append(late_s)
        self.at_s.append(t_s)
        return t_s, late_s

    def requests(self) -> tuple[Request, ...]:
        over = self.at_s[-1] - self.at_s[0] >= self.seconds
        return (Request("stop"),) if over else ()

    def publish(self, message: dict[str, Any]) -> None:
        """Show nothing."""

    def wants_snapshot(self) -> bool:
        return False


def percentile(values: list[float], percent: float) -> float:
    """Return the value below which so many percent lie."""
    return sorted(values)[min(len(values) - 1, int(len(values) * percent / 100))]


def measure(
    loaded: Loaded, seconds: float
) -> tuple[Outcome, Stopwatch, dict[str, Polls]]:
    """Run the loop in real time on a bench at addresses, and watch it."""
    polls: dict[str, Polls] = {}
    with tempfile.TemporaryDirectory() as folder, open_bench(loaded, How()) as bench:
        link = bench.link
        stations = [link.supply, link.generator]
        for station in [*stations, *link.thermometry.thermometers.values()]:
            polls[station.name] = Polls()
            polls[station.name].watch(station)
        clock: Any = link.clock
        operator = Stopwatch(clock.tick, seconds)
        clock.tick = operator.noted
        recorder = open_record(loaded, bench, Path(folder), 1)
        record = LoopRecord(recorder, loaded.settings, None, operator.publish)
        return (
            Loop(link, loaded.settings, record, operator).run(),
            operator,
            polls,
        )


def one(period_s: float, seconds: float, paced: bool) -> None:
    """Serve, run and print one of the two cases."""
    here, there = multiprocessing.get_context("spawn").Pipe()
    process = multiprocessing.get_context("spawn").Process(
        target=serve_four, args=(there, paced), daemon=True
    )
    process.start()
    if not here.poll(TIMEOUT_S):
        raise TimeoutError("the twins do not come up")
    loaded = bench_of_four(period_s)
    at = here.recv()
    served = {
        name: i.model_copy(
            update={"simulated": False, "served": True, "address": at[name]}
        )
        for name, i in loaded.bench.instruments.items()
    }
    bench = replace(loaded.bench, instruments=served)
    try:
        outcome, loop, polls = measure(replace(loaded, bench=bench), seconds)
    finally:
        here.send("stop")
        process.join(TIMEOUT_S)
    links = f"four links at {BAUD} Bd" if paced else "four links without pacing"
    late = ", ".join(
        f"p{percent} {1e3 * percentile(loop.late_s, percent):.2f}"
        for percent in (50, 95, 99)
    )
    apart_s = [b - a for a, b in pairwise(loop.at_s)]
    print(f"{links}: {outcome.sentence} (exit {outcome.exit_code})")
    print(
        f"  loop         {len(loop.at_s)} ticks, "
        f"{1e3 * percentile(apart_s, 50):.2f} ms apart (median); "
        f"late by {late}, at most {1e3 * max(loop.late_s):.2f} ms"
    )
    for name, watched in polls.items():
        print(f"  {name:12} {watched}")


def main() -> None:
    """Print both cases."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--period", type=float, default=0.1)
    given = parser.parse_args()
    for paced in (False, True):
        one(given.period, given.seconds, paced)


if __name__ == "__main__":
    main()
