"""The wire log of a whole run: complete, and good for a driver's test."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from controller.bench import How, open_bench
from controller.config.loading import load
from controller.instruments.wire_log import WireLogFile, to_pairs
from controller.loop import COMPLETED
from controller.procedures.run_record import open_record
from drivers.aimtti_psu import AimttiPsu
from drivers.keysight_33500 import Keysight33500
from drivers.neoptix_reflex import NeoptixReflex
from drivers.transport import Transport
from tests.controller.rig import Rig
from tests.controller.served import quick, served_bench
from tests.drivers.scripted import ScriptedPort

NAMES = ("psu", "generator", "thermometer")
MAKE: dict[str, Callable[[Transport], Any]] = {
    "psu": lambda t: AimttiPsu(t, model="QPX1200SP"),
    "generator": lambda t: Keysight33500(t, model="33521B"),
    "thermometer": NeoptixReflex,
}


@pytest.fixture(scope="module")
def wire_log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("run")
    loaded, path = load(quick(folder)), folder / "wire.log"
    with (
        WireLogFile(path) as log,
        open_bench(loaded, How(seed=1, log=log)) as bench,
    ):
        rig = Rig(loaded, bench, open_record(loaded, bench, folder, 1))
        assert rig.run().exit_code == COMPLETED
    return path


def test_every_exchange_of_a_run_is_there(wire_log: Path) -> None:
    pairs = {name: to_pairs(wire_log, name) for name in NAMES}
    for name in NAMES:
        assert len(pairs[name]) > 150, name  # a poll each 0.1 s of some 19 s
    sent = [sent for sent, _ in pairs["psu"]]
    assert sent.count(b"OP1 1\n") == 1
    on, last = sent.index(b"OP1 1\n"), len(sent) - sent[::-1].index(b"OP1 0\n")
    after = [s for s in sent[last:] if s.startswith((b"I1 ", b"V1 "))]
    assert on < last and all(float(s[3:]) <= 0.01 for s in after), after


@pytest.mark.parametrize("name", NAMES)
def test_its_beginning_plays_the_driver_s_part_again(wire_log: Path, name: str) -> None:
    pairs = to_pairs(wire_log, name)
    identities = []
    for count in range(1, 6):  # identify is the first thing that is asked
        port = ScriptedPort(pairs[:count])
        try:
            identities.append(MAKE[name](Transport(port, name)).identify())
            break
        except AssertionError:  # it asks more than so many pairs hold
            continue
    assert len(identities) == 1 and identities[0].model


def test_what_goes_over_real_ports_is_there_too(tmp_path: Path) -> None:
    path = tmp_path / "wire.log"
    with (
        served_bench(tmp_path) as (config, _),
        WireLogFile(path) as log,
        open_bench(load(config), How(log=log)) as bench,
    ):
        assert bench.link.switch_off().confirmed
    for name in NAMES:
        assert any(came for _, came in to_pairs(path, name)), name
