"""Which USB adapter is at a serial port: it binds an instrument that says no number."""

from collections.abc import Callable

from controller.config.binding import (
    binding_line,
    is_serial_number,
    is_serial_port,
    usb_serial_in,
)
from controller.config.model import Instrument
from controller.instruments.locks import key_of
from drivers.errors import ConnectionLost
from drivers.roles import Identity

# (port, serial number of its USB adapter or "") of every serial port of the computer
Listing = Callable[[], list[tuple[str, str]]]


def list_adapters() -> list[tuple[str, str]]:
    """Return each serial port and the serial number of its USB adapter, "" for none."""
    from serial.tools.list_ports import comports

    return [(port.device, port.serial_number or "") for port in comports()]


def adapter_at(address: str, listing: Listing = list_adapters) -> str:
    """Return the serial number of the USB adapter at an address, "" for none.

    One that several ports bear (adapters that all say 0001, an adapter of four ports)
    tells none of them from another: it is none.
    """
    if not is_serial_port(address):
        return usb_serial_in(address)
    key, ports = key_of(address), listing()
    borne = [serial for _, serial in ports]
    found = [s for port, s in ports if key_of(port) == key and borne.count(s) == 1]
    return next(filter(is_serial_number, found), "")


def check_adapter(
    name: str, instrument: Instrument, listing: Listing = list_adapters
) -> None:
    """Refuse a port whose USB adapter is not the one of the config.

    Raises:
        ConnectionLost: another adapter is there, or none; says where the right one is.
    """
    expected, address = instrument.adapter_serial, instrument.address
    if not expected or address is None or instrument.served:
        return
    ports = {key_of(port): (port, serial) for port, serial in listing()}
    _, found = ports.get(key_of(address), ("", None))
    if found == expected:
        return
    there = [port for port, serial in ports.values() if serial == expected]
    where = f"it is at {' and '.join(there)}" if there else "it is not plugged in"
    what = f"one with serial number {found}" if found else "one without a serial number"
    raise ConnectionLost(
        f"{name}: the USB adapter with serial number {expected} is expected at "
        f"{address}, and {'no port' if found is None else what} is there; {where}: "
        "correct the address, or the plugs"
    )


def port_of(instrument: Instrument, listing: Listing = list_adapters) -> str:
    """Return the port of an instrument's USB adapter now, else the config's address."""
    number = "" if instrument.served else instrument.adapter_serial
    there = [port for port, serial in listing() if serial == number] if number else []
    return there[0] if len(there) == 1 else instrument.address or ""


def line_for(identity: Identity, address: str, listing: Listing = list_adapters) -> str:
    """Return the line of a config that binds what answers at an address."""
    if is_serial_number(identity.serial):
        return binding_line(identity.serial, "")
    return binding_line("", adapter_at(address, listing))


def weakly_bound(
    name: str,
    instrument: Instrument,
    identity: Identity,
    listing: Listing = list_adapters,
) -> str:
    """Say that something binds better than what the config names, "" when nothing does.

    An instrument that says a serial number is bound by it and not by its adapter, one
    on an adapter that has a number by that, and not by its model.
    """
    address = instrument.address
    if address is None or instrument.served or instrument.serial:
        return ""
    line = line_for(identity, address, listing)
    named = "adapter_serial" if instrument.adapter_serial else "no_serial"
    if line.startswith(named) or usb_serial_in(address):
        return ""
    return (
        f"{name}: {named} is in the config, and {identity.model} at {address} is bound "
        f"better: put {line} in its place"
    )
