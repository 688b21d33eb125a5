"""What goes into a calorimetry analysis and what comes out, as frozen values.

Amplitudes are peak values in A/m, temperatures °C, every uncertainty a standard
one (one sigma) unless it is called expanded. A method returns a ``Result`` for the
heating rate P/C of the contents; ``controller.analysis.uncertainty`` turns it into
power, SAR and ILP with a budget.
"""

from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Oxide = Literal["magnetite", "maghemite"]
Method = Literal[
    "initial slope",
    "modified time-rise",
    "box-lucas",
    "corrected slope",
    "peak analysis",
    "zig-zag",
    "cooling-corrected",
    "two-node fit",
]
IRON_FRACTION: dict[Oxide, float] = {"magnetite": 0.72360, "maghemite": 0.69943}


class AnalysisError(ValueError):
    """A curve or a sample that cannot be analysed; the message is one sentence."""


@dataclass(frozen=True, slots=True)
class Value:
    """A number with its standard uncertainty ``u``, in the same unit."""

    value: float
    u: float = 0.0

    @property
    def relative(self) -> float:
        """Return u / |value|; infinite for a value of zero that has an uncertainty."""
        if self.value == 0.0:
            return 0.0 if self.u == 0.0 else float("inf")
        return self.u / abs(self.value)


@dataclass(frozen=True, slots=True)
class Curve:
    """A record of one heating experiment, arrays of shape (samples,).

    ``field_a_per_m`` is the amplitude as measured at each row. ``switches_s`` are the
    instants at which the field went on or off, where they were recorded as events;
    without them a switch is taken midway between the two rows that show it.
    ``average_s`` is the thermometer's own moving average, 0 where there is none.
    ``units_confirmed`` says that the operator has confirmed the units.
    """

    time_s: Array
    temperature_c: Array
    field_a_per_m: Array
    frequency_hz: float
    switches_s: tuple[float, ...] = ()
    average_s: float = 0.0
    units_confirmed: bool = False


@dataclass(frozen=True, slots=True)
class Sample:
    """What is in the vial: colloid by balance, iron by assay.

    ``iron_share`` is kg Fe per kg colloid. ``wetted_wall_j_per_k`` is the share of the
    vial that a one-node method counts as heated with the liquid; the two-node fit
    finds the vial itself and leaves it out.
    Raises: AnalysisError where a mass, a share or a heat capacity is not above zero.
    """

    colloid_kg: Value
    iron_share: Value
    oxide: Oxide = "magnetite"
    fluid_j_per_kg_k: Value = Value(4184.0, 8.0)
    oxide_j_per_kg_k: Value = Value(660.0, 10.0)
    wetted_wall_j_per_k: Value = Value(0.0)
    volume_m3: Value = Value(1e-6, 1e-8)

    def __post_init__(self) -> None:
        checked = {
            "mass of colloid": self.colloid_kg,
            "iron content": self.iron_share,
            "heat capacity of the fluid": self.fluid_j_per_kg_k,
            "volume": self.volume_m3,
        }
        for name, value in checked.items():
            if not (0.0 < value.value < float("inf")) or not (value.u >= 0.0):
                raise AnalysisError(f"The {name} is {value.value:g}: it must be > 0.")
        if not (self.iron_share.value < IRON_FRACTION[self.oxide]):
            raise AnalysisError(
                f"The iron content is {self.iron_share.value:g} kg/kg: more than pure "
                f"{self.oxide} holds."
            )

    @property
    def iron_kg(self) -> float:
        """Return the mass of iron, in kg."""
        return self.colloid_kg.value * self.iron_share.value

    @property
    def oxide_kg(self) -> float:
        """Return the mass of oxide, in kg: iron / iron fraction of the oxide."""
        return self.iron_kg / IRON_FRACTION[self.oxide]

    @property
    def contents_j_per_k(self) -> float:
        """Return the heat capacity of fluid and particles, in J/K."""
        fluid_kg = self.colloid_kg.value - self.oxide_kg
        fluid = fluid_kg * self.fluid_j_per_kg_k.value
        return fluid + self.oxide_kg * self.oxide_j_per_kg_k.value


@dataclass(frozen=True, slots=True)
class Conditions:
    """What is known of field and probe besides the record; ``_u`` are relative.

    ``field_square_share`` is the mean of H² over the filled volume / H² of the record.
    ``probe_lag_s`` is the declared response time; ``probe_scale_u`` the uncertainty
    of the probe's slope (a difference read as 1.000 °C).
    """

    field_u: float = 0.0
    field_square_share: Value = Value(1.0)
    frequency_u: float = 0.0
    probe_scale_u: float = 0.0
    probe_lag_s: float | None = None


@dataclass(frozen=True, slots=True)
class Result:
    """What one method finds: the heating rate P/C in °C/s at the reference drive.

    ``rate_c_per_s`` holds value and standard uncertainty (fit only). ``window_s`` is
    the part of the record that was used, ``residuals_c`` what the fit left over.
    ``parts`` adds the method's own figures (lag, time constants), by name.
    A result that is not ``usable`` says why; its number is not to be quoted.
    """

    method: Method
    rate_c_per_s: Value
    window_s: tuple[float, float]
    residuals_c: Array
    reference_field_a_per_m: float
    frequency_hz: float
    temperature_c: float
    usable: bool = True
    reason: str = ""
    warnings: tuple[str, ...] = ()
    parts: dict[str, Value] = field(default_factory=dict)
