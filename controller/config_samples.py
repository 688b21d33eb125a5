"""What a config file may say of the simulated sample."""

from typing import Annotated, Literal

from pydantic import Field

from controller.config_types import Frequency, Table


class Sample(Table):
    """The simulated tumour in its surrounding tissue: two perfused nodes in blood.

    ``*_perfusion_per_s`` is mL of blood per mL of tissue and second. Heating is the
    particles' at the reference field and frequency; it grows with H²·f. ``fluctuation``
    is the relative rms of the perfusion, ``margin_share`` how far the margin lies on
    the way from tumour to tissue. Sizes are those of a small animal, assumed.
    """

    kind: Literal["two-node"] = "two-node"
    body_c: Annotated[float, Field(ge=30.0, le=40.0)] = 37.0
    tumour_ml: Annotated[float, Field(ge=0.01, le=1000.0)] = 2.0
    tissue_ml: Annotated[float, Field(ge=0.01, le=10000.0)] = 4.0
    heat_capacity_j_per_ml_k: Annotated[float, Field(ge=1.0, le=5.0)] = 3.7
    tumour_perfusion_per_s: Annotated[float, Field(ge=0.0, le=0.2)] = 0.0013
    tissue_perfusion_per_s: Annotated[float, Field(ge=1e-5, le=0.2)] = 0.0026
    coupling_w_per_k: Annotated[float, Field(ge=1e-4, le=10.0)] = 0.04
    heating_w_per_ml: Annotated[float, Field(ge=0.0, le=50.0)] = 0.30
    eddy_w_per_ml: Annotated[float, Field(ge=0.0, le=1.0)] = 0.005
    reference_field_a_per_m: Annotated[float, Field(ge=100.0, le=1e5)] = 15000.0
    reference_frequency_hz: Frequency = 161270.0
    margin_share: Annotated[float, Field(ge=0.0, le=1.0)] = 0.25
    fluctuation: Annotated[float, Field(ge=0.0, le=0.5)] = 0.10
    fluctuation_s: Annotated[float, Field(ge=1.0, le=3600.0)] = 30.0
