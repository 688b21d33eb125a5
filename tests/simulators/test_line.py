import pytest

from simulators.line import LONGEST_LINE, Line, LineReader


class Echo:
    """Answers what it hears in capitals, and ticks unasked."""

    def receive(self, data: bytes) -> bytes:
        return data.upper()

    def advance(self, dt_s: float) -> bytes:
        return b"tick %g\n" % dt_s


def test_what_is_answered_can_be_read_once() -> None:
    line = Line(Echo())
    line.write(b"a\n")
    line.write(b"b\n")
    assert (line.read(), line.read()) == (b"A\nB\n", b"")


def test_time_brings_what_is_sent_unasked() -> None:
    line = Line(Echo())
    line.advance(0.2)
    assert line.read(1.0) == b"tick 0.2\n"


def test_a_silent_line_loses_answers() -> None:
    line = Line(Echo())
    line.silent = True
    line.write(b"a\n")
    line.advance(0.2)
    line.silent = False
    assert line.read() == b""


def test_a_deaf_line_loses_commands_only() -> None:
    line = Line(Echo())
    line.deaf = True
    line.write(b"a\n")
    line.advance(1.0)
    assert line.read() == b"tick 1\n"


def test_a_line_can_garble() -> None:
    line = Line(Echo())
    line.garble = lambda answer: answer[:-1] + b"#"
    line.write(b"a\n")
    assert line.read() == b"A#"


def test_a_line_that_is_gone_fails_like_a_port() -> None:
    line = Line(Echo())
    line.gone = True
    with pytest.raises(OSError, match="cut"):
        line.write(b"a\n")
    with pytest.raises(OSError, match="cut"):
        line.read()
    line.advance(0.2)
    line.gone = False
    assert line.read() == b""


def test_closing_drops_what_was_not_read() -> None:
    line = Line(Echo())
    line.write(b"a\n")
    line.close()
    assert line.read() == b""


def test_lines_are_cut_wherever_the_bytes_are() -> None:
    reader = LineReader()
    assert reader.lines(b"V1 5\nI") == [b"V1 5"]
    assert reader.lines(b"1 2") == []
    assert reader.lines(b"\n\nOP1?\n") == [b"I1 2", b"", b"OP1?"]


def test_lines_may_end_in_either_of_two_bytes() -> None:
    assert LineReader(b"\r\n").lines(b"t\r\ni\ny\r") == [b"t", b"", b"i", b"y"]


def test_a_flood_without_an_end_is_dropped() -> None:
    reader = LineReader()
    assert reader.lines(b"x" * (LONGEST_LINE + 1)) == []
    assert reader.lines(b"OP1?\n") == [b"OP1?"]
