"""The other process: it turns the field off when the engine's heartbeats stop.

    python -m controller.guardian.__main__ CONFIG

It knows nothing of control. It says on stdout which instruments it can switch off, and
what speaks against their being there. Then it hears lines on stdin: a hello (which
engine, which record), heartbeats, a goodbye; it answers each on stdout, so that the
engine notices when the guardian is gone. Asked to prove itself before a run, it
switches off while the engine lives, which has let go of the ports. Silence while the
field is on, the end of the pipe without a goodbye, or a line that contradicts the
others: it ends the engine, which frees the ports, opens supply and generator itself,
switches off, reads back, and says so in the record and on stderr. It ends with its
work.
"""

import json
import logging
import os
import queue
import signal
import sys
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO, Any

from controller.config.loading import load
from controller.errors import AmfError
from controller.guardian.hands import Hand, OffByHand, hands_of, switch_off
from controller.guardian.heartbeat import (
    PROVE,
    Heartbeat,
    contradiction,
    decode,
    overdue,
    silence_allowed_s,
)
from controller.guardian.record import record_event
from controller.host.stop_signals import stop_signals

DONE, REFUSED, TOOK_OVER, NOT_CONFIRMED = 0, 2, 3, 4
# What has arrived already is heard before silence is declared.
GRACE_S = 0.05
# As many as the engine waits for when the guardian's hands are proven.
PROOF_ROUNDS = 3
Heard = queue.Queue[tuple[float, str | None]]


@dataclass
class Watch:
    """What the guardian knows of its engine; ``pid`` is 0 before the hello.

    ``done`` is true after a goodbye: the engine ends by itself then.
    """

    pid: int = 0
    record: Path | None = None
    last: Heartbeat | None = None
    done: bool = False

    def hear(self, line: str | None, heard_s: float) -> str:
        """Take one line, None for the end of the pipe; say why to act, "" for not."""
        if line is None:
            return "the engine is gone without a goodbye" if self.pid else ""
        try:
            message = json.loads(line)
        except (ValueError, RecursionError):
            return f"{line[:80]!r} is not a message of the engine"
        if isinstance(message, dict) and "goodbye" in message:
            self.done = True
            off = message["goodbye"] is True
            return "" if off else "the engine could not confirm the field off"
        if not self.pid:
            return self._hello(message)
        return self._beat(line, heard_s)

    def wait_s(self, now_s: float) -> float | None:
        """Return how long in s to wait for the next line; None for any time."""
        if self.last is None or not self.last.field_on:
            return None
        due_s = self.last.heard_s + silence_allowed_s(self.last)
        return max(GRACE_S, due_s - now_s)

    def overdue(self, now_s: float) -> str:
        """Say why the field must go off now, "" while all is well."""
        return "" if self.last is None else overdue(self.last, now_s)

    def _hello(self, message: Any) -> str:
        try:
            self.pid, self.record = int(message["hello"]), Path(message["record"])
        except (KeyError, TypeError, ValueError):
            return f"{message!r} is not a hello"
        return ""

    def _beat(self, line: str, heard_s: float) -> str:
        try:
            beat = decode(line, heard_s)
        except ValueError as error:
            return str(error)
        before, self.last = self.last, beat
        return contradiction(before, beat, self.pid) or overdue(beat, heard_s)


def keep_watch(
    watch: Watch, heard: Heard, answers: IO[str], hands: Sequence[Hand] = ()
) -> str:
    """Hear the engine until its goodbye; return why to switch off, "" for no reason.

    When it asks for a proof, ``hands`` switch off, and the engine lives.
    """
    while True:
        try:
            heard_s, line = heard.get(timeout=watch.wait_s(time.monotonic()))
        except queue.Empty:
            reason = watch.overdue(time.monotonic())
            if reason:
                return reason
            continue
        if line is not None and watch.pid and line.strip() == PROVE:
            proved = switch_off(list(hands), rounds=PROOF_ROUNDS)
            _say(answers, json.dumps({"proved": asdict(proved)}))
            continue
        reason = watch.hear(line, heard_s)
        if reason or watch.done or line is None:
            return reason
        seq = 0 if watch.last is None else watch.last.seq
        _say(answers, json.dumps({"heard": seq}))


def take_over(watch: Watch, hands: list[Hand], reason: str) -> OffByHand:
    """End the engine, switch off by every route, and put it on record."""
    if not watch.done:
        end_engine(watch.pid)
    result = switch_off(hands)
    sentence = f"guardian: {reason}; {result.sentence}"
    _say(sys.stderr, sentence)
    if watch.record is not None:
        data = {"reason": reason, **asdict(result)}
        place = record_event(watch.record, sentence, data)
        if place is None:
            _say(sys.stderr, f"guardian: {watch.record} cannot be written")
    return result


def end_engine(pid: int) -> None:
    """End the engine at once, frozen or not; its ports are free then.

    Where the system tells that our parent is another one by now, the engine is dead
    and its number may be somebody else's.
    """
    if pid <= 0 or (os.name == "posix" and os.getppid() != pid):
        return
    with suppress(OSError):
        # Windows has no SIGKILL; there, SIGTERM is TerminateProcess.
        os.kill(pid, getattr(signal, "SIGKILL", signal.SIGTERM))


def main(arguments: list[str]) -> int:
    """Guard one engine to its end; return 0, or 3 / 4 after switching off."""
    # Every round of a stubborn instrument would warn; what came of it is one sentence.
    logging.basicConfig(level=logging.ERROR)
    try:
        hands = hands_of(load(Path(arguments[0])))
    except AmfError as error:
        _say(sys.stderr, f"guardian: {error}")
        return REFUSED
    for hand in hands:
        hand.warm_up()
    ready = {h.name: [h.instrument.address, h.unseen()] for h in hands}
    _say(sys.stdout, json.dumps({"ready": ready}))
    watch, heard = Watch(), Heard()
    threading.Thread(target=_listen, args=(sys.stdin, heard), daemon=True).start()
    reason = keep_watch(watch, heard, sys.stdout, hands)
    if not reason:
        return DONE
    return TOOK_OVER if take_over(watch, hands, reason).confirmed else NOT_CONFIRMED


def _listen(source: IO[str], heard: Heard) -> None:
    # An engine that is cut off in the middle of a line leaves a piece of one.
    with suppress(OSError, ValueError):
        for line in source:
            if line.endswith("\n"):
                heard.put((time.monotonic(), line))
    heard.put((time.monotonic(), None))


def _say(stream: IO[str], text: str) -> None:
    """Write a line; the terminal or the engine may be gone."""
    with suppress(OSError, ValueError):
        stream.write(text + "\n")
        stream.flush()


if __name__ == "__main__":
    # It must outlive Ctrl-C, a closed terminal and a logout: signals only set a flag.
    with stop_signals():
        code = main(sys.argv[1:])
    os._exit(code)  # the listening thread may still wait for a line
