"""A simulated Ambrell EASYHEAT induction heater on its wire.

A line ends in CR, is not case-sensitive and has no spaces; an answer begins and ends
with CR LF. Another address, and a line that is not understood, get no answer.
Source: EASYHEAT 0112 manual, pages 44 and 46; 3542 manual, page 49; the answers of the
public EPICS support. Unknown on the real one, hence switches: ``acknowledgement`` (sent
after a setting, b"" for none), ``plain_amperes`` (amperes without decimals),
``hon_restarts_timer``. Assumed: settings that are not allowed are ignored; the timer
takes effect at the next start. Multi-line texts (``?``, ``data``), streaming and the
power alarm are not answered: no source gives their bytes.
"""

from math import ceil, isfinite

from simulators.line import LineReader

MOST_ADDRESS = 32


class AmbrellEasyheat:
    """The heater as a client sees it.

    The bench reads ``set_current_a`` and ``output_on``; it writes ``current_a``,
    ``power_w`` and ``frequency_hz``. Faults: ``front_panel`` keeps control (amperes and
    timer are ignored), ``panel_starts`` (``hon`` is ignored), ``stuck_on`` (an output
    that is on stays on).
    """

    def __init__(self, address: int = 1, number: int = 12345) -> None:
        if not 1 <= address <= MOST_ADDRESS:
            raise ValueError(f"no EASYHEAT has address {address}")
        self.address, self.number = address, number
        self.max_current_a = 400.0
        self.current_a = self.power_w = self.frequency_hz = 0.0
        self.mains_v, self.heat_sink_c, self.enclosure_c = 230.0, 25.0, 25.0
        self.acknowledgement = b""
        self.plain_amperes = self.percent_enabled = False
        self.hon_restarts_timer = True
        self.front_panel = self.panel_starts = self.stuck_on = False
        self._lines = LineReader(b"\r")
        self.power_cycled()

    def power_cycled(self) -> None:
        """Start as after mains off and on: the front panel in control, no heat."""
        self.output_on = self.remote = False
        self.set_current_a = self.timer_s = self.timer_left_s = 0.0
        self.heated_s = self.total_s = self.max_power_w = 0.0

    def receive(self, data: bytes) -> bytes:
        """Take bytes from the host; return the bytes that are answered."""
        return b"".join(self._answer(line) for line in self._lines.lines(data))

    def advance(self, dt_s: float) -> bytes:
        """Let time pass; the heat timer ends the heating. Nothing is sent unasked."""
        if self.output_on:
            self.heated_s += dt_s
            self.total_s += dt_s
            self.max_power_w = max(self.max_power_w, self.power_w)
            if self.timer_left_s > 0.0:
                self.timer_left_s = max(0.0, self.timer_left_s - dt_s)
                if self.timer_left_s < 1e-9:
                    self._stop()
        return b""

    def _answer(self, line: bytes) -> bytes:
        address, _, rest = line.strip(b"\n").lower().partition(b",")
        command, _, argument = rest.partition(b",")
        if not address.isdigit():
            return b""
        if int(address) == 0:
            if command == b"hoff":  # the one broadcast that a source shows
                self._stop()
            return b""
        if int(address) != self.address:
            return b""
        body = self._read(command) if not argument else None
        if body is not None:
            return b"\r\n%s\r\n" % body
        return self.acknowledgement if self._set(command, argument) else b""

    def _read(self, command: bytes) -> bytes | None:
        if command == b"rdata":
            return self._rdata()
        if command == b"sysid":
            return b"%d" % self.number
        if command == b"maxamps":
            return b"%.1f" % self.max_current_a
        if command == b"stat":
            return b"%.1f,%.1f,%.1f,%.1f,%.1f" % (
                self.mains_v,
                self.total_s,
                self.max_power_w,
                self.heat_sink_c,
                self.enclosure_c,
            )
        return None

    def _rdata(self) -> bytes:
        digits = 0 if self.plain_amperes else 1
        return b"%d,%d,%.1f,%.*f,%.0f,%.0f,%d,%d" % (
            self.address,
            self.output_on,
            self.set_current_a,
            digits,
            self.current_a,
            self.power_w,
            1e-3 * self.frequency_hz,
            ceil(1e3 * self.timer_left_s),
            1e3 * self.heated_s,
        )

    def _set(self, command: bytes, argument: bytes) -> bool:
        """Carry out a setting; say whether the command is known."""
        if command == b"hoff":
            self._stop()
        elif command == b"hon":
            self._start()
        elif command == b"ctl-rs485":
            self.remote = not self.front_panel
        elif command in (b"amps", b"%amps", b"timer"):
            self._set_number(command, argument)
        else:
            return False
        return True

    def _set_number(self, command: bytes, argument: bytes) -> None:
        if not argument.replace(b".", b"", 1).isdigit():
            return
        if self.front_panel or not self.remote:
            return
        value = float(argument)
        if command == b"timer" and isfinite(value):
            self.timer_s = value
        elif command == b"amps" and value <= self.max_current_a:
            self.set_current_a = value
        elif command == b"%amps" and self.percent_enabled and value <= 100.0:
            self.set_current_a = 0.01 * value * self.max_current_a

    def _start(self) -> None:
        if self.panel_starts:
            return
        if not self.output_on:
            self.heated_s = 0.0
        if not self.output_on or self.hon_restarts_timer:
            self.timer_left_s = self.timer_s
        self.output_on = True

    def _stop(self) -> None:
        self.timer_left_s = 0.0
        self.output_on = self.output_on and self.stuck_on
