"""The simulated Opsens thermometer, byte for byte."""

import pytest

from simulators.opsens import Opsens


def twin(*temperatures: float | None) -> Opsens:
    opsens = Opsens(channels=max(1, len(temperatures)))
    opsens.temperatures[: len(temperatures)] = temperatures
    return opsens


@pytest.mark.parametrize(
    "command", [b"ch1:data? 1\n", b"CH1:DATA? 1\r", b"CHannel1:DATA? 1\r\n"]
)
def test_answers_the_newest_number_and_end_of_transmission(command: bytes) -> None:
    assert twin(25.34).receive(command) == b"25.34\n\x04\n"


def test_lines_may_end_in_carriage_return_too() -> None:
    opsens = twin(25.34)
    opsens.line_end = b"\r\n"
    assert opsens.receive(b"ch1:data? 1\r") == b"25.34\r\n\x04\n"


def test_a_command_without_data_answers_the_end_only() -> None:
    opsens = twin(25.34)
    assert opsens.receive(b"meas:rate min\n") == b"\x04\n"
    assert opsens.receive(b"MEASure:STARt INFInite\r") == b"\x04\n"
    assert opsens.receive(b"MEASure:RUN?\r") == b"-1\n\x04\n"
    assert opsens.receive(b"MEAS:STAR 5\r") == b"Err -201\n\x04\n"
    assert opsens.receive(b"MEASure:STOP\rMEAS:RUN?\r") == b"\x04\n0\n\x04\n"


@pytest.mark.parametrize(
    ("command", "code"),
    [
        (b"hello", b"-170"),
        (b"ch1:colour? 1", b"-170"),
        (b"ch2:data? 1", b"-331"),
        (b"ch1:data? x", b"-140"),
        (b"meas:rate often", b"-140"),
    ],
)
def test_errors(command: bytes, code: bytes) -> None:
    assert twin(25.34).receive(command + b"\r") == b"Err " + code + b"\n\x04\n"


@pytest.mark.parametrize("answer", [b"-99999.99", b"NaN", b"Err -333"])
def test_what_a_missing_probe_answers_is_a_switch(answer: bytes) -> None:
    opsens = twin(25.34, 26.0)
    opsens.unplugged[1] = True
    opsens.no_probe_answer = answer
    assert opsens.receive(b"ch2:data? 1\r") == answer + b"\n\x04\n"
    assert opsens.receive(b"ch1:data? 1\r") == b"25.34\n\x04\n"


def test_identity_and_health() -> None:
    opsens = twin(25.34)
    assert opsens.receive(b"*IDN?\r") == b"OPSENS,PicoM,000001,0.00\n\x04\n"
    assert opsens.receive(b"SYSTem:IDN?\r") == opsens.receive(b"*idn?\r")
    assert opsens.receive(b"ch01:diag?\r").count(b"\n") == 6


def test_half_a_command_waits_for_its_end() -> None:
    opsens = twin(25.34)
    assert opsens.receive(b"ch1:da") == b""
    assert opsens.advance(1.0) == b""
    assert opsens.receive(b"ta? 1\r") == b"25.34\n\x04\n"
