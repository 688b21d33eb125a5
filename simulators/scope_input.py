"""The input of a simulated oscilloscope: a sine from a pick-up coil on its screen.

Measurements are computed, not sampled, so that they cost the same at any record length;
samples are drawn from the same wave.
"""

from dataclasses import dataclass
from math import asin, hypot, inf, pi, sin, sqrt
from random import Random

# Extremes of Gaussian noise within one sweep, above and below, in rms.
NOISE_EXTREMES = 6.0
# A wave below this share of a division, or below its noise, has no edges to count.
SMALLEST_WAVE_SHARE = 0.1
PERIODS_COUNTED = 10


@dataclass(frozen=True, slots=True)
class Sweep:
    """What the screen shows; infinite is what cannot be measured."""

    frequency_hz: float
    peak_to_peak_v: float
    rms_v: float


class ScopeInput:
    """A sine on one channel, nothing on the others; no finite sine is none.

    The coil is on ``coil_channel``. The bench writes ``signal_frequency_hz``,
    ``signal_peak_v`` and ``noise_v`` (rms); ``scale_v`` is V per division, for all
    channels. Faults: ``disconnected`` (only noise is left), ``saturated`` (the scale is
    such that half of the peak fits the screen), ``wrong_channel`` (the coil is on
    another channel), ``rms_for_peak`` (twice the rms is shown as peak to peak).
    """

    def __init__(
        self, half_steps: int, steps_a_division: int, noise: Random | None = None
    ) -> None:
        self.signal_frequency_hz = self.signal_peak_v = self.noise_v = 0.0
        self.disconnected = self.saturated = False
        self.wrong_channel = self.rms_for_peak = False
        self.scale_v = 1.0
        self.coil_channel = 1
        self._divisions = half_steps / steps_a_division
        self._steps = steps_a_division
        self._noise = noise

    @property
    def shown_scale_v(self) -> float:
        """Return the scale as it is now, in V per division."""
        if self.saturated and 0.0 < self.signal_peak_v < inf:
            return 0.5 * self.signal_peak_v / self._divisions
        return self.scale_v

    @property
    def step_v(self) -> float:
        """Return the step of the samples, in V."""
        return self.shown_scale_v / self._steps

    def sweep(self, channel: int) -> Sweep:
        """Measure frequency in Hz, V peak to peak and V rms of a channel."""
        wave_v, limit_v = self._wave_v(channel), self._limit_v
        wave_rms_v = wave_v * clipped_rms(limit_v / wave_v) if wave_v else 0.0
        rms_v = hypot(wave_rms_v, self.noise_v)
        extremes = NOISE_EXTREMES + self._gauss()
        widest_v = 2.0 * min(wave_v, limit_v) + extremes * self.noise_v
        peak_to_peak_v = min(widest_v, 2.0 * limit_v)
        if self.rms_for_peak:
            peak_to_peak_v = 2.0 * rms_v
        return Sweep(self._frequency_hz(wave_v), peak_to_peak_v, rms_v)

    def samples(self, channel: int, places: range, step_s: float) -> list[float]:
        """Return voltages in V at some places, step_s apart; 0 is a rising edge."""
        wave_v, limit_v = self._wave_v(channel), self._limit_v
        turn = 2.0 * pi * self.signal_frequency_hz * step_s if wave_v else 0.0
        values_v = []
        for place in places:
            value_v = wave_v * sin(turn * place)
            value_v += self.noise_v * self._gauss()
            values_v.append(min(max(value_v, -limit_v), limit_v))
        return values_v

    @property
    def _limit_v(self) -> float:
        return self._divisions * self.shown_scale_v

    @property
    def _beside(self) -> int:
        return 2 if self.coil_channel == 1 else 1

    def _wave_v(self, channel: int) -> float:
        there = channel == self.coil_channel
        connected = channel == self._beside if self.wrong_channel else there
        if not connected or self.disconnected or not 0.0 < self.signal_peak_v < inf:
            return 0.0
        return self.signal_peak_v if 0.0 < self.signal_frequency_hz < inf else 0.0

    def _frequency_hz(self, wave_v: float) -> float:
        smallest_v = max(self.noise_v, SMALLEST_WAVE_SHARE * self.shown_scale_v)
        if wave_v < smallest_v:
            return inf
        # the jitter of two zero crossings, so many periods apart
        jitter_share = sqrt(2.0) * self.noise_v / (2.0 * pi * wave_v * PERIODS_COUNTED)
        return self.signal_frequency_hz * (1.0 + jitter_share * self._gauss())

    def _gauss(self) -> float:
        return 0.0 if self._noise is None else self._noise.gauss(0.0, 1.0)


def clipped_rms(limit_share: float) -> float:
    """Return the rms of a sine of peak 1 that is clipped at +-limit_share.

    (2/pi) (integral of sin^2 up to the bend, limit_share^2 for the rest of a quarter).
    """
    if limit_share >= 1.0:
        return sqrt(0.5)
    bend = asin(limit_share)
    rising = 0.5 * bend - 0.25 * sin(2.0 * bend)
    return sqrt(2.0 / pi * (rising + (0.5 * pi - bend) * limit_share**2))
