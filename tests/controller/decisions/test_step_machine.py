"""Step as a machine that anything may happen to: it stays off after a fault.

Readings, read-backs, times, requests and resets come in any order, from a treatment
that works as well as from nonsense, on benches of every kind (``any_bench``).
"""

import math
import os
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial

import pytest
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from controller.decisions.alarms import as_data
from controller.decisions.ceiling import exceeds
from controller.decisions.settings import (
    Settings,
)
from controller.decisions.signals import (
    NAN,
    Command,
    Drive,
    Fault,
    Measurement,
    Reading,
    Request,
)
from controller.decisions.state import State
from controller.decisions.step import step
from controller.guard import guard
from tests.controller.decisions.any_bench import (
    APPLICATORS,
    BENCHES,
    CEILINGS,
    PLANS,
    ROLES,
    SENSORS,
    TREATMENTS,
    Plant,
    bench,
    must_be_off,
)

ANY = st.floats(allow_nan=True, allow_infinity=True) | st.floats(20.0, 50.0)
VALUE_C = st.floats(36.0, 43.0) | ANY
LATE_S = st.sampled_from([0.3, 0.5, 9.0, NAN, NAN, math.inf, -1.0])
NAMES = ("stop", "hold", "next", "setpoint", "manual", "note", "mark", "acknowledge")
CODES = st.sampled_from(["", "all", "late", "probe-lost", "nonsense"])
QUALITIES = st.sampled_from(["ok", "ok", "ok", "no-probe", "error", "lost"])
LATER_S = st.sampled_from([0.0, -0.5, 5.0, 1e9, NAN, math.inf])


class Bench(RuleBasedStateMachine):
    """A treatment on a bench; every rule is something that may happen."""

    @initialize(settings=BENCHES)
    def begins(self, settings: Settings) -> None:
        self.scene = Plant(settings)
        self.over = False

    def _decide(self, measurement: Measurement) -> None:
        scene = self.scene
        before = scene.state
        state, command = step(before, measurement, scene.settings)
        scene.state, scene.command = state, command
        self._stays_safe(before, measurement, state, command)

    @rule(seconds=st.integers(1, 40))
    def goes_on(self, seconds: int) -> None:
        for _ in range(5 * seconds):
            self._tick()

    @rule(seconds=st.integers(1, 40))
    def recovers(self, seconds: int) -> None:
        self.scene.spoil = lambda m: m
        self._tick(Request("reset"))
        self.goes_on(seconds)

    @rule(name=st.sampled_from(NAMES), value=ANY, text=CODES)
    def asks(self, name: str, value: float, text: str) -> None:
        self._tick(Request(name, value, text))  # type: ignore[arg-type]

    @rule(more=st.lists(st.sampled_from(NAMES), max_size=2), last=st.booleans())
    def resets(self, more: list[str], last: bool) -> None:
        asked = [Request(name) for name in more]  # type: ignore[arg-type]
        asked.insert(len(asked) if last else 0, Request("reset"))
        self._tick(*asked)

    @rule(index=st.integers(0, 5), value_c=VALUE_C, quality=QUALITIES, later_s=LATER_S)
    def one_reading_is_wrong(
        self, index: int, value_c: float, quality: str, later_s: float
    ) -> None:
        now = self.scene.measure()
        readings = list(now.readings)
        wrong = Reading(value_c, quality, now.t_s + later_s)  # type: ignore[arg-type]
        readings[index % len(readings)] = wrong
        self._decide(replace(now, readings=tuple(readings)))
        self._time_passes()

    @rule(ticks=st.integers(1, 4))
    def no_reading_is_new(self, ticks: int) -> None:
        old = self.scene.measure().readings
        for _ in range(ticks):
            self._decide(replace(self.scene.measure(), readings=old))
            self._time_passes()

    @rule(index=st.integers(0, 5), offset_c=st.floats(-6.0, 6.0))
    def a_probe_moves(self, index: int, offset_c: float) -> None:
        def spoil(m: Measurement) -> Measurement:
            readings = list(m.readings)
            at = index % len(readings)
            readings[at] = readings[at]._replace(
                value_c=readings[at].value_c + offset_c
            )
            return replace(m, readings=tuple(readings))

        self.scene.spoil = spoil

    @rule(index=st.integers(0, 5))
    def a_probe_dies(self, index: int) -> None:
        def spoil(m: Measurement) -> Measurement:
            readings = list(m.readings)
            readings[index % len(readings)] = Reading(NAN, "lost", NAN)
            return replace(m, readings=tuple(readings))

        self.scene.spoil = spoil

    @rule(gain=st.floats(0.5, 2.0) | st.floats(1.0, 1.1))
    def the_coil_is_another(self, gain: float) -> None:
        def spoil(m: Measurement) -> Measurement:
            if m.drive is None:
                return m
            sensed = gain * m.drive.field_a_per_m
            volts = gain * gain * m.drive.voltage_v
            return replace(
                m, drive=replace(m.drive, field_a_per_m=sensed, voltage_v=volts)
            )

        self.recovers(8)  # to where it matters: near the bound
        self.scene.spoil = spoil
        self.goes_on(1)

    @rule(share=st.sampled_from([0.9, 0.99, 1.0005, 1.01, 1.02, 1.1]))
    def the_frequency_is_pulled(self, share: float) -> None:
        self.recovers(8)
        now = self.scene.measure()
        if now.drive is not None:
            hz = share * now.drive.frequency_hz
            now = replace(now, drive=replace(now.drive, frequency_hz=hz))
        self._decide(now)
        self._time_passes()

    @rule(
        numbers=st.tuples(ANY, ANY, st.booleans(), ANY, st.booleans(), ANY, ANY),
        trip=st.sampled_from(["", "", "over-current"]),
        field=st.tuples(ANY, ANY, ANY, st.sampled_from(["", "ok", "clipped", "lost"])),
        sane=st.booleans(),
    )
    def the_drive_says_anything(
        self,
        numbers: tuple[float, ...],
        trip: str,
        field: tuple[float, ...],
        sane: bool,
    ) -> None:
        now = self.scene.measure()
        drive = Drive(*numbers, trip, *field)  # type: ignore[arg-type, call-arg]
        if sane:  # only what was measured is nonsense
            drive = replace(drive, supply_taken_s=now.t_s, generator_taken_s=now.t_s)
        self._decide(replace(now, drive=drive))
        self._time_passes()

    @rule()
    def the_drive_says_nothing(self) -> None:
        self._decide(replace(self.scene.measure(), drive=None))
        self._time_passes()

    @rule(late_s=LATE_S)
    def a_tick_is_late(self, late_s: float) -> None:
        self._decide(replace(self.scene.measure(), late_s=late_s))
        self._time_passes()

    @rule(dt_s=st.sampled_from([-0.2, -1.0, 30.0, NAN, math.inf]))
    def time_jumps(self, dt_s: float) -> None:
        now = self.scene.measure()
        self._decide(replace(now, t_s=now.t_s + dt_s))
        self._time_passes()

    @rule(code=st.sampled_from(["disk", "guardian", "clock-jump"]))
    def something_is_seen_outside(self, code: str) -> None:
        now = self.scene.measure()
        fault = Fault(code, code, now.t_s)
        self._decide(replace(now, outside=(fault,)))
        self._time_passes()

    def _tick(self, *requests: Request) -> None:
        measured = self.scene.spoil(self.scene.measure())
        self._decide(replace(measured, requests=requests))
        self._time_passes()

    def _time_passes(self) -> None:
        self.scene._heat()
        self.scene.t_s += self.scene.settings.period_s

    def _stays_safe(
        self, before: State, m: Measurement, state: State, command: Command
    ) -> None:
        s = self.scene.settings
        assert not exceeds(command.field_a_per_m, command.frequency_hz, s.ceiling)
        guard(command, m.drive, s)
        self._keeps_off(before, m, state, command)
        names = [request.name for request in m.requests]
        if before.faults and "reset" not in names:
            codes = [fault.code for fault in before.faults]
            now = [fault.code for fault in state.faults]
            assert now[: len(codes)] == codes, "a fault went by itself"
        shown = [a for a in as_data(state.alarms, m.t_s) if a["latched"]]
        assert {a["code"] for a in shown} == {fault.code for fault in state.faults}
        assert [a["code"] for a in shown if a["first"]] == [
            fault.code for fault in state.faults[:1]
        ]
        for was, watch in zip(before.watches, state.watches, strict=True):
            assert math.inf > watch.cem43_min >= was.cem43_min

    def _keeps_off(
        self, before: State, m: Measurement, state: State, command: Command
    ) -> None:
        s, last = self.scene.settings, before.command
        self.over = self.over or state.course.phase in ("stopped", "done")
        assert state.course.ended or not state.faults
        why = must_be_off(before, m, state, s)
        if state.faults or not state.course.heating or self.over or why:
            assert not command.output_on, why
            assert command.current_a == 0.0 and command.field_a_per_m == 0.0
            return
        most = last.field_a_per_m
        if not command.reason.startswith("power may only fall"):
            dt_s = m.t_s - before.t_s if before.t_s == before.t_s else 0.0
            most += s.applicator.slew_a_per_m_per_s * dt_s
        assert command.field_a_per_m <= most * (1.0 + 1e-12), command.reason


Bench.TestCase.settings = hypothesis_settings(
    max_examples=500 if os.environ.get("CI") else 50,
    stateful_step_count=20,
    deadline=None,
    database=None,
)
TestBench = Bench.TestCase


def mischiefs(probes: int) -> Iterator[Callable[[Bench], None]]:
    """Give what may happen to a treatment that heats, each at least once."""
    for late_s in (0.5, NAN, math.inf):
        yield partial(Bench.a_tick_is_late, late_s=late_s)
    for dt_s in (-0.2, -1.0, NAN, math.inf):
        yield partial(Bench.time_jumps, dt_s=dt_s)
    for index in range(probes):
        for value_c, later_s in ((46.0, 0.0), (85.0, 0.0), (41.0, 1e9), (41.0, 5.0)):
            yield partial(
                Bench.one_reading_is_wrong,
                index=index,
                value_c=value_c,
                quality="ok",
                later_s=later_s,
            )
        yield partial(Bench.a_probe_dies, index=index)
    for gain in (0.5, 1.04, 1.1, 1.5):
        yield partial(Bench.the_coil_is_another, gain=gain)
    for share in (0.9, 1.0005, 1.02, 1.1):
        yield partial(Bench.the_frequency_is_pulled, share=share)
    yield Bench.the_drive_says_nothing
    yield partial(Bench.something_is_seen_outside, code="disk")
    yield partial(Bench.no_reading_is_new, ticks=4)


@pytest.mark.parametrize("number", range(len(APPLICATORS)))
def test_each_thing_happens_once_while_it_heats(number: int) -> None:
    """What chance may miss: every mischief at full power, on every applicator."""
    roles = ROLES[3] if number % 2 else ROLES[0]
    settings = bench(
        roles,
        segments=PLANS[0],
        applicator=APPLICATORS[number],
        ceiling=CEILINGS[number % len(CEILINGS)],
        field_sensor=None if number % 2 else SENSORS[-1],
        treatment=TREATMENTS[0],
    )
    for mischief in mischiefs(len(roles)):
        machine = Bench()
        machine.begins(settings)
        machine.goes_on(8)
        assert machine.scene.command.output_on
        mischief(machine)
        machine.goes_on(4)
        machine.recovers(2)
