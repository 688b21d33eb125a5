"""Numbers as words."""

import pytest

from gui.wording import clock, fixed, powers, time_of_day


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [
        (None, "—"),
        (0.0, "0:00"),
        (59.6, "1:00"),
        (3599.0, "59:59"),
        (3600.0, "1:00:00"),
    ],
)
def test_clock(seconds, shown):
    assert clock(seconds) == shown


@pytest.mark.parametrize(
    ("value", "shown"),
    [(None, "—"), (0.0, "0"), (2.425e9, "2.425e9"), (4.85e8, "4.850e8")],
)
def test_powers(value, shown):
    assert powers(value) == shown


def test_fixed():
    assert fixed(43.0, 1, "°C") == "43.0 °C"
    assert fixed(None, 1, "°C") == "—"


@pytest.mark.parametrize(
    ("utc", "shown"),
    [
        ("2026-11-21T10:00:00Z", "10:00:00"),
        ("2026-11-21T10:00:01.5+00:00", "10:00:01"),
        ("soon", "soon"),
        ("", "—"),
    ],
)
def test_time_of_day(utc, shown):
    assert time_of_day(utc) == shown
