"""The CoreSens driver on its simulated twin: on a line, and over loopback datagrams."""

import math
import socket
import threading
from contextlib import closing
from pathlib import Path

import pytest

from controller.bench import How, open_bench, open_thermometry
from controller.config.loading import load
from controller.rehearsal import serve
from drivers.coresens_udp import CoresensUdp
from drivers.errors import ConnectionLost, Garbled, Silent
from drivers.roles import Temperature
from drivers.transport import Transport, open_port
from simulators.coresens_udp import CoresensUdp as Twin
from simulators.line import Line
from simulators.pacing import MANNERS
from simulators.serve import Server, in_background
from tests.controller.rig import CONFIGS, rig
from tests.controller.served import served_config, tomllib

WAIT_S = 10.0


class Pair:
    def __init__(self, *temperatures_c: float, header: bool = False) -> None:
        self.twin = Twin(serial="S7")
        self.twin.temperatures[: len(temperatures_c)] = temperatures_c
        self.twin.answers_with_header = header
        self.line = Line(self.twin)
        self.driver = CoresensUdp(Transport(self.line, "fibre"))
        with pytest.raises(Silent):  # it is started, and has sent nothing yet
            self.driver.read_temperatures()

    def show(self, *temperatures_c: float | None) -> dict[int, Temperature]:
        self.twin.temperatures[: len(temperatures_c)] = temperatures_c
        self.line.advance(0.1)
        return self.driver.read_temperatures()


@pytest.mark.parametrize("header", [False, True])
def test_readings_and_identity(header: bool) -> None:
    pair = Pair(43.25, -4.5, 37.0, header=header)
    readings = pair.show()
    assert [reading.value_c for reading in readings.values()] == [43.25, -4.5, 37.0]
    assert pair.driver.identify().serial == "S7"
    assert pair.show(44.0)[1].value_c == 44.0


@pytest.mark.parametrize("shown_c", [math.nan, -99999.99, 999.0])
def test_an_unplugged_probe_is_no_reading(shown_c: float) -> None:
    pair = Pair(43.0, 37.0)
    pair.twin.unplugged[0], pair.twin.no_probe_c = True, shown_c
    readings = pair.show()
    assert (readings[1].quality, readings[2].value_c) == ("error", 37.0)


def test_one_that_sends_nothing_is_left_out_in_time() -> None:
    pair = Pair(43.0, 37.0)
    assert sorted(pair.show()) == [1, 2]
    pair.twin.unplugged[0], pair.twin.no_probe_c = True, None
    assert [sorted(pair.show()) for _ in range(4)][-1] == [2]


def test_padding_behind_the_data_is_left() -> None:
    pair = Pair(43.0)
    pair.twin.padding = b"\0" * 7
    assert pair.show()[1].value_c == 43.0


def test_it_is_started_again_after_mains_off() -> None:
    pair = Pair(43.0)
    pair.show()
    pair.twin.power_cycled()
    for _ in range(4):
        with pytest.raises(Silent):
            pair.show()
    assert pair.show(42.0)[1].value_c == 42.0


def test_faults_of_the_line_are_errors_and_it_recovers() -> None:
    pair = Pair(43.0)
    pair.line.garble = lambda data: data[:-5]
    with pytest.raises(Garbled):
        pair.show()
    pair.line.garble = lambda data: data + data
    assert pair.show()[1].value_c == 43.0
    pair.line.garble = None
    pair.line.gone = True
    with pytest.raises(ConnectionLost):
        pair.driver.read_temperatures()


def test_over_datagrams() -> None:
    twin = Twin()
    twin.temperatures[:2] = [43.25, 37.0]
    line = Line(twin)
    server = Server(line.advance)
    address = server.on_socket("fibre", line, MANNERS["coresens_udp"])
    assert address.startswith("udp://127.0.0.1:")
    with in_background(server):
        transport = Transport(open_port(address), "fibre", timeout_s=WAIT_S)
        with closing(CoresensUdp(transport)) as driver:
            assert driver.identify().model == "CoreSens"
            found: dict[int, Temperature] = {}
            while len(found) < 2:  # the packets of a period are two datagrams
                found = driver.read_temperatures()
            assert [t.value_c for t in found.values()] == [43.25, 37.0]
            line.gone = True
            transport.timeout_s = 0.2
            with pytest.raises(Silent):
                for _ in range(5):
                    driver.read_temperatures()


def test_garbage_does_not_take_the_server_down() -> None:
    twin = Twin()
    line = Line(twin)
    server = Server(line.advance)
    address = server.on_socket("fibre", line, MANNERS["coresens_udp"])
    port = int(address.split(":")[2].partition("?")[0])
    with (
        in_background(server),
        closing(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)) as client,
    ):
        client.settimeout(WAIT_S)
        for junk in (b"", b"\0" * 60_000, b"*IDN?\r\n"):
            client.sendto(junk, ("127.0.0.1", port))
        asked = bytes.fromhex("2C0108002A49444E3F0D0A00")
        client.sendto(asked, ("127.0.0.1", port))
        assert client.recv(1000) == b"*IDN?\r\n\0"


def config_with(folder: Path) -> Path:
    text = (CONFIGS / "dry_run_short.toml").read_text(encoding="utf-8")
    for old, new in (
        ('driver = "neoptix_reflex"', 'driver = "coresens_udp"'),
        ('model = "ReFlex-4"', 'model = "CoreSens"'),
        ("hold_s = 20.0", "hold_s = 3.0"),
    ):
        assert text.count(old) == 1
        text = text.replace(old, new)
    path = folder / "coresens.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_treatment_on_it(tmp_path: Path) -> None:
    with rig(tmp_path, config_with(tmp_path)) as r:
        assert r.run().exit_code == 0


def test_a_bench_that_serves_it_is_found_by_the_config_that_is_printed(
    tmp_path: Path,
) -> None:
    path = config_with(tmp_path)
    with serve(load(path)) as served, in_background(served.server):
        data = tomllib.loads(path.read_text(encoding="utf-8"))
        config = tmp_path / "served.toml"
        config.write_text(served_config(data, served.addresses, path.name), "utf-8")
        with open_thermometry(load(config)) as bench:
            done, found = threading.Event(), {}
            for _ in range(200):
                found = {r.quality for r in bench.link.readings()}
                if found == {"ok"}:
                    break
                done.wait(0.05)
        assert found == {"ok"}
        with open_bench(load(config), How()) as whole:
            assert whole.identities["thermometer"].model == "CoreSens"
