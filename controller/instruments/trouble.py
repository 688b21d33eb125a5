"""What is wrong with an instrument, and since when; who an instrument is, in words."""

from dataclasses import dataclass

from drivers.errors import InstrumentError
from drivers.roles import Identity


@dataclass(frozen=True, slots=True)
class Trouble:
    """Since when an instrument gives no usable answer, and its last error."""

    since_s: float
    sentence: str
    error: type[InstrumentError] = InstrumentError


def who(identity: Identity) -> str:
    """Return maker, model and serial number, as far as they are known."""
    words = (identity.maker, identity.model, identity.serial)
    return " ".join(word for word in words if word)
