"""The real driver on the simulated Keysight oscilloscope, over a line."""

from random import Random

import pytest

from drivers.keysight_scope import MODELS, KeysightScope
from drivers.transport import Transport
from simulators import keysight_scope
from simulators.line import Line
from tests.pairs.scope_cases import Pair, ScopeCases


def paired(model: str, noise: Random | None = None) -> Pair:
    twin = keysight_scope.KeysightScope(model, noise=noise)
    line = Line(twin)
    return Pair(twin, line, KeysightScope(Transport(line, "scope"), model=model))


@pytest.fixture(params=MODELS)
def pair(request: pytest.FixtureRequest) -> Pair:
    return paired(request.param)


class TestKeysightScope(ScopeCases):
    pass


def test_noise_is_seeded() -> None:
    read = []
    for seed in (1, 1, 2):
        pair = paired("DSOX3024T", Random(seed))
        pair.twin.noise_v = 0.05
        read.append((pair.driver.read_signal(), pair.driver.read_waveform()))
    assert read[0] == read[1] != read[2]
