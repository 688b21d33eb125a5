"""A field sensor confirms the gain, and what it may show afterwards."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import pytest

from controller.decisions.ceiling import permitted_amplitude
from controller.decisions.field_sources import LOW_DRIVE_SHARE
from controller.decisions.field_watch import UNSEEN, FieldWatch, follow_field
from controller.decisions.interlocks import Findings
from controller.decisions.settings import FieldSensorSettings
from controller.decisions.signals import NAN, Drive, Measurement, Request
from tests.controller.decisions.scene import SETTINGS, Scene, Spoil, with_drive

SENSOR = FieldSensorSettings(0.03, 0.4, 50.0)
SENSED = replace(SETTINGS, field_sensor=SENSOR)
PER_A = SETTINGS.applicator.field_per_ampere_per_m


@dataclass
class Sensed(Scene):
    """A scene with a pick-up coil that is read each second tick.

    ``gain`` is the true field over the calibrated one, ``sees`` the share of it that
    the sensor shows, ``load`` V/I over the tuned one.
    """

    gain: float = 1.0
    sees: float = 1.0
    load: float = 1.0
    quality: str = "ok"
    late_s: float = 0.0
    taken_s: float = NAN
    shown: float = NAN

    def run_to(self, phase: str) -> "Sensed":
        self.to(phase)
        return self

    def go_on(self, span_s: float) -> "Sensed":
        self.wait(span_s)
        return self

    def measure(self) -> Measurement:
        m = super().measure()
        drive = m.drive
        assert drive is not None
        if round(self.t_s / 0.2) % 2 == 0 and self.late_s == 0.0:
            self.taken_s = self.t_s
            true = self.gain * self.load**0.5 * drive.current_a * PER_A
            self.shown = self.sees * true
        sensed = self.shown > 0.0 and self.quality == "ok"
        drive = replace(
            drive,
            voltage_v=self.load * drive.voltage_v,
            field_a_per_m=self.shown if sensed else NAN,
            field_taken_s=self.taken_s,
            field_quality=self.quality if self.shown > 0.0 else "no-signal",
            field_frequency_hz=drive.frequency_hz if sensed else NAN,
        )
        return replace(m, drive=drive)


def scene(**values: object) -> Sensed:
    return Sensed(SENSED, **values)  # type: ignore[arg-type]


def confirmed(s: Scene) -> bool:
    return s.state.drive.field.confirmed


def test_the_amplitude_stays_low_until_the_gain_is_confirmed() -> None:
    s = scene().run_to("ramp")
    full = permitted_amplitude(161_270.0, SETTINGS.ceiling)
    while not confirmed(s):
        assert s.command.field_a_per_m <= LOW_DRIVE_SHARE * full
        assert s.t_s < 16.0
        s.tick()
    s.wait(5.0)
    assert s.command.field_a_per_m > 13_000.0
    assert s.codes == []


def test_without_a_reading_the_amplitude_stays_low_and_it_trips() -> None:
    s = scene(quality="no-signal").run_to("ramp")
    s.play(lambda s: s.phase == "tripped", 10.0)
    assert s.codes == ["field-lost"]
    assert "fell off" in s.state.faults[0].sentence


def test_the_gain_is_to_be_confirmed_anew_after_a_trip() -> None:
    s = scene().run_to("ramp").go_on(6.0)
    assert confirmed(s)
    s.quality = "clipped"
    s.to("tripped")
    assert not confirmed(s)
    s.quality = "ok"
    s.tick(Request("reset"))
    s.wait(1.0)
    assert s.phase != "tripped" and not confirmed(s)


@pytest.mark.parametrize("gain", [0.93, 1.0, 1.05, 1.08])
def test_a_coil_near_its_calibration_treats(gain: float) -> None:
    s = scene(gain=gain).run_to("hold").go_on(60.0)
    assert s.codes == []
    said = any("the calibration" in caution for caution in s.state.cautions)
    assert said == (abs(gain - 1.0) > 0.05)


def test_the_bound_is_lower_for_a_stronger_coil() -> None:
    tight = replace(SENSED.ceiling, field_uncertainty=0.03)
    wide = replace(SENSOR, uncertainty=0.05)
    settings = replace(SENSED, ceiling=tight, field_sensor=wide)
    s = Sensed(settings, gain=1.05).run_to("ramp").go_on(8.0)
    limit = tight.limit_a_per_m_s
    true = 1.05 * s.command.current_a * PER_A * 161_270.0
    assert s.codes == []
    assert 0.85 * limit < true < 0.97 * limit


# what happens in a steady ramp, the code, and a word of the sentence
LATER: list[tuple[str, Callable[[Sensed], object], str, str]] = [
    ("falls off", lambda s: setattr(s, "sees", 0.0), "field-lost", "fell off"),
    ("nearly off", lambda s: setattr(s, "sees", 0.03), "field-drift", "fell off"),
    ("turned", lambda s: setattr(s, "sees", 0.866), "field-jump", "by about 30°"),
    ("rms", lambda s: setattr(s, "sees", 0.7071), "field-drift", "rms"),
    ("attenuation", lambda s: setattr(s, "sees", 0.1), "field-drift", "10:1"),
    ("clipped", lambda s: setattr(s, "quality", "clipped"), "field-lost", "saturates"),
    ("stale", lambda s: setattr(s, "late_s", 1.0), "field-lost", "not answer"),
    ("stronger", lambda s: setattr(s, "gain", 1.1), "field-jump", "another coil"),
    ("detuned", lambda s: setattr(s, "load", 1.35), "resonance-lost", "resonance"),
    ("short", lambda s: setattr(s, "load", 0.7), "load-low", "short"),
]


@pytest.mark.parametrize(
    ("what", "mischief", "code", "word"), LATER, ids=[row[0] for row in LATER]
)
def test_what_a_sensor_may_show_later(
    what: str, mischief: Callable[[Sensed], object], code: str, word: str
) -> None:
    s = scene().run_to("ramp").go_on(4.0)
    s.tick(Request("manual", 8000.0))  # far enough below the ceiling to see the cause
    s.wait(6.0)
    assert s.codes == []
    mischief(s)
    s.play(lambda s: s.phase == "tripped", 4.0)
    assert s.codes[0] == code
    assert word in s.state.faults[0].sentence


@pytest.mark.parametrize(("sees", "word"), [(0.85, "turned"), (1.2, "another coil")])
def test_a_first_disagreement_trips_at_low_drive(sees: float, word: str) -> None:
    s = scene(sees=sees).run_to("tripped")
    assert s.codes == ["field-disagrees"]
    assert word in s.state.faults[0].sentence


def test_a_slow_drift_is_a_caution_up_to_15_percent_and_trips_beyond() -> None:
    s = scene().run_to("ramp").go_on(6.0)
    while s.sees > 0.86:
        s.sees -= 1e-3
        s.wait(1.0)
        assert s.codes == []
    assert any("below the calibration" in words for words in s.state.cautions)
    while s.phase != "tripped":
        s.sees -= 1e-3
        s.wait(1.0)
    assert s.codes == ["field-drift"] and s.sees > 0.83


def test_a_detuned_tank_lowers_the_bound_without_a_sensor() -> None:
    s = Scene(SETTINGS).to("ramp").wait(6.0)
    bound = s.command.bound_a_per_m
    for load in (1.03, 1.06, 1.09, 1.12):
        s.spoil = loaded(load)
        s.wait(1.0)
        assert s.codes == []
        assert s.command.bound_a_per_m == pytest.approx(bound / load**0.5, rel=1e-3)
    s.spoil = loaded(1.25)  # at once, and the field is above the ceiling
    s.tick()
    assert s.codes == ["ceiling"]


def loaded(load: float) -> Spoil:
    def spoil(m: Measurement) -> Measurement:
        assert m.drive is not None
        return with_drive(voltage_v=load * m.drive.voltage_v)(m)

    return spoil


def test_an_open_circuit_trips_and_is_not_met_with_less_current() -> None:
    """Less would end where V/I is not read any more, and nothing would say so."""
    s = Scene(SETTINGS).to("ramp").wait(20.0)
    bound = s.command.bound_a_per_m
    s.spoil = with_drive(current_a=0.0)
    begun_s = s.t_s
    s.tick()
    assert s.command.bound_a_per_m == bound
    s.play(lambda s: s.phase == "tripped", 2.0)
    assert s.codes == ["resonance-lost"] and s.t_s - begun_s < 1.5
    assert "the circuit of the coil is open" in s.state.faults[0].sentence


def test_one_reading_of_voltage_without_current_bounds_nothing_later() -> None:
    """At the end of a pulse V may be read before and I after."""
    s = Scene(SETTINGS).to("ramp").wait(20.0)
    bound = s.command.bound_a_per_m
    s.spoil = with_drive(current_a=0.0)
    s.tick()
    s.spoil = with_drive(current_a=0.0, voltage_v=0.0)
    s.wait(2.0)
    assert s.command.bound_a_per_m == bound and s.codes == []


def test_a_measured_frequency_off_the_set_one_trips() -> None:
    s = scene().run_to("ramp").go_on(6.0)
    s.spoil = with_drive(field_frequency_hz=163_000.0)
    s.play(lambda s: s.phase == "tripped", 1.0)
    assert s.codes == ["frequency"]


def test_a_heater_whose_frequency_is_read_treats_and_is_bounded_by_it() -> None:
    applicator = replace(
        SETTINGS.applicator, sets_frequency=False, limits_voltage=False
    )
    s = Scene(replace(SETTINGS, applicator=applicator))

    def heater(m: Measurement) -> Measurement:
        drive = m.drive
        assert isinstance(drive, Drive)
        hz = 175_000.0 if drive.current_a > 0.0 else NAN
        return replace(
            m, drive=replace(drive, voltage_v=NAN, frequency_hz=hz, generator_on=False)
        )

    s.spoil = heater
    s.to("ramp").wait(10.0)
    assert s.codes == [] and s.command.voltage_limit_v == 0.0
    worst = s.command.field_a_per_m * 1.1 * 175_000.0
    assert worst <= 0.97 * SETTINGS.ceiling.limit_a_per_m_s
    assert s.command.field_a_per_m > 0.9 * s.command.bound_a_per_m


def unmetered(**values: float) -> Spoil:
    """Measure as a heater does: no voltage, a frequency of its own, and these."""

    def spoil(m: Measurement) -> Measurement:
        assert m.drive is not None
        hz = m.drive.frequency_hz
        read = {"voltage_v": NAN, "frequency_hz": hz, "generator_on": False} | values
        return replace(m, drive=replace(m.drive, **read))  # type: ignore[arg-type]

    return spoil


@pytest.mark.parametrize(
    ("values", "code", "within_s"),
    [
        ({"current_a": 0.0, "frequency_hz": 242e3}, "frequency", 0.2),
        ({"current_a": 0.0}, "output-lost", 3.4),
    ],
    ids=["another tank", "open circuit"],
)
def test_a_heater_without_current_or_on_another_tank_trips(
    values: dict[str, float], code: str, within_s: float
) -> None:
    applicator = replace(
        SETTINGS.applicator, sets_frequency=False, limits_voltage=False
    )
    ceiling = replace(SETTINGS.ceiling, frequency_max_hz=170e3)
    s = Scene(replace(SETTINGS, applicator=applicator, ceiling=ceiling))
    s.spoil = unmetered()
    s.to("ramp").wait(10.0)
    assert s.codes == []
    s.spoil, begun_s = unmetered(**values), s.t_s
    s.play(lambda s: s.phase == "tripped", 5.0)
    assert s.codes == [code] and s.t_s - begun_s <= within_s


def sensed(ratio: float, t_s: float, current_a: float = 15.0) -> Drive:
    """Return a drive whose sensor shows so much of what the calibration says."""
    return Drive(
        current_a,
        NAN,
        True,
        161_270.0,
        True,
        t_s,
        t_s,
        field_a_per_m=ratio * current_a * PER_A,
        field_taken_s=t_s,
        field_quality="ok",
    )


def after(ratios: list[float], watch: FieldWatch = UNSEEN) -> tuple[FieldWatch, str]:
    """Let a steady current be seen twice a second; return the watch and the codes."""
    said = []
    for n, ratio in enumerate(ratios):
        found = Findings(100.0 + 0.5 * n)
        drive = sensed(ratio, found.t_s)
        watch = follow_field(watch, drive, 15.0, 15.0, SENSED, found)
        said += [fault.code for fault in found.faults]
    return watch, " ".join(said)


@pytest.mark.parametrize(
    ("ratios", "confirmed", "codes"),
    [
        ([1.0, 1.0], False, ""),
        ([1.0, 1.0, 1.0], True, ""),
        ([1.0, 1.0, 1.5, 1.0, 1.0], False, ""),  # three in a row
        ([1.0, 1.0, 1.5, 1.0, 1.0, 1.0], True, ""),
        ([1.5, 1.5], False, ""),
        ([1.5, 1.5, 1.5], False, "field-disagrees"),
    ],
)
def test_three_readings_in_a_row_decide(
    ratios: list[float], confirmed: bool, codes: str
) -> None:
    watch, said = after(ratios)
    assert (watch.confirmed, said) == (confirmed, codes)


def test_a_change_within_a_minute_is_a_jump_and_a_slower_one_a_drift() -> None:
    confirmed_by, _ = after([1.0] * 20)
    fast = [1.0 - 0.002 * n for n in range(60)]  # 10 % within 25 s
    assert after(fast, confirmed_by)[1].startswith("field-jump")
    slow = [1.0 - 0.0002 * n for n in range(500)]  # 10 % within 4 min
    watch, said = after(slow, confirmed_by)
    assert said == "" and watch.sensor_gain == pytest.approx(0.9, abs=2e-3)


def test_a_reading_from_the_future_is_none() -> None:
    watch, _ = after([1.0] * 4)
    ahead = replace(sensed(1.0, 101.6), field_taken_s=200.0)
    for t_s in (101.6, 104.0):
        found = Findings(t_s)
        follow_field(watch, ahead, 15.0, 15.0, SENSED, found)
    assert [fault.code for fault in found.faults] == ["field-lost"]


def test_a_current_that_collapses_is_not_compared() -> None:
    """What was set bounds what may flow, and what flows makes the field."""
    watch, _ = after([1.0] * 4)
    low = replace(sensed(1.0, 102.0, current_a=1.0), field_a_per_m=15.0 * PER_A)
    for n in range(4):
        found, t_s = Findings(102.0 + 0.5 * n), 102.0 + 0.5 * n
        seen = replace(low, field_taken_s=t_s)
        watch = follow_field(watch, seen, 15.0, 15.0, SENSED, found)
        assert found.faults == []


@pytest.mark.parametrize(
    ("update_s", "limit_s"), [(0.2, 1.0), (0.4, 1.2), (0.9, 2.7), (2.0, 3.0)]
)
def test_a_sensor_may_be_silent_for_three_updates_1_to_3_s(
    update_s: float, limit_s: float
) -> None:
    slow = replace(SENSED, field_sensor=replace(SENSOR, update_s=update_s))

    def said(silent_s: float) -> Findings:
        found = Findings(100.0 + silent_s)
        watch = FieldWatch(confirmed=True, good_s=100.0, used_s=100.0, flowing_s=50.0)
        mute = replace(sensed(1.0, 100.0), field_a_per_m=NAN, field_quality="lost")
        follow_field(watch, mute, 15.0, 15.0, slow, found)
        return found

    assert said(limit_s - 0.05).faults == []
    assert [fault.code for fault in said(limit_s + 0.05).faults] == ["field-lost"]
    held_s = 1.5 * update_s + slow.period_s
    assert said(held_s - 0.05).hold_backs == []
    assert bool(said(held_s + 0.05).hold_backs) is (held_s + 0.05 < limit_s)


def test_a_tank_that_is_far_off_does_not_bound_the_command_by_its_power() -> None:
    for load, gain in ((3.9, 3.9**0.5), (4.1, 1.0)):
        drive = replace(sensed(1.0, 100.0), voltage_v=load * 0.955 * 15.0)
        watch = UNSEEN._replace(supply_gain=1.0)
        watch = follow_field(watch, drive, 15.0, 15.0, SETTINGS, Findings(100.0))
        assert watch.supply_gain == pytest.approx(gain)
