"""How SAR depends on field, frequency and temperature, and where an ILP has a meaning.

SAR = k H^n: n = 2 in the linear regime, below where the particles saturate, above in a
hysteretic (threshold) regime. ILP is SAR/(H² f) and only there a property of the
particles: low field, f well below the relaxation peak.
Source: Kallumadil 2009, doi 10.1016/j.jmmm.2009.02.075 (ILP and its conditions;
unverified detail).
"""

from dataclasses import dataclass

import numpy as np

from controller.analysis.calorimetry import AnalysisError, Array, Value

SURE = 2.0
TOLERANCE = 0.15


@dataclass(frozen=True, slots=True)
class PowerLaw:
    """SAR over an amplitude or a frequency: exponent, curvature in ln-ln, verdict.

    ``curvature`` is the change of the exponent per e-fold (None for < 3 places).
    ``linear`` says that the exponent is that of the linear regime, ``why`` how it is
    known.
    """

    exponent: Value
    curvature: Value | None
    linear: bool
    why: str


def over_field(field_a_per_m: Array, sar_w_per_g: list[Value]) -> PowerLaw:
    """Fit SAR = k H^n at one frequency; the linear regime is n = 2."""
    return _power_law(field_a_per_m, sar_w_per_g, 2.0, "field", "saturation")


def over_frequency(frequency_hz: Array, sar_w_per_g: list[Value]) -> PowerLaw:
    """Fit SAR = k f^n at one amplitude; ILP is defined for n = 1.

    Relaxation gives n = 2 far below its peak and 0 far above.
    """
    return _power_law(frequency_hz, sar_w_per_g, 1.0, "frequency", "relaxation peak")


def over_temperature(
    shares_per_c: list[Value], low_c: float, high_c: float
) -> tuple[Value, str]:
    """Combine what curves show of heating over temperature, as a share per °C.

    Each curve passes through many temperatures; ``low_c`` to ``high_c`` is their range.
    Raises: AnalysisError without a curve, or without an uncertainty.
    """
    u = np.array([v.u for v in shares_per_c])
    if not u.size or not np.all(u > 0.0):
        raise AnalysisError("A dependence needs the uncertainty of every value.")
    y = np.array([v.value for v in shares_per_c])
    x, covariance = _weighted(np.ones((y.size, 1)), y, u)
    slope = Value(float(x[0]), float(np.sqrt(covariance[0, 0])))
    digits = max(0, 1 - int(f"{200.0 * slope.u:.1e}".split("e")[1]))
    words = f"{low_c:.1f} to {high_c:.1f} °C: heating changes by "
    words += f"{100 * slope.value:+.{digits}f} ± {200 * slope.u:.{digits}f} % per °C"
    if abs(slope.value) > SURE * slope.u:
        return slope, f"{words} (k = 2), or something that looks like it"
    return slope, f"{words} (k = 2): no dependence on temperature is seen"


def _power_law(
    x: Array, sar: list[Value], expected_exponent: float, name: str, bend: str
) -> PowerLaw:
    y, u = _columns(x, sar)
    if np.any(y <= 0.0) or np.any(x <= 0.0):
        raise AnalysisError(f"SAR over {name} needs values above zero.")
    ln_x, ln_y, ln_u = np.log(x / np.exp(np.log(x).mean())), np.log(y), u / y
    a = np.stack([np.ones_like(ln_x), ln_x], axis=1)
    line, covariance = _weighted(a, ln_y, ln_u)
    exponent = Value(float(line[1]), float(np.sqrt(covariance[1, 1])))
    curvature = None
    if np.unique(np.round(ln_x, 6)).size >= 3:
        bent, spread = _weighted(np.column_stack([a, ln_x**2]), ln_y, ln_u)
        curvature = Value(2 * float(bent[2]), 2 * float(np.sqrt(spread[2, 2])))
    linear, why = _verdict(exponent, curvature, expected_exponent, name, bend)
    return PowerLaw(exponent, curvature, linear, why)


def _verdict(
    exponent: Value,
    curvature: Value | None,
    expected_exponent: float,
    name: str,
    bend: str,
) -> tuple[bool, str]:
    stated = f"the exponent over {name} is {exponent.value:.2f} ± {2 * exponent.u:.2f}"
    if curvature is not None and curvature.value < -SURE * curvature.u < 0.0:
        return False, f"{stated} and falls by {-curvature.value:.2f} per e-fold: {bend}"
    if 2.0 * exponent.u > 2.0 * TOLERANCE:
        return False, f"{stated} (k = 2): too uncertain to call it linear"
    away = abs(exponent.value - expected_exponent)
    if away > max(TOLERANCE, SURE * exponent.u):
        return False, f"{stated} (k = 2), not {expected_exponent:g}: no ILP"
    if away > SURE * exponent.u:
        words = f"not quite {expected_exponent:g}, within the {TOLERANCE:g} that are"
        return True, f"{stated} (k = 2): {words} taken for linear"
    return True, f"{stated} (k = 2): {expected_exponent:g} within its uncertainty"


def _columns(x: Array, values: list[Value]) -> tuple[Array, Array]:
    if x.size != len(values) or np.unique(x).size < 2:
        raise AnalysisError("A dependence needs values at two places or more.")
    u = np.array([v.u for v in values])
    if not np.all(u > 0.0):
        raise AnalysisError("A dependence needs the uncertainty of every value.")
    return np.array([v.value for v in values]), u


def _weighted(a: Array, y: Array, u: Array) -> tuple[Array, Array]:
    """Return parameters and covariance, widened where the points scatter more."""
    scaled = a / u[:, None]
    covariance: Array = np.asarray(np.linalg.inv(scaled.T @ scaled), dtype=float)
    x: Array = covariance @ (scaled.T @ (y / u))
    freedom = y.size - x.size
    if freedom > 0:
        chi2 = float(np.sum(((y - a @ x) / u) ** 2)) / freedom
        covariance = covariance * max(1.0, chi2)
    return x, covariance
