"""A heated block behind a late probe, for the control law's tests; plain Euler."""

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random

from controller.decisions import pid
from controller.decisions.settings import ControlSettings

Course = Callable[[float], float]
SETTINGS = ControlSettings()


def set_to_43(t_s: float) -> float:
    return 43.0


def open_bound(t_s: float) -> float:
    return 1.0


def sound(t_s: float) -> float:
    return 0.0


@dataclass
class LaggingPlant:
    """dT/dt = gain·u - loss·(T - ambient), seen after dead time, lag and noise.

    ``spoil`` is added to the reading (NaN: a dropout); ``coil`` multiplies the field.
    """

    setpoint: Course = set_to_43
    bound: Course = open_bound
    spoil: Course = sound
    coil: float = 1.0
    gain_c_per_s: float = 0.07
    loss_per_s: float = 0.0046
    ambient_c: float = 37.0
    start_c: float = 37.0
    dead_s: float = 0.5
    lag_s: float = 1.5
    noise_c: float = 0.05
    dt_s: float = 0.5
    slew_per_s: float = 0.15
    seed: int = 0
    true_c: list[float] = field(default_factory=list)
    shares: list[float] = field(default_factory=list)
    applied: list[float] = field(default_factory=list)
    state: pid.ControlState = field(default_factory=pid.ControlState)

    def play(self, span_s: float) -> "LaggingPlant":
        """Run the law on the plant from the beginning, for a time."""
        noise = Random(self.seed)
        probe_c = now_c = self.start_c
        late = [now_c] * (round(self.dead_s / self.dt_s) + 1)
        share = h = 0.0
        for k in range(round(span_s / self.dt_s)):
            t_s = k * self.dt_s
            reading_c = late[0] + noise.gauss(0.0, self.noise_c) + self.spoil(t_s)
            was, most = h, self.slew_per_s * self.dt_s
            h += min(max(self.coil * math.sqrt(share) - h, -most), most)
            applied = (was * was + was * h + h * h) / 3.0
            for _ in range(10):
                loss = self.loss_per_s * (now_c - self.ambient_c)
                now_c += 0.1 * self.dt_s * (self.gain_c_per_s * applied - loss)
                probe_c += 0.1 * self.dt_s * (now_c - probe_c) / self.lag_s
            late = [*late[1:], probe_c]
            self.state, share = pid.update(
                self.state,
                dt_s=self.dt_s,
                temperature_c=reading_c,
                applied_share=applied,
                setpoint_c=self.setpoint(t_s),
                bound_share=self.bound(t_s),
                slew_per_s=self.slew_per_s,
                settings=SETTINGS,
            )
            self.true_c.append(now_c)
            self.shares.append(share)
            self.applied.append(applied)
        return self

    def at(self, t_s: float) -> float:
        return self.true_c[round(t_s / self.dt_s) - 1]

    def highest(self, since_s: float = 0.0) -> float:
        return max(self.true_c[round(since_s / self.dt_s) :])

    def lowest(self, since_s: float = 0.0) -> float:
        return min(self.true_c[round(since_s / self.dt_s) :])
