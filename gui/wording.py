"""Numbers of the engine as words for people. Units change here: A/m to kA/m and so on.

Every function is total: what is not a finite number becomes the dash of
``texts.NOTHING``.
"""

import math
from collections.abc import Iterator, Mapping
from datetime import datetime

from gui import texts

Message = Mapping[str, object]


def number(message: Message, key: str) -> float | None:
    """Take a finite number out of a message; None for anything else."""
    value = message.get(key)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if math.isfinite(value) else None


def words(message: Message, key: str) -> str:
    """Take a text out of a message; "" for anything else."""
    value = message.get(key)
    return value if isinstance(value, str) else ""


def part(message: Message, key: str) -> Message:
    """Take an object out of a message; an empty one for anything else."""
    value = message.get(key)
    return value if isinstance(value, Mapping) else {}


def parts(message: Message, key: str) -> Iterator[Message]:
    """Take the objects of a list out of a message; none for anything else."""
    value = message.get(key)
    if isinstance(value, list):
        yield from (entry for entry in value if isinstance(entry, Mapping))


def pair(message: Message, key: str) -> tuple[float, float] | None:
    """Take a pair of finite numbers out of a message; None for anything else."""
    value = message.get(key)
    if not isinstance(value, list) or len(value) != 2:
        return None
    low, high = (number({"edge": edge}, "edge") for edge in value)
    return None if low is None or high is None else (low, high)


def fixed(value: float | None, digits: int, unit: str = "") -> str:
    """Write a number with ``digits`` decimals and its unit."""
    if value is None:
        return texts.NOTHING
    return f"{value:.{digits}f} {unit}".rstrip()


def powers(value: float | None) -> str:
    """Write a large number as mantissa and power of ten: 2.425e9."""
    if value is None:
        return texts.NOTHING
    if value == 0:
        return "0"
    mantissa, exponent = f"{value:.3e}".split("e")
    return f"{mantissa}e{int(exponent)}"


def percent(share: float | None) -> str:
    """Write a share as whole percent."""
    return texts.NOTHING if share is None else f"{100 * share:.0f} %"


def clock(seconds: float | None) -> str:
    """Write seconds as m:ss, from one hour on as h:mm:ss."""
    if seconds is None:
        return texts.NOTHING
    whole = max(0, round(seconds))
    minutes, rest = divmod(whole, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes}:{rest:02d}"


def time_of_day(utc: str) -> str:
    """Write an ISO time as HH:MM:SS; what is not one is given back unchanged."""
    try:
        return datetime.fromisoformat(utc).strftime("%H:%M:%S")
    except ValueError:
        return utc or texts.NOTHING
