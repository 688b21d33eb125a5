"""A TCP server on loopback that answers lines, in a thread of its own."""

import socket
import threading
from collections.abc import Mapping
from types import TracebackType
from typing import Self

JOIN_S = 10.0


class LoopbackServer:
    """Answers each received line by ``answers``; a line in ``hang_up`` closes."""

    def __init__(
        self, answers: Mapping[bytes, list[bytes]], hang_up: bytes = b"BYE\n"
    ) -> None:
        self._answers, self._hang_up = answers, hang_up
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._thread = threading.Thread(target=self._serve, daemon=True)

    @property
    def port(self) -> int:
        port: int = self._listener.getsockname()[1]
        return port

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._thread.join(JOIN_S)
        self._listener.close()
        assert not self._thread.is_alive(), "the client never closed"

    def _serve(self) -> None:
        client, _ = self._listener.accept()
        with client:
            client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            while line := _line(client):
                if line == self._hang_up:
                    return
                for piece in self._answers.get(line, []):
                    client.sendall(piece)


def _line(client: socket.socket) -> bytes:
    line = b""
    while not line.endswith(b"\n"):
        byte = client.recv(1)
        if not byte:
            return b""
        line += byte
    return line
