"""Neoptix ReFlex fibre-optic thermometers, 1 to 4 channels (also Omega FOB10x).

Source: Omega FOB100 user's guide, pages 13-16 (the same commands), and public lab
scripts for the ReFlex.
Wire: RS-232, 9600 8N1. A command ends in CR; the answer ends in ``*`` at the start of
a line, or is ``Err`` and a digit. Lines of an answer end in CR, or CR LF: no source is
sure, so both are taken. A temperature carries no time: a frozen thermometer cannot be
told from a steady one here.
UNVERIFIED on hardware; a warning is logged when a real link is used.
"""

import logging
import re
from dataclasses import dataclass
from functools import lru_cache

from drivers.errors import Garbled, Refused, WrongInstrument
from drivers.roles import Identity, Temperature
from drivers.transport import Transport

log = logging.getLogger(__name__)

# The asterisk inside a signal-quality line is not a prompt.
PROMPT = re.compile(rb"(?:\A|[\r\n])(?:\*|Err\d)")
DEGREES = re.compile(rb"[+-]\d{1,4}\.\d")
SIGNAL = re.compile(rb"CH(\d):\s*power:\s*(\d+(?:\.\d+)?)(\*?)")
NAN = float("nan")
NO_PROBE = Temperature(NAN, "no-probe")
WARMING_UP = Temperature(NAN, "warming-up")
FAMILIES = ("ReFlex", "T1", "Nomad", "FOB10", "HHTFO")
COUNTS = (1, 2, 4)


@dataclass(frozen=True, slots=True)
class Signal:
    """A channel's signal power (no unit is given) and whether a probe is detected."""

    power_level: float
    probe: bool


class NeoptixReflex:
    """The thermometer in the field."""

    def __init__(self, transport: Transport, *, channels: int | None = None) -> None:
        if channels is not None and channels not in COUNTS:
            raise Refused(f"{transport.name}: {channels} channels; there are 1, 2 or 4")
        self._transport = transport
        self._channels = channels
        if transport.waits:
            log.warning(
                "%s: the driver for Neoptix ReFlex is unverified on hardware",
                transport.name,
            )

    def identify(self) -> Identity:
        """Read who answers, and set the unit to °C.

        Raises:
            WrongInstrument: not a thermometer of this family, or one with another
                number of channels.
            Garbled: it does not take the unit.
        """
        answer = self._transport.query(b"i\r", PROMPT)
        fields = information(answer)
        model = fields.get("Model", "")
        if not any(family in model for family in FAMILIES):
            raise WrongInstrument(
                f"{self._transport.name}: {answer!r} came after b'i\\r', expected a "
                "Neoptix ReFlex; check the address"
            )
        self._note_channels(fields.get("NB Channel", ""))
        unit = self._transport.query(b"uc\r", PROMPT)
        if not unit.endswith(b"*"):
            raise self._garbled(unit, b"uc\r")
        serial, version = fields.get("Serial", ""), fields.get("Internal Software", "")
        return Identity("Neoptix", model, serial, version)

    def read_temperatures(self) -> dict[int, Temperature]:
        """Measure the newest temperature of every channel, in °C.

        Raises:
            Garbled: not one value a channel, or a value that is none.
        """
        answer = self._transport.query(b"t\r", PROMPT)
        if not answer.endswith(b"*"):
            return self._error(answer)
        fields = answer[:-1].split()
        if len(fields) != self._channels:
            self._learn_channels(len(fields), answer)
        try:
            return dict(enumerate(map(temperature, fields), 1))
        except ValueError:
            raise self._garbled(answer, b"t\r") from None

    def read_signals(self) -> dict[int, Signal]:
        """Measure the signal power of every channel; no probe is 0.3 to 1.1.

        Raises:
            Garbled: not one line a channel.
        """
        answer = self._transport.query(b"y\r", PROMPT)
        signals = {
            int(channel): Signal(float(power), not star)
            for channel, power, star in SIGNAL.findall(answer)
        }
        if len(signals) not in COUNTS or self._channels not in (None, len(signals)):
            raise self._garbled(answer, b"y\r")
        return signals

    def off(self) -> None:
        """Do nothing: a thermometer has no output."""

    def close(self) -> None:
        """Close the port."""
        self._transport.close()

    def _error(self, answer: bytes) -> dict[int, Temperature]:
        if not answer.endswith(b"Err1"):
            raise self._garbled(answer, b"t\r")
        return dict.fromkeys(range(1, (self._channels or max(COUNTS)) + 1), WARMING_UP)

    def _learn_channels(self, count: int, answer: bytes) -> None:
        if self._channels is not None or count not in COUNTS:
            raise self._garbled(answer, b"t\r")
        self._channels = count

    def _note_channels(self, text: str) -> None:
        """Keep the number of channels that the instrument states, if it does."""
        if not text.isdigit():
            return
        if self._channels not in (None, int(text)):
            raise WrongInstrument(
                f"{self._transport.name}: has {text} channels, expected "
                f"{self._channels}; check the address and the config"
            )
        self._channels = int(text)

    def _garbled(self, answer: bytes, sent: bytes) -> Garbled:
        return Garbled(
            f"{self._transport.name}: {answer!r} came after {sent!r}, which is not an "
            "answer of a Neoptix thermometer; check the baud rate and the cable"
        )


@lru_cache(maxsize=4096)
def temperature(field: bytes) -> Temperature:
    """Return one value of the wire in °C: a sign, digits, one decimal; or ``---.-``.

    Raises:
        ValueError: it is neither.
    """
    if field == b"---.-":
        return NO_PROBE
    if DEGREES.fullmatch(field) is None:
        raise ValueError(field)
    return Temperature(float(field), "ok")


def information(answer: bytes) -> dict[str, str]:
    """Return the "name: value" lines of an ``i`` answer."""
    lines = answer.decode("latin-1").replace("\r", "\n").split("\n")
    pairs = (line.partition(":") for line in lines)
    return {name.strip(): value.strip() for name, colon, value in pairs if colon}
