"""All methods on one record, side by side, with a recommended value and the reason.

A one-node method has a bias that its own residuals cannot show. Its size is stated
all the same: the method is applied to the noise-free curve of the two-node fit. What
the methods still disagree about then is the spread that enters the budget.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from controller.analysis.calorimetry import (
    AnalysisError,
    Conditions,
    Curve,
    Method,
    Result,
    Sample,
    Value,
)
from controller.analysis.calorimetry_exponential import box_lucas
from controller.analysis.calorimetry_peaks import (
    cooling_corrected,
    peak_analysis,
    zig_zag,
)
from controller.analysis.calorimetry_record import Record, checked
from controller.analysis.calorimetry_slopes import (
    corrected_slope,
    initial_slope,
    modified_time_rise,
)
from controller.analysis.identification import two_node_fit
from controller.analysis.uncertainty import Sar, sar_of

ONE_NODE: dict[Method, Callable[[Record], Result]] = {
    "initial slope": initial_slope,
    "modified time-rise": modified_time_rise,
    "box-lucas": box_lucas,
    "corrected slope": corrected_slope,
    "peak analysis": peak_analysis,
    "zig-zag": zig_zag,
    "cooling-corrected": cooling_corrected,
}
DISAGREEMENT = 2.0


@dataclass(frozen=True, slots=True)
class Analysis:
    """Every method's result for one curve.

    ``expected_bias`` is relative, by method: what the method makes of the fitted
    curve without noise. ``recommended`` is None where no value can be defended;
    ``why`` says in a sentence why this value, or why none. ``failed`` holds the
    sentences of methods that could not be applied.
    """

    results: dict[Method, Result]
    sars: dict[Method, Sar]
    expected_bias: dict[Method, float]
    spread: float
    recommended: Sar | None
    why: str
    failed: dict[Method, str]


def analyse(
    curve: Curve,
    sample: Sample,
    conditions: Conditions,
    rng: np.random.Generator | None = None,
) -> Analysis:
    """Analyse a curve by every method; with a generator also by Monte Carlo.

    Raises: AnalysisError with one sentence where the curve cannot be analysed.
    """
    record = checked(curve)
    fit = two_node_fit(record, conditions, sample.contents_j_per_k)
    results: dict[Method, Result] = {"two-node fit": fit}
    failed: dict[Method, str] = {}
    for name, method in ONE_NODE.items():
        try:
            results[name] = method(record)
        except AnalysisError as error:
            failed[name] = str(error)
    bias = _expected_bias(record, fit, results) if fit.usable else {}
    spread = _spread(results, bias)
    sars = {n: sar_of(r, sample, conditions) for n, r in results.items()}
    best = sar_of(fit, sample, conditions, spread_of_methods=spread, rng=rng)
    sars["two-node fit"] = best
    recommended = best if best.usable else None
    why = _why(best, bias, spread)
    return Analysis(results, sars, bias, spread, recommended, why, failed)


def _expected_bias(
    record: Record, fit: Result, results: dict[Method, Result]
) -> dict[Method, float]:
    """Return the relative bias that each method has on the fitted, noise-free curve."""
    clean = replace(record, temperature_c=record.temperature_c - fit.residuals_c)
    bias: dict[Method, float] = {}
    for name, result in results.items():
        if name == "two-node fit":
            continue
        try:
            again = _repeated(clean, result)
        except AnalysisError:
            continue
        bias[name] = again.rate_c_per_s.value / fit.rate_c_per_s.value - 1.0
    return bias


def _repeated(record: Record, result: Result) -> Result:
    """Apply a method again, with the window that it chose."""
    if result.method == "initial slope":
        return initial_slope(record, result.window_s[1] - result.window_s[0])
    return ONE_NODE[result.method](record)


def _spread(results: dict[Method, Result], bias: dict[Method, float]) -> float:
    """Return what the methods disagree about beyond bias and noise, relative.

    Half of the weighted excess over what their uncertainties allow; 0 where the
    disagreement is within twice the expected.
    """
    fit = results["two-node fit"].rate_c_per_s
    known = [m for m in bias if results[m].usable]
    if len(known) < 2:
        return 0.0
    rates = [
        Value(r.value / (1.0 + bias[m]), r.u / (1.0 + bias[m]))
        for m, r in ((m, results[m].rate_c_per_s) for m in known)
    ]
    away = np.array([r.value / fit.value - 1.0 for r in rates])
    allowed = np.array([np.hypot(r.relative, fit.relative) for r in rates])
    ratio = float(np.mean((away / allowed) ** 2))
    if ratio < DISAGREEMENT**2:
        return 0.0
    return 0.5 * float(np.sqrt(np.median(away**2)))


def _why(best: Sar, bias: dict[Method, float], spread: float) -> str:
    if not best.usable:
        return (
            f"No value: {best.reason}. The simpler methods hide this behind a bias "
            "that the record does not reveal."
        )
    words = "Two-node fit: it uses the whole record and finds vial and probe lag itself"
    if bias:
        worst = max(bias, key=lambda m: abs(bias[m]))
        words += f"; on the curve it finds, {worst} would be off by {bias[worst]:+.0%}"
    if spread > 0.0:
        words += f"; the methods disagree by {spread:.1%} beyond their known biases"
    return words + "."
