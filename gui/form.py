"""A config being edited: its text, its tables, and where its mistakes are. No Qt."""

import json
import re
import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from controller.config.form import FormField, FormTable, form_problems, form_tables
from gui import texts_bench as texts
from gui.toml_text import value_at, with_value

NAME = FormField(
    "name", "", "text", texts.FORM_NAME_ALLOWED, texts.FORM_NAME, (), "", True
)


NAME_PATTERN = r"[A-Za-z][A-Za-z0-9_-]{0,39}"


@dataclass
class Form:
    """The text of a config while it is edited. ``saved`` is what the file holds."""

    path: Path
    text: str
    saved: str
    data: dict[str, Any] = field(default_factory=dict)
    tables: tuple[FormTable, ...] = ()
    problems: list[str] = field(default_factory=list)
    broken: str = ""

    @classmethod
    def open(cls, path: Path) -> "Form":
        """Open a config file. Raises OSError or UnicodeDecodeError."""
        text = path.read_text(encoding="utf-8")
        form = cls(path, text, text)
        form._read()
        return form

    @property
    def changed(self) -> bool:
        """Say whether something is not saved."""
        return self.text != self.saved

    def value(self, path: str, key: str) -> str:
        """Return a value as it is typed, "" where the file says nothing."""
        return typed(value_at(self.data, path, key))

    def change(self, path: str, asked: FormField, text: str) -> str:
        """Change a value; return why it could not be, "" where it was."""
        try:
            self.text = with_value(self.text, path, asked.key, literal(asked, text))
        except ValueError as error:
            return str(error)
        self._read()
        return ""

    def add_instrument(self, name: str, driver: str, model: str, address: str) -> str:
        """Add an instrument's table; return why it could not be, "" where it was."""
        if re.fullmatch(NAME_PATTERN, name) is None:
            return texts.NEW_NAME_WRONG
        if name in self.data.get("instruments", {}):
            return texts.NEW_NAME_TAKEN.format(name=name)
        where = f"address = {_quoted(address)}" if address else "simulated = true"
        lines = (f"driver = {_quoted(driver)}", f"model = {_quoted(model)}", where)
        ground = self.text.rstrip("\n")
        self.text = "\n".join([ground, "", f"[instruments.{name}]", *lines, ""])
        self._read()
        return ""

    def save(self, path: Path | None = None) -> None:
        """Write the text, whole or not at all. Raises OSError."""
        self.path = path or self.path
        waiting = self.path.with_name(self.path.name + ".new")
        waiting.write_text(self.text, encoding="utf-8")
        waiting.replace(self.path)
        self.saved = self.text
        self._read()

    def places(self) -> dict[tuple[str, str], list[str]]:
        """Return the mistakes by table and key; what is of no key stands at ("", "").

        A sentence names its place first; one that compares keys stands at each.
        """
        found: dict[tuple[str, str], list[str]] = {}
        known = {(t.path, f.key) for t in self.tables for f in t.fields}
        for sentence in self.problems:
            here = [place for place in known if _names(sentence, *place)]
            if sentence.startswith("name "):
                here = [("", "name")]
            if not here:
                here = [(t.path, "") for t in self.tables if _begins(sentence, t.path)]
            for place in here or [("", "")]:
                found.setdefault(place, []).append(sentence)
        return found

    def instrument_kinds(self) -> dict[str, str]:
        """Say of each instrument of the file whether it is simulated, served, real."""
        named = self.data.get("instruments")
        if not isinstance(named, dict):
            return {"bench": "simulated"} if self.data.get("simulated") is True else {}
        return {
            name: "simulated"
            if table.get("simulated") is True
            else "served"
            if table.get("served") is True
            else "real"
            for name, table in named.items()
            if isinstance(table, dict)
        }

    def _read(self) -> None:
        try:
            self.data, self.broken = tomllib.loads(self.text), ""
        except tomllib.TOMLDecodeError as error:
            self.broken = str(error)
            self.problems = [self.broken]
            return
        top = FormTable("", texts.FORM_TOP, (NAME,), True)
        self.tables = (top, *form_tables(self.data))
        self.problems = form_problems(self.text, self.path)


def typed(value: object) -> str:
    """Write a value of a file as it is typed into a field."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return ", ".join(typed(one) for one in value)
    return f"{value:.12g}" if isinstance(value, float) else str(value)


def literal(asked: FormField, text: str) -> str:
    """Write what was typed as TOML has it; what is no number stays in quotes."""
    text = text.strip()
    if not text:
        return ""
    if asked.kind == "list":
        parts = [part.strip() for part in text.split(",")]
        numbers = ", ".join(_number(part, False) for part in parts if part)
        return f"[{numbers}]"
    if asked.kind == "switch" and text in ("true", "false"):
        return text
    if asked.kind in ("number", "whole"):
        return _number(text, asked.kind == "whole")
    return _quoted(text)


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def _number(text: str, whole: bool) -> str:
    if re.fullmatch(r"[+-]?\d+", text):
        return text if whole else f"{text}.0"
    if re.fullmatch(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", text):
        return typed_float(float(text))
    return _quoted(text)


def typed_float(value: float) -> str:
    """Write a number so that TOML takes it for a float."""
    shown = repr(value)
    return shown if "e" in shown or "." in shown else f"{shown}.0"


def _names(sentence: str, path: str, key: str) -> bool:
    name = re.escape(f"{path}.{key}")
    return re.search(rf"(?<![\w.]){name}(?![\w.])", sentence) is not None


def _begins(sentence: str, path: str) -> bool:
    return bool(path) and re.match(rf"\[*{re.escape(path)}\b", sentence) is not None
