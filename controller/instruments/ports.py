"""A port that comes back: USB pulled and pushed in again, a network that was down.

Opening is tried again when something is to be sent or read, at most once a second and
in the thread of the instrument, so that nobody else waits. Whoever uses the port learns
of the break by the error, and has to find out who answers now.
"""

import math
import time
from collections.abc import Callable
from contextlib import suppress

from drivers.errors import ConnectionLost
from drivers.transport import Port

REOPEN_EACH_S = 1.0


class ReturningPort:
    """Carries bytes like the port that ``reopen`` gives; after it fails, its next.

    ``now`` is monotonic, in s.

    Raises:
        ConnectionLost: the address cannot be opened now, at the start.
    """

    waits = True

    def __init__(
        self, reopen: Callable[[], Port], now: Callable[[], float] = time.monotonic
    ) -> None:
        self._reopen = reopen
        self._now = now
        self._port: Port | None = reopen()
        self._next_s = -math.inf
        self._why = ""

    def write(self, data: bytes) -> None:
        """Send bytes; ``OSError`` while the port is gone."""
        port = self._there()
        try:
            port.write(data)
        except OSError as error:
            self._drop(error)
            raise

    def read(self, timeout_s: float) -> bytes:
        """Wait for bytes; ``OSError`` while the port is gone."""
        port = self._there()
        try:
            return port.read(timeout_s)
        except OSError as error:
            self._drop(error)
            raise

    def lend(self) -> None:
        """Close the port for another process; the next use opens it again."""
        port, self._port = self._port, None
        self._next_s = -math.inf
        if port is not None:
            port.close()

    def close(self) -> None:
        """Close the port; it is not opened again."""
        port, self._port = self._port, None
        self._next_s, self._why = math.inf, "the port is closed"
        if port is not None:
            port.close()

    def _there(self) -> Port:
        if self._port is not None:
            return self._port
        if self._now() < self._next_s:
            raise OSError(self._why)
        self._next_s = self._now() + REOPEN_EACH_S
        try:
            self._port = self._reopen()
        except ConnectionLost as error:
            self._why = str(error)
            raise OSError(self._why) from error
        return self._port

    def _drop(self, error: OSError) -> None:
        """Close what is left of a port that has failed, so that it can be opened."""
        port, self._port = self._port, None
        self._why = str(error)
        if port is not None:
            with suppress(OSError):
                port.close()
