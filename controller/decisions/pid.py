"""The control law: which share of the permitted heating power to ask for next.

Acts on the relative power u = (H / H_bound)², 0 to 1, in which the plant is linear.
In the terms of a PID: the hold power is fed forward (the I part: it is estimated
from all that the power did, so nothing winds up), P acts on the error of the
estimated temperature of the tissue, and D is in that estimate, which is ahead of the
reading by the probe's delay.

Pure: time arrives as ``dt_s``, the field that was really applied as
``applied_share``. Bad input counts as missing and never raises.
"""

from collections.abc import Sequence
from math import inf, isfinite, sqrt
from typing import NamedTuple

from controller.decisions.estimator import Estimate, given_up, observed, settled
from controller.decisions.estimator_company import ABSURD_C
from controller.decisions.estimator_noise import NAN
from controller.decisions.settings import ControlSettings

# The heat-up aims this far below the set-point; the rest is left to the feedback.
AIM_BELOW_C = 0.08
# Feedback time: a part of the filter's own time, so that noise moves the field
# little; at least so many delays (which may be wrong by a quarter) and ticks.
SOFT, DELAYS, TICKS = 0.12, 0.25, 3.0
# What the heat-up left is corrected only as the probe begins to show it: so many
# delays of feedback time, falling to none in so many delays.
PATIENCE, PATIENT = 2.5, 3.0
# Errors beyond the aim margin are removed this many times faster.
HARD = 4.0
# The power follows what is wanted in this part of the feedback time, and only as far
# as the doubt (sigma) in the estimated temperature leaves no play: to and fro below
# that moves the field for nothing. The play begins at PLAY sigma and becomes what
# makes the field move by so many full swings a minute, so much for each swing.
SMOOTH, PLAY, PLAY_MOST = 0.07, 0.3, 0.5
SWINGS_PER_MIN, PLAY_PER_SWING = 0.7, 0.4
# Below this share of full power the heat-up is over; this error begins another.
RISEN_SHARE = 0.9
RISE_AGAIN_C = 0.4
# A set-point that is held this closely, so long, before the plant is known: it has
# not been excited enough to be learned, and the plain PI law stays.
NEAR_C, NEAR_S = 0.2, 20.0
# How slowly the ratio of applied to asked power is followed, and how far the power
# stays from the bound once the applied one was seen beyond it.
ANSWER_S = 20.0
ANSWER_MARGIN = 0.002
# Shorter gaps wait for the next tick, longer ones count as this long.
SHORTEST_S = 1e-3
LONGEST_S = 60.0


class ControlState(NamedTuple):
    """What the law remembers from one update to the next.

    ``share`` is its last answer, ``field_share`` the field H / H_bound seen last,
    ``answer_ratio`` applied over asked power, ``held_s`` the time since the heat-up,
    or near the set-point without one. ``integral_share`` is of the plain PI law,
    ``play_ratio`` the play of the other, in sigma.
    """

    estimate: Estimate = Estimate()
    share: float = 0.0
    field_share: float = 0.0
    rising: bool = True
    slew_seen_per_s: float = 0.0
    answer_ratio: float = 1.0
    held_s: float = 0.0
    integral_share: float = 0.0
    play_ratio: float = PLAY

    @property
    def predicted_c(self) -> float:
        """Predict the reading that is expected now, in °C; NaN before the first."""
        return self.estimate.reading_c

    @property
    def predicted_rate_c_per_s(self) -> float:
        """Predict the rate of change of the reading, in °C/s."""
        return self.estimate.rate_c_per_s

    @property
    def trusted(self) -> bool:
        """Tell whether predictions rest on enough heat-up to compare readings with."""
        return self.estimate.mature

    @property
    def temperature_c(self) -> float:
        """Estimate the temperature of the tissue now, in °C, ahead of the probe."""
        return self.estimate.temperature_c

    @property
    def gain_c_per_s(self) -> float:
        """Estimate the heating rate at full power without losses, in °C/s."""
        return self.estimate.gain_c_per_s

    @property
    def delay_s(self) -> float:
        """Estimate dead time and lag of the probe together, in s."""
        return self.estimate.delay_s


def initial(settings: ControlSettings) -> ControlState:
    """Start the law with nothing learned and the field off."""
    expected = (settings.expected_delay_s, settings.expected_delay_factor)
    return ControlState(Estimate(expected_s=expected))


def update(
    state: ControlState,
    *,
    dt_s: float,
    temperature_c: float,
    applied_share: float,
    setpoint_c: float,
    bound_share: float = 1.0,
    slew_per_s: float = inf,
    settings: ControlSettings,
    probes_c: Sequence[float] = (),
) -> tuple[ControlState, float]:
    """Compute the relative power to ask for next, 0 to ``bound_share``.

    ``temperature_c`` is the fresh reading, NaN without one. ``applied_share`` is the
    mean of (H / H_bound)² since the last update, NaN to take the last answer.
    ``slew_per_s`` is how fast H / H_bound can change. Where the hottest of several
    probes is controlled ``probes_c`` are the fresh readings of them all, others of the
    same tissue among them or not, always in the same order (NaN for none).
    """
    bound = min(bound_share, 1.0) if bound_share > 0.0 else 0.0
    if not (dt_s >= 0.0 and isfinite(dt_s) and isfinite(setpoint_c)):
        return state._replace(share=0.0), 0.0
    if dt_s < SHORTEST_S:
        return state, min(state.share, bound)
    dt_s = min(dt_s, LONGEST_S)
    applied = min(applied_share, 4.0) if applied_share >= 0.0 else state.share
    if not abs(temperature_c) < ABSURD_C:
        temperature_c = NAN
    known = observed(state.estimate, dt_s, temperature_c, applied, probes_c)
    state = _watched(state, known, dt_s, applied, slew_per_s)
    if state.answer_ratio > 1.0:
        bound /= state.answer_ratio + ANSWER_MARGIN
    if not known.mature:
        return _plain(state, dt_s, setpoint_c, bound, settings)
    slew = max(slew_per_s if slew_per_s > 0.0 else inf, state.slew_seen_per_s)
    return _led(state, dt_s, setpoint_c, bound, slew)


def _led(
    state: ControlState,
    dt_s: float,
    setpoint_c: float,
    bound_share: float,
    slew_per_s: float,
) -> tuple[ControlState, float]:
    """Control by the estimate, on a plant that is known."""
    known, ratio = state.estimate, state.answer_ratio
    rising, wanted = _wanted(state, known, setpoint_c, slew_per_s, dt_s)
    if not rising:
        known = settled(known)
    share = min(wanted / ratio, bound_share) if wanted > 0.0 else 0.0
    held_s = 0.0 if rising else state.held_s + dt_s
    # field by field, as each tick is timed: _replace() takes three times as long
    after = ControlState(
        known,
        share,
        state.field_share,
        rising,
        state.slew_seen_per_s,
        ratio,
        held_s,
        state.integral_share,
        _play_ratio(state, share, bound_share, dt_s),
    )
    return after, share


def _play_ratio(
    state: ControlState, share: float, bound_share: float, dt_s: float
) -> float:
    """Choose the play in sigma, 0 to 0.5: by how much the asked field moves."""
    if state.held_s == 0.0 or share >= bound_share:
        return state.play_ratio
    beyond = abs(sqrt(share) - sqrt(state.share)) - SWINGS_PER_MIN * dt_s / 60.0
    return min(max(state.play_ratio + PLAY_PER_SWING * beyond, 0.0), PLAY_MOST)


def _plain(
    state: ControlState,
    dt_s: float,
    setpoint_c: float,
    bound_share: float,
    settings: ControlSettings,
) -> tuple[ControlState, float]:
    """Control by a PI law while, or where, the plant is not known."""
    error_c = setpoint_c - state.estimate.temperature_c
    if not isfinite(error_c):
        return state._replace(share=0.0), 0.0
    step = settings.gain_per_c * error_c * dt_s / max(settings.integral_s, dt_s)
    wanted = settings.gain_per_c * error_c + state.integral_share + step
    share = min(max(wanted, 0.0), bound_share)
    integral = state.integral_share
    if share == wanted or (wanted > share) != (step > 0.0):
        integral = min(max(integral + step, 0.0), 1.0)
    known = state.estimate
    held_s = state.held_s + dt_s if abs(error_c) < NEAR_C else 0.0
    if held_s > NEAR_S and not known.once_mature:
        known = given_up(known)
    after = state._replace(
        estimate=known, share=share, held_s=held_s, integral_share=integral
    )
    return after, share


def _watched(
    state: ControlState,
    known: Estimate,
    dt_s: float,
    applied_share: float,
    slew_per_s: float,
) -> ControlState:
    """Take in what is known, and learn what the supply does with the command.

    That is its ratio, and its slew beyond the told.

    The ratio is followed at once where the power went beyond the bound, else slowly.
    """
    now, asked, ratio = sqrt(applied_share), state.share, state.answer_ratio
    slew = abs(now - state.field_share) / dt_s
    if not slew > max(1.3 * slew_per_s, state.slew_seen_per_s):
        slew = state.slew_seen_per_s
    if asked > 0.05 and 0.8 * asked < applied_share < 1.25 * asked:
        new = applied_share / asked
        part = min(dt_s / ANSWER_S, 1.0)
        if applied_share > 1.0 and new > ratio:
            part = 1.0
        ratio += part * (new - ratio)
    return ControlState(
        known,
        state.share,
        now,
        state.rising,
        slew,
        ratio,
        state.held_s,
        state.integral_share,
        state.play_ratio,
    )


def _wanted(
    state: ControlState,
    known: Estimate,
    setpoint_c: float,
    slew_per_s: float,
    dt_s: float,
) -> tuple[bool, float]:
    """Choose between heat-up and hold, and the power that this wants."""
    gain = known.gain_c_per_s
    hold = min(max(known.loss_c_per_s / gain, 0.0), 1.0)
    most = 0.5 * slew_per_s * dt_s
    now, asked = state.field_share, sqrt(state.share * state.answer_ratio)
    now += min(max(asked - now, -most), most)
    error_c = setpoint_c - known.temperature_c - _coast_c(gain, now, hold, slew_per_s)
    rising = state.rising or error_c > RISE_AGAIN_C
    soft_s = _soft_s(known, state.held_s, dt_s)
    beyond_c = error_c - min(max(error_c, -AIM_BELOW_C), AIM_BELOW_C)
    hard_s = dt_s if rising else max(soft_s / HARD, dt_s)
    wanted = hold + (error_c / soft_s + beyond_c / hard_s) / gain
    rising = rising and wanted >= RISEN_SHARE
    if not rising and beyond_c == 0.0:
        last = state.share * state.answer_ratio
        smooth_s = min(SMOOTH * soft_s, 0.1 * state.held_s + dt_s)
        wanted = last + min(dt_s / smooth_s, 1.0) * (wanted - last)
        if known.track is not None:
            play = state.play_ratio * sqrt(known.track.covariance[0]) / (soft_s * gain)
            wanted = min(max(last, wanted - play), wanted + play)
    return rising, wanted


def _coast_c(
    gain_c_per_s: float, now_share: float, hold_share: float, slew_per_s: float
) -> float:
    """Compute how far T still moves while the field goes to its hold value, in °C.

    The integral of gain·(h² - hold) for h on a line from ``now_share`` to √hold.
    """
    end = sqrt(hold_share)
    if now_share == end or slew_per_s == inf:
        return 0.0
    moved = (end**3 - now_share**3) / 3.0 - hold_share * (end - now_share)
    return gain_c_per_s * moved / (slew_per_s if end > now_share else -slew_per_s)


def _soft_s(known: Estimate, held_s: float, dt_s: float) -> float:
    """Choose the feedback time in s; patient until the probe has seen the hold."""
    own_s = known.track.own_s if known.track is not None else 0.0
    unseen = 1.0 - held_s / (PATIENT * known.delay_s + dt_s)
    delays = max(DELAYS, PATIENCE * unseen)
    return max(SOFT * own_s, delays * known.delay_s, TICKS * dt_s)
