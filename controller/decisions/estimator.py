"""What the temperature is now, from a probe that tells it late and noisily.

Until the first heat-up is over the fits of ``estimator_heatup`` answer, after it the
filter of ``estimator_track``. A reading that the tissue cannot have reached is not
believed at once.
"""

from dataclasses import dataclass, field, replace
from math import isfinite, sqrt

from controller.decisions.estimator_energy import Energy, pushed
from controller.decisions.estimator_heatup import (
    HeatUp,
    advanced,
    begun,
    complete,
    learned,
    mean_gain,
)
from controller.decisions.estimator_track import (
    Track,
    corrected,
    predicted,
    slope_variance,
    taken_over,
    tissue,
)

NAN = float("nan")
NOISE_START_C2 = 0.05**2
NOISE_FLOOR_C2 = 0.012**2
# A residual beyond this many sigma is held for a false reading ...
GATE = 3.5
# ... for so long; then it is the prediction that is wrong.
DOUBT_S = 15.0
# The fits serve until the curve has bent this far: a cubic follows no further.
BENT = 0.8
# The fits are trusted when the slope is known this well.
MATURE = 0.15


@dataclass(frozen=True, slots=True)
class Noise:
    """Noise of the readings, from their second differences, in °C²."""

    variance_c2: float = NOISE_START_C2
    count: int = 0
    last_c: float = NAN
    slope_c: float = NAN
    step_c: float = 1.0


@dataclass(frozen=True, slots=True)
class Estimate:
    """What is known of the plant; temperatures in °C, rates in °C/s.

    ``reading_c`` is what the probe should show now, ``temperature_c`` what the tissue
    has; ``mature`` tells that both rest on enough heat-up. ``gain_c_per_s`` is the
    rate at full power without losses.
    """

    energy: Energy = field(default_factory=Energy)
    noise: Noise = Noise()
    base_c: float = NAN
    base_weight: float = 0.0
    heat: HeatUp | None = None
    track: Track | None = None
    doubt_s: float = 0.0
    reading_c: float = NAN
    temperature_c: float = NAN
    rate_c_per_s: float = 0.0
    gain_c_per_s: float = 0.0
    loss_c_per_s: float = 0.0
    delay_s: float = 0.0
    mature: bool = False


def observed(
    known: Estimate, dt_s: float, temperature_c: float, share: float
) -> Estimate:
    """Take one tick: mean relative power ``share`` and a reading (NaN for none)."""
    fresh = isfinite(temperature_c)
    noise = _heard(known.noise, temperature_c) if fresh else known.noise
    energy = pushed(known.energy, dt_s, share)
    if known.track is not None:
        return _tracked(known, known.track, energy, noise, dt_s, temperature_c)
    if energy.total_s <= 0.0 or not isfinite(known.base_c):
        return _waiting(known, energy, noise, dt_s, temperature_c)
    heat = known.heat or begun(known.base_c, known.base_weight)
    heat = advanced(heat, known.energy, energy, dt_s, temperature_c, noise.variance_c2)
    return _learning(known, heat, energy, noise)


def settled(known: Estimate) -> Estimate:
    """Close the heat-up: from here on the filter follows."""
    if known.heat is None or known.track is not None or not known.mature:
        return known
    told = learned(known.heat, known.energy)
    track = taken_over(told, known.heat, known.energy, known.noise.variance_c2)
    return replace(known, track=track, heat=None)


def _waiting(
    known: Estimate, energy: Energy, noise: Noise, dt_s: float, temperature_c: float
) -> Estimate:
    """Average the baseline, over the last 20 s, until the heating begins."""
    base, weight = known.base_c, known.base_weight
    if isfinite(temperature_c):
        weight = min(weight + 1.0, max(20.0 / dt_s, 1.0))
        base = temperature_c if base != base else base + (temperature_c - base) / weight
    return replace(
        known,
        energy=energy if isfinite(base) else Energy(),
        noise=noise,
        base_c=base,
        base_weight=weight,
        reading_c=base,
        temperature_c=base,
    )


def _learning(known: Estimate, heat: HeatUp, energy: Energy, noise: Noise) -> Estimate:
    if not complete(heat):
        return replace(known, energy=energy, noise=noise, heat=heat)
    told = learned(heat, energy)
    delay = told.dead_s + told.lag_s
    gain = told.gain_c_per_s
    mean, _ = mean_gain(heat)
    spread = sqrt(slope_variance(heat, delay, noise.variance_c2))
    mature = (
        heat.elapsed_s >= 1.5 * delay
        and spread < MATURE * mean
        and 0.5 * mean < gain < 4.0 * mean
    )
    estimate = replace(
        known,
        energy=energy,
        noise=noise,
        heat=heat,
        reading_c=told.reading_c,
        temperature_c=told.temperature_c,
        rate_c_per_s=told.rate_c_per_s,
        gain_c_per_s=gain,
        loss_c_per_s=told.loss_c_per_s,
        delay_s=delay,
        mature=mature,
    )
    long = heat.elapsed_s > 4.0 * delay and spread < 0.3 * MATURE * gain
    if mature and long and told.loss_c_per_s > BENT * gain:
        return settled(estimate)
    return estimate


def _tracked(
    known: Estimate,
    track: Track,
    energy: Energy,
    noise: Noise,
    dt_s: float,
    temperature_c: float,
) -> Estimate:
    track = predicted(track, energy, dt_s)
    doubt = known.doubt_s
    if isfinite(temperature_c):
        residual = temperature_c - track.reading_c
        spread = track.p_tt + noise.variance_c2
        if residual * residual > GATE * GATE * spread and doubt < DOUBT_S:
            doubt += dt_s
        else:
            doubt = 0.0
            track = corrected(track, residual, noise.variance_c2)
    temperature, loss = tissue(track, energy)
    return replace(
        known,
        energy=energy,
        noise=noise,
        track=track,
        doubt_s=doubt,
        reading_c=track.reading_c,
        temperature_c=temperature,
        rate_c_per_s=track.rate_c_per_s,
        gain_c_per_s=track.gain_c_per_s,
        loss_c_per_s=loss,
        delay_s=track.dead_s + track.lag_s,
    )


def _heard(noise: Noise, temperature_c: float) -> Noise:
    """Update the noise variance: second differences, and the step of the scale."""
    slope = temperature_c - noise.last_c
    if slope != slope:
        return replace(noise, last_c=temperature_c)
    second = slope - noise.slope_c
    step = min(noise.step_c, abs(slope)) if abs(slope) > 1e-6 else noise.step_c
    if second != second:
        return replace(noise, last_c=temperature_c, slope_c=slope, step_c=step)
    count = noise.count + 1
    sample = min(second * second / 6.0, 9.0 * noise.variance_c2)
    weight = max(1.0 / (count + 20), 0.003)
    variance = noise.variance_c2 + weight * (sample - noise.variance_c2)
    return Noise(max(variance, NOISE_FLOOR_C2), count, temperature_c, slope, step)
