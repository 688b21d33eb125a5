"""The control law: which share of the permitted heating power to ask for next.

Acts on the relative power u = (H / H_bound)², 0 to 1, in which the plant is linear.
Pure: time arrives as ``dt_s``, the field that was really applied as
``applied_share``. Bad input counts as missing and never raises.
"""

from dataclasses import dataclass, field, replace
from math import isfinite, sqrt

from controller.decisions.estimator import NAN, Estimate, observed, settled
from controller.decisions.estimator_track import wander_c2_per_s3
from controller.decisions.settings import ControlSettings

# The heat-up aims this far below the set-point; the rest is left to the feedback.
AIM_BELOW_C = 0.08
# Feedback time in units of the estimator's own, and its floor in delays and ticks.
SOFT = 1.5
# Beyond the aim margin, errors are removed this many times faster.
HARD = 4.0
# Longer gaps count as this long; hotter or colder readings do not count.
LONGEST_S = 60.0
ABSURD_C = 1000.0
# An error that is worth full power again.
RISE_AGAIN_C = 0.4


@dataclass(frozen=True, slots=True)
class ControlState:
    """What the law remembers from one update to the next."""

    estimate: Estimate = field(default_factory=Estimate)
    share: float = 0.0
    field_share: float = 0.0
    rising: bool = True
    slew_seen_per_s: float = 0.0

    @property
    def predicted_c(self) -> float:
        """Predict the reading that is expected now, in °C; NaN before the first."""
        return self.estimate.reading_c

    @property
    def predicted_rate_c_per_s(self) -> float:
        """Predict the rate of change of the reading, in °C/s."""
        return self.estimate.rate_c_per_s


def initial(settings: ControlSettings) -> ControlState:
    """Start the law with nothing learned and the field off."""
    del settings
    return ControlState()


def update(
    state: ControlState,
    *,
    dt_s: float,
    temperature_c: float,
    applied_share: float,
    setpoint_c: float,
    bound_share: float = 1.0,
    slew_per_s: float = float("inf"),
    settings: ControlSettings,
) -> tuple[ControlState, float]:
    """Compute the relative power to ask for next, 0 to ``bound_share``."""
    bound = min(bound_share, 1.0) if bound_share > 0.0 else 0.0
    if not (dt_s > 0.0 and isfinite(dt_s) and isfinite(setpoint_c)):
        return replace(state, share=0.0), 0.0
    applied = applied_share if applied_share >= 0.0 else state.share
    applied = min(applied, 4.0)
    dt_s = min(dt_s, LONGEST_S)
    if not abs(temperature_c) < ABSURD_C:
        temperature_c = NAN
    known = observed(state.estimate, dt_s, temperature_c, applied)
    slew = slew_per_s if slew_per_s > 0.0 else float("inf")
    seen = abs(sqrt(applied) - state.field_share) / dt_s
    if seen < 1.3 * slew and known.track is None:
        seen = 0.0
    seen = max(seen, state.slew_seen_per_s)
    slew = max(slew, seen)
    now = _moved(sqrt(applied), sqrt(state.share), 0.5 * slew * dt_s)
    rising, wanted = _wanted(known, state.rising, now, setpoint_c, slew, dt_s)
    if known.heat is not None and not rising:
        known = settled(known)
    share = min(wanted, bound) if wanted > 0.0 else 0.0
    return ControlState(known, share, sqrt(applied), rising, seen), share


def _moved(now: float, asked: float, most: float) -> float:
    return now + min(max(asked - now, -most), most)


def _wanted(
    known: Estimate, rising: bool, now: float, setpoint_c: float, slew: float, dt: float
) -> tuple[bool, float]:
    if not isfinite(known.temperature_c):
        return rising, 0.0
    if not known.mature:
        error = setpoint_c - known.reading_c
        return True, 1.0 if error > 1.0 else error
    gain = known.gain_c_per_s
    error = setpoint_c - known.temperature_c
    hold = min(max(known.loss_c_per_s / gain, 0.0), 1.0)
    error -= _coast_c(gain, now, hold, slew)
    if error > RISE_AGAIN_C:
        rising = True
    soft_s = _soft_s(known, dt)
    beyond = error - AIM_BELOW_C if error > 0.0 else error + AIM_BELOW_C
    if abs(error) <= AIM_BELOW_C:
        beyond = 0.0
    hard_s = dt if rising else max(soft_s / HARD, dt)
    share = hold + (error / soft_s + beyond / hard_s) / gain
    if share < 0.9:
        rising = False
    return rising, share


def _coast_c(gain: float, now: float, hold: float, slew: float) -> float:
    """Compute how far T still moves while the field goes to its hold value, in °C."""
    end = sqrt(hold)
    if now == end or slew == float("inf"):
        return 0.0
    moved = (end**3 - now**3) / 3.0 - hold * (end - now)
    return gain * moved / (slew if end > now else -slew)


def _soft_s(known: Estimate, dt_s: float) -> float:
    """Choose the feedback time in s: that of the estimator, which noise sets."""
    delay = known.delay_s
    if known.track is None:
        return max(delay, 4.0 * dt_s, 5.0)
    q = wander_c2_per_s3(known.track)
    own_s = sqrt(sqrt(known.noise.variance_c2 * dt_s / q))
    return max(SOFT * own_s, 0.5 * delay, 4.0 * dt_s)
