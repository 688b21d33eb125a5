"""docs/instruments.md says of every instrument what the code says."""

import importlib
import re
import tomllib
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from controller.config.catalogue import DRIVERS, GROUP

ROOT = Path(__file__).parents[1]
DOCUMENT = ROOT / "docs" / "instruments.md"
TEXT = DOCUMENT.read_text(encoding="utf-8")
WITNESSES = ROOT / "tests" / "witnesses"
EXAMPLE = ROOT / "tests" / "example_driver"
WIRED, NOT_WIRED = "## What a config may name", "## Drivers that no bench uses yet"
# A wire that instruments share, and no instrument.
SHARED = {"__init__", "modbus_rtu"}
LINK = re.compile(r"\]\((?!https?:)([^)#]+)\)")
Row = dict[str, str]


def rows(heading: str) -> dict[str, Row]:
    """Return the rows of the table below a heading, by driver; a row by column."""
    section = TEXT.partition(heading + "\n")[2].partition("\n## ")[0]
    lines = [line for line in section.splitlines() if line.startswith("|")]
    if not lines:  # every driver is wired
        return {}
    head, _, *body = ([c.strip() for c in line.strip("|").split("|")] for line in lines)
    found = [dict(zip(head, cells, strict=True)) for cells in body]
    return {row["driver"].strip("`"): row for row in found}


TABLE = {**rows(WIRED), **rows(NOT_WIRED)}
DRIVER_NAMES = sorted(TABLE)


def driver_module(name: str) -> ModuleType:
    return importlib.import_module(f"drivers.{name}")


def driver_class(name: str) -> Any:
    """Return the class of a driver: the one of its module that can be switched off."""
    module = driver_module(name)
    own = [c for c in vars(module).values() if isinstance(c, type)]
    (found,) = [c for c in own if c.__module__ == module.__name__ and hasattr(c, "off")]
    return found


def models_of(name: str) -> list[str]:
    if name in DRIVERS:
        return list(DRIVERS[name].models)
    return list(getattr(driver_module(name), "MODELS", ["any serial adapter"]))


def cell_names(cell: str) -> list[str]:
    """Return the names in a cell that are links to a file: [`name`](file)."""
    return re.findall(r"\[`(\w+)`\]", cell)


def witnessed(path: Path) -> set[str]:
    """Return the twins that a test of witnesses imports."""
    text = path.read_text(encoding="utf-8")
    twins = set(re.findall(r"^from simulators\.(\w+) import", text, re.MULTILINE))
    return twins & set(TABLE)


def test_every_driver_has_one_row() -> None:
    both = {p.stem for p in (ROOT / "drivers").glob("*.py")} & {
        p.stem for p in (ROOT / "simulators").glob("*.py")
    }
    assert set(TABLE) == both - SHARED
    assert len(TABLE) == len(rows(WIRED)) + len(rows(NOT_WIRED))


def test_table_says_what_a_config_may_name() -> None:
    assert set(rows(WIRED)) == set(DRIVERS)
    assert set(rows(NOT_WIRED)).isdisjoint(DRIVERS)


@pytest.mark.parametrize("name", DRIVER_NAMES)
def test_role_and_models(name: str) -> None:
    assert TABLE[name]["models"].split(", ") == models_of(name)
    if name in DRIVERS:
        assert TABLE[name]["role"] == DRIVERS[name].role


@pytest.mark.parametrize("name", DRIVER_NAMES)
def test_hardware_status_is_what_the_driver_says(name: str) -> None:
    unverified = "UNVERIFIED on hardware" in (driver_module(name).__doc__ or "")
    assert TABLE[name]["hardware"] == ("unverified" if unverified else "verified")


@pytest.mark.parametrize("name", DRIVER_NAMES)
def test_source_is_what_the_driver_says(name: str) -> None:
    """Each number of a source's pages, manuals and sections stands in the driver."""
    said = driver_module(name).__doc__ or ""
    numbers = re.findall(r"\d[\d.]*\d|\d", TABLE[name]["source of the protocol"])
    assert [n for n in numbers if n not in said] == []
    assert len(TABLE[name]["source of the protocol"]) > 20


@pytest.mark.parametrize("name", DRIVER_NAMES)
def test_watchdog_is_what_the_driver_has(name: str) -> None:
    cell, driver = TABLE[name]["watchdog"], driver_class(name)
    assert ("arm_watchdog" in cell) == hasattr(driver, "arm_watchdog")
    if getattr(driver, "watchdog", None) == "" or TABLE[name]["role"] == "generator":
        assert cell.startswith("none")
    if TABLE[name]["role"] in ("thermometer", "oscilloscope"):
        assert cell == "no output"


@pytest.mark.parametrize("name", DRIVER_NAMES)
def test_twin_is_linked(name: str) -> None:
    (link,) = LINK.findall(TABLE[name]["twin"])
    assert (DOCUMENT.parent / link).resolve() == ROOT / "simulators" / f"{name}.py"
    assert (ROOT / "simulators" / f"{name}.py").is_file()


@pytest.mark.parametrize("name", DRIVER_NAMES)
def test_witnesses_are_those_that_are_tested(name: str) -> None:
    cell = TABLE[name]["witnesses"]
    linked = {(DOCUMENT.parent / link).resolve() for link in LINK.findall(cell)}
    tested = {p for p in WITNESSES.glob("test_*.py") if name in witnessed(p)}
    assert linked == tested
    assert (cell == "–") == (not tested)
    for path in linked:
        text = path.read_text(encoding="utf-8")
        assert [w for w in cell_names(cell) if f".{w}(" not in text] == []


def test_every_witness_is_installed_with_the_tests() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    assert "witnesses" in project["tool"]["uv"]["default-groups"]
    wanted = " ".join(project["dependency-groups"]["witnesses"])
    for path in WITNESSES.glob("test_*.py"):
        found = re.findall(r'importorskip\("(\w+)', path.read_text(encoding="utf-8"))
        assert found and all(package in wanted for package in found)


def test_links_of_the_document_lead_somewhere() -> None:
    links = LINK.findall(TEXT)
    assert links
    assert [at for at in links if not (DOCUMENT.parent / at).exists()] == []


def test_driver_of_your_own_is_the_example() -> None:
    project = tomllib.loads((EXAMPLE / "pyproject.toml").read_text(encoding="utf-8"))
    ((name, at),) = project["project"]["entry-points"][GROUP].items()
    module, _, attribute = at.partition(":")
    code = (EXAMPLE / (module.replace(".", "/") + ".py")).read_text(encoding="utf-8")
    own = TEXT.partition("## A driver of your own\n")[2]
    blocks = re.findall(r"```(?:toml|python)\n(.*?)```", own, re.DOTALL)
    assert tomllib.loads(blocks[0])["project"]["entry-points"][GROUP] == {name: at}
    assert blocks[1] in code and blocks[1].startswith(f"{attribute} = ")
    assert tomllib.loads(blocks[2])["instruments"]["thermometer"]["driver"] == name
