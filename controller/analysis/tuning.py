"""What a step or relay test tells of a plant: gain, time constant, lag, dead time.

    T = T0 + g·∫u·((1 − w)·exp(−(t − t')/tau) + w) dt',

read through a first-order lag and a dead time, with u the relative heating power
(H/H_bound)²; w is what warms the surroundings and does not come back within the test.
Fitted to every reading of the test by least squares. The rule that turns it
into a PI law is SIMC with tau_c = delay.
Source: Skogestad 2003, J. Process Control 13:291 (the rule).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from controller.analysis.calorimetry import Value
from controller.analysis.run_data import RunData
from controller.analysis.uncertainty import long_run_sigma

Floats = NDArray[np.float64]
LEAST_RISE_C = 0.5
# gain in °C/s, time constant in s, delay in s, base in °C above the mean before, share
# of lag in the delay, share of the heat that does not come back: start and limits
START = (0.05, 150.0, 2.5, 0.0, 0.5, 0.2)
LOWEST = (1e-4, 5.0, 0.05, -1.0, 0.02, 0.0)
HIGHEST = (10.0, 1e4, 60.0, 1.0, 0.98, 0.9)
# What is assumed of the two shares beforehand, one sigma each: a short test hardly
# shows them.
SHARES = ((0.5, 0.25), (0.2, 0.2))


@dataclass(frozen=True, slots=True)
class Tuned:
    """What was found. Sigmas are one standard deviation; shares are of full power.

    ``gain_c_per_s`` is the rise at full permitted power without losses,
    ``time_constant_s`` how the losses take it back, ``delay_s`` lag and dead time
    together, which is better known than either, ``residual_c`` the rms misfit.
    """

    gain_c_per_s: Value
    time_constant_s: Value
    lag_s: Value
    delay_s: Value
    base_c: float
    rise_c: float
    residual_c: float

    @property
    def dead_time_s(self) -> float:
        """Dead time in s: the delay without the lag."""
        return self.delay_s.value - self.lag_s.value

    @property
    def gain_per_c(self) -> float:
        """Proportional gain in share per °C: 1 / (g · 2 delay)."""
        return 1.0 / (self.gain_c_per_s.value * 2.0 * self._closed_s)

    @property
    def integral_s(self) -> float:
        """Integral time in s: the time constant, at most 8 delays."""
        return min(self.time_constant_s.value, 8.0 * self._closed_s)

    @property
    def _closed_s(self) -> float:
        return max(self.delay_s.value, 1.0)


def curve(run: RunData) -> tuple[Floats, Floats]:
    """Return the share of full power and the reading in °C of a test, (ticks,).

    From 10 s before the field on. The reading is that of the tumour (or sample) probe
    that became hottest: a maximum of several noisy ones would begin too high, which
    looks like a late probe.
    """
    held = run.in_phases("hold")
    first = max(int(np.argmax(held)) - round(10.0 / run.settings.period_s), 0)
    columns = run.columns
    bound = columns["command_bound_a_per_m"]
    share = np.nan_to_num((columns["measured_field_a_per_m"] / bound) ** 2)
    share[~held] = 0.0
    probes = run.probe_columns(("core", "margin", "sample"))
    value_c = run.readings["value_c"][:, probes].astype(float)
    value_c[run.readings["quality"][:, probes] != "ok"] = np.nan
    hottest = int(np.argmax(np.nanmean(value_c[held], axis=0)))
    return share[first:], value_c[first:, hottest]


def tune(share: Floats, reading_c: Floats, period_s: float) -> Tuned:
    """Fit a plant to a test: relative power and readings in °C, (ticks,) each.

    ``period_s`` is the tick. Readings that are NaN are left out.

    Raises:
        ValueError: the readings rose by less than 0.5 °C; nothing can be learned.
    """
    from scipy.optimize import least_squares  # here: no other command waits for it

    seen = np.isfinite(reading_c)
    heated = np.flatnonzero(share > 0.0)
    start = int(heated[0]) if heated.size else 0
    before = reading_c[: max(start, 1)]
    base_c = float(np.nanmean(before)) if np.isfinite(before).any() else np.nan
    rise_c = float(np.nanmax(reading_c) - base_c) if seen.any() else 0.0
    if not rise_c >= LEAST_RISE_C:
        raise ValueError(
            f"the readings rose by {max(rise_c, 0.0):.1f} °C only; a test needs "
            f"{LEAST_RISE_C:g} °C"
        )

    noise_c = max(float(np.nanstd(np.diff(reading_c[seen]))) / 1.4, 0.01)

    def misfit(theta: Floats) -> Floats:
        values = np.concatenate((np.exp(theta[:3]), theta[3:]))
        model = base_c + values[3] + _response(values, share, period_s)
        doubts = [(values[4 + k] - m) / s for k, (m, s) in enumerate(SHARES)]
        found: Floats = np.append((model - reading_c)[seen] / noise_c, doubts)
        return found

    fit = least_squares(
        misfit,
        _logged(START),
        bounds=(_logged(LOWEST), _logged(HIGHEST)),
        x_scale=[0.1, 0.3, 0.3, 0.02, 0.2, 0.2],
    )
    residual_c = fit.fun[: -len(SHARES)] * noise_c
    return _tuned(fit.x, np.asarray(fit.jac), residual_c, noise_c, base_c, rise_c)


def _logged(values: tuple[float, ...]) -> Floats:
    out = np.array(values)
    out[:3] = np.log(out[:3])
    return out


def _tuned(
    theta: Floats,
    jacobian: Floats,
    residual_c: Floats,
    noise_c: float,
    base_c: float,
    rise_c: float,
) -> Tuned:
    worse = max(long_run_sigma(residual_c) / noise_c, 1.0)
    sigma = worse * np.sqrt(np.diag(np.linalg.pinv(jacobian.T @ jacobian)))
    gain, tau, delay = (
        Value(float(np.exp(v)), float(np.exp(v) * s))
        for v, s in zip(theta[:3], sigma[:3], strict=True)
    )
    lag = Value(delay.value * float(theta[4]), delay.value * float(sigma[4]))
    return Tuned(
        gain,
        tau,
        lag,
        delay,
        base_c + float(theta[3]),
        rise_c,
        float(np.sqrt(np.mean(residual_c**2))),
    )


def _response(values: Floats, share: Floats, period_s: float) -> Floats:
    """Return the modelled rise of the reading in °C for each tick, shape (ticks,)."""
    from scipy.signal import lfilter  # here: no other command waits for it

    gain, tau_s, delay_s, _, lag_part, stays = (float(v) for v in values)
    keep = np.exp(-period_s / tau_s)
    # a share holds from its tick to the next: its heat shows one tick later
    comes_back = lfilter([0.0, tau_s * (1.0 - keep)], [1.0, -keep], share)
    rise = gain * ((1.0 - stays) * comes_back)
    rise[1:] += gain * stays * period_s * np.cumsum(share)[:-1]
    late = np.exp(-period_s / (lag_part * delay_s))
    seen = lfilter([1.0 - late], [1.0, -late], rise)
    ticks = np.arange(share.size)
    dead = (1.0 - lag_part) * delay_s / period_s
    delayed: Floats = np.interp(ticks - dead, ticks, seen, left=0.0)
    return delayed
