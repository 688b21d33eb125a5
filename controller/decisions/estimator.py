"""What the temperature is now, from a probe that tells it late and noisily.

Until the first heat-up is over the fits of ``estimator_heatup`` answer, after it the
filter of ``estimator_track``. A reading that the tissue cannot have reached is not
believed at once.
"""

from collections.abc import Sequence
from math import isfinite
from typing import NamedTuple

from controller.decisions.estimator_company import (
    ABSURD_C,
    ALONE,
    NOTHING,
    Company,
    Followed,
    attended,
    handed_over,
    heard,
    in_ratio,
)
from controller.decisions.estimator_energy import Energy, pushed
from controller.decisions.estimator_heatup import HeatUp, advanced, begun, complete
from controller.decisions.estimator_learned import Learned, learned, seen
from controller.decisions.estimator_noise import NAN, Noise
from controller.decisions.estimator_noise import heard as noise_heard
from controller.decisions.estimator_track import (
    MATURE,
    Track,
    believable,
    gate,
    predicted,
    slope_sigma,
    taken_over,
    tissue,
    weighed,
)

# A fit that is this many sigma from the newest reading is not believed.
MISSED = 6.0
BASELINE_S = 20.0
# They serve until losses take this part of the full heating: the curve then bends
# further than a cubic follows.
BENT = 0.8
# ... for so many delays, and at least 1 s.
BENT_DELAYS = 1.0
HEAT_OWN_S = 5.0  # in the heat-up the others are heard as such a filter would
# Smoothing of the readings before anything is known of the plant.
SMOOTH_S = 2.0


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
    company: Company = ALONE


def observed(
    known: Estimate,
    dt_s: float,
    temperature_c: float,
    share: float,
    probes_c: Sequence[float] = (),
) -> Estimate:
    """Take one tick: mean relative power ``share`` and a reading (NaN for none).

    ``temperature_c`` is the hottest that counts of the probes whose readings are
    ``probes_c``.
    """
    hottest_c = temperature_c
    if probes_c or known.company.probes:
        company = attended(known.company, known.mature, dt_s, hottest_c, probes_c)
        if company is not known.company:
            known = known._replace(company=company)
        if company.leader >= 0:
            followed_c = probes_c[company.leader]
            temperature_c = followed_c if abs(followed_c) < ABSURD_C else NAN
    noise = noise_heard(known.noise, temperature_c)
    if known.given_up:
        return _followed(known._replace(noise=noise), dt_s, temperature_c)
    energy = pushed(known.energy, dt_s, share)
    if known.track is not None:
        return _tracked(
            known, known.track, energy, noise, dt_s, temperature_c, hottest_c, probes_c
        )
    if energy.total_s <= 0.0 or not isfinite(known.base_c):
        return _waiting(known, noise, dt_s, temperature_c)
    heat = known.heat
    if heat is None:
        heat = begun(known.base_c, known.base_readings, *known.expected_s)
    heat = advanced(heat, known.energy, energy, dt_s, temperature_c, noise.sigma_c)
    known = _learning(known, heat, energy, noise, dt_s, temperature_c)
    if known.company.leader < 0 or known.heat is None or not known.mature:
        return known
    return _foreseen(known, dt_s, hottest_c, probes_c)


def settled(known: Estimate) -> Estimate:
    """Close the heat-up: from here on the filter follows."""
    if known.heat is None or not known.mature:
        return known
    told = learned(known.heat, known.energy)
    probe = seen(known.heat, told.parts)
    track = taken_over(told, probe, known.heat, known.energy, known.noise.sigma_c)
    rise_c = told.reading_c - known.base_c
    company = in_ratio(known.company, told.reading_c, rise_c, told.rate_c_per_s)
    return known._replace(track=track, heat=None, company=company)


def given_up(known: Estimate) -> Estimate:
    """Stop learning: the plant was not excited enough; readings are followed."""
    return known._replace(heat=None, given_up=True)


def _foreseen(
    known: Estimate, dt_s: float, hottest_c: float, probes_c: Sequence[float]
) -> Estimate:
    """Hear the other probes in the heat-up: one may be hotter when it is over."""
    now = (known.reading_c, known.temperature_c, known.delay_s, HEAT_OWN_S)
    to = Followed(*now, 0.0, known.noise.sigma_c)
    company, told = heard(known.company, probes_c, hottest_c, to, dt_s)
    if company is known.company:
        return known
    temperature_c = known.temperature_c + told.hotter_c
    return known._replace(company=company, temperature_c=temperature_c)


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
    if complete(heat):
        told = learned(heat, energy)
        sigma = slope_sigma(heat, told.delay_s, noise.sigma_c)
        # fits that do not show what the probe shows know nothing; none shown: as before
        off_c = abs(told.reading_c - temperature_c)
        shown = off_c <= MISSED * noise.sigma_c if off_c == off_c else known.mature
        if shown and believable(told, heat, known.base_c, sigma):
            return _taught(known, heat, energy, noise, told, sigma, dt_s)
    known = known._replace(energy=energy, noise=noise, heat=heat)
    return _followed(known, dt_s, temperature_c)


def _taught(
    known: Estimate,
    heat: HeatUp,
    energy: Energy,
    noise: Noise,
    told: Learned,
    sigma_c_per_s: float,
    dt_s: float,
) -> Estimate:
    delay_s, gain = told.delay_s, told.gain_c_per_s
    # noise alone bends a curve for a moment
    firm = heat.elapsed_s > 4.0 * delay_s and sigma_c_per_s < 0.3 * MATURE * gain
    bent = firm and known.mature and told.loss_c_per_s > BENT * gain
    bent_s = known.bent_s + dt_s if bent else 0.0
    known = Estimate(  # _replace() takes three times as long
        energy,
        noise,
        *known[2:4],
        heat,
        None,
        known.doubt_s,
        bent_s,
        known.expected_s,
        told.reading_c,
        told.temperature_c,
        told.rate_c_per_s,
        gain,
        told.loss_c_per_s,
        delay_s,
        True,
        True,
        known.given_up,
        known.company,
    )
    return settled(known) if bent_s > max(BENT_DELAYS * delay_s, 1.0) else known


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
    hottest_c: float,
    probes_c: Sequence[float],
) -> Estimate:
    """Answer from the filter; a residual beyond the gate has to last first."""
    track = predicted(track, energy, dt_s, noise.sigma_c)
    doubt_s, hot_c = known.doubt_s, 0.0
    company, told = known.company, NOTHING
    if company.leader >= 0:
        now = (track.reading_c, known.temperature_c, known.delay_s, track.own_s)
        to = Followed(*now, track.covariance[0], noise.sigma_c, known.base_c)
        company, told = heard(company, probes_c, hottest_c, to, dt_s)
    if isfinite(temperature_c):
        off_c, others = temperature_c - track.reading_c, (told.deviation_c, told.weight)
        track, doubt_s, hot_c = weighed(
            track, off_c, doubt_s, noise.sigma_c, dt_s, *others
        )
    if told.hottest >= 0:
        company, track = handed_over(company, track, told.hottest)
    if hottest_c == hottest_c and not hottest_c <= temperature_c:
        # another probe's newest reading counts, whatever it was expected to show
        hot_c = max(hot_c, hottest_c - track.reading_c - gate(track, noise.sigma_c))
    return _held(known, track, company, energy, noise, doubt_s, hot_c)


def _held(
    known: Estimate,
    track: Track,
    company: Company,
    energy: Energy,
    noise: Noise,
    doubt_s: float,
    hot_c: float,
) -> Estimate:
    temperature, loss = tissue(track, energy)
    return Estimate(  # each tick of the hold: _replace() takes three times as long
        energy,
        noise,
        *known[2:5],
        track,
        doubt_s,
        *known[7:9],
        track.reading_c,
        temperature + hot_c,
        track.rate_c_per_s,
        track.gain_c_per_s,
        loss,
        known.delay_s,
        *known[15:18],
        company,
    )
