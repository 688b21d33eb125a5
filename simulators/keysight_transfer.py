"""How a simulated InfiniiVision oscilloscope sends samples: preamble and data.

Eight-bit samples, 32 steps a division, in the middle of eight; words are shifted left.
A channel's offset is in the middle of the screen, the time base's position too.
"""

import struct
from collections.abc import Iterator
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
    switch,
)

HALF_STEPS, STEPS_A_DIVISION, DIVISIONS, DIVISIONS_UP = 128, 32, 10, 8
FORMATS = {"BYTE": 0, "WORD": 1, "ASC": 4}
BLOCK = b"\0"  # stands for the samples until they are put in
POINTS = Limits(100, 62_500, 1000)


class KeysightScreen(ScopeInput):
    """An input with a screen: its time base, the channels shown and their offsets."""

    def __init__(self, channels: int, noise: Random | None) -> None:
        super().__init__(HALF_STEPS, STEPS_A_DIVISION, noise)
        self.offsets_v = dict.fromkeys(range(1, channels + 1), 0.0)
        self.restart()

    def restart(self) -> None:
        """Take the defaults."""
        self.shown = {1, 2}
        self.offsets_v = dict.fromkeys(self.offsets_v, 0.0)
        self.labels = {number: f'"{number}"' for number in self.offsets_v}
        self.scale_v = 1.0
        self.seconds_a_division_s, self.position_s = 4e-6, 0.0
        self.averages, self.trigger_level_v = 8, 0.0


class KeysightTransfer:
    """The samples of a screen as they are sent."""

    def __init__(
        self, screen: KeysightScreen, sources: tuple[str, ...], errors: ErrorQueue
    ) -> None:
        self._screen, self._sources, self._errors = screen, sources, errors
        self.samples = b""
        self.reset()

    def reset(self) -> None:
        """Take the defaults: channel 1, 1000 unsigned bytes."""
        self._points = 1000
        self._source, self._format, self._order = "CHAN1", "BYTE", "MSBF"
        self._unsigned = True

    @property
    def step_s(self) -> float:
        """Return the time between two samples, in s."""
        return DIVISIONS * self._screen.seconds_a_division_s / self._points

    def commands(self) -> Iterator[Command]:
        """Yield pattern, query and setting."""
        root = ":WAVeform"
        yield f"{root}:SOURce", *self._chosen("_source", *self._sources)
        yield f"{root}:FORMat", *self._chosen("_format", "BYTE", "WORD", "ASCii")
        yield f"{root}:BYTeorder", *self._chosen("_order", "MSBFirst", "LSBFirst")
        yield (
            f"{root}:UNSigned",
            lambda _: str(int(self._unsigned)),
            lambda text: setattr(self, "_unsigned", switch(text)),
        )
        yield f"{root}:POINts", lambda _: f"{self._points:+d}", self._set_points
        yield ":ACQuire:POINts", lambda _: f"{self._points:+d}", self._set_points
        yield ":ACQuire:SRATe", lambda _: real(1.0 / self.step_s), None
        for place, name in enumerate(FIELDS):
            yield f"{root}:{name}", self._field(place), None
        yield f"{root}:PREamble", lambda _: ",".join(self.preamble()), None
        yield f"{root}:DATA", lambda _: self.data(), None

    def preamble(self) -> list[str]:
        """Return format, type, points, count, and increment, origin, reference of x, y.

        Source: InfiniiVision programmer's guide M9241A, page 1184.
        """
        word = self._format == "WORD"
        shift = 256 if word else 1
        middle = HALF_STEPS * shift if self._unsigned else 0
        offset_v = self._screen.offsets_v[int(self._source[4:])]
        start_s = self._screen.position_s - (self._points // 2) * self.step_s
        return [
            f"{FORMATS[self._format]:+d}",
            "+0",
            f"{self._points:+d}",
            "+1",
            real(self.step_s),
            real(start_s),
            "+0",
            real(self._screen.step_v / shift),
            real(offset_v),
            f"{middle:+d}",
        ]

    def data(self) -> str:
        """Keep the samples as they are sent, and return what stands for them."""
        number = int(self._source[4:])
        if number not in self._screen.shown:
            raise ScpiError(-221, "Settings conflict")
        shift = round(self._screen.position_s / self.step_s)
        first = shift - self._points // 2
        places = range(first, first + self._points)
        values_v = self._screen.samples(number, places, self.step_s)
        step_v, offset_v = self._screen.step_v, self._screen.offsets_v[number]
        steps = [
            min(max(round((value_v - offset_v) / step_v), -HALF_STEPS), HALF_STEPS - 1)
            for value_v in values_v
        ]
        if self._format == "ASC":
            data = ",".join(f"{s * step_v + offset_v:+.5E}" for s in steps).encode()
        else:
            data = self._packed([step + HALF_STEPS for step in steps])
        self.samples = b"#8%08d" % len(data) + data
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

    def _field(self, place: int) -> Query:
        return lambda _: self.preamble()[place + 4]

    def _chosen(self, attribute: str, *names: str) -> tuple[Query, Setting]:
        return (
            lambda _: str(getattr(self, attribute)),
            lambda text: setattr(self, attribute, choice(text, names)),
        )

    def _set_points(self, text: str) -> None:
        if text.upper() in ("NORM", "NORMAL", "RAW"):  # a mode, and no number
            return
        self._points = round(quantity(text, POINTS, self._errors))


FIELDS = ("XINCrement", "XORigin", "XREFerence", "YINCrement", "YORigin", "YREFerence")


def real(value: float) -> str:
    """Return a number as these oscilloscopes print scales and increments."""
    return f"{value:+.8E}"
