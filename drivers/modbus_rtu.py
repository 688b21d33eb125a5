"""Modbus RTU, the host's side: one device's holding registers over a transport.

Frame: device id, function, payload, CRC-16 (polynomial 0xA001, start 0xFFFF, low byte
first); numbers inside are big-endian. Only function 3 is here: nothing is written.
An answer carries no number of its own, so after a failed exchange a late one could be
taken for the next; who reads several blocks of one length guards against that.
"""

import re
import struct

from drivers.errors import Garbled, Refused
from drivers.transport import Transport

READ_HOLDING = 3
EXCEPTION_BIT = 0x80
EXCEPTIONS = {1: "illegal function", 2: "illegal data address", 3: "illegal value"}


class ModbusRtu:
    """The registers of the device with an id on one serial line."""

    def __init__(self, transport: Transport, device_id: int) -> None:
        self.device_id = device_id
        self._transport = transport

    def read_registers(self, start: int, count: int) -> tuple[int, ...]:
        """Read holding registers (function 3) as unsigned 16-bit numbers.

        Raises:
            Silent: no complete frame came.
            Garbled: the frame is of another device, function or length, or broken.
            Refused: the device answers with an exception.
        """
        request = framed(
            struct.pack(">BBHH", self.device_id, READ_HOLDING, start, count)
        )
        answer = self._transport.query(request, self._frame(count))
        body = answer[:-2]
        if crc16(body) != answer[-2:]:
            raise self._garbled(request, answer, "a wrong check sum")
        if body[:2] == bytes((self.device_id, READ_HOLDING | EXCEPTION_BIT)):
            reason = EXCEPTIONS.get(body[2], "unknown to us")
            raise Refused(
                f"{self._transport.name}: refuses {request.hex(' ')} with exception "
                f"{body[2]} ({reason}); check the model and its number of channels"
            )
        if body[:3] != bytes((self.device_id, READ_HOLDING, 2 * count)):
            raise self._garbled(request, answer, "another device, function or length")
        return struct.unpack(f">{count}H", body[3:])

    def _frame(self, count: int) -> re.Pattern[bytes]:
        """Match an exception of this device, else as many bytes as are due."""
        exception = bytes((self.device_id, READ_HOLDING | EXCEPTION_BIT))
        due = 5 + 2 * count
        return re.compile(
            rb"\A(?:%b[\s\S]{3}|[\s\S]{%d})" % (re.escape(exception), due)
        )

    def _garbled(self, request: bytes, answer: bytes, what: str) -> Garbled:
        return Garbled(
            f"{self._transport.name}: {answer.hex(' ')} came after "
            f"{request.hex(' ')}: {what}; check the address, the baud rate and the "
            "termination of the bus"
        )


def framed(body: bytes) -> bytes:
    """Return a frame: the body and its check sum."""
    return body + crc16(body)


def crc16(body: bytes) -> bytes:
    """Compute the Modbus CRC-16 of a frame's body, low byte first."""
    crc = 0xFFFF
    for byte in body:
        crc = (crc >> 8) ^ _TABLE[(crc ^ byte) & 0xFF]
    return crc.to_bytes(2, "little")


def _entry(index: int) -> int:
    for _ in range(8):
        index = (index >> 1) ^ (0xA001 if index & 1 else 0)
    return index


_TABLE = tuple(_entry(index) for index in range(256))
