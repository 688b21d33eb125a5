"""Serves simulated instruments in real time on loopback sockets and pseudo-terminals.

One thread owns everything: it waits for bytes, lets the simulated time follow the wall
clock in small steps, and does what is due. So nothing needs a lock, and no client can
hold up another one. Faults are switched by plain attributes, from any thread.
"""

import os
import selectors
import shutil
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from simulators.line import Line
from simulators.outlets import Outlet, PtyOutlet, SocketOutlet
from simulators.pacing import Manner
from simulators.udp_outlet import UdpOutlet

STEP_S = 0.02
# After a pause (the computer slept) the simulation catches up in steps of this.
LONGEST_STEP_S = 1.0
JOIN_S = 5.0


class Server:
    """Serves lines at addresses and lets their time pass.

    ``advance`` moves what is simulated by a time in s. Without ``paced`` bytes take no
    time (benchmarks). ``clock`` is monotonic, in s.
    """

    def __init__(
        self,
        advance: Callable[[float], None],
        *,
        paced: bool = True,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._advance = advance
        self._paced = paced
        self._clock = clock
        self._selector = selectors.DefaultSelector()
        self._outlets: list[Outlet] = []
        self._folder: Path | None = None
        self._simulated_s = clock()

    def on_socket(self, name: str, line: Line, manner: Manner) -> str:
        """Serve a line on a free loopback port; return its address."""
        outlet: Outlet
        if manner.udp:
            outlet = UdpOutlet(line, self._selector)
        else:
            outlet = SocketOutlet(name, line, manner, self._selector, self._paced)
        self._outlets.append(outlet)
        return outlet.address

    def on_pty(self, name: str, line: Line, manner: Manner) -> str:
        """Serve a line on a pseudo-terminal; return its path.

        Raises:
            OSError: this system has no pseudo-terminals, or the instrument no port.
        """
        if os.name != "posix":
            raise OSError("this system has no pseudo-terminals; use sockets")
        if manner.udp:
            raise OSError("it speaks UDP and has no serial port; use sockets")
        if self._folder is None:
            self._folder = Path(tempfile.mkdtemp(prefix="amf_"))
        outlet = PtyOutlet(
            name, line, manner, self._selector, self._folder, self._paced
        )
        self._outlets.append(outlet)
        return outlet.address

    def turn(self) -> None:
        """Wait for the next thing to do, at most one step of time, and do it."""
        now_s = self._clock()
        due_s = self._simulated_s + STEP_S
        for outlet in self._outlets:
            due_s = min(due_s, outlet.due_s())
        self._selector.select(max(0.0, due_s - now_s))
        now_s = self._clock()
        self._let_time_pass(now_s)
        for outlet in self._outlets:
            outlet.turn(now_s)

    def run(self, stopped: Callable[[], bool]) -> None:
        """Serve until ``stopped`` says so; it is asked at each step of time."""
        self._simulated_s = self._clock()
        while not stopped():
            self.turn()

    def close(self) -> None:
        """Free every address."""
        for outlet in self._outlets:
            outlet.close()
        self._outlets.clear()
        self._selector.close()
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)

    def _let_time_pass(self, now_s: float) -> None:
        behind_s = now_s - self._simulated_s
        if behind_s >= STEP_S - 1e-9:
            dt_s = min(behind_s, LONGEST_STEP_S)
            self._simulated_s += dt_s
            self._advance(dt_s)


@contextmanager
def in_background(server: Server) -> Iterator[Server]:
    """Serve from a thread of its own while the context lasts; then close."""
    stop = threading.Event()
    thread = threading.Thread(
        target=server.run, args=(stop.is_set,), name="served twins", daemon=True
    )
    thread.start()
    try:
        yield server
    finally:
        stop.set()
        thread.join(JOIN_S)
        server.close()
