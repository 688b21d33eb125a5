"""The figures of a control chart, as SVG texts: a panel for each coil, by day."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from controller.analysis.html_page import drawing

MOST_DAYS = 12
PANEL_IN, EDGE_IN = 1.7, 0.55
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9")
MARKS = ("o", "s", "^", "D", "v", "P")
FEWEST_FOR_LINES = 3


class Check(NamedTuple):
    """One value of a chart: the place of its day, by whom, and its ±."""

    place: int
    operator: str
    value: float
    u: float


def control(days: list[str], panels: dict[str, list[Check]], what: str) -> str:
    """Draw a panel for each coil: a mark for each operator, mean and ± 2 and ± 3 s.

    The lines are of that coil's checks alone, from three on.
    """
    people = list(dict.fromkeys(c.operator for here in panels.values() for c in here))

    def drawn() -> Figure:
        height_in = PANEL_IN * len(panels) + EDGE_IN
        figure = Figure(figsize=(9.0, height_in))
        grid = figure.subplots(len(panels), 1, sharex=True, squeeze=False)
        figure.subplots_adjust(
            0.11, 0.4 / height_in, 0.82, 1 - 0.25 / height_in, hspace=0.28
        )
        for axes, (coil, checks) in zip(grid[:, 0], panels.items(), strict=True):
            for k, person in enumerate(people):
                _marks(axes, [c for c in checks if c.operator == person], k, person)
            _lines(axes, [c.value for c in checks])
            axes.set_title(coil, fontsize=9, loc="left", pad=3)
            axes.set_ylabel(what, fontsize=8)
            axes.grid(True, lw=0.3, color="#DDDDDD")
        last = grid[-1, 0]
        last.set_xlim(-0.5, len(days) - 0.5)
        shown = range(0, len(days), 1 + len(days) // MOST_DAYS)
        last.set_xticks(shown, [days[at] for at in shown])
        handles = {
            label: handle
            for axes in grid[:, 0]
            for handle, label in zip(*axes.get_legend_handles_labels(), strict=True)
        }
        figure.legend(handles.values(), handles, loc="center right", title="operator")
        return figure

    return drawing(f"control {what}", drawn)


def _marks(axes: Axes, checks: Sequence[Check], k: int, person: str) -> None:
    if not checks:
        return
    axes.errorbar(
        [c.place for c in checks],
        [c.value for c in checks],
        yerr=[2.0 * c.u for c in checks],
        fmt=MARKS[k % len(MARKS)],
        ms=4,
        color=COLOURS[k % len(COLOURS)],
        capsize=2,
        label=person or "not named",
    )


def _lines(axes: Axes, values: Sequence[float]) -> None:
    if len(values) < FEWEST_FOR_LINES:
        return
    mean, s = float(np.mean(values)), float(np.std(values, ddof=1))
    for width, style in ((0.0, "-"), (2.0, "--"), (3.0, ":")):
        for side in (-width, width):
            axes.axhline(mean + side * s, color="#888888", ls=style, lw=0.7)
