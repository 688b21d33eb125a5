"""Opsens fibre-optic thermometers on a serial line: HandySens, PicoM, TempSens.

Sources: public programs of four labs (one per model or two), and the error list of the
same command engine in a public driver for CoreSens; no manual was at hand.
Wire: 8N1, no flow control. PicoM and TempSens at 9600 Bd with CR after a command,
HandySens at 57600 Bd with LF. An answer's lines end in LF (or CR LF), the answer in EOT
and LF. A reading carries no time: a frozen thermometer cannot be told from a steady one
here. Not known: what a missing probe answers (so anything but a plausible number is
none), how to ask for the unit (in °F it would read too hot, in K out of range), the
numbers of channels of each model (sources read channel 1), and the text of ``*IDN?``.
UNVERIFIED on hardware; a warning is logged when a real link is used.
"""

import re
from dataclasses import dataclass

from drivers.admission import admit
from drivers.errors import Garbled, WrongInstrument
from drivers.plausible import ERROR, NO_PROBE, plausible
from drivers.roles import Identity, Temperature
from drivers.transport import Transport

EOT = re.compile(rb"\x04\n?")
NUMBER = re.compile(rb"[+-]?\d+(?:\.\d*)?")
REFUSAL = re.compile(rb"Err (-\d+)", re.IGNORECASE)
NO_SENSOR = -333  # "no sensor assigned"


@dataclass(frozen=True, slots=True)
class Model:
    """Channels of a model (unverified), and the byte that ends a command."""

    channels: int
    end: bytes


MODELS = {
    "HandySens": Model(1, b"\n"),
    "PicoM": Model(1, b"\r"),
    "TempSens": Model(1, b"\r"),
}


class Opsens:
    """The thermometer; ``channels`` where it has another number than its model."""

    def __init__(
        self, transport: Transport, *, model: str = "PicoM", channels: int | None = None
    ) -> None:
        admit(transport, "Opsens", model, MODELS)
        self.model = model
        self.channels = MODELS[model].channels if channels is None else channels
        self._transport = transport
        self._name = b""
        self._in_step = False

    def identify(self) -> Identity:
        """Read who answers.

        The fields are taken as maker, model, serial number and firmware where there
        are four; else the whole text is the model.

        Raises:
            WrongInstrument: nothing, or an error, is answered.
        """
        answer = self._ask(b"*IDN?")
        if not answer or REFUSAL.match(answer) or NUMBER.fullmatch(answer):
            raise WrongInstrument(
                f"{self._transport.name}: {answer!r} came after b'*IDN?', expected an "
                f"Opsens {self.model}; check the address and the model"
            )
        self._name, self._in_step = answer, True
        text = answer.decode("latin-1")
        fields = [field.strip() for field in text.split(",")]
        return Identity(*fields) if len(fields) == 4 else Identity("", text, "", "")

    def read_temperatures(self) -> dict[int, Temperature]:
        """Read the newest temperature of every channel, in °C.

        An answer does not say of which channel it is. So after a failed exchange
        identity goes first: an answer that comes late is then seen to be the wrong one.

        Raises:
            Garbled: an answer came that belongs to another question.
        """
        if not self._in_step:
            self.identify()
        self._in_step = False
        temperatures = {
            channel: self._read(channel) for channel in range(1, self.channels + 1)
        }
        self._in_step = True
        return temperatures

    def off(self) -> None:
        """Do nothing: a thermometer makes no field."""

    def close(self) -> None:
        """Close the link."""
        self._transport.close()

    def _read(self, channel: int) -> Temperature:
        answer = self._ask(b"CH%d:DATA? 1" % channel)
        if answer == self._name:
            raise Garbled(
                f"{self._transport.name}: {answer!r} came after a reading was asked "
                "for: answers come late; check the cable and the baud rate"
            )
        return temperature_of(answer)

    def _ask(self, command: bytes) -> bytes:
        """Return the text of an answer, without what ends it."""
        answer = self._transport.query(command + MODELS[self.model].end, EOT)
        return answer[: answer.index(b"\x04")].strip()


def temperature_of(text: bytes) -> Temperature:
    """Return the answer to DATA? 1 in °C; anything but one plausible number is none.

    Source: public lab programs (one number a line); error numbers of CoreSens.
    """
    refusal = REFUSAL.match(text)
    if refusal is not None:
        return NO_PROBE if int(refusal[1]) == NO_SENSOR else ERROR
    return plausible(float(text)) if NUMBER.fullmatch(text) else ERROR
