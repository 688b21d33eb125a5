"""A fibre-optic probe between a place in the sample and the thermometer's channel.

In order: slipped, moved by a cough or pulled out, heat that the fibre leads away, lag,
dead time, then offset, drift, spike, noise, the thermometer's moving average, and
rounding. A thermometer that rounds by itself needs no ``step_c``.
"""

from collections import deque
from dataclasses import dataclass
from math import exp, inf
from random import Random

from simulators.motion import Moments


@dataclass(frozen=True, slots=True)
class ProbeParameters:
    """Lag, dead time, noise (rms) and resolution (0 = none) of a probe.

    ``average_s`` is over how long the readings taken are averaged (0 = not at all).
    Heat that runs along the fibre pulls the tip ``conduction_share`` of the way to
    ``ambient_c``. ``cough_c`` is how much cooler the tip sits in a cough of
    full size.

    Defaults: a jacketed fibre in tissue, in the range that practice knows
    (lag 0.5-2 s, noise 0.02-0.1 °C); unverified for any one model.
    """

    lag_s: float = 1.0
    dead_s: float = 0.5
    noise_c: float = 0.05
    step_c: float = 0.0
    ambient_c: float = 22.0
    conduction_share: float = 0.0
    cough_c: float = 0.0
    average_s: float = 0.0

    def __post_init__(self) -> None:
        if not (self.lag_s >= 0 and self.dead_s >= 0 and self.noise_c >= 0):
            raise ValueError("lag, dead time or noise of a probe is below zero")
        if not 0.0 <= self.average_s < inf:
            raise ValueError("a moving average is from 0 s on, and ends")
        if not 0.0 <= self.conduction_share < 1.0:
            raise ValueError("conduction along a fibre is a share from 0 to below 1")


class Probe:
    """A probe at a place. It has no clock: ``advance`` is time.

    ``coughs`` move it, ``dropouts`` take its reading, each by chance. Faults are
    attributes: ``slip_c`` (sits where it is cooler by so much), ``moved_c`` (the same
    for a moment), ``pulled_out`` (in the air), ``unplugged`` (no reading), ``frozen``
    (repeats the last reading), ``spike_c``, ``offset_c`` and ``drift_c_per_s``. A slip
    happens before the lag, so the reading goes there smoothly.
    """

    def __init__(
        self,
        place: str,
        rng: Random,
        parameters: ProbeParameters | None = None,
        start_c: float = 37.0,
        coughs: Moments | None = None,
        dropouts: Moments | None = None,
    ) -> None:
        self.place = place
        self.parameters = parameters or ProbeParameters()
        self.slip_c = 0.0
        self.moved_c = 0.0
        self.pulled_out = False
        self.unplugged = False
        self.frozen = False
        self.spike_c = 0.0
        self.offset_c = 0.0
        self.drift_c_per_s = 0.0
        self.drifted_c = 0.0
        self._rng = rng
        self._coughs, self._dropouts = coughs, dropouts
        self._dark = False
        start_c = self._pulled_c(start_c)
        self._input_c = start_c
        self._tip_c = start_c
        self._time_s = 0.0
        self._line = deque([(0.0, start_c)])
        self._reading_c: float | None = start_c
        self._taken: deque[tuple[float, float]] = deque()
        self._decay = (0.0, 1.0)

    def advance(self, dt_s: float, true_c: float) -> None:
        """Let dt_s > 0 pass while the place goes linearly to a temperature in °C.

        Exact for such a ramp: T_p = u - s tau + (T_p0 - u0 + s tau) e^(-dt/tau), with
        u the place's temperature, s its slope.
        """
        p = self.parameters
        if self._coughs is None and not self.pulled_out:
            there_c = true_c - self.slip_c - self.moved_c
            input_c = there_c + p.conduction_share * (p.ambient_c - there_c)
        else:
            input_c = self._place_c(dt_s, true_c)
        trail_c = (input_c - self._input_c) / dt_s * p.lag_s
        if self._decay[0] != dt_s:
            self._decay = (dt_s, self._decay_over(dt_s))
        behind_c = (self._tip_c - self._input_c + trail_c) * self._decay[1]
        self._tip_c = input_c - trail_c + behind_c
        self._input_c = input_c
        self._time_s += dt_s
        self._line.append((self._time_s, self._tip_c))
        self.drifted_c += self.drift_c_per_s * dt_s
        if self._dropouts is not None:
            self._dark = self._dropouts.advance(dt_s) > 0.0

    def read(self) -> float | None:
        """Return the reading now, in °C; None when there is no probe. Draws noise."""
        p = self.parameters
        # Drawn in any state, so that a fault does not shift the noise after it.
        noise_c = self._rng.gauss(0.0, p.noise_c)
        delayed_c = self._delayed_c()
        if not self.frozen:
            reading_c = delayed_c + noise_c + self.offset_c + self.drifted_c
            reading_c += self.spike_c
            if p.average_s > 0.0:
                reading_c = self._averaged_c(reading_c)
            if p.step_c > 0.0:
                reading_c = round(reading_c / p.step_c) * p.step_c
            self._reading_c = reading_c
        return None if self.unplugged or self._dark else self._reading_c

    def _averaged_c(self, reading_c: float) -> float:
        """Take a reading; return the mean over the readings of the last average_s."""
        taken, oldest_s = self._taken, self._time_s - self.parameters.average_s
        taken.append((self._time_s, reading_c))
        while taken[0][0] <= oldest_s:
            taken.popleft()
        return sum(one_c for _, one_c in taken) / len(taken)

    def _place_c(self, dt_s: float, true_c: float) -> float:
        """Return what the tip goes to, in °C, where it now sits."""
        p = self.parameters
        if self._coughs is not None:
            true_c -= p.cough_c * self._coughs.advance(dt_s)
        if self.pulled_out:
            return p.ambient_c
        there_c = true_c - self.slip_c - self.moved_c
        return self._pulled_c(there_c)

    def _pulled_c(self, there_c: float) -> float:
        p = self.parameters
        return there_c + p.conduction_share * (p.ambient_c - there_c)

    def _decay_over(self, dt_s: float) -> float:
        lag_s = self.parameters.lag_s
        return exp(-dt_s / lag_s) if lag_s > 0.0 else 0.0

    def _delayed_c(self) -> float:
        """Return the tip's temperature one dead time ago, between stored points."""
        line = self._line
        wanted_s = self._time_s - self.parameters.dead_s
        start_s, start_c = line[0]
        while len(line) > 1 and wanted_s > start_s:
            end_s, end_c = line[1]
            if end_s > wanted_s:
                part = (end_c - start_c) * (wanted_s - start_s)
                return start_c + part / (end_s - start_s)
            line.popleft()
            start_s, start_c = end_s, end_c
        return start_c
