"""The engine's side of the guardian: start it, prove it, beat, notice its end.

``guarded`` starts the process where supply or generator have an address. In simulated
time there is none: ``SimulatedGuardian`` asks the same ``overdue`` on simulated time.
"""

import json
import os
import queue
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Protocol

from controller.config.kinds import output_roles
from controller.config.loading import Loaded
from controller.decisions.signals import Fault
from controller.errors import BenchError
from controller.guardian.heartbeat import (
    LONGEST_PAUSE_S,
    PROVE,
    Heartbeat,
    encode,
    overdue,
)

START_S = 20.0
UNANSWERED_S = 1.0
PROVED_S = 5.0
GOODBYE_S = 5.0
BEAT_EACH_S = 0.1


class Guardian(Protocol):
    """What the loop does for whoever guards it."""

    def ticked(self) -> None:
        """Note that a tick has begun."""
        ...

    def beat(self, field_on: bool, pause_s: float = 0.0) -> None:
        """Tell that the loop works; announce how long in s it may be silent now."""
        ...

    def faults(self) -> tuple[Fault, ...]:
        """Return why the field must go off for the guardian's sake."""
        ...


class SimulatedGuardian:
    """The guardian's judgement on simulated time, without a process.

    Nobody beats between two simulated ticks, so one period is always allowed.
    """

    def __init__(self, period_s: float, now: Callable[[], float]) -> None:
        self._period_s, self._now = period_s, now
        self._tick_s = now()
        self._beat = (False, 0.0, 0.0, self._tick_s)
        self._reason = ""
        self._judged_s = self._tick_s

    def ticked(self) -> None:
        """Note that a tick has begun."""
        self._tick_s = self._now()

    def beat(self, field_on: bool, pause_s: float = 0.0) -> None:
        """Judge the time since the last heartbeat, and take this one."""
        now_s = self._judged()
        self._beat = (field_on, now_s - self._tick_s, pause_s + self._period_s, now_s)

    def faults(self) -> tuple[Fault, ...]:
        """Return what was overdue since the last call."""
        now_s, reason = self._judged(), self._reason
        self._reason = ""
        if not reason:
            return ()
        return (Fault("guardian", f"the guardian would act: {reason}", now_s),)

    def _judged(self) -> float:
        """Judge the newest heartbeat by now, once for each moment; return now in s."""
        now_s = self._now()
        if now_s != self._judged_s:
            self._judged_s = now_s
            field_on, tick_age_s, pause_s, heard_s = self._beat
            if field_on and not self._reason:
                last = Heartbeat(
                    0, field_on, tick_age_s, self._period_s, 0, pause_s, heard_s
                )
                self._reason = overdue(last, now_s)
        return now_s


class GuardianLink:
    """A guardian process for one run. For the loop's thread only."""

    def __init__(self, config: Path, period_s: float) -> None:
        """Start the process; ``prove`` waits for it, ``introduce`` begins."""
        self._period_s = period_s
        self._tick_s = time.monotonic()
        self._seq = 0
        self._field_on = False
        self._lost = ""
        self._sent: deque[tuple[int, float]] = deque()
        self._answered = 0
        self._ready: queue.Queue[dict[str, list[str]]] = queue.Queue()
        self._proved: queue.Queue[dict[str, Any]] = queue.Queue()
        self.process = _spawn(config)
        self._listener = threading.Thread(target=self._listen, daemon=True)
        self._listener.start()

    def prove(self, addresses: dict[str, str]) -> None:
        """Wait for the guardian: it must hold these addresses, and see each of them.

        Raises:
            BenchError: it does not answer, or would not find an instrument.
        """
        try:
            seen = self._ready.get(timeout=START_S)
        except queue.Empty:
            raise BenchError(
                f"the guardian process does not answer within {START_S:g} s; no output "
                "is switched on without it"
            ) from None
        problems = [why for _, why in seen.values() if why]
        if not seen:
            problems.append("its process ended at the start")
        elif {name: address for name, (address, _) in seen.items()} != addresses:
            problems.append(f"it read {seen} from the config, the engine {addresses}")
        if problems:
            raise BenchError(f"the guardian cannot guard: {'; '.join(problems)}")

    def introduce(self, record: Path) -> None:
        """Say who is guarded from now on, and where the guardian shall write."""
        hello = {"hello": os.getpid(), "record": str(record.resolve())}
        self._send(json.dumps(hello) + "\n")

    def switches_off(self) -> dict[str, Any]:
        """Have the guardian switch off; return what it says, nothing if it is mute.

        The ports must be free. ``confirmed``, ``sentence``, ``took_s``, ``routes``.
        """
        self.beat(True, LONGEST_PAUSE_S)
        self._send(PROVE + "\n")
        try:
            return self._proved.get(timeout=PROVED_S)
        except queue.Empty:
            return {}

    def ticked(self) -> None:
        """Note that a tick has begun."""
        self._tick_s = time.monotonic()

    def beat(self, field_on: bool, pause_s: float = 0.0) -> None:
        """Send a heartbeat; a guardian that is gone is noticed by ``faults``."""
        if self._lost:
            return
        self._seq += 1
        self._field_on = field_on
        now_s = time.monotonic()
        age_s = now_s - self._tick_s
        self._sent.append((self._seq, now_s))
        line = encode(
            Heartbeat(self._seq, field_on, age_s, self._period_s, os.getpid(), pause_s)
        )
        self._send(line)

    def pulse(self) -> None:
        """Beat while the loop waits for its next tick."""
        self.beat(self._field_on)

    def faults(self) -> tuple[Fault, ...]:
        """Return a fault once the guardian has ended or does not answer."""
        while self._sent and self._sent[0][0] <= self._answered:
            self._sent.popleft()
        if not self._lost:
            self._lost = self._gone()
            if self._lost:
                self.process.kill()  # a frozen one must not wake up to act later
        if not self._lost:
            return ()
        return (Fault("guardian", self._lost, 0.0, "a living guardian"),)

    def close(self) -> None:
        """Say goodbye; with the field not confirmed off the guardian takes over."""
        self._send(json.dumps({"goodbye": not self._field_on}) + "\n")
        assert self.process.stdin is not None
        with suppress(OSError):
            self.process.stdin.close()
        if self._field_on and not self._lost:
            return
        try:
            self.process.wait(GOODBYE_S)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait(GOODBYE_S)
        self._listener.join(GOODBYE_S)

    def _gone(self) -> str:
        code = self.process.poll()
        if code is not None:
            return f"the guardian process has ended (code {code})"
        if self._sent and not time.monotonic() - self._sent[0][1] <= UNANSWERED_S:
            return f"the guardian has not answered for {UNANSWERED_S:g} s"
        return ""

    def _send(self, line: str) -> None:
        assert self.process.stdin is not None
        with suppress(OSError, ValueError):  # ``faults`` notices the end
            os.write(self.process.stdin.fileno(), line.encode())

    def _listen(self) -> None:
        assert self.process.stdout is not None
        with self.process.stdout as answers:
            for line in answers:
                if not line.endswith(b"\n"):
                    break  # it was killed in the middle of a line
                message = json.loads(line)
                if "ready" in message:
                    self._ready.put(message["ready"])
                elif "proved" in message:
                    self._proved.put(message["proved"])
                else:
                    self._answered = message["heard"]
        self._ready.put({})  # nobody waits for a guardian that has ended
        self._proved.put({})


class BeatingEvent(threading.Event):
    """An event that the loop waits for, and that beats while it does.

    The waiting thread itself beats: a loop that hangs elsewhere is silent.
    """

    def __init__(self, beat: Callable[[], None]) -> None:
        super().__init__()
        self._beat = beat

    def wait(self, timeout_s: float | None = None) -> bool:
        """Wait until set, or for ``timeout_s``; beat between slices."""
        due_s = time.monotonic() + (0.0 if timeout_s is None else timeout_s)
        while timeout_s is None or time.monotonic() + BEAT_EACH_S < due_s:
            if super().wait(BEAT_EACH_S):
                return True
            self._beat()
        return super().wait(max(0.0, due_s - time.monotonic()))


def guarded_addresses(loaded: Loaded) -> dict[str, str]:
    """Return the addresses of what makes the field, by name; none when simulated."""
    outputs = output_roles(loaded.bench.applicator).values()
    instruments = loaded.bench.instruments
    return {
        name: address
        for name in outputs
        if (address := instruments[name].address) is not None
    }


@contextmanager
def guarded(loaded: Loaded, config: Path) -> Iterator[GuardianLink | None]:
    """Keep a guardian beside a run; None where no output has an address."""
    if not guarded_addresses(loaded):
        yield None
        return
    link = GuardianLink(config, loaded.settings.period_s)
    try:
        yield link
    finally:
        link.close()


def _spawn(config: Path) -> subprocess.Popen[bytes]:
    # A session of its own: Ctrl-C, a closed terminal and a logout do not reach it.
    flags = getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0)
    flags |= getattr(subprocess, "CREATE_NO_WINDOW", 0)
    command: list[Any] = [sys.executable, "-m", "controller.guardian", config.resolve()]
    return subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        start_new_session=True,
        creationflags=flags,
    )
