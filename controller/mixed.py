"""Hardware in the loop: what real instruments read back heats the simulated sample.

Real time only. The simulated part is touched by the loop's thread alone: its clock lets
its time pass, and its stations are polled from the loop.
"""

from dataclasses import dataclass
from typing import Protocol

from controller.stations import GeneratorStation, SupplyStation


class Advance(Protocol):
    """Moves a simulation by a time in s, with the field that is not simulated."""

    def __call__(
        self,
        dt_s: float,
        field_a_per_m: float | None = None,
        frequency_hz: float | None = None,
    ) -> None: ...


@dataclass
class HandedField:
    """Lets a simulation's time pass in the field of the instruments at an address.

    ``supply`` and ``generator`` are the stations of those at an address, None for the
    simulated. ``field_per_ampere_per_m`` is the true one, in 1/m.
    """

    advance: Advance
    field_per_ampere_per_m: float
    supply: SupplyStation | None = None
    generator: GeneratorStation | None = None

    def __call__(self, dt_s: float) -> None:
        """Let ``dt_s`` pass."""
        self.advance(
            dt_s, field_a_per_m=self._field_a_per_m(), frequency_hz=self._frequency_hz()
        )

    def _field_a_per_m(self) -> float | None:
        if self.supply is None:
            return None
        state = self.supply.state
        if state is None or not state.current_a > 0.0:
            return 0.0
        return state.current_a * self.field_per_ampere_per_m

    def _frequency_hz(self) -> float | None:
        generator = self.generator
        if generator is None:
            return None
        known = generator.output_on and generator.frequency_hz > 0.0
        return generator.frequency_hz if known else 0.0
