"""The control law: which share of the permitted heating power to ask for next.

Acts on the relative power u = (H / H_bound)², 0 to 1, in which the plant is linear.
Pure: time arrives as ``dt_s``, the field that was really applied as
``applied_share``. Bad input counts as missing and never raises.
"""

from dataclasses import dataclass, replace
from math import exp, isfinite

from controller.decisions.settings import ControlSettings

NAN = float("nan")


@dataclass(frozen=True, slots=True)
class ControlState:
    """What the law remembers from one update to the next.

    ``predicted_c`` is the reading that is expected now, NaN before the first one.
    """

    predicted_c: float = NAN
    rate_c_per_s: float = 0.0
    integral_share: float = 0.0
    share: float = 0.0

    @property
    def predicted_rate_c_per_s(self) -> float:
        """Predict the rate of change of the reading, in °C/s."""
        return self.rate_c_per_s


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
    """Compute the relative power to ask for next, 0 to ``bound_share``.

    ``temperature_c`` is the fresh reading, NaN without one. ``applied_share`` is the
    mean of (H / H_bound)² since the last update, NaN to take the last answer.
    ``slew_per_s`` is how fast H / H_bound may change.
    """
    del slew_per_s, applied_share
    bound = min(bound_share, 1.0) if bound_share > 0.0 else 0.0
    if not (dt_s > 0.0 and isfinite(dt_s) and isfinite(setpoint_c)):
        return replace(state, share=0.0), 0.0
    state = _filtered(state, dt_s, temperature_c, settings)
    if not isfinite(state.predicted_c):
        return replace(state, share=0.0), 0.0
    error_c = setpoint_c - state.predicted_c
    slope_c = settings.derivative_s * state.rate_c_per_s
    proportional = settings.gain_per_c * (error_c - slope_c)
    step = settings.gain_per_c * error_c * dt_s / settings.integral_s
    wanted = proportional + state.integral_share + step
    share = min(max(wanted, 0.0), bound)
    if share == wanted or (wanted > share) != (step > 0.0):
        integral = min(max(state.integral_share + step, 0.0), 1.0)
        state = replace(state, integral_share=integral)
    return replace(state, share=share), share


def _filtered(
    state: ControlState, dt_s: float, temperature_c: float, settings: ControlSettings
) -> ControlState:
    """Follow the reading and its slope; a missing one leaves both as they are."""
    if not isfinite(temperature_c):
        return state
    if not isfinite(state.predicted_c):
        return replace(state, predicted_c=temperature_c)
    keep = exp(-dt_s / max(settings.derivative_filter_s, 1e-9))
    rate = (temperature_c - state.predicted_c) / dt_s
    return replace(
        state,
        predicted_c=temperature_c,
        rate_c_per_s=keep * state.rate_c_per_s + (1.0 - keep) * rate,
    )
