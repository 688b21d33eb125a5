"""Blocks of samples as IEEE 488.2 frames them: ``#``, a digit, a length, bytes, LF."""

import re

from drivers.errors import Garbled
from drivers.transport import LF, Transport

_START = re.compile(rb"[^#\n]*#[1-9]|[^#\n]*\n")


def read_words(
    transport: Transport, command: bytes, header: re.Pattern[bytes], most: int
) -> bytes:
    """Ask for a block of 16-bit words and return its bytes, two for each word.

    ``header`` is what may stand before the length, ``most`` the words that may come.

    Raises:
        Garbled: what came is not such a block.
    """
    start = transport.query(command, _START)
    if header.fullmatch(start) is None:
        raise _garbled(transport, command, start)
    length = transport.read_bytes(int(start[-1:]), command)
    if not length.isdigit() or int(length) % 2 or int(length) > 2 * most:
        raise _garbled(transport, command, start + length)
    data = transport.read_bytes(int(length), command)
    end = transport.read_until(LF, command)
    if end != b"\n":
        raise _garbled(transport, command, end)
    return data


def _garbled(transport: Transport, command: bytes, answer: bytes) -> Garbled:
    return Garbled(
        f"{transport.name}: {answer!r} came after {command!r}, which is not a block of "
        "samples; check the address"
    )
