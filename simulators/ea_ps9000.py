"""A simulated Elektro-Automatik PS/PSI/PSB 9000 or 10000 supply on SCPI.

LF both ways; settings never answer, errors wait in a queue of five. Settings need
remote control (``SYST:LOCK ON``), queries do not. Interface monitoring: when armed,
and no message came for its time-out, the supply leaves remote control and OPER bit 7
is set; the DC output then follows ``POW:STAG:AFT:REM``.

Source: Programming Guide ModBus & SCPI (PGMBEN rev 24), for what it says. Assumed, as
it does not: monitoring expires into "remote left"; CTO is cleared with the alarms;
``ACT?`` answers ON or OFF; an output with an alarm that is not acknowledged refuses to
go on (-221); a sixth command of a message is -223, a wrong number -220; defaults of
``AFT:REM`` (AUTO) and of the enables (0). The coil obeys ``set_power_w``.
"""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from simulators.ea_commands import (
    COMMANDS,
    ERRORS,
    PROTECTABLE,
    SETTABLE,
    Command,
    EaError,
    split_message,
)
from simulators.line import LineReader

QUEUE_LENGTH, MESSAGE_COMMANDS, REPLY_BYTES = 5, 5, 256
ALARMS = {
    "over-voltage": 0,
    "over-current": 1,
    "over-power": 2,
    "over-temperature": 3,
    "power-fail": 13,
}


@dataclass(frozen=True, slots=True)
class Model:
    """Ratings. Those in W are unverified, except for PSB 9080-360."""

    max_voltage_v: float
    max_current_a: float
    max_power_w: float


MODELS = {
    "PSB 10060-60": Model(60.0, 60.0, 1500.0),
    "PSB 9080-360": Model(80.0, 360.0, 15000.0),
    "PSI 9080-60": Model(80.0, 60.0, 1500.0),
    "PS 9040-20": Model(40.0, 20.0, 320.0),
}


class EaPs9000:
    """The supply as a client sees it.

    The bench writes ``voltage_v`` and ``current_a`` (true values at the terminals).
    ``spaced`` answers ``12.50 V`` (as 10000 models are seen to) instead of ``12.50V``.
    Faults: ``stuck_on``, ``ignores_set``, ``local`` (the front panel keeps control),
    ``monitor_dead`` (monitoring never acts), ``trip(alarm)``, ``power_cycled()``.
    """

    def __init__(
        self,
        model: str = "PSB 10060-60",
        serial: str = "0000000001",
        spaced: bool = True,
    ) -> None:
        self.model, self.serial, self.spaced = model, serial, spaced
        self.ratings = MODELS[model]
        self.stuck_on = self.ignores_set = self.local = self.monitor_dead = False
        # kept without mains
        self.monitor_on, self.monitor_timeout_s = False, 5
        self.after_remote, self.restore, self.after_fail = "AUTO", "OFF", "OFF"
        self.output_on = False
        self.defaults()
        self.power_cycled()

    def receive(self, data: bytes) -> bytes:
        """Take bytes from the host; return the bytes that are answered."""
        answers = b""
        for line in self._lines.lines(data):
            if line.strip():
                answers += self._message(line.decode("ascii", "replace").strip())
        return answers

    def advance(self, dt_s: float) -> bytes:
        """Let protections and interface monitoring act; nothing is sent unasked."""
        if self.output_on and self.voltage_v >= self.over_voltage_v:
            self.trip("over-voltage")
        if self.output_on and self.current_a >= self.over_current_a:
            self.trip("over-current")
        if self.output_on and self.voltage_v * self.current_a >= self.over_power_w:
            self.trip("over-power")
        if self.monitor_on and self._linked and not self.monitor_dead:
            self._silent_s += dt_s
            if self._silent_s >= self.monitor_timeout_s:
                self._expire()
        self._latch()
        return b""

    def trip(self, alarm: str) -> None:
        """Raise an alarm: DC off until it is acknowledged."""
        self.alarms |= 1 << ALARMS[alarm]
        self.counters[alarm] += 1
        self.switch(False)

    def power_cycled(self) -> None:
        """Start as after mains off and on; ``restore`` says what DC then does."""
        was_on = self.output_on
        self.voltage_v = self.current_a = 0.0
        self.remote = self.cto = self._linked = False
        self._silent_s = 0.0
        self.alarms = 0
        self.counters = dict.fromkeys(ALARMS, 0)
        self.errors: deque[int] = deque()
        self.events = 128  # power on
        self.enables = {"ESE": 0, "SRE": 0, "QUES": 0, "OPER": 0}
        self.latched = {"QUES": 0, "OPER": 0}
        self._last = {"QUES": 0, "OPER": 0}
        self._lines = LineReader()
        self.output_on = was_on and (self.stuck_on or self.restore == "AUTO")

    def defaults(self) -> None:
        """Set 0 V, 0 A, full power, protections and limits at their widest."""
        ratings = self.ratings
        self.set_voltage_v = self.set_current_a = 0.0
        self.set_power_w = ratings.max_power_w
        self.over_voltage_v = PROTECTABLE * ratings.max_voltage_v
        self.over_current_a = PROTECTABLE * ratings.max_current_a
        self.over_power_w = PROTECTABLE * ratings.max_power_w
        self.voltage_low_v = self.current_low_a = 0.0
        self.voltage_high_v = SETTABLE * ratings.max_voltage_v
        self.current_high_a = SETTABLE * ratings.max_current_a
        self.power_high_w = SETTABLE * ratings.max_power_w

    def reset(self) -> None:
        """Take *RST: remote control, DC off, alarms and registers cleared."""
        if self.local:
            raise EaError(-201)
        self.remote = True
        self.alarms, self.cto = 0, False
        self.clear()
        self.switch(False)

    def clear(self) -> None:
        """Take *CLS: forget errors and events."""
        self.errors.clear()
        self.events = 0
        self.latched = {"QUES": 0, "OPER": 0}

    def lock(self, on: bool) -> None:
        """Take SYST:LOCK: get or leave remote control."""
        if not on:
            self._leave_remote()
        elif self.local:
            raise EaError(-201)
        else:
            self.remote = True

    def switch(self, on: bool) -> None:
        """Switch the DC output; an alarm keeps it off, a stuck one stays on."""
        if not on:
            self.output_on = self.output_on and self.stuck_on
        elif self.alarms:
            raise EaError(-221)
        else:
            self.output_on = True

    def take_error(self) -> str:
        """Return the oldest error; reading acknowledges alarms that are gone."""
        self.alarms, self.cto = 0, False
        return error_text(self.errors.popleft() if self.errors else 0)

    def take_errors(self) -> str:
        """Return all errors in one line; reading acknowledges alarms."""
        first = [self.take_error()]
        return ", ".join(first + [self.take_error() for _ in range(len(self.errors))])

    def condition(self, register: str) -> int:
        """Return a condition register: "QUES" or "OPER"."""
        if register == "QUES":
            where = 1 << 10 if self.remote else (1 << 9 if self.local else 0)
            return self.alarms | where | (1 << 11 if self.output_on else 0)
        mode = 0
        if self.output_on:
            regulated = self.current_a >= self.set_current_a - 0.005
            mode = 1 << 9 if regulated else 1 << 8
            if self.voltage_v * self.current_a >= 0.99 * self.set_power_w > 0.0:
                mode = 1 << 10
        return mode | (1 << 7 if self.cto else 0)

    def take_latched(self, register: str) -> int:
        """Return an event register and clear it."""
        self._latch()
        value, self.latched[register] = self.latched[register], 0
        return value

    def status_byte(self) -> int:
        """Return STB: 2 errors, 3 QUES, 5 ESR, 7 OPER, 6 when SRE asks for one."""
        self._latch()
        value = 4 if self.errors else 0
        value |= 8 if self.latched["QUES"] & self.enables["QUES"] else 0
        value |= 32 if self.events & self.enables["ESE"] else 0
        value |= 128 if self.latched["OPER"] & self.enables["OPER"] else 0
        return value | 64 if value & self.enables["SRE"] else value

    def _message(self, text: str) -> bytes:
        self._linked, self._silent_s = True, 0.0
        answers = []
        for number, (header, argument) in enumerate(split_message(text)):
            try:
                if number >= MESSAGE_COMMANDS:
                    raise EaError(-223)
                answer = self._execute(COMMANDS.get(header), argument)
            except EaError as error:
                self._refuse(error.code)
            else:
                answers += [] if answer is None else [answer]
        reply = (";".join(answers) + "\n").encode("ascii") if answers else b""
        if len(reply) > REPLY_BYTES:
            self._refuse(-225)
            return b""
        return reply

    def _execute(self, command: Command | None, argument: str) -> str | None:
        if command is None:
            raise EaError(-100)
        if command.needs_remote and not self.remote:
            raise EaError(-221)
        run: Callable[[EaPs9000, str], str | None] = command.run
        return run(self, argument)

    def _refuse(self, code: int) -> None:
        self.events |= 32 if code > -200 else 16
        if len(self.errors) < QUEUE_LENGTH:
            self.errors.append(code)

    def _leave_remote(self) -> None:
        if self.remote and self.after_remote == "OFF":
            self.switch(False)
        self.remote = False

    def _expire(self) -> None:
        self.cto, self._linked, self._silent_s = True, False, 0.0
        self._leave_remote()

    def _latch(self) -> None:
        for register in self.latched:
            now = self.condition(register)
            self.latched[register] |= now & ~self._last[register]
            self._last[register] = now


def error_text(code: int) -> str:
    """Return an error as the queue answers it: ``number,"text"``."""
    return f'{code},"{ERRORS[code]}"'
