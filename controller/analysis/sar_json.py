"""SAR results as plain values for other programs: null, never NaN."""

import math
from typing import Any

from controller.analysis.calorimetry import Value
from controller.analysis.sar_matrix import Matrix, why
from controller.analysis.sar_report import (
    RESULT_COLUMNS,
    Measured,
    all_warnings,
    result_rows,
)


def analysis_json(measured: Measured) -> dict[str, Any]:
    """Return a curve's results by method, why one is recommended, and warnings."""
    rows = result_rows(measured.name, measured.analysis)
    return {
        "name": measured.name,
        "simulated": measured.simulated,
        "usable": measured.analysis.recommended is not None,
        "why": measured.analysis.why,
        "warnings": all_warnings(measured),
        "methods": [
            {k: _plain(v) for k, v in zip(RESULT_COLUMNS, row, strict=True)}
            for row in rows
        ],
    }


def matrix_json(name: str, matrix: Matrix) -> dict[str, Any]:
    """Return a matrix's points and its ILP; u are standard uncertainties."""
    return {
        "name": name,
        "ilp_nh_m2_per_kg": _value(matrix.ilp_nh_m2_per_kg),
        "linear": matrix.linear,
        "why": why(matrix),
        "dependence": list(matrix.words),
        "points": [
            {
                "field_a_per_m": p.field_a_per_m,
                "frequency_hz": p.frequency_hz,
                "repeats": len(p.repeats),
                "sar_w_per_g_fe": _value(p.sar_w_per_g_fe),
                "ilp_nh_m2_per_kg": _value(p.ilp_nh_m2_per_kg),
                "remarks": p.words,
            }
            for p in matrix.points
        ],
    }


def _value(value: Value | None) -> dict[str, Any] | None:
    if value is None:
        return None
    return {"value": _plain(value.value), "u": _plain(value.u)}


def _plain(value: Any) -> Any:
    """Return a value as JSON has it: no NaN, no infinity, no number of numpy's."""
    if isinstance(value, str | bool) or value is None:
        return value
    item = getattr(value, "item", None)
    value = value if item is None else item()
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value
