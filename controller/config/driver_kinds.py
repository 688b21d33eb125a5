"""What a bench has to know of a driver: its role, the models it knows, and its wire."""

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal, get_args

from drivers.transport import Transport
from drivers.udp_port import PREFIX, udp_address

Role = Literal[
    "supply",
    "generator",
    "thermometer",
    "oscilloscope",
    "contacts",
    "induction heater",
]
ROLES: tuple[str, ...] = get_args(Role)
WITH_CHANNELS = ("thermometer", "oscilloscope")


@dataclass(frozen=True, slots=True)
class Model:
    """What a model can do; NaN where it does not apply.

    ``current_resolution_a`` is the step of the programmed current.
    """

    max_voltage_v: float = math.nan
    max_current_a: float = math.nan
    current_resolution_a: float = math.nan
    channels: int = 0


@dataclass(frozen=True, slots=True)
class DriverKind:
    """A driver: its role, the models it knows, and its wire.

    ``make`` takes (transport, model) and returns the driver. ``gap_s`` is the pause
    after a write. ``reads_back`` is false for a generator that cannot be asked.
    ``make_at`` takes a bus address, too, one of ``bus_addresses``. ``datagrams``: it
    speaks UDP, at an address ``udp://…``.
    """

    role: Role
    models: Mapping[str, Model]
    make: Callable[[Transport, str], Any]
    baud: int = 9600
    gap_s: float = 0.0
    reads_back: bool = True
    make_at: Callable[[Transport, str, int], Any] | None = None
    bus_addresses: range = range(0)
    datagrams: bool = False

    def refuses(self, address: str) -> str:
        """Say what is wrong with the form of an address; "" when nothing is."""
        is_udp = address.startswith(PREFIX)
        if self.datagrams and not is_udp:
            return f" is no UDP address, and the driver speaks UDP: {PREFIX}HOST"
        if not self.datagrams:
            return " is a UDP address, and the driver speaks none" if is_udp else ""
        try:
            udp_address(address)
        except ValueError as error:
            return f": {error}"
        return ""


def lacks(kind: DriverKind) -> Iterator[str]:
    """Say what a stranger's driver does not tell and a bench has to know."""
    if kind.role not in ROLES:
        yield f"has the role {kind.role!r}, which is none of {', '.join(ROLES)}"
    if not kind.models:
        yield "knows no model"
    for name, model in kind.models.items():
        if not isinstance(model, Model):
            yield f"says of its {name} no Model but {model!r}"
            return
        ratings = (model.max_voltage_v, model.max_current_a, model.current_resolution_a)
        if kind.role == "supply" and not all(0.0 < r < math.inf for r in ratings):
            yield f"does not say the volts, amperes and current step of its {name}"
        if kind.role in WITH_CHANNELS and model.channels < 1:
            yield f"does not say how many channels its {name} has"
