"""What the temperature is now, from a probe that tells it late and noisily.

Until the first heat-up is over the fits of ``estimator_heatup`` answer, after it the
filter of ``estimator_track``. A reading that the tissue cannot have reached is not
believed at once.
"""

from math import isfinite, sqrt
from typing import NamedTuple

from controller.decisions.estimator_energy import Energy, pushed
from controller.decisions.estimator_heatup import (
    HeatUp,
    Learned,
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
    restarted,
    slope_sigma,
    taken_over,
    tissue,
)

NAN = float("nan")
NOISE_START_C = 0.05
NOISE_FLOOR_C = 0.012
BASELINE_S = 20.0
# A residual beyond this many sigma is held for a false reading ...
GATE = 3.5
# ... for so long, in the filter's own times; then it is the prediction that is wrong.
DOUBT, DOUBT_S = 2.0, 15.0
# The fits are trusted when the slope is known this well, as a part of the mean gain.
MATURE = 0.15
# ... and the reading has risen this far: less may be an old slope going on.
RISEN_C = 0.5
# They serve until losses take this part of the full heating: the curve then bends
# further than a cubic follows.
BENT = 0.8
# ... for so many delays, and at least 1 s.
BENT_DELAYS = 1.0
# Smoothing of the readings before anything is known of the plant.
SMOOTH_S = 2.0


class Noise(NamedTuple):
    """Standard deviation of the readings, in °C, from their second differences."""

    sigma_c: float = NOISE_START_C
    heard: int = 0
    last_c: float = NAN
    step_c: float = NAN


class Estimate(NamedTuple):
    """What is known of the plant; temperatures in °C, rates in °C/s.

    ``reading_c`` is what the probe should show now, ``temperature_c`` what the tissue
    has; ``mature`` tells that both rest on enough heat-up, ``given_up`` that they
    never will. ``gain_c_per_s`` is the rate at full power without losses.
    ``doubt_s`` is for how long readings have been held for false, ``bent_s`` for how
    long losses have seemed to take most of the heating; ``expected_s`` is the likely
    delay, and the factor from there that is one sigma.
    """

    energy: Energy = Energy()
    noise: Noise = Noise()
    base_c: float = NAN
    base_readings: int = 0
    heat: HeatUp | None = None
    track: Track | None = None
    doubt_s: float = 0.0
    bent_s: float = 0.0
    expected_s: tuple[float, float] = (2.5, 2.2)
    reading_c: float = NAN
    temperature_c: float = NAN
    rate_c_per_s: float = 0.0
    gain_c_per_s: float = 0.0
    loss_c_per_s: float = 0.0
    delay_s: float = 0.0
    mature: bool = False
    once_mature: bool = False
    given_up: bool = False


def observed(
    known: Estimate, dt_s: float, temperature_c: float, share: float
) -> Estimate:
    """Take one tick: mean relative power ``share`` and a reading (NaN for none)."""
    noise = _heard(known.noise, temperature_c)
    if known.given_up:
        return _followed(known._replace(noise=noise), dt_s, temperature_c)
    energy = pushed(known.energy, dt_s, share)
    if known.track is not None:
        return _tracked(known, known.track, energy, noise, dt_s, temperature_c)
    if energy.total_s <= 0.0 or not isfinite(known.base_c):
        return _waiting(known, noise, dt_s, temperature_c)
    heat = known.heat
    if heat is None:
        heat = begun(known.base_c, known.base_readings, *known.expected_s)
    heat = advanced(heat, known.energy, energy, dt_s, temperature_c, noise.sigma_c)
    return _learning(known, heat, energy, noise, dt_s, temperature_c)


def settled(known: Estimate) -> Estimate:
    """Close the heat-up: from here on the filter follows."""
    if known.heat is None or not known.mature:
        return known
    told = learned(known.heat, known.energy)
    track = taken_over(told, known.heat, known.energy, known.noise.sigma_c)
    return known._replace(track=track, heat=None)


def given_up(known: Estimate) -> Estimate:
    """Stop learning: the plant was not excited enough; readings are followed."""
    return known._replace(heat=None, given_up=True)


def _waiting(
    known: Estimate, noise: Noise, dt_s: float, temperature_c: float
) -> Estimate:
    """Average the baseline, over the last 20 s, until the heating begins."""
    if not isfinite(temperature_c):
        return known._replace(noise=noise)
    count = min(known.base_readings + 1, max(round(BASELINE_S / dt_s), 1))
    base = temperature_c
    if isfinite(known.base_c):
        base = known.base_c + (temperature_c - known.base_c) / count
    return known._replace(
        noise=noise,
        base_c=base,
        base_readings=count,
        reading_c=base,
        temperature_c=base,
    )


def _learning(
    known: Estimate,
    heat: HeatUp,
    energy: Energy,
    noise: Noise,
    dt_s: float,
    temperature_c: float,
) -> Estimate:
    """Answer from the fits; until they are complete from the readings alone."""
    if not complete(heat):
        known = known._replace(energy=energy, noise=noise, heat=heat)
        return _followed(known, dt_s, temperature_c)
    told = learned(heat, energy)
    delay_s, gain = told.dead_s + told.lag_s, told.gain_c_per_s
    sigma = slope_sigma(heat, delay_s, noise.sigma_c)
    if not _believable(told, heat, known.base_c, sigma):
        known = known._replace(energy=energy, noise=noise, heat=heat)
        return _followed(known, dt_s, temperature_c)
    # noise alone bends a curve for a moment
    firm = heat.elapsed_s > 4.0 * delay_s and sigma < 0.3 * MATURE * gain
    bent = firm and known.mature and told.loss_c_per_s > BENT * gain
    bent_s = known.bent_s + dt_s if bent else 0.0
    known = known._replace(
        energy=energy,
        noise=noise,
        heat=heat,
        bent_s=bent_s,
        reading_c=told.reading_c,
        temperature_c=told.temperature_c,
        rate_c_per_s=told.rate_c_per_s,
        gain_c_per_s=gain,
        loss_c_per_s=told.loss_c_per_s,
        delay_s=delay_s,
        mature=True,
        once_mature=True,
    )
    return settled(known) if bent_s > max(BENT_DELAYS * delay_s, 1.0) else known


def _believable(
    told: Learned, heat: HeatUp, base_c: float, sigma_c_per_s: float
) -> bool:
    """Tell whether the fits rest on enough of a rise to be used."""
    gain, mean = told.gain_c_per_s, mean_gain(heat)
    return (
        heat.elapsed_s >= 1.5 * (told.dead_s + told.lag_s)
        and told.reading_c - base_c > RISEN_C
        and sigma_c_per_s < MATURE * mean
        and 0.5 * mean < gain < 4.0 * mean
        and -0.5 * gain < told.loss_c_per_s < gain
    )


def _followed(known: Estimate, dt_s: float, temperature_c: float) -> Estimate:
    """Answer from the readings alone, smoothed a little."""
    step_c = temperature_c - known.reading_c
    now_c = temperature_c if known.reading_c != known.reading_c else known.reading_c
    if isfinite(step_c):
        now_c += step_c * dt_s / (dt_s + SMOOTH_S)
    return known._replace(
        reading_c=now_c, temperature_c=now_c, rate_c_per_s=0.0, mature=False
    )


def _tracked(
    known: Estimate,
    track: Track,
    energy: Energy,
    noise: Noise,
    dt_s: float,
    temperature_c: float,
) -> Estimate:
    """Answer from the filter; a residual beyond the gate has to last first."""
    track = predicted(track, energy, dt_s, noise.sigma_c)
    doubt_s, hot_c = known.doubt_s, 0.0
    if isfinite(temperature_c):
        residual_c = temperature_c - track.reading_c
        track, doubt_s, hot_c = _weighed(
            track, residual_c, doubt_s, noise.sigma_c, dt_s
        )
    temperature, loss = tissue(track, energy)
    return Estimate(  # each tick of the hold: _replace() takes three times as long
        energy,
        noise,
        known.base_c,
        known.base_readings,
        known.heat,
        track,
        doubt_s,
        known.bent_s,
        known.expected_s,
        track.reading_c,
        temperature + hot_c,
        track.rate_c_per_s,
        track.gain_c_per_s,
        loss,
        *known[14:],
    )


def _weighed(
    track: Track, residual_c: float, doubt_s: float, sigma_c: float, dt_s: float
) -> tuple[Track, float, float]:
    """Take in a reading that is ``residual_c`` off; return what is left of doubt."""
    hot_c = 0.0
    gate_c = GATE * sqrt(track.covariance[0] + sigma_c * sigma_c)
    if abs(residual_c) <= gate_c:
        doubt_s = 0.0
    elif doubt_s < min(DOUBT * track.own_s, DOUBT_S):
        doubt_s += dt_s
        # a hot reading is doubted too, but what noise cannot explain of it counts
        hot_c = max(residual_c - gate_c, 0.0)
    else:
        doubt_s = 0.0
        track = restarted(track, residual_c)
    if doubt_s == 0.0:
        track = corrected(track, residual_c, dt_s, sigma_c)
    return track, doubt_s, hot_c


def _heard(noise: Noise, temperature_c: float) -> Noise:
    """Update the noise: σ² is a sixth of the mean squared second difference."""
    if not isfinite(temperature_c):
        return noise
    step_c = temperature_c - noise.last_c
    bend = step_c - noise.step_c
    if bend != bend:
        return noise._replace(last_c=temperature_c, step_c=step_c)
    variance = noise.sigma_c * noise.sigma_c
    weight = max(1.0 / (noise.heard + 21), 0.003)
    variance += weight * (min(bend * bend / 6.0, 9.0 * variance) - variance)
    sigma_c = max(sqrt(variance), NOISE_FLOOR_C)
    return Noise(sigma_c, noise.heard + 1, temperature_c, step_c)
