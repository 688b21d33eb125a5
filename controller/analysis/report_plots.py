"""The figures of a report, as SVG texts."""

from collections.abc import Callable

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from controller.analysis.html_page import drawing
from controller.analysis.run_data import RunData
from controller.analysis.summary import SETTLED_WITHIN_C
from controller.decisions.settings import TUMOUR_ROLES

Floats = NDArray[np.float64]
TREATMENT_BAND_C = (42.0, 45.0)
DRAWN_BINS = 1200
LEAST_DOSE_MIN = 1e-3
# Width of a letter, as a share of the time axis.
LETTER_SHARE = 0.0105
# Okabe & Ito's palette: told apart with every kind of colour vision, and in print.
PROBE_COLOURS = ("#D55E00", "#E69F00", "#009E73", "#56B4E9", "#CC79A7", "#8C8C8C")
BLUE, BLACK, RED, GREY = "#0072B2", "#1A1A1A", "#B3261E", "#767676"


def thinned(t: Floats, values: Floats, bins: int = DRAWN_BINS) -> tuple[Floats, Floats]:
    """Keep the lowest and the highest value of each bin, in their order in time.

    Up to 4 values a bin are all kept; a bin without any value leaves a gap.
    """
    if len(values) <= 4 * bins:
        return t, values
    size = -(-len(values) // bins)
    rows = np.full((-(-len(values) // size), size), np.nan)
    rows.flat[: len(values)] = values
    known = np.isfinite(rows)
    low = np.where(known, rows, np.inf).argmin(axis=1)
    high = np.where(known, rows, -np.inf).argmax(axis=1)
    start = np.arange(len(rows)) * size
    kept = np.sort(np.r_[start + low, start + high])
    kept = np.minimum(kept, len(values) - 1)
    return t[kept], values[kept]


def temperatures(run: RunData) -> str:
    """Draw the probes and the controlled temperature in °C, with set-point and band."""

    def draw(axes: Axes, t: Floats) -> None:
        if run.probe_columns(TUMOUR_ROLES):
            axes.axhspan(*TREATMENT_BAND_C, color="#009E73", alpha=0.10, lw=0)
            axes.annotate(
                "42 to 45 °C",
                (0.997, 44.95),
                xycoords=("axes fraction", "data"),
                ha="right",
                va="top",
                color="#00674B",
            )
        for i, probe in enumerate(run.settings.probes):
            value_c = run.readings["value_c"][:, i]
            colour = PROBE_COLOURS[i % len(PROBE_COLOURS)]
            axes.plot(*thinned(t, value_c), color=colour, lw=0.7, label=probe.name)
        columns = run.columns
        axes.plot(*thinned(t, columns["controlled_c"]), BLACK, label="controlled")
        axes.plot(*thinned(t, columns["setpoint_c"]), "--", color=BLUE, label="set")
        axes.set_ylabel("temperature (°C)")

    return _figure(run, "temperatures", draw, 3.4)


def errors(run: RunData) -> str:
    """Draw the error of control in °C: controlled (and true) minus set-point."""

    def draw(axes: Axes, t: Floats) -> None:
        axes.axhspan(-SETTLED_WITHIN_C, SETTLED_WITHIN_C, color=GREY, alpha=0.12, lw=0)
        axes.axhline(0.0, color=BLUE, ls="--")
        set_c = run.columns["setpoint_c"]
        error_c = run.columns["controlled_c"] - set_c
        axes.plot(*thinned(t, error_c), BLACK, lw=0.7, label="measured")
        if run.truth is not None:
            true_c = run.truth["true_controlled_c"] - set_c
            axes.plot(*thinned(t, true_c), RED, label="true (simulated)")
        axes.set_ylim(-0.6, 0.6)
        axes.set_ylabel("error (°C)")

    return _figure(run, "errors", draw, 2.2)


def field(run: RunData) -> str:
    """Draw the field amplitude: measured, commanded and permitted, in kA/m, peak."""

    def draw(axes: Axes, t: Floats) -> None:
        columns = run.columns
        for name, colour, width, label in (
            ("command_bound_a_per_m", RED, 1.0, "permitted"),
            ("command_field_a_per_m", "#56B4E9", 2.2, "commanded"),
            ("measured_field_a_per_m", BLACK, 0.7, "measured"),
        ):
            line = thinned(t, columns[name] / 1e3)
            axes.plot(*line, color=colour, lw=width, label=label)
        axes.set_ylim(bottom=0.0)
        axes.set_ylabel("H (kA/m, peak)")

    return _figure(run, "field", draw, 2.4)


def field_product(run: RunData) -> str:
    """Draw H·f in 10⁹ A/(m·s) against its ceiling."""

    def draw(axes: Axes, t: Floats) -> None:
        ceiling = run.settings.ceiling.limit_a_per_m_s / 1e9
        top = 1.12 * ceiling
        if run.truth is not None:
            true = run.truth["true_hf_a_per_m_s"] / 1e9
            axes.plot(*thinned(t, true), color="#E69F00", lw=1.8, label="true")
        measured = run.columns["hf_a_per_m_s"] / 1e9
        axes.plot(*thinned(t, measured), BLACK, lw=0.7, label="measured")
        known = measured[np.isfinite(measured)]
        if known.size:
            top = max(top, 1.05 * float(known.max()))
        axes.axhspan(ceiling, top, color=RED, alpha=0.10, lw=0)
        axes.axhline(ceiling, color=RED, label=f"ceiling {ceiling:.4g}")
        axes.set_ylim(0.0, top)
        axes.set_ylabel("H·f (10⁹ A/(m·s))")

    return _figure(run, "field_product", draw, 2.4)


def dose(run: RunData) -> str:
    """Draw the thermal dose of every probe, CEM43 in min, on a logarithmic scale."""

    def draw(axes: Axes, t: Floats) -> None:
        for i, probe in enumerate(run.settings.probes):
            dose_min = run.readings["cem43_min"][:, i]
            shown = np.where(dose_min >= LEAST_DOSE_MIN, dose_min, np.nan)
            colour = PROBE_COLOURS[i % len(PROBE_COLOURS)]
            axes.plot(*thinned(t, shown), color=colour, label=probe.name)
        target_min = run.settings.treatment.hold_cem43_min
        if target_min is not None:
            axes.axhline(target_min, color=BLUE, ls="--", label="target")
        axes.set_yscale("log")
        axes.yaxis.set_major_formatter(lambda value, _: f"{value:g}")
        axes.set_ylabel("CEM43 (min)")

    return _figure(run, "dose", draw, 2.4)


def _figure(
    run: RunData, name: str, draw: Callable[[Axes, Floats], None], height_in: float
) -> str:
    """Draw one figure over time, with its phases, and give it as an SVG element."""

    def drawn() -> Figure:
        figure = Figure(figsize=(9.0, height_in))
        # Fixed in inches, so that the time axes of all figures lie below each other.
        figure.subplots_adjust(0.075, 0.42 / height_in, 0.845, 1 - 0.3 / height_in)
        axes = figure.add_subplot()
        elapsed_s = run.t_s - (run.t_s[0] if run.ticks else 0.0)
        long = run.ticks > 0 and elapsed_s[-1] > 300.0
        t = elapsed_s / 60.0 if long else elapsed_s
        draw(axes, t)
        axes.margins(x=0.0)
        axes.grid(True, lw=0.3, color="#DDDDDD")
        axes.set_xlabel("time (min)" if long else "time (s)")
        _mark_phases(axes, run, t)
        axes.legend(loc="center left", bbox_to_anchor=(1.0, 0.5), handlelength=1.2)
        return figure

    return drawing(name, drawn)


def _mark_phases(axes: Axes, run: RunData, t: Floats) -> None:
    """Draw a line where a phase begins, its name above, in a second row where near."""
    if not run.ticks:
        return
    phase = run.columns["phase"].astype(str)
    free = [-np.inf, -np.inf]
    for begin in np.flatnonzero(np.r_[True, phase[1:] != phase[:-1]]):
        axes.axvline(t[begin], color=GREY, lw=0.6, ls=":")
        share = (t[begin] - t[0]) / (t[-1] - t[0] or 1.0)
        row = 0 if share >= free[0] else 1
        if share >= free[row]:
            free[row] = share + LETTER_SHARE * (len(phase[begin]) + 1)
            axes.annotate(
                phase[begin],
                (t[begin], 1.0),
                xycoords=("data", "axes fraction"),
                xytext=(2, 2 + 9 * row),
                textcoords="offset points",
                color=GREY,
            )
