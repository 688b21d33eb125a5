"""A simulated Opsens CoreSens: commands in datagrams, data packets by itself.

Source: the public SweepMe driver Logger-OpsensSolutions_CoreSens (CoreSensComm.py,
main.py). A command is u16 300, u16 length, text, CR LF NUL; it is answered by its own
text and by a response, each a datagram. While it measures, each enabled channel sends a
packet a period. As a ``Line`` carries no datagrams, each that is sent is a frame here:
``ANS:`` or ``DAT:``, its length (two bytes, the low one first), its bytes; on a network
``simulators.udp_outlet`` sends the bytes alone.

Assumed, as no source says it: the text of ``*IDN?``; a response ends with CR LF EOT NUL
and has no header (``answers_with_header``); a channel without a probe sends NaN
(``no_probe_c``, None: nothing); it stands still after power-on (``starts_measuring``);
with every channel that has a probe enabled; type 2 is temperature; no NULs follow
(``padding``); a number of readings counts down at the rate.
"""

import math
import re
import struct

from simulators.fibre_channels import FibreChannels

COMMAND = 300
SLOTS, CHANNELS_A_SLOT = 13, 2
ENDLESS = -1
UNKNOWN, WRONG_PARAMETER, NO_CHANNEL, ALL_DISABLED, RUNNING = (
    -170,
    -140,
    -331,
    -334,
    -201,
)
FASTEST_HZ = 1000
START_100US = 17_000_000_000_000
ONE = re.compile(
    r"SYST(?:EM)?(\d\d)(\d\d):CH(?:ANNEL)?(\d):(ENAB|DISA|FILT)\w*(?: .*)?"
)
ALL = re.compile(r"CH(?:ANNEL)?:(ENAB|DISA)(?:LE|BLE)?:ALL")
MEASURE = re.compile(
    r"SYST(?:EM)?S?:MEAS(?:URE)?:(RATE|STAR|STOP|RUN)T?(\?)?(?: +(\S+))?"
)


class CoresensUdp(FibreChannels):
    """The thermometer; channel 2 (slot - 1) + n of ``temperatures`` is n of a slot."""

    def __init__(
        self, model: str = "CoreSens", serial: str = "000001", system: int = 1
    ) -> None:
        super().__init__(SLOTS * CHANNELS_A_SLOT)
        self.model, self.serial, self.system = model, serial, system
        self.answers_with_header = False
        self.no_probe_c: float | None = math.nan
        self.starts_measuring = False
        self.data_type, self.padding = 2, b""
        self.rate_hz = 10
        self.disabled = [False] * len(self.temperatures)
        self.remaining = 0
        self._time_100us = START_100US
        self._since_s = 0.0
        self.power_cycled()

    def receive(self, data: bytes) -> bytes:
        """Take a datagram from the host; return the frames that are answered."""
        if len(data) < 5 or struct.unpack("<HH", data[:4]) != (COMMAND, len(data) - 4):
            return b""
        text = data[4:].rstrip(b"\r\n\0")
        if data[-1:] != b"\0":
            return b""
        response = self._execute(text.decode("latin-1").upper().strip())
        return self._answer(text + b"\r\n\0") + self._answer(
            response.encode("latin-1") + b"\r\n\x04\0"
        )

    def advance(self, dt_s: float) -> bytes:
        """Let time pass; return the data packets that fall due."""
        sent = b""
        self._since_s += dt_s
        while self._since_s >= 1.0 / self.rate_hz - 1e-9:
            self._since_s -= 1.0 / self.rate_hz
            self._time_100us += round(1e4 / self.rate_hz)
            if self.remaining:
                self.remaining -= 1 if self.remaining > 0 else 0
                sent += self._packets()
        return sent

    def power_cycled(self) -> None:
        """Start as after mains off and on."""
        self.remaining = ENDLESS if self.starts_measuring else 0

    def _packets(self) -> bytes:
        channels = range(1, len(self.temperatures) + 1)
        return b"".join(self._packet(n) for n in channels if self._is_enabled(n))

    def _packet(self, number: int) -> bytes:
        shown_c = self.shown_c(number)
        value_c = self.no_probe_c if shown_c is None else shown_c
        if value_c is None:
            return b""
        slot, channel = divmod(number - 1, CHANNELS_A_SLOT)
        head = (self.system, slot + 1, channel + 1, self.data_type, 1)
        body = struct.pack("<BBBBIQf", *head, self._time_100us, value_c)
        return _frame(b"DAT:", body + self.padding)

    def _is_enabled(self, number: int) -> bool:
        fitted = self.temperatures[number - 1] is not None
        return fitted and not self.disabled[number - 1]

    def _answer(self, text: bytes) -> bytes:
        head = struct.pack("<HH", COMMAND, len(text))
        return _frame(b"ANS:", head + text if self.answers_with_header else text)

    def _execute(self, text: str) -> str:
        if text == "*IDN?":
            return f"OPSENS,{self.model},{self.serial},0.00"
        if match := ALL.fullmatch(text):
            self.disabled[:] = [match[1] == "DISA"] * len(self.disabled)
            return ""
        if match := ONE.fullmatch(text):
            system, slot, channel = (int(match[n]) for n in (1, 2, 3))
            return self._set(match[4], system, slot, channel)
        if match := MEASURE.fullmatch(text):
            return self._measure(match[1], match[2] is not None, match[3] or "")
        return f"Err {UNKNOWN}"

    def _set(self, what: str, system: int, slot: int, channel: int) -> str:
        known = 1 <= slot <= SLOTS and 1 <= channel <= CHANNELS_A_SLOT
        if system != self.system or not known:
            return f"Err {NO_CHANNEL}"
        if what != "FILT":  # a filter is taken, and changes nothing here
            number = CHANNELS_A_SLOT * (slot - 1) + channel
            self.disabled[number - 1] = what == "DISA"
        return ""

    def _measure(self, what: str, query: bool, argument: str) -> str:
        if query:
            shown = {"RUN": self.remaining, "RATE": self.rate_hz}.get(what)
            return f"Err {UNKNOWN}" if shown is None else str(shown)
        if what == "STOP":
            self.remaining = 0
            return ""
        if what == "STAR":
            return self._start(argument)
        if what != "RATE" or not argument.isdigit():
            return f"Err {WRONG_PARAMETER}"
        if not 1 <= int(argument) <= FASTEST_HZ:
            return f"Err {WRONG_PARAMETER}"
        self.rate_hz = int(argument)
        return ""

    def _start(self, argument: str) -> str:
        if self.remaining:
            return f"Err {RUNNING}"
        if all(self.disabled):
            return f"Err {ALL_DISABLED}"
        if argument.isdigit() and int(argument):
            self.remaining = int(argument)
        elif argument.startswith("INF"):
            self.remaining = ENDLESS
        else:
            return f"Err {WRONG_PARAMETER}"
        return ""


def _frame(tag: bytes, datagram: bytes) -> bytes:
    return tag + struct.pack("<H", len(datagram)) + datagram
