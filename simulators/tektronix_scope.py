"""A simulated Tektronix MDO3000 or TDS2000 oscilloscope on its wire.

LF both ways; settings never answer, events wait until ``*ESR?`` releases them to
``ALLEv?``, ``EVMsg?`` and ``EVENT?``. It triggers always; a sequence is complete at
once.
Sources: MDO4000/MDO3000 programmer manual, appendix D and page 3-5; TDS200/1000/2000
programmer manual, pages 2-66 and 2-114; for trigger, acquisition and selection public
drivers (see ``tektronix_settings``). Unknown on the real one, hence switches:
``headers_on`` (at power-on), ``invalid`` (what cannot be measured). Unverified: digits
of numbers, texts of events beyond the numbers, the long form of words that are
answered.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from random import Random

from simulators.kept_settings import Command, KeptSettings, KeptTable
from simulators.line import LineReader
from simulators.scpi import Limits, Parser, Query, Setting, choice, quantity, switch
from simulators.tektronix_events import EventQueue, engineering
from simulators.tektronix_measuring import Measurement
from simulators.tektronix_settings import (
    OF_A_TDS,
    OF_AN_MDO,
    OF_BOTH,
    of_a_channel,
    of_triggers,
    spelled,
)
from simulators.tektronix_transfer import (
    BLOCK,
    MDO_FIELDS,
    TDS_FIELDS,
    TektronixScreen,
    Transfer,
)


@dataclass(frozen=True, slots=True)
class Model:
    """Channels, record length and slots of measurements; an MDO or a TDS."""

    channels: int
    record: int
    slots: int
    firmware: str
    mdo: bool = False


TDS_FIRMWARE = "CF:91.1CT FV:v4.12 TDS2CM:CMV:v1.04"
MODELS = {
    "MDO3024": Model(4, 10_000, 4, "CF:91.1CT FV:v1.30", mdo=True),
    "TDS2024": Model(4, 2500, 5, TDS_FIRMWARE),
    "TDS2012": Model(2, 2500, 5, TDS_FIRMWARE),
}
VOLTS, SECONDS = Limits(1e-3, 10.0, 1.0), Limits(1e-9, 100.0, 4e-6)
Ask = Callable[[], list[tuple[str, str]]]


class TektronixScope(TektronixScreen):
    """The oscilloscope as a client sees it."""

    def __init__(
        self,
        model: str = "MDO3024",
        serial: str = "C000001",
        noise: Random | None = None,
    ) -> None:
        self.model, self.serial, self._is = model, serial, MODELS[model]
        super().__init__(self._is.channels, self._is.record, noise)
        self.headers_on = False
        self.running = True
        self.invalid = "9.9E37"
        self.events = EventQueue()
        self._root = ":WFMOutpre" if self._is.mdo else ":WFMPre"
        fields = MDO_FIELDS if self._is.mdo else TDS_FIELDS
        self._transfer = Transfer(self, self._root, fields, self.events)
        slots = ["IMMed", *(f"MEAS{n + 1}" for n in range(self._is.slots))]
        self._measurements = [Measurement(self, slot) for slot in slots]
        self._measurements[0].kind = "FREQ"
        self._kept = list(self._make_kept())
        self._lines = LineReader()
        self._queries: dict[str, Query] = {}
        self._settings: dict[str, Setting] = {}
        for table in (self._system(), self._screen(), self._transfer.commands()):
            self._add_all(table)
        for measurement in self._measurements:
            self._add_all(measurement.commands())
        for kept in self._kept:
            self._add_all(kept.commands())
        self._add_together()
        self._parser = Parser(self._queries, self._settings, self.events)

    def receive(self, data: bytes) -> bytes:
        """Take bytes from the host; return the bytes that are answered."""
        answers = b""
        for line in self._lines.lines(data):
            answer = self._parser.run(line.strip())
            answers += answer.replace(BLOCK, self._transfer.samples, 1)
        return answers

    def advance(self, dt_s: float) -> bytes:
        """Let time pass; nothing is sent unasked."""
        return b""

    def _add_all(self, commands: Iterable[Command]) -> None:
        for pattern, query, setting in commands:
            header = pattern.upper().replace("[:MAIN]", "")
            for spelling in spelled(pattern):
                if query is not None:
                    self._queries[spelling] = self._headed(header, query)
                if setting is not None:
                    self._settings[spelling] = setting

    def _headed(self, header: str, query: Query) -> Query:
        if header.startswith("*"):
            return query
        return lambda text: f"{header} " * self.headers_on + query(text)

    def _together(self, pattern: str, ask: Ask) -> None:
        """Know a query that is answered with several values, each with its name."""

        def query(_: str) -> str:
            if not self.headers_on:
                return ";".join(value for _, value in ask())
            named = ";".join(f"{name.upper()} {value}" for name, value in ask())
            return f"{pattern.upper()}:{named}"

        self._queries |= dict.fromkeys(spelled(pattern), query)

    def _system(self) -> Iterator[Command]:
        yield "*IDN", lambda _: self._identity(), None
        yield "*OPC", lambda _: "1", lambda _: None
        yield "*TST", lambda _: "0", None
        yield "*ESR", lambda _: str(self.events.released()), None
        yield "*STB", lambda _: str(16 * bool(len(self.events))), None
        yield "*CLS", None, lambda _: self.events.clear()
        yield "*RST", None, lambda _: self._reset()
        for pattern in ("*WAI", "*TRG", ":AUTOSet", ":FPAnel:PRESS", ":LOCk"):
            yield pattern, None, lambda _: None
        yield ":ALLEv", lambda _: self.events.all_messages(), None
        yield ":EVMsg", lambda _: self.events.take(), None
        yield ":EVENT", lambda _: self.events.take().partition(",")[0], None
        yield ":HEADer", lambda _: str(int(self.headers_on)), self._set_headers
        yield ":HDR", lambda _: str(int(self.headers_on)), self._set_headers
        yield ":BUSY", lambda _: "0", None
        yield ":ACQuire:STATE", lambda _: str(int(self.running)), self._run
        yield ":TRIGger", None, self._trigger
        yield ":DATa", None, self._initialise
        yield ":TRIGger:STATE", lambda _: "TRIGGER" if self.running else "SAVE", None

    def _screen(self) -> Iterator[Command]:
        for number in self.positions:
            name = f":CH{number}"
            scale = lambda _: engineering(self.shown_scale_v)  # noqa: E731
            for word in ("SCAle", "VOLts"):
                yield f"{name}:{word}", scale, self._real("scale_v", VOLTS)
            yield f"{name}:POSition", self._ask_position(number), self._move(number)
            yield f":SELect:CH{number}", self._ask_shown(number), self._show(number)
        for word in ("SCAle", "SECdiv"):
            yield (
                f":HORizontal[:MAIn]:{word}",
                lambda _: engineering(self.seconds_a_division_s),
                self._real("seconds_a_division_s", SECONDS),
            )
        yield (
            ":HORizontal:RECOrdlength",
            lambda _: str(self.record),
            self._set_record if self._is.mdo else None,
        )

    def _add_together(self) -> None:
        transfer = self._transfer
        self._together(self._root, transfer.preamble)
        self._together(":DATa", transfer.settings)
        self._together(":SELect", self._selected)
        # the preamble and the curve in one answer
        preamble, curve = self._queries[spelled(self._root)[0]], self._queries["CURVE"]
        self._queries |= dict.fromkeys(
            spelled(":WAVFrm"), lambda text: f"{preamble(text)};{curve(text)}"
        )

    def _make_kept(self) -> Iterator[KeptSettings]:
        mdo, sources = self._is.mdo, tuple(f"CH{n}" for n in self.positions)
        yield self._keep(OF_BOTH)
        yield self._keep(OF_AN_MDO if mdo else OF_A_TDS)
        yield self._keep(of_triggers(mdo, sources))
        for number in self.positions:
            yield self._keep(of_a_channel(number, mdo))

    def _keep(self, table: KeptTable) -> KeptSettings:
        return KeptSettings(table, engineering, self.events, long=True)

    def _reset(self) -> None:
        self.seconds_a_division_s, self.record = SECONDS.default, self._is.record
        self.scale_v, self.shown, self.running = VOLTS.default, {1, 2}, True
        self.positions = dict.fromkeys(self.positions, 0.0)
        self._transfer.reset()
        for kept in self._kept:
            kept.reset()

    def _real(self, attribute: str, limits: Limits) -> Setting:
        return lambda text: setattr(
            self, attribute, quantity(text, limits, self.events)
        )

    def _set_record(self, text: str) -> None:
        limits = Limits(1000, 1_000_000, 10_000)
        self.record = round(quantity(text, limits, self.events))

    def _ask_position(self, number: int) -> Query:
        return lambda _: engineering(self.positions[number])

    def _move(self, number: int) -> Setting:
        def move(text: str) -> None:
            limits = Limits(-8.0, 8.0, 0.0)
            self.positions[number] = quantity(text, limits, self.events)

        return move

    def _selected(self) -> list[tuple[str, str]]:
        channels = [(f"CH{n}", str(int(n in self.shown))) for n in self.positions]
        references = "1234" if self._is.mdo else "ABCD"[: len(channels)]
        others = ["MATH", *(f"REF{letter}" for letter in references)]
        return channels + [(name, "0") for name in others]

    def _ask_shown(self, number: int) -> Query:
        return lambda _: str(int(number in self.shown))

    def _show(self, number: int) -> Setting:
        def show(text: str) -> None:
            (self.shown.add if switch(text) else self.shown.discard)(number)

        return show

    def _set_headers(self, text: str) -> None:
        self.headers_on = switch(text)

    def _run(self, text: str) -> None:
        running = choice(text, ("RUN", "STOP", "ON", "OFF", "1", "0"))
        sequence = self._kept[0].values[":ACQuire:STOPAfter"] == "SEQUENCE"
        self.running = running in ("RUN", "ON", "1") and not sequence

    def _trigger(self, text: str) -> None:
        choice(text, ("FORCe",))

    def _initialise(self, text: str) -> None:
        choice(text, ("INIT",))
        self._transfer.reset()

    def _identity(self) -> str:
        name = self.model.replace("TDS", "TDS ")
        serial = self.serial if self._is.mdo else "0"
        return f"TEKTRONIX,{name},{serial},{self._is.firmware}"
