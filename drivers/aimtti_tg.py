"""Aim-TTi TG generators, in both dialects: WAVFREQ (TG1000/TG2000) and FREQ (TG5000).

Source: public control code of a magneTherm rig (WAVFREQ dialect, 19200 Bd) and four
public drivers of TG5011, TG5012 and TGP3122 (FREQ dialect); no manual was at hand.
Wire: commands end in LF, answers in CR LF; serial 19200 8N1, or TCP 9221. Settings are
never answered; each is checked with ``EER?`` and ``*ESR?`` (a command of the other
dialect shows only there).
It CANNOT BE READ BACK: no query of frequency, amplitude or output is known. What
really comes out must be measured by another instrument.
UNVERIFIED on hardware; a warning is logged when a real link is used.
"""

import math
import re
from dataclasses import dataclass
from functools import partial

from drivers.admission import admit, ask_identity, check_range
from drivers.errors import Garbled, Refused
from drivers.roles import Identity
from drivers.transport import Transport

INTEGER = re.compile(rb"\s*(\d+)\s*")
QUERY, EXECUTION, COMMAND = 1 << 2, 1 << 4, 1 << 5  # bits of *ESR?
LOWEST_HZ, LOWEST_VPP, HIGHEST_VPP = 1e-3, 0.005, 20.0


@dataclass(frozen=True, slots=True)
class Model:
    """Highest sine frequency in Hz, and the word that sets it (both unverified)."""

    highest_hz: float
    frequency: bytes


MODELS = {
    "TG1010A": Model(10e6, b"WAVFREQ"),
    "TG2000": Model(20e6, b"WAVFREQ"),
    "TG5011": Model(50e6, b"FREQ"),
    "TG5012": Model(50e6, b"FREQ"),
    "TGP3122": Model(25e6, b"FREQ"),
}


class AimttiTg:
    """The generator that clocks the inverter. ``reads_back`` is false.

    ``set_frequency_hz`` and ``set_output_on`` are what was last set and accepted: not
    measurements. They are NaN and None before that, and after a failed exchange.
    """

    reads_back = False

    def __init__(self, transport: Transport, *, model: str = "TG2000") -> None:
        admit(transport, "Aim-TTi", model, MODELS)
        self.model = model
        self.set_frequency_hz = math.nan
        self.set_output_on: bool | None = None
        self._limits = MODELS[model]
        self._transport = transport
        self._check = partial(check_range, transport, model)

    def identify(self) -> Identity:
        """Read who answers.

        Raises:
            WrongInstrument: it is not the model that is expected.
        """
        return ask_identity(self._transport, "an Aim-TTi", self.model)

    def read_frequency_hz(self) -> float:
        """Refuse: the instrument cannot say its frequency.

        Raises:
            Refused: always.
        """
        raise Refused(
            f"{self._transport.name}: an Aim-TTi {self.model} cannot be asked for its "
            f"frequency ({self.set_frequency_hz:g} Hz was set); measure it, with an "
            "oscilloscope on the pick-up coil"
        )

    def read_output(self) -> bool:
        """Refuse: the instrument cannot say whether its output is on.

        Raises:
            Refused: always.
        """
        raise Refused(
            f"{self._transport.name}: an Aim-TTi {self.model} cannot be asked for its "
            "output; measure it, with an oscilloscope on the pick-up coil"
        )

    def read_state(self) -> tuple[float, bool]:
        """Refuse, as ``read_frequency_hz`` does."""
        return self.read_frequency_hz(), self.read_output()

    def set_frequency(self, frequency_hz: float) -> None:
        """Set the frequency in Hz.

        Raises:
            Refused: outside the model's range (nothing was sent), or not accepted.
        """
        self._check("frequency", frequency_hz, "Hz", LOWEST_HZ, self._limits.highest_hz)
        self.set_frequency_hz = math.nan
        self._set_verified(b"%b %.10g\n" % (self._limits.frequency, frequency_hz))
        self.set_frequency_hz = frequency_hz

    def set_amplitude(self, amplitude_vpp: float) -> None:
        """Set the amplitude in V peak to peak, for the load impedance that is set.

        Raises:
            Refused: outside 5 mV to 20 V (nothing was sent), or not accepted.
        """
        self._check("amplitude", amplitude_vpp, "Vpp", LOWEST_VPP, HIGHEST_VPP)
        self._set_verified(b"AMPUNIT VPP\n")
        self._set_verified(b"AMPL %.6g\n" % amplitude_vpp)

    def set_output(self, on: bool) -> None:
        """Switch the output; on and off are both checked, as neither reads back.

        Raises:
            Refused: the instrument reports an error.
        """
        self.set_output_on = None
        if not on:
            self._transport.write(b"OUTPUT OFF\n")  # whatever an older error may be
        self._set_verified(b"OUTPUT ON\n" if on else b"OUTPUT OFF\n")
        self.set_output_on = on

    def off(self) -> None:
        """Switch the output off; in any state.

        Raises:
            InstrumentError: it is not certain that the command was taken.
        """
        self.set_output(False)

    def close(self) -> None:
        """Close the port; the output is left as it is."""
        self._transport.close()

    def _ask(self, command: bytes) -> int:
        answer = self._transport.query(command)
        match = INTEGER.fullmatch(answer)
        if match is None:
            raise Garbled(
                f"{self._transport.name}: {answer!r} came after {command!r}, which is "
                "not an Aim-TTi answer; check the baud rate and the cable"
            )
        return int(match[1])

    def _set_verified(self, command: bytes) -> None:
        self._ask(b"EER?\n")  # older errors are not this setting's
        self._ask(b"*ESR?\n")
        self._transport.write(command)
        code, events = self._ask(b"EER?\n"), self._ask(b"*ESR?\n")
        if events & COMMAND:
            raise Refused(
                f"{self._transport.name}: does not know {command!r}; is it an Aim-TTi "
                f"{self.model}, and not one of the other dialect?"
            )
        if code or events & (EXECUTION | QUERY):
            raise Refused(
                f"{self._transport.name}: refuses {command!r} with error {code}; see "
                "the instrument's manual"
            )
