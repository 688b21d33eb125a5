"""The control chart of a daily check sample: ILP, field, heat loss by day and coil.

A heat capacity cannot be measured without a known power: what cooling shows of it is
the loss over the heat capacity, L/C, and it moves with a wrong mass or another vial.
Days are measured with the same sample, so what moves is the bench or the operator:
a value outside the mean ± 3 s of the days before it is named.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from controller.analysis import sar_report_plots
from controller.analysis.sar_matrix import Matrix
from controller.analysis.sar_report import page

COLUMNS = (
    "utc",
    "operator",
    "check",
    "coil",
    "frequency_hz",
    "ilp_nh_m2_per_kg",
    "ilp_u_nh_m2_per_kg",
    "field_share",
    "loss_per_s",
)
FEWEST_DAYS = 5


@dataclass(frozen=True, slots=True)
class Day:
    """One check at one coil. ``field_share`` is the field measured over the one asked.

    ``loss_per_s`` is L/C, of the vial's loss and the heat capacity of the contents, as
    the two-node fit finds it.
    """

    utc: str
    operator: str
    check: str
    coil: str
    frequency_hz: float
    ilp_nh_m2_per_kg: float
    ilp_u_nh_m2_per_kg: float
    field_share: float
    loss_per_s: float


def days_of(
    matrix: Matrix, who: tuple[str, str, str], coils: dict[int, tuple[str, float]]
) -> list[Day]:
    """Return a day for each coil of a matrix: the mean ILP over its points.

    ``who`` is (UTC, operator, check sample); ``coils`` maps a frequency, rounded to
    1 Hz, to the coil's name and the share of the field that was measured.
    """
    days = []
    for hz, (coil, share) in sorted(coils.items()):
        here = [p for p in matrix.points if round(p.frequency_hz) == hz]
        values = [p.ilp_nh_m2_per_kg for p in here if p.ilp_nh_m2_per_kg is not None]
        if not values:
            continue
        mean = float(np.mean([v.value for v in values]))
        u = float(np.mean([v.u for v in values]))
        fits = [m.analysis.results["two-node fit"] for p in here for m in p.repeats]
        found = [f.parts["loss_per_s"].value for f in fits if "loss_per_s" in f.parts]
        loss = float(np.median(found)) if found else float("nan")
        days.append(Day(*who, coil, float(hz), mean, u, share, loss))
    return days


def outside(days: Sequence[Day]) -> list[str]:
    """Return a sentence for each newest value beyond 3 s of its coil's days before."""
    words = []
    for coil in dict.fromkeys(day.coil for day in days):
        here = [day for day in days if day.coil == coil]
        for name, unit in (
            ("ilp_nh_m2_per_kg", "nH·m²/kg"),
            ("field_share", "of the field asked"),
            ("loss_per_s", "/s of heat loss"),
        ):
            values = np.array([float(getattr(day, name)) for day in here])
            values = values[np.isfinite(values)]
            if values.size <= FEWEST_DAYS:
                continue
            mean, s = float(values[:-1].mean()), float(values[:-1].std(ddof=1))
            if not abs(values[-1] - mean) <= 3.0 * s + 1e-9 * abs(mean):
                words.append(
                    f"{coil}: {values[-1]:.4g} {unit}, the {values.size - 1} days "
                    f"before were {mean:.4g} ± {3.0 * s:.2g} (3 s)"
                )
    return words


def render_control(name: str, days: Sequence[Day], *, simulated: bool) -> str:
    """Write the control chart of a check sample as one HTML page."""
    stamps = list(dict.fromkeys(day.utc for day in days))
    words = outside(days)
    figures = [
        ("ILP", "ilp_nh_m2_per_kg", "ilp_u_nh_m2_per_kg", "ILP (nH·m²/kg)"),
        ("Field", "field_share", "", "measured / asked"),
        ("Heat loss over heat capacity", "loss_per_s", "", "L/C (1/s)"),
    ]
    return page(
        title=f"Control chart {name}",
        lead=f"{len(stamps)} checks, {stamps[0][:10]} to {stamps[-1][:10]}",
        bands=[("simulated", "SIMULATED", "No real sample.")] if simulated else [],
        tiles=[
            ("checks", str(len(stamps))),
            ("coils", str(len({day.coil for day in days}))),
            ("operators", str(len({day.operator for day in days}))),
            ("outside 3 s", str(len(words))),
        ],
        why=f"Outside: from {FEWEST_DAYS} checks before it, by coil.",
        warnings=words,
        plots=[
            (head, _plot(days, stamps, key, u, label), "Lines: mean, ± 2 s, ± 3 s.")
            for head, key, u, label in figures
        ],
        tables=[_table(days)],
        facts=[("check sample", name)],
    )


def _plot(days: Sequence[Day], stamps: list[str], key: str, u: str, label: str) -> str:
    series: dict[str, list[tuple[int, float, float]]] = {}
    for day in days:
        point = stamps.index(day.utc), getattr(day, key), getattr(day, u) if u else 0.0
        series.setdefault(day.coil, []).append(point)
    return sar_report_plots.control([s[5:10] for s in stamps], series, label)


def _table(days: Sequence[Day]) -> dict[str, object]:
    rows = [
        (
            "",
            [
                day.utc[:16].replace("T", " "),
                day.operator,
                day.coil,
                f"{day.ilp_nh_m2_per_kg:.3f} ± {2 * day.ilp_u_nh_m2_per_kg:.3f}",
                f"{day.field_share:.4f}",
                f"{day.loss_per_s:.3g}",
            ],
        )
        for day in days
    ]
    head = ["UTC", "operator", "coil", "ILP, nH·m²/kg", "field", "L/C, 1/s"]
    return {"heading": "Checks", "head": head, "rows": rows, "note": ""}
