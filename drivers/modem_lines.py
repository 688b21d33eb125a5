"""Contacts and a watchdog relay on the modem lines of a serial adapter.

CTS, DSR and DCD are inputs: each reads a contact that is closed while all is well, so
that a broken wire reads as an open contact. One output, DTR or RTS, is flipped at each
healthy tick and feeds a relay that needs flips to stay on (de-energise to trip); the
other output is held on and feeds the contacts.
Source: the lines as pyserial names them; there is no protocol. The relay's time and
wiring are the bench's own, and have to be proven there. Some systems switch both
outputs on for a moment while a port is opened or closed.
UNVERIFIED on hardware; a warning is logged when a real port is used.
"""

import logging
from collections.abc import Mapping
from typing import Protocol

from drivers.errors import ConnectionLost, Refused
from drivers.roles import Identity

log = logging.getLogger(__name__)

INPUTS = ("cts", "dsr", "cd")
OUTPUTS = ("dtr", "rts")


class LinesPort(Protocol):
    """The lines of a port, true when asserted. One that has gone raises OSError."""

    dtr: bool
    rts: bool

    @property
    def cts(self) -> bool: ...

    @property
    def dsr(self) -> bool: ...

    @property
    def cd(self) -> bool: ...

    def close(self) -> None: ...


class ModemLines:
    """The contacts by name, and the watchdog line.

    ``watchdog`` names that line; with "" there is none, and both outputs feed contacts.
    """

    def __init__(
        self,
        port: LinesPort,
        name: str,
        contacts: Mapping[str, str],
        *,
        watchdog: str = "dtr",
    ) -> None:
        unknown = sorted(set(contacts.values()) - set(INPUTS))
        if unknown or watchdog not in ("", *OUTPUTS):
            raise Refused(
                f"{name}: no line {', '.join(unknown) or watchdog!r} here; contacts "
                f"are on {', '.join(INPUTS)}, the watchdog on {' or '.join(OUTPUTS)}"
            )
        if len(set(contacts.values())) < len(contacts):
            raise Refused(f"{name}: two contacts cannot share one line")
        self.name, self.watchdog = name, watchdog
        self._port, self._contacts = port, dict(contacts)
        self._level = False
        for line in OUTPUTS:
            if line != watchdog:
                self._set(line, True)
        self.off()

    def identify(self) -> Identity:
        """Read the lines once; they have no name of their own.

        Raises:
            ConnectionLost: the port has gone, or has no such lines.
        """
        self.read()
        return Identity("", "modem lines", "", "")

    def read(self) -> dict[str, bool]:
        """Read every contact by name; true when it is closed.

        Raises:
            ConnectionLost: the port has gone, or has no such lines.
        """
        try:
            return {
                name: bool(getattr(self._port, line))
                for name, line in self._contacts.items()
            }
        except OSError as error:
            raise self._lost(error) from error

    def toggle(self) -> None:
        """Flip the watchdog line; to be called at each healthy tick, and only then.

        Raises:
            ConnectionLost: the port has gone, or has no such lines.
        """
        if self.watchdog:
            self._set(self.watchdog, not self._level)
            self._level = not self._level

    def off(self) -> None:
        """Take the watchdog line down and leave it there: its relay falls off.

        Raises:
            ConnectionLost: the port has gone, or has no such lines.
        """
        if self.watchdog:
            self._set(self.watchdog, False)
        self._level = False

    def close(self) -> None:
        """Close the port; without flips the relay falls off."""
        self._port.close()

    def _set(self, line: str, level: bool) -> None:
        try:
            setattr(self._port, line, level)
        except OSError as error:
            raise self._lost(error) from error

    def _lost(self, error: OSError) -> ConnectionLost:
        return ConnectionLost(
            f"{self.name}: the modem lines are gone ({error}); check the adapter, and "
            "that it has these lines"
        )


def open_lines(address: str) -> LinesPort:
    """Open a serial port for its modem lines, exclusively, with both outputs down.

    Raises:
        ConnectionLost: it cannot be opened; the message says why.
    """
    import serial

    log.warning("%s: the driver for modem lines is unverified on hardware", address)
    options = {} if "://" in address else {"exclusive": True}
    try:
        link = serial.serial_for_url(address, do_not_open=True, **options)
        link.dtr = link.rts = False
        link.open()
    except (OSError, ValueError) as error:  # SerialException is an OSError
        raise ConnectionLost(f"cannot open {address}: {error}") from error
    port: LinesPort = link
    return port
