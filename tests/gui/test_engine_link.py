"""Lines arrive in any pieces; requests and ends get through."""

import sys

import pytest

from gui.engine_link import LONGEST_LINE_BYTES, EngineLink, LineAssembler

SAYS_AND_DIES = "import sys; print('{}'); print('why', file=sys.stderr); sys.exit(2)"


@pytest.mark.parametrize("size", [1, 2, 7, 1000])
def test_lines_are_assembled_from_any_pieces(size):
    stream = '{"kind": "a", "text": "°"}\n\n{"kind": "b"}\n{"kind": "c"'.encode()
    lines = LineAssembler()
    messages = []
    for start in range(0, len(stream), size):
        messages += lines.feed(stream[start : start + size])
    assert [message["kind"] for message in messages] == ["a", "b"]
    assert messages[0]["text"] == "°"


@pytest.mark.parametrize("line", [b"Traceback", b"[1]", b"\xff\xfe", b"3", b"[" * 9999])
def test_what_is_no_object_is_foreign(line):
    (message,) = LineAssembler().feed(line + b"\n")
    assert message["kind"] == "foreign"


def test_a_line_without_end_is_given_up():
    lines = LineAssembler()
    (message,) = lines.feed(b"x" * (LONGEST_LINE_BYTES + 1))
    assert message["kind"] == "foreign"
    assert lines.feed(b'{"kind": "a"}\n') == [{"kind": "a"}]


def test_the_last_words_come_with_the_end(qtbot):
    link = EngineLink([sys.executable, "-c", SAYS_AND_DIES])
    heard = []
    link.received.connect(heard.extend)
    with qtbot.waitSignal(link.ended, timeout=10_000) as ended:
        link.start()
    end = ended.args[0]
    assert (end.started, end.crashed, end.exit_code, end.words) == (
        True,
        False,
        2,
        "why",
    )
    assert heard == [{}]
    assert not link.running()
    link.send("stop")


def test_an_engine_that_does_not_exist_is_an_end(qtbot):
    link = EngineLink(["/no/such/program"])
    with qtbot.waitSignal(link.ended, timeout=10_000) as ended:
        link.start()
    assert not ended.args[0].started
    assert not link.running()
