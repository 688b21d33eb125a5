"""A bench on real ports in this process, and programs that run a treatment on it."""

import signal
import subprocess
import sys
import tomllib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from controller.commands.simulate import served_config
from controller.config.loading import load
from controller.recording.run_file import Run
from controller.rehearsal import Fault, Link, Served, serve
from simulators.line import Line
from simulators.serve import in_background
from tests.controller.rig import CONFIGS

AMF = [sys.executable, "-m", "controller.cli"]
LONG_S = 60.0


@dataclass
class Watcher:
    """Looks at a served bench in its own time; ``look`` gets s with the output on."""

    served: Served
    look: Callable[[Served, float], None]
    on_s: float = 0.0

    def receive(self, data: bytes) -> bytes:
        return b""

    def advance(self, dt_s: float) -> bytes:
        self.on_s += dt_s if self.served.simulation.twins["psu"].output_on else 0.0
        self.look(self.served, self.on_s)
        return b""


def quick(folder: Path, more: str = "", hold_s: float = 3.0) -> Path:
    """Write the short dry run with a shorter hold."""
    text = (CONFIGS / "dry_run_short.toml").read_text(encoding="utf-8")
    assert "hold_s = 20.0" in text and "cool_s = 3.0" in text
    text = text.replace("hold_s = 20.0", f"hold_s = {hold_s}")
    path = folder / "quick.toml"
    path.write_text(text.replace("cool_s = 3.0", "cool_s = 1.0") + more, "utf-8")
    return path


@contextmanager
def served_bench(
    folder: Path,
    *,
    look: Callable[[Served, float], None] = lambda served, on_s: None,
    link: Link = "mixed",
    faults: Sequence[Fault] = (),
    inside: Sequence[str] = (),
    base: Path | None = None,
) -> Iterator[tuple[Path, Served]]:
    """Serve the quick dry run, or ``base``; give a config that finds it, and it.

    Instruments named in ``inside`` stay simulated in the program that reads the config.
    """
    path = base or quick(folder)
    with serve(load(path), link=link, faults=faults) as served:
        bench = served.simulation.bench
        bench.lines = (*bench.lines, Line(Watcher(served, look)))
        found = {n: a for n, a in served.addresses.items() if n not in inside}
        config = folder / "served.toml"
        data = tomllib.loads(path.read_text(encoding="utf-8"))
        config.write_text(served_config(data, found, path.name), "utf-8")
        with in_background(served.server):
            yield config, served


@contextmanager
def simulated_elsewhere(folder: Path) -> Iterator[Path]:
    """Serve the quick dry run by ``amf simulate`` in a process of its own.

    Give the config that it prints; at the end Ctrl-C, and it has to end well.
    """
    config = folder / "served.toml"
    with (
        config.open("w") as stdout,
        subprocess.Popen(
            [*AMF, "simulate", str(quick(folder))],
            stdout=stdout,
            stderr=subprocess.PIPE,
            text=True,
        ) as server,
    ):
        assert server.stderr is not None
        assert any("Ctrl-C" in line for line in server.stderr)
        try:
            yield config
        finally:
            server.send_signal(signal.SIGINT)
            server.stderr.read()
        assert server.wait(LONG_S) == 0


def amf(*arguments: object) -> subprocess.CompletedProcess[str]:
    """Run a command of its own process to its end."""
    return subprocess.run(
        [*AMF, *map(str, arguments)],
        capture_output=True,
        text=True,
        timeout=LONG_S,
        check=False,
    )


def only_run(folder: Path) -> Path:
    (path,) = folder.glob("*.sqlite")
    return path


def faults_of(folder: Path) -> list[dict]:
    with Run.open(only_run(folder)) as run:
        return run.data().faults()


def sentences(folder: Path, kind: str) -> list[str]:
    with Run.open(only_run(folder)) as run:
        return [event.sentence for event in run.events() if event.kind == kind]
