"""A pick-up coil in the simulated field, on the input of a simulated oscilloscope.

A sinusoidal field H through N turns of area A, tilted by theta, gives
    V_pk = 2 pi f mu0 N A cos(theta) H
and the probe passes on V_pk / attenuation. The true area is the stated one times
(1 + error): a systematic error, fixed for the life of the coil.
"""

from collections.abc import Mapping
from math import cos, pi, radians
from random import Random
from typing import Any, Protocol

from simulators.coil import VACUUM_PERMEABILITY

# The scales that an oscilloscope has, in V per division: 1-2-5 in each decade.
SCALES_V = tuple(m * 10.0**e for e in range(-3, 2) for m in (1.0, 2.0, 5.0))
HALF_SCREEN_DIVISIONS = 4.0
ROOM_SHARE = 1.5


class ScopeTwin(Protocol):
    """What the coil's cable needs of a simulated oscilloscope."""

    signal_frequency_hz: float
    signal_peak_v: float
    scale_v: float


class PickUp:
    """The coil, its cable and its probe. ``sense`` brings the field.

    Faults: ``fallen_off`` (far from the field), ``turned_deg`` (turned by so much since
    it was put in), ``probe_factor`` (the probe divides by so much more than it says).
    The oscilloscope has its own: wrong channel, rms for peak, a scale too small.
    """

    def __init__(
        self,
        scope: ScopeTwin,
        *,
        turns: int,
        area_m2: float,
        attenuation: float = 1.0,
        angle_deg: float = 0.0,
        error: float = 0.0,
    ) -> None:
        self.scope = scope
        self.turns, self.area_m2 = turns, area_m2
        self.attenuation, self.angle_deg = attenuation, angle_deg
        self.error = error
        self.fallen_off = False
        self.turned_deg = 0.0
        self.probe_factor = 1.0

    def scope_v(self, field_a_per_m: float, frequency_hz: float) -> float:
        """Return the peak voltage in V at the oscilloscope for a field in A/m."""
        if self.fallen_off:
            return 0.0
        area_m2 = self.area_m2 * (1.0 + self.error)
        facing = abs(cos(radians(self.angle_deg + self.turned_deg)))
        flux_wb = VACUUM_PERMEABILITY * self.turns * area_m2 * facing * field_a_per_m
        peak_v = 2.0 * pi * frequency_hz * flux_wb
        return peak_v / (self.attenuation * self.probe_factor)

    def sense(self, field_a_per_m: float, frequency_hz: float) -> None:
        """Put the field's voltage on the oscilloscope."""
        self.scope.signal_frequency_hz = frequency_hz
        self.scope.signal_peak_v = self.scope_v(field_a_per_m, frequency_hz)

    def fit_scale(self, field_a_per_m: float, frequency_hz: float) -> None:
        """Turn the oscilloscope's scale so that a field fits the screen with room."""
        wanted_v = ROOM_SHARE * self.scope_v(field_a_per_m, frequency_hz)
        for scale_v in SCALES_V:
            if HALF_SCREEN_DIVISIONS * scale_v >= wanted_v:
                break
        self.scope.scale_v = scale_v


def pickup_on(scope: Any, coil: Mapping[str, Any], error: float) -> PickUp:
    """Return the coil that a config states, on its channel of an oscilloscope."""
    scope.coil_channel = coil["channel"]
    return PickUp(
        scope,
        turns=coil["turns"],
        area_m2=coil["area_m2"],
        attenuation=coil["attenuation"],
        angle_deg=coil["angle_deg"],
        error=error,
    )


def drawn_error(rng: Random, uncertainty: float) -> float:
    """Draw the coil's relative error uniformly within its stated uncertainty.

    The uncertainty of such a coil is a bound: nothing averages its area down.
    """
    return rng.uniform(-uncertainty, uncertainty)
