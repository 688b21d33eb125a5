"""How long the field stays on after a process of a run is killed or frozen.

    uv run python -m tests.benchmarks.kill_and_freeze [--cases 100] [--jobs 2]

Struck are the engine with its whole group, its guardian, the window, and the server of
the thermometer. Each case serves the twins of configs/dry_run_short.toml on real ports
in real time, paced, runs the engine against them in a process of its own, strikes at a
random moment (one case in four while the fingerprint is taken), and looks at the output
of the simulated supply, at the run file, and at what is left of the processes. The
window is its link without its pictures; the thermometer's server is a program that
hands its bytes on. Needs Linux.
"""

import argparse
import math
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
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from controller.commands.simulate import served_config
from controller.config.loading import load
from controller.errors import AmfError
from controller.recording.run_file import Run
from controller.rehearsal import Link, serve
from simulators.serve import in_background
from tests.controller.rig import CONFIGS

# What each may take: 1 s, beside the time in which silence is tolerated.
ALLOWED_S = {
    "kill engine": 1.0,
    "freeze engine": 1.5,
    "kill guardian": 1.0,
    "freeze guardian": 2.0,
    "kill window": 1.0,
    "freeze window": 6.0,
    "kill thermometer": 1.0,
    "freeze thermometer": 1.3,
}
KINDS = tuple(ALLOWED_S)
AMF = ("-m", "controller.cli")
WINDOW = """
import sys
from PySide6.QtCore import QCoreApplication
from gui.engine_link import EngineLink
app = QCoreApplication([])
link = EngineLink([sys.executable, *sys.argv[1:]])
link.ended.connect(lambda end: app.exit(end.exit_code))
link.start()
sys.exit(app.exec())
"""
# Hands bytes on between one client and the port given, until it is ended.
SERVER = """
import select, socket, sys
listener = socket.create_server(("127.0.0.1", 0))
print(listener.getsockname()[1], flush=True)
while True:
    client, _ = listener.accept()
    beyond = socket.create_connection(("127.0.0.1", int(sys.argv[1])))
    others, data = {client: beyond, beyond: client}, b"?"
    while data:
        for end in select.select(list(others), [], [])[0]:
            data = end.recv(4096)
            others[end].sendall(data)
    client.close(), beyond.close()
"""
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
    server: subprocess.Popen[bytes] | None = None
    windowed: bool = False

    @property
    def field_on(self) -> bool:
        return bool(self.twins["psu"].output_on)

    @property
    def guardian(self) -> int:
        """Return the number of the engine's only child."""
        return child_of(self.engine)

    @property
    def engine(self) -> int:
        """Return the number of the engine's process, a child of its window."""
        pid = self.process.pid
        return child_of(pid) if self.windowed else pid

    def said(self) -> str:
        return (self.folder / "stderr.txt").read_text(encoding="utf-8")


def wait_until(condition: Callable[[], bool], limit_s: float) -> float:
    """Return the monotonic time in s at which a condition holds; fail after a limit."""
    never, started_s = threading.Event(), time.monotonic()
    while not condition():
        waited_s = time.monotonic() - started_s
        assert waited_s < limit_s, f"it did not come in {limit_s:g} s"
        never.wait(LOOK_S)
    return time.monotonic()


def ended(pid: int) -> bool:
    """Say whether a process has ended, reaped or not."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return True
    return state in "ZX"


def child_of(pid: int) -> int:
    """Return the number of a process's first child."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return int(children[0])


def started(command: Sequence[str], **streams: Any) -> subprocess.Popen[bytes]:
    """Start Python, in a session of its own."""
    return subprocess.Popen(
        [sys.executable, *command],
        stdin=subprocess.DEVNULL,
        start_new_session=True,
        **streams,
    )


@contextmanager
def ending(process: subprocess.Popen[bytes]) -> Iterator[subprocess.Popen[bytes]]:
    """Kill a process at the end, frozen or not."""
    try:
        yield process
    finally:
        process.kill()
        process.wait(LONG_S)
        if process.stdout is not None:
            process.stdout.close()


def in_between(address: str) -> tuple[subprocess.Popen[bytes], str]:
    """Start a server of its own before a served socket; return it, and its address."""
    port = address.rpartition(":")[2]
    server = started(["-c", SERVER, port], stdout=subprocess.PIPE)
    assert server.stdout is not None
    return server, f"socket://127.0.0.1:{int(server.stdout.readline())}"


@contextmanager
def running(
    folder: Path,
    seed: int,
    link: Link = "mixed",
    program: Sequence[str] = AMF,
    struck: str = "",
) -> Iterator[Running]:
    """Serve the short dry run and start the engine on it, in a session of its own.

    For a ``struck`` window or thermometer there is one to be struck.
    """
    source = CONFIGS / "dry_run_short.toml"
    loaded = load(source)
    with ExitStack() as stack:
        own = struck == "thermometer"
        link = "socket" if own else link
        served = stack.enter_context(serve(loaded, seed=seed, link=link))
        stack.enter_context(in_background(served.server))
        data, server = tomllib.loads(loaded.texts[source.name]), None
        if own:
            server, address = in_between(served.addresses["thermometer"])
            served.addresses["thermometer"] = address
            stack.enter_context(ending(server))
        config = folder / "served.toml"
        config.write_text(served_config(data, served.addresses, source.name))
        command = [*program, "run", str(config), "--out", str(folder)]
        windowed = struck == "window"
        if windowed:
            command = ["-c", WINDOW, *command, "--json"]
        errors = stack.enter_context((folder / "stderr.txt").open("wb"))
        process = started(command, stdout=subprocess.DEVNULL, stderr=errors)
        stack.enter_context(ending(process))
        yield Running(process, folder, served.simulation.twins, server, windowed)


def strike(kind: str, running: Running, guardian: int) -> None:
    """Kill or freeze: the engine with its whole process group, or another process."""
    number = signal.SIGKILL if kind.startswith("kill") else signal.SIGSTOP
    if kind.endswith("engine"):
        os.killpg(running.process.pid, number)
    elif kind.endswith("thermometer"):
        assert running.server is not None
        running.server.send_signal(number)
    else:
        window = kind.endswith("window")
        os.kill(running.process.pid if window else guardian, number)


def case(
    kind: str, wait_s: float, seed: int, folder: Path, link: Link = "mixed"
) -> Case:
    """Run until the field is on and ``wait_s`` longer; strike; see what happens.

    Up to ``SWITCHING_S`` it is the field of the applicator's fingerprint, beyond that
    the treatment's.
    """
    with running(folder, seed, link, struck=kind.split()[1]) as engine:

        def came_on() -> bool:
            code = engine.process.poll()
            assert code is None, f"it ended with {code} before the field came on"
            return engine.field_on

        on_s = wait_until(came_on, LONG_S)
        if wait_s > SWITCHING_S:  # that was the fingerprint; the treatment follows
            wait_until(lambda: not engine.field_on, LONG_S)
            on_s = wait_until(came_on, LONG_S)
        guardian, pid = engine.guardian, engine.engine
        threading.Event().wait(wait_s)
        was_on = engine.field_on
        utc = datetime.now(UTC)
        struck_s = time.monotonic()
        strike(kind, engine, guardian)
        off_s = wait_until(lambda: not engine.field_on, LONG_S) - struck_s
        wait_until(lambda: ended(guardian), LONG_S)
        wait_until(lambda: ended(pid), LONG_S)
        code = None if engine.windowed else engine.process.wait(LONG_S)
        problems = [] if was_on else ["the field was off before the strike"]
        if engine.field_on:
            problems.append("the field came on again")
        if off_s > ALLOWED_S[kind]:
            problems.append(f"off after {off_s:.2f} s")
        missing_s, wrong = look_at_record(kind, folder, utc)
        problems += wrong
        if code is not None:
            problems += look_at_processes(kind, code, engine.said())
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
        missing_s = 0.0
        if times:  # none was due while the bench was being proven
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
        who = {"window": "operator gone"}.get(kind.split()[1], kind.split()[1])
        if not any(who in event.sentence for event in events):
            problems.append(f"nothing names: {who}")
    return missing_s, problems


def look_at_processes(kind: str, code: int, said: str) -> list[str]:
    """Return what is wrong with the engine's end and with what was said."""
    if kind.endswith("engine"):
        right = code == -signal.SIGKILL
        spoken = "guardian: " in said and "field off, confirmed" in said
    else:
        right, spoken = code == 3, kind.split()[1] in said
    problems = [] if right else [f"the engine ended with {code}"]
    return problems if spoken else [*problems, f"not said: {said[-200:]!r}"]


def in_its_folder(kind: str, wait_s: float, seed: int, link: Link) -> Case:
    """Carry one case out, in a folder of its own; one that fails is a problem."""
    with tempfile.TemporaryDirectory() as folder:
        try:
            return case(kind, wait_s, seed, Path(folder), link)
        except (AssertionError, OSError, AmfError) as error:
            said = Path(folder) / "stderr.txt"
            last = said.read_text(encoding="utf-8")[-200:] if said.exists() else ""
            why = f"no result: {error!r}; {last}"
            return Case(kind, wait_s, math.inf, math.nan, False, (why,))


def drawn(asked: argparse.Namespace) -> Iterator[tuple[str, float, int, Link]]:
    """Draw the moments, in s after the field came on."""
    rng = random.Random(asked.seed)
    for number in range(asked.cases):
        kind = asked.kinds[number % len(asked.kinds)]
        longest_s = SWITCHING_S if number // len(asked.kinds) % 4 == 0 else HEATING_S
        yield kind, rng.uniform(0.0, longest_s), asked.seed + number, asked.link


def show(number: int, found: Case) -> None:
    """Print one case."""
    print(
        f"{number:3d} {found.kind:18s} {found.struck_s:5.2f} s after on: off in "
        f"{found.off_s:.3f} s, last tick {found.missing_s:+.3f} s before; "
        f"generator {'off' if found.generator_off else 'ON'} "
        f"{'; '.join(found.problems)}",
        flush=True,
    )


def main() -> int:
    """Run the cases, print each, and the worst of each kind."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--cases", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=1, help="benches at a time")
    parser.add_argument("--kinds", nargs="*", default=KINDS, choices=KINDS)
    parser.add_argument("--link", default="mixed", choices=("mixed", "socket", "pty"))
    asked = parser.parse_args()
    cases = []
    with ProcessPoolExecutor(asked.jobs) as pool:
        waiting = [pool.submit(in_its_folder, *one) for one in drawn(asked)]
        for number, one in enumerate(waiting):
            cases.append(one.result())
            show(number, cases[-1])
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
