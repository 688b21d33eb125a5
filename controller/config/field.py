"""What a config file may say of the field sensor: a pick-up coil on an oscilloscope."""

from typing import Annotated

from pydantic import Field

from controller.config.types import Name, Table


class FieldSensor(Table):
    """A pick-up coil: its geometry, its probe, and how far it may be off.

    ``attenuation`` is the probe's (10 for a 10:1 probe whose factor the oscilloscope
    does not know), ``angle_deg`` between coil axis and field. ``uncertainty`` is
    expanded (k = 2), relative and systematic: area, angle, attenuation;
    ``uncertainty_a_per_m`` is the absolute part, noise and step of the screen.
    """

    instrument: Name
    channel: Annotated[int, Field(ge=1, le=8)] = 1
    turns: Annotated[int, Field(ge=1, le=10_000)]
    area_m2: Annotated[float, Field(ge=1e-7, le=0.1)]
    attenuation: Annotated[float, Field(ge=0.1, le=10_000.0)] = 1.0
    angle_deg: Annotated[float, Field(ge=0.0, le=60.0)] = 0.0
    uncertainty: Annotated[float, Field(ge=0.005, le=0.3)]
    uncertainty_a_per_m: Annotated[float, Field(ge=0.0, le=1000.0)] = 50.0
    update_s: Annotated[float, Field(ge=0.05, le=0.5)] = 0.4
