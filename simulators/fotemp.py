"""A simulated Optocon / Weidmann FOTEMP thermometer.

``?hh`` asks and ``:hh`` sets, each ended by CR; ``#hh`` and fields answer, ended by
CR LF; what is not understood answers ``*FF``.

Assumed, as no source says it: a set answers nothing (``set_answer`` changes that);
serial number and firmware are hexadecimal bytes as the model is; the averaged readings
have the form of the current ones; a channel that is not active shows what one without
a probe shows; a scan takes 0.25 s (seen in use elsewhere).
"""

from collections import deque
from collections.abc import Callable

from simulators.fibre_channels import FibreChannels
from simulators.line import LineReader

END = b"\r\n"
ERROR = b"*FF" + END
SCAN_S = 0.25
MOST_AVERAGED = 20
FIRMWARE = "0.00"  # none is known


class Fotemp(FibreChannels):
    """The thermometer.

    ``no_probe_token`` is what a channel without a probe shows; None leaves it out.
    ``failing`` answers ``*FF`` to everything, as has been seen on connecting.
    """

    def __init__(
        self, model: str = "FT COMP2", serial: str = "000001", channels: int = 4
    ) -> None:
        super().__init__(channels)
        self.model, self.serial = model, serial
        self.no_probe_token: bytes | None = b"---"
        self.set_answer = b""
        self.failing = False
        self.active = (1 << channels) - 1
        self._scans = [deque[float](maxlen=1) for _ in range(channels)]
        self._since_scan_s = 0.0
        self._measuring = 1
        self._lines = LineReader(b"\r\n")

    def receive(self, data: bytes) -> bytes:
        """Take bytes from the host; return the bytes that are answered."""
        lines = self._lines.lines(data)
        return b"".join(self._execute(line) for line in lines if line)

    def advance(self, dt_s: float) -> bytes:
        """Let time pass: each scan goes into the averages; nothing is sent unasked."""
        self._since_scan_s += dt_s
        while self._since_scan_s >= SCAN_S - 1e-9:
            self._since_scan_s -= SCAN_S
            self._scan()
        return b""

    def _scan(self) -> None:
        for channel, scans in enumerate(self._scans, start=1):
            shown_c = self._live_c(channel)
            if shown_c is None:
                scans.clear()
            else:
                scans.append(shown_c)
        self._measuring = self._measuring % len(self._scans) + 1

    def _live_c(self, channel: int) -> float | None:
        return self.shown_c(channel) if self.active >> channel - 1 & 1 else None

    def _mean_c(self, channel: int) -> float | None:
        scans = self._scans[channel - 1]
        return sum(scans) / len(scans) if scans else self._live_c(channel)

    def _execute(self, line: bytes) -> bytes:
        kind, function, fields = line[:1], line[1:3].upper(), line[3:].split()
        if self.failing:
            return ERROR
        if kind == b":":
            done = self._set(function, fields)
            return self.set_answer if done else ERROR
        answer = self._answer(function, fields) if kind == b"?" else None
        if answer is None:
            return ERROR
        return b" ".join([b"#" + function, *answer]) + END

    def _answer(self, function: bytes, fields: list[bytes]) -> list[bytes] | None:
        if function in ONE_CHANNEL:
            channel = self._channel(fields)
            return None if channel is None else ONE_CHANNEL[function](self, channel)
        if function in WHOLE and not fields:
            return WHOLE[function](self)
        return None

    def _set(self, function: bytes, fields: list[bytes]) -> bool:
        if function == b"10" and len(fields) == 1:
            return self._activate(fields[0])
        channel = self._channel(fields[:1])
        if function != b"53" or channel is None or len(fields) != 2:
            return False
        if not (fields[1].isdigit() and 1 <= int(fields[1]) <= MOST_AVERAGED):
            return False
        self._scans[channel - 1] = deque(maxlen=int(fields[1]))
        return True

    def _activate(self, mask: bytes) -> bool:
        try:
            self.active = int(mask, 16) & 0xFF
        except ValueError:
            return False
        return True

    def _channel(self, fields: list[bytes]) -> int | None:
        if len(fields) != 1 or not fields[0].isdigit():
            return None
        channel = int(fields[0])
        return channel if 1 <= channel <= len(self.temperatures) else None

    def token(self, value_c: float | None) -> list[bytes]:
        """Return the fields that show a temperature: whole tenths of a °C."""
        if value_c is not None:
            return [b"%d" % round(10.0 * value_c)]
        return [] if self.no_probe_token is None else [self.no_probe_token]

    def live(self, channel: int) -> list[bytes]:
        """Answer ?03: the channel's current temperature."""
        return [b"%d" % channel, *self.token(self._live_c(channel))]

    def mean(self, channel: int) -> list[bytes]:
        """Answer ?01: the channel's averaged temperature."""
        return [b"%d" % channel, *self.token(self._mean_c(channel))]

    def averaged(self, channel: int) -> list[bytes]:
        """Answer ?53: how many scans a channel averages."""
        return [b"%d" % channel, b"%d" % (self._scans[channel - 1].maxlen or 1)]

    def all_live(self) -> list[bytes]:
        """Answer ?04: the current temperatures."""
        channels = range(1, len(self.temperatures) + 1)
        return [token for n in channels for token in self.token(self._live_c(n))]

    def all_means(self) -> list[bytes]:
        """Answer ?02: the averaged temperatures."""
        channels = range(1, len(self.temperatures) + 1)
        return [token for n in channels for token in self.token(self._mean_c(n))]

    def measuring(self) -> list[bytes]:
        """Answer ?12: the channel now being measured."""
        return [b"%d" % self._measuring]


def _hexadecimal(text: str) -> list[bytes]:
    return [b"%02X" % byte for byte in text.encode("ascii")]


ONE_CHANNEL: dict[bytes, Callable[[Fotemp, int], list[bytes]]] = {
    b"01": Fotemp.mean,
    b"03": Fotemp.live,
    b"53": Fotemp.averaged,
}
WHOLE: dict[bytes, Callable[[Fotemp], list[bytes]]] = {
    b"02": Fotemp.all_means,
    b"04": Fotemp.all_live,
    b"0F": lambda twin: [b"%d" % len(twin.temperatures)],
    b"10": lambda twin: [b"%02X" % twin.active],
    b"12": Fotemp.measuring,
    b"40": lambda twin: _hexadecimal(twin.model),
    b"41": lambda twin: _hexadecimal(twin.serial),
    b"42": lambda twin: _hexadecimal(FIRMWARE),
}
