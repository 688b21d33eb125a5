"""Keep this computer awake while a run lasts: its guardian would sleep with it.

Linux: a child ``systemd-inhibit`` holds the lock until its input ends, also by our
death. Windows: ``SetThreadExecutionState``, which ends with our process. Elsewhere, or
where that fails, nothing keeps it awake, and the record says so.
"""

import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress

ASK_S = 2.0
END_S = 2.0
HELD = b"held\n"
INHIBIT = (
    "--what=sleep:idle:handle-lid-switch",
    "--who=amf",
    "--why=the field of a bench may be on",
    "sh",
    "-c",
    "echo held; exec cat >/dev/null",
)
# Source: Microsoft, SetThreadExecutionState: ES_CONTINUOUS, ES_SYSTEM_REQUIRED.
ES_CONTINUOUS, ES_SYSTEM_REQUIRED = 0x80000000, 0x00000001


@contextmanager
def awake(program: str = "systemd-inhibit") -> Iterator[str]:
    """Inhibit sleep while the context lasts; give the sentence for the record."""
    if sys.platform == "win32":
        yield _windows(ES_CONTINUOUS | ES_SYSTEM_REQUIRED)
        _windows(ES_CONTINUOUS)
        return
    found = shutil.which(program)
    if found is None:
        yield _not(f"there is no {program}")
        return
    with _inhibited([found, *INHIBIT]) as sentence:
        yield sentence


def _not(why: str) -> str:
    return f"caution: sleep is not inhibited on this computer: {why}"


def _windows(state: int) -> str:
    """Set the thread's state; Windows only."""
    import ctypes

    kernel = getattr(ctypes, "windll").kernel32  # noqa: B009 # only there is it known
    if kernel.SetThreadExecutionState(state):
        return "sleep is inhibited by SetThreadExecutionState"
    return _not("SetThreadExecutionState fails")


@contextmanager
def _inhibited(command: Sequence[str]) -> Iterator[str]:
    child = subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    assert child.stdin is not None and child.stdout is not None
    said: list[bytes] = []
    reader = threading.Thread(
        target=lambda out: said.append(out.readline()), args=(child.stdout,)
    )
    reader.start()
    reader.join(ASK_S)
    held = said == [HELD]
    try:
        yield f"sleep is inhibited by {command[0]}" if held else _not("it is refused")
    finally:
        with suppress(OSError):
            child.stdin.close()
        try:
            child.wait(END_S)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait(END_S)
        reader.join(END_S)
        child.stdout.close()
