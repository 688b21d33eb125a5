"""The simulated Luxtron m600, byte for byte, as the manual and captures show it."""

import pytest

from simulators.luxtron_m600 import LuxtronM600

ASK_ALL = b"\x1bID ?\r\n"


def twin(*temperatures: float | None, firmware: str = "2.82") -> LuxtronM600:
    """Return a two-channel twin that shows some temperatures, each second."""
    m600 = LuxtronM600("812", firmware=firmware)
    m600.temperatures[: len(temperatures)] = temperatures
    m600.receive(b"\x1bMU=1 S\r")
    return m600


def test_reports_each_interval_without_being_asked() -> None:
    m600 = twin(19.52, -3.5)
    line = b"  1:   19.52 C  2:   -3.50 C\r\n"
    assert m600.advance(0.9) == b""
    assert m600.advance(0.1) == line
    assert m600.advance(2.0) == 2 * line


def test_only_active_channels_are_reported() -> None:
    m600 = twin(19.52, 22.18)
    m600.receive(b"\x1bPS=2\r")
    assert m600.advance(1.0) == b"  2:   22.18 C\r\n"
    m600.receive(b"\x1bPS=2,1,2\r")
    assert m600.advance(1.0) == b"  1:   19.52 C  2:   22.18 C\r\n"


def test_an_unplugged_probe_is_marked_from_the_second_report_on() -> None:
    m600 = twin(19.52, 22.18)
    m600.unplugged[0] = True
    assert m600.advance(1.0) == b"  1: -105.67 C  2:   22.18 C\r\n"
    assert m600.advance(1.0) == b"  1: -105.67PE  2:   22.18 C\r\n"
    m600.receive(b"\x05\r")  # enabling begins anew, as captured
    assert m600.advance(1.0).startswith(b"  1: -105.67 C")
    m600.unplugged[0] = False
    assert m600.advance(1.0).startswith(b"  1:   19.52 C")


def test_the_mark_may_come_at_once() -> None:
    m600 = twin(None, 22.18)
    m600.first_without_mark = False
    assert m600.advance(1.0).startswith(b"  1: -105.67PE")


def test_a_frozen_channel_repeats_itself() -> None:
    m600 = twin(19.52, 22.18)
    before = m600.advance(1.0)
    m600.frozen = [True, True]
    m600.temperatures[:] = [30.0, 31.0]
    assert m600.advance(1.0) == before


@pytest.mark.parametrize(
    ("unit", "field"),
    [(b"KELVIN", b"  1:  293.15 K"), (b"FAHRENHEIT", b"  1:   68.00 F")],
)
def test_units(unit: bytes, field: bytes) -> None:
    m600 = twin(20.0)
    m600.receive(b"\x1bUN = " + unit + b"\r\n")
    assert m600.advance(1.0).startswith(field)


def test_continuous_is_four_a_second_shared_by_the_channels() -> None:
    m600 = twin(20.0, 20.0)
    m600.receive(b"\x1bMU=C\r")
    assert m600.interval_s == 0.5
    assert m600.advance(1.0).count(b"\n") == 2


def test_identification_as_captured() -> None:
    answer = LuxtronM600("812").receive(ASK_ALL)
    assert answer == (
        b'"LUXTRON Corp. Copyright 2001-2002"\r\n"Serial #80197"\r\nPS=1,2\r\nSM=8\r\n'
        b"MU=2S\r\nUN=CELSIUS\r\nDF=ABBR\r\nAE=DISABLE\r\nAS=30.3\r\nAO=-30\r\n"
        b"CC=ENABLE\r\nCT=46.8\r\nMS=DISABLE\r\nST=ENABLE\r\n"
    )


def test_identification_as_in_the_manual() -> None:
    m600 = LuxtronM600(serial="12345", firmware="1.00")
    m600.receive(b"\x1bDS = OEM\r\n")
    assert m600.receive(ASK_ALL) == (
        b"LUXTRON CORP. Copyright 2002\r\n"
        b"M600 Fluoroptic Thermometer, Software Version 1.00\r\nSerial # 12345\r\n"
        b"OEM\r\nPS = 1,2,3,4\r\nSM = 8\r\nMU = 1 S\r\nUN = CELSIUS\r\nDF = ABBR\r\n"
        b"AE = ENABLE\r\nAS = 27.7778\r\nAO = -30.00 C\r\nCC = ENABLE\r\n"
        b"CT = 75.00 C\r\nMS = DISABLE\r\nST = ENABLE\r\n"
    )


def test_one_parameter() -> None:
    assert (
        twin().receive(b"\x1bMU ?\r\n\x1bSN ?\r\n") == b'MU=1 S\r\n"Serial #80197"\r\n'
    )
    assert twin(firmware="1.00").receive(b"\x1bUN ?\r") == b"UN = CELSIUS\r\n"


@pytest.mark.parametrize(
    "command", [b"\x1bMU=0.1 S", b"\x1bMU=11 M", b"\x1bUN=RANKINE", b"\x1bPS=1,3"]
)
def test_an_impossible_setting_changes_nothing(command: bytes) -> None:
    m600 = twin(20.0)
    before = dict(m600.parameters)
    assert m600.receive(command + b"\r") == b""
    assert m600.parameters == before


def test_what_sets_and_unknown_commands_answer_is_a_switch() -> None:
    m600 = twin()
    m600.set_answer, m600.unknown_answer = b"OK\r\n", b"?\r\n"
    assert m600.receive(b"\x1bSM=4\r\x1bQQ ?\rhello\r") == b"OK\r\n?\r\n?\r\n"


def test_standby_measures_at_initiate_and_sends_at_report() -> None:
    m600 = twin(20.0, 21.0)
    m600.receive(b"\x05\r\x14\r")
    assert m600.advance(5.0) == b""
    assert m600.receive(b"\x09\r") == b""
    m600.temperatures[0] = 30.0
    assert m600.receive(b"\x11\r") == b"  1:   20.00 C  2:   21.00 C\r\n"
    m600.receive(b"\x06\r")
    assert m600.receive(b"\x11\r") == b""
    m600.receive(b"\x12\r")
    assert m600.advance(1.0) == b"  1:   30.00 C  2:   21.00 C\r\n"


def test_stop_holds_reports_back_until_report() -> None:
    m600 = twin(20.0)
    m600.receive(b"\x13\r")
    assert m600.advance(3.0) == b""
    m600.receive(b"\x11\r")
    assert m600.advance(1.0) != b""


def test_reset_prints_the_banner() -> None:
    assert twin().receive(b"\x18\r") == (
        b'"LUXTRON Corp. Copyright 2001-2002" (CXR)\r\n'
        b'"m600 Fluoroptic Thermometer, Software Version 2.82"\r\n"Serial #80197"\r\n'
    )


def test_after_power_on_it_is_silent_for_half_a_minute() -> None:
    m600 = twin(20.0, 21.0)
    m600.power_cycled()
    assert m600.advance(29.9) == b""
    assert m600.receive(ASK_ALL) == b""
    sent = m600.advance(1.1)
    assert sent.startswith(b'"LUXTRON')
    assert sent.endswith(b"  1:   20.00 C  2:   21.00 C\r\n")


def test_a_report_may_stand_between_the_lines_of_an_answer() -> None:
    m600 = twin(20.0, 21.0)
    m600.interleaves = True
    assert b"\r\n  1:   20.00 C  2:   21.00 C\r\n" in m600.receive(ASK_ALL)
