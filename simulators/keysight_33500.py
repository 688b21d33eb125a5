"""A simulated Keysight/Agilent 33220A or 33500B generator on SCPI.

LF both ways; settings never answer, errors wait in ``SYST:ERR?``. Channel 1 clocks the
inverter; commands without a number mean it. Modulation, sweep, burst, trigger and pulse
settings are kept and answered, but only a continuous wave has a frequency. Arbitrary
waves cannot be loaded.
Source: the command set as public drivers use it, which also state channels and highest
frequencies of 33510B, 33511B, 33512B and 33522B (qcodes, KeysightAgilent_33XXX).
Unverified: texts of errors, limits of the kept settings, the digits of a 33500B's
voltages, and 33509B, 33519B, 33520B, which are taken for the same series.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from simulators.kept_settings import Command, KeptSettings
from simulators.keysight_channel import OLD_HZ, KeysightChannel, number
from simulators.keysight_settings import OF_BOTH_CHANNELS, SYNC_SOURCE
from simulators.line import LineReader
from simulators.scpi import ErrorQueue, Parser, Query, Setting, spellings
from simulators.status_registers import StatusRegisters

POWER_ON = 128


@dataclass(frozen=True, slots=True)
class Model:
    """Highest frequency of a sine, and the number of channels."""

    highest_hz: float
    channels: int = 1


MODELS = {
    "33220A": Model(OLD_HZ),
    "33509B": Model(20e6),
    "33510B": Model(20e6, 2),
    "33511B": Model(20e6),
    "33512B": Model(20e6, 2),
    "33519B": Model(30e6),
    "33520B": Model(30e6, 2),
    "33521B": Model(30e6),
    "33522B": Model(30e6, 2),
}


class Keysight33500(KeysightChannel):
    """The generator: channel 1 itself, and a channel 2 that clocks nothing."""

    def __init__(self, model: str = "33521B", serial: str = "MY00000001") -> None:
        self.model, self.serial = model, serial
        old, ratings = model == "33220A", MODELS[model]
        errors = ErrorQueue()
        self._status = StatusRegisters(errors, queue_counts=True)
        tables = (OF_BOTH_CHANNELS, *[SYNC_SOURCE] * (ratings.channels - 1))
        self._shared = [KeptSettings(table, number, errors) for table in tables]
        self._others = [
            KeysightChannel(("2",), ratings.highest_hz, old, errors)
            for _ in range(ratings.channels - 1)
        ]
        super().__init__(("",) if old else ("", "1"), ratings.highest_hz, old, errors)
        self.errors.events = POWER_ON
        self._lines = LineReader()
        self._parser = self._make_parser()

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
        for channel in self._others:
            channel.reset()
        for kept in self._shared:
            kept.reset()

    def _make_parser(self) -> Parser:
        queries: dict[str, Query] = {}
        settings: dict[str, Setting] = {}
        for channel in (self, *self._others):
            channel.add_to(queries, settings)
        numbers = tuple(n for c in (self, *self._others) for n in c.numbers)
        for table in (self._system(), *(k.commands() for k in self._shared)):
            for pattern, query, setting in table:
                for spelling in spellings(pattern, numbers):
                    if query is not None:
                        queries[spelling] = query
                    if setting is not None:
                        settings[spelling] = setting
        return Parser(queries, settings, self.errors)

    def _system(self) -> Iterator[Command]:
        yield "*IDN", lambda _: self._identity(), None
        yield "*RST", None, lambda _: self.reset()
        yield "*OPC", lambda _: "1", lambda _: None
        yield "*TST", lambda _: "+0", None
        yield from self._status.commands()
        yield ":SYSTem:ERRor[:NEXT]", lambda _: self.errors.take(), None
        for pattern in NOTHING_HERE:
            yield pattern, None, lambda _: None

    def _identity(self) -> str:
        if self.model == "33220A":
            return f"Agilent Technologies,33220A-{self.serial},2.02-2.02-22-2"
        return f"Agilent Technologies,{self.model},{self.serial},3.05-1.19-2.00-52-00"


# understood, and without effect on this bench
NOTHING_HERE = (
    "*WAI",
    "*TRG",
    ":TRIGger@[:IMMediate]",
    ":DISPlay:TEXT[:DATA]",
    ":DISPlay:TEXT:CLEar",
    ":SYSTem:BEEPer[:IMMediate]",
    "[:SOURce@]:PHASe:SYNChronize",
)
