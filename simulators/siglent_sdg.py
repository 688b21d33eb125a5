"""A simulated Siglent SDG (or Teledyne T3AFG) generator, two channels, on its wire.

LF both ways; settings never answer. ``Cn:BSWV`` takes pairs of key and value, and
answers those that its wave shape has. Channel 1 clocks the inverter.

Source: SDG Programming Guide PG02, basic wave and output; for the rest public drivers
(see ``siglent_channel``). Assumed, as no source says
it: a value out of range is ignored and queued as an error; the texts of errors;
``CHDR OFF`` strips the header only; the long names of headers beside BASIC_WAVE and
OUTPUT; a new load leaves the amplitude's number as it is;
defaults of 1 kHz, 4 Vpp; every channel gives 4 mVpp to 20 Vpp.
"""

import re
from collections import deque
from collections.abc import Callable
from functools import partial

from simulators.line import LineReader
from simulators.siglent_channel import MODES, PERIODIC, Channel, Refused

HIGHEST_HZ = {
    "SDG1032X": 30e6,
    "SDG1062X": 60e6,
    "SDG2042X": 40e6,
    "SDG2082X": 80e6,
    "SDG2122X": 120e6,
    "T3AFG80": 80e6,
}
COMMAND = re.compile(r"(?:C([12]):)?(\*?[A-Z_:]+\??)(?:\s+(.*))?")
UNKNOWN = '-113,"Undefined header"'
# the name of each command in the headers of answers
LONG = {
    "BSWV": "BASIC_WAVE",
    "OUTP": "OUTPUT",
    "MDWV": "MODULATEWAVE",
    "SWWV": "SWEEPWAVE",
    "BTWV": "BURSTWAVE",
    "ARWV": "ARBWAVE",
}
# what stays as it is: nothing here depends on it
KEPT = {"ARWV": "INDEX,2,NAME,StairUp", "SYNC": "OFF,TYPE,CH1", "INVT": "OFF"}
SHORT = {long: short for short, long in LONG.items()}


class SiglentSdg(Channel):
    """The generator: channel 1 itself, and a channel 2 that clocks nothing.

    Faults: ``frequency_error`` (relative; the reference is off), ``stuck_frequency``
    (a new frequency is not taken), ``stuck_on`` (an output that is on stays on).
    """

    def __init__(self, model: str = "SDG1032X", serial: str = "SDG00000000001") -> None:
        super().__init__(HIGHEST_HZ[model])
        self.model, self.serial = model, serial
        self.frequency_error = 0.0
        self.header = "SHORT"
        self._channels = {"1": self, "2": Channel(HIGHEST_HZ[model])}
        self._errors: deque[str] = deque(maxlen=20)
        self._lines = LineReader()

    @property
    def true_frequency_hz(self) -> float:
        """Return the frequency at output 1, 0 without a periodic wave."""
        if not self.output_on or self.mode or self.shape not in PERIODIC:
            return 0.0
        return self.frequency_hz * (1.0 + self.frequency_error)

    def receive(self, data: bytes) -> bytes:
        """Take bytes from the host; return the bytes that are answered."""
        answers = [self._run(line) for line in self._lines.lines(data) if line.strip()]
        return "".join(f"{answer}\n" for answer in answers if answer).encode("ascii")

    def advance(self, dt_s: float) -> bytes:
        """Let time pass; nothing is sent unasked."""
        return b""

    def power_cycled(self) -> None:
        """Start as after mains off and on: defaults, outputs off."""
        self.stuck_on, was_stuck = False, self.stuck_on
        for channel in self._channels.values():
            channel.reset()
        self._errors.clear()
        self.header, self.stuck_on = "SHORT", was_stuck

    def _run(self, line: bytes) -> str:
        match = COMMAND.fullmatch(line.decode("ascii", "replace").strip().upper())
        if match is None:
            self._errors.append(UNKNOWN)
            return ""
        number, header, argument = match.groups(default="")
        if number:
            return self._run_channel(number, header, argument)
        return self._run_system(header, argument)

    def _run_channel(self, number: str, header: str, argument: str) -> str:
        channel, name = self._channels[number], header.removesuffix("?")
        name = SHORT.get(name, name)
        answer = self._answer(channel, name) if header.endswith("?") else None
        if answer is not None:
            said = LONG.get(name, name) if self.header == "LONG" else name
            return answer if self.header == "OFF" else f"C{number}:{said} {answer}"
        settings: dict[str, Callable[[str], None]] = {
            "BSWV": channel.set_wave,
            "OUTP": channel.set_output,
            **{mode: partial(channel.set_mode, mode) for mode in MODES},
        }
        if header.endswith("?") or name not in settings:
            self._errors.append(UNKNOWN)
        else:
            self._try(settings[name], argument)
        return ""

    def _answer(self, channel: Channel, name: str) -> str | None:
        if name == "BSWV":
            return channel.wave()
        if name == "OUTP":
            switch = "ON" if channel.output_on else "OFF"
            return f"{switch},LOAD,{channel.load},PLRT,{channel.polarity}"
        if name in MODES:
            return channel.mode_answer(name)
        return KEPT.get(name)

    def _run_system(self, header: str, argument: str) -> str:
        if header == "*IDN?":
            teledyne = self.model.startswith("T3AFG")
            maker = "Teledyne Test Tools" if teledyne else "Siglent Technologies"
            return f"{maker},{self.model},{self.serial},1.01.01.33R1B10"
        if header == "*OPC?":
            return "1"
        if header in ("SYST:ERR?", "SYSTEM:ERROR?"):
            return self._errors.popleft() if self._errors else self._no_error
        if header == "CHDR" and argument in ("SHORT", "LONG", "OFF"):
            self.header = argument
        elif header in ("*RST", "*CLS"):
            self._errors.clear()
            for channel in self._channels.values() if header == "*RST" else ():
                channel.reset()
        else:
            self._errors.append(UNKNOWN)
        return ""

    @property
    def _no_error(self) -> str:
        return "-0, No errors" if self.model.startswith("T3AFG") else '0,"No error"'

    def _try(self, take: Callable[[str], None], argument: str) -> None:
        try:
            take(argument)
        except Refused as refused:
            self._errors.append(str(refused))
