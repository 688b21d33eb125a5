"""Every hazard, interlock and line of logic of the docs names a test that exists."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from controller.decisions.interlock_table import INTERLOCKS
from tests.interlock_docs import PAGE, SHOWN_BY, page

ROOT = Path(__file__).parents[1]
HAZARDS = (ROOT / "docs" / "hazards.md").read_text(encoding="utf-8")
SAFETY = (ROOT / "docs" / "safety.md").read_text(encoding="utf-8")
NAMED = re.compile(r"`((?:test_|Test)\w+)`")
# the tables of safety.md that say what is done; the others show what was measured
LOGIC = ("profile", "source", "what a sensor shows", "what")


@cache
def existing_tests() -> frozenset[str]:
    paths = (ROOT / "tests").rglob("test_*.py")
    return frozenset(name for path in paths for name in collected_of(path))


def collected_of(path: Path) -> set[str]:
    """Return what pytest collects of a file: functions of its module, and machines."""
    found = set()
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.FunctionDef) and not _skipped(node):
            found.add(node.name)
        elif isinstance(node, ast.Assign) and isinstance(node.value, ast.Attribute):
            named = {t.id for t in node.targets if isinstance(t, ast.Name)}
            found |= named if node.value.attr == "TestCase" else set()
    return {name for name in found if name.startswith(("test_", "Test"))}


def _skipped(node: ast.FunctionDef) -> bool:
    """Tell whether a test never runs: one that is skipped somewhere only, does."""
    marks = {ast.unparse(mark).split("(")[0] for mark in node.decorator_list}
    return bool(marks & {"pytest.mark.skip", "pytest.mark.xfail"})


def tables(text: str) -> Iterator[tuple[list[str], list[list[str]]]]:
    """Yield the head and the rows of each table of a page."""
    for block in re.findall(r"(?m)(?:^\|.*\n)+", text + "\n"):
        lines = [line.strip("|").split("|") for line in block.splitlines()]
        rows = [[cell.strip() for cell in line] for line in lines]
        yield rows[0], rows[2:]


def named_rows() -> list[tuple[str, list[str]]]:
    return [
        (row[0], NAMED.findall(row[-1])) for _, rows in tables(HAZARDS) for row in rows
    ]


def test_every_line_of_hazards_names_a_test_that_exists() -> None:
    known, rows = existing_tests(), named_rows()
    assert len(rows) > 50
    assert [line for line, names in rows if not names] == []
    assert {name for _, names in rows for name in names} - known == set()


def test_a_test_that_does_not_exist_is_seen() -> None:
    assert "test_that_nobody_wrote" not in existing_tests()
    assert "TestBench" in existing_tests()


def test_every_test_that_is_named_is_collected(request: pytest.FixtureRequest) -> None:
    """What pytest has collected of the files of this run: of all, in a whole run."""
    chosen = request.config.option
    if chosen.keyword or chosen.deselect or any("::" in a for a in request.config.args):
        pytest.skip("only a part of each file was asked for")
    items = request.session.items
    collected = {getattr(item, "originalname", None) or item.name for item in items}
    collected |= {item.parent.name for item in items if item.parent is not None}
    there = {
        name for path in {item.path for item in items} for name in collected_of(path)
    }
    named = {name for _, names in [*named_rows(), *ruled()] for name in names}
    named |= set(SHOWN_BY.values())
    assert named <= existing_tests()
    assert named & there - collected == set()


def ruled() -> list[tuple[str, list[str]]]:
    """Return the rules of safety.md: whether each is done, and its tests."""
    return [
        (row[1], NAMED.findall(row[-1]))
        for head, rows in tables(SAFETY)
        if head[0] == "rule"
        for row in rows
    ]


def test_every_rule_of_safety_is_shown_or_said_to_be_missing() -> None:
    rules = ruled()
    assert len(rules) > 45
    assert {"yes"} <= {done for done, _ in rules} <= {"yes", "partly", "no"}
    assert all(bool(names) is (done != "no") for done, names in rules)
    assert {name for _, names in rules for name in names} - existing_tests() == set()


def test_every_logic_line_of_safety_has_its_line_in_hazards() -> None:
    listed = [
        row[0] for head, rows in tables(HAZARDS) if head[0] == "line" for row in rows
    ]
    logic = [
        row[0]
        for head, rows in tables(SAFETY)
        if head[0].startswith(LOGIC) and head[-1] != "test"
        for row in rows
    ]
    assert len(logic) > 25
    assert [row for row in logic if not row.startswith(tuple(listed))] == []
    assert [line for line in listed if not any(r.startswith(line) for r in logic)] == []


def test_lines_of_safety_with_a_test_of_their_own_name_one_that_exists() -> None:
    known = existing_tests() | {path.name for path in ROOT.glob("tests/**/test_*.py")}
    own = [row for head, rows in tables(SAFETY) if head[-1] == "test" for row in rows]
    named = [re.findall(r"`(test_\w+(?:\.py)?)`", row[-1]) for row in own]
    assert all(named)
    assert {name for names in named for name in names} - known == set()


def test_every_interlock_names_a_test_that_exists() -> None:
    assert set(SHOWN_BY) == set(INTERLOCKS)
    assert set(SHOWN_BY.values()) - existing_tests() == set()


def test_the_page_of_interlocks_is_the_table() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), (
        "write it anew: python -m tests.interlock_docs"
    )


@pytest.mark.parametrize(
    "part", ["entry", "operating range", "limited rate", "fallback"]
)
def test_what_the_loop_may_do_is_written_down(part: str) -> None:
    assert f"| {part} |" in HAZARDS
