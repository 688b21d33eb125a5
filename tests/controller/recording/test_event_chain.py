"""What the hash of the ticks holds fast, cell by cell."""

import struct

import pytest

from controller.recording.event_chain import TicksHash
from controller.recording.run_rows import (
    TICK_COLUMNS,
    TRUTH_COLUMNS,
    reading_rows,
    tick_row,
)
from tests.controller import synthetic_run

RECORD = list(synthetic_run.records(3))[2]
ROW, READINGS = tick_row(RECORD), reading_rows(RECORD)
TRUTH = [(RECORD.seq, *RECORD.truth)] if RECORD.truth is not None else []
ODD_NAN = struct.unpack(">d", bytes.fromhex("fff8000000000000"))[0]


def hash_of(row=ROW, readings=READINGS, truth=TRUTH) -> str:
    ticks = TicksHash()
    ticks.add(row, readings, truth)
    return ticks.take()


def as_read_back(row):
    """NULL for NaN and 1 for true, as SQLite gives it."""
    return tuple(
        None if cell != cell else int(cell) if isinstance(cell, bool) else cell
        for cell in row
    )


def changed(row, number, cell):
    return (*row[:number], cell, *row[number + 1 :])


def test_a_tick_counts_as_it_is_read_back() -> None:
    back = [as_read_back(row) for row in READINGS]
    assert hash_of(as_read_back(ROW), back, [as_read_back(r) for r in TRUTH]) == (
        hash_of()
    )


@pytest.mark.parametrize("number", range(len(TICK_COLUMNS)))
def test_every_cell_of_a_tick_counts(number: int) -> None:
    for cell in (123.25, None, "text"):
        if cell != as_read_back(ROW)[number]:
            assert hash_of(changed(ROW, number, cell)) != hash_of()


@pytest.mark.parametrize("number", range(len(READINGS[0])))
def test_every_cell_of_a_reading_counts(number: int) -> None:
    for cell in (123.25, None, "text"):
        other = [*READINGS[:1], changed(READINGS[1], number, cell), *READINGS[2:]]
        assert hash_of(readings=other) != hash_of()


@pytest.mark.parametrize("number", range(1 + len(TRUTH_COLUMNS)))
def test_every_true_value_counts(number: int) -> None:
    assert TRUTH
    assert hash_of(truth=[changed(TRUTH[0], number, 123.25)]) != hash_of()


@pytest.mark.parametrize(
    "readings", [READINGS[:-1], [*READINGS, READINGS[0]], READINGS[::-1]]
)
def test_rows_left_out_added_or_moved_count(readings: list) -> None:
    assert hash_of(readings=readings) != hash_of()
    assert hash_of(truth=[]) != hash_of()


def test_every_nan_is_the_same_and_a_sign_of_zero_is_not() -> None:
    late = TICK_COLUMNS.index("late_s")
    nan = hash_of(changed(ROW, late, float("nan")))
    assert hash_of(changed(ROW, late, ODD_NAN)) == nan
    assert hash_of(changed(ROW, late, None)) == nan
    assert hash_of(changed(ROW, late, "nan")) != nan
    assert hash_of(changed(ROW, late, 0.0)) != hash_of(changed(ROW, late, -0.0))


def test_a_text_of_half_a_surrogate_pair_counts() -> None:
    reason = TICK_COLUMNS.index("command_reason")
    assert hash_of(changed(ROW, reason, "\ud800")) != hash_of(changed(ROW, reason, ""))
