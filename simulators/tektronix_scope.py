"""A simulated Tektronix MDO3000 or TDS2000 oscilloscope on its wire.

LF both ways; settings never answer, events wait until ``*ESR?`` releases them to
``ALLEv?``, ``EVMsg?`` and ``EVENT?``. Eight-bit samples, 25 steps a division.
Sources: MDO4000/MDO3000 programmer manual, appendix D and page 3-5; TDS200/1000/2000
programmer manual, pages 2-66 and 2-114. Unknown on the real one, hence switches:
``headers_on`` (at power-on), ``invalid`` (what cannot be measured). Unverified: digits
of numbers, texts of events beyond the numbers, the long form of TYPe's answer.
"""

import struct
from collections.abc import Callable
from math import isinf
from random import Random

from simulators.line import LineReader
from simulators.scope_input import ScopeInput, Sweep
from simulators.scpi import (
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
from simulators.tektronix_events import EventQueue, engineering

PREAMBLES = {"MDO3024": "WFMOutpre", "TDS2024": "WFMPre", "TDS2012": "WFMPre"}
CHANNELS = {"MDO3024": 4, "TDS2024": 4, "TDS2012": 2}
RECORDS = {"MDO3024": 10_000, "TDS2024": 2500, "TDS2012": 2500}
FIRMWARE = {"MDO3024": "CF:91.1CT FV:v1.30"}
TDS_FIRMWARE = "CF:91.1CT FV:v4.12 TDS2CM:CMV:v1.04"
HALF_STEPS, STEPS_A_DIVISION, DIVISIONS = 128, 25, 10
TYPES = (
    *("FREQuency", "MEAN", "PERIod", "PHAse", "PK2pk", "CRMs", "RMS"),
    *("MINImum", "MAXImum", "RISe", "FALL", "PWIdth", "NWIdth"),
)
UNITS = {"FREQ": "Hz", "PERI": "s", "RIS": "s", "FALL": "s", "PWI": "s", "NWI": "s"}
RISE = 0.2952  # of a period: a sine from 10 to 90 %
ENCODINGS = ("ASCIi", "RIBinary", "SRIbinary")
BLOCK = b"\0"  # stands for the samples until they are put in


class TektronixScope(ScopeInput):
    """The oscilloscope as a client sees it."""

    def __init__(
        self,
        model: str = "MDO3024",
        serial: str = "C000001",
        noise: Random | None = None,
    ) -> None:
        super().__init__(HALF_STEPS, STEPS_A_DIVISION, noise)
        self.model, self.serial = model, serial
        self.headers_on = False
        self.invalid = "9.9E37"
        self.shown = {1, 2}
        self.seconds_a_division_s = 4e-6
        self.record = RECORDS[model]
        self._source, self._type = "CH1", "FREQ"
        self._data = {"SOURCE": "CH1", "ENCDG": "RIB"}
        self._width, self._start, self._stop = 1, 1, self.record
        self._samples = b""
        self.events = EventQueue()
        self._lines = LineReader()
        self._queries: dict[str, Query] = {}
        self._settings: dict[str, Setting] = {}
        for table in (self._system, self._measuring, self._screen, self._waveform):
            table()
        self._parser = Parser(self._queries, self._settings, self.events)

    def receive(self, data: bytes) -> bytes:
        """Take bytes from the host; return the bytes that are answered."""
        answers = b""
        for line in self._lines.lines(data):
            answer = self._parser.run(line.strip())
            answers += answer.replace(BLOCK, self._samples, 1)
        return answers

    def advance(self, dt_s: float) -> bytes:
        """Let time pass; nothing is sent unasked."""
        return b""

    def _add(
        self, pattern: str, query: Query | None, setting: Setting | None = None
    ) -> None:
        """Know a command; its header is answered when headers are on."""
        header = pattern.upper()
        root, _, name = pattern.rpartition(":")
        if "_" in name:  # NR_Pt, BYT_Nr: what is a capital counts, as everywhere
            short = "".join(letter for letter in name if not letter.islower())
            known = [f"{r}:{n}" for r in spellings(root) for n in (short, name.upper())]
        else:
            known = spellings(pattern)
        for spelling in known:
            if query is not None:
                self._queries[spelling] = self._headed(header, query)
            if setting is not None:
                self._settings[spelling] = setting

    def _headed(self, header: str, query: Query) -> Query:
        if header.startswith("*"):
            return query
        return lambda text: f"{header} " * self.headers_on + query(text)

    def _system(self) -> None:
        self._queries["*IDN"] = lambda _: self._identity()
        self._queries["*OPC"] = lambda _: "1"
        self._queries["*ESR"] = lambda _: str(self.events.released())
        self._settings["*CLS"] = lambda _: self.events.clear()
        self._settings["*WAI"] = lambda _: None
        self._add(":ALLEv", lambda _: self.events.all_messages())
        self._add(":EVMsg", lambda _: self.events.take())
        self._add(":EVENT", lambda _: self.events.take().partition(",")[0])
        self._add(":HEADer", lambda _: str(int(self.headers_on)), self._set_headers)

    def _measuring(self) -> None:
        immediate = ":MEASUrement:IMMed"
        sources = tuple(f"CH{n}" for n in range(1, CHANNELS[self.model] + 1))
        self._add(
            f"{immediate}:SOUrce",
            lambda _: self._source,
            lambda text: setattr(self, "_source", choice(text, sources)),
        )
        self._add(
            f"{immediate}:TYPe",
            lambda _: next(t.upper() for t in TYPES if t.startswith(self._type)),
            lambda text: setattr(self, "_type", choice(text, TYPES)),
        )
        self._add(f"{immediate}:UNIts", lambda _: f'"{UNITS.get(self._type, "V")}"')
        self._add(f"{immediate}:VALue", lambda _: self._measured())
        self._add(
            ":DATa:SOUrce",
            lambda _: self._data["SOURCE"],
            lambda text: self._data.update(SOURCE=choice(text, sources)),
        )

    def _screen(self) -> None:
        for number in range(1, CHANNELS[self.model] + 1):
            self._queries[f"CH{number}:SCALE"] = self._queries[f"CH{number}:SCA"] = (
                self._headed(
                    f":CH{number}:SCALE", lambda _: engineering(self.shown_scale_v)
                )
            )
            self._settings[f"CH{number}:SCALE"] = self._settings[f"CH{number}:SCA"] = (
                self._real("scale_v", Limits(1e-3, 10.0, 1.0))
            )
            for word in ("SEL", "SELECT"):
                self._queries[f"{word}:CH{number}"] = self._headed(
                    f":SELECT:CH{number}", self._ask_shown(number)
                )
                self._settings[f"{word}:CH{number}"] = self._show(number)
        self._add(
            ":HORizontal:SCAle",
            lambda _: engineering(self.seconds_a_division_s),
            self._real("seconds_a_division_s", Limits(1e-9, 100.0, 4e-6)),
        )
        record = Limits(1000, 1_000_000, 10_000)
        fixed = self.model not in FIRMWARE
        self._add(
            ":HORizontal:RECOrdlength",
            lambda _: str(self.record),
            None if fixed else self._integer("record", record),
        )

    def _waveform(self) -> None:
        root = f":{PREAMBLES[self.model]}"
        answers: dict[str, Callable[[], str]] = {
            "XINcr": lambda: engineering(self._step_s),
            "XZEro": lambda: engineering(-(self.record // 2) * self._step_s),
            "YMUlt": lambda: engineering(self._volt_a_step),
            "YOFf": lambda: engineering(0.0),
            "YZEro": lambda: engineering(0.0),
            "NR_Pt": lambda: str(len(self._span())),
            "ENCdg": lambda: "ASC" if self._data["ENCDG"] == "ASCI" else "BIN",
        }
        for name, answer in answers.items():
            self._add(f"{root}:{name}", self._if_shown(answer))
        self._add(f"{root}:ENCdg", None, self._set_encoding)
        self._add(
            ":DATa:ENCdg",
            lambda _: next(
                e.upper() for e in ENCODINGS if e.startswith(self._data["ENCDG"])
            ),
            lambda text: self._data.update(ENCDG=choice(text, ENCODINGS)),
        )
        last = Limits(1, 1_000_000, 1)
        for name, attribute, limits in (
            (":DATa:WIDth", "_width", Limits(1, 2, 1)),
            (f"{root}:BYT_Nr", "_width", Limits(1, 2, 1)),
            (":DATa:STARt", "_start", last),
            (":DATa:STOP", "_stop", last),
        ):
            self._add(name, self._ask(attribute), self._integer(attribute, limits))
        self._add(":CURVe", self._if_shown(self._curve))

    def _ask(self, attribute: str) -> Query:
        return lambda _: str(getattr(self, attribute))

    def _integer(self, attribute: str, limits: Limits) -> Setting:
        return lambda text: setattr(
            self, attribute, round(quantity(text, limits, self.events))
        )

    def _real(self, attribute: str, limits: Limits) -> Setting:
        return lambda text: setattr(
            self, attribute, quantity(text, limits, self.events)
        )

    def _ask_shown(self, number: int) -> Query:
        return lambda _: str(int(number in self.shown))

    def _show(self, number: int) -> Setting:
        def show(text: str) -> None:
            (self.shown.add if switch(text) else self.shown.discard)(number)

        return show

    def _set_headers(self, text: str) -> None:
        self.headers_on = switch(text)

    def _set_encoding(self, text: str) -> None:
        binary = choice(text, ("ASCii", "BINary")) == "BIN"
        self._data["ENCDG"] = "RIB" if binary else "ASCI"

    def _measured(self) -> str:
        number = int(self._source[2:])
        if number not in self.shown:
            return self.invalid
        value = measured(self._type, self.sweep(number))
        return self.invalid if isinf(value) else engineering(value)

    def _if_shown(self, answer: Callable[[], str]) -> Query:
        def ask(_: str) -> str:
            if int(self._data["SOURCE"][2:]) not in self.shown:
                raise ScpiError(-2244, "Waveform requested is not ACTIVE")
            return answer()

        return ask

    @property
    def _step_s(self) -> float:
        return DIVISIONS * self.seconds_a_division_s / self.record

    @property
    def _volt_a_step(self) -> float:
        return self.step_v if self._width == 1 else self.step_v / 256

    def _span(self) -> range:
        """Return the places that are sent; 0, the trigger, is half-way."""
        half = self.record // 2
        return range(self._start - 1 - half, min(self._stop, self.record) - half)

    def _curve(self) -> str:
        """Keep the samples as they are sent, and return what stands for them."""
        number, span = int(self._data["SOURCE"][2:]), self._span()
        values_v = self.samples(number, span, self._step_s)
        step = 256 if self._width == 2 else 1
        volt = self.step_v
        raw = [min(max(round(v / volt), -128), 127) * step for v in values_v]
        if self._data["ENCDG"] == "ASCI":
            return ",".join(map(str, raw))
        order = "<" if self._data["ENCDG"] == "SRI" else ">"
        data = struct.pack(f"{order}{len(raw)}{'bh'[self._width - 1]}", *raw)
        length = str(len(data))
        self._samples = f"#{len(length)}{length}".encode() + data
        return BLOCK.decode()

    def _identity(self) -> str:
        name = self.model.replace("TDS", "TDS ")
        serial = self.serial if self.model in FIRMWARE else "0"
        return f"TEKTRONIX,{name},{serial},{FIRMWARE.get(self.model, TDS_FIRMWARE)}"


def measured(kind: str, sweep: Sweep) -> float:
    """Return a measurement of a sine; infinite is what cannot be measured."""
    half_v = 0.5 * sweep.peak_to_peak_v
    voltages = {"PK2": 2 * half_v, "MEAN": 0.0, "MINI": -half_v, "MAXI": half_v}
    voltages |= {"CRM": sweep.rms_v, "RMS": sweep.rms_v}
    if kind in voltages and not (kind == "CRM" and isinf(sweep.frequency_hz)):
        return voltages[kind]
    shares = {"PERI": 1.0, "PWI": 0.5, "NWI": 0.5, "RIS": RISE, "FALL": RISE}
    if kind == "FREQ" or isinf(sweep.frequency_hz) or kind not in shares:
        return sweep.frequency_hz if kind == "FREQ" else float("inf")
    return shares[kind] / sweep.frequency_hz
