"""One instrument of a config, opened: its port or its twin, and the driver on it.

A port is opened only while the USB adapter of the config is there.
"""

from contextlib import ExitStack
from typing import Any

from controller.config.catalogue import driver_kind, mismatch, open_driver
from controller.config.loading import BenchSpec
from controller.config.model import Instrument
from controller.errors import BenchError
from controller.instruments.adapters import check_adapter, line_for
from controller.instruments.contacts import open_contacts
from controller.instruments.locks import Locks, key_of
from controller.instruments.ports import ReturningPort
from controller.rehearsal import Simulation
from drivers.errors import ConnectionLost, InstrumentError
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
        check_adapter(name, instrument)
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


def line_to_add(name: str, spec: BenchSpec) -> str:
    """Ask who answers; return the line of a config that binds it, "" for nobody."""
    instrument = spec.instruments[name]
    address, model = instrument.address or "", instrument.model
    with ExitStack() as stack, Locks("amf check") as locks:
        try:
            locks.take(name, key_of(address))
            identity = opened(name, spec, None, None, stack, {}).identify()
        except (BenchError, InstrumentError):
            return ""
    return "" if mismatch(name, model, "", identity) else line_for(identity, address)


def _port(name: str, instrument: Instrument, simulation: Simulation | None) -> Port:
    address = instrument.address
    if address is None:
        assert simulation is not None
        return simulation.lines[name]
    baud = instrument.baud or driver_kind(instrument.driver).baud

    def reopen() -> Port:
        check_adapter(name, instrument)  # also when USB has been plugged in again
        try:
            return open_port(address, baud=baud)
        except ConnectionLost as error:
            hint = "is it plugged in and on? amf find lists the addresses"
            raise ConnectionLost(f"{name}: {error}; {hint}") from error

    return ReturningPort(reopen)
