import logging

import pytest

from drivers.errors import ConnectionLost, Refused
from drivers.modem_lines import ModemLines, open_lines

CONTACTS = {"door": "cts", "water": "dsr", "stop": "cd"}


class RecordedPort:
    """Plain lines; ``written`` is what was set, in order."""

    def __init__(self) -> None:
        self.cts = self.dsr = self.cd = True
        self.written: list[tuple[str, bool]] = []
        self.closed = self.gone = False

    @property
    def dtr(self) -> bool:
        raise AssertionError("outputs are not read back")

    @dtr.setter
    def dtr(self, level: bool) -> None:
        self._write("dtr", level)

    @property
    def rts(self) -> bool:
        raise AssertionError("outputs are not read back")

    @rts.setter
    def rts(self, level: bool) -> None:
        self._write("rts", level)

    def close(self) -> None:
        self.closed = True

    def _write(self, line: str, level: bool) -> None:
        if self.gone:
            raise OSError("Input/output error")
        self.written.append((line, level))


def test_contacts_have_the_names_of_the_bench() -> None:
    port = RecordedPort()
    lines = ModemLines(port, "lines", CONTACTS)
    assert lines.read() == {"door": True, "water": True, "stop": True}
    port.dsr = False
    assert lines.read() == {"door": True, "water": False, "stop": True}


def test_the_watchdog_line_flips_and_the_other_feeds_the_contacts() -> None:
    port = RecordedPort()
    lines = ModemLines(port, "lines", CONTACTS)
    assert port.written == [("rts", True), ("dtr", False)]
    port.written.clear()
    for _ in range(3):
        lines.toggle()
    assert port.written == [("dtr", True), ("dtr", False), ("dtr", True)]
    lines.off()
    lines.off()
    assert port.written[3:] == [("dtr", False), ("dtr", False)]
    lines.toggle()
    assert port.written[-1] == ("dtr", True)


def test_the_watchdog_may_be_on_rts() -> None:
    port = RecordedPort()
    ModemLines(port, "lines", CONTACTS, watchdog="rts").toggle()
    assert port.written == [("dtr", True), ("rts", False), ("rts", True)]


@pytest.mark.parametrize(
    ("contacts", "watchdog", "words"),
    [
        ({"door": "ri"}, "dtr", "no line 'ri' here"),
        ({"door": "cts"}, "txd", "no line 'txd' here"),
        ({"door": "cts", "water": "cts"}, "dtr", "cannot share one line"),
    ],
)
def test_a_line_that_is_not_there_is_refused(
    contacts: dict[str, str], watchdog: str, words: str
) -> None:
    with pytest.raises(Refused, match=words):
        ModemLines(RecordedPort(), "lines", contacts, watchdog=watchdog)


def test_a_port_that_has_gone_is_an_error_and_a_flip_is_not_counted() -> None:
    port = RecordedPort()
    lines = ModemLines(port, "lines", CONTACTS)
    port.gone = True
    for act in (lines.toggle, lines.off):
        with pytest.raises(ConnectionLost, match="lines: the modem lines are gone"):
            act()
    port.gone = False
    lines.toggle()
    assert port.written[-1] == ("dtr", True)


def test_identify_reads_the_lines_and_close_closes() -> None:
    port = RecordedPort()
    lines = ModemLines(port, "lines", CONTACTS)
    assert lines.identify().model == "modem lines"
    lines.close()
    assert port.closed


def test_opening_a_real_port_warns_that_it_is_unverified(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with caplog.at_level(logging.WARNING):
        ModemLines(RecordedPort(), "twin", CONTACTS)
        assert caplog.text == ""
        open_lines("loop://").close()
    assert "loop://: the driver for modem lines is unverified" in caplog.text


def test_pyserial_lines_over_its_loop_back() -> None:
    """There RTS comes back on CTS, DTR on DSR, and DCD is always on."""
    port = open_lines("loop://")
    assert (port.dtr, port.rts) == (False, False)
    lines = ModemLines(port, "loop", CONTACTS)
    assert lines.read() == {"door": True, "water": False, "stop": True}
    assert (port.dtr, port.rts) == (False, True)
    lines.toggle()
    assert lines.read()["water"] is True
    lines.off()
    assert lines.read()["water"] is False
    lines.close()


@pytest.mark.parametrize("address", ["/dev/there-is-none", "nonsense://"])
def test_what_cannot_be_opened_is_said(address: str) -> None:
    with pytest.raises(ConnectionLost, match=f"cannot open {address}"):
        open_lines(address)


def test_without_a_watchdog_both_outputs_feed_the_contacts() -> None:
    port = RecordedPort()
    lines = ModemLines(port, "lines", CONTACTS, watchdog="")
    lines.toggle()
    lines.off()
    assert port.written == [("dtr", True), ("rts", True)]
    assert lines.watchdog == ""
