"""``amf simulate``: what it prints is a config, and the addresses in it answer."""

import math
import os
import signal
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from controller.commands.simulate import served_config
from controller.config.loading import load
from controller.config.toml_text import toml_text
from drivers.aimtti_psu import AimttiPsu
from drivers.transport import Transport, open_port

CONFIG = Path(__file__).parents[3] / "configs" / "dry_run_short.toml"
COMMAND = """
import sys
from pathlib import Path
from controller.commands.simulate import simulate
sys.exit(simulate(Path(sys.argv[1]), link=sys.argv[2]))
"""
LINKS = ["socket", "pty", "mixed"] if os.name == "posix" else ["socket", "mixed"]

PLAIN = (
    st.booleans()
    | st.integers(-(2**60), 2**60)
    | st.floats(allow_nan=False)
    | st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
)
VALUES = st.recursive(
    PLAIN,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text(st.characters(exclude_categories=["Cs"])), inner)
    ),
    max_leaves=12,
)


@given(
    st.dictionaries(
        st.text(st.characters(exclude_categories=["Cs"]), max_size=10), VALUES
    )
)
def test_data_come_back_from_their_toml(data: dict[str, Any]) -> None:
    assert tomllib.loads(toml_text(data)) == data


def test_not_a_number_and_infinity_are_written_as_toml() -> None:
    again = tomllib.loads(toml_text({"a": math.inf, "b": -math.inf, "c": math.nan}))
    assert (again["a"], again["b"]) == (math.inf, -math.inf)
    assert math.isnan(again["c"])


def test_only_the_instruments_change() -> None:
    data = tomllib.loads(CONFIG.read_text(encoding="utf-8"))
    addresses = {"psu": "socket://127.0.0.1:1", "thermometer": "/dev/pts/7"}
    served = tomllib.loads(served_config(data, addresses, "x.toml"))
    assert served["instruments"]["psu"] == {
        "driver": "aimtti_psu",
        "model": "QPX1200SP",
        "address": "socket://127.0.0.1:1",
        "served": True,
    }
    assert served["instruments"]["generator"] == data["instruments"]["generator"]
    del served["instruments"], data["instruments"]
    assert served == data


@pytest.mark.parametrize("link", LINKS)
@pytest.mark.skipif(os.name != "posix", reason="Ctrl-C by signal is POSIX's")
def test_printed_config_is_whole_and_its_addresses_answer(
    tmp_path: Path, link: str
) -> None:
    served, told = tmp_path / "served.toml", tmp_path / "told.txt"
    with (
        served.open("w") as out,
        told.open("w") as errors,
        subprocess.Popen(
            [sys.executable, "-c", COMMAND, str(CONFIG), link],
            stdout=out,
            stderr=subprocess.PIPE,
            text=True,
        ) as process,
    ):
        assert process.stderr is not None
        for line in process.stderr:
            errors.write(line)
            if "Ctrl-C" in line:
                break
        loaded = load(served)
        psu = loaded.bench.instruments["psu"]
        assert psu.served and psu.address is not None
        driver = AimttiPsu(Transport(open_port(psu.address), "psu", timeout_s=10.0))
        identity = driver.identify()
        driver.close()
        process.send_signal(signal.SIGINT)
        assert process.wait(20.0) == 0
        rest = process.stderr.read()
    assert identity.model == "QPX1200SP"
    assert loaded.bench.simulated
    assert "not served any more" in rest
    assert "thermometer: " in told.read_text()
    assert not any(
        Path(i.address).exists()
        for i in loaded.bench.instruments.values()
        if i.address is not None and "://" not in i.address
    )
