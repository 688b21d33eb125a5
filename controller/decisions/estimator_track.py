"""Following the tissue after the heat-up: a Kalman filter behind the probe's delay.

States: the reading without noise, its rate of change, and the heating gain. The gain
enters only where the power that the probe sees changes; losses and disturbances
(perfusion, drift) are whatever else moves the rate.
"""

from math import exp, sqrt
from typing import NamedTuple

from controller.decisions.estimator_energy import Energy, seen_s
from controller.decisions.estimator_heatup import HeatUp, Learned

# Perfusion wanders by several per cent of the heat it carries within half a minute.
WANDER = 0.06
WANDER_S = 30.0
# The gain may drift by a few per cent an hour (coil, particles).
GAIN_DRIFT_PER_SQRT_S = 5e-4
# What is not known of the delay, as a part of it.
DELAY_DOUBT = 0.15


class Track(NamedTuple):
    """Filter state, its covariance ``p_..``, and the probe's model."""

    reading_c: float
    rate_c_per_s: float
    gain_c_per_s: float
    p_tt: float
    p_tr: float
    p_tg: float
    p_rr: float
    p_rg: float
    p_gg: float
    dead_s: float
    lag_s: float
    entered_s: float
    seen_energy_s: float
    seen_share: float
    relax_per_s: float


def slope_variance(heat: HeatUp, delay_s: float, noise_c2: float) -> float:
    """Compute the variance of the fitted slope at the end, in (°C/s)².

    1200 σ²/(n t²) for a cubic through n readings in t seconds, halved by the prior.
    """
    time = max(heat.elapsed_s - delay_s, 0.1 * heat.elapsed_s)
    n = max(heat.readings * time / heat.elapsed_s, 1.0)
    return 600.0 * noise_c2 / (n * time * time)


def taken_over(known: Learned, heat: HeatUp, energy: Energy, noise_c2: float) -> Track:
    """Start the filter from the fits of the heat-up.

    The variance of the value at the end of a cubic is 16 σ²/n.
    """
    time, n = max(heat.elapsed_s, 1e-3), max(heat.readings, 1.0)
    p_tt = 16.0 * noise_c2 / n
    p_rr = slope_variance(heat, known.dead_s + known.lag_s, noise_c2)
    doubt = 0.05 * known.gain_c_per_s
    rate = known.rate_c_per_s
    relax = 0.0
    if rate > 1e-6:
        relax = min(max(known.loss_rate_per_s / rate, 0.0), 1.0 / time)
    return Track(
        known.reading_c,
        rate,
        known.gain_c_per_s,
        p_tt,
        0.8 * sqrt(p_tt * p_rr),
        0.0,
        p_rr,
        0.0,
        p_rr + doubt * doubt,
        known.dead_s,
        known.lag_s,
        seen_s(energy, known.dead_s),
        known.seen_energy_s,
        known.seen_share,
        relax,
    )


def wander_c2_per_s3(track: Track) -> float:
    """Compute how much the loss rate wanders: variance of the rate per second."""
    gain = track.gain_c_per_s
    loss = gain * track.seen_share - track.rate_c_per_s
    wander = WANDER * min(max(loss, 0.1 * gain), gain)
    return 2.0 * wander * wander / WANDER_S


def predicted(track: Track, energy: Energy, dt_s: float) -> Track:
    """Move the filter one tick on, by the power that the probe now sees."""
    t, r, g, tt, tr, tg, rr, rg, gg, dead, lag, ud0, w0, v0, relax = track
    ud = seen_s(energy, dead)
    ahead = lag * (ud - ud0) / dt_s
    w = ud - ahead + (w0 - ud0 + ahead) * exp(-dt_s / lag)
    v = (ud - w) / lag
    dv = v - v0
    half = 0.5 * dv * dt_s
    keep = 1.0 - relax * dt_s if relax * dt_s < 1.0 else 0.0
    # P = F P Fᵀ with F = [[1, dt, half], [0, keep, dv], [0, 0, 1]]
    a_r, a_g = tr + dt_s * rr + half * rg, tg + dt_s * rg + half * gg
    a_t = tt + dt_s * tr + half * tg
    b_r, b_g = keep * rr + dv * rg, keep * rg + dv * gg
    q = wander_c2_per_s3(track) * dt_s
    late = DELAY_DOUBT * g * (dead + lag)
    drift = GAIN_DRIFT_PER_SQRT_S * g
    return Track(
        t + r * dt_s + half * g,
        keep * r + dv * g,
        g,
        a_t
        + dt_s * a_r
        + half * a_g
        + q * dt_s * dt_s / 3.0
        + 0.5 * late * late * abs(dv),
        keep * a_r + dv * a_g + 0.5 * q * dt_s,
        a_g,
        keep * b_r + dv * b_g + q,
        b_g,
        gg + drift * drift * dt_s,
        dead,
        lag,
        ud,
        w,
        v,
        relax,
    )


def corrected(track: Track, residual_c: float, noise_c2: float) -> Track:
    """Believe a reading that differs from the prediction by ``residual_c``."""
    t, r, g, tt, tr, tg, rr, rg, gg, *rest = track
    s = tt + noise_c2
    k_t, k_r, k_g = tt / s, tr / s, tg / s
    gain = g + k_g * residual_c
    return Track(
        t + k_t * residual_c,
        r + k_r * residual_c,
        gain if gain > 0.2 * g else 0.2 * g,
        tt - k_t * tt,
        tr - k_t * tr,
        tg - k_t * tg,
        rr - k_r * tr,
        rg - k_r * tg,
        gg - k_g * tg,
        *rest,
    )


def tissue(track: Track, energy: Energy) -> tuple[float, float]:
    """Compute temperature and loss rate of the tissue now, ahead of the probe.

    T = z + g·(U - W - v·D) + r·D - a·r·D²/2 in °C and g·v - r + a·r·D in °C/s, with
    D = dead time + lag, U and W the energy given and seen, v the share seen.
    """
    delay = track.dead_s + track.lag_s
    rate, gain, seen = track.rate_c_per_s, track.gain_c_per_s, track.seen_share
    unseen = energy.total_s - track.seen_energy_s - seen * delay
    bend = track.relax_per_s * rate * delay
    ahead = gain * unseen + rate * delay - 0.5 * bend * delay
    return track.reading_c + ahead, gain * seen - rate + bend
