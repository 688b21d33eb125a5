"""Changes single values of a TOML text and leaves every comment where it is. No Qt."""

import re
import tomllib
from typing import Any

_HEADER = re.compile(r"^\s*(\[\[?)\s*([^\[\]]+?)\s*\]\]?\s*(?:#.*)?$")
_LISTED = re.compile(r"^(.*)\[(\d+)\]$")


def value_at(data: dict[str, Any], path: str, key: str) -> object:
    """Return the value of a key in a table; None where there is none.

    ``path`` is "" for the file itself, else like treatment, instruments.psu, probes[2].
    """
    table: Any = data
    name, at = _split(path)
    for step in name.split(".") if name else ():
        table = table.get(step) if isinstance(table, dict) else None
    if at:
        table = table[at - 1] if isinstance(table, list) and at <= len(table) else None
    return table.get(key) if isinstance(table, dict) else None


def with_value(text: str, path: str, key: str, literal: str) -> str:
    """Return the text with a key set to a TOML literal; "" removes the key.

    A table that is not there is added at the end.

    Raises:
        ValueError: it cannot be changed here without changing something else.
    """
    try:
        before = tomllib.loads(text)
        wanted = tomllib.loads(f"x = {literal}")["x"] if literal else None
    except tomllib.TOMLDecodeError as error:
        raise ValueError(str(error)) from error
    lines = text.splitlines(keepends=True)
    if lines and not lines[-1].endswith("\n"):
        lines[-1] += "\n"
    _change(lines, path, key, literal)
    after = "".join(lines)
    try:
        read = tomllib.loads(after)
    except tomllib.TOMLDecodeError as error:
        raise ValueError(f"{path}.{key}: {error}") from error
    if value_at(read, path, key) != wanted or _without(before, path, key) != _without(
        read, path, key
    ):
        raise ValueError(f"{path}.{key} cannot be changed here; edit the file")
    return after


def _change(lines: list[str], path: str, key: str, literal: str) -> None:
    place = _section(lines, path)
    if place is None:
        if literal:
            name, at = _split(path)
            head = f"[[{name}]]" if at else f"[{name}]"
            lines += [f"\n{head}\n", f"{key} = {literal}\n"]
        return
    start, end = place
    entry = _entry(lines, start, end, key)
    if entry is None:
        if literal:
            lines.insert(_last_entry(lines, start, end), f"{key} = {literal}\n")
        return
    first, last = entry
    lines[first:last] = [_rewritten(lines[first], literal)] if literal else []


def _split(path: str) -> tuple[str, int]:
    """Split probes[2] into probes and 2; 0 is no list."""
    found = _LISTED.match(path)
    return (found[1], int(found[2])) if found else (path, 0)


def _section(lines: list[str], path: str) -> tuple[int, int] | None:
    """Return the first line after a table's header, and where the table ends."""
    name, at = _split(path)
    heads = [n for n, line in enumerate(lines) if _HEADER.match(line)]
    if not path:
        return 0, heads[0] if heads else len(lines)
    seen = 0
    for place, n in enumerate(heads):
        found = _HEADER.match(lines[n])
        assert found is not None
        if found[2].replace('"', "") != name:
            continue
        seen += 1
        if seen == max(at, 1):
            end = heads[place + 1] if place + 1 < len(heads) else len(lines)
            return n + 1, end
    return None


def _entry(lines: list[str], start: int, end: int, key: str) -> tuple[int, int] | None:
    """Return the lines of a key: more than one where a list is broken over lines."""
    opening = re.compile(rf'^\s*"?{re.escape(key)}"?\s*=')
    for n in range(start, end):
        if not opening.match(lines[n]):
            continue
        for last in range(n + 1, end + 1):
            try:
                tomllib.loads("".join(lines[n:last]))
            except tomllib.TOMLDecodeError:
                continue
            return n, last
    return None


def _last_entry(lines: list[str], start: int, end: int) -> int:
    """Return where a new key goes: after the last line that is not blank or remark."""
    for n in range(end, start, -1):
        said = lines[n - 1].strip()
        if said and not said.startswith("#"):
            return n
    return start


def _rewritten(line: str, literal: str) -> str:
    """Put a literal in the place of a line's value, and keep what is said after it."""
    head, value = line.rstrip("\n").split("=", 1)
    remark = ""
    for at, sign in enumerate(value):
        if sign == "#" and _is_value(value[:at]):
            remark = value[at:]
            break
    column = len(line.rstrip("\n")) - len(remark)
    fresh = f"{head.rstrip()} = {literal}"
    return f"{fresh.ljust(column - 1)} {remark}\n" if remark else f"{fresh}\n"


def _is_value(text: str) -> bool:
    try:
        tomllib.loads(f"x = {text}")
    except tomllib.TOMLDecodeError:
        return False
    return True


def _without(data: dict[str, Any], path: str, key: str) -> dict[str, Any]:
    """Return a file's values without one of them, and without tables left empty."""
    name, at = _split(path)
    kept = _copied(data)
    table: Any = kept
    for step in name.split(".") if name else ():
        table = table.get(step, {}) if isinstance(table, dict) else {}
    if at:
        table = table[at - 1] if isinstance(table, list) and at <= len(table) else {}
    if isinstance(table, dict):
        table.pop(key, None)
    return {k: v for k, v in _pruned(kept).items() if v not in ({}, [])}


def _copied(value: Any) -> Any:
    if isinstance(value, dict):
        return {k: _copied(v) for k, v in value.items()}
    return [_copied(v) for v in value] if isinstance(value, list) else value


def _pruned(value: Any) -> Any:
    if isinstance(value, dict):
        return {k: _pruned(v) for k, v in value.items() if v != {}}
    return [v for v in value if v != {}] if isinstance(value, list) else value
