"""One sentence for each mistake of a config table: where, what was found, what may be.

Ranges and choices are read from the model, so that the sentence and the check cannot
disagree. A value that would fit in another unit gets a hint.
"""

import difflib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from pydantic import BaseModel, ValidationError

# Longest suffix first: the first that fits is the key's unit.
UNITS: tuple[tuple[str, str], ...] = (
    ("_a_per_m_per_s", "A/(m·s)"),
    ("_per_ampere_per_m", "1/m"),
    ("_a_per_m", "A/m"),
    ("_c_per_min", "°C/min"),
    ("_c_per_s", "°C/s"),
    ("_k_per_s", "K/s"),
    ("_kg_per_s_m3", "kg/(s·m³)"),
    ("_nh_m2_per_kg", "nH·m²/kg"),
    ("_g_per_l", "g/L"),
    ("_j_per_k", "J/K"),
    ("_w_per_ml", "W/mL"),
    ("_j_per_ml_k", "J/(mL·K)"),
    ("_w_per_k", "W/K"),
    ("_per_c", "1/°C"),
    ("_per_s", "1/s"),
    ("_per_k", "1/K"),
    ("_j_per_m3", "J/m³"),
    ("_kg_per_m3", "kg/m³"),
    ("_ohm", "Ω"),
    ("_vpp", "Vpp"),
    ("_min", "min"),
    ("_ml", "mL"),
    ("_hz", "Hz"),
    ("_kg", "kg"),
    ("_k", "K"),
    ("_g", "g"),
    ("_w", "W"),
    ("_a", "A"),
    ("_c", "°C"),
    ("_f", "F"),
    ("_m", "m"),
    ("_s", "s"),
    ("_v", "V"),
)
Conversion = Callable[[float], float]


def _times(factor: float) -> Conversion:
    return lambda value: value * factor


OTHER_UNITS: dict[str, tuple[tuple[str, Conversion], ...]] = {
    "Hz": (("kHz", _times(1e3)), ("MHz", _times(1e6))),
    "A/m": (("kA/m", _times(1e3)), ("mT", _times(795.775)), ("Oe", _times(79.5775))),
    "A/(m·s)": (("kA/(m·s)", _times(1e3)),),
    "1/m": (("mT/A", _times(795.775)),),
    "°C": (("°F", lambda value: (value - 32.0) / 1.8), ("K", lambda v: v - 273.15)),
    "m": (("cm", _times(1e-2)), ("mm", _times(1e-3))),
    "s": (("ms", _times(1e-3)), ("min", _times(60.0))),
    "A": (("mA", _times(1e-3)),),
    "V": (("mV", _times(1e-3)),),
    "Vpp": (("mVpp", _times(1e-3)),),
    "Ω": (("mΩ", _times(1e-3)),),
    "F": (("nF", _times(1e-9)), ("µF", _times(1e-6)), ("pF", _times(1e-12))),
    "%": (("%", _times(1e-2)),),
}


def problems_in(
    error: ValidationError,
    model: type[BaseModel],
    path: str,
    data: Mapping[str, Any],
    homes: Mapping[str, str],
) -> Iterator[tuple[str, str]]:
    """Say each mistake of one table at ``path``: its key, and a sentence.

    ``homes`` maps the keys of other tables to the name of their table.
    """
    properties = model.model_json_schema()["properties"]
    details = error.errors(include_url=False, include_context=True)
    unknown = [_key(d) for d in details if d["type"] == "extra_forbidden"]
    free = [key for key in properties if key not in data]
    meant = {key: nearest(key, free) for key in unknown}
    for key in unknown:
        hint = _meant(key, meant[key], properties, homes)
        yield meant[key] or key, f"{path}.{bare(key)} is not a known key; {hint}"
    for detail in details:
        key = _key(detail)
        if detail["type"] == "missing" and len(detail["loc"]) == 1:
            if key not in meant.values():
                must = allowed(key, properties[key])
                yield key, f"{path}.{key} is missing; it must be {must}"
        elif key not in meant:
            yield key, _wrong(path, key, detail, properties[key])


def nearest(word: str, known: Iterable[str]) -> str:
    """Return the known word most like ``word``, "" where none is."""
    names = list(known)
    for name in names:  # a key without its unit is the commonest slip
        if name.startswith(word + "_") or word.startswith(name + "_"):
            return name
    return next(iter(difflib.get_close_matches(word, names, n=1, cutoff=0.6)), "")


def shown(value: object) -> str:
    """Write a value as it stands in a TOML file, cut to a readable length."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return json.dumps(
            value if len(value) <= 60 else f"{value[:57]}…", ensure_ascii=False
        )
    if isinstance(value, dict | list):
        return "a table" if isinstance(value, dict) else "a list"
    if isinstance(value, int) and abs(value) > 10**15:
        return "a number beyond 1e15"
    return f"{value:.10g}" if isinstance(value, float) else str(value)


def bare(key: str) -> str:
    """Write a key as it stands in a TOML file: in quotes where it has to be."""
    plain = key.replace("_", "").replace("-", "").isalnum() and len(key) <= 60
    return key if plain else shown(key)


def allowed(key: str, schema: dict[str, Any]) -> str:
    """Say in words what a key may hold, from its JSON schema."""
    schema = _plain(schema)
    if "enum" in schema or "const" in schema:
        choices = [shown(c) for c in schema.get("enum", [schema.get("const")])]
        return choices[0] if len(choices) == 1 else "one of " + ", ".join(choices)
    kind = schema.get("type")
    if kind in ("number", "integer"):
        word = "a number" if kind == "number" else "a whole number"
        return f"{word} {_range(schema)} {_unit(key)}".strip()
    if kind == "boolean":
        return "true or false"
    if kind == "array":
        return str(schema.get("description", "a list"))
    if "pattern" in schema:
        return "a name of letters, digits, _ . and -, starting with a letter"
    longest = schema.get("maxLength")
    return f"text of at most {longest} characters" if longest else "text in quotes"


def _key(detail: Any) -> str:
    return str(detail["loc"][0])


def _plain(schema: dict[str, Any]) -> dict[str, Any]:
    choices = schema.get("anyOf", [schema])
    return next(c for c in choices if c.get("type") != "null")


def _meant(
    key: str, meant: str, properties: Mapping[str, Any], homes: Mapping[str, str]
) -> str:
    if key in homes:
        return f"it belongs to [{homes[key]}]"
    if meant:
        return f"did you mean {meant}?"
    return "known here: " + ", ".join(properties)


def _wrong(path: str, key: str, detail: Any, schema: dict[str, Any]) -> str:
    value = detail["input"]
    sentence = f"{path}.{key} = {shown(value)} is not allowed; it must be "
    sentence += allowed(key, schema)
    bounds = (detail.get("ctx") or {}).values()
    if path == "limits" and schema.get("default") in bounds:
        sentence += "; a config may tighten a limit, never loosen it"
    return sentence + _hint(key, value, _plain(schema))


def _range(schema: dict[str, Any]) -> str:
    low, high = schema.get("minimum"), schema.get("maximum")
    if low is None:
        low = schema.get("exclusiveMinimum")
        return f"above {low:.10g} and at most {high:.10g}" if low is not None else ""
    return f"from {low:.10g} to {high:.10g}"


def _unit(key: str) -> str:
    return next((unit for end, unit in UNITS if key.endswith(end)), "")


def _hint(key: str, value: object, schema: dict[str, Any]) -> str:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return _quoted_hint(value, schema)
    unit = "%" if "uncertainty" in key and not _unit(key) else _unit(key)
    low = schema.get("minimum", schema.get("exclusiveMinimum", float("-inf")))
    high = schema.get("maximum", float("inf"))
    if low <= value <= high or abs(value) > 10**15:
        return ""
    fits = [
        other
        for other, convert in OTHER_UNITS.get(unit, ())
        if low <= convert(value) <= high
    ]
    return f"; {shown(value)} looks like {' or '.join(fits[:2])}" if fits else ""


def _quoted_hint(value: object, schema: dict[str, Any]) -> str:
    if not isinstance(value, str):
        return ""
    if schema.get("type") in ("number", "integer"):
        return "; write numbers without quotes and without the unit"
    meant = nearest(value, schema.get("enum", []))
    return f"; did you mean {shown(meant)}?" if meant else ""
