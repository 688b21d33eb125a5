"""Elektro-Automatik PS, PSI and PSB supplies, series 9000 and 10000, over SCPI.

Source: Programming Guide ModBus & SCPI, PGMBEN rev 24 (15-05-2023), sections 2.7, 3.3,
3.7, 5.2 and 5.4; public drivers of the 10000 series (a space before the unit,
``SYST:CONF:OUTP:REST``).
Wire: USB (no settings), or TCP 5025. LF both ways, at least 5 ms between messages.
Settings need remote control and never answer; the rare ones are checked with
``SYST:ERR?``, which also acknowledges alarms, so these are read first and remembered.
``arm_watchdog`` makes the supply itself switch off when communication is lost: an
inference from two statements of the guide, to be tried on each supply before use.
UNVERIFIED on hardware; a warning is logged when a real link is used.
"""

import re
from dataclasses import dataclass
from functools import partial

from drivers.admission import admit, ask_identity, check_range
from drivers.errors import Garbled, Refused
from drivers.roles import Identity, SupplyState
from drivers.rounding import floored, raised
from drivers.transport import Transport

NUMBER = rb"\s*(-?\d+(?:\.\d+)?)\s*"
VOLTS = re.compile(NUMBER + rb"V?\s*")
AMPERES = re.compile(NUMBER + rb"A?\s*")
ACTUAL = re.compile(NUMBER + rb"V\s*," + NUMBER + rb"A\s*," + NUMBER + rb"W\s*")
WATTS = re.compile(NUMBER + rb"(k?)W?\s*")
INTEGER = re.compile(rb"\s*(\d+)\s*s?\s*", re.IGNORECASE)
SWITCH = re.compile(rb"\s*(ON|OFF|1|0)\s*")
ERROR = re.compile(rb'\s*([+-]?\d+)\s*,\s*"([^"]*)"[\s\S]*')
ALARMS = {
    0: "over-voltage",
    1: "over-current",
    2: "over-power",
    3: "over-temperature",
    13: "power fail",
}
COMMUNICATION_LOST = 1 << 7  # of the operation register
LONGEST_TIMEOUT_S = 36000
PROTECTABLE = 1.10  # trips reach 110 % of the rating
POWER_TRIP, MOST_W = 1.05, 1e6  # over the power limit; beyond any rating


@dataclass(frozen=True, slots=True)
class Model:
    """Ratings and the decimals of its display (unverified: four digits)."""

    max_voltage_v: float
    max_current_a: float
    voltage_digits: int = 2
    current_digits: int = 2


MODELS = {
    "PSB 10060-60": Model(60.0, 60.0),
    "PSB 9080-360": Model(80.0, 360.0, 2, 1),
    "PSI 9080-60": Model(80.0, 60.0),
    "PS 9040-20": Model(40.0, 20.0),
}


class EaPs9000:
    """The coil supply. ``watchdog`` is "" until ``arm_watchdog`` has succeeded."""

    def __init__(self, transport: Transport, *, model: str = "PSB 10060-60") -> None:
        admit(transport, "Elektro-Automatik", model, MODELS)
        self.model = model
        self.watchdog = ""
        self._transport = transport
        self._check = partial(check_range, transport, model)
        self._limits = MODELS[model]
        self.current_resolution_a = 10.0**-self._limits.current_digits
        self._trip = ""

    def identify(self) -> Identity:
        """Read who answers.

        Raises:
            WrongInstrument: it is not the model that is expected.
        """
        return ask_identity(
            self._transport, "an Elektro-Automatik", self.model, self._model_of
        )

    def _model_of(self, fields: list[str]) -> str:
        # more words may follow, such as the height of the case
        more = f"{fields[1]} ".startswith(f"{self.model} ")
        return self.model if more else fields[1]

    def read_state(self) -> SupplyState:
        """Measure output voltage in V and current in A; read the output and alarms.

        An alarm is remembered until ``reset_trip``.
        """
        answer = self._ask(b"MEAS:ARR?\n", ACTUAL)
        output_on = self._ask(b"OUTP?\n", SWITCH)[1] in (b"ON", b"1")
        self._note_trip()
        return SupplyState(float(answer[1]), float(answer[2]), output_on, self._trip)

    def read_setpoints(self) -> tuple[float, float]:
        """Read the programmed (voltage in V, current in A)."""
        return self._number(b"VOLT?\n", VOLTS), self._number(b"CURR?\n", AMPERES)

    def read_trips(self) -> tuple[float, float]:
        """Read the programmed trips (over-voltage in V, over-current in A)."""
        over_voltage_v = self._number(b"VOLT:PROT?\n", VOLTS)
        return over_voltage_v, self._number(b"CURR:PROT?\n", AMPERES)

    def set_voltage(self, voltage_v: float) -> None:
        """Set the voltage limit in V, rounded down to the display's step.

        Raises:
            Refused: not within 0 and the model's rating; nothing was sent.
        """
        limits = self._limits
        self._check("voltage", voltage_v, "V", 0.0, limits.max_voltage_v)
        digits = limits.voltage_digits
        self._transport.write(b"VOLT %.*f\n" % (digits, floored(voltage_v, digits)))

    def set_current(self, current_a: float) -> None:
        """Set the current limit in A, rounded down to the display's step.

        Raises:
            Refused: not within 0 and the model's rating; nothing was sent.
        """
        limits = self._limits
        self._check("current", current_a, "A", 0.0, limits.max_current_a)
        digits = limits.current_digits
        self._transport.write(b"CURR %.*f\n" % (digits, floored(current_a, digits)))

    def set_trips(self, over_voltage_v: float, over_current_a: float) -> None:
        """Set the trips (V, A), rounded up to the display's step, and verify them.

        Raises:
            Refused: beyond 110 % of the rating, or the supply does not take them.
        """
        limits = self._limits
        highest_v = PROTECTABLE * limits.max_voltage_v
        self._check("over-voltage trip", over_voltage_v, "V", 0.0, highest_v)
        highest_a = PROTECTABLE * limits.max_current_a
        self._check("over-current trip", over_current_a, "A", 0.0, highest_a)
        digits = limits.voltage_digits, limits.current_digits
        wanted = raised(over_voltage_v, digits[0]), raised(over_current_a, digits[1])
        self._set_verified(b"VOLT:PROT %.*f\n" % (digits[0], wanted[0]))
        self._set_verified(b"CURR:PROT %.*f\n" % (digits[1], wanted[1]))
        found = self.read_trips()
        if not all(abs(a - b) < 1e-6 for a, b in zip(found, wanted, strict=True)):
            raise Refused(
                f"{self._transport.name}: trips {wanted} (V, A) were set, {found} read "
                "back; is the front panel in control?"
            )

    def read_power_limit(self) -> float:
        """Read the programmed limit of the output power in W."""
        return self._watts(b"POW?\n")

    def set_power_limit(self, power_w: float) -> None:
        """Limit the output power in W, rounded up to 1 W; the trip stands 5 % above.

        It then holds that power, whatever its set-points ask for. Both are at most
        what it says it is rated for, and are read back.

        Raises:
            Refused: not above 0 W, or the supply does not take it.
        """
        self._check("power limit", power_w, "W", 0.0, MOST_W)
        rated_w = self._watts(b"SYST:NOM:POW?\n")
        wanted_w = min(raised(power_w, 0), rated_w)
        trip_w = min(raised(POWER_TRIP * wanted_w, 0), PROTECTABLE * rated_w)
        self._set_verified(b"POW:PROT %.0f\n" % trip_w)
        self._set_verified(b"POW %.0f\n" % wanted_w)
        limit_w, found_w = self.read_power_limit(), self._watts(b"POW:PROT?\n")
        if not max(abs(limit_w - wanted_w), abs(found_w - trip_w)) <= 0.5:
            raise Refused(
                f"{self._transport.name}: {wanted_w:.0f} W and a trip at {trip_w:.0f} W"
                f" were set, {limit_w:g} and {found_w:g} W read back; front panel?"
            )

    def _watts(self, command: bytes) -> float:
        match = self._ask(command, WATTS)
        return float(match[1]) * (1e3 if match[2] else 1.0)

    def set_output(self, on: bool) -> None:
        """Switch the output; switching on is verified, off is confirmed by read-back.

        Before it goes on, restart after a mains failure is switched off.

        Raises:
            Refused: an alarm is not reset, or the supply does not accept it.
        """
        if not on:
            self._transport.write(b"OUTP OFF\n")
            return
        self._note_trip()
        if self._trip:
            raise Refused(
                f"{self._transport.name}: the supply has tripped ({self._trip}); "
                "remove the cause and reset the trip before switching on"
            )
        self._set_verified(b"SYST:CONF:OUTP:REST OFF\n")
        self._set_verified(b"SYST:ALAR:ACT:PFA OFF\n")
        self._set_verified(b"OUTP ON\n")

    def reset_trip(self) -> None:
        """Acknowledge the alarms in the supply, and forget what is remembered."""
        self._transport.query(b"SYST:ERR:ALL?\n")
        self._trip = ""

    def arm_watchdog(self, timeout_s: int) -> None:
        """Make the supply leave remote control, and so switch off, when links are lost.

        ``timeout_s`` is 1 to 36000 s; anything that is sent restarts it. The setting
        survives in the supply.

        Raises:
            Refused: out of range, or the supply does not take it (older firmware).
        """
        if timeout_s not in range(1, LONGEST_TIMEOUT_S + 1):
            raise Refused(
                f"{self._transport.name}: a watchdog of {timeout_s} s is not a whole "
                f"number within 1 and {LONGEST_TIMEOUT_S} s; nothing was sent"
            )
        self.watchdog = ""
        for command in (
            b"SYST:LOCK ON\n",
            b"POW:STAG:AFT:REM OFF\n",
            b"SYST:COMM:MON:TIM %d\n" % timeout_s,
            b"SYST:COMM:MON:ACT ON\n",
        ):
            self._set_verified(command)
        found_s = int(self._ask(b"SYST:COMM:MON:TIM?\n", INTEGER)[1])
        armed = self._ask(b"SYST:COMM:MON:ACT?\n", SWITCH)[1]
        if found_s != timeout_s or armed not in (b"ON", b"1"):
            raise Refused(
                f"{self._transport.name}: its watchdog reads back {found_s} s, "
                f"{armed!r} after {timeout_s} s, ON; it is not to be relied on"
            )
        self.watchdog = f"switches off after {found_s} s without communication"

    def disarm_watchdog(self) -> None:
        """Switch the supply's monitoring of its link off, and read it back.

        Raises:
            Refused: the supply does not take it.
        """
        self._set_verified(b"SYST:COMM:MON:ACT OFF\n")
        armed = self._ask(b"SYST:COMM:MON:ACT?\n", SWITCH)[1]
        if armed in (b"ON", b"1"):
            raise Refused(
                f"{self._transport.name}: its watchdog is still armed; front panel?"
            )
        self.watchdog = ""

    def off(self) -> None:
        """Take control, switch the output off, then both set-points to zero."""
        for command in (b"SYST:LOCK ON\n", b"OUTP OFF\n", b"CURR 0\n", b"VOLT 0\n"):
            self._transport.write(command)

    def close(self) -> None:
        """Close the port; the output is left as it is (see ``watchdog``)."""
        self._transport.close()

    def _note_trip(self) -> None:
        alarms = int(self._ask(b"STAT:QUES:COND?\n", INTEGER)[1])
        operation = int(self._ask(b"STAT:OPER:COND?\n", INTEGER)[1])
        if not self._trip:
            self._trip = trip_of(alarms, operation)

    def _number(self, command: bytes, form: re.Pattern[bytes]) -> float:
        return float(self._ask(command, form)[1])

    def _ask(self, command: bytes, form: re.Pattern[bytes]) -> re.Match[bytes]:
        answer = self._transport.query(command)
        match = form.fullmatch(answer)
        if match is None:
            raise Garbled(
                f"{self._transport.name}: {answer!r} came after {command!r}, which is "
                "not an answer of an Elektro-Automatik supply; check the address"
            )
        return match

    def _set_verified(self, command: bytes) -> None:
        self._note_trip()  # reading errors acknowledges alarms
        self._transport.query(b"SYST:ERR:ALL?\n")  # older ones are not this setting's
        self._transport.write(command)
        error = self._ask(b"SYST:ERR?\n", ERROR)
        if int(error[1]):
            raise Refused(
                f"{self._transport.name}: refuses {command!r} with {error[1].decode()} "
                f"({error[2].decode('latin-1')}); is it in remote control?"
            )


def trip_of(alarms: int, operation: int) -> str:
    """Return the reason in the QUES and OPER registers, "" without one."""
    for bit, reason in ALARMS.items():
        if alarms >> bit & 1:
            return reason
    return "communication lost" if operation & COMMUNICATION_LOST else ""
