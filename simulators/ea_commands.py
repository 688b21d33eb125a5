"""The commands of a simulated Elektro-Automatik supply: spellings and effects.

Numbers answer with their unit and the decimals of the front display; how many that are
is assumed: two below 100, one below 1000, none from there on.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from simulators.scpi import NUMBER, spellings

if TYPE_CHECKING:
    from simulators.ea_ps9000 import EaPs9000

ERRORS = {
    0: "No error",
    -100: "Command error",
    -201: "Invalid while in local",
    -220: "Parameter error",
    -221: "Settings conflict",
    -222: "Data out of range",
    -223: "Too much data",
    -224: "Illegal parameter value",
    -225: "Out of memory",
}
FACTORS = {"": 1.0, "K": 1e3, "M": 1e-3}
WORDS = {"ON": True, "1": True, "OFF": False, "0": False}
SETTABLE, PROTECTABLE = 1.02, 1.10  # of the rating
LONGEST_S = 36000


class EaError(Exception):
    """A command that is refused; ``code`` goes to the error queue."""

    def __init__(self, code: int) -> None:
        super().__init__(ERRORS[code])
        self.code = code


@dataclass(frozen=True, slots=True)
class Command:
    """What a header does; a query returns its answer."""

    run: Callable[[EaPs9000, str], str | None]
    needs_remote: bool


@dataclass(frozen=True, slots=True)
class Quantity:
    """A set value: its attribute, unit, rating and range (attributes or factors)."""

    attribute: str
    unit: str
    rating: str
    high: float = SETTABLE
    low_limit: str = ""
    high_limit: str = ""


QUANTITIES = {
    "[:SOURce]:VOLTage": Quantity(
        "set_voltage_v",
        "V",
        "max_voltage_v",
        SETTABLE,
        "voltage_low_v",
        "voltage_high_v",
    ),
    "[:SOURce]:CURRent": Quantity(
        "set_current_a",
        "A",
        "max_current_a",
        SETTABLE,
        "current_low_a",
        "current_high_a",
    ),
    "[:SOURce]:POWer": Quantity(
        "set_power_w", "W", "max_power_w", SETTABLE, "", "power_high_w"
    ),
    "[:SOURce]:VOLTage:PROTection[:LEVel]": Quantity(
        "over_voltage_v", "V", "max_voltage_v", PROTECTABLE
    ),
    "[:SOURce]:CURRent:PROTection[:LEVel]": Quantity(
        "over_current_a", "A", "max_current_a", PROTECTABLE
    ),
    "[:SOURce]:POWer:PROTection[:LEVel]": Quantity(
        "over_power_w", "W", "max_power_w", PROTECTABLE
    ),
    "[:SOURce]:VOLTage:LIMit:HIGH": Quantity("voltage_high_v", "V", "max_voltage_v"),
    "[:SOURce]:VOLTage:LIMit:LOW": Quantity("voltage_low_v", "V", "max_voltage_v"),
    "[:SOURce]:CURRent:LIMit:HIGH": Quantity("current_high_a", "A", "max_current_a"),
    "[:SOURce]:CURRent:LIMit:LOW": Quantity("current_low_a", "A", "max_current_a"),
    "[:SOURce]:POWer:LIMit:HIGH": Quantity("power_high_w", "W", "max_power_w"),
}
COUNTERS = {
    "OVOLtage": "over-voltage",
    "OCURrent": "over-current",
    "OPOWer": "over-power",
    "OTEMperature": "over-temperature",
    "PFAil": "power-fail",
}


def split_message(text: str) -> Iterator[tuple[str, str]]:
    """Yield (header in upper case, argument) of each command of a message."""
    for part in text.split(";"):
        header, _, argument = part.strip().partition(" ")
        yield header.upper().removeprefix(":"), argument.strip()


def _shown(psu: EaPs9000, value: float, rating: float, unit: str) -> str:
    digits = 2 if rating < 100.0 else 1 if rating < 1000.0 else 0
    return f"{value:.{digits}f}{' ' if psu.spaced else ''}{unit}"


def _number(text: str, unit: str, low: float, high: float) -> float:
    if text.upper() in ("MIN", "MAX"):
        return low if text.upper() == "MIN" else high
    match = NUMBER.fullmatch(text)
    if match is None:
        raise EaError(-220)
    given = match[2].upper()
    if given and not given.endswith(unit):
        raise EaError(-220)
    factor = FACTORS.get(given.removesuffix(unit))
    if factor is None:
        raise EaError(-220)
    value = float(match[1]) * factor
    if not low <= value <= high:
        raise EaError(-222)
    return value


def _set_quantity(quantity: Quantity) -> Callable[[EaPs9000, str], None]:
    def run(psu: EaPs9000, argument: str) -> None:
        low: float = getattr(psu, quantity.low_limit) if quantity.low_limit else 0.0
        high: float = quantity.high * getattr(psu.ratings, quantity.rating)
        if quantity.high_limit:
            high = getattr(psu, quantity.high_limit)
        value = _number(argument, quantity.unit, low, high)
        protection = quantity.high == PROTECTABLE
        if protection or not (psu.ignores_set or psu.stuck_on):
            setattr(psu, quantity.attribute, value)

    return run


def _ask_quantity(quantity: Quantity) -> Callable[[EaPs9000, str], str]:
    def run(psu: EaPs9000, argument: str) -> str:
        rating: float = getattr(psu.ratings, quantity.rating)
        return _shown(psu, getattr(psu, quantity.attribute), rating, quantity.unit)

    return run


def _word(attribute: str, allowed: tuple[str, ...]) -> tuple[Command, Command]:
    def ask(psu: EaPs9000, argument: str) -> str:
        return str(getattr(psu, attribute))

    def take(psu: EaPs9000, argument: str) -> None:
        if argument.upper() not in allowed:
            raise EaError(-224)
        setattr(psu, attribute, argument.upper())

    return Command(ask, False), Command(take, True)


def _switch(text: str) -> bool:
    if text.upper() not in WORDS:
        raise EaError(-224)
    return WORDS[text.upper()]


def _set_timeout(psu: EaPs9000, argument: str) -> None:
    psu.monitor_timeout_s = round(_number(argument, "S", 1, LONGEST_S))


def _actual(psu: EaPs9000) -> list[str]:
    ratings = psu.ratings
    power_w = psu.voltage_v * psu.current_a
    return [
        _shown(psu, psu.voltage_v, ratings.max_voltage_v, "V"),
        _shown(psu, psu.current_a, ratings.max_current_a, "A"),
        _shown(psu, power_w, ratings.max_power_w, "W"),
    ]


def _identity(psu: EaPs9000, argument: str) -> str:
    # the firmware is that of the guide's example; the user text is empty
    firmware = "V2.14 14.05.2018 V2.24 04.06.2018 V1.6.5"
    maker = "EA Elektro-Automatik GmbH & Co. KG"
    return f"{maker}, {psu.model}, {psu.serial}, {firmware}, "


def _owner(psu: EaPs9000, argument: str) -> str:
    return "REMOTE" if psu.remote else "LOCAL" if psu.local else "NONE"


def _take_events(psu: EaPs9000, argument: str) -> str:
    value, psu.events = psu.events, 0
    return str(value)


def _enable(name: str) -> tuple[Command, Command]:
    def take(psu: EaPs9000, argument: str) -> None:
        psu.enables[name] = round(_number(argument, "", 0, 65535))

    return Command(lambda psu, _: str(psu.enables[name]), False), Command(take, False)


def _counter(name: str) -> Callable[[EaPs9000, str], str]:
    return lambda psu, _: str(psu.counters[name])


def _register(name: str) -> tuple[Command, Command]:
    condition = Command(lambda psu, _: str(psu.condition(name)), False)
    return condition, Command(lambda psu, _: str(psu.take_latched(name)), False)


def _rated(unit: str, rating: str) -> Callable[[EaPs9000, str], str]:
    def value(psu: EaPs9000) -> float:
        return float(getattr(psu.ratings, rating))

    return lambda psu, _: _shown(psu, value(psu), value(psu), unit)


def _table() -> Iterator[tuple[str, Command | None, Command | None]]:
    for pattern, quantity in QUANTITIES.items():
        ask, take = _ask_quantity(quantity), _set_quantity(quantity)
        yield pattern, Command(ask, False), Command(take, True)
    for place, name in enumerate(("VOLTage", "CURRent", "POWer")):
        yield f":MEASure[:SCALar]:{name}[:DC]", Command(_measured(place), False), None
    together = Command(lambda psu, _: ", ".join(_actual(psu)), False)
    yield ":MEASure[:SCALar]:ARRay", together, None
    for name, unit, rating in (
        ("VOLTage", "V", "max_voltage_v"),
        ("CURRent", "A", "max_current_a"),
        ("POWer", "W", "max_power_w"),
    ):
        yield f":SYSTem:NOMinal:{name}", Command(_rated(unit, rating), False), None
    yield (
        ":OUTPut[:STATe]",
        Command(lambda psu, _: "ON" if psu.output_on else "OFF", False),
        Command(lambda psu, text: psu.switch(_switch(text)), True),
    )
    for name, counter in COUNTERS.items():
        yield f":SYSTem:ALARm:COUNt:{name}", Command(_counter(counter), False), None
    yield from _system()


def _measured(place: int) -> Callable[[EaPs9000, str], str]:
    return lambda psu, _: _actual(psu)[place]


def _system() -> Iterator[tuple[str, Command | None, Command | None]]:
    lock = Command(lambda psu, text: psu.lock(_switch(text)), False)
    yield ":SYSTem:LOCK[:STATe]", None, lock
    yield ":SYSTem:LOCK:OWNer", Command(_owner, False), None
    yield ":SYSTem:ERRor[:NEXT]", Command(lambda psu, _: psu.take_error(), False), None
    yield ":SYSTem:ERRor:ALL", Command(lambda psu, _: psu.take_errors(), False), None
    yield ":POWer:STAGe:AFTer:REMote", *_word("after_remote", ("AUTO", "OFF"))
    yield ":SYSTem:CONFig:OUTPut:RESTore", *_word("restore", ("AUTO", "OFF"))
    yield ":SYSTem:ALARm:ACTion:PFAil", *_word("after_fail", ("AUTO", "OFF"))
    yield (
        ":SYSTem:COMMunicate:MONitoring:TIMeout",
        Command(lambda psu, _: str(psu.monitor_timeout_s), False),
        Command(_set_timeout, True),
    )
    yield (
        ":SYSTem:COMMunicate:MONitoring:ACTion",
        Command(lambda psu, _: "ON" if psu.monitor_on else "OFF", False),
        Command(lambda p, text: setattr(p, "monitor_on", _switch(text)), True),
    )
    for name, pattern in (("QUES", "QUEStionable"), ("OPER", "OPERation")):
        condition, event = _register(name)
        yield f":STATus:{pattern}:CONDition", condition, None
        yield f":STATus:{pattern}[:EVENt]", event, None
        yield f":STATus:{pattern}:ENABle", *_enable(name)
    yield "*ESE", *_enable("ESE")
    yield "*SRE", *_enable("SRE")
    yield "*IDN", Command(_identity, False), None
    yield "*STB", Command(lambda psu, _: str(psu.status_byte()), False), None
    yield "*ESR", Command(_take_events, False), None
    yield "*CLS", None, Command(lambda psu, _: psu.clear(), False)
    yield "*RST", None, Command(lambda psu, _: psu.reset(), False)


COMMANDS: dict[str, Command] = {}
for _pattern, _ask, _take in _table():
    for _spelling in spellings(_pattern):
        if _ask is not None:
            COMMANDS[f"{_spelling}?"] = _ask
        if _take is not None:
            COMMANDS[_spelling] = _take
