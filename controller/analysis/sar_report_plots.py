"""The figures of a SAR report, as SVG texts."""

from collections.abc import Callable, Mapping

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import LogLocator, NullLocator

from controller.analysis.calorimetry import Array, Value
from controller.analysis.calorimetry_methods import Analysis
from controller.analysis.calorimetry_record import Record
from controller.analysis.html_page import drawing

DRAWN_ROWS = 3000
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9")
BLACK, GREY, GREEN = "#1A1A1A", "#767676", "#009E73"


def curve(record: Record, residuals_c: Array, rise: bool) -> str:
    """Draw the readings and the two-node fit in °C; the field was on where shaded."""
    step = max(1, record.time_s.size // DRAWN_ROWS)
    t_s, t_c = record.time_s[::step], record.temperature_c[::step]

    def draw(axes: Axes) -> None:
        _shade(axes, record)
        axes.plot(t_s, t_c, color="#B0B0B0", lw=2.6, label="readings")
        axes.plot(t_s, t_c - residuals_c[::step], color=COLOURS[0], label="fit")
        axes.set_ylabel("rise (°C)" if rise else "temperature (°C)")
        axes.set_xlabel("time (s)")

    return _figure("curve", draw, 3.2)


def residuals(record: Record, residuals_c: Array) -> str:
    """Draw reading minus two-node fit, in °C."""
    step = max(1, record.time_s.size // DRAWN_ROWS)

    def draw(axes: Axes) -> None:
        _shade(axes, record)
        axes.axhline(0.0, color=COLOURS[0], lw=0.8)
        axes.plot(record.time_s[::step], residuals_c[::step], color=GREY, lw=0.5)
        axes.set_ylabel("residual (°C)")
        axes.set_xlabel("time (s)")

    return _figure("residuals", draw, 1.9)


def methods(analysis: Analysis) -> str:
    """Draw each method's SAR in W/g Fe with its ±, and without its expected bias."""
    names = list(analysis.sars)[::-1]

    def draw(axes: Axes) -> None:
        for y, name in enumerate(names):
            sar = analysis.sars[name].sar_w_per_g_fe
            best = name == "two-node fit"
            colour = (GREEN if best else BLACK) if analysis.sars[name].usable else GREY
            axes.errorbar(
                sar.value, y, xerr=2.0 * sar.u, fmt="o", ms=4, color=colour, capsize=2
            )
            bias = analysis.expected_bias.get(name)
            if bias is not None and bias > -1.0:
                axes.plot(sar.value / (1.0 + bias), y, "x", color=COLOURS[0], ms=5)
        if analysis.recommended is not None:
            best_sar = analysis.recommended.sar_w_per_g_fe
            low, high = (best_sar.value + s * 2.0 * best_sar.u for s in (-1, 1))
            axes.axvspan(low, high, color=GREEN, alpha=0.10, lw=0)
        axes.set_yticks(range(len(names)), names)
        values = [analysis.sars[n].sar_w_per_g_fe.value for n in names]
        axes.set_xlim(0.5 * min(values), 1.3 * max(values)) if min(values) > 0 else None
        axes.set_xlabel("SAR (W/g Fe)")

    return _figure("methods", draw, 2.9, left_share=0.16)


def dependence(
    points: Mapping[str, tuple[Array, list[Value]]], what: str, unit: str, log: bool
) -> str:
    """Draw a figure of every point over the amplitude in kA/m, a line a frequency."""

    def draw(axes: Axes) -> None:
        for k, (name, (field_a_per_m, values)) in enumerate(points.items()):
            # Beside each other, so that intervals at one amplitude can be told apart.
            x = field_a_per_m / 1e3 * (1.0 + 0.006 * (k - len(points) / 2))
            y = np.array([v.value for v in values])
            u = np.array([2.0 * v.u for v in values])
            colour = COLOURS[k % len(COLOURS)]
            axes.errorbar(
                x,
                y,
                yerr=u,
                fmt="o-",
                ms=4,
                lw=0.8,
                color=colour,
                capsize=2,
                label=name,
            )
        if log:
            axes.set_xscale("log")
            axes.set_yscale("log")
            for axis in (axes.xaxis, axes.yaxis):
                low, high = axis.get_view_interval()
                axis.set_major_locator(LogLocator(subs=_marks(low, high)))
                axis.set_major_formatter(lambda value, _: f"{value:g}")
                axis.set_minor_locator(NullLocator())
        axes.set_xlabel("H (kA/m, peak)")
        axes.set_ylabel(f"{what} ({unit})")

    return _figure(what, draw, 3.0)


def _marks(low: float, high: float) -> tuple[float, ...]:
    """Return the digits to label on a logarithmic axis: all where it is short."""
    if high < 4.0 * low:
        return tuple(float(d) for d in range(1, 10))
    return (1.0, 1.5, 2.0, 3.0, 5.0, 7.0)


def _shade(axes: Axes, record: Record) -> None:
    for phase in record.phases:
        if phase.on:
            axes.axvspan(phase.start_s, phase.end_s, color="#E69F00", alpha=0.15, lw=0)


def _figure(
    name: str, draw: Callable[[Axes], None], height_in: float, left_share: float = 0.085
) -> str:
    def drawn() -> Figure:
        figure = Figure(figsize=(9.0, height_in))
        figure.subplots_adjust(left_share, 0.45 / height_in, 0.86, 1 - 0.12 / height_in)
        axes = figure.add_subplot()
        draw(axes)
        axes.grid(True, lw=0.3, color="#DDDDDD")
        if axes.get_legend_handles_labels()[0]:
            axes.legend(loc="center left", bbox_to_anchor=(1.0, 0.5), handlelength=1.2)
        return figure

    return drawing(name, drawn)
