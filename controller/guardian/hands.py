"""Hands on supply and generator that are opened afresh, for nothing but switching off.

OFF is the first thing that is sent on a fresh port; who answers is asked afterwards.
The supply goes first; the generator follows when the supply is confirmed off (a stopped
gate drive under a live supply can destroy the inverter), or when the supply has not
obeyed for a while: the generator is the last route then.
"""

import importlib
import os
import socket
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from controller.config.catalogue import driver_kind, mismatch, open_driver
from controller.config.kinds import output_roles
from controller.config.loading import Loaded
from controller.config.model import Instrument
from controller.instruments.adapters import check_adapter, port_of
from controller.instruments.stations_direct import AmplifierStation, HeaterStation
from controller.instruments.stations_inverter import SupplyStation, generator_station
from drivers.errors import InstrumentError
from drivers.transport import open_port, stream_address

# Rounds of about a second when nothing answers, of 0.1 s when a port is still taken.
ROUNDS = 40
PATIENT_ROUNDS = 5
RETRY_S = 0.1


# How each role is switched off and read back; what comes before the field's other
# settings is of no interest here.
_STATIONS: dict[str, Callable[[str, Callable[[], float], Any], Any]] = {
    "supply": SupplyStation,
    "generator": generator_station,
    "heater": lambda name, now, driver: HeaterStation(name, now, driver, 1.0),
    "amplifier": lambda name, now, driver: AmplifierStation(name, now, driver, 1, 0),
}


@dataclass
class Hand:
    """One instrument to switch off; ``problem`` is "" once it is confirmed off."""

    name: str
    role: str
    instrument: Instrument
    problem: str = field(default="not tried", init=False)
    took_s: float = field(default=0.0, init=False)

    def switch_off(self) -> None:
        """Open the port, send off, read back, close; remember what went wrong."""
        started_s = time.monotonic()
        try:
            self.problem = self._off()
        except Exception as error:  # noqa: BLE001 # broad: the other route must be tried
            self.problem = f"{self.name}: {error}"
        self.took_s = time.monotonic() - started_s

    def unseen(self) -> str:
        """Say why the address cannot be there, "" where nothing is known against it.

        Nothing is opened: a port or an instrument may allow only one to do that.
        """
        address = stream_address(self.instrument.address or "")
        if "://" in address:
            try:
                socket.getaddrinfo(urlsplit(address).hostname, None)
            except OSError as error:
                return f"{self.name}: {address} is not known: {error}"
            return ""
        if "::" in address or os.name != "posix" or Path(address).exists():
            return ""
        return f"{self.name}: there is no {address}"

    def warm_up(self) -> None:
        """Load now what opening will need."""
        address = stream_address(self.instrument.address or "")
        if "::" in address and "://" not in address:
            importlib.import_module("pyvisa").ResourceManager("@py")
        else:
            importlib.import_module("serial")
        if address.startswith("socket://"):
            importlib.import_module("serial.urlhandler.protocol_socket")

    def _off(self) -> str:
        instrument = self.instrument
        assert instrument.address is not None
        baud = instrument.baud or driver_kind(instrument.driver).baud
        instrument = instrument.model_copy(update={"address": port_of(instrument)})
        port = open_port(instrument.address or "", baud=baud)
        try:
            driver = open_driver(
                self.name,
                instrument.driver,
                instrument.model,
                port,
                None,
                instrument.bus_address,
            )
            station = _STATIONS[self.role](self.name, time.monotonic, driver)
            return str(station.off()) or _another(self.name, instrument, driver)
        finally:
            with suppress(OSError, InstrumentError):
                port.close()


def _another(name: str, instrument: Instrument, driver: Any) -> str:
    """Say that another one than the config's is off now, "" when it is the right one.

    Asked last: what is switched off wrongly does no harm, what is thought off does.
    """
    try:
        check_adapter(name, instrument)
        if not instrument.serial:
            return ""
        return mismatch(name, instrument.model, instrument.serial, driver.identify())
    except InstrumentError as error:
        return str(error)


@dataclass(frozen=True, slots=True)
class OffByHand:
    """Whether the field is off, the sentence for people, and what each route said."""

    confirmed: bool
    sentence: str
    took_s: float
    routes: dict[str, str]


def hands_of(loaded: Loaded) -> list[Hand]:
    """Return the hands on what makes the field and has an address; supply first."""
    named = output_roles(loaded.bench.applicator)
    return [
        Hand(name, role, loaded.bench.instruments[name])
        for role, name in named.items()
        if loaded.bench.instruments[name].address is not None
    ]


def switch_off(
    hands: list[Hand],
    wait: Callable[[float], None] = time.sleep,
    rounds: int | None = None,
) -> OffByHand:
    """Switch off by every route, each again until it is confirmed or rounds run out."""
    started_s = time.monotonic()
    for hand in hands:
        hand.problem = "not tried"
    for number in range(ROUNDS if rounds is None else rounds):
        for hand in _due(hands, number):
            hand.switch_off()
        if not any(hand.problem for hand in hands):
            break
        wait(RETRY_S)
    return _report(hands, time.monotonic() - started_s)


def _due(hands: list[Hand], number: int) -> list[Hand]:
    """Return what is not confirmed; the generator waits for a supply, not for ever."""
    supplies = [hand for hand in hands if hand.role != "generator" and hand.problem]
    if supplies and number < PATIENT_ROUNDS:
        return supplies
    return [hand for hand in hands if hand.problem]


def _report(hands: list[Hand], took_s: float) -> OffByHand:
    routes = {hand.name: hand.problem or "off, read back" for hand in hands}
    confirmed = not any(hand.problem for hand in hands if hand.role != "generator")
    confirmed = confirmed and any(not hand.problem for hand in hands)
    problems = [hand.problem for hand in hands if hand.problem]
    if not confirmed:
        sentence = f"FIELD OFF IS NOT CONFIRMED: {'; '.join(problems)}"
    elif problems:
        sentence = f"field off, confirmed by read-back; but {'; '.join(problems)}"
    else:
        sentence = "field off, confirmed by read-back"
    return OffByHand(confirmed, sentence, took_s, routes)
