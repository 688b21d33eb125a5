"""A simulated Keysight/Agilent InfiniiVision oscilloscope on its wire.

LF both ways; settings never answer, errors wait in ``:SYSTem:ERRor?``. It triggers
always; a single acquisition is complete at once.
Sources: InfiniiVision programmer's guides: DSOX1204A, page 638 (blocks); M9241A, pages
460 (+9.9E+37), 1173 (formats), 1177 (holes, clipped samples), 1184 (preamble).
Unverified: digits of numbers, default of the points, what a channel that is not
displayed answers beside +9.9E+37, the bits of ``:OPERegister:CONDition?`` beside 3
(running, as a public driver reads it), defaults of the rest.
"""

from collections.abc import Iterable, Iterator
from math import isinf
from random import Random

from simulators.kept_settings import Command, KeptSettings, KeptTable
from simulators.keysight_measures import OF_A_SWEEP, named_source
from simulators.keysight_scope_settings import (
    OF_A_CHANNEL,
    OF_THE_SCOPE,
    SECONDS,
    VOLTS,
    of_triggers,
)
from simulators.keysight_transfer import (
    BLOCK,
    DIVISIONS,
    DIVISIONS_UP,
    KeysightScreen,
    KeysightTransfer,
    real,
)
from simulators.line import LineReader
from simulators.scope_input import Sweep
from simulators.scpi import (
    ErrorQueue,
    Limits,
    Parser,
    Query,
    Setting,
    choice,
    quantity,
    spellings,
    switch,
)
from simulators.status_registers import StatusRegisters

CHANNELS = {"DSOX3024T": 4, "DSOX2012A": 2, "DSOX1204G": 4}
NAMES = {"DSOX3024T": "DSO-X 3024T", "DSOX2012A": "DSO-X 2012A"}
FIRMWARE = {
    "DSOX3024T": "07.20.2017102614",
    "DSOX2012A": "02.41.2018042400",
    "DSOX1204G": "02.11.2020062221",
}
INVALID = "+9.9E+37"
RUNNING = 8
# in the order that a public driver shows
CHANNEL_FIELDS = {
    name: name
    for name in (
        *("RANG", "OFFS", "COUP", "IMP", "DISP", "BWL", "INV", "LAB", "UNIT"),
        *("PROB", "PROB:SKEW"),
    )
} | {"STYP": "PROB:STYP"}
TIME_FIELDS = {name: name for name in ("MODE", "REF", "MAIN:RANG", "POS")}
SCALE, TIME = Limits(1e-3, 10.0, 1.0, VOLTS), Limits(1e-9, 50.0, 4e-6, SECONDS)


class KeysightScope(KeysightScreen):
    """The oscilloscope as a client sees it."""

    def __init__(
        self,
        model: str = "DSOX3024T",
        serial: str = "MY00000001",
        noise: Random | None = None,
    ) -> None:
        super().__init__(CHANNELS[model], noise)
        self.model, self.serial = model, serial
        self.running = True
        self._measured_source = "CHAN1"
        # what one line asks is measured on one sweep
        self._sweeps: dict[int, Sweep] = {}
        self._sources = tuple(f"CHANnel{n}" for n in self.offsets_v)
        self.errors = ErrorQueue()
        self._status = StatusRegisters(self.errors)
        self._transfer = KeysightTransfer(self, self._sources, self.errors)
        self._kept = [self._keep(OF_THE_SCOPE), self._keep(of_triggers(self._sources))]
        self._lines = LineReader()
        self._queries: dict[str, Query] = {}
        self._settings: dict[str, Setting] = {}
        for table in (self._system(), self._measuring(), self._screen()):
            self._add_all(table)
        self._add_all(self._transfer.commands())
        for kept in self._kept:
            self._add_all(kept.commands())
        for number in self.offsets_v:
            self._kept.append(self._keep(OF_A_CHANNEL))
            self._add_all(self._kept[-1].commands(), str(number))
            self._add_all(self._channel(number), str(number))
        self._parser = Parser(self._queries, self._settings, self.errors)

    def receive(self, data: bytes) -> bytes:
        """Take bytes from the host; return the bytes that are answered."""
        answers = b""
        for line in self._lines.lines(data):
            self._sweeps.clear()
            answer = self._parser.run(line.strip())
            answers += answer.replace(BLOCK, self._transfer.samples, 1)
        return answers

    def advance(self, dt_s: float) -> bytes:
        """Let time pass; nothing is sent unasked."""
        return b""

    def _add_all(self, commands: Iterable[Command], number: str = "") -> None:
        for pattern, query, setting in commands:
            for spelling in spellings(pattern, (number,)):
                if query is not None:
                    self._queries[spelling] = query
                if setting is not None:
                    self._settings[spelling] = setting

    def _keep(self, table: KeptTable) -> KeptSettings:
        return KeptSettings(table, real, self.errors)

    def _system(self) -> Iterator[Command]:
        yield "*IDN", lambda _: self._identity(), None
        yield "*OPC", lambda _: "1", lambda _: None
        yield "*TST", lambda _: "+0", None
        yield "*RST", None, lambda _: self._reset()
        yield from self._status.commands()
        yield ":SYSTem:ERRor[:NEXT]", lambda _: self.errors.take(), None
        yield ":OPERegister:CONDition", self._ask_condition, None
        yield ":RUN", None, self._run(True)
        for action in (":STOP", ":SINGle", ":DIGitize"):
            yield action, None, self._run(False)
        for action in ("*WAI", "*TRG", ":AUToscale", ":TRIGger:FORCe", ":CDISplay"):
            yield action, None, lambda _: None

    def _measuring(self) -> Iterator[Command]:
        yield (
            ":MEASure:SOURce",
            lambda _: self._measured_source,
            self._set_source,
        )
        for name in OF_A_SWEEP:
            yield f":MEASure:{name}", self._ask_measured(name), self._show_measured
        yield ":VIEW", None, self._see(True)
        yield ":BLANk", None, self._see(False)
        yield ":STATus", self._ask_seen, None
        yield ":MEASure:CLEar", None, lambda _: None

    def _screen(self) -> Iterator[Command]:
        yield ":TIMebase[:MAIN]:SCALe", *self._scaled("seconds_a_division_s", TIME, 1)
        yield (
            ":TIMebase[:MAIN]:RANGe",
            *self._scaled("seconds_a_division_s", TIME, DIVISIONS),
        )
        yield (
            ":TIMebase[:MAIN]:POSition",
            *self._scaled("position_s", Limits(-500.0, 500.0, 0.0, SECONDS), 1),
        )
        yield ":TIMebase", self._together("TIM", TIME_FIELDS), None
        yield ":ACQuire:COUNt", lambda _: f"{self.averages:+d}", self._set_averages
        level = (lambda _: real(self.trigger_level_v)), self._set_level
        yield ":TRIGger[:EDGE]:LEVel", *level

    def _channel(self, number: int) -> Iterator[Command]:
        yield ":CHANnel@:SCALe", *self._scaled("shown_scale_v", SCALE, 1, "scale_v")
        yield (
            ":CHANnel@:RANGe",
            *self._scaled("shown_scale_v", SCALE, DIVISIONS_UP, "scale_v"),
        )
        yield (
            ":CHANnel@:OFFSet",
            lambda _: real(self.offsets_v[number]),
            self._set_offset(number),
        )
        yield ":CHANnel@:DISPlay", self._ask_shown(number), self._show(number)
        yield ":CHANnel@", self._together(f"CHAN{number}", CHANNEL_FIELDS), None
        yield ":CHANnel@:LABel", lambda _: self.labels[number], self._name(number)

    def _scaled(
        self, attribute: str, limits: Limits, factor: int, set_as: str = ""
    ) -> tuple[Query, Setting]:
        """Make query and setting of an attribute times a factor."""
        wide = Limits(
            limits.low * factor,
            limits.high * factor,
            limits.default * factor,
            limits.units,
        )

        def take(text: str) -> None:
            value = quantity(text, wide, self.errors) / factor
            setattr(self, set_as or attribute, value)

        return lambda _: real(factor * getattr(self, attribute)), take

    def _together(self, root: str, fields: dict[str, str]) -> Query:
        """Make the query of a whole branch: each short name with its value."""
        return lambda _: (
            f":{root}:"
            + ";".join(
                f"{name} {self._queries[f'{root}:{header}']('')}"
                for name, header in fields.items()
            )
        )

    def _set_averages(self, text: str) -> None:
        limits = Limits(2.0, 65536.0, 8.0)
        self.averages = round(quantity(text, limits, self.errors))

    def _set_level(self, text: str) -> None:
        """Take a trigger level, of the channel that may be named behind it."""
        value, _, source = text.partition(",")
        if source:
            choice(source.strip(), self._sources)
        limits = Limits(-1e3, 1e3, 0.0, VOLTS)
        self.trigger_level_v = quantity(value.strip(), limits, self.errors)

    def _set_offset(self, number: int) -> Setting:
        def take(text: str) -> None:
            limits = Limits(-100.0, 100.0, 0.0, VOLTS)
            self.offsets_v[number] = quantity(text, limits, self.errors)

        return take

    def _ask_shown(self, number: int) -> Query:
        return lambda _: str(int(number in self.shown))

    def _show(self, number: int) -> Setting:
        def show(text: str) -> None:
            (self.shown.add if switch(text) else self.shown.discard)(number)

        return show

    def _name(self, number: int) -> Setting:
        return lambda text: self.labels.update({number: text})

    def _see(self, on: bool) -> Setting:
        def see(text: str) -> None:
            self._show(int(choice(text, self._sources)[4:]))(str(int(on)))

        return see

    def _ask_seen(self, text: str) -> str:
        return self._ask_shown(int(choice(text, self._sources)[4:]))("")

    def _set_source(self, text: str) -> None:
        self._measured_source = choice(text.partition(",")[0].strip(), self._sources)

    def _source_in(self, text: str) -> str:
        """Return the channel that an argument names, or the chosen one."""
        return named_source(text, self._sources) or self._measured_source

    def _show_measured(self, text: str) -> None:
        self._source_in(text)

    def _ask_measured(self, name: str) -> Query:
        def ask(text: str) -> str:
            number = int(self._source_in(text)[4:])
            if number not in self.shown:
                return INVALID
            if number not in self._sweeps:
                self._sweeps[number] = self.sweep(number)
            value = OF_A_SWEEP[name](self._sweeps[number])
            return INVALID if isinf(value) else f"{value:+.5E}"

        return ask

    def _run(self, running: bool) -> Setting:
        return lambda _: setattr(self, "running", running)

    def _ask_condition(self, _: str) -> str:
        return f"{RUNNING * self.running:+d}"

    def _reset(self) -> None:
        self.restart()
        self.running = True
        self._measured_source = "CHAN1"
        self._transfer.reset()
        for kept in self._kept:
            kept.reset()

    def _identity(self) -> str:
        name = NAMES.get(self.model, self.model)
        return f"KEYSIGHT TECHNOLOGIES,{name},{self.serial},{FIRMWARE[self.model]}"
