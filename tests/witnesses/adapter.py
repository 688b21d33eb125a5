"""What pymeasure needs of a connection, over a simulated wire."""

from simulators.line import Line


class LineAdapter:
    """A pymeasure adapter in shape: it strips and appends line ends, and no more.

    ``write_end`` and ``read_end`` are what a user of pymeasure would set for the
    instrument. An answer that does not come is a ``TimeoutError``.
    """

    def __init__(self, line: Line, write_end: bytes, read_end: bytes) -> None:
        self.connection = line
        self._write_end, self._read_end = write_end, read_end
        self._waiting = b""

    def write(self, command: str, **options: object) -> None:
        """Send a command, with its end."""
        self.connection.write(command.encode("ascii") + self._write_end)

    def read(self, **options: object) -> str:
        """Return the next answer without its end."""
        self._waiting += self.connection.read()
        answer, end, rest = self._waiting.partition(self._read_end)
        if not end:
            raise TimeoutError(f"no answer, only {self._waiting!r}")
        self._waiting = rest
        return answer.decode("ascii")

    def flush_read_buffer(self) -> None:
        """Forget what was not read."""
        self.connection.read()
        self._waiting = b""

    def left(self) -> bytes:
        """Return what came and nobody asked for."""
        return self._waiting + self.connection.read()

    def close(self) -> None:
        """Close the wire."""
        self.connection.close()
