"""How a simulated Tektronix oscilloscope sends samples: encoding, preamble, curve.

Eight-bit samples, 25 steps a division; in words they are shifted left. The preamble's
order is that of two public drivers of the TDS2000 (qcodes, pylablib), and of one of the
DPO2000 (pylablib) for the MDO3000; its texts are unverified.
"""

import struct
from collections.abc import Callable, Iterator
from random import Random

from simulators.kept_settings import Command
from simulators.scope_input import ScopeInput
from simulators.scpi import (
    ErrorQueue,
    Limits,
    Query,
    ScpiError,
    Setting,
    choice,
    quantity,
)
from simulators.tektronix_events import engineering

HALF_STEPS, STEPS_A_DIVISION, DIVISIONS = 128, 25, 10
ENCODINGS = ("ASCIi", "RIBinary", "RPBinary", "SRIbinary", "SRPbinary")
BLOCK = b"\0"  # stands for the samples until they are put in
TDS_FIELDS = (
    *("BYT_Nr", "BIT_Nr", "ENCdg", "BN_Fmt", "BYT_Or", "NR_Pt", "WFID", "PT_Fmt"),
    *("XINcr", "PT_Off", "XZEro", "XUNit", "YMUlt", "YZEro", "YOFf", "YUNit"),
)
MDO_FIELDS = (
    *("BYT_Nr", "BIT_Nr", "ENCdg", "BN_Fmt", "BYT_Or", "WFID", "NR_Pt", "PT_Fmt"),
    *("XUNit", "XINcr", "XZEro", "PT_Off", "YUNit", "YMUlt", "YOFf", "YZEro"),
)
LAST = Limits(1, 1_000_000, 1)
Fields = tuple[str, ...]


class TektronixScreen(ScopeInput):
    """An input with a screen: its time base, the channels shown and where (div)."""

    def __init__(self, channels: int, record: int, noise: Random | None) -> None:
        super().__init__(HALF_STEPS, STEPS_A_DIVISION, noise)
        self.shown = {1, 2}
        self.positions = dict.fromkeys(range(1, channels + 1), 0.0)
        self.seconds_a_division_s = 4e-6
        self.record = record
        self.invalid = "9.9E37"

    @property
    def step_s(self) -> float:
        """Return the time between two samples, in s."""
        return DIVISIONS * self.seconds_a_division_s / self.record


class Transfer:
    """The samples of a screen as they are sent; ``root`` is the preamble's name."""

    def __init__(
        self, screen: TektronixScreen, root: str, fields: Fields, errors: ErrorQueue
    ) -> None:
        self._screen, self._root, self._fields = screen, root, fields
        self._errors = errors
        self.samples = b""
        self._sources = tuple(f"CH{number}" for number in screen.positions)
        self.reset()

    def reset(self) -> None:
        """Take the defaults: the whole of channel 1, in signed bytes."""
        self.source, self._encoding = "CH1", "RIB"
        self._width, self._start, self._stop = 1, 1, self._screen.record

    def commands(self) -> Iterator[Command]:
        """Yield pattern, query and setting of each single value."""
        yield (
            ":DATa:SOUrce",
            lambda _: self.source,
            lambda text: setattr(self, "source", choice(text, self._sources)),
        )
        yield ":DATa:ENCdg", lambda _: self._encoded(), self._set_encoding
        yield ":DATa:STARt", lambda _: str(self._start), self._integer("_start", LAST)
        yield ":DATa:STOP", lambda _: str(self._stop), self._integer("_stop", LAST)
        width = lambda _: str(self._width), self._integer("_width", Limits(1, 2, 1))
        yield ":DATa:WIDth", *width
        yield f"{self._root}:BYT_Nr", *width
        yield f"{self._root}:ENCdg", self._field("ENCdg"), self._set_kind
        for name in self._fields:
            if name not in ("BYT_Nr", "ENCdg"):
                yield f"{self._root}:{name}", self._field(name), None
        for source in self._sources if self._root == ":WFMPre" else ():
            for name in ("NR_Pt", "XINcr", "XZEro", "YMUlt", "YOFf", "YZEro"):
                yield f"{self._root}:{source}:{name}", self._field(name, source), None
        yield ":CURVe", lambda _: self.curve(), None

    def preamble(self) -> list[tuple[str, str]]:
        """Return name and value of each field, in the instrument's order.

        Raises:
            ScpiError: the channel that is asked for is not on the screen.
        """
        return [(name, self._field(name)("")) for name in self._fields]

    def settings(self) -> list[tuple[str, str]]:
        """Return name and value of what DATa? answers."""
        return [
            ("ENCDG", self._encoded()),
            ("SOURCE", self.source),
            ("START", str(self._start)),
            ("STOP", str(self._stop)),
            ("WIDTH", str(self._width)),
        ]

    def curve(self) -> str:
        """Keep the samples as they are sent, and return what stands for them."""
        number, screen = self._number(self.source), self._screen
        values_v = screen.samples(number, self._span(), screen.step_s)
        above = screen.positions[number] * STEPS_A_DIVISION
        steps = [round(value_v / screen.step_v + above) for value_v in values_v]
        offset = HALF_STEPS if "RP" in self._encoding else 0
        scale = 256 if self._width == 2 else 1
        raw = [(min(max(step, -128), 127) + offset) * scale for step in steps]
        if self._encoding == "ASCI":
            return ",".join(map(str, raw))
        order = "<" if self._encoding.startswith("S") else ">"
        code = "bh"[self._width - 1]
        code = code.upper() if offset else code
        data = struct.pack(f"{order}{len(raw)}{code}", *raw)
        length = str(len(data))
        self.samples = f"#{len(length)}{length}".encode() + data
        return BLOCK.decode()

    def _number(self, source: str) -> int:
        """Return the number of a channel that is shown."""
        number = int(source[2:])
        if number not in self._screen.shown:
            raise ScpiError(-2244, "Waveform requested is not ACTIVE")
        return number

    def _span(self) -> range:
        """Return the places that are sent; 0, the trigger, is half-way."""
        half = self._screen.record // 2
        stop = min(self._stop, self._screen.record)
        return range(self._start - 1 - half, stop - half)

    def _field(self, name: str, source: str = "") -> Query:
        def ask(_: str) -> str:
            return FIELDS[name](self, self._number(source or self.source))

        return ask

    def _encoded(self) -> str:
        return next(e.upper() for e in ENCODINGS if e.startswith(self._encoding))

    def _set_encoding(self, text: str) -> None:
        self._encoding = choice(text, ENCODINGS)

    def _set_kind(self, text: str) -> None:
        binary = choice(text, ("ASCii", "BINary")) == "BIN"
        self._encoding = "RIB" if binary else "ASCI"

    def _integer(self, attribute: str, limits: Limits) -> Setting:
        return lambda text: setattr(
            self, attribute, round(quantity(text, limits, self._errors))
        )

    def volt_a_unit(self) -> float:
        """Return what one unit of a sample is worth, in V."""
        return self._screen.step_v / (256 if self._width == 2 else 1)

    def zero_unit(self, number: int) -> float:
        """Return the sample of 0 V."""
        above = self._screen.positions[number] * STEPS_A_DIVISION
        middle = HALF_STEPS if "RP" in self._encoding else 0
        return (above + middle) * (256 if self._width == 2 else 1)

    def described(self, number: int) -> str:
        """Return a channel and its scales in words."""
        volt, second = self._screen.shown_scale_v, self._screen.seconds_a_division_s
        return (
            f'"Ch{number}, DC coupling, {engineering(volt)} V/div, '
            f'{engineering(second)} s/div, {self._screen.record} points, Sample mode"'
        )

    @property
    def points(self) -> int:
        """Return how many samples are sent."""
        return len(self._span())

    @property
    def width(self) -> int:
        """Return the bytes of a sample."""
        return self._width

    @property
    def encoding(self) -> str:
        """Return the encoding's short name."""
        return self._encoding

    @property
    def start_s(self) -> float:
        """Return the time of the first sample of the record, in s."""
        return -(self._screen.record // 2) * self._screen.step_s

    @property
    def step_s(self) -> float:
        """Return the time between two samples, in s."""
        return self._screen.step_s


FIELDS: dict[str, Callable[[Transfer, int], str]] = {
    "BYT_Nr": lambda t, _: str(t.width),
    "BIT_Nr": lambda t, _: str(8 * t.width),
    "ENCdg": lambda t, _: "ASC" if t.encoding == "ASCI" else "BIN",
    "BN_Fmt": lambda t, _: "RP" if "RP" in t.encoding else "RI",
    "BYT_Or": lambda t, _: "LSB" if t.encoding.startswith("S") else "MSB",
    "NR_Pt": lambda t, _: str(t.points),
    "WFID": lambda t, number: t.described(number),
    "PT_Fmt": lambda t, _: "Y",
    "XUNit": lambda t, _: '"s"',
    "XINcr": lambda t, _: engineering(t.step_s),
    "XZEro": lambda t, _: engineering(t.start_s),
    "PT_Off": lambda t, _: "0",
    "YUNit": lambda t, _: '"V"',
    "YMUlt": lambda t, _: engineering(t.volt_a_unit()),
    "YOFf": lambda t, number: engineering(t.zero_unit(number)),
    "YZEro": lambda t, _: engineering(0.0),
}
