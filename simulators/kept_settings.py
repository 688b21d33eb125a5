"""Settings that a simulated SCPI instrument keeps and answers, and no more.

A pattern (see ``scpi``) names each: numbers by their limits, choices by their names, of
which the first is the default, switches by their default, "0" or "1".
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

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

ENDLESS = 9.9e37
Command = tuple[str, Query | None, Setting | None]


class OrEndless(Limits):
    """Limits of a number that may also be INFinity, which is 9.9E37."""

    __slots__ = ()

    @property
    def words(self) -> dict[str, float]:
        """Return the numbers that have names."""
        return super().words | {"INF": ENDLESS, "INFINITY": ENDLESS}


@dataclass(frozen=True, slots=True)
class KeptTable:
    """What an instrument keeps."""

    numbers: Mapping[str, Limits] = field(default_factory=dict)
    choices: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    switches: Mapping[str, str] = field(default_factory=dict)


class KeptSettings:
    """The values of a table; ``show`` prints its numbers as the instrument does.

    Choices are answered in their short form, or all in their ``long`` one.
    """

    def __init__(
        self,
        table: KeptTable,
        show: Callable[[float], str],
        errors: ErrorQueue,
        long: bool = False,
    ) -> None:
        self._table, self._show, self._errors = table, show, errors
        self._long = long
        self.values: dict[str, float | str] = {}
        self.reset()

    def reset(self) -> None:
        """Take the defaults."""
        table = self._table
        self.values |= {name: limits.default for name, limits in table.numbers.items()}
        for name, names in table.choices.items():
            self.values[name] = self._chosen(names[0].upper(), names)
        self.values |= table.switches

    def commands(self) -> Iterator[Command]:
        """Yield pattern, query and setting of each."""
        table = self._table
        for name, limits in table.numbers.items():
            yield name, self._ask_number(name, limits), self._keep_number(name, limits)
        for name, names in table.choices.items():
            yield name, self._ask(name), self._keep_choice(name, names)
        for name in table.switches:
            yield name, self._ask(name), self._keep_switch(name)

    def _ask(self, name: str) -> Query:
        return lambda _: str(self.values[name])

    def _ask_number(self, name: str, limits: Limits) -> Query:
        def ask(text: str) -> str:
            value = named(limits.words, text) if text else float(self.values[name])
            return self._show(value)

        return ask

    def _keep_number(self, name: str, limits: Limits) -> Setting:
        def keep(text: str) -> None:
            self.values[name] = quantity(text, limits, self._errors)

        return keep

    def _keep_choice(self, name: str, names: tuple[str, ...]) -> Setting:
        def keep(text: str) -> None:
            self.values[name] = self._chosen(text, names)

        return keep

    def _chosen(self, text: str, names: tuple[str, ...]) -> str:
        short = choice(text, names)
        if not self._long:
            return short
        return next(n.upper() for n in names if choice(n.upper(), (n,)) == short)

    def _keep_switch(self, name: str) -> Setting:
        def keep(text: str) -> None:
            self.values[name] = str(int(switch(text)))

        return keep


def named(words: Mapping[str, float], text: str) -> float:
    """Return the number that MIN, MAX or DEF stand for.

    Raises:
        ScpiError: -224 when it stands for none.
    """
    if text.upper() not in words:
        raise ScpiError(-224, "Illegal parameter value")
    return words[text.upper()]
