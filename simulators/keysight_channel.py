"""A channel of a simulated Keysight generator: the commands that carry its number.

Modulation, sweep, list and burst exclude each other; none of them clocks an inverter.
"""

from collections.abc import Iterator
from math import inf

from simulators.kept_settings import Command, KeptSettings, named
from simulators.keysight_output import OPEN_LOAD, KeysightOutput
from simulators.keysight_settings import OF_A_CHANNEL, OF_A_NEW_CHANNEL
from simulators.scpi import (
    ErrorQueue,
    Limits,
    Query,
    ScpiError,
    Setting,
    choice,
    quantity,
    spellings,
    switch,
)

FUNCTIONS = ("SINusoid", "SQUare", "RAMP", "PULSe", "NOISe", "DC")
OLD_FUNCTIONS = (*FUNCTIONS, "USER")
NEW_FUNCTIONS = (*FUNCTIONS, "TRIangle", "ARB", "PRBS")
OLD_MODES = ("AM", "FM", "PM", "PWM", "FSKey", "SWEep", "BURSt")
NEW_MODES = (*OLD_MODES, "BPSK", "SUM")
FREQUENCY_MODES = ("CW", "FIXed", "SWEep", "LIST")
# the wave that is in the memory at first
BUILT_IN = '"INT:\\BUILTIN\\EXP_RISE.ARB"'
OLD_HZ = 20e6


class KeysightChannel(KeysightOutput):
    """One channel and its commands; ``numbers`` are the spellings of its number."""

    def __init__(
        self, numbers: tuple[str, ...], highest_hz: float, old: bool, errors: ErrorQueue
    ) -> None:
        self.numbers, self._old = numbers, old
        self._functions = OLD_FUNCTIONS if old else NEW_FUNCTIONS
        self._modes = OLD_MODES if old else NEW_MODES
        # digits after the point: a stored 33500B listing has 15 for hertz
        self._hertz_digits = 13 if old else 15
        tables = (OF_A_CHANNEL,) if old else (OF_A_CHANNEL, OF_A_NEW_CHANNEL)
        self._kept = [KeptSettings(table, number, errors) for table in tables]
        # 10 mVpp into 50 ohm, 1 mVpp for the 33500B
        super().__init__(highest_hz, 0.020 if old else 0.002, errors)

    def reset(self) -> None:
        """Take the defaults of *RST."""
        super().reset()
        for kept in self._kept:
            kept.reset()

    def add_to(self, queries: dict[str, Query], settings: dict[str, Setting]) -> None:
        """Make the channel's commands known, in every spelling."""
        tables = [self._wave(), self._levels(), *(k.commands() for k in self._kept)]
        if not self._old:
            tables.append(self._newer())
        for table in tables:
            for pattern, query, setting in table:
                known = self._spelled(pattern)
                if query is not None:
                    queries |= dict.fromkeys(known, query)
                if setting is not None:
                    settings |= dict.fromkeys(known, setting)

    def _spelled(self, pattern: str) -> list[str]:
        if "" not in self.numbers:  # without a number it is another channel's
            pattern = pattern.replace("[:SOURce@]", ":SOURce@")
        return spellings(pattern, self.numbers)

    def _wave(self) -> Iterator[Command]:
        source = "[:SOURce@]"
        yield f"{source}:FREQuency[:CW]", self._ask_frequency, self.set_frequency
        yield f"{source}:FREQuency[:FIXed]", self._ask_frequency, self.set_frequency
        for period in ("FUNCtion:PULSe:PERiod", *["PULSe:PERiod"] * self._old):
            yield f"{source}:{period}", self._ask_period, self._set_period
        function = f"{source}:FUNCtion[:SHAPe]"
        yield function, lambda _: self.function, self._set_function
        yield ":OUTPut@[:STATe]", self._ask_output, lambda t: self.switch(switch(t))
        yield ":OUTPut@:LOAD", self._ask_load, self.set_load
        for mode in self._modes:
            yield f"{source}:{mode}:STATe", self._ask_mode(mode), self._set_mode(mode)
        yield f"{source}:APPLy", self._ask_applied, None
        for name in self._functions:
            yield f"{source}:APPLy:{name}", None, self._apply(name)

    def _newer(self) -> Iterator[Command]:
        yield (
            "[:SOURce@]:FREQuency:MODE",
            lambda _: self.mode if self.mode in ("SWE", "LIST") else "CW",
            self._set_frequency_mode,
        )
        yield "[:SOURce@]:FUNCtion:ARBitrary", lambda _: BUILT_IN, self._set_wave

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

    def _ask_frequency(self, text: str) -> str:
        value = named(self.frequency_limits.words, text) if text else self.frequency_hz
        return f"{value:+.{self._hertz_digits}E}"

    def _ask_amplitude(self, text: str) -> str:
        shown = self.in_unit(self.amplitude_vpp)
        return number(named(self.amplitude_limits.words, text) if text else shown)

    def _ask_output(self, _: str) -> str:
        return "1" if self.output_on else "0"

    def _ask_load(self, _: str) -> str:
        return number(OPEN_LOAD if self.load_ohm == inf else self.load_ohm)

    def _ask_applied(self, _: str) -> str:
        frequency, amplitude = self._ask_frequency(""), self._ask_amplitude("")
        return f'"{self.function} {frequency},{amplitude},{number(self.offset_v)}"'

    def _ask_period(self, _: str) -> str:
        return number(1.0 / self.frequency_hz)

    def _set_period(self, text: str) -> None:
        limits = Limits(1.0 / self.highest_hz, 1e6, 1e-3, {"S": 1.0, "US": 1e-6})
        self.set_frequency(f"{1.0 / quantity(text, limits, self.errors):.15g}")

    def _set_function(self, text: str) -> None:
        self.function = choice(text, self._functions)

    def _set_wave(self, text: str) -> None:
        if text.upper() != BUILT_IN:  # no other wave is in the memory
            raise ScpiError(-224, "Illegal parameter value")

    def _ask_mode(self, mode: str) -> Query:
        return lambda _: str(int(self.mode == choice(mode, (mode,))))

    def _set_mode(self, mode: str) -> Setting:
        short = choice(mode, (mode,))

        def take(text: str) -> None:
            if switch(text):
                self.mode = short
            elif self.mode == short:
                self.mode = ""

        return take

    def _set_frequency_mode(self, text: str) -> None:
        mode = choice(text, FREQUENCY_MODES)
        if mode in ("SWE", "LIST"):
            self.mode = mode
        elif self.mode in ("SWE", "LIST"):
            self.mode = ""

    def _apply(self, name: str) -> Setting:
        def apply(text: str) -> None:
            self._set_function(name)
            parts = [part.strip() for part in text.split(",")] if text else []
            actions = (self.set_frequency, self.set_amplitude, self.set_offset)
            for action, part in zip(actions, parts, strict=False):
                action(part)
            self.mode = ""
            self.switch(True)

        return apply


def number(value: float) -> str:
    """Return a number as these generators print it."""
    return f"{value:+.13E}"
