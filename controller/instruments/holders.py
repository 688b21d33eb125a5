"""Who has the instruments, and how ``amf off`` gets them: by asking, then by force."""

import os
import signal
import time
from collections.abc import Callable, Iterable
from contextlib import suppress

from controller.instruments.locks import Holder, Locks, key_of

# a safe stop with its read-backs takes a supply at 9600 Bd about two seconds
STOP_S = 4.0
LOOK_EACH_S = 0.05


def free(
    addresses: Iterable[str],
    say: Callable[[str], object],
    locks: Locks,
    kill: Callable[[int, int], None] = os.kill,
    wait: Callable[[float], None] = time.sleep,
) -> None:
    """Have every program end that has one of the addresses: a safe stop, then a kill.

    A program that was asked switches the field off itself. ``say`` gets a sentence for
    each that is asked or ended.
    """
    for address in addresses:
        key = key_of(address)
        holder = locks.holder(key)
        if holder is None or holder.pid <= 1 or holder.pid == os.getpid():
            continue
        who = f"{holder.what} (process {holder.pid})"
        say(f"{who} has {address}: asked to stop")
        if _ended(signal.SIGTERM, holder, key, locks, kill, wait):
            continue
        say(f"{who} does not stop: ended by force")
        # Windows has no SIGKILL; there, SIGTERM was TerminateProcess already
        force = getattr(signal, "SIGKILL", signal.SIGTERM)
        if not _ended(force, holder, key, locks, kill, wait):
            say(f"{who} still has {address}")


def _ended(
    number: int,
    holder: Holder,
    key: str,
    locks: Locks,
    kill: Callable[[int, int], None],
    wait: Callable[[float], None],
) -> bool:
    with suppress(OSError):  # gone already, or another user's
        kill(holder.pid, number)
    for _ in range(round(STOP_S / LOOK_EACH_S)):
        if locks.holder(key) is None:
            return True
        wait(LOOK_EACH_S)
    return False
