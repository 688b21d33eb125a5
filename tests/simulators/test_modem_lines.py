from types import SimpleNamespace

import pytest

from simulators.modem_lines import ModemLines


@pytest.fixture
def lines() -> ModemLines:
    lines = ModemLines(hold_s=1.0)
    lines.rts = True
    return lines


def test_contacts_read_closed_only_while_they_are_fed(lines: ModemLines) -> None:
    assert (lines.cts, lines.dsr, lines.cd) == (True, True, True)
    lines.closed["dsr"] = False
    assert (lines.cts, lines.dsr, lines.cd) == (True, False, True)
    lines.rts = False
    assert (lines.cts, lines.dsr, lines.cd) == (False, False, False)


def test_a_broken_wire_reads_open_and_a_stuck_one_closed(lines: ModemLines) -> None:
    lines.broken.add("cts")
    lines.stuck.add("cd")
    lines.closed["cd"] = False
    assert (lines.cts, lines.cd) == (False, True)


def test_the_relay_needs_flips(lines: ModemLines) -> None:
    assert lines.relay_on is False
    for _ in range(5):
        lines.dtr = not lines.dtr
        lines.advance(0.45)
        assert lines.relay_on is True
    lines.advance(1.0)
    assert lines.relay_on is False


@pytest.mark.parametrize("level", [True, False])
def test_a_line_that_stays_holds_nothing(lines: ModemLines, level: bool) -> None:
    lines.dtr = True
    for _ in range(4):
        lines.dtr = level
        lines.advance(0.3)
    assert lines.relay_on is False


def test_closing_the_port_is_no_flip(lines: ModemLines) -> None:
    lines.dtr = True
    lines.advance(0.9)
    lines.close()
    lines.advance(0.2)
    assert (lines.relay_on, lines.dtr, lines.rts) == (False, False, False)


def test_a_welded_relay_does_not_fall_off(lines: ModemLines) -> None:
    lines.welded = True
    lines.advance(10.0)
    assert lines.relay_on is True


def test_a_pulled_adapter_is_an_oserror(lines: ModemLines) -> None:
    lines.gone = True
    with pytest.raises(OSError, match="gone"):
        _ = lines.cts
    with pytest.raises(OSError, match="gone"):
        lines.dtr = True


def test_a_relay_of_the_wrong_kind_holds_on_a_line_that_stays_up(
    lines: ModemLines,
) -> None:
    lines.steady = True
    lines.dtr = True
    lines.advance(10.0)
    assert lines.relay_on is True
    lines.dtr = False
    lines.advance(1.0)
    assert lines.relay_on is False


@pytest.mark.parametrize("unwired", [False, True])
def test_a_relay_cuts_what_it_is_wired_to(lines: ModemLines, unwired: bool) -> None:
    supply = SimpleNamespace(output_on=True)
    lines.hang("dtr", supply, 0.5)
    lines.unwired = unwired
    lines.dtr = True
    lines.advance(0.4)
    assert supply.output_on is True
    lines.advance(0.2)
    assert (lines.relay_on, supply.output_on) == (False, unwired)


def test_the_watchdog_may_be_on_rts_and_nowhere_else() -> None:
    lines = ModemLines(watchdog="rts")
    lines.dtr = True
    assert (lines.relay_on, lines.cts) == (False, True)
    lines.rts = True
    assert lines.relay_on is True
    with pytest.raises(ValueError, match="txd"):
        ModemLines(watchdog="txd")
