"""A port for an instrument on UDP: commands and answers, and data that it multicasts.

A ``Port`` is a stream of bytes, and datagrams have bounds. So each one that arrives
becomes a frame: ``ANS:`` from the command socket, ``DAT:`` from the multicast group,
then its length (two bytes, the low one first), then its bytes. What is written leaves
as one datagram, as it is. The frames are this program's own and never on a network.

An address is ``udp://HOST``, with what differs from the defaults behind it:
``udp://HOST:PORT?answers=PORT&data=PORT&group=ADDRESS``. HOST is where commands go,
``answers`` the local port to which answers come (0: any free one), ``data`` and
``group`` where data is multicast. Only on the network that leads to HOST is anything
heard (127.0.0.1: nothing from outside), and only what HOST sends.
"""

import os
import select
import socket
import struct
import sys
from dataclasses import dataclass
from ipaddress import IPv4Address
from urllib.parse import parse_qsl, urlsplit

from drivers.errors import ConnectionLost

PREFIX = "udp://"
# Those of a CoreSens. Source: the public driver named in drivers/coresens_udp.py.
COMMAND_PORT, DATA_PORT, GROUP = 50910, 50911, "239.0.0.1"
LONGEST = 65_535
MOST_AT_ONCE = 1000
IP_MULTICAST_ALL = 49  # Source: Linux, include/uapi/linux/in.h


@dataclass(frozen=True, slots=True)
class UdpAddress:
    """Where commands go, where answers come to, and where data is multicast."""

    host: str
    port: int = COMMAND_PORT
    answers: int = COMMAND_PORT
    data: int = DATA_PORT
    group: str = GROUP


class UdpPort:
    """Carries datagrams; ``read`` returns whole frames.

    Raises:
        ConnectionLost: the address cannot be used; the message says why.
    """

    waits = True

    def __init__(self, address: str) -> None:
        try:
            at = udp_address(address)
            self._peer = (socket.gethostbyname(at.host), at.port)
            here = _local_address(self._peer)
            self._asking = _socket()
            try:
                self._data = _socket()
                self._bind(at, here)
            except OSError:
                self.close()
                raise
        except (OSError, ValueError) as error:
            raise ConnectionLost(f"cannot open {address}: {error}") from error

    def write(self, data: bytes) -> None:
        """Send one datagram."""
        self._asking.sendto(data, self._peer)

    def read(self, timeout_s: float) -> bytes:
        """Wait for a datagram; return a frame for each that has come."""
        sockets = [self._asking, self._data]
        ready, _, _ = select.select(sockets, [], [], max(0.0, timeout_s))
        return b"".join(
            self._taken(one, b"ANS:" if one is self._asking else b"DAT:")
            for one in sockets
            if one in ready
        )

    def close(self) -> None:
        """Close both sockets; safe to call twice."""
        self._asking.close()
        if hasattr(self, "_data"):
            self._data.close()

    def _bind(self, at: UdpAddress, here: str) -> None:
        self._asking.bind((here, at.answers))
        self._own = self._asking.getsockname()
        self._data.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        # Windows cannot bind a group's address; elsewhere a local one hears no group.
        self._data.bind((here if os.name == "nt" else at.group, at.data))
        if sys.platform == "linux":  # else it hears what others joined elsewhere, too
            self._data.setsockopt(socket.IPPROTO_IP, IP_MULTICAST_ALL, 0)
        member = socket.inet_aton(at.group) + socket.inet_aton(here)
        self._data.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, member)

    def _taken(self, one: socket.socket, tag: bytes) -> bytes:
        frames = []
        for _ in range(MOST_AT_ONCE):
            try:
                datagram, sender = one.recvfrom(LONGEST)
            except BlockingIOError:
                break
            # A device on this computer, at the port of our own: that is ourselves.
            if sender[0] == self._peer[0] and sender != self._own:
                frames.append(tag + struct.pack("<H", len(datagram)) + datagram)
        return b"".join(frames)


def udp_address(address: str) -> UdpAddress:
    """Return the parts of an address, with the defaults for what is not given.

    Raises:
        ValueError: it is no address of this kind; the message says what is wrong.
    """
    url = urlsplit(address)
    if not address.startswith(PREFIX) or not url.hostname or url.path.strip("/"):
        raise ValueError(f"expected {PREFIX}HOST or {PREFIX}HOST:PORT")
    found: dict[str, str | int] = {"host": url.hostname, "port": url.port or 0}
    for key, value in parse_qsl(url.query, keep_blank_values=True):
        if key not in ("answers", "data", "group"):
            raise ValueError(f"{key!r} is none of answers, data, group")
        found[key] = value if key == "group" else _port(key, value)
    found["port"] = found["port"] or COMMAND_PORT
    parts = UdpAddress(**found)  # type: ignore[arg-type]
    if not _is_group(parts.group):
        raise ValueError(f"group = {parts.group!r} is no multicast address")
    return parts


def _is_group(address: str) -> bool:
    try:
        return IPv4Address(address).is_multicast
    except ValueError:
        return False


def _port(key: str, value: str) -> int:
    lowest = 0 if key == "answers" else 1
    if not (value.isascii() and value.isdigit() and lowest <= int(value) <= 65_535):
        raise ValueError(f"{key} = {value!r} is no port: {lowest} to 65535")
    return int(value)


def _socket() -> socket.socket:
    made = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    made.setblocking(False)
    return made


def _local_address(peer: tuple[str, int]) -> str:
    """Return the address of this computer that leads to a peer; nothing is sent."""
    with _socket() as probe:
        probe.connect(peer)
        address: str = probe.getsockname()[0]
    return address
