"""Heartbeats on the line, and when one is not enough."""

import json
import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from controller.guardian.heartbeat import (
    LONGEST_PAUSE_S,
    SILENCE_S,
    Heartbeat,
    contradiction,
    decode,
    encode,
    overdue,
)

ON = Heartbeat(7, True, 0.05, 0.1, 42, 0.0, 100.0)
OFF = replace(ON, field_on=False)
ANY = st.floats()


@given(st.integers(), st.booleans(), ANY, ANY, st.integers(), ANY, ANY)
def test_heartbeat_comes_back_from_its_line(
    seq: int,
    on: bool,
    age_s: float,
    period_s: float,
    pid: int,
    pause_s: float,
    at_s: float,
) -> None:
    sent = Heartbeat(seq, on, age_s, period_s, pid, pause_s)
    line = encode(sent)
    assert line.count("\n") == 1 and line.endswith("\n")
    assert repr(decode(line, at_s)) == repr(replace(sent, heard_s=at_s))


@pytest.mark.parametrize(
    "line",
    [
        "",
        "garbage",
        "7",
        "[]",
        "{}",
        "[" * 100_000,
        encode(ON).replace('"seq"', '"sequence"'),
        encode(ON).replace("true", "1"),
        encode(ON).replace("0.05", '"0.05"'),
        encode(ON).replace("42", "true"),
        encode(ON).replace("42", "4.2"),
        encode(ON)[:-9],
        json.dumps({**json.loads(encode(ON)), "heard_s": 1.0}),
    ],
)
def test_what_is_no_heartbeat_is_refused(line: str) -> None:
    with pytest.raises(ValueError, match="is not a heartbeat"):
        decode(line, 0.0)


@given(st.text() | st.binary().map(lambda data: data.decode("latin-1")))
def test_any_text_is_a_heartbeat_or_refused(line: str) -> None:
    try:
        decode(line, 0.0)
    except ValueError as error:
        assert "is not a heartbeat" in str(error)


@pytest.mark.parametrize(
    ("beat", "silent_s", "says"),
    [
        (ON, 0.0, ""),
        (ON, SILENCE_S, ""),
        (ON, SILENCE_S + 0.001, "no heartbeat for 0.50 s"),
        (ON, math.nan, "no heartbeat"),
        (ON, math.inf, "no heartbeat"),
        (replace(ON, heard_s=math.nan), 0.0, "no heartbeat"),
        (OFF, 1e9, ""),
        (OFF, math.nan, ""),
        (replace(OFF, tick_age_s=math.nan), 0.0, ""),
        (replace(ON, pause_s=5.0), 5.4, ""),
        (replace(ON, pause_s=5.0), 5.6, "no heartbeat"),
        (replace(ON, pause_s=10.0), 10.4, ""),
        (replace(ON, pause_s=10.1), 0.6, "no heartbeat"),
        (replace(ON, pause_s=math.nan), 0.6, "no heartbeat"),
        (replace(ON, pause_s=-1.0), 0.4, ""),
        (replace(ON, tick_age_s=0.7), 0.0, ""),
        (replace(ON, tick_age_s=0.71), 0.0, "last tick 0.71 s old"),
        (replace(ON, tick_age_s=-0.1), 0.0, "last tick"),
        (replace(ON, tick_age_s=math.nan), 0.0, "last tick"),
        (replace(ON, period_s=math.nan), 0.0, "last tick"),
    ],
)
def test_overdue(beat: Heartbeat, silent_s: float, says: str) -> None:
    reason = overdue(beat, 100.0 + silent_s)
    assert reason.startswith(says) or says in reason
    assert bool(reason) == bool(says)


@given(st.booleans(), ANY, ANY, ANY, ANY, ANY)
def test_nothing_unknown_keeps_the_field_on(
    on: bool,
    age_s: float,
    period_s: float,
    pause_s: float,
    heard_s: float,
    now_s: float,
) -> None:
    beat = Heartbeat(1, on, age_s, period_s, 1, pause_s, heard_s)
    if overdue(beat, now_s) or not on:
        return
    assert now_s - heard_s <= SILENCE_S + LONGEST_PAUSE_S
    assert age_s >= 0.0 and not math.isnan(period_s)


@pytest.mark.parametrize(
    ("before", "beat", "pid", "says"),
    [
        (None, ON, 42, ""),
        (replace(ON, seq=3), ON, 42, ""),
        (ON, ON, 42, "heartbeat 7 came after 7"),
        (replace(ON, seq=8), ON, 42, "heartbeat 7 came after 8"),
        (None, ON, 43, "not from the engine 43"),
        (None, replace(ON, period_s=math.nan), 42, "control period of nan"),
        (None, replace(ON, period_s=math.inf), 42, "control period of inf"),
        (None, replace(ON, period_s=0.0), 42, "control period of 0"),
    ],
)
def test_contradiction(
    before: Heartbeat | None, beat: Heartbeat, pid: int, says: str
) -> None:
    found = contradiction(before, beat, pid)
    assert says in found and bool(found) == bool(says)
