"""Where a simulated instrument that speaks UDP is plugged in: loopback, and no further.

Commands come to a free port of 127.0.0.1 and are answered to whoever sent the last one.
What the instrument sends by itself is multicast on the loopback interface only.
"""

import selectors
import socket
from contextlib import suppress
from math import inf

from simulators.line import Line

LOOPBACK, GROUP = "127.0.0.1", "239.0.0.1"
LONGEST = 65_535
MOST_AT_ONCE = 100
HEAD = 6


class UdpOutlet:
    """A command port and a multicast group; a cut line hears and says nothing."""

    def __init__(self, line: Line, selector: selectors.BaseSelector) -> None:
        self._line, self._selector = line, selector
        self._client: tuple[str, int] | None = None
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.setblocking(False)
        self._socket.bind((LOOPBACK, 0))
        here = socket.inet_aton(LOOPBACK)
        self._socket.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, here)
        self._socket.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_TTL, 0)
        self._group = (GROUP, _free_port())
        selector.register(self._socket, selectors.EVENT_READ)
        port = self._socket.getsockname()[1]
        self.address = f"udp://{LOOPBACK}:{port}?answers=0&data={self._group[1]}"

    def turn(self, now_s: float) -> None:
        """Take what has come, and send what is there."""
        for _ in range(MOST_AT_ONCE):
            try:
                command, sender = self._socket.recvfrom(LONGEST)
            except OSError:  # nothing more, or an answer that nobody took
                break
            with suppress(OSError):  # cut: nobody hears it
                self._send()
                self._client = sender
                self._line.write(command)
                self._send()
        with suppress(OSError):
            self._send()

    def due_s(self) -> float:
        """Return never: what is sent comes with the steps of time."""
        return inf

    def close(self) -> None:
        """Free the port."""
        self._selector.unregister(self._socket)
        self._socket.close()

    def _send(self) -> None:
        """Send each frame as a datagram; what is no frame goes to the client."""
        data = self._line.read()
        while data:
            end = HEAD + int.from_bytes(data[4:HEAD], "little")
            if data[:4] == b"DAT:" and end <= len(data):
                self._socket.sendto(data[HEAD:end], self._group)
            elif self._client is not None:
                framed = data[:4] == b"ANS:" and end <= len(data)
                end = end if framed else len(data)
                answer = data[HEAD:end] if framed else data
                self._socket.sendto(answer, self._client)
            else:
                return
            data = data[end:]


def _free_port() -> int:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind((LOOPBACK, 0))
        port: int = probe.getsockname()[1]
    return port
