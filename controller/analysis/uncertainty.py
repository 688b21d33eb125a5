"""From a heating rate to power, SAR and ILP with a budget: first order and Monte Carlo.

    P   = C · r,  C = contents (+ wetted wall, for one-node methods), r = P/C
    SAR = P / m,  m = iron, or oxide = iron / iron fraction of the oxide
    ILP = SAR / (<H²> f)
SAR is that at the field that was there: field and frequency enter the ILP only. The
mass of colloid stands in C and in m and mostly cancels. Budgets hold standard
uncertainties (k = 1); "expanded" means k = 2.
Source: first order and Monte Carlo as in JCGM 100:2008 and JCGM 101:2008.
"""

from dataclasses import dataclass

import numpy as np

from controller.analysis.calorimetry import (
    IRON_FRACTION,
    AnalysisError,
    Array,
    Conditions,
    Result,
    Sample,
    Value,
)
from controller.analysis.calorimetry_checks import implausible

COVERAGE_FACTOR = 2.0
LARGEST_SHARE = 0.25
FEWEST_DRAWS = 1000
STEP = 1e-4
OUTPUTS = ("power_w", "sar_fe", "sar_oxide", "w_per_ml", "ilp")


@dataclass(frozen=True, slots=True)
class Contribution:
    """One line of a budget: the relative standard uncertainty that one input brings."""

    name: str
    to_sar: float
    to_ilp: float


@dataclass(frozen=True, slots=True)
class Sar:
    """What a heating rate means, each figure with its standard uncertainty (k = 1).

    ``interval_w_per_g_fe`` is the 95 % interval by Monte Carlo on the inputs, None
    where none was asked for.
    """

    power_w: Value
    sar_w_per_g_fe: Value
    sar_w_per_g_oxide: Value
    w_per_ml: Value
    ilp_nh_m2_per_kg: Value
    field_a_per_m: float
    frequency_hz: float
    budget: tuple[Contribution, ...]
    warnings: tuple[str, ...]
    usable: bool
    reason: str
    coverage_factor: float = COVERAGE_FACTOR
    interval_w_per_g_fe: tuple[float, float] | None = None

    @property
    def expanded_w_per_g_fe(self) -> float:
        """Return the expanded uncertainty of SAR per gram Fe, k u, in W/g."""
        return self.coverage_factor * self.sar_w_per_g_fe.u


def sar_of(
    result: Result,
    sample: Sample,
    conditions: Conditions,
    repeatability: float = 0.0,
    spread_of_methods: float = 0.0,
    rng: np.random.Generator | None = None,
    draws: int = 20_000,
) -> Sar:
    """Turn a heating rate into SAR and ILP, with a budget.

    ``repeatability`` and ``spread_of_methods`` are relative standard uncertainties.
    With a generator the 95 % interval is drawn too. What is wider than ±25 % (k = 2)
    is not usable.
    """
    inputs = _inputs(result, sample, conditions)
    inputs["repeatability"] = Value(1.0, repeatability)
    inputs["spread of methods"] = Value(1.0, spread_of_methods)
    # A rate that is not known at all has no interval to draw.
    interval = None
    if rng is not None and np.isfinite(result.rate_c_per_s.u):
        interval = _interval(inputs, sample, rng, draws)
    return _assembled(result, sample, inputs, interval)


def _assembled(
    result: Result,
    sample: Sample,
    inputs: dict[str, Value],
    interval: tuple[float, float] | None,
) -> Sar:
    middle = _outputs({n: v.value for n, v in inputs.items()}, sample)
    parts = _first_order(inputs, sample, middle)
    u = {o: float(np.sqrt(sum(p[o] ** 2 for p in parts.values()))) for o in OUTPUTS}
    values = {o: Value(float(middle[o]), u[o]) for o in OUTPUTS}
    usable, reason = _verdict(result, values["sar_fe"])
    h, f = result.reference_field_a_per_m, result.frequency_hz
    words = implausible(values["sar_fe"].value, values["ilp"].value, h, f)
    return Sar(
        power_w=values["power_w"],
        sar_w_per_g_fe=values["sar_fe"],
        sar_w_per_g_oxide=values["sar_oxide"],
        w_per_ml=values["w_per_ml"],
        ilp_nh_m2_per_kg=values["ilp"],
        field_a_per_m=h,
        frequency_hz=f,
        budget=_lines(parts, middle),
        warnings=result.warnings + words,
        usable=usable,
        reason=reason,
        interval_w_per_g_fe=interval,
    )


def combined(results: tuple[Sar, ...]) -> tuple[Value, float, str]:
    """Return the mean SAR of repeats in W/g Fe, their relative scatter, and a warning.

    The uncertainty of the mean is that of one repeat's systematic inputs and the
    larger of the scatter of the repeats and what their fits promise, over √n.
    Raises: AnalysisError for fewer than two usable repeats.
    """
    good = [r for r in results if r.usable]
    if len(good) < 2:
        raise AnalysisError(f"{len(good)} usable repeat(s): at least 2 are needed.")
    sars = np.array([r.sar_w_per_g_fe.value for r in good])
    fits = np.array([_share_of(r, "fit") for r in good])
    mean = float(sars.mean())
    scatter = float(sars.std(ddof=1) / abs(mean))
    promised = float(np.sqrt(np.mean(fits**2)))
    random = max(scatter, promised) / np.sqrt(len(good))
    total = [r.sar_w_per_g_fe.relative for r in good]
    systematic = np.sqrt(
        np.mean([t**2 - f**2 for t, f in zip(total, fits, strict=True)])
    )
    warning = ""
    if scatter > 2.0 * promised:
        warning = (
            f"the repeats scatter by {scatter:.1%}, their fits promise {promised:.1%}"
        )
    u = abs(mean) * float(np.hypot(random, systematic))
    return Value(mean, u), scatter, warning


def long_run_sigma(residuals: Array) -> float:
    """Return the sigma of white noise that averages as slowly as these residuals do.

    sigma² = Σ autocovariances, summed in pairs until a pair is negative; never below
    the plain sigma. Shape (samples,), evenly spaced; 0 for fewer than 4.
    Source: initial positive sequence, Geyer 1992 (unverified).
    """
    n = residuals.size
    if n < 4:
        return 0.0
    e = residuals - residuals.mean()
    spectrum = np.fft.rfft(e, 2 * n)
    covariance = np.fft.irfft(spectrum * spectrum.conj())[: max(4, n // 3)] / n
    total = covariance[0]
    for k in range(1, covariance.size - 1, 2):
        pair = covariance[k] + covariance[k + 1]
        if not (pair > 0.0):
            break
        total += 2.0 * pair
    return float(np.sqrt(total))


def _inputs(result: Result, sample: Sample, conditions: Conditions) -> dict[str, Value]:
    wall = sample.wetted_wall_j_per_k
    return {
        "fit": result.rate_c_per_s,
        "heat capacity of the fluid": sample.fluid_j_per_kg_k,
        "heat capacity of the oxide": sample.oxide_j_per_kg_k,
        "wetted wall": Value(0.0) if result.method == "two-node fit" else wall,
        "mass of colloid": sample.colloid_kg,
        "iron content": sample.iron_share,
        "volume": sample.volume_m3,
        "field": Value(
            result.reference_field_a_per_m,
            result.reference_field_a_per_m * conditions.field_u,
        ),
        "field over the sample": conditions.field_square_share,
        "frequency": Value(
            result.frequency_hz, result.frequency_hz * conditions.frequency_u
        ),
        "probe calibration": Value(1.0, conditions.probe_scale_u),
    }


def _outputs(
    x: dict[str, float] | dict[str, Array], sample: Sample
) -> dict[str, Array]:
    """Return power in W, SAR in W/g, W/mL and ILP in nH·m²/kg for inputs."""
    fraction = IRON_FRACTION[sample.oxide]
    iron_kg = np.asarray(x["mass of colloid"]) * x["iron content"]
    oxide_kg = iron_kg / fraction
    capacity = (x["mass of colloid"] - oxide_kg) * x["heat capacity of the fluid"]
    capacity += oxide_kg * x["heat capacity of the oxide"] + x["wetted wall"]
    power = capacity * x["fit"] / x["probe calibration"]
    power = power * x["repeatability"] * x["spread of methods"]
    drive = x["field"] * np.asarray(x["field"]) * x["frequency"]
    sar = power / (1e3 * iron_kg)
    return {
        "power_w": power,
        "sar_fe": sar,
        "sar_oxide": sar * fraction,
        "w_per_ml": power / (1e6 * np.asarray(x["volume"])),
        # W/kg over A²/m²·Hz is H·m²/kg.
        "ilp": 1e12 * sar / (drive * x["field over the sample"]),
    }


def _first_order(
    inputs: dict[str, Value], sample: Sample, middle: dict[str, Array]
) -> dict[str, dict[str, float]]:
    """Return by input what it brings to each output, in that output's unit."""
    parts: dict[str, dict[str, float]] = {}
    for name, value in inputs.items():
        shifted = {n: v.value for n, v in inputs.items()}
        shifted[name] = value.value + STEP * value.u
        outputs = _outputs(shifted, sample)
        parts[name] = {o: float(outputs[o] - middle[o]) / STEP for o in OUTPUTS}
    return parts


def _lines(
    parts: dict[str, dict[str, float]], middle: dict[str, Array]
) -> tuple[Contribution, ...]:
    def share(part: dict[str, float], output: str) -> float:
        return abs(part[output] / float(middle[output])) if middle[output] else 0.0

    return tuple(
        Contribution(name, share(part, "sar_fe"), share(part, "ilp"))
        for name, part in parts.items()
    )


def _interval(
    inputs: dict[str, Value], sample: Sample, rng: np.random.Generator, draws: int
) -> tuple[float, float]:
    if draws < FEWEST_DRAWS:
        raise AnalysisError(f"{draws} draws: at least {FEWEST_DRAWS} are needed.")
    drawn = {n: rng.normal(v.value, v.u, draws) for n, v in inputs.items()}
    low, high = np.percentile(_outputs(drawn, sample)["sar_fe"], [2.5, 97.5])
    return float(low), float(high)


def _verdict(result: Result, sar: Value) -> tuple[bool, str]:
    if not result.usable:
        return False, result.reason
    share = COVERAGE_FACTOR * sar.relative
    if not (share <= LARGEST_SHARE):
        return False, f"SAR is not identified: ±{share:.0%} (k = 2)"
    return True, ""


def _share_of(sar: Sar, name: str) -> float:
    return next(c.to_sar for c in sar.budget if c.name == name)
