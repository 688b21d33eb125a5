"""Every hazard, interlock and line of logic of the docs names a test that exists."""

import re
from collections.abc import Iterator
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


def existing_tests() -> set[str]:
    found = set()
    for path in (ROOT / "tests").rglob("test_*.py"):
        text = path.read_text(encoding="utf-8")
        found |= set(re.findall(r"(?m)^(?:async )?def (test_\w+)", text))
        found |= set(re.findall(r"(?m)^(Test\w+) =", text))
    return found


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
    assert "test_any_sequence_is_safe" in existing_tests()


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
