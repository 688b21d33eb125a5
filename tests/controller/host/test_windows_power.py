"""What powercfg says, as far as its numbers go. The samples are unverified."""

import sys

import pytest

from controller.host.windows_power import (
    battery_warnings,
    setting_of,
    sleep_warnings,
    usb_warnings,
    windows_warnings,
)

# unverified: written after Microsoft's page on powercfg /query, not captured
ENGLISH = """Power Scheme GUID: 381b4222-f694-41f0-9685-ff5bb260df2e  (Balanced)
  Subgroup GUID: 238c9fa8-0aad-41ed-83f4-97be242c8f20  (Sleep)
    GUID Alias: SUB_SLEEP
    Power Setting GUID: 29f6c1db-86da-48c5-9fdb-f2b67b1f44da  (Sleep after)
      GUID Alias: STANDBYIDLE
      Minimum Possible Setting: 0x00000000
      Maximum Possible Setting: 0xffffffff
      Possible Settings increment: 0x00000001
      Possible Settings units: Seconds
    Current AC Power Setting Index: 0x00000708
    Current DC Power Setting Index: 0x0000012c
"""
GERMAN = (
    "    Index der aktuellen Wechselstromeinstellung: 0x00000000\r\n"
    "    Index der aktuellen Gleichstromeinstellung: 0x00000384\r\n\r\n"
)


@pytest.mark.parametrize(
    ("answer", "on_battery", "setting"),
    [
        (ENGLISH, False, 1800),
        (ENGLISH, True, 300),
        (GERMAN, False, 0),
        (GERMAN, True, 900),
        ("", False, 0),
        ('Invalid Parameters -- try "/?" for help', True, 0),
        ("one number only: 0x00000708", False, 0),
    ],
)
def test_the_plan_on_mains_and_on_battery(
    answer: str, on_battery: bool, setting: int
) -> None:
    assert setting_of(answer, on_battery) == setting


def test_sleep_and_usb_are_said_only_where_they_are_on() -> None:
    (sleep,) = sleep_warnings(ENGLISH, on_battery=False)
    assert "after 1800 s" in sleep
    assert list(sleep_warnings(GERMAN, on_battery=False)) == []
    (usb,) = usb_warnings(ENGLISH, on_battery=True)
    assert "selective suspend" in usb
    assert list(usb_warnings(GERMAN, on_battery=False)) == []


def test_battery() -> None:
    assert "40 % left" in next(battery_warnings(0, 40))
    assert "left" not in next(battery_warnings(0, 255))
    assert [*battery_warnings(1, 100), *battery_warnings(255, 255)] == []


@pytest.mark.skipif(sys.platform == "win32", reason="asks the computer there")
def test_elsewhere_nothing_is_asked() -> None:
    assert windows_warnings() == []
