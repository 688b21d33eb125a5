"""A config as a form: its tables with their keys, units, ranges and explanations.

All of it is read from the models, so that the form and the check cannot disagree.
"""

import re
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel

from controller.config.catalogue import DRIVERS
from controller.config.kinds import applicator_model
from controller.config.mistakes import UNITS, allowed, shown
from controller.config.model import FaultTable, Instrument, Probe
from controller.config.samples import sample_model
from controller.config.segments import Segment
from controller.config.tables import TABLES, is_matrix

FieldKind = Literal["number", "whole", "switch", "choice", "text", "list"]
LISTS: dict[str, type[BaseModel]] = {
    "probes": Probe,
    "segments": Segment,
    "faults": FaultTable,
}
ORDER = ("experiment", "treatment", "ceiling", "applicator", "probes", "segments")
_KINDS: dict[str, FieldKind] = {
    "number": "number",
    "integer": "whole",
    "boolean": "switch",
    "array": "list",
}


@dataclass(frozen=True, slots=True)
class FormField:
    """One key: what it may hold in words, and its default as a TOML file has it."""

    key: str
    unit: str
    kind: FieldKind
    allowed: str
    explanation: str
    choices: tuple[str, ...]
    default: str
    required: bool


@dataclass(frozen=True, slots=True)
class FormTable:
    """One table: ``path`` is how problems name it, as treatment or probes[2]."""

    path: str
    explanation: str
    fields: tuple[FormField, ...]
    given: bool


def form_tables(data: Mapping[str, Any]) -> tuple[FormTable, ...]:
    """Return every table that a file has or may have; lists with one more to fill."""
    models = _matrix_models() if is_matrix(data) else _models(data)
    lists = {k: m for k, m in models.items() if k in LISTS or k == "capacitors"}
    tables: list[FormTable] = []
    for name in sorted(models, key=_place):
        if name in lists:
            tables += _listed(name, lists[name], data.get(name))
        else:
            tables.append(_table(name, models[name], name in data))
    instruments = data.get("instruments")
    for name, table in instruments.items() if isinstance(instruments, dict) else ():
        tables.append(_instrument(name, table))
    return tuple(tables)


def driver_models() -> dict[str, tuple[str, tuple[str, ...]]]:
    """Return what each driver is for and the models that it knows, by its name."""
    return {name: (kind.role, tuple(kind.models)) for name, kind in DRIVERS.items()}


def form_problems(text: str, path: Path) -> list[str]:
    """Return what is wrong with a config's text, a sentence each, without its path."""
    import tomllib

    from controller.config.loading import load
    from controller.config.sar_plan import load_plan
    from controller.errors import AmfError, ConfigError

    try:
        if not is_matrix(tomllib.loads(text)):
            load(path, text=text)
            return []
        with tempfile.TemporaryDirectory() as folder:
            draft = Path(folder) / path.name
            draft.write_text(text, encoding="utf-8")
            load_plan(draft)
    except ConfigError as error:
        return [re.sub(r"^\S*\.toml: ", "", said) for said in error.problems]
    except (AmfError, tomllib.TOMLDecodeError, RecursionError) as error:
        return [str(error)]
    return []


def _models(data: Mapping[str, Any]) -> dict[str, type[BaseModel]]:
    models: dict[str, type[BaseModel]] = {**TABLES, **LISTS}
    for name, model_of in (("sample", sample_model), ("applicator", applicator_model)):
        table = data.get(name)
        models[name] = model_of(table.get("kind") if isinstance(table, dict) else None)
    return models


def _matrix_models() -> dict[str, type[BaseModel]]:
    from controller.config.sar_matrix import CapacitorTable
    from controller.config.sar_plan import PLAN_TABLES

    return {**PLAN_TABLES, "capacitors": CapacitorTable}


def _instrument(name: str, table: object) -> FormTable:
    """Return an instrument's table; a driver that is not ours stays free text."""
    made = _table(f"instruments.{name}", Instrument, True)
    known = driver_models()
    driver = table.get("driver") if isinstance(table, dict) else None
    choices = {"driver": tuple(known), "model": known.get(str(driver), ("", ()))[1]}
    fields = tuple(
        replace(f, choices=choices.get(f.key, f.choices)) for f in made.fields
    )
    return replace(made, fields=fields)


def _place(name: str) -> int:
    return ORDER.index(name) if name in ORDER else len(ORDER)


def _listed(name: str, model: type[BaseModel], tables: object) -> Iterator[FormTable]:
    count = len(tables) if isinstance(tables, list) else 0
    for at in range(1, count + 2):
        yield _table(f"{name}[{at}]", model, at <= count)


def _table(path: str, model: type[BaseModel], given: bool) -> FormTable:
    schema = model.model_json_schema()
    words = " ".join(schema.get("description", "").replace("``", "").split())
    required = schema.get("required", [])
    fields = tuple(
        _field(key, inner, key in required, words)
        for key, inner in schema["properties"].items()
    )
    return FormTable(path, words.split(". ")[0].rstrip(".") + ".", fields, given)


def _field(key: str, schema: dict[str, Any], required: bool, words: str) -> FormField:
    kind = _kind(schema)
    default = schema.get("default")
    plain = _plain(schema)
    choices = plain.get("enum", [plain["const"]] if "const" in plain else [])
    return FormField(
        key=key,
        unit=next((unit for end, unit in UNITS if key.endswith(end)), ""),
        kind=kind,
        allowed=allowed(key, schema),
        explanation=_about(key, words),
        choices=tuple(str(choice) for choice in choices),
        default="" if default is None else shown(default).strip('"'),
        required=required,
    )


def _kind(schema: dict[str, Any]) -> FieldKind:
    plain = _plain(schema)
    if "enum" in plain or "const" in plain:
        numbers = [*plain.get("enum", []), plain.get("const")]
        return "whole" if any(isinstance(n, int) for n in numbers) else "choice"
    return _KINDS.get(plain.get("type", ""), "text")


def _plain(schema: dict[str, Any]) -> dict[str, Any]:
    """Return the schema of a value that is there."""
    found = schema.get("anyOf", [schema])
    return next(one for one in found if one.get("type") != "null")


def _about(key: str, words: str) -> str:
    """Return the sentences of a table's explanation that name a key."""
    sentences = re.split(r"(?<=\.) ", words)
    named = re.compile(rf"\b{re.escape(key)}\b")
    return " ".join(said for said in sentences[1:] if named.search(said))
