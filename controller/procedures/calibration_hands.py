"""Careful hands on an open bench: what a calibration may do to the field.

Every command passes the guard with measured values; every tick is measured and
checked. What is wrong is raised as ``CalibrationEnded``: whoever called switches off.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from controller.decisions.applicator import voltage_limit_for
from controller.decisions.ceiling import exceeds
from controller.decisions.settings import CeilingSettings, Settings
from controller.decisions.signals import NAN, Command, Drive, Fault
from controller.errors import AmfError
from controller.guard import guard
from controller.guardian.link import Guardian
from controller.host.clock import parted
from controller.host.stop_signals import StopSignal
from controller.instruments.bench_link import BenchLink
from controller.instruments.switching import OffReport
from controller.procedures.moment import Moment

PREPARE_PAUSE_S = 5.0
LONGEST_READ_S = 10.0
SWITCH_ON_S = 2.0
READ_BACK_S = 1.5
OFF_PAUSE_S = 8.0
OFF = Command(0.0, 0.0, 0.0, 0.0, False, 0.0, 0.0, False, "off")


class CalibrationEnded(AmfError):
    """Ended by a trip, a limit or the operator; the field is to be switched off."""


@dataclass
class Hands:
    """What moves and reads the applicator; ``tell`` receives progress messages."""

    bench: BenchLink
    settings: Settings
    stop: StopSignal
    guardian: Guardian
    watch: Callable[[], tuple[Fault, ...]] = tuple
    tell: Callable[[dict[str, Any]], None] = lambda message: None
    frequency_hz: float = field(default=NAN, init=False)
    drive: Drive | None = field(default=None, init=False)
    _command: Command = field(default=OFF, init=False)
    _highest_a: float = field(default=0.0, init=False)
    _on_s: float = field(default=NAN, init=False)
    _lowered_s: float = field(default=-math.inf, init=False)
    _t_s: float = field(default=0.0, init=False)

    @property
    def t_s(self) -> float:
        """Return the time of the newest tick, in s."""
        return self._t_s

    def start(self) -> None:
        """Zero the set-points, programme the trips, start the generator.

        Raises:
            BenchError: an instrument does not do it; no output has been enabled.
        """
        self.guardian.beat(self.bench.energised, PREPARE_PAUSE_S)
        parted(self.bench.clock)  # what was before is not of the field
        self.bench.prepare()
        self.bench.safeguards.healthy()
        self.guardian.ticked()
        self.frequency_hz = self.settings.applicator.frequency_hz
        self.bench.clock.restart()

    def tune(self, frequency_hz: float) -> None:
        """Move the generator to a frequency in Hz; the product is checked before."""
        moved = replace(self._command, frequency_hz=frequency_hz)
        if moved.output_on:
            guard(moved, self.drive, self.settings)
        self.guardian.beat(self.bench.energised, PREPARE_PAUSE_S)
        generator, drive_vpp = self.bench.generator, self.bench.drive_vpp
        problem = self.bench.acquisition.call(
            generator, lambda: generator.prepare(frequency_hz, drive_vpp)
        )
        self.guardian.ticked()
        if problem:
            raise CalibrationEnded(problem)
        self.bench.safeguards.healthy()  # it may have taken longer than a tick
        self.frequency_hz = self.bench.inverter.asked_hz = frequency_hz
        self._command = moved
        self.bench.clock.restart()

    def go(self, current_a: float, voltage_v: float) -> None:
        """Move the supply to a current and a voltage limit, no faster than the slew."""
        applicator = self.settings.applicator
        step_a = applicator.slew_a_per_m_per_s * self.settings.period_s
        step_a /= applicator.field_per_ampere_per_m
        start_a, start_v = self._command.current_a, self._command.voltage_limit_v
        count = max(1, int(abs(current_a - start_a) / step_a) + 1)
        for at in range(1, count + 1):
            share = at / count
            now_a = start_a + (current_a - start_a) * share
            now_a = math.floor(now_a / applicator.current_resolution_a)
            now_a *= applicator.current_resolution_a
            now_a = now_a if at < count else current_a
            now_v = round(start_v + (voltage_v - start_v) * share, 2)
            self._send(now_a, min(now_v, voltage_limit_for(now_a, applicator)))
            self.tick()

    def wait(self, duration_s: float) -> None:
        """Let time pass, tick after tick."""
        until_s = self._t_s + duration_s
        while self._t_s < until_s - 1e-6:
            self.tick()

    def read(self, count: int, sensor: bool = False) -> list[Drive]:
        """Return so many readings, each taken after this call and after the last.

        With ``sensor`` each has a new reading of the field sensor.

        Raises:
            CalibrationEnded: they do not come, or the field cannot be measured.
        """
        found: list[Drive] = []
        asked_s = last_s = self._t_s
        while len(found) < count:
            self.tick()
            drive = self.drive
            assert drive is not None
            taken_s = drive.field_taken_s if sensor else drive.supply_taken_s
            fresh = taken_s > last_s and drive.supply_taken_s > asked_s
            if fresh and (not sensor or drive.field_quality in ("ok", "")):
                found.append(drive)
                last_s = taken_s
            elif not self._t_s - last_s <= LONGEST_READ_S:
                what = "field sensor" if sensor else "supply"
                why = f" ({drive.field_quality})" if sensor else ""
                raise CalibrationEnded(
                    f"no usable reading of the {what} for {LONGEST_READ_S:g} s{why}"
                )
        return found

    def tick(self) -> None:
        """Measure, check, and send the command again."""
        t_s, late_s = self.bench.clock.tick()
        self._t_s = t_s
        self.guardian.ticked()
        slept = parted(self.bench.clock)  # then nobody has looked at the field
        outside = (*self.watch(), *self.guardian.faults(), *slept)
        measurement = self.bench.measure(t_s, late_s, (), outside)
        self.drive = measurement.drive
        if self.stop.name:
            raise CalibrationEnded(f"stopped by the operator ({self.stop.name})")
        for fault in measurement.outside:
            raise CalibrationEnded(fault.sentence)
        if self._command.output_on and self.drive is not None:
            self._check(self.drive)
            guard(self._command, self.drive, self.settings)
            self.bench.apply(self._command)
        self.bench.safeguards.healthy()
        self.guardian.beat(self.bench.energised)
        if t_s - self._lowered_s > READ_BACK_S:
            self._highest_a = self._command.current_a

    def burst(self, current_a: float, moment: Moment) -> Drive:
        """Set a current for a moment; return what it showed.

        Raises:
            CalibrationEnded: it was not measured, or the bench does something else.
        """
        volts = [voltage_limit_for(a, self.settings.applicator) for a in (0, current_a)]
        rest, on = self._made(0.0, volts[0]), self._made(current_a, volts[1])
        self._allow(rest)
        self._highest_a = current_a
        self.bench.energised = True
        self.bench.safeguards.healthy()
        self.guardian.beat(True, moment.pause_s)
        station = self.bench.applicator.source
        problem = self.bench.acquisition.call(station, lambda: moment.pass_(rest, on))
        self.guardian.ticked()
        self.bench.safeguards.healthy()
        self._lowered_s = self.bench.clock.now()
        self.bench.clock.restart()
        if problem or self.stop.name:
            by = f"stopped by the operator ({self.stop.name})"
            raise CalibrationEnded(problem or by)
        drive = moment.drive
        assert drive is not None
        self._check(drive)
        return drive

    def off(self) -> OffReport:
        """Switch off by every route, for as long as the guardian waits for it."""
        self.guardian.beat(self.bench.energised, OFF_PAUSE_S)
        report = self.bench.switch_off()
        self.guardian.ticked()
        self.guardian.beat(self.bench.energised)
        return report

    def _send(self, current_a: float, voltage_v: float) -> None:
        command = self._made(current_a, voltage_v)
        if current_a < self._command.current_a:
            # what is read back may be of before for as long as a reading may be old
            self._lowered_s = self.bench.clock.now()
        self._highest_a = max(self._highest_a, current_a)
        self._allow(command)
        self.guardian.beat(True)
        self.bench.apply(command)

    def _made(self, current_a: float, voltage_v: float) -> Command:
        """Return a command that has passed the guard."""
        applicator = self.settings.applicator
        field_a_per_m = current_a * applicator.field_per_ampere_per_m
        command = Command(
            field_a_per_m=field_a_per_m,
            frequency_hz=self.frequency_hz,
            current_a=current_a,
            voltage_limit_v=voltage_v,
            output_on=True,
            power_share=0.0,
            bound_a_per_m=field_a_per_m,
            at_bound=False,
            reason="calibration",
        )
        guard(command, self.drive, self.settings)
        return command

    def _allow(self, command: Command) -> None:
        if not self._command.output_on:
            # no tick may have been before: in real time the newest is not now
            self._on_s = self.bench.clock.now()
        self._command = command

    def _check(self, drive: Drive) -> None:
        """End where the bench does not do what it was told."""
        if drive.supply_trip:
            raise CalibrationEnded(f"the supply has tripped: {drive.supply_trip}")
        # what has one output reads as off for as long as it has just been switched on
        if drive.output_on and not drive.generator_on:
            raise CalibrationEnded("the generator's output is off")
        if not drive.output_on and self._t_s - self._on_s > SWITCH_ON_S:
            raise CalibrationEnded("the supply's output is off")
        limit_a = self._highest_a + self.settings.applicator.current_tolerance_a
        if not drive.current_a <= limit_a:
            raise CalibrationEnded(
                f"the supply's current: expected {self._highest_a:.2f} A, measured "
                f"{drive.current_a:.2f} A, limit {limit_a:.2f} A"
            )
        field_a_per_m, frequency_hz = drive.field_a_per_m, drive.frequency_hz
        sensed = _sensed(self.settings)
        measured = field_a_per_m == field_a_per_m
        if measured and exceeds(field_a_per_m, frequency_hz, sensed):
            raise CalibrationEnded(
                f"the measured field of {field_a_per_m:.0f} A/m at {frequency_hz:.0f} "
                f"Hz may break the ceiling of {sensed.limit_a_per_m_s:.3g} A/(m·s)"
            )


def _sensed(settings: Settings) -> CeilingSettings:
    """Return the ceiling with the sensor's uncertainties; low by U is H/(1 - U)."""
    sensor = settings.field_sensor
    if sensor is None:
        return settings.ceiling
    below = 1.0 - sensor.uncertainty
    return replace(
        settings.ceiling,
        field_uncertainty=sensor.uncertainty / below,
        field_uncertainty_a_per_m=sensor.uncertainty_a_per_m / below,
    )
