"""A simulated Keysight/Agilent InfiniiVision oscilloscope on its wire.

LF both ways; settings never answer, errors wait in ``:SYSTem:ERRor?``. Eight-bit
samples, 32 steps a division, in the middle of eight; words are shifted left.
Sources: InfiniiVision programmer's guides: DSOX1204A, page 638 (blocks); M9241A, pages
460 (+9.9E+37), 1173 (formats), 1177 (holes, clipped samples), 1184 (preamble).
Unverified: digits of numbers, default of the points, what a channel that is not
displayed answers beside +9.9E+37.
"""

import struct
from math import isinf
from random import Random

from simulators.line import LineReader
from simulators.scope_input import ScopeInput, Sweep
from simulators.scpi import (
    ErrorQueue,
    Limits,
    Parser,
    Query,
    ScpiError,
    Setting,
    choice,
    quantity,
    spellings,
    switch,
)

CHANNELS = {"DSOX3024T": 4, "DSOX2012A": 2, "DSOX1204G": 4}
NAMES = {"DSOX3024T": "DSO-X 3024T", "DSOX2012A": "DSO-X 2012A"}
FIRMWARE = {
    "DSOX3024T": "07.20.2017102614",
    "DSOX2012A": "02.41.2018042400",
    "DSOX1204G": "02.11.2020062221",
}
HALF_STEPS, STEPS_A_DIVISION, DIVISIONS = 128, 32, 10
INVALID = "+9.9E+37"
FORMATS = {"BYTE": 0, "WORD": 1, "ASC": 4}
BLOCK = b"\0"  # stands for the samples until they are put in


class KeysightScope(ScopeInput):
    """The oscilloscope as a client sees it."""

    def __init__(
        self,
        model: str = "DSOX3024T",
        serial: str = "MY00000001",
        noise: Random | None = None,
    ) -> None:
        super().__init__(HALF_STEPS, STEPS_A_DIVISION, noise)
        self.model, self.serial = model, serial
        self.shown = {1, 2}
        self.seconds_a_division_s = 4e-6
        self.points = 1000
        self._measured_source = self._wave_source = "CHAN1"
        self._format, self._order, self._unsigned = "BYTE", "MSBF", True
        self._samples = b""
        # what one line asks is measured on one sweep
        self._sweeps: dict[int, Sweep] = {}
        count = CHANNELS[model]
        self._sources = tuple(f"CHANnel{n}" for n in range(1, count + 1))
        self.errors = ErrorQueue()
        self._lines = LineReader()
        self._queries: dict[str, Query] = {}
        self._settings: dict[str, Setting] = {}
        for table in (self._system, self._measuring, self._screen, self._waveform):
            table()
        self._parser = Parser(self._queries, self._settings, self.errors)

    def receive(self, data: bytes) -> bytes:
        """Take bytes from the host; return the bytes that are answered."""
        answers = b""
        for line in self._lines.lines(data):
            self._sweeps.clear()
            answer = self._parser.run(line.strip())
            answers += answer.replace(BLOCK, self._samples, 1)
        return answers

    def advance(self, dt_s: float) -> bytes:
        """Let time pass; nothing is sent unasked."""
        return b""

    def _add(
        self,
        pattern: str,
        query: Query | None,
        setting: Setting | None = None,
        number: str = "",
    ) -> None:
        for spelling in spellings(pattern, (number,)):
            if query is not None:
                self._queries[spelling] = query
            if setting is not None:
                self._settings[spelling] = setting

    def _system(self) -> None:
        self._add("*IDN", lambda _: self._identity())
        self._add("*OPC", lambda _: "1", lambda _: None)
        self._add("*CLS", None, lambda _: self.errors.clear())
        self._add("*WAI", None, lambda _: None)
        self._add("*ESR", lambda _: self._take_events())
        self._add(":SYSTem:ERRor[:NEXT]", lambda _: self.errors.take())
        for action in (":RUN", ":STOP", ":SINGle"):
            self._add(action, None, lambda _: None)

    def _measuring(self) -> None:
        self._add(
            ":MEASure:SOURce",
            lambda _: self._measured_source,
            self._choose("_measured_source", *self._sources),
        )
        self._add(":MEASure:FREQuency", lambda text: self._measured("FREQ", text))
        self._add(":MEASure:PERiod", lambda text: self._measured("PER", text))
        self._add(":MEASure:VPP", lambda text: self._measured("VPP", text))
        self._add(":MEASure:VRMS", lambda text: self._measured("VRMS", text))

    def _screen(self) -> None:
        for number in range(1, len(self._sources) + 1):
            self._add(
                ":CHANnel@:SCALe",
                lambda _: real(self.shown_scale_v),
                self._real("scale_v", Limits(1e-3, 10.0, 1.0)),
                str(number),
            )
            self._add(
                ":CHANnel@:DISPlay",
                self._ask_shown(number),
                self._show(number),
                str(number),
            )
        self._add(
            ":TIMebase:SCALe",
            lambda _: real(self.seconds_a_division_s),
            self._real("seconds_a_division_s", Limits(1e-9, 50.0, 4e-6)),
        )

    def _waveform(self) -> None:
        self._add(
            ":WAVeform:SOURce",
            lambda _: self._wave_source,
            self._choose("_wave_source", *self._sources),
        )
        self._add(
            ":WAVeform:FORMat",
            lambda _: self._format,
            self._choose("_format", "BYTE", "WORD", "ASCii"),
        )
        self._add(
            ":WAVeform:BYTeorder",
            lambda _: self._order,
            self._choose("_order", "MSBFirst", "LSBFirst"),
        )
        self._add(
            ":WAVeform:UNSigned",
            lambda _: str(int(self._unsigned)),
            lambda text: setattr(self, "_unsigned", switch(text)),
        )
        self._add(":WAVeform:POINts", lambda _: f"{self.points:+d}", self._set_points)
        self._add(":WAVeform:PREamble", lambda _: self._preamble())
        self._add(":WAVeform:DATA", lambda _: self._data())

    def _choose(self, attribute: str, *names: str) -> Setting:
        return lambda text: setattr(self, attribute, choice(text, names))

    def _real(self, attribute: str, limits: Limits) -> Setting:
        return lambda text: setattr(
            self, attribute, quantity(text, limits, self.errors)
        )

    def _set_points(self, text: str) -> None:
        limits = Limits(100, 62_500, 1000)
        self.points = round(quantity(text, limits, self.errors))

    def _ask_shown(self, number: int) -> Query:
        return lambda _: str(int(number in self.shown))

    def _show(self, number: int) -> Setting:
        def show(text: str) -> None:
            (self.shown.add if switch(text) else self.shown.discard)(number)

        return show

    def _measured(self, kind: str, text: str) -> str:
        """Answer a measurement of the channel that ends the argument, if one does."""
        last = text.rpartition(",")[2].strip()
        source = choice(last, self._sources) if last else self._measured_source
        number = int(source[4:])
        if number not in self.shown:
            return INVALID
        if number not in self._sweeps:
            self._sweeps[number] = self.sweep(number)
        value = _of(self._sweeps[number], kind)
        return INVALID if isinf(value) else f"{value:+.5E}"

    @property
    def _step_s(self) -> float:
        return DIVISIONS * self.seconds_a_division_s / self.points

    def _preamble(self) -> str:
        shift = 256 if self._format == "WORD" else 1
        middle = HALF_STEPS * shift if self._unsigned else 0
        start_s = -(self.points // 2) * self._step_s
        return (
            f"{FORMATS[self._format]:+d},+0,{self.points:+d},+1,{real(self._step_s)},"
            f"{real(start_s)},+0,{real(self.step_v / shift)},{real(0.0)},{middle:+d}"
        )

    def _data(self) -> str:
        """Keep the samples as they are sent, and return what stands for them."""
        number = int(self._wave_source[4:])
        if number not in self.shown:
            raise ScpiError(-221, "Settings conflict")
        first = -(self.points // 2)
        places = range(first, first + self.points)
        values_v = self.samples(number, places, self._step_s)
        steps = [round(value_v / self.step_v) for value_v in values_v]
        if self._format == "ASC":
            data = ",".join(f"{step * self.step_v:+.5E}" for step in steps).encode()
        else:
            data = self._packed([step + HALF_STEPS for step in steps])
        self._samples = b"#8%08d" % len(data) + data
        return BLOCK.decode()

    def _packed(self, steps: list[int]) -> bytes:
        """Pack steps of 0 to 255; the lowest is clipped low (1), the highest high."""
        word = self._format == "WORD"
        top = 0xFFFF if word else 0xFF
        shift = 8 if word else 0
        raw = [1 if s < 1 else top if s > 254 else s << shift for s in steps]
        if not self._unsigned:
            raw = [value - (top + 1) // 2 for value in raw]
        code = ("H" if self._unsigned else "h") if word else "Bb"[not self._unsigned]
        order = "<" if self._order == "LSBF" else ">"
        return struct.pack(f"{order}{len(raw)}{code}", *raw)

    def _identity(self) -> str:
        name = NAMES.get(self.model, self.model)
        return f"KEYSIGHT TECHNOLOGIES,{name},{self.serial},{FIRMWARE[self.model]}"

    def _take_events(self) -> str:
        events, self.errors.events = self.errors.events, 0
        return f"{events:+d}"


def _of(sweep: Sweep, kind: str) -> float:
    if kind == "VPP":
        return sweep.peak_to_peak_v
    if kind == "VRMS":
        return sweep.rms_v
    frequency_hz = sweep.frequency_hz
    if kind == "FREQ" or isinf(frequency_hz):
        return frequency_hz
    return 1.0 / frequency_hz


def real(value: float) -> str:
    """Return a number as these oscilloscopes print scales and increments."""
    return f"{value:+.8E}"
