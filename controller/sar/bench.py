"""The bench of one SAR curve: a whole config, as ``amf check`` and ``amf off`` read it.

A curve is a treatment without control: baseline, a constant field (or pulses, for the
zig-zag), cooling. It is therefore loaded, checked and run as any treatment is.
"""

from dataclasses import replace
from pathlib import Path
from typing import Any

from controller.config.loading import Loaded, load
from controller.config.sar import sample_of
from controller.config.sar_matrix import CONFIRMING
from controller.config.sar_plan import SarPlan
from controller.config.sar_points import SarPoint, ceiling_at
from controller.config.toml_text import toml_text
from controller.decisions.ceiling import permitted_amplitude
from controller.decisions.field_sources import LOW_DRIVE_SHARE
from controller.errors import ConfigError
from controller.sar.files import write_text

PROBE = "sample"
# The field is asked for in one step: no slew ramp within one control period.
FASTEST_A_PER_M_PER_S = 1e5
SETPOINT_BELOW_TRIP_C = 0.7
# Asked for this far above the wanted step of current, which is then rounded down to.
HALF_A_STEP = 0.5
# A field sensor is compared above 20 % of what is permitted; below 30 % nothing has to
# be confirmed. Three readings, the slowest each 0.5 s, and the supply settles before.
CONFIRMING_SHARE, CONFIRMING_S = 0.26, 4.0
LONGEST_PAUSE_S, SHORTEST_BASELINE_S = 600.0, 5.0


def load_curve(plan: SarPlan, point: SarPoint, folder: Path) -> Loaded:
    """Write the config of one curve into a folder, and load it as a treatment.

    The record of the curve holds the text of the matrix's config, too.

    Raises:
        ConfigError: the bench cannot be as the matrix's config says.
    """
    path = folder / f"{point.stem}.toml"
    write_text(path, toml_text(bench_of(plan, point)))
    try:
        loaded = load(path)
    except ConfigError as error:
        raise ConfigError([f"{plan.path}, as {p}" for p in error.problems]) from error
    return replace(loaded, texts={**loaded.texts, plan.path.name: plan.text})


def bench_of(plan: SarPlan, point: SarPoint) -> dict[str, Any]:
    """Return the tables of a bench with one curve as its treatment."""
    p, bench = plan.protocol, plan.bench
    first = _confirming(plan, point)
    after_s = first[0]["off_s"] if first else 0.0
    known = plan.description.experiment.model_dump()
    tables: dict[str, Any] = {
        "name": point.stem,
        "experiment": {k: v for k, v in known.items() if v},
        "loop": {"period_s": p.update_s},
        "treatment": {
            "setpoint_c": p.sample_trip_c - SETPOINT_BELOW_TRIP_C,
            "baseline_s": max(p.baseline_s - after_s, SHORTEST_BASELINE_S),
            "hold_s": lasts_s(plan, point),
            "cool_s": p.off_s,
        },
        "segments": [*first, _segment(plan, point)],
        "ceiling": _ceiling(plan),
        "applicator": _applicator(plan, point),
        "limits": {"sample_trip_c": p.sample_trip_c},
        "instruments": plan.instruments,
        "probes": [_probe(bench.thermometer, bench.channel)],
    }
    if plan.field_sensor is not None:
        tables["field_sensor"] = plan.field_sensor.model_dump()
    if plan.contacts is not None:
        tables["contacts"] = plan.contacts.model_dump(exclude_none=True)
    return tables | _simulated(plan, point)


def lasts_s(plan: SarPlan, point: SarPoint) -> float:
    """Return how long in s the field is asked for, with the pauses of a zig-zag."""
    p = plan.protocol
    if point.content == "nothing":
        return p.preheat_s or p.on_s
    return p.pulses * p.on_s + (p.pulses - 1) * p.pause_s


def _confirming(plan: SarPlan, point: SarPoint) -> list[dict[str, Any]]:
    """Return the pulse in which a field sensor confirms the gain, before the baseline.

    Until it has, the decision permits 30 % only, so that a curve would begin with a
    ramp. The output stays on between, at no current: the confirmation holds, and the
    curve begins in one step after a baseline of its own.
    """
    c = point.capacitor
    permitted = permitted_amplitude(c.frequency_hz, ceiling_at(plan.ceiling, c))
    low_drive = point.field_a_per_m <= LOW_DRIVE_SHARE * permitted
    if plan.field_sensor is None or low_drive or point.content == "nothing":
        return []
    on_s, off_s = CONFIRMING_S, min(plan.protocol.baseline_s, LONGEST_PAUSE_S)
    return [
        {
            "kind": "pulse",
            "name": CONFIRMING,
            "field_a_per_m": CONFIRMING_SHARE * permitted,
            "on_s": on_s,
            "off_s": off_s,
            "duration_s": on_s + off_s,
        }
    ]


def _segment(plan: SarPlan, point: SarPoint) -> dict[str, Any]:
    p = plan.protocol
    step_a_per_m = (
        point.capacitor.current_resolution_a * point.capacitor.field_per_ampere_per_m
    )
    segment: dict[str, Any] = {
        "kind": "constant",
        "field_a_per_m": point.field_a_per_m + HALF_A_STEP * step_a_per_m,
        "duration_s": lasts_s(plan, point),
    }
    if p.pulses > 1 and point.content != "nothing":
        segment |= {"kind": "pulse", "on_s": p.on_s, "off_s": p.pause_s}
    return segment


def _ceiling(plan: SarPlan) -> dict[str, Any]:
    c = plan.ceiling
    return {
        "profile": "no-tissue",
        "amplitude_cap_a_per_m": c.amplitude_cap_a_per_m,
        "frequency_min_hz": c.frequency_min_hz,
        "frequency_max_hz": c.frequency_max_hz,
        "field_uncertainty": c.field_uncertainty,
        "frequency_uncertainty": c.frequency_uncertainty,
    }


def _applicator(plan: SarPlan, point: SarPoint) -> dict[str, Any]:
    c, bench = point.capacitor, plan.bench
    return {
        "supply": bench.supply,
        "generator": bench.generator,
        "frequency_hz": c.frequency_hz,
        "field_per_ampere_per_m": c.field_per_ampere_per_m,
        "tuned_ohm": c.tuned_ohm,
        "max_current_a": c.max_current_a,
        "max_voltage_v": bench.max_voltage_v,
        "slew_a_per_m_per_s": FASTEST_A_PER_M_PER_S,
        "drive_vpp": bench.drive_vpp,
        "coil": f"{c.turns} turns",
        "capacitor": c.name,
    }


def _probe(thermometer: str, channel: int) -> dict[str, Any]:
    return {
        "name": PROBE,
        "role": "sample",
        "instrument": thermometer,
        "channel": channel,
    }


def _simulated(plan: SarPlan, point: SarPoint) -> dict[str, Any]:
    """Return what is simulated of the sample and the coil; nothing on a real bench."""
    truth = plan.simulation
    if truth is None:
        return {}
    contents = sample_of(plan.description.sample)
    iron_g = 1e3 * contents.iron_kg * truth.iron_ratio
    sample = {
        "kind": "vial",
        "ilp_nh_m2_per_kg": truth.ilp_nh_m2_per_kg,
        "particles_g": iron_g if point.content == "sample" else 0.0,
        "liquid_j_per_k": contents.contents_j_per_k,
        "wall_j_per_k": truth.vial_j_per_k,
        "coupling_w_per_k": truth.coupling_w_per_k,
        "loss_w_per_k": truth.loss_w_per_k,
        "room_c": truth.ambient_c,
        "drift_k_per_s": truth.drift_c_per_s,
        "bore_rise_k": truth.bore_rise_k,
        "bore_s": truth.bore_s,
        "power_per_c": truth.power_per_c,
        "convection_per_k": truth.convection_per_k,
        "sedimentation_s": truth.sedimentation_s,
    }
    if truth.saturation_a_per_m is not None:
        sample["saturation_a_per_m"] = truth.saturation_a_per_m
    physics = {
        "turns": point.capacitor.turns,
        "capacitance_f": point.capacitor.capacitance_f,
        "coil_gain": truth.coil_gain,
        "noise_c": truth.noise_c,
        "quantisation_c": truth.quantisation_c,
        "average_s": truth.average_s,
        "probe_lag_s": truth.probe_lag_s,
        "dead_time_s": 0.0,
    }
    if plan.field_sensor is not None:
        physics["pickup_error"] = truth.pickup_error
    return {"sample": sample, "simulation": physics}
