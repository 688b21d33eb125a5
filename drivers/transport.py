"""Bytes to and from an instrument: one exchange at a time, with a time-out.

A ``Port`` is whatever carries bytes: pyserial (also ``socket://``), pyvisa, or a
simulated line. ``Transport`` adds what every protocol needs: reading up to a pattern,
pacing between writes, a wire log, and errors that say what happened.
"""

import re
import time
from collections.abc import Callable
from typing import Any, Protocol

from drivers.errors import ConnectionLost, Garbled, Silent
from drivers.udp_port import PREFIX, UdpPort

LF = re.compile(rb"[^\n]*\n")
WireLog = Callable[[str, str, bytes], None]
VISA_SOCKET = re.compile(r"TCPIP\d*::([^:]+)::(\d+)::SOCKET", re.IGNORECASE)
VISA_SERIAL = re.compile(r"ASRL([^:]+)::INSTR", re.IGNORECASE)
STALE_CHUNKS = 1000
SLICE_S = 0.05


class Port(Protocol):
    """Carries bytes. ``read`` waits at most ``timeout_s`` for the first byte.

    A port that has gone raises ``OSError``. ``waits`` is false for a line that
    answers at once or never (simulated time).
    """

    waits: bool

    def write(self, data: bytes) -> None: ...

    def read(self, timeout_s: float) -> bytes: ...

    def close(self) -> None: ...


class Transport:
    """One instrument's exchanges over one port.

    ``gap_s`` is the pause that the instrument needs after a write; ``log`` receives
    (instrument, direction ">" or "<", bytes) of everything. ``waits`` tells a real
    link from a simulated line.
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
        self.waits = port.waits
        self._port = port
        self._gap_s = gap_s if port.waits else 0.0
        self._log = log
        self._buffer = b""
        self._free_at_s = 0.0

    def query(self, data: bytes, until: re.Pattern[bytes] = LF) -> bytes:
        """Drop stale input, send, and return the answer that ``until`` matches.

        Raises:
            Silent: no match within the time-out; says what did come.
            ConnectionLost: the port has gone.
        """
        if self.waits or self._log is not None:
            self.discard()
            self.write(data)
        else:
            self._exchange(data)
        return self.read_until(until, data)

    def write(self, data: bytes) -> None:
        """Send bytes, after the pause that the instrument needs.

        Raises:
            ConnectionLost: the port has gone.
        """
        if self._gap_s:
            time.sleep(max(0.0, self._free_at_s - time.monotonic()))
        if self._log is not None:
            self._log(self.name, ">", data)
        try:
            self._port.write(data)
        except OSError as error:
            raise self._lost(error) from error
        if self._gap_s:
            self._free_at_s = time.monotonic() + self._gap_s

    def read_until(self, until: re.Pattern[bytes], sent: bytes = b"") -> bytes:
        """Return the bytes up to the end of the first match of ``until``.

        Raises:
            Silent: no match within the time-out; says what did come.
            ConnectionLost: the port has gone.
        """
        deadline_s = time.monotonic() + self.timeout_s if self.waits else 0.0
        left_s = self.timeout_s
        while True:
            buffer = self._buffer
            if until is LF:  # the most usual, and found faster without a pattern
                end = buffer.find(b"\n") + 1
            else:
                match = until.search(buffer) if buffer else None
                end = 0 if match is None else match.end()
            if end:
                self._buffer = buffer[end:]
                return buffer[:end]
            if left_s <= 0.0:
                raise self._silent(sent)
            chunk = self._receive(left_s)
            if self.waits:
                left_s = deadline_s - time.monotonic()
            elif not chunk:
                raise self._silent(sent)

    def read_bytes(self, count: int, sent: bytes = b"") -> bytes:
        """Return exactly ``count`` bytes, or raise ``Silent``."""
        return self.read_until(re.compile(rb"[\s\S]{%d}" % count), sent)

    def discard(self) -> None:
        """Throw away what arrived unasked.

        Raises:
            Garbled: the instrument does not stop talking.
            ConnectionLost: the port has gone.
        """
        self._buffer = b""
        if not self._receive(0.0):
            return
        for _ in range(STALE_CHUNKS):
            self._buffer = b""
            if not self._receive(0.0):
                return
        raise Garbled(
            f"{self.name}: talks without being asked and does not stop "
            f"({self._buffer[:40]!r} ...); check the address and the baud rate"
        )

    def close(self) -> None:
        """Close the port; safe to call twice."""
        self._port.close()

    def _exchange(self, data: bytes) -> None:
        """Do what a query does, on a line that answers at once, in fewer steps."""
        port = self._port
        try:
            stale = port.read(0.0)
            if not stale:
                port.write(data)
                self._buffer = port.read(0.0)
                return
        except OSError as error:
            raise self._lost(error) from error
        self.discard()
        self.write(data)

    def _receive(self, timeout_s: float) -> bytes:
        try:
            chunk = self._port.read(timeout_s)
        except OSError as error:
            raise self._lost(error) from error
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

    def _lost(self, error: OSError) -> ConnectionLost:
        return ConnectionLost(
            f"{self.name}: the connection is gone ({error}); check the cable and "
            "that the instrument is switched on"
        )


def open_port(address: str, *, baud: int = 9600, parity: str = "N") -> Port:
    """Open an address: a serial port, ``socket://host:port``, or a VISA resource.

    A serial port is opened exclusively. Baud rate and parity do not apply to sockets.
    ``udp://host`` carries frames of datagrams: see ``drivers.udp_port``.

    Raises:
        ConnectionLost: it cannot be opened; the message says why.
    """
    address = stream_address(address)
    if "::" in address and "://" not in address:
        return _VisaPort(address)
    if address.startswith(PREFIX):
        return UdpPort(address)
    return _SerialPort(address, baud, parity)


def stream_address(address: str) -> str:
    """Return pyserial's name for a VISA resource that is a plain stream of bytes.

    ``TCPIP::host::port::SOCKET`` and ``ASRL<port>::INSTR`` have no messages for VISA
    to keep apart; anything else is returned as it is.
    """
    if match := VISA_SOCKET.fullmatch(address):
        return f"socket://{match[1]}:{match[2]}"
    if match := VISA_SERIAL.fullmatch(address):
        return f"COM{match[1]}" if match[1].isdigit() else match[1]
    return address


class _SerialPort:
    waits = True

    def __init__(self, address: str, baud: int, parity: str) -> None:
        import serial

        options: dict[str, Any] = {"baudrate": baud, "parity": parity}
        # Changing the time-out later re-programs the port on some systems, so it is
        # a fixed short one, and longer waits are several reads.
        options["timeout"] = SLICE_S
        if "://" not in address:
            options["exclusive"] = True
        try:
            self._serial = serial.serial_for_url(address, **options)
        except (OSError, ValueError) as error:  # SerialException is an OSError
            raise ConnectionLost(f"cannot open {address}: {error}") from error

    def write(self, data: bytes) -> None:
        self._serial.write(data)

    def read(self, timeout_s: float) -> bytes:
        waiting: int = self._serial.in_waiting
        if not waiting and timeout_s <= 0.0:
            return b""
        data: bytes = self._serial.read(waiting or 1)
        return data

    def close(self) -> None:
        self._serial.close()


class _VisaPort:
    """A message-based link: VXI-11, USB-TMC, GPIB."""

    waits = True

    def __init__(self, address: str) -> None:
        import pyvisa

        self._errors = (pyvisa.Error, ValueError)
        self._timed_out = pyvisa.constants.StatusCode.error_timeout
        try:
            self._resource: Any = pyvisa.ResourceManager("@py").open_resource(address)
        except (OSError, *self._errors) as error:
            raise ConnectionLost(f"cannot open {address}: {error}") from error

    def write(self, data: bytes) -> None:
        try:
            self._resource.write_raw(data)
        except self._errors as error:
            raise OSError(str(error)) from error

    def read(self, timeout_s: float) -> bytes:
        if timeout_s <= 0.0:
            return b""  # asking for an answer that is not there is an error in SCPI
        self._resource.timeout = max(1, round(1000 * timeout_s))
        try:
            data: bytes = self._resource.read_raw()
        except self._errors as error:
            if getattr(error, "error_code", None) == self._timed_out:
                return b""
            raise OSError(str(error)) from error
        return data

    def close(self) -> None:
        self._resource.close()
