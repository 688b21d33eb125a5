"""What every driver does: know the model, ask who answers, bound what it is told."""

import logging
import math
from collections.abc import Callable, Iterable

from drivers.errors import Refused, WrongInstrument
from drivers.roles import Identity
from drivers.transport import Transport

log = logging.getLogger(__name__)


def second_field(fields: list[str]) -> str:
    """Return the model of an ``*IDN?`` answer as most instruments give it."""
    return fields[1]


def admit(transport: Transport, maker: str, model: str, known: Iterable[str]) -> None:
    """Refuse a model that a driver does not know; on a real link, warn: unverified.

    Raises:
        Refused: the model is not one of ``known``.
    """
    if model not in known:
        raise Refused(
            f"{transport.name}: no {maker} model {model!r} here; "
            f"known are {', '.join(known)}"
        )
    if transport.waits:
        log.warning(
            "%s: the driver for %s %s is unverified on hardware",
            transport.name,
            maker,
            model,
        )


def ask_identity(
    transport: Transport,
    expected: str,
    model: str,
    model_of: Callable[[list[str]], str] = second_field,
) -> Identity:
    """Read who answers ``*IDN?``: four fields, of which ``model_of`` finds the model.

    ``expected`` is how the sentence names the maker, "an Aim-TTi".

    Raises:
        WrongInstrument: it is not the model that is expected.
    """
    answer = transport.query(b"*IDN?\n")
    fields = [field.strip() for field in answer.decode("latin-1").split(",")]
    if len(fields) < 4 or model_of(fields) != model:
        raise WrongInstrument(
            f"{transport.name}: {answer!r} came after b'*IDN?\\n', expected "
            f"{expected} {model}; check the address and the model"
        )
    return Identity(*fields[:4])


def check_range(
    transport: Transport,
    model: str,
    what: str,
    value: float,
    unit: str,
    low: float,
    high: float,
) -> None:
    """Refuse a value that the model cannot take, before anything is sent.

    Raises:
        Refused: the value is not finite, or not within ``low`` and ``high``.
    """
    if not (low <= value <= high and math.isfinite(value)):
        raise Refused(
            f"{transport.name}: a {what} of {value:g} {unit} is not within "
            f"{low:g} and {high:g} {unit} ({model}); nothing was sent"
        )
