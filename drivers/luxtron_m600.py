"""Luxtron m600, 812 and FOT Lab Kit fibre-optic thermometers.

Sources: FOT Lab Kit User's Manual, pages 42-43, 60 (data format) and 62 (error
reports); screen captures of an 812 with firmware 2.82; public programs of three labs.
Wire: RS-232, 9600 8N1, no flow control (two action bytes are XON and XOFF). The
instrument reports by itself, one line an interval; some 30 s after power-on it begins.
A field of a line has 14 characters: channel in 3, colon, value in 8, then " C" for a
good one or "PE" for a probe error. After a probe is unplugged the first line may show
-105.67 with " C", so the number is checked too. Report lines come between the lines of
an answer. An 812 calls itself m600: the model is the one that is expected.
UNVERIFIED on hardware; a warning is logged when a real link is used.
"""

import re

from drivers.admission import admit
from drivers.errors import Garbled, Refused, Silent, WrongInstrument
from drivers.plausible import NO_PROBE, plausible
from drivers.roles import Identity, Temperature
from drivers.transport import Transport

# channels of each model
MODELS = {"m600": 4, "812": 2, "FOT Lab Kit": 4}

ASK_ALL = b"\x1bID ?\r\n"
SET_CELSIUS = b"\x1bUN = CELSIUS\r\n"
RUN = b"\x12\r"
LINES = re.compile(rb"[\s\S]*\n")
# The last line of an answer to ID, in both firmware styles that are known.
LAST_PARAMETER = re.compile(rb"(?:^|\n)ST ?= ?\w+ *\r?\n")
PARAMETER = re.compile(rb"([A-Z]{2}) ?= ?([^\r\n]*?) *")
SERIAL = re.compile(rb"Serial ?# ?(\w+)")
VERSION = re.compile(rb"Software Version ([\d.]+)")
BANNER = re.compile(rb'".*|.*(?:LUXTRON|Fluoroptic|Serial ?#).*', re.IGNORECASE)
FIELD_LENGTH = 14
FIELD = re.compile(rb" *(\d+): *(-?\d+\.\d\d)( C|PE)")
INTERVAL = re.compile(rb"(\d+(?:\.\d+)?) ?S")
LONGEST_INTERVAL_S = 3.0
SAMPLES_PER_S = 4.0


class LuxtronM600:
    """The thermometer, reporting by itself."""

    def __init__(self, transport: Transport, *, model: str = "m600") -> None:
        admit(transport, "Luxtron", model, MODELS)
        self.model = model
        self._transport = transport
        self._at_line_start = False

    def identify(self) -> Identity:
        """Read who answers; see to °C, to reports, and to an interval of 3 s or less.

        Raises:
            WrongInstrument: no Luxtron answers.
            Refused: it stays in another unit, or reports too seldom.
        """
        answer, parameters = self._ask_all()
        if parameters.get(b"UN") != b"CELSIUS":
            self._transport.write(SET_CELSIUS)
            answer, parameters = self._ask_all()
            if parameters.get(b"UN") != b"CELSIUS":
                raise self._refused("stays in", parameters.get(b"UN"), "CELSIUS")
        interval_s = interval_of(parameters)
        if not interval_s <= LONGEST_INTERVAL_S:
            raise self._refused("reports each", parameters.get(b"MU"), "MU = 1 S")
        # A wait for the next report is no silence before one and a half intervals.
        self._transport.timeout_s = max(self._transport.timeout_s, 1.5 * interval_s)
        if parameters.get(b"ST") == b"DISABLE":  # it started in standby
            self._transport.write(RUN)
        serial, version = SERIAL.search(answer), VERSION.search(answer)
        return Identity(
            "Luxtron",
            self.model,
            serial[1].decode("ascii") if serial else "",
            version[1].decode("ascii") if version else "",
        )

    def read_temperatures(self) -> dict[int, Temperature]:
        """Read the channels of the newest report since the last call, in °C.

        Raises:
            Silent: no report came since; the last one is not given again.
            Garbled: what came is no report.
        """
        lines = self._arrived().splitlines()
        if not self._at_line_start:  # who listens in may have missed a line's head
            lines, self._at_line_start = lines[1:], True
        reports = [report for line in lines if (report := report_of(line))]
        if reports:
            return reports[-1]
        for line in lines:
            if line and not (PARAMETER.fullmatch(line) or BANNER.fullmatch(line)):
                raise Garbled(
                    f"{self._transport.name}: {line!r} came, expected reports in °C "
                    "such as b'  1:   37.00 C'; check unit, format and baud rate"
                )
        raise Silent(f"{self._transport.name}: no report came, only {lines!r}")

    def off(self) -> None:
        """Do nothing: a thermometer makes no field."""

    def close(self) -> None:
        """Close the link."""
        self._transport.close()

    def _arrived(self) -> bytes:
        """Return all lines that came since the last call; wait for one if need be."""
        try:
            return self._transport.read_until(LINES)
        except Silent as error:
            raise Silent(
                f"{self._transport.name}: no report came within "
                f"{self._transport.timeout_s:g} s; check that it is on (it starts in "
                "30 s) and not in standby, the cable and the baud rate"
            ) from error

    def _ask_all(self) -> tuple[bytes, dict[bytes, bytes]]:
        answer = self._transport.query(ASK_ALL, LAST_PARAMETER)
        self._at_line_start = True
        if b"LUXTRON" not in answer.upper():
            raise WrongInstrument(
                f"{self._transport.name}: {answer!r} came after {ASK_ALL!r}, expected "
                "a Luxtron thermometer; check the address"
            )
        matches = [PARAMETER.fullmatch(line) for line in answer.splitlines()]
        return answer, {m[1]: m[2] for m in matches if m is not None}

    def _refused(self, what: str, found: bytes | None, wanted: str) -> Refused:
        return Refused(
            f"{self._transport.name}: {what} {found!r}; set {wanted} on the instrument"
        )


def report_of(line: bytes) -> dict[int, Temperature]:
    """Return a report line's channels in °C; nothing when it is not a whole one.

    Source: FOT Lab Kit User's Manual, pages 60 and 62; widths from captures.
    """
    channels: dict[int, Temperature] = {}
    for start in range(0, len(line), FIELD_LENGTH):
        field = line[start : start + FIELD_LENGTH]
        match = FIELD.fullmatch(field)
        if match is None or len(field) != FIELD_LENGTH or field[3:4] != b":":
            return {}
        channel = int(match[1])
        if channel <= max(channels, default=0):  # lowest first; else two lines in one
            return {}
        good = match[3] == b" C"
        channels[channel] = plausible(float(match[2])) if good else NO_PROBE
    return channels


def interval_of(parameters: dict[bytes, bytes]) -> float:
    """Return the interval of reports in s, from MU; inf for minutes or nonsense.

    MU = C is continuous: 4 samples a second, shared by the active channels (PS).
    """
    if parameters.get(b"MU") == b"C":
        active = parameters.get(b"PS", b"").count(b",") + 1
        return active / SAMPLES_PER_S
    match = INTERVAL.fullmatch(parameters.get(b"MU", b""))
    return float(match[1]) if match else float("inf")
