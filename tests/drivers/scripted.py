"""A port that plays a script: what must be sent, and what then comes back."""

from collections.abc import Iterator
from contextlib import contextmanager

from drivers.transport import Transport

Script = list[tuple[bytes, bytes]]


class ScriptedPort:
    """Answers each expected write with its reply; anything else is an error."""

    def __init__(self, script: Script, waits: bool = False) -> None:
        self.waits = waits
        self.left = list(script)
        self.closed = False
        self._answer = b""

    def write(self, data: bytes) -> None:
        assert self.left, f"{data!r} was sent after the end of the script"
        sent, reply = self.left.pop(0)
        assert data == sent
        self._answer += reply

    def read(self, timeout_s: float) -> bytes:
        answer, self._answer = self._answer, b""
        return answer

    def close(self) -> None:
        self.closed = True


@contextmanager
def scripted(*script: tuple[bytes, bytes]) -> Iterator[Transport]:
    """Play a script; at the end nothing of it may be left over."""
    port = ScriptedPort(list(script))
    yield Transport(port, "it")
    assert port.left == []
