"""The station of an oscilloscope on a pick-up coil: volts and hertz become a field.

    H_peak = V_pk · attenuation / (2π f µ0 N A cos θ)

What the oscilloscope cannot measure is never a number. Why it cannot is looked up in
the waveform, once for each silence of the signal and now and then after it.
"""

import math
from dataclasses import dataclass, field

from controller.decisions.ceiling import MU0_H_PER_M
from controller.decisions.signals import NAN
from controller.instruments.stations import Station
from drivers.errors import InstrumentError
from drivers.roles import FieldProbe, Signal

LOOK_EACH_S = 2.0
# A sine leaves this share of its peak as rms; 10 % away it is none.
SINE_RMS_SHARE = math.sqrt(0.5)
SINE_TOLERANCE = 0.1
# Of a whole screen of noise nothing is as high as a field that matters.
QUIET_A_PER_M = 300.0
# Polls come at the ticks' times, which are not exact.
EARLY_S = 1e-3


@dataclass(frozen=True, slots=True)
class PickUpCoil:
    """Geometry of a pick-up coil and its probe, as the config states it."""

    turns: int
    area_m2: float
    attenuation: float
    angle_deg: float

    def field_a_per_m(self, peak_v: float, frequency_hz: float) -> float:
        """Return the peak field in A/m for V peak at the oscilloscope and f > 0."""
        facing = math.cos(math.radians(self.angle_deg))
        area_m2 = MU0_H_PER_M * self.turns * self.area_m2 * facing
        return peak_v * self.attenuation / (2.0 * math.pi * frequency_hz * area_m2)


@dataclass
class FieldStation(Station):
    """The field sensor; ``field_a_per_m`` is the newest reading, NaN with a reason.

    ``quality`` is "ok", "no-signal", "clipped", "rms-for-peak", "no-sine" or "lost".
    With "no-signal", ``quiet`` says that the waveform itself shows no field.
    """

    driver: FieldProbe
    channel: int
    coil: PickUpCoil
    update_s: float
    usual_hz: float
    field_a_per_m: float = field(default=NAN, init=False)
    frequency_hz: float = field(default=NAN, init=False)
    quality: str = field(default="lost", init=False)
    _asked_s: float = field(default=-math.inf, init=False)
    _looked_s: float = field(default=-math.inf, init=False)

    @property
    def quiet(self) -> bool:
        """Say whether the newest reading shows that there is no field."""
        return self.quality == "no-signal" or self.field_a_per_m <= QUIET_A_PER_M

    def forget(self) -> str:
        """Forget when it was asked, too."""
        self._asked_s = self._looked_s = -math.inf
        return super().forget()

    def poll(self) -> None:
        """Read the oscilloscope when its next reading is due."""
        now_s = self.now()
        if now_s - self._asked_s < self.update_s - EARLY_S:
            return
        self._asked_s = now_s
        super().poll()

    def look(self) -> str:
        """Read now, whatever is due; "" when there is no field, else what there is."""
        self._looked_s = -math.inf
        try:
            self._know_again()
            self._poll()
        except InstrumentError as error:
            self._note(error)
            return str(error)
        if self.quiet:
            return ""
        if self.quality != "ok":
            return f"{self.name}: the field cannot be measured ({self.quality})"
        return f"{self.name}: a field of {self.field_a_per_m:.0f} A/m is still there"

    def _poll(self) -> None:
        signal = self.driver.read_signal(self.channel)
        if signal.quality == "ok":
            self._take(signal)
        else:
            self._miss()
        self.taken_s = self.now()

    def _take(self, signal: Signal) -> None:
        self.frequency_hz = signal.frequency_hz
        self.field_a_per_m = self.coil.field_a_per_m(signal.peak_v, signal.frequency_hz)
        self.quality = "ok"
        self._looked_s = -math.inf

    def _miss(self) -> None:
        self.field_a_per_m = self.frequency_hz = NAN
        if self.now() - self._looked_s >= LOOK_EACH_S:
            self._looked_s = self.now()
            _, samples_v = self.driver.read_waveform(self.channel)
            quiet_v = QUIET_A_PER_M / self.coil.field_a_per_m(1.0, self.usual_hz)
            self.quality = why_no_signal(samples_v, quiet_v)

    def _note(self, error: InstrumentError) -> None:
        super()._note(error)
        self.field_a_per_m = self.frequency_hz = NAN
        self.quality = "lost"


def why_no_signal(samples_v: list[float], quiet_v: float) -> str:
    """Say why a sweep in V gives no amplitude; NaN is a clipped sample.

    "no-signal" where nothing reaches ``quiet_v``, "rms-for-peak" where the samples are
    a sine and the measurements shown for it are not.
    """
    if not samples_v or any(math.isnan(v) for v in samples_v):
        return "clipped" if samples_v else "no-signal"
    middle_v = math.fsum(samples_v) / len(samples_v)
    peak_v = 0.5 * (max(samples_v) - min(samples_v))
    if peak_v <= quiet_v:
        return "no-signal"
    square = math.fsum((v - middle_v) ** 2 for v in samples_v) / len(samples_v)
    share = math.sqrt(square) / peak_v
    sine = abs(share / SINE_RMS_SHARE - 1.0) <= SINE_TOLERANCE
    return "rms-for-peak" if sine else "no-sine"
