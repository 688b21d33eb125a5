"""What a config file may say of the applicator, its field and the ceiling over it."""

from typing import Annotated, Any, Literal

from pydantic import Field

from controller.config.types import Frequency, Name, Table

Profile = Literal["atkinson-brezovich", "diameter", "hergt-dutz", "no-tissue"]


class Ceiling(Table):
    """The bound on H·f. ``exposed_diameter_m`` is the largest loop of tissue.

    ``field_uncertainty`` is expanded (k = 2) and relative; 10 % is the least that a
    bench without a field sensor may declare. ``field_uncertainty_a_per_m`` is the
    absolute part; left out, it is one step of the supply's current.
    ``position_factor`` is the field at the tissue nearest to the conductor over the
    field at the calibrated point.
    """

    profile: Profile = "atkinson-brezovich"
    exposed_diameter_m: Annotated[float, Field(ge=0.02, le=0.45)] | None = None
    amplitude_cap_a_per_m: Annotated[float, Field(ge=100.0, le=1e5)]
    frequency_min_hz: Frequency
    frequency_max_hz: Frequency
    field_uncertainty: Annotated[float, Field(ge=0.10, le=0.5)] = 0.10
    field_uncertainty_a_per_m: Annotated[float, Field(ge=0.0, le=1000.0)] | None = None
    frequency_uncertainty: Annotated[float, Field(ge=1e-6, le=0.05)] = 1e-4
    position_factor: Annotated[float, Field(ge=1.0, le=3.0)] = 1.0


def _kinds(schema: dict[str, Any]) -> None:
    # the kinds of controller.config.kinds, which a test compares
    schema["enum"] = ["resonant-inverter", "induction-heater", "linear-amplifier"]


class Applicator(Table):
    """DC supply + generator + resonant inverter, by the names of the instruments.

    ``field_per_ampere_per_m`` is peak A/m per ampere of supply current;
    ``tuned_ohm`` is V/I of the supply at resonance. With ``calibration``, a file beside
    the config, these numbers and the frequency are the file's.
    """

    kind: Annotated[Literal["resonant-inverter"], Field(json_schema_extra=_kinds)] = (
        "resonant-inverter"
    )
    supply: Name
    generator: Name
    frequency_hz: Frequency
    field_per_ampere_per_m: Annotated[float, Field(ge=10.0, le=1e5)]
    tuned_ohm: Annotated[float, Field(ge=0.01, le=1000.0)]
    max_current_a: Annotated[float, Field(ge=0.1, le=500.0)]
    max_voltage_v: Annotated[float, Field(ge=0.5, le=1000.0)]
    current_tolerance_a: Annotated[float, Field(ge=0.01, le=0.5)] = 0.1
    slew_a_per_m_per_s: Annotated[float, Field(ge=10.0, le=1e5)] = 5000.0
    drive_vpp: Annotated[float, Field(ge=0.01, le=10.0)]
    coil: Annotated[str, Field(min_length=1, max_length=80)]
    capacitor: Annotated[str, Field(min_length=1, max_length=80)]
    calibration: Annotated[str, Field(min_length=1, max_length=300)] | None = None
    track_resonance: bool = False
    track_band_share: Annotated[float, Field(ge=1e-3, le=0.02)] = 0.01
