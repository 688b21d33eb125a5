import pytest

from simulators.kept_settings import KeptSettings, KeptTable, OrEndless, named
from simulators.scpi import ErrorQueue, Limits, Parser, Query, ScpiError, Setting

TABLE = KeptTable(
    numbers={
        ":DELay": Limits(0.0, 10.0, 2.0, {"MS": 1e-3}),
        ":COUNt": OrEndless(1, 9, 1),
    },
    choices={":SLOPe": ("POSitive", "NEGative")},
    switches={":BEEP": "1"},
)


def parser(kept: KeptSettings, errors: ErrorQueue) -> Parser:
    queries: dict[str, Query] = {}
    settings: dict[str, Setting] = {}
    for pattern, query, setting in kept.commands():
        if query is not None:
            queries[pattern[1:].upper()] = query
        if setting is not None:
            settings[pattern[1:].upper()] = setting
    return Parser(queries, settings, errors)


@pytest.mark.parametrize(
    ("sent", "answer"),
    [
        (b"DELAY?;COUNT?;SLOPE?;BEEP?", b"2;1;POS;1\n"),
        (b"DELAY 500 MS;DELAY?;DELAY? MAX", b"0.5;10\n"),
        (b"DELAY MIN;DELAY?", b"0\n"),
        (b"COUNT INF;COUNT?", b"9.9e+37\n"),
        (b"SLOPE negative;SLOPE?", b"NEG\n"),
        (b"BEEP OFF;BEEP?", b"0\n"),
    ],
)
def test_it_keeps_and_answers(sent: bytes, answer: bytes) -> None:
    errors = ErrorQueue()
    kept = KeptSettings(TABLE, lambda value: f"{value:g}", errors)
    assert parser(kept, errors).run(sent) == answer
    assert errors.take() == '+0,"No error"'
    kept.reset()
    assert parser(kept, errors).run(b"DELAY?;COUNT?;SLOPE?;BEEP?") == b"2;1;POS;1\n"


@pytest.mark.parametrize(
    ("sent", "error"),
    [
        (b"DELAY 11", "-222"),
        (b"COUNT x", "-121"),
        (b"SLOPE UP", "-224"),
        (b"BEEP 2", "-224"),
        (b"DELAY? UP", "-224"),
    ],
)
def test_it_refuses(sent: bytes, error: str) -> None:
    errors = ErrorQueue()
    kept = KeptSettings(TABLE, str, errors)
    assert parser(kept, errors).run(sent) == b""
    assert errors.take().startswith(error)


def test_choices_may_be_answered_in_full() -> None:
    errors = ErrorQueue()
    run = parser(KeptSettings(TABLE, str, errors, long=True), errors).run
    assert run(b"SLOPE?;SLOPE NEG;SLOPE?") == b"POSITIVE;NEGATIVE\n"


def test_a_name_stands_for_a_number_or_is_refused() -> None:
    assert named(Limits(1.0, 2.0, 1.5).words, "def") == 1.5
    with pytest.raises(ScpiError, match="-224"):
        named(Limits(1.0, 2.0, 1.5).words, "most")
