"""Every exchange with an instrument in a file, and the file as pairs for a driver test.

One line each: time in s, instrument, direction (``>`` to it, ``<`` from it), bytes as
Python writes them. It can be read while it is written.
"""

import ast
import re
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import TextIO

from controller.errors import BenchError

Pair = tuple[bytes, bytes]
LINE = re.compile(r"(-?[\d.]+) (\S+) ([<>]) (b['\"].*)")


class WireLogFile:
    """Writes exchanges to a file, from any thread; a ``drivers.transport.WireLog``.

    Raises:
        BenchError: the file cannot be written.
    """

    def __init__(self, path: Path, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._start_s = now()
        self._lock = threading.Lock()
        self.failed = ""
        try:
            self._file: TextIO = path.open("w", encoding="ascii", buffering=1)
        except OSError as error:
            raise BenchError(f"--wire-log: cannot write {path}: {error}") from error

    def __call__(self, instrument: str, direction: str, data: bytes) -> None:
        """Write one line; nothing any more once it is closed.

        A full disk ends the log and never the exchange: off must still be sent.
        """
        with self._lock:
            if self._file.closed or self.failed:
                return
            t_s = self._now() - self._start_s
            try:
                self._file.write(f"{t_s:.6f} {instrument} {direction} {data!r}\n")
            except OSError as error:
                self.failed = str(error)

    def close(self) -> None:
        """Finish the file; safe to call twice."""
        with self._lock, suppress(OSError):
            self._file.close()

    def __enter__(self) -> "WireLogFile":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


def to_pairs(path: Path, instrument: str) -> list[Pair]:
    """Return what was sent to one instrument, each with all that came back before more.

    What it said unasked at the beginning is a pair with nothing sent.

    Raises:
        BenchError: the file is not a wire log; the message names the line.
    """
    pairs: list[Pair] = []
    for direction, data in _exchanges(path, instrument):
        if direction == ">":
            pairs.append((data, b""))
        elif pairs:
            sent, came = pairs[-1]
            pairs[-1] = (sent, came + data)
        else:
            pairs.append((b"", data))
    return pairs


def as_test(pairs: Iterable[Pair]) -> str:
    """Return pairs as Python source, one a line, to be put into a driver's test."""
    lines = [f"    ({sent!r}, {came!r})," for sent, came in pairs]
    return "\n".join(["PAIRS = [", *lines, "]", ""])


def _exchanges(path: Path, instrument: str) -> Iterator[tuple[str, bytes]]:
    try:
        text = path.read_text(encoding="ascii")
    except (OSError, UnicodeDecodeError) as error:
        raise BenchError(f"{path} cannot be read as a wire log: {error}") from error
    for number, line in enumerate(text.splitlines(), 1):
        match = LINE.fullmatch(line)
        data = None if match is None else _bytes(match[4])
        if match is None or data is None:
            raise BenchError(
                f"{path}, line {number} is not one of a wire log: {line!r}"
            )
        if match[2] == instrument:
            yield match[3], data


def _bytes(text: str) -> bytes | None:
    try:
        value = ast.literal_eval(text)
    except (ValueError, SyntaxError):
        return None
    return value if isinstance(value, bytes) else None
