"""A simulated Siglent SDG (or Teledyne T3AFG) generator, two channels, on its wire.

LF both ways; settings never answer. ``Cn:BSWV`` takes pairs of key and value, and
answers those that its wave shape has. Channel 1 clocks the inverter.

Source: SDG Programming Guide PG02, basic wave and output. Assumed, as no source says
it: a value out of range is ignored and queued as an error; the texts of errors;
``CHDR OFF`` strips the header only; a new load leaves the amplitude's number as it is;
defaults of 1 kHz, 4 Vpp; every channel gives 4 mVpp to 20 Vpp.
"""

import re
from collections import deque
from collections.abc import Callable
from math import sqrt

from simulators.line import LineReader

HIGHEST_HZ = {
    "SDG1032X": 30e6,
    "SDG1062X": 60e6,
    "SDG2042X": 40e6,
    "SDG2082X": 80e6,
    "SDG2122X": 120e6,
    "T3AFG80": 80e6,
}
LOWEST_HZ, LOWEST_VPP, HIGHEST_VPP, HIGHEST_OFFSET_V = 1e-6, 0.004, 20.0, 10.0
COMMAND = re.compile(r"(?:C([12]):)?(\*?[A-Z_:]+\??)(?:\s+(.*))?")
QUANTITY = re.compile(r"([+-]?(?:\d+\.?\d*|\.\d+)(?:E[+-]?\d+)?)([A-Z]*)")
UNITS = {"": 1.0, "HZ": 1.0, "KHZ": 1e3, "MHZ": 1e6, "V": 1.0, "VPP": 1.0, "MV": 1e-3}
UNITS |= {"S": 1.0, "MS": 1e-3, "US": 1e-6}
RMS_PER_PEAK_TO_PEAK = {
    "SINE": 1 / (2 * sqrt(2)),
    "SQUARE": 0.5,
    "PULSE": 0.5,
    "RAMP": 1 / (2 * sqrt(3)),
}
SHAPES = ("SINE", "SQUARE", "RAMP", "PULSE", "NOISE", "ARB", "DC", "PRBS", "IQ")
PERIODIC = ("SINE", "SQUARE", "RAMP", "PULSE", "ARB")
HEADERS = {"SHORT": ("BSWV", "OUTP"), "LONG": ("BASIC_WAVE", "OUTPUT"), "OFF": ("", "")}
UNKNOWN, BAD_VALUE = '-113,"Undefined header"', '-222,"Data out of range"'


class _Refused(Exception):
    """A setting that is not taken; its text goes to the error queue."""


class Channel:
    """One output: basic wave, load, polarity."""

    def __init__(self, highest_hz: float) -> None:
        self.highest_hz = highest_hz
        self.output_on = self.stuck_on = self.stuck_frequency = False
        self.reset()

    def reset(self) -> None:
        """Take the defaults, output off."""
        self.shape, self.frequency_hz, self.amplitude_vpp = "SINE", 1000.0, 4.0
        self.offset_v = self.phase_deg = 0.0
        self.max_amplitude_vpp = HIGHEST_VPP
        self.load, self.polarity = "HZ", "NOR"
        self.switch(False)

    def switch(self, on: bool) -> None:
        """Switch the output; a stuck one stays on."""
        self.output_on = on or (self.output_on and self.stuck_on)

    def wave(self) -> str:
        """Return the keys and values of the basic wave."""
        offset = f"OFST,{self.offset_v:g}V"
        if self.shape == "DC":
            return f"WVTP,DC,{offset}"
        if self.shape not in PERIODIC:
            return f"WVTP,{self.shape}"
        vpp, half_v = self.amplitude_vpp, self.amplitude_vpp / 2
        rms = RMS_PER_PEAK_TO_PEAK.get(self.shape)
        return ",".join(
            [
                f"WVTP,{self.shape},FRQ,{self.frequency_hz:.10g}HZ",
                f"PERI,{1 / self.frequency_hz:.6g}S,AMP,{vpp:.7g}V",
                *([] if rms is None else [f"AMPVRMS,{vpp * rms:.4g}Vrms"]),
                f"MAX_OUTPUT_AMP,{self.max_amplitude_vpp:g}V,{offset}",
                f"HLEV,{self.offset_v + half_v:.6g}V",
                f"LLEV,{self.offset_v - half_v:.6g}V,PHSE,{self.phase_deg:g}",
            ]
        )

    def set_wave(self, argument: str) -> None:
        """Take pairs of key and value, one after the other."""
        words = [word.strip() for word in argument.split(",")]
        if len(words) % 2:
            raise _Refused(BAD_VALUE)
        for key, value in zip(words[::2], words[1::2], strict=True):
            if key == "WVTP":
                self._set_shape(value)
            elif key in NUMBERS:
                NUMBERS[key](self, _number(value))
            else:
                raise _Refused(BAD_VALUE)

    def set_output(self, argument: str) -> None:
        """Take ON or OFF, LOAD and PLRT."""
        words = [word.strip() for word in argument.split(",")]
        if words[0] in ("ON", "OFF"):
            self.switch(words.pop(0) == "ON")
        for key, value in zip(words[::2], words[1::2], strict=False):
            if key == "LOAD":
                self.load = value
            elif key == "PLRT" and value in ("NOR", "INVT"):
                self.polarity = value
            else:
                raise _Refused(BAD_VALUE)

    def _set_shape(self, shape: str) -> None:
        if shape not in SHAPES:
            raise _Refused(BAD_VALUE)
        self.shape = shape

    def set_frequency(self, frequency_hz: float) -> None:
        """Take FRQ: within the model's range, and not when it is stuck."""
        if not LOWEST_HZ <= frequency_hz <= self.highest_hz:
            raise _Refused(BAD_VALUE)
        if not self.stuck_frequency:
            self.frequency_hz = frequency_hz

    def set_period(self, period_s: float) -> None:
        """Take PERI."""
        if period_s <= 0.0:
            raise _Refused(BAD_VALUE)
        self.set_frequency(1.0 / period_s)

    def set_amplitude(self, amplitude_vpp: float) -> None:
        """Take AMP: up to the highest that the channel may give."""
        if not LOWEST_VPP <= amplitude_vpp <= self.max_amplitude_vpp:
            raise _Refused(BAD_VALUE)
        self.amplitude_vpp = amplitude_vpp

    def set_max_amplitude(self, amplitude_vpp: float) -> None:
        """Take MAX_OUTPUT_AMP; the amplitude comes down to it."""
        if not LOWEST_VPP <= amplitude_vpp <= HIGHEST_VPP:
            raise _Refused(BAD_VALUE)
        self.max_amplitude_vpp = amplitude_vpp
        self.amplitude_vpp = min(self.amplitude_vpp, amplitude_vpp)

    def set_offset(self, offset_v: float) -> None:
        """Take OFST."""
        if not abs(offset_v) <= HIGHEST_OFFSET_V:
            raise _Refused(BAD_VALUE)
        self.offset_v = offset_v

    def set_phase(self, phase_deg: float) -> None:
        """Take PHSE."""
        self.phase_deg = phase_deg


NUMBERS: dict[str, Callable[[Channel, float], None]] = {
    "FRQ": Channel.set_frequency,
    "PERI": Channel.set_period,
    "AMP": Channel.set_amplitude,
    "MAX_OUTPUT_AMP": Channel.set_max_amplitude,
    "OFST": Channel.set_offset,
    "PHSE": Channel.set_phase,
}


def _number(text: str) -> float:
    match = QUANTITY.fullmatch(text)
    factor = UNITS.get(match[2]) if match else None
    if match is None or factor is None:
        raise _Refused(BAD_VALUE)
    return float(match[1]) * factor


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
        if not self.output_on or self.shape not in PERIODIC:
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
        channel, (wave, output) = self._channels[number], HEADERS[self.header]
        name = f"C{number}:"
        if header in ("BSWV?", "BASIC_WAVE?"):
            return f"{name}{wave} {channel.wave()}" if wave else channel.wave()
        if header in ("OUTP?", "OUTPUT?"):
            switch = "ON" if channel.output_on else "OFF"
            state = f"{switch},LOAD,{channel.load},PLRT,{channel.polarity}"
            return f"{name}{output} {state}" if output else state
        if header in ("BSWV", "BASIC_WAVE"):
            self._try(channel.set_wave, argument)
        elif header in ("OUTP", "OUTPUT"):
            self._try(channel.set_output, argument)
        else:
            self._errors.append(UNKNOWN)
        return ""

    def _run_system(self, header: str, argument: str) -> str:
        if header == "*IDN?":
            teledyne = self.model.startswith("T3AFG")
            maker = "Teledyne Test Tools" if teledyne else "Siglent Technologies"
            return f"{maker},{self.model},{self.serial},1.01.01.33R1B10"
        if header == "*OPC?":
            return "1"
        if header in ("SYST:ERR?", "SYSTEM:ERROR?"):
            return self._errors.popleft() if self._errors else self._no_error
        if header == "CHDR" and argument in HEADERS:
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
        except _Refused as refused:
            self._errors.append(str(refused))
