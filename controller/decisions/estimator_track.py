"""Following the tissue after the heat-up: a Kalman filter behind the probe's delay.

States: the reading without noise, its rate of change, and the heating gain. The gain
enters only where the power that the probe sees changes; losses and disturbances
(perfusion, drift) are whatever else moves the rate.
"""

from math import exp, sqrt
from typing import NamedTuple

from controller.decisions.estimator_energy import Energy, seen_s
from controller.decisions.estimator_heatup import HeatUp, mean_gain
from controller.decisions.estimator_learned import Learned, Seen

# The fits are trusted when the slope is known this well, as a part of the mean gain.
MATURE = 0.15
# ... and the reading has risen this far: less may be an old slope going on.
RISEN_C = 0.5
# Perfusion wanders by several per cent of the heat it carries within half a minute.
# From this start the share is learned from the residuals, within these limits.
WANDER, WANDER_LEAST, WANDER_MOST = 0.04, 0.012, 0.15
WANDER_S = 30.0
LEARNED_IN_S = 170.0
# The gain may drift by a few per cent an hour (coil, particles).
GAIN_DRIFT_PER_SQRT_S = 5e-4
# A residual beyond this many sigma is held for a false reading ...
GATE = 3.5
# ... for so long, in the filter's own times; then it is the prediction that is wrong.
DOUBT, DOUBT_S = 2.0, 15.0
# What is not known of the delay, as a part of it.
DELAY_DOUBT = 0.15
# Residuals of one sign beyond three sigma: the losses wander so much faster.
RESTLESS = 30.0

Covariance = tuple[float, float, float, float, float, float]


class Track(NamedTuple):
    """Filter state and the probe's model.

    ``covariance`` is of (reading, rate, gain), by rows, upper half. The probe has
    seen ``seen_energy_s`` full-power seconds and now sees ``seen_share``;
    ``entered_s`` is what left its dead time. ``relax_per_s`` is how losses rise with
    temperature. ``surprise_ratio`` is the running mean of residual over sigma.
    ``own_s`` is the filter's own time, (σ² dt / wander density)^(1/4).
    """

    reading_c: float
    rate_c_per_s: float
    gain_c_per_s: float
    covariance: Covariance
    dead_s: float
    lag_s: float
    entered_s: float
    seen_energy_s: float
    seen_share: float
    relax_per_s: float
    wander_share: float = WANDER
    surprise_ratio: float = 0.0
    own_s: float = 10.0


def slope_sigma(heat: HeatUp, delay_s: float, noise_c: float) -> float:
    """Compute the standard deviation of the fitted slope at the end, in °C/s.

    The variance is 1200 σ²/(n t²) for a cubic through n readings in t seconds,
    halved by what is assumed of its bends.
    """
    time_s = max(heat.elapsed_s - delay_s, 0.1 * heat.elapsed_s, 1e-3)
    n = max(heat.readings * time_s / max(heat.elapsed_s, 1e-3), 1.0)
    return noise_c * sqrt(600.0 / n) / time_s


def believable(
    told: Learned, heat: HeatUp, base_c: float, sigma_c_per_s: float
) -> bool:
    """Tell whether the fits rest on enough of a rise to be used."""
    gain, mean = told.gain_c_per_s, mean_gain(heat)
    return (
        heat.elapsed_s >= 1.5 * told.delay_s
        and told.reading_c - base_c > RISEN_C
        and sigma_c_per_s < MATURE * mean
        and 0.5 * mean < gain < 4.0 * mean
        and -0.5 * gain < told.loss_c_per_s < gain
    )


def taken_over(
    known: Learned, probe: Seen, heat: HeatUp, energy: Energy, noise_c: float
) -> Track:
    """Start the filter from the fits of the heat-up.

    The variance of the value at the end of a cubic is 16 σ²/n.
    """
    rate_sigma = slope_sigma(heat, known.delay_s, noise_c)
    sigma_c = 4.0 * noise_c / sqrt(max(heat.readings, 1))
    doubt = 0.05 * known.gain_c_per_s
    # losses per degree so far: steadier than the bend at the end of the curve
    risen_c = known.temperature_c - heat.base_c
    relax = max(known.loss_c_per_s, 0.0) / risen_c if risen_c > 0.0 else 0.0
    return Track(
        known.reading_c,
        known.rate_c_per_s,
        known.gain_c_per_s,
        (
            sigma_c * sigma_c,
            0.8 * sigma_c * rate_sigma,
            0.0,
            rate_sigma * rate_sigma,
            0.0,
            rate_sigma * rate_sigma + doubt * doubt,
        ),
        probe.dead_s,
        probe.lag_s,
        seen_s(energy, probe.dead_s),
        probe.energy_s,
        probe.share,
        min(relax, 1.0 / max(heat.elapsed_s, 1e-3)),
    )


def wander_density(track: Track) -> float:
    """Compute how fast the loss rate wanders: its variance per second, °C²/s³."""
    gain = track.gain_c_per_s
    loss = gain * track.seen_share - track.rate_c_per_s
    wander = track.wander_share * min(max(loss, 0.1 * gain), gain)
    return 2.0 * wander * wander / WANDER_S


def predicted(track: Track, energy: Energy, dt_s: float, noise_c: float) -> Track:
    """Move the filter one tick on, by the power that the probe now sees."""
    t, r, g, (tt, tr, tg, rr, rg, gg), dead, lag, *seen = track
    ud0, w0, v0, relax, wander, surprise, _ = seen
    ud = seen_s(energy, dead)
    ahead = lag * (ud - ud0) / dt_s
    w = ud - ahead + (w0 - ud0 + ahead) * exp(-dt_s / lag)
    v = (ud - w) / lag
    dv = v - v0
    half = 0.5 * dv * dt_s
    keep = max(1.0 - relax * dt_s, 0.0)
    # P = F P Fᵀ + Q with F = [[1, dt, half], [0, keep, dv], [0, 0, 1]]
    a_t, a_r = tt + dt_s * tr + half * tg, tr + dt_s * rr + half * rg
    a_g = tg + dt_s * rg + half * gg
    b_r, b_g = keep * rr + dv * rg, keep * rg + dv * gg
    density = wander_density(track)
    own_s = sqrt(noise_c * sqrt(dt_s / max(density, 1e-30)))
    q = density * dt_s * _restlessness(surprise, memory(own_s, dt_s)[1])
    late = DELAY_DOUBT * g * (dead + lag)
    drift = GAIN_DRIFT_PER_SQRT_S * g
    covariance = (
        a_t + dt_s * a_r + half * a_g + q * dt_s**2 / 3.0 + 0.5 * late**2 * abs(dv),
        keep * a_r + dv * a_g + 0.5 * q * dt_s,
        a_g,
        keep * b_r + dv * b_g + q,
        b_g,
        gg + drift * drift * dt_s,
    )
    t, r = t + r * dt_s + half * g, keep * r + dv * g
    probe = (dead, lag, ud, w, v, relax)
    return Track(t, r, g, covariance, *probe, wander, surprise, own_s)


def weighed(
    track: Track,
    residual_c: float,
    doubt_s: float,
    noise_c: float,
    dt_s: float,
    others_c: float = 0.0,
    others_weight: float = 0.0,
) -> tuple[Track, float, float]:
    """Take in a reading that is ``residual_c`` off; return what is left of doubt.

    ``others_c`` is the mean residual that other probes tell of the followed one,
    ``others_weight`` one over its variance. Last comes by how much (°C) the reading is
    hotter than noise explains while it is doubted.
    """
    gate_c = gate(track, noise_c)
    if abs(residual_c) > gate_c:
        if doubt_s < min(DOUBT * track.own_s, DOUBT_S):
            # a hot reading is doubted too, but what noise cannot explain of it counts
            return track, doubt_s + dt_s, max(residual_c - gate_c, 0.0)
        track = restarted(track, residual_c)
    # what others tell is weighed by guess: only the own reading shows surprise
    ratio = residual_c / sqrt(track.covariance[0] + noise_c * noise_c)
    if others_weight > 0.0:
        own = 1.0 / (noise_c * noise_c)
        total = own + others_weight
        residual_c = (residual_c * own + others_c * others_weight) / total
        noise_c = 1.0 / sqrt(total)
    return corrected(track, residual_c, dt_s, noise_c, ratio), 0.0, 0.0


def gate(track: Track, noise_c: float) -> float:
    """Compute how far a reading may be off before it is doubted, in °C."""
    return GATE * sqrt(track.covariance[0] + noise_c * noise_c)


def corrected(
    track: Track, residual_c: float, dt_s: float, noise_c: float, ratio: float
) -> Track:
    """Believe a residual in °C; ``ratio`` is that of the own reading over its sigma."""
    t, r, g, (tt, tr, tg, rr, rg, gg), *_, wander, surprise, own_s = track
    s = tt + noise_c * noise_c
    k_t, k_r, k_g = tt / s, tr / s, tg / s
    part, usual = memory(own_s, dt_s)
    surprise += part * (ratio - surprise)
    # residuals that go on with one sign: losses wander more than was thought
    excess = min(surprise * surprise / usual, 4.0) - 1.0
    wander *= 1.0 + min(dt_s / LEARNED_IN_S, 1.0) * excess
    covariance = (
        tt - k_t * tt,
        tr - k_t * tr,
        tg - k_t * tg,
        rr - k_r * tr,
        rg - k_r * tg,
        gg - k_g * tg,
    )
    return Track(
        t + k_t * residual_c,
        r + k_r * residual_c,
        max(g + k_g * residual_c, 0.2 * g),
        covariance,
        *track[4:10],
        min(max(wander, WANDER_LEAST), WANDER_MOST),
        surprise,
        own_s,
    )


def restarted(track: Track, residual_c: float) -> Track:
    """Widen the filter for a residual that lasted: the next reading counts fully."""
    tt, tr, tg, rr, rg, gg = track.covariance
    rate = residual_c / track.own_s
    covariance = (tt + residual_c**2, tr, tg, rr + rate**2, rg, gg)
    return track._replace(covariance=covariance, surprise_ratio=0.0)


def tissue(track: Track, energy: Energy) -> tuple[float, float]:
    """Compute temperature and loss rate of the tissue now, ahead of the probe.

    T = z + g·(U - W - v·D) + r·D - a·r·D²/2 in °C and g·v - r + a·r·D in °C/s, with
    D = dead time + lag, U and W the energy given and seen, v the share seen.
    """
    delay_s = track.dead_s + track.lag_s
    rate, gain, seen = track.rate_c_per_s, track.gain_c_per_s, track.seen_share
    unseen = energy.total_s - track.seen_energy_s - seen * delay_s
    bend = track.relax_per_s * rate * delay_s
    ahead = gain * unseen + rate * delay_s - 0.5 * bend * delay_s
    return track.reading_c + ahead, gain * seen - rate + bend


def memory(own_s: float, dt_s: float) -> tuple[float, float]:
    """Choose the weight (0 to 1) of a residual in the running mean; its variance."""
    part = dt_s / (own_s + dt_s)
    return part, part / (2.0 - part)


def _restlessness(surprise_ratio: float, usual_scale: float) -> float:
    """Tell how much faster the losses wander than usual, 1 to 61."""
    beyond = surprise_ratio * surprise_ratio / (9.0 * usual_scale) - 1.0
    return 1.0 + RESTLESS * min(max(beyond, 0.0), 2.0)
