"""Keysight/Agilent InfiniiVision oscilloscopes: 3000T X, 2000 X, 1000 X.

Sources: InfiniiVision programmer's guides: 2000 X, pages 644 (preamble) and 795 (more
than one query in a line); M9241A, pages 460 (a measurement that cannot be made), 1177
(holes and clipped samples) and 1184 (preamble); DSOX1204A, page 638 (blocks).
Wire: LF both ways; USB-TMC, VXI-11 or TCP 5025 (the last unverified). A setting never
answers. Each measurement names its channel, so that the front panel cannot change it.
Nothing of channel, time base and trigger is changed: the screen has to show the coil's
voltage, unclipped. Rms is over the screen and includes an offset, so with an offset
peak over rms is not that of a sine.
UNVERIFIED on hardware; a warning is logged when a real link is used.
"""

import math
import re
import struct

from drivers.admission import admit, ask_identity
from drivers.errors import Garbled, Refused
from drivers.ieee_block import read_words
from drivers.roles import Identity, Signal
from drivers.sine import signal_of
from drivers.transport import Transport

# Model and its channels.
MODELS = {"DSOX3024T": 4, "DSOX2012A": 2, "DSOX1204G": 4}
REAL = rb"[+-]?\d+(?:\.\d*)?(?:E[+-]?\d+)?"
NUMBER = rb"(" + REAL + rb")"
THREE = re.compile(rb"\s*" + b";".join(3 * [NUMBER]) + rb"\s*", re.IGNORECASE)
PREAMBLE = re.compile(rb"\s*" + 9 * (REAL + rb",") + REAL + rb"\s*", re.IGNORECASE)
BLOCK = re.compile(rb"#[1-9]")
MEASURE = b":MEASure:FREQuency? @;VPP? @;VRMS? DISPlay,DC,@\n"
POINTS = 1000
LONGEST = 10_000
WORD = 1.0
HOLE, CLIPPED_LOW, CLIPPED_HIGH = 0x0000, 0x0001, 0xFFFF


def model_of(fields: list[str]) -> str:
    """Return the model, which an instrument may write with "-" and spaces."""
    return re.sub(r"[- ]", "", fields[1])


class KeysightScope:
    """The oscilloscope on the pick-up coil."""

    def __init__(
        self, transport: Transport, *, model: str = "DSOX3024T", channel: int = 1
    ) -> None:
        admit(transport, "Keysight", model, MODELS)
        self.model = model
        self._transport = transport
        self._channel = channel
        self._named(channel)

    def identify(self) -> Identity:
        """Read who answers.

        Raises:
            WrongInstrument: it is not the model that is expected.
        """
        return ask_identity(self._transport, "a Keysight", self.model, model_of)

    def read_signal(self, channel: int | None = None) -> Signal:
        """Measure frequency in Hz and amplitude in V; "error" where it is no sine."""
        source = self._named(channel)
        command = MEASURE.replace(b"@", source)
        answer = self._transport.query(command)
        match = THREE.fullmatch(answer)
        if match is None:
            raise Garbled(self._unexpected(command, answer))
        return signal_of(*map(float, match.groups()))

    def read_waveform(
        self, channel: int | None = None
    ) -> tuple[list[float], list[float]]:
        """Read (time in s, voltage in V), 1000 samples; NaN where clipped or missing.

        volt = (raw - yreference) yincrement + yorigin, time likewise.
        Source: DSOX1204A programmer's guide, page 638.
        """
        source = self._named(channel)
        self._transport.write(b":WAVeform:SOURce %s\n" % source)
        self._transport.write(b":WAVeform:FORMat WORD\n")
        self._transport.write(b":WAVeform:BYTeorder LSBFirst\n")
        self._transport.write(b":WAVeform:UNSigned 1\n")
        self._transport.write(b":WAVeform:POINts %d\n" % POINTS)
        step_s, first_s, first, volt, zero_v, zero = self._preamble()
        raw = self._words(b":WAVeform:DATA?\n")
        times_s = [first_s + step_s * (index - first) for index in range(len(raw))]
        return times_s, [
            math.nan
            if value in (HOLE, CLIPPED_LOW, CLIPPED_HIGH)
            else volt * (value - zero) + zero_v
            for value in raw
        ]

    def off(self) -> None:
        """Do nothing: an oscilloscope makes no field."""

    def close(self) -> None:
        """Close the port."""
        self._transport.close()

    def _named(self, channel: int | None) -> bytes:
        number = self._channel if channel is None else channel
        if not 1 <= number <= MODELS[self.model]:
            raise Refused(
                f"{self._transport.name}: no channel {number}; a {self.model} has "
                f"{MODELS[self.model]}"
            )
        return b"CHANnel%d" % number

    def _preamble(self) -> list[float]:
        """Return xincrement, xorigin, xreference, yincrement, yorigin, yreference."""
        command = b":WAVeform:PREamble?\n"
        answer = self._transport.query(command)
        if PREAMBLE.fullmatch(answer) is None:
            raise Garbled(self._unexpected(command, answer))
        values = [float(field) for field in answer.split(b",")]
        if values[0] != WORD:
            raise Refused(
                f"{self._transport.name}: {answer!r} came after {command!r}: the "
                "samples are not words; does another program use the oscilloscope?"
            )
        return values[4:]

    def _words(self, command: bytes) -> tuple[int, ...]:
        data = read_words(self._transport, command, BLOCK, LONGEST)
        return struct.unpack(f"<{len(data) // 2}H", data)

    def _unexpected(self, command: bytes, answer: bytes) -> str:
        return (
            f"{self._transport.name}: {answer!r} came after {command!r}, which is not "
            "an answer of a Keysight oscilloscope; check the address"
        )
