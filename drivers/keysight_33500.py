"""Keysight/Agilent 33220A and 33500B generators, channel 1.

Source: the command set as public drivers of the 33220A and 33500B use it (frequency,
amplitude, output, error queue); the wording of errors is unverified. So are the
highest frequencies of 33509B, 33519B and 33520B; a public driver states those of the
33510B, 33511B, 33512B and 33522B.
Wire: SCPI, LF both ways; TCP 5025, USB-TMC or GPIB. A setting never answers; the few
that are made are checked with ``SYST:ERR?``. Wave shape and load impedance are left as
they are set on the instrument; the amplitude holds for that load.
UNVERIFIED on hardware; a warning is logged when a real link is used.
"""

import re
from dataclasses import dataclass
from functools import partial

from drivers.admission import admit, check_range
from drivers.errors import Garbled, Refused, WrongInstrument
from drivers.roles import Identity
from drivers.transport import Transport

NUMBER = re.compile(rb"\s*([+-]?\d+(?:\.\d*)?(?:E[+-]?\d+)?)\s*", re.IGNORECASE)
SWITCH = re.compile(rb"\s*([01])\s*")
STATE = b"FREQ?;:OUTP?\n"
BOTH = re.compile(NUMBER.pattern + rb";" + SWITCH.pattern)
ERROR = re.compile(rb'\s*([+-]?\d+)\s*,\s*"([^"]*)"\s*')
LOWEST_HZ = 1e-6


@dataclass(frozen=True, slots=True)
class Model:
    """Highest sine frequency, and the amplitude range over every load impedance."""

    highest_hz: float
    lowest_vpp: float
    highest_vpp: float


# 10 mVpp to 10 Vpp into 50 ohm, twice that into an open circuit
MODELS = {
    "33220A": Model(20e6, 0.010, 20.0),
    **dict.fromkeys(("33509B", "33510B", "33511B", "33512B"), Model(20e6, 0.001, 20.0)),
    **dict.fromkeys(("33519B", "33520B", "33521B", "33522B"), Model(30e6, 0.001, 20.0)),
}


class Keysight33500:
    """The generator that clocks the inverter."""

    def __init__(self, transport: Transport, *, model: str = "33521B") -> None:
        admit(transport, "Keysight", model, MODELS)
        self.model = model
        self._limits = MODELS[model]
        self.lowest_vpp = self._limits.lowest_vpp
        self._transport = transport
        self._check = partial(check_range, transport, model)

    def identify(self) -> Identity:
        """Read who answers.

        Raises:
            WrongInstrument: it is not the model that is expected.
        """
        answer = self._transport.query(b"*IDN?\n")
        identity = identity_of(answer)
        if identity is None or identity.model != self.model:
            raise WrongInstrument(
                f"{self._transport.name}: {answer!r} came after b'*IDN?\\n', expected "
                f"a Keysight {self.model}; check the address and the model"
            )
        return identity

    def read_frequency_hz(self) -> float:
        """Read the frequency that is set, in Hz."""
        return self._ask(b"FREQ?\n", NUMBER)

    def read_output(self) -> bool:
        """Read whether the output is on."""
        return self._ask(b"OUTP?\n", SWITCH) == 1.0

    def read_state(self) -> tuple[float, bool]:
        """Read the frequency in Hz, and whether the output is on, with one line.

        Answers to joined queries are joined by ";" (IEEE 488.2).
        """
        answer = self._transport.query(STATE)
        match = BOTH.fullmatch(answer)
        if match is None:
            raise Garbled(self._unexpected(STATE, answer))
        return float(match[1]), match[2] == b"1"

    def set_frequency(self, frequency_hz: float) -> None:
        """Set the frequency in Hz.

        Raises:
            Refused: outside the model's range (nothing was sent), or not accepted.
        """
        self._check("frequency", frequency_hz, "Hz", LOWEST_HZ, self._limits.highest_hz)
        self._set_verified(b"FREQ %.12g\n" % frequency_hz)

    def set_amplitude(self, amplitude_vpp: float) -> None:
        """Set the amplitude in V peak to peak, for the load impedance that is set.

        Raises:
            Refused: outside the model's range (nothing was sent), or not accepted.
        """
        limits = self._limits
        self._check(
            "amplitude", amplitude_vpp, "Vpp", limits.lowest_vpp, limits.highest_vpp
        )
        self._set_verified(b"VOLT:UNIT VPP\n")
        self._set_verified(b"VOLT %.6g\n" % amplitude_vpp)

    def set_output(self, on: bool) -> None:
        """Switch the output; switching on is verified, off is confirmed by read-back.

        Raises:
            Refused: the instrument reports an error.
        """
        if on:
            self._set_verified(b"OUTP ON\n")
        else:
            self.off()

    def off(self) -> None:
        """Switch the output off; in any state. ``read_output`` says what came of it."""
        self._transport.write(b"OUTP OFF\n")

    def close(self) -> None:
        """Close the port; the output is left as it is."""
        self._transport.close()

    def _ask(self, command: bytes, form: re.Pattern[bytes]) -> float:
        answer = self._transport.query(command)
        match = form.fullmatch(answer)
        if match is None:
            raise Garbled(self._unexpected(command, answer))
        return float(match[1])

    def _unexpected(self, command: bytes, answer: bytes) -> str:
        return (
            f"{self._transport.name}: {answer!r} came after {command!r}, which is "
            "not an answer of a Keysight generator; check the address"
        )

    def _set_verified(self, command: bytes) -> None:
        self._transport.write(b"*CLS\n")  # an older error is not this setting's
        self._transport.write(command)
        answer = self._transport.query(b"SYST:ERR?\n")
        match = ERROR.fullmatch(answer)
        if match is None or int(match[1]) != 0:
            raise Refused(
                f"{self._transport.name}: answers {answer!r} to {command!r}; "
                "check the load impedance, the wave shape and the model"
            )


def identity_of(answer: bytes) -> Identity | None:
    """Return the identity in an ``*IDN?`` answer, None if it is not one.

    Four fields, or three with ``model-serial`` in one of them.
    """
    fields = [field.strip() for field in answer.decode("latin-1").split(",")]
    if len(fields) == 3:
        model, _, serial = fields[1].partition("-")
        fields[1:2] = [model, serial]
    return Identity(*fields) if len(fields) == 4 else None
