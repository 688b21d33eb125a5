"""What every driver does first: know the model, and say that it is untried."""

import logging
from collections.abc import Iterable

from drivers.errors import Refused
from drivers.transport import Transport

log = logging.getLogger(__name__)


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
