"""A simulated Aim-TTi TG generator, in the dialect of its model.

Commands end in LF (CR is tolerated) or are parted by ``;``; answers end in CR LF;
settings never answer. No query of frequency, amplitude or output is known, and none is
invented: such a query is an unknown command, noted in ``*ESR?``, and stays unanswered.
Assumed, as no source says it: error 100 for a value or a word that is not allowed;
defaults of 10 kHz and 2 Vpp; highest frequencies; VRMS and DBM are those of a sine into
50 ohm. A second channel clocks nothing and is not simulated.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from math import sqrt

from simulators.aimtti_status import (
    COMMAND_ERROR,
    OPERATION_COMPLETE,
    OUT_OF_RANGE,
    Status,
)
from simulators.line import LineReader

NRF = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:E[+-]?\d+)?")
LOWEST_HZ, LOWEST_VPP, HIGHEST_VPP = 1e-3, 0.005, 20.0
DBM_OHM = 50.0
PERIODIC = ("SINE", "SQUARE", "TRIANG", "RAMP", "PULSE", "+PULSE", "-PULSE")


@dataclass(frozen=True, slots=True)
class Dialect:
    """Which words a family knows: its own, each with the words it takes (if any)."""

    frequency: str
    shapes: tuple[str, ...]
    outputs: tuple[str, ...]
    numbers: tuple[str, ...]
    words: dict[str, tuple[str, ...]]


OLD = Dialect(
    "WAVFREQ",
    ("SINE", "SQUARE", "TRIANG", "DC", "+PULSE", "-PULSE"),
    ("ON", "OFF"),
    ("SYMM",),
    {},
)
NEW = Dialect(
    "FREQ",
    ("SINE", "SQUARE", "RAMP", "TRIANG", "PULSE", "NOISE", "ARB"),
    ("ON", "OFF", "NORMAL", "INVERT"),
    ("SYMM", "PHASE", "DCOFFS", "HILVL", "LOLVL", "BSTCOUNT", "CHN"),
    {
        "AMPLRNG": ("AUTO", "HOLD"),
        "BST": ("OFF", "NCYC", "GATED", "INFINITE"),
    },
)
MODELS = {
    "TG1010A": (OLD, 10e6),
    "TG2000": (OLD, 20e6),
    "TG5011": (NEW, 50e6),
    "TG5012": (NEW, 50e6),
    "TGP3122": (NEW, 25e6),
}


class AimttiTg:
    """The generator's settings and its output.

    Faults: ``frequency_error`` (relative; the reference is off), ``stuck_frequency``
    (a new frequency is not taken), ``stuck_on`` (an output that is on stays on).
    """

    def __init__(self, model: str = "TG2000", serial: str = "000001") -> None:
        self.model, self.serial = model, serial
        self.dialect, self.highest_hz = MODELS[model]
        self.frequency_error = 0.0
        self.stuck_frequency = self.stuck_on = False
        self.output_on = False
        self._lines = LineReader()
        self.power_cycled()

    @property
    def true_frequency_hz(self) -> float:
        """Return the frequency at the output, 0 without a continuous periodic wave."""
        burst = self.kept.get("BST", "OFF") != "OFF"
        if not self.output_on or self.shape not in PERIODIC or burst:
            return 0.0
        return self.frequency_hz * (1.0 + self.frequency_error)

    def receive(self, data: bytes) -> bytes:
        """Take bytes from the host; return the bytes that are answered."""
        answers = b""
        for line in self._lines.lines(data):
            for part in line.decode("ascii", "replace").upper().split(";"):
                if part.strip():
                    answers += self._execute(part.strip())
        return answers

    def advance(self, dt_s: float) -> bytes:
        """Let time pass; nothing is sent unasked."""
        return b""

    def power_cycled(self) -> None:
        """Start as after mains off and on: defaults, output off."""
        self.status = Status()
        self.output_on = False
        self.defaults()

    def defaults(self) -> None:
        """Take *RST."""
        self.shape, self.unit = "SINE", "VPP"
        self.frequency_hz, self.amplitude_vpp = 10e3, 2.0
        self.kept: dict[str, str] = {}
        self.output_on = self.output_on and self.stuck_on

    def _execute(self, text: str) -> bytes:
        query = QUERIES.get(text)
        if query is not None:
            return query(self)
        header, _, argument = text.partition(" ")
        if text in ACTIONS:
            ACTIONS[text](self)
        elif not self._set(header, argument.strip()):
            self.status.note(COMMAND_ERROR)
        return b""

    def _set(self, header: str, argument: str) -> bool:
        """Take a setting; return whether it is one."""
        words = {"WAVE": self.dialect.shapes, "OUTPUT": self.dialect.outputs}
        words |= {"AMPUNIT": ("VPP", "VRMS", "DBM")} | self.dialect.words
        if header in words:
            if argument in words[header]:
                self._take_word(header, argument)
            else:
                self.status.refuse(OUT_OF_RANGE)
            return True
        if header == "ZLOAD" and self.dialect is NEW and argument == "OPEN":
            self.kept[header] = argument
            return True
        numbers = (self.dialect.frequency, "AMPL", *self.dialect.numbers)
        numbers += ("PER", "ZLOAD") if self.dialect is NEW else ()
        if header not in numbers or not NRF.fullmatch(argument):
            return False
        self._take_number(header, float(argument))
        return True

    def _take_word(self, header: str, word: str) -> None:
        if header == "WAVE":
            self.shape = word
        elif header == "AMPUNIT":
            self.unit = word
        elif header == "OUTPUT" and word in ("ON", "OFF"):
            self.output_on = word == "ON" or (self.output_on and self.stuck_on)
        else:
            self.kept[header] = word

    def _take_number(self, header: str, value: float) -> None:
        if header == "PER" and value > 0.0:
            header, value = self.dialect.frequency, 1.0 / value
        if header == self.dialect.frequency:
            self._set_frequency(value)
        elif header == "AMPL":
            self._set_amplitude(value)
        elif header == "ZLOAD" and not 1.0 <= value <= 10e3:
            self.status.refuse(OUT_OF_RANGE)
        else:
            self.kept[header] = f"{value:g}"

    def _set_frequency(self, frequency_hz: float) -> None:
        if not LOWEST_HZ <= frequency_hz <= self.highest_hz:
            self.status.refuse(OUT_OF_RANGE)
        elif not self.stuck_frequency:
            self.frequency_hz = frequency_hz

    def _set_amplitude(self, number: float) -> None:
        rms_v = number
        if self.unit == "DBM":
            rms_v = sqrt(1e-3 * DBM_OHM * 10 ** (min(number, 100.0) / 10.0))
        amplitude_vpp = number if self.unit == "VPP" else 2.0 * sqrt(2.0) * rms_v
        if LOWEST_VPP <= amplitude_vpp <= HIGHEST_VPP:
            self.amplitude_vpp = amplitude_vpp
        else:
            self.status.refuse(OUT_OF_RANGE)


def _identity(tg: AimttiTg) -> bytes:
    # the firmware says that it is none: no source gives one for every model
    return f"THURLBY THANDAR, {tg.model}, {tg.serial}, 0.00\r\n".encode("ascii")


QUERIES: dict[str, Callable[[AimttiTg], bytes]] = {
    "*IDN?": _identity,
    "EER?": lambda tg: tg.status.take_error(),
    "QER?": lambda tg: b"0\r\n",  # no query error can arise on this wire
    "*ESR?": lambda tg: tg.status.take_events(),
    "*STB?": lambda tg: b"%d\r\n" % tg.status.byte(),
    "*OPC?": lambda tg: b"1\r\n",
    "*TST?": lambda tg: b"0\r\n",
}
ACTIONS: dict[str, Callable[[AimttiTg], None]] = {
    "*CLS": lambda tg: tg.status.clear(),
    "*RST": AimttiTg.defaults,
    "*OPC": lambda tg: tg.status.note(OPERATION_COMPLETE),
    "*WAI": lambda tg: None,
    "*TRG": lambda tg: None,
    "LOCAL": lambda tg: None,
}
