"""A step or relay test on a bench: the plan of it, and who carries it out.

The test is a treatment without temperature control, so that ceiling, guard, interlocks,
guardian and record are those of every run. A stop, a trip or a failure leaves the field
off and every file as it was.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from math import inf
from typing import Any, Literal, Protocol

from controller.decisions.settings import SegmentSettings, Settings
from controller.decisions.signals import NAN, Request
from controller.decisions.state import State

Method = Literal["step", "relay"]
METHODS: tuple[Method, ...] = ("step", "relay")
RELAY_BAND_C = 0.15
RELAY_SWITCHES = 6
# After the step, so much of its time and of its rise is watched with the field off.
REST_SHARE, BACK_SHARE = 0.7, 0.5
COOL_S = 2.0


@dataclass(frozen=True, slots=True)
class Test:
    """What is asked of a test: method, rise in °C, share of full power, longest s."""

    method: Method = "step"
    rise_c: float = 2.0
    share: float = 1.0
    longest_s: float = 900.0


class Asked(Protocol):
    """Who else may ask for something: a terminal or the engine's lines."""

    def requests(self) -> tuple[Request, ...]: ...

    def publish(self, message: dict[str, Any]) -> None: ...

    def wants_snapshot(self) -> bool: ...


def settings_for(settings: Settings, test: Test, bound_a_per_m: float) -> Settings:
    """Return the settings of a run that is a test: field on, field off, the end.

    The amplitude is that of ``share`` of the power at ``bound_a_per_m``.
    """
    field_a_per_m = bound_a_per_m * test.share**0.5
    heat = SegmentSettings(
        "constant",
        name=f"{test.method} test",
        duration_s=test.longest_s,
        field_a_per_m=field_a_per_m,
    )
    rest = SegmentSettings(
        "constant",
        name="field off",
        duration_s=REST_SHARE * test.longest_s,
        field_a_per_m=0.0,
    )
    treatment = replace(
        settings.treatment,
        cool_s=COOL_S,
        max_total_s=min(2.0 * test.longest_s, settings.treatment.max_total_s or inf),
    )
    parts = (heat, rest) if test.method == "step" else (heat,)
    return replace(settings, treatment=treatment, segments=parts)


class Tester:
    """Carries a test out by an operator's requests; the real operator goes first.

    ``state`` tells the loop's newest state, ``field_a_per_m`` is the relay's.
    """

    stays_after_trip = False

    def __init__(
        self,
        operator: Asked,
        test: Test,
        state: Callable[[], State],
        field_a_per_m: float,
    ) -> None:
        self._operator = operator
        self._test = test
        self._state = state
        self._field_a_per_m = field_a_per_m
        self._base_c = NAN
        self._risen_s = NAN
        self._top_c = NAN
        self._on = True
        self.switches = 0

    def requests(self) -> tuple[Request, ...]:
        """Return what the operator asks, then what the test needs."""
        asked = self._operator.requests()
        stops = [r for r in asked if r.name in ("stop", "note", "mark")]
        return (*stops, *self._next())

    def publish(self, message: dict[str, Any]) -> None:
        """Pass a message on."""
        self._operator.publish(message)

    def wants_snapshot(self) -> bool:
        """Pass the question on."""
        return self._operator.wants_snapshot()

    def _next(self) -> tuple[Request, ...]:
        state = self._state()
        now_c = state.controlled_c
        if state.course.phase != "hold":
            self._base_c = now_c
            return ()
        rise_c = now_c - self._base_c
        if self._test.method == "relay":
            return self._relay(rise_c)
        return self._step(rise_c, state)

    def _step(self, rise_c: float, state: State) -> tuple[Request, ...]:
        elapsed_s = state.t_s - state.course.since_s
        if state.course.number == 1:
            if not rise_c >= self._test.rise_c:
                return ()
            self._risen_s = elapsed_s
            return (Request("next", text="the step has risen far enough"),)
        long = elapsed_s >= REST_SHARE * self._risen_s
        if long or rise_c <= BACK_SHARE * self._test.rise_c:
            return (Request("next", text="the way back has been seen"),)
        return ()

    def _relay(self, rise_c: float) -> tuple[Request, ...]:
        """Switch at the rise ± 0.15 °C; after six switches the test is over."""
        beyond_c = rise_c - self._test.rise_c
        if not (beyond_c > RELAY_BAND_C if self._on else beyond_c < -RELAY_BAND_C):
            return ()
        self._on, self.switches = not self._on, self.switches + 1
        if self.switches >= RELAY_SWITCHES:
            return (Request("next", text="the relay has switched often enough"),)
        field_a_per_m = self._field_a_per_m if self._on else 0.0
        return (Request("manual", field_a_per_m),)
