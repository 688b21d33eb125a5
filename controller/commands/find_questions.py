"""What ``amf find`` asks, and how it knows who answers: read-only questions.

In the order of asking at one baud rate. Sources: the manuals that the drivers name.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from controller.config.catalogue import driver_kind, open_driver
from drivers import luxtron_m600, neoptix_reflex
from drivers.errors import InstrumentError
from drivers.transport import Port, Transport

ANSWER_S = 0.4


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
LUXTRON_SERIAL = re.compile(luxtron_m600.SERIAL.pattern + rb"[^\r\n]*[\r\n]")
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


def driver_of(answer: bytes, question: Question) -> str:
    """Return the driver that knows such an answer, "" for none."""
    text = answer.decode("latin-1")
    for pattern, driver in question.known:
        if re.search(pattern, text, re.IGNORECASE):
            return driver
    return ""


def model_and_serial(driver: str, answer: bytes, port: Port) -> tuple[str, str]:
    """Return model and serial number as the driver will read them, "" where unknown."""
    models, said = driver_kind(driver).models, _bare(answer.decode("latin-1"))
    named = [model for model in models if _bare(model) in said]
    model = max(named, key=len, default="" if len(models) > 1 else next(iter(models)))
    if driver == "neoptix_reflex":
        return model, neoptix_reflex.information(answer).get("Serial", "")
    if driver == "luxtron_m600":
        return model, _luxtron_serial(port)
    if driver == "fotemp":  # its model comes in hexadecimal bytes
        return _identified(driver, models, port)
    if driver in (
        "ambrell_easyheat",
        "osensa_ftx",
    ):  # any model reads the serial number
        return model, _identified(driver, models, port)[1]
    fields = answer.decode("latin-1").split(",")
    return model, fields[2].strip() if len(fields) > 3 else ""


def _luxtron_serial(port: Port) -> str:
    transport = Transport(port, "amf find", timeout_s=ANSWER_S)
    try:
        answer = transport.query(LUXTRON.ask, LUXTRON_SERIAL)
    except InstrumentError:
        return ""
    match = luxtron_m600.SERIAL.search(answer)
    return match[1].decode("ascii") if match else ""


def _identified(driver: str, models: Iterable[str], port: Port) -> tuple[str, str]:
    """Identify by a driver that sets nothing in doing so, as the model that fits."""
    for model in models:
        try:
            identity = open_driver("amf find", driver, model, port, None).identify()
        except InstrumentError:
            continue
        return model, str(identity.serial)
    return "", ""


def _bare(text: str) -> str:
    return "".join(letter for letter in text.casefold() if letter.isalnum())
