"""Samples and probes from plain values, as the tables of a config have them."""

from collections.abc import Mapping
from dataclasses import fields
from math import inf
from typing import TYPE_CHECKING, Any

from simulators.bench import Sample, seeded
from simulators.circulation import Body, BodyParameters, Flow
from simulators.coil import Tank
from simulators.cooling import Cooled
from simulators.motion import Moments
from simulators.nanoparticles import Ilp, LinearResponse, Particles
from simulators.probe import Probe, ProbeParameters
from simulators.two_node import TissueParameters, TwoNode

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

Values = Mapping[str, Any]
# What `viscosity_ratio` is over: water at 20 °C.
WATER_PA_S = 1e-3
MOVED_BY_COUGHS = ("core", "margin", "healthy")


def build(
    values: Values, physics: Values, seed: int, watched: Tank | None = None
) -> Sample:
    """Return a new sample of ``values["kind"]``, with what its class knows of them.

    ``physics`` are the values of ``[simulation]``: when the patient coughs.
    ``watched`` is the coil round the sample, where its temperature is of interest.

    Raises:
        ValueError: the values do not go together; the message says which.
    """
    sample = _contents(values, physics, seed)
    return sample if watched is None else Cooled(sample, watched)


def _contents(values: Values, physics: Values, seed: int) -> Sample:
    kind = values["kind"]
    particles: Any = _particles(values)
    # what needs SciPy is loaded only where it is asked for: it takes a while
    if kind == "vial":
        from simulators.vial import Vial, VialParameters

        vial = VialParameters(particles=particles, **_known(VialParameters, values))
        return Vial(vial)
    feeding: dict[str, Any] = {
        "flow": _flow(values, physics, seed),
        "body": _body(values),
        "body_c": values["body_c"],
    }
    if kind == "two-node":
        known = _known(TissueParameters, values)
        return TwoNode(TissueParameters(particles=particles, **known), **feeding)
    if kind == "tumour-grid":
        from simulators.tumour_grid import GridParameters, TumourGrid

        grid = GridParameters(particles=particles, **_known(GridParameters, values))
        return TumourGrid(grid, seeded(seed, "clumps"), **feeding)
    if kind == "pennes-sphere":
        from simulators.pennes_sphere import PennesSphere, SphereParameters

        known = _known(SphereParameters, values)
        sphere = SphereParameters(particles=particles, **known)
        return PennesSphere(sphere, **feeding)
    raise ValueError(f"no sample of kind {kind!r}")


def fibre(name: str, role: str, sample: Sample, physics: Values, seed: int) -> Probe:
    """Return a probe in its place, at rest there, with a noise of its own.

    One series of coughs moves every probe in tumour and healthy tissue; dropouts are
    each probe's own.
    """
    chain = ProbeParameters(
        lag_s=physics["probe_lag_s"],
        dead_s=physics["dead_time_s"],
        noise_c=physics["noise_c"],
        step_c=physics["quantisation_c"],
        average_s=physics["average_s"],
        conduction_share=physics["fibre_conduction_share"],
        cough_c=physics["cough_c"],
    )
    coughs = _coughs(physics, seed) if role in MOVED_BY_COUGHS else None
    dropouts = None
    if physics["dropout_every_s"] is not None:
        rng = seeded(seed, f"dropouts of {name}")
        dropouts = Moments(rng, physics["dropout_every_s"], physics["dropout_s"])
    noise = seeded(seed, name)
    return Probe(role, noise, chain, sample.at(role), coughs, dropouts)


def _coughs(physics: Values, seed: int) -> Moments | None:
    if physics["cough_every_s"] is None:
        return None
    return Moments(seeded(seed, "cough"), physics["cough_every_s"], physics["cough_s"])


def _known(parameters: "type[DataclassInstance]", values: Values) -> dict[str, Any]:
    """Return the values that a dataclass has, None for its defaults left out."""
    names = {field.name for field in fields(parameters)} - {"particles"}
    return {
        name: value
        for name, value in values.items()
        if name in names and value is not None
    }


def _particles(values: Values) -> Particles | None:
    """Return particles by their law; None where a sample has its power otherwise."""
    if values["heating_law"] == "linear-response":
        viscosity = values["viscosity_ratio"]
        return LinearResponse(
            diameter_m=values["core_diameter_m"],
            anisotropy_j_per_m3=values["anisotropy_j_per_m3"],
            magnetisation_a_per_m=values["magnetisation_a_per_m"],
            density_kg_per_m3=values["core_density_kg_per_m3"],
            shell_m=values["shell_m"],
            viscosity_pa_s=None if viscosity is None else viscosity * WATER_PA_S,
            attempt_s=values["attempt_s"],
            saturates=values["langevin_saturation"],
        )
    if "ilp_nh_m2_per_kg" not in values:
        return None
    saturation = values["saturation_a_per_m"]
    return Ilp(
        values["ilp_nh_m2_per_kg"],
        inf if saturation is None else saturation,
        values["power_per_c"],
    )


def _flow(values: Values, physics: Values, seed: int) -> Flow:
    factor = values["cough_flow_factor"]
    return Flow(
        [(step["at_s"], step["factor"]) for step in values["perfusion_steps"]],
        values["fluctuation"],
        values["fluctuation_s"],
        seeded(seed, "perfusion"),
        coughs=None if factor == 1.0 else _coughs(physics, seed),
        cough_factor=factor,
    )


def _body(values: Values) -> Body | None:
    if values["own_w"] is None:
        return None
    return Body(
        BodyParameters(
            start_c=values["body_c"],
            mass_kg=values["body_kg"],
            loss_w_per_k=values["body_loss_w_per_k"],
            own_w=values["own_w"],
        )
    )
