"""What a config file may say of the simulated sample: one model for each kind.

Sizes and powers are assumed unless a config says where they come from; the physics is
in docs/physics.md.
"""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import Field

from controller.config.types import Frequency, Table

Law = Literal["constant", "muscle", "fat", "tumour"]
# The names of simulators/data/tissues.csv; a test compares the two.
TissueName = Literal[
    "blood",
    "brain",
    "grey matter",
    "white matter",
    "muscle",
    "fat",
    "skin",
    "liver",
    "prostate",
    "pancreas",
    "cancellous bone",
    "cortical bone",
    "breast fat",
    "cerebrospinal fluid",
    "breast gland",
    "kidney",
    "tumour",
]
BodyTemperature = Annotated[float, Field(ge=30.0, le=40.0)]
Share = Annotated[float, Field(ge=0.0, le=1.0)]
Fluctuation = Annotated[float, Field(ge=0.0, le=0.5)]
FluctuationTime = Annotated[float, Field(ge=1.0, le=3600.0)]
Perfusion = Annotated[float, Field(ge=0.0, le=50.0)]


def _kinds(schema: dict[str, Any]) -> None:
    schema["enum"] = [*SAMPLES]


class PerfusionStep(Table):
    """From a time on, all perfusion is a factor times what it would be."""

    at_s: Annotated[float, Field(ge=0.0, le=1e5)]
    factor: Annotated[float, Field(ge=0.0, le=100.0)]


class Sample(Table):
    """The simulated tumour in its surrounding tissue: two perfused nodes in blood.

    ``*_perfusion_per_s`` is mL of blood per mL of tissue and second. Heating is the
    particles' at the reference field and frequency; it grows with H²·f. ``fluctuation``
    is the relative rms of the perfusion, ``margin_share`` how far the margin lies on
    the way from tumour to tissue. Sizes are those of a small animal, assumed.
    """

    kind: Annotated[Literal["two-node"], Field(json_schema_extra=_kinds)] = "two-node"
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


class HeatedByParticles(Table):
    """Particles: ILP f H² / (1 + (H/H_s)²) · (1 + b (T - 37 °C)) per mass.

    ``saturation_a_per_m`` is H_s, where left out heating stays quadratic;
    ``power_per_c`` is b.
    """

    ilp_nh_m2_per_kg: Annotated[float, Field(ge=0.0, le=30.0)] = 3.0
    saturation_a_per_m: Annotated[float, Field(gt=0.0, le=1e6)] | None = None
    power_per_c: Annotated[float, Field(ge=-0.02, le=0.02)] = 0.0


class PerfusedByChance(HeatedByParticles):
    """What sphere and grid share: blood, its wandering, its steps, and the places.

    ``cough_flow_factor`` is the factor on all perfusion while the patient coughs.
    """

    body_c: BodyTemperature = 37.0
    radius_m: Annotated[float, Field(ge=1e-3, le=0.05)] = 8e-3
    tissue: TissueName = "muscle"
    tumour_perfusion_kg_per_s_m3: Perfusion = 0.833
    concentration_g_per_l: Annotated[float, Field(ge=0.0, le=100.0)] = 3.0
    eddy_radius_m: Annotated[float, Field(ge=0.0, le=0.25)] = 0.03
    margin_share: Share = 0.9
    fluctuation: Fluctuation = 0.10
    fluctuation_s: FluctuationTime = 30.0
    perfusion_steps: Annotated[
        tuple[PerfusionStep, ...],
        Field(strict=False, description="a list of { at_s = ..., factor = ... }"),
    ] = ()
    cough_flow_factor: Annotated[float, Field(ge=0.1, le=10.0)] = 1.0


class SphereSample(PerfusedByChance):
    """A spherical tumour in shells, in endless tissue, in blood.

    ``own_w`` given, the blood follows a body that makes so much heat of its own, in W
    (metabolism under the anaesthetic, and the pad). A perfusion left out is that of
    the tissue; ``*_law`` lets it depend on temperature. ``healthy_beyond_m`` is how far
    outside the tumour the healthy probe sits.
    """

    kind: Literal["pennes-sphere"]
    own_w: Annotated[float, Field(ge=0.0, le=500.0)] | None = None
    body_kg: Annotated[float, Field(ge=0.01, le=200.0)] = 0.3
    body_loss_w_per_k: Annotated[float, Field(ge=0.01, le=50.0)] = 0.10
    reach_m: Annotated[float, Field(ge=5e-3, le=0.5)] = 0.03
    shells: Annotated[int, Field(ge=40, le=200, multiple_of=2)] = 48
    tumour: TissueName = "tumour"
    tissue_perfusion_kg_per_s_m3: Perfusion | None = None
    tumour_law: Law = "constant"
    tissue_law: Law = "constant"
    washout_s: Annotated[float, Field(ge=1.0, le=1e9)] | None = None
    healthy_beyond_m: Annotated[float, Field(ge=0.0, le=0.1)] = 5e-3


class GridSample(PerfusedByChance):
    """A tumour with particles in clumps on a cubic grid of tissue."""

    kind: Literal["tumour-grid"]
    cells: Annotated[int, Field(ge=5, le=25)] = 15
    side_m: Annotated[float, Field(ge=5e-3, le=0.3)] = 0.03
    clumps: Annotated[int, Field(ge=0, le=50)] = 6
    healthy_beyond_m: Annotated[float, Field(ge=0.0, le=0.1)] = 4e-3


class VialSample(HeatedByParticles):
    """A stirred vial: liquid, wall, and a bore that warms and drifts.

    ``particles_g`` is the mass that the ILP is given for. ``bore_rise_k`` is how far
    the coil warms the bore in the end at the reference field.
    """

    kind: Literal["vial"]
    liquid_j_per_k: Annotated[float, Field(ge=1e-4, le=1e4)] = 4.18863
    wall_j_per_k: Annotated[float, Field(ge=1e-4, le=1e4)] = 1.5
    coupling_w_per_k: Annotated[float, Field(ge=1e-5, le=100.0)] = 0.05
    loss_w_per_k: Annotated[float, Field(ge=1e-5, le=100.0)] = 0.012
    particles_g: Annotated[float, Field(ge=0.0, le=100.0)] = 0.005
    room_c: Annotated[float, Field(ge=0.0, le=45.0)] = 22.0
    drift_k_per_s: Annotated[float, Field(ge=-0.1, le=0.1)] = 0.0
    bore_rise_k: Annotated[float, Field(ge=0.0, le=40.0)] = 0.0
    bore_s: Annotated[float, Field(ge=1.0, le=1e5)] = 300.0
    reference_field_a_per_m: Annotated[float, Field(ge=100.0, le=1e5)] = 15000.0


AnySample = Sample | SphereSample | GridSample | VialSample
SAMPLES: Mapping[str, type[Table]] = {
    "two-node": Sample,
    "pennes-sphere": SphereSample,
    "tumour-grid": GridSample,
    "vial": VialSample,
}


def sample_model(kind: object) -> type[Table]:
    """Return the model of a kind of sample; that of the default for an unknown one."""
    return SAMPLES.get(kind, Sample) if isinstance(kind, str) else Sample
