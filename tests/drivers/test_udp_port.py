"""Datagrams over loopback: what is heard, what is not, and addresses that are wrong."""

import os
import socket
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager

import pytest

from drivers.errors import ConnectionLost
from drivers.transport import open_port
from drivers.udp_port import UdpAddress, UdpPort, udp_address

WAIT_S = 10.0
GROUP = "239.0.0.1"


@contextmanager
def device() -> Iterator[tuple[socket.socket, UdpPort, int]]:
    """Give a device's socket, a port that leads to it, and its data's UDP port."""
    with (
        closing(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)) as there,
        closing(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)) as free,
    ):
        there.bind(("127.0.0.1", 0))
        there.settimeout(WAIT_S)
        here = socket.inet_aton("127.0.0.1")
        there.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, here)
        free.bind(("127.0.0.1", 0))
        data = free.getsockname()[1]
        free.close()
        at = f"udp://127.0.0.1:{there.getsockname()[1]}?answers=0&data={data}"
        with closing(UdpPort(at)) as port:
            yield there, port, data


def test_a_command_is_one_datagram_and_its_answer_a_frame() -> None:
    with device() as (there, port, _):
        port.write(b"hello")
        command, sender = there.recvfrom(100)
        assert command == b"hello" and sender[0] == "127.0.0.1"
        there.sendto(b"you", sender)
        assert port.read(WAIT_S) == b"ANS:\x03\x00you"
        assert port.read(0.0) == b""


def test_data_of_the_group_is_heard() -> None:
    with device() as (there, port, data):
        there.sendto(b"\x01\x02", (GROUP, data))
        assert port.read(WAIT_S) == b"DAT:\x02\x00\x01\x02"


def test_nobody_at_the_own_port_is_silence_and_no_echo() -> None:
    with device() as (_, port, _):
        own = port._asking.getsockname()
        port._peer = own
        port.write(b"hello")
        assert port.read(0.2) == b""


def test_nothing_is_bound_beyond_loopback() -> None:
    with device() as (_, port, _):
        bound = {one.getsockname()[0] for one in (port._asking, port._data)}
    assert bound == {"127.0.0.1", "127.0.0.1" if os.name == "nt" else GROUP}


@pytest.mark.skipif(
    sys.platform != "linux", reason="Linux has all of 127/8 on loopback"
)
def test_other_senders_are_not_heard() -> None:
    with (
        device() as (there, port, data),
        closing(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)) as other,
    ):
        other.bind(("127.0.0.2", 0))
        here = socket.inet_aton("127.0.0.1")
        other.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, here)
        other.sendto(b"foreign", (GROUP, data))
        other.sendto(b"foreign", port._asking.getsockname())
        there.sendto(b"own", (GROUP, data))
        heard = port.read(WAIT_S) or port.read(WAIT_S)
    assert heard == b"DAT:\x03\x00own"


def test_defaults_are_those_of_the_source() -> None:
    assert udp_address("udp://10.0.10.2") == UdpAddress(
        "10.0.10.2", 50910, 50910, 50911, GROUP
    )
    told = udp_address("udp://10.0.10.2:6000?answers=0&data=6001&group=239.1.2.3")
    assert told == UdpAddress("10.0.10.2", 6000, 0, 6001, "239.1.2.3")


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("udp://", "expected udp://HOST"),
        ("udp://h/path", "expected udp://HOST"),
        ("udp://h:70000", "ort out of range"),
        ("udp://h?dta=3", "'dta' is none of answers, data, group"),
        ("udp://h?data=x", "data = 'x' is no port: 1 to 65535"),
        ("udp://h?data=0", "no port"),
        ("udp://h?group=10.0.0.1", "no multicast address"),
        ("udp://h?group=239.0.0", "no multicast address"),
    ],
)
def test_a_wrong_address_is_one_sentence(address: str, said: str) -> None:
    with pytest.raises(ValueError, match=said.replace("?", r"\?")):
        udp_address(address)
    with pytest.raises(ConnectionLost, match="cannot open udp://"):
        open_port(address)


def test_a_port_that_is_taken_cannot_be_opened() -> None:
    with closing(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)) as taken:
        taken.bind(("127.0.0.1", 0))
        answers = taken.getsockname()[1]
        with pytest.raises(ConnectionLost, match=r"in use|permi"):
            open_port(f"udp://127.0.0.1:1?answers={answers}")
