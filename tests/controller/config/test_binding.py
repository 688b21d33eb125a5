"""A real instrument is bound by a serial number, and never by its port alone."""

import copy
from pathlib import Path
from typing import Any

import pytest

from controller.config.binding import bound_by, is_serial_number, usb_serial_in
from controller.config.loading import Loaded, load
from controller.errors import ConfigError
from tests.controller.config.test_loading import SMALLEST, write

USB = "USB0::0x2A8D::0x8D01::MY57200246::0::INSTR"


def real(folder: Path, **binding: Any) -> Path:
    """Write the smallest config with a real supply, at COM5 where nothing is said."""
    data = copy.deepcopy(SMALLEST)
    psu = {"driver": "aimtti_psu", "model": "QPX1200SP", "address": "COM5"}
    data["instruments"]["psu"] = psu | binding
    return write(folder, data)


def said(path: Path) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        load(path)
    return [p.removeprefix(f"{path}: ") for p in caught.value.problems]


def test_a_port_alone_binds_nothing(tmp_path: Path) -> None:
    (sentence,) = said(real(tmp_path))
    assert sentence.startswith("instruments.psu is bound by nothing but its address")
    for words in ('serial = "…"', 'adapter_serial = "…"', "no_serial", "amf check"):
        assert words in sentence


@pytest.mark.parametrize(
    ("binding", "by"),
    [
        ({"serial": "4711"}, "its serial number"),
        ({"adapter_serial": "A50285BI"}, "the serial number of its USB adapter"),
        ({"no_serial": True}, "its model alone"),
        ({"address": USB}, "the serial number in its VISA address"),
    ],
)
def test_each_way_to_be_bound(tmp_path: Path, binding: dict, by: str) -> None:
    loaded: Loaded = load(real(tmp_path, **binding))
    assert bound_by(loaded.bench.instruments["psu"]).startswith(by)


@pytest.mark.parametrize("address", ["USB0::0x2A8D::0x8D01::INSTR", "TCPIP::a::INSTR"])
def test_a_visa_address_without_a_number_binds_nothing(
    tmp_path: Path, address: str
) -> None:
    (sentence,) = said(real(tmp_path, address=address))
    assert "nothing but its address" in sentence


@pytest.mark.parametrize(
    ("binding", "words"),
    [
        ({"serial": "0000"}, 'serial = "0000" is what instruments without a serial'),
        ({"serial": "1", "no_serial": True}, "has serial and no_serial = true"),
        (
            {"adapter_serial": "A1", "no_serial": True},
            "has adapter_serial and no_serial = true",
        ),
        (
            {"adapter_serial": "A1", "address": "socket://psu:9221"},
            'adapter_serial is for a serial port, and "socket://psu:9221" is none',
        ),
    ],
)
def test_bindings_that_cannot_be(tmp_path: Path, binding: dict, words: str) -> None:
    (sentence,) = said(real(tmp_path, **binding))
    assert words in sentence


def test_what_is_simulated_or_served_needs_no_binding(tmp_path: Path) -> None:
    assert load(real(tmp_path, served=True)).bench.kinds["psu"] == "served"
    assert load(write(tmp_path, SMALLEST)).bench.simulated


@pytest.mark.parametrize("key", ["adapter_serial", "no_serial"])
def test_two_alike_are_told_apart(tmp_path: Path, key: str) -> None:
    data = copy.deepcopy(SMALLEST)
    value = True if key == "no_serial" else "A1"
    for at, name in enumerate(("thermometer", "second")):
        twin = {"driver": "neoptix_reflex", "model": "ReFlex-4", key: value}
        data["instruments"][name] = twin | {"address": f"COM{at}"}
    (sentence,) = said(write(tmp_path, data))
    alike = "are alike" if key == "no_serial" else "is already that of"
    assert alike in sentence and "instruments.second" in sentence


def test_two_alike_on_a_network_are_told_apart_by_their_addresses(
    tmp_path: Path,
) -> None:
    data = copy.deepcopy(SMALLEST)
    for at, name in enumerate(("thermometer", "second")):
        twin = {"driver": "neoptix_reflex", "model": "ReFlex-4", "no_serial": True}
        data["instruments"][name] = twin | {"address": f"socket://192.168.0.{at}:4000"}
    assert load(write(tmp_path, data)).bench.kinds["second"] == "real"


def test_a_thermometer_that_is_not_declared_is_no_faster_than_it_is_polled(
    tmp_path: Path,
) -> None:
    data = copy.deepcopy(SMALLEST)
    assert load(write(tmp_path, data)).settings.probes[0].update_s == 0.2
    data["loop"] = {"period_s": 0.5}
    assert load(write(tmp_path, data)).settings.probes[0].update_s == 0.25


def test_zeros_are_no_serial_number() -> None:
    assert not any(map(is_serial_number, ("", " ", "0", "000 000")))
    assert is_serial_number("000001") and usb_serial_in(USB) == "MY57200246"
