"""Optocon / Weidmann FOTEMP fibre-optic thermometers, up to 8 channels.

Source: MPIMeasurements.jl (MIT), a public program of a magnetic-particle-imaging lab,
in three versions since 2018; no manual was at hand and this is the only source.
Wire: 57600 8N1, no flow control, RTS and DTR off there. A request ends in CR, an answer
in CR LF: ``?03 1`` is answered by ``#03 1 234``, whole tenths of a °C. A reading
carries no time: a frozen thermometer cannot be told from a steady one here.
Not known: what a missing probe answers (only that it can be no number), what ``*FF``
means (an error here), and how to ask for the unit (in °F it would read too hot, in K
out of range).
UNVERIFIED on hardware; a warning is logged when a real link is used.
"""

import re

from drivers.admission import admit
from drivers.errors import Garbled, WrongInstrument
from drivers.plausible import ERROR, NO_PROBE, plausible
from drivers.roles import Identity, Temperature
from drivers.transport import Transport

# The model as its ``?40`` answers, and its channels as the source shows them (?0F).
MODELS = {"FT COMP2": 4}
MOST_CHANNELS = 8
LINE = re.compile(rb"[^\n]*\r\n")
BYTES = re.compile(rb"[0-9A-F]{2}(?: [0-9A-F]{2})*")
TENTHS = re.compile(rb"-?\d+")
FAULT = b"*FF"


class Fotemp:
    """The thermometer. How many channels it has it says itself."""

    def __init__(self, transport: Transport, *, model: str = "FT COMP2") -> None:
        admit(transport, "FOTEMP", model, MODELS)
        self.model = model
        self._transport = transport
        self._channels = 0

    def identify(self) -> Identity:
        """Read who answers, and how many channels it has.

        Raises:
            WrongInstrument: another model answers.
            Garbled: the number of channels is not 1 to 8.
        """
        model = self._text(b"40")
        if model != self.model:
            raise WrongInstrument(
                f"{self._transport.name}: {model!r} came after b'?40\\r', expected a "
                f"FOTEMP {self.model!r}; check the address and the model"
            )
        channels = self._ask(b"0F")
        if not (channels.isdigit() and 1 <= int(channels) <= MOST_CHANNELS):
            raise self._garbled(b"?0F\r", channels, "1 to 8 channels")
        self._channels = int(channels)
        return Identity("Optocon", model, self._text(b"41"), self._text(b"42"))

    def read_temperatures(self) -> dict[int, Temperature]:
        """Read the newest temperature of every channel, in °C.

        They are asked one by one: only this answer names its channel.

        Raises:
            Garbled: the answer is of another channel.
        """
        if not self._channels:
            self.identify()
        return {n: self._read(n) for n in range(1, self._channels + 1)}

    def off(self) -> None:
        """Do nothing: a thermometer makes no field."""

    def close(self) -> None:
        """Close the link."""
        self._transport.close()

    def _read(self, channel: int) -> Temperature:
        request = b"03 %d" % channel
        answer = self._ask(request)
        if answer == FAULT:
            return ERROR
        number, _, value = answer.partition(b" ")
        if number != b"%d" % channel:
            raise self._garbled(b"?%b\r" % request, answer, f"channel {channel}")
        return temperature_of(value.strip())

    def _text(self, function: bytes) -> str:
        """Return a text: hexadecimal bytes where all of it is (sure for ?40 only)."""
        answer = self._ask(function)
        if BYTES.fullmatch(answer):
            return bytes.fromhex(answer.decode("ascii")).decode("latin-1")
        return "" if answer == FAULT else answer.decode("latin-1")

    def _ask(self, request: bytes) -> bytes:
        """Return the fields of the answer to a request, or ``*FF``."""
        sent, head = b"?%b\r" % request, b"#%b" % request[:2]
        answer = self._transport.query(sent, LINE)[:-2]
        if answer == FAULT:
            return answer
        if answer[:3] != head or answer[3:4] not in (b"", b" "):
            raise self._garbled(sent, answer, f"an answer that begins with {head!r}")
        return answer[4:].strip()

    def _garbled(self, sent: bytes, answer: bytes, expected: str) -> Garbled:
        return Garbled(
            f"{self._transport.name}: {answer!r} came after {sent!r}, expected "
            f"{expected}; check the address and the baud rate"
        )


def temperature_of(value: bytes) -> Temperature:
    """Return tenths of a °C in °C; what is no whole number is no probe.

    Source: MPIMeasurements.jl, answers to ?03 and ?04; negative form unverified.
    """
    if not TENTHS.fullmatch(value):
        return NO_PROBE
    return plausible(int(value) / 10.0)
