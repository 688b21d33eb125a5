"""The Aim-TTi generator driver against exchanges in both dialects."""

import logging
import math

import pytest

from drivers.aimtti_tg import AimttiTg
from drivers.errors import Garbled, Refused, Silent, WrongInstrument
from drivers.transport import Transport
from tests.drivers.scripted import ScriptedPort, scripted

Script = tuple[tuple[bytes, bytes], ...]


def verified(
    command: bytes, error: bytes = b"0\r\n", events: bytes = b"0\r\n"
) -> Script:
    return (
        (b"EER?\n", b"0\r\n"),
        (b"*ESR?\n", b"128\r\n"),
        (command, b""),
        (b"EER?\n", error),
        (b"*ESR?\n", events),
    )


def test_identity() -> None:
    script = (b"*IDN?\n", b"THURLBY THANDAR, TG5011, 527758, 1.01\r\n")
    with scripted(script) as transport:
        identity = AimttiTg(transport, model="TG5011").identify()
    assert (identity.model, identity.serial) == ("TG5011", "527758")


@pytest.mark.parametrize(
    "answer", [b"THURLBY THANDAR, TG5012, 1, 1\r\n", b"Agilent,33220A,1,1\r\n", b"\r\n"]
)
def test_another_instrument_is_refused(answer: bytes) -> None:
    with scripted((b"*IDN?\n", answer)) as transport, pytest.raises(WrongInstrument):
        AimttiTg(transport, model="TG5011").identify()


@pytest.mark.parametrize(
    ("model", "command"),
    [
        ("TG2000", b"WAVFREQ 161270\n"),
        ("TG1010A", b"WAVFREQ 161270\n"),
        ("TG5011", b"FREQ 161270\n"),
        ("TGP3122", b"FREQ 161270\n"),
    ],
)
def test_each_dialect_sets_the_frequency_in_its_own_word(
    model: str, command: bytes
) -> None:
    with scripted(*verified(command)) as transport:
        generator = AimttiTg(transport, model=model)
        generator.set_frequency(161270.0)
    assert generator.set_frequency_hz == 161270.0


def test_amplitude_is_set_in_peak_to_peak() -> None:
    with scripted(*verified(b"AMPUNIT VPP\n"), *verified(b"AMPL 5\n")) as transport:
        AimttiTg(transport).set_amplitude(5.0)


def test_the_other_dialect_is_noticed_although_eer_is_zero() -> None:
    with scripted(*verified(b"WAVFREQ 161270\n", events=b"32\r\n")) as transport:
        generator = AimttiTg(transport)
        with pytest.raises(Refused, match="other dialect"):
            generator.set_frequency(161270.0)
    assert math.isnan(generator.set_frequency_hz)


def test_an_execution_error_is_a_refusal() -> None:
    script = verified(b"WAVFREQ 161270\n", error=b"100\r\n", events=b"16\r\n")
    with scripted(*script) as transport, pytest.raises(Refused, match="error 100"):
        AimttiTg(transport).set_frequency(161270.0)


@pytest.mark.parametrize("frequency_hz", [0.0, -1.0, 20.1e6, math.nan, math.inf])
def test_a_frequency_out_of_range_is_never_sent(frequency_hz: float) -> None:
    with scripted() as transport, pytest.raises(Refused, match="nothing was sent"):
        AimttiTg(transport).set_frequency(frequency_hz)


@pytest.mark.parametrize("amplitude_vpp", [0.0, 20.1, math.nan])
def test_an_amplitude_out_of_range_is_never_sent(amplitude_vpp: float) -> None:
    with scripted() as transport, pytest.raises(Refused, match="nothing was sent"):
        AimttiTg(transport).set_amplitude(amplitude_vpp)


def test_what_was_set_is_never_given_out_as_a_reading() -> None:
    with scripted(
        *verified(b"WAVFREQ 161270\n"), *verified(b"OUTPUT ON\n")
    ) as transport:
        generator = AimttiTg(transport)
        generator.set_frequency(161270.0)
        generator.set_output(True)
        assert not generator.reads_back
        with pytest.raises(Refused, match="161270 Hz was set"):
            generator.read_frequency_hz()
        with pytest.raises(Refused, match="cannot be asked"):
            generator.read_output()
    assert generator.set_output_on is True


def test_off_is_sent_before_anything_is_asked() -> None:
    with scripted((b"OUTPUT OFF\n", b""), *verified(b"OUTPUT OFF\n")) as transport:
        generator = AimttiTg(transport)
        generator.off()
    assert generator.set_output_on is False


def test_off_without_an_answer_is_not_certain() -> None:
    script = (b"OUTPUT OFF\n", b""), (b"EER?\n", b"")
    with scripted(*script) as transport:
        generator = AimttiTg(transport)
        with pytest.raises(Silent):
            generator.off()
    assert generator.set_output_on is None


def test_nonsense_is_garbled() -> None:
    with scripted((b"EER?\n", b"ON\r\n")) as transport, pytest.raises(Garbled):
        AimttiTg(transport).set_frequency(1000.0)


def test_an_unknown_model_is_refused() -> None:
    with scripted() as transport, pytest.raises(Refused, match="known are"):
        AimttiTg(transport, model="TG1")


def test_a_real_link_warns_and_closes(caplog: pytest.LogCaptureFixture) -> None:
    port = ScriptedPort([], waits=True)
    with caplog.at_level(logging.WARNING):
        AimttiTg(Transport(port, "generator")).close()
    assert "unverified on hardware" in caplog.text
    assert port.closed
