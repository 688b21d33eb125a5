"""TDK-Lambda Genesys supplies on their legacy serial protocol.

Source: Genesys user manuals on RS-232/RS-485 control (750 W, page 85; 2400 W, pages
73-74; 10 kW, pages 56-58); public drivers of GEN40-38 agree on commands and answers.
Wire: 8N1, 9600 Bd as a rule; CR both ways; a supply must be addressed (``ADR``) and
answers every line: a value, OK, or an error code. A checksum may be asked for.
No watchdog, and NO OVER-CURRENT TRIP: beside the current limit there is only foldback,
which switches off at constant current, where a coil is driven; it is therefore off.
UNVERIFIED on hardware; a warning is logged when a real link is used.
"""

import logging
import math
import re
from dataclasses import dataclass
from functools import partial

from drivers.admission import check_range
from drivers.errors import Garbled, InstrumentError, Refused, WrongInstrument
from drivers.roles import Identity, SupplyState
from drivers.rounding import floored, raised
from drivers.transport import Transport

log = logging.getLogger(__name__)

CR = re.compile(rb"[^\r]*\r")
NUMBER = re.compile(rb"\s*(\d+(?:\.\d*)?|\.\d+)\s*")
SWITCH = re.compile(rb"\s*(ON|OFF)\s*")
REGISTER = re.compile(rb"\s*([0-9A-Fa-f]{2})\s*")
REFUSAL = re.compile(rb"\s*([EC]\d\d)\s*")
CHECKED = re.compile(rb"\n?([^$]*)\$([0-9A-Fa-f]{2})\r")
FAULTS = {
    1: "mains failure",
    2: "over-temperature",
    3: "foldback",
    4: "over-voltage",
    5: "shut-off",
    7: "enable contact open",
}
REFUSALS = {
    b"E01": "voltage above the rating or above 95 % of the over-voltage trip",
    b"E02": "voltage below the under-voltage limit",
    b"E04": "over-voltage trip below 105 % of the set voltage",
    b"E06": "under-voltage limit above the set voltage",
    b"E07": "a fault is latched",
    b"C01": "unknown command, or not in remote control",
    b"C02": "missing parameter",
    b"C03": "illegal parameter",
    b"C04": "checksum",
    b"C05": "out of range",
}
# The supply takes voltages up to 95 % of the trip; callers leave 5 % on top (1/1.05 is
# a little more than 95 %), so the trip is programmed this much higher.
TRIP_HEADROOM = 1.01
DIGITS = 2  # of what is programmed; unverified


@dataclass(frozen=True, slots=True)
class Model:
    """Ratings, and the range of the over-voltage trip."""

    max_voltage_v: float
    max_current_a: float
    lowest_trip_v: float
    highest_trip_v: float


MODELS = {
    "GEN40-38": Model(40.0, 38.0, 2.0, 44.0),
    "GEN60-25": Model(60.0, 25.0, 5.0, 66.0),
    "GEN80-19": Model(80.0, 19.0, 5.0, 88.0),
    "GEN100-15": Model(100.0, 15.0, 5.0, 110.0),
}


class TdkGenesys:
    """The coil supply at ``address`` (0 to 30) of its bus."""

    watchdog = ""
    current_resolution_a = 10.0**-DIGITS

    def __init__(
        self,
        transport: Transport,
        *,
        model: str = "GEN40-38",
        address: int = 6,
        checksum: bool = False,
    ) -> None:
        if model not in MODELS or address not in range(31):
            raise Refused(
                f"{transport.name}: no Genesys {model!r} at address {address} here; "
                f"known are {', '.join(MODELS)}, at 0 to 30"
            )
        self.model, self.address = model, address
        self._transport = transport
        self._check = partial(check_range, transport, model)
        self._limits = MODELS[model]
        self._checksum = checksum
        self._trip = ""
        if transport.waits:
            log.warning(
                "%s: the driver for TDK-Lambda %s is unverified on hardware",
                transport.name,
                model,
            )

    def identify(self) -> Identity:
        """Select the supply on its bus and read who answers.

        Raises:
            WrongInstrument: it is not the model that is expected.
        """
        self._do(b"ADR %d" % self.address)
        answer = self._exchange(b"IDN?")
        maker, _, model = answer.decode("latin-1").strip().partition(",")
        if model.strip() != self.model:
            raise WrongInstrument(
                f"{self._transport.name}: {answer!r} came after b'IDN?', expected a "
                f"TDK-Lambda {self.model}; check address and model"
            )
        serial = self._exchange(b"SN?").decode("latin-1").strip()
        firmware = self._exchange(b"REV?").decode("latin-1").strip()
        return Identity(maker, model.strip(), serial, firmware)

    def read_state(self) -> SupplyState:
        """Measure output voltage in V and current in A; read the output and faults.

        A fault is remembered until ``reset_trip``.
        """
        voltage_v, current_a = self._number(b"MV?"), self._number(b"MC?")
        output_on = self._ask(b"OUT?", SWITCH) == b"ON"
        faults = int(self._ask(b"FLT?", REGISTER), 16)
        if not self._trip:
            self._trip = trip_of(faults)
        return SupplyState(voltage_v, current_a, output_on, self._trip)

    def read_setpoints(self) -> tuple[float, float]:
        """Read the programmed (voltage in V, current in A)."""
        return self._number(b"PV?"), self._number(b"PC?")

    def read_trips(self) -> tuple[float, float]:
        """Read the trips: over-voltage in V, and inf for the over-current it lacks."""
        return self._number(b"OVP?"), math.inf

    def set_voltage(self, voltage_v: float) -> None:
        """Set the voltage limit in V, rounded down to 0.01 V.

        Raises:
            Refused: not within 0 and the rating (nothing was sent), or not accepted.
        """
        self._check("voltage", voltage_v, "V", 0.0, self._limits.max_voltage_v)
        self._do(b"PV %.*f" % (DIGITS, floored(voltage_v, DIGITS)))

    def set_current(self, current_a: float) -> None:
        """Set the current limit in A, rounded down to 0.01 A.

        Raises:
            Refused: not within 0 and the rating (nothing was sent), or not accepted.
        """
        self._check("current", current_a, "A", 0.0, self._limits.max_current_a)
        self._do(b"PC %.*f" % (DIGITS, floored(current_a, DIGITS)))

    def set_trips(self, over_voltage_v: float, over_current_a: float) -> None:
        """Set the over-voltage trip, 1 % above what is asked, and verify it.

        It is at least the model's lowest. ``over_current_a`` cannot be programmed: the
        current limit is the only bound in the instrument. Foldback and the
        under-voltage limit are switched off.

        Raises:
            Refused: beyond the model's range, or the supply does not take it.
        """
        limits = self._limits
        self._check(
            "over-voltage trip", over_voltage_v, "V", 0.0, limits.highest_trip_v
        )
        self._check("over-current trip", over_current_a, "A", 0.0, math.inf)
        wanted_v = raised(TRIP_HEADROOM * over_voltage_v, DIGITS)
        wanted_v = min(max(wanted_v, limits.lowest_trip_v), limits.highest_trip_v)
        for command in (b"UVL 0", b"FLD OFF", b"OVP %.*f" % (DIGITS, wanted_v)):
            self._do(command)
        found_v = self._number(b"OVP?")
        if not abs(found_v - wanted_v) < 0.5 * 10.0**-DIGITS:
            raise Refused(
                f"{self._transport.name}: an over-voltage trip of {wanted_v:g} V was "
                f"set, {found_v:g} V read back; is the front panel in control?"
            )

    def set_output(self, on: bool) -> None:
        """Switch the output; before it goes on, auto-restart is off and read back.

        Raises:
            Refused: a fault is not reset, or the supply does not accept it.
        """
        if on and self._trip:
            raise Refused(
                f"{self._transport.name}: the supply has tripped ({self._trip}); "
                "remove the cause and reset the trip before switching on"
            )
        if on:
            self._do(b"AST OFF")
            if self._ask(b"AST?", SWITCH) != b"OFF":
                raise Refused(
                    f"{self._transport.name}: auto-restart does not switch off; after "
                    "a mains failure the field would come back by itself"
                )
        self._do(b"OUT 1" if on else b"OUT 0")

    def reset_trip(self) -> None:
        """Clear a fault by RST: zero, off and the widest trips; set the trips again."""
        self._do(b"RST")
        self._trip = ""

    def off(self) -> None:
        """Select the supply, take control, switch off, then both set-points to zero.

        Everything is sent, whatever is answered.

        Raises:
            InstrumentError: the first answer that is missing or not OK.
        """
        first: InstrumentError | None = None
        address = b"ADR %d" % self.address
        for command in (address, b"RMT REM", b"OUT 0", b"PC 0", b"PV 0"):
            if first is not None:  # no more waiting for what may be dead
                self._transport.write(self._framed(command))
                continue
            try:
                self._do(command)
            except InstrumentError as error:
                first = error
        if first is not None:
            raise first

    def close(self) -> None:
        """Close the port; the output is left as it is."""
        self._transport.close()

    def _do(self, command: bytes) -> None:
        answer = self._exchange(command)
        if answer.strip() != b"OK":
            raise Garbled(self._unexpected(command, answer))

    def _number(self, command: bytes) -> float:
        return float(self._ask(command, NUMBER))

    def _ask(self, command: bytes, form: re.Pattern[bytes]) -> bytes:
        answer = self._exchange(command)
        match = form.fullmatch(answer)
        if match is None:
            raise Garbled(self._unexpected(command, answer))
        return match[1]

    def _exchange(self, command: bytes) -> bytes:
        answer = self._transport.query(self._framed(command), CR)
        if self._checksum:
            match = CHECKED.fullmatch(answer)
            if match is None or sum(match[1]) & 0xFF != int(match[2], 16):
                raise Garbled(self._unexpected(command, answer))
            answer = match[1]
        refusal = REFUSAL.fullmatch(answer)
        if refusal is not None:
            meaning = REFUSALS.get(refusal[1], "see the instrument's manual")
            raise Refused(
                f"{self._transport.name}: refuses {command!r} with "
                f"{refusal[1].decode()} ({meaning})"
            )
        return answer

    def _framed(self, command: bytes) -> bytes:
        if self._checksum:
            command += b"$%02X" % (sum(command) & 0xFF)
        return command + b"\r"

    def _unexpected(self, command: bytes, answer: bytes) -> str:
        return (
            f"{self._transport.name}: {answer!r} came after {command!r}, which is not "
            "a Genesys answer; check baud rate, cable and address"
        )


def trip_of(faults: int) -> str:
    """Return the reason of the first fault bit in an FLT value, "" without one."""
    for bit, reason in FAULTS.items():
        if faults >> bit & 1:
            return reason
    return ""
