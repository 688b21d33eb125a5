import pytest

from simulators.scpi import (
    ErrorQueue,
    Limits,
    Parser,
    ScpiError,
    choice,
    quantity,
    spellings,
    switch,
)


def test_short_long_optional_and_numbered_spellings() -> None:
    assert sorted(spellings("[:SOURce@]:FREQuency[:CW]", ("", "1"))) == sorted(
        source + frequency + cw
        for source in ("", "SOUR:", "SOUR1:", "SOURCE:", "SOURCE1:")
        for frequency in ("FREQ", "FREQUENCY")
        for cw in ("", ":CW")
    )


def test_common_commands_have_one_spelling() -> None:
    assert spellings("*RST", ("", "1")) == ["*RST"]


def parser() -> tuple[Parser, list[str], ErrorQueue]:
    heard: list[str] = []
    errors = ErrorQueue()
    queries = {
        "FREQ": lambda t: "1" + t,
        "VOLT:OFFS": lambda t: "2",
        "*OPC": lambda t: "9",
    }
    settings = {
        "FREQ": lambda t: heard.append("f" + t),
        "VOLT": lambda t: heard.append("v" + t),
        "VOLT:OFFS": lambda t: heard.append("o" + t),
        "DISP:TEXT": heard.append,
    }
    return Parser(queries, settings, errors), heard, errors


def test_answers_of_one_line_are_joined() -> None:
    assert parser()[0].run(b"FREQ?;*OPC?;FREQ? MAX") == b"1;9;1MAX\n"


def test_a_header_continues_the_path_of_the_one_before() -> None:
    found, heard, errors = parser()
    found.run(b"VOLT:OFFS 1;OFFS 2;:VOLT 3;*OPC?;FREQ 4\r")
    assert heard == ["o1", "o2", "v3", "f4"]
    assert found.run(b"VOLT:OFFS 1;FREQ 2") == b""
    assert errors.take() == '-113,"Undefined header"'


def test_a_semicolon_in_a_string_parts_nothing() -> None:
    found, heard, _ = parser()
    found.run(b"DISP:TEXT 'a;b'")
    assert heard == ["'a;b'"]


@pytest.mark.parametrize(
    "line", [b"", b";", b" \r", b"\xff\xfe", b"NOPE", b"VOLT?", b"*X"]
)
def test_nonsense_answers_nothing(line: bytes) -> None:
    assert parser()[0].run(line) == b""


def test_errors_come_first_in_first_out_and_the_queue_ends() -> None:
    errors = ErrorQueue()
    for code in range(-130, -100):
        errors.push(ScpiError(code, "x"))
    taken = [errors.take() for _ in range(21)]
    assert taken[:2] == ['-130,"x"', '-129,"x"']
    assert taken[19:] == ['-350,"Queue overflow"', '+0,"No error"']


def test_errors_set_event_bits() -> None:
    errors = ErrorQueue()
    errors.push(ScpiError(-222, "x"))
    assert errors.events == 16
    errors.push(ScpiError(-113, "x"))
    assert errors.events == 48
    errors.clear()
    assert (errors.events, len(errors)) == (0, 0)


LIMITS = Limits(1.0, 1e6, 1e3, {"HZ": 1.0, "KHZ": 1e3})


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("161270", 161270.0),
        ("161.27 kHz", 161270.0),
        ("1.6127E5HZ", 161270.0),
        ("MIN", 1.0),
        ("maximum", 1e6),
        ("DEF", 1e3),
        (".5E3", 500.0),
    ],
)
def test_quantities(text: str, value: float) -> None:
    errors = ErrorQueue()
    assert quantity(text, LIMITS, errors) == pytest.approx(value, rel=1e-12)
    assert len(errors) == 0


@pytest.mark.parametrize(("text", "value"), [("2E6", 1e6), ("0", 1.0), ("-1", 1.0)])
def test_a_quantity_outside_is_clipped_and_said(text: str, value: float) -> None:
    errors = ErrorQueue()
    assert quantity(text, LIMITS, errors) == value
    assert errors.take().startswith('-222,"Data out of range; value clipped to')


@pytest.mark.parametrize(
    ("text", "code"), [("", -109), ("abc", -121), ("nan", -121), ("1 V", -131)]
)
def test_what_is_no_quantity(text: str, code: int) -> None:
    with pytest.raises(ScpiError, match=str(code)):
        quantity(text, LIMITS, ErrorQueue())


def test_keywords_in_both_forms() -> None:
    names = ("SINusoid", "SQUare")
    assert [choice(word, names) for word in ("SIN", "sinusoid", "square")] == [
        "SIN",
        "SIN",
        "SQU",
    ]
    with pytest.raises(ScpiError, match="-224"):
        choice("sinus", names)
    assert [switch(word) for word in ("ON", "off", "1", "0")] == [
        True,
        False,
        True,
        False,
    ]
