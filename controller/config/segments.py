"""What ``[[segments]]`` may hold: the parts of a treatment, one after the other."""

from typing import Annotated

from pydantic import Field

from controller.config.types import Table
from controller.decisions.settings import SegmentKind

Dose = Annotated[float, Field(ge=0.1, le=1000.0)]


class Segment(Table):
    """One part between baseline and cooling; which keys it has depends on its kind.

    ``ramp``: setpoint_c, rate_c_per_min · ``step``: setpoint_c · ``hold``: setpoint_c
    or the last one · ``pulse``: field_a_per_m (peak), on_s, off_s · ``constant``:
    field_a_per_m. The last three end by duration_s (treatment.hold_s where it is left
    out), cem43_min of the coolest tumour probe or cem43_t90_min, whichever is first.
    A ramp slower than 0.3 °C/min cannot be told from a frozen thermometer.
    """

    kind: SegmentKind
    name: Annotated[str, Field(max_length=40)] = ""
    setpoint_c: Annotated[float, Field(ge=20.0, le=90.0)] | None = None
    rate_c_per_min: Annotated[float, Field(ge=0.3, le=60.0)] | None = None
    duration_s: Annotated[float, Field(ge=1.0, le=14400.0)] | None = None
    cem43_min: Dose | None = None
    cem43_t90_min: Dose | None = None
    field_a_per_m: Annotated[float, Field(ge=1.0, le=1e5)] | None = None
    on_s: Annotated[float, Field(ge=1.0, le=600.0)] | None = None
    off_s: Annotated[float, Field(ge=1.0, le=600.0)] | None = None
