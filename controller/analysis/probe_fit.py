"""Offset, slope and uncertainty of temperature probes from baths of known temperature.

True = slope x reading + offset, by least squares over the baths. The uncertainty is
the half width of a 95 % interval between the coldest and the warmest bath.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from controller.analysis.resonance_fit import FitRefused

LEAST_BATHS = 3
LARGEST_ERROR_C = 0.2
LARGEST_DRIFT_C = 0.1
FLOOR_C = 0.005


@dataclass(frozen=True, slots=True)
class BathPoint:
    """One probe in one bath: the reference's value and uncertainty, and readings.

    ``reference_uncertainty_c`` is expanded (k = 2); ``spread_c`` is the standard
    deviation of ``count`` readings, ``drift_c`` their change from start to end.
    """

    reference_c: float
    reference_uncertainty_c: float
    reading_c: float
    spread_c: float
    count: int
    drift_c: float = 0.0

    @property
    def error_c(self) -> float:
        """Return how far the uncorrected probe is out, in °C."""
        return self.reading_c - self.reference_c


@dataclass(frozen=True, slots=True)
class ProbeFit:
    """true °C = ``slope_ratio`` x reading + ``offset_c``, within ``uncertainty_c``.

    ``residuals_c`` are what the corrected probe is still out in each bath;
    ``largest_error_c`` is the largest error without correction, with its sign.
    """

    slope_ratio: float
    offset_c: float
    uncertainty_c: float
    residuals_c: tuple[float, ...]
    largest_error_c: float

    @property
    def out(self) -> bool:
        """Say whether the probe is too far out to be used, corrected or not."""
        return not abs(self.largest_error_c) <= LARGEST_ERROR_C


def fit_probe(points: Sequence[BathPoint]) -> ProbeFit:
    """Fit slope and offset in °C of one probe, with the uncertainty in °C.

    The reference's errors are taken as common to all baths (one instrument), so that
    they do not average down.

    Raises:
        FitRefused: too few baths, or one that was not at rest.
    """
    temperatures_c = sorted({round(p.reference_c) for p in points})
    if len(temperatures_c) < LEAST_BATHS:
        raise FitRefused(
            f"a probe needs {LEAST_BATHS} baths of different temperature, not "
            f"{len(temperatures_c)}"
        )
    for p in points:
        if not abs(p.drift_c) <= LARGEST_DRIFT_C:
            raise FitRefused(
                f"the bath at {p.reference_c:.1f} °C was not at rest: the reading "
                f"moved by {p.drift_c:+.2f} °C, limit {LARGEST_DRIFT_C:g} °C"
            )
    readings = np.array([p.reading_c for p in points])
    truth = np.array([p.reference_c for p in points])
    matrix = np.column_stack([readings, np.ones_like(readings)])
    found, *_ = np.linalg.lstsq(matrix, truth, rcond=None)
    residuals = matrix @ found - truth
    reference_c = max(p.reference_uncertainty_c for p in points)
    noise_c = max(p.spread_c / math.sqrt(p.count) for p in points)
    # what a line leaves, or the probe's own noise where the line happens to fit
    misfit_c = max(float(np.max(np.abs(residuals))), 2.0 * noise_c, FLOOR_C)
    return ProbeFit(
        slope_ratio=float(found[0]),
        offset_c=float(found[1]),
        uncertainty_c=math.hypot(reference_c, misfit_c),
        residuals_c=tuple(float(r) for r in residuals),
        largest_error_c=max((p.error_c for p in points), key=abs),
    )
