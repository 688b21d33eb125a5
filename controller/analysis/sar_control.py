"""The control chart of a daily check sample, by day, operator and coil.

Of particles: ILP, field, and the heat loss over the heat capacity, L/C, that cooling
shows; it moves with a wrong mass or another vial. Of a resistor, whose power is known:
the heat capacity itself. Days are measured with the same sample, so what moves is the
bench or the operator: a value outside the mean ± 3 s of its coil's days before is
named, and so is an operator whose mean is apart from that of the others.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from controller.analysis.calorimetry import Value
from controller.analysis.sar_control_plots import Check, control
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
    "heat_capacity_j_per_k",
    "heat_capacity_u_j_per_k",
)
FEWEST_DAYS = 5
FEWEST_EACH = 3
NO_COIL = "resistor, no field"
NAN = float("nan")
DASH = "\N{EN DASH}"


class Quantity(NamedTuple):
    """What is watched: its column, that of its ±, heading, axis, and words for it."""

    key: str
    u_key: str
    head: str
    label: str
    unit: str


QUANTITIES = (
    Quantity(
        "ilp_nh_m2_per_kg", "ilp_u_nh_m2_per_kg", "ILP", "ILP (nH·m²/kg)", "nH·m²/kg"
    ),
    Quantity("field_share", "", "Field", "measured / asked", "of the field asked"),
    Quantity(
        "loss_per_s",
        "",
        "Heat loss over heat capacity",
        "L/C (1/s)",
        "/s of heat loss",
    ),
    Quantity(
        "heat_capacity_j_per_k",
        "heat_capacity_u_j_per_k",
        "Heat capacity",
        "C (J/K)",
        "J/K of heat capacity",
    ),
)


@dataclass(frozen=True, slots=True)
class Day:
    """One check at one coil. ``field_share`` is the field measured over the one asked.

    ``loss_per_s`` is L/C, of the vial's loss and the heat capacity of the contents, as
    the two-node fit finds it. What was not measured is NaN.
    """

    utc: str
    operator: str
    check: str
    coil: str
    frequency_hz: float = NAN
    ilp_nh_m2_per_kg: float = NAN
    ilp_u_nh_m2_per_kg: float = NAN
    field_share: float = NAN
    loss_per_s: float = NAN
    heat_capacity_j_per_k: float = NAN
    heat_capacity_u_j_per_k: float = NAN


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


def heated_day(capacity_j_per_k: Value, who: tuple[str, str, str]) -> Day:
    """Return a day of a resistor: the heat capacity in J/K, measured without a field.

    ``who`` is (UTC, operator, check sample).
    """
    return Day(
        *who,
        NO_COIL,
        heat_capacity_j_per_k=capacity_j_per_k.value,
        heat_capacity_u_j_per_k=capacity_j_per_k.u,
    )


def outside(days: Sequence[Day]) -> list[str]:
    """Return a sentence for each newest value beyond 3 s of its coil's days before."""
    words = []
    for coil in dict.fromkeys(day.coil for day in days):
        here = [day for day in days if day.coil == coil]
        for q in QUANTITIES:
            values = _values(here, q)
            if values.size <= FEWEST_DAYS:
                continue
            mean, s = float(values[:-1].mean()), float(values[:-1].std(ddof=1))
            if not abs(values[-1] - mean) <= 3.0 * s + 1e-9 * abs(mean):
                words.append(
                    f"{coil}: {values[-1]:.4g} {q.unit}, the {values.size - 1} days "
                    f"before were {mean:.4g} ± {3.0 * s:.2g} (3 s)"
                )
    return words


def apart(days: Sequence[Day]) -> list[str]:
    """Return a sentence for each operator whose mean is 3 s from that of the others.

    s is of the difference of two means, from three checks of each side on.
    """
    words = []
    for coil in dict.fromkeys(day.coil for day in days):
        here = [day for day in days if day.coil == coil]
        for q in QUANTITIES:
            for name in dict.fromkeys(day.operator for day in here):
                own = _values([d for d in here if d.operator == name], q)
                rest = _values([d for d in here if d.operator != name], q)
                if min(own.size, rest.size) < FEWEST_EACH:
                    continue
                s = np.hypot(
                    own.std(ddof=1) / own.size**0.5, rest.std(ddof=1) / rest.size**0.5
                )
                if abs(own.mean() - rest.mean()) > 3.0 * s + 1e-9 * abs(rest.mean()):
                    words.append(
                        f"{coil}: {own.mean():.4g} {q.unit} with {name or 'nobody'} "
                        f"({own.size} checks), {rest.mean():.4g} with others "
                        f"({rest.size}): 3 s are {3.0 * s:.2g}"
                    )
    return words


def _values(days: Sequence[Day], q: Quantity) -> np.ndarray[Any, np.dtype[np.float64]]:
    values = np.array([float(getattr(day, q.key)) for day in days])
    finite: np.ndarray[Any, np.dtype[np.float64]] = values[np.isfinite(values)]
    return finite


def render_control(name: str, days: Sequence[Day], *, simulated: bool) -> str:
    """Write the control chart of a check sample as one HTML page."""
    stamps = list(dict.fromkeys(day.utc for day in days))
    words = [*outside(days), *apart(days)]
    seen = [q for q in QUANTITIES if _values(days, q).size]
    return page(
        title=f"Control chart {name}",
        lead=f"{len(stamps)} checks, {stamps[0][:10]} to {stamps[-1][:10]}",
        bands=[("simulated", "SIMULATED", "No real sample.")] if simulated else [],
        tiles=[
            ("checks", str(len(stamps))),
            ("coils", str(len({d.coil for d in days if d.coil != NO_COIL}))),
            ("operators", str(len({day.operator for day in days}))),
            ("outside 3 s", str(len(words))),
        ],
        why=f"Outside: from {FEWEST_DAYS} checks of a coil before it. Operators are "
        f"compared from {FEWEST_EACH} checks each on.",
        warnings=words,
        plots=[
            (q.head, _plot(days, stamps, q), "Lines of each coil: mean, ± 2 s, ± 3 s.")
            for q in seen
        ],
        tables=[_people(days, seen), _table(days)],
        facts=[("check sample", name)],
    )


def _plot(days: Sequence[Day], stamps: list[str], q: Quantity) -> str:
    panels: dict[str, list[Check]] = {}
    for day in days:
        value = float(getattr(day, q.key))
        if value == value:
            u = float(getattr(day, q.u_key)) if q.u_key else 0.0
            check = Check(stamps.index(day.utc), day.operator, value, u)
            panels.setdefault(day.coil, []).append(check)
    return control([s[5:10] for s in stamps], panels, q.label)


def _people(days: Sequence[Day], seen: Sequence[Quantity]) -> dict[str, object]:
    """Return the means of each operator at each coil, ± one s of a check."""
    rows = []
    for coil, name in dict.fromkeys((day.coil, day.operator) for day in days):
        here = [d for d in days if (d.coil, d.operator) == (coil, name)]
        cells = [_mean(_values(here, q)) for q in seen]
        rows.append(("", [name or "not named", coil, str(len(here)), *cells]))
    head = ["operator", "coil", "checks", *[q.label for q in seen]]
    return {"heading": "By operator", "head": head, "rows": rows, "note": ""}


def _mean(values: np.ndarray[Any, np.dtype[np.float64]]) -> str:
    if not values.size:
        return DASH
    if values.size == 1:
        return f"{values[0]:.4g}"
    return f"{values.mean():.4g} ± {values.std(ddof=1):.2g} (s)"


def _table(days: Sequence[Day]) -> dict[str, object]:
    rows = [
        (
            "",
            [
                day.utc[:16].replace("T", " "),
                day.operator,
                day.coil,
                _shown(day.ilp_nh_m2_per_kg, 3, day.ilp_u_nh_m2_per_kg),
                _shown(day.field_share, 4),
                _shown(day.loss_per_s, 5),
                _shown(day.heat_capacity_j_per_k, 3, day.heat_capacity_u_j_per_k),
            ],
        )
        for day in days
    ]
    head = ["UTC", "operator", "coil", "ILP, nH·m²/kg", "field", "L/C, 1/s", "C, J/K"]
    return {"heading": "Checks", "head": head, "rows": rows, "note": "± is k = 2."}


def _shown(value: float, digits: int, u: float = 0.0) -> str:
    if value != value:
        return DASH
    return f"{value:.{digits}f}" + (f" ± {2.0 * u:.{digits}f}" if u else "")
