"""By what a config knows a real instrument again: never by its port alone.

Ports change places when USB is plugged in again. The instrument's own serial number
binds it; where it has none, that of its USB adapter; where that has none either, the
config says so, and nothing like it may be on the bench.
"""

import re
from collections.abc import Iterator, Mapping

from controller.config.mistakes import shown
from controller.config.model import Draft, Instrument
from drivers.transport import stream_address

# USB[board]::maker::model::serial number[::interface]::INSTR
VISA_USB = re.compile(
    r"USB\d*::[^:]+::[^:]+::([^:]+)::(?:\d+::)?(?:INSTR|RAW)", re.IGNORECASE
)
BOUND_BY = {
    "serial": "its serial number",
    "adapter_serial": "the serial number of its USB adapter",
    "no_serial": "its model alone: neither it nor an adapter has a serial number",
}
BOUND_BY_ADDRESS = "the serial number in its VISA address"


def is_serial_number(text: str) -> bool:
    """Say whether it tells one instrument from another: makers without one send 0."""
    return bool(text.strip(" 0"))


def usb_serial_in(address: str) -> str:
    """Return the serial number in a VISA address of a USB instrument, "" for none."""
    match = VISA_USB.fullmatch(address)
    return match[1] if match and is_serial_number(match[1]) else ""


def is_serial_port(address: str) -> bool:
    """Say whether an address is a serial port of this computer."""
    stream = stream_address(address)
    return "://" not in stream and "::" not in stream


def bound_by(instrument: Instrument) -> str:
    """Return in words what binds a real instrument, "" for nothing."""
    for key, words in BOUND_BY.items():
        if getattr(instrument, key):
            return words
    return BOUND_BY_ADDRESS if usb_serial_in(instrument.address or "") else ""


def binding_line(serial: str, adapter_serial: str) -> str:
    """Return the line for a config, of what the instrument and its adapter say."""
    if is_serial_number(serial):
        return f'serial = "{serial}"'
    if is_serial_number(adapter_serial):
        return f'adapter_serial = "{adapter_serial}"'
    return "no_serial = true"


def unbound(instruments: Mapping[str, Instrument]) -> Iterator[str]:
    """Yield the names of the real instruments that nothing but a port binds."""
    for name, one in instruments.items():
        real = one.address is not None and not one.served and not one.simulated
        if real and not bound_by(one):
            yield name


def unbound_sentence(name: str, line: str | None = None) -> str:
    """Say that nothing binds an instrument, and what to add to the config.

    ``line`` is what was found to bind it, "" when nobody answered who fits.
    """
    what = (
        f"instruments.{name} is bound by nothing but its address, and ports change "
        "places when USB is plugged in again; "
    )
    if line:
        return f"{what}what answers there is bound by {line}: add that line"
    hint = "amf check prints the line" if line is None else "nobody that fits answers"
    return (
        f'{what}add serial = "…", else adapter_serial = "…" of its USB adapter, else '
        f"no_serial = true: {hint}"
    )


def binding_problems(draft: Draft) -> Iterator[str]:
    """Yield one sentence for each mistake in what binds an instrument."""
    alike: dict[tuple[str, str, str], str] = {}
    for name, one in draft.instruments.items():
        path = f"instruments.{name}"
        if one.serial and not is_serial_number(one.serial):
            yield (
                f"{path}.serial = {shown(one.serial)} is what instruments without a "
                "serial number send; use adapter_serial or no_serial"
            )
        for key in ("serial", "adapter_serial"):
            if one.no_serial and getattr(one, key):
                yield f"{path} has {key} and no_serial = true; keep one of the two"
        at = one.address
        if one.adapter_serial and at is not None and not is_serial_port(at):
            yield (
                f"{path}.adapter_serial is for a serial port, and {shown(at)} is none; "
                "use serial or no_serial"
            )
        if not one.no_serial:
            continue
        # addresses of a network do not change places when USB is plugged in again
        place = at if at is not None and "://" in at else ""
        first = alike.setdefault((one.driver, one.model, place), name)
        if first != name:
            yield (
                f"{path} and instruments.{first} are alike and both have no_serial = "
                "true: nothing tells them apart; use USB adapters with serial numbers"
            )
