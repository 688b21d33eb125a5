"""Bytes to and from an instrument: one exchange at a time, with a time-out.

A ``Port`` is whatever carries bytes: pyserial (also ``socket://``), pyvisa, or a
simulated line. ``Transport`` adds what every protocol needs: reading up to a pattern,
pacing between writes, a wire log, and errors that say what happened.
"""

import re
import time
from collections.abc import Callable
from typing import Any, Protocol

from drivers.errors import ConnectionLost, Silent

LF = re.compile(rb"[^\n]*\n")
WireLog = Callable[[str, str, bytes], None]


class Port(Protocol):
    """Carries bytes. ``read`` waits at most ``timeout_s`` for the first byte.

    ``waits`` is false for a line that answers at once or never (simulated time).
    """

    waits: bool

    def write(self, data: bytes) -> None: ...

    def read(self, timeout_s: float) -> bytes: ...

    def close(self) -> None: ...


class Transport:
    """One instrument's exchanges over one port.

    ``gap_s`` is the pause that the instrument needs after a write; ``log`` receives
    (instrument, direction ">" or "<", bytes) of everything.
    """

    def __init__(
        self,
        port: Port,
        name: str,
        *,
        timeout_s: float = 1.0,
        gap_s: float = 0.0,
        log: WireLog | None = None,
    ) -> None:
        self.name = name
        self.timeout_s = timeout_s
        self._port = port
        self._gap_s = gap_s if port.waits else 0.0
        self._log = log
        self._buffer = b""
        self._free_at_s = 0.0

    def query(self, data: bytes, until: re.Pattern[bytes] = LF) -> bytes:
        """Drop stale input, send, and return the answer that ``until`` matches."""
        self.discard()
        self.write(data)
        return self.read_until(until, sent=data)

    def write(self, data: bytes) -> None:
        """Send bytes, after the pause that the instrument needs."""
        if self._gap_s:
            time.sleep(max(0.0, self._free_at_s - time.monotonic()))
        if self._log is not None:
            self._log(self.name, ">", data)
        self._port.write(data)
        if self._gap_s:
            self._free_at_s = time.monotonic() + self._gap_s

    def read_until(self, until: re.Pattern[bytes], sent: bytes = b"") -> bytes:
        """Return the bytes up to the end of the first match of ``until``.

        Raises:
            Silent: no match within the time-out; says what did come.
        """
        deadline_s = time.monotonic() + self.timeout_s if self._port.waits else 0.0
        left_s = self.timeout_s
        while True:
            match = until.search(self._buffer)
            if match is not None:
                answer = self._buffer[: match.end()]
                self._buffer = self._buffer[match.end() :]
                return answer
            chunk = self._receive(left_s)
            if self._port.waits:
                left_s = deadline_s - time.monotonic()
            if not chunk and (not self._port.waits or left_s <= 0.0):
                raise self._silent(sent)

    def read_bytes(self, count: int, sent: bytes = b"") -> bytes:
        """Return exactly ``count`` bytes, or raise ``Silent``."""
        return self.read_until(re.compile(rb"[\s\S]{%d}" % count), sent)

    def discard(self) -> None:
        """Throw away what arrived unasked."""
        self._buffer = b""
        while self._receive(0.0):
            self._buffer = b""

    def close(self) -> None:
        """Close the port; safe to call twice."""
        self._port.close()

    def _receive(self, timeout_s: float) -> bytes:
        chunk = self._port.read(max(0.0, timeout_s))
        if chunk:
            if self._log is not None:
                self._log(self.name, "<", chunk)
            self._buffer += chunk
        return chunk

    def _silent(self, sent: bytes) -> Silent:
        came = repr(self._buffer) if self._buffer else "nothing"
        return Silent(
            f"{self.name}: {came} came within {self.timeout_s:g} s after {sent!r}; "
            "check that it is switched on, the cable, the address and the baud rate"
        )


def open_port(address: str, *, baud: int = 9600, parity: str = "N") -> Port:
    """Open an address: a serial port, ``socket://host:port``, or a VISA resource.

    Raises:
        ConnectionLost: it cannot be opened; the message says why.
    """
    if "::" in address:
        return _VisaPort(address)
    return _SerialPort(address, baud, parity)


class _SerialPort:
    waits = True

    def __init__(self, address: str, baud: int, parity: str) -> None:
        import serial

        self._errors = (serial.SerialException, OSError)
        options: dict[str, Any] = {"baudrate": baud, "parity": parity, "timeout": 0}
        if "://" not in address:
            options["exclusive"] = True
        try:
            self._serial = serial.serial_for_url(address, **options)
        except (*self._errors, ValueError) as error:
            raise ConnectionLost(f"cannot open {address}: {error}") from error
        self._address = address

    def write(self, data: bytes) -> None:
        try:
            self._serial.write(data)
        except self._errors as error:
            raise ConnectionLost(f"{self._address} is gone: {error}") from error

    def read(self, timeout_s: float) -> bytes:
        try:
            self._serial.timeout = timeout_s
            first: bytes = self._serial.read(1)
            if not first:
                return b""
            self._serial.timeout = 0
            rest: bytes = self._serial.read(4096)
        except self._errors as error:
            raise ConnectionLost(f"{self._address} is gone: {error}") from error
        return first + rest

    def close(self) -> None:
        self._serial.close()


class _VisaPort:
    waits = True

    def __init__(self, address: str) -> None:
        import pyvisa

        self._errors = (pyvisa.Error, OSError, ValueError)
        self._timed_out = pyvisa.constants.StatusCode.error_timeout
        try:
            self._resource: Any = pyvisa.ResourceManager("@py").open_resource(address)
        except self._errors as error:
            raise ConnectionLost(f"cannot open {address}: {error}") from error
        self._resource.read_termination = None
        self._resource.write_termination = None
        self._address = address

    def write(self, data: bytes) -> None:
        try:
            self._resource.write_raw(data)
        except self._errors as error:
            raise ConnectionLost(f"{self._address} is gone: {error}") from error

    def read(self, timeout_s: float) -> bytes:
        self._resource.timeout = max(1, round(1000 * timeout_s))
        try:
            data: bytes = self._resource.read_raw()
        except self._errors as error:
            if getattr(error, "error_code", None) == self._timed_out:
                return b""
            raise ConnectionLost(f"{self._address} is gone: {error}") from error
        return data

    def close(self) -> None:
        self._resource.close()
