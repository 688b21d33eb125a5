"""How long the field stays on after the engine, or its guardian, is killed or frozen.

    uv run python -m tests.benchmarks.kill_and_freeze [--cases 100] [--link pty]

Each case serves the twins of configs/dry_run_short.toml on real ports in real time,
paced, runs the engine against them in a process of its own, strikes at a random moment
(one case in four just after the field came on), and looks at the output of the
simulated supply, at the run file, and at what is left of the processes. Needs Linux.
"""

import argparse
import os
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time
import tomllib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from controller.commands_simulate import served_config
from controller.config import load
from controller.rehearsal import Link, serve
from controller.run_file import Run
from simulators.serve import in_background
from tests.controller.rig import CONFIGS

KINDS = ("kill engine", "freeze engine", "kill guardian", "freeze guardian")
# What each may take: 1 s, beside the time in which silence is tolerated.
ALLOWED_S = {
    "kill engine": 1.0,
    "freeze engine": 1.5,
    "kill guardian": 1.0,
    "freeze guardian": 2.0,
}
AMF = ("-m", "controller.cli")
LONG_S = 60.0
LOOK_S = 0.002
SWITCHING_S, HEATING_S = 0.3, 8.0


@dataclass(frozen=True, slots=True)
class Case:
    """What came of one strike. ``off_s`` is the time to the supply's output off.

    ``missing_s`` is how old the last recorded tick was at the strike (an engine that
    survives records on: negative then). ``problems`` are sentences, none when all is
    well.
    """

    kind: str
    struck_s: float
    off_s: float
    missing_s: float
    generator_off: bool
    problems: tuple[str, ...]


@dataclass
class Running:
    """An engine that runs against served twins, with its guardian."""

    process: subprocess.Popen[bytes]
    folder: Path
    twins: dict[str, Any]

    @property
    def field_on(self) -> bool:
        return bool(self.twins["psu"].output_on)

    @property
    def guardian(self) -> int:
        """Return the number of the engine's only child."""
        pid = self.process.pid
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        return int(children[0])

    def said(self) -> str:
        return (self.folder / "stderr.txt").read_text(encoding="utf-8")


def wait_until(condition: Callable[[], bool], limit_s: float) -> float:
    """Return the monotonic time in s at which a condition holds; fail after a limit."""
    never, started_s = threading.Event(), time.monotonic()
    while not condition():
        assert time.monotonic() - started_s < limit_s, "it did not come in time"
        never.wait(LOOK_S)
    return time.monotonic()


def ended(pid: int) -> bool:
    """Say whether a process has ended, reaped or not."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return True
    return state in "ZX"


@contextmanager
def running(
    folder: Path, seed: int, link: Link = "mixed", program: Sequence[str] = AMF
) -> Iterator[Running]:
    """Serve the short dry run and start the engine on it, in a session of its own."""
    source = CONFIGS / "dry_run_short.toml"
    loaded = load(source)
    with (
        serve(loaded, seed=seed, link=link) as served,
        in_background(served.server),
    ):
        data = tomllib.loads(loaded.texts[source.name])
        config = folder / "served.toml"
        config.write_text(served_config(data, served.addresses, source.name))
        command = [*program, "run", str(config), "--out", str(folder)]
        with (folder / "stderr.txt").open("wb") as errors:
            process = subprocess.Popen(
                [sys.executable, *command],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=errors,
                start_new_session=True,
            )
        try:
            yield Running(process, folder, served.simulation.twins)
        finally:
            process.kill()
            process.wait(LONG_S)


def strike(kind: str, engine: Running, guardian: int) -> None:
    """Kill or freeze: the engine with its whole process group, or the guardian."""
    number = signal.SIGKILL if kind.startswith("kill") else signal.SIGSTOP
    if kind.endswith("engine"):
        os.killpg(engine.process.pid, number)
    else:
        os.kill(guardian, number)


def case(
    kind: str, wait_s: float, seed: int, folder: Path, link: Link = "mixed"
) -> Case:
    """Run until the field is on and ``wait_s`` longer; strike; see what happens."""
    with running(folder, seed, link) as engine:
        on_s = wait_until(lambda: engine.field_on, LONG_S)
        guardian = engine.guardian
        threading.Event().wait(wait_s)
        was_on = engine.field_on
        utc = datetime.now(UTC)
        struck_s = time.monotonic()
        strike(kind, engine, guardian)
        off_s = wait_until(lambda: not engine.field_on, LONG_S) - struck_s
        wait_until(lambda: ended(guardian), LONG_S)
        code = engine.process.wait(LONG_S)
        problems = [] if was_on else ["the field was off before the strike"]
        if engine.field_on:
            problems.append("the field came on again")
        if off_s > ALLOWED_S[kind]:
            problems.append(f"off after {off_s:.2f} s")
        missing_s, wrong = look_at_record(kind, folder, utc)
        problems += wrong + look_at_processes(kind, code, engine.said())
        generator_off = not engine.twins["generator"].output_on
    return Case(kind, struck_s - on_s, off_s, missing_s, generator_off, tuple(problems))


def look_at_record(kind: str, folder: Path, utc: datetime) -> tuple[float, list[str]]:
    """Return the age in s of the last recorded tick at ``utc``, and what is wrong."""
    (path,) = folder.glob("*.sqlite")
    with Run.open(path) as run:
        problems = run.verify_chain()
        times = list(run.column("t_s"))
        if [tick.seq for tick in run.ticks()] != list(range(len(times))):
            problems.append("a tick is missing")
        t_s, at = run.clock()[0]
        behind = utc - datetime.fromisoformat(at)
        missing_s = behind.total_seconds() - (times[-1] - t_s)
        events = run.events()
        period_s = run.settings.period_s
        completed = run.completed
    if kind.endswith("engine"):
        if missing_s > 2.0 * period_s:
            problems.append(f"{missing_s:.2f} s of ticks are missing")
        if completed:
            problems.append("the record calls itself complete")
        if [e.kind for e in events][-1:] != ["guardian"]:
            problems.append("the guardian's event is not the last one")
    else:
        if not completed:
            problems.append("the record is not complete")
        if not any(e.kind == "fault" and "guardian" in e.sentence for e in events):
            problems.append("no fault names the guardian")
    return missing_s, problems


def look_at_processes(kind: str, code: int, said: str) -> list[str]:
    """Return what is wrong with the engine's end and with what was said."""
    if kind.endswith("engine"):
        right = code == -signal.SIGKILL
        spoken = "guardian: " in said and "field off, confirmed" in said
    else:
        right, spoken = code == 3, "the guardian" in said
    problems = [] if right else [f"the engine ended with {code}"]
    return problems if spoken else [*problems, f"not said: {said[-200:]!r}"]


def main() -> int:
    """Run the cases, print each, and the worst of each kind."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--cases", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--kinds", nargs="*", default=KINDS, choices=KINDS)
    parser.add_argument("--link", default="mixed", choices=("mixed", "socket", "pty"))
    asked = parser.parse_args()
    rng, cases = random.Random(asked.seed), []
    for number in range(asked.cases):
        kind = asked.kinds[number % len(asked.kinds)]
        longest_s = SWITCHING_S if number // len(asked.kinds) % 4 == 0 else HEATING_S
        with tempfile.TemporaryDirectory() as folder:
            wait_s = rng.uniform(0.0, longest_s)
            seed = asked.seed + number
            found = case(kind, wait_s, seed, Path(folder), asked.link)
        cases.append(found)
        print(
            f"{number:3d} {kind:15s} {found.struck_s:5.2f} s after on: off in "
            f"{found.off_s:.3f} s, last tick {found.missing_s:+.3f} s before; "
            f"generator {'off' if found.generator_off else 'ON'} "
            f"{'; '.join(found.problems)}",
            flush=True,
        )
    for kind in asked.kinds:
        times = sorted(c.off_s for c in cases if c.kind == kind)
        if times:
            print(
                f"{kind}: {len(times)} cases, off in {times[len(times) // 2]:.3f} s "
                f"(median), {times[-1]:.3f} s (worst), allowed {ALLOWED_S[kind]:g} s"
            )
    return int(any(c.problems or not c.generator_off for c in cases))


if __name__ == "__main__":
    sys.exit(main())
