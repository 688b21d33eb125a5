"""The Siglent driver against exchanges as the programming guide has them."""

import logging
import math

import pytest

from drivers.errors import Garbled, Refused, WrongInstrument
from drivers.siglent_sdg import SiglentSdg, fields_of, quantity_of
from drivers.transport import Transport
from tests.drivers.scripted import ScriptedPort, scripted

LONG = (
    b"C1:BSWV WVTP,SINE,FRQ,0.3HZ,PERI,3.33333S,AMP,0.08V,AMPVRMS,0.02828Vrms,"
    b"MAX_OUTPUT_AMP,4.6V,OFST,-2V,HLEV,-1.96V,LLEV,-2.04V,PHSE,0\n"
)
SHORT = (
    b"C1:BSWV WVTP,SINE,FRQ,100HZ,PERI,0.01S,AMP,2V,OFST,0V,HLEV,1V,LLEV,-1V,PHSE,0\n"
)


def wave(frequency: bytes, amplitude: bytes = b"2V") -> bytes:
    return SHORT.replace(b"100HZ", frequency).replace(b"AMP,2V", b"AMP," + amplitude)


def test_identity() -> None:
    answer = b"Siglent Technologies,SDG1032X,SDG1XDCC6R1389,1.01.01.33R1B10\n"
    with scripted((b"*IDN?\n", answer)) as transport:
        identity = SiglentSdg(transport).identify()
    assert (identity.model, identity.serial) == ("SDG1032X", "SDG1XDCC6R1389")


@pytest.mark.parametrize(
    "answer", [b"Siglent Technologies,SDG1062X,1,1\n", b"Rigol,DG1,1,1\n", b"\n"]
)
def test_another_instrument_is_refused(answer: bytes) -> None:
    with scripted((b"*IDN?\n", answer)) as transport, pytest.raises(WrongInstrument):
        SiglentSdg(transport).identify()


@pytest.mark.parametrize(
    ("answer", "frequency_hz"),
    [
        (LONG, 0.3),
        (SHORT, 100.0),
        (SHORT.removeprefix(b"C1:BSWV "), 100.0),
        (SHORT.replace(b"BSWV", b"BASIC_WAVE"), 100.0),
        (wave(b"212000HZ"), 212000.0),
        (wave(b"212KHZ"), 212000.0),
        (wave(b"2.12e+05HZ"), 212000.0),
        (b"C1:BSWV AMP,2V,FRQ,5HZ,WVTP,SQUARE\n", 5.0),
    ],
)
def test_frequency_is_found_by_its_key(answer: bytes, frequency_hz: float) -> None:
    with scripted((b"C1:BSWV?\n", answer)) as transport:
        assert SiglentSdg(transport).read_frequency_hz() == pytest.approx(frequency_hz)


def test_a_shape_without_frequency_is_refused() -> None:
    script = (b"C1:BSWV?\n", b"C1:BSWV WVTP,DC,OFST,0V\n")
    with scripted(script) as transport, pytest.raises(Refused, match="shape DC"):
        SiglentSdg(transport).read_frequency_hz()


@pytest.mark.parametrize(
    "answer",
    [
        b"C2:" + SHORT[3:],
        wave(b"fast"),
        wave(b"100S"),
        SHORT[:-3] + b"\n",
        b"\n",
        b"C1:OUTP ON,LOAD,HZ,PLRT,NOR\n",
    ],
)
def test_nonsense_is_garbled(answer: bytes) -> None:
    with scripted((b"C1:BSWV?\n", answer)) as transport, pytest.raises(Garbled):
        SiglentSdg(transport).read_frequency_hz()


@pytest.mark.parametrize(
    ("answer", "on"),
    [
        (b"C1:OUTP OFF,LOAD,HZ,PLRT,NOR\n", False),
        (b"C1:OUTP ON,LOAD,50,PLRT,NOR\n", True),
        (b"C1:OUTPUT ON,LOAD,HZ\n", True),
        (b"OFF,LOAD,HZ,PLRT,NOR\n", False),
    ],
)
def test_output_is_read(answer: bytes, on: bool) -> None:
    with scripted((b"C1:OUTP?\n", answer)) as transport:
        assert SiglentSdg(transport).read_output() is on


@pytest.mark.parametrize("answer", [b"C1:OUTP 1\n", b"C2:OUTP ON,LOAD,HZ\n", b"\n"])
def test_no_output_state_is_garbled(answer: bytes) -> None:
    with scripted((b"C1:OUTP?\n", answer)) as transport, pytest.raises(Garbled):
        SiglentSdg(transport).read_output()


def test_settings_are_confirmed_by_reading_back() -> None:
    with scripted(
        (b"C1:BSWV FRQ,161270.5\n", b""),
        (b"C1:BSWV?\n", wave(b"161270.5HZ")),
        (b"C1:BSWV AMP,5\n", b""),
        (b"C1:BSWV?\n", wave(b"161270.5HZ", b"5V")),
        (b"C1:OUTP ON\n", b""),
        (b"C1:OUTP OFF\n", b""),
    ) as transport:
        generator = SiglentSdg(transport)
        generator.set_frequency(161270.5)
        generator.set_amplitude(5.0)
        generator.set_output(True)
        generator.off()


def test_settings_that_are_not_taken_are_refused() -> None:
    with scripted(
        (b"C1:BSWV FRQ,161270\n", b""),
        (b"C1:BSWV?\n", wave(b"161271HZ")),
        (b"C1:BSWV AMP,15\n", b""),
        (b"C1:BSWV?\n", wave(b"161271HZ", b"10V")),
    ) as transport:
        generator = SiglentSdg(transport)
        with pytest.raises(Refused, match="161271"):
            generator.set_frequency(161270.0)
        with pytest.raises(Refused, match="10 is read back"):
            generator.set_amplitude(15.0)


@pytest.mark.parametrize("value", [0.0, -1.0, 30.1e6, math.nan, math.inf])
def test_values_out_of_range_are_never_sent(value: float) -> None:
    with scripted() as transport:
        generator = SiglentSdg(transport)
        with pytest.raises(Refused, match="nothing was sent"):
            generator.set_frequency(value)
        with pytest.raises(Refused, match="nothing was sent"):
            generator.set_amplitude(value)


def test_parsing() -> None:
    assert fields_of(SHORT)["AMP"] == "2V"
    assert fields_of(b"one,two,three\n") == {}
    assert quantity_of("80mV") == pytest.approx(0.08)
    assert quantity_of("80 apples") is None


def test_an_unknown_model_is_refused() -> None:
    with scripted() as transport, pytest.raises(Refused, match="known are"):
        SiglentSdg(transport, model="SDG1")


def test_a_real_link_warns_and_closes(caplog: pytest.LogCaptureFixture) -> None:
    port = ScriptedPort([], waits=True)
    with caplog.at_level(logging.WARNING):
        SiglentSdg(Transport(port, "generator")).close()
    assert "unverified on hardware" in caplog.text
    assert port.closed
