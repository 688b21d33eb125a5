"""A simulated Opsens thermometer with the ASCII serial dialect.

Commands end in CR or LF; names are known in the long and the short SCPI form, in any
case. An answer's lines end in LF, and the answer in EOT and LF; a command that is
accepted without data answers EOT and LF only.

Assumed, as no source says it: the text of ``*IDN?``; two decimals; ``MEASure:RUN?`` and
``STARt`` answer as CoreSens does; what is shown without a probe (``no_probe_answer``);
the figures of ``DIAG?`` are the limits of a healthy signal, not measured ones. Left
out: readings older than the newest, and the lines that a started measurement streams.
"""

import re

from simulators.fibre_channels import FibreChannels
from simulators.line import LineReader

END = b"\x04\n"
WRONG_PARAMETER, UNKNOWN, NO_CHANNEL, RUNNING = -140, -170, -331, -201
COMMAND = re.compile(r"([A-Z]+)(\d*):([A-Z]+)(\?)?(?: +(\S+))?")
HEALTHY = ("90.00", "2.20", "15.00", "2.00", "200.00")
UNPLUGGED_HEALTH = ("100.00", "0.00", "0.00", "10.00", "0.00")
ENDLESS = -1


class Opsens(FibreChannels):
    """The thermometer.

    ``no_probe_answer`` is the line that a channel without a probe answers: a number,
    a text, or an error such as ``Err -333``. ``line_end`` may be CR LF.
    """

    def __init__(
        self, model: str = "PicoM", serial: str = "000001", channels: int = 1
    ) -> None:
        super().__init__(channels)
        self.model, self.serial = model, serial
        self.no_probe_answer = b"-99999.99"
        self.line_end = b"\n"
        self.rate = "MIN"
        self.remaining = 0
        self._lines = LineReader(b"\r\n")

    def receive(self, data: bytes) -> bytes:
        """Take bytes from the host; return the bytes that are answered."""
        lines = self._lines.lines(data)
        return b"".join(self._execute(line.strip()) for line in lines if line.strip())

    def advance(self, dt_s: float) -> bytes:
        """Let time pass; nothing is sent unasked."""
        return b""

    def _execute(self, line: bytes) -> bytes:
        text = line.decode("latin-1").upper()
        if text in ("*IDN?", "SYST:IDN?", "SYSTEM:IDN?"):
            return self._answer(f"OPSENS,{self.model},{self.serial},0.00")
        match = COMMAND.fullmatch(text)
        if match is None:
            return self._error(UNKNOWN)
        group, number, name, query, argument = match.groups()
        if group in ("CH", "CHANNEL") and query:
            return self._channel(int(number or 1), name, argument)
        if group in ("MEAS", "MEASURE"):
            return self._measure(name, query is not None, argument or "")
        return self._error(UNKNOWN)

    def _channel(self, channel: int, name: str, argument: str | None) -> bytes:
        if not 1 <= channel <= len(self.temperatures):
            return self._error(NO_CHANNEL)
        if name == "DIAG" and argument is None:
            lit = self.shown_c(channel) is not None
            return self._answer(*(HEALTHY if lit else UNPLUGGED_HEALTH))
        if name != "DATA":
            return self._error(UNKNOWN)
        if argument != "1":
            return self._error(WRONG_PARAMETER)
        shown_c = self.shown_c(channel)
        if shown_c is None:
            return self._answer(self.no_probe_answer.decode("latin-1"))
        return self._answer(f"{shown_c:.2f}")

    def _measure(self, name: str, query: bool, argument: str) -> bytes:
        if name == "RUN" and query:
            return self._answer(str(self.remaining))
        if name == "RATE":
            return self._rate(query, argument)
        if name in ("STAR", "START") and not query:
            return self._start(argument)
        if name == "STOP" and not query:
            self.remaining = 0
            return END
        return self._error(UNKNOWN)

    def _rate(self, query: bool, argument: str) -> bytes:
        if query:
            return self._answer(self.rate)
        if argument not in ("MIN", "MAX") and not argument.isdigit():
            return self._error(WRONG_PARAMETER)
        self.rate = argument
        return END

    def _start(self, argument: str) -> bytes:
        if self.remaining:
            return self._error(RUNNING)
        if argument in ("INF", "INFI", "INFINITE"):
            self.remaining = ENDLESS
        elif argument.isdigit() and int(argument):
            self.remaining = int(argument)
        else:
            return self._error(WRONG_PARAMETER)
        return END

    def _error(self, code: int) -> bytes:
        return self._answer(f"Err {code}")

    def _answer(self, *lines: str) -> bytes:
        texts = [line.encode("latin-1") + self.line_end for line in lines]
        return b"".join(texts) + END
