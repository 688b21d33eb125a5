"""``amf find`` recognises the twins by read-only questions, and never hangs."""

import io
import re
import threading
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from controller.commands.find import Candidate, Found, find, identify, within
from controller.commands.find_questions import SERIAL_QUESTIONS
from controller.config.catalogue import driver_kind, open_driver
from controller.config.model import Instrument
from controller.instruments.locks import Locks, key_of
from drivers.errors import ConnectionLost
from drivers.modbus_rtu import framed
from simulators.aimtti_psu import AimttiPsu
from simulators.aimtti_tg import AimttiTg
from simulators.ea_ps9000 import EaPs9000
from simulators.fotemp import Fotemp
from simulators.keysight_33500 import Keysight33500
from simulators.line import Line
from simulators.luxtron_m600 import LuxtronM600
from simulators.neoptix_reflex import NeoptixReflex
from simulators.opsens import Opsens
from simulators.osensa_ftx import OsensaFtx
from simulators.pacing import MANNERS
from simulators.serve import Server, in_background
from simulators.siglent_sdg import SiglentSdg
from simulators.tdk_genesys import TdkGenesys

TWINS: dict[str, Any] = {
    "aimtti_psu": AimttiPsu,
    "aimtti_tg": AimttiTg,
    "ea_ps9000": EaPs9000,
    "fotemp": Fotemp,
    "keysight_33500": Keysight33500,
    "luxtron_m600": LuxtronM600,
    "neoptix_reflex": NeoptixReflex,
    "opsens": Opsens,
    "osensa_ftx": OsensaFtx,
    "siglent_sdg": SiglentSdg,
}


NUMBERED: dict[str, Any] = {"osensa_ftx": {"serial": "4711"}}


class Recorded(Line):
    """A line that keeps what it was sent."""

    def __init__(self, twin: Any) -> None:
        super().__init__(twin)
        self.sent: list[bytes] = []

    def write(self, data: bytes) -> None:
        self.sent.append(data)
        super().write(data)


class Mute:
    """Takes everything and says nothing."""

    def receive(self, data: bytes) -> bytes:
        return b""

    def advance(self, dt_s: float) -> bytes:
        return b""


@pytest.fixture
def locks(tmp_path: Path) -> Iterator[Locks]:
    with Locks("amf find", tmp_path / "locks") as locks:
        yield locks


def asked(line: Line, locks: Locks) -> Found:
    where = Candidate("socket://it:1", "a port")
    return identify(where, opener=lambda address, baud: line, locks=locks)


@pytest.mark.parametrize("driver", TWINS)
def test_twin_is_recognised(driver: str, locks: Locks) -> None:
    found = asked(Line(TWINS[driver]()), locks)
    assert found.driver == driver
    assert found.answer


@pytest.mark.parametrize("driver", TWINS)
def test_only_questions_are_sent(driver: str, locks: Locks) -> None:
    line = Recorded(TWINS[driver]())
    asked(line, locks)
    questions = {b"\n", b"\r", b"*IDN?\n", b"i\r", b"\x1bID ?\r\n", b"?40\r"}
    questions |= {b"1,rdata\r", b"\xf7\x03\x00\x0a\x00\x01\xb0\x9e"}
    questions |= {b"?0F\r", b"?41\r", b"?42\r"}  # FOTEMP: channels, serial, firmware
    questions.add(framed(b"\xf7\x03\x00\x02\x00\x02"))  # OSENSA: serial number
    assert set(line.sent) <= questions


@pytest.mark.parametrize("driver", TWINS)
def test_the_line_that_binds_is_what_the_driver_will_read(
    driver: str, locks: Locks
) -> None:
    twin = TWINS[driver](**NUMBERED.get(driver, {"serial": "4711"}))
    found = asked(Line(twin), locks)
    model = found.model or next(iter(driver_kind(driver).models))
    read = open_driver("it", driver, model, Line(twin), None).identify()
    assert "4711" in read.serial
    assert found.binding == f'serial = "{read.serial}"'


def test_instrument_that_wants_an_address_first_is_not_found(locks: Locks) -> None:
    assert asked(Line(TdkGenesys()), locks).answer == "no answer"


def test_every_question_asks_for_something_to_read() -> None:
    for question in SERIAL_QUESTIONS:
        assert question.clear in (b"", b"\r", b"\n")
        readable = b"?" in question.ask or question.ask in (b"i\r", b"1,rdata\r")
        assert readable or question.ask[1:2] == b"\x03"  # Modbus: read registers


def test_nobody_answers(locks: Locks) -> None:
    found = asked(Line(Mute()), locks)
    assert (found.driver, found.answer) == ("", "no answer")


def test_unknown_instrument_is_shown_as_it_answers(locks: Locks) -> None:
    class Unknown(Mute):
        def receive(self, data: bytes) -> bytes:
            return b"ACME,BOX,1,2\n" if b"*IDN?" in data else b""

    found = asked(Line(Unknown()), locks)
    assert (found.driver, found.answer) == ("", "unknown: ACME,BOX,1,2")


def test_port_that_does_not_open_is_said(locks: Locks) -> None:
    def refuse(address: str, baud: int) -> Line:
        raise ConnectionLost(f"cannot open {address}: permission denied")

    found = identify(Candidate("COM7", "adapter"), opener=refuse, locks=locks)
    assert found.answer == "cannot open COM7: permission denied"


def test_port_that_goes_while_asked_is_said(locks: Locks) -> None:
    line = Line(Mute())
    line.gone = True
    assert "the connection is gone" in asked(line, locks).answer


def test_instrument_in_use_is_not_disturbed(tmp_path: Path) -> None:
    folder = tmp_path / "locks"
    line = Recorded(AimttiPsu())
    with Locks("amf run bench.toml", folder) as other:
        other.take("psu", key_of("socket://it:1"))
        found = asked(line, Locks("amf find", folder))
    assert found.answer == "in use by amf run bench.toml"
    assert line.sent == []


def test_serial_port_is_tried_at_every_baud_rate(locks: Locks) -> None:
    bauds = []

    def opener(address: str, baud: int) -> Line:
        bauds.append(baud)
        return Line(Mute())

    identify(Candidate("COM7", "adapter"), opener=opener, locks=locks)
    assert sorted(bauds) == [9600, 19200, 38400, 57600, 115200]


def test_table_lists_served_twins_and_what_the_system_has(locks: Locks) -> None:
    psu, fibre = Line(AimttiPsu(serial="4711")), Line(NeoptixReflex())
    server = Server(lambda dt_s: None)
    addresses = [
        server.on_socket("psu", psu, MANNERS["aimtti_psu"]),
        server.on_socket("fibre", fibre, MANNERS["neoptix_reflex"]),
    ]
    text = io.StringIO()
    with in_background(server):
        code = find(
            addresses,
            console=Console(file=text, width=200),
            listing=lambda: [Candidate("nowhere::INSTR", "VISA")],
            locks=locks,
        )
    assert code == 0
    rows = [line for line in text.getvalue().splitlines() if "://" in line]
    assert re.search(r"aimtti_psu .*QPX1200SP, 4711", rows[0])
    assert re.search(r"neoptix_reflex .*Model: ReFlex-4", rows[1])
    assert "nowhere::INSTR" in text.getvalue()
    found = tomllib.loads(text.getvalue().split("of your own:")[1])["instruments"]
    assert found["supply1"] == {
        "driver": "aimtti_psu",
        "model": "QPX1200SP",
        "serial": "4711",
        "address": addresses[0],
    }
    assert Instrument.model_validate(found["thermometer2"]).serial == "000001"


def test_nothing_at_all_is_said(locks: Locks) -> None:
    text = io.StringIO()
    assert find(console=Console(file=text), listing=list, locks=locks) == 0
    assert "no serial port" in text.getvalue()


def test_listing_that_hangs_is_given_up() -> None:
    never = threading.Event()

    def hang() -> list[str]:
        never.wait()
        return ["late"]

    assert within(0.05, hang) == []
    never.set()
    assert within(5.0, lambda: ["here"]) == ["here"]
