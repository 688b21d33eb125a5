"""Siglent SDG1000X/2000X and Teledyne T3AFG generators, channel 1.

Source: SDG Programming Guide PG02, basic wave (BSWV) and output (OUTP) commands, as
public drivers use them. Answers are read by key, since the set of keys differs from
model to model, and with or without a header (``CHDR``).
Wire: LF both ways, TCP 5025 (unverified) or USB-TMC. A setting never answers; each is
confirmed by reading it back. Wave shape and load impedance are left as they are set on
the instrument; the amplitude holds for that load.
UNVERIFIED on hardware; a warning is logged when a real link is used.
"""

import re
from dataclasses import dataclass
from functools import partial

from drivers.admission import admit, ask_identity, check_range
from drivers.errors import Garbled, Refused
from drivers.roles import Identity
from drivers.transport import Transport

QUANTITY = re.compile(r"([+-]?\d+(?:\.\d*)?(?:E[+-]?\d+)?)([A-Z]*)", re.IGNORECASE)
BASIC_WAVE = re.compile(rb"\s*(?:C1:(?:BSWV|BASIC_WAVE)\s+)?([^\s:][^\n:]*?)\s*")
OUTPUT = re.compile(rb"\s*(?:C1:(?:OUTP|OUTPUT)\s+)?(ON|OFF)(?:,[^\n]*)?\s*")
UNITS = {"": 1.0, "HZ": 1.0, "KHZ": 1e3, "MHZ": 1e6, "V": 1.0, "MV": 1e-3}
LOWEST_HZ, LOWEST_VPP, HIGHEST_VPP = 1e-6, 0.002, 20.0
TOLERANCE = 1e-6  # of what is read back: it is printed with few digits


@dataclass(frozen=True, slots=True)
class Model:
    """Highest sine frequency, in Hz (unverified)."""

    highest_hz: float


MODELS = {
    "SDG1032X": Model(30e6),
    "SDG1062X": Model(60e6),
    "SDG2042X": Model(40e6),
    "SDG2082X": Model(80e6),
    "SDG2122X": Model(120e6),
    "T3AFG80": Model(80e6),
}


class SiglentSdg:
    """The generator that clocks the inverter."""

    reads_back = True
    lowest_vpp = LOWEST_VPP

    def __init__(self, transport: Transport, *, model: str = "SDG1032X") -> None:
        admit(transport, "Siglent", model, MODELS)
        self.model = model
        self._limits = MODELS[model]
        self._transport = transport
        self._check = partial(check_range, transport, model)

    def identify(self) -> Identity:
        """Read who answers.

        Raises:
            WrongInstrument: it is not the model that is expected.
        """
        return ask_identity(self._transport, "a Siglent or Teledyne", self.model)

    def read_frequency_hz(self) -> float:
        """Read the frequency that is set, in Hz.

        Raises:
            Refused: the wave shape has none.
        """
        return self._read("FRQ")

    def read_amplitude_vpp(self) -> float:
        """Read the amplitude that is set, in V peak to peak.

        Raises:
            Refused: the wave shape has none.
        """
        return self._read("AMP")

    def read_output(self) -> bool:
        """Read whether the output is on."""
        answer = self._transport.query(b"C1:OUTP?\n")
        match = OUTPUT.fullmatch(answer)
        if match is None:
            raise Garbled(self._unexpected(b"C1:OUTP?\n", answer))
        return match[1] == b"ON"

    def read_state(self) -> tuple[float, bool]:
        """Read the frequency in Hz, and whether the output is on."""
        return self.read_frequency_hz(), self.read_output()

    def set_frequency(self, frequency_hz: float) -> None:
        """Set the frequency in Hz, and read it back.

        Raises:
            Refused: outside the model's range (nothing was sent), or not taken.
        """
        self._check("frequency", frequency_hz, "Hz", LOWEST_HZ, self._limits.highest_hz)
        self._set("FRQ", frequency_hz, b"C1:BSWV FRQ,%.12g\n" % frequency_hz)

    def set_amplitude(self, amplitude_vpp: float) -> None:
        """Set the amplitude in V peak to peak, and read it back.

        Raises:
            Refused: outside every model's range (nothing was sent), or not taken.
        """
        self._check("amplitude", amplitude_vpp, "Vpp", LOWEST_VPP, HIGHEST_VPP)
        self._set("AMP", amplitude_vpp, b"C1:BSWV AMP,%.6g\n" % amplitude_vpp)

    def set_output(self, on: bool) -> None:
        """Switch the output; ``read_output`` says what came of it."""
        self._transport.write(b"C1:OUTP ON\n" if on else b"C1:OUTP OFF\n")

    def off(self) -> None:
        """Switch the output off; in any state."""
        self.set_output(False)

    def close(self) -> None:
        """Close the port; the output is left as it is."""
        self._transport.close()

    def _read(self, key: str) -> float:
        answer = self._transport.query(b"C1:BSWV?\n")
        fields = fields_of(answer)
        if "WVTP" not in fields:
            raise Garbled(self._unexpected(b"C1:BSWV?\n", answer))
        if key not in fields:
            raise Refused(
                f"{self._transport.name}: its wave shape {fields['WVTP']} has no {key}"
                "; set a sine or square wave on the instrument"
            )
        value = quantity_of(fields[key])
        if value is None:
            raise Garbled(self._unexpected(b"C1:BSWV?\n", answer))
        return value

    def _set(self, key: str, value: float, command: bytes) -> None:
        self._transport.write(command)
        found = self._read(key)
        if not abs(found - value) <= TOLERANCE * value:
            raise Refused(
                f"{self._transport.name}: {found:g} is read back after {command!r}; "
                "check the load impedance, the wave shape and the model"
            )

    def _unexpected(self, command: bytes, answer: bytes) -> str:
        return (
            f"{self._transport.name}: {answer!r} came after {command!r}, which is not "
            "an answer of a Siglent generator; check the address"
        )


def fields_of(answer: bytes) -> dict[str, str]:
    """Return key → value of a BSWV answer; empty when it is not one."""
    match = BASIC_WAVE.fullmatch(answer)
    words = match[1].decode("latin-1").upper().split(",") if match else []
    return dict(zip(words[::2], words[1::2], strict=True)) if not len(words) % 2 else {}


def quantity_of(text: str) -> float | None:
    """Return a number with its unit in Hz or V, None if it is not one."""
    match = QUANTITY.fullmatch(text.strip())
    factor = UNITS.get(match[2].upper()) if match else None
    return None if match is None or factor is None else float(match[1]) * factor
