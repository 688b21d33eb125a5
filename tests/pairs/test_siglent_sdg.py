"""The Siglent driver on its simulated twin, over the simulated wire."""

import pytest

from drivers.errors import Refused, Silent
from drivers.roles import Generator
from drivers.siglent_sdg import SiglentSdg
from drivers.transport import Transport
from simulators.line import Line
from simulators.siglent_sdg import HIGHEST_HZ
from simulators.siglent_sdg import SiglentSdg as Twin


def pair(model: str = "SDG1032X") -> tuple[SiglentSdg, Twin, Line]:
    twin = Twin(model)
    line = Line(twin)
    return SiglentSdg(Transport(line, "generator"), model=model), twin, line


@pytest.mark.parametrize("header", ["SHORT", "LONG", "OFF"])
@pytest.mark.parametrize("model", HIGHEST_HZ)
def test_every_model_clocks_the_inverter(model: str, header: str) -> None:
    driver, twin, _ = pair(model)
    twin.header = header
    generator: Generator = driver
    assert generator.identify().model == model
    generator.set_frequency(161270.5)
    generator.set_amplitude(4.999)
    generator.set_output(True)
    assert generator.read_frequency_hz() == 161270.5
    assert driver.read_amplitude_vpp() == 4.999
    assert generator.read_output()
    assert twin.true_frequency_hz == 161270.5
    assert twin.amplitude_vpp == 4.999
    generator.off()
    assert not generator.read_output()


@pytest.mark.parametrize("frequency_hz", [100e3, 161270.0, 412345.678, 928e3])
def test_a_frequency_survives_the_digits_of_its_answer(frequency_hz: float) -> None:
    generator, _, _ = pair()
    generator.set_frequency(frequency_hz)
    assert generator.read_frequency_hz() == pytest.approx(frequency_hz, rel=1e-9)


def test_a_frequency_that_is_not_taken_is_noticed() -> None:
    generator, twin, _ = pair()
    twin.stuck_frequency = True
    with pytest.raises(Refused, match="1000 is read back"):
        generator.set_frequency(161270.0)


def test_an_amplitude_that_the_channel_may_not_give_is_noticed() -> None:
    generator, twin, _ = pair()
    twin.max_amplitude_vpp = 4.6
    with pytest.raises(Refused, match="read back"):
        generator.set_amplitude(10.0)


def test_off_reaches_a_generator_whose_answers_are_lost() -> None:
    generator, twin, line = pair()
    generator.set_output(True)
    line.silent = True
    generator.off()
    assert not twin.output_on
    with pytest.raises(Silent):
        generator.read_output()


def test_stuck_on_is_read_back() -> None:
    generator, twin, _ = pair()
    generator.set_output(True)
    twin.stuck_on = True
    generator.off()
    assert generator.read_output()
