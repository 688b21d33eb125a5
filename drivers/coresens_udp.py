"""Opsens CoreSens fibre-optic thermometer: commands over UDP, data by multicast.

Source: one public driver (SweepMe, instrument-drivers, Logger-OpsensSolutions_CoreSens:
CoreSensComm.py and main.py); no manual was at hand. What it shows: the device is at
10.0.10.2 where it gives out addresses itself; commands go to its port 50910, answers
come to local port 50910, data to group 239.0.0.1 at port 50911. A command is u16 300,
u16 length, the text, CR LF NUL; u means unsigned with the low byte first. Two datagrams
answer it: the command again, then the response, both text. A data packet is u8 system,
u8 slot (1-13), u8 channel (1-2), u8 type, u32 count, then u64 time in units of 100 us
since 1970 and a 32-bit float for each value; NULs may follow.
Channels are numbered through here: 2 (slot - 1) + channel, so slot 2 has 3 and 4.
The sensors, their units and which channels measure are set up in the device's own web
pages. Not known, so taken either way: whether answers have the header of a command, and
what ends a response. Not known: the text of ``*IDN?``, what a channel without a probe
sends, and the other types (2 is the one that is seen; any other is no temperature).
UNVERIFIED on hardware; a warning is logged when a real link is used.
"""

import re
import struct
from collections.abc import Iterator

from drivers.admission import admit
from drivers.errors import Garbled, Refused, Silent, WrongInstrument
from drivers.plausible import ERROR, plausible
from drivers.roles import Identity, Temperature
from drivers.transport import Transport

SLOTS, CHANNELS_A_SLOT = 13, 2
MODELS = {"CoreSens": SLOTS * CHANNELS_A_SLOT}
COMMAND, TEMPERATURE = 300, 2
HEADER, SAMPLE = struct.Struct("<BBBBI"), struct.Struct("<Qf")
ANYTHING = re.compile(rb"[\s\S]+")
TEXT = rb"ANS:[\s\S]{2}(?:\x2c\x01[\s\S]{2})?"
REFUSAL = re.compile(rb"Err *(-\d+)", re.IGNORECASE)
IDLE = b"0"
BUSY = -201  # "acquisition in progress"
# After so many calls without anything new it is asked whether it measures at all.
PATIENCE = 3
# In units of 100 us: a channel may be behind the newest one by so much; time stamps
# that go back by more are a clock that was set, by less an old packet.
BEHIND, SET_BACK = 2_500, 100_000


class CoresensUdp:
    """The thermometer; ``system`` is the number of its chassis, 1 to 50."""

    def __init__(
        self, transport: Transport, *, model: str = "CoreSens", system: int = 1
    ) -> None:
        admit(transport, "Opsens", model, MODELS)
        self.model, self.system = model, system
        self._transport = transport
        self._quiet = PATIENCE
        self._kept = b""
        self._newest: dict[int, tuple[int, Temperature]] = {}

    def identify(self) -> Identity:
        """Read who answers; the whole text of ``*IDN?`` is kept as the firmware.

        Raises:
            WrongInstrument: an error, or nothing, is answered.
        """
        self._kept = b""
        text = self._ask(b"*IDN?")
        if not text or REFUSAL.match(text):
            raise WrongInstrument(
                f"{self._transport.name}: {text!r} came after b'*IDN?', expected an "
                f"Opsens {self.model}; check the address"
            )
        fields = [field.strip() for field in text.decode("latin-1").split(",")]
        serial = fields[2] if len(fields) == 4 else ""
        return Identity("Opsens", self.model, serial, ", ".join(fields))

    def read_temperatures(self) -> dict[int, Temperature]:
        """Read the newest temperatures in °C; start the measurement if it stands still.

        A channel that has sent nothing within 0.25 s of the newest one is left out.

        Raises:
            Silent: no new value came since the last call.
            Garbled: what came are no data packets.
        """
        if self._quiet >= PATIENCE:
            self._start()
        self._quiet += 1
        arrived, self._kept = self._kept, b""
        if b"DAT:" not in arrived:
            arrived += self._transport.read_until(ANYTHING)
        new = [self._take(packet) for packet in self._packets(arrived)]
        if not any(new):
            raise Silent(
                f"{self._transport.name}: nothing new of system {self.system} came, "
                f"only {arrived[:40]!r}; check the system's number and its channels"
            )
        self._quiet = 0
        last = max(time for time, _ in self._newest.values())
        return {
            channel: temperature
            for channel, (time, temperature) in sorted(self._newest.items())
            if last - time <= BEHIND
        }

    def off(self) -> None:
        """Do nothing: a thermometer makes no field."""

    def close(self) -> None:
        """Close the link."""
        self._transport.close()

    def _start(self) -> None:
        """Have it measure without end, if it does not measure already."""
        if self._ask(b"SYSTEMS:MEASURE:RUN?") == IDLE:
            refusal = REFUSAL.match(self._ask(b"SYSTEMS:MEASURE:START INFI"))
            if refusal is not None and int(refusal[1]) != BUSY:
                raise Refused(
                    f"{self._transport.name}: it does not start to measure "
                    f"({refusal[0]!r}); enable its channels on its own web page"
                )
        self._quiet = 0
        self._newest.clear()

    def _ask(self, command: bytes) -> bytes:
        """Return the text of the response to a command; keep the data in between."""
        head = struct.pack("<HH", COMMAND, len(command) + 3)
        until = TEXT + re.escape(command) + rb"[\r\n]*\0[\s\S]*?" + TEXT + rb"[^\0]*\0"
        sent = head + command + b"\r\n\0"
        self._transport.write(sent)
        came = self._transport.read_until(re.compile(until, re.IGNORECASE), sent)
        start = came.rindex(b"ANS:")
        left = start + 6 + int.from_bytes(came[start + 4 : start + 6], "little")
        if left > len(came):  # NULs behind the response
            came += self._transport.read_bytes(left - len(came), sent)
        self._kept += came
        response = re.match(TEXT + rb"([^\0]*)", came[start:])
        return response[1].strip(b"\r\n\x04 ") if response else b""

    def _packets(self, arrived: bytes) -> Iterator[bytes]:
        """Yield the data packets among the frames of drivers.udp_port."""
        at = 0
        while at < len(arrived):
            tag, end = arrived[at : at + 4], at + 6
            end += int.from_bytes(arrived[at + 4 : end], "little")
            if tag not in (b"DAT:", b"ANS:") or end > len(arrived):
                raise self._garbled(arrived[at:])
            if tag == b"DAT:":
                yield arrived[at + 6 : end]
            at = end

    def _take(self, packet: bytes) -> bool:
        """Note the newest sample of a packet; say whether it is new, and ours."""
        if len(packet) < HEADER.size:
            raise self._garbled(packet)
        system, slot, channel, kind, count = HEADER.unpack_from(packet)
        if len(packet) < HEADER.size + count * SAMPLE.size:
            raise self._garbled(packet)
        known = 1 <= slot <= SLOTS and 1 <= channel <= CHANNELS_A_SLOT
        if system != self.system or not known or not count:
            return False
        number = CHANNELS_A_SLOT * (slot - 1) + channel
        at = HEADER.size + (count - 1) * SAMPLE.size
        time, value = SAMPLE.unpack_from(packet, at)
        before, _ = self._newest.get(number, (-1, ERROR))
        if before - SET_BACK <= time <= before:
            return False
        shown = plausible(value) if kind == TEMPERATURE else ERROR
        self._newest[number] = (time, shown)
        return True

    def _garbled(self, data: bytes) -> Garbled:
        return Garbled(
            f"{self._transport.name}: {data[:40]!r} came, expected data packets of a "
            "CoreSens; check the address and the group"
        )
