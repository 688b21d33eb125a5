"""Thermal dose: cumulative equivalent minutes at 43 °C (CEM43).

CEM43 = ∫ R^(43 − T) dt with R = 0.5 at and above 43 °C and 0.25 below.
Source: Sapareto & Dewey 1984, Int. J. Radiat. Oncol. Biol. Phys. 10:787.
"""

import math

_LN2 = math.log(2.0)
_NEARLY_LEVEL_C = 0.02


def dose_rate(temperature_c: float) -> float:
    """Return the dose rate in equivalent minutes per minute; 0 for NaN."""
    if not math.isfinite(temperature_c):
        return 0.0
    return _rate(temperature_c)


def dose_min(from_c: float, to_c: float, dt_s: float) -> float:
    """Return CEM43 in minutes of a straight line between two temperatures.

    Exact for linear T(t): the integral of an exponential, split at 43 °C where R
    changes. NaN ends, and intervals that are not positive, give 0.
    """
    if not (dt_s > 0.0 and math.isfinite(from_c)):
        return 0.0
    if from_c == to_c:  # the most usual: a thermometer repeats its 0.1 °C steps
        return _rate(from_c) * dt_s / 60.0
    if not math.isfinite(to_c):
        return 0.0
    if (from_c - 43.0) * (to_c - 43.0) < 0.0:
        share = (43.0 - from_c) / (to_c - from_c)
        return _one_branch(from_c, 43.0, share * dt_s) + _one_branch(
            43.0, to_c, (1.0 - share) * dt_s
        )
    return _one_branch(from_c, to_c, dt_s)


def gap_dose_min(from_c: float, to_c: float, dt_s: float, *, healthy: bool) -> float:
    """Return the dose in minutes to credit over a gap in the readings.

    Healthy tissue is credited with the warmer end, tumour with nothing.
    """
    if not healthy or not dt_s > 0.0:
        return 0.0
    return dose_rate(max(from_c, to_c)) * dt_s / 60.0


def _rate(temperature_c: float) -> float:
    above_c = temperature_c - 43.0
    if above_c < 0.0:
        return math.exp2(2.0 * above_c)
    return math.exp2(above_c if above_c < 60.0 else 60.0)


def _one_branch(from_c: float, to_c: float, dt_s: float) -> float:
    low, high, rise_c = _rate(from_c), _rate(to_c), to_c - from_c
    if -_NEARLY_LEVEL_C < rise_c < _NEARLY_LEVEL_C:
        return 0.5 * (low + high) * dt_s / 60.0
    # d(log rate)/dT is ln 2 above 43 °C and 2 ln 2 below
    slope = _LN2 if from_c > 43.0 or to_c > 43.0 else 2.0 * _LN2
    return (high - low) / (slope * rise_c) * dt_s / 60.0
