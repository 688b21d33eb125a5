"""Drivers by name, ours and those that another package brings by an entry point."""

import math
import shutil
import sys
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from controller.bench import open_thermometry
from controller.config import catalogue
from controller.config.catalogue import (
    DRIVERS,
    GROUP,
    DriverRefused,
    brought_by,
    driver_kind,
    offered_drivers,
)
from controller.config.loading import load
from simulators.line import Line
from simulators.pacing import Manner
from simulators.serve import Server, in_background
from tests.controller.config.test_loading import changed, problems, write

ROOT = Path(__file__).parents[3]
EXAMPLE = ROOT / "tests" / "example_driver"
NAME = "lab_two_fibres"
Install = Callable[..., None]


class TwoFibres:
    """The example's instrument: answers lines with lines."""

    def __init__(self) -> None:
        self.temperatures = b"43.25,--"

    def receive(self, data: bytes) -> bytes:
        answers = {b"ID?\n": b"two-fibres,0007,1.2", b"T?\n": self.temperatures}
        return answers[data] + b"\n"

    def advance(self, dt_s: float) -> bytes:
        return b""


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Install]:
    """Put a package beside ours as an installer does; forget it at the end."""
    folder = tmp_path / "installed"
    folder.mkdir()
    monkeypatch.syspath_prepend(str(folder))

    def put(package: str, points: dict[str, str], **modules: str) -> None:
        info = folder / f"{package.replace('-', '_')}-1.0.dist-info"
        info.mkdir()
        metadata = f"Metadata-Version: 2.1\nName: {package}\nVersion: 1.0\n"
        (info / "METADATA").write_text(metadata, encoding="utf-8")
        lines = [f"[{GROUP}]", *(f"{name} = {at}" for name, at in points.items())]
        (info / "entry_points.txt").write_text("\n".join(lines), encoding="utf-8")
        for module, code in modules.items():
            (folder / f"{module}.py").write_text(code, encoding="utf-8")
        monkeypatch.setattr(catalogue, "POINTS", catalogue.installed())
        driver_kind.cache_clear()

    before = set(sys.modules)
    yield put
    for name in set(sys.modules) - before:
        if str(folder) in str(getattr(sys.modules[name], "__file__", "")):
            del sys.modules[name]
    driver_kind.cache_clear()


@pytest.fixture
def example(install: Install, tmp_path: Path) -> None:
    """Install tests/example_driver as its own pyproject.toml says."""
    data = tomllib.loads((EXAMPLE / "pyproject.toml").read_text(encoding="utf-8"))
    package = EXAMPLE / data["tool"]["uv"]["build-backend"]["module-name"]
    shutil.copytree(package, tmp_path / "installed" / package.name)
    install(data["project"]["name"], data["project"]["entry-points"][GROUP])


def config(folder: Path, **thermometer: Any) -> Path:
    """Write the smallest config, with this thermometer of two channels."""
    data = changed()
    data["instruments"]["thermometer"] = thermometer
    return write(folder, data)


def refusal(folder: Path, **thermometer: Any) -> str:
    (sentence,) = problems(config(folder, **thermometer))
    return sentence.partition(": ")[2]


@pytest.mark.usefixtures("example")
def test_a_lab_s_own_driver_reads_in_a_bench(tmp_path: Path) -> None:
    server = Server(lambda dt_s: None)
    address = server.on_socket(
        "fibres", Line(TwoFibres()), Manner(lan=True, ends=b"\n")
    )
    with in_background(server):
        table = {"driver": NAME, "model": "two-fibres", "address": address}
        loaded = load(config(tmp_path, **table, served=True))
        assert loaded.bench.kinds["thermometer"] == "served"
        with open_thermometry(loaded) as bench:
            station = bench.link.thermometers["thermometer"]

            def poll() -> str:
                station.poll()
                return ""

            assert bench.link.acquisition.call(station, poll) == ""
            assert bench.identities["thermometer"].serial == "0007"
            assert station.readings[1].value_c == 43.25
            assert station.readings[2].quality == "no-probe"


@pytest.mark.usefixtures("example")
def test_the_record_says_whose_driver_it_was() -> None:
    data = tomllib.loads((EXAMPLE / "pyproject.toml").read_text(encoding="utf-8"))
    package = data["project"]["name"]
    assert brought_by(NAME) == {"package": package, "package_version": "1.0"}
    assert brought_by("aimtti_psu") == {}


@pytest.mark.usefixtures("example")
def test_a_lab_s_own_driver_is_offered_and_checked_like_ours(tmp_path: Path) -> None:
    assert set(offered_drivers()) == {*DRIVERS, NAME}
    assert driver_kind(NAME).baud == 115200
    assert refusal(tmp_path, driver=NAME, model="three", address="COM7") == (
        'instruments.thermometer.model = "three" is not one that driver '
        f"{NAME} knows: two-fibres"
    )
    misspelt = refusal(tmp_path, driver="lab_2_fibres", model="x", address="COM7")
    assert misspelt.endswith(f'; did you mean "{NAME}"?')


@pytest.mark.usefixtures("example")
def test_a_lab_s_own_instrument_is_not_simulated_inside(tmp_path: Path) -> None:
    assert refusal(tmp_path, driver=NAME, model="two-fibres", simulated=True) == (
        f"instruments.thermometer is simulated, and driver {NAME} of another package "
        'has no twin here; give it address = "…" instead'
    )


@pytest.mark.usefixtures("example")
def test_what_a_config_does_not_name_is_not_imported() -> None:
    load(ROOT / "configs" / "dry_run_short.toml")
    assert NAME in offered_drivers()
    assert "lab_drivers" not in sys.modules


NUMBERS = "from controller.config.catalogue import DriverKind, Model\n"
SUPPLY = NUMBERS + 'KIND = DriverKind("supply", {"A": Model(60, 50)}, None)\n'


@pytest.mark.parametrize(
    ("at", "code", "why"),
    [
        ("absent:KIND", "", "cannot be imported (ModuleNotFoundError: No module named"),
        ("acme:ABSENT", "", "cannot be imported (AttributeError: module 'acme' has"),
        ("acme:KIND", "KIND = (", "cannot be imported (SyntaxError: '(' was never"),
        ("acme:KIND", "1 / 0", "cannot be imported (ZeroDivisionError: division by"),
        ("acme:KIND", "KIND = 3", "is of type int and no DriverKind"),
        ("acme:KIND", SUPPLY, "does not say the volts, amperes and current step of"),
        (
            "acme:KIND",
            NUMBERS + 'KIND = DriverKind("thermometer", {"A": Model()}, None)',
            "does not say how many channels its A has",
        ),
        (
            "acme:KIND",
            NUMBERS + 'KIND = DriverKind("pump", {"A": Model()}, None)',
            "has the role 'pump', which is none of supply, generator, thermometer",
        ),
        (
            "acme:KIND",
            NUMBERS + 'KIND = DriverKind("generator", {}, None)',
            "knows no model",
        ),
        (
            "acme:KIND",
            NUMBERS + 'KIND = DriverKind("generator", {"A": 1}, None)',
            "says of its A no Model but 1",
        ),
    ],
)
def test_broken_package_is_one_sentence_with_its_name(
    install: Install, tmp_path: Path, at: str, code: str, why: str
) -> None:
    install("acme-lab", {"acme": at}, acme=code)
    said = refusal(tmp_path, driver="acme", model="A", address="COM7")
    start = 'instruments.thermometer.driver = "acme" cannot be used: acme-lab brings '
    assert said.startswith(f"{start}the driver acme, but {at} {why}")
    assert "\n" not in said


def test_broken_package_troubles_no_other_config(install: Install) -> None:
    install("acme-lab", {"acme": "acme:KIND"}, acme="raise SystemExit(1)")
    assert load(ROOT / "configs" / "dry_run_short.toml").name == "dry_run_short"


def test_name_of_ours_cannot_be_taken(install: Install, tmp_path: Path) -> None:
    install("acme-lab", {"neoptix_reflex": "acme:KIND"}, acme=SUPPLY)
    table = {"driver": "neoptix_reflex", "model": "ReFlex-4", "simulated": True}
    assert refusal(tmp_path, **table) == (
        'instruments.thermometer.driver = "neoptix_reflex" cannot be used: amf-bench '
        "and acme-lab each bring a driver neoptix_reflex; uninstall all but one"
    )
    with pytest.raises(DriverRefused):
        driver_kind("neoptix_reflex")


def test_name_of_two_packages_is_refused(install: Install) -> None:
    install("acme-lab", {"fibre": "acme:KIND"}, acme=SUPPLY)
    install("best-lab", {"fibre": "best:KIND"}, best=SUPPLY)
    with pytest.raises(DriverRefused, match="acme-lab and best-lab each bring"):
        driver_kind("fibre")


def test_nobody_s_driver_is_a_key_error() -> None:
    with pytest.raises(KeyError):
        driver_kind("nobody")


@pytest.mark.parametrize("name", DRIVERS)
def test_every_driver_of_ours_says_what_a_bench_has_to_know(name: str) -> None:
    kind = driver_kind(name)
    assert kind is DRIVERS[name]
    for model in kind.models.values():
        rated: dict[str, Any] = {
            "supply": 0.0 < model.current_resolution_a < model.max_current_a < math.inf,
            "generator": True,
            "thermometer": model.channels >= 1,
            "oscilloscope": model.channels >= 1,
            "contacts": True,
            "induction heater": 0.0 < model.max_current_a < math.inf,
        }
        assert rated[kind.role]
