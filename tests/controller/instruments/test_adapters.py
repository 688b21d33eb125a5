"""USB that comes back with its ports exchanged is refused, on opening and later."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest

from controller.bench import open_bench, open_thermometry
from controller.config.loading import load
from controller.config.model import Instrument
from controller.errors import BenchError
from controller.guardian.hands import hands_of, switch_off
from controller.instruments.adapters import (
    adapter_at,
    check_adapter,
    line_for,
    port_of,
    weakly_bound,
)
from controller.procedures.run_record import open_record
from controller.recording.run_file import Run
from controller.rehearsal import Served
from drivers.errors import ConnectionLost
from drivers.roles import Identity
from tests.controller.served import served_bench

PTY = pytest.mark.skipif(os.name != "posix", reason="pseudo-terminals are POSIX's")
Plug = Callable[[dict[str, str | None]], None]
SILENT = Identity("Maker", "Model", "0", "")
NUMBERED = Identity("Maker", "Model", "4711", "")


@pytest.fixture
def plug(monkeypatch: pytest.MonkeyPatch) -> Plug:
    """Say which ports the computer has, each with its adapter's serial number."""

    def plugged(ports: dict[str, str | None]) -> None:
        found = [SimpleNamespace(device=p, serial_number=s) for p, s in ports.items()]
        monkeypatch.setattr("serial.tools.list_ports.comports", lambda: found)

    return plugged


def fibre(**keys: object) -> Instrument:
    plain = {"driver": "neoptix_reflex", "model": "ReFlex-4", "address": "COM5"}
    return Instrument.model_validate(plain | keys)


def test_the_adapter_of_the_config_is_let_through(plug: Plug) -> None:
    plug({"COM5": "A1", "COM6": "A2"})
    check_adapter("fibre", fibre(adapter_serial="A1"))
    assert adapter_at("com6") == "A2" and adapter_at("socket://it:1") == ""


@pytest.mark.parametrize(
    ("ports", "words"),
    [
        ({"COM5": "A2", "COM6": "A1"}, "one with serial number A2 is there; it is at"),
        ({"COM5": None}, "one without a serial number is there; it is not plugged in"),
        ({"COM6": "A1"}, "no port is there; it is at COM6"),
    ],
)
def test_another_adapter_is_refused(
    plug: Plug, ports: dict[str, str | None], words: str
) -> None:
    plug(ports)
    with pytest.raises(ConnectionLost, match=words):
        check_adapter("fibre", fibre(adapter_serial="A1"))


def test_what_binds_better_is_told(plug: Plug) -> None:
    plug({"COM5": "A1"})
    by_adapter, by_model = fibre(adapter_serial="A1"), fibre(no_serial=True)
    assert 'put serial = "4711"' in weakly_bound("fibre", by_adapter, NUMBERED)
    assert 'put adapter_serial = "A1"' in weakly_bound("fibre", by_model, SILENT)
    assert weakly_bound("fibre", by_adapter, SILENT) == ""
    plug({"COM5": None})
    assert weakly_bound("fibre", by_model, SILENT) == ""
    assert line_for(SILENT, "COM5") == "no_serial = true"


def test_a_number_that_several_ports_bear_is_none(plug: Plug) -> None:
    plug({"COM5": "0001", "COM6": "0001", "COM7": "A1"})
    assert adapter_at("COM5") == adapter_at("COM6") == "" != adapter_at("COM7")
    assert weakly_bound("fibre", fibre(no_serial=True), SILENT) == ""
    assert line_for(SILENT, "COM6") == "no_serial = true"


def test_a_served_twin_is_looked_for_at_no_real_port(plug: Plug) -> None:
    plug({"COM9": "A1"})
    assert port_of(fibre(adapter_serial="A1")) == "COM9"
    assert port_of(fibre(adapter_serial="A1", served=True)) == "COM5"


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[tuple[Path, Served]]:
    """A bench on serial ports whose instruments say no serial number."""
    with served_bench(tmp_path, link="pty") as (config, served):
        for twin in served.simulation.twins.values():
            twin.serial = "0"
        yield config, served


def as_real(config: Path, address: str, line: str) -> Path:
    """Have a served instrument taken for a real one, bound by a line."""
    text = config.read_text(encoding="utf-8")
    served = f'address = "{address}"\nserved = true\n'
    assert served in text
    text = text.replace(served, f'address = "{address}"\n{line}\n')
    config.write_text(text, encoding="utf-8")
    return config


@PTY
def test_two_that_changed_places_are_refused(
    bench: tuple[Path, Served], plug: Plug, tmp_path: Path
) -> None:
    config, served = bench
    here, there = served.addresses["thermometer"], served.addresses["psu"]
    loaded = load(as_real(config, here, 'adapter_serial = "A1"'))
    plug({here: "A1", there: "A2"})
    with open_bench(loaded) as opened:
        header = open_record(loaded, opened, tmp_path, 1).path
        with Run.open(header) as run:
            who = run.data().header.instruments["thermometer"]
        assert who["bound_by"] == "the serial number of its USB adapter"
        port = opened.ports["thermometer"]
        plug({here: "A2", there: "A1"})  # pushed in again the other way round
        port.lend()  # closed: what opens it is asked anew
        with pytest.raises(OSError, match="serial number A1 is expected at"):
            port.write(b"t\r")
    with pytest.raises(BenchError, match="A2 is there; it is at"):
        open_thermometry(loaded).__enter__()


@PTY
def test_who_says_a_number_is_bound_by_it(
    bench: tuple[Path, Served], plug: Plug
) -> None:
    config, served = bench
    address = served.addresses["thermometer"]
    served.simulation.twins["thermometer"].serial = "4711"
    plug({address: "A1"})
    loaded = load(as_real(config, address, 'adapter_serial = "A1"'))
    with pytest.raises(BenchError, match='put serial = "4711" in its place'):
        open_thermometry(loaded).__enter__()


@PTY
def test_another_number_is_refused_and_told(bench: tuple[Path, Served]) -> None:
    config, served = bench
    served.simulation.twins["thermometer"].serial = "4711"
    address = served.addresses["thermometer"]
    loaded = load(as_real(config, address, 'serial = "77"'))
    words = 'expected ReFlex-4 77, but .* 4711 answers; .* serial = "4711" if you mean'
    with pytest.raises(BenchError, match=words):
        open_thermometry(loaded).__enter__()


@PTY
def test_off_goes_to_where_the_adapter_is_now(
    bench: tuple[Path, Served], plug: Plug
) -> None:
    config, served = bench
    address = served.addresses["psu"]
    text = as_real(config, address, 'adapter_serial = "A1"').read_text("utf-8")
    config.write_text(text.replace(address, "/dev/no_such_port"), encoding="utf-8")
    hands = hands_of(load(config))
    plug({address: "A1"})
    assert switch_off(hands, lambda _: None, rounds=1).confirmed
    plug({address: "A2"})
    assert not switch_off(hands, lambda _: None, rounds=1).confirmed


@PTY
def test_off_of_another_is_not_confirmed(bench: tuple[Path, Served]) -> None:
    config, served = bench
    hands = hands_of(load(as_real(config, served.addresses["psu"], 'serial = "77"')))
    served.simulation.twins["psu"].output_on = True
    done = switch_off(hands, lambda _: None, rounds=1)
    assert not served.simulation.twins["psu"].output_on
    assert not done.confirmed and "serial number 0 answers" in done.sentence
