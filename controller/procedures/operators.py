"""Who asks and who is told: a person at a terminal, or a program's JSON lines.

Engine mode is described in docs/engine_protocol.md. Reading and writing have threads
of their own, so that a reader that hangs cannot stall the loop.
"""

import json
import math
import os
import queue
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import asdict
from typing import IO, Any, Protocol

from controller.decisions.settings import Settings
from controller.decisions.signals import NAN, Request, RequestName
from controller.decisions.treatment import SETPOINT_LOW_C, highest_setpoint_c
from controller.errors import BenchError
from controller.host.stop_signals import StopSignal
from controller.procedures.checklist import Question

OPERATOR_GONE_S = 5.0
MESSAGES_KEPT, MOST_AT_ONCE = 1000, 4
SHOWN_EACH_S = 0.1
ANSWER_LOOK_S = 0.1
_PLAIN: tuple[RequestName, ...] = ("stop", "hold", "next", "reset")
_TEXT: tuple[RequestName, ...] = ("note", "mark", "acknowledge")


class Sink(Protocol):
    """Where lines go."""

    def write(self, text: str, /) -> object: ...

    def flush(self) -> object: ...


class OwnStdout:
    """The standard output, kept for messages; whatever else prints goes to stderr.

    Nothing is buffered and nothing locked here, so that neither ``close`` nor the end
    of the program waits for a thread that is stuck at a reader that hangs.
    """

    def __init__(self) -> None:
        """Take the descriptor; prints go to stderr from here on."""
        self._descriptor = os.dup(1)
        self._closed = False
        os.dup2(2, 1)

    def write(self, text: str) -> None:
        """Write all of a text; ``OSError`` once nobody can read it any more."""
        left = text.encode()
        while left:
            if self._closed:
                raise OSError("the standard output was closed")
            left = left[os.write(self._descriptor, left) :]

    def flush(self) -> None:
        """Nothing waits here."""

    def close(self) -> None:
        """Close the descriptor, whoever still writes to it."""
        if not self._closed:
            self._closed = True
            os.close(self._descriptor)


class Terminal:
    """A person who watches progress and may press Ctrl-C. A trip ends the run."""

    stays_after_trip = False

    def __init__(
        self, stop: StopSignal, show: Callable[[dict[str, Any]], None]
    ) -> None:
        self._stop = stop
        self._show = show
        self._shown_s = 0.0

    def requests(self) -> tuple[Request, ...]:
        """Return a stop request once a signal has asked for it."""
        if self._stop.name:
            return (Request("stop", text=self._stop.name),)
        return ()

    def stopping(self) -> str:
        """Return the signal that asked for a stop, "" for none."""
        return self._stop.name

    def wants_snapshot(self) -> bool:
        """Say whether the screen is due; ten times a second is enough for people."""
        now_s = time.monotonic()
        if now_s - self._shown_s < SHOWN_EACH_S:
            return False
        self._shown_s = now_s
        return True

    def publish(self, message: dict[str, Any]) -> None:
        """Show a message; a screen that is gone asks for a stop, as Ctrl-C does."""
        try:
            self._show(message)
        except (OSError, SystemExit):  # rich ends the program where a pipe is broken
            self._stop.name = self._stop.name or "the screen is gone"


class Engine:
    """A program on the other end of stdin and stdout. A trip waits for its reset."""

    stays_after_trip = True
    where = "in the window"

    def __init__(
        self,
        stop: StopSignal,
        settings: Settings,
        source: IO[str],
        sink: Sink,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._stop = stop
        self._highest_c = highest_setpoint_c(settings)
        self._now = now
        self._heard_s = now()
        self._asked: deque[Request] = deque()
        self._answers: queue.Queue[tuple[str, str]] = queue.Queue()
        self._writer = _Writer(sink)
        threading.Thread(target=self._read, args=(source,), daemon=True).start()

    def requests(self) -> tuple[Request, ...]:
        """Return what was asked, and a stop when nobody is there."""
        few = min(len(self._asked), MOST_AT_ONCE)  # each is put onto the disk in a tick
        asked = [self._asked.popleft() for _ in range(few)]
        asked += [r for r in self._asked.copy() if r.name == "stop"][:1]
        if self._stop.name:
            asked.append(Request("stop", text=self._stop.name))
        elif not self._now() - self._heard_s <= OPERATOR_GONE_S:
            asked.append(Request("stop", text="operator gone"))
        return tuple(asked)

    def stopping(self) -> str:
        """Say who asks for a stop that nobody has read yet, "" for nobody."""
        stops = [r for r in self._asked.copy() if r.name == "stop"]
        if not stops and not self._now() - self._heard_s <= OPERATOR_GONE_S:
            # who comes back now finds a stop all the same: something was left undone
            stops = [Request("stop", text="operator gone")]
            self._asked += stops
        return self._stop.name or (stops[0].text or "the operator" if stops else "")

    def ask(self, question: Question) -> str:
        """Publish a question and wait for its answer, however long that takes.

        Raises:
            BenchError: the operator stops, or is gone.
        """
        self.publish({"kind": "question", **asdict(question)})
        while not self.stopping():
            try:
                name, answer = self._answers.get(timeout=ANSWER_LOOK_S)
            except queue.Empty:
                continue
            if name == question.name and question.allows(answer):
                return answer
            sentence = f"{answer!r} does not answer {question.name!r}"
            self.publish({"kind": "refused", "sentence": sentence})
        raise BenchError(f"stopped before an answer to {question.name!r}")

    def wants_snapshot(self) -> bool:
        """Every tick; the writer drops what the reader is too slow for."""
        return True

    def publish(self, message: dict[str, Any]) -> None:
        """Send a message; a snapshot replaces one that has not left yet."""
        self._writer.put(message)

    def close(self) -> None:
        """Let the last messages leave, for a bounded time."""
        self._writer.close()

    def _read(self, source: IO[str]) -> None:
        for line in source:
            self._heard_s = self._now()
            answer = parse_answer(line)
            if answer is not None:
                self._answers.put(answer)
                continue
            try:
                request = parse_request(line, self._highest_c)
            except ValueError as error:
                self.publish({"kind": "refused", "sentence": str(error)})
                continue
            if request is not None:
                self._asked.append(request)
            if request is not None and request.name == "stop":
                self._stop.woken.set()
        self._asked.append(Request("stop", text="operator gone"))
        self._stop.woken.set()


def parse_answer(line: str) -> tuple[str, str] | None:
    """Return name and answer of a line that answers a question, None for others."""
    try:
        message = json.loads(line)
        if message["request"] == "answer":
            return str(message["name"]), str(message["answer"])
    except (ValueError, KeyError, TypeError, RecursionError):
        pass
    return None


def parse_request(line: str, highest_setpoint_c: float) -> Request | None:
    """Return the request of one JSON line; None for ``alive``.

    Raises:
        ValueError: the line is not a request; the sentence says what is allowed.
    """
    try:
        message = json.loads(line)
        name = message["request"]
    except (ValueError, KeyError, TypeError, RecursionError):
        raise ValueError(
            f'{line.strip()[:200]!r} is not like {{"request": "stop"}}'
        ) from None
    if name == "alive":
        return None
    if name in _PLAIN:
        return Request(name)
    if name in _TEXT:
        return Request(name, text=str(message.get("text", "")))
    value = message.get("value")
    if name == "setpoint":
        if _is_number(value) and SETPOINT_LOW_C <= value <= highest_setpoint_c:
            return Request("setpoint", float(value))
        raise ValueError(
            f"setpoint {value!r}: {SETPOINT_LOW_C:g} to {highest_setpoint_c:g} °C"
        )
    if name == "manual":
        if value is None:
            return Request("manual", NAN)
        if _is_number(value) and 0.0 <= value <= 1e5:
            return Request("manual", float(value))
        raise ValueError(f"manual {value!r}: an amplitude in A/m, or null")
    raise ValueError(f"{name!r} is not a request")


def _is_number(value: object) -> bool:
    # compared, not converted: a whole number may be too large for a float
    number = isinstance(value, int | float) and not isinstance(value, bool)
    return number and abs(value) < math.inf  # type: ignore[arg-type]


class _Writer:
    """Writes lines from its own thread; the newest snapshot wins."""

    def __init__(self, sink: Sink) -> None:
        self._sink = sink
        self._ready = threading.Condition()
        self._messages: deque[dict[str, Any]] = deque(maxlen=MESSAGES_KEPT)
        self._snapshot: dict[str, Any] | None = None
        self._closed = False
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def put(self, message: dict[str, Any]) -> None:
        with self._ready:
            if message.get("kind") == "snapshot":
                self._snapshot = message
            else:
                self._messages.append(message)
            self._ready.notify()

    def close(self) -> None:
        with self._ready:
            self._closed = True
            self._ready.notify()
        self._thread.join(OPERATOR_GONE_S)

    def _run(self) -> None:
        while True:
            with self._ready:
                self._ready.wait_for(
                    lambda: self._messages or self._snapshot or self._closed
                )
                lines = [*self._messages]
                if self._snapshot is not None:
                    lines.append(self._snapshot)
                self._messages.clear()
                self._snapshot = None
                if not lines and self._closed:
                    return
            try:
                for line in lines:
                    self._sink.write(json.dumps(line) + "\n")
                self._sink.flush()
            except (OSError, ValueError):  # nobody reads any more
                return
