"""The presenter as a function: messages in, texts out. No Qt."""

import math

import pytest

from gui import texts
from gui.outcome import EngineEnd, StopStage
from gui.presenter import Presenter
from tests.gui.fake_engine import FAULT, UTC, hello, snapshot

OFF = {"kind": "off", "confirmed": True, "utc": UTC, "sentence": "off"}


def fed(*messages, at_s=0.0, bench="simulated"):
    presenter = Presenter()
    for message in (hello(bench), *messages):
        presenter.take(message, at_s)
    return presenter


def told(notices):
    return " ".join(notice.text for notice in notices)


def test_nothing_is_claimed_before_the_first_message():
    view = Presenter().view(0.0)
    assert view.band.text == texts.UNKNOWN_BENCH
    assert view.field.text == texts.FIELD_UNKNOWN
    assert view.head.phase == texts.STARTING
    assert view.ceiling.share is None
    assert view.drive.supply.startswith(texts.NOTHING)


def test_a_snapshot_becomes_words():
    view = fed(snapshot(500, "hold", False, 0.62)).view(0.0)
    assert view.head.phase == "Hold"
    assert view.head.run_time == "1:40"
    assert view.head.remaining == "58:20"
    assert view.head.setpoint == "43.0 °C"
    assert view.ceiling.share_words == "62 %"
    assert "H 9.32 kA/m" in view.ceiling.lines
    assert "f 161.27 kHz" in view.ceiling.lines
    assert "profile diameter" in view.ceiling.lines
    assert "limit 2.425e9 A/(m·s)" in view.ceiling.lines
    assert view.drive.supply == "17.52 A   16.71 V   ON"
    assert view.field.text == texts.FIELD_ON
    assert [probe.name for probe in view.probes] == [
        "core",
        "margin",
        "healthy",
        "body",
    ]
    assert [probe.role for probe in view.probes] == [p.name for p in view.probes]
    assert view.probes[0].dose == "1.00 min"
    assert view.probes[0].dose_range == "0.76 to 1.32"
    assert view.head.dose == "1.00 of 60.0 min"
    assert view.head.ends == "1:00:00"


@pytest.mark.parametrize(
    ("share", "level", "remark"),
    [
        (0.5, "quiet", ""),
        (0.9, "caution", texts.AT_BOUND),
        (1.01, "fault", texts.OVER_CEILING),
    ],
)
def test_the_gauge_says_bound_and_excess(share, level, remark):
    ceiling = fed(snapshot(1, "ramp", False, share)).view(0.0).ceiling
    assert (ceiling.level, ceiling.remark) == (level, remark)


@pytest.mark.parametrize(
    ("bench", "band", "shut_off"),
    [
        ("simulated", "SIMULATED", ""),
        ("served", "SIMULATED   (served: psu  ·  simulated: gen, thermo)", ""),
        (
            "mixed",
            "MIXED BENCH   real: psu, gen  ·  simulated: thermo",
            texts.NO_SHUT_OFF,
        ),
        ("real", "REAL INSTRUMENTS", texts.NO_SHUT_OFF),
    ],
)
def test_real_and_simulated_are_told_apart(bench, band, shut_off):
    view = fed(bench=bench).view(0.0)
    assert view.band.text == band
    assert view.shut_off.text == shut_off


def test_an_independent_shut_off_needs_no_warning():
    presenter = Presenter()
    presenter.take(hello("real") | {"independent_shut_off": True}, 0.0)
    assert presenter.view(0.0).shut_off.text == ""


def test_a_lost_reading_is_words_and_a_gap_never_a_number():
    view = fed(snapshot(1, "ramp", False, 0.5), snapshot(2, "ramp", True, 0.5)).view(
        0.0
    )
    margin, healthy = view.probes[1], view.probes[2]
    assert margin.reading == "no probe"
    assert not margin.reading_ok
    assert healthy.remark == "2.4 s old"
    values = view.plot.curves[1].samples.drawn(100)[1]
    assert math.isnan(values[-1])
    assert math.isfinite(values[0])


def test_a_quality_without_words_is_shown_as_it_is():
    message = snapshot(1, "ramp", False, 0.5)
    message["probes"][0] |= {"value_c": None, "quality": "melted"}
    assert fed(message).view(0.0).probes[0].reading == "melted"


def test_silence_of_the_engine_is_said_and_dates_the_values():
    presenter = fed(snapshot(1, "ramp", False, 0.9), at_s=10.0)
    assert not presenter.view(11.9).out_of_date
    view = presenter.view(14.0)
    assert view.out_of_date
    assert texts.SILENT.format(seconds="4") in told(view.notices)
    assert view.field.text == texts.FIELD_LAST_ON
    assert view.ceiling.remark == texts.LAST_VALUE
    assert view.head.phase == "Ramp (last)"


def test_a_confirmed_off_is_shown_with_its_time():
    presenter = fed(snapshot(1, "ramp", False, 0.5), OFF)
    assert presenter.view(0.0).field.text == (
        "field off, confirmed by read-back at 10:00:00 UTC"
    )
    assert presenter.field_off_confirmed()


def test_an_unconfirmed_off_is_loud():
    presenter = fed(OFF | {"confirmed": False})
    notice = presenter.view(0.0).field
    assert (notice.text, notice.level) == (texts.FIELD_NOT_CONFIRMED, "fault")
    assert not presenter.field_off_confirmed()


def test_an_old_confirmation_does_not_outlive_the_field_going_on():
    presenter = fed(snapshot(4, "ramp", False, 0.5), OFF)
    presenter.take(snapshot(5, "ramp", False, 0.5), 0.1)
    assert presenter.field_off_confirmed(), "a straggler is no contradiction"
    presenter.take(snapshot(6, "ramp", False, 0.5), 0.2)
    assert not presenter.field_off_confirmed()
    assert presenter.view(0.2).field.text == texts.FIELD_ON


def test_an_old_read_back_without_a_command_is_a_straggler_for_a_second():
    late = snapshot(5, "tripped", False, 0.5)
    late["drive"]["output_on"] = True
    presenter = fed(snapshot(4, "ramp", False, 0.5), OFF)
    for at_s in (0.1, 0.4, 0.9):
        presenter.take(late, at_s)
        assert presenter.field_off_confirmed()
    presenter.take(late, 1.1)
    assert not presenter.field_off_confirmed()


@pytest.mark.parametrize(("age_s", "confirmed"), [(3.5, True), (0.1, False)])
def test_a_late_word_counts_by_when_it_was_read(age_s, confirmed):
    """By the engine's clock: on a busy computer a snapshot may come seconds late."""
    late = snapshot(30, "tripped", False, 0.5)
    late["drive"] |= {"output_on": True, "age_s": age_s}
    presenter = fed(snapshot(9, "ramp", False, 0.5), OFF | {"t_s": 2.0})
    presenter.take(late, 4.0)
    assert late["t_s"] == pytest.approx(6.0)
    assert presenter.field_off_confirmed() is confirmed


def test_a_reset_after_a_trip_is_no_straggler_of_the_trip():
    """The off came while it heated; since then it did not."""
    presenter = fed(snapshot(4, "ramp", False, 0.5), OFF)
    presenter.take(snapshot(5, "tripped", False, 0.5), 0.1)
    assert presenter.field_off_confirmed()
    presenter.take(snapshot(6, "ramp", False, 0.5), 0.2)
    assert not presenter.field_off_confirmed()


def test_a_field_that_comes_on_after_a_reset_is_said_at_once():
    presenter = fed(snapshot(4, "tripped", False, 0.5), OFF)
    presenter.take(snapshot(5, "ramp", False, 0.5), 0.1)
    assert not presenter.field_off_confirmed()
    presenter.take_engine_end(EngineEnd(True, True, 9))
    assert presenter.view(0.2).field.text == texts.FIELD_LAST_ON


def test_a_stop_is_not_confirmed_by_an_earlier_off():
    presenter = fed(OFF)
    presenter.take_stop(StopStage("asked"), 0.0)
    assert presenter.view(0.0).field.text == texts.STOP_ASKED
    assert not presenter.field_off_confirmed()


@pytest.mark.parametrize("name", ["confirmed", "off-confirmed"])
def test_a_field_on_after_a_confirmed_stop_is_an_alarm(name):
    presenter = fed(OFF)
    presenter.take_stop(StopStage(name, UTC), 0.0)
    assert presenter.view(0.0).field.level == "good"
    presenter.take(
        snapshot(9, "stopped", False, 0.5) | {"drive": {"output_on": True}}, 2.0
    )
    assert presenter.view(2.0).field.text == texts.ON_AGAIN
    assert not presenter.field_off_confirmed()


def test_every_stage_of_a_stop_has_its_words():
    presenter = fed(bench="real")
    seen = set()
    for name in (
        "asked",
        "confirmed",
        "off-running",
        "off-confirmed",
        "failed",
        "out-of-reach",
    ):
        presenter.take_stop(StopStage(name, UTC, "exit 4. no answer"), 0.0)
        notice = presenter.view(0.0).field
        seen.add(notice.text)
        assert (notice.level == "good") == (name in ("confirmed", "off-confirmed"))
    assert len(seen) == 6
    assert any("NOT CONFIRMED" in text and "no answer" in text for text in seen)


@pytest.mark.parametrize(
    ("end", "said"),
    [
        (EngineEnd(True, True, 9), texts.ENGINE_KILLED),
        (EngineEnd(True, False, 1, "a traceback"), "a traceback"),
        (EngineEnd(True, False, 2, "bench.toml: no such key"), "no such key"),
        (EngineEnd(False, False, -1, "no file"), texts.ENGINE_NOT_STARTED),
    ],
)
def test_a_sudden_end_is_a_fault(end, said):
    presenter = fed(snapshot(1, "ramp", False, 0.5))
    presenter.take_engine_end(end)
    notices = presenter.view(0.0).notices
    assert said in told(notices)
    assert notices[0].level == "fault"


@pytest.mark.parametrize(
    ("code", "level"), [(0, "quiet"), (3, "quiet"), (1, "fault"), (4, "fault")]
)
def test_an_end_in_words_is_as_loud_as_its_exit_code(code, level):
    presenter = fed({"kind": "end", "exit_code": code, "sentence": "over"})
    presenter.take_engine_end(EngineEnd(True, False, code))
    (notice,) = presenter.view(0.0).notices
    assert notice.level == level
    assert "over" in notice.text
    assert (texts.EXIT_NOT_CONFIRMED in notice.text) == (code == 4)


def test_refused_and_foreign_lines_become_events():
    events = fed(
        {"kind": "refused", "sentence": "no such request"},
        {"kind": "foreign", "line": "Traceback"},
        {"kind": "news"},
    ).view(0.0)
    assert "no such request" in events.events[2]
    assert "Traceback" in events.events[1]
    assert "news" in events.events[0]


@pytest.mark.parametrize("value", [None, True, "hot", float("nan"), [], {}])
def test_no_kind_of_nonsense_becomes_a_number(value):
    message = snapshot(1, "ramp", False, 0.5)
    message["controlled_c"] = value
    message["field"]["share"] = value
    message["probes"][0]["value_c"] = value
    message["drive"]["current_a"] = value
    view = fed(message).view(0.0)
    assert view.head.controlled == texts.NOTHING
    assert view.ceiling.share is None
    assert view.probes[0].reading == texts.NOTHING
    assert view.drive.supply.startswith(texts.NOTHING)
    assert math.isnan(view.plot.curves[0].samples.at(1.0))
    assert math.isnan(view.plot.shares[0].samples.at(1.0))


def test_empty_messages_do_not_break_the_screen():
    presenter = Presenter()
    for kind in ("hello", "snapshot", "event", "off", "end", "refused", "foreign"):
        presenter.take({"kind": kind}, 0.0)
        presenter.view(0.0)
    assert presenter.view(0.0).probes == ()


def test_lines_of_the_plot():
    plot = fed(snapshot(1, "ramp", False, 0.5)).view(0.0).plot
    assert plot.band_c == (42.0, 45.0)
    assert plot.setpoint is not None
    assert plot.setpoint.value_c == 43.0
    assert [trip.value_c for trip in plot.trips] == [45.0, 43.0, 39.0]
    assert plot.trips[0].text == "trip 45 °C\ncore, margin"


def test_a_named_tissue_is_shown_with_its_trip():
    first, newest = hello("simulated"), snapshot(1, "ramp", False, 0.5)
    (healthy,) = (p for p in first["probes"] if p["role"] == "healthy")
    healthy |= {"tissue": "brain", "trip_c": 42.0}
    view = fed(first, newest).view(0.0)
    assert "healthy · brain" in [probe.remark for probe in view.probes]
    assert "trip 42 °C\nhealthy · brain" in [trip.text for trip in view.plot.trips]


def test_events_stand_on_the_time_axis():
    event = {"kind": "event", "t_s": 12.0, "event": "phase", "sentence": "hold begins"}
    view = fed(snapshot(1, "ramp", False, 0.5), event).view(0.0)
    (mark,) = view.plot.marks
    assert (mark.t_s, mark.text) == (12.0, "hold begins")
    assert view.controls.answer.text == "0:12  hold begins"


@pytest.mark.parametrize(
    ("phase", "open_now", "shut"),
    [
        ("baseline", {"hold", "next", "setpoint", "note"}, {"manual", "reset"}),
        ("ramp", {"hold", "next", "setpoint", "manual", "mark"}, {"reset"}),
        ("hold", {"next", "setpoint", "manual"}, {"hold", "reset"}),
        ("tripped", {"reset", "note"}, {"hold", "next", "setpoint", "manual"}),
        ("done", {"note"}, {"hold", "next", "setpoint", "manual", "reset"}),
    ],
)
def test_what_may_be_asked_follows_the_phase(phase, open_now, shut):
    controls = fed(snapshot(1, phase, False, 0.5)).view(0.0).controls
    assert open_now <= controls.allowed
    assert not shut & controls.allowed
    assert "acknowledge" not in controls.allowed
    assert controls.setpoint_range_c == (20.0, 44.3)
    assert controls.bound_a_per_m == 13280.0


def test_nothing_may_be_asked_of_an_engine_that_has_ended():
    presenter = fed(snapshot(1, "ramp", True, 0.5))
    assert "acknowledge" in presenter.view(0.0).controls.allowed
    presenter.take_engine_end(EngineEnd(True, True, 9))
    assert presenter.view(0.0).controls.allowed == frozenset()


def test_what_the_engine_refuses_is_answered():
    presenter = fed(
        snapshot(1, "ramp", False, 0.5),
        {"kind": "refused", "sentence": "setpoint 50: 20 to 44.3 °C"},
    )
    answer = presenter.view(0.0).controls.answer
    assert "20 to 44.3 °C" in answer.text
    assert answer.level == "caution"


def test_an_acknowledged_alarm_stays_and_flashes_no_more():
    standing = snapshot(1, "tripped", True, 0.5)
    standing["faults"] = [FAULT | {"t_s": 3.0}]
    presenter = fed(standing)
    assert presenter.view(0.0).notices[0].flash_hz > 0.0
    presenter.take_acknowledged()
    presenter.take(standing | {"seq": 2}, 0.1)
    (notice, _) = presenter.view(0.1).notices
    assert (notice.level, notice.flash_hz) == ("fault", 0.0)
    presenter.take(standing | {"faults": []}, 0.2)
    presenter.take(standing | {"faults": [FAULT | {"t_s": 9.0}]}, 0.3)
    assert presenter.view(0.3).notices[0].flash_hz > 0.0


def test_one_of_several_segments_is_counted():
    message = snapshot(1, "hold", False, 0.5) | {"segment": 2, "segments": 3}
    assert fed(message).view(0.0).head.phase == "Hold 2/3"
    assert fed(message | {"segments": 1}).view(0.0).head.phase == "Hold"
