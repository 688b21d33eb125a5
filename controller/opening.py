"""One instrument of a config, opened: its port or its twin, and the driver on it."""

from contextlib import ExitStack
from typing import Any

from controller.config.catalogue import driver_kind, open_driver
from controller.config.loading import BenchSpec
from controller.config.model import Instrument
from controller.instruments.contacts import open_contacts
from controller.instruments.ports import ReturningPort
from controller.rehearsal import Simulation
from drivers.transport import Port, WireLog, open_port


def opened(
    name: str,
    spec: BenchSpec,
    simulation: Simulation | None,
    log: WireLog | None,
    stack: ExitStack,
    ports: dict[str, ReturningPort],
) -> Any:
    """Return the driver of an instrument; ``stack`` closes it.

    A port with an address is put into ``ports``.

    Raises:
        InstrumentError: the port cannot be opened.
    """
    instrument, contacts = spec.instruments[name], spec.contacts
    if contacts is not None and name == contacts.instrument:
        twin = simulation.twins.get(name) if simulation else None
        driver: Any = open_contacts(name, instrument, contacts, twin)
    else:
        port = _port(name, instrument, simulation)
        stack.callback(port.close)
        if isinstance(port, ReturningPort):
            ports[name] = port
        kind, model, bus = instrument.driver, instrument.model, instrument.bus_address
        driver = open_driver(name, kind, model, port, log, bus)
    stack.callback(driver.close)
    return driver


def _port(name: str, instrument: Instrument, simulation: Simulation | None) -> Port:
    address = instrument.address
    if address is None:
        assert simulation is not None
        return simulation.lines[name]
    baud = instrument.baud or driver_kind(instrument.driver).baud
    return ReturningPort(lambda: open_port(address, baud=baud))
