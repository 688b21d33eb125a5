"""The report of a run: one self-contained HTML page."""

from typing import Any

import numpy as np

from controller.analysis import report_plots
from controller.analysis.html_page import render_page
from controller.analysis.report_page import BODY
from controller.analysis.run_data import RunData
from controller.decisions.probe_limits import limits_of, seat_of

SHOWN_EVENTS = 400
NOT_KNOWN = "\N{EN DASH}"


def render(run: RunData, summary: dict[str, Any]) -> str:
    """Write the report of a run, from its ``summarise`` figures, as one HTML page."""
    events, left_out = list(run.events), 0
    if len(events) > SHOWN_EVENTS:
        left_out = len(events) - SHOWN_EVENTS
        events[SHOWN_EVENTS // 2 : -SHOWN_EVENTS // 2] = []
    return render_page(
        BODY,
        filters={"time": _time},
        title=summary["name"],
        lead=_lead(summary),
        bands=_bands(run, summary),
        tiles=_tiles(run, summary),
        faults=[_words(fault) for fault in summary["faults"]],
        plots=_plots(run),
        probes=_probes(run, summary),
        instruments=_instruments(run),
        facts=_facts(run, summary),
        events=events,
        events_left_out=left_out,
        version=summary["version"],
    )


def _bands(run: RunData, summary: dict[str, Any]) -> list[tuple[str, str, str]]:
    """Say first what a reader must not overlook."""
    bands = []
    kinds = [part.get("kind") for part in run.header.instruments.values()]
    if summary["simulated"]:
        sentence = "Every instrument of this run was simulated; nobody was treated."
        bands.append(("simulated", "SIMULATED", sentence))
    elif any(kind != "real" for kind in kinds):
        sentence = "Some instruments were real, some simulated: see Instruments."
        bands.append(("mixed", "PARTLY SIMULATED", sentence))
    if not summary["record_complete"]:
        sentence = "The record was cut off; what follows is all that was written."
        bands.append(("incomplete", "INCOMPLETE", sentence))
    elif not summary["completed"]:
        sentence = summary["exit_reason"] or "The run ended before its treatment did."
        bands.append(("incomplete", "ENDED EARLY", sentence))
    return bands


def _lead(summary: dict[str, Any]) -> str:
    experiment = summary["experiment"]
    who = [
        experiment[k] for k in ("project", "subject", "session") if experiment.get(k)
    ]
    return " · ".join([*who, f"started {summary['started_utc']}"])


def _tiles(run: RunData, summary: dict[str, Any]) -> list[tuple[str, str]]:
    """Give the figures that matter most, as (name, value with unit)."""
    highest, ceiling = summary["max_hf_a_per_m_s"], summary["ceiling_a_per_m_s"]
    share = None if highest is None else 100.0 * highest / ceiling
    cem43_min = summary["cem43_min"]
    tumour = [cem43_min[run.settings.probes[i].name] for i in _tumour(run)]
    known = [value for value in tumour if value is not None]
    return [
        ("set-point", _with_unit(summary["setpoint_c"], ".2f", "°C")),
        ("mean error in hold", _with_unit(summary["mean_error_c"], "+.3f", "°C")),
        ("rms error in hold", _with_unit(summary["rms_error_c"], ".3f", "°C")),
        ("overshoot", _with_unit(summary["overshoot_c"], ".2f", "°C")),
        ("settling", _with_unit(summary["settling_s"], ".0f", "s")),
        ("hold", _with_unit(summary["hold_s"] / 60.0, ".1f", "min")),
        ("highest H·f, of the ceiling", _with_unit(share, ".1f", "%")),
        (
            "CEM43, coolest tumour probe",
            _with_unit(min(known, default=None), ".1f", "min"),
        ),
    ]


def _tumour(run: RunData) -> list[int]:
    return run.probe_columns(("core", "margin"))


def _plots(run: RunData) -> list[tuple[str, str, str]]:
    """Give every figure as (heading, SVG, caption)."""
    if not run.ticks:
        return []
    return [
        (
            "Temperatures",
            report_plots.temperatures(run),
            "Probes as read, the controlled temperature, and its set-point. "
            "Dotted lines: phases.",
        ),
        (
            "Control",
            report_plots.errors(run),
            "Controlled temperature minus set-point; the grey band is ±0.2 °C.",
        ),
        (
            "Field amplitude",
            report_plots.field(run),
            "Permitted: the largest amplitude under the ceiling, with uncertainty.",
        ),
        (
            "H·f against its ceiling",
            report_plots.field_product(run),
            f"Ceiling by the profile {run.settings.ceiling.profile}.",
        ),
        (
            "Thermal dose",
            report_plots.dose(run),
            "Cumulative equivalent minutes at 43 °C; below 0.001 min not drawn.",
        ),
    ]


def _probes(run: RunData, summary: dict[str, Any]) -> list[tuple[str, ...]]:
    """Give a row for each probe, over its trusted readings."""
    rows: list[tuple[str, ...]] = []
    for i, probe in enumerate(run.settings.probes):
        trusted = run.readings["quality"][:, i] == "ok"
        value_c = run.readings["value_c"][trusted, i]
        value_c = value_c[np.isfinite(value_c)]
        lowest, highest = (
            (float(value_c.min()), float(value_c.max()))
            if value_c.size
            else (None, None)
        )
        rows.append(
            (
                probe.name,
                seat_of(probe),
                f"{limits_of(probe, run.settings.limits)[1]:g}",
                _with_unit(lowest, ".2f", ""),
                _with_unit(highest, ".2f", ""),
                _with_unit(summary["cem43_min"].get(probe.name), ".3g", ""),
                f"{run.ticks - int(trusted.sum())} of {run.ticks}",
            )
        )
    return rows


def _instruments(run: RunData) -> list[tuple[str, str, str]]:
    """Give (name, kind, identity in words) of every instrument."""
    rows = []
    for name, part in run.header.instruments.items():
        rest = [f"{key} {value}" for key, value in part.items() if key != "kind"]
        kind = str(part.get("kind", "unknown"))
        shown = "SIMULATED, served on a port" if kind == "served" else kind.upper()
        rows.append((name, shown, ", ".join(rest)))
    return rows


def _facts(run: RunData, summary: dict[str, Any]) -> list[tuple[str, str]]:
    """Give what else is known of the run, as (name, words)."""
    ceiling = run.settings.ceiling
    facts = [
        *summary["experiment"].items(),
        ("ended", summary["exit_reason"] or "not known"),
        ("record", "complete" if summary["record_complete"] else "INCOMPLETE"),
        ("ceiling profile", ceiling.profile),
        ("ceiling", f"{ceiling.limit_a_per_m_s:.4g} A/(m·s)"),
        ("amplitude cap", f"{ceiling.amplitude_cap_a_per_m / 1e3:.4g} kA/m"),
        ("field uncertainty (k = 2)", f"{100.0 * ceiling.field_uncertainty:.3g} %"),
        ("eddy heating at most", _with_unit(summary["eddy_w_per_kg"], ".2f", "W/kg")),
        ("time at the ceiling", _with_unit(summary["ceiling_bound_s"], ".1f", "s")),
        ("highest healthy", _with_unit(summary["healthy_max_c"], ".2f", "°C")),
        ("true mean error", _with_unit(summary["true_mean_error_c"], "+.3f", "°C")),
        ("true rms error", _with_unit(summary["true_rms_error_c"], ".3f", "°C")),
        ("true overshoot", _with_unit(summary["true_overshoot_c"], ".2f", "°C")),
        ("ticks", f"{summary['ticks']} of {run.settings.period_s:g} s"),
        ("time of the run", _with_unit(summary["simulated_s"], ".1f", "s")),
        ("time it took", _with_unit(summary["wall_s"], ".2f", "s")),
        ("seed", "none" if summary["seed"] is None else str(summary["seed"])),
        ("run file", f"{run.name}.sqlite"),
    ]
    return [(name, value) for name, value in facts if value != NOT_KNOWN]


def _with_unit(value: float | None, form: str, unit: str) -> str:
    if value is None:
        return NOT_KNOWN
    return f"{value:{form}} {unit}".rstrip().replace("-", "\N{MINUS SIGN}")


def _time(t_s: float | None) -> str:
    return "" if t_s is None or np.isnan(t_s) else f"{t_s:.1f}"


def _words(fault: dict[str, Any]) -> dict[str, Any]:
    return {"expected": "", "measured": "", "limit": "", **fault}
