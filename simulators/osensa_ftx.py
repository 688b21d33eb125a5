"""A simulated OSENSA FTX thermometer: 1, 3 or 6 channels, Modbus RTU.

After the vendor's register map. Assumed, as no source says it: exceptions carry the
standard codes; registers that the map does not name, and channels that the model does
not have, are refused with exception 2; register 6 of a block reads 0; what is shown
without a probe is up to the switches below.
"""

import math
import struct

from simulators.fibre_channels import FibreChannels
from simulators.modbus_rtu import WRITE_REGISTERS, FrameReader, check_sum

READ_REGISTERS, UNLOCK = 3, 100
LENGTHS = {READ_REGISTERS: 8, UNLOCK: 8}
ILLEGAL_FUNCTION, ILLEGAL_ADDRESS, ILLEGAL_VALUE = 1, 2, 3
MOST_REGISTERS = 125
CHANNELS = {"FTX-1": 1, "FTX-3": 3, "FTX-6": 6}
DEVICE_IDS = {"FTX-1": 247, "FTX-3": 40, "FTX-6": 247}
FAST = 0x0400
FIRST_BLOCK, PCB = 0x1000, 0x1030
ORDER_IN_MEMORY = "ADBECF"
CUSTOMER, FACTORY, CHANGE_CODE = 1, 2, 3


class OsensaFtx(FibreChannels):
    """The thermometer's registers and locks.

    ``no_probe_status`` and ``no_probe_c`` are what a channel without a probe shows,
    ``status`` is a status to show with a probe; ``decay``, ``light_level`` and
    ``led_current`` are the same for all channels. Codes of the locks are attributes.
    """

    def __init__(
        self, model: str = "FTX-1", serial: str = "123456", device_id: int | None = None
    ) -> None:
        super().__init__(CHANNELS[model])
        self.model = model
        self.serial_number = int(serial)
        self.device_id = DEVICE_IDS[model] if device_id is None else device_id
        self.no_probe_status, self.no_probe_c = 9, 0.0
        self.status = [0] * CHANNELS[model]
        self.decay, self.light_level, self.led_current = 1.5, 1000, 50
        self.pcb_c = 31.2
        self.customer_code, self.factory_code = 1, 2
        self.customer_unlocked = self.factory_unlocked = False
        self._frames = FrameReader(LENGTHS)

    def receive(self, data: bytes) -> bytes:
        """Take bytes from the host; return the bytes that are answered."""
        answers = b""
        for body in self._frames.bodies(data):
            if body[0] == self.device_id:
                answer = body[:1] + self._answer(body[1], body[2:])
                answers += answer + check_sum(answer)
        return answers

    def advance(self, dt_s: float) -> bytes:
        """Let time pass: a request that stays incomplete is forgotten."""
        self._frames.wait(dt_s)
        return b""

    def _answer(self, function: int, payload: bytes) -> bytes:
        if function == READ_REGISTERS:
            return self._read(*struct.unpack(">HH", payload))
        if function == WRITE_REGISTERS:
            return self._write(payload)
        if function == UNLOCK:
            return self._unlock(*struct.unpack(">HH", payload))
        return _exception(function, ILLEGAL_FUNCTION)

    def _read(self, start: int, count: int) -> bytes:
        if not 1 <= count <= MOST_REGISTERS:
            return _exception(READ_REGISTERS, ILLEGAL_VALUE)
        registers = self._registers()
        wanted = range(start, start + count)
        if any(register not in registers for register in wanted):
            return _exception(READ_REGISTERS, ILLEGAL_ADDRESS)
        values = [registers[register] for register in wanted]
        return struct.pack(f">BB{count}H", READ_REGISTERS, 2 * count, *values)

    def _registers(self) -> dict[int, int]:
        serial_high, serial_low = divmod(self.serial_number, 1 << 16)
        registers = {2: serial_high, 3: serial_low, 10: self.device_id}
        registers[PCB] = round(10.0 * (self.pcb_c + 273.0))
        for channel in range(1, len(self.temperatures) + 1):
            shown_c, status = self._shown(channel)
            registers[FAST + channel - 1] = _fast(shown_c, status)
            place = ORDER_IN_MEMORY.index("ABCDEF"[channel - 1])
            block = (*_halves(shown_c + 273.0), *_halves(self.decay))
            rest = (self.light_level, self.led_current, 0, status)
            for offset, value in enumerate(block + rest):
                registers[FIRST_BLOCK + 8 * place + offset] = value
        return registers

    def _shown(self, channel: int) -> tuple[float, int]:
        shown_c = self.shown_c(channel)
        if shown_c is None:
            return self.no_probe_c, self.no_probe_status
        return shown_c, self.status[channel - 1]

    def _write(self, payload: bytes) -> bytes:
        start, count, length = struct.unpack(">HHB", payload[:5])
        data = payload[5:]
        if len(data) != length or length != 2 * count:
            return _exception(WRITE_REGISTERS, ILLEGAL_VALUE)
        if (start, count) == (10, 1) and self.customer_unlocked:
            self.device_id = int.from_bytes(data, "big") & 0xFF
        elif (start, count) == (2, 2) and self.factory_unlocked:
            self.serial_number = int.from_bytes(data, "big")
        else:
            return _exception(WRITE_REGISTERS, ILLEGAL_ADDRESS)
        return struct.pack(">BHH", WRITE_REGISTERS, start, count)

    def _unlock(self, action: int, code: int) -> bytes:
        if action == CUSTOMER and code == self.customer_code:
            self.customer_unlocked = True
        elif action == FACTORY and code == self.factory_code:
            self.factory_unlocked = True
        elif action == CHANGE_CODE and self.customer_unlocked:
            self.customer_code = code
        else:
            return _exception(UNLOCK, ILLEGAL_VALUE)
        return bytes((UNLOCK,))


def _exception(function: int, code: int) -> bytes:
    return bytes((function | 0x80, code))


def _halves(number: float) -> tuple[int, int]:
    """Return a number times 65536 as two words, the high one first."""
    raw = min(max(round(number * 65536.0), 0), 0xFFFF_FFFF)
    return raw >> 16, raw & 0xFFFF


def _fast(shown_c: float, status: int) -> int:
    """Return 10 times the tenths of a °C (rounded down, not below 0) plus a digit."""
    tenths = max(0, math.floor(10.0 * shown_c + 1e-9))
    return min(10 * tenths + status % 10, 0xFFFF)
