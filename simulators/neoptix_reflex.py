"""A simulated Neoptix ReFlex thermometer, 1, 2 or 4 channels.

Commands end in CR; an answer ends in ``*``, an error is ``Err`` and a digit instead.
The bench writes ``temperatures`` (°C at the fibre after lag and noise, None without a
probe); the instrument shows the newest scan to 0.1.

Assumed, as no source says it: a scan of all channels takes ``update_s`` (0.05 s a
channel, after the 50 ms that ``y`` shows); lines end in CR (``line_end`` changes
that); ``Err2`` for what is not understood; what ``r`` and ``l`` answer; the layout of
``i``; signal powers, and the enclosure temperature.
"""

from collections import deque
from collections.abc import Callable
from math import isfinite

from simulators.line import LineReader

NOT_READY, NOT_UNDERSTOOD = b"Err1", b"Err2"
NO_VALUE = b"---.-"
SCAN_S_PER_CHANNEL = 0.05
SLOW_READINGS = 4
POWER, POWER_WITHOUT_PROBE = 2.5, 1.09


class NeoptixReflex:
    """The thermometer.

    Faults, by channel (channel 1 first): ``unplugged``, ``frozen``. ``warming_up``
    holds back every temperature.
    """

    def __init__(
        self,
        channels: int | None = None,
        model: str = "ReFlex-4",
        serial: str = "000001",
    ) -> None:
        count = int(model[-1]) if channels is None else channels
        self.model, self.serial, self.channels = model, serial, count
        self.temperatures: list[float | None] = [None] * count
        self.unplugged = [False] * count
        self.frozen = [False] * count
        self.warming_up = False
        self.update_s = SCAN_S_PER_CHANNEL * count
        self.line_end = b"\r"
        self.fahrenheit = self.slow = self.streaming = False
        self.keypad_locked = False
        self._lines = LineReader(b"\r\n")
        self._newest = [deque[float](maxlen=SLOW_READINGS) for _ in range(count)]
        self._shown = [NO_VALUE] * count
        self._since_scan_s = 0.0
        self._scanned = False

    def receive(self, data: bytes) -> bytes:
        """Take bytes from the host; return the bytes that are answered."""
        answers = b""
        for line in self._lines.lines(data):
            if line == b"t":
                answers += self._all()
            elif line:
                answers += self._execute(line.strip())
        return answers

    def advance(self, dt_s: float) -> bytes:
        """Let time pass: scan the probes when it is time; stream when asked to."""
        self._since_scan_s += dt_s
        if self._since_scan_s < self.update_s - 1e-9:
            return b""
        self._since_scan_s %= self.update_s
        if self.update_s - self._since_scan_s < 1e-9:
            self._since_scan_s = 0.0
        self._scan()
        return self._stream() if self.streaming and not self.warming_up else b""

    def power_cycled(self) -> None:
        """Start as after mains off and on: no reading yet, nothing streamed."""
        self.streaming = False
        self._scanned = False
        self._since_scan_s = 0.0
        for readings in self._newest:
            readings.clear()

    def _scan(self) -> None:
        self._scanned = True
        for n, true_c in enumerate(self.temperatures):
            if self.frozen[n]:
                continue
            newest = self._newest[n]
            if true_c is None or self.unplugged[n] or not isfinite(true_c):
                newest.clear()
                self._shown[n] = NO_VALUE
                continue
            newest.append(true_c)
            shown = sum(newest) / len(newest) if self.slow else true_c
            self._shown[n] = b"%+.1f" % (
                1.8 * shown + 32.0 if self.fahrenheit else shown
            )

    def _all(self) -> bytes:
        if self.warming_up:
            return NOT_READY + self.line_end
        if not self._scanned:
            self._scan()
        end = self.line_end
        return end.join(self._shown) + end + b"*"

    def _stream(self) -> bytes:
        lines = (b"C:%d;T: %s" % pair for pair in enumerate(self._shown, 1))
        return b"".join(line + self.line_end for line in lines)

    def _execute(self, line: bytes) -> bytes:
        name, argument = line[:1], line[1:].strip()
        if name == b"t" and argument.isdigit():
            return self._one(int(argument))
        answer = QUERIES.get(line)
        if answer is not None:
            return self.line_end.join([*answer(self), b"*"])
        switch = SWITCHES.get(line)
        if switch is None:
            return NOT_UNDERSTOOD + self.line_end
        setattr(self, *switch)
        return b"*"

    def _one(self, channel: int) -> bytes:
        if self.warming_up:
            return NOT_READY + self.line_end
        if not 1 <= channel <= self.channels:
            return NOT_UNDERSTOOD + self.line_end
        if not self._scanned:
            self._scan()
        return self._shown[channel - 1] + self.line_end + b"*"

    def signal_lines(self) -> list[bytes]:
        """Return the lines of ``y``; a literal asterisk marks a missing probe."""
        lines = []
        for n, true_c in enumerate(self.temperatures):
            missing = true_c is None or self.unplugged[n]
            power = b"%.2f*" % POWER_WITHOUT_PROBE if missing else b"%.2f" % POWER
            tail = b"lamp attenuation: 250, CCD time: 50ms (fixed)"
            lines.append(b"CH%d: power:%s, %s" % (n + 1, power, tail))
        return lines

    def information_lines(self) -> list[bytes]:
        """Return the lines of ``i``."""
        rate, unit = "Slow" if self.slow else "Fast", "F" if self.fahrenheit else "C"
        lines = (
            f"Model: {self.model}",
            f"NB Channel: {self.channels}",
            "Mode: Continuous Scanning Mode",
            f"Scanning rate: {rate}",
            f"Serial: {self.serial}",
            "Internal Software: V1.21",
            f"Unit: {unit}",
        )
        return [line.encode("ascii") for line in lines]


QUERIES: dict[bytes, Callable[[NeoptixReflex], list[bytes]]] = {
    b"i": NeoptixReflex.information_lines,
    b"y": NeoptixReflex.signal_lines,
    b"b": lambda _: [b"b:32.2"],
}
SWITCHES = {
    b"ta+": ("streaming", True),
    b"ta-": ("streaming", False),
    b"uc": ("fahrenheit", False),
    b"uf": ("fahrenheit", True),
    b"q+": ("slow", False),
    b"q-": ("slow", True),
    b"r": ("streaming", False),
    b"l+": ("keypad_locked", True),
    b"l-": ("keypad_locked", False),
}
