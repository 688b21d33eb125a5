"""What a config file may say of an applicator without a supply and an inverter.

Each kind has its own keys. What the rest of the program asks of any applicator and a
kind does not have, it answers here: which instrument sets the current, that there is
no voltage to limit.
"""

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import Field

from controller.config.applicator import Applicator
from controller.config.types import Frequency, Name, Table

# Stands for a voltage that nobody programmes.
NO_VOLTAGE_V = 1000.0
NO_OHM = 1.0


class _Direct(Table):
    """What the kinds share whose amperes are the command."""

    frequency_hz: Frequency
    field_per_ampere_per_m: Annotated[float, Field(ge=10.0, le=1e5)]
    max_current_a: Annotated[float, Field(ge=0.1, le=1000.0)]
    current_tolerance_a: Annotated[float, Field(ge=0.01, le=5.0)] = 0.5
    slew_a_per_m_per_s: Annotated[float, Field(ge=10.0, le=1e5)] = 5000.0
    coil: Annotated[str, Field(min_length=1, max_length=80)]
    capacitor: Annotated[str, Field(max_length=80)] = ""

    @property
    def tuned_ohm(self) -> float:
        """V/I of a supply that is not there."""
        return NO_OHM

    @property
    def max_voltage_v(self) -> float:
        """Return the voltage limit of a supply that is not there."""
        return NO_VOLTAGE_V

    @property
    def track_resonance(self) -> bool:
        """The frequency is never moved."""
        return False

    @property
    def track_band_share(self) -> float:
        """Return the band of a frequency that is never moved."""
        return 0.01


class InductionHeater(_Direct):
    """An induction heater: amperes set the field, the frequency is only read.

    ``frequency_hz`` is the resonance that is expected. ``field_per_ampere_per_m`` is
    peak A/m per ampere as the heater shows it (rms or peak, as its maker means it).
    ``heat_timer_s`` is how long it goes on heating when nobody speaks to it.
    ``load_ohm`` is W/A² as the heater showed them when the field was calibrated: it
    tells that coil from another of the same resonance.
    """

    kind: Literal["induction-heater"]
    heater: Name
    heat_timer_s: Annotated[float, Field(ge=2.0, le=60.0)] = 2.0
    load_ohm: Annotated[float, Field(ge=1e-6, le=1000.0)] | None = None

    @property
    def supply(self) -> str:
        """Return the instrument whose amperes set the field."""
        return self.heater

    @property
    def generator(self) -> str:
        """Return the instrument that knows the frequency."""
        return self.heater


class LinearAmplifier(_Direct):
    """A generator into a linear amplifier: its amplitude sets the coil's current.

    ``current_a_per_v`` is peak A in the coil per V peak of the generator's setting. As
    nothing reads that current back, a field sensor is needed.
    """

    kind: Literal["linear-amplifier"]
    generator: Name
    current_a_per_v: Annotated[float, Field(ge=0.01, le=1000.0)]

    @property
    def supply(self) -> str:
        """Return the instrument whose setting makes the field."""
        return self.generator


AnyApplicator = Applicator | InductionHeater | LinearAmplifier
APPLICATORS: Mapping[str, type[Table]] = {
    "resonant-inverter": Applicator,
    "induction-heater": InductionHeater,
    "linear-amplifier": LinearAmplifier,
}


def applicator_model(kind: object) -> type[Table]:
    """Return the model of a kind; that of the resonant inverter for an unknown one."""
    return APPLICATORS.get(kind, Applicator) if isinstance(kind, str) else Applicator


def output_roles(applicator: AnyApplicator) -> dict[str, str]:
    """Return what makes the field, name by role, in the order of switching off."""
    if isinstance(applicator, InductionHeater):
        return {"heater": applicator.heater}
    if isinstance(applicator, LinearAmplifier):
        return {"amplifier": applicator.generator}
    return {"supply": applicator.supply, "generator": applicator.generator}
