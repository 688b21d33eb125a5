"""What ``amf check --json`` found, in words. No Qt."""

from dataclasses import dataclass

from gui import texts_bench as texts
from gui.look import Level
from gui.view import Notice
from gui.wording import Message, number, part, words

# How a quantity is shown, by the unit in its name; longest first.
UNITS = (
    ("_a_per_m", "A/m", 0),
    ("_hz", "Hz", 0),
    ("_c", "°C", 2),
    ("_v", "V", 2),
    ("_a", "A", 2),
    ("_w", "W", 1),
    ("_s", "s", 1),
)


@dataclass(frozen=True, slots=True)
class InstrumentView:
    """One instrument's line: its light, who answers, what it reads."""

    name: str
    kind: str
    level: Level
    identity: str
    reading: str


def instrument_views(result: Message) -> tuple[InstrumentView, ...]:
    """Show each instrument of a check."""
    found = part(result, "instruments")
    return tuple(_view(name, part(found, name)) for name in found)


def check_notices(result: Message) -> tuple[Notice, ...]:
    """Say whether off is proven, what was refused, and what to beware of."""
    refused = result.get("refused")
    if isinstance(refused, list):
        said = [texts.CHECK_REFUSED.format(sentence=one) for one in refused]
        return tuple(Notice(one, "fault") for one in said)
    off = part(result, "off")
    proof = texts.CHECK_DONE.format(sentence=words(off, "sentence"))
    notices = [Notice(proof, "good" if off.get("confirmed") is True else "fault")]
    warnings = result.get("warnings")
    for warning in warnings if isinstance(warnings, list) else []:
        said_one = texts.CHECK_WARNING.format(sentence=warning)
        notices.append(Notice(said_one, "caution"))
    return tuple(notices)


def _view(name: str, one: Message) -> InstrumentView:
    who = [words(one, key) for key in ("maker", "model", "serial", "firmware")]
    identity = " ".join(word for word in who if word)
    if isinstance(one.get("watchdog"), str):
        dog = words(one, "watchdog")
        said = texts.WATCHDOG.format(name=dog) if dog else texts.NO_WATCHDOG
        identity = f"{identity}\n{said}"
    trouble = words(one, "trouble")
    return InstrumentView(
        name=name,
        kind=words(one, "kind"),
        level="fault" if trouble else "good",
        identity=identity,
        reading=trouble or _readings(part(one, "reading")),
    )


def _readings(reading: Message) -> str:
    said = (_worded(name, value, reading) for name, value in reading.items())
    return ", ".join(word for word in said if word)


def _worded(name: str, value: object, reading: Message) -> str:
    if isinstance(value, dict):  # one channel of a thermometer
        value_c = number(value, "value_c")
        ok = words(value, "quality") == "ok" and value_c is not None
        return f"{name}: " + (f"{value_c:.1f} °C" if ok else words(value, "quality"))
    if isinstance(value, bool):
        return f"{name.removesuffix('_on')} {'on' if value else 'off'}"
    amount = number(reading, name)
    if amount is None:
        return f"{name} {value}" if value else ""
    for ending, unit, digits in UNITS:
        if name.endswith(ending):
            return f"{amount:.{digits}f} {unit}"
    return f"{name} {amount:g}"
