"""How many queries a second served twins answer, beside lewis and pyvisa-sim.

    uv run --group compare python -m tests.benchmarks.served_speed [--queries 1000]

Each simulator runs in a process of its own, with its defaults and its own example
device; ours are served without pacing by the baud rate. Each is asked the same number
of times for a number, one question after the other's answer, in turns of several
rounds. pyvisa-sim has no wire: it answers inside the process that asks. Beside it
stands one of ours asked in that way, through the transport of its driver.
"""

import argparse
import importlib.util
import multiprocessing
import re
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from multiprocessing.connection import Connection
from urllib.parse import urlsplit

from controller.config.loading import load
from controller.rehearsal import serve
from drivers.transport import Transport
from simulators.aimtti_psu import AimttiPsu
from simulators.line import Line
from tests.controller.rig import CONFIGS

TIMEOUT_S = 20.0
DIGIT = re.compile(rb"\d")
Ask = Callable[[], bytes]
# instrument of configs/dry_run.toml: question, end of the answer
OURS = {
    "psu": (b"I1O?\n", b"\n"),
    "generator": (b"FREQ?\n", b"\n"),
    "thermometer": (b"t\r", b"*"),
}
LEWIS = ("example_motor", b"P?\r\n", b"\r\n")
VISA_SIM = ("TCPIP0::localhost::inst0::INSTR", "?FREQ")


def asker(address: tuple[str, int], question: bytes, end: bytes) -> Ask:
    """Connect, and return a function that asks once."""
    wire = socket.create_connection(address, TIMEOUT_S)
    wire.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def ask() -> bytes:
        wire.sendall(question)
        answer = b""
        while not answer.endswith(end):
            chunk = wire.recv(4096)
            if not chunk:
                raise ConnectionError(f"closed after {answer!r}")
            answer += chunk
        return answer

    return ask


def rate_per_s(ask: Ask, queries: int) -> float:
    """Return the queries a second of one round; every answer must hold a number."""
    started_s = time.perf_counter()
    for _ in range(queries):
        answer = ask()
        if DIGIT.search(answer) is None:
            raise ValueError(f"{answer!r} is no answer")
    return queries / (time.perf_counter() - started_s)


def serve_ours(pipe: Connection) -> None:
    """Serve the dry run without pacing until the pipe ends (another process)."""
    loaded = load(CONFIGS / "dry_run.toml")
    with serve(loaded, link="socket", paced=False) as served:
        pipe.send(served.addresses)
        served.server.run(pipe.poll)


@contextmanager
def ours() -> Iterator[dict[str, Ask]]:
    """Serve our twins in a process; yield how to ask each."""
    here, there = multiprocessing.get_context("spawn").Pipe()
    process = multiprocessing.get_context("spawn").Process(
        target=serve_ours, args=(there,), daemon=True
    )
    process.start()
    if not here.poll(TIMEOUT_S):
        raise TimeoutError("our twins do not come up")
    asks = {}
    addresses = here.recv()
    for name in OURS:
        place = urlsplit(addresses[name])
        assert place.hostname and place.port
        driver = load(CONFIGS / "dry_run.toml").bench.instruments[name].driver
        asks[f"ours, socket: {driver}"] = asker(
            (place.hostname, place.port), *OURS[name]
        )
    twin = Transport(Line(AimttiPsu()), "psu")
    asks["ours, no wire: aimtti_psu"] = lambda: twin.query(OURS["psu"][0])
    try:
        yield asks
    finally:
        here.send("stop")
        process.join(TIMEOUT_S)


@contextmanager
def lewis() -> Iterator[dict[str, Ask]]:
    """Run lewis with its defaults and one of its own devices; yield how to ask it."""
    device, question, end = LEWIS
    with closing(socket.create_server(("127.0.0.1", 0))) as free:
        port = free.getsockname()[1]
    options = f"stream: {{bind_address: 127.0.0.1, port: {port}}}"
    command = [sys.executable, "-m", "lewis", "-k", "lewis.examples", device]
    process = subprocess.Popen(
        [*command, "-p", options],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        ask = asker(_up(process, ("127.0.0.1", port)), question, end)
        yield {f"lewis, socket: {device}": ask}
    finally:
        process.terminate()
        process.wait(TIMEOUT_S)


def _up(process: subprocess.Popen[bytes], address: tuple[str, int]) -> tuple[str, int]:
    deadline_s = time.monotonic() + TIMEOUT_S
    while True:
        try:
            socket.create_connection(address, TIMEOUT_S).close()
        except ConnectionRefusedError:
            if process.poll() is not None or time.monotonic() > deadline_s:
                raise
        else:
            return address


@contextmanager
def visa_sim() -> Iterator[dict[str, Ask]]:
    """Open a device of pyvisa-sim's default file; yield how to ask it."""
    import pyvisa

    name, question = VISA_SIM
    resource = pyvisa.ResourceManager("@sim").open_resource(
        name, read_termination="\n", write_termination="\n"
    )
    assert isinstance(resource, pyvisa.resources.MessageBasedResource)
    try:
        yield {
            "pyvisa-sim, no wire: device 1": lambda: resource.query(question).encode()
        }
    finally:
        resource.close()


OTHERS = {"lewis": lewis, "pyvisa_sim": visa_sim}


def main() -> None:
    """Print the queries a second of each simulator: median, least and most."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--queries", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=5)
    given = parser.parse_args()
    with ExitStack() as stack:
        asks = dict(stack.enter_context(ours()))
        for module, start in OTHERS.items():
            if importlib.util.find_spec(module) is None:
                print(f"{module} is not installed: uv sync --group compare")
                continue
            asks |= stack.enter_context(start())
        answers = {name: ask() for name, ask in asks.items()}
        rates: dict[str, list[float]] = {name: [] for name in asks}
        for _ in range(given.rounds):
            for name, ask in asks.items():
                rates[name].append(rate_per_s(ask, given.queries))
    print(f"queries a second, {given.rounds} rounds of {given.queries} queries each")
    for name, found in rates.items():
        answer = re.sub(r"\s+", " ", answers[name].decode("latin-1"))
        print(
            f"{name:30} median {statistics.median(found):8.0f}   "
            f"{min(found):.0f} to {max(found):.0f}   (last answer {answer!r})"
        )


if __name__ == "__main__":
    main()
