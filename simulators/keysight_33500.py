"""A simulated Keysight/Agilent 33220A or 33521B generator, channel 1, on SCPI.

LF both ways; settings never answer, errors wait in ``SYST:ERR?``. Burst, trigger and
pulse settings are kept and answered, but no inverter runs on a burst: only a
continuous wave has a frequency. Arbitrary waves cannot be loaded.
Unverified: texts of errors, limits of the kept settings, the digits of a 33521B's
voltages.
"""

from collections.abc import Iterator
from math import inf

from simulators.keysight_output import OPEN_LOAD, KeysightOutput
from simulators.keysight_settings import CHOICES, NUMBERS, SWITCHES
from simulators.line import LineReader
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

FUNCTIONS = ("SINusoid", "SQUare", "RAMP", "PULSe", "NOISe", "DC")
FUNCTIONS_OF = {
    "33220A": (*FUNCTIONS, "USER"),
    "33521B": (*FUNCTIONS, "TRIangle", "ARB", "PRBS"),
}
POWER_ON = 128
Command = tuple[str, Query | None, Setting | None]


class Keysight33500(KeysightOutput):
    """The generator as a client sees it."""

    def __init__(self, model: str = "33521B", serial: str = "MY00000001") -> None:
        self.model, self.serial = model, serial
        self._functions = FUNCTIONS_OF[model]
        old = model == "33220A"
        # digits after the point: a stored 33500B listing has 15 for hertz
        self._hertz_digits = 13 if old else 15
        self._kept: dict[str, float | str] = {}
        self._enables = {"*ESE": 0, "*SRE": 0}
        # 10 mVpp into 50 ohm, 1 mVpp for the 33521B
        super().__init__(20e6 if old else 30e6, 0.020 if old else 0.002)
        self.errors.events = POWER_ON
        self._lines = LineReader()
        self._parser = self._make_parser(("",) if old else ("", "1"))

    def receive(self, data: bytes) -> bytes:
        """Take bytes from the host; return the bytes that are answered."""
        answers = b""
        for line in self._lines.lines(data):
            answers += self._parser.run(line)
        return answers

    def advance(self, dt_s: float) -> bytes:
        """Let time pass; nothing is sent unasked."""
        return b""

    def power_cycled(self) -> None:
        """Start as after mains off and on."""
        super().power_cycled()
        self.errors.events = POWER_ON

    def reset(self) -> None:
        """Take the defaults of *RST."""
        super().reset()
        self._kept |= {pattern: limits.default for pattern, limits in NUMBERS.items()}
        self._kept |= {pattern: names[0] for pattern, names in CHOICES.items()}
        self._kept |= SWITCHES

    def _make_parser(self, numbers: tuple[str, ...]) -> Parser:
        queries: dict[str, Query] = {}
        settings: dict[str, Setting] = {}
        for table in (self._wave(), self._levels(), self._system(), self._keeping()):
            for pattern, query, setting in table:
                for spelling in spellings(pattern, numbers):
                    if query is not None:
                        queries[spelling] = query
                    if setting is not None:
                        settings[spelling] = setting
        return Parser(queries, settings, self.errors)

    def _wave(self) -> Iterator[Command]:
        source = "[:SOURce@]"
        yield f"{source}:FREQuency[:CW]", self._ask_frequency, self.set_frequency
        yield f"{source}:FREQuency[:FIXed]", self._ask_frequency, self.set_frequency
        period = f"{source}:FUNCtion:PULSe:PERiod"
        yield period, lambda _: number(1.0 / self.frequency_hz), self._set_period
        function = f"{source}:FUNCtion[:SHAPe]"
        yield function, lambda _: self.function, self._set_function
        yield ":OUTPut@[:STATe]", self._ask_output, lambda t: self.switch(switch(t))
        yield ":OUTPut@:LOAD", self._ask_load, self.set_load
        burst = f"{source}:BURSt:STATe"
        yield burst, lambda _: str(int(self.bursting)), self._set_burst
        yield f"{source}:APPLy", self._ask_applied, None
        for name in self._functions:
            yield f"{source}:APPLy:{name}", None, self._apply(name)

    def _levels(self) -> Iterator[Command]:
        level = "[:SOURce@]:VOLTage[:LEVel][:IMMediate]"
        yield f"{level}[:AMPLitude]", self._ask_amplitude, self.set_amplitude
        yield f"{level}:OFFSet", lambda _: number(self.offset_v), self.set_offset
        yield (
            f"{level}:HIGH",
            lambda _: number(self.edges_v[1]),
            lambda text: self.set_edges(None, text),
        )
        yield (
            f"{level}:LOW",
            lambda _: number(self.edges_v[0]),
            lambda text: self.set_edges(text, None),
        )
        yield (
            "[:SOURce@]:VOLTage:UNIT",
            lambda _: self.unit,
            lambda text: self.set_unit(choice(text, ("VPP", "VRMS", "DBM"))),
        )

    def _system(self) -> Iterator[Command]:
        yield "*IDN", lambda _: self._identity(), None
        yield "*RST", None, lambda _: self.reset()
        yield "*CLS", None, lambda _: self.errors.clear()
        yield "*OPC", lambda _: "1", lambda _: None
        yield "*TST", lambda _: "+0", None
        yield "*ESR", lambda _: self._take_events(), None
        yield "*STB", lambda _: f"{self._status():+d}", None
        for name in self._enables:
            yield name, self._ask_enable(name), self._set_enable(name)
        yield ":SYSTem:ERRor[:NEXT]", lambda _: self.errors.take(), None
        for pattern in NOTHING_HERE:
            yield pattern, None, lambda _: None

    def _keeping(self) -> Iterator[Command]:
        for pattern, limits in NUMBERS.items():
            yield pattern, self._ask_kept(pattern), self._keep_number(pattern, limits)
        for pattern, names in CHOICES.items():
            yield pattern, self._ask_kept(pattern), self._keep_choice(pattern, names)
        for pattern in SWITCHES:
            yield pattern, self._ask_kept(pattern), self._keep_switch(pattern)

    def _ask_frequency(self, text: str) -> str:
        words = self.frequency_limits.words
        value = named(words, text) if text else self.frequency_hz
        return f"{value:+.{self._hertz_digits}E}"

    def _ask_amplitude(self, text: str) -> str:
        if text:
            return number(named(self.amplitude_limits.words, text))
        return number(self.in_unit(self.amplitude_vpp))

    def _ask_output(self, _: str) -> str:
        return "1" if self.output_on else "0"

    def _ask_load(self, _: str) -> str:
        return number(OPEN_LOAD if self.load_ohm == inf else self.load_ohm)

    def _ask_applied(self, _: str) -> str:
        frequency, amplitude = self._ask_frequency(""), self._ask_amplitude("")
        return f'"{self.function} {frequency},{amplitude},{number(self.offset_v)}"'

    def _set_period(self, text: str) -> None:
        limits = Limits(1.0 / self.highest_hz, 1e6, 1e-3, {"S": 1.0, "US": 1e-6})
        self.set_frequency(f"{1.0 / quantity(text, limits, self.errors):.15g}")

    def _set_function(self, text: str) -> None:
        self.function = choice(text, self._functions)

    def _set_burst(self, text: str) -> None:
        self.bursting = switch(text)

    def _apply(self, name: str) -> Setting:
        def apply(text: str) -> None:
            self._set_function(name)
            parts = [part.strip() for part in text.split(",")] if text else []
            actions = (self.set_frequency, self.set_amplitude, self.set_offset)
            for action, part in zip(actions, parts, strict=False):
                action(part)
            self.switch(True)

        return apply

    def _ask_kept(self, pattern: str) -> Query:
        def ask(_: str) -> str:
            value = self._kept[pattern]
            return value if isinstance(value, str) else number(value)

        return ask

    def _keep_number(self, pattern: str, limits: Limits) -> Setting:
        def keep(text: str) -> None:
            self._kept[pattern] = quantity(text, limits, self.errors)

        return keep

    def _keep_choice(self, pattern: str, names: tuple[str, ...]) -> Setting:
        def keep(text: str) -> None:
            self._kept[pattern] = choice(text, names)

        return keep

    def _keep_switch(self, pattern: str) -> Setting:
        def keep(text: str) -> None:
            self._kept[pattern] = str(int(switch(text)))

        return keep

    def _identity(self) -> str:
        if self.model == "33220A":
            return f"Agilent Technologies,33220A-{self.serial},2.02-2.02-22-2"
        return f"Agilent Technologies,{self.model},{self.serial},3.05-1.19-2.00-52-00"

    def _take_events(self) -> str:
        events, self.errors.events = self.errors.events, 0
        return f"{events:+d}"

    def _status(self) -> int:
        summary = 4 if len(self.errors) else 0
        if self.errors.events & self._enables["*ESE"]:
            summary |= 32
        return summary | 64 if summary & self._enables["*SRE"] else summary

    def _ask_enable(self, name: str) -> Query:
        return lambda _: f"{self._enables[name]:+d}"

    def _set_enable(self, name: str) -> Setting:
        def take(text: str) -> None:
            value = quantity(text, Limits(0.0, 255.0, 0.0), self.errors)
            self._enables[name] = round(value)

        return take


def number(value: float) -> str:
    """Return a number as these generators print it."""
    return f"{value:+.13E}"


def named(words: dict[str, float], text: str) -> float:
    """Return the number that MIN, MAX or DEF stand for."""
    if text.upper() not in words:
        raise ScpiError(-224, "Illegal parameter value")
    return words[text.upper()]


# understood, and without effect on this bench
NOTHING_HERE = (
    "*WAI",
    "*TRG",
    ":DISPlay:TEXT[:DATA]",
    ":DISPlay:TEXT:CLEar",
    ":SYSTem:BEEPer[:IMMediate]",
    "[:SOURce@]:PHASe:SYNChronize",
)
