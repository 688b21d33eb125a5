"""Is a SAR believable, and was the experiment what the methods take it for?

Every finding is a phrase in plain words, ready for a report.
"""

import numpy as np

from controller.analysis.calorimetry import Array, Value
from controller.analysis.calorimetry_record import Record

MU_0 = 4e-7 * np.pi
SATURATION_A_M2_PER_KG_FE = 127.0
DRIFT_C_PER_MIN = 0.02
LAG_FACTOR = 3.0
FALL = 0.05
SIGNIFICANT = 3.0
# As in the two-node fit: what is wider is not usable.
LARGEST_BY_DATA = 0.15


def implausible(
    sar_w_per_g_fe: float,
    ilp_nh_m2_per_kg: float,
    field_a_per_m: float,
    frequency_hz: float,
) -> tuple[str, ...]:
    """Return what is hard to believe about a SAR in W/g Fe and an ILP in nH·m²/kg.

    Bound: SAR <= 4 mu_0 sigma_s H f, sigma_s = 127 A·m²/kg Fe (magnetite).
    Source: published ILP, 0.15-24 nH·m²/kg.
    """
    words = []
    bound = 4e-3 * MU_0 * SATURATION_A_M2_PER_KG_FE * field_a_per_m * frequency_hz
    if sar_w_per_g_fe > bound:
        words.append(
            f"SAR {sar_w_per_g_fe:.4g} W/g is above the physical bound {bound:.4g} W/g "
            "(hysteresis loop of saturated magnetite): check mass, field and units"
        )
    if ilp_nh_m2_per_kg > 30.0:
        words.append(
            f"ILP {ilp_nh_m2_per_kg:.3g} nH·m²/kg is above anything published (30)"
        )
    elif ilp_nh_m2_per_kg > 10.0:
        words.append(
            f"ILP {ilp_nh_m2_per_kg:.3g} nH·m²/kg: only magnetosome-like particles "
            "reach it"
        )
    elif sar_w_per_g_fe <= 0.0:
        words.append("no heating was found")
    elif ilp_nh_m2_per_kg < 0.01:
        words.append(
            f"ILP {ilp_nh_m2_per_kg:.2g} nH·m²/kg is very low: is it the particles "
            "at all?"
        )
    return tuple(words)


def drift_words(drift_c_per_s: Value) -> tuple[str, ...]:
    """Return a warning where the baseline drifts by more than 0.02 °C/min."""
    drift = 60.0 * drift_c_per_s.value
    sure = abs(drift_c_per_s.value) > SIGNIFICANT * drift_c_per_s.u
    if sure and abs(drift) > DRIFT_C_PER_MIN:
        return (f"the baseline drifts by {drift:+.2g} °C/min: not in equilibrium",)
    return ()


def lag_words(lag_s: Value, declared_s: float | None) -> tuple[str, ...]:
    """Return a warning where the probe is much slower than declared."""
    if declared_s is None or declared_s <= 0.0:
        return ()
    ratio = lag_s.value / declared_s
    if ratio > LAG_FACTOR * 0.8 and lag_s.value - declared_s > 2.0 * lag_s.u:
        return (
            f"lag {ratio:.1f} × the declared {declared_s:.2g} s: bubble at the tip, or "
            "tip at the wall",
        )
    return ()


def belief_words(share: float, data_share: float) -> tuple[str, ...]:
    """Return a warning where beliefs on vials decide: ± (k = 2) with and without."""
    usable_by_beliefs = share <= LARGEST_BY_DATA < data_share
    if not usable_by_beliefs or data_share < 2.0 * share:
        return ()
    alone = f"±{data_share:.0%}" if data_share < 1.0 else "nothing known"
    return (
        f"the record alone would leave {alone} instead of ±{share:.0%}: vial and probe "
        "are hard to tell apart here, and what vials usually are decides; declare the "
        "probe's lag, or take a faster probe",
    )


def lags_words(lag_s: Value, at_switches: list[Value]) -> tuple[str, ...]:
    """Return a warning where the lag differs from switch to switch."""
    if len(at_switches) < 2:
        return ()
    # The same lag everywhere, within four sigmas (there are several switches).
    away = [v for v in at_switches if abs(v.value - lag_s.value) > 4.0 * v.u]
    far = [v for v in away if abs(v.value - lag_s.value) > 0.5 * lag_s.value]
    if not far:
        return ()
    low, high = min(v.value for v in at_switches), max(v.value for v in at_switches)
    return (
        f"the probe's lag differs between switches ({low:.2g} to {high:.2g} s): the "
        "probe moved, or the recorded switching instants are wrong",
    )


def loss_words(lost_share: float) -> tuple[str, ...]:
    """Return a warning where much of the power leaves the liquid in the window."""
    if lost_share > FALL:
        return (f"heat loss takes {lost_share:.0%} of the power within the window",)
    return ()


def trend_words(rates: Array, sigmas: Array, temperatures_c: Array) -> tuple[str, ...]:
    """Return warnings on pulses whose heating falls in time, or with temperature.

    Shapes (pulses,), in the order of time. A fall that only time explains points to
    sedimentation, one that follows temperature to the particles.
    """
    if rates.size < 3:
        return ()
    slope, sigma = _weighted_slope(np.arange(rates.size, dtype=float), rates, sigmas)
    total = slope * (rates.size - 1) / float(np.mean(rates))
    if abs(slope) < SIGNIFICANT * sigma or abs(total) < FALL:
        return ()
    span_c = float(temperatures_c.max() - temperatures_c.min())
    together = (
        abs(float(np.corrcoef(temperatures_c, rates)[0, 1])) if span_c > 1 else 0.0
    )
    cause = "with temperature" if together > 0.9 else "sedimentation or aggregation"
    return (f"heating changes by {total:+.0%} over {rates.size} pulses: {cause}?",)


def field_words(record: Record) -> tuple[str, ...]:
    """Return a warning where the field differed within or between pulses by > 5 %."""
    on = np.array([p.level for p in record.phases if p.on])
    live = record.levels[record.levels > 0.25]
    span = float(live.max() - live.min()) if live.size else 0.0
    if span < 2 * FALL:
        return ()
    if on.size > 1 and on.max() - on.min() > 2 * FALL:
        return (f"the pulses differ in H² by {on.max() - on.min():.0%}",)
    return (f"the field is not steady: H² varies by {span:.0%} (accounted for)",)


def _weighted_slope(x: Array, y: Array, sigmas: Array) -> tuple[float, float]:
    weights = 1.0 / np.maximum(sigmas, 1e-12) ** 2
    middle = float(np.average(x, weights=weights))
    moment = float(np.sum(weights * (x - middle) ** 2))
    slope = float(np.sum(weights * (x - middle) * y)) / moment
    return slope, float(moment**-0.5)
