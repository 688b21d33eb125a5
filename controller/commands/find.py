"""``amf find``: which ports there are, and which known instrument answers where.

Only identification is asked for, nothing is set. Still, each query goes to whatever is
plugged in: an instrument of another kind notes a syntax error, no more is known of any
in our list. A TDK-Lambda Genesys stays silent until it is addressed, which would be a
command; it is not found.
"""

import re
import threading
import warnings
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from rich.console import Console
from rich.table import Table

from controller.commands.find_questions import (
    ANSWER_S,
    OTHER_QUESTIONS,
    SERIAL_QUESTIONS,
    Question,
    driver_of,
    model_and_serial,
)
from controller.config.binding import is_serial_port
from controller.config.catalogue import driver_kind
from controller.instruments.adapters import line_for
from controller.instruments.locks import Locks, key_of
from controller.loop import COMPLETED
from drivers.errors import ConnectionLost, InstrumentError
from drivers.roles import Identity
from drivers.transport import Port, Transport, open_port

LISTING_S = 8.0
LONGEST_ANSWER = 120


@dataclass(frozen=True, slots=True)
class Found:
    """What is at an address: a known driver and the answer, or why nothing is known.

    ``model`` is "" where the answer does not say it; ``binding`` is the line of a
    config that binds the instrument.
    """

    address: str
    about: str
    driver: str = ""
    answer: str = ""
    baud: int = 0
    model: str = ""
    binding: str = ""


@dataclass(frozen=True, slots=True)
class Candidate:
    """An address that may lead to an instrument, and what the system says of it."""

    address: str
    about: str


Opener = Callable[[str, int], Port]


def find(
    addresses: Sequence[str] = (),
    *,
    console: Console | None = None,
    listing: Callable[[], list[Candidate]] | None = None,
    locks: Locks | None = None,
) -> int:
    """Ask at every port of this computer, and at the given addresses; print a table."""
    console = console or Console()
    candidates = [Candidate(address, "named") for address in addresses]
    candidates += (listing or list_ports)()
    table = Table("address", "what the system says", "driver", "answers", "baud")
    known = []
    for candidate in candidates:
        with console.status(f"asking at {candidate.address}"):
            found = identify(candidate, locks=locks)
        known += [found] if found.driver else []
        baud = str(found.baud) if found.baud else ""
        table.add_row(found.address, found.about, found.driver, found.answer, baud)
    if candidates:
        console.print(table)
    else:
        console.print("no serial port and no VISA resource was found")
    if known:
        console.print("\nFor a config, each under a name of your own:")
        text = "".join(_table_of(found, number) for number, found in enumerate(known))
        console.print(text, markup=False, highlight=False, soft_wrap=True)
    return COMPLETED


def _table_of(found: Found, number: int) -> str:
    """Return the lines of a config for an instrument, ready to paste."""
    kind = driver_kind(found.driver)
    names = " or ".join(f'"{model}"' for model in kind.models)
    at_port = found.baud and is_serial_port(found.address)
    lines = (
        f"[instruments.{kind.role.replace(' ', '_')}{number + 1}]",
        f'driver = "{found.driver}"',
        f'model = "{found.model}"' if found.model else f"# model = {names}",
        found.binding,
        f'address = "{found.address}"',
        f"baud = {found.baud}" if at_port else "",
    )
    return "\n" + "".join(f"{line}\n" for line in lines if line)


def list_ports() -> list[Candidate]:
    """Return the serial ports and the VISA resources that are not serial ports."""
    from serial.tools.list_ports import comports

    serial = [
        Candidate(port.device, _about(port.description, port.serial_number))
        for port in sorted(comports())
    ]
    return serial + [Candidate(name, "VISA") for name in within(LISTING_S, _visa)]


def _about(description: str, serial: str | None) -> str:
    return f"{description}, adapter_serial {serial}" if serial else description


def within(limit_s: float, job: Callable[[], list[str]]) -> list[str]:
    """Return what a job finds within a time in s, [] when it takes longer.

    A search of the network may hang in a library; its thread is then left to itself.
    """
    found: list[str] = []
    thread = threading.Thread(target=lambda: found.extend(job()), daemon=True)
    thread.start()
    thread.join(limit_s)
    return [] if thread.is_alive() else found


def identify(
    candidate: Candidate, *, opener: Opener | None = None, locks: Locks | None = None
) -> Found:
    """Ask at one address until somebody known answers; each question a bounded time."""
    address, about = candidate.address, candidate.about
    holder = (locks or Locks("amf find")).holder(key_of(address))
    if holder is not None:
        return Found(address, about, "", f"in use by {holder.what}")
    open_at = opener or (lambda where, baud: open_port(where, baud=baud))
    heard = ""
    for baud, questions in _rounds(address):
        try:
            port = open_at(address, baud)
        except ConnectionLost as error:
            return Found(address, about, "", str(error)[:LONGEST_ANSWER])
        transport = Transport(port, address, timeout_s=ANSWER_S)
        try:
            for question in questions:
                answer = _asked(transport, question)
                driver = driver_of(answer, question)
                if driver:
                    return _known(candidate, driver, answer, baud, port)
                heard = heard or _readable(answer)
        except ConnectionLost as error:
            return Found(address, about, "", str(error)[:LONGEST_ANSWER])
        finally:
            transport.close()
    return Found(address, about, "", f"unknown: {heard}" if heard else "no answer")


def _known(
    candidate: Candidate, driver: str, answer: bytes, baud: int, port: Port
) -> Found:
    model, number = model_and_serial(driver, answer, port)
    who = Identity("", model, number, "")
    binding = line_for(who, candidate.address)
    said = _readable(answer)
    return Found(candidate.address, candidate.about, driver, said, baud, model, binding)


def _visa() -> list[str]:
    import pyvisa

    try:
        with warnings.catch_warnings():  # of links that have nothing to list
            warnings.simplefilter("ignore")
            resources = pyvisa.ResourceManager("@py").list_resources()
    except (pyvisa.Error, OSError, ValueError):
        return []
    return [name for name in resources if not name.startswith("ASRL")]


def _rounds(address: str) -> Iterable[tuple[int, tuple[Question, ...]]]:
    """Return the baud rates to try, each with its questions; one on a network."""
    if "::" in address and "://" not in address:
        return [(0, OTHER_QUESTIONS)]
    if "://" in address:
        return [(0, SERIAL_QUESTIONS)]
    bauds = dict.fromkeys(baud for q in SERIAL_QUESTIONS for baud in q.bauds)
    return [(b, tuple(q for q in SERIAL_QUESTIONS if b in q.bauds)) for b in bauds]


def _asked(transport: Transport, question: Question) -> bytes:
    """Return the answer to a question, b"" when there is none that fits."""
    try:
        if question.clear:
            transport.write(question.clear)
            _settle(transport)
        return transport.query(question.ask, question.until)
    except ConnectionLost:
        raise
    except InstrumentError:
        return b""


def _settle(transport: Transport) -> None:
    """Wait for the answer to an empty line, if there is one."""
    whole_s, transport.timeout_s = transport.timeout_s, transport.timeout_s / 4
    try:
        transport.read_until(re.compile(rb"[*\n]"))
    except ConnectionLost:
        raise
    except InstrumentError:
        return
    finally:
        transport.timeout_s = whole_s


def _readable(answer: bytes) -> str:
    text = answer.decode("latin-1").strip()
    plain = "".join(c if c.isprintable() else " " for c in text)
    return " ".join(plain.split())[:LONGEST_ANSWER]
