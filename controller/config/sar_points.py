"""One curve of a SAR matrix: its field, its name, and the ceiling that it is under."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from controller.config.sar_matrix import CapacitorTable, CeilingTable
from controller.decisions.ceiling import exceeds, permitted_amplitude
from controller.decisions.settings import CeilingSettings

Content = Literal["sample", "blank", "nothing", "resistor"]
WORDS_OF: dict[Content, str] = {
    "sample": "",
    "blank": "_blank",
    "nothing": "_preheat",
    "resistor": "_resistor",
}


@dataclass(frozen=True, slots=True)
class SarPoint:
    """One curve to be measured: a capacitor, a current, and which repeat it is.

    ``content`` is what is in the coil: sample, blank (medium only), nothing, or a
    resistor in the liquid (its current here is 0: there is no field).
    """

    capacitor: CapacitorTable
    current_a: float
    repeat: int
    content: Content = "sample"

    @property
    def field_a_per_m(self) -> float:
        """Return the peak amplitude that the current makes, in A/m."""
        return self.current_a * self.capacitor.field_per_ampere_per_m

    @property
    def words(self) -> str:
        """Say for a person which curve it is."""
        if self.content == "resistor":
            return f"resistor, repeat {self.repeat}"
        h, f = 1e-3 * self.field_a_per_m, 1e-3 * self.capacitor.frequency_hz
        return f"{h:.5g} kA/m at {f:.5g} kHz, repeat {self.repeat}"

    @property
    def stem(self) -> str:
        """Return the name of the point's file, without its ending."""
        what = WORDS_OF[self.content]
        if self.content == "resistor":
            return f"heat{what}_{self.repeat}"
        where = f"{self.capacitor.name}_{self.field_a_per_m:.0f}_a_per_m"
        return f"{where}{what}_{self.repeat}"


def point_problems(points: Sequence[SarPoint], table: CeilingTable) -> list[str]:
    """Return a sentence for each point that the ceiling or the supply forbids."""
    problems = []
    for point in points:
        if point.repeat > 1 or point.content == "resistor":
            continue
        c, h = point.capacitor, point.field_a_per_m
        if point.current_a > c.max_current_a:
            problems.append(
                f"matrix: {h:.0f} A/m needs {point.current_a:.2f} A with {c.name}; at "
                f"most {c.max_current_a:g} A"
            )
        elif not allowed_by(ceiling := ceiling_at(table, c), point):
            highest = permitted_amplitude(c.frequency_hz, ceiling)
            problems.append(
                f"matrix: {h:.0f} A/m at {c.frequency_hz:.0f} Hz ({c.name}) may break "
                f"the ceiling; permitted are {highest:.0f} A/m"
            )
    return problems


def ceiling_at(table: CeilingTable, c: CapacitorTable) -> CeilingSettings:
    """Return the ceiling of a vial at one capacitor: what its coil can make at most."""
    return CeilingSettings(
        profile="no-tissue",
        limit_a_per_m_s=c.max_current_a
        * c.field_per_ampere_per_m
        * table.frequency_max_hz,
        field_uncertainty_a_per_m=c.current_resolution_a * c.field_per_ampere_per_m,
        **table.model_dump(),
    )


def allowed_by(ceiling: CeilingSettings, point: SarPoint) -> bool:
    """Say whether a point stays under the ceiling, with its uncertainties."""
    h, f = point.field_a_per_m, point.capacitor.frequency_hz
    return h <= permitted_amplitude(f, ceiling) and not exceeds(h, f, ceiling)


def current_of(amplitude_a_per_m: float, capacitor: CapacitorTable) -> float:
    """Return the supply current of an amplitude in A, rounded down to a step."""
    step_a = capacitor.current_resolution_a
    steps = math.floor(amplitude_a_per_m / capacitor.field_per_ampere_per_m / step_a)
    return steps * step_a
