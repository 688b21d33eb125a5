"""Step as a machine that anything may happen to: it stays off after a fault.

Readings, read-backs, times, requests and resets come in any order, from a treatment
that works as well as from nonsense.
"""

from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from controller.decisions.alarms import as_data
from controller.decisions.ceiling import exceeds
from controller.decisions.signals import NAN, Drive, Fault, Measurement, Request
from controller.decisions.step import step
from tests.controller.decisions.scene import (
    CEILING,
    SETTINGS,
    Scene,
    with_offset,
    with_reading,
)

ANY = st.floats(allow_nan=True, allow_infinity=True) | st.floats(20.0, 50.0)
NAMES = ("stop", "hold", "next", "setpoint", "manual", "note", "mark", "acknowledge")
CODES = st.sampled_from(["", "all", "late", "probe-lost", "nonsense"])
QUALITIES = st.sampled_from(["ok", "no-probe", "warming-up", "error", "lost"])


class Bench(RuleBasedStateMachine):
    """A treatment on a scene; every rule is something that may happen."""

    def __init__(self) -> None:
        super().__init__()
        self.scene = Scene()
        self.latched: tuple[str, ...] = ()
        self.was_reset = False

    def _decide(self, measurement: Measurement) -> None:
        scene = self.scene
        before = scene.state
        scene.state, scene.command = step(before, measurement, SETTINGS)
        self.was_reset = any(r.name == "reset" for r in measurement.requests)
        self.latched = tuple(fault.code for fault in before.faults)

    @rule(seconds=st.integers(1, 40))
    def goes_on(self, seconds: int) -> None:
        for _ in range(5 * seconds):
            self._tick()

    @rule(name=st.sampled_from(NAMES), value=ANY, text=CODES)
    def asks(self, name: str, value: float, text: str) -> None:
        self._tick(Request(name, value, text))  # type: ignore[arg-type]

    @rule(more=st.lists(st.sampled_from(NAMES), max_size=2))
    def resets(self, more: list[str]) -> None:
        self._tick(*[Request(n) for n in more], Request("reset"))  # type: ignore[arg-type]

    @rule(index=st.integers(0, 3), value_c=ANY, quality=QUALITIES)
    def one_reading_is_wrong(self, index: int, value_c: float, quality: str) -> None:
        self.scene.spoil = with_reading(index, value_c, quality)
        self._tick()
        self.scene.spoil = lambda m: m

    @rule(index=st.integers(0, 3), offset_c=st.floats(-6.0, 6.0))
    def a_probe_moves(self, index: int, offset_c: float) -> None:
        self.scene.spoil = with_offset(index, offset_c)

    @rule()
    def all_is_well_again(self) -> None:
        self.scene.spoil = lambda m: m

    @rule(numbers=st.tuples(ANY, ANY, st.booleans(), ANY, st.booleans(), ANY, ANY))
    def the_drive_says_anything(self, numbers: tuple[float, ...]) -> None:
        now = self.scene.measure()
        self._decide(Measurement(now.t_s, now.readings, Drive(*numbers)))  # type: ignore[arg-type]

    @rule(dt_s=st.sampled_from([0.0, -1.0, 30.0, NAN]), late_s=ANY)
    def time_does_anything(self, dt_s: float, late_s: float) -> None:
        now = self.scene.measure()
        self._decide(
            Measurement(now.t_s + dt_s, now.readings, now.drive, late_s=late_s)
        )

    @rule(code=st.sampled_from(["disk", "guardian", "clock-jump"]))
    def something_is_seen_outside(self, code: str) -> None:
        now = self.scene.measure()
        fault = Fault(code, code, now.t_s)
        self._decide(Measurement(now.t_s, now.readings, now.drive, outside=(fault,)))

    def _tick(self, *requests: Request) -> None:
        before = self.scene.state
        self.scene.tick(*requests)
        self.was_reset = any(request.name == "reset" for request in requests)
        self.latched = tuple(fault.code for fault in before.faults)
        self.stays_safe()

    @invariant()
    def stays_safe(self) -> None:
        state, command = self.scene.state, self.scene.command
        assert not exceeds(command.field_a_per_m, command.frequency_hz, CEILING)
        over = state.course.phase == "stopped"  # the operator's stop ends it for good
        if self.latched and not (self.was_reset or over):
            codes = {fault.code for fault in state.faults}
            assert codes >= set(self.latched), "a fault went by itself"
        if state.faults or not state.course.heating:
            assert not command.output_on
            assert command.current_a == 0.0 and command.field_a_per_m == 0.0
        shown = as_data(state.alarms, self.scene.t_s)
        assert {f.code for f in state.faults} == {
            alarm["code"] for alarm in shown if alarm["latched"]
        }


Bench.TestCase.settings = hypothesis_settings(
    max_examples=25, stateful_step_count=15, deadline=None, database=None
)
TestBench = Bench.TestCase
