"""The real driver on the simulated Tektronix oscilloscope, over a line."""

from random import Random

import pytest

from drivers.tektronix_scope import MODELS, TektronixScope
from drivers.transport import Transport
from simulators import tektronix_scope
from simulators.line import Line
from tests.pairs.scope_cases import Pair, ScopeCases


def paired(model: str, noise: Random | None = None) -> Pair:
    twin = tektronix_scope.TektronixScope(model, noise=noise)
    line = Line(twin)
    return Pair(twin, line, TektronixScope(Transport(line, "scope"), model=model))


@pytest.fixture(params=MODELS)
def pair(request: pytest.FixtureRequest) -> Pair:
    return paired(request.param)


class TestTektronixScope(ScopeCases):
    pass


def test_headers_that_are_on_are_understood_and_switched_off(pair: Pair) -> None:
    assert isinstance(pair.twin, tektronix_scope.TektronixScope)
    pair.twin.headers_on = True
    assert pair.driver.read_signal().quality == "ok"
    assert len(pair.driver.read_waveform()[0]) == pair.twin.record
    pair.driver.identify()
    assert pair.twin.headers_on is False


def test_noise_is_seeded() -> None:
    read = []
    for seed in (1, 1, 2):
        pair = paired("MDO3024", Random(seed))
        pair.twin.noise_v = 0.05
        read.append((pair.driver.read_signal(), pair.driver.read_waveform()))
    assert read[0] == read[1] != read[2]
