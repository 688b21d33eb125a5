"""Tables as the text of a TOML file."""

import json
from collections.abc import Mapping
from typing import Any


def toml_text(data: Mapping[str, Any]) -> str:
    """Return a TOML document of tables, arrays of tables, and plain values."""
    return "\n".join(_table(data, "")) + "\n"


def _table(table: Mapping[str, Any], path: str) -> list[str]:
    lines, below = [], []
    for key, value in table.items():
        name = f"{path}.{_key(key)}" if path else _key(key)
        if isinstance(value, Mapping):
            below += ["", f"[{name}]", *_table(value, name)]
        elif _is_tables(value):
            for entry in value:
                below += ["", f"[[{name}]]", *_table(entry, name)]
        else:
            lines.append(f"{_key(key)} = {_value(value)}")
    return lines + below


def _is_tables(value: object) -> bool:
    return (
        isinstance(value, list)
        and bool(value)
        and all(isinstance(entry, Mapping) for entry in value)
    )


def _value(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return _quoted(value)
    if isinstance(value, list):
        return "[" + ", ".join(_value(entry) for entry in value) + "]"
    if isinstance(value, Mapping):
        pairs = (f"{_key(key)} = {_value(v)}" for key, v in value.items())
        return "{" + ", ".join(pairs) + "}"
    return str(value)  # numbers and dates are written as Python writes them


def _key(key: str) -> str:
    bare = key and key.isascii() and key.replace("-", "").replace("_", "").isalnum()
    return key if bare else _quoted(key)


def _quoted(text: str) -> str:
    # the escapes of JSON are TOML's, but for the one control character it leaves alone
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007F")
