"""The curve of a SAR measurement while it grows, with fits that follow it. No Qt.

What counts is the analysis after the last curve; these fits show whether the curve is
worth waiting for: a parabola to the heating, a line to the end of the cooling.
"""

from dataclasses import dataclass

import numpy as np

from controller.analysis.calorimetry import AnalysisError
from gui.live_record import Array, LiveCurve

EMPTY: Array = np.array([], dtype=float)


@dataclass(frozen=True, slots=True)
class Fit:
    """A fit to a part of the curve; the slope in °C/s with its ± (k = 2)."""

    time_s: Array
    fitted_c: Array
    residuals_c: Array
    slope_c_per_s: float
    plus_minus_c_per_s: float

    def words(self) -> str:
        """Write the slope with its ±."""
        return f"{self.slope_c_per_s:.4f} ± {self.plus_minus_c_per_s:.4f}"


@dataclass(frozen=True, slots=True)
class SarCurve:
    """The curve so far and its fits; None while there is too little of one."""

    curve: LiveCurve
    heating: Fit | None
    cooling: Fit | None


def followed(curve: LiveCurve) -> SarCurve:
    """Fit what there is of the heating and of the cooling."""
    on = np.flatnonzero(curve.field_on)
    if on.size == 0:
        return SarCurve(curve, None, None)
    heated = slice(int(on[0]), int(on[-1]) + 1)
    rest = curve.time_s.size - heated.stop
    late = slice(heated.stop + rest // 2, curve.time_s.size)
    begun_s = float(curve.time_s[heated.start])
    return SarCurve(
        curve, _fit(curve, heated, begun_s), _fit(curve, late, None) if rest else None
    )


def _fit(curve: LiveCurve, where: slice, at_s: float | None) -> Fit | None:
    # here, because a window need not wait for SciPy, which comes with it
    from controller.analysis import calorimetry_lines as lines

    t, y = curve.time_s[where], curve.temperature_c[where]
    try:
        if at_s is None:
            line = lines.fitted_line(t, y)
        else:
            line = lines.fitted_parabola(t, y, at_s)
    except (AnalysisError, np.linalg.LinAlgError):
        return None
    slope = line.slope_c_per_s
    return Fit(t, y - line.residuals_c, line.residuals_c, slope.value, 2.0 * slope.u)
