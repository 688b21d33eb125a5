"""What is said of the field: never more than a read-back says, and no older news."""

import pytest

from gui import texts
from gui.field_state import FieldState
from gui.outcome import StopStage
from gui.wording import Message

UTC = "2025-01-01T10:00:00+00:00"


def snapshot(
    t_s: float, on: bool, commanded_a_per_m: float = 0.0, age_s: float = 0.1
) -> Message:
    return {
        "t_s": t_s,
        "drive": {"output_on": on, "age_s": age_s},
        "field": {"commanded_a_per_m": commanded_a_per_m},
    }


@pytest.mark.parametrize(
    ("output_on", "out_of_date", "text", "level"),
    [
        (True, False, texts.FIELD_ON, "caution"),
        (False, False, texts.FIELD_OFF_READ, "quiet"),
        (True, True, texts.FIELD_LAST_ON, "fault"),
        (False, True, texts.FIELD_UNKNOWN, "caution"),
        (None, False, texts.FIELD_UNKNOWN, "caution"),
        (None, True, texts.FIELD_UNKNOWN, "caution"),
    ],
)
def test_a_read_back_counts_while_it_is_new(
    output_on: bool | None, out_of_date: bool, text: str, level: str
) -> None:
    notice = FieldState().notice(output_on, out_of_date)
    assert (notice.text, notice.level) == (text, level)


@pytest.mark.parametrize(
    ("running", "text", "level"),
    [
        (True, texts.OFF_OUT_OF_REACH, "fault"),
        (False, texts.SIMULATION_ENDED, "caution"),
    ],
)
def test_a_simulated_field_ends_with_its_engine(
    running: bool, text: str, level: str
) -> None:
    field = FieldState()
    field.take_stop(StopStage("out-of-reach", engine_running=running), 1.0)
    notice = field.notice(True, True)
    assert (notice.text, notice.level) == (text, level)
    assert not field.confirmed()


def test_what_amf_off_confirms_is_not_measured_by_the_engine_s_older_clock() -> None:
    field = FieldState()
    field.take_off({"confirmed": False, "t_s": 5.0, "utc": UTC}, 5.0)
    field.take_stop(StopStage("off-confirmed", utc=UTC), 8.1)
    field.take_read_back(snapshot(8.0, on=True), 8.2)  # read before, and late here
    assert field.confirmed()
    field.take_read_back(snapshot(10.0, on=True), 10.1)
    assert not field.confirmed()
    assert field.notice(True, False).text == texts.ON_AGAIN
