"""The Aim-TTi generator driver on its simulated twin, over the simulated wire."""

import math

import pytest

from drivers.aimtti_tg import AimttiTg
from drivers.errors import Garbled, Refused, Silent
from drivers.roles import Generator
from drivers.transport import Transport
from simulators.aimtti_tg import MODELS
from simulators.aimtti_tg import AimttiTg as Twin
from simulators.line import Line


def pair(model: str = "TG2000") -> tuple[AimttiTg, Twin, Line]:
    twin = Twin(model)
    line = Line(twin)
    return AimttiTg(Transport(line, "generator"), model=model), twin, line


@pytest.mark.parametrize("model", MODELS)
def test_every_model_clocks_the_inverter(model: str) -> None:
    driver, twin, _ = pair(model)
    generator: Generator = driver
    assert generator.identify().model == model
    generator.set_frequency(161270.5)
    generator.set_amplitude(5.0)
    generator.set_output(True)
    assert twin.true_frequency_hz == 161270.5
    assert twin.amplitude_vpp == 5.0
    generator.off()
    assert twin.true_frequency_hz == 0.0


@pytest.mark.parametrize(
    ("model", "other"), [("TG2000", "TG5011"), ("TG5011", "TG2000")]
)
def test_the_wrong_dialect_is_refused_not_believed(model: str, other: str) -> None:
    twin = Twin(other)
    generator = AimttiTg(Transport(Line(twin), "generator"), model=model)
    with pytest.raises(Refused, match="other dialect"):
        generator.set_frequency(161270.0)
    assert math.isnan(generator.set_frequency_hz)


def test_a_stuck_frequency_cannot_be_seen_and_is_not_claimed() -> None:
    generator, twin, _ = pair()
    twin.stuck_frequency = True
    generator.set_frequency(161270.0)
    assert twin.frequency_hz == 10e3
    with pytest.raises(Refused, match="measure it"):
        generator.read_frequency_hz()


def test_off_reaches_a_generator_whose_answers_are_lost() -> None:
    generator, twin, line = pair()
    generator.set_output(True)
    line.silent = True
    with pytest.raises(Silent):
        generator.off()
    assert not twin.output_on


def test_garbled_answers_are_noticed() -> None:
    generator, _, line = pair()
    line.garble = lambda answer: b"\xff" + answer[1:]
    with pytest.raises(Garbled):
        generator.set_output(True)
