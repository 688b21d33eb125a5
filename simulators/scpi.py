"""How simulated instruments understand SCPI: spellings, paths, an error queue.

A command's pattern is written as manuals write it: ``[:SOURce@]:FREQuency[:CW]``,
where capitals are the short form, brackets are optional, and ``@`` is a channel number.
Nothing here belongs to one instrument.
"""

import re
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import cache

NODE = re.compile(r"(\[)?:([A-Z]+)([a-z]*)(@)?")
UNITS = re.compile(r"""((?:[^;'"]|'[^']*'|"[^"]*")+)""")
NUMBER = re.compile(r"([+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)\s*([A-Za-z]*)")
EXECUTION_ERROR, COMMAND_ERROR = 16, 32
QUEUE_LENGTH = 20
REMEMBERED = 512

Query = Callable[[str], str]
Setting = Callable[[str], None]
Unit = tuple[Query | None, Setting | None, str]


class ScpiError(Exception):
    """A command that the instrument refuses: number and text for the queue."""

    def __init__(self, code: int, text: str) -> None:
        super().__init__(f'{code:+d},"{text}"')
        self.code = code


@dataclass(frozen=True, slots=True)
class Limits:
    """The range of a number, its default, and what its units multiply by."""

    low: float
    high: float
    default: float
    units: dict[str, float] = field(default_factory=dict)

    @property
    def words(self) -> dict[str, float]:
        """Return the numbers that have names."""
        return {
            "MIN": self.low,
            "MINIMUM": self.low,
            "MAX": self.high,
            "MAXIMUM": self.high,
            "DEF": self.default,
            "DEFAULT": self.default,
        }


class ErrorQueue:
    """First in, first out; read one by one, empty is ``+0,"No error"``.

    ``events`` are the error bits of the standard event register.
    """

    def __init__(self) -> None:
        self._errors: deque[str] = deque()
        self.events = 0

    def __len__(self) -> int:
        return len(self._errors)

    def push(self, error: ScpiError) -> None:
        """Queue an error; a full queue ends in "Queue overflow"."""
        self.events |= COMMAND_ERROR if error.code > -200 else EXECUTION_ERROR
        if len(self._errors) < QUEUE_LENGTH:
            self._errors.append(str(error))
        else:
            self._errors[-1] = '-350,"Queue overflow"'

    def take(self) -> str:
        """Return the oldest error and forget it."""
        return self._errors.popleft() if self._errors else '+0,"No error"'

    def clear(self) -> None:
        """Forget all errors and events."""
        self._errors.clear()
        self.events = 0


class Parser:
    """Finds the commands of a line and runs them.

    ``queries`` and ``settings`` map spellings (upper case, without ``?``) to what they
    do; both get what follows the header as text.
    """

    def __init__(
        self,
        queries: dict[str, Query],
        settings: dict[str, Setting],
        errors: ErrorQueue,
    ) -> None:
        self._queries, self._settings, self._errors = queries, settings, errors
        self._known: dict[bytes, list[Unit]] = {}

    def run(self, line: bytes) -> bytes:
        """Run one line without its end; return the answers, joined, or b""."""
        units = self._known.get(line)
        if units is None:
            units = self._units(line)
        answers = []
        for query, setting, argument in units:
            try:
                if query is not None:
                    answers.append(query(argument))
                elif setting is not None:
                    setting(argument)
                else:
                    raise ScpiError(-113, "Undefined header")
            except ScpiError as error:
                self._errors.push(error)
        return (";".join(answers) + "\n").encode("ascii") if answers else b""

    def _units(self, line: bytes) -> list[Unit]:
        path, units = "", []
        for text in UNITS.findall(line.decode("ascii", "replace")):
            header, _, argument = text.strip().partition(" ")
            header = header.upper()
            if not header:
                continue
            if header.startswith(":"):
                header = header[1:]
            elif not header.startswith("*"):
                header = path + header
            if not header.startswith("*"):
                path = header[: header.rfind(":") + 1]
            units.append(self._unit(header, argument.strip()))
        if len(self._known) >= REMEMBERED:
            self._known.clear()
        self._known[line] = units
        return units

    def _unit(self, header: str, argument: str) -> Unit:
        if header.endswith("?"):
            return self._queries.get(header[:-1]), None, argument
        return None, self._settings.get(header), argument


@cache
def spellings(pattern: str, numbers: tuple[str, ...] = ("",)) -> list[str]:
    """Return every spelling of a header pattern, upper case, without the first colon.

    ``numbers`` are the channel suffixes that ``@`` stands for.
    """
    if pattern.startswith("*"):
        return [pattern]
    headers = [""]
    for optional, short, rest, numbered in NODE.findall(pattern):
        words = {short, short + rest.upper()}
        if numbered:
            words = {word + number for word in words for number in numbers}
        longer = [f"{header}:{word}" for header in headers for word in sorted(words)]
        headers = headers + longer if optional else longer
    return [header[1:] for header in headers]


def choice(text: str, allowed: Iterable[str]) -> str:
    """Return the short form of a keyword given in its short or long form.

    Raises:
        ScpiError: -224 when it is none of them, -109 when there is none.
    """
    if not text:
        raise ScpiError(-109, "Missing parameter")
    word = text.upper()
    for name in allowed:
        short, long = _spelled(name)
        if word in (short, long):
            return short
    raise ScpiError(-224, "Illegal parameter value")


@cache
def _spelled(name: str) -> tuple[str, str]:
    return "".join(letter for letter in name if not letter.islower()), name.upper()


def switch(text: str) -> bool:
    """Return what ON, OFF, 1 or 0 say."""
    return choice(text, ("ON", "OFF", "1", "0")) in ("ON", "1")


def quantity(text: str, limits: Limits, errors: ErrorQueue) -> float:
    """Return a number within its limits; MIN, MAX and DEF are understood.

    A number outside is clipped, and the queue says so: that is how these instruments
    behave.

    Raises:
        ScpiError: no number, or a unit that does not belong there.
    """
    if not text:
        raise ScpiError(-109, "Missing parameter")
    word = text.upper()
    if word in limits.words:
        return limits.words[word]
    match = NUMBER.fullmatch(text)
    if match is None:
        raise ScpiError(-121, "Invalid character in number")
    if match[2].upper() not in ("", *limits.units):
        raise ScpiError(-131, "Invalid suffix")
    value = float(match[1]) * limits.units.get(match[2].upper(), 1.0)
    clipped = min(max(value, limits.low), limits.high)
    if clipped != value:
        side = "upper" if value > clipped else "lower"
        text = f"Data out of range; value clipped to {side} limit"
        errors.push(ScpiError(-222, text))
    return clipped
