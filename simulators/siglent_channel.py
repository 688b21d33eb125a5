"""A channel of a simulated Siglent SDG: basic wave, output, what breaks the wave up.

Modulation, sweep and burst (``MDWV``, ``SWWV``, ``BTWV``) exclude each other; their
parameters are kept and answered as they were given, while they are on.
Source: SDG Programming Guide PG02 as public drivers use it; that an idle one answers
``STATE,OFF`` alone is what three of them expect, and that STATE comes first what one of
them saw (the guide prints the kind first).
"""

import re
from collections.abc import Callable
from math import sqrt

LOWEST_HZ, LOWEST_VPP, HIGHEST_VPP, HIGHEST_OFFSET_V = 1e-6, 0.004, 20.0, 10.0
QUANTITY = re.compile(r"([+-]?(?:\d+\.?\d*|\.\d+)(?:E[+-]?\d+)?)([A-Z%]*)")
UNITS = {"": 1.0, "HZ": 1.0, "KHZ": 1e3, "MHZ": 1e6, "V": 1.0, "VPP": 1.0, "MV": 1e-3}
UNITS |= {"S": 1.0, "MS": 1e-3, "US": 1e-6, "VRMS": 1.0, "%": 1.0}
RMS_PER_PEAK_TO_PEAK = {
    "SINE": 1 / (2 * sqrt(2)),
    "SQUARE": 0.5,
    "PULSE": 0.5,
    "RAMP": 1 / (2 * sqrt(3)),
}
MODES = ("MDWV", "SWWV", "BTWV")
SHAPES = ("SINE", "SQUARE", "RAMP", "PULSE", "NOISE", "ARB", "DC", "PRBS", "IQ")
PERIODIC = ("SINE", "SQUARE", "RAMP", "PULSE", "ARB")
BAD_VALUE = '-222,"Data out of range"'


class Refused(Exception):
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
        self.duty_share = self.symmetry_share = 0.5
        self.load, self.polarity = "HZ", "NOR"
        self.mode = ""
        self._kept: dict[str, dict[str, str]] = {mode: {} for mode in MODES}
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
                *self._shares(),
            ]
        )

    def _shares(self) -> list[str]:
        if self.shape == "RAMP":
            return [f"SYM,{100.0 * self.symmetry_share:g}"]
        if self.shape in ("SQUARE", "PULSE"):
            return [f"DUTY,{100.0 * self.duty_share:g}"]
        return []

    def mode_answer(self, mode: str) -> str:
        """Answer MDWV?, SWWV? or BTWV?."""
        if self.mode != mode:
            return "STATE,OFF"
        pairs = [f"{key},{value}".strip(",") for key, value in self._kept[mode].items()]
        return ",".join(["STATE,ON", *pairs, "CARR", self.wave()])

    def set_mode(self, mode: str, argument: str) -> None:
        """Take MDWV, SWWV or BTWV: STATE, and what else is kept."""
        words = [word.strip() for word in argument.split(",")]
        if words[0] == "STATE" and words[1:2] in (["ON"], ["OFF"]):
            if words[1] == "ON":
                self.mode = mode
            elif self.mode == mode:
                self.mode = ""
            words = words[2:]
        if len(words) % 2:  # a kind of modulation, alone or before its pairs
            kind = words.pop(0)
            if kind not in self._kept[mode]:
                self._kept[mode] = {kind: ""}
        self._kept[mode] |= dict(zip(words[::2], words[1::2], strict=True))

    def set_wave(self, argument: str) -> None:
        """Take pairs of key and value, one after the other."""
        words = [word.strip() for word in argument.split(",")]
        if len(words) % 2:
            raise Refused(BAD_VALUE)
        for key, value in zip(words[::2], words[1::2], strict=True):
            if key == "WVTP":
                self._set_shape(value)
            elif key in NUMBERS:
                NUMBERS[key](self, _number(value))
            else:
                raise Refused(BAD_VALUE)

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
                raise Refused(BAD_VALUE)

    def _set_shape(self, shape: str) -> None:
        if shape not in SHAPES:
            raise Refused(BAD_VALUE)
        self.shape = shape

    def set_frequency(self, frequency_hz: float) -> None:
        """Take FRQ: within the model's range, and not when it is stuck."""
        if not LOWEST_HZ <= frequency_hz <= self.highest_hz:
            raise Refused(BAD_VALUE)
        if not self.stuck_frequency:
            self.frequency_hz = frequency_hz

    def set_period(self, period_s: float) -> None:
        """Take PERI."""
        if period_s <= 0.0:
            raise Refused(BAD_VALUE)
        self.set_frequency(1.0 / period_s)

    def set_amplitude(self, amplitude_vpp: float) -> None:
        """Take AMP: up to the highest that the channel may give."""
        if not LOWEST_VPP <= amplitude_vpp <= self.max_amplitude_vpp:
            raise Refused(BAD_VALUE)
        self.amplitude_vpp = amplitude_vpp

    def set_max_amplitude(self, amplitude_vpp: float) -> None:
        """Take MAX_OUTPUT_AMP; the amplitude comes down to it."""
        if not LOWEST_VPP <= amplitude_vpp <= HIGHEST_VPP:
            raise Refused(BAD_VALUE)
        self.max_amplitude_vpp = amplitude_vpp
        self.amplitude_vpp = min(self.amplitude_vpp, amplitude_vpp)

    def set_rms(self, amplitude_v: float) -> None:
        """Take AMPVRMS, of a shape that has one."""
        share = RMS_PER_PEAK_TO_PEAK.get(self.shape)
        if share is None:
            raise Refused(BAD_VALUE)
        self.set_amplitude(amplitude_v / share)

    def set_high(self, high_v: float) -> None:
        """Take HLEV; the low level stays."""
        self._set_levels(self.offset_v - self.amplitude_vpp / 2, high_v)

    def set_low(self, low_v: float) -> None:
        """Take LLEV; the high level stays."""
        self._set_levels(low_v, self.offset_v + self.amplitude_vpp / 2)

    def _set_levels(self, low_v: float, high_v: float) -> None:
        self.set_amplitude(high_v - low_v)
        self.set_offset((high_v + low_v) / 2)

    def set_duty(self, share: float) -> None:
        """Take DUTY."""
        if not 0.0 < share < 1.0:
            raise Refused(BAD_VALUE)
        self.duty_share = share

    def set_symmetry(self, share: float) -> None:
        """Take SYM."""
        if not 0.0 <= share <= 1.0:
            raise Refused(BAD_VALUE)
        self.symmetry_share = share

    def set_offset(self, offset_v: float) -> None:
        """Take OFST."""
        if not abs(offset_v) <= HIGHEST_OFFSET_V:
            raise Refused(BAD_VALUE)
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
    "AMPVRMS": Channel.set_rms,
    "HLEV": Channel.set_high,
    "LLEV": Channel.set_low,
    "DUTY": lambda channel, value: channel.set_duty(value / 100.0),
    "SYM": lambda channel, value: channel.set_symmetry(value / 100.0),
}


def _number(text: str) -> float:
    match = QUANTITY.fullmatch(text)
    factor = UNITS.get(match[2]) if match else None
    if match is None or factor is None:
        raise Refused(BAD_VALUE)
    return float(match[1]) * factor
