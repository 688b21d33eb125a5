"""Aim-TTi bench supplies, output 1: QPX1200SP, CPX400SP, CPX400DP, PL-P.

Sources: Aim-TTi QPX1200 instruction manual 48511-1400 (ratings, programming steps),
QPX600D instruction manual, page 30 (limit event register), public drivers of PL-P,
CPX400DP and QPX1200SP (commands and error numbers).
Wire: 9600 8N1, USB or TCP 9221. Commands end in LF, answers in CR LF. Settings are
never answered: what the loop reads back is their confirmation; rare ones are checked
with ``EER?``. Commands may be joined by ``;``; that four joined queries give four
answers is UNVERIFIED, so the first reading tries it and asks one by one from then on
where nothing whole comes. The instrument has no watchdog: when the link is lost its
output stays.
UNVERIFIED on hardware; a warning is logged when a real link is used.
"""

import math
import re
from dataclasses import dataclass
from functools import partial

from drivers.admission import admit, ask_identity, check_range
from drivers.errors import Garbled, Refused, Silent
from drivers.roles import Identity, SupplyState
from drivers.transport import LF, Transport

NUMBER = rb"\s*(-?\d+(?:\.\d+)?)"
INTEGER = re.compile(rb"\s*(\d+)\s*")
SWITCH = re.compile(rb"\s*([01])\s*")
VOLTS = re.compile(NUMBER + rb"V\s*")
AMPERES = re.compile(NUMBER + rb"A\s*")
SET_VOLTS = re.compile(rb"V1" + NUMBER + rb"\s*")
SET_AMPERES = re.compile(rb"I1" + NUMBER + rb"\s*")
JOINED = b"V1O?;I1O?;OP1?;LSR1?\n"
SINGLE = (b"V1O?\n", b"I1O?\n", b"OP1?\n", b"LSR1?\n")
JOINED_LOAD = b"V1O?;I1O?\n"
FOUR_LINES = re.compile(rb"(?:[^\n]*\n){4}")
TWO_LINES = re.compile(rb"(?:[^\n]*\n){2}")
END = rb"[^\S\n]*\n"
STATE = re.compile(
    NUMBER + b"V" + END + NUMBER + b"A" + END + rb"\s*([01])" + END + rb"\s*(\d+)" + END
)
# a CPX400DP is said to answer without the name (an author of public control code)
TRIP_VOLTS = re.compile(rb"(?:VP1)?" + NUMBER + rb"\s*")
TRIP_AMPERES = re.compile(rb"(?:CP1)?" + NUMBER + rb"\s*")

QPX_TRIPS = {3: "over-voltage", 4: "over-current", 5: "sense", 6: "fault"}
PL_CPX_TRIPS = {2: "over-voltage", 3: "over-current", 6: "fault"}
ERRORS = {
    100: "value out of range",
    104: "not allowed while the output is on",
    200: "the front panel or another interface is in control",
}


@dataclass(frozen=True, slots=True)
class Model:
    """Ratings and programming steps of a model; ``trips`` maps LSR bits to reasons.

    A QPX cannot be set below 0.01 A. Trip ranges that no source states are open
    (0 to inf): the instrument then decides.
    """

    max_voltage_v: float
    max_current_a: float
    voltage_digits: int
    current_digits: int
    trips: dict[int, str]
    lowest_current_a: float = 0.0
    trip_digits: int = 2
    lowest_trip_a: float = 0.0
    highest_trip_v: float = math.inf
    highest_trip_a: float = math.inf


# Digits of CPX and PL, and the trip step of QPX, are unverified.
MODELS = {
    "QPX1200SP": Model(60.0, 50.0, 3, 2, QPX_TRIPS, 0.01, 1, 2.0, 65.0, 55.0),
    "CPX400SP": Model(60.0, 20.0, 2, 2, PL_CPX_TRIPS),
    "CPX400DP": Model(60.0, 20.0, 2, 2, PL_CPX_TRIPS),
    "PL303-P": Model(30.0, 3.0, 3, 3, PL_CPX_TRIPS),
    "PL601-P": Model(60.0, 1.5, 3, 3, PL_CPX_TRIPS),
}


class AimttiPsu:
    """The coil supply: its current makes the field, its voltage limit bounds it."""

    watchdog = ""

    def __init__(self, transport: Transport, *, model: str = "QPX1200SP") -> None:
        admit(transport, "Aim-TTi", model, MODELS)
        self.model = model
        self._transport = transport
        self._check = partial(check_range, transport, model)
        self._limits = MODELS[model]
        self.current_resolution_a = 10.0**-self._limits.current_digits
        self._trip = ""
        self._joins: bool | None = None

    def identify(self) -> Identity:
        """Read who answers.

        Raises:
            WrongInstrument: it is not the model that is expected.
        """
        return ask_identity(self._transport, "an Aim-TTi", self.model)

    def read_state(self) -> SupplyState:
        """Measure output voltage in V and current in A; read the output and trips.

        The trip register is cleared by reading, so a trip is remembered here until
        ``reset_trip``.
        """
        answer = self._joined() if self._joins is not False else b""
        match = STATE.fullmatch(answer)
        numbers = self._each(answer) if match is None else map(float, match.groups())
        voltage_v, current_a, output, events = numbers
        if events and not self._trip:
            self._trip = trip_of(int(events), self._limits.trips)
        return SupplyState(voltage_v, current_a, output == 1.0, self._trip)

    def read_load(self) -> tuple[float, float]:
        """Measure (output voltage in V, current in A), and nothing else: sooner."""
        if self._joins:
            answers = self._transport.query(JOINED_LOAD, TWO_LINES)
            volts, amperes = LF.findall(answers)
            return (
                self._number(JOINED_LOAD, volts, VOLTS),
                self._number(JOINED_LOAD, amperes, AMPERES),
            )
        return self._ask(SINGLE[0], VOLTS), self._ask(SINGLE[1], AMPERES)

    def _joined(self) -> bytes:
        """Return four answers to one line; b"" where that has been seen not to work."""
        try:
            answers = self._transport.query(JOINED, FOUR_LINES)
        except Silent:
            if self._joins:
                raise
            self._joins = False
            return b""
        self._joins = True
        return answers

    def _each(self, joined: bytes) -> list[float]:
        """Return the number of each of four answers; ask one by one without any."""
        answers = LF.findall(joined)  # a stray \r is garbage, and no end of a line
        if not answers:
            answers = [self._transport.query(query) for query in SINGLE]
        forms = (VOLTS, AMPERES, SWITCH, INTEGER)
        asked = zip(SINGLE, answers, forms, strict=True)
        return [self._number(*one) for one in asked]

    def read_setpoints(self) -> tuple[float, float]:
        """Read the programmed (voltage in V, current in A)."""
        return self._ask(b"V1?\n", SET_VOLTS), self._ask(b"I1?\n", SET_AMPERES)

    def read_trips(self) -> tuple[float, float]:
        """Read the programmed trips (over-voltage in V, over-current in A)."""
        return self._ask(b"OVP1?\n", TRIP_VOLTS), self._ask(b"OCP1?\n", TRIP_AMPERES)

    def set_voltage(self, voltage_v: float) -> None:
        """Set the voltage limit in V, rounded down to the programming step.

        Raises:
            Refused: not within 0 and the model's rating; nothing was sent.
        """
        limits = self._limits
        self._check("voltage", voltage_v, "V", 0.0, limits.max_voltage_v)
        digits = limits.voltage_digits
        self._transport.write(b"V1 %.*f\n" % (digits, floored(voltage_v, digits)))

    def set_current(self, current_a: float) -> None:
        """Set the current limit in A, rounded down to the programming step.

        On a QPX, which cannot be set to zero, less than its lowest 0.01 A sends that.

        Raises:
            Refused: not within 0 and the model's rating; nothing was sent.
        """
        limits = self._limits
        self._check("current", current_a, "A", 0.0, limits.max_current_a)
        digits = limits.current_digits
        lowered_a = max(floored(current_a, digits), limits.lowest_current_a)
        self._transport.write(b"I1 %.*f\n" % (digits, lowered_a))

    def set_trips(self, over_voltage_v: float, over_current_a: float) -> None:
        """Set the trips (V, A), rounded up to the step of the trips, and verify them.

        Raises:
            Refused: outside the model's range, or the supply does not take them.
        """
        limits, digits = self._limits, self._limits.trip_digits
        self._check("over-voltage trip", over_voltage_v, "V", 0, limits.highest_trip_v)
        lowest_a, highest_a = limits.lowest_trip_a, limits.highest_trip_a
        self._check("over-current trip", over_current_a, "A", lowest_a, highest_a)
        wanted = raised(over_voltage_v, digits), raised(over_current_a, digits)
        self._set_verified(b"OVP1 %.*f\n" % (digits, wanted[0]))
        self._set_verified(b"OCP1 %.*f\n" % (digits, wanted[1]))
        found = self.read_trips()
        if not all(abs(a - b) < 1e-6 for a, b in zip(found, wanted, strict=True)):
            raise Refused(
                f"{self._transport.name}: trips {wanted} (V, A) were set, {found} read "
                "back; is the front panel in control?"
            )

    def set_output(self, on: bool) -> None:
        """Switch the output; switching on is verified, off is confirmed by read-back.

        Raises:
            Refused: a trip is not reset, or the supply does not accept it.
        """
        if not on:
            self._transport.write(b"OP1 0\n")
            return
        if self._trip:
            raise Refused(
                f"{self._transport.name}: the supply has tripped ({self._trip}); "
                "remove the cause and reset the trip before switching on"
            )
        self._set_verified(b"OP1 1\n")

    def reset_trip(self) -> None:
        """Clear a trip in the supply, and what is remembered of it."""
        self._transport.write(b"TRIPRST\n")
        self._ask(b"LSR1?\n", INTEGER)
        self._trip = ""

    def off(self) -> None:
        """Switch the output off, then take both set-points down; in any state.

        What came of it is what ``read_state`` and ``read_setpoints`` say.
        """
        self._transport.write(b"OP1 0\n")
        self.set_current(0.0)
        self.set_voltage(0.0)

    def close(self) -> None:
        """Close the port; the output is left as it is."""
        self._transport.close()

    def _ask(self, command: bytes, form: re.Pattern[bytes]) -> float:
        return self._number(command, self._transport.query(command), form)

    def _number(self, command: bytes, answer: bytes, form: re.Pattern[bytes]) -> float:
        match = form.fullmatch(answer)
        if match is None:
            raise Garbled(
                f"{self._transport.name}: {answer!r} came after {command!r}, which is "
                "not an Aim-TTi answer; check the baud rate and the cable"
            )
        return float(match[1])

    def _set_verified(self, command: bytes) -> None:
        self._ask(b"EER?\n", INTEGER)  # an older error is not this setting's
        self._transport.write(command)
        code = int(self._ask(b"EER?\n", INTEGER))
        if code:
            meaning = ERRORS.get(code, "see the instrument's manual")
            raise Refused(
                f"{self._transport.name}: refuses {command!r} with error {code} "
                f"({meaning})"
            )


def trip_of(events: int, trips: dict[int, str]) -> str:
    """Return the reason of the first trip bit in an LSR value, "" without one."""
    for bit, reason in trips.items():
        if events >> bit & 1:
            return reason
    return ""


def floored(value: float, digits: int) -> float:
    """Round down to decimals; a value one ulp below a step counts as on it."""
    return math.floor(value * 10.0**digits + 1e-6) / 10.0**digits


def raised(value: float, digits: int) -> float:
    """Round up to decimals; a value one ulp above a step counts as on it."""
    return math.ceil(value * 10.0**digits - 1e-6) / 10.0**digits
