"""A simulated Luxtron m600, 812 or FOT Lab Kit thermometer.

It reports by itself, a line an interval, and takes action bytes and ESC commands, each
ended by CR, LF or both. ``firmware`` "2.82" answers in the style that was captured
from an 812, "1.00" in the style of the manual.

Assumed, as no source says it: a set command and an unknown one answer nothing
(``set_answer`` and ``unknown_answer`` change that); the layout FULL looks like ABBR;
Standby takes one measurement at Initiate and sends it at Report; what Calibrate and
Abort do is nothing that shows.
"""

import re

from simulators.fibre_channels import FibreChannels
from simulators.line import LineReader

CHANNELS = {"m600": 4, "812": 2, "FOT Lab Kit": 4}
START_UP_S = 30.0
SAMPLES_PER_S = 4.0
END = b"\r\n"
COMMAND = re.compile(rb"\x1b *([A-Z]{2}) *(?:(\?)|= *(.*?) *)")
INTERVAL = re.compile(r"(\d+(?:\.\d+)?) *([SM])")
SHORTEST_S, LONGEST_S = 0.25, 600.0
UNITS = {"CELSIUS": b" C", "KELVIN": b" K", "FAHRENHEIT": b" F"}
AT_DELIVERY = {
    "2.82": "SM=8 MU=2S UN=CELSIUS DF=ABBR AE=DISABLE AS=30.3 AO=-30 CC=ENABLE"
    " CT=46.8 MS=DISABLE ST=ENABLE",
    "1.00": "SM=8 MU=1_S UN=CELSIUS DF=ABBR AE=ENABLE AS=27.7778 AO=-30.00_C CC=ENABLE"
    " CT=75.00_C MS=DISABLE ST=ENABLE",
}
ENABLE, FLUSH, INITIATE, DISABLE = 0x05, 0x06, 0x09, 0x04
REPORT, RUN, STOP, STANDBY, RESET = 0x11, 0x12, 0x13, 0x14, 0x18


class LuxtronM600(FibreChannels):
    """The thermometer, reporting.

    Faults: a channel without a probe shows ``no_probe_c``, with PE from its second
    report on (from the first, where ``first_without_mark`` is off); ``warming_up``
    keeps it deaf and silent. ``interleaves`` puts a report among an answer's lines.
    """

    def __init__(
        self, model: str = "m600", serial: str = "80197", firmware: str = "2.82"
    ) -> None:
        super().__init__(CHANNELS[model])
        self.model, self.serial, self.firmware = model, serial, firmware
        self.display = b""
        pairs = (pair.split("=") for pair in AT_DELIVERY[firmware].split())
        active = ",".join(str(n) for n in range(1, CHANNELS[model] + 1))
        self.parameters = {"PS": active}
        self.parameters |= {name: text.replace("_", " ") for name, text in pairs}
        self.no_probe_c = -105.67
        self.first_without_mark = True
        self.interleaves = False
        self.set_answer = self.unknown_answer = b""
        self.warming_up = self.remote = False
        self._start_up_s = 0.0
        self._lines = LineReader(b"\r\n")
        self._restart()

    def receive(self, data: bytes) -> bytes:
        """Take bytes from the host; return the bytes that are answered."""
        if self.warming_up:
            return b""
        return b"".join(self._take(line) for line in self._lines.lines(data))

    def advance(self, dt_s: float) -> bytes:
        """Let time pass; return the reports that fall due."""
        sent = b""
        if self._start_up_s > 0.0:
            waited_s = min(dt_s, self._start_up_s)
            self._start_up_s -= waited_s
            if self._start_up_s > 1e-9:
                return b""
            dt_s -= waited_s
            self._start_up_s, self.warming_up = 0.0, False
            sent = self._banner()
        if self.warming_up:
            return b""
        self._since_report_s += dt_s
        while self._since_report_s >= self.interval_s - 1e-9:
            self._since_report_s -= self.interval_s
            if self.running and not self.stopped:
                sent += self._report()
        return sent

    @property
    def active(self) -> list[int]:
        """The channels that are reported, the lowest first."""
        return sorted({int(text) for text in self.parameters["PS"].split(",")})

    @property
    def interval_s(self) -> float:
        """The interval of reports in s: never below 1/4 s for each active channel."""
        fastest_s = len(self.active) / SAMPLES_PER_S
        match = INTERVAL.fullmatch(self.parameters["MU"])
        if match is None:  # continuous
            return fastest_s
        return max(fastest_s, float(match[1]) * (60.0 if match[2] == "M" else 1.0))

    def power_cycled(self) -> None:
        """Start as after mains off and on: 30 s of silence, then the banner."""
        self.warming_up, self._start_up_s = True, START_UP_S
        self._restart()

    def _restart(self) -> None:
        self.running = self.parameters["ST"] == "ENABLE"
        self.stopped = self.remote = False
        self._measured = b""
        self._since_report_s = 0.0
        self._reports_without_probe = [0] * len(self.temperatures)

    def _take(self, line: bytes) -> bytes:
        if len(line) == 1:
            return self._act(line[0])
        match = COMMAND.fullmatch(line)
        if match is None:
            return self.unknown_answer if line else b""
        name = match[1].decode("ascii")
        if match[2] is None:
            return self._set(name, match[3].decode("latin-1"))
        if name == "ID":
            return self._identification()
        if name == "SN":
            return self._banner().splitlines(keepends=True)[-1]
        if name == "DS":
            return self._assignment(name, self.display.decode("latin-1"))
        if name in self.parameters:
            return self._assignment(name, self.parameters[name])
        return self.unknown_answer

    def _act(self, action: int) -> bytes:
        if action in (ENABLE, DISABLE):
            self.remote = action == ENABLE
            self._reports_without_probe = [0] * len(self.temperatures)
        elif action in (RUN, STANDBY):
            self.running = action == RUN
        elif action == STOP:
            self.stopped = True
        elif action == FLUSH:
            self._measured = b""
        elif action == INITIATE and not self.running:
            self._measured = self._report()
        elif action == REPORT:
            self.stopped = False
            return b"" if self.running else self._measured
        elif action == RESET:
            self._restart()
            return self._banner()
        return b""

    def _set(self, name: str, text: str) -> bytes:
        if name == "DS" and 1 <= len(text) <= 31 and text.isprintable():
            self.display = text.encode("latin-1")
        elif name in self.parameters and self._allowed(name, text):
            self.parameters[name] = text
        else:
            return self.unknown_answer
        return self.set_answer

    def _allowed(self, name: str, text: str) -> bool:
        if name == "UN":
            return text in UNITS
        if name == "PS":
            channels = [str(n) for n in range(1, len(self.temperatures) + 1)]
            return all(one in channels for one in text.split(","))
        match = INTERVAL.fullmatch(text)
        if name == "MU" and match is not None:
            given_s = float(match[1]) * (60.0 if match[2] == "M" else 1.0)
            return SHORTEST_S <= given_s <= LONGEST_S
        return name != "MU" or text == "C"

    def _report(self) -> bytes:
        return b"".join(self._field(n) for n in self.active) + END

    def _field(self, channel: int) -> bytes:
        value_c, mark = self.shown_c(channel), UNITS[self.parameters["UN"]]
        if value_c is None:
            value_c = self.no_probe_c
            before = self._reports_without_probe[channel - 1]
            if before or not self.first_without_mark:
                mark = b"PE"
            self._reports_without_probe[channel - 1] = before + 1
        else:
            self._reports_without_probe[channel - 1] = 0
        return b"%3d:%8.2f%b" % (channel, self._in_unit(value_c), mark)

    def _in_unit(self, value_c: float) -> float:
        unit = self.parameters["UN"]
        if unit == "FAHRENHEIT":
            return 1.8 * value_c + 32.0
        return value_c + 273.15 if unit == "KELVIN" else value_c

    def _identification(self) -> bytes:
        lines = self._banner().splitlines(keepends=True)
        if self.firmware == "2.82":  # its answer names neither model nor version
            lines = [b'"LUXTRON Corp. Copyright 2001-2002"' + END, lines[-1]]
        else:
            lines.append(self.display + END)
        lines += [self._assignment(*pair) for pair in self.parameters.items()]
        if self.interleaves and self.running and not self.stopped:
            lines.insert(3, self._report())
        return b"".join(lines)

    def _banner(self) -> bytes:
        if self.firmware == "2.82":
            lines = [
                '"LUXTRON Corp. Copyright 2001-2002" (CXR)',
                '"m600 Fluoroptic Thermometer, Software Version 2.82"',
                f'"Serial #{self.serial}"',
            ]
        else:
            lines = [
                "LUXTRON CORP. Copyright 2002",
                "M600 Fluoroptic Thermometer, Software Version 1.00",
                f"Serial # {self.serial}",
            ]
        return b"".join(line.encode("ascii") + END for line in lines)

    def _assignment(self, name: str, text: str) -> bytes:
        sign = "=" if self.firmware == "2.82" else " = "
        return f"{name}{sign}{text}".encode("latin-1") + END
