"""The pages and figures of a calibration: one self-contained HTML file each."""

from collections.abc import Callable, Mapping, Sequence

import numpy as np
from matplotlib.figure import Figure

from controller.analysis.field_fit import FieldFit, FieldPoint
from controller.analysis.html_page import PLOTS, WARNINGS, drawing, render_page
from controller.analysis.probe_fit import LARGEST_ERROR_C, BathPoint, ProbeFit
from controller.analysis.resonance_fit import Resonance, ResonancePoint, conductance

BLUE, ORANGE, RED, GREY = "#0072B2", "#D55E00", "#B3261E", "#767676"
COLOURS = ("#D55E00", "#E69F00", "#009E73", "#56B4E9", "#CC79A7", "#8C8C8C")
_BODY = (
    WARNINGS
    + PLOTS
    + """{% for table in tables -%}
<h2>{{ table[0] }}</h2>
<table class="figures-in">
<tr>{% for cell in table[1] %}<th>{{ cell }}</th>{% endfor %}</tr>
{% for row in table[2] -%}
<tr>{% for cell in row %}<td>{{ cell }}</td>{% endfor %}</tr>
{% endfor -%}
</table>
{% endfor -%}
<h2>Calibration</h2>
<dl>{% for name, value in facts -%}
<dt>{{ name }}</dt><dd>{{ value }}</dd>{% endfor %}</dl>
<p class="small">Amplitudes are peak values. Intervals are of 95 %.</p>
"""
)
Tables = Sequence[tuple[str, Sequence[str], Sequence[Sequence[str]]]]
Plots = Sequence[tuple[str, str, str]]


def page(
    title: str,
    lead: str,
    *,
    simulated: bool,
    tiles: Sequence[tuple[str, str]],
    plots: Plots,
    tables: Tables,
    facts: Mapping[str, str],
    warnings: Sequence[str] = (),
) -> str:
    """Return the HTML of a calibration's page."""
    bands = []
    if simulated:
        words = "every number here comes from simulated instruments"
        bands.append(("simulated", "SIMULATED", words))
    if warnings:
        bands.append(("unusable", "NOT TO BE USED", "no calibration file was written"))
    return render_page(
        _BODY,
        title=title,
        lead=lead,
        bands=bands,
        tiles=tiles,
        plots=plots,
        tables=tables,
        facts=list(facts.items()),
        warnings=warnings,
    )


def svg(draw: Callable[[], Figure]) -> str:
    """Return a figure as an SVG element."""
    return drawing("calibration", draw)


def resonance_figure(sweep: Sequence[ResonancePoint], resonance: Resonance) -> Figure:
    """Draw current over voltage in A/V against frequency, the fit, and residuals."""
    figure = Figure(figsize=(9.0, 4.2), layout="constrained")
    top, low = figure.subplots(2, 1, sharex=True, height_ratios=(3, 1))
    khz = np.array([p.frequency_hz for p in sweep]) / 1e3
    fine = np.linspace(khz.min(), khz.max(), 400)
    curve = conductance(
        fine * 1e3, resonance.resonance_hz, resonance.quality, resonance.tuned_ohm
    )
    top.plot(fine, curve, color=BLUE, lw=1.2, label="fitted")
    top.plot(
        khz, [p.current_at_v for p in sweep], "o", color=ORANGE, ms=4, label="measured"
    )
    middle, half = resonance.resonance_hz / 1e3, resonance.half_power_hz / 2e3
    top.axvspan(middle - half, middle + half, color=GREY, alpha=0.12, lw=0)
    top.axvline(middle, color=GREY, ls=":", lw=0.8)
    top.set_ylabel("supply current / voltage (A/V)")
    top.legend(loc="upper left")
    low.axhline(0.0, color=GREY, lw=0.6)
    low.plot(khz, 100.0 * np.array(resonance.residuals), "o", color=ORANGE, ms=3)
    low.set_ylabel("residual (%)")
    low.set_xlabel("frequency (kHz)")
    return figure


def field_figure(levels: Sequence[FieldPoint], fit: FieldFit) -> Figure:
    """Draw field in kA/m against current in A, the line, and residuals in per cent."""
    figure = Figure(figsize=(9.0, 4.2), layout="constrained")
    top, low = figure.subplots(2, 1, sharex=True, height_ratios=(3, 1.4))
    current = np.array([p.current_a for p in levels])
    line = np.array([0.0, 1.05 * current.max()])
    slope_ka_per_m = fit.field_per_ampere_per_m / 1e3
    top.plot(line, slope_ka_per_m * line, color=BLUE, lw=1.2, label="fitted, k·I")
    low_line, high_line = (k / 1e3 * line for k in fit.interval_per_m)
    top.fill_between(line, low_line, high_line, color=BLUE, alpha=0.15, lw=0)
    low.axhline(0.0, color=GREY, lw=0.6)
    half = len(levels) // 2
    residuals = 100.0 * np.array(fit.residuals)
    for which, mark, name in (
        (slice(0, half), "^", "going up"),
        (slice(half, None), "v", "going down"),
    ):
        field = [p.field_a_per_m / 1e3 for p in levels[which]]
        colour = ORANGE if mark == "^" else "#009E73"
        top.plot(current[which], field, mark, color=colour, ms=4.5, label=name)
        low.plot(current[which], residuals[which], mark, color=colour, ms=4)
    top.set_ylabel("field, peak (kA/m)")
    top.legend(loc="upper left")
    low.set_ylabel("residual (%)")
    low.set_xlabel("supply current (A)")
    low.set_xlim(left=0.0)
    return figure


def probe_figure(
    points: Mapping[str, Sequence[BathPoint]], fits: Mapping[str, ProbeFit]
) -> Figure:
    """Draw the errors of probes in °C against the reference, before and after."""
    figure = Figure(figsize=(9.0, 3.4), layout="constrained")
    before, after = figure.subplots(1, 2, sharey=True)
    for at, (name, baths) in enumerate(points.items()):
        colour = COLOURS[at % len(COLOURS)]
        reference = [p.reference_c for p in baths]
        errors = [p.error_c for p in baths]
        before.plot(reference, errors, "o-", color=colour, ms=4, lw=0.8, label=name)
        residuals = list(fits[name].residuals_c)
        after.plot(reference, residuals, "o-", color=colour, ms=4, lw=0.8)
    for axes, title in ((before, "as read"), (after, "corrected")):
        axes.axhspan(-LARGEST_ERROR_C, LARGEST_ERROR_C, color="#009E73", alpha=0.1)
        axes.axhline(0.0, color=GREY, lw=0.6)
        axes.set_title(title, loc="left")
        axes.set_xlabel("reference (°C)")
    before.set_ylabel("probe - reference (°C)")
    before.legend(loc="best")
    return figure
