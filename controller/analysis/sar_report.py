"""The report of a SAR measurement: one self-contained HTML page; tables of results.

The facts are those of the field's minimum-reporting list: peak H, f, H·f, medium,
concentration with assay, C, methods and windows, T0, loss, SAR per gram of iron and of
oxide, ILP, combined uncertainty, hash of the raw file.
"""

from dataclasses import dataclass
from typing import Any

from controller.analysis import sar_report_plots
from controller.analysis.calorimetry import Method, Result, Sample, Value
from controller.analysis.calorimetry_effects import BORE_C, PER_C, PER_HOUR
from controller.analysis.calorimetry_leftovers import BY_COUPLING
from controller.analysis.calorimetry_methods import Analysis
from controller.analysis.calorimetry_record import Record
from controller.analysis.html_page import render_page
from controller.analysis.sar_report_page import BODY
from controller.analysis.uncertainty import Sar

RESULT_COLUMNS = (
    "file",
    "method",
    "recommended",
    "usable",
    "sar_w_per_g_fe",
    "sar_u_w_per_g_fe",
    "sar_w_per_g_oxide",
    "sar_u_w_per_g_oxide",
    "w_per_ml",
    "w_per_ml_u",
    "ilp_nh_m2_per_kg",
    "ilp_u_nh_m2_per_kg",
    "field_a_per_m",
    "frequency_hz",
    "rate_c_per_s",
    "rate_u_c_per_s",
    "window_start_s",
    "window_end_s",
    "expected_bias",
    "reason",
)
NOT_KNOWN = "\N{EN DASH}"

PART_NAMES = {
    "lag_s": "probe lag, s",
    "noise_c": "noise of a reading, °C",
    "slowest_s": "slowest time constant, s",
    "fastest_s": "fastest time constant without probe, s",
    "nodes": "heat capacities in the likeliest chain",
    "vial_share": "vial C_v / C",
    "coupling_per_s": "coupling to the vial G / C, 1/s",
    "loss_per_s": "loss L / C, 1/s",
    PER_C: "heating over temperature, share per °C",
    PER_HOUR: "heating over time, share per hour",
    BORE_C: "bore's warming with the field, °C",
    BY_COUPLING: "SAR's change if the vial is well coupled, share",
}


@dataclass(frozen=True, slots=True)
class Measured:
    """A curve with its analysis and what a report says of both.

    ``facts`` are (name, words) of what the curve does not know: medium, assay, file.
    """

    name: str
    record: Record
    analysis: Analysis
    sample: Sample
    facts: tuple[tuple[str, str], ...]
    warnings: tuple[str, ...] = ()
    simulated: bool = False
    is_rise: bool = False


def render(measured: Measured) -> str:
    """Write the report of one curve as one HTML page."""
    analysis = measured.analysis
    best = analysis.sars["two-node fit"]
    bands = []
    if measured.simulated:
        bands.append(
            ("simulated", "SIMULATED", "Nothing was measured on real particles.")
        )
    if not best.usable:
        bands.append(("unusable", "NOT USABLE", f"{best.reason}."))
    return page(
        title=f"SAR of {measured.name}",
        lead=_lead(measured.record),
        bands=bands,
        tiles=_tiles(best, analysis.recommended is not None),
        why=analysis.why,
        warnings=all_warnings(measured),
        plots=_plots(measured),
        tables=[_methods(analysis), _budget(best), _parts(analysis)],
        facts=[*measured.facts, *_facts(measured, best)],
    )


def page(**content: Any) -> str:
    """Fill the page of a SAR report, of a curve or of a matrix."""
    return render_page(BODY, **content)


def all_warnings(measured: Measured) -> list[str]:
    """Return every warning once: of the file, of the fit, and of SAR itself."""
    words = (*measured.warnings, *measured.analysis.sars["two-node fit"].warnings)
    return list(dict.fromkeys(words))


def result_rows(name: str, analysis: Analysis) -> list[tuple[Any, ...]]:
    """Return a row for each method, in the order of ``RESULT_COLUMNS``."""
    rows = []
    for method, sar in analysis.sars.items():
        result = analysis.results[method]
        chosen = method == "two-node fit" and analysis.recommended is not None
        figures = (
            sar.sar_w_per_g_fe,
            sar.sar_w_per_g_oxide,
            sar.w_per_ml,
            sar.ilp_nh_m2_per_kg,
        )
        rows.append(
            (
                name,
                method,
                chosen,
                sar.usable,
                *(x for v in figures for x in (v.value, v.u)),
                sar.field_a_per_m,
                sar.frequency_hz,
                result.rate_c_per_s.value,
                result.rate_c_per_s.u,
                *result.window_s,
                analysis.expected_bias.get(method),
                sar.reason,
            )
        )
    return rows


def with_interval(value: Value, unit: str = "") -> str:
    """Write a value with its ± (k = 2), to the digits that the ± leaves."""
    wide = 2.0 * value.u
    if not (0.0 < wide < float("inf")):
        return f"{value.value:.4g} {unit}".rstrip()
    digits = max(0, 1 - int(f"{wide:.1e}".split("e")[1]))
    return f"{value.value:.{digits}f} ± {wide:.{digits}f} {unit}".rstrip()


def _lead(record: Record) -> str:
    h, f = record.reference_field_a_per_m, record.frequency_hz
    pulses = sum(p.on for p in record.phases)
    return (
        f"{h / 1e3:.4g} kA/m peak · {f / 1e3:.5g} kHz · H·f {h * f:.3g} A/(m·s) · "
        f"{pulses} pulse(s), {record.time_s.size} rows"
    )


def _plots(measured: Measured) -> list[tuple[str, str, str]]:
    """Give every figure as (heading, SVG, caption)."""
    residuals_c = measured.analysis.results["two-node fit"].residuals_c
    return [
        (
            "Curve and fit",
            sar_report_plots.curve(measured.record, residuals_c, measured.is_rise),
            "Field on where shaded. The fit is the two-node fit.",
        ),
        (
            "Residuals",
            sar_report_plots.residuals(measured.record, residuals_c),
            "Reading minus fit. Waves instead of noise would mean that it is wrong.",
        ),
        (
            "Methods side by side",
            sar_report_plots.methods(measured.analysis),
            "Points with their own ±; crosses: without the bias that is expected of "
            "the method on this curve. Green: recommended, with all uncertainties.",
        ),
    ]


def _tiles(best: Sar, usable: bool) -> list[tuple[str, str]]:
    """Give the figures that matter most; none where none can be quoted."""
    figures = [
        ("SAR, W/g Fe", best.sar_w_per_g_fe),
        ("SAR, W/g oxide", best.sar_w_per_g_oxide),
        ("ILP, nH·m²/kg", best.ilp_nh_m2_per_kg),
        ("W/mL", best.w_per_ml),
    ]
    return [(n, with_interval(v) if usable else NOT_KNOWN) for n, v in figures]


def _methods(analysis: Analysis) -> dict[str, Any]:
    rows = [
        (_kind(analysis, method), _method_row(analysis, method))
        for method in analysis.sars
    ]
    rows += [("doubt", [m, *[NOT_KNOWN] * 5, w]) for m, w in analysis.failed.items()]
    return {
        "heading": "Results by method",
        "head": [
            "method",
            "SAR, W/g Fe",
            "SAR, W/g oxide",
            "ILP, nH·m²/kg",
            "expected bias",
            "window, s",
            "remarks",
        ],
        "rows": rows,
        "note": "The ± of a single method knows nothing of vial and probe lag. Whether "
        "SAR goes with H² and f, so that an ILP has a meaning, one point cannot show.",
    }


def _kind(analysis: Analysis, method: Method) -> str:
    if not analysis.sars[method].usable:
        return "doubt"
    return "best" if method == "two-node fit" else ""


def _method_row(analysis: Analysis, method: Method) -> list[str]:
    sar, result = analysis.sars[method], analysis.results[method]
    bias = analysis.expected_bias.get(method)
    remarks = sar.reason or "; ".join(
        w for w in result.warnings if method != "two-node fit"
    )
    return [
        method,
        with_interval(sar.sar_w_per_g_fe),
        with_interval(sar.sar_w_per_g_oxide),
        with_interval(sar.ilp_nh_m2_per_kg),
        NOT_KNOWN if bias is None else f"{100.0 * bias:+.1f} %",
        f"{result.window_s[0]:.4g} to {result.window_s[1]:.4g}",
        remarks,
    ]


def _budget(best: Sar) -> dict[str, Any]:
    rows = [
        ("", [c.name, f"{100 * c.to_sar:.2f} %", f"{100 * c.to_ilp:.2f} %"])
        for c in sorted(best.budget, key=lambda c: -max(c.to_sar, c.to_ilp))
    ]
    total = (best.sar_w_per_g_fe.relative, best.ilp_nh_m2_per_kg.relative)
    rows.append(("best", ["combined (k = 1)", *(f"{100 * t:.2f} %" for t in total)]))
    rows.append(("best", ["expanded (k = 2)", *(f"{200 * t:.2f} %" for t in total)]))
    note = "Relative standard uncertainties, first order."
    if best.interval_w_per_g_fe is not None:
        low, high = best.interval_w_per_g_fe
        note += f" Monte Carlo, 95 %: {low:.4g} to {high:.4g} W/g Fe."
    return {
        "heading": "Uncertainty budget",
        "head": ["input", "to SAR", "to ILP"],
        "rows": rows,
        "note": note,
    }


def _parts(analysis: Analysis) -> dict[str, Any]:
    result: Result = analysis.results["two-node fit"]
    rows = [("", ["heating rate P/C, °C/s", with_interval(result.rate_c_per_s)])]
    rows += [("", [_part_name(n), with_interval(v)]) for n, v in result.parts.items()]
    return {
        "heading": "What the two-node fit found",
        "head": ["quantity", "value"],
        "rows": rows,
        "note": "C: heat capacity of the contents. Effects that the "
        "fit leaves out stand last, as far as the residuals show them.",
    }


def _part_name(name: str) -> str:
    if name.startswith("lag_at_switch_"):
        return f"probe lag at switch {name.split('_')[3]} alone, s"
    return PART_NAMES.get(name, name)


def _facts(measured: Measured, best: Sar) -> list[tuple[str, str]]:
    sample, record = measured.sample, measured.record
    start_c = float(record.temperature_c[0])
    return [
        (
            "heat capacity C",
            f"{sample.contents_j_per_k:.4g} J/K, contents without vial",
        ),
        ("wetted wall", f"{sample.wetted_wall_j_per_k.value:.3g} J/K (one-node only)"),
        ("iron", f"{1e6 * sample.iron_kg:.4g} mg, as {sample.oxide}"),
        ("T0", "not recorded" if measured.is_rise else f"{start_c:.2f} °C"),
        (
            "temperature range",
            f"{record.temperature_c.min():.2f} to {record.temperature_c.max():.2f} °C",
        ),
        ("power", with_interval(best.power_w, "W")),
        ("coverage factor", f"{best.coverage_factor:g}"),
    ]
