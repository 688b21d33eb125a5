"""Hardware in the loop: what real instruments read back heats the simulated sample.

Real time only. The simulated part is touched by the loop's thread alone: its clock lets
its time pass, and its stations are polled from the loop.
"""

from dataclasses import dataclass
from typing import Protocol

from controller.config.loading import BenchSpec
from controller.decisions.settings import TUMOUR_ROLES
from controller.errors import BenchError
from controller.instruments.applicators import Applicator, ResonantInverter
from controller.instruments.stations_inverter import GeneratorStation, SupplyStation


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


def hand_over(applicator: Applicator, handed: HandedField, spec: BenchSpec) -> None:
    """Let what is simulated live in the field of what has an address.

    Raises:
        BenchError: the applicator's kind cannot be mixed.
    """
    instruments = spec.instruments
    real = [s for s in applicator.stations if not instruments[s.name].simulated]
    if not isinstance(applicator, ResonantInverter):
        if real:
            raise BenchError(
                f"{real[0].name} has an address beside simulated instruments: only a "
                "resonant-inverter can be mixed so; simulate all of them or none"
            )
        return
    supply, generator = applicator.supply, applicator.generator
    if supply in real:
        handed.supply = supply
    else:
        applicator.cold = _cold(supply.name, spec)
    if generator in real:
        handed.generator = generator
    elif supply in real:
        applicator.deaf = (
            f"{generator.name} is simulated here and does not clock the inverter of "
            f"{supply.name}, which is at an address"
        )


def _cold(supply: str, spec: BenchSpec) -> str:
    """Say why a simulated supply cannot warm the probes that are controlled."""
    led = [p for p in spec.probes if p.role in (*TUMOUR_ROLES, "sample")]
    where = sorted({p.instrument for p in led})
    if any(spec.instruments[name].simulated for name in where):
        return ""
    names, read_by = " and ".join(p.name for p in led), " and ".join(where)
    return (
        f"{supply} is simulated here, and {read_by} with {names} is at an address, so "
        f"nothing would warm them; give {supply} an address or simulate {read_by}, too"
    )
