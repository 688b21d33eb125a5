"""``amf find``: which ports there are, and which known instrument answers where.

Only identification is asked for, nothing is set. Still, each query goes to whatever is
plugged in: an instrument of another kind notes a syntax error, no more is known of any
in our list. A TDK-Lambda Genesys stays silent until it is addressed, which would be a
command; it is not found.
"""

import re
import threading
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from rich.console import Console
from rich.table import Table

from controller.instruments.locks import Locks, key_of
from controller.loop import COMPLETED
from drivers.errors import ConnectionLost, InstrumentError
from drivers.transport import Port, Transport, open_port

ANSWER_S = 0.4
LISTING_S = 8.0
LONGEST_ANSWER = 120


@dataclass(frozen=True, slots=True)
class Question:
    """A read-only identification query: what to send, and how to know the answer.

    ``clear`` ends what an earlier question may have left in the instrument's buffer;
    its answer is thrown away. ``known`` maps a pattern in the answer to a driver.
    """

    bauds: tuple[int, ...]
    clear: bytes
    ask: bytes
    until: re.Pattern[bytes]
    known: tuple[tuple[str, str], ...]


# In the order of asking at one baud rate. Sources: the manuals that the drivers name.
IDN = Question(
    (9600, 19200, 57600, 115200),
    b"\n",
    b"*IDN?\n",
    re.compile(rb"[^\x04\n]*[^\s\x04][^\x04\n]*[\x04\n]"),
    (
        (r"THURLBY[ -]THANDAR, ?(QPX|CPX|PL|MX|QL|TSX)", "aimtti_psu"),
        (r"THURLBY[ -]THANDAR, ?TG", "aimtti_tg"),
        (r"(Agilent|Keysight) Technologies, ?33", "keysight_33500"),
        (r"(Agilent|Keysight) Technologies, ?(DSO|MSO)", "keysight_scope"),
        (r"EA Elektro-Automatik", "ea_ps9000"),
        (r"(Siglent Technologies|Teledyne).*(SDG|T3AFG)", "siglent_sdg"),
        (r"TEKTRONIX", "tektronix_scope"),
        (r"opsens", "opsens"),
    ),
)
NEOPTIX = Question(
    (9600,),
    b"\r",
    b"i\r",
    re.compile(rb"(?s)Model:.*[\r\n]\*|Err."),
    ((r"Model: ?(ReFlex|T1|Nomad|FOB|HHTFO)", "neoptix_reflex"),),
)
REPORT = r"(^|[\r\n]) {1,2}\d: +-?\d+\.\d\d(PE| [CKF])"
LUXTRON = Question(
    (9600,),
    b"\r",
    b"\x1bID ?\r\n",
    re.compile(rb"LUXTRON[^\r\n]*[\r\n]|" + REPORT.encode()),
    ((f"LUXTRON|{REPORT}", "luxtron_m600"),),
)
FOTEMP = Question(
    (57600,),
    b"\r",
    b"?40\r",
    re.compile(rb"#40[^\r\n]*[\r\n]"),
    ((r"#40 ", "fotemp"),),
)
AMBRELL = Question(
    (38400,),
    b"\r",
    b"1,rdata\r",
    re.compile(rb"1,[01],[\d.]+,[\d.]+,\d+,\d+,\d+,\d+\r\n"),
    ((r"1,[01],", "ambrell_easyheat"),),
)
# function 3 (read) of register 0x000A, the unit's own number, at its default 247
OSENSA = Question(
    (9600, 115200),
    b"",
    b"\xf7\x03\x00\x0a\x00\x01\xb0\x9e",
    re.compile(rb"\xf7\x03\x02[\s\S]{4}"),
    ((r"\xf7\x03\x02", "osensa_ftx"),),
)
SERIAL_QUESTIONS = (OSENSA, NEOPTIX, LUXTRON, FOTEMP, AMBRELL, IDN)
OTHER_QUESTIONS = (IDN,)


@dataclass(frozen=True, slots=True)
class Found:
    """What is at an address: a known driver and the answer, or why nothing is known."""

    address: str
    about: str
    driver: str = ""
    answer: str = ""
    baud: int = 0


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
    for candidate in candidates:
        with console.status(f"asking at {candidate.address}"):
            found = identify(candidate, locks=locks)
        baud = str(found.baud) if found.baud else ""
        table.add_row(found.address, found.about, found.driver, found.answer, baud)
    if candidates:
        console.print(table)
    else:
        console.print("no serial port and no VISA resource was found")
    return COMPLETED


def list_ports() -> list[Candidate]:
    """Return the serial ports and the VISA resources that are not serial ports."""
    from serial.tools.list_ports import comports

    serial = [
        Candidate(
            port.device, " ".join(filter(None, (port.description, port.serial_number)))
        )
        for port in sorted(comports())
    ]
    return serial + [Candidate(name, "VISA") for name in within(LISTING_S, _visa)]


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
                driver = _driver(answer, question)
                if driver:
                    return Found(address, about, driver, _readable(answer), baud)
                heard = heard or _readable(answer)
        except ConnectionLost as error:
            return Found(address, about, "", str(error)[:LONGEST_ANSWER])
        finally:
            transport.close()
    return Found(address, about, "", f"unknown: {heard}" if heard else "no answer")


def _visa() -> list[str]:
    import pyvisa

    try:
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


def _driver(answer: bytes, question: Question) -> str:
    text = answer.decode("latin-1")
    for pattern, driver in question.known:
        if re.search(pattern, text, re.IGNORECASE):
            return driver
    return ""


def _readable(answer: bytes) -> str:
    text = answer.decode("latin-1").strip()
    plain = "".join(c if c.isprintable() else " " for c in text)
    return " ".join(plain.split())[:LONGEST_ANSWER]
