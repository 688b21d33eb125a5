"""A coil whose current is set directly: by an induction heater, or by an amplifier.

    H = k I
whatever the detuning: both hold the current in the coil itself, and the heater follows
its tank. The current answers as a first-order lag.
"""

from math import sqrt
from typing import Any

from simulators.coil import OperatingPoint, Tank

# Any voltage above zero says that the output is on.
ON_V = 1.0


class DirectCoil(Tank):
    """The coil; ``direct_per_ampere_per_m`` is its true field per ampere, in 1/m."""

    direct_per_ampere_per_m = 0.0

    def advance(
        self,
        dt_s: float,
        set_voltage_v: float,
        set_current_a: float,
        frequency_hz: float,
        gate_on: bool,
    ) -> None:
        """Let dt_s > 0 pass at a fixed set-point, exactly; 0 V is off."""
        if self.open_s > 0.0:
            self.open_s -= dt_s
            self._idle(0.0, self._decay_over(dt_s))
            return
        on = gate_on and frequency_hz > 0.0 and set_voltage_v > 0.0
        target_a = set_current_a if on else 0.0
        decay = self._decay_over(dt_s)
        start_a = self.now.current_a
        gap_a = start_a - target_a
        end_a = target_a + gap_a * decay
        per_a = self.coil_gain * self.direct_per_ampere_per_m
        self.now = OperatingPoint(0.0, end_a, end_a, per_a * end_a)
        self.peak_field_a_per_m = per_a * max(start_a, end_a)
        share = self.response_s / dt_s * (1.0 - decay)
        mean_square = target_a * target_a + gap_a * share * (
            2.0 * target_a + 0.5 * gap_a * (1.0 + decay)
        )
        self.heating_field_a_per_m = per_a * sqrt(mean_square)


class HeaterOutput:
    """A simulated induction heater as the bench wants a supply and a generator."""

    voltage_v = 0.0
    set_voltage_v = ON_V

    def __init__(self, heater: Any, coil: DirectCoil) -> None:
        self._heater, self._coil = heater, coil

    @property
    def set_current_a(self) -> float:
        """Return the amperes that are set."""
        return float(self._heater.set_current_a)

    @property
    def output_on(self) -> bool:
        """Say whether it heats."""
        return bool(self._heater.output_on)

    @property
    def true_frequency_hz(self) -> float:
        """Return the frequency in Hz: the heater follows its tank."""
        return self._coil.resonance_hz

    @property
    def current_a(self) -> float:
        """Return the current in A that flows."""
        return float(self._heater.current_a)

    @current_a.setter
    def current_a(self, current_a: float) -> None:
        heater = self._heater
        heater.current_a = current_a
        heater.power_w = 0.5 * self._coil.ac_ohm * current_a**2
        heater.frequency_hz = self._coil.resonance_hz if heater.output_on else 0.0


class AmplifierOutput:
    """A simulated generator behind an amplifier, as the bench wants a supply."""

    voltage_v = 0.0
    set_voltage_v = ON_V
    current_a = 0.0

    def __init__(self, generator: Any, current_a_per_v: float) -> None:
        self._generator, self._a_per_v = generator, current_a_per_v

    @property
    def set_current_a(self) -> float:
        """Return the peak amperes that the amplifier makes of the generator's volts."""
        return 0.5 * float(self._generator.amplitude_vpp) * self._a_per_v

    @property
    def output_on(self) -> bool:
        """Say whether the generator drives the amplifier."""
        return bool(self._generator.output_on)
