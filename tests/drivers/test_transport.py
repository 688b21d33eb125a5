import os
import re
import sys
from collections.abc import Iterator
from typing import Any

import pytest
import pyvisa

from drivers import transport
from drivers.errors import ConnectionLost, Garbled, Silent
from drivers.transport import Transport, open_port, stream_address
from tests.drivers.loopback import LoopbackServer
from tests.drivers.scripted import ScriptedPort


class FakeTime:
    """Stands in for the ``time`` module: sleeping moves the clock."""

    def __init__(self) -> None:
        self.now_s = 100.0
        self.slept_s: list[float] = []

    def monotonic(self) -> float:
        return self.now_s

    def sleep(self, duration_s: float) -> None:
        self.slept_s.append(duration_s)
        self.now_s += duration_s


class Pieces:
    """A real-time port that delivers prepared pieces, ``took_s`` after one another."""

    waits = True

    def __init__(self, clock: FakeTime, pieces: list[bytes], took_s: float = 0.01):
        self._clock, self._pieces, self._took_s = clock, pieces, took_s

    def write(self, data: bytes) -> None:
        pass

    def read(self, timeout_s: float) -> bytes:
        if timeout_s <= 0.0:
            return b""
        self._clock.now_s += min(self._took_s, timeout_s)
        return self._pieces.pop(0) if self._pieces else b""

    def close(self) -> None:
        pass


class Babbler:
    """Never stops talking."""

    def __init__(self, clock: FakeTime, waits: bool) -> None:
        self.waits, self._clock = waits, clock

    def write(self, data: bytes) -> None:
        pass

    def read(self, timeout_s: float) -> bytes:
        self._clock.now_s += 0.01
        return b"blah "

    def close(self) -> None:
        pass


class Cut:
    waits = False

    def write(self, data: bytes) -> None:
        raise OSError("the line is cut")

    def read(self, timeout_s: float) -> bytes:
        raise OSError("the line is cut")

    def close(self) -> None:
        pass


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> FakeTime:
    fake = FakeTime()
    monkeypatch.setattr(transport, "time", fake)
    return fake


def test_an_answer_in_pieces_is_put_together(clock: FakeTime) -> None:
    port = Pieces(clock, [b"12.", b"000V", b"\r\n"])
    assert Transport(port, "psu").query(b"V1O?\n") == b"12.000V\r\n"


def test_what_follows_an_answer_is_kept_for_the_next_read() -> None:
    link = Transport(ScriptedPort([(b"i\n", b"one\ntwo\nth")]), "it")
    assert link.query(b"i\n") == b"one\n"
    assert link.read_until(transport.LF) == b"two\n"
    with pytest.raises(Silent, match="b'th' came"):
        link.read_until(transport.LF, b"i\n")


def test_stale_input_is_dropped_before_asking() -> None:
    link = Transport(ScriptedPort([(b"x\n", b"late\n"), (b"y\n", b"fresh\n")]), "it")
    link.write(b"x\n")
    assert link.query(b"y\n") == b"fresh\n"


def test_exactly_so_many_bytes() -> None:
    link = Transport(ScriptedPort([(b"\x01", b"\x02\n\x03\x04")]), "it")
    link.write(b"\x01")
    assert link.read_bytes(3) == b"\x02\n\x03"


def test_silence_says_what_was_sent_and_what_to_do(clock: FakeTime) -> None:
    link = Transport(Pieces(clock, []), "psu", timeout_s=0.5)
    with pytest.raises(Silent, match=re.escape("psu: nothing came within 0.5 s after")):
        link.query(b"V1O?\n")
    assert clock.now_s == pytest.approx(100.5)


def test_half_an_answer_is_silence_that_shows_the_half(clock: FakeTime) -> None:
    link = Transport(Pieces(clock, [b"12.0"]), "psu")
    with pytest.raises(Silent, match=re.escape("b'12.0' came within 1 s")):
        link.query(b"V1O?\n")


def test_a_babbling_port_still_times_out(clock: FakeTime) -> None:
    link = Transport(Babbler(clock, waits=True), "it", timeout_s=0.5)
    with pytest.raises(Silent):
        link.read_until(transport.LF)
    assert clock.now_s < 101.0


def test_discarding_from_a_babbling_port_ends(clock: FakeTime) -> None:
    with pytest.raises(Garbled, match="does not stop"):
        Transport(Babbler(clock, waits=False), "it").query(b"x\n")


@pytest.mark.parametrize("act", [Transport.discard, lambda t: t.write(b"x\n")])
def test_a_cut_line_is_a_lost_connection(act: Any) -> None:
    with pytest.raises(ConnectionLost, match=r"psu: the connection is gone .*cut"):
        act(Transport(Cut(), "psu"))


def test_the_pause_after_a_write_is_kept(clock: FakeTime) -> None:
    link = Transport(Pieces(clock, []), "psu", gap_s=0.07)
    link.write(b"OP1 0\n")
    clock.now_s += 0.02
    link.write(b"V1 0\n")
    assert clock.slept_s == pytest.approx([0.0, 0.05])


def test_a_simulated_line_is_never_waited_for(clock: FakeTime) -> None:
    link = Transport(ScriptedPort([(b"a", b""), (b"b", b"")]), "psu", gap_s=0.07)
    link.write(b"a")
    link.write(b"b")
    assert clock.slept_s == []


def test_the_wire_log_sees_everything_in_order() -> None:
    seen: list[tuple[str, str, bytes]] = []
    port = ScriptedPort([(b"a\n", b"A\n"), (b"b\n", b"B\n")])
    link = Transport(port, "psu", log=lambda *entry: seen.append(entry))
    link.query(b"a\n")
    link.query(b"b\n")
    assert seen == [
        ("psu", ">", b"a\n"),
        ("psu", "<", b"A\n"),
        ("psu", ">", b"b\n"),
        ("psu", "<", b"B\n"),
    ]


ADDRESSES = {
    "COM3": "COM3",
    "/dev/ttyUSB0": "/dev/ttyUSB0",
    "socket://[::1]:5025": "socket://[::1]:5025",
    "TCPIP::10.0.0.5::5025::SOCKET": "socket://10.0.0.5:5025",
    "tcpip0::psu.lab::9221::socket": "socket://psu.lab:9221",
    "ASRL3::INSTR": "COM3",
    "ASRL/dev/ttyUSB0::INSTR": "/dev/ttyUSB0",
    "TCPIP::10.0.0.5::INSTR": "TCPIP::10.0.0.5::INSTR",
    "USB0::0x957::0x407::MY44::INSTR": "USB0::0x957::0x407::MY44::INSTR",
}


@pytest.mark.parametrize(("address", "name"), ADDRESSES.items())
def test_plain_streams_go_through_pyserial(address: str, name: str) -> None:
    assert stream_address(address) == name


@pytest.mark.parametrize(
    "form", ["socket://127.0.0.1:{}", "TCPIP::127.0.0.1::{}::SOCKET"]
)
def test_pyserial_on_a_socket(form: str) -> None:
    answers = {b"V1O?\n": [b"12.0", b"00V\r\n"], b"noise\n": [b"a\n" * 50]}
    with LoopbackServer(answers) as server:
        link = Transport(open_port(form.format(server.port)), "psu", timeout_s=5.0)
        assert link.query(b"V1O?\n") == b"12.000V\r\n"
        link.write(b"noise\n")
        assert link.read_bytes(100) == b"a\n" * 50
        assert link.query(b"V1O?\n") == b"12.000V\r\n"
        link.close()
        link.close()


def test_a_mute_socket_is_silent() -> None:
    with LoopbackServer({}) as server:
        port = open_port(f"socket://127.0.0.1:{server.port}")
        link = Transport(port, "psu", timeout_s=0.1)
        with pytest.raises(Silent):
            link.query(b"V1O?\n")
        link.close()


def test_a_socket_that_hangs_up_is_a_lost_connection() -> None:
    with LoopbackServer({}) as server:
        link = Transport(open_port(f"socket://127.0.0.1:{server.port}"), "psu")
        with pytest.raises(ConnectionLost, match="psu: the connection is gone"):
            link.query(b"BYE\n")
        link.close()


@pytest.mark.parametrize(
    "address", ["socket://127.0.0.1:1", "no/such/port", "X::1::INSTR"]
)
def test_what_cannot_be_opened_is_said(address: str) -> None:
    with pytest.raises(ConnectionLost, match=f"cannot open {re.escape(address)}"):
        open_port(address)


@pytest.fixture
def terminal() -> Iterator[str]:
    if sys.platform == "win32":
        pytest.skip("no pseudo-terminals")
    ours, theirs = os.openpty()
    yield os.ttyname(theirs)
    os.close(ours)
    os.close(theirs)


def test_a_serial_port_is_opened_for_one_only(terminal: str) -> None:
    first = open_port(terminal)
    with pytest.raises(ConnectionLost, match="cannot open"):
        open_port(terminal)
    first.close()
    open_port(terminal).close()


class FakeResource:
    """A message-based VISA resource."""

    def __init__(self) -> None:
        self.timeout = 0
        self.answers: list[bytes] = []
        self.broken = False

    def write_raw(self, data: bytes) -> None:
        if self.broken:
            raise pyvisa.VisaIOError(pyvisa.constants.StatusCode.error_connection_lost)
        self.answers.append(b"+1.0E+03\n")

    def read_raw(self) -> bytes:
        if not self.answers:
            raise pyvisa.VisaIOError(pyvisa.constants.StatusCode.error_timeout)
        return self.answers.pop(0)

    def close(self) -> None:
        pass


@pytest.fixture
def resource(monkeypatch: pytest.MonkeyPatch) -> FakeResource:
    fake = FakeResource()

    class Manager:
        def __init__(self, library: str) -> None:
            assert library == "@py"

        def open_resource(self, address: str) -> FakeResource:
            return fake

    monkeypatch.setattr(pyvisa, "ResourceManager", Manager)
    return fake


def test_a_visa_resource_is_asked_only_for_an_answer(resource: FakeResource) -> None:
    link = Transport(open_port("TCPIP::10.0.0.5::INSTR"), "gen", timeout_s=0.25)
    assert link.query(b"FREQ?\n") == b"+1.0E+03\n"
    assert resource.timeout == 250
    link.close()


def test_a_silent_and_a_broken_visa_resource(resource: FakeResource) -> None:
    link = Transport(open_port("TCPIP::10.0.0.5::INSTR"), "gen", timeout_s=0.01)
    with pytest.raises(Silent):
        link.read_until(transport.LF)
    assert resource.timeout > 0
    resource.broken = True
    with pytest.raises(ConnectionLost, match="gen: the connection is gone"):
        link.write(b"FREQ?\n")
