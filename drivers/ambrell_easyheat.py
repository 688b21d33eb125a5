"""Ambrell EASYHEAT induction heaters on RS-485.

Sources: EASYHEAT 0112 manual, pages 44 and 46, and 3542 manual, page 49 (command set,
rdata); the public EPICS support of ISIS (answers as they come); a public script (Bd).
Wire: 38400 8N1 in the one script that says it. A line is ``address,command[,argument]``
without spaces, ended by CR; an answer begins and ends with CR LF. The frequency cannot
be set: the heater follows the resonance of its tank and shows whole kHz.
Not known: whether settings are acknowledged (whatever comes is passed over, and
``rdata`` confirms), whether ``hon`` while heating starts the heat timer anew (the state
after it says so), whether amperes are rms or peak, what the amperes' step is.
Starting by RS-485 has to be chosen on the front panel: no source gives the command.
No watchdog: when the link is lost, only the heat timer ends the heating.
UNVERIFIED on hardware; a warning is logged when a real link is used.
"""

import logging
import math
import re

from drivers.errors import Refused, WrongInstrument
from drivers.roles import HeaterState, Identity
from drivers.rounding import floored
from drivers.transport import Transport

log = logging.getLogger(__name__)

MODELS = ("EASYHEAT",)
NUMBER = rb"(\d+(?:\.\d+)?)"
# heating, set and coil current in A, power in W, kHz, ms down, ms up
RDATA = rb"\r\n%d,([01])" + 4 * (rb"," + NUMBER) + rb",(\d+),(\d+)\r\n"
INTEGER = re.compile(rb"\r\n(\d+)\r\n")
DIGITS = 1  # of the set-point as rdata shows it
TIMER_SLACK_S = 1.0


class AmbrellEasyheat:
    """The heater. ``off`` also takes control, as ``amps`` is deaf without it."""

    watchdog = ""
    current_resolution_a = 10.0**-DIGITS

    def __init__(
        self, transport: Transport, *, model: str = "EASYHEAT", address: int = 1
    ) -> None:
        if model not in MODELS or not 1 <= address <= 32:
            raise Refused(
                f"{transport.name}: no Ambrell model {model!r} at address {address} "
                f"here; known are {', '.join(MODELS)} at 1 to 32"
            )
        self.model, self.address = model, address
        self._transport = transport
        self._rdata = re.compile(RDATA.replace(b"%d", b"%d" % address))
        self._timer_s = 0.0
        if transport.waits:
            log.warning(
                "%s: the driver for Ambrell %s is unverified on hardware",
                transport.name,
                model,
            )

    def identify(self) -> Identity:
        """Read the number that the heater answers to ``sysid``, as its serial.

        Raises:
            WrongInstrument: it does not report like an EASYHEAT.
        """
        number = self._transport.query(self._line(b"sysid"), INTEGER)
        answer = self._transport.query(
            self._line(b"rdata"), re.compile(rb"[^\r\n]\r\n")
        )
        if self._rdata.search(answer) is None:
            raise WrongInstrument(
                f"{self._transport.name}: {answer!r} came after "
                f"{self._line(b'rdata')!r}, expected the eight fields of an Ambrell "
                f"EASYHEAT at address {self.address}; check the address and the model"
            )
        return Identity("Ambrell", self.model, number.strip().decode(), "")

    def read_state(self) -> HeaterState:
        """Measure current in A, power in W, frequency in Hz (whole kHz)."""
        line = self._line(b"rdata")
        answer = self._transport.query(line, self._rdata)
        match = self._rdata.search(answer)
        assert match is not None  # the transport looked for it
        heating, set_a, current_a, power_w, khz, down_ms, _ = match.groups()
        return HeaterState(
            set_current_a=float(set_a),
            current_a=float(current_a),
            power_w=float(power_w),
            frequency_hz=1e3 * float(khz),
            heating=heating == b"1",
            timer_left_s=1e-3 * float(down_ms),
        )

    def set_current(self, current_a: float) -> None:
        """Set the coil current in A, rounded down to 0.1 A; rdata confirms it.

        Raises:
            Refused: negative or not a number (nothing was sent), or not taken.
        """
        self._check("current", current_a, "A")
        wanted_a = floored(current_a, DIGITS)
        self._send(b"amps,%.*f" % (DIGITS, wanted_a))
        found_a = self.read_state().set_current_a
        if not abs(found_a - wanted_a) < 0.5 * self.current_resolution_a:
            raise Refused(
                f"{self._transport.name}: {wanted_a:g} A were set, {found_a:g} A read "
                "back; is that beyond its range, or the front panel in control?"
            )

    def set_timer(self, duration_s: float) -> None:
        """Set the heat timer in s, whole seconds rounded down, at least 1.

        It is confirmed when the heating is switched on: the timer must then run.

        Raises:
            Refused: less than 1 s or not a number; nothing was sent.
        """
        self._check("heat timer", duration_s, "s", low=1.0)
        self._timer_s = floored(duration_s, 0)
        self._send(b"timer,%.0f" % self._timer_s)

    def set_output(self, on: bool) -> None:
        """Switch the heating, or on again; rdata confirms on, off is for the caller.

        Raises:
            Refused: it does not heat, or without the heat timer; it is off then.
        """
        if not on:
            self._send(b"hoff")
            return
        self._send(b"hon")
        state = self.read_state()
        if not state.heating:
            problem = "it does not heat; is starting by RS-485 chosen on the panel?"
        elif self._timer_s and not self._timed(state.timer_left_s):
            problem = f"the heat timer shows {state.timer_left_s:g} s"
        else:
            return
        self._send(b"hoff")
        raise Refused(f"{self._transport.name}: after {self._line(b'hon')!r} {problem}")

    def off(self) -> None:
        """Switch the heating off, take control, and the set-point to 0 A; any state.

        What came of it is what ``read_state`` says.
        """
        for command in (b"hoff", b"ctl-rs485", b"amps,0"):
            self._send(command)

    def close(self) -> None:
        """Close the port; the heating is left as it is."""
        self._transport.close()

    def _timed(self, left_s: float) -> bool:
        return 0.0 < left_s <= self._timer_s + TIMER_SLACK_S

    def _send(self, command: bytes) -> None:
        self._transport.write(self._line(command))

    def _line(self, command: bytes) -> bytes:
        return b"%d,%s\r" % (self.address, command)

    def _check(self, what: str, value: float, unit: str, low: float = 0.0) -> None:
        if not (low <= value and math.isfinite(value)):
            raise Refused(
                f"{self._transport.name}: a {what} of {value:g} {unit} is not at least "
                f"{low:g} {unit}; nothing was sent"
            )
