"""Tektronix oscilloscopes with immediate measurements: MDO3000, TDS2000.

Sources: MDO4000/MDO3000 programmer manual, appendix D (waveform preamble) and page 3-5
(events); TDS200/1000/2000 programmer manual 071-1075, pages 2-66 (CURVe) and 2-114
(measurements); commands of a public lab's scripts for an MDO3024 on a pick-up coil.
Wire: LF both ways; VXI-11, USB-TMC or RS-232. A setting never answers. Headers before
answers are switched off when it is identified, and are understood where they are on.
What cannot be measured answers 9.9E37 (newer families 9.91E37). Peak to peak comes from
the sweep's extremes, rms from its first cycle. Nothing of channel, time base and
trigger is changed: the screen has to show the coil's voltage, unclipped.
UNVERIFIED on hardware; a warning is logged when a real link is used.
"""

import math
import re
import struct
from dataclasses import dataclass

from drivers.admission import admit, ask_identity
from drivers.errors import Garbled, Refused
from drivers.ieee_block import read_words
from drivers.roles import Identity, Signal
from drivers.sine import signal_of
from drivers.transport import Transport

HEADER = rb"\s*(?::[A-Z0-9:_]+ )?"
NUMBER = re.compile(HEADER + rb"([+-]?\d+(?:\.\d*)?(?:E[+-]?\d+)?)\s*", re.IGNORECASE)
BLOCK = re.compile(rb"[^#\n]*#[1-9]")
LONGEST = 10_000
# Eight bits, left in sixteen: the last step on either side is where a sweep is cut off.
LOWEST_RAW, HIGHEST_RAW = -32768, 32512


@dataclass(frozen=True, slots=True)
class Model:
    """Number of channels, and how the preamble of a waveform is called."""

    channels: int
    preamble: bytes


MODELS = {
    "MDO3024": Model(4, b"WFMOutpre"),
    "TDS2024": Model(4, b"WFMPre"),
    "TDS2012": Model(2, b"WFMPre"),
}


def model_of(fields: list[str]) -> str:
    """Return the model: a TDS has a space in its name, later ones a letter more."""
    return fields[1].replace(" ", "").rstrip("BC") if fields[0] == "TEKTRONIX" else ""


class TektronixScope:
    """The oscilloscope on the pick-up coil."""

    def __init__(
        self, transport: Transport, *, model: str = "MDO3024", channel: int = 1
    ) -> None:
        admit(transport, "Tektronix", model, MODELS)
        self.model = model
        self._transport = transport
        self._has = MODELS[model]
        self._channel = channel
        self._named(channel)

    def identify(self) -> Identity:
        """Switch headers off, and read who answers.

        Raises:
            WrongInstrument: it is not the model that is expected.
        """
        self._transport.write(b"HEADer OFF\n")
        return ask_identity(self._transport, "a Tektronix", self.model, model_of)

    def read_signal(self, channel: int | None = None) -> Signal:
        """Measure frequency in Hz and amplitude in V; "error" where it is no sine."""
        self._transport.write(b"MEASU:IMM:SOU %s\n" % self._named(channel))
        return signal_of(
            self._measured(b"FREQ"), self._measured(b"PK2"), self._measured(b"CRM")
        )

    def read_waveform(
        self, channel: int | None = None
    ) -> tuple[list[float], list[float]]:
        """Read (time in s, voltage in V), at most 10,000 samples; NaN where clipped.

        volt = YMULT (raw - YOFF) + YZERO. Source: appendix D.
        """
        self._transport.write(b"DATa:SOUrce %s\n" % self._named(channel))
        self._transport.write(b"DATa:ENCdg RIBinary\n")
        self._transport.write(b"DATa:WIDth 2\n")
        self._transport.write(b"DATa:STARt 1\n")
        self._transport.write(b"DATa:STOP %d\n" % LONGEST)
        step_s, start_s, volt, offset, zero_v = (
            self._number(b"%s:%s?\n" % (self._has.preamble, name))
            for name in (b"XINcr", b"XZEro", b"YMUlt", b"YOFf", b"YZEro")
        )
        raw = self._words(b"CURVe?\n")
        times_s = [start_s + step_s * index for index in range(len(raw))]
        return times_s, [
            volt * (value - offset) + zero_v
            if LOWEST_RAW < value < HIGHEST_RAW
            else math.nan
            for value in raw
        ]

    def off(self) -> None:
        """Do nothing: an oscilloscope makes no field."""

    def close(self) -> None:
        """Close the port."""
        self._transport.close()

    def _named(self, channel: int | None) -> bytes:
        number = self._channel if channel is None else channel
        if not 1 <= number <= self._has.channels:
            raise Refused(
                f"{self._transport.name}: no channel {number}; a {self.model} has "
                f"{self._has.channels}"
            )
        return b"CH%d" % number

    def _measured(self, kind: bytes) -> float:
        self._transport.write(b"MEASU:IMM:TYP %s\n" % kind)
        return self._number(b"MEASU:IMM:VAL?\n")

    def _number(self, command: bytes) -> float:
        answer = self._transport.query(command)
        match = NUMBER.fullmatch(answer)
        if match is None:
            raise Garbled(self._unexpected(command, answer))
        return float(match[1])

    def _words(self, command: bytes) -> tuple[int, ...]:
        data = read_words(self._transport, command, BLOCK, LONGEST)
        return struct.unpack(f">{len(data) // 2}h", data)

    def _unexpected(self, command: bytes, answer: bytes) -> str:
        return (
            f"{self._transport.name}: {answer!r} came after {command!r}, which is not "
            "an answer of a Tektronix oscilloscope; check the address"
        )
