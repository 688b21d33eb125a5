"""What a config file may say of the simulated sample: one model for each kind.

Sizes and powers are assumed unless a config says where they come from; the physics is
in docs/physics.md.
"""

from collections.abc import Mapping
from inspect import cleandoc
from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field

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


Washout = Annotated[float, Field(ge=1.0, le=1e9)]
Concentration = Annotated[float, Field(ge=0.0, le=100.0)]
# Which keys belong to which law of heating; a file may name those of its own law only.
BY_ILP = ("heating_w_per_ml", "ilp_nh_m2_per_kg", "saturation_a_per_m", "power_per_c")
OF_A_BODY = ("body_kg", "body_loss_w_per_k")


class PerfusionStep(Table):
    """From a time on, all perfusion is a factor times what it would be."""

    at_s: Annotated[float, Field(ge=0.0, le=1e5)]
    factor: Annotated[float, Field(ge=0.0, le=100.0)]


def _kinds(schema: dict[str, Any]) -> None:
    schema["enum"] = [*SAMPLES]


def _every_word(schema: dict[str, Any], model: type[Any]) -> None:
    """Let the form explain the keys that a sample shares with others, too."""
    parts = [
        one for one in model.__mro__ if issubclass(one, Table) and one is not Table
    ]
    schema["description"] = " ".join(cleandoc(part.__doc__ or "") for part in parts)


class Particles(Table):
    """Particles heat by one of two laws.

    ``heating_law`` "ilp" takes a measured power, growing with H²·f; "linear-response"
    computes it for cores of one size. ``core_diameter_m`` is that of the magnetic core.
    ``shell_m`` is how thick the coat around it is. ``magnetisation_a_per_m`` is that of
    the saturated core. ``anisotropy_j_per_m3`` is its energy barrier per volume, in
    J/m³. ``core_density_kg_per_m3`` is its density, in kg/m³. ``attempt_s`` is the
    attempt time of Néel relaxation. ``viscosity_ratio`` is that of what they float in
    over water's, 1 mPa·s; without ``viscosity_ratio`` they are stuck, and only their
    moments turn. ``langevin_saturation`` = false leaves the susceptibility what it is
    in weak fields.
    """

    model_config = ConfigDict(json_schema_extra=_every_word)

    heating_law: Literal["ilp", "linear-response"] = "ilp"
    core_diameter_m: Annotated[float, Field(ge=2e-9, le=1e-7)] = 16e-9
    shell_m: Annotated[float, Field(ge=0.0, le=1e-6)] = 1e-9
    magnetisation_a_per_m: Annotated[float, Field(ge=1e3, le=2e6)] = 446e3
    anisotropy_j_per_m3: Annotated[float, Field(ge=100.0, le=1e6)] = 20e3
    core_density_kg_per_m3: Annotated[float, Field(ge=1000.0, le=2e4)] = 5180.0
    attempt_s: Annotated[float, Field(ge=1e-12, le=1e-7)] = 1e-9
    viscosity_ratio: Annotated[float, Field(ge=0.1, le=1e6)] | None = None
    langevin_saturation: bool = True


class MeasuredParticles(Particles):
    """A measured power is ILP f H² / (1 + (H/H_s)²) · (1 + b (T - 37 °C)) per mass.

    ``ilp_nh_m2_per_kg`` is the intrinsic loss power, ILP. ``saturation_a_per_m`` is
    H_s, where left out heating stays quadratic; ``power_per_c`` is b.
    """

    ilp_nh_m2_per_kg: Annotated[float, Field(ge=0.0, le=30.0)] = 3.0
    saturation_a_per_m: Annotated[float, Field(gt=0.0, le=1e6)] | None = None
    power_per_c: Annotated[float, Field(ge=-0.02, le=0.02)] = 0.0


class FedByBlood(Particles):
    """Every tumour is fed by blood, from a body.

    ``body_c`` is the temperature of the blood at the start. With ``own_w``, the blood
    follows a body that makes so much heat of its own, in W (metabolism under the
    anaesthetic, and the pad), that weighs ``body_kg`` and loses ``body_loss_w_per_k``
    to a room of 22 °C; the tumour and eddy currents heat it. ``fluctuation`` is the
    relative rms of all perfusion by chance, with the correlation time
    ``fluctuation_s``. ``perfusion_steps`` set the factor on all perfusion from a time
    on. ``cough_flow_factor`` comes to it while the patient coughs.
    ``concentration_g_per_l`` is particles in the tumour, which wash out with the time
    constant ``washout_s``.
    """

    body_c: BodyTemperature = 37.0
    own_w: Annotated[float, Field(ge=0.0, le=500.0)] | None = None
    body_kg: Annotated[float, Field(ge=0.01, le=200.0)] = 0.3
    body_loss_w_per_k: Annotated[float, Field(ge=0.01, le=50.0)] = 0.10
    fluctuation: Fluctuation = 0.10
    fluctuation_s: FluctuationTime = 30.0
    perfusion_steps: Annotated[
        tuple[PerfusionStep, ...],
        Field(strict=False, description="a list of { at_s = ..., factor = ... }"),
    ] = ()
    cough_flow_factor: Annotated[float, Field(ge=0.1, le=10.0)] = 1.0
    concentration_g_per_l: Concentration = 3.0
    washout_s: Washout | None = None


class Sample(FedByBlood):
    """The simulated tumour in its surrounding tissue: two perfused nodes in blood.

    ``*_perfusion_per_s`` is mL of blood per mL of tissue and second.
    ``heating_w_per_ml`` is the particles' by the law "ilp", at the reference field and
    frequency; ``concentration_g_per_l`` is for the other law. ``eddy_w_per_ml`` grows
    with (H·f)². ``margin_share`` is how far the margin lies on the way from tumour to
    tissue. Sizes are those of a small animal, assumed.
    """

    kind: Annotated[Literal["two-node"], Field(json_schema_extra=_kinds)] = "two-node"
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
    margin_share: Share = 0.25


class InTissue(FedByBlood, MeasuredParticles):
    """Sphere and grid have a round tumour in one kind of tissue.

    ``radius_m`` is the tumour's. ``tissue`` is a name of simulators/data/tissues.csv.
    ``tumour_perfusion_kg_per_s_m3`` is blood by volume of tumour. ``eddy_radius_m`` is
    that of the exposed body, 0 for no eddy heat. ``margin_share`` is the margin's place
    as a share of the radius. ``healthy_beyond_m`` is how far outside the tumour the
    healthy probe sits.
    """

    radius_m: Annotated[float, Field(ge=1e-3, le=0.05)] = 8e-3
    tissue: TissueName = "muscle"
    tumour_perfusion_kg_per_s_m3: Perfusion = 0.833
    eddy_radius_m: Annotated[float, Field(ge=0.0, le=0.25)] = 0.03
    margin_share: Share = 0.9


class SphereSample(InTissue):
    """A spherical tumour in shells, in endless tissue, in blood.

    ``tissue_perfusion_kg_per_s_m3`` left out is that of the table. ``tumour_law`` and
    ``tissue_law`` let perfusion depend on temperature. ``reach_m`` is where the
    ``shells`` end, half of which are in the ``tumour``, a tissue by its name.
    """

    kind: Literal["pennes-sphere"]
    reach_m: Annotated[float, Field(ge=5e-3, le=0.5)] = 0.03
    shells: Annotated[int, Field(ge=40, le=200, multiple_of=2)] = 48
    tumour: TissueName = "tumour"
    tissue_perfusion_kg_per_s_m3: Perfusion | None = None
    tumour_law: Law = "constant"
    tissue_law: Law = "constant"
    healthy_beyond_m: Annotated[float, Field(ge=0.0, le=0.1)] = 5e-3


class GridSample(InTissue):
    """A tumour with particles in clumps on a cubic grid of tissue.

    ``cells`` is their number per side, an odd one. ``side_m`` is the side of the whole.
    ``clumps`` are drawn by the seed.
    """

    kind: Literal["tumour-grid"]
    cells: Annotated[int, Field(ge=5, le=25)] = 15
    side_m: Annotated[float, Field(ge=5e-3, le=0.3)] = 0.03
    clumps: Annotated[int, Field(ge=0, le=50)] = 6
    healthy_beyond_m: Annotated[float, Field(ge=0.0, le=0.1)] = 4e-3


class VialSample(MeasuredParticles):
    """A stirred vial: liquid, wall, and a bore that warms and drifts.

    ``particles_g`` is the mass that the ILP is given for, or that of the cores.
    ``bore_rise_k`` is how far the coil warms the bore in the end at the reference
    field. Convection raises the coupling, G (1 + ``convection_per_k`` |T - T_wall|);
    sedimentation leaves exp(-t / ``sedimentation_s``) of the power, 0 = the particles
    stay. ``drift_k_per_s`` is the room's.
    """

    kind: Literal["vial"]
    viscosity_ratio: Annotated[float, Field(ge=0.1, le=1e6)] = 1.0
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
    convection_per_k: Annotated[float, Field(ge=0.0, le=10.0)] = 0.0
    sedimentation_s: Annotated[float, Field(ge=0.0, le=1e7)] = 0.0


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


def heating_problems(sample: Table | None) -> list[str]:
    """Return a sentence for each key of a law or of a body that is not used."""
    if not isinstance(sample, Particles):
        return []
    law, problems = sample.heating_law, []
    for key in sorted(sample.model_fields_set):
        other = _law_of(key, sample)
        if other not in ("", law):
            problems.append(
                f'sample.{key} is for sample.heating_law = "{other}", and the law here '
                f'is "{law}"; remove one of them'
            )
        if key in OF_A_BODY and isinstance(sample, FedByBlood) and sample.own_w is None:
            problems.append(
                f"sample.{key} is of a body that the blood follows, and sample.own_w, "
                "the heat that this body makes, is missing; give it or remove this"
            )
    return problems


def _law_of(key: str, sample: Table) -> str:
    """Return the law that a key is for, "" where it is for both."""
    if key in BY_ILP:
        return "ilp"
    if isinstance(sample, Sample) and key == "concentration_g_per_l":
        return "linear-response"
    of_cores = key in Particles.model_fields and key != "heating_law"
    return "linear-response" if of_cores else ""
