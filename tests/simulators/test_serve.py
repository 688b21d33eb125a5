"""Served twins: pacing by computed schedule; clients, good and bad, by real sockets."""

import os
import socket
import stat
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from math import inf
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import serial
from hypothesis import given
from hypothesis import strategies as st

from simulators.aimtti_psu import AimttiPsu
from simulators.line import LONGEST_LINE, Line
from simulators.neoptix_reflex import NeoptixReflex
from simulators.pacing import (
    MANNERS,
    MOST_UNREAD,
    Course,
    Manner,
    Session,
    byte_time_s,
)
from simulators.serve import LONGEST_STEP_S, STEP_S, Server, in_background

TIMEOUT_S = 5.0
posix = pytest.mark.skipif(os.name != "posix", reason="pseudo-terminals are POSIX's")


class Echo:
    """Answers each line with itself; says what it is told to say by itself."""

    def __init__(self) -> None:
        self.heard: list[bytes] = []
        self.to_say = b""
        self.time_s = 0.0

    def receive(self, data: bytes) -> bytes:
        self.heard.append(data)
        if data == b"raise\n":
            raise KeyError("a fault of the twin")
        return data

    def advance(self, dt_s: float) -> bytes:
        self.time_s += dt_s
        said, self.to_say = self.to_say, b""
        return said


class Flood:
    """Answers every message with 10 kB."""

    def receive(self, data: bytes) -> bytes:
        return b"x" * 10_000

    def advance(self, dt_s: float) -> bytes:
        return b""


LAN, SERIAL = Manner(lan=True, ends=b"\n"), Manner(baud=9600, ends=b"\r")


def connect(address: str) -> socket.socket:
    parts = urlsplit(address)
    assert parts.hostname and parts.port
    return socket.create_connection((parts.hostname, parts.port), TIMEOUT_S)


def receive(client: socket.socket, until: bytes = b"\n") -> bytes:
    """Return what arrives up to ``until``; fail after the time-out."""
    got = b""
    while not got.endswith(until):
        chunk = client.recv(65536)
        assert chunk, f"closed after {got!r}"
        got += chunk
    return got


def ask(client: socket.socket, message: bytes, until: bytes = b"\n") -> bytes:
    client.sendall(message)
    return receive(client, until)


def is_closed(client: socket.socket) -> bool:
    try:
        return client.recv(1) == b""
    except ConnectionError:
        return True


@contextmanager
def served(
    line: Line, manner: Manner, *, pty: bool = False, paced: bool = False
) -> Iterator[str]:
    server = Server(line.advance, paced=paced)
    put = server.on_pty if pty else server.on_socket
    address = put("instrument", line, manner)
    with in_background(server):
        yield address


# Pacing, by a clock that is handed in


def test_byte_takes_ten_bits_of_the_baud_rate() -> None:
    course = Course(10 / 9600)
    course.put(b"abc", now_s=5.0)
    assert course.take(5.0) == b""
    assert course.take(5.0 + 10 / 9600) == b"a"
    assert course.take(5.0 + 29 / 9600) == b"b"
    assert course.take(5.0 + 30 / 9600) == b"c"
    assert course.due_s() == inf


def test_bytes_queue_behind_each_other() -> None:
    course = Course(0.001)
    course.put(b"ab", 0.0)
    course.put(b"cd", 0.0005)
    assert course.take(0.0031) == b"abc"
    assert course.take(0.0041) == b"d"


def test_delay_comes_before_the_first_byte_only() -> None:
    course = Course(0.001)
    course.put(b"ab", 0.0, delay_s=0.5)
    assert course.take(0.5) == b""
    assert course.take(0.5021) == b"ab"


@given(
    st.lists(st.tuples(st.binary(max_size=40), st.floats(0.0, 0.05)), max_size=15),
    st.sampled_from([0.0, 10 / 9600, 10 / 115200]),
)
def test_nothing_is_lost_or_early_on_a_course(
    pieces: list[tuple[bytes, float]], byte_s: float
) -> None:
    course, now_s, sent, got = Course(byte_s), 1e6, b"", b""
    for data, pause_s in pieces:
        course.put(data, now_s)
        sent += data
        now_s += pause_s
        got += course.take(now_s)
        assert len(got) + len(course) == len(sent)
        assert len(got) * byte_s <= now_s - 1e6 + 1e-6
    assert got + course.take(now_s + 1e3) == sent


def test_query_and_answer_take_their_time_on_the_wire() -> None:
    session = Session(Line(Echo()), Manner(reply_s=0.01, ends=b"\n"), 0.001)
    session.arrive(b"1234\n", 0.0)
    session.work(0.0049)
    assert session.leave(1.0) == b""
    session.work(0.0051)
    assert session.leave(0.0051 + 0.01 + 0.0005) == b""
    assert session.leave(0.0051 + 0.01 + 0.0051) == b"1234\n"


def test_unpaced_session_answers_at_once() -> None:
    session = Session(Line(Echo()), Manner(reply_s=0.01, ends=b"\n"), 0.001, False)
    session.arrive(b"1234\n", 0.0)
    session.work(0.0)
    assert session.leave(0.0) == b"1234\n"


def test_network_port_of_a_lan_instrument_has_no_baud_rate() -> None:
    assert byte_time_s(LAN, on_network=True) == 0.0
    assert byte_time_s(LAN, on_network=False) == pytest.approx(10 / 9600)
    assert byte_time_s(SERIAL, on_network=True) == pytest.approx(10 / 9600)
    assert byte_time_s(Manner(baud=0), on_network=False) == 0.0


def test_half_a_message_is_not_given_to_the_instrument() -> None:
    echo = Echo()
    session = Session(Line(echo), LAN)
    session.arrive(b"one\ntw", 0.0)
    session.work(0.0)
    assert echo.heard == [b"one\n"]
    session.arrive(b"o\n", 0.0)
    session.work(0.0)
    assert echo.heard == [b"one\n", b"two\n"]


def test_binary_frames_are_handed_over_as_they_come() -> None:
    echo = Echo()
    session = Session(Line(echo), Manner())
    session.arrive(b"\xf7\x03\x0a", 0.0)
    session.work(0.0)
    assert echo.heard == [b"\xf7\x03\x0a"]


def test_flood_without_an_end_is_dropped() -> None:
    echo = Echo()
    session = Session(Line(echo), LAN)
    for _ in range(100):
        session.arrive(b"x" * 4096, 0.0)
        session.work(0.0)
    session.arrive(b"\n*IDN?\n", 0.0)
    session.work(0.0)
    assert len(b"".join(echo.heard)) <= 2 * LONGEST_LINE
    assert echo.heard[-1] == b"*IDN?\n"


def test_flood_on_a_slow_wire_overruns() -> None:
    session = Session(Line(Echo()), SERIAL, 10 / 9600)
    for _ in range(100):
        session.arrive(b"x" * 4096, 0.0)
    assert session.due_s() < 1.0
    session.work(10.0)
    assert session.leave(1000.0) == b""


def test_answers_that_nobody_fetches_are_bounded() -> None:
    session = Session(Line(Flood()), LAN)
    for _ in range(50):
        session.arrive(b"?\n" * 50, 0.0)
        session.work(0.0)
        session.unasked(b"y" * 1000, 0.0)
    assert session.full
    assert len(session.leave(0.0)) <= MOST_UNREAD + 10_000
    assert not session.full


def test_every_manner_is_of_a_twin_that_we_have() -> None:
    folder = Path(__file__).parents[2] / "simulators"
    twins = {path.stem for path in folder.glob("*.py")}
    assert {"aimtti_psu", "keysight_33500", "neoptix_reflex"} <= twins & set(MANNERS)


# The clock of the simulation


def test_simulated_time_follows_the_clock_in_small_steps() -> None:
    now_s, steps = [100.0], list[float]()
    server = Server(steps.append, clock=lambda: now_s[0])
    for _ in range(10):
        now_s[0] += STEP_S  # so that the wait is over before it begins
        server.turn()
    server.close()
    assert sum(steps) == pytest.approx(10 * STEP_S)
    assert all(dt_s == pytest.approx(STEP_S) for dt_s in steps)


def test_simulation_catches_up_after_the_computer_slept() -> None:
    now_s, steps = [0.0], list[float]()
    server = Server(steps.append, clock=lambda: now_s[0])
    now_s[0] = 3.5 * LONGEST_STEP_S
    for _ in range(4):
        server.turn()
    server.close()
    assert steps == [1.0, 1.0, 1.0, 0.5]


# Clients on sockets


def test_real_twin_answers_on_a_socket() -> None:
    with served(Line(AimttiPsu(serial="4711")), MANNERS["aimtti_psu"]) as address:
        assert address.startswith("socket://127.0.0.1:")
        with connect(address) as client:
            answer = ask(client, b"*IDN?\n")
    assert answer.startswith(b"THURLBY THANDAR, QPX1200SP, 4711")


def test_lan_instrument_takes_several_clients_each_with_its_answer() -> None:
    with (
        served(Line(Echo()), LAN) as address,
        connect(address) as first,
        connect(address) as second,
    ):
        first.sendall(b"half of o")
        assert ask(second, b"two\n") == b"two\n"
        assert ask(first, b"ne\n") == b"half of one\n"


def test_serial_instrument_takes_one_client_at_a_time() -> None:
    with served(Line(Echo()), SERIAL) as address:
        with connect(address) as first:
            assert ask(first, b"a\r", b"\r") == b"a\r"
            with connect(address) as second:
                assert is_closed(second)
            assert ask(first, b"b\r", b"\r") == b"b\r"
        with connect(address) as third:
            assert ask(third, b"c\r", b"\r") == b"c\r"


def test_too_many_clients_are_refused_and_the_first_stay() -> None:
    with served(Line(Echo()), LAN) as address:
        clients = [connect(address) for _ in range(8)]
        for client in clients:
            assert ask(client, b"x\n") == b"x\n"
        with connect(address) as extra:
            assert is_closed(extra)
        assert ask(clients[0], b"y\n") == b"y\n"
        for client in clients:
            client.close()


def half_a_line(client: socket.socket) -> None:
    client.sendall(b"*IDN")


def garbage(client: socket.socket) -> None:
    client.sendall(bytes(range(256)) * 20)


def flood(client: socket.socket) -> None:
    client.settimeout(0.3)
    for _ in range(200):
        client.sendall(b"x" * 50_000)


def questions_without_reading(client: socket.socket) -> None:
    client.settimeout(0.3)
    for _ in range(200):
        client.sendall(b"*IDN?\n" * 5_000)


def reset(client: socket.socket) -> None:
    client.sendall(b"*IDN?\n")
    linger = b"\x01\x00\x00\x00\x00\x00\x00\x00"
    client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)


BAD = [half_a_line, garbage, flood, questions_without_reading, reset]


@pytest.mark.parametrize("bad", BAD, ids=lambda bad: bad.__name__)
@pytest.mark.parametrize("name", ["aimtti_psu", "neoptix_reflex"])
def test_bad_client_takes_nothing_down(
    name: str, bad: Callable[[socket.socket], None]
) -> None:
    twin = AimttiPsu() if name == "aimtti_psu" else NeoptixReflex()
    with served(Line(twin), MANNERS[name], paced=True) as address:
        for _ in range(3):
            client = connect(address)
            with suppress(OSError):  # it need not take everything
                bad(client)
            client.close()
        if name == "aimtti_psu":
            with connect(address) as good:
                assert b"QPX1200SP" in ask(good, b"*IDN?\n")
        else:
            with connect(address) as good:
                assert ask(good, b"b\r", b"*") == b"b:32.2\r*"


def test_slow_reader_does_not_hold_up_the_others() -> None:
    with (
        served(Line(Flood()), LAN) as address,
        connect(address) as slow,
        connect(address) as quick,
    ):
        slow.settimeout(0.3)
        with suppress(TimeoutError):
            for _ in range(500):
                slow.sendall(b"?\n" * 1000)
        quick.sendall(b"?\n")
        got = 0
        while got < 10_000:
            got += len(quick.recv(65536))


def test_twin_that_fails_loses_its_client_only(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with served(Line(Echo()), LAN) as address:
        with connect(address) as client:
            client.sendall(b"raise\n")
            assert is_closed(client)
        with connect(address) as client:
            assert ask(client, b"x\n") == b"x\n"
    assert "a client has been closed" in caplog.text


def test_instrument_that_talks_by_itself_is_heard() -> None:
    echo = Echo()
    with served(Line(echo), SERIAL) as address, connect(address) as client:
        assert ask(client, b"x\r", b"\r") == b"x\r"
        echo.to_say = b"  1:   37.00 C\r\n"
        assert receive(client) == b"  1:   37.00 C\r\n"


def test_cut_line_closes_and_comes_back_at_the_same_address() -> None:
    line = Line(Echo())
    with served(line, LAN) as address:
        with connect(address) as client:
            assert ask(client, b"x\n") == b"x\n"
            line.gone = True
            assert is_closed(client)
        with connect(address) as client:
            assert is_closed(client)
        line.gone = False
        with connect(address) as client:
            assert ask(client, b"y\n") == b"y\n"


# Clients on pseudo-terminals


def open_serial(address: str) -> serial.Serial:
    return serial.Serial(address, timeout=TIMEOUT_S, exclusive=True)


@posix
def test_real_twin_answers_on_a_pseudo_terminal() -> None:
    line = Line(NeoptixReflex(model="ReFlex-2"))
    with (
        served(line, MANNERS["neoptix_reflex"], pty=True, paced=True) as address,
        open_serial(address) as port,
    ):
        assert stat.S_ISCHR(Path(address).stat().st_mode)
        for _ in range(3):
            port.write(b"t\r")
            assert port.read_until(b"*") == b"---.-\r---.-\r*"


class WatchedLine(Line):
    """Tells when nobody is at its other end, so that what it says is thrown away."""

    def __init__(self) -> None:
        super().__init__(Echo())
        self.nobody = threading.Event()

    def close(self) -> None:
        super().close()
        self.nobody.set()

    def wait_until_left(self) -> None:
        self.nobody.clear()
        assert self.nobody.wait(TIMEOUT_S)


@posix
def test_half_a_message_leaves_with_its_client() -> None:
    line = WatchedLine()
    with served(line, SERIAL, pty=True) as address:
        with open_serial(address) as port:
            port.write(b"x\rhalf")
            assert port.read_until(b"\r") == b"x\r"
        line.wait_until_left()
        with open_serial(address) as port:
            port.write(b"y\r")
            assert port.read_until(b"\r") == b"y\r"


@posix
def test_cut_line_hangs_up_and_comes_back_under_the_same_name() -> None:
    line = Line(Echo())
    with served(line, SERIAL, pty=True) as address:
        with open_serial(address) as port:
            port.write(b"x\r")
            assert port.read_until(b"\r") == b"x\r"
            line.gone = True
            with pytest.raises(OSError):
                port.read_until(b"\r")
        line.gone = False
        with reopened(address) as port:
            port.write(b"y\r")
            assert port.read_until(b"\r") == b"y\r"


def reopened(address: str) -> serial.Serial:
    """Open again until the name is back; each attempt is one try of a client."""
    for _ in range(200_000):
        try:
            return open_serial(address)
        except OSError:
            os.sched_yield()
    raise AssertionError(f"{address} did not come back")


@posix
def test_flood_and_sudden_close_on_a_pseudo_terminal() -> None:
    line = WatchedLine()
    with served(line, SERIAL, pty=True, paced=True) as address:
        for _ in range(3):
            with (
                serial.Serial(address, write_timeout=0.3) as port,
                suppress(serial.SerialTimeoutException),
            ):
                port.write(b"x" * 50_000)
            line.wait_until_left()
        with open_serial(address) as port:
            port.write(b"y\r")
            assert port.read_until(b"\r") == b"y\r"


@posix
def test_names_and_folder_of_pseudo_terminals_are_removed() -> None:
    with served(Line(Echo()), SERIAL, pty=True) as address:
        assert Path(address).is_symlink()
    assert not Path(address).parent.exists()


def test_closed_server_leaves_nothing_open() -> None:
    before = open_files()
    with served(Line(Echo()), LAN) as address, connect(address) as client:
        assert ask(client, b"x\n") == b"x\n"
    assert open_files() == before


def open_files() -> int:
    folder = Path("/proc/self/fd")
    return len(list(folder.iterdir())) if folder.is_dir() else 0
