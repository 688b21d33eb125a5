"""What is sent to an Opsens thermometer, and what its answers mean."""

import math

import pytest

from drivers.errors import Garbled, Refused, Silent, WrongInstrument
from drivers.opsens import Opsens
from drivers.transport import Transport
from tests.drivers.scripted import ScriptedPort, scripted

IDN = (b"*IDN?\r", b"OPSENS,PicoM,000001,1.00\n\x04\n")
ASK = b"CH1:DATA? 1\r"


def test_identifies() -> None:
    with scripted(IDN) as transport:
        identity = Opsens(transport).identify()
    assert (identity.maker, identity.model, identity.serial) == (
        "OPSENS",
        "PicoM",
        "000001",
    )


def test_a_text_of_another_form_is_the_model() -> None:
    with scripted((b"*IDN?\r", b"PicoM v2\n\x04\n")) as transport:
        assert Opsens(transport).identify().model == "PicoM v2"


@pytest.mark.parametrize("answer", [b"\x04\n", b"Err -170\n\x04\n", b"25.34\n\x04\n"])
def test_what_is_no_identity_is_refused(answer: bytes) -> None:
    with scripted((b"*IDN?\r", answer)) as transport, pytest.raises(WrongInstrument):
        Opsens(transport).identify()


@pytest.mark.parametrize(
    "answer", [b"25.34\n\x04\n", b"25.34\r\n\x04\n", b"25.34\n\x04"]
)
def test_reads_a_number_up_to_the_end_of_transmission(answer: bytes) -> None:
    with scripted(IDN, (ASK, answer)) as transport:
        assert Opsens(transport).read_temperatures()[1].value_c == 25.34


def test_a_handysens_takes_line_feeds() -> None:
    script = [(b"*IDN?\n", b"HandySens\n\x04\n"), (b"CH1:DATA? 1\n", b"37\n\x04\n")]
    with scripted(*script) as transport:
        assert Opsens(transport, model="HandySens").read_temperatures()[1].value_c == 37


@pytest.mark.parametrize(
    ("answer", "quality"),
    [
        (b"Err -333", "no-probe"),
        (b"Err -201", "error"),
        (b"-99999.99", "error"),
        (b"NaN", "error"),
        (b"25.34 24.1", "error"),
        (b"", "error"),
    ],
)
def test_what_is_no_plausible_number_is_no_reading(answer: bytes, quality: str) -> None:
    with scripted(IDN, (ASK, answer + b"\n\x04\n")) as transport:
        reading = Opsens(transport).read_temperatures()[1]
    assert math.isnan(reading.value_c)
    assert reading.quality == quality


def test_no_end_of_transmission_is_silence() -> None:
    with scripted(IDN, (ASK, b"25.3")) as transport, pytest.raises(Silent):
        Opsens(transport).read_temperatures()


def test_late_answers_are_not_taken_for_another_channel() -> None:
    script = [
        IDN,
        (ASK, b""),  # silent; from here each answer is that of the question before
        (b"*IDN?\r", b"40.00\n\x04\n"),
        (b"*IDN?\r", IDN[1]),
        (ASK, IDN[1]),
    ]
    port = ScriptedPort(script)
    thermometer = Opsens(Transport(port, "it"), channels=2)
    for error in (Silent, WrongInstrument, Garbled):
        with pytest.raises(error):
            thermometer.read_temperatures()
    assert port.left == []


def test_an_unknown_model_is_refused() -> None:
    with scripted() as transport, pytest.raises(Refused, match="PicoM"):
        Opsens(transport, model="CoreSens")
