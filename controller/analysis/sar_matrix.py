"""A matrix of SAR measurements: repeats combined, dependence on H and f, one ILP.

Repeats of a point share their inputs (mass, assay, field calibration), so only their
scatter averages down; the same holds between points for the ILP of the matrix.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from controller.analysis import sar_report_plots
from controller.analysis.calorimetry import AnalysisError, Value
from controller.analysis.calorimetry_dependence import (
    over_field,
    over_frequency,
    over_temperature,
)
from controller.analysis.calorimetry_effects import PER_C
from controller.analysis.sar_report import Measured, all_warnings, page, with_interval
from controller.analysis.uncertainty import Sar, combined

ALONE = "one usable repeat: how repeats scatter is not known"


@dataclass(frozen=True, slots=True)
class MatrixPoint:
    """One field and frequency: its repeats, combined where several are usable.

    ``random`` is the relative uncertainty of the mean that repeats do not share.
    """

    field_a_per_m: float
    frequency_hz: float
    repeats: tuple[Measured, ...]
    sar_w_per_g_fe: Value | None
    ilp_nh_m2_per_kg: Value | None
    random_share: float
    words: str


@dataclass(frozen=True, slots=True)
class Matrix:
    """All points, the ILP over those that are usable, and what the dependence says."""

    points: tuple[MatrixPoint, ...]
    ilp_nh_m2_per_kg: Value | None
    linear: bool
    words: tuple[str, ...]


def analyse_matrix(measured: list[Measured]) -> Matrix:
    """Combine repeats by point, and points to one ILP where the regime is linear.

    Repeats belong together by their frequency and amplitude, to 0.5 %.
    """
    groups: dict[tuple[int, int], list[Measured]] = {}
    for m in measured:
        key = (
            round(np.log(m.record.frequency_hz) / 0.01),
            round(np.log(m.record.reference_field_a_per_m) / 0.01),
        )
        groups.setdefault(key, []).append(m)
    points = tuple(_point(groups[key]) for key in sorted(groups))
    verdicts = _dependence(points)
    linear = bool(verdicts) and all(good for good, _ in verdicts)
    words = [words for _, words in verdicts] + _temperature_words(measured)
    return Matrix(points, ilp_of(points), linear, tuple(words))


def render_matrix(
    name: str,
    matrix: Matrix,
    true_ilp_nh_m2_per_kg: float | None,
    facts: list[tuple[str, str]],
) -> str:
    """Write the report of a matrix as one HTML page."""
    series: dict[str, list[MatrixPoint]] = {}
    for point in matrix.points:
        if point.sar_w_per_g_fe is not None:
            series.setdefault(_khz(point.frequency_hz), []).append(point)
    repeats = [m for p in matrix.points for m in p.repeats]
    bands = [("simulated", "SIMULATED", "Nothing was measured on real particles.")]
    return page(
        title=f"SAR matrix {name}",
        lead=f"{len(matrix.points)} points, {len(repeats)} curves",
        bands=bands if any(m.simulated for m in repeats) else [],
        tiles=_tiles(matrix, true_ilp_nh_m2_per_kg),
        why=why(matrix),
        warnings=_warnings(matrix),
        plots=_plots(series),
        tables=[_points_table(matrix), _repeats_table(repeats)],
        facts=[*facts, *[("dependence", words) for words in matrix.words]],
    )


def why(matrix: Matrix) -> str:
    """Say in a sentence whether the ILP of a matrix may be quoted."""
    usable = sum(p.sar_w_per_g_fe is not None for p in matrix.points)
    if matrix.ilp_nh_m2_per_kg is None:
        return "No ILP: fewer than two points are usable."
    words = f"ILP over {usable} of {len(matrix.points)} points, weighted; "
    if matrix.linear:
        return words + "SAR goes with H² and f, as the exponents say: it has a meaning."
    return words + "SAR does not clearly go with H² and f: quote SAR by point, not ILP."


def _point(repeats: list[Measured]) -> MatrixPoint:
    sars = tuple(m.analysis.sars["two-node fit"] for m in repeats)
    record = repeats[0].record
    place = (record.reference_field_a_per_m, record.frequency_hz, tuple(repeats))
    if len(usable := [s for s in sars if s.usable]) == 1:
        # Its own budget is known, its scatter is not.
        (s,) = usable
        own, own_ilp = s.sar_w_per_g_fe, s.ilp_nh_m2_per_kg
        return MatrixPoint(*place, own, own_ilp, _to_ilp(s, "fit"), ALONE)
    try:
        mean, scatter, warning = combined(sars)
    except AnalysisError as error:
        return MatrixPoint(*place, None, None, 0.0, str(error))
    good = [s for s in sars if s.usable]
    fit = float(np.sqrt(np.mean([_to_ilp(s, "fit") ** 2 for s in good])))
    random = max(scatter, fit) / float(np.sqrt(len(good)))
    ilp = float(np.mean([s.ilp_nh_m2_per_kg.value for s in good]))
    u = ilp * float(np.hypot(random, _shared(good)))
    return MatrixPoint(*place, mean, Value(ilp, u), random, warning)


def _to_ilp(sar: Sar, name: str) -> float:
    return next(c.to_ilp for c in sar.budget if c.name == name)


def _shared(sars: list[Sar]) -> float:
    """Return the relative uncertainty of ILP that repeats and points share."""
    parts = [
        sum(c.to_ilp**2 for c in s.budget if c.name not in ("fit", "repeatability"))
        for s in sars
    ]
    return float(np.sqrt(np.mean(parts)))


def ilp_of(points: tuple[MatrixPoint, ...]) -> Value | None:
    """Compute one ILP in nH·m²/kg of all usable points, weighted; None below two."""
    good = [p for p in points if p.ilp_nh_m2_per_kg is not None]
    if len(good) < 2:
        return None
    values = np.array([p.ilp_nh_m2_per_kg.value for p in good if p.ilp_nh_m2_per_kg])
    u = np.array([p.random_share for p in good]) * values
    weights = 1.0 / np.maximum(u, 1e-6 * values) ** 2
    mean = float(np.average(values, weights=weights))
    chi2 = float(np.sum(weights * (values - mean) ** 2)) / (values.size - 1)
    random = float(weights.sum() ** -0.5) * max(1.0, chi2) ** 0.5
    sars = [m.analysis.sars["two-node fit"] for p in good for m in p.repeats]
    shared = mean * _shared([s for s in sars if s.usable])
    return Value(mean, float(np.hypot(random, shared)))


def _dependence(points: tuple[MatrixPoint, ...]) -> list[tuple[bool, str]]:
    """Judge SAR over H at each frequency, and SAR/H² over f at all amplitudes."""
    good = [p for p in points if p.sar_w_per_g_fe is not None]
    verdicts = []
    for f in sorted({round(p.frequency_hz) for p in good}):
        here = [p for p in good if round(p.frequency_hz) == f]
        if len(here) > 1:
            law = over_field(_column(here), [_random(p, 0.0) for p in here])
            verdicts.append((law.linear, f"{_khz(f)}: {law.why}"))
    # Amplitudes differ a little between coils: SAR/H² takes that out.
    if len({round(p.frequency_hz) for p in good}) > 1:
        frequency = np.array([p.frequency_hz for p in good])
        law = over_frequency(frequency, [_random(p, 2.0) for p in good])
        verdicts.append((law.linear, f"SAR/H², all amplitudes: {law.why}"))
    return verdicts


def _temperature_words(measured: list[Measured]) -> list[str]:
    """Say how heating goes with temperature within the usable curves, if any."""
    fits = [(m, m.analysis.results["two-node fit"]) for m in measured]
    known = [(m, r.parts[PER_C]) for m, r in fits if r.usable and PER_C in r.parts]
    if not known:
        return []
    low_c = min(float(m.record.temperature_c.min()) for m, _ in known)
    high_c = max(float(m.record.temperature_c.max()) for m, _ in known)
    return [over_temperature([share for _, share in known], low_c, high_c)[1]]


def _random(point: MatrixPoint, exponent: float) -> Value:
    """Return SAR/H^exponent with the part of its uncertainty that is not shared."""
    sar = point.sar_w_per_g_fe
    assert sar is not None
    value = sar.value / (point.field_a_per_m / 1e3) ** exponent
    return Value(value, max(value * point.random_share, 1e-9))


def _column(points: list[MatrixPoint]) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    return np.array([p.field_a_per_m for p in points])


def _tiles(
    matrix: Matrix, true_ilp_nh_m2_per_kg: float | None
) -> list[tuple[str, str]]:
    # Beyond the linear regime an ILP is no property of the particles.
    ilp = matrix.ilp_nh_m2_per_kg if matrix.linear else None
    usable = sum(p.sar_w_per_g_fe is not None for p in matrix.points)
    tiles = [
        ("ILP, nH·m²/kg", "\N{EN DASH}" if ilp is None else with_interval(ilp)),
        ("points usable", f"{usable} of {len(matrix.points)}"),
        ("linear regime", "yes" if matrix.linear else "not shown"),
    ]
    if true_ilp_nh_m2_per_kg is not None:
        tiles.append(("ILP that was simulated", f"{true_ilp_nh_m2_per_kg:.4g}"))
    return tiles


def _warnings(matrix: Matrix) -> list[str]:
    words = [f"{_place(p)}: {p.words}" for p in matrix.points if p.words]
    for point in matrix.points:
        for m in point.repeats:
            words += [f"{m.name}: {w}" for w in all_warnings(m)]
    return words


def _plots(series: dict[str, list[MatrixPoint]]) -> list[tuple[str, str, str]]:
    if not series:
        return []
    sar = {
        n: (_column(ps), [p.sar_w_per_g_fe for p in ps if p.sar_w_per_g_fe])
        for n, ps in series.items()
    }
    ilp = {
        n: (_column(ps), [p.ilp_nh_m2_per_kg for p in ps if p.ilp_nh_m2_per_kg])
        for n, ps in series.items()
    }
    draw = sar_report_plots.dependence
    return [
        ("SAR over field", draw(sar, "SAR", "W/g Fe", True), "Mean of repeats, ±."),
        ("ILP by point", draw(ilp, "ILP", "nH·m²/kg", False), "Flat where linear."),
    ]


def _points_table(matrix: Matrix) -> dict[str, Any]:
    rows = []
    for p in matrix.points:
        known = p.sar_w_per_g_fe is not None and p.ilp_nh_m2_per_kg is not None
        ilp = p.ilp_nh_m2_per_kg if matrix.linear else None
        both = (p.sar_w_per_g_fe, ilp)
        figures = ["\N{EN DASH}" if v is None else with_interval(v) for v in both]
        h, f = p.field_a_per_m, p.frequency_hz
        cells = [_khz(f), f"{h / 1e3:.3f}", f"{h * f:.3g}", str(len(p.repeats))]
        rows.append(("" if known else "doubt", [*cells, *figures, p.words]))
    head = ["f", "H, kA/m", "H·f, A/(m·s)", "repeats", "SAR, W/g Fe"]
    head += ["ILP, nH·m²/kg", "remarks"]
    return {"heading": "Points", "head": head, "rows": rows, "note": ""}


def _repeats_table(repeats: list[Measured]) -> dict[str, Any]:
    rows = []
    for m in repeats:
        best = m.analysis.sars["two-node fit"]
        cells = [m.name, with_interval(best.sar_w_per_g_fe), best.reason]
        rows.append(("" if best.usable else "doubt", cells))
    head = ["curve", "SAR, W/g Fe", "remarks"]
    return {"heading": "Curves", "head": head, "rows": rows, "note": ""}


def _place(point: MatrixPoint) -> str:
    return f"{point.field_a_per_m / 1e3:.3g} kA/m, {_khz(point.frequency_hz)}"


def _khz(frequency_hz: float) -> str:
    return f"{frequency_hz / 1e3:.5g} kHz"
